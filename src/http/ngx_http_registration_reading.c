
/*
 * Pictures being read, detached from any request.
 *
 * reserve → (the upload is entered into the draft) → start → reading_next →
 * (thread: the picture from the store) → reading_ask → (the recogniser) →
 * reading_answered → (Redis: the result) → reading_stored
 */


#include <ngx_http_registration_recognition.h>
#include <ngx_registration_metrics.h>


/* Beyond the deadline, for the result to be written. */

#define NGX_HTTP_REGISTRATION_READING_GRACE  1000

#define NGX_HTTP_REGISTRATION_KIND_MAX       32


struct ngx_http_registration_reading_s {
    ngx_queue_t                         queue;      /* waiting, or all else */
    ngx_registration_call_t             call;
    ngx_event_t                         timer;      /* until it is asked */
    ngx_http_registration_main_conf_t  *conf;
    ngx_http_registration_reading_t   **reserved;   /* until it is started */

    ngx_msec_t                          start;
    ngx_msec_t                          deadline;

    u_char                              draft[REG_HASH];
    u_char                              key[sizeof(
                                            NGX_HTTP_REGISTRATION_DRAFT_KEY)
                                            - 1
                                            + NGX_HTTP_REGISTRATION_KEY_HEX];
    u_char                              id[REG_DOCUMENT_ID_LEN];
    u_char                              kind[NGX_HTTP_REGISTRATION_KIND_MAX];
    size_t                              kind_len;
    u_char                              data_key[REG_WRAPPED_DATA_KEY];

    unsigned                            waiting:1;
    unsigned                            active:1;   /* has a connection's
                                                       place */
};


/* The thread's part. */

typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    u_char                              id[REG_DOCUMENT_ID_LEN];
    u_char                              key[REG_WRAPPED_DATA_KEY];
    reg_code_t                          code;
    u_char                             *data;
    size_t                              len;
} ngx_http_registration_load_t;


static ngx_http_registration_reading_t *ngx_http_registration_reading_create(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document);
static void ngx_http_registration_reading_unreserve(void *data);
static void ngx_http_registration_reading_next(void);
static ngx_int_t ngx_http_registration_reading_load(
    ngx_http_registration_reading_t *reading);
static void ngx_http_registration_load_run(void *context, ngx_log_t *log);
static void ngx_http_registration_load_cleanup(void *context,
    ngx_uint_t abandoned);
static void ngx_http_registration_reading_ask(ngx_registration_call_t *call);
static void ngx_http_registration_reading_answered(
    ngx_registration_call_t *call);
static json_t *ngx_http_registration_reading_result(
    ngx_registration_recognition_t *answer,
    ngx_registration_reading_e *outcome);
static void ngx_http_registration_reading_timeout(ngx_event_t *ev);
static void ngx_http_registration_reading_settle(
    ngx_http_registration_reading_t *reading,
    ngx_registration_reading_e outcome, json_t *result);
static ngx_int_t ngx_http_registration_reading_store(
    ngx_http_registration_reading_t *reading, json_t *result);
static ngx_int_t ngx_http_registration_reading_seal(
    ngx_http_registration_reading_t *reading, json_t *result,
    ngx_str_t *value);
static void ngx_http_registration_reading_stored(
    ngx_registration_call_t *call);
static void ngx_http_registration_reading_free(
    ngx_http_registration_reading_t *reading);


static ngx_registration_job_type_t  ngx_http_registration_load_job = {
    ngx_http_registration_load_run,
    ngx_http_registration_load_cleanup,
    0,
    10000
};


/*
 * KEYS: draft.  ARGV: kind, id, what to keep.  Only where the draft still has
 * this very picture.
 */

static ngx_registration_script_t  ngx_http_registration_reading_script = {
    ngx_string(
    "local entry = redis.call('HGET', KEYS[1], 'd:' .. ARGV[1])\n"
    "if not entry or string.sub(entry, 1, 22) ~= ARGV[2] then return 0 end\n"
    "redis.call('HSET', KEYS[1], 'r:' .. ARGV[1], ARGV[2] .. ARGV[3])\n"
    "return 1"), { 0 }
};


