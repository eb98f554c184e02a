
/*
 * POST /registrations: an application becomes a row.
 *
 * submit → (Redis: the draft and the code) → submit_judge → (thread: the
 * password, the files on disk) → submit_insert → (PostgreSQL) →
 * submit_commit → (Redis: the code is used, the draft done) → submit_reply
 *
 * With a fault: submit_insert → submit_name → (PostgreSQL: is the name free?)
 * → submit_named → submit_refuse
 *
 * Of a draft that is done: submit_judge → submit_done → submit_reply
 */


#include <ngx_http_registration_intake.h>
#include <ngx_http_registration_outbox.h>
#include <ngx_http_registration_password.h>


/* What the steps hand on. */

typedef struct {
    reg_faults_t                    faults;
    ngx_http_registration_draft_t  *draft;
    ngx_http_registration_codes_t   codes;
    u_char                          hash[REG_HASH];     /* of the body */
    ngx_str_t                       reply;
} ngx_http_registration_submit_t;


static ngx_int_t ngx_http_registration_submit_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_done(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_hash(
    ngx_http_registration_ctx_t *ctx, u_char *hash);
static ngx_int_t ngx_http_registration_submit_other(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_insert(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_name(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_named(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_refuse(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *phc);
static ngx_int_t ngx_http_registration_submit_sealed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *id,
    ngx_registration_param_t *params);
static ngx_int_t ngx_http_registration_submit_commit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_answer(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, ngx_str_t *sealed);
static ngx_int_t ngx_http_registration_submit_body(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *sealed);
static ngx_int_t ngx_http_registration_submit_taken(ngx_http_request_t *r,
    const char *outcome);
static ngx_int_t ngx_http_registration_submit_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/*
 * KEYS: draft, codes.  ARGV: lifetime, prefix of document keys, the answer,
 * tag of the codes, the body's hash.  What is left of the draft is the answer,
 * for one who did not receive it and submits the same again.
 */

static ngx_registration_script_t  ngx_http_registration_commit_script = {
    ngx_string(
    NGX_HTTP_REGISTRATION_DROP_CODES
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "for i = 1, #all, 2 do\n"
    "  if string.sub(all[i], 1, 2) == 'd:' then\n"
    "    redis.call('DEL', ARGV[2] .. string.sub(all[i + 1], 1, 22))\n"
    "  end\n"
    "end\n"
    "drop_codes(KEYS[2], ARGV[4])\n"
    "redis.call('DEL', KEYS[1])\n"
    "redis.call('HSET', KEYS[1], 'done', ARGV[3], 'body', ARGV[5])\n"
    "redis.call('PEXPIRE', KEYS[1], ARGV[1])\n"
    "return 1"), { 0 }
};


#define NGX_HTTP_REGISTRATION_SUBMIT_PARAMS  22

static ngx_registration_statement_t  ngx_http_registration_submit_sql = {
    "registration_submit",
    "SELECT outcome, number, status, submitted_at, due_date"
    " FROM registration.submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
    NGX_HTTP_REGISTRATION_SUBMIT_PARAMS
};


ngx_int_t
ngx_http_registration_submit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                        rc;
    reg_rules_t                      rules;
    ngx_http_registration_submit_t  *submit;

    submit = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_submit_t));
    if (submit == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = submit;

    if (reg_fields_normalize(ctx->body, &submit->faults) != REG_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rules.form = ctx->conf->form;
    rules.regions = ctx->conf->regions;
    rules.today = reg_date_in_china(ngx_time());

    reg_fields_judge(&rules, ctx->body, 1, &submit->faults);

    rc = ngx_http_registration_draft_cookie(r, ctx, 1);

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_registration_intake_fetch(r, ctx, ctx->body,
                          reg_faults_of(&submit->faults, "email_code")
                          == REG_OK,
                          submit->faults.n == 0, 1, &submit->codes);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_judge);
}


static ngx_int_t
ngx_http_registration_submit_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    reg_code_t                         code;
    redisReply                        *reply;
    ngx_http_registration_submit_t    *submit;
    ngx_http_registration_password_t  *job;

    submit = ctx->data;
    reply = ctx->call.result;

    submit->draft = ngx_http_registration_draft_read(r, ctx,
                                                     reply->element[1]);
    if (submit->draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (submit->draft->done.len) {
        submit->reply = submit->draft->done;
        return ngx_http_registration_submit_done(r, ctx);
    }

    code = ngx_http_registration_code_outcome(reply->element[0]->integer);

    if (code != REG_OK) {
        reg_faults_add(&submit->faults, "email_code", code);
    }

    ngx_http_registration_intake_documents(json_object_get(ctx->body,
                                                           "documents"),
                                           submit->draft, &submit->faults);

    job = ngx_http_registration_password_create(ctx, ctx->body);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->hash = (submit->faults.n == 0);
    ngx_http_registration_flush_prepare(&job->flush, ctx, submit->draft);

    rc = ngx_http_registration_password_start(ctx, job);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_insert);
}


/* Who changed something meanwhile must not take it for registered. */

static ngx_int_t
ngx_http_registration_submit_done(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t                       *body;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    body = &submit->draft->body;

    if (ngx_http_registration_submit_hash(ctx, submit->hash) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (body->len != REG_HASH
        || ngx_memcmp(body->data, submit->hash, REG_HASH) != 0)
    {
        return ngx_http_registration_submit_other(r, ctx);
    }

    return ngx_http_registration_submit_reply(r, ctx);
}


/*
 * Of what is registered: the code that proves an address is no part of it.
 * Nobody can try passwords on the hash, since the draft's token is stored
 * nowhere.
 */

static ngx_int_t
ngx_http_registration_submit_hash(ngx_http_registration_ctx_t *ctx,
    u_char *hash)
{
    json_t     *kept, *token;
    ngx_int_t   rc;

    kept = json_copy(ctx->body);
    token = json_stringn((char *) ctx->draft.token.data,
                         ctx->draft.token.len);

    rc = NGX_ERROR;

    if (kept != NULL && json_object_set(kept, "draft", token) == 0) {
        (void) json_object_del(kept, "email_code");

        rc = ngx_http_registration_intake_hash(ctx, kept, "submission", hash);
    }

    json_decref(token);
    json_decref(kept);

    return rc;
}


/* Another application: that needs a draft of its own. */

static ngx_int_t
ngx_http_registration_submit_other(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    if (ngx_http_registration_clear_cookie(r, ctx, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT, "submitted");
}


static ngx_int_t
ngx_http_registration_submit_insert(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    ngx_http_registration_submit_t    *submit;
    ngx_http_registration_password_t  *job;

    submit = ctx->data;
    job = ctx->call.result;

    if (ngx_http_registration_password_failed(r, job)
        || ngx_http_registration_flush_result(r, &job->flush, submit->draft,
                                              &submit->faults)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (job->code != REG_OK) {
        reg_faults_add(&submit->faults, "password", job->code);
    }

    if (submit->faults.n) {
        return ngx_http_registration_submit_name(r, ctx);
    }

    rc = ngx_http_registration_submit_query(r, ctx, job->phc);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_commit);
}


/*
 * A name that is taken is one of the faults; anybody may ask for it.  That an
 * address is registered is for its owner to know, who has its code.  Where
 * PostgreSQL is not to be had, the other faults are the answer.
 */

static ngx_int_t
ngx_http_registration_submit_name(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                        rc;
    ngx_str_t                        username;
    ngx_registration_param_t         param;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;

    if (reg_faults_of(&submit->faults, "username") != REG_OK) {
        return ngx_http_registration_submit_refuse(r, ctx);
    }

    ngx_http_registration_value(ctx->body, "username", &username);

    if (ngx_http_registration_lookup(r, ctx, "username", &username, &param)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->failure = ngx_http_registration_submit_refuse;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_available_sql,
                                         &param, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_named);
}


static ngx_int_t
ngx_http_registration_submit_named(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                        *result;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) == 1 && PQgetvalue(result, 0, 0)[0] == 'f') {
        reg_faults_add(&submit->faults, "username", REG_TAKEN);
    }

    return ngx_http_registration_submit_refuse(r, ctx);
}


static ngx_int_t
ngx_http_registration_submit_refuse(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;

    return ngx_http_registration_faults(r, 422, &submit->faults);
}


static ngx_int_t
ngx_http_registration_submit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *phc)
{
    u_char                          *id;
    ngx_str_t                        value;
    ngx_uint_t                       i;
    const char                      *name;
    ngx_registration_param_t         params[
                                         NGX_HTTP_REGISTRATION_SUBMIT_PARAMS];
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    ngx_memzero(params, sizeof(params));

    id = ngx_pnalloc(r->pool, REG_DOCUMENT_ID_LEN + 1);
    if (id == NULL) {
        return NGX_ERROR;
    }

    reg_token(id, REG_DOCUMENT_ID_BYTES);

    params[0].value.len = REG_HASH;
    params[0].value.data = ctx->draft.hash;
    params[0].binary = 1;

    params[1].value.len = REG_DOCUMENT_ID_LEN;
    params[1].value.data = id;

    params[7].value.len = ngx_strlen(phc);
    params[7].value.data = (u_char *) phc;

    for (i = 0; ngx_http_registration_clear_members[i]; i++) {
        ngx_http_registration_value(ctx->body,
                                    ngx_http_registration_clear_members[i],
                                    &value);
        params[8 + i].value = value;
    }

    if (ngx_http_registration_submit_hash(ctx, submit->hash) != NGX_OK
        || ngx_http_registration_intake_lookups(r, ctx, ctx->body, 0,
                                                &params[2])
           != NGX_OK
        || ngx_http_registration_submit_sealed(r, ctx, &params[1].value,
                                               &params[15])
           != NGX_OK
        || ngx_http_registration_intake_list(r, ctx, submit->draft,
                                             &params[17])
           != NGX_OK
        || ngx_http_registration_intake_due(r, ctx, &params[18]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    name = ngx_http_registration_language_name(
                                            ngx_http_registration_language(r));
    params[20].value.len = ngx_strlen(name);
    params[20].value.data = (u_char *) name;

    params[21].value.len = REG_HASH;
    params[21].value.data = submit->hash;
    params[21].binary = 1;

    return ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                           &ngx_http_registration_submit_sql,
                                           params, 0);
}


/* $16 and $17: a key of its own, and the values under it. */

static ngx_int_t
ngx_http_registration_submit_sealed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *id,
    ngx_registration_param_t *params)
{
    u_char     *wrapped, key[REG_DATA_KEY];
    ngx_int_t   rc;
    ngx_str_t   context;

    wrapped = ngx_pnalloc(r->pool, REG_WRAPPED_DATA_KEY);
    context.data = ngx_pnalloc(r->pool, sizeof("application:") + id->len);

    if (wrapped == NULL || context.data == NULL) {
        return NGX_ERROR;
    }

    context.len = ngx_sprintf(context.data, "application:%V", id)
                  - context.data;

    reg_data_key_create(ctx->conf->keys, ngx_http_registration_str(&context),
                        key, wrapped);

    params[0].value.len = REG_WRAPPED_DATA_KEY;
    params[0].value.data = wrapped;
    params[0].binary = 1;

    rc = ngx_http_registration_intake_seal(r, ctx->body, id, key, &params[1]);
    reg_wipe(key, sizeof(key));

    return rc;
}


