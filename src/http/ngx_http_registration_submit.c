
/*
 * POST /registrations: an application becomes a row.
 *
 * submit → (Redis: the draft and the code) → submit_judge → (thread: the
 * password, the files on disk) → submit_insert → (PostgreSQL) →
 * submit_commit → (Redis: the code is used, the draft done) → submit_reply
 */


#include <ngx_http_registration_code.h>
#include <ngx_http_registration_password.h>


/* What the steps hand on. */

typedef struct {
    reg_faults_t                    faults;
    ngx_http_registration_draft_t  *draft;
    ngx_str_t                       code_key;
    ngx_str_t                       reply;
} ngx_http_registration_submit_t;


static ngx_int_t ngx_http_registration_submit_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_submit_documents(
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_submit_t *submit);
static const char *ngx_http_registration_document_field(const char *kind);
static ngx_int_t ngx_http_registration_submit_insert(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *hash);
static ngx_int_t ngx_http_registration_submit_hashes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *params);
static ngx_int_t ngx_http_registration_submit_sealed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *id,
    ngx_registration_param_t *key, ngx_registration_param_t *sealed);
static ngx_int_t ngx_http_registration_submit_list(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *param);
static json_t *ngx_http_registration_submit_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document);
static ngx_int_t ngx_http_registration_submit_filename(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document, ngx_str_t *name);
static ngx_int_t ngx_http_registration_submit_commit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_submit_answer(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, ngx_str_t *sealed);
static ngx_int_t ngx_http_registration_submit_taken(ngx_http_request_t *r,
    const char *outcome);
static ngx_int_t ngx_http_registration_submit_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/*
 * KEYS: draft, codes.  ARGV: lifetime, prefix of document keys, hash of the
 * code, "1" when nothing was wrong so far.  Gives what came of the code, then
 * the draft.  From now on a row may name its pictures at any time.
 */

static ngx_registration_script_t  ngx_http_registration_fetch_script = {
    ngx_string(
    NGX_HTTP_REGISTRATION_CHECK_CODE
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "if #all > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end\n"
    "for i = 1, #all, 2 do\n"
    "  if all[i] == 'done' then return {0, all} end\n"
    "  if string.sub(all[i], 1, 2) == 'd:' then\n"
    "    local id = string.sub(all[i + 1], 1, 22)\n"
    "    redis.call('SET', ARGV[2] .. id, 1, 'PX', ARGV[1])\n"
    "  end\n"
    "end\n"
    "local code = ARGV[3] == '' and 1 or check_code(KEYS[2], ARGV[3])\n"
    "if code == 0 and ARGV[4] == '1' and #all > 0 then\n"
    "  redis.call('HSET', KEYS[1], 'sent', '1')\n"
    "end\n"
    "return {code, all}"),
    { 0 }
};


/*
 * KEYS: draft, codes.  ARGV: lifetime, prefix of document keys, the answer.
 * What is left of the draft is the answer, for one who did not receive it.
 */

static ngx_registration_script_t  ngx_http_registration_commit_script = {
    ngx_string(
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "for i = 1, #all, 2 do\n"
    "  if string.sub(all[i], 1, 2) == 'd:' then\n"
    "    redis.call('DEL', ARGV[2] .. string.sub(all[i + 1], 1, 22))\n"
    "  end\n"
    "end\n"
    "redis.call('DEL', KEYS[1], KEYS[2])\n"
    "redis.call('HSET', KEYS[1], 'done', ARGV[3])\n"
    "redis.call('PEXPIRE', KEYS[1], ARGV[1])\n"
    "return 1"), { 0 }
};


#define NGX_HTTP_REGISTRATION_SUBMIT_PARAMS  20

static ngx_registration_statement_t  ngx_http_registration_submit_sql = {
    "registration_submit",
    "SELECT outcome, number, status, submitted_at, due_date"
    " FROM registration.submit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
    " $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    NGX_HTTP_REGISTRATION_SUBMIT_PARAMS
};


/* Members that stand in the clear, $9 to $15, in this order. */

