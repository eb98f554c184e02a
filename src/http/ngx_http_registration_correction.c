
/*
 * GET and PUT /correction: what a reviewer wants corrected, and the corrected
 * application.
 *
 * GET: correction → (Redis: the session) → correction_query → (PostgreSQL) →
 * correction_show
 *
 * PUT: correction → (Redis: the session) → correction_find → (PostgreSQL) →
 * correction_check → (Redis: the draft and the code) → correction_flush →
 * (thread: the files on disk) → correction_flushed → (thread: new pictures
 * beside those that stay) → correction_compared → correction_store →
 * (PostgreSQL) → correction_commit → (Redis: the draft's pictures are the
 * application's, the session has served) → correction_reply
 */


#include <ngx_http_registration_correction.h>
#include <ngx_http_registration_outbox.h>


static ngx_int_t ngx_http_registration_correction_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_session_t *session,
    ngx_http_registration_correction_t **correction);
static ngx_int_t ngx_http_registration_correction_ask(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction,
    ngx_http_registration_step_pt step);
static ngx_int_t ngx_http_registration_correction_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_correction_documents(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx, json_t *rows);
static json_t *ngx_http_registration_correction_filename(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx, json_t *row);
static ngx_http_registration_correction_t *
    ngx_http_registration_correction_create(ngx_http_request_t *r);
static void ngx_http_registration_correction_cleanup(void *data);
static ngx_int_t ngx_http_registration_correction_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_correction_open(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction, PGresult *result,
    int column);
static json_t *ngx_http_registration_correction_set(PGresult *result,
    int column);
