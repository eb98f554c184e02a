
/*
 * Errors as application/problem+json (RFC 9457): the module's own, and those
 * that nginx itself raises in a mounted location, which its filters rewrite.
 */


#include <ngx_http_registration.h>


typedef struct {
    ngx_uint_t   status;
    const char  *title;
    const char  *word;          /* for what nginx raises */
} ngx_http_registration_status_t;


static ngx_int_t ngx_http_registration_send_problem(ngx_http_request_t *r,
    ngx_uint_t status, const char *word, reg_faults_t *faults,
    json_t *current);
static ngx_buf_t *ngx_http_registration_problem_text(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t status, const char *word,
    reg_faults_t *faults, json_t *current);
static ngx_int_t ngx_http_registration_retry_after(ngx_http_request_t *r,
    ngx_uint_t seconds);
static ngx_http_registration_status_t *ngx_http_registration_status(
    ngx_uint_t status);
static ngx_uint_t ngx_http_registration_is_ours(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_uint_t ngx_http_registration_quality(u_char *p, u_char *last);
static ngx_int_t ngx_http_registration_problem_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_problem_body_filter(
    ngx_http_request_t *r, ngx_chain_t *in);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;
static ngx_http_output_body_filter_pt    ngx_http_next_body_filter;


static ngx_str_t  ngx_http_registration_problem_type =
    ngx_string("application/problem+json");


static ngx_http_registration_status_t  ngx_http_registration_statuses[] = {
    { 400, "Bad Request", "bad_request" },
    { 401, "Unauthorized", "unauthorized" },
    { 403, "Forbidden", "forbidden" },
    { 404, "Not Found", "not_found" },
    { 405, "Method Not Allowed", "method_not_allowed" },
    { 408, "Request Timeout", "bad_request" },
    { 409, "Conflict", "conflict" },
    { 412, "Precondition Failed", "bad_request" },
    { 413, "Content Too Large", "payload_too_large" },
    { 415, "Unsupported Media Type", "unsupported_media_type" },
    { 422, "Unprocessable Content", "invalid" },
    { 429, "Too Many Requests", "too_many_requests" },
    { 501, "Not Implemented", "not_implemented" },
    { 503, "Service Unavailable", "unavailable" },
    { 500, "Internal Server Error", "internal" }
};


ngx_int_t
ngx_http_registration_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *word)
{
    return ngx_http_registration_send_problem(r, status, word, NULL, NULL);
}


/* 429 or 503: the client shall come again. */

ngx_int_t
ngx_http_registration_busy(ngx_http_request_t *r, ngx_uint_t status,
    ngx_uint_t seconds)
{
    if (ngx_http_registration_retry_after(r, seconds) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_problem(r, status,
                                   ngx_http_registration_status(status)->word);
}


ngx_int_t
ngx_http_registration_faults(ngx_http_request_t *r, ngx_uint_t status,
    reg_faults_t *faults)
{
    return ngx_http_registration_send_problem(r, status,
                                    ngx_http_registration_status(status)->word,
                                    faults, NULL);
}


/* 409, with what it is now.  Takes over the reference. */

ngx_int_t
ngx_http_registration_conflict(ngx_http_request_t *r, const char *word,
    json_t *current)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_send_problem(r, NGX_HTTP_CONFLICT, word, NULL,
                                            current);
    json_decref(current);

    return rc;
}


ngx_int_t
ngx_http_registration_fault(ngx_http_request_t *r, ngx_uint_t status,
    const char *field, reg_code_t code)
{
    reg_faults_t  faults;

    faults.n = 0;
    reg_faults_add(&faults, field, code);

    return ngx_http_registration_faults(r, status, &faults);
}


static ngx_int_t
ngx_http_registration_send_problem(ngx_http_request_t *r, ngx_uint_t status,
    const char *word, reg_faults_t *faults, json_t *current)
{
    ngx_buf_t                    *b;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    b = ngx_http_registration_problem_text(r, ctx, status, word, faults,
                                           current);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_send(r, status,
                                      &ngx_http_registration_problem_type,
                                      b->pos, b->last - b->pos);
}


static ngx_buf_t *
ngx_http_registration_problem_text(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t status, const char *word,
    reg_faults_t *faults, json_t *current)
{
    char            type[128];
    size_t          len;
    json_t         *problem, *errors;
    ngx_buf_t      *b;
    reg_language_t  language;

    language = ngx_http_registration_language(r);

    (void) ngx_snprintf((u_char *) type, sizeof(type),
                        "urn:registration:problem:%s%Z", word);

    errors = ngx_http_registration_errors(ctx, language, faults);

    problem = json_pack("{s:s, s:s, s:i, s:s, s:o*, s:O*}",
                        "type", type,
                        "title", ngx_http_registration_status(status)->title,
                        "status", (int) status,
                        "detail", reg_form_message(ctx->conf->form, word,
                                                   language),
                        "errors", errors,
                        "current", current);

    len = json_dumpb(problem, NULL, 0, JSON_COMPACT);

    b = len ? ngx_create_temp_buf(r->pool, len) : NULL;

    if (b) {
        b->last += json_dumpb(problem, (char *) b->pos, len, JSON_COMPACT);
    }

    json_decref(problem);

    return b;
}


/* [{"field", "code", "message"}] */

json_t *
ngx_http_registration_errors(ngx_http_registration_ctx_t *ctx,
    reg_language_t language, reg_faults_t *faults)
{
    size_t        i;
    json_t       *errors;
    const char   *word;

    if (faults == NULL) {
        return NULL;
    }

    errors = json_array();

    for (i = 0; i < faults->n; i++) {
        word = reg_code_name(faults->fault[i].code);

        (void) json_array_append_new(errors,
                   json_pack("{s:s, s:s, s:s}",
                             "field", faults->fault[i].field,
                             "code", word,
                             "message", reg_form_message(ctx->conf->form,
                                                         word, language)));
    }

    return errors;
}


