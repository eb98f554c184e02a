
/*
 * Jobs in nginx's thread pools that may outlive the request they were made
 * for.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <sys/resource.h>

#include "ngx_registration_job.h"
#include "ngx_registration_metrics.h"


/*
 * Task, timer and context are one malloc'ed piece: no pool may go away under
 * the thread.
 */

typedef struct {
    ngx_registration_job_type_t  *type;
    ngx_registration_call_t      *call;     /* NULL: abandoned or too late */
    void                         *unused;
    ngx_socket_t                  ident;    /* read by debug logging */

    ngx_thread_task_t             task;
    ngx_event_t                   timer;
    ngx_uint_t                    pool;     /* in the metrics */
} ngx_registration_job_t;


#define NGX_REGISTRATION_JOB_SIZE                                             \
    ngx_align(sizeof(ngx_registration_job_t), 2 * sizeof(void *))

#define ngx_registration_job_context(job)                                     \
    ((void *) ((u_char *) (job) + NGX_REGISTRATION_JOB_SIZE))

#define ngx_registration_job(context)                                         \
    ((ngx_registration_job_t *) ((u_char *) (context)                         \
                                 - NGX_REGISTRATION_JOB_SIZE))


static void ngx_registration_job_thread(void *data, ngx_log_t *log);
static void ngx_registration_job_set_nice(ngx_uint_t nice, ngx_log_t *log);
static void ngx_registration_job_completed(ngx_event_t *ev);
static void ngx_registration_job_timeout(ngx_event_t *ev);
static void ngx_registration_job_finish(ngx_registration_job_t *job,
    ngx_int_t status, void *result);
static void ngx_registration_job_abandon(ngx_registration_call_t *call);


void *
ngx_registration_job_create(ngx_registration_job_type_t *type, size_t size)
{
    ngx_registration_job_t  *job;

    job = ngx_calloc(NGX_REGISTRATION_JOB_SIZE + size, ngx_cycle->log);
    if (job == NULL) {
        return NULL;
    }

    job->type = type;
    job->ident = (ngx_socket_t) -1;

    return ngx_registration_job_context(job);
}


void
ngx_registration_job_discard(void *context)
{
    ngx_registration_job_t  *job;

    job = ngx_registration_job(context);

    if (job->type->cleanup) {
        job->type->cleanup(context, 1);
    }

    ngx_free(job);
}


ngx_int_t
ngx_registration_job_start(ngx_thread_pool_t *pool,
    ngx_registration_call_t *call, void *context, ngx_log_t *log)
{
    ngx_registration_job_t  *job;

    job = ngx_registration_job(context);

    job->task.ctx = job;
    job->task.handler = ngx_registration_job_thread;
    job->task.event.data = job;
    job->task.event.handler = ngx_registration_job_completed;
    job->task.event.log = ngx_cycle->log;

    if (ngx_thread_task_post(pool, &job->task) != NGX_OK) {
        ngx_log_error(NGX_LOG_INFO, log, 0, "the thread pool takes no job");
        ngx_registration_metrics_count(NGX_REGISTRATION_THREAD, NGX_BUSY);
        ngx_registration_job_discard(context);
        return NGX_BUSY;
    }

    job->pool = ngx_registration_metrics_pool(pool);
    ngx_registration_gauges->jobs[job->pool]++;

    /* log may go away with the request: the timer lives longer */

    job->timer.data = job;
    job->timer.handler = ngx_registration_job_timeout;
    job->timer.log = ngx_cycle->log;

    ngx_add_timer(&job->timer, job->type->timeout);

    job->call = call;
    call->op = job;
    call->abandon = ngx_registration_job_abandon;

    return NGX_OK;
}


static void
ngx_registration_job_thread(void *data, ngx_log_t *log)
{
    ngx_registration_job_t  *job;

    job = data;

    ngx_registration_job_set_nice(job->type->nice, log);

    job->type->run(ngx_registration_job_context(job), log);
}


/*
 * Linux keeps a priority per thread.  A worker without privileges cannot
 * raise it again: jobs of different niceness belong in different pools.
 */

static void
ngx_registration_job_set_nice(ngx_uint_t nice, ngx_log_t *log)
{
    static __thread ngx_uint_t  current;

    if (nice == current) {
        return;
    }

    current = nice;

    if (setpriority(PRIO_PROCESS, ngx_thread_tid(), (int) nice) == -1) {
        ngx_log_error(NGX_LOG_WARN, log, ngx_errno,
                      "setpriority(%ui) of a pool's thread failed, jobs of "
                      "different niceness need pools of their own", nice);
    }
}


static void
ngx_registration_job_completed(ngx_event_t *ev)
{
    void                    *context;
    ngx_uint_t               abandoned;
    ngx_registration_job_t  *job;

    job = ev->data;
    context = ngx_registration_job_context(job);
    abandoned = (job->call == NULL);

    ngx_registration_gauges->jobs[job->pool]--;

    if (job->timer.timer_set) {
        ngx_registration_metrics_count(NGX_REGISTRATION_THREAD, NGX_OK);
    }

    if (job->timer.timer_set) {
        ngx_del_timer(&job->timer);
    }

    if (!abandoned) {
        ngx_registration_job_finish(job, NGX_OK, context);
    }

    if (job->type->cleanup) {
        job->type->cleanup(context, abandoned);
    }

    ngx_free(job);
}


/* The thread cannot be stopped: the job goes on alone. */

static void
ngx_registration_job_timeout(ngx_event_t *ev)
{
    ngx_registration_job_t  *job;

    job = ev->data;

    ngx_registration_metrics_count(NGX_REGISTRATION_THREAD, NGX_DECLINED);

    if (job->call == NULL) {
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "a thread pool's job was not done in %M ms",
                  job->type->timeout);

    ngx_registration_job_finish(job, NGX_DECLINED, NULL);
}


static void
ngx_registration_job_finish(ngx_registration_job_t *job, ngx_int_t status,
    void *result)
{
    ngx_registration_call_t  *call;

    call = job->call;
    job->call = NULL;

    ngx_registration_call_end(call, status, result);
}


static void
ngx_registration_job_abandon(ngx_registration_call_t *call)
{
    ngx_registration_job_t  *job;

    job = call->op;
    job->call = NULL;
}
