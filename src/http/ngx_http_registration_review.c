
/*
 * Who a reviewer is, and what every reviewers' call begins and ends with.
 *
 * enter → (Redis: the session) → enter_session → the call's own steps; at once
 * when nginx itself knows who comes.
 */


#include <ngx_http_registration_review.h>
#include <reg_text.h>


static ngx_int_t ngx_http_registration_enter_named(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_enter_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, redisReply *reply);


ngx_int_t
ngx_http_registration_review_enter(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_step_pt step)
{
    ngx_int_t                          rc;
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_reviewer_t));
    if (reviewer == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->reviewer = reviewer;
    ctx->entered = step;

    if (ctx->loc->reviewer) {
        if (ngx_http_complex_value(r, ctx->loc->reviewer, &reviewer->name)
            != NGX_OK)
        {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (reviewer->name.len) {
            return ngx_http_registration_enter_named(r, ctx);
        }
    }

    if (ngx_http_registration_review_cookie(r, ctx, &reviewer->ticket)
        != NGX_OK)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    rc = ngx_http_registration_ticket_fetch(r, ctx,
                                         NGX_HTTP_REGISTRATION_REVIEWER_KEY,
                                         &reviewer->ticket,
                                         ctx->conf->policy.review_idle);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_enter_session);
}


/* A session has an epoch; that there is none says that nginx knows the name. */

static ngx_int_t
ngx_http_registration_enter_named(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;
    reviewer->external = 1;

    if (reviewer->name.len > NGX_HTTP_REGISTRATION_REVIEWER_NAME
        || ngx_strlchr(reviewer->name.data,
                       reviewer->name.data + reviewer->name.len, '\0')
        || !reg_text_valid(ngx_http_registration_str(&reviewer->name)))
    {
        return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                             "forbidden");
    }

    return ctx->entered(r, ctx);
}


static ngx_int_t
ngx_http_registration_enter_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    if (ngx_http_registration_review_read(r, ctx, ctx->call.result)
        != NGX_OK)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    return ctx->entered(r, ctx);
}


/* The record is "CREATED EPOCH NAME"; the name may hold spaces. */

static ngx_int_t
ngx_http_registration_review_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, redisReply *reply)
{
    u_char                            *p, *last, *space;
    ngx_str_t                          text, context;
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;

    if (reply->type != REDIS_REPLY_STRING) {
        return NGX_DECLINED;
    }

    context.len = REG_HASH;
    context.data = reviewer->ticket.hash;

    if (ngx_http_registration_open(r, ctx, &context, reply->str, reply->len,
                                   &text)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    p = text.data;
    last = p + text.len;

    space = ngx_strlchr(p, last, ' ');
    if (space == NULL) {
        return NGX_DECLINED;
    }

    reviewer->created = ngx_atotm(p, space - p);
    p = space + 1;

    space = ngx_strlchr(p, last, ' ');
    if (space == NULL) {
        return NGX_DECLINED;
    }

    reviewer->epoch.data = p;
    reviewer->epoch.len = space - p;
    reviewer->name.data = space + 1;
    reviewer->name.len = last - space - 1;

    if (reviewer->created == NGX_ERROR
        || ngx_time() - reviewer->created
           >= (time_t) (ctx->conf->policy.review_lifetime / 1000))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_review_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_reviewer_t *reviewer, ngx_str_t *record)
{
    u_char     *p, *last;
    ngx_str_t   context;

    p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN + reviewer->epoch.len
                    + reviewer->name.len + 2);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(p, "%T %V %V", reviewer->created, &reviewer->epoch,
                       &reviewer->name);

    context.len = REG_HASH;
    context.data = reviewer->ticket.hash;

    return ngx_http_registration_seal(r, ctx, &context, p, last - p, record);
}


void
ngx_http_registration_review_params(ngx_http_registration_ctx_t *ctx,
    ngx_registration_param_t *params)
{
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;

    params[0].value = reviewer->name;
    params[1].value = reviewer->epoch;
}


void
ngx_http_registration_review_lease(ngx_http_registration_ctx_t *ctx,
    ngx_registration_param_t *param, u_char *text)
{
    param->value.data = text;
    param->value.len = ngx_sprintf(text, "%M",
                                   ctx->conf->policy.review_claim / 1000)
                       - text;
}


ngx_int_t
ngx_http_registration_review_outcome(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_int_t *rc)
{
    PGresult    *result;
    const char  *outcome;

    result = ctx->call.result;
    *rc = NGX_HTTP_INTERNAL_SERVER_ERROR;

    if (PQntuples(result) == 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "a reviewers' function gave no row");
        return NGX_DECLINED;
    }

    outcome = PQgetvalue(result, 0, 0);

    if (ngx_strcmp(outcome, "ok") == 0) {
        return NGX_OK;
    }

    if (ngx_strcmp(outcome, "signed_out") == 0) {
        *rc = ngx_http_registration_review_unauthorized(r, ctx);
        return NGX_DECLINED;
    }

    if (ngx_strcmp(outcome, "unknown") == 0) {
        *rc = ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                            "not_found");
        return NGX_DECLINED;
    }

    return NGX_DONE;
}


/* Disabled, or with another password, since the session began. */

ngx_int_t
ngx_http_registration_review_unauthorized(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;

    if (reviewer->external) {
        return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                             "forbidden");
    }

    return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                         "unauthorized");
}


json_t *
ngx_http_registration_review_identity(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_reviewer_t *reviewer, const char *role)
{
    time_t   end;
    json_t  *identity;

    identity = json_pack("{s:s%, s:s, s:b}",
                         "name", reviewer->name.data, reviewer->name.len,
                         "role", role,
                         "external", (int) reviewer->external);

    if (!reviewer->external) {
        end = reviewer->created + ctx->conf->policy.review_lifetime / 1000;

        json_object_set_new(identity, "signed_in_at",
                            ngx_http_registration_instant(reviewer->created));
        json_object_set_new(identity, "expires_at",
                            ngx_http_registration_instant(end));
    }

    return identity;
}


ngx_uint_t
ngx_http_registration_is_number(ngx_str_t *text)
{
    size_t  i;

    if (text->len != NGX_HTTP_REGISTRATION_NUMBER) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return 0;
        }
    }

    return 1;
}


ngx_int_t
ngx_http_registration_argument(ngx_http_request_t *r, const char *name,
    ngx_str_t *value)
{
    u_char     *p, *src, *dst;
    ngx_str_t   arg;

    ngx_str_null(value);

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &arg) != NGX_OK) {
        return NGX_OK;
    }

    p = ngx_pnalloc(r->pool, arg.len + 1);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, arg.data, arg.len);

    /* forms write a space as "+" (WHATWG URL, 5.1) */

    for (src = p; src < p + arg.len; src++) {
        if (*src == '+') {
            *src = ' ';
        }
    }

    src = p;
    dst = p;
    ngx_unescape_uri(&dst, &src, arg.len, 0);

    value->data = p;
    value->len = dst - p;
    *dst = '\0';

    if (ngx_strlchr(p, dst, '\0')
        || !reg_text_valid(ngx_http_registration_str(value)))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


json_t *
ngx_http_registration_column(PGresult *result, int row, int column)
{
    if (PQgetisnull(result, row, column)) {
        return json_null();
    }

    return json_stringn(PQgetvalue(result, row, column),
                        PQgetlength(result, row, column));
}
