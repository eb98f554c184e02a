
/*
 * registration_status: figures about the service in Prometheus' text format
 * 0.0.4, none of them about a person.
 *
 * Workers count in one zone of shared memory, which lives on over a reload.
 * What they have in use stands in a place of each process, so that one that
 * crashed leaves nothing behind once another has its place.  What PostgreSQL
 * knows is asked by the first worker now and then.
 */


#include <ngx_http_registration.h>
#include <ngx_registration_metrics.h>


/* Endpoints of a mount, at most; the first place is for unknown paths. */

#define NGX_HTTP_REGISTRATION_ENDPOINTS  32

/* How often PostgreSQL is asked, and how soon at first; in milliseconds. */

#define NGX_HTTP_REGISTRATION_ASK        15000
#define NGX_HTTP_REGISTRATION_ASK_FIRST  200

/* Longer than any line. */

#define NGX_HTTP_REGISTRATION_LINE       256

#define NGX_HTTP_REGISTRATION_MOUNTS     2


static ngx_uint_t  ngx_http_registration_codes[] = {
    200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 408, 409, 413, 415, 422,
    429, 499, 500, 501, 503, 0                          /* 0: all others */
};

#define NGX_HTTP_REGISTRATION_CODES                                           \
    (sizeof(ngx_http_registration_codes)                                      \
     / sizeof(ngx_http_registration_codes[0]))


/* Upper bounds of the histogram in milliseconds; nginx' clock ticks in them. */

static ngx_uint_t  ngx_http_registration_bounds[] = {
    5, 10, 25, 50, 100, 250, 500, 1000, 5000
};

#define NGX_HTTP_REGISTRATION_BOUNDS                                          \
    (sizeof(ngx_http_registration_bounds)                                     \
     / sizeof(ngx_http_registration_bounds[0]))


typedef struct {
    ngx_atomic_t                codes[NGX_HTTP_REGISTRATION_CODES];
    ngx_atomic_t                times[NGX_HTTP_REGISTRATION_BOUNDS + 1];
    ngx_atomic_t                msec;
} ngx_http_registration_calls_t;


/* The columns of registration.metrics(), in their order: states come first. */

#define NGX_HTTP_REGISTRATION_STATES  4

typedef enum {
    NGX_HTTP_REGISTRATION_OVERDUE = NGX_HTTP_REGISTRATION_STATES,
    NGX_HTTP_REGISTRATION_OVERDUE_DAYS,
    NGX_HTTP_REGISTRATION_OUTBOX,
    NGX_HTTP_REGISTRATION_OUTBOX_SECONDS,
    NGX_HTTP_REGISTRATION_OUTBOX_FAILED,
    NGX_HTTP_REGISTRATION_FIGURES
} ngx_http_registration_figure_e;


/* In shared memory. */

typedef struct {
    ngx_http_registration_calls_t  calls[NGX_HTTP_REGISTRATION_MOUNTS]
                                        [NGX_HTTP_REGISTRATION_ENDPOINTS];
    ngx_atomic_t                   require[NGX_HTTP_REGISTRATION_REQUIRES];
    ngx_registration_metrics_t     metrics;
    ngx_registration_gauges_t      gauges[NGX_MAX_PROCESSES];

    /* written by the first worker */
    ngx_atomic_t                   figures[NGX_HTTP_REGISTRATION_FIGURES];
    ngx_atomic_t                   asked;       /* when; 0: never */
} ngx_http_registration_status_zone_t;


typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    ngx_registration_call_t             call;
    ngx_event_t                         timer;
} ngx_http_registration_asker_t;


static ngx_int_t ngx_http_registration_init_zone(ngx_shm_zone_t *zone,
    void *data);