static ngx_int_t
ngx_http_registration_retry_after(ngx_http_request_t *r, ngx_uint_t seconds)
{
    u_char  *p, *last;

    p = ngx_pnalloc(r->pool, NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(p, "%ui", ngx_max(seconds, 1));

    return ngx_http_registration_add_header(r, "Retry-After", p, last - p)
           ? NGX_OK : NGX_ERROR;
}


/* What is not in the table is any wrong request, or any failure of ours. */

static ngx_http_registration_status_t *
ngx_http_registration_status(ngx_uint_t status)
{
    ngx_http_registration_status_t  *s;

    for (s = ngx_http_registration_statuses; s->status != 500; s++) {
        if (s->status == status) {
            return s;
        }
    }

    return status < 500 ? &ngx_http_registration_statuses[0] : s;
}


/*
 * Chinese unless Accept-Language (RFC 9110, 12.5.4) ranks English higher, or
 * names it first at the same rank.
 */

reg_language_t
ngx_http_registration_language(ngx_http_request_t *r)
{
    u_char           *p, *end, *last;
    ngx_uint_t        q, best;
    reg_language_t    language;
    ngx_table_elt_t  *h;

    h = ngx_http_registration_header(r, "accept-language",
                                     sizeof("accept-language") - 1);
    if (h == NULL) {
        return REG_ZH_CN;
    }

    best = 0;
    language = REG_ZH_CN;
    p = h->value.data;
    last = p + h->value.len;

    while (p < last) {
        end = ngx_strlchr(p, last, ',');
        end = end ? end : last;

        while (p < end && *p == ' ') {
            p++;
        }

        q = ngx_http_registration_quality(p, end);

        if (end - p >= 2 && q > best) {
            if (ngx_strncasecmp(p, (u_char *) "en", 2) == 0) {
                language = REG_EN;
                best = q;

            } else if (ngx_strncasecmp(p, (u_char *) "zh", 2) == 0) {
                language = REG_ZH_CN;
                best = q;
            }
        }

        p = end + 1;
    }

    return language;
}


/* The weight of a language range in thousandths. */

static ngx_uint_t
ngx_http_registration_quality(u_char *p, u_char *last)
{
    u_char     *q;
    ngx_int_t   n;

    q = ngx_strlchr(p, last, ';');
    if (q == NULL) {
        return 1000;
    }

    q = ngx_strlchr(q, last, '=');
    if (q == NULL || q + 1 == last) {
        return 0;
    }

    n = ngx_atofp(q + 1, ngx_min(last - q - 1, 5), 3);

    return n == NGX_ERROR ? 0 : (ngx_uint_t) n;
}


ngx_int_t
ngx_http_registration_problem_filter_init(ngx_conf_t *cf)
{
    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_registration_problem_header_filter;

    ngx_http_next_body_filter = ngx_http_top_body_filter;
    ngx_http_top_body_filter = ngx_http_registration_problem_body_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_problem_header_filter(ngx_http_request_t *r)
{
    ngx_buf_t                    *b;
    ngx_uint_t                    status;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);
    status = r->err_status ? r->err_status : r->headers_out.status;

    if (r != r->main || status < 400 || (ctx && ctx->answered)
        || !ngx_http_registration_is_ours(r, ctx))
    {
        return ngx_http_next_header_filter(r);
    }

    if (ctx == NULL) {
        ctx = ngx_http_registration_create_ctx(r);
        if (ctx == NULL) {
            return NGX_ERROR;
        }
    }

    b = ngx_http_registration_problem_text(r, ctx, status,
                            ngx_http_registration_status(status)->word, NULL,
                            NULL);

    if (b == NULL) {
        return NGX_ERROR;
    }

    /* heuristics let a cache keep a 404 that says nothing of it */

    if (ngx_http_registration_no_store(r) != NGX_OK) {
        return NGX_ERROR;
    }

    if ((status == NGX_HTTP_TOO_MANY_REQUESTS
         || status == NGX_HTTP_SERVICE_UNAVAILABLE)
        && ngx_http_registration_retry_after(r, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ctx->answered = 1;
    ctx->problem = b;
    b->last_buf = 1;
    b->last_in_chain = 1;

    ngx_http_clear_content_length(r);
    r->headers_out.content_length_n = b->last - b->pos;
    r->headers_out.content_type = ngx_http_registration_problem_type;
    r->headers_out.content_type_len = r->headers_out.content_type.len;
    r->headers_out.content_type_lowcase = NULL;

    return ngx_http_next_header_filter(r);
}


/* Errors of a mount, and refusals of registration_require elsewhere. */

static ngx_uint_t
ngx_http_registration_is_ours(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    return rlcf->mounted > NGX_HTTP_REGISTRATION_UNMOUNTED
           || (ctx && ctx->refused
               && r->err_status == (ngx_uint_t) ctx->refused);
}


/* The page that nginx made gives way to the problem, once. */

static ngx_int_t
ngx_http_registration_problem_body_filter(ngx_http_request_t *r,
    ngx_chain_t *in)
{
    ngx_chain_t                   out, *cl;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (ctx == NULL || ctx->problem == NULL || in == NULL) {
        return ngx_http_next_body_filter(r, in);
    }

    for (cl = in; cl; cl = cl->next) {
        cl->buf->pos = cl->buf->last;
        cl->buf->file_pos = cl->buf->file_last;
    }

    out.buf = ctx->problem;
    out.next = NULL;

    ctx->problem = NULL;

    return ngx_http_next_body_filter(r, &out);
}