static ngx_int_t
ngx_http_registration_submit_commit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                           lifetime[NGX_INT64_LEN];
    ngx_int_t                        rc;
    PGresult                        *result;
    ngx_str_t                        argv[7];
    const char                      *outcome;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) != 1) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    outcome = PQgetvalue(result, 0, 0);

    if (ngx_strcmp(outcome, "other") == 0) {
        return ngx_http_registration_submit_other(r, ctx);
    }

    if (ngx_strcmp(outcome, "ok") != 0) {
        return ngx_http_registration_submit_taken(r, outcome);
    }

    if (ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK
        || ngx_http_registration_submit_answer(r, ctx, result, &argv[4])
           != NGX_OK
        || ngx_http_registration_submit_body(r, ctx, &argv[6]) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[1] = submit->codes.key;
    argv[5] = submit->codes.tag;
    (void) ngx_http_registration_figure(lifetime,
                                        ctx->conf->policy.draft_lifetime,
                                        &argv[2]);
    ngx_str_set(&argv[3], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    ngx_http_registration_outbox_wake();

    /* the application stands, whatever becomes of the draft */

    ctx->failure = ngx_http_registration_submit_reply;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_commit_script,
                                       2, argv, 7);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_reply);
}


/* The answer, and sealed what the draft keeps of it. */