static const char  *ngx_http_registration_submit_members[] = {
    "residence", "applicant_type", "document_type", "region", "industry",
    "office", "notice_version", NULL
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

    rc = ngx_http_registration_submit_fetch(r, ctx);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_judge);
}


static ngx_int_t
ngx_http_registration_submit_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                          *p;
    ngx_str_t                        argv[6], email, code;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;

    ngx_http_registration_value(ctx->body, "email", &email);
    ngx_http_registration_value(ctx->body, "email_code", &code);

    p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);

    if (p == NULL
        || ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK
        || ngx_http_registration_code_key(r, ctx, NGX_HTTP_REGISTRATION_CODE,
                                          &email, &submit->code_key)
           != NGX_OK
        || ngx_http_registration_code_hash(r, ctx, &code, &argv[4]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    argv[1] = submit->code_key;
    argv[2].data = p;
    argv[2].len = ngx_sprintf(p, "%M", ctx->conf->policy.draft_lifetime) - p;
    ngx_str_set(&argv[3], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    if (reg_faults_of(&submit->faults, "email_code") != REG_OK) {

        /* not a code at all: no try is counted */

        argv[4].len = 0;
    }

    ngx_str_set(&argv[5], "1");
    argv[5].len = (submit->faults.n == 0);

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_fetch_script,
                                         2, argv, 6);
}


static ngx_int_t
ngx_http_registration_submit_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    reg_code_t                         code;
    ngx_uint_t                         i;
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
        return ngx_http_registration_submit_reply(r, ctx);
    }

    code = ngx_http_registration_code_outcome(reply->element[0]->integer);

    if (code != REG_OK) {
        reg_faults_add(&submit->faults, "email_code", code);
    }

    ngx_http_registration_submit_documents(ctx, submit);

    job = ngx_http_registration_password_create(ctx, ctx->body);
    if (job == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    job->hash = (submit->faults.n == 0);
    job->ndocuments = submit->draft->ndocuments;

    for (i = 0; i < job->ndocuments; i++) {
        ngx_memcpy(job->id[i], submit->draft->document[i].id,
                   REG_DOCUMENT_ID_LEN + 1);
    }

    rc = ngx_http_registration_password_start(ctx, job);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_insert);
}


/*
 * The documents named must be those of the draft.  What else the draft holds
 * (of a type that was chosen before) is no part of the application.
 */

static void
ngx_http_registration_submit_documents(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_submit_t *submit)
{
    json_t                            *documents, *id;
    ngx_str_t                          value;
    ngx_uint_t                         i, n;
    const char                        *kind;
    ngx_http_registration_draft_t     *draft;
    ngx_http_registration_document_t  *document;

    draft = submit->draft;
    documents = json_object_get(ctx->body, "documents");

    json_object_foreach(documents, kind, id) {

        value.len = json_string_length(id);
        value.data = (u_char *) json_string_value(id);

        document = ngx_http_registration_draft_document(draft, &value);

        if (document == NULL
            || ngx_strcmp(document->kind.data, kind) != 0)
        {
            reg_faults_add(&submit->faults,
                           ngx_http_registration_document_field(kind),
                           REG_UNKNOWN);
        }
    }

    for (i = 0, n = 0; i < draft->ndocuments; i++) {
        if (json_object_get(documents, (char *) draft->document[i].kind.data))
        {
            draft->document[n++] = draft->document[i];
        }
    }

    draft->ndocuments = n;
}


/* "documents.KIND" as the table of kinds has it. */

static const char *
ngx_http_registration_document_field(const char *kind)
{
    const char  *field;

    field = reg_document_kind_field(kind);

    return field ? field : "documents";
}


