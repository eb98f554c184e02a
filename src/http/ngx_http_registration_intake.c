
/*
 * From a draft to the columns of a row, for submissions and corrections.
 */


#include <ngx_http_registration_intake.h>
#include <ngx_http_registration_recognition.h>


static void ngx_http_registration_flush_run(void *context, ngx_log_t *log);
static json_t *ngx_http_registration_intake_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document);
static ngx_int_t ngx_http_registration_intake_read(ngx_http_request_t *r,
    json_t *entry, const u_char *key,
    ngx_http_registration_document_t *document, json_t *result);
static ngx_int_t ngx_http_registration_intake_sealed(ngx_http_request_t *r,
    json_t *entry, const char *member, reg_str_t context, const u_char *key,
    ngx_str_t *text);
static ngx_int_t ngx_http_registration_intake_base64(ngx_http_request_t *r,
    json_t *entry, const char *member, ngx_str_t *bytes);


/*
 * KEYS: draft, codes.  ARGV: lifetime, prefix of document keys, tag of the
 * codes, hash of the code ("" for none to be looked at), "1" when nothing was
 * wrong so far, "1" when a draft that is done needs its answer only.  Gives
 * what came of the code, then the draft.  From now on a row may name its
 * pictures at any time.
 */

static ngx_registration_script_t  ngx_http_registration_fetch_script = {
    ngx_string(
    NGX_HTTP_REGISTRATION_CHECK_CODE
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "if #all > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end\n"
    "for i = 1, #all, 2 do\n"
    "  if all[i] == 'done' and ARGV[6] == '1' then return {0, all} end\n"
    "  if string.sub(all[i], 1, 2) == 'd:' then\n"
    "    local id = string.sub(all[i + 1], 1, 22)\n"
    "    redis.call('SET', ARGV[2] .. id, 1, 'PX', ARGV[1])\n"
    "  end\n"
    "end\n"
    "local given = ARGV[4] ~= ''\n"
    "local code = given and check_code(KEYS[2], ARGV[3], ARGV[4]) or 1\n"
    "if ARGV[5] == '1' and (code == 0 or not given) and #all > 0 then\n"
    "  redis.call('HSET', KEYS[1], 'sent', '1')\n"
    "end\n"
    "return {code, all}"),
    { 0 }
};


static ngx_registration_job_type_t  ngx_http_registration_flush_job = {
    ngx_http_registration_flush_run,
    NULL,
    0,
    30000
};


const char  *ngx_http_registration_lookups[] = {
    "username", "email", "name", "id_number", "mobile"
};

const char  *ngx_http_registration_clear_members[] = {
    "residence", "applicant_type", "document_type", "region", "industry",
    "office", "notice_version", NULL
};


