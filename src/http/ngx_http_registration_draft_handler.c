
/*
 * GET, PUT and DELETE /draft: the wizard's saved values.
 */


#include <ngx_http_registration_intake.h>
#include <ngx_http_registration_password.h>


/* What a change is answered with. */

typedef struct {
    reg_faults_t                      faults;
    ngx_http_registration_draft_t    *draft;
} ngx_http_registration_judgement_t;


static ngx_int_t ngx_http_registration_draft_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_draft_empty(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_draft_step(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_faults_t *faults, ngx_str_t *step);
static ngx_int_t ngx_http_registration_draft_pairs(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_array_t *pairs);
static ngx_int_t ngx_http_registration_draft_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_draft_password(
    ngx_http_registration_ctx_t *ctx, json_t *values);
static ngx_int_t ngx_http_registration_draft_weak(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_draft_judged(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_draft_states(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_faults_t *faults);
static json_t *ngx_http_registration_draft_state(
    ngx_http_registration_ctx_t *ctx, reg_language_t language,
    reg_code_t code);
static reg_code_t ngx_http_registration_draft_kinds(
    ngx_http_registration_ctx_t *ctx, reg_language_t language,
    reg_faults_t *faults, json_t *states);
static json_t *ngx_http_registration_draft_ids(
    ngx_http_registration_draft_t *draft);
static ngx_int_t ngx_http_registration_draft_deleted(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


/*
 * KEYS: draft.  ARGV: prefix of document keys.  Gives the ids of the documents
 * whose files may go.
 */

static ngx_registration_script_t  ngx_http_registration_delete_script = {
    ngx_string(
    "local all = redis.call('HGETALL', KEYS[1])\n"
    "local sent = redis.call('HEXISTS', KEYS[1], 'sent') == 1\n"
    "local ids = {}\n"
    "for i = 1, #all, 2 do\n"
    "  if string.sub(all[i], 1, 2) == 'd:' and not sent then\n"
    "    local id = string.sub(all[i + 1], 1, 22)\n"
    "    redis.call('DEL', ARGV[1] .. id)\n"
    "    ids[#ids + 1] = id\n"
    "  end\n"
    "end\n"
    "redis.call('DEL', KEYS[1])\n"
    "return ids"), { 0 }
};


ngx_int_t
ngx_http_registration_draft_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_draft_cookie(r, ctx, 0);

    if (rc == NGX_DECLINED) {
        return ngx_http_registration_draft_empty(r);
    }

    rc = ngx_http_registration_draft_touch(r, ctx, NULL, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_draft_show);
}


static ngx_int_t
ngx_http_registration_draft_show(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                         *reply, *documents;
    ngx_uint_t                      i;
    ngx_http_registration_draft_t  *draft;

    draft = ngx_http_registration_draft_read(r, ctx, ctx->call.result);
    if (draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    documents = json_array();

    for (i = 0; i < draft->ndocuments; i++) {
        json_array_append_new(documents,
                     ngx_http_registration_document_json(&draft->document[i]));
    }

    reply = json_pack("{s:O, s:o, s:i}", "values", draft->values,
                      "documents", documents, "step", (int) draft->step);

    if (reply && draft->done.len) {
        json_object_set_new(reply, "submitted",
                            json_loadb((char *) draft->done.data,
                                       draft->done.len, 0, NULL));
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}


static ngx_int_t
ngx_http_registration_draft_empty(ngx_http_request_t *r)
{
    static ngx_str_t  empty =
        ngx_string("{\"values\":{},\"documents\":[],\"step\":1}");

    return ngx_http_registration_reply(r, NGX_HTTP_OK, empty.data, empty.len);
}


ngx_int_t
ngx_http_registration_draft_put(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t     rc;
    ngx_str_t    *pair, step;
    ngx_array_t   pairs;
    reg_faults_t  faults;

    faults.n = 0;

    if (ngx_http_registration_draft_step(r, ctx, &faults, &step) != NGX_OK
        || reg_fields_normalize(ctx->body, &faults) != REG_OK
        || ngx_http_registration_draft_cookie(r, ctx, 1) == NGX_ERROR
        || ngx_array_init(&pairs, r->pool, 16, sizeof(ngx_str_t)) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    if (step.len) {
        pair = ngx_array_push_n(&pairs, 2);
        if (pair == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }

        ngx_str_set(&pair[0], "step");
        pair[1] = step;
    }

    if (ngx_http_registration_draft_pairs(r, ctx, &pairs) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_registration_draft_touch(r, ctx, pairs.elts, pairs.nelts);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_draft_judge);
}


/* Takes "step" out of the body: it is no field of an application. */

static ngx_int_t
ngx_http_registration_draft_step(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_faults_t *faults, ngx_str_t *step)
{
    json_t     *value;
    json_int_t  n;

    step->len = 0;

    value = json_object_get(ctx->body, "step");
    if (value == NULL) {
        return NGX_OK;
    }

    n = json_integer_value(value);

    if (n < 1 || n > 4) {
        reg_faults_add(faults, "step", REG_FORMAT);

    } else {
        step->data = ngx_pnalloc(r->pool, 1);
        if (step->data == NULL) {
            return NGX_ERROR;
        }

        step->data[0] = '0' + n;
        step->len = 1;
    }

    json_object_del(ctx->body, "step");

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_draft_pairs(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_array_t *pairs)
{
    char         text[4096];
    size_t       len;
    json_t      *value;
    ngx_str_t   *pair, context;
    const char  *name;

    json_object_foreach(ctx->body, name, value) {

        if (!(reg_field_find(name)->flags & REG_FIELD_SAVED)) {
            continue;
        }

        len = json_dumpb(value, text, sizeof(text),
                         JSON_COMPACT|JSON_ENCODE_ANY);

        if (len == 0 || len > sizeof(text)) {

            /* longer than any field may be: judged, not kept */

            continue;
        }

        pair = ngx_array_push_n(pairs, 2);
        if (pair == NULL) {
            return NGX_ERROR;
        }

        pair[0].data = ngx_pnalloc(r->pool, ngx_strlen(name) + 2);
        if (pair[0].data == NULL) {
            return NGX_ERROR;
        }

        pair[0].len = ngx_sprintf(pair[0].data, "v:%s", name) - pair[0].data;

        if (ngx_http_registration_draft_context(r, ctx,
                                                (char *) pair[0].data,
                                                pair[0].len, &context)
            != NGX_OK
            || ngx_http_registration_seal(r, ctx, &context, text, len,
                                          &pair[1])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_draft_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                             *all;
    ngx_int_t                           rc;
    reg_rules_t                         rules;
    reg_faults_t                       *faults;
    ngx_http_registration_draft_t      *draft;
    ngx_http_registration_judgement_t  *judgement;

    draft = ngx_http_registration_draft_read(r, ctx, ctx->call.result);
    if (draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    /* with the draft its cookie lives on, unless it has served */

    if (draft->done.len == 0) {
        ctx->draft.send = 1;
    }

    all = json_copy(draft->values);

    if (all == NULL || json_object_update(all, ctx->body) != 0) {
        json_decref(all);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rules.form = ctx->conf->form;
    rules.regions = ctx->conf->regions;
    rules.today = reg_date_in_china(ngx_time());

    judgement = ngx_pcalloc(r->pool,
                            sizeof(ngx_http_registration_judgement_t));
    if (judgement == NULL) {
        json_decref(all);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = judgement;
    judgement->draft = draft;
    faults = &judgement->faults;

    reg_fields_judge(&rules, all, 0, faults);

    ngx_http_registration_intake_named(json_object_get(ctx->body,
                                                       "documents"),
                                       draft, faults);

    if (json_object_get(ctx->body, "password") == NULL
        || reg_faults_of(faults, "password") != REG_OK)
    {
        json_decref(all);
        return ngx_http_registration_draft_judged(r, ctx);
    }

    rc = ngx_http_registration_draft_password(ctx, all);
    json_decref(all);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_draft_weak);
}


/* A dictionary is read, which the event loop must not wait for. */

static ngx_int_t
ngx_http_registration_draft_password(ngx_http_registration_ctx_t *ctx,
    json_t *values)
{
    ngx_http_registration_password_t  *password;

    password = ngx_http_registration_password_create(ctx, values);
    if (password == NULL) {
        return NGX_ERROR;
    }

    return ngx_http_registration_password_start(ctx, password);
}


static ngx_int_t
ngx_http_registration_draft_weak(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_http_registration_password_t   *password;
    ngx_http_registration_judgement_t  *judgement;

    password = ctx->call.result;
    judgement = ctx->data;

    if (ngx_http_registration_password_failed(r, password)) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (password->code != REG_OK) {
        reg_faults_add(&judgement->faults, "password", password->code);
    }

    return ngx_http_registration_draft_judged(r, ctx);
}


static ngx_int_t
ngx_http_registration_draft_judged(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                             *reply;
    ngx_http_registration_judgement_t  *judgement;

    judgement = ctx->data;

    if (ngx_http_registration_send_draft_cookie(r, ctx) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    reply = json_pack("{s:o}", "fields",
                      ngx_http_registration_draft_states(r, ctx,
                                                         &judgement->faults));

    /* a submission has taken them over */

    if (judgement->draft->done.len == 0) {
        json_object_set_new(reply, "documents",
                            ngx_http_registration_draft_ids(judgement->draft));
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}


/* The state of every field that was given; that of others is not asked for. */

static json_t *
ngx_http_registration_draft_states(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_faults_t *faults)
{
    json_t          *states, *value;
    const char      *name;
    reg_code_t       code, kind;
    reg_language_t   language;

    states = json_object();
    language = ngx_http_registration_language(r);

    json_object_foreach(ctx->body, name, value) {
        code = reg_faults_of(faults, name);

        if (ngx_strcmp(name, "documents") == 0) {
            kind = ngx_http_registration_draft_kinds(ctx, language, faults,
                                                     states);
            code = (code == REG_OK) ? kind : code;
        }

        json_object_set_new(states, name,
                            ngx_http_registration_draft_state(ctx, language,
                                                              code));
    }

    return states;
}


static json_t *
ngx_http_registration_draft_state(ngx_http_registration_ctx_t *ctx,
    reg_language_t language, reg_code_t code)
{
    const char  *word;

    if (code == REG_OK) {
        return json_pack("{s:s}", "state", "valid");
    }

    word = reg_code_name(code);

    return json_pack("{s:s, s:s, s:s}", "state", "invalid", "code", word,
                     "message", reg_form_message(ctx->conf->form, word,
                                                 language));
}


/*
 * Adds the state of every picture that was given; gives the first fault of
 * one, which is that of "documents", too.
 */

static reg_code_t
ngx_http_registration_draft_kinds(ngx_http_registration_ctx_t *ctx,
    reg_language_t language, reg_faults_t *faults, json_t *states)
{
    json_t      *id;
    reg_code_t   code, first;
    const char  *kind, *field;

    first = REG_OK;

    json_object_foreach(json_object_get(ctx->body, "documents"), kind, id) {
        field = ngx_http_registration_document_field(kind);
        code = reg_faults_of(faults, field);

        if (first == REG_OK) {
            first = code;
        }

        json_object_set_new(states, field,
                            ngx_http_registration_draft_state(ctx, language,
                                                              code));
    }

    return first;
}


/* A page that was open for longer than its draft lived sees what is gone. */

static json_t *
ngx_http_registration_draft_ids(ngx_http_registration_draft_t *draft)
{
    json_t      *ids;
    ngx_uint_t   i;

    ids = json_array();

    for (i = 0; i < draft->ndocuments; i++) {
        json_array_append_new(ids,
                              json_stringn((char *) draft->document[i].id,
                                           REG_DOCUMENT_ID_LEN));
    }

    return ids;
}


ngx_int_t
ngx_http_registration_draft_delete(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;
    ngx_str_t  argv[2];

    rc = ngx_http_registration_draft_cookie(r, ctx, 0);

    if (rc == NGX_DECLINED) {
        return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
    }

    if (ngx_http_registration_draft_key(r, ctx, &argv[0]) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_str_set(&argv[1], NGX_HTTP_REGISTRATION_DOCUMENT_KEY);

    rc = ngx_registration_redis_script(ctx->conf->redis, &ctx->call,
                                       &ngx_http_registration_delete_script, 1,
                                       argv, 2);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_draft_deleted);
}


static ngx_int_t
ngx_http_registration_draft_deleted(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    size_t       i;
    ngx_str_t    id;
    redisReply  *reply;

    reply = ctx->call.result;

    for (i = 0; i < reply->elements; i++) {
        id.len = reply->element[i]->len;
        id.data = (u_char *) reply->element[i]->str;

        ngx_http_registration_remove_document(ctx->conf, &id,
                                              ngx_cycle->log);
    }

    if (ngx_http_registration_clear_cookie(r, ctx, 0) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}
