
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


/* A try, as the data of a request; the keys are Redis'. */

typedef struct {
    ngx_str_t     failure_key;      /* of the account from this client */
    ngx_str_t     account_key;      /* of the account from wherever */
    ngx_str_t     known_key;        /* that this client has signed in to it */
    ngx_str_t     client_key;
    ngx_int_t     cost;             /* of a try at the account, in ms */
    ngx_int_t     status;           /* of the call that failed */
} ngx_http_registration_try_t;


/*
 * Lua: signed_in(failures, account, known, cost) takes all failures from this
 * client back, but of the account's tries only this one, and makes the client
 * known to the account, for 90 days from now.
 */

#define NGX_HTTP_REGISTRATION_SIGNED_IN_LUA                                   \
    "local function signed_in(failures, account, known, cost)\n"              \
    "  redis.call('DEL', failures)\n"                                         \
    "  local spent = redis.call('GET', account)\n"                            \
    "  if spent then\n"                                                       \
    "    redis.call('SET', account, string.format('%.0f', spent - cost),\n"   \
    "               'KEEPTTL')\n"                                             \
    "  end\n"                                                                 \
    "  redis.call('SET', known, '1', 'PX', '7776000000')\n"                   \
    "end\n"


/*
 * Starts the Redis call that counts a try of this client at this account as
 * a failure.  Its integer is the milliseconds to wait, or Redis' time in
 * milliseconds, negative.
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
 * Takes the try back from the account, then runs step: it was no failure.  Of
 * this client's tries it remains one.
 */

ngx_int_t ngx_http_registration_try_back(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_step_pt step);

/*
 * Starts the job, whose context is the call's result.  hash NULL stands for
 * an unknown account: it takes as long as a known one.
 */

ngx_int_t ngx_http_registration_verify(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *password, const char *hash);


#endif /* _NGX_HTTP_REGISTRATION_CREDENTIALS_H_INCLUDED_ */
