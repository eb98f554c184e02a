
/*
 * Jobs for nginx's thread pools.
 *
 * A job owns its memory: context is allocated with it and freed by it, after
 * done returned or, when the caller went away, when the thread is through.
 * It has a deadline of its own (1.22 lets a worker exit over a running task).
 */


#ifndef _NGX_REGISTRATION_JOB_H_INCLUDED_
#define _NGX_REGISTRATION_JOB_H_INCLUDED_


#include "ngx_registration_call.h"
#include <ngx_thread_pool.h>


typedef struct {
    /* in the thread; log is the only thing of nginx it may use */
    void        (*run)(void *context, ngx_log_t *log);

    /* in the event loop, just before context is freed; may be NULL.
       abandoned: nobody has taken over what the job made */
    void        (*cleanup)(void *context, ngx_uint_t abandoned);

    ngx_uint_t    nice;         /* run at this priority (setpriority); the
                                   same for all jobs of a pool, a worker may
                                   not raise it again */
    ngx_msec_t    timeout;
} ngx_registration_job_type_t;


/* A zeroed context of size bytes (malloc'ed); NULL when memory is out. */

void *ngx_registration_job_create(ngx_registration_job_type_t *type,
    size_t size);

/* A context that was created but never started. */

void ngx_registration_job_discard(void *context);

/*
 * The call's result is the context.  When this gives NGX_BUSY (the pool's
 * queue is full) or NGX_ERROR, the context has been discarded.
 */

ngx_int_t ngx_registration_job_start(ngx_thread_pool_t *pool,
    ngx_registration_call_t *call, void *context, ngx_log_t *log);


#endif /* _NGX_REGISTRATION_JOB_H_INCLUDED_ */
