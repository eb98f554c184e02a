
/*
 * POST /documents: a picture is proven, cleaned, sealed and stored by a
 * thread, then entered into the draft.
 */


#include <ngx_http_registration_recognition.h>
#include <reg_jpeg.h>


#define NGX_HTTP_REGISTRATION_CHUNK     65536   /* read at a time */
#define NGX_HTTP_REGISTRATION_KIND      32
#define NGX_HTTP_REGISTRATION_FILENAME  256
#define NGX_HTTP_REGISTRATION_PART      32      /* a name told in a fault */


typedef enum {
    NGX_HTTP_REGISTRATION_PART_NONE = 0,
    NGX_HTTP_REGISTRATION_PART_KIND,
    NGX_HTTP_REGISTRATION_PART_FILE
} ngx_http_registration_part_e;


/* The job of the thread: what it is given, and what it found. */

typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    int                                 fd;         /* or the body itself: */
    u_char                             *body;
    size_t                              body_len;
    u_char                              boundary[REG_MULTIPART_BOUNDARY + 1];
    size_t                              boundary_len;

    ngx_uint_t                          part;
    unsigned                            has_kind:1;
    unsigned                            has_file:1;
    unsigned                            stored:1;

    ngx_uint_t                          status;     /* 0: accepted */
    const char                         *field;
    char                                name[NGX_HTTP_REGISTRATION_PART + 1];
    reg_code_t                          code;

    char                                kind[NGX_HTTP_REGISTRATION_KIND];
    size_t                              kind_len;
    char                                filename
                                          [NGX_HTTP_REGISTRATION_FILENAME];
    size_t                              filename_len;
    u_char                              id[REG_DOCUMENT_ID_LEN + 1];
    ngx_http_registration_facts_t       facts;
    reg_picture_t                       picture;
} ngx_http_registration_upload_t;


/* What is left of it when the thread has done its part. */

typedef struct {
    ngx_http_registration_document_t    document;
    ngx_http_registration_reading_t    *reading;    /* NULL: not to be read */
    unsigned                            asked:1;    /* Redis, to enter it */
} ngx_http_registration_uploaded_t;


static ngx_int_t ngx_http_registration_upload_source(ngx_http_request_t *r,
    ngx_http_registration_upload_t *upload);
static void ngx_http_registration_upload_run(void *context, ngx_log_t *log);
static ngx_uint_t ngx_http_registration_upload_parse(
    ngx_http_registration_upload_t *upload, ngx_log_t *log);
static reg_code_t ngx_http_registration_upload_feed(
    ngx_http_registration_upload_t *upload, reg_multipart_t *multipart,
    ngx_log_t *log);
static reg_code_t ngx_http_registration_upload_part(void *data,
    const reg_part_t *part);
static const char *ngx_http_registration_upload_name(
    ngx_http_registration_upload_t *upload, const reg_str_t *name);
static reg_code_t ngx_http_registration_upload_body(void *data,
    const u_char *bytes, size_t len);
static reg_code_t ngx_http_registration_upload_end(void *data);
static void ngx_http_registration_upload_keep(
    ngx_http_registration_upload_t *upload, ngx_log_t *log);
static ngx_uint_t ngx_http_registration_upload_refuse(
    ngx_http_registration_upload_t *upload, ngx_uint_t status,
    const char *field, reg_code_t code);
static void ngx_http_registration_upload_cleanup(void *context,
    ngx_uint_t abandoned);
