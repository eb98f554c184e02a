
/*
 * POST /sessions: the truth for who knows the password.
 *
 * sign_in → (Redis: may this be tried?) → sign_in_query → (PostgreSQL) →
 * sign_in_verify → (thread: Argon2id) → sign_in_accept → (Redis: failures
 * forgotten, a session made) → sign_in_reply
 *
 * Where PostgreSQL or a thread is not to be had: sign_in_untried → (Redis: this
 * was no try) → sign_in_unavailable
 */


#include <ngx_http_registration_session.h>
#include <reg_password.h>


/* What the steps hand on. */

typedef struct {
    ngx_str_t                        password;
    ngx_str_t                        field;         /* username or email */
    ngx_str_t                        account;
    ngx_str_t                        failure_key;
    ngx_str_t                        client_key;
    long long                        began;         /* by Redis' clock, ms */
    ngx_int_t                        status;        /* of a call that failed */
    ngx_uint_t                       disabled;
    ngx_str_t                        submitted_at;
    ngx_str_t                        due_date;
    ngx_http_registration_session_t  session;
} ngx_http_registration_sign_in_t;


/* The job of the thread. */

typedef struct {
    char                             hash[REG_PASSWORD_HASH];
    unsigned                         known:1;
    reg_code_t                       code;
    size_t                           len;
    u_char                           password[4 * REG_PASSWORD_MAX];
} ngx_http_registration_verify_t;


