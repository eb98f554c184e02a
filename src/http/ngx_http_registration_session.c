
/*
 * GET and DELETE /session: who is signed in.
 */


#include <ngx_http_registration_session.h>


static ngx_int_t ngx_http_registration_session_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static u_char *ngx_http_registration_session_put(u_char *p, const char *text,
    ngx_str_t *value);
static ngx_int_t ngx_http_registration_session_found(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_signed_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/* KEYS: session, sessions of the account.  ARGV: session's hash. */

static ngx_registration_script_t  ngx_http_registration_sign_out_script = {
    ngx_string(
    "redis.call('DEL', KEYS[1])\n"
    "redis.call('ZREM', KEYS[2], ARGV[1])\n"
    "return 1"), { 0 }
};


ngx_int_t
ngx_http_registration_session_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_session_look_up(r, ctx);

    if (rc == NGX_DONE) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_session_show);
}


/*
 * Asked for with every page: copied together, a tree of values would take as
 * long as all the rest.  No value has a character that JSON escapes.
 */

static ngx_int_t
ngx_http_registration_session_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                            *p, *last;
    ngx_http_registration_session_t   *session;
    ngx_http_registration_loc_conf_t  *rlcf;

    session = ngx_http_registration_session_read(r, ctx, ctx->call.result);

    if (session == NULL) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    p = ngx_pnalloc(r->pool, sizeof("{\"number\":\"\",\"status\":\"\","
                                    "\"signed_in_at\":\"\","
                                    "\"expires_at\":\"\",\"landing\":\"\"}")
                             + session->number.len + session->status.len
                             + 2 * NGX_HTTP_REGISTRATION_INSTANT
                             + rlcf->landing_page.len);
    if (p == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    last = ngx_http_registration_session_put(p, "{\"number\":\"",
                                             &session->number);
    last = ngx_http_registration_session_put(last, "\",\"status\":\"",
                                             &session->status);
    last = ngx_http_registration_session_put(last, "\",\"signed_in_at\":\"",
                                             NULL);
    last = ngx_http_registration_put_instant(last, session->created);
    last = ngx_http_registration_session_put(last, "\",\"expires_at\":\"",
                                             NULL);
    last = ngx_http_registration_put_instant(last, session->created
                              + ctx->conf->policy.session_lifetime / 1000);

    if (ngx_http_registration_equal(&session->status, "approved")) {
        last = ngx_http_registration_session_put(last, "\",\"landing\":\"",
                                                 &rlcf->landing_page);
    }

    *last++ = '"';
    *last++ = '}';

    return ngx_http_registration_reply(r, NGX_HTTP_OK, p, last - p);
}


static u_char *
ngx_http_registration_session_put(u_char *p, const char *text,
    ngx_str_t *value)
{
    p = ngx_cpymem(p, text, ngx_strlen(text));

    return value ? ngx_cpymem(p, value->data, value->len) : p;
}


/* Where the page leads whoever is approved. */

void
ngx_http_registration_session_landing(ngx_http_request_t *r,
    ngx_http_registration_session_t *session, json_t *reply)
{
    ngx_http_registration_loc_conf_t  *rlcf;

    if (!ngx_http_registration_equal(&session->status, "approved")) {
        return;
    }

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    json_object_set_new(reply, "landing",
                        json_stringn((char *) rlcf->landing_page.data,
                                     rlcf->landing_page.len));
}


ngx_int_t
ngx_http_registration_sign_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_session_look_up(r, ctx);

    if (rc == NGX_DONE) {
        return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
    }

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_session_found);
}