static ngx_int_t ngx_http_registration_upload_enter(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_upload_call(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_upload_t *upload);
static ngx_int_t ngx_http_registration_upload_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *entry);
static ngx_int_t ngx_http_registration_upload_figures(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *argv);
static ngx_int_t ngx_http_registration_upload_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_upload_lost(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


static ngx_registration_job_type_t  ngx_http_registration_upload_job = {
    ngx_http_registration_upload_run,
    ngx_http_registration_upload_cleanup,
    0,
    60000
};


static const reg_multipart_handler_t  ngx_http_registration_upload_handler = {
    ngx_http_registration_upload_part,
    ngx_http_registration_upload_body,
    ngx_http_registration_upload_end
};


/*
 * KEYS: draft.  ARGV: lifetime, prefix of document keys, kind, entry,
 * fingerprint, bytes, most uploads, most bytes, what recognition says.  Gives
 * "ok" with the picture that may go, or why the new one was not taken.
 */

static ngx_registration_script_t  ngx_http_registration_enter_script = {
    ngx_string(
    "local key, life, prefix, kind = KEYS[1], ARGV[1], ARGV[2], ARGV[3]\n"
    "local n = tonumber(redis.call('HGET', key, 'uploads') or 0) + 1\n"
    "local bytes = tonumber(redis.call('HGET', key, 'bytes') or 0)\n"
    "            + tonumber(ARGV[6])\n"
    "if n > tonumber(ARGV[7]) or bytes > tonumber(ARGV[8]) then\n"
    "  return {'limit'}\n"
    "end\n"
    "local all = redis.call('HGETALL', key)\n"
    "local sent = redis.call('HEXISTS', key, 'sent') == 1\n"
    "local old = ''\n"
    "for i = 1, #all, 2 do\n"
    "  local name = all[i]\n"
    "  if string.sub(name, 1, 2) == 'f:' and name ~= 'f:' .. kind\n"
    "     and all[i + 1] == ARGV[5] then\n"
    "    return {'duplicate'}\n"
    "  end\n"
    "  if name == 'd:' .. kind and not sent then\n"
    "    old = string.sub(all[i + 1], 1, 22)\n"
    "    redis.call('DEL', prefix .. old)\n"
    "  elseif string.sub(name, 1, 2) == 'd:' then\n"
    "    redis.call('SET', prefix .. string.sub(all[i + 1], 1, 22), 1,\n"
    "               'PX', life)\n"
    "  end\n"
    "end\n"
    "redis.call('HSET', key, 'uploads', n, 'bytes', bytes,\n"
    "           'd:' .. kind, ARGV[4], 'f:' .. kind, ARGV[5],\n"
    "           'r:' .. kind, ARGV[9])\n"
    "redis.call('PEXPIRE', key, life)\n"
    "redis.call('SET', prefix .. string.sub(ARGV[4], 1, 22), 1, 'PX', life)\n"
    "return {'ok', old}"), { 0 }
};


/*
 * Pictures take what processor time is left, and a session look-up never waits
 * for one; but threads that other jobs use cannot be raised again.
 */

void
ngx_http_registration_upload_init(ngx_http_registration_main_conf_t *rmcf)
{
    if (rmcf->picture_threads != rmcf->password_threads
        && rmcf->picture_threads != rmcf->file_threads)
    {
        ngx_http_registration_upload_job.nice = 10;
    }
}


ngx_int_t
ngx_http_registration_document_post(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    char                             buffer[REG_MULTIPART_BOUNDARY + 1];
    ngx_int_t                        rc;
    reg_str_t                        boundary;
    ngx_http_registration_upload_t  *upload;

    if (reg_multipart_boundary(
            ngx_http_registration_str(&r->headers_in.content_type->value),
            buffer, &boundary)
        != REG_OK)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_BAD_REQUEST,
                                             "bad_request");
    }

    if (ngx_http_registration_draft_cookie(r, ctx, 1) == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    upload = ngx_registration_job_create(&ngx_http_registration_upload_job,
                                       sizeof(ngx_http_registration_upload_t));
    if (upload == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    upload->conf = ctx->conf;
    upload->fd = -1;
    upload->boundary_len = boundary.len;
    ngx_memcpy(upload->boundary, boundary.data, boundary.len);

    if (ngx_http_registration_upload_source(r, upload) != NGX_OK) {
        ngx_registration_job_discard(upload);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_registration_job_start(ctx->conf->picture_threads, &ctx->call,
                                    upload, ngx_cycle->log);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_upload_enter);
}


/*
 * The body as nginx read it: its temporary file, which the job keeps open by
 * a descriptor of its own, or what was small enough for a buffer.
 */

static ngx_int_t
ngx_http_registration_upload_source(ngx_http_request_t *r,
    ngx_http_registration_upload_t *upload)
{
    if (r->request_body == NULL) {
        return NGX_OK;
    }

    if (r->request_body->temp_file) {
        upload->fd = dup(r->request_body->temp_file->file.fd);

        if (upload->fd == -1) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, ngx_errno,
                          "dup() of a request body failed");
            return NGX_ERROR;
        }

        return NGX_OK;
    }

    upload->body_len = ngx_http_registration_body_size(r);
    upload->body = malloc(upload->body_len + 1);
    if (upload->body == NULL) {
        return NGX_ERROR;
    }

    ngx_http_registration_copy_body(r, upload->body);

    return NGX_OK;
}


