
/*
 * How often one may try to sign in, and whether a password is right.
 */


#include <ngx_http_registration_credentials.h>


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


ngx_int_t
ngx_http_registration_try(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *account,
    ngx_http_registration_try_t *try)
{
    u_char                          *p;
    ngx_str_t                        argv[4], parts[2];
    ngx_registration_param_t         hash;
    ngx_http_registration_policy_t  *policy;

    policy = &ctx->conf->policy;

    ngx_http_registration_client(r, &parts[0]);

    p = ngx_pnalloc(r->pool, 2 * NGX_INT_T_LEN);

    if (p == NULL
        || ngx_http_registration_lookup(r, ctx, purpose,
                                        (char *) account->data, account->len,
                                        &hash)
           != NGX_OK)
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
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    argv[0] = try->failure_key;
    argv[1] = try->client_key;
    argv[2].data = p;
    p = ngx_sprintf(p, "%i", policy->sign_in_free);
    argv[2].len = p - argv[2].data;
    argv[3].data = p;
    p = ngx_sprintf(p, "%i", policy->sign_in_per_address);
    argv[3].len = p - argv[3].data;

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_try_script, 2,
                                         argv, 4);
}


ngx_int_t
ngx_http_registration_untry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_str_t                     argv[2];
    ngx_http_registration_try_t  *try;

    try = ctx->data;
    try->status = ctx->call.status;

    argv[0] = try->failure_key;
    argv[1] = try->client_key;

    ctx->failure = ngx_http_registration_untried;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_untry_script, 2,
                                       argv, 2);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_untried);
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
