
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


/* A try, as the data of a request; failure_key and client_key are Redis'. */

typedef struct {
    ngx_str_t     failure_key;      /* of the account from this client */
    ngx_str_t     client_key;
    ngx_int_t     status;           /* of the call that failed */
} ngx_http_registration_try_t;


/*
 * Starts the Redis call that counts a try of this client at this account as
 * a failure.  Its integer is the milliseconds to wait, or Redis' time in
 * milliseconds, negative.  Deleting failure_key takes all failures back.
 */

ngx_int_t ngx_http_registration_try(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_http_registration_try_t *try);

/*
 * A failure step (ctx->failure) of a request whose data begin with the try:
 * what was not judged, for a reason that is ours, costs nobody anything.  The
 * client is answered as if the step were not there.
 */

ngx_int_t ngx_http_registration_untry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/*
 * Starts the job, whose context is the call's result.  hash NULL stands for
 * an unknown account: it takes as long as a known one.
 */

ngx_int_t ngx_http_registration_verify(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *password, const char *hash);


#endif /* _NGX_HTTP_REGISTRATION_CREDENTIALS_H_INCLUDED_ */
