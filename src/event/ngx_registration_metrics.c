
/*
 * Where the adapters count: in memory of this process, until shared memory is
 * provided.
 */


#include <ngx_config.h>
#include <ngx_core.h>

#include "ngx_registration_metrics.h"


static ngx_registration_metrics_t  ngx_registration_own_metrics;
static ngx_registration_gauges_t   ngx_registration_own_gauges;

static ngx_thread_pool_t
    *ngx_registration_metrics_pools[NGX_REGISTRATION_METRICS_POOLS];


ngx_registration_metrics_t  *ngx_registration_metrics =
    &ngx_registration_own_metrics;
ngx_registration_gauges_t   *ngx_registration_gauges =
    &ngx_registration_own_gauges;


void
ngx_registration_metrics_init(ngx_registration_metrics_t *metrics,
    ngx_registration_gauges_t *gauges, ngx_thread_pool_t **pools)
{
    ngx_memcpy(ngx_registration_metrics_pools, pools,
               sizeof(ngx_registration_metrics_pools));

    ngx_registration_metrics = metrics;
    ngx_registration_gauges = gauges;
}


ngx_uint_t
ngx_registration_metrics_pool(ngx_thread_pool_t *pool)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_REGISTRATION_METRICS_POOLS - 1; i++) {
        if (ngx_registration_metrics_pools[i] == pool) {
            break;
        }
    }

    return i;
}


void
ngx_registration_metrics_reading(ngx_registration_reading_e outcome,
    ngx_msec_t msec)
{
    ngx_uint_t                   i;
    ngx_registration_metrics_t  *metrics;

    static ngx_msec_t  bounds[NGX_REGISTRATION_READING_TIMES] =
        NGX_REGISTRATION_READING_BOUNDS;

    metrics = ngx_registration_metrics;

    (void) ngx_atomic_fetch_add(&metrics->readings[outcome], 1);

    if (outcome > NGX_REGISTRATION_READING_UNREADABLE) {
        return;
    }

    for (i = 0; i < NGX_REGISTRATION_READING_TIMES; i++) {
        if (msec <= bounds[i]) {
            break;
        }
    }

    (void) ngx_atomic_fetch_add(&metrics->reading_times[i], 1);
    (void) ngx_atomic_fetch_add(&metrics->reading_msec, msec);
}