ngx_int_t
ngx_http_registration_intake_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *values, ngx_uint_t check,
    ngx_uint_t sound, ngx_uint_t once, ngx_http_registration_codes_t *codes)
{
    u_char     lifetime[NGX_INT64_LEN];
    ngx_str_t  argv[8], email, code;

    ngx_http_registration_value(values, "email", &email);
    ngx_http_registration_value(values, "email_code", &code);

    if (ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK
        || ngx_http_registration_codes(r, ctx, NGX_HTTP_REGISTRATION_CODE,
                                       &email, codes)
           != NGX_OK
        || ngx_http_registration_code_hash(r, ctx, &code, &argv[5]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    argv[1] = codes->key;
    argv[4] = codes->tag;
    (void) ngx_http_registration_figure(lifetime,
                                        ctx->conf->policy.draft_lifetime,
                                        &argv[2]);
    ngx_str_set(&argv[3], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    if (!check) {

        /* not a code at all: no try is counted */

        argv[5].len = 0;
    }

    ngx_str_set(&argv[6], "1");
    argv[6].len = (sound != 0);

    ngx_str_set(&argv[7], "1");
    argv[7].len = (once != 0);

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_fetch_script,
                                         2, argv, 8);
}


void
ngx_http_registration_intake_named(json_t *documents,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults)
{
    json_t                            *id;
    ngx_str_t                          value;
    const char                        *kind;
    ngx_http_registration_document_t  *document;

    json_object_foreach(documents, kind, id) {

        value.len = json_string_length(id);
        value.data = (u_char *) json_string_value(id);

        document = ngx_http_registration_draft_document(draft, &value);

        if (document == NULL
            || ngx_strcmp(document->kind.data, kind) != 0)
        {
            reg_faults_add(faults,
                           ngx_http_registration_document_field(kind),
                           REG_UNKNOWN);
        }
    }
}


void
ngx_http_registration_intake_documents(json_t *documents,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults)
{
    ngx_uint_t  i, n;

    ngx_http_registration_intake_named(documents, draft, faults);

    for (i = 0, n = 0; i < draft->ndocuments; i++) {
        if (json_object_get(documents, (char *) draft->document[i].kind.data))
        {
            draft->document[n++] = draft->document[i];
        }
    }

    draft->ndocuments = n;
}


ngx_int_t
ngx_http_registration_intake_hash(ngx_http_registration_ctx_t *ctx,
    json_t *body, const char *purpose, u_char *hash)
{
    char       *dump;
    reg_str_t   text;

    dump = json_dumps(body, JSON_COMPACT|JSON_SORT_KEYS);
    if (dump == NULL) {
        return NGX_ERROR;
    }

    text.len = ngx_strlen(dump);
    text.data = (u_char *) dump;

    reg_hash(ctx->conf->keys, purpose, text, hash);

    reg_wipe(dump, text.len);
    free(dump);

    return NGX_OK;
}


const char *
ngx_http_registration_document_field(const char *kind)
{
    const char  *field;

    field = reg_document_kind_field(kind);

    return field ? field : "documents";
}


void
ngx_http_registration_flush_prepare(ngx_http_registration_flush_t *flush,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft)
{
    ngx_uint_t  i;

    flush->directory = (char *) ctx->conf->documents->name.data;
    flush->n = draft->ndocuments;

    for (i = 0; i < flush->n; i++) {
        ngx_memcpy(flush->id[i], draft->document[i].id,
                   REG_DOCUMENT_ID_LEN + 1);
    }
}


void
ngx_http_registration_flush(ngx_http_registration_flush_t *flush)
{
    ngx_uint_t  i;

    for (i = 0; i < flush->n; i++) {
        flush->code = reg_store_sync(flush->directory, (char *) flush->id[i]);

        if (flush->code != REG_OK) {
            flush->missing = i;
            return;
        }
    }
}


ngx_int_t
ngx_http_registration_flush_start(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_draft_t *draft)
{
    ngx_http_registration_flush_t  *flush;

    flush = ngx_registration_job_create(&ngx_http_registration_flush_job,
                                        sizeof(ngx_http_registration_flush_t));
    if (flush == NULL) {
        return NGX_ERROR;
    }

    ngx_http_registration_flush_prepare(flush, ctx, draft);

    return ngx_registration_job_start(ctx->conf->file_threads, &ctx->call,
                                      flush, ngx_cycle->log);
}


static void
ngx_http_registration_flush_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_flush(context);
}


ngx_int_t
ngx_http_registration_flush_result(ngx_http_request_t *r,
    ngx_http_registration_flush_t *flush,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults)
{
    ngx_http_registration_document_t  *document;

    if (flush->code == REG_OK) {
        return NGX_OK;
    }

    if (flush->code != REG_NOT_FOUND) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "documents could not be flushed to the disk in \"%s\"",
                      flush->directory);
        return NGX_ERROR;
    }

    document = &draft->document[flush->missing];

    reg_faults_add(faults,
                   ngx_http_registration_document_field(
                                               (char *) document->kind.data),
                   REG_UNKNOWN);

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_intake_lookups(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *values, ngx_uint_t first,
    ngx_registration_param_t *params)
{
    ngx_str_t    value;
    ngx_uint_t   i;
    const char  *name;

    for (i = first; i < NGX_HTTP_REGISTRATION_LOOKUPS; i++) {
        name = ngx_http_registration_lookups[i];

        ngx_http_registration_value(values, name, &value);

        if (ngx_http_registration_lookup(r, ctx, name, &value,
                                         &params[i - first])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* Everything that was typed but secrets, under the application's own key. */

ngx_int_t
ngx_http_registration_intake_seal(ngx_http_request_t *r, json_t *values,
    ngx_str_t *id, const u_char *key, ngx_registration_param_t *sealed)
{
    u_char  *p;
    size_t   len;
    json_t  *kept;

    kept = json_copy(values);

    json_object_del(kept, "password");
    json_object_del(kept, "email_code");
    json_object_del(kept, "documents");

    len = json_dumpb(kept, NULL, 0, JSON_COMPACT);
    p = ngx_pnalloc(r->pool, len + REG_RECORD_OVERHEAD);

    if (len == 0 || p == NULL) {
        json_decref(kept);
        return NGX_ERROR;
    }

    (void) json_dumpb(kept, (char *) p + 24, len, JSON_COMPACT);
    json_decref(kept);

    reg_record_seal(key, ngx_http_registration_str(id), p, len);

    sealed->value.len = len + REG_RECORD_OVERHEAD;
    sealed->value.data = p;
    sealed->binary = 1;

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_intake_list(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_registration_param_t *param)
{
    size_t       len;
    json_t      *list;
    ngx_uint_t   i;

    list = json_array();

    for (i = 0; i < draft->ndocuments; i++) {
        if (json_array_append_new(list,
                ngx_http_registration_intake_entry(r, ctx, draft,
                                                   &draft->document[i]))
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
ngx_http_registration_intake_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document)
{
    json_t     *entry;
    u_char      key[REG_DATA_KEY];
    ngx_int_t   rc;
    ngx_str_t   wrapped;
    reg_str_t   id;

    entry = json_pack("{s:s, s:s, s:i, s:i, s:i}",
                      "id", document->id,
                      "kind", document->kind.data,
                      "width", (int) document->facts.width,
                      "height", (int) document->facts.height,
                      "bytes", (int) document->facts.bytes);

    wrapped.len = REG_WRAPPED_DATA_KEY;
    wrapped.data = document->facts.key;

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = document->id;

    if (entry == NULL
        || ngx_http_registration_intake_base64(r, entry, "data_key", &wrapped)
           != NGX_OK
        || ngx_http_registration_document_unwrap(ctx->conf, id, wrapped.data,
                                                 key)
           != REG_OK)
    {
        json_decref(entry);
        return NULL;
    }

    rc = ngx_http_registration_intake_sealed(r, entry, "filename", id, key,
                                             &document->filename);
    if (rc == NGX_OK) {
        rc = ngx_http_registration_intake_read(r, entry, key, document,
                    ngx_http_registration_recognition_of(draft, document));
    }

    reg_wipe(key, sizeof(key));

    if (rc != NGX_OK) {
        json_decref(entry);
        return NULL;
    }

    return entry;
}


/* What was read goes with the picture, as far as it was by now. */

static ngx_int_t
ngx_http_registration_intake_read(ngx_http_request_t *r, json_t *entry,
    const u_char *key, ngx_http_registration_document_t *document,
    json_t *result)
{
    char       *text;
    u_char      buffer[NGX_HTTP_REGISTRATION_READ_CONTEXT];
    ngx_int_t   rc;
    ngx_str_t   read;
    reg_str_t   context;

    if (result == NULL) {
        return NGX_OK;
    }

    text = json_dumps(result, JSON_COMPACT);
    if (text == NULL) {
        return NGX_ERROR;
    }

    read.len = ngx_strlen(text);
    read.data = (u_char *) text;

    ngx_http_registration_read_context(document->id, buffer, &context);

    rc = ngx_http_registration_intake_sealed(r, entry, "recognition", context,
                                             key, &read);
    reg_wipe(text, read.len);
    free(text);

    return rc;
}


/* A text under the key of the picture, in Base64. */

static ngx_int_t
ngx_http_registration_intake_sealed(ngx_http_request_t *r, json_t *entry,
    const char *member, reg_str_t context, const u_char *key, ngx_str_t *text)
{
    ngx_str_t  sealed;

    sealed.len = text->len + REG_RECORD_OVERHEAD;
    sealed.data = ngx_pnalloc(r->pool, sealed.len);
    if (sealed.data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(sealed.data + 24, text->data, text->len);
    reg_record_seal(key, context, sealed.data, text->len);

    return ngx_http_registration_intake_base64(r, entry, member, &sealed);
}


static ngx_int_t
ngx_http_registration_intake_base64(ngx_http_request_t *r, json_t *entry,
    const char *member, ngx_str_t *bytes)
{
    ngx_str_t  text;

    text.data = ngx_pnalloc(r->pool, ngx_base64_encoded_length(bytes->len));
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    ngx_encode_base64(&text, bytes);

    return json_object_set_new(entry, member,
                               json_stringn((char *) text.data, text.len))
           == 0 ? NGX_OK : NGX_ERROR;
}


ngx_int_t
ngx_http_registration_intake_due(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *params)
{
    int          provisional;
    u_char      *date;
    reg_date_t   due;

    date = ngx_pnalloc(r->pool, REG_DATE_LEN + 1);
    if (date == NULL) {
        return NGX_ERROR;
    }

    due = reg_calendar_add(ctx->conf->calendar, reg_date_in_china(ngx_time()),
                           ctx->conf->policy.review_term, &provisional);
    reg_date_print(due, (char *) date);

    params[0].value.len = REG_DATE_LEN;
    params[0].value.data = date;

    params[1].value.len = 1;
    params[1].value.data = (u_char *) (provisional ? "t" : "f");

    return NGX_OK;
}