static void ngx_http_registration_correction_version(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction);
static ngx_int_t ngx_http_registration_correction_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_ask_again(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_again(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_check(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_no_draft(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_flush(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_flushed(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_compared(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_store(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_values(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    ngx_registration_param_t *params);
static ngx_int_t ngx_http_registration_correction_dropped(
    ngx_http_request_t *r, ngx_http_registration_correction_t *correction,
    ngx_registration_param_t *param);
static ngx_int_t ngx_http_registration_correction_commit(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_end(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_correction_answer(
    ngx_http_request_t *r, ngx_http_registration_correction_t *correction,
    PGresult *result);
static ngx_int_t ngx_http_registration_correction_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


static ngx_registration_statement_t  ngx_http_registration_correction_sql = {
    "registration_correction",
    "SELECT id, version::text, array_to_string(open_fields, ' '), data_key,"
    " content, sealed, documents::text"
    " FROM registration.correction($1)",
    1
};

static ngx_registration_statement_t  ngx_http_registration_corrected_sql = {
    "registration_correction_of",
    "SELECT same::text, status, due_date"
    " FROM registration.correction_of($1, $2, $3)",
    3
};


#define NGX_HTTP_REGISTRATION_CORRECT_PARAMS  19

static ngx_registration_statement_t  ngx_http_registration_correct_sql = {
    "registration_correct_once",
    "SELECT outcome, status, due_date"
    " FROM registration.correct_once($19, $1, $2, $3, $4, $5, $6, $7, $8, $9,"
    " $10, $11, $12, $13, $14, $15, $16, $17, $18)",
    NGX_HTTP_REGISTRATION_CORRECT_PARAMS
};


/*
 * KEYS: session, draft and codes where there are any.  ARGV: the session's
 * last record, its time, prefix of document keys, and with a draft the tag of
 * the codes, ids of the pictures used.  The rest of the draft stays.
 */

static ngx_registration_script_t  ngx_http_registration_corrected_script = {
    ngx_string(
    NGX_HTTP_REGISTRATION_DROP_CODES
    "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'XX')\n"
    "if not KEYS[2] then return 1 end\n"
    "local used = {}\n"
    "for i = 5, #ARGV do used[ARGV[i]] = true end\n"
    "local all = redis.call('HGETALL', KEYS[2])\n"
    "for i = 1, #all, 2 do\n"
    "  local id = string.sub(all[i + 1], 1, 22)\n"
    "  if string.sub(all[i], 1, 2) == 'd:' and used[id] then\n"
    "    local kind = string.sub(all[i], 3)\n"
    "    redis.call('HDEL', KEYS[2], 'd:' .. kind, 'f:' .. kind,\n"
    "               'r:' .. kind)\n"
    "    redis.call('DEL', ARGV[3] .. id)\n"
    "  end\n"
    "end\n"
    "drop_codes(KEYS[3], ARGV[4])\n"
    "return 1"), { 0 }
};


ngx_int_t
ngx_http_registration_correction(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_session_look_up(r, ctx);

    if (rc == NGX_DONE) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    return ngx_http_registration_wait(r, ctx, rc,
                                      r->method == NGX_HTTP_PUT
                                      ? ngx_http_registration_correction_find
                                      : ngx_http_registration_correction_query);
}


static ngx_int_t
ngx_http_registration_correction_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    ngx_http_registration_session_t     *session;
    ngx_http_registration_correction_t  *correction;

    session = ngx_http_registration_session_read(r, ctx, ctx->call.result);
    rc = ngx_http_registration_correction_begin(r, ctx, session, &correction);

    if (correction == NULL) {
        return rc;
    }

    return ngx_http_registration_correction_ask(r, ctx, correction,
                                        ngx_http_registration_correction_show);
}


/* Answers itself, with *correction NULL, when there is no session. */

static ngx_int_t
ngx_http_registration_correction_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_session_t *session,
    ngx_http_registration_correction_t **correction)
{
    *correction = NULL;

    if (session == NULL) {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    *correction = ngx_http_registration_correction_create(r);
    if (*correction == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (*correction)->session = session;
    ctx->data = *correction;

    return NGX_OK;
}


/* Only the session of a returned application has anything to correct. */

static ngx_int_t
ngx_http_registration_correction_ask(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction,
    ngx_http_registration_step_pt step)
{
    ngx_int_t                 rc;
    ngx_registration_param_t  param;

    if (!ngx_http_registration_equal(&correction->session->status,
                                     "returned"))
    {
        return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                             "forbidden");
    }

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value = correction->session->account;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_correction_sql,
                                         &param, 1);

    return ngx_http_registration_wait(r, ctx, rc, step);
}


static ngx_int_t
ngx_http_registration_correction_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    json_t                              *items, *reason, *documents;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    rc = ngx_http_registration_correction_read(r, ctx);

    if (rc == NGX_DECLINED) {
        return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT,
                                             "conflict");
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    documents = ngx_http_registration_correction_documents(r, ctx,
                                                       correction->documents);
    if (documents == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reason = json_object_get(correction->content, "reason");
    items = json_object_get(correction->content, "items");

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK,
               json_pack("{s:o, s:o, s:O, s:o, s:I}",
                         "reason", reason ? json_incref(reason)
                                          : json_string(""),
                         "items", items ? json_incref(items) : json_array(),
                         "values", correction->values,
                         "documents", documents,
                         "version", correction->version));
}


static json_t *
ngx_http_registration_correction_documents(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *rows)
{
    size_t   i;
    json_t  *documents, *row, *document, *filename;

    documents = json_array();

    json_array_foreach(rows, i, row) {

        filename = ngx_http_registration_correction_filename(r, ctx, row);

        document = json_pack("{s:O, s:O, s:o, s:O, s:O, s:O}",
                             "id", json_object_get(row, "id"),
                             "kind", json_object_get(row, "kind"),
                             "filename", filename,
                             "width", json_object_get(row, "width"),
                             "height", json_object_get(row, "height"),
                             "bytes", json_object_get(row, "bytes"));

        if (json_array_append_new(documents, document) != 0) {
            json_decref(documents);
            return NULL;
        }
    }

    return documents;
}


/* It goes with the picture, under the picture's key. */

static json_t *
ngx_http_registration_correction_filename(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *row)
{
    u_char      key[REG_DATA_KEY];
    reg_str_t   id;
    ngx_str_t   wrapped, name;
    reg_code_t  code;

    if (ngx_http_registration_correction_decode(r, row, "data_key", &wrapped)
        != NGX_OK
        || ngx_http_registration_correction_decode(r, row, "filename", &name)
           != NGX_OK
        || wrapped.len != REG_WRAPPED_DATA_KEY
        || name.len < REG_RECORD_OVERHEAD)
    {
        return json_string("");
    }

    id.data = (u_char *) json_string_value(json_object_get(row, "id"));
    id.len = json_string_length(json_object_get(row, "id"));

    code = ngx_http_registration_document_unwrap(ctx->conf, id, wrapped.data,
                                                 key);
    if (code == REG_OK) {
        code = reg_record_open(key, id, name.data, name.len);
        reg_wipe(key, sizeof(key));
    }

    if (code != REG_OK) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a document's file name could not be opened (%s)",
                      reg_code_name(code));
        return NULL;
    }

    return json_stringn((char *) name.data + 24,
                        name.len - REG_RECORD_OVERHEAD);
}


ngx_int_t
ngx_http_registration_correction_decode(ngx_http_request_t *r, json_t *row,
    const char *member, ngx_str_t *value)
{
    ngx_str_t  text;

    ngx_http_registration_value(row, member, &text);

    if (text.len == 0) {
        return NGX_DECLINED;
    }

    value->data = ngx_pnalloc(r->pool, ngx_base64_decoded_length(text.len));
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    return ngx_decode_base64(value, &text);
}


static ngx_http_registration_correction_t *
ngx_http_registration_correction_create(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_registration_correction_t));
    if (cln == NULL) {
        return NULL;
    }

    ngx_memzero(cln->data, sizeof(ngx_http_registration_correction_t));
    cln->handler = ngx_http_registration_correction_cleanup;

    return cln->data;
}


static void
ngx_http_registration_correction_cleanup(void *data)
{
    ngx_http_registration_correction_t *correction = data;

    json_decref(correction->open);
    json_decref(correction->content);
    json_decref(correction->values);
    json_decref(correction->documents);
    json_decref(correction->merged);
    json_decref(correction->pictures);

    reg_wipe(correction->key, sizeof(correction->key));
}


/* NGX_DECLINED when nothing is returned any more, or it was destroyed. */

static ngx_int_t
ngx_http_registration_correction_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                            *result;
    ngx_str_t                            id;
    reg_code_t                           code;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) == 0 || PQgetisnull(result, 0, 3)) {
        return NGX_DECLINED;
    }

    id.len = PQgetlength(result, 0, 0);
    id.data = (u_char *) PQgetvalue(result, 0, 0);

    correction->id.len = id.len;
    correction->id.data = ngx_pstrdup(r->pool, &id);
    correction->version = ngx_atoi((u_char *) PQgetvalue(result, 0, 1),
                                   PQgetlength(result, 0, 1));

    if (correction->id.data == NULL) {
        return NGX_ERROR;
    }

    code = ngx_http_registration_application_key(ctx->conf, &id,
                                        (u_char *) PQgetvalue(result, 0, 3),
                                        PQgetlength(result, 0, 3),
                                        correction->key);
    if (code == REG_OK) {
        correction->open = ngx_http_registration_correction_set(result, 2);
        correction->content = ngx_http_registration_correction_open(r,
                                                        correction, result, 4);
        correction->values = ngx_http_registration_correction_open(r,
                                                        correction, result, 5);
        correction->documents = json_loadb(PQgetvalue(result, 0, 6),
                                           PQgetlength(result, 0, 6), 0,
                                           NULL);
    }

    if (correction->open == NULL || correction->content == NULL
        || correction->values == NULL || correction->documents == NULL)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a returned application could not be opened (%s)",
                      reg_code_name(code));
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* What was sealed; an empty object for what was not written. */