/* Of this worker: those that wait for a connection's place, and the others. */

static ngx_queue_t  ngx_http_registration_readings_waiting;
static ngx_queue_t  ngx_http_registration_readings;
static ngx_uint_t   ngx_http_registration_readings_n;
static ngx_uint_t   ngx_http_registration_readings_active;


void
ngx_http_registration_reading_init(void)
{
    ngx_queue_init(&ngx_http_registration_readings_waiting);
    ngx_queue_init(&ngx_http_registration_readings);
}


ngx_http_registration_reading_t *
ngx_http_registration_reading_reserve(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document)
{
    ngx_pool_cleanup_t                *cln;
    ngx_http_registration_reading_t   *reading, **reserved;

    if (ctx->conf->recognizer_conf.addr == NULL
        || reg_recognition_kind(ngx_http_registration_str(&document->kind))
           == REG_RECOGNITION_KINDS)
    {
        return NULL;
    }

    if (!ngx_registration_recognizer_up(ctx->conf->recognizer)) {
        ngx_registration_metrics_reading(NGX_REGISTRATION_READING_DOWN, 0);
        return NULL;
    }

    if (ngx_http_registration_readings_n
        >= ctx->conf->recognizer_conf.queue)
    {
        ngx_registration_metrics_reading(NGX_REGISTRATION_READING_BUSY, 0);
        return NULL;
    }

    cln = ngx_pool_cleanup_add(r->pool, sizeof(void *));
    if (cln == NULL) {
        return NULL;
    }

    reading = ngx_http_registration_reading_create(ctx, document);
    if (reading == NULL) {
        return NULL;
    }

    reserved = cln->data;
    *reserved = reading;
    reading->reserved = reserved;
    cln->handler = ngx_http_registration_reading_unreserve;

    return reading;
}


