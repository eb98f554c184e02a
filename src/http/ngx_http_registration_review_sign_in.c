
/*
 * The reviewers' sessions: POST /sessions, GET and DELETE /session.
 *
 * sign_in → (Redis: may this be tried?) → sign_in_query → (PostgreSQL) →
 * sign_in_verify → (thread: Argon2id) → sign_in_judge → (PostgreSQL: the
 * time step is used, the audit row written) → sign_in_accept → (Redis:
 * failures forgotten, a session made) → sign_in_reply
 *
 * Where PostgreSQL or a thread is not to be had, the try is taken back; so is
 * one with the right password that only lacks the code.
 */


#include <ngx_http_registration_credentials.h>
#include <ngx_http_registration_review.h>
#include <reg_totp.h>


/* What the steps hand on. */

typedef struct {
    ngx_http_registration_try_t       try;          /* first, for untry() */
    ngx_str_t                         password;
    ngx_str_t                         totp;
    ngx_str_t                         secret;       /* sealed, or empty */
    ngx_str_t                         role;
    unsigned                          disabled:1;
    ngx_http_registration_reviewer_t  reviewer;
} ngx_http_registration_review_in_t;


static ngx_int_t ngx_http_registration_review_in_code(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *totp, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_review_in_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_verify(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_row(ngx_http_request_t *r,
    ngx_http_registration_review_in_t *in, PGresult *result);
static ngx_int_t ngx_http_registration_review_in_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static reg_code_t ngx_http_registration_review_in_totp(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, int64_t *step);
static ngx_int_t ngx_http_registration_review_in_fail(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_failed(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_code_needed(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_accept(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_in_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_session_query(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_session_show(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_uint_t ngx_http_registration_review_is(
    ngx_http_registration_reviewer_t *reviewer, PGresult *result);
static ngx_int_t ngx_http_registration_review_signed_out(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);


/*
 * KEYS: failures, session, tries of the account, whether it knows the client.
 * ARGV: record, idle time, what the try cost the account.
 */

static ngx_registration_script_t  ngx_http_registration_review_accept_script =
{
    ngx_string(NGX_HTTP_REGISTRATION_SIGNED_IN_LUA
    "signed_in(KEYS[1], KEYS[3], KEYS[4], ARGV[3])\n"
    "redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
    "return 1"), { 0 }
};


static ngx_registration_statement_t  ngx_http_registration_reviewer_sql = {
    "registration_reviewer",
    "SELECT password_hash, role, totp, epoch::text, disabled::text"
    " FROM registration.reviewer($1)",
    1
};

static ngx_registration_statement_t  ngx_http_registration_signed_in_sql = {
    "registration_reviewer_signed_in",
    "SELECT registration.reviewer_signed_in($1, $2::integer, $3::bigint)",
    3
};

static ngx_registration_statement_t  ngx_http_registration_failed_sql = {
    "registration_reviewer_failed",
    "SELECT registration.reviewer_failed($1)",
    1
};


static const char  *ngx_http_registration_review_in_members[] = {
    "name", "password", NULL
};


ngx_int_t
ngx_http_registration_review_sign_in(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                           rc;
    ngx_str_t                           value[2];
    reg_faults_t                        faults;
    ngx_http_registration_review_in_t  *in;

    in = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_review_in_t));
    if (in == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = in;
    faults.n = 0;

    if (ngx_http_registration_review_in_code(r, ctx, &in->totp, &faults)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_registration_members(ctx,
                                  ngx_http_registration_review_in_members,
                                  value, &faults);
    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    in->reviewer.name = value[0];
    in->password = value[1];

    rc = ngx_http_registration_try(r, ctx, "reviewer", &in->reviewer.name,
                                   &in->try);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_query);
}


/* The one member that may be missing is taken out of the body. */

static ngx_int_t
ngx_http_registration_review_in_code(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *totp, reg_faults_t *faults)
{
    json_t  *member;

    member = json_object_get(ctx->body, "totp");

    if (member == NULL) {
        return NGX_OK;
    }

    if (!json_is_string(member)) {
        reg_faults_add(faults, "totp", REG_FORMAT);
    }

    ngx_http_registration_value(ctx->body, "totp", totp);

    /* digits of a Chinese keyboard, as in a code by mail */

    if (ngx_http_registration_normalize(r, "email_code", totp) != NGX_OK) {
        return NGX_ERROR;
    }

    json_object_del(ctx->body, "totp");

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_review_in_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                           rc;
    redisReply                         *reply;
    ngx_registration_param_t            param;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;
    reply = ctx->call.result;

    if (reply->integer > 0) {
        return ngx_http_registration_busy(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                          (reply->integer + 999) / 1000);
    }

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = in->reviewer.name;

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_reviewer_sql,
                                         &param, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_verify);
}


static ngx_int_t
ngx_http_registration_review_in_verify(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                           rc;
    PGresult                           *result;
    const char                         *hash;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;
    result = ctx->call.result;
    hash = NULL;

    if (PQntuples(result) == 1) {

        /* without a password it is nginx that knows who comes */

        if (!PQgetisnull(result, 0, 0)) {
            hash = PQgetvalue(result, 0, 0);
        }

        if (ngx_http_registration_review_in_row(r, in, result) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_http_registration_verify(ctx, &in->password, hash);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_judge);
}


static ngx_int_t
ngx_http_registration_review_in_row(ngx_http_request_t *r,
    ngx_http_registration_review_in_t *in, PGresult *result)
{
    in->disabled = (PQgetvalue(result, 0, 4)[0] == 't');

    if (ngx_http_registration_copy(r, result, 0, 1, &in->role) != NGX_OK
        || ngx_http_registration_copy(r, result, 0, 2, &in->secret) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_copy(r, result, 0, 3, &in->reviewer.epoch);
}


static ngx_int_t
ngx_http_registration_review_in_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                              step_text[NGX_INT64_LEN];
    int64_t                             step;
    ngx_int_t                           rc;
    ngx_registration_param_t            params[3];
    ngx_http_registration_verify_t     *verify;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;
    verify = ctx->call.result;

    if (verify->code == REG_INTERNAL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a password could not be verified: no memory");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (verify->code != REG_OK || in->disabled) {
        return ngx_http_registration_review_in_fail(r, ctx);
    }

    step = 0;

    if (in->secret.len && in->totp.len == 0) {
        return ngx_http_registration_try_back(r, ctx,
                                 ngx_http_registration_review_in_code_needed);
    }

    if (in->secret.len
        && ngx_http_registration_review_in_totp(r, ctx, &step) != REG_OK)
    {
        return ngx_http_registration_review_in_fail(r, ctx);
    }

    ngx_memzero(params, sizeof(params));
    params[0].value = in->reviewer.name;
    params[1].value = in->reviewer.epoch;
    params[2].value.data = step_text;
    params[2].value.len = ngx_sprintf(step_text, "%L", step) - step_text;

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_signed_in_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_accept);
}


static reg_code_t
ngx_http_registration_review_in_totp(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, int64_t *step)
{
    u_char                              buffer[sizeof("totp:")
                                     + NGX_HTTP_REGISTRATION_REVIEWER_NAME];
    u_char                              secret[REG_TOTP_SECRET];
    size_t                              len;
    reg_str_t                           context;
    reg_code_t                          code;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;

    if (in->secret.len != REG_TOTP_SECRET + REG_SEAL_OVERHEAD
        || in->reviewer.name.len > NGX_HTTP_REGISTRATION_REVIEWER_NAME)
    {
        return REG_DAMAGED;
    }

    context.data = buffer;
    context.len = ngx_sprintf(buffer, "totp:%V", &in->reviewer.name) - buffer;

    code = reg_open(ctx->conf->keys, context, in->secret.data, in->secret.len,
                    secret, &len);

    if (code == REG_OK) {
        code = reg_totp_check(secret, ngx_http_registration_str(&in->totp),
                              ngx_time(), step);
    }

    reg_wipe(secret, sizeof(secret));

    if (code != REG_OK && code != REG_CODE_WRONG) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the one-time code of a reviewer could not be checked "
                      "(%s)", reg_code_name(code));
    }

    return code;
}


/*
 * PostgreSQL is told of unknown names, too, so that they take as long as
 * those of reviewers.
 */

static ngx_int_t
ngx_http_registration_review_in_fail(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                           rc;
    ngx_registration_param_t            param;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = in->reviewer.name;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_failed_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_failed);
}


static ngx_int_t
ngx_http_registration_review_in_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                         "sign_in_failed");
}


static ngx_int_t
ngx_http_registration_review_in_code_needed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                         "totp_required");
}


