
/*
 * The sweep: pictures of abandoned drafts, and those that a crash left without
 * an owner, are removed once neither Redis nor PostgreSQL knows them.  It goes
 * round the store's folders, one at a time:
 *
 * start → (thread: old files) → ask_redis → ask_postgres → remove → (thread)
 * → next
 */


#include <ngx_http_registration.h>


#define NGX_HTTP_REGISTRATION_FOLDERS  256
#define NGX_HTTP_REGISTRATION_BATCH    4096
#define NGX_HTTP_REGISTRATION_ID_SIZE  (REG_DOCUMENT_ID_LEN + 1)


typedef char  ngx_http_registration_id_t[NGX_HTTP_REGISTRATION_ID_SIZE];


typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    ngx_event_t                         timer;
    ngx_registration_call_t             call;
    ngx_uint_t                          folder;
    ngx_http_registration_id_t          after;      /* "": from the first */
    ngx_uint_t                          n;
    ngx_http_registration_id_t          ids[NGX_HTTP_REGISTRATION_BATCH];
} ngx_http_registration_sweep_t;


/* The job of the thread: lists the old files of a folder, or removes some. */

typedef struct {
    char                               *directory;
    time_t                              before;
    ngx_uint_t                          folder;
    ngx_http_registration_id_t          after;
    ngx_uint_t                          remove;
    int                                 n;
    ngx_http_registration_id_t          ids[NGX_HTTP_REGISTRATION_BATCH];
} ngx_http_registration_sweep_job_t;


static void ngx_http_registration_sweep_start(ngx_event_t *ev);
static void ngx_http_registration_sweep_job(
    ngx_http_registration_sweep_t *sweep, ngx_uint_t remove,
    void (*done)(ngx_registration_call_t *call));
static void ngx_http_registration_sweep_run(void *context, ngx_log_t *log);
static void ngx_http_registration_sweep_ask_redis(
    ngx_registration_call_t *call);
static void ngx_http_registration_sweep_ask_postgres(
    ngx_registration_call_t *call);
static void ngx_http_registration_sweep_remove(ngx_registration_call_t *call);
static void ngx_http_registration_sweep_done(ngx_registration_call_t *call);
static void ngx_http_registration_sweep_next(
    ngx_http_registration_sweep_t *sweep);


static ngx_registration_job_type_t  ngx_http_registration_sweep_type = {
    ngx_http_registration_sweep_run,
    NULL,
    0,
    60000
};


static ngx_registration_statement_t  ngx_http_registration_known_sql = {
    "registration_documents_known",
    "SELECT id FROM registration.documents_known($1) id"
    " ORDER BY id COLLATE \"C\"",
    1
};


/* The first worker sweeps for all. */

ngx_int_t
ngx_http_registration_sweep_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_http_registration_sweep_t  *sweep;

    if (ngx_worker != 0) {
        return NGX_OK;
    }

    sweep = ngx_pcalloc(cycle->pool, sizeof(ngx_http_registration_sweep_t));
    if (sweep == NULL) {
        return NGX_ERROR;
    }

    sweep->conf = rmcf;
    sweep->call.data = sweep;

    ngx_http_registration_timer(&sweep->timer,
                                ngx_http_registration_sweep_start);
    sweep->timer.cancelable = 1;

    ngx_http_registration_sweep_next(sweep);

    return NGX_OK;
}


static void
ngx_http_registration_sweep_start(ngx_event_t *ev)
{
    ngx_http_registration_sweep_t  *sweep;

    sweep = (ngx_http_registration_sweep_t *)
            ((u_char *) ev - offsetof(ngx_http_registration_sweep_t, timer));

    ngx_http_registration_sweep_job(sweep, 0,
                                    ngx_http_registration_sweep_ask_redis);
}


static void
ngx_http_registration_sweep_job(ngx_http_registration_sweep_t *sweep,
    ngx_uint_t remove, void (*done)(ngx_registration_call_t *call))
{
    ngx_http_registration_sweep_job_t  *job;

    job = ngx_registration_job_create(&ngx_http_registration_sweep_type,
                                    sizeof(ngx_http_registration_sweep_job_t));
    if (job == NULL) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    job->directory = (char *) sweep->conf->documents->name.data;
    job->before = ngx_time() - sweep->conf->policy.draft_lifetime / 1000;
    job->folder = sweep->folder;
    job->remove = remove;
    job->n = sweep->n;

    ngx_memcpy(job->after, sweep->after, NGX_HTTP_REGISTRATION_ID_SIZE);

    if (remove) {
        ngx_memcpy(job->ids, sweep->ids,
                   sweep->n * NGX_HTTP_REGISTRATION_ID_SIZE);
    }

    sweep->call.done = done;

    if (ngx_registration_job_start(sweep->conf->file_threads, &sweep->call,
                                   job, ngx_cycle->log)
        != NGX_OK)
    {
        ngx_http_registration_sweep_next(sweep);
    }
}


static void
ngx_http_registration_sweep_run(void *context, ngx_log_t *log)
{
    int                                 i;
    ngx_http_registration_sweep_job_t  *job;

    job = context;

    if (!job->remove) {
        job->n = reg_store_old(job->directory, job->folder, job->before,
                               job->after[0] ? job->after : NULL,
                               job->ids[0], NGX_HTTP_REGISTRATION_BATCH);
        if (job->n == -1) {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "the documents in \"%s\" could not be listed",
                          job->directory);
            job->n = 0;
        }

        return;
    }

    for (i = 0; i < job->n; i++) {
        if (reg_store_remove(job->directory, job->ids[i]) != REG_OK) {
            ngx_log_error(NGX_LOG_ERR, log, ngx_errno,
                          "a document without owner could not be removed "
                          "from \"%s\"", job->directory);
            return;
        }
    }

    ngx_log_error(NGX_LOG_INFO, log, 0, "%d documents without owner removed",
                  job->n);
}


