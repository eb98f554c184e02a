
/*
 * GET and PUT /correction: not before reviewers can return an application.
 */


#include <ngx_http_registration.h>


ngx_int_t
ngx_http_registration_correction(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_problem(r, NGX_HTTP_NOT_IMPLEMENTED,
                                         "not_implemented");
}
