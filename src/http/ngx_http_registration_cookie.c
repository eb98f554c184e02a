
/*
 * The cookies: the draft, the session and the reviewer's session.  A cookie
 * holds a random token; Redis knows only its keyed hash.
 */


#include <ngx_http_registration.h>


static ngx_int_t ngx_http_registration_read_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name,
    ngx_http_registration_ticket_t *ticket);
static ngx_int_t ngx_http_registration_find_cookie(ngx_http_request_t *r,
    ngx_str_t *name, ngx_str_t *value);
static ngx_int_t ngx_http_registration_create_ticket(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name,
    ngx_http_registration_ticket_t *ticket);
static void ngx_http_registration_hash_ticket(
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name,
    ngx_http_registration_ticket_t *ticket);
static ngx_uint_t ngx_http_registration_is_cookie(ngx_str_t *name, u_char *p,
    u_char *last);
static ngx_str_t ngx_http_registration_cookie_name(
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name);
static ngx_int_t ngx_http_registration_set_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name, ngx_str_t *value,
    const char *age);


/* Browsers keep a __Host- cookie to the one host that set it, over TLS. */

#define NGX_HTTP_REGISTRATION_COOKIE_HOST  (sizeof("__Host-") - 1)


static ngx_str_t  ngx_http_registration_draft_name =
    ngx_string("__Host-registration-draft");
static ngx_str_t  ngx_http_registration_session_name =
    ngx_string("__Host-registration-session");
static ngx_str_t  ngx_http_registration_review_name =
    ngx_string("__Host-registration-review");


/*
 * Finds the draft's cookie.  NGX_DECLINED when there is none and none is to
 * be created.
 */

ngx_int_t
ngx_http_registration_draft_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t create)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_read_cookie(r, ctx,
                                           &ngx_http_registration_draft_name,
                                           &ctx->draft);

    if (rc != NGX_DECLINED || !create) {
        return rc;
    }

    ctx->draft.send = 1;

    return ngx_http_registration_create_ticket(r, ctx,
                                              &ngx_http_registration_draft_name,
                                              &ctx->draft);
}


ngx_int_t
ngx_http_registration_session_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_read_cookie(r, ctx,
                                            &ngx_http_registration_session_name,
                                            ticket);
}


ngx_int_t
ngx_http_registration_create_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_create_ticket(r, ctx,
                                            &ngx_http_registration_session_name,
                                            ticket);
}


ngx_int_t
ngx_http_registration_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_read_cookie(r, ctx,
                                             &ngx_http_registration_review_name,
                                             ticket);
}


ngx_int_t
ngx_http_registration_create_review(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_create_ticket(r, ctx,
                                             &ngx_http_registration_review_name,
                                             ticket);
}


static ngx_int_t
ngx_http_registration_read_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name,
    ngx_http_registration_ticket_t *ticket)
{
    ngx_str_t  full;

    full = ngx_http_registration_cookie_name(ctx, name);

    if (ngx_http_registration_find_cookie(r, &full, &ticket->token)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (!reg_token_valid(ngx_http_registration_str(&ticket->token),
                         REG_TOKEN_BYTES))
    {
        return NGX_DECLINED;
    }

    ngx_http_registration_hash_ticket(ctx, name, ticket);

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_find_cookie(ngx_http_request_t *r, ngx_str_t *name,
    ngx_str_t *value)
{
#if (nginx_version >= 1023000)

    return ngx_http_parse_multi_header_lines(r, r->headers_in.cookie, name,
                                             value)
           ? NGX_OK : NGX_DECLINED;

#else

    return ngx_http_parse_multi_header_lines(&r->headers_in.cookies, name,
                                             value)
           != NGX_DECLINED ? NGX_OK : NGX_DECLINED;

#endif
}


static ngx_int_t
ngx_http_registration_create_ticket(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name,
    ngx_http_registration_ticket_t *ticket)
{
    ticket->token.len = REG_TOKEN_LEN;
    ticket->token.data = ngx_pnalloc(r->pool, REG_TOKEN_LEN + 1);
    if (ticket->token.data == NULL) {
        return NGX_ERROR;
    }

    reg_token(ticket->token.data, REG_TOKEN_BYTES);
    ngx_http_registration_hash_ticket(ctx, name, ticket);

    return NGX_OK;
}


static void
ngx_http_registration_hash_ticket(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *name, ngx_http_registration_ticket_t *ticket)
{
    reg_hash(ctx->conf->keys,
             (char *) name->data + NGX_HTTP_REGISTRATION_COOKIE_HOST,
             ngx_http_registration_str(&ticket->token), ticket->hash);
    ngx_hex_dump(ticket->hex, ticket->hash,
                 NGX_HTTP_REGISTRATION_KEY_HEX / 2);
}


static ngx_str_t
ngx_http_registration_cookie_name(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *name)
{
    ngx_str_t  full;

    full = *name;

    if (!ctx->loc->secure_cookies) {
        full.data += NGX_HTTP_REGISTRATION_COOKIE_HOST;
        full.len -= NGX_HTTP_REGISTRATION_COOKIE_HOST;
    }

    return full;
}


ngx_int_t
ngx_http_registration_send_draft_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    if (!ctx->draft.send) {
        return NGX_OK;
    }

    return ngx_http_registration_set_cookie(r, ctx,
                                            &ngx_http_registration_draft_name,
                                            &ctx->draft.token,
                                            (char *) ctx->conf->draft_age.data);
}


/* Ends with the browser, if it does not end before by its own times. */

ngx_int_t
ngx_http_registration_send_session_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_set_cookie(r, ctx,
                                            &ngx_http_registration_session_name,
                                            &ticket->token, "");
}