static ngx_int_t
ngx_http_registration_submit_answer(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, ngx_str_t *sealed)
{
    u_char                          *p;
    ngx_str_t                        context;
    ngx_http_registration_submit_t  *submit;

    static const char  format[] =
        "{\"number\":\"%s\",\"status\":\"%s\","
        "\"submitted_at\":\"%s\",\"due_date\":\"%s\"}";

    submit = ctx->data;

    p = ngx_pnalloc(r->pool, sizeof(format) + 128);

    if (p == NULL
        || ngx_http_registration_draft_context(r, ctx, "done", 4, &context)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    submit->reply.data = p;
    submit->reply.len = ngx_snprintf(p, sizeof(format) + 128, format,
                                     PQgetvalue(result, 0, 1),
                                     PQgetvalue(result, 0, 2),
                                     PQgetvalue(result, 0, 3),
                                     PQgetvalue(result, 0, 4))
                        - p;

    return ngx_http_registration_seal(r, ctx, &context, p, submit->reply.len,
                                      sealed);
}


static ngx_int_t
ngx_http_registration_submit_body(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *sealed)
{
    ngx_str_t                        context;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;

    if (ngx_http_registration_draft_context(r, ctx, "body", 4, &context)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_seal(r, ctx, &context, submit->hash, REG_HASH,
                                      sealed);
}


static ngx_int_t
ngx_http_registration_submit_taken(ngx_http_request_t *r, const char *outcome)
{
    reg_faults_t  faults;

    faults.n = 0;

    if (ngx_strcmp(outcome, "email_taken") != 0) {
        reg_faults_add(&faults, "username", REG_TAKEN);
    }

    if (ngx_strcmp(outcome, "username_taken") != 0) {
        reg_faults_add(&faults, "email", REG_TAKEN);
    }

    return ngx_http_registration_faults(r, 422, &faults);
}


/* The draft has served; the next registration begins a new one. */

static ngx_int_t
ngx_http_registration_submit_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;

    if (ngx_http_registration_clear_cookie(r, ctx, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply(r, NGX_HTTP_CREATED,
                                       submit->reply.data, submit->reply.len);
}
