
/*
 * GET and DELETE /documents/ID: a stored picture, for those who own it.
 */


#include <ngx_http_registration_draft.h>
#include <ngx_http_registration_session.h>


/* The jobs of the threads. */

typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    u_char                              id[REG_DOCUMENT_ID_LEN + 1];
    u_char                              key[REG_WRAPPED_DATA_KEY];
    u_char                             *data;
    size_t                              len;
    reg_code_t                          code;
} ngx_http_registration_picture_t;


typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    u_char                              id[REG_DOCUMENT_ID_LEN + 1];
} ngx_http_registration_removal_t;


static ngx_int_t ngx_http_registration_document_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_document_session(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_document_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_document_row(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_document_load(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const u_char *key, size_t len);
static void ngx_http_registration_document_run(void *context, ngx_log_t *log);
static void ngx_http_registration_document_free(void *context,
    ngx_uint_t abandoned);
static ngx_int_t ngx_http_registration_document_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_document_deleted(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_removal_run(void *context, ngx_log_t *log);


static ngx_registration_job_type_t  ngx_http_registration_picture_job = {
    ngx_http_registration_document_run,
    ngx_http_registration_document_free,
    0,
    10000
};

static ngx_registration_job_type_t  ngx_http_registration_removal_job = {
    ngx_http_registration_removal_run,
    NULL,
    0,
    10000
};


static ngx_registration_statement_t  ngx_http_registration_document_query_sql =
{
    "registration_document",
    "SELECT data_key FROM registration.document($1, $2)",
    2
};


/*
 * KEYS: draft.  ARGV: id, prefix of document keys.  Takes the document of
 * this id out of the draft; gives 0 when it was not there, 1 when its file
 * may go, 2 when the sweep is to judge that.
 */

static ngx_registration_script_t  ngx_http_registration_remove_script = {
    ngx_string(
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "for i = 1, #all, 2 do\n"
    "  if string.sub(all[i], 1, 2) == 'd:'\n"
    "     and string.sub(all[i + 1], 1, 22) == ARGV[1] then\n"
    "    local kind = string.sub(all[i], 3)\n"
    "    redis.call('HDEL', KEYS[1], 'd:' .. kind, 'f:' .. kind,\n"
    "               'r:' .. kind)\n"
    "    if redis.call('HEXISTS', KEYS[1], 'sent') == 1 then return 2 end\n"
    "    redis.call('DEL', ARGV[2] .. ARGV[1])\n"
    "    return 1\n"
    "  end\n"
    "end\n"
    "return 0"), { 0 }
};


ngx_int_t
ngx_http_registration_document_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    if (!reg_token_valid(ngx_http_registration_str(&ctx->id),
                         REG_DOCUMENT_ID_BYTES))
    {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    if (ngx_http_registration_draft_cookie(r, ctx, 0) != NGX_OK) {
        return ngx_http_registration_document_session(r, ctx);
    }

    rc = ngx_http_registration_draft_touch(r, ctx, NULL, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_document_find);
}


static ngx_int_t
ngx_http_registration_document_find(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_draft_t     *draft;
    ngx_http_registration_document_t  *document;

    draft = ngx_http_registration_draft_read(r, ctx, ctx->call.result);
    if (draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    document = ngx_http_registration_draft_document(draft, &ctx->id);
    if (document == NULL) {
        return ngx_http_registration_document_session(r, ctx);
    }

    return ngx_http_registration_document_load(r, ctx, document->facts.key,
                                               REG_WRAPPED_DATA_KEY);
}


/* Not of the draft: perhaps of the account that is signed in. */

static ngx_int_t
ngx_http_registration_document_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_session_look_up(r, ctx);

    if (rc == NGX_DONE) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_document_query);
}


static ngx_int_t
ngx_http_registration_document_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                         rc;
    ngx_registration_param_t          params[2];
    ngx_http_registration_session_t  *session;

    session = ngx_http_registration_session_read(r, ctx, ctx->call.result);

    if (session == NULL) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    ngx_memzero(params, sizeof(params));
    params[0].value = session->account;
    params[1].value = ctx->id;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                    &ngx_http_registration_document_query_sql,
                                         params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_document_row);
}


static ngx_int_t
ngx_http_registration_document_row(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult  *result;

    result = ctx->call.result;

    if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0)) {

        /* another's, or destroyed with its key */

        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    return ngx_http_registration_document_load(r, ctx,
                                        (u_char *) PQgetvalue(result, 0, 0),
                                        PQgetlength(result, 0, 0));
}


static ngx_int_t
ngx_http_registration_document_load(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const u_char *key, size_t len)
{
    ngx_int_t                         rc;
    ngx_http_registration_picture_t  *picture;

    picture = ngx_registration_job_create(&ngx_http_registration_picture_job,
                                      sizeof(ngx_http_registration_picture_t));
    if (picture == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    picture->conf = ctx->conf;
    ngx_memcpy(picture->id, ctx->id.data, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(picture->key, key, ngx_min(len, REG_WRAPPED_DATA_KEY));

    rc = ngx_registration_job_start(ctx->conf->file_threads, &ctx->call,
                                    picture, ngx_cycle->log);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_document_send);
}


static void
ngx_http_registration_document_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_picture_t *picture = context;

    reg_str_t  id;

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = picture->id;

    picture->code = ngx_http_registration_document_read(picture->conf, id,
                                                        picture->key,
                                                        &picture->data,
                                                        &picture->len);
}