static json_t *
ngx_http_registration_correction_open(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction, PGresult *result,
    int column)
{
    if (PQgetisnull(result, 0, column)) {
        return json_object();
    }

    return ngx_http_registration_application_open(r->connection->log,
                                   &correction->id, correction->key,
                                   (u_char *) PQgetvalue(result, 0, column),
                                   PQgetlength(result, 0, column));
}


/* Names divided by spaces. */

static json_t *
ngx_http_registration_correction_set(PGresult *result, int column)
{
    char    *name, *last;
    size_t   len;
    json_t  *set;

    set = json_object();
    name = PQgetvalue(result, 0, column);
    last = name + PQgetlength(result, 0, column);

    while (name < last) {
        len = strcspn(name, " ");
        name[len] = '\0';

        if (json_object_set_new(set, name, json_true()) != 0) {
            json_decref(set);
            return NULL;
        }

        name += len + 1;
    }

    return set;
}


static ngx_int_t
ngx_http_registration_correction_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    ngx_http_registration_session_t     *session;
    ngx_http_registration_correction_t  *correction;

    session = ngx_http_registration_session_any(r, ctx, ctx->call.result);
    rc = ngx_http_registration_correction_begin(r, ctx, session, &correction);

    if (correction == NULL) {
        return rc;
    }

    ngx_http_registration_correction_version(ctx, correction);

    if (ngx_http_registration_intake_hash(ctx, ctx->body, "correction",
                                          correction->hash)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (reg_fields_normalize(ctx->body, &correction->faults) != REG_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (ngx_http_registration_equal(&session->status, "pending")) {
        return ngx_http_registration_correction_ask_again(r, ctx);
    }

    return ngx_http_registration_correction_ask(r, ctx, correction,
                                       ngx_http_registration_correction_check);
}


/* Takes "version" out of the body: it is no field of an application. */

static void
ngx_http_registration_correction_version(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction)
{
    json_t  *version;

    version = json_object_get(ctx->body, "version");

    if (version == NULL) {
        reg_faults_add(&correction->faults, "version", REG_REQUIRED);
        return;
    }

    correction->at_version = json_integer_value(version);

    /* PostgreSQL's integer has 32 bits */

    if (correction->at_version < 1
        || correction->at_version > NGX_MAX_INT32_VALUE)
    {
        reg_faults_add(&correction->faults, "version", REG_FORMAT);
    }

    json_object_del(ctx->body, "version");
}


/* Nothing is returned: perhaps because this correction came before. */

static ngx_int_t
ngx_http_registration_correction_ask_again(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                               version[NGX_INT64_LEN];
    ngx_int_t                            rc;
    ngx_registration_param_t             params[3];
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    if (reg_faults_of(&correction->faults, "version") != REG_OK) {
        return ngx_http_registration_faults(r, 422, &correction->faults);
    }

    ngx_memzero(params, sizeof(params));

    params[0].value = correction->session->account;
    params[1].value.data = version;
    params[1].value.len = ngx_sprintf(version, "%L",
                                      (int64_t) correction->at_version)
                          - version;
    params[2].value.data = correction->hash;
    params[2].value.len = REG_HASH;
    params[2].binary = 1;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_corrected_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_correction_again);
}


