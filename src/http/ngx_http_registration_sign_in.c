
/*
 * POST /sessions: the truth for who knows the password.
 *
 * sign_in → (Redis: may this be tried?) → sign_in_query → (PostgreSQL) →
 * sign_in_verify → (thread: Argon2id) → sign_in_judge → (PostgreSQL: the audit)
 * → sign_in_accept → (Redis: failures forgotten, a session made) →
 * sign_in_reply, or sign_in_failed
 *
 * Where PostgreSQL or a thread is not to be had, the try is taken back.
 */


#include <ngx_http_registration_session.h>
#include <ngx_http_registration_credentials.h>


/* What the steps hand on. */

typedef struct {
    ngx_http_registration_try_t      try;           /* first, for untry() */
    ngx_str_t                        password;
    ngx_str_t                        field;         /* username or email */
    ngx_str_t                        account;
    long long                        began;         /* by Redis' clock, ms */
    ngx_uint_t                       disabled;
    ngx_uint_t                       status;        /* of a refusal */
    const char                      *word;
    ngx_str_t                        submitted_at;
    ngx_str_t                        due_date;
    ngx_str_t                        reason;        /* sealed, in Base64 */
    ngx_str_t                        id;
    ngx_str_t                        key;
    ngx_http_registration_session_t  session;
} ngx_http_registration_sign_in_t;


static ngx_int_t ngx_http_registration_sign_in_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_verify(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_row(ngx_http_request_t *r,
    ngx_http_registration_sign_in_t *in, PGresult *result);
static ngx_int_t ngx_http_registration_sign_in_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_fail(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t status, const char *word);
static ngx_int_t ngx_http_registration_sign_in_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_accept(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_sign_in_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *argv);
static ngx_int_t ngx_http_registration_sign_in_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_sign_in_reason(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_uint_t ngx_http_registration_may_enter(
    ngx_http_registration_session_t *session);


/*
 * KEYS: failures, session, sessions of the account, its tries, whether it
 * knows the client.  ARGV: record ("" for no session), idle time, lifetime,
 * hash of the session, when the try began, what it cost the account, prefix of
 * session keys.  Gives 0 when all sessions were ended meanwhile: the password
 * that was right then is not any more.  That is never in the future, unless
 * the clock was set back.
 *
 * A session that leaves the set could not be ended any more, and the lifetime
 * may be made longer while it lives: so the set is kept for thirty days at
 * least, and with what is too old for it goes the session.
 */

static ngx_registration_script_t  ngx_http_registration_accept_script = {
    ngx_string(NGX_HTTP_REGISTRATION_SIGNED_IN_LUA
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "local ended = redis.call('ZSCORE', KEYS[3], 'ended')\n"
    "if ended and ended - ARGV[5] >= 0 and ended - now <= 0 then\n"
    "  return 0\n"
    "end\n"
    "signed_in(KEYS[1], KEYS[4], KEYS[5], ARGV[6])\n"
    "if ARGV[1] ~= '' then\n"
    "  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])\n"
    "  local old = string.format('%.0f', now - ARGV[3])\n"
    "  for _, hash in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf',\n"
    "                                   old)) do\n"
    "    redis.call('DEL', ARGV[7] .. hash)\n"
    "  end\n"
    "  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', old)\n"
    "  redis.call('ZADD', KEYS[3], string.format('%.0f', now), ARGV[4])\n"
    "  redis.call('PEXPIRE', KEYS[3],\n"
    "             string.format('%.0f', math.max(ARGV[3], 2592000000)))\n"
    "end\n"
    "return 1"), { 0 }
};


static ngx_registration_statement_t  ngx_http_registration_sign_in_sql = {
    "registration_sign_in",
    "SELECT account_id, password_hash, disabled::text, number, status,"
    " submitted_at, due_date, reason, application_id, data_key"
    " FROM registration.sign_in($1, $2)",
    2
};

static ngx_registration_statement_t  ngx_http_registration_sign_in_audit_sql =
{
    "registration_sign_in_audit",
    "SELECT registration.audit_write('applicant', $1, 'sign_in', $2, '{}')",
    2
};

static ngx_registration_statement_t
    ngx_http_registration_sign_in_failed_sql = {
    "registration_sign_in_failed",
    "SELECT registration.sign_in_failed($1)",
    1
};


static const char  *ngx_http_registration_sign_in_members[] = {
    "account", "password", NULL
};


ngx_int_t
ngx_http_registration_sign_in(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
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

    /* a full-width "@" is one only when it has been narrowed */

    if (ngx_http_registration_normalize(r, "username", &in->account)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_strlchr(in->account.data, in->account.data + in->account.len,
                    '@'))
    {
        ngx_str_set(&in->field, "email");

    } else {
        ngx_str_set(&in->field, "username");
    }

    rc = ngx_http_registration_try(r, ctx, "account", &in->account, &in->try);

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
                                     &in->account, param)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_sign_in_sql,
                                         params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_verify);
}


