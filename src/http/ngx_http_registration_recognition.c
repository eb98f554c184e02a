
/*
 * GET /documents/ID/recognition: what was read from a picture, or how things
 * stand, at once or as soon as there is something to tell.
 *
 * recognition → (Redis: the draft) → recognition_look → recognition_reply, or
 * while it is pending and the client waits: → (the job of this worker, or a
 * while) → recognition_again → (Redis: the draft) → …
 */


#include <ngx_http_registration_recognition.h>


#define NGX_HTTP_REGISTRATION_WAIT_MAX    30        /* seconds */

/* How often Redis is asked for what another worker is at; milliseconds. */

#define NGX_HTTP_REGISTRATION_WAIT_POLL   500

/* Requests that wait, at most: of a draft, of a client, of all. */

#define NGX_HTTP_REGISTRATION_WAITS_DRAFT   8
#define NGX_HTTP_REGISTRATION_WAITS_CLIENT  64
#define NGX_HTTP_REGISTRATION_WAITS         512


typedef struct {
    ngx_queue_t                      queue;
    ngx_event_t                      timer;
    ngx_registration_call_t         *call;
    ngx_http_registration_ctx_t     *ctx;

    ngx_msec_t                       until;
    ngx_str_t                        client;
} ngx_http_registration_waiter_t;


static ngx_int_t ngx_http_registration_recognition_wait(
    ngx_http_request_t *r, ngx_msec_t *msec);