static ngx_http_registration_reading_t *
ngx_http_registration_reading_create(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document)
{
    u_char                           *p;
    ngx_http_registration_reading_t  *reading;

    reading = ngx_calloc(sizeof(ngx_http_registration_reading_t),
                         ngx_cycle->log);
    if (reading == NULL) {
        return NULL;
    }

    reading->conf = ctx->conf;
    reading->call.data = reading;

    ngx_http_registration_timer(&reading->timer,
                                ngx_http_registration_reading_timeout);

    ngx_memcpy(reading->draft, ctx->draft.hash, REG_HASH);
    p = ngx_cpymem(reading->key, NGX_HTTP_REGISTRATION_DRAFT_KEY,
                   sizeof(NGX_HTTP_REGISTRATION_DRAFT_KEY) - 1);
    ngx_memcpy(p, ctx->draft.hex, NGX_HTTP_REGISTRATION_KEY_HEX);

    ngx_memcpy(reading->id, document->id, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(reading->data_key, document->facts.key, REG_WRAPPED_DATA_KEY);

    reading->kind_len = ngx_min(document->kind.len,
                                NGX_HTTP_REGISTRATION_KIND_MAX);
    ngx_memcpy(reading->kind, document->kind.data, reading->kind_len);

    ngx_queue_insert_tail(&ngx_http_registration_readings, &reading->queue);
    ngx_http_registration_readings_n++;

    return reading;
}


/* The request ends: a place that was not used is given back. */

static void
ngx_http_registration_reading_unreserve(void *data)
{
    ngx_http_registration_reading_t **reserved = data;

    if (*reserved) {
        ngx_http_registration_reading_free(*reserved);
    }
}


ngx_int_t
ngx_http_registration_reading_pending(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document,
    ngx_http_registration_reading_t *reading, ngx_str_t *value)
{
    u_char      *p;
    uint64_t     until;
    ngx_time_t  *now;

    value->data = ngx_pnalloc(r->pool, REG_DOCUMENT_ID_LEN + 1
                                       + NGX_INT64_LEN);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    /* by the clock of the day: other machines are to understand it */

    now = ngx_timeofday();
    until = (uint64_t) now->sec * 1000 + now->msec
            + ctx->conf->recognizer_conf.timeout
            + NGX_HTTP_REGISTRATION_READING_GRACE;

    p = ngx_cpymem(value->data, document->id, REG_DOCUMENT_ID_LEN);
    p = reading ? ngx_sprintf(p, "p%uL", until) : ngx_sprintf(p, "u");

    value->len = p - value->data;

    return NGX_OK;
}


void
ngx_http_registration_reading_start(ngx_http_registration_reading_t *reading)
{
    ngx_msec_t  timeout;

    timeout = reading->conf->recognizer_conf.timeout;

    *reading->reserved = NULL;
    reading->reserved = NULL;

    reading->start = ngx_current_msec;
    reading->deadline = reading->start + timeout;
    reading->waiting = 1;

    ngx_queue_remove(&reading->queue);
    ngx_queue_insert_tail(&ngx_http_registration_readings_waiting,
                          &reading->queue);

    ngx_add_timer(&reading->timer, timeout);

    ngx_http_registration_reading_next();
}


ngx_uint_t
ngx_http_registration_reading_here(ngx_str_t *id)
{
    ngx_uint_t                        i;
    ngx_queue_t                      *q;
    ngx_http_registration_reading_t  *reading;

    ngx_queue_t  *queues[] = {
        &ngx_http_registration_readings_waiting,
        &ngx_http_registration_readings
    };

    for (i = 0; i < 2; i++) {
        for (q = ngx_queue_head(queues[i]);
             q != ngx_queue_sentinel(queues[i]);
             q = ngx_queue_next(q))
        {
            reading = ngx_queue_data(q, ngx_http_registration_reading_t,
                                     queue);

            if (reading->reserved == NULL && id->len == REG_DOCUMENT_ID_LEN
                && ngx_memcmp(reading->id, id->data, id->len) == 0)
            {
                return 1;
            }
        }
    }

    return 0;
}


/* Begins as many as there are places for. */

static void
ngx_http_registration_reading_next(void)
{
    ngx_queue_t                      *q;
    ngx_http_registration_reading_t  *reading;

    while (!ngx_queue_empty(&ngx_http_registration_readings_waiting)) {

        q = ngx_queue_head(&ngx_http_registration_readings_waiting);
        reading = ngx_queue_data(q, ngx_http_registration_reading_t, queue);

        if (ngx_http_registration_readings_active
            >= reading->conf->recognizer_conf.connections)
        {
            return;
        }

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&ngx_http_registration_readings, q);

        reading->waiting = 0;
        reading->active = 1;
        ngx_http_registration_readings_active++;

        if (ngx_http_registration_reading_load(reading) != NGX_OK) {
            ngx_http_registration_reading_settle(reading,
                                         NGX_REGISTRATION_READING_BUSY, NULL);
        }
    }
}


static ngx_int_t
ngx_http_registration_reading_load(ngx_http_registration_reading_t *reading)
{
    ngx_http_registration_load_t  *load;

    load = ngx_registration_job_create(&ngx_http_registration_load_job,
                                       sizeof(ngx_http_registration_load_t));
    if (load == NULL) {
        return NGX_ERROR;
    }

    load->conf = reading->conf;
    ngx_memcpy(load->id, reading->id, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(load->key, reading->data_key, REG_WRAPPED_DATA_KEY);

    reading->call.done = ngx_http_registration_reading_ask;

    return ngx_registration_job_start(reading->conf->file_threads,
                                      &reading->call, load, ngx_cycle->log);
}


static void
ngx_http_registration_load_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_load_t *load = context;

    reg_str_t  id;

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = load->id;

    load->code = ngx_http_registration_document_read(load->conf, id,
                                                     load->key, &load->data,
                                                     &load->len);
}


