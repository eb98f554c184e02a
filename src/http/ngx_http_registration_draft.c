
/*
 * The draft in Redis: changed and fetched by one script, read value by value.
 */


#include <ngx_http_registration_recognition.h>


static ngx_int_t ngx_http_registration_draft_field(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *value);
static ngx_int_t ngx_http_registration_draft_value(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *text);
static ngx_int_t ngx_http_registration_draft_facts(ngx_http_request_t *r,
    ngx_http_registration_draft_t *draft, ngx_str_t *name, ngx_str_t *value,
    ngx_str_t *text);
static void ngx_http_registration_draft_free(void *data);


/* KEYS: draft.  ARGV: lifetime, prefix of document keys, name, value … */

static ngx_registration_script_t  ngx_http_registration_touch_script = {
    ngx_string(
    "if #ARGV > 2 then redis.call('HSET', KEYS[1], unpack(ARGV, 3)) end\n"
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "if #all > 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end\n"
    "for i = 1, #all, 2 do\n"
    "  if string.sub(all[i], 1, 2) == 'd:' then\n"
    "    local id = string.sub(all[i + 1], 1, 22)\n"
    "    redis.call('SET', ARGV[2] .. id, 1, 'PX', ARGV[1])\n"
    "  end\n"
    "end\n"
    "return all"), { 0 }
};


ngx_int_t
ngx_http_registration_draft_touch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *fields, ngx_uint_t n)
{
    u_char      lifetime[NGX_INT64_LEN];
    ngx_str_t  *argv;

    argv = ngx_palloc(r->pool, (3 + n) * sizeof(ngx_str_t));

    if (argv == NULL
        || ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_http_registration_figure(lifetime,
                                        ctx->conf->policy.draft_lifetime,
                                        &argv[1]);

    ngx_str_set(&argv[2], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    if (n) {
        ngx_memcpy(&argv[3], fields, n * sizeof(ngx_str_t));
    }

    return ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                         &ngx_http_registration_touch_script,
                                         1, argv, 3 + n);
}


ngx_int_t
ngx_http_registration_draft_key(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *key)
{
    return ngx_http_registration_ticket_key(r,
                                            NGX_HTTP_REGISTRATION_DRAFT_KEY,
                                            &ctx->draft, key);
}


ngx_int_t
ngx_http_registration_draft_context(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *name, size_t len,
    ngx_str_t *context)
{
    u_char  *p;

    context->len = REG_HASH + len;
    context->data = ngx_pnalloc(r->pool, context->len);
    if (context->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(context->data, ctx->draft.hash, REG_HASH);
    ngx_memcpy(p, name, len);

    return NGX_OK;
}


ngx_http_registration_draft_t *
ngx_http_registration_draft_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, redisReply *reply)
{
    size_t                          i;
    ngx_str_t                       name, value;
    ngx_pool_cleanup_t             *cln;
    ngx_http_registration_draft_t  *draft;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_http_registration_draft_t));
    if (cln == NULL) {
        return NULL;
    }

    draft = cln->data;
    ngx_memzero(draft, sizeof(ngx_http_registration_draft_t));

    cln->handler = ngx_http_registration_draft_free;

    draft->step = 1;
    draft->values = json_object();
    draft->recognition = json_object();

    if (draft->values == NULL || draft->recognition == NULL) {
        return NULL;
    }

    for (i = 0; i + 1 < reply->elements; i += 2) {
        name.len = reply->element[i]->len;
        name.data = (u_char *) reply->element[i]->str;
        value.len = reply->element[i + 1]->len;
        value.data = (u_char *) reply->element[i + 1]->str;

        if (ngx_http_registration_draft_field(r, ctx, draft, &name, &value)
            == NGX_ERROR)
        {
            return NULL;
        }
    }

    return draft;
}


static void
ngx_http_registration_draft_free(void *data)
{
    ngx_http_registration_draft_t *draft = data;

    json_decref(draft->values);
    json_decref(draft->recognition);
}