static void
ngx_http_registration_upload_run(void *context, ngx_log_t *log)
{
    reg_code_t                       code;
    ngx_http_registration_upload_t  *upload;

    upload = context;

    if (ngx_http_registration_upload_parse(upload, log)) {
        return;
    }

    code = reg_jpeg_clean(&upload->picture, &reg_jpeg_limits);

    switch (code) {

    case REG_OK:
        ngx_http_registration_upload_keep(upload, log);
        return;

    case REG_NOT_JPEG:
        upload->status = NGX_HTTP_UNSUPPORTED_MEDIA_TYPE;
        break;

    case REG_INTERNAL:
        upload->status = NGX_HTTP_INTERNAL_SERVER_ERROR;
        break;

    case REG_LIMIT:                        /* of scans: nobody's camera */
        code = REG_TOO_MANY_PIXELS;
        /* fall through */

    default:
        upload->status = 422;
        break;
    }

    upload->field = "file";
    upload->code = code;
}


/* Takes the parts out of the body; whether it was refused. */

static ngx_uint_t
ngx_http_registration_upload_parse(ngx_http_registration_upload_t *upload,
    ngx_log_t *log)
{
    reg_str_t         boundary, kind;
    reg_code_t        code;
    reg_multipart_t  *multipart;

    boundary.len = upload->boundary_len;
    boundary.data = upload->boundary;

    multipart = reg_multipart_create(boundary,
                                     &ngx_http_registration_upload_handler,
                                     upload);
    if (multipart == NULL) {
        return ngx_http_registration_upload_refuse(upload, 500, "file",
                                                   REG_INTERNAL);
    }

    code = ngx_http_registration_upload_feed(upload, multipart, log);

    if (code == REG_OK) {
        code = reg_multipart_finish(multipart);
    }

    reg_multipart_free(multipart);

    if (upload->status) {
        return 1;
    }

    if (code == REG_INTERNAL) {
        return ngx_http_registration_upload_refuse(upload, 500, "file", code);
    }

    if (code != REG_OK) {
        return ngx_http_registration_upload_refuse(upload, 400, NULL, code);
    }

    kind.len = upload->kind_len;
    kind.data = (u_char *) upload->kind;

    if (!upload->has_kind) {
        return ngx_http_registration_upload_refuse(upload, 422, "kind",
                                                   REG_REQUIRED);
    }

    if (!reg_document_kind_known(kind)) {
        return ngx_http_registration_upload_refuse(upload, 422, "kind",
                                                   REG_UNKNOWN);
    }

    if (!upload->has_file || upload->picture.len == 0) {
        return ngx_http_registration_upload_refuse(upload, 422, "file",
                                                   REG_REQUIRED);
    }

    return 0;
}


static reg_code_t
ngx_http_registration_upload_feed(ngx_http_registration_upload_t *upload,
    reg_multipart_t *multipart, ngx_log_t *log)
{
    off_t        offset;
    u_char      *chunk;
    ssize_t      n;
    reg_code_t   code;

    if (upload->fd == -1) {
        return reg_multipart_feed(multipart, upload->body, upload->body_len);
    }

    chunk = malloc(NGX_HTTP_REGISTRATION_CHUNK);
    if (chunk == NULL) {
        return REG_INTERNAL;
    }

    code = REG_OK;

    for (offset = 0; code == REG_OK; offset += n) {

        n = pread(upload->fd, chunk, NGX_HTTP_REGISTRATION_CHUNK, offset);

        if (n == -1) {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "pread() of a request body failed");
            code = REG_INTERNAL;
            break;
        }

        if (n == 0) {
            break;
        }

        code = reg_multipart_feed(multipart, chunk, n);
    }

    free(chunk);

    return code;
}


