
/*
 * POST /password-resets: a new password for who can read the account's mail.
 *
 * password_reset → (Redis: the code) → reset_find → (PostgreSQL: whose data
 * the password must not be made of) → reset_hash → (thread) → reset_query →
 * (PostgreSQL) → reset_end_sessions → (Redis) → reset_ended → (PostgreSQL) →
 * reset_reply
 *
 * An account that is none, or has another address, is not told from others
 * before the password has been hashed.
 *
 * Where it does not come to the last, PostgreSQL has the sessions ended a
 * little later (ngx_http_registration_ending.c).
 */


#include <ngx_http_registration_code.h>
#include <ngx_http_registration_password.h>
#include <ngx_http_registration_session.h>


typedef struct {
    ngx_str_t                        account;
    ngx_str_t                        email;
    ngx_str_t                        password;
    ngx_http_registration_codes_t    codes;
    ngx_uint_t                       by_email;  /* what names the account */
    ngx_registration_param_t         params[4]; /* of reset_sql */
    ngx_str_t                        end;       /* the row that ends sessions */
} ngx_http_registration_reset_t;


static ngx_int_t ngx_http_registration_reset_check(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *code);
static ngx_int_t ngx_http_registration_reset_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_reset_hash(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_reset_own(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result);
static ngx_int_t ngx_http_registration_reset_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_reset_end_sessions(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_reset_ended(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_reset_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/* KEYS: codes.  ARGV: their tag, hash of the code. */

static ngx_registration_script_t  ngx_http_registration_check_script = {
    ngx_string(NGX_HTTP_REGISTRATION_CHECK_CODE
               "return check_code(KEYS[1], ARGV[1], ARGV[2])"), { 0 }
};


/*
 * KEYS: codes, sessions of the account.  ARGV: prefix of session keys, tag of
 * the codes.
 */

static ngx_registration_script_t  ngx_http_registration_end_script = {
    ngx_string(
    NGX_HTTP_REGISTRATION_DROP_CODES
    NGX_HTTP_REGISTRATION_END_SESSIONS_LUA
    "drop_codes(KEYS[1], ARGV[2])\n"
    "return end_sessions(KEYS[2], ARGV[1])"), { 0 }
};


static ngx_registration_statement_t  ngx_http_registration_reset_account_sql = {
    "registration_reset_account",
    "SELECT disabled::text, id, data_key, sealed"
    " FROM registration.reset_account($1, $2, $3)",
    3
};

static ngx_registration_statement_t  ngx_http_registration_reset_sql = {
    "registration_reset_password_and_end",
    "SELECT account_id, end_id"
    " FROM registration.reset_password_and_end($1, $2, $3, $4)",
    4
};

static ngx_registration_statement_t  ngx_http_registration_ended_sql = {
    "registration_session_ended",
    "SELECT registration.session_ended($1)",
    1
};


static const char  *ngx_http_registration_reset_members[] = {
    "account", "email", "code", "password", NULL
};


ngx_int_t
ngx_http_registration_password_reset(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    reg_code_t                      code;
    ngx_str_t                       value[4];
    reg_faults_t                    faults;
    ngx_http_registration_reset_t  *reset;

    faults.n = 0;
    ngx_http_registration_members(ctx, ngx_http_registration_reset_members,
                                  value, &faults);

    if (value[3].len) {
        code = reg_password_length(ngx_http_registration_str(&value[3]));

        if (code != REG_OK) {
            reg_faults_add(&faults, "password", code);
        }
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    reset = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_reset_t));
    if (reset == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = reset;

    reset->account = value[0];
    reset->email = value[1];
    reset->password = value[3];

    if (ngx_http_registration_normalize(r, "email", &reset->email) != NGX_OK
        || ngx_http_registration_normalize(r, "email_code", &value[2])
           != NGX_OK
        || ngx_http_registration_normalize(r, "username", &reset->account)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* a full-width "@" is one only when it has been narrowed */

    reset->by_email = ngx_strlchr(reset->account.data,
                                  reset->account.data + reset->account.len,
                                  '@')
                      != NULL;

    return ngx_http_registration_reset_check(r, ctx, &value[2]);
}


static ngx_int_t
ngx_http_registration_reset_check(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *code)
{
    ngx_int_t                       rc;
    ngx_str_t                       argv[3];
    ngx_http_registration_reset_t  *reset;

    reset = ctx->data;

    if (ngx_http_registration_draft_cookie(r, ctx, 0) != NGX_OK) {

        /* the code was sent to another browser, or too long ago */

        return ngx_http_registration_fault(r, 422, "code", REG_CODE_EXPIRED);
    }

    if (ngx_http_registration_codes(r, ctx, NGX_HTTP_REGISTRATION_RESET,
                                    &reset->email, &reset->codes)
        != NGX_OK
        || ngx_http_registration_code_hash(r, ctx, code, &argv[2]) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[0] = reset->codes.key;
    argv[1] = reset->codes.tag;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_check_script, 1,
                                       argv, 3);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_find);
}


static ngx_int_t
ngx_http_registration_reset_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                       rc;
    reg_code_t                      code;
    redisReply                     *reply;
    ngx_registration_param_t       *param;
    ngx_http_registration_reset_t  *reset;

    reset = ctx->data;
    reply = ctx->call.result;
    code = ngx_http_registration_code_outcome(reply->integer);

    if (code != REG_OK) {
        return ngx_http_registration_fault(r, 422, "code", code);
    }

    param = &reset->params[reset->by_email ? 1 : 0];

    if (ngx_http_registration_lookup(r, ctx,
                                     reset->by_email ? "email" : "username",
                                     &reset->account, param)
        != NGX_OK
        || ngx_http_registration_lookup(r, ctx, "email", &reset->email,
                                        &reset->params[2])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                    &ngx_http_registration_reset_account_sql,
                                    reset->params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_hash);
}


static ngx_int_t
ngx_http_registration_reset_hash(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                            *values;
    ngx_int_t                          rc;
    PGresult                          *result;
    ngx_http_registration_password_t  *job;

    result = ctx->call.result;

    if (PQntuples(result) == 1 && *PQgetvalue(result, 0, 0) == 't') {

        /* who reads the account's mail may know what a sign-in would say */

        return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                             "account_disabled");
    }

    values = ngx_http_registration_reset_own(r, ctx, result);

    job = values ? ngx_http_registration_password_create(ctx, values) : NULL;
    json_decref(values);

    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->hash = 1;

    rc = ngx_http_registration_password_start(ctx, job);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_query);
}


