
/*
 * The way of a request: its endpoint is found, its body read, and its steps
 * are run one after another as their calls come back.
 */


#include <ngx_http_registration.h>


static ngx_int_t ngx_http_registration_hide_query(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_cut_query(ngx_http_request_t *r,
    ngx_str_t *line);
static void ngx_http_registration_cleanup(void *data);
static ngx_int_t ngx_http_registration_route(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_endpoint_t **endpoint);
static ngx_uint_t ngx_http_registration_match(ngx_str_t *pattern, u_char *path,
    u_char *last, ngx_str_t *id);
static ngx_int_t ngx_http_registration_not_allowed(ngx_http_request_t *r,
    ngx_uint_t methods);
static ngx_uint_t ngx_http_registration_foreign(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_check_type(ngx_http_request_t *r,
    ngx_uint_t body);
static ngx_int_t ngx_http_registration_refuse(ngx_http_request_t *r,
    ngx_uint_t status, const char *word);
static void ngx_http_registration_body_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_parse_body(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_join_body(ngx_http_request_t *r,
    ngx_str_t *text);
static void ngx_http_registration_run(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_done(ngx_registration_call_t *call);


static ngx_http_registration_endpoint_t  ngx_http_registration_endpoints[] = {

    { ngx_string("form"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_form },
    { ngx_string("regions"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_regions },

    { ngx_string("draft"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_draft_get },
    { ngx_string("draft"), NGX_HTTP_PUT,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_draft_put },
    { ngx_string("draft"), NGX_HTTP_DELETE,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_draft_delete },

    { ngx_string("availability"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_availability },

    { ngx_string("documents"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_UPLOAD, ngx_http_registration_document_post },
    { ngx_string("documents/*"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_document_get },
    { ngx_string("documents/*"), NGX_HTTP_DELETE,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_document_delete },
    { ngx_string("documents/*/recognition"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_recognition },

    { ngx_string("email-codes"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_email_code },
    { ngx_string("registrations"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_submit },

    { ngx_string("sessions"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_sign_in },
    { ngx_string("session"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_session_get },
    { ngx_string("session"), NGX_HTTP_DELETE,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_sign_out },
    { ngx_string("password-resets"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_password_reset },

    { ngx_string("correction"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_correction },
    { ngx_string("correction"), NGX_HTTP_PUT,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_correction },

    { ngx_null_string, 0, 0, NULL }
};


static ngx_http_registration_endpoint_t
    ngx_http_registration_review_endpoints[] = {

    { ngx_string("form"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_form },
    { ngx_string("regions"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_regions },

    { ngx_string("sessions"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_review_sign_in },
    { ngx_string("session"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_session },
    { ngx_string("session"), NGX_HTTP_DELETE,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_sign_out },

    { ngx_string("registrations"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_queue },
    { ngx_string("registrations.csv"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_csv },
    { ngx_string("registrations/*"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY,
      ngx_http_registration_review_application },
    { ngx_string("registrations/*/claim"), NGX_HTTP_PUT,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_claim },
    { ngx_string("registrations/*/claim"), NGX_HTTP_DELETE,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_unclaim },
    { ngx_string("registrations/*/decisions"), NGX_HTTP_POST,
      NGX_HTTP_REGISTRATION_JSON, ngx_http_registration_review_decision },

    { ngx_string("documents/*"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_document },
    { ngx_string("audit"), NGX_HTTP_GET,
      NGX_HTTP_REGISTRATION_NO_BODY, ngx_http_registration_review_audit },

    { ngx_null_string, 0, 0, NULL }
};


/*
 * nginx writes the request line beside every error, and access logs may hold
 * it, too: a query there would name whom somebody looks for.  The first phase
 * that knows the location is the one of its rewrites.
 */

ngx_int_t
ngx_http_registration_request_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_REWRITE_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_registration_hide_query;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_hide_query(ngx_http_request_t *r)
{
    u_char                            *p;
    ngx_str_t                         *page;
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    if (rlcf->mounted <= NGX_HTTP_REGISTRATION_UNMOUNTED) {
        return NGX_DECLINED;
    }

    if (ngx_http_registration_cut_query(r, &r->request_line) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* the page that asks may have the same in its own address */

    if (r->headers_in.referer) {
        page = &r->headers_in.referer->value;
        p = ngx_strlchr(page->data, page->data + page->len, '?');

        if (p) {
            page->len = p - page->data;
        }
    }

    return NGX_DECLINED;
}


/* "GET /path?query HTTP/1.1" becomes "GET /path HTTP/1.1". */

static ngx_int_t
ngx_http_registration_cut_query(ngx_http_request_t *r, ngx_str_t *line)
{
    u_char  *p, *last, *query, *rest;

    last = line->data + line->len;
    query = ngx_strlchr(line->data, last, '?');

    if (query == NULL) {
        return NGX_OK;
    }

    for (rest = last; rest > query && rest[-1] != ' '; rest--) { /* void */ }

    rest = (rest > query) ? rest - 1 : last;

    p = ngx_pnalloc(r->pool, (query - line->data) + (last - rest));
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_cpymem(ngx_cpymem(p, line->data, query - line->data), rest,
                      last - rest);

    line->data = p;
    line->len = last - p;

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_handler(ngx_http_request_t *r)
{
    ngx_int_t                          rc;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_endpoint_t  *endpoint;

    ctx = ngx_http_registration_create_ctx(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    endpoint = NULL;
    rc = ngx_http_registration_route(r, ctx, &endpoint);

    if (endpoint == NULL) {
        return rc;
    }

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        && ngx_http_registration_foreign(r))
    {
        return ngx_http_registration_refuse(r, NGX_HTTP_FORBIDDEN,
                                            "forbidden_origin");
    }

    if (endpoint->body == NGX_HTTP_REGISTRATION_NO_BODY) {
        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }

        r->main->count++;
        ctx->step = endpoint->handler;
        ngx_http_registration_run(r);

        return NGX_DONE;
    }

    if (ngx_http_registration_check_type(r, endpoint->body) != NGX_OK) {
        return ngx_http_registration_refuse(r,
                                            NGX_HTTP_UNSUPPORTED_MEDIA_TYPE,
                                            "unsupported_media_type");
    }

    ctx->step = endpoint->handler;
    r->request_body_in_single_buf =
                             (endpoint->body == NGX_HTTP_REGISTRATION_JSON);

    /* whatever client_body_in_file_only says: no body is left in clear */

    r->request_body_in_file_only = 0;
    r->request_body_in_persistent_file = 0;

    rc = ngx_http_read_client_request_body(r,
                                           ngx_http_registration_body_handler);

    return rc >= NGX_HTTP_SPECIAL_RESPONSE ? rc : NGX_DONE;
}


/* The table of a mount; its last entry has no handler. */

ngx_http_registration_endpoint_t *
ngx_http_registration_endpoints_of(ngx_int_t mounted)
{
    return mounted == NGX_HTTP_REGISTRATION_REVIEWERS
           ? ngx_http_registration_review_endpoints
           : ngx_http_registration_endpoints;
}


ngx_http_registration_ctx_t *
ngx_http_registration_create_ctx(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t           *cln;
    ngx_http_registration_ctx_t  *ctx;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_registration_ctx_t));
    if (cln == NULL) {
        return NULL;
    }

    ctx = cln->data;
    ngx_memzero(ctx, sizeof(ngx_http_registration_ctx_t));

    ctx->request = r;
    ctx->call.done = ngx_http_registration_done;
    ctx->call.data = ctx;
    ctx->conf = ngx_http_get_module_main_conf(r,
                                              ngx_http_registration_module);
    ctx->loc = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    cln->handler = ngx_http_registration_cleanup;

    ngx_http_set_ctx(r, ctx, ngx_http_registration_module);

    return ctx;
}


/* The request is gone, whether it was answered or its client went away. */

static void
ngx_http_registration_cleanup(void *data)
{
    ngx_http_registration_ctx_t *ctx = data;

    ngx_registration_call_abandon(&ctx->call);

    json_decref(ctx->body);
}


/* Answers itself when no endpoint is found. */

static ngx_int_t
ngx_http_registration_route(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_endpoint_t **endpoint)
{
    u_char                            *path, *last;
    ngx_uint_t                         method, methods;
    ngx_http_registration_endpoint_t  *ep;

    methods = 0;
    method = (r->method == NGX_HTTP_HEAD) ? NGX_HTTP_GET : r->method;

    path = r->uri.data + ngx_min(ctx->loc->mount.len, r->uri.len);
    last = r->uri.data + r->uri.len;

    ep = ngx_http_registration_endpoints_of(ctx->loc->mounted);

    for ( /* void */ ; ep->handler; ep++) {

        if (!ngx_http_registration_match(&ep->path, path, last, &ctx->id)) {
            continue;
        }

        if (ep->method == method) {
            ctx->endpoint = ep;
            *endpoint = ep;
            return NGX_OK;
        }

        methods |= ep->method;
    }

    if (methods) {
        return ngx_http_registration_not_allowed(r, methods);
    }

    return ngx_http_registration_refuse(r, NGX_HTTP_NOT_FOUND, "not_found");
}


/* "*" matches one segment of the path that is not empty. */

static ngx_uint_t
ngx_http_registration_match(ngx_str_t *pattern, u_char *path, u_char *last,
    ngx_str_t *id)
{
    u_char  *p, *end;

    p = pattern->data;
    end = p + pattern->len;

    while (p < end) {

        if (*p == '*') {
            id->data = path;

            while (path < last && *path != '/') {
                path++;
            }

            id->len = path - id->data;

            if (id->len == 0) {
                return 0;
            }

            p++;
            continue;
        }

        if (path == last || *path != *p) {
            return 0;
        }

        path++;
        p++;
    }

    return path == last;
}


static ngx_int_t
ngx_http_registration_not_allowed(ngx_http_request_t *r, ngx_uint_t methods)
{
    u_char      *p, *allow;
    ngx_uint_t   i;

    static struct {
        ngx_uint_t   method;
        const char  *text;
    } names[] = {
        { NGX_HTTP_GET, "GET, HEAD, " },
        { NGX_HTTP_POST, "POST, " },
        { NGX_HTTP_PUT, "PUT, " },
        { NGX_HTTP_DELETE, "DELETE, " }
    };

    allow = ngx_pnalloc(r->pool, sizeof("GET, HEAD, POST, PUT, DELETE, "));
    if (allow == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = allow;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (methods & names[i].method) {
            p = ngx_sprintf(p, "%s", names[i].text);
        }
    }

    p -= sizeof(", ") - 1;

    if (ngx_http_registration_add_header(r, "Allow", allow, p - allow)
        == NULL)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_refuse(r, NGX_HTTP_NOT_ALLOWED,
                                        "method_not_allowed");
}


/*
 * Whether a browser sends this on behalf of a page of another origin.  Older
 * browsers send no Sec-Fetch-Site, other clients send neither header.
 */

static ngx_uint_t
ngx_http_registration_foreign(ngx_http_request_t *r)
{
    u_char           *host;
    size_t            len;
    ngx_table_elt_t  *h;

    h = ngx_http_registration_header(r, "sec-fetch-site",
                                     sizeof("sec-fetch-site") - 1);
    if (h) {
        return !ngx_http_registration_equal(&h->value, "same-origin")
               && !ngx_http_registration_equal(&h->value, "none");
    }

    h = ngx_http_registration_header(r, "origin", sizeof("origin") - 1);
    if (h == NULL) {
        return 0;
    }

    host = ngx_strlchr(h->value.data, h->value.data + h->value.len, '/');

    if (host == NULL || r->headers_in.host == NULL) {
        return 1;
    }

    host += 2;                             /* "https://" */
    len = h->value.data + h->value.len - host;

    return r->headers_in.host->value.len != len
           || ngx_strncasecmp(r->headers_in.host->value.data, host, len) != 0;
}


/* A request header by its name in lower case; NULL when there is none. */

ngx_table_elt_t *
ngx_http_registration_header(ngx_http_request_t *r, const char *name,
    size_t len)
{
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    part = &r->headers_in.headers.part;
    h = part->elts;

    for (i = 0; /* void */ ; i++) {

        if (i >= part->nelts) {
            if (part->next == NULL) {
                return NULL;
            }

            part = part->next;
            h = part->elts;
            i = 0;
        }

        if (h[i].key.len == len
            && ngx_strncasecmp(h[i].key.data, (u_char *) name, len) == 0)
        {
            return &h[i];
        }
    }
}


static ngx_int_t
ngx_http_registration_check_type(ngx_http_request_t *r, ngx_uint_t body)
{
    size_t       len;
    ngx_str_t   *type;
    const char  *due;

    if (ngx_http_registration_header(r, "content-encoding",
                                     sizeof("content-encoding") - 1)
        || r->headers_in.content_type == NULL)
    {
        return NGX_DECLINED;
    }

    due = (body == NGX_HTTP_REGISTRATION_JSON) ? "application/json"
                                               : "multipart/form-data";
    len = ngx_strlen(due);
    type = &r->headers_in.content_type->value;

    if (type->len < len
        || ngx_strncasecmp(type->data, (u_char *) due, len) != 0)
    {
        return NGX_DECLINED;
    }

    if (type->len > len && type->data[len] != ';' && type->data[len] != ' '
        && type->data[len] != '\t')
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/*
 * An answer before the body was read: without closing, what remains of the
 * body would be taken for the next request.
 */

static ngx_int_t
ngx_http_registration_refuse(ngx_http_request_t *r, ngx_uint_t status,
    const char *word)
{
    if (r->headers_in.content_length_n > 0 || r->headers_in.chunked) {
        r->keepalive = 0;
        r->lingering_close = 1;
    }

    return ngx_http_registration_problem(r, status, word);
}


static void
ngx_http_registration_body_handler(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (r->request_body_in_single_buf) {
        rc = ngx_http_registration_parse_body(r, ctx);

        if (ctx->body == NULL) {
            ngx_http_finalize_request(r, rc);
            return;
        }
    }

    ngx_http_registration_run(r);
}


/* Answers itself when the body is none. */

static ngx_int_t
ngx_http_registration_parse_body(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t  text;

    if (r->request_body == NULL || r->request_body->temp_file) {

        /* JSON that does not fit client_body_buffer_size is none of ours */

        return ngx_http_registration_problem(r,
                                             NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                             "payload_too_large");
    }

    if (ngx_http_registration_join_body(r, &text) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->body = reg_json_parse((char *) text.data, text.len);

    if (ctx->body == NULL) {
        return ngx_http_registration_problem(r, NGX_HTTP_BAD_REQUEST,
                                             "bad_request");
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_join_body(ngx_http_request_t *r, ngx_str_t *text)
{
    ngx_chain_t  *cl;

    cl = r->request_body->bufs;

    if (cl && cl->next == NULL) {
        text->data = cl->buf->pos;
        text->len = cl->buf->last - cl->buf->pos;
        return NGX_OK;
    }

    text->len = ngx_http_registration_body_size(r);
    text->data = ngx_pnalloc(r->pool, text->len + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_http_registration_copy_body(r, text->data);

    return NGX_OK;
}


/* The bytes of a body that nginx holds in memory. */

size_t
ngx_http_registration_body_size(ngx_http_request_t *r)
{
    size_t        size;
    ngx_chain_t  *cl;

    size = 0;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        size += cl->buf->last - cl->buf->pos;
    }

    return size;
}


void
ngx_http_registration_copy_body(ngx_http_request_t *r, u_char *p)
{
    size_t        size;
    ngx_chain_t  *cl;

    for (cl = r->request_body->bufs; cl; cl = cl->next) {
        size = cl->buf->last - cl->buf->pos;

        /* HTTP/2 ends with a buffer that has no memory */

        if (size) {
            p = ngx_cpymem(p, cl->buf->pos, size);
        }
    }
}


/* A column that outlives its result, with a NUL behind it. */

ngx_int_t
ngx_http_registration_copy(ngx_http_request_t *r, PGresult *result, int row,
    int column, ngx_str_t *value)
{
    value->len = PQgetlength(result, row, column);
    value->data = ngx_pnalloc(r->pool, value->len + 1);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(value->data, PQgetvalue(result, row, column), value->len);
    value->data[value->len] = '\0';

    return NGX_OK;
}


/* Says which step comes next, or answers when its call could not start. */

ngx_int_t
ngx_http_registration_wait(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_int_t rc,
    ngx_http_registration_step_pt step)
{
    if (rc == NGX_OK) {
        ctx->step = step;
        ctx->pending = 1;
        return NGX_AGAIN;
    }

    ctx->call.status = rc;

    if (ctx->failure) {
        step = ctx->failure;
        ctx->failure = NULL;
        return step(r, ctx);
    }

    if (rc == NGX_ERROR) {
        return ngx_http_registration_problem(r,
                                             NGX_HTTP_INTERNAL_SERVER_ERROR,
                                             "internal");
    }

    return ngx_http_registration_busy(r, NGX_HTTP_SERVICE_UNAVAILABLE,
                                      rc == NGX_BUSY ? 1 : 5);
}


/*
 * The write event handler of a request under way.  The client's own write
 * events call it, too, and find it pending.
 */

static void
ngx_http_registration_run(ngx_http_request_t *r)
{
    ngx_int_t                     rc;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (ctx->pending) {
        return;
    }

    rc = ctx->step(r, ctx);

    if (rc == NGX_AGAIN && ctx->pending) {
        r->write_event_handler = ngx_http_registration_run;
        return;
    }

    ngx_http_finalize_request(r, rc);
}


static ngx_int_t
ngx_http_registration_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_wait(r, ctx, ctx->call.status, NULL);
}


static void
ngx_http_registration_done(ngx_registration_call_t *call)
{
    ngx_connection_t             *c;
    ngx_http_request_t           *r;
    ngx_http_registration_ctx_t  *ctx;

    ctx = call->data;
    r = ctx->request;
    c = r->connection;

    ctx->pending = 0;

    if (call->status != NGX_OK) {
        ctx->step = ngx_http_registration_failed;

    } else {
        ctx->failure = NULL;
    }

    /* the posted request runs here and now: the call's result still lives */

    if (ngx_http_post_request(r, NULL) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }

    ngx_http_run_posted_requests(c);
}