static ngx_int_t ngx_http_registration_sign_in_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_verify(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_row(ngx_http_request_t *r,
    ngx_http_registration_sign_in_t *in, PGresult *result);
static void ngx_http_registration_verify_run(void *context, ngx_log_t *log);
static void ngx_http_registration_verify_free(void *context,
    ngx_uint_t abandoned);
static ngx_int_t ngx_http_registration_sign_in_accept(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *argv);
static ngx_int_t ngx_http_registration_sign_in_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_untried(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_unavailable(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_uint_t ngx_http_registration_may_enter(
    ngx_http_registration_session_t *session);


static ngx_registration_job_type_t  ngx_http_registration_verify_job = {
    ngx_http_registration_verify_run,
    ngx_http_registration_verify_free,
    0,
    30000
};


/*
 * KEYS: failures of the account from this client, tries of the client.
 * ARGV: free failures, tries per client.  Gives the milliseconds to wait, or
 * the time, negative.  The try counts as a failure from now on, so that many
 * at once gain nothing; success takes it back.
 */

static ngx_registration_script_t  ngx_http_registration_try_script = {
    ngx_string(
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "local n, till = 0, 0\n"
    "local old = redis.call('MGET', KEYS[1], KEYS[2])\n"
    "if old[1] then\n"
    "  n, till = string.match(old[1], '(%d+) (%d+)')\n"
    "end\n"
    "if till + 0 > now then return till - now end\n"
    "if old[2] and tonumber(old[2]) >= tonumber(ARGV[2]) then\n"
    "  return math.max(redis.call('PTTL', KEYS[2]), 1)\n"
    "end\n"
    "if old[2] then redis.call('INCR', KEYS[2])\n"
    "else redis.call('SET', KEYS[2], 1, 'PX', 300000) end\n"
    "n = n + 1\n"
    "till = 0\n"
    "if n > tonumber(ARGV[1]) then\n"
    "  till = now + math.min(2 ^ (n - ARGV[1] - 1), 900) * 1000\n"
    "end\n"
    "redis.call('SET', KEYS[1], string.format('%d %.0f', n, till),\n"
    "           'PX', 86400000)\n"
    "return -now"), { 0 }
};


/* KEYS: failures, tries of the client.  What could not be judged was no try. */

static ngx_registration_script_t  ngx_http_registration_untry_script = {
    ngx_string(
    "local old = redis.call('GET', KEYS[1])\n"
    "local n = old and string.match(old, '%d+') - 1 or 0\n"
    "if n > 0 then redis.call('SET', KEYS[1], n .. ' 0', 'KEEPTTL')\n"
    "else redis.call('DEL', KEYS[1]) end\n"
    "if redis.call('EXISTS', KEYS[2]) == 1 then\n"
    "  redis.call('DECR', KEYS[2])\n"
    "end\n"
    "return 1"), { 0 }
};


/*
 * KEYS: failures, session, sessions of the account.  ARGV: record ("" for no
 * session), idle time, lifetime, hash of the session, when the try began.
 * Gives 0 when all sessions were ended meanwhile: the password that was right
 * then is not any more.
 */

static ngx_registration_script_t  ngx_http_registration_accept_script = {
    ngx_string(
    "local ended = redis.call('ZSCORE', KEYS[3], 'ended')\n"
    "if ended and ended - ARGV[5] >= 0 then return 0 end\n"
    "redis.call('DEL', KEYS[1])\n"
    "if ARGV[1] ~= '' then\n"
    "  local time = redis.call('TIME')\n"
    "  local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
    "  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf',\n"
    "             string.format('%.0f', now - ARGV[3]))\n"
    "  redis.call('ZADD', KEYS[3], string.format('%.0f', now), ARGV[4])\n"
    "  redis.call('PEXPIRE', KEYS[3], ARGV[3])\n"
    "end\n"
    "return 1"), { 0 }
};


static ngx_registration_statement_t  ngx_http_registration_sign_in_sql = {
    "registration_sign_in",
    "SELECT account_id, password_hash, disabled, number, status,"
    " submitted_at, due_date"
    " FROM registration.sign_in($1, $2)",
    2
};


static const char  *ngx_http_registration_sign_in_members[] = {
    "account", "password", NULL
};


ngx_int_t
ngx_http_registration_sign_in(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t                         value[2];
    reg_faults_t                      faults;
    ngx_http_registration_sign_in_t  *in;

    faults.n = 0;
    ngx_http_registration_members(ctx, ngx_http_registration_sign_in_members,
                                  value, &faults);
    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    in = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_sign_in_t));
    if (in == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = in;
    in->password = value[1];
    in->account = value[0];

    if (ngx_strlchr(value[0].data, value[0].data + value[0].len, '@')) {
        ngx_str_set(&in->field, "email");

    } else {
        ngx_str_set(&in->field, "username");
    }

    if (ngx_http_registration_normalize(ctx, "account",
                                        (char *) in->field.data, &in->account)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_sign_in_begin(r, ctx);
}


static ngx_int_t
ngx_http_registration_sign_in_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                           *p;
    ngx_int_t                         rc;
    ngx_str_t                         argv[4], parts[2];
    ngx_registration_param_t          account;
    ngx_http_registration_policy_t   *policy;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    policy = &ctx->conf->policy;

    ngx_http_registration_client(r, &parts[0]);

    p = ngx_pnalloc(r->pool, 2 * NGX_INT_T_LEN);

    if (p == NULL
        || ngx_http_registration_lookup(r, ctx, "account",
                                        (char *) in->account.data,
                                        in->account.len, &account)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    parts[1] = account.value;

    if (ngx_http_registration_key(r, ctx, NGX_HTTP_REGISTRATION_FAILURE_KEY,
                                  parts, 2, &in->failure_key)
        != NGX_OK
        || ngx_http_registration_key(r, ctx,
                                     NGX_HTTP_REGISTRATION_FAILURE_KEY,
                                     parts, 1, &in->client_key)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[0] = in->failure_key;
    argv[1] = in->client_key;
    argv[2].data = p;
    p = ngx_sprintf(p, "%i", policy->sign_in_free);
    argv[2].len = p - argv[2].data;
    argv[3].data = p;
    p = ngx_sprintf(p, "%i", policy->sign_in_per_address);
    argv[3].len = p - argv[3].data;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_try_script, 2,
                                       argv, 4);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_query);
}


static ngx_int_t
ngx_http_registration_sign_in_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    redisReply                       *reply;
    ngx_registration_param_t          params[2], *param;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    reply = ctx->call.result;

    if (reply->integer > 0) {
        return ngx_http_registration_busy(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                          (reply->integer + 999) / 1000);
    }

    in->began = -reply->integer;

    ngx_memzero(params, sizeof(params));

    param = (in->field.data[0] == 'u') ? &params[0] : &params[1];

    if (ngx_http_registration_lookup(r, ctx, (char *) in->field.data,
                                     (char *) in->account.data,
                                     in->account.len, param)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->failure = ngx_http_registration_sign_in_untried;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_sign_in_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_verify);
}


static ngx_int_t
ngx_http_registration_sign_in_verify(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    PGresult                         *result;
    ngx_http_registration_verify_t   *verify;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    result = ctx->call.result;

    verify = ngx_registration_job_create(&ngx_http_registration_verify_job,
                                       sizeof(ngx_http_registration_verify_t));
    if (verify == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (PQntuples(result) == 1) {
        verify->known = 1;
        ngx_cpystrn((u_char *) verify->hash,
                    (u_char *) PQgetvalue(result, 0, 1), REG_PASSWORD_HASH);

        if (ngx_http_registration_sign_in_row(r, in, result) != NGX_OK) {
            ngx_registration_job_discard(verify);
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    /* longer than any password may be: it is none, whatever it begins with */

    if (in->password.len > sizeof(verify->password)) {
        verify->known = 0;

    } else {
        verify->len = in->password.len;
        ngx_memcpy(verify->password, in->password.data, in->password.len);
    }

    ctx->failure = ngx_http_registration_sign_in_untried;

    rc = ngx_registration_job_start(ctx->conf->password_threads, &ctx->call,
                                    verify, ngx_cycle->log);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_accept);
}


/* The row outlives its result. */

static ngx_int_t
ngx_http_registration_sign_in_row(ngx_http_request_t *r,
    ngx_http_registration_sign_in_t *in, PGresult *result)
{
    ngx_str_t   value, *member[5];
    ngx_uint_t  i;

    static const int  column[] = { 0, 3, 4, 5, 6 };

    in->disabled = (PQgetvalue(result, 0, 2)[0] == 't');

    member[0] = &in->session.account;
    member[1] = &in->session.number;
    member[2] = &in->session.status;
    member[3] = &in->submitted_at;
    member[4] = &in->due_date;

    for (i = 0; i < 5; i++) {
        value.len = PQgetlength(result, 0, column[i]);
        value.data = (u_char *) PQgetvalue(result, 0, column[i]);

        member[i]->len = value.len;
        member[i]->data = ngx_pstrdup(r->pool, &value);

        if (member[i]->data == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_http_registration_verify_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_verify_t *verify = context;

    reg_str_t  password;

    password.len = verify->len;
    password.data = verify->password;

    verify->code = reg_password_verify(password,
                                       verify->known ? verify->hash : NULL);
}


static void
ngx_http_registration_verify_free(void *context, ngx_uint_t abandoned)
{
    reg_wipe(context, sizeof(ngx_http_registration_verify_t));
}


static ngx_int_t
ngx_http_registration_sign_in_accept(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_str_t                         argv[8];
    ngx_http_registration_verify_t   *verify;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    verify = ctx->call.result;

    if (verify->code == REG_INTERNAL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a password could not be verified: no memory");
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (verify->code != REG_OK) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "sign_in_failed");
    }

    if (in->disabled) {
        return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                             "account_disabled");
    }

    argv[0] = in->failure_key;

    if (ngx_http_registration_sign_in_session(r, ctx, argv) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_accept_script, 3,
                                       argv, 8);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_reply);
}


static ngx_int_t
ngx_http_registration_sign_in_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *argv)
{
    u_char                           *p;
    ngx_http_registration_policy_t   *policy;
    ngx_http_registration_sign_in_t  *in;
    ngx_http_registration_session_t  *session;

    policy = &ctx->conf->policy;
    in = ctx->data;
    session = &in->session;
    session->created = ngx_time();

    p = ngx_pnalloc(r->pool, 2 * NGX_TIME_T_LEN + NGX_INT64_LEN);

    if (p == NULL
        || ngx_http_registration_create_session(r, ctx, &session->ticket)
           != NGX_OK
        || ngx_http_registration_ticket_key(r,
                                            NGX_HTTP_REGISTRATION_SESSION_KEY,
                                            &session->ticket, &argv[1])
           != NGX_OK
        || ngx_http_registration_sessions_key(r, &session->account, &argv[2])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_null(&argv[3]);

    if (ngx_http_registration_may_enter(session)
        && ngx_http_registration_session_record(r, ctx, session, &argv[3])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    argv[4].data = p;
    p = ngx_sprintf(p, "%M", policy->session_idle);
    argv[4].len = p - argv[4].data;

    argv[5].data = p;
    p = ngx_sprintf(p, "%M", policy->session_lifetime);
    argv[5].len = p - argv[5].data;

    argv[6].len = sizeof(session->ticket.hex);
    argv[6].data = session->ticket.hex;

    argv[7].data = p;
    argv[7].len = ngx_sprintf(p, "%L", (int64_t) in->began) - p;

    return NGX_OK;
}


/* The correction of a returned application is all that its session opens. */

static ngx_uint_t
ngx_http_registration_may_enter(ngx_http_registration_session_t *session)
{
    return ngx_http_registration_equal(&session->status, "approved")
           || ngx_http_registration_equal(&session->status, "returned");
}


static ngx_int_t
ngx_http_registration_sign_in_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                           *reply;
    redisReply                       *accepted;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    accepted = ctx->call.result;

    if (accepted->integer == 0) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "sign_in_failed");
    }

    if (ngx_http_registration_may_enter(&in->session)
        && ngx_http_registration_send_session_cookie(r, ctx,
                                                     &in->session.ticket)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reply = json_pack("{s:s%, s:s%, s:s%}",
                      "status", in->session.status.data,
                      in->session.status.len,
                      "number", in->session.number.data,
                      in->session.number.len,
                      "submitted_at", in->submitted_at.data,
                      in->submitted_at.len);

    if (ngx_http_registration_equal(&in->session.status, "pending")) {
        json_object_set_new(reply, "due_date",
                            json_stringn((char *) in->due_date.data,
                                         in->due_date.len));
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}


/* What was not judged, for a reason that is ours, costs nobody anything. */

static ngx_int_t
ngx_http_registration_sign_in_untried(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_str_t                         argv[2];
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    in->status = ctx->call.status;

    argv[0] = in->failure_key;
    argv[1] = in->client_key;

    ctx->failure = ngx_http_registration_sign_in_unavailable;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_untry_script, 2,
                                       argv, 2);

    return ngx_http_registration_wait(r, ctx, rc,
                                     ngx_http_registration_sign_in_unavailable);
}


static ngx_int_t
ngx_http_registration_sign_in_unavailable(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;

    return ngx_http_registration_wait(r, ctx, in->status, NULL);
}