static ngx_int_t
ngx_http_registration_correction_again(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                            *result;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) == 0
        && ngx_http_registration_equal(&correction->session->status,
                                       "pending"))
    {
        return ngx_http_registration_problem(r, NGX_HTTP_UNAUTHORIZED,
                                             "unauthorized");
    }

    /* another window's correction of this version is no reason to sign in */

    if (PQntuples(result) == 0 || PQgetvalue(result, 0, 0)[0] != 't') {
        return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT,
                                             "conflict");
    }

    if (ngx_http_registration_correction_answer(r, correction, result)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_correction_reply(r, ctx);
}


static ngx_int_t
ngx_http_registration_correction_check(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    rc = ngx_http_registration_correction_read(r, ctx);

    if (rc == NGX_DECLINED) {
        return ngx_http_registration_correction_ask_again(r, ctx);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (reg_faults_of(&correction->faults, "version") == REG_OK
        && correction->at_version != correction->version)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT,
                                             "conflict");
    }

    if (ngx_http_registration_correction_judge(ctx, correction) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_correction_fetch(r, ctx);
}


/* New pictures and the code of a new address are the draft's. */

static ngx_int_t
ngx_http_registration_correction_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    correction->check_code = correction->new_email
              && reg_faults_of(&correction->faults, "email_code") == REG_OK
              && reg_faults_of(&correction->faults, "email") == REG_OK;

    if (!correction->check_code
        && json_object_size(correction->pictures) == 0)
    {
        if (correction->faults.n) {
            return ngx_http_registration_faults(r, 422, &correction->faults);
        }

        return ngx_http_registration_correction_store(r, ctx);
    }

    if (ngx_http_registration_draft_cookie(r, ctx, 0) != NGX_OK) {
        return ngx_http_registration_correction_no_draft(r, ctx);
    }

    rc = ngx_http_registration_intake_fetch(r, ctx, correction->merged,
                                            correction->check_code,
                                            correction->faults.n == 0, 0,
                                            &correction->codes);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_correction_flush);
}


/* The cookie is lost, and with it what was uploaded. */

