
/*
 * GET /form and GET /regions: prepared when the configuration was read.
 */


#include <ngx_http_registration.h>


ngx_int_t
ngx_http_registration_form(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    size_t       len;
    const char  *json;

    json = reg_form_json(ctx->conf->form, &len);

    return ngx_http_registration_reply_static(r, &ctx->conf->form_etag, json,
                                              len);
}


ngx_int_t
ngx_http_registration_review_form(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    size_t       len;
    const char  *json;

    json = reg_form_review_json(ctx->conf->form, &len);

    return ngx_http_registration_reply_static(r, &ctx->conf->review_form_etag,
                                              json, len);
}


ngx_int_t
ngx_http_registration_regions(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    size_t       len;
    const char  *json;

    json = reg_regions_json(ctx->conf->regions, &len);

    return ngx_http_registration_reply_static(r, &ctx->conf->regions_etag,
                                              json, len);
}
