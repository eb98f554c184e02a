
/*
 * A password is judged, and hashed, by a thread; with it go the files of the
 * pictures, which must be on the disk before a row names them.
 */


#ifndef _NGX_HTTP_REGISTRATION_PASSWORD_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_PASSWORD_H_INCLUDED_


#include <ngx_http_registration_intake.h>
#include <reg_password.h>


typedef struct {
    json_t                         *values;     /* a copy of its own */
    unsigned                        hash:1;     /* not only judge */
    ngx_http_registration_flush_t   flush;      /* before hashing */

    reg_code_t                      code;       /* of the password */
    char                            phc[REG_PASSWORD_HASH];
} ngx_http_registration_password_t;


/*
 * A job for the member "password" of values; other members that a password
 * must not be made of are those of an application, and "account".  NULL when
 * memory is out.
 */

ngx_http_registration_password_t *ngx_http_registration_password_create(
    ngx_http_registration_ctx_t *ctx, json_t *values);

ngx_int_t ngx_http_registration_password_start(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_password_t *password);

/* Whether it failed for a reason that is ours; then it has been logged. */

ngx_uint_t ngx_http_registration_password_failed(ngx_http_request_t *r,
    ngx_http_registration_password_t *password);


#endif /* _NGX_HTTP_REGISTRATION_PASSWORD_H_INCLUDED_ */