static ngx_int_t ngx_http_registration_status_log(ngx_http_request_t *r);
static ngx_uint_t ngx_http_registration_code_place(ngx_uint_t code);
static void ngx_http_registration_ask(ngx_event_t *ev);
static void ngx_http_registration_told(ngx_registration_call_t *call);
static ngx_int_t ngx_http_registration_status_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_status_text(ngx_http_request_t *r,
    ngx_str_t *text);
static u_char *ngx_http_registration_write_requests(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_times(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_histogram(u_char *p, u_char *last,
    ngx_str_t *labels, ngx_http_registration_calls_t *calls);
static u_char *ngx_http_registration_write_calls(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_readings(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_gauges(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_figures(u_char *p, u_char *last);
static u_char *ngx_http_registration_write_head(u_char *p, u_char *last,
    const char *name, const char *type, const char *help);
static ngx_uint_t ngx_http_registration_labels(ngx_uint_t mount, ngx_uint_t n,
    u_char *buffer, ngx_str_t *labels);


static ngx_http_registration_status_zone_t  *ngx_http_registration_zone;


static const char  *ngx_http_registration_mounts[] = {
    "applicants", "reviewers"
};

static const char  *ngx_http_registration_requires[] = {
    "passed", "refused", "unavailable"
};

static const char  *ngx_http_registration_peers[] = {
    "redis", "postgresql", "smtp", "thread", "recognizer"
};

static const char  *ngx_http_registration_results[] = {
    "ok", "failed", "unavailable", "busy"
};

static const char  *ngx_http_registration_readings[] = {
    "done", "unreadable", "late", "busy", "failed", "unavailable"
};

static const char  *ngx_http_registration_pools[] = {
    "passwords", "pictures", "files"
};

static const char  *ngx_http_registration_states[] = {
    "pending", "approved", "returned", "rejected"
};


static ngx_registration_statement_t  ngx_http_registration_metrics_sql = {
    "registration_metrics",
    "SELECT pending, approved, returned, rejected, overdue, overdue_days,"
    " outbox_waiting, outbox_seconds, outbox_failed"
    " FROM registration.metrics()",
    0
};


char *
ngx_http_registration_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    size_t                              size;
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_registration_main_conf_t  *rmcf;

    static ngx_str_t  name = ngx_string("registration_status");

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler) {
        return "is duplicate, or another directive answers in this location";
    }

    clcf->handler = ngx_http_registration_status_handler;

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_registration_module);

    ngx_http_registration_used(cf, rmcf);

    if (rmcf->status) {
        return NGX_CONF_OK;
    }

    size = ngx_align(sizeof(ngx_http_registration_status_zone_t),
                     ngx_pagesize) + 8 * ngx_pagesize;

    rmcf->status = ngx_shared_memory_add(cf, &name, size,
                                         &ngx_http_registration_module);
    if (rmcf->status == NULL) {
        return NGX_CONF_ERROR;
    }

    rmcf->status->init = ngx_http_registration_init_zone;

    return NGX_CONF_OK;
}


/* data: what the configuration before had, of the same size. */

static ngx_int_t
ngx_http_registration_init_zone(ngx_shm_zone_t *zone, void *data)
{
    ngx_slab_pool_t  *pool;

    if (data) {
        zone->data = data;
        return NGX_OK;
    }

    pool = (ngx_slab_pool_t *) zone->shm.addr;

    if (zone->shm.exists) {
        zone->data = pool->data;
        return NGX_OK;
    }

    pool->data = ngx_slab_calloc(pool,
                                 sizeof(ngx_http_registration_status_zone_t));
    if (pool->data == NULL) {
        return NGX_ERROR;
    }

    zone->data = pool->data;

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_status_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_LOG_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_registration_status_log;

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_status_start(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_thread_pool_t              *pools[NGX_REGISTRATION_METRICS_POOLS];
    ngx_registration_gauges_t      *gauges;
    ngx_http_registration_asker_t  *asker;

    ngx_http_registration_zone = rmcf->status->data;

    pools[0] = rmcf->password_threads;
    pools[1] = rmcf->picture_threads;
    pools[2] = rmcf->file_threads;

    gauges = &ngx_http_registration_zone->gauges[ngx_process_slot];
    ngx_memzero(gauges, sizeof(ngx_registration_gauges_t));

    ngx_registration_metrics_init(&ngx_http_registration_zone->metrics,
                                  gauges, pools);

    if (ngx_worker != 0) {
        return NGX_OK;
    }

    asker = ngx_pcalloc(cycle->pool, sizeof(ngx_http_registration_asker_t));
    if (asker == NULL) {
        return NGX_ERROR;
    }

    asker->conf = rmcf;
    asker->call.done = ngx_http_registration_told;
    asker->call.data = asker;

    ngx_http_registration_timer(&asker->timer, ngx_http_registration_ask);
    asker->timer.cancelable = 1;

    ngx_add_timer(&asker->timer, NGX_HTTP_REGISTRATION_ASK_FIRST);

    return NGX_OK;
}


void
ngx_http_registration_status_stop(void)
{
    if (ngx_http_registration_zone) {
        ngx_memzero(ngx_registration_gauges,
                    sizeof(ngx_registration_gauges_t));
    }
}


void
ngx_http_registration_count_require(ngx_http_registration_required_e result)
{
    if (ngx_http_registration_zone) {
        (void) ngx_atomic_fetch_add(
                            &ngx_http_registration_zone->require[result], 1);
    }
}


/* nginx logs each request once, whoever has answered it. */

static ngx_int_t
ngx_http_registration_status_log(ngx_http_request_t *r)
{
    ngx_uint_t                         i, n, code;
    ngx_time_t                        *now;
    ngx_msec_int_t                     ms;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_calls_t     *calls;
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    if (rlcf->mounted <= NGX_HTTP_REGISTRATION_UNMOUNTED
        || ngx_http_registration_zone == NULL)
    {
        return NGX_OK;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);
    n = 0;

    if (ctx && ctx->endpoint) {
        n = 1 + (ctx->endpoint
                 - ngx_http_registration_endpoints_of(rlcf->mounted));
        n = (n < NGX_HTTP_REGISTRATION_ENDPOINTS) ? n : 0;
    }

    calls = &ngx_http_registration_zone->calls
                      [rlcf->mounted - NGX_HTTP_REGISTRATION_APPLICANTS][n];

    code = r->err_status ? r->err_status : r->headers_out.status;
    now = ngx_timeofday();
    ms = (ngx_msec_int_t) ((now->sec - r->start_sec) * 1000
                           + (now->msec - r->start_msec));
    ms = ngx_max(ms, 0);

    for (i = 0; i < NGX_HTTP_REGISTRATION_BOUNDS; i++) {
        if ((ngx_uint_t) ms <= ngx_http_registration_bounds[i]) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(
                     &calls->codes[ngx_http_registration_code_place(code)], 1);
    (void) ngx_atomic_fetch_add(&calls->times[i], 1);
    (void) ngx_atomic_fetch_add(&calls->msec, ms);

    return NGX_OK;
}


static ngx_uint_t
ngx_http_registration_code_place(ngx_uint_t code)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_REGISTRATION_CODES - 1; i++) {
        if (ngx_http_registration_codes[i] == code) {
            break;
        }
    }

    return i;
}


static void
ngx_http_registration_ask(ngx_event_t *ev)
{
    ngx_http_registration_asker_t  *asker;

    asker = (ngx_http_registration_asker_t *)
            ((u_char *) ev - offsetof(ngx_http_registration_asker_t, timer));

    if (ngx_registration_postgres_query(asker->conf->postgres, &asker->call,
                                        &ngx_http_registration_metrics_sql,
                                        NULL, 0)
        != NGX_OK
        && !ngx_exiting)
    {
        ngx_add_timer(&asker->timer, NGX_HTTP_REGISTRATION_ASK);
    }
}


static void
ngx_http_registration_told(ngx_registration_call_t *call)
{
    ngx_int_t                       n;
    PGresult                       *result;
    ngx_uint_t                      i;
    ngx_http_registration_asker_t  *asker;

    asker = call->data;
    result = call->result;

    if (call->status == NGX_OK && PQntuples(result) == 1) {

        for (i = 0; i < NGX_HTTP_REGISTRATION_FIGURES; i++) {
            n = ngx_atoi((u_char *) PQgetvalue(result, 0, i),
                         PQgetlength(result, 0, i));
            ngx_http_registration_zone->figures[i] = ngx_max(n, 0);
        }

        ngx_http_registration_zone->asked = ngx_time();
    }

    if (!ngx_exiting) {
        ngx_add_timer(&asker->timer, NGX_HTTP_REGISTRATION_ASK);
    }
}


static ngx_int_t
ngx_http_registration_status_handler(ngx_http_request_t *r)
{
    ngx_int_t  rc;
    ngx_str_t  text;

    static ngx_str_t  type = ngx_string("text/plain; version=0.0.4; "
                                        "charset=utf-8");

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }

    rc = ngx_http_discard_request_body(r);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_registration_zone == NULL
        || ngx_http_registration_create_ctx(r) == NULL
        || ngx_http_registration_status_text(r, &text) != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_send(r, NGX_HTTP_OK, &type, text.data,
                                      text.len);
}


static ngx_int_t
ngx_http_registration_status_text(ngx_http_request_t *r, ngx_str_t *text)
{
    size_t   size;
    u_char  *p, *last;

    /* every line that there could be, and 64 of all the rest */

    size = NGX_HTTP_REGISTRATION_LINE
           * (NGX_HTTP_REGISTRATION_MOUNTS * NGX_HTTP_REGISTRATION_ENDPOINTS
              * (NGX_HTTP_REGISTRATION_CODES
                 + NGX_HTTP_REGISTRATION_BOUNDS + 3)
              + 64);

    p = ngx_palloc(r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    text->data = p;
    last = p + size;

    p = ngx_http_registration_write_head(p, last, "build_info", "gauge",
                                         "What is running.");
    p = ngx_slprintf(p, last,
                     "registration_build_info{version=\"%s\",nginx=\"%s\"} "
                     "1\n", REG_VERSION, NGINX_VERSION);

    p = ngx_http_registration_write_requests(p, last);
    p = ngx_http_registration_write_times(p, last);
    p = ngx_http_registration_write_calls(p, last);
    p = ngx_http_registration_write_readings(p, last);
    p = ngx_http_registration_write_gauges(p, last);
    p = ngx_http_registration_write_figures(p, last);

    text->len = p - text->data;

    return NGX_OK;
}


static u_char *
ngx_http_registration_write_requests(u_char *p, u_char *last)
{
    u_char                          buffer[NGX_HTTP_REGISTRATION_LINE];
    ngx_str_t                       labels;
    ngx_uint_t                      mount, n, i;
    ngx_atomic_uint_t               count;
    ngx_http_registration_calls_t  *calls;

    p = ngx_http_registration_write_head(p, last, "requests_total", "counter",
                                         "Requests by endpoint and status.");

    for (mount = 0; mount < NGX_HTTP_REGISTRATION_MOUNTS; mount++) {
        for (n = 0;
             ngx_http_registration_labels(mount, n, buffer, &labels);
             n++)
        {
            calls = &ngx_http_registration_zone->calls[mount][n];

            for (i = 0; i < NGX_HTTP_REGISTRATION_CODES; i++) {
                count = calls->codes[i];

                if (count == 0) {
                    continue;
                }

                p = ngx_slprintf(p, last, "registration_requests_total{%V,",
                                 &labels);
                p = ngx_http_registration_codes[i]
                    ? ngx_slprintf(p, last, "code=\"%ui\"} %uA\n",
                                   ngx_http_registration_codes[i], count)
                    : ngx_slprintf(p, last, "code=\"other\"} %uA\n", count);
            }
        }
    }

    return p;
}


static u_char *
ngx_http_registration_write_times(u_char *p, u_char *last)
{
    u_char      buffer[NGX_HTTP_REGISTRATION_LINE];
    ngx_str_t   labels;
    ngx_uint_t  mount, n;

    p = ngx_http_registration_write_head(p, last, "request_seconds",
                                         "histogram",
                                         "How long requests took.");

    for (mount = 0; mount < NGX_HTTP_REGISTRATION_MOUNTS; mount++) {
        for (n = 0;
             ngx_http_registration_labels(mount, n, buffer, &labels);
             n++)
        {
            p = ngx_http_registration_write_histogram(p, last, &labels,
                              &ngx_http_registration_zone->calls[mount][n]);
        }
    }

    return p;
}


/* Buckets count all that are below, too; endpoints never called have none. */

static u_char *
ngx_http_registration_write_histogram(u_char *p, u_char *last,
    ngx_str_t *labels, ngx_http_registration_calls_t *calls)
{
    ngx_uint_t         i;
    ngx_atomic_uint_t  sum, count[NGX_HTTP_REGISTRATION_BOUNDS + 1];

    sum = 0;

    for (i = 0; i <= NGX_HTTP_REGISTRATION_BOUNDS; i++) {
        sum += calls->times[i];
        count[i] = sum;
    }

    if (sum == 0) {
        return p;
    }

    for (i = 0; i < NGX_HTTP_REGISTRATION_BOUNDS; i++) {
        p = ngx_slprintf(p, last, "registration_request_seconds_bucket{%V,"
                         "le=\"%ui.%03ui\"} %uA\n", labels,
                         ngx_http_registration_bounds[i] / 1000,
                         ngx_http_registration_bounds[i] % 1000, count[i]);
    }

    p = ngx_slprintf(p, last, "registration_request_seconds_bucket{%V,"
                     "le=\"+Inf\"} %uA\n", labels, sum);

    sum = calls->msec;

    p = ngx_slprintf(p, last,
                     "registration_request_seconds_sum{%V} %uA.%03uA\n",
                     labels, sum / 1000, sum % 1000);

    return ngx_slprintf(p, last, "registration_request_seconds_count{%V} "
                        "%uA\n", labels, count[NGX_HTTP_REGISTRATION_BOUNDS]);
}


static u_char *
ngx_http_registration_write_calls(u_char *p, u_char *last)
{
    ngx_uint_t  i, n;

    p = ngx_http_registration_write_head(p, last, "require_total", "counter",
                               "Decisions of registration_require.");

    for (i = 0; i < NGX_HTTP_REGISTRATION_REQUIRES; i++) {
        p = ngx_slprintf(p, last,
                         "registration_require_total{result=\"%s\"} %uA\n",
                         ngx_http_registration_requires[i],
                         ngx_http_registration_zone->require[i]);
    }

    p = ngx_http_registration_write_head(p, last, "calls_total", "counter",
                               "Calls of others by peer and result.");

    for (i = 0; i < NGX_REGISTRATION_PEERS; i++) {
        for (n = 0; n < NGX_REGISTRATION_CALL_RESULTS; n++) {
            p = ngx_slprintf(p, last, "registration_calls_total{peer=\"%s\","
                             "result=\"%s\"} %uA\n",
                             ngx_http_registration_peers[i],
                             ngx_http_registration_results[n],
                             ngx_http_registration_zone->metrics.calls[i][n]);
        }
    }

    return p;
}


/* What became of pictures, and how long those took that were read. */

static u_char *
ngx_http_registration_write_readings(u_char *p, u_char *last)
{
    ngx_uint_t                   i;
    ngx_atomic_uint_t            sum;
    ngx_registration_metrics_t  *metrics;

    static ngx_uint_t  bounds[NGX_REGISTRATION_READING_TIMES] =
        NGX_REGISTRATION_READING_BOUNDS;

    metrics = &ngx_http_registration_zone->metrics;

    p = ngx_http_registration_write_head(p, last, "recognitions_total",
                                         "counter",
                                         "Pictures to be read, by result.");

    for (i = 0; i < NGX_REGISTRATION_READINGS; i++) {
        p = ngx_slprintf(p, last, "registration_recognitions_total{"
                         "result=\"%s\"} %uA\n",
                         ngx_http_registration_readings[i],
                         metrics->readings[i]);
    }

    p = ngx_http_registration_write_head(p, last, "recognition_seconds",
                               "histogram",
                               "From the upload to what was read.");
    sum = 0;

    for (i = 0; i < NGX_REGISTRATION_READING_TIMES; i++) {
        sum += metrics->reading_times[i];
        p = ngx_slprintf(p, last, "registration_recognition_seconds_bucket{"
                         "le=\"%ui.%03ui\"} %uA\n", bounds[i] / 1000,
                         bounds[i] % 1000, sum);
    }

    sum += metrics->reading_times[i];

    p = ngx_slprintf(p, last, "registration_recognition_seconds_bucket{"
                     "le=\"+Inf\"} %uA\n"
                     "registration_recognition_seconds_sum %uA.%03uA\n"
                     "registration_recognition_seconds_count %uA\n", sum,
                     metrics->reading_msec / 1000,
                     metrics->reading_msec % 1000, sum);

    return p;
}


static u_char *
ngx_http_registration_write_gauges(u_char *p, u_char *last)
{
    ngx_uint_t                  i, n;
    ngx_registration_gauges_t  *g, sum;

    ngx_memzero(&sum, sizeof(ngx_registration_gauges_t));

    for (i = 0; i < NGX_MAX_PROCESSES; i++) {
        g = &ngx_http_registration_zone->gauges[i];

        sum.redis += g->redis;
        sum.postgres += g->postgres;
        sum.smtp += g->smtp;
        sum.recognizer += g->recognizer;

        for (n = 0; n < NGX_REGISTRATION_METRICS_POOLS; n++) {
            sum.jobs[n] += g->jobs[n];
        }
    }

    p = ngx_http_registration_write_head(p, last, "redis_commands", "gauge",
                                         "Redis commands in flight.");
    p = ngx_slprintf(p, last, "registration_redis_commands %ui\n", sum.redis);

    p = ngx_http_registration_write_head(p, last, "postgresql_connections",
                                         "gauge",
                                         "PostgreSQL connections in use.");
    p = ngx_slprintf(p, last, "registration_postgresql_connections %ui\n",
                     sum.postgres);

    p = ngx_http_registration_write_head(p, last, "mails", "gauge",
                                         "Mails in memory, not sent yet.");
    p = ngx_slprintf(p, last, "registration_mails %ui\n", sum.smtp);

    p = ngx_http_registration_write_head(p, last, "recognizer_pictures",
                                         "gauge",
                                         "Pictures the recognizer has.");
    p = ngx_slprintf(p, last, "registration_recognizer_pictures %ui\n",
                     sum.recognizer);

    p = ngx_http_registration_write_head(p, last, "thread_jobs", "gauge",
                                         "Jobs in thread pools, waiting ones "
                                         "too.");

    for (n = 0; n < NGX_REGISTRATION_METRICS_POOLS; n++) {
        p = ngx_slprintf(p, last,
                         "registration_thread_jobs{pool=\"%s\"} %ui\n",
                         ngx_http_registration_pools[n], sum.jobs[n]);
    }

    return p;
}


/* Nothing is said before PostgreSQL has said something. */

static u_char *
ngx_http_registration_write_figures(u_char *p, u_char *last)
{
    ngx_uint_t                            i;
    ngx_http_registration_status_zone_t  *zone;

    zone = ngx_http_registration_zone;

    if (zone->asked == 0) {
        return p;
    }

    p = ngx_http_registration_write_head(p, last, "applications", "gauge",
                                         "Applications by status.");

    for (i = 0; i < NGX_HTTP_REGISTRATION_STATES; i++) {
        p = ngx_slprintf(p, last,
                         "registration_applications{status=\"%s\"} %uA\n",
                         ngx_http_registration_states[i], zone->figures[i]);
    }

    p = ngx_http_registration_write_head(p, last, "overdue", "gauge",
                               "Pending applications after their due date.");
    p = ngx_slprintf(p, last, "registration_overdue %uA\n",
                     zone->figures[NGX_HTTP_REGISTRATION_OVERDUE]);

    p = ngx_http_registration_write_head(p, last, "overdue_days", "gauge",
                               "Days that the oldest of them is late.");
    p = ngx_slprintf(p, last, "registration_overdue_days %uA\n",
                     zone->figures[NGX_HTTP_REGISTRATION_OVERDUE_DAYS]);

    p = ngx_http_registration_write_head(p, last, "outbox_mails", "gauge",
                               "Mails that wait in PostgreSQL.");
    p = ngx_slprintf(p, last, "registration_outbox_mails %uA\n",
                     zone->figures[NGX_HTTP_REGISTRATION_OUTBOX]);

    p = ngx_http_registration_write_head(p, last, "outbox_age_seconds",
                               "gauge", "How long the oldest of them has.");
    p = ngx_slprintf(p, last, "registration_outbox_age_seconds %uA\n",
                     zone->figures[NGX_HTTP_REGISTRATION_OUTBOX_SECONDS]);

    p = ngx_http_registration_write_head(p, last, "outbox_failed_mails",
                               "gauge", "Mails that were given up.");
    p = ngx_slprintf(p, last, "registration_outbox_failed_mails %uA\n",
                     zone->figures[NGX_HTTP_REGISTRATION_OUTBOX_FAILED]);

    p = ngx_http_registration_write_head(p, last,
                               "database_timestamp_seconds", "gauge",
                               "When PostgreSQL said the figures above.");

    return ngx_slprintf(p, last,
                        "registration_database_timestamp_seconds %uA\n",
                        zone->asked);
}


static u_char *
ngx_http_registration_write_head(u_char *p, u_char *last, const char *name,
    const char *type, const char *help)
{
    return ngx_slprintf(p, last, "# HELP registration_%s %s\n"
                        "# TYPE registration_%s %s\n", name, help, name,
                        type);
}


/* Labels of the n-th place of a mount; 0 when there is no such place. */

static ngx_uint_t
ngx_http_registration_labels(ngx_uint_t mount, ngx_uint_t n, u_char *buffer,
    ngx_str_t *labels)
{
    ngx_str_t                          path;
    const char                        *method;
    ngx_http_registration_endpoint_t  *endpoint;

    if (n == NGX_HTTP_REGISTRATION_ENDPOINTS) {
        return 0;
    }

    method = "";
    ngx_str_set(&path, "other");

    if (n) {
        endpoint = ngx_http_registration_endpoints_of(
                                   mount + NGX_HTTP_REGISTRATION_APPLICANTS);
        endpoint += n - 1;

        if (endpoint->handler == NULL) {
            return 0;
        }

        path = endpoint->path;
        method = endpoint->method == NGX_HTTP_GET ? "GET /"
                 : endpoint->method == NGX_HTTP_POST ? "POST /"
                 : endpoint->method == NGX_HTTP_PUT ? "PUT /" : "DELETE /";
    }

    labels->data = buffer;
    labels->len = ngx_snprintf(buffer, NGX_HTTP_REGISTRATION_LINE / 2,
                               "mount=\"%s\",endpoint=\"%s%V\"",
                               ngx_http_registration_mounts[mount], method,
                               &path)
                  - buffer;

    return 1;
}
