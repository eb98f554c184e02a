
/*
 * POST /email-codes: a code goes to a mailbox, as often as policy allows.
 *
 * email_code → (Redis: the client) → code_counted → (Redis: the address) →
 * code_placed → for an address that had mail within the day (Redis: its
 * limits) → code_stored → for a new password (PostgreSQL: is there such an
 * account?) → code_known → code_send
 *
 * Most addresses have had none: that takes two plain commands, which cost
 * Redis half of what a script does.
 */


#include <ngx_http_registration_code.h>


typedef struct {
    ngx_uint_t                         purpose;
    ngx_str_t                          email;
    u_char                             code[REG_CODE_DIGITS + 1];
    ngx_str_t                          clients;     /* the hour's table */
    ngx_str_t                          client;      /* a field of it */
    ngx_http_registration_codes_t      codes;
    ngx_str_t                          record;
    ngx_uint_t                         unknown;
} ngx_http_registration_code_t;


#define NGX_HTTP_REGISTRATION_CODE_HOUR  3600    /* seconds */


static ngx_int_t ngx_http_registration_code_count(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_add(
    ngx_http_registration_ctx_t *ctx, const char *mails,
    ngx_registration_call_t *call);
static ngx_int_t ngx_http_registration_code_counted(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_placed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_stored(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_know(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_known(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_code_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/*
 * KEYS: mailbox.  ARGV: the record of one that no mail was sent to for a day.
 * The limits stand in the text, before this.  Gives 0, or the milliseconds to
 * wait.  When the last mail was sent is known by the expiry of the key.
 */

static const char  ngx_http_registration_code_text[] =
    "local record, wait = ARGV[1], 0\n"
    "local mailbox = redis.call('GET', KEYS[1])\n"
    "if mailbox then\n"
    "  local age = day - redis.call('PTTL', KEYS[1])\n"
    "  local hour, hn, today, dn, codes =\n"
    "      string.match(mailbox, '(%d+) (%d+) (%d+) (%d+)(.*)')\n"
    "  hour, today = hour + age, today + age\n"
    "  if hour >= 3600000 then hour, hn = 0, 0 end\n"
    "  if today >= day then today, dn = 0, 0 end\n"
    "  wait = interval - age\n"
    "  if hn - hourly >= 0 then wait = math.max(wait, 3600000 - hour) end\n"
    "  if dn - daily >= 0 then wait = math.max(wait, day - today) end\n"
    "  record = string.format('%d %d %d %d %s', hour, hn + 1, today, dn + 1,\n"
    "                         string.sub(ARGV[1], 9))\n"
    "  for code, left, tries in\n"
    "      string.gmatch(codes, '(%x+:%x+):(%d+):(%d+)') do\n"
    "    if left + age - day < 0 then\n"
    "      record = string.format('%s %s:%d:%s', record, code, left + age,\n"
    "                             tries)\n"
    "    end\n"
    "  end\n"
    "end\n"
    "if wait > 0 then return wait end\n"
    "redis.call('SET', KEYS[1], record, 'PX', '"
    ngx_value(NGX_HTTP_REGISTRATION_CODE_DAY) "')\n"
    "return 0";


static ngx_registration_statement_t  ngx_http_registration_email_sql = {
    "registration_email_known",
    "SELECT registration.email_known($1)",
    1
};


static const char  *ngx_http_registration_code_members[] = {
    "email", "purpose", NULL
};

static const char  *ngx_http_registration_purposes[] = {
    "registration", "password_reset"
};


/* What is the same in every request of a policy. */

ngx_int_t
ngx_http_registration_code_init(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_http_registration_policy_t  *policy;

    policy = &rmcf->policy;

    if (ngx_http_registration_print(cf, &rmcf->code_script.text,
            "local interval, hourly, daily = %M, %i, %i\n"
            "local day = " ngx_value(NGX_HTTP_REGISTRATION_CODE_DAY) "\n%s",
            policy->code_interval, policy->code_hourly, policy->code_daily,
            ngx_http_registration_code_text)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_registration_print(cf, &rmcf->code_left, ":%M:0",
            NGX_HTTP_REGISTRATION_CODE_DAY - policy->code_lifetime)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_print(cf, &rmcf->code_reply,
               "{\"resend_after\":%M,\"expires_in\":%M}",
               policy->code_interval / 1000, policy->code_lifetime / 1000);
}


ngx_int_t
ngx_http_registration_email_code(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t                      value[2];
    ngx_uint_t                     purpose;
    reg_faults_t                   faults;
    ngx_http_registration_code_t  *code;

    faults.n = 0;
    ngx_http_registration_members(ctx, ngx_http_registration_code_members,
                                  value, &faults);

    for (purpose = 0; purpose < NGX_HTTP_REGISTRATION_PURPOSES; purpose++) {
        if (ngx_strcmp(value[1].data, ngx_http_registration_purposes[purpose])
            == 0)
        {
            break;
        }
    }

    if (purpose == NGX_HTTP_REGISTRATION_PURPOSES) {
        reg_faults_add(&faults, "purpose", REG_UNKNOWN);
    }

    if (value[0].len) {
        if (ngx_http_registration_normalize(r, "email", &value[0]) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        if (!reg_email_valid(ngx_http_registration_str(&value[0]))) {
            reg_faults_add(&faults, "email", REG_FORMAT);
        }
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    code = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_code_t));
    if (code == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    code->purpose = purpose;
    code->email = value[0];
    ctx->data = code;

    /* not kept while Redis is asked: others use its memory, which is warm */

    json_decref(ctx->body);
    ctx->body = NULL;

    if (!ngx_registration_smtp_has_room(ctx->conf->smtp)) {
        return ngx_http_registration_busy(r, NGX_HTTP_SERVICE_UNAVAILABLE, 30);
    }

    return ngx_http_registration_code_count(r, ctx);
}


/* The client is counted in the table of the hour. */

static ngx_int_t
ngx_http_registration_code_count(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                        *p;
    ngx_int_t                      rc;
    ngx_str_t                      client;
    ngx_http_registration_code_t  *code;

    code = ctx->data;

    ngx_http_registration_client(r, &client);

    p = ngx_pnalloc(r->pool, sizeof(NGX_HTTP_REGISTRATION_CLIENTS_KEY)
                             + NGX_TIME_T_LEN);

    if (p == NULL
        || ngx_http_registration_key(r, ctx, "client:", &client, 1,
                                     &code->client)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    code->clients.data = p;
    code->clients.len = ngx_sprintf(p, NGX_HTTP_REGISTRATION_CLIENTS_KEY "%T",
                                    ngx_time()
                                    / NGX_HTTP_REGISTRATION_CODE_HOUR)
                        - p;

    rc = ngx_http_registration_code_add(ctx, "1", &ctx->call);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_code_counted);
}


static ngx_int_t
ngx_http_registration_code_add(ngx_http_registration_ctx_t *ctx,
    const char *mails, ngx_registration_call_t *call)
{
    ngx_str_t                      argv[4];
    ngx_http_registration_code_t  *code;

    code = ctx->data;

    ngx_str_set(&argv[0], "HINCRBY");
    argv[1] = code->clients;
    argv[2] = code->client;
    argv[3].data = (u_char *) mails;
    argv[3].len = ngx_strlen(mails);

    return ngx_registration_redis_command(ctx->conf->redis, call, argv, 4);
}


static ngx_int_t
ngx_http_registration_code_counted(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                      rc;
    ngx_str_t                      argv[6];
    redisReply                    *reply;
    ngx_http_registration_code_t  *code;

    code = ctx->data;
    reply = ctx->call.result;

    if (reply->integer == 1) {

        /* any new client may have been the first, which made the table */

        ngx_str_set(&argv[0], "EXPIRE");
        argv[1] = code->clients;
        ngx_str_set(&argv[2], "7200");

        (void) ngx_registration_redis_command(ctx->conf->redis, NULL, argv, 3);
    }

    if (reply->integer > ctx->conf->policy.code_per_address) {
        return ngx_http_registration_busy(r, NGX_HTTP_TOO_MANY_REQUESTS,
                              NGX_HTTP_REGISTRATION_CODE_HOUR
                              - ngx_time() % NGX_HTTP_REGISTRATION_CODE_HOUR);
    }

    if (ngx_http_registration_code_record(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&argv[0], "SET");
    argv[1] = code->codes.key;
    argv[2] = code->record;
    ngx_str_set(&argv[3], "PX");
    ngx_str_set(&argv[4], ngx_value(NGX_HTTP_REGISTRATION_CODE_DAY));
    ngx_str_set(&argv[5], "NX");

    rc = ngx_registration_redis_command(ctx->conf->redis, &ctx->call, argv, 6);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_code_placed);
}


/* What Redis keeps of an address that no mail was sent to for a day. */

static ngx_int_t
ngx_http_registration_code_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                        *p;
    ngx_str_t                      text, hash, *left;
    ngx_http_registration_code_t  *code;

    static const char  fresh[] = "0 1 0 1 ";

    code = ctx->data;

    reg_random_digits((char *) code->code);

    text.len = REG_CODE_DIGITS;
    text.data = code->code;

    if (ngx_http_registration_draft_cookie(r, ctx, 1) == NGX_ERROR
        || ngx_http_registration_codes(r, ctx, code->purpose, &code->email,
                                       &code->codes)
           != NGX_OK
        || ngx_http_registration_code_hash(r, ctx, &text, &hash) != NGX_OK)
    {
        return NGX_ERROR;
    }

    left = &ctx->conf->code_left;

    p = ngx_pnalloc(r->pool, sizeof(fresh) + code->codes.tag.len + hash.len
                             + left->len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    code->record.data = p;

    p = ngx_cpymem(p, fresh, sizeof(fresh) - 1);
    p = ngx_cpymem(p, code->codes.tag.data, code->codes.tag.len);
    *p++ = ':';
    p = ngx_cpymem(p, hash.data, hash.len);
    p = ngx_cpymem(p, left->data, left->len);

    code->record.len = p - code->record.data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_code_placed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                      rc;
    ngx_str_t                      argv[2];
    redisReply                    *reply;
    ngx_http_registration_code_t  *code;

    code = ctx->data;
    reply = ctx->call.result;

    if (reply->type != REDIS_REPLY_NIL) {
        return ngx_http_registration_code_know(r, ctx);
    }

    argv[0] = code->codes.key;
    argv[1] = code->record;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ctx->conf->code_script, 1, argv, 2);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_code_stored);
}


static ngx_int_t
ngx_http_registration_code_stored(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    redisReply  *reply;

    reply = ctx->call.result;

    if (reply->integer > 0) {
        (void) ngx_http_registration_code_add(ctx, "-1", NULL);

        return ngx_http_registration_busy(r, NGX_HTTP_TOO_MANY_REQUESTS,
                                          (reply->integer + 999) / 1000);
    }

    return ngx_http_registration_code_know(r, ctx);
}


static ngx_int_t
ngx_http_registration_code_know(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                      rc;
    ngx_registration_param_t       param;
    ngx_http_registration_code_t  *code;

    code = ctx->data;

    if (code->purpose == NGX_HTTP_REGISTRATION_CODE) {
        return ngx_http_registration_code_send(r, ctx);
    }

    if (ngx_http_registration_lookup(r, ctx, "email", &code->email, &param)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_email_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_code_known);
}


/* No account has this address: no mail, but the same work and answer. */

static ngx_int_t
ngx_http_registration_code_known(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                      *result;
    ngx_http_registration_code_t  *code;

    code = ctx->data;
    result = ctx->call.result;

    code->unknown = (PQntuples(result) != 1
                     || PQgetvalue(result, 0, 0)[0] != 't');

    return ngx_http_registration_code_send(r, ctx);
}


static ngx_int_t
ngx_http_registration_code_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    char                          *text;
    size_t                         len;
    reg_language_t                 language;
    reg_mail_value_t               value;
    ngx_http_registration_code_t  *code;

    code = ctx->data;
    language = ngx_http_registration_language(r);

    value.name = "code";
    value.value.data = code->code;
    value.value.len = REG_CODE_DIGITS;

    text = reg_mail_compose(ctx->conf->mail[code->purpose][language], &value,
                            1, ngx_http_registration_str(&code->email),
                            ngx_time(), &len);
    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (code->unknown) {
        reg_wipe(text, len);
        free(text);

        return ngx_http_registration_code_reply(r, ctx);
    }

    if (ngx_registration_smtp_send(ctx->conf->smtp, &code->email, text, len,
                                   ctx->conf->policy.code_lifetime, NULL, NULL)
        != NGX_OK)
    {
        return ngx_http_registration_busy(r, NGX_HTTP_SERVICE_UNAVAILABLE, 30);
    }

    return ngx_http_registration_code_reply(r, ctx);
}


static ngx_int_t
ngx_http_registration_code_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t                     *reply;
    ngx_http_registration_code_t  *code;

    code = ctx->data;
    reply = &ctx->conf->code_reply;

    reg_wipe(code->code, sizeof(code->code));

    if (ngx_http_registration_send_draft_cookie(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply(r, 202, reply->data, reply->len);
}


ngx_int_t
ngx_http_registration_codes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t purpose, ngx_str_t *email,
    ngx_http_registration_codes_t *codes)
{
    u_char  *p;

    codes->tag.len = NGX_HTTP_REGISTRATION_CODE_TAG;
    codes->tag.data = ngx_pnalloc(r->pool, NGX_HTTP_REGISTRATION_CODE_TAG);
    if (codes->tag.data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(codes->tag.data, ctx->draft.hex,
                   NGX_HTTP_REGISTRATION_KEY_HEX);
    *p = '0' + purpose;

    return ngx_http_registration_key(r, ctx, NGX_HTTP_REGISTRATION_MAILBOX_KEY,
                                     email, 1, &codes->key);
}


ngx_int_t
ngx_http_registration_code_hash(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *code, ngx_str_t *hash)
{
    ngx_str_t  parts[2];

    parts[0].len = REG_HASH;
    parts[0].data = ctx->draft.hash;
    parts[1] = *code;

    if (ngx_http_registration_key(r, ctx, "code:", parts, 2, hash) != NGX_OK) {
        return NGX_ERROR;
    }

    hash->data += sizeof("code:") - 1;
    hash->len -= sizeof("code:") - 1;

    return NGX_OK;
}


reg_code_t
ngx_http_registration_code_outcome(ngx_int_t outcome)
{
    switch (outcome) {

    case NGX_HTTP_REGISTRATION_CODE_GOOD:
        return REG_OK;

    case NGX_HTTP_REGISTRATION_CODE_WRONG:
        return REG_CODE_WRONG;

    case NGX_HTTP_REGISTRATION_CODE_EXPIRED:
        return REG_CODE_EXPIRED;

    default:
        return REG_TOO_MANY_ATTEMPTS;
    }
}