/*
 * What was typed, and beside it what the account's application says.  Of one
 * that does not open a new password need not be kept from anybody.
 */

static json_t *
ngx_http_registration_reset_own(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result)
{
    u_char                          key[REG_DATA_KEY];
    json_t                         *values, *own;
    ngx_str_t                       id;
    reg_code_t                      code;
    ngx_http_registration_reset_t  *reset;

    reset = ctx->data;

    values = json_pack("{s:s%, s:s%, s:s%}",
                       "account", reset->account.data, reset->account.len,
                       "email", reset->email.data, reset->email.len,
                       "password", reset->password.data, reset->password.len);

    if (values == NULL || PQntuples(result) == 0 || PQgetisnull(result, 0, 1))
    {
        return values;
    }

    own = NULL;
    id.len = PQgetlength(result, 0, 1);
    id.data = (u_char *) PQgetvalue(result, 0, 1);

    code = ngx_http_registration_application_key(ctx->conf, &id,
                                         (u_char *) PQgetvalue(result, 0, 2),
                                         PQgetlength(result, 0, 2), key);
    if (code == REG_OK) {
        own = ngx_http_registration_application_open(r->connection->log, &id,
                                          key,
                                          (u_char *) PQgetvalue(result, 0, 3),
                                          PQgetlength(result, 0, 3));
        reg_wipe(key, sizeof(key));
    }

    if (own == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "an application could not be opened (%s): a new "
                      "password is judged without it", reg_code_name(code));
        return values;
    }

    if (json_object_update_missing(values, own) != 0) {
        json_decref(values);
        values = NULL;
    }

    json_decref(own);

    return values;
}


static ngx_int_t
ngx_http_registration_reset_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    ngx_registration_param_t          *param;
    ngx_http_registration_reset_t     *reset;
    ngx_http_registration_password_t  *job;

    reset = ctx->data;
    job = ctx->call.result;

    if (ngx_http_registration_password_failed(r, job)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (job->code != REG_OK) {
        return ngx_http_registration_fault(r, 422, "password", job->code);
    }

    param = &reset->params[3];
    param->value.len = ngx_strlen(job->phc);
    param->value.data = (u_char *) job->phc;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_reset_sql,
                                         reset->params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_end_sessions);
}


static ngx_int_t
ngx_http_registration_reset_end_sessions(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                       rc;
    PGresult                       *result;
    ngx_str_t                       argv[4], account;
    ngx_http_registration_reset_t  *reset;

    reset = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) != 1) {

        /* the mailbox is read by who asks, but the account is not its */

        return ngx_http_registration_fault(r, 422, "account", REG_MISMATCH);
    }

    account.len = PQgetlength(result, 0, 0);
    account.data = (u_char *) PQgetvalue(result, 0, 0);

    argv[0] = reset->codes.key;
    argv[3] = reset->codes.tag;
    ngx_str_set(&argv[2], NGX_HTTP_REGISTRATION_SESSION_KEY);

    if (ngx_http_registration_copy(r, result, 0, 1, &reset->end) != NGX_OK
        || ngx_http_registration_sessions_key(r, &account, &argv[1])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_end_script, 2,
                                       argv, 4);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_ended);
}


/* Where PostgreSQL is not told, they are ended once more. */

static ngx_int_t
ngx_http_registration_reset_ended(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                       rc;
    ngx_registration_param_t        param;
    ngx_http_registration_reset_t  *reset;

    reset = ctx->data;

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = reset->end;

    ctx->failure = ngx_http_registration_reset_reply;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_ended_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_reset_reply);
}


static ngx_int_t
ngx_http_registration_reset_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}