ngx_int_t
ngx_http_registration_send_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket)
{
    return ngx_http_registration_set_cookie(r, ctx,
                                            &ngx_http_registration_review_name,
                                            &ticket->token, "");
}


ngx_int_t
ngx_http_registration_clear_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    static ngx_str_t  empty = ngx_string("");

    return ngx_http_registration_set_cookie(r, ctx,
                                            &ngx_http_registration_review_name,
                                            &empty, "; Max-Age=0");
}


ngx_int_t
ngx_http_registration_clear_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t session)
{
    ngx_str_t  *name;

    static ngx_str_t  empty = ngx_string("");

    name = session ? &ngx_http_registration_session_name
                   : &ngx_http_registration_draft_name;

    return ngx_http_registration_set_cookie(r, ctx, name, &empty,
                                            "; Max-Age=0");
}


static ngx_int_t
ngx_http_registration_set_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *name, ngx_str_t *value,
    const char *age)
{
    u_char     *p, *last;
    size_t      len;
    ngx_str_t   full;

    static const char  attributes[] = "; Path=/; HttpOnly; SameSite=Strict";

    full = ngx_http_registration_cookie_name(ctx, name);
    len = ngx_strlen(age);

    p = ngx_pnalloc(r->pool, full.len + 1 + value->len + len
                             + sizeof(attributes) + sizeof("; Secure"));
    if (p == NULL) {
        return NGX_ERROR;
    }

    last = ngx_cpymem(p, full.data, full.len);
    *last++ = '=';
    last = ngx_cpymem(last, value->data, value->len);
    last = ngx_cpymem(last, attributes, sizeof(attributes) - 1);

    if (ctx->loc->secure_cookies) {
        last = ngx_cpymem(last, "; Secure", sizeof("; Secure") - 1);
    }

    last = ngx_cpymem(last, age, len);

    return ngx_http_registration_add_header(r, "Set-Cookie", p, last - p)
           ? NGX_OK : NGX_ERROR;
}


ngx_uint_t
ngx_http_registration_own_cookie(u_char *p, u_char *last)
{
    ngx_str_t   name;
    ngx_uint_t  i;

    static ngx_str_t  *names[] = {
        &ngx_http_registration_draft_name,
        &ngx_http_registration_session_name,
        &ngx_http_registration_review_name
    };

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name = *names[i];

        if (ngx_http_registration_is_cookie(&name, p, last)) {
            return 1;
        }

        name.data += NGX_HTTP_REGISTRATION_COOKIE_HOST;
        name.len -= NGX_HTTP_REGISTRATION_COOKIE_HOST;

        if (ngx_http_registration_is_cookie(&name, p, last)) {
            return 1;
        }
    }

    return 0;
}


/* As nginx finds a cookie: in whatever case, with spaces before the "=". */

static ngx_uint_t
ngx_http_registration_is_cookie(ngx_str_t *name, u_char *p, u_char *last)
{
    if ((size_t) (last - p) < name->len
        || ngx_strncasecmp(p, name->data, name->len) != 0)
    {
        return 0;
    }

    for (p += name->len; p < last && *p == ' '; p++) { /* void */ }

    return p == last || *p == '=';
}