static ngx_int_t
ngx_http_registration_session_found(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_str_t                         argv[3];
    ngx_http_registration_session_t  *session;

    session = ngx_http_registration_session_read(r, ctx, ctx->call.result);

    if (session == NULL) {
        return ngx_http_registration_signed_out(r, ctx);
    }

    if (ngx_http_registration_ticket_key(r, NGX_HTTP_REGISTRATION_SESSION_KEY,
                                         &session->ticket, &argv[0])
        != NGX_OK
        || ngx_http_registration_sessions_key(r, &session->account, &argv[1])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[2].len = sizeof(session->ticket.hex);
    argv[2].data = session->ticket.hex;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_sign_out_script,
                                       2, argv, 3);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_signed_out);
}


static ngx_int_t
ngx_http_registration_signed_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    if (ngx_http_registration_clear_cookie(r, ctx, 1) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}


ngx_int_t
ngx_http_registration_session_look_up(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_http_registration_session_t  *session;

    session = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_session_t));
    if (session == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_registration_session_cookie(r, ctx, &session->ticket);

    if (rc != NGX_OK) {
        return rc == NGX_DECLINED ? NGX_DONE : rc;
    }

    ctx->data = session;

    return ngx_http_registration_ticket_fetch(r, ctx,
                                         NGX_HTTP_REGISTRATION_SESSION_KEY,
                                         &session->ticket,
                                         ctx->conf->policy.session_idle);
}


ngx_http_registration_session_t *
ngx_http_registration_session_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, redisReply *reply)
{
    ngx_http_registration_session_t  *session;

    session = ngx_http_registration_session_any(r, ctx, reply);

    if (session == NULL
        || ngx_http_registration_equal(&session->status, "pending"))
    {
        return NULL;
    }

    return session;
}


/* The record is "ACCOUNT NUMBER STATUS CREATED", sealed for its key. */

ngx_http_registration_session_t *
ngx_http_registration_session_any(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, redisReply *reply)
{
    u_char                           *p, *last, *space;
    ngx_str_t                         text, context, *field[3];
    ngx_uint_t                        i;
    ngx_http_registration_session_t  *session;

    session = ctx->data;

    if (reply->type != REDIS_REPLY_STRING) {
        return NULL;
    }

    context.len = REG_HASH;
    context.data = session->ticket.hash;

    if (ngx_http_registration_open(r, ctx, &context, reply->str, reply->len,
                                   &text)
        != NGX_OK)
    {
        return NULL;
    }

    p = text.data;
    last = p + text.len;

    field[0] = &session->account;
    field[1] = &session->number;
    field[2] = &session->status;

    for (i = 0; i < 3; i++) {
        space = ngx_strlchr(p, last, ' ');
        if (space == NULL) {
            return NULL;
        }

        field[i]->data = p;
        field[i]->len = space - p;
        p = space + 1;
    }

    session->created = ngx_atotm(p, last - p);

    if (session->created == NGX_ERROR
        || ngx_time() - session->created
           >= (time_t) (ctx->conf->policy.session_lifetime / 1000))
    {
        return NULL;
    }

    return session;
}


ngx_int_t
ngx_http_registration_session_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_session_t *session, ngx_str_t *record)
{
    u_char     *p, *last;
    ngx_str_t   context;

    p = ngx_pnalloc(r->pool, session->account.len + session->number.len
                    + session->status.len + 3 + NGX_TIME_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_sprintf(p, "%V %V %V %T", &session->account, &session->number,
                       &session->status, session->created);

    context.len = REG_HASH;
    context.data = session->ticket.hash;

    return ngx_http_registration_seal(r, ctx, &context, p, last - p, record);
}


ngx_int_t
ngx_http_registration_sessions_key(ngx_http_request_t *r, ngx_str_t *account,
    ngx_str_t *key)
{
    key->data = ngx_pnalloc(r->pool,
                            sizeof(NGX_HTTP_REGISTRATION_SESSIONS_KEY)
                            + account->len);
    if (key->data == NULL) {
        return NGX_ERROR;
    }

    key->len = ngx_sprintf(key->data, NGX_HTTP_REGISTRATION_SESSIONS_KEY "%V",
                           account)
               - key->data;

    return NGX_OK;
}