static ngx_int_t
ngx_http_registration_review_in_accept(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                             *p, figures[2 * NGX_INT64_LEN];
    ngx_int_t                           rc;
    PGresult                           *result;
    ngx_str_t                           argv[7];
    ngx_http_registration_reviewer_t   *reviewer;
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;
    result = ctx->call.result;
    reviewer = &in->reviewer;

    if (PQntuples(result) != 1
        || ngx_strcmp(PQgetvalue(result, 0, 0), "ok") != 0)
    {
        /* a code that was used before, or a change in these milliseconds */

        return ngx_http_registration_review_in_fail(r, ctx);
    }

    reviewer->created = ngx_time();
    argv[0] = in->try.failure_key;
    argv[2] = in->try.account_key;
    argv[3] = in->try.known_key;

    if (ngx_http_registration_create_review(r, ctx, &reviewer->ticket)
        != NGX_OK
        || ngx_http_registration_ticket_key(r,
                                            NGX_HTTP_REGISTRATION_REVIEWER_KEY,
                                            &reviewer->ticket, &argv[1])
           != NGX_OK
        || ngx_http_registration_review_record(r, ctx, reviewer, &argv[4])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    p = ngx_http_registration_figure(figures, ctx->conf->policy.review_idle,
                                     &argv[5]);
    (void) ngx_http_registration_figure(p, in->try.cost, &argv[6]);

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                  &ngx_http_registration_review_accept_script,
                                       4, argv, 7);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_review_in_reply);
}