static reg_code_t
ngx_http_registration_upload_part(void *data, const reg_part_t *part)
{
    ngx_http_registration_upload_t *upload = data;

    size_t  room;

    if (part->name.len == 4 && ngx_strncmp(part->name.data, "kind", 4) == 0
        && !upload->has_kind)
    {
        upload->has_kind = 1;
        upload->part = NGX_HTTP_REGISTRATION_PART_KIND;
        return REG_OK;
    }

    if (part->name.len != 4 || ngx_strncmp(part->name.data, "file", 4) != 0
        || upload->has_file)
    {
        (void) ngx_http_registration_upload_refuse(upload, 422,
                        ngx_http_registration_upload_name(upload, &part->name),
                        REG_UNKNOWN_MEMBER);
        return REG_UNKNOWN_MEMBER;
    }

    upload->has_file = 1;
    upload->part = NGX_HTTP_REGISTRATION_PART_FILE;

    if (part->filename.data) {
        upload->filename_len = ngx_min(part->filename.len,
                                       sizeof(upload->filename) - 1);
        ngx_memcpy(upload->filename, part->filename.data,
                   upload->filename_len);
    }

    /* the pages that no byte is written to cost no memory */

    room = upload->conf->policy.document_max_size + REG_RECORD_OVERHEAD;

    upload->picture.offset = 24;           /* where the record's nonce goes */
    upload->picture.size = room;
    upload->picture.data = malloc(room);

    return upload->picture.data ? REG_OK : REG_INTERNAL;
}


/* A part's name, where it could be a field's; else it is not repeated. */

static const char *
ngx_http_registration_upload_name(ngx_http_registration_upload_t *upload,
    const reg_str_t *name)
{
    u_char  ch;
    size_t  i;

    if (name->len > NGX_HTTP_REGISTRATION_PART) {
        return "file";
    }

    for (i = 0; i < name->len; i++) {
        ch = name->data[i];

        if ((ch < 'a' || ch > 'z') && (ch < 'A' || ch > 'Z')
            && (ch < '0' || ch > '9') && ch != '_' && ch != '.' && ch != '-')
        {
            return "file";
        }

        upload->name[i] = ch;
    }

    return i ? upload->name : "file";
}


static reg_code_t
ngx_http_registration_upload_body(void *data, const u_char *bytes, size_t len)
{
    ngx_http_registration_upload_t *upload = data;

    reg_picture_t  *picture;

    if (upload->part == NGX_HTTP_REGISTRATION_PART_KIND) {

        if (len >= sizeof(upload->kind) - upload->kind_len) {
            (void) ngx_http_registration_upload_refuse(upload, 422, "kind",
                                                       REG_UNKNOWN);
            return REG_UNKNOWN;
        }

        ngx_memcpy(upload->kind + upload->kind_len, bytes, len);
        upload->kind_len += len;

        return REG_OK;
    }

    picture = &upload->picture;

    if (len > upload->conf->policy.document_max_size - picture->len) {
        (void) ngx_http_registration_upload_refuse(upload,
                                             NGX_HTTP_REQUEST_ENTITY_TOO_LARGE,
                                             "file", REG_TOO_LARGE);
        return REG_TOO_LARGE;
    }

    ngx_memcpy(picture->data + picture->offset + picture->len, bytes, len);
    picture->len += len;

    return REG_OK;
}


static reg_code_t
ngx_http_registration_upload_end(void *data)
{
    ngx_http_registration_upload_t *upload = data;

    upload->part = NGX_HTTP_REGISTRATION_PART_NONE;

    return REG_OK;
}


/* Seals the picture under a key of its own and writes it to the store. */

static void
ngx_http_registration_upload_keep(ngx_http_registration_upload_t *upload,
    ngx_log_t *log)
{
    u_char          key[REG_DATA_KEY];
    reg_str_t       id;
    reg_code_t      code;
    reg_picture_t  *picture;

    picture = &upload->picture;

    reg_token(upload->id, REG_DOCUMENT_ID_BYTES);

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = upload->id;

    upload->facts.width = picture->width;
    upload->facts.height = picture->height;
    upload->facts.bytes = picture->len;

    ngx_http_registration_document_key(upload->conf, id, key,
                                       upload->facts.key);
    reg_record_seal(key, id, picture->data, picture->len);
    reg_wipe(key, sizeof(key));

    code = reg_store_put((char *) upload->conf->documents->name.data,
                         (char *) upload->id, picture->data,
                         picture->len + REG_RECORD_OVERHEAD);

    if (code != REG_OK) {
        ngx_log_error(NGX_LOG_CRIT, log, ngx_errno,
                      "a document could not be written to \"%V\"",
                      &upload->conf->documents->name);
        (void) ngx_http_registration_upload_refuse(upload, 500, "file",
                                                   REG_INTERNAL);
        return;
    }

    upload->stored = 1;
}


