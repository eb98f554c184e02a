
/*
 * GET /availability?username=NAME: whether a username is still free.
 */


#include <ngx_http_registration.h>
#include <reg_text.h>


static ngx_int_t ngx_http_registration_availability_reply(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);


ngx_registration_statement_t  ngx_http_registration_available_sql = {
    "registration_username_available",
    "SELECT registration.username_available($1)",
    1
};


ngx_int_t
ngx_http_registration_availability(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                    *dst, *src;
    ngx_int_t                  rc;
    ngx_str_t                  value;
    reg_code_t                 code;
    ngx_registration_param_t   param;

    if (ngx_http_arg(r, (u_char *) "username", 8, &value) != NGX_OK) {
        return ngx_http_registration_fault(r, 422, "username", REG_REQUIRED);
    }

    src = value.data;
    dst = ngx_pnalloc(r->pool, value.len + 1);
    if (dst == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    value.data = dst;
    ngx_unescape_uri(&dst, &src, value.len, 0);
    value.len = dst - value.data;

    if (!reg_text_valid(ngx_http_registration_str(&value))) {
        return ngx_http_registration_fault(r, 422, "username", REG_FORMAT);
    }

    if (ngx_http_registration_normalize(r, "username", &value) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    code = reg_username_judge(ngx_http_registration_str(&value));

    if (code != REG_OK) {
        return ngx_http_registration_fault(r, 422, "username", code);
    }

    if (ngx_http_registration_lookup(r, ctx, "username", &value, &param)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_available_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                     ngx_http_registration_availability_reply);
}


static ngx_int_t
ngx_http_registration_availability_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult  *result;

    static ngx_str_t  yes = ngx_string("{\"available\":true}");
    static ngx_str_t  no = ngx_string("{\"available\":false}");

    result = ctx->call.result;

    if (PQntuples(result) == 1 && PQgetvalue(result, 0, 0)[0] == 't') {
        return ngx_http_registration_reply(r, NGX_HTTP_OK, yes.data, yes.len);
    }

    return ngx_http_registration_reply(r, NGX_HTTP_OK, no.data, no.len);
}