static void
ngx_http_registration_load_cleanup(void *context, ngx_uint_t abandoned)
{
    ngx_http_registration_load_t *load = context;

    if (load->data) {
        reg_wipe(load->data, load->len);
        free(load->data);
    }
}


static void
ngx_http_registration_reading_ask(ngx_registration_call_t *call)
{
    ngx_int_t                         left;
    reg_str_t                         kind;
    ngx_registration_picture_t        picture;
    ngx_http_registration_load_t     *load;
    ngx_http_registration_reading_t  *reading;

    reading = call->data;
    load = call->result;
    left = (ngx_msec_int_t) (reading->deadline - ngx_current_msec);

    /* replaced and removed meanwhile, or too late: nothing to be told */

    if (call->status != NGX_OK || load->code != REG_OK || left <= 0) {
        ngx_http_registration_reading_settle(reading,
                                         NGX_REGISTRATION_READING_LATE, NULL);
        return;
    }

    kind.len = reading->kind_len;
    kind.data = reading->kind;

    picture.kind = reg_recognition_kind(kind);
    picture.data = load->data;
    picture.offset = 24;
    picture.len = load->len - REG_RECORD_OVERHEAD;

    load->data = NULL;

    reading->call.done = ngx_http_registration_reading_answered;

    if (ngx_registration_recognizer_ask(reading->conf->recognizer,
                                        &reading->call, &picture, left)
        != NGX_OK)
    {
        ngx_http_registration_reading_settle(reading,
                                         NGX_REGISTRATION_READING_DOWN, NULL);
        return;
    }

    /* from here on the call has that deadline */

    ngx_del_timer(&reading->timer);
}


static void
ngx_http_registration_reading_answered(ngx_registration_call_t *call)
{
    json_t                           *result;
    ngx_registration_reading_e        outcome;
    ngx_http_registration_reading_t  *reading;

    reading = call->data;
    result = NULL;

    if (call->status != NGX_OK) {
        outcome = NGX_REGISTRATION_READING_DOWN;

    } else {
        result = ngx_http_registration_reading_result(call->result, &outcome);
    }

    ngx_http_registration_reading_settle(reading, outcome, result);
    json_decref(result);
}


/* A picture that the recogniser cannot decode is for it unreadable. */

static json_t *
ngx_http_registration_reading_result(ngx_registration_recognition_t *answer,
    ngx_registration_reading_e *outcome)
{
    json_t      *result;
    const char  *state;

    switch (answer->status) {

    case REG_RECOGNITION_OK:
        break;

    case REG_RECOGNITION_BUSY:
        *outcome = NGX_REGISTRATION_READING_BUSY;
        return NULL;

    case REG_RECOGNITION_LATE:
        *outcome = NGX_REGISTRATION_READING_LATE;
        return NULL;

    default:
        *outcome = NGX_REGISTRATION_READING_FAILED;
        return NULL;
    }

    result = reg_recognition_parse((char *) answer->text, answer->len);

    if (result == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "the recognizer gave a result that is none");
        *outcome = NGX_REGISTRATION_READING_FAILED;
        return NULL;
    }

    state = json_string_value(json_object_get(result, "state"));

    *outcome = ngx_strcmp(state, "done") == 0
               ? NGX_REGISTRATION_READING_DONE
               : NGX_REGISTRATION_READING_UNREADABLE;

    return result;
}


/* Still waiting, or for a thread: the picture's time is over. */

static void
ngx_http_registration_reading_timeout(ngx_event_t *ev)
{
    ngx_http_registration_reading_t  *reading;

    reading = (ngx_http_registration_reading_t *)
              ((u_char *) ev - offsetof(ngx_http_registration_reading_t,
                                        timer));

    ngx_registration_call_abandon(&reading->call);

    ngx_http_registration_reading_settle(reading,
                                         NGX_REGISTRATION_READING_LATE, NULL);
}


/* NULL stands for a result that there will not be. */

