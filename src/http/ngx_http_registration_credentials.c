
/*
 * How often one may try to sign in, and whether a password is right.
 */


#include <ngx_http_registration_credentials.h>


/* What an account may spend on tries, in milliseconds. */

#define NGX_HTTP_REGISTRATION_HOUR  3600000


static ngx_int_t ngx_http_registration_try_keys(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_http_registration_try_t *try);
static ngx_int_t ngx_http_registration_take_back(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t keys);
static ngx_int_t ngx_http_registration_untried(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_verify_run(void *context, ngx_log_t *log);
static void ngx_http_registration_verify_free(void *context,
    ngx_uint_t abandoned);


static ngx_registration_job_type_t  ngx_http_registration_verify_job = {
    ngx_http_registration_verify_run,
    ngx_http_registration_verify_free,
    0,
    30000
};


/*
 * KEYS: failures of the account from this client, tries of the client, tries
 * of the account, whether it knows this client.  ARGV: free failures, tries
 * per client, milliseconds that a try costs the account.  Gives the
 * milliseconds to wait, or the time, negative.  The try counts as a failure
 * from now on, so that many at once gain nothing; success takes it back.
 *
 * An account has an hour to spend, which comes back as time passes: what is
 * kept is when it will have all of it again.  A client that has signed in to
 * it never waits for that, or whoever likes could keep its owner out.
 *
 * A time that is farther away than any wait was written before the clock was
 * set back, and keeps nobody out.
 */

static ngx_registration_script_t  ngx_http_registration_try_script = {
    ngx_string(
    "local time = redis.call('TIME')\n"
    "local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"
    "local n, till = 0, 0\n"
    "local old = redis.call('MGET', KEYS[1], KEYS[2], KEYS[3], KEYS[4])\n"
    "if old[1] then\n"
    "  n, till = string.match(old[1], '(%d+) (%d+)')\n"
    "end\n"
    "if till + 0 > now and till - now <= 900000 then return till - now end\n"
    "if old[2] and tonumber(old[2]) >= tonumber(ARGV[2]) then\n"
    "  return math.max(redis.call('PTTL', KEYS[2]), 1)\n"
    "end\n"
    "local spent = tonumber(old[3] or now)\n"
    "if spent < now or spent - now > 3600000 + ARGV[3] then spent = now end\n"
    "spent = math.min(spent, now + 3600000) + ARGV[3]\n"
    "if not old[4] and spent - now > 3600000 then\n"
    "  return spent - now - 3600000\n"
    "end\n"
    "redis.call('SET', KEYS[3], string.format('%.0f', spent), 'PX',\n"
    "           string.format('%.0f', spent - now))\n"
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


/*
 * KEYS: failures, tries of the account, tries of the client unless it remains
 * one of these.  ARGV: what the try cost the account.
 */

static ngx_registration_script_t  ngx_http_registration_untry_script = {
    ngx_string(
    "local old = redis.call('GET', KEYS[1])\n"
    "local n = old and string.match(old, '%d+') - 1 or 0\n"
    "if n > 0 then redis.call('SET', KEYS[1], n .. ' 0', 'KEEPTTL')\n"
    "else redis.call('DEL', KEYS[1]) end\n"
    "local spent = redis.call('GET', KEYS[2])\n"
    "if spent then\n"
    "  redis.call('SET', KEYS[2], string.format('%.0f', spent - ARGV[1]),\n"
    "             'KEEPTTL')\n"
    "end\n"
    "if KEYS[3] and redis.call('EXISTS', KEYS[3]) == 1 then\n"
    "  redis.call('DECR', KEYS[3])\n"
    "end\n"
    "return 1"), { 0 }
};


ngx_int_t
ngx_http_registration_try(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_http_registration_try_t *try)
{
    u_char                          *p, figures[3 * NGX_INT64_LEN];
    ngx_str_t                        argv[7];
    ngx_http_registration_policy_t  *policy;

    policy = &ctx->conf->policy;
    try->cost = ngx_max(NGX_HTTP_REGISTRATION_HOUR
                        / policy->sign_in_per_account, 1);

    if (ngx_http_registration_try_keys(r, ctx, purpose, account, try)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    argv[0] = try->failure_key;
    argv[1] = try->client_key;
    argv[2] = try->account_key;
    argv[3] = try->known_key;

    p = ngx_http_registration_figure(figures, policy->sign_in_free, &argv[4]);
    p = ngx_http_registration_figure(p, policy->sign_in_per_address, &argv[5]);
    (void) ngx_http_registration_figure(p, try->cost, &argv[6]);

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_try_script, 4,
                                         argv, 7);
}


static ngx_int_t
ngx_http_registration_try_keys(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_http_registration_try_t *try)
{
    ngx_str_t                 parts[2];
    ngx_registration_param_t  hash;

    ngx_http_registration_client(r, &parts[0]);

    if (ngx_http_registration_lookup(r, ctx, purpose, account, &hash) != NGX_OK)
    {
        return NGX_ERROR;
    }

    parts[1] = hash.value;

    if (ngx_http_registration_key(r, ctx, NGX_HTTP_REGISTRATION_FAILURE_KEY,
                                  parts, 2, &try->failure_key)
        != NGX_OK
        || ngx_http_registration_key(r, ctx,
                                     NGX_HTTP_REGISTRATION_FAILURE_KEY,
                                     parts, 1, &try->client_key)
           != NGX_OK
        || ngx_http_registration_key(r, ctx, NGX_HTTP_REGISTRATION_KNOWN_KEY,
                                     parts, 2, &try->known_key)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_key(r, ctx,
                                     NGX_HTTP_REGISTRATION_ACCOUNT_KEY,
                                     &parts[1], 1, &try->account_key);
}


ngx_int_t
ngx_http_registration_untry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_http_registration_try_t  *try;

    try = ctx->data;
    try->status = ctx->call.status;

    ctx->failure = ngx_http_registration_untried;

    rc = ngx_http_registration_take_back(r, ctx, 3);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_untried);
}


ngx_int_t
ngx_http_registration_try_back(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_step_pt step)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_take_back(r, ctx, 2);

    return ngx_http_registration_wait(r, ctx, rc, step);
}


static ngx_int_t
ngx_http_registration_take_back(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t keys)
{
    u_char                        cost[NGX_INT64_LEN];
    ngx_str_t                     argv[4];
    ngx_http_registration_try_t  *try;

    try = ctx->data;

    argv[0] = try->failure_key;
    argv[1] = try->account_key;
    argv[2] = try->client_key;

    (void) ngx_http_registration_figure(cost, try->cost, &argv[keys]);

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_untry_script,
                                         keys, argv, keys + 1);
}


/* What had failed is what the client is told. */

static ngx_int_t
ngx_http_registration_untried(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_try_t  *try;

    try = ctx->data;

    return ngx_http_registration_wait(r, ctx, try->status, NULL);
}


ngx_int_t
ngx_http_registration_verify(ngx_http_registration_ctx_t *ctx,
    ngx_str_t *password, const char *hash)
{
    ngx_http_registration_verify_t  *verify;

    verify = ngx_registration_job_create(&ngx_http_registration_verify_job,
                                       sizeof(ngx_http_registration_verify_t));
    if (verify == NULL) {
        return NGX_ERROR;
    }

    if (hash) {
        verify->known = 1;
        ngx_cpystrn((u_char *) verify->hash, (u_char *) hash,
                    REG_PASSWORD_HASH);
    }

    /* longer than any password may be: it is none, whatever it begins with */

    if (password->len > sizeof(verify->password)) {
        verify->known = 0;

    } else {
        verify->len = password->len;
        ngx_memcpy(verify->password, password->data, password->len);
    }

    return ngx_registration_job_start(ctx->conf->password_threads, &ctx->call,
                                      verify, ngx_cycle->log);
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
