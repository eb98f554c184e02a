
/*
 * What every sign-in shares, applicants' and reviewers': how often one may
 * try, and whether a password is right.
 */


#ifndef _NGX_HTTP_REGISTRATION_CREDENTIALS_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_CREDENTIALS_H_INCLUDED_


#include <ngx_http_registration.h>
#include <reg_password.h>


/* The job of the thread; code is REG_OK, REG_MISMATCH or REG_INTERNAL. */

typedef struct {
    char          hash[REG_PASSWORD_HASH];
    unsigned      known:1;
    reg_code_t    code;
    size_t        len;
    u_char        password[4 * REG_PASSWORD_MAX];
} ngx_http_registration_verify_t;


/*
 * Starts the Redis call that counts a try of this client at this account as
 * a failure.  Its integer is 0, or the milliseconds to wait.  Deleting
 * failure_key takes all failures back.
 */

ngx_int_t ngx_http_registration_try(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_str_t *failure_key);

/*
 * Starts the job, whose context is the call's result.  hash NULL stands for
 * an unknown account: it takes as long as a known one.
 */

ngx_int_t ngx_http_registration_verify(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *password, const char *hash);


#endif /* _NGX_HTTP_REGISTRATION_CREDENTIALS_H_INCLUDED_ */