static void
ngx_http_registration_sweep_ask_redis(ngx_registration_call_t *call)
{
    ngx_str_t                          *argv;
    ngx_int_t                           rc;
    ngx_uint_t                          i;
    ngx_http_registration_sweep_t      *sweep;
    ngx_http_registration_sweep_job_t  *job;

    static u_char     keys[NGX_HTTP_REGISTRATION_BATCH]
                          [sizeof(NGX_HTTP_REGISTRATION_DOCUMENT_KEY)
                           + REG_DOCUMENT_ID_LEN];
    static ngx_str_t  args[1 + NGX_HTTP_REGISTRATION_BATCH];

    sweep = call->data;
    job = call->result;

    if (call->status != NGX_OK) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    sweep->n = job->n;
    ngx_memcpy(sweep->ids, job->ids, job->n * NGX_HTTP_REGISTRATION_ID_SIZE);

    if (sweep->n == NGX_HTTP_REGISTRATION_BATCH) {
        ngx_memcpy(sweep->after, sweep->ids[sweep->n - 1],
                   NGX_HTTP_REGISTRATION_ID_SIZE);

    } else {
        sweep->folder = (sweep->folder + 1) % NGX_HTTP_REGISTRATION_FOLDERS;
        sweep->after[0] = '\0';
    }

    if (sweep->n == 0) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    argv = args;
    ngx_str_set(argv, "MGET");

    for (i = 0; i < sweep->n; i++) {
        argv++;
        argv->data = keys[i];
        argv->len = ngx_sprintf(keys[i],
                                NGX_HTTP_REGISTRATION_DOCUMENT_KEY "%s",
                                sweep->ids[i])
                    - keys[i];
    }

    call->done = ngx_http_registration_sweep_ask_postgres;

    rc = ngx_registration_redis_command(sweep->conf->redis, call, args,
                                        1 + sweep->n);
    if (rc != NGX_OK) {
        ngx_http_registration_sweep_next(sweep);
    }
}


/* Those that Redis does not know any more. */

static void
ngx_http_registration_sweep_ask_postgres(ngx_registration_call_t *call)
{
    u_char                         *p;
    redisReply                     *reply;
    ngx_uint_t                      i, n;
    ngx_registration_param_t        param;
    ngx_http_registration_sweep_t  *sweep;

    static u_char  list[NGX_HTTP_REGISTRATION_BATCH
                        * NGX_HTTP_REGISTRATION_ID_SIZE + 2];

    sweep = call->data;
    reply = call->result;

    if (call->status != NGX_OK || reply->elements != sweep->n) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    p = list;
    *p++ = '{';

    for (i = 0, n = 0; i < reply->elements; i++) {

        if (reply->element[i]->type != REDIS_REPLY_NIL) {
            continue;
        }

        if (n) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, sweep->ids[i], REG_DOCUMENT_ID_LEN);
        ngx_memmove(sweep->ids[n++], sweep->ids[i],
                    NGX_HTTP_REGISTRATION_ID_SIZE);
    }

    *p++ = '}';

    sweep->n = n;

    ngx_memzero(&param, sizeof(ngx_registration_param_t));
    param.value.data = list;
    param.value.len = p - list;

    call->done = ngx_http_registration_sweep_remove;

    if (n == 0
        || ngx_registration_postgres_query(sweep->conf->postgres, call,
                                           &ngx_http_registration_known_sql,
                                           &param, 0)
           != NGX_OK)
    {
        ngx_http_registration_sweep_next(sweep);
    }
}


/* Those that PostgreSQL does not know, either. */

static void
ngx_http_registration_sweep_remove(ngx_registration_call_t *call)
{
    int                             rows, row;
    PGresult                       *result;
    ngx_uint_t                      i, n;
    ngx_http_registration_sweep_t  *sweep;

    sweep = call->data;
    result = call->result;

    if (call->status != NGX_OK) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    /* both lists are in the order of their bytes */

    rows = PQntuples(result);

    for (i = 0, n = 0, row = 0; i < sweep->n; i++) {

        if (row < rows
            && ngx_strcmp(PQgetvalue(result, row, 0), sweep->ids[i]) == 0)
        {
            row++;
            continue;
        }

        ngx_memmove(sweep->ids[n++], sweep->ids[i],
                    NGX_HTTP_REGISTRATION_ID_SIZE);
    }

    if (row != rows) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "PostgreSQL knows documents that it was not asked for: "
                      "none is removed");
        n = 0;
    }

    sweep->n = n;

    if (n == 0) {
        ngx_http_registration_sweep_next(sweep);
        return;
    }

    ngx_http_registration_sweep_job(sweep, 1,
                                    ngx_http_registration_sweep_done);
}


static void
ngx_http_registration_sweep_done(ngx_registration_call_t *call)
{
    ngx_http_registration_sweep_next(call->data);
}


/* One round of all folders takes the interval that is configured. */

static void
ngx_http_registration_sweep_next(ngx_http_registration_sweep_t *sweep)
{
    ngx_msec_t  delay;

    if (ngx_exiting) {
        return;
    }

    delay = sweep->conf->policy.draft_sweep / NGX_HTTP_REGISTRATION_FOLDERS;

    ngx_add_timer(&sweep->timer, ngx_max(delay, 1));
}