static ngx_int_t
ngx_http_registration_correction_no_draft(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                              *id;
    const char                          *kind;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    json_object_foreach(correction->pictures, kind, id) {
        reg_faults_add(&correction->faults,
                       ngx_http_registration_document_field(kind),
                       REG_UNKNOWN);
    }

    if (correction->check_code) {
        reg_faults_add(&correction->faults, "email_code", REG_CODE_EXPIRED);
    }

    return ngx_http_registration_faults(r, 422, &correction->faults);
}


static ngx_int_t
ngx_http_registration_correction_flush(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    reg_code_t                           code;
    redisReply                          *reply;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    reply = ctx->call.result;

    correction->draft = ngx_http_registration_draft_read(r, ctx,
                                                         reply->element[1]);
    if (correction->draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    code = ngx_http_registration_code_outcome(reply->element[0]->integer);

    if (correction->check_code && code != REG_OK) {
        reg_faults_add(&correction->faults, "email_code", code);
    }

    ngx_http_registration_intake_documents(correction->pictures,
                                           correction->draft,
                                           &correction->faults);

    if (correction->faults.n) {
        return ngx_http_registration_faults(r, 422, &correction->faults);
    }

    if (correction->draft->ndocuments == 0) {
        return ngx_http_registration_correction_store(r, ctx);
    }

    rc = ngx_http_registration_flush_start(ctx, correction->draft);

    return ngx_http_registration_wait(r, ctx, rc,
                                     ngx_http_registration_correction_flushed);
}


static ngx_int_t
ngx_http_registration_correction_flushed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    if (ngx_http_registration_flush_result(r, ctx->call.result,
                                           correction->draft,
                                           &correction->faults)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (correction->faults.n) {
        return ngx_http_registration_faults(r, 422, &correction->faults);
    }

    rc = ngx_http_registration_twins_start(r, ctx, correction);

    if (rc == NGX_DECLINED) {
        return ngx_http_registration_correction_store(r, ctx);
    }

    return ngx_http_registration_wait(r, ctx, rc,
                                   ngx_http_registration_correction_compared);
}


static ngx_int_t
ngx_http_registration_correction_compared(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    ngx_http_registration_twins_result(r, ctx, correction);

    if (correction->faults.n) {
        return ngx_http_registration_faults(r, 422, &correction->faults);
    }

    return ngx_http_registration_correction_store(r, ctx);
}


static ngx_int_t
ngx_http_registration_correction_store(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                               version[NGX_INT64_LEN];
    ngx_int_t                            rc;
    ngx_registration_param_t             params[
                                        NGX_HTTP_REGISTRATION_CORRECT_PARAMS];
    ngx_http_registration_draft_t        none, *draft;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    ngx_memzero(params, sizeof(params));

    none.ndocuments = 0;
    draft = correction->draft ? correction->draft : &none;

    params[0].value = correction->session->account;
    params[1].value.data = version;
    params[1].value.len = ngx_sprintf(version, "%L",
                                      (int64_t) correction->version)
                          - version;
    params[2].value = correction->id;
    params[18].value.data = correction->hash;
    params[18].value.len = REG_HASH;
    params[18].binary = 1;

    if (ngx_http_registration_correction_values(r, ctx, params) != NGX_OK
        || ngx_http_registration_intake_list(r, ctx, draft, &params[14])
           != NGX_OK
        || ngx_http_registration_correction_dropped(r, correction,
                                                    &params[15])
           != NGX_OK
        || ngx_http_registration_intake_due(r, ctx, &params[16]) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_correct_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_correction_commit);
}


/* $4 to $14; notice_version, the last clear member, stays as it was. */

static ngx_int_t
ngx_http_registration_correction_values(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *params)
{
    ngx_str_t                            value;
    ngx_uint_t                           i;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    for (i = 0; ngx_http_registration_clear_members[i + 1]; i++) {
        ngx_http_registration_value(correction->merged,
                                    ngx_http_registration_clear_members[i],
                                    &value);
        params[7 + i].value = value;
    }

    ngx_http_registration_value(correction->merged, "email", &value);

    if (ngx_http_registration_lookup(r, ctx, "email", &value, &params[6])
        != NGX_OK
        || ngx_http_registration_intake_lookups(r, ctx, correction->merged, 2,
                                                &params[3])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_intake_seal(r, correction->merged,
                                             &correction->id, correction->key,
                                             &params[13]);
}


/* Kinds that the application has no more, as PostgreSQL writes an array. */

static ngx_int_t
ngx_http_registration_correction_dropped(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction,
    ngx_registration_param_t *param)
{
    u_char      *p, *list;
    size_t       i, len;
    json_t      *row, *documents;
    ngx_str_t    kind;

    len = sizeof("{}");

    json_array_foreach(correction->documents, i, row) {
        ngx_http_registration_value(row, "kind", &kind);
        len += kind.len + 1;
    }

    list = ngx_pnalloc(r->pool, len);
    if (list == NULL) {
        return NGX_ERROR;
    }

    p = list;
    *p++ = '{';

    documents = json_object_get(correction->merged, "documents");

    json_array_foreach(correction->documents, i, row) {
        ngx_http_registration_value(row, "kind", &kind);

        if (json_object_get(documents, (char *) kind.data) == NULL) {
            p = ngx_sprintf(p, "%s%V", p == list + 1 ? "" : ",", &kind);
        }
    }

    *p++ = '}';

    param->value.data = list;
    param->value.len = p - list;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_correction_commit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                            rc;
    PGresult                            *result;
    const char                          *outcome;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result) != 1) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    outcome = PQgetvalue(result, 0, 0);

    if (ngx_strcmp(outcome, "email_taken") == 0) {
        return ngx_http_registration_fault(r, 422, "email", REG_TAKEN);
    }

    if (ngx_strcmp(outcome, "ok") != 0) {
        return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT,
                                             "conflict");
    }

    if (ngx_http_registration_correction_answer(r, correction, result)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_http_registration_outbox_wake();

    /* the correction stands, whatever becomes of the draft */

    ctx->failure = ngx_http_registration_correction_reply;

    rc = ngx_http_registration_correction_end(r, ctx);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_correction_reply);
}