static ngx_int_t
ngx_http_registration_sign_in_verify(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    PGresult                         *result;
    const char                       *hash;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    result = ctx->call.result;
    hash = NULL;

    if (PQntuples(result) == 1) {
        hash = PQgetvalue(result, 0, 1);

        if (ngx_http_registration_sign_in_row(r, in, result) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_http_registration_verify(ctx, &in->password, hash);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_judge);
}


/* The row outlives its result. */

static ngx_int_t
ngx_http_registration_sign_in_row(ngx_http_request_t *r,
    ngx_http_registration_sign_in_t *in, PGresult *result)
{
    ngx_str_t   *member[8];
    ngx_uint_t   i;

    static const int  column[] = { 0, 3, 4, 5, 6, 7, 8, 9 };

    in->disabled = (PQgetvalue(result, 0, 2)[0] == 't');

    member[0] = &in->session.account;
    member[1] = &in->session.number;
    member[2] = &in->session.status;
    member[3] = &in->submitted_at;
    member[4] = &in->due_date;
    member[5] = &in->reason;
    member[6] = &in->id;
    member[7] = &in->key;

    for (i = 0; i < 8; i++) {
        if (ngx_http_registration_copy(r, result, 0, column[i], member[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_sign_in_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_registration_param_t          params[2];
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
        return ngx_http_registration_sign_in_fail(r, ctx,
                                                  NGX_HTTP_UNAUTHORIZED,
                                                  "sign_in_failed");
    }

    if (in->disabled) {
        return ngx_http_registration_sign_in_fail(r, ctx, NGX_HTTP_FORBIDDEN,
                                                  "account_disabled");
    }

    ngx_memzero(params, sizeof(params));
    params[0].value = in->session.account;
    params[1].value = in->session.number;

    ctx->failure = ngx_http_registration_untry;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                    &ngx_http_registration_sign_in_audit_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_accept);
}


/* PostgreSQL is told of unknown accounts, too: they take as long. */

static ngx_int_t
ngx_http_registration_sign_in_fail(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t status, const char *word)
{
    ngx_int_t                         rc;
    ngx_registration_param_t          param;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    in->status = status;
    in->word = word;

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = in->session.account;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                   &ngx_http_registration_sign_in_failed_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_sign_in_failed);
}


static ngx_int_t
ngx_http_registration_sign_in_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;

    return ngx_http_registration_problem(r, in->status, in->word);
}


static ngx_int_t
ngx_http_registration_sign_in_accept(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_str_t                         argv[12];
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    argv[0] = in->try.failure_key;
    argv[3] = in->try.account_key;
    argv[4] = in->try.known_key;

    if (ngx_http_registration_sign_in_session(r, ctx, argv) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_accept_script, 5,
                                       argv, 12);

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

    p = ngx_pnalloc(r->pool, 4 * NGX_INT64_LEN);

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

    ngx_str_null(&argv[5]);

    if (ngx_http_registration_may_enter(session)
        && ngx_http_registration_session_record(r, ctx, session, &argv[5])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    p = ngx_http_registration_figure(p, policy->session_idle, &argv[6]);
    p = ngx_http_registration_figure(p, policy->session_lifetime, &argv[7]);

    argv[8].len = sizeof(session->ticket.hex);
    argv[8].data = session->ticket.hex;

    p = ngx_http_registration_figure(p, in->began, &argv[9]);
    (void) ngx_http_registration_figure(p, in->try.cost, &argv[10]);
    ngx_str_set(&argv[11], NGX_HTTP_REGISTRATION_SESSION_KEY);

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

    if (in->reason.len && in->key.len) {
        json_object_set_new(reply, "reason",
                            ngx_http_registration_sign_in_reason(r, ctx));
    }

    ngx_http_registration_session_landing(r, &in->session, reply);

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}


/* Why it was returned or rejected; NULL when that does not open any more. */

static json_t *
ngx_http_registration_sign_in_reason(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                            key[REG_DATA_KEY];
    json_t                           *content, *reason;
    ngx_str_t                         sealed;
    ngx_http_registration_sign_in_t  *in;

    in = ctx->data;
    content = NULL;

    sealed.data = ngx_pnalloc(r->pool,
                              ngx_base64_decoded_length(in->reason.len));

    if (sealed.data
        && ngx_decode_base64(&sealed, &in->reason) == NGX_OK
        && ngx_http_registration_application_key(ctx->conf, &in->id,
                                                 in->key.data, in->key.len,
                                                 key)
           == REG_OK)
    {
        content = ngx_http_registration_application_open(r->connection->log,
                                                         &in->id, key,
                                                         sealed.data,
                                                         sealed.len);
        reg_wipe(key, sizeof(key));
    }

    if (content == NULL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the reason of a decision could not be opened");
        return NULL;
    }

    reason = json_incref(json_object_get(content, "reason"));
    json_decref(content);

    return reason;
}