/*
 * For threads.  The picture is data[24 .. len - REG_RECORD_OVERHEAD]; data is
 * to be freed, also when it could not be opened.
 */

reg_code_t
ngx_http_registration_document_read(ngx_http_registration_main_conf_t *rmcf,
    reg_str_t id, const u_char *wrapped, u_char **data, size_t *len)
{
    u_char      key[REG_DATA_KEY], name[REG_DOCUMENT_ID_LEN + 1];
    reg_code_t  code;

    code = ngx_http_registration_document_unwrap(rmcf, id, wrapped, key);

    if (code != REG_OK) {
        return code;
    }

    /*
     * an upload may have been allowed more when this one came, and turning a
     * picture may have made it a little larger
     */

    ngx_memcpy(name, id.data, REG_DOCUMENT_ID_LEN);
    name[REG_DOCUMENT_ID_LEN] = '\0';

    code = reg_store_get((char *) rmcf->documents->name.data, (char *) name,
                         2 * NGX_HTTP_REGISTRATION_DOCUMENT_MAX, data, len);

    if (code == REG_OK) {
        code = reg_record_open(key, id, *data, *len);
    }

    reg_wipe(key, sizeof(key));

    return code;
}


static void
ngx_http_registration_document_free(void *context, ngx_uint_t abandoned)
{
    ngx_http_registration_picture_t *picture = context;

    free(picture->data);
}


static ngx_int_t
ngx_http_registration_document_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                           *data;
    ngx_http_registration_picture_t  *picture;

    picture = ctx->call.result;

    if (picture->code == REG_OK) {
        data = picture->data;
        picture->data = NULL;

        return ngx_http_registration_reply_picture(r, data, data + 24,
                                            picture->len - REG_RECORD_OVERHEAD);
    }

    return ngx_http_registration_document_failed(r, ctx, picture->code);
}


ngx_int_t
ngx_http_registration_document_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_code_t code)
{
    ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                  "document %V could not be shown (%s)", &ctx->id,
                  reg_code_name(code));

    if (code == REG_NOT_FOUND) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    return NGX_HTTP_INTERNAL_SERVER_ERROR;
}


ngx_int_t
ngx_http_registration_document_delete(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  argv[3];

    if (!reg_token_valid(ngx_http_registration_str(&ctx->id),
                         REG_DOCUMENT_ID_BYTES)
        || ngx_http_registration_draft_cookie(r, ctx, 0) != NGX_OK)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    if (ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    argv[1] = ctx->id;
    ngx_str_set(&argv[2], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_remove_script, 1,
                                       argv, 3);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_document_deleted);
}


static ngx_int_t
ngx_http_registration_document_deleted(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    redisReply  *reply;

    reply = ctx->call.result;

    if (reply->integer == 0) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    if (reply->integer == 1) {
        ngx_http_registration_remove_document(ctx->conf, &ctx->id,
                                              ngx_cycle->log);
    }

    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}


/*
 * Nobody waits for the file to go.  Where it does not (no thread is free, the
 * worker dies), the sweep finds it.
 */

void
ngx_http_registration_remove_document(ngx_http_registration_main_conf_t *rmcf,
    ngx_str_t *id, ngx_log_t *log)
{
    ngx_registration_call_t           call;
    ngx_http_registration_removal_t  *removal;

    if (id->len != REG_DOCUMENT_ID_LEN) {
        return;
    }

    removal = ngx_registration_job_create(&ngx_http_registration_removal_job,
                                      sizeof(ngx_http_registration_removal_t));
    if (removal == NULL) {
        return;
    }

    removal->conf = rmcf;
    ngx_memcpy(removal->id, id->data, id->len);

    ngx_memzero(&call, sizeof(ngx_registration_call_t));

    if (ngx_registration_job_start(rmcf->file_threads, &call, removal, log)
        == NGX_OK)
    {
        ngx_registration_call_abandon(&call);
    }
}


static void
ngx_http_registration_removal_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_removal_t *removal = context;

    if (reg_store_remove((char *) removal->conf->documents->name.data,
                         (char *) removal->id)
        != REG_OK)
    {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                      "a document could not be removed from \"%V\"",
                      &removal->conf->documents->name);
    }
}


/* A document's own key is bound to its id. */

void
ngx_http_registration_document_key(ngx_http_registration_main_conf_t *rmcf,
    reg_str_t id, u_char *key, u_char *wrapped)
{
    u_char     buffer[sizeof("document:") + REG_DOCUMENT_ID_LEN];
    reg_str_t  context;

    context.data = buffer;
    context.len = ngx_sprintf(buffer, "document:%*s", id.len, id.data)
                  - buffer;

    reg_data_key_create(rmcf->keys, context, key, wrapped);
}


reg_code_t
ngx_http_registration_document_unwrap(
    ngx_http_registration_main_conf_t *rmcf, reg_str_t id,
    const u_char *wrapped, u_char *key)
{
    u_char     buffer[sizeof("document:") + REG_DOCUMENT_ID_LEN];
    reg_str_t  context;

    context.data = buffer;
    context.len = ngx_sprintf(buffer, "document:%*s", id.len, id.data)
                  - buffer;

    return reg_data_key_open(rmcf->keys, context, wrapped,
                             REG_WRAPPED_DATA_KEY, key);
}