static ngx_uint_t
ngx_http_registration_upload_refuse(ngx_http_registration_upload_t *upload,
    ngx_uint_t status, const char *field, reg_code_t code)
{
    upload->status = status;
    upload->field = field;
    upload->code = code;

    return 1;
}


static void
ngx_http_registration_upload_cleanup(void *context, ngx_uint_t abandoned)
{
    ngx_http_registration_upload_t *upload = context;

    ngx_str_t  id;

    if (upload->fd != -1) {
        (void) close(upload->fd);
    }

    free(upload->body);
    free(upload->picture.data);

    if (abandoned && upload->stored) {
        id.len = REG_DOCUMENT_ID_LEN;
        id.data = upload->id;

        ngx_http_registration_remove_document(upload->conf, &id,
                                              ngx_cycle->log);
    }
}


static ngx_int_t
ngx_http_registration_upload_enter(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    size_t                             len;
    ngx_int_t                          rc;
    ngx_http_registration_upload_t    *upload;
    ngx_http_registration_uploaded_t  *uploaded;
    ngx_http_registration_document_t  *document;

    upload = ctx->call.result;

    if (upload->status == NGX_HTTP_INTERNAL_SERVER_ERROR) {
        return ngx_http_registration_problem(r, upload->status, "internal");
    }

    if (upload->status == NGX_HTTP_BAD_REQUEST) {
        return ngx_http_registration_problem(r, upload->status,
                                             "bad_request");
    }

    if (upload->status) {
        return ngx_http_registration_fault(r, upload->status, upload->field,
                                           upload->code);
    }

    len = upload->kind_len + upload->filename_len;

    uploaded = ngx_pcalloc(r->pool,
                           sizeof(ngx_http_registration_uploaded_t) + len);
    if (uploaded == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    document = &uploaded->document;

    ngx_memcpy(document->id, upload->id, sizeof(document->id));
    document->facts = upload->facts;

    document->kind.len = upload->kind_len;
    document->kind.data = (u_char *) (uploaded + 1);
    document->filename.len = upload->filename_len;
    document->filename.data = ngx_cpymem(document->kind.data, upload->kind,
                                         upload->kind_len);
    ngx_memcpy(document->filename.data, upload->filename,
               upload->filename_len);

    uploaded->reading = ngx_http_registration_reading_reserve(r, ctx,
                                                              document);
    ctx->data = uploaded;
    ctx->failure = ngx_http_registration_upload_lost;

    rc = ngx_http_registration_upload_call(r, ctx, upload);

    uploaded->asked = (rc == NGX_OK);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_upload_reply);
}


static ngx_int_t
ngx_http_registration_upload_call(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_upload_t *upload)
{
    ngx_str_t                          argv[10], parts[2];
    ngx_http_registration_uploaded_t  *uploaded;
    ngx_http_registration_document_t  *document;

    uploaded = ctx->data;
    document = &uploaded->document;

    /* the same picture has another fingerprint in another draft */

    parts[0].len = REG_HASH;
    parts[0].data = ctx->draft.hash;
    parts[1].len = REG_FINGERPRINT;
    parts[1].data = upload->picture.fingerprint;

    if (ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK
        || ngx_http_registration_upload_entry(r, ctx, &argv[4]) != NGX_OK
        || ngx_http_registration_key(r, ctx, "fingerprint:", parts, 2,
                                     &argv[5])
           != NGX_OK
        || ngx_http_registration_upload_figures(r, ctx, argv) != NGX_OK
        || ngx_http_registration_reading_pending(r, ctx, document,
                                                 uploaded->reading, &argv[9])
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&argv[2], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);
    argv[3] = document->kind;

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_enter_script,
                                         1, argv, 10);
}


/* The id in clear, for the scripts; facts and file name sealed behind it. */