static ngx_int_t ngx_http_registration_recognition_again(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_recognition_look(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_recognition_hold(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx, ngx_msec_t left);
static ngx_uint_t ngx_http_registration_waiter_allowed(
    ngx_http_registration_waiter_t *waiter);
static ngx_int_t ngx_http_registration_waiter_watch(ngx_http_request_t *r);
static void ngx_http_registration_waiter_timeout(ngx_event_t *ev);
static void ngx_http_registration_waiter_abandon(
    ngx_registration_call_t *call);
static void ngx_http_registration_waiter_done(
    ngx_http_registration_waiter_t *waiter);
static ngx_msec_t ngx_http_registration_recognition_left(
    ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document);
static json_t *ngx_http_registration_recognition_entry(
    ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document);
static json_t *ngx_http_registration_recognition_warnings(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result, ngx_uint_t swapped);
static ngx_uint_t ngx_http_registration_recognition_swapped(
    ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document);
static ngx_uint_t ngx_http_registration_recognition_warns(json_t *result,
    const char *code);
static json_t *ngx_http_registration_recognition_render(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result, ngx_uint_t swapped);


static ngx_queue_t  ngx_http_registration_waiters = {
    &ngx_http_registration_waiters, &ngx_http_registration_waiters
};


ngx_int_t
ngx_http_registration_recognition(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_msec_t                       wait;
    ngx_http_registration_waiter_t  *waiter;

    if (ngx_http_registration_recognition_wait(r, &wait) != NGX_OK) {
        return ngx_http_registration_fault(r, 422, "wait", REG_FORMAT);
    }

    if (!reg_token_valid(ngx_http_registration_str(&ctx->id),
                         REG_DOCUMENT_ID_BYTES)
        || ngx_http_registration_draft_cookie(r, ctx, 0) != NGX_OK)
    {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    waiter = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_waiter_t));
    if (waiter == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    waiter->ctx = ctx;
    waiter->call = &ctx->call;
    waiter->until = ngx_current_msec + wait;

    waiter->timer.handler = ngx_http_registration_waiter_timeout;
    waiter->timer.data = r->connection;
    waiter->timer.log = ngx_cycle->log;

    ngx_http_registration_client(r, &waiter->client);

    ctx->data = waiter;

    return ngx_http_registration_recognition_again(r, ctx);
}


/* "?wait=10": whole seconds, none when it is not given. */

static ngx_int_t
ngx_http_registration_recognition_wait(ngx_http_request_t *r,
    ngx_msec_t *msec)
{
    ngx_int_t  n;
    ngx_str_t  value;

    *msec = 0;

    if (ngx_http_arg(r, (u_char *) "wait", 4, &value) != NGX_OK
        || value.len == 0)
    {
        return NGX_OK;
    }

    n = ngx_atoi(value.data, value.len);

    if (n == NGX_ERROR || n > NGX_HTTP_REGISTRATION_WAIT_MAX) {
        return NGX_ERROR;
    }

    *msec = n * 1000;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_recognition_again(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_draft_touch(r, ctx, NULL, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_recognition_look);
}


static ngx_int_t
ngx_http_registration_recognition_look(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                            *result, *reply;
    ngx_msec_t                         left;
    ngx_msec_int_t                     wait;
    ngx_http_registration_draft_t     *draft;
    ngx_http_registration_waiter_t    *waiter;
    ngx_http_registration_document_t  *document;

    waiter = ctx->data;

    draft = ngx_http_registration_draft_read(r, ctx, ctx->call.result);
    if (draft == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    document = ngx_http_registration_draft_document(draft, &ctx->id);

    if (document == NULL) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    left = ngx_http_registration_recognition_left(draft, document);
    wait = (ngx_msec_int_t) (waiter->until - ngx_current_msec);

    if (left && wait > 0 && !ngx_exiting) {
        return ngx_http_registration_recognition_hold(r, ctx,
                                                ngx_min(left,
                                                        (ngx_msec_t) wait));
    }

    if (left) {
        reply = json_pack("{s:s, s:{}, s:[]}", "state", "pending", "fields",
                          "warnings");

    } else {
        result = ngx_http_registration_recognition_of(draft, document);
        reply = ngx_http_registration_recognition_render(ctx->conf,
                    ngx_http_registration_language(r), result,
                    ngx_http_registration_recognition_swapped(draft,
                                                              document));
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}


/*
 * Holds the request: the job of this worker ends it, and what others do is
 * looked for now and then.
 */

static ngx_int_t
ngx_http_registration_recognition_hold(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_msec_t left)
{
    ngx_http_registration_waiter_t  *waiter;

    waiter = ctx->data;

    if (!ngx_http_registration_waiter_allowed(waiter)) {
        return ngx_http_registration_busy(r, NGX_HTTP_TOO_MANY_REQUESTS, 1);
    }

    if (ngx_http_registration_waiter_watch(r) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (!ngx_http_registration_reading_here(&ctx->id)) {
        left = ngx_min(left, NGX_HTTP_REGISTRATION_WAIT_POLL);
    }

    ngx_queue_insert_tail(&ngx_http_registration_waiters, &waiter->queue);
    ngx_add_timer(&waiter->timer, left + 1);

    ctx->call.op = waiter;
    ctx->call.abandon = ngx_http_registration_waiter_abandon;

    return ngx_http_registration_wait(r, ctx, NGX_OK,
                                      ngx_http_registration_recognition_again);
}


static ngx_uint_t
ngx_http_registration_waiter_allowed(ngx_http_registration_waiter_t *waiter)
{
    ngx_uint_t                       all, draft, client;
    ngx_queue_t                     *q;
    ngx_http_registration_waiter_t  *other;

    all = 0;
    draft = 0;
    client = 0;

    for (q = ngx_queue_head(&ngx_http_registration_waiters);
         q != ngx_queue_sentinel(&ngx_http_registration_waiters);
         q = ngx_queue_next(q))
    {
        other = ngx_queue_data(q, ngx_http_registration_waiter_t, queue);

        all++;

        if (ngx_memcmp(other->ctx->draft.hash, waiter->ctx->draft.hash,
                       REG_HASH)
            == 0)
        {
            draft++;
        }

        if (other->client.len == waiter->client.len
            && ngx_memcmp(other->client.data, waiter->client.data,
                          waiter->client.len)
               == 0)
        {
            client++;
        }
    }

    return all < NGX_HTTP_REGISTRATION_WAITS
           && draft < NGX_HTTP_REGISTRATION_WAITS_DRAFT
           && client < NGX_HTTP_REGISTRATION_WAITS_CLIENT;
}


/*
 * A client that goes away is noticed: on a connection of its own by the
 * socket, in HTTP/2 and 3 by nginx.
 */

static ngx_int_t
ngx_http_registration_waiter_watch(ngx_http_request_t *r)
{
    ngx_event_t  *rev;

    r->read_event_handler = ngx_http_test_reading;

#if (NGX_HTTP_V2)
    if (r->stream) {
        return NGX_OK;
    }
#endif

#if (NGX_HTTP_V3)
    if (r->connection->quic) {
        return NGX_OK;
    }
#endif

    rev = r->connection->read;

    if (rev->ready) {
        ngx_post_event(rev, &ngx_posted_events);
        return NGX_OK;
    }

    return ngx_handle_read_event(rev, 0);
}


static void
ngx_http_registration_waiter_timeout(ngx_event_t *ev)
{
    ngx_http_registration_waiter_done(
                     (ngx_http_registration_waiter_t *)
                     ((u_char *) ev
                      - offsetof(ngx_http_registration_waiter_t, timer)));
}


static void
ngx_http_registration_waiter_abandon(ngx_registration_call_t *call)
{
    ngx_http_registration_waiter_t  *waiter;

    waiter = call->op;

    ngx_queue_remove(&waiter->queue);

    if (waiter->timer.timer_set) {
        ngx_del_timer(&waiter->timer);
    }
}


static void
ngx_http_registration_waiter_done(ngx_http_registration_waiter_t *waiter)
{
    ngx_registration_call_t  *call;

    call = waiter->call;

    ngx_registration_call_abandon(call);
    ngx_registration_call_end(call, NGX_OK, NULL);
}


void
ngx_http_registration_recognition_wake(ngx_str_t *id)
{
    ngx_queue_t                     *q, *next;
    ngx_queue_t                      woken;
    ngx_http_registration_waiter_t  *waiter;

    ngx_queue_init(&woken);

    for (q = ngx_queue_head(&ngx_http_registration_waiters);
         q != ngx_queue_sentinel(&ngx_http_registration_waiters);
         q = next)
    {
        next = ngx_queue_next(q);
        waiter = ngx_queue_data(q, ngx_http_registration_waiter_t, queue);

        if (waiter->ctx->id.len == id->len
            && ngx_memcmp(waiter->ctx->id.data, id->data, id->len) == 0)
        {
            ngx_queue_remove(q);
            ngx_queue_insert_tail(&woken, q);
        }
    }

    /* one may take another with it: each leaves the queue by itself */

    while (!ngx_queue_empty(&woken)) {
        q = ngx_queue_head(&woken);
        waiter = ngx_queue_data(q, ngx_http_registration_waiter_t, queue);

        ngx_http_registration_waiter_done(waiter);
    }
}


ngx_int_t
ngx_http_registration_recognition_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *value)
{
    u_char      buffer[NGX_HTTP_REGISTRATION_RECOGNITION_CONTEXT];
    json_t     *entry, *result;
    ngx_int_t   rc;
    ngx_str_t   kind, context, text, rest;
    reg_str_t   c;

    kind.len = name->len - 2;
    kind.data = name->data + 2;

    if (value->len <= REG_DOCUMENT_ID_LEN || kind.len > 32) {
        return NGX_DECLINED;
    }

    rest.len = value->len - REG_DOCUMENT_ID_LEN - 1;
    rest.data = value->data + REG_DOCUMENT_ID_LEN + 1;

    entry = json_pack("{s:s%}", "id", value->data,
                      (size_t) REG_DOCUMENT_ID_LEN);

    switch (rest.data[-1]) {

    case 'p':
        json_object_set_new(entry, "until",
                            json_integer(ngx_atoof(rest.data, rest.len)));
        break;

    case 'r':
        ngx_http_registration_recognition_context(ctx->draft.hash, &kind,
                                                  value->data, buffer, &c);
        context.len = c.len;
        context.data = buffer;

        rc = ngx_http_registration_open(r, ctx, &context, rest.data, rest.len,
                                        &text);
        if (rc != NGX_OK) {
            json_decref(entry);
            return rc;
        }

        result = reg_recognition_parse((char *) text.data, text.len);
        json_object_set_new(entry, "result", result);
        break;
    }

    return json_object_setn_new(draft->recognition, (char *) kind.data,
                                kind.len, entry)
           == 0 ? NGX_OK : NGX_DECLINED;
}


void
ngx_http_registration_recognition_context(const u_char *draft,
    ngx_str_t *kind, const u_char *id, u_char *buffer, reg_str_t *context)
{
    u_char  *p;

    p = ngx_cpymem(buffer, draft, REG_HASH);
    p = ngx_sprintf(p, "r:%V", kind);
    p = ngx_cpymem(p, id, REG_DOCUMENT_ID_LEN);

    context->data = buffer;
    context->len = p - buffer;
}


void
ngx_http_registration_read_context(const u_char *id, u_char *buffer,
    reg_str_t *context)
{
    u_char  *p;

    p = ngx_cpymem(buffer, "recognition:", sizeof("recognition:") - 1);
    p = ngx_cpymem(p, id, REG_DOCUMENT_ID_LEN);

    context->data = buffer;
    context->len = p - buffer;
}


/* What the draft says of this very picture. */

static json_t *
ngx_http_registration_recognition_entry(ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document)
{
    json_t      *entry;
    const char  *id;

    entry = json_object_get(draft->recognition, (char *) document->kind.data);
    id = json_string_value(json_object_get(entry, "id"));

    return (id && ngx_strcmp(id, document->id) == 0) ? entry : NULL;
}


json_t *
ngx_http_registration_recognition_of(ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document)
{
    return json_object_get(
                     ngx_http_registration_recognition_entry(draft, document),
                     "result");
}


/* Milliseconds for which a result may still come; 0 when none will. */

static ngx_msec_t
ngx_http_registration_recognition_left(ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document)
{
    json_int_t   until, left;
    ngx_time_t  *now;

    until = json_integer_value(json_object_get(
                     ngx_http_registration_recognition_entry(draft, document),
                     "until"));

    now = ngx_timeofday();
    left = until - ((json_int_t) now->sec * 1000 + now->msec);

    /* another machine's clock may be far from this one's */

    return (left <= 0) ? 0 : ngx_min(left, REG_RECOGNITION_MSEC_MAX);
}


json_t *
ngx_http_registration_recognition_json(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result)
{
    return ngx_http_registration_recognition_render(rmcf, language, result, 0);
}


static json_t *
ngx_http_registration_recognition_render(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result, ngx_uint_t swapped)
{
    json_t  *reply;

    if (result == NULL) {
        return json_pack("{s:s, s:{}, s:[]}", "state", "unavailable",
                         "fields", "warnings");
    }

    reply = json_pack("{s:O, s:O, s:o}",
                      "state", json_object_get(result, "state"),
                      "fields", json_object_get(result, "fields"),
                      "warnings",
                      ngx_http_registration_recognition_warnings(rmcf,
                                                  language, result, swapped));

    if (reply && json_object_get(result, "seen")) {
        json_object_set(reply, "seen", json_object_get(result, "seen"));
    }

    return reply;
}


static json_t *
ngx_http_registration_recognition_warnings(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result, ngx_uint_t swapped)
{
    size_t       i;
    json_t      *list, *warning, *told, *field;
    const char  *code;

    list = json_array();

    json_array_foreach(json_object_get(result, "warnings"), i, warning) {
        code = json_string_value(json_object_get(warning, "code"));

        if (swapped && ngx_strcmp(code, "wrong_side") == 0) {
            code = "swapped";
        }

        told = json_pack("{s:s, s:s}", "code", code, "message",
                         reg_form_message(rmcf->form,
                                          reg_recognition_message(code),
                                          language));

        field = json_object_get(warning, "field");

        if (field) {
            json_object_set(told, "field", field);
        }

        json_array_append_new(list, told);
    }

    return list;
}


/* Each side of the card stands where the other belongs. */

static ngx_uint_t
ngx_http_registration_recognition_swapped(
    ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document)
{
    ngx_uint_t                         i;
    const char                        *other;
    ngx_http_registration_document_t  *d;

    if (ngx_http_registration_equal(&document->kind, "id_card_portrait")) {
        other = "id_card_emblem";

    } else if (ngx_http_registration_equal(&document->kind,
                                           "id_card_emblem"))
    {
        other = "id_card_portrait";

    } else {
        return 0;
    }

    if (!ngx_http_registration_recognition_warns(
                  ngx_http_registration_recognition_of(draft, document),
                  "wrong_side"))
    {
        return 0;
    }

    for (i = 0; i < draft->ndocuments; i++) {
        d = &draft->document[i];

        if (ngx_http_registration_equal(&d->kind, other)) {
            return ngx_http_registration_recognition_warns(
                         ngx_http_registration_recognition_of(draft, d),
                         "wrong_side");
        }
    }

    return 0;
}


static ngx_uint_t
ngx_http_registration_recognition_warns(json_t *result, const char *code)
{
    size_t   i;
    json_t  *warning;

    json_array_foreach(json_object_get(result, "warnings"), i, warning) {
        if (ngx_strcmp(json_string_value(json_object_get(warning, "code")),
                       code)
            == 0)
        {
            return 1;
        }
    }

    return 0;
}