/* A value that does not open any more is as good as none. */

static ngx_int_t
ngx_http_registration_draft_field(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *value)
{
    size_t      skip;
    ngx_int_t   rc;
    ngx_str_t   context, text;

    if (ngx_http_registration_equal(name, "step")) {
        draft->step = (value->len == 1) ? value->data[0] - '0' : 1;
        return NGX_OK;
    }

    if (name->data[0] == 'r' && name->data[1] == ':') {
        return ngx_http_registration_recognition_read(r, ctx, draft, name,
                                                      value);
    }

    if (name->data[0] != 'v' && name->data[0] != 'd'
        && !ngx_http_registration_equal(name, "body"))
    {
        return NGX_OK;
    }

    skip = 0;

    if (name->data[1] == ':' && name->data[0] == 'd') {
        skip = REG_DOCUMENT_ID_LEN;
    }

    if (value->len < skip) {
        return NGX_DECLINED;
    }

    if (ngx_http_registration_draft_context(r, ctx, (char *) name->data,
                                            name->len, &context)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_http_registration_open(r, ctx, &context, value->data + skip,
                                    value->len - skip, &text);
    if (rc != NGX_OK) {
        return rc;
    }

    if (skip) {
        return ngx_http_registration_draft_facts(r, draft, name, value,
                                                 &text);
    }

    if (name->data[0] == 'v') {
        return ngx_http_registration_draft_value(r, ctx, draft, name, &text);
    }

    if (name->data[0] == 'b') {
        draft->body = text;

    } else {
        draft->done = text;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_draft_value(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *text)
{
    char     field[64];
    json_t  *value;

    (void) ngx_cpystrn((u_char *) field, name->data + 2,
                       ngx_min(name->len - 1, sizeof(field)));

    value = json_loadb((char *) text->data, text->len, JSON_DECODE_ANY, NULL);

    return json_object_set_new(draft->values, field, value) == 0
           ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_registration_draft_facts(ngx_http_request_t *r,
    ngx_http_registration_draft_t *draft, ngx_str_t *name, ngx_str_t *value,
    ngx_str_t *text)
{
    ngx_http_registration_document_t  *document;

    if (draft->ndocuments == NGX_HTTP_REGISTRATION_DOCUMENTS
        || text->len < sizeof(ngx_http_registration_facts_t))
    {
        return NGX_DECLINED;
    }

    document = &draft->document[draft->ndocuments++];

    document->kind.len = name->len - 2;
    document->kind.data = ngx_pnalloc(r->pool, document->kind.len + 1);
    if (document->kind.data == NULL) {
        return NGX_ERROR;
    }

    ngx_cpystrn(document->kind.data, name->data + 2, name->len - 1);

    ngx_memcpy(document->id, value->data, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(&document->facts, text->data,
               sizeof(ngx_http_registration_facts_t));

    document->filename.len = text->len - sizeof(ngx_http_registration_facts_t);
    document->filename.data = text->data
                              + sizeof(ngx_http_registration_facts_t);

    return NGX_OK;
}


ngx_http_registration_document_t *
ngx_http_registration_draft_document(ngx_http_registration_draft_t *draft,
    ngx_str_t *id)
{
    ngx_uint_t  i;

    for (i = 0; i < draft->ndocuments; i++) {
        if (id->len == REG_DOCUMENT_ID_LEN
            && ngx_memcmp(draft->document[i].id, id->data, id->len) == 0)
        {
            return &draft->document[i];
        }
    }

    return NULL;
}


json_t *
ngx_http_registration_document_json(
    ngx_http_registration_document_t *document)
{
    return json_pack("{s:s, s:s%, s:s%, s:i, s:i, s:i}",
                     "id", document->id,
                     "kind", document->kind.data, document->kind.len,
                     "filename", document->filename.data,
                     document->filename.len,
                     "width", (int) document->facts.width,
                     "height", (int) document->facts.height,
                     "bytes", (int) document->facts.bytes);
}