static void
ngx_http_registration_reading_settle(ngx_http_registration_reading_t *reading,
    ngx_registration_reading_e outcome, json_t *result)
{
    ngx_registration_metrics_reading(outcome,
                                     ngx_current_msec - reading->start);

    if (reading->timer.timer_set) {
        ngx_del_timer(&reading->timer);
    }

    if (reading->waiting) {
        reading->waiting = 0;
        ngx_queue_remove(&reading->queue);
        ngx_queue_insert_tail(&ngx_http_registration_readings,
                              &reading->queue);
    }

    if (reading->active) {
        reading->active = 0;
        ngx_http_registration_readings_active--;
    }

    reading->call.done = ngx_http_registration_reading_stored;

    if (ngx_http_registration_reading_store(reading, result) != NGX_OK) {
        ngx_http_registration_reading_stored(&reading->call);
    }

    ngx_http_registration_reading_next();
}


static ngx_int_t
ngx_http_registration_reading_store(ngx_http_registration_reading_t *reading,
    json_t *result)
{
    ngx_int_t  rc;
    ngx_str_t  argv[4];

    argv[0].len = sizeof(reading->key);
    argv[0].data = reading->key;
    argv[1].len = reading->kind_len;
    argv[1].data = reading->kind;
    argv[2].len = REG_DOCUMENT_ID_LEN;
    argv[2].data = reading->id;

    if (result == NULL) {
        ngx_str_set(&argv[3], "u");

        return ngx_registration_redis_script(reading->conf->redis,
                                        &reading->call,
                                        &ngx_http_registration_reading_script,
                                        1, argv, 4);
    }

    if (ngx_http_registration_reading_seal(reading, result, &argv[3])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_registration_redis_script(reading->conf->redis, &reading->call,
                                       &ngx_http_registration_reading_script,
                                       1, argv, 4);
    ngx_free(argv[3].data);

    return rc;
}


static ngx_int_t
ngx_http_registration_reading_seal(ngx_http_registration_reading_t *reading,
    json_t *result, ngx_str_t *value)
{
    u_char     *text, buffer[NGX_HTTP_REGISTRATION_RECOGNITION_CONTEXT];
    size_t      len;
    ngx_str_t   kind;
    reg_str_t   context;

    len = json_dumpb(result, NULL, 0, JSON_COMPACT);
    if (len == 0) {
        return NGX_ERROR;
    }

    text = ngx_alloc(2 * len + REG_SEAL_OVERHEAD + 1, ngx_cycle->log);
    if (text == NULL) {
        return NGX_ERROR;
    }

    kind.len = reading->kind_len;
    kind.data = reading->kind;

    ngx_http_registration_recognition_context(reading->draft, &kind,
                                              reading->id, buffer, &context);

    /* the text behind its sealed form, which is what is given */

    (void) json_dumpb(result, (char *) text + REG_SEAL_OVERHEAD + 1 + len, len,
                      JSON_COMPACT);

    text[0] = 'r';
    reg_seal(reading->conf->keys, context, text + REG_SEAL_OVERHEAD + 1 + len,
             len, text + 1);
    reg_wipe(text + REG_SEAL_OVERHEAD + 1 + len, len);

    value->data = text;
    value->len = 1 + len + REG_SEAL_OVERHEAD;

    return NGX_OK;
}


/* Where Redis did not take it, "pending" runs out by itself. */

static void
ngx_http_registration_reading_stored(ngx_registration_call_t *call)
{
    ngx_str_t                         id;
    u_char                            buffer[REG_DOCUMENT_ID_LEN];
    ngx_http_registration_reading_t  *reading;

    reading = call->data;

    id.len = REG_DOCUMENT_ID_LEN;
    id.data = buffer;
    ngx_memcpy(buffer, reading->id, REG_DOCUMENT_ID_LEN);

    ngx_http_registration_reading_free(reading);
    ngx_http_registration_recognition_wake(&id);
}


static void
ngx_http_registration_reading_free(ngx_http_registration_reading_t *reading)
{
    ngx_queue_remove(&reading->queue);
    ngx_http_registration_readings_n--;

    ngx_free(reading);
}
