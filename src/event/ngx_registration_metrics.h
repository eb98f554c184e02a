
/*
 * What the adapters count for whoever watches: calls by peer and outcome, and
 * what this process has in use.  Both lie in memory that others may read, once
 * somebody has provided it.
 */


#ifndef _NGX_REGISTRATION_METRICS_H_INCLUDED_
#define _NGX_REGISTRATION_METRICS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_thread_pool.h>


typedef enum {
    NGX_REGISTRATION_REDIS = 0,
    NGX_REGISTRATION_POSTGRES,
    NGX_REGISTRATION_SMTP,
    NGX_REGISTRATION_THREAD,
    NGX_REGISTRATION_RECOGNIZER,
    NGX_REGISTRATION_PEERS
} ngx_registration_peer_e;


typedef enum {
    NGX_REGISTRATION_CALL_OK = 0,
    NGX_REGISTRATION_CALL_FAILED,
    NGX_REGISTRATION_CALL_UNAVAILABLE,      /* no answer in time, too */
    NGX_REGISTRATION_CALL_BUSY,             /* a queue is full */
    NGX_REGISTRATION_CALL_RESULTS
} ngx_registration_result_e;


/* What became of pictures that were to be read. */

typedef enum {
    NGX_REGISTRATION_READING_DONE = 0,
    NGX_REGISTRATION_READING_UNREADABLE,
    NGX_REGISTRATION_READING_LATE,
    NGX_REGISTRATION_READING_BUSY,          /* too many wait */
    NGX_REGISTRATION_READING_FAILED,
    NGX_REGISTRATION_READING_DOWN,          /* no recogniser, or it is hung */
    NGX_REGISTRATION_READINGS
} ngx_registration_reading_e;


/* Upper bounds of how long it took, in milliseconds. */

#define NGX_REGISTRATION_READING_BOUNDS                                       \
    { 100, 200, 300, 500, 750, 1000, 1500, 2000, 3000, 5000 }

#define NGX_REGISTRATION_READING_TIMES  10


#define NGX_REGISTRATION_METRICS_POOLS  3


/* Of all processes. */

typedef struct {
    ngx_atomic_t       calls[NGX_REGISTRATION_PEERS]
                            [NGX_REGISTRATION_CALL_RESULTS];

    ngx_atomic_t       readings[NGX_REGISTRATION_READINGS];
    ngx_atomic_t       reading_times[NGX_REGISTRATION_READING_TIMES + 1];
    ngx_atomic_t       reading_msec;
} ngx_registration_metrics_t;


/* Of one process, which alone writes them. */

typedef struct {
    ngx_uint_t         redis;           /* commands in flight */
    ngx_uint_t         postgres;        /* connections with a statement */
    ngx_uint_t         smtp;            /* mails not sent yet */
    ngx_uint_t         recognizer;      /* pictures being read */
    ngx_uint_t         jobs[NGX_REGISTRATION_METRICS_POOLS];
} ngx_registration_gauges_t;


extern ngx_registration_metrics_t  *ngx_registration_metrics;
extern ngx_registration_gauges_t   *ngx_registration_gauges;


/* Pools by their place in jobs; one that stands twice counts at the first. */

void ngx_registration_metrics_init(ngx_registration_metrics_t *metrics,
    ngx_registration_gauges_t *gauges, ngx_thread_pool_t **pools);

/* The place of a pool's gauge. */

ngx_uint_t ngx_registration_metrics_pool(ngx_thread_pool_t *pool);


/* The time counts for those that were read, or found unreadable. */

void ngx_registration_metrics_reading(ngx_registration_reading_e outcome,
    ngx_msec_t msec);


/* status: how a call ended, or why it did not start. */

static ngx_inline void
ngx_registration_metrics_count(ngx_registration_peer_e peer, ngx_int_t status)
{
    ngx_registration_result_e  result;

    switch (status) {

    case NGX_OK:
        result = NGX_REGISTRATION_CALL_OK;
        break;

    case NGX_DECLINED:
        result = NGX_REGISTRATION_CALL_UNAVAILABLE;
        break;

    case NGX_BUSY:
        result = NGX_REGISTRATION_CALL_BUSY;
        break;

    default:
        result = NGX_REGISTRATION_CALL_FAILED;
        break;
    }

    (void) ngx_atomic_fetch_add(&ngx_registration_metrics->calls[peer][result],
                                1);
}


#endif /* _NGX_REGISTRATION_METRICS_H_INCLUDED_ */