static ngx_int_t
ngx_http_registration_submit_insert(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    ngx_http_registration_submit_t    *submit;
    ngx_http_registration_document_t  *document;
    ngx_http_registration_password_t  *job;

    submit = ctx->data;
    job = ctx->call.result;

    if (ngx_http_registration_password_failed(r, job)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (job->code != REG_OK) {
        reg_faults_add(&submit->faults, "password", job->code);
    }

    if (job->stored != REG_OK) {
        document = &submit->draft->document[job->missing];

        reg_faults_add(&submit->faults,
                       ngx_http_registration_document_field(
                                               (char *) document->kind.data),
                       REG_UNKNOWN);
    }

    if (submit->faults.n) {
        return ngx_http_registration_faults(r, 422, &submit->faults);
    }

    rc = ngx_http_registration_submit_query(r, ctx, job->phc);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_submit_commit);
}


static ngx_int_t
ngx_http_registration_submit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *hash)
{
    int                        provisional;
    u_char                    *id, date[REG_DATE_LEN + 1];
    reg_date_t                 due;
    ngx_str_t                  value;
    ngx_uint_t                 i;
    ngx_registration_param_t   params[NGX_HTTP_REGISTRATION_SUBMIT_PARAMS];

    ngx_memzero(params, sizeof(params));

    id = ngx_pnalloc(r->pool, REG_DOCUMENT_ID_LEN + 1);
    if (id == NULL) {
        return NGX_ERROR;
    }

    reg_token(id, REG_DOCUMENT_ID_BYTES);

    params[1].value.len = REG_DOCUMENT_ID_LEN;
    params[1].value.data = id;

    params[7].value.len = ngx_strlen(hash);
    params[7].value.data = (u_char *) hash;

    for (i = 0; ngx_http_registration_submit_members[i]; i++) {
        ngx_http_registration_value(ctx->body,
                                    ngx_http_registration_submit_members[i],
                                    &value);
        params[8 + i].value = value;
    }

    if (ngx_http_registration_submit_hashes(r, ctx, params) != NGX_OK
        || ngx_http_registration_submit_sealed(r, ctx, &params[1].value,
                                               &params[15], &params[16])
           != NGX_OK
        || ngx_http_registration_submit_list(r, ctx, &params[17]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    due = reg_calendar_add(ctx->conf->calendar, reg_date_in_china(ngx_time()),
                           ctx->conf->policy.review_term, &provisional);
    reg_date_print(due, (char *) date);

    params[18].value.len = REG_DATE_LEN;
    params[18].value.data = date;

    params[19].value.len = 1;
    params[19].value.data = (u_char *) (provisional ? "t" : "f");

    return ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                           &ngx_http_registration_submit_sql,
                                           params, 0);
}


/* $1 and $3 to $7: what PostgreSQL finds the application by. */

static ngx_int_t
ngx_http_registration_submit_hashes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *params)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    static const char  *names[] = {
        "username", "email", "name", "id_number", "mobile"
    };

    params[0].value.len = REG_HASH;
    params[0].value.data = ctx->draft.hash;
    params[0].binary = 1;

    for (i = 0; i < 5; i++) {
        ngx_http_registration_value(ctx->body, names[i], &value);

        if (ngx_http_registration_lookup(r, ctx, names[i],
                                         (char *) value.data, value.len,
                                         &params[2 + i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Everything that was typed but secrets, under the application's own key. */

static ngx_int_t
ngx_http_registration_submit_sealed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *id,
    ngx_registration_param_t *key, ngx_registration_param_t *sealed)
{
    u_char     *p, secret[REG_DATA_KEY];
    size_t      len;
    json_t     *values;
    ngx_str_t   context;

    values = json_copy(ctx->body);

    json_object_del(values, "password");
    json_object_del(values, "email_code");
    json_object_del(values, "documents");

    len = json_dumpb(values, NULL, 0, JSON_COMPACT);
    p = ngx_pnalloc(r->pool, len + REG_RECORD_OVERHEAD);
    key->value.data = ngx_pnalloc(r->pool, REG_WRAPPED_DATA_KEY);
    context.data = ngx_pnalloc(r->pool, sizeof("application:") + id->len);

    if (len == 0 || p == NULL || key->value.data == NULL
        || context.data == NULL)
    {
        json_decref(values);
        return NGX_ERROR;
    }

    (void) json_dumpb(values, (char *) p + 24, len, JSON_COMPACT);
    json_decref(values);

    context.len = ngx_sprintf(context.data, "application:%V", id)
                  - context.data;

    reg_data_key_create(ctx->conf->keys, ngx_http_registration_str(&context),
                        secret, key->value.data);
    reg_record_seal(secret, ngx_http_registration_str(id), p, len);
    reg_wipe(secret, sizeof(secret));

    key->value.len = REG_WRAPPED_DATA_KEY;
    key->binary = 1;

    sealed->value.len = len + REG_RECORD_OVERHEAD;
    sealed->value.data = p;
    sealed->binary = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_submit_list(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *param)
{
    size_t                           len;
    json_t                          *list;
    ngx_uint_t                       i;
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    list = json_array();

    for (i = 0; i < submit->draft->ndocuments; i++) {
        if (json_array_append_new(list,
                ngx_http_registration_submit_entry(r, ctx,
                                              &submit->draft->document[i]))
            != 0)
        {
            json_decref(list);
            return NGX_ERROR;
        }
    }

    len = json_dumpb(list, NULL, 0, JSON_COMPACT);

    param->value.len = len;
    param->value.data = len ? ngx_pnalloc(r->pool, len) : NULL;

    if (param->value.data) {
        (void) json_dumpb(list, (char *) param->value.data, len, JSON_COMPACT);
    }

    json_decref(list);

    return param->value.data ? NGX_OK : NGX_ERROR;
}


static json_t *
ngx_http_registration_submit_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document)
{
    ngx_str_t  name, key, name64, key64;

    if (ngx_http_registration_submit_filename(r, ctx, document, &name)
        != NGX_OK)
    {
        return NULL;
    }

    key.len = REG_WRAPPED_DATA_KEY;
    key.data = document->facts.key;

    name64.data = ngx_pnalloc(r->pool, ngx_base64_encoded_length(name.len));
    key64.data = ngx_pnalloc(r->pool, ngx_base64_encoded_length(key.len));

    if (name64.data == NULL || key64.data == NULL) {
        return NULL;
    }

    ngx_encode_base64(&name64, &name);
    ngx_encode_base64(&key64, &key);

    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:s%, s:s%}",
                     "id", document->id,
                     "kind", document->kind.data,
                     "width", (int) document->facts.width,
                     "height", (int) document->facts.height,
                     "bytes", (int) document->facts.bytes,
                     "data_key", key64.data, key64.len,
                     "filename", name64.data, name64.len);
}


/* A file's name may be a person's: it goes with the picture. */

static ngx_int_t
ngx_http_registration_submit_filename(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document, ngx_str_t *name)
{
    u_char     key[REG_DATA_KEY];
    reg_str_t  id;

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = document->id;

    name->len = document->filename.len + REG_RECORD_OVERHEAD;
    name->data = ngx_pnalloc(r->pool, name->len);
    if (name->data == NULL) {
        return NGX_ERROR;
    }

    if (ngx_http_registration_document_unwrap(ctx->conf, id,
                                              document->facts.key, key)
        != REG_OK)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(name->data + 24, document->filename.data,
               document->filename.len);
    reg_record_seal(key, id, name->data, document->filename.len);
    reg_wipe(key, sizeof(key));

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_submit_commit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                          *p;
    ngx_int_t                        rc;
    PGresult                        *result;
    ngx_str_t                        argv[5];
    ngx_http_registration_submit_t  *submit;

    submit = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) != 1) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_strcmp(PQgetvalue(result, 0, 0), "ok") != 0) {
        return ngx_http_registration_submit_taken(r,
                                                  PQgetvalue(result, 0, 0));
    }

    p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);

    if (p == NULL
        || ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK
        || ngx_http_registration_submit_answer(r, ctx, result, &argv[4])
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[1] = submit->code_key;
    argv[2].data = p;
    argv[2].len = ngx_sprintf(p, "%M", ctx->conf->policy.draft_lifetime) - p;
    ngx_str_set(&argv[3], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    /* the application stands, whatever becomes of the draft */

    ctx->failure = ngx_http_registration_submit_reply;

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_commit_script,
                                       2, argv, 5);

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