/*
 * The session becomes that of a pending application: it opens nothing but
 * this answer, for one who did not receive it.
 */

static ngx_int_t
ngx_http_registration_correction_end(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                              *p;
    ngx_str_t                            argv[
                                          7 + NGX_HTTP_REGISTRATION_DOCUMENTS];
    ngx_uint_t                           i, n, keys;
    ngx_http_registration_draft_t       *draft;
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;
    draft = correction->draft;
    keys = 1;

    ngx_str_set(&correction->session->status, "pending");

    p = ngx_pnalloc(r->pool, NGX_TIME_T_LEN);

    if (p == NULL
        || ngx_http_registration_ticket_key(r,
                                            NGX_HTTP_REGISTRATION_SESSION_KEY,
                                            &correction->session->ticket,
                                            &argv[0])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (draft) {
        keys = 3;
        argv[2] = correction->codes.key;

        if (ngx_http_registration_draft_key(r, ctx, &argv[1]) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    n = keys;

    if (ngx_http_registration_session_record(r, ctx, correction->session,
                                             &argv[n++])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_http_registration_figure(p, ctx->conf->policy.session_idle,
                                        &argv[n++]);
    ngx_str_set(&argv[n], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);
    n++;

    if (draft) {
        argv[n++] = correction->codes.tag;
    }

    for (i = 0; draft && i < draft->ndocuments; i++) {
        argv[n].data = draft->document[i].id;
        argv[n++].len = REG_DOCUMENT_ID_LEN;
    }

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                    &ngx_http_registration_corrected_script,
                                         keys, argv, n);
}


/* The result's columns: what came of it, the status, the due date. */

static ngx_int_t
ngx_http_registration_correction_answer(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction, PGresult *result)
{
    u_char      *p;
    size_t       len;
    const char  *status, *due_date;

    static const char  format[] = "{\"status\":\"%s\",\"due_date\":\"%s\"}";

    status = PQgetvalue(result, 0, 1);
    due_date = PQgetvalue(result, 0, 2);

    len = sizeof(format) + ngx_strlen(status) + ngx_strlen(due_date);

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    correction->reply.data = p;
    correction->reply.len = ngx_snprintf(p, len, format, status, due_date) - p;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_correction_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_correction_t  *correction;

    correction = ctx->data;

    if (ngx_http_registration_clear_cookie(r, ctx, 1) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply(r, NGX_HTTP_OK, correction->reply.data,
                                       correction->reply.len);
}