static ngx_int_t
ngx_http_registration_review_in_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_review_in_t  *in;

    in = ctx->data;

    if (ngx_http_registration_send_review_cookie(r, ctx,
                                                 &in->reviewer.ticket)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK,
                       ngx_http_registration_review_identity(ctx,
                                                    &in->reviewer,
                                                    (char *) in->role.data));
}


ngx_int_t
ngx_http_registration_review_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                  ngx_http_registration_review_session_query);
}


/* The account may have changed since the session began. */

static ngx_int_t
ngx_http_registration_review_session_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    ngx_registration_param_t           param;
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = reviewer->name;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_reviewer_sql,
                                         &param, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                   ngx_http_registration_review_session_show);
}


static ngx_int_t
ngx_http_registration_review_session_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                          *result;
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;
    result = ctx->call.result;

    if (PQntuples(result) == 0
        || PQgetvalue(result, 0, 4)[0] == 't'
        || !ngx_http_registration_review_is(reviewer, result))
    {
        return ngx_http_registration_review_unauthorized(r, ctx);
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK,
                   ngx_http_registration_review_identity(ctx, reviewer,
                                               PQgetvalue(result, 0, 1)));
}


/* As registration.reviewer_role() has it. */

static ngx_uint_t
ngx_http_registration_review_is(ngx_http_registration_reviewer_t *reviewer,
    PGresult *result)
{
    if (reviewer->external) {
        return PQgetisnull(result, 0, 0);
    }

    return ngx_http_registration_equal(&reviewer->epoch,
                                       PQgetvalue(result, 0, 3));
}


/* Who nginx names is not signed out by us; a cookie left over is. */

ngx_int_t
ngx_http_registration_review_sign_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                       rc;
    ngx_str_t                       argv[2];
    ngx_http_registration_ticket_t  ticket;

    if (ngx_http_registration_review_cookie(r, ctx, &ticket) != NGX_OK) {
        return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
    }

    ngx_str_set(&argv[0], "DEL");

    if (ngx_http_registration_ticket_key(r, NGX_HTTP_REGISTRATION_REVIEWER_KEY,
                                         &ticket, &argv[1])
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_redis_command(ctx->conf->redis, &ctx->call, argv, 2);

    return ngx_http_registration_wait(r, ctx, rc,
                                     ngx_http_registration_review_signed_out);
}


static ngx_int_t
ngx_http_registration_review_signed_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    if (ngx_http_registration_clear_review_cookie(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}