static ngx_int_t
ngx_http_registration_upload_entry(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *entry)
{
    u_char                            *p;
    ngx_str_t                          name, context, text, sealed;
    ngx_http_registration_document_t  *document;

    document = &((ngx_http_registration_uploaded_t *) ctx->data)->document;

    text.len = sizeof(ngx_http_registration_facts_t) + document->filename.len;
    text.data = ngx_pnalloc(r->pool, text.len);
    name.data = ngx_pnalloc(r->pool, sizeof("d:") + document->kind.len);

    if (text.data == NULL || name.data == NULL) {
        return NGX_ERROR;
    }

    name.len = ngx_sprintf(name.data, "d:%V", &document->kind) - name.data;

    p = ngx_cpymem(text.data, &document->facts,
                   sizeof(ngx_http_registration_facts_t));
    ngx_memcpy(p, document->filename.data, document->filename.len);

    if (ngx_http_registration_draft_context(r, ctx, (char *) name.data,
                                            name.len, &context)
        != NGX_OK
        || ngx_http_registration_seal(r, ctx, &context, text.data, text.len,
                                      &sealed)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    entry->len = REG_DOCUMENT_ID_LEN + sealed.len;
    entry->data = ngx_pnalloc(r->pool, entry->len);
    if (entry->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(entry->data, document->id, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(p, sealed.data, sealed.len);

    return NGX_OK;
}


/* argv[1]: the lifetime; from argv[6] on: bytes, most uploads, most bytes. */

static ngx_int_t
ngx_http_registration_upload_figures(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *argv)
{
    u_char                            *p;
    ngx_http_registration_policy_t    *policy;
    ngx_http_registration_document_t  *document;

    document = &((ngx_http_registration_uploaded_t *) ctx->data)->document;
    policy = &ctx->conf->policy;

    p = ngx_pnalloc(r->pool, 4 * NGX_INT64_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p = ngx_http_registration_figure(p, policy->draft_lifetime, &argv[1]);
    p = ngx_http_registration_figure(p, document->facts.bytes, &argv[6]);
    p = ngx_http_registration_figure(p, policy->draft_uploads, &argv[7]);
    (void) ngx_http_registration_figure(p, policy->draft_size, &argv[8]);

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_upload_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                            *json;
    ngx_str_t                          id;
    redisReply                        *reply;
    ngx_http_registration_uploaded_t  *uploaded;
    ngx_http_registration_document_t  *document;

    reply = ctx->call.result;
    uploaded = ctx->data;
    document = &uploaded->document;

    if (reply->elements == 1) {
        id.len = REG_DOCUMENT_ID_LEN;
        id.data = document->id;

        ngx_http_registration_remove_document(ctx->conf, &id,
                                              ngx_cycle->log);

        return ngx_http_registration_fault(r, 422, "file",
                                        reply->element[0]->str[0] == 'd'
                                        ? REG_DUPLICATE_DOCUMENT
                                        : REG_TOO_MANY_UPLOADS);
    }

    id.len = reply->element[1]->len;
    id.data = (u_char *) reply->element[1]->str;

    if (id.len) {
        ngx_http_registration_remove_document(ctx->conf, &id,
                                              ngx_cycle->log);
    }

    if (uploaded->reading) {
        ngx_http_registration_reading_start(uploaded->reading);
    }

    if (ngx_http_registration_send_draft_cookie(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    json = ngx_http_registration_document_json(document);

    if (json) {
        json_object_set_new(json, "recognition",
                            json_string(uploaded->reading ? "pending"
                                                          : "unavailable"));
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_CREATED, json);
}


/*
 * The draft cannot be had: the picture has no owner.  Unless Redis did enter
 * it, and only its answer is missing: then the sweep is to judge.
 */

static ngx_int_t
ngx_http_registration_upload_lost(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_str_t                          id;
    ngx_http_registration_uploaded_t  *uploaded;

    uploaded = ctx->data;

    if (!uploaded->asked) {
        id.len = REG_DOCUMENT_ID_LEN;
        id.data = uploaded->document.id;

        ngx_http_registration_remove_document(ctx->conf, &id, ngx_cycle->log);
    }

    return ngx_http_registration_wait(r, ctx, ctx->call.status, NULL);
}
