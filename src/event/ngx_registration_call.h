
/*
 * One piece of asynchronous work, whoever does it: Redis, PostgreSQL, a
 * thread.
 *
 * The caller keeps the call (in its request's context, say), sets done and
 * data and starts it.  A start function gives NGX_OK when the call is in
 * flight, or the reason why it is not: NGX_BUSY (a queue is full),
 * NGX_DECLINED (the peer is not to be had), NGX_ERROR (memory); then done is
 * not called.
 *
 * done is called once, from the event loop, never from within the start
 * function.  status and result hold the outcome; result belongs to the
 * adapter and lives until done returns.  The call may be started again from
 * within done.
 *
 * Every call has a deadline: NGX_DECLINED when it passes.  A caller that goes
 * away before runs ngx_registration_call_abandon(): done is not called then,
 * and the adapter touches the call no more.
 */


#ifndef _NGX_REGISTRATION_CALL_H_INCLUDED_
#define _NGX_REGISTRATION_CALL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef struct ngx_registration_call_s  ngx_registration_call_t;

struct ngx_registration_call_s {
    void       (*done)(ngx_registration_call_t *call);
    void        *data;

    ngx_int_t    status;        /* NGX_OK, NGX_DECLINED, NGX_ERROR */
    void        *result;        /* redisReply, PGresult, a job's context */

    /* the adapter's, while in flight */
    void       (*abandon)(ngx_registration_call_t *call);
    void        *op;
};


#define ngx_registration_call_abandon(call)                                   \
                                                                              \
    if ((call)->abandon) {                                                    \
        (call)->abandon(call);                                                \
        (call)->abandon = NULL;                                               \
    }


/* The adapter's last word; the call is the caller's again. */

static ngx_inline void
ngx_registration_call_end(ngx_registration_call_t *call, ngx_int_t status,
    void *result)
{
    call->abandon = NULL;
    call->op = NULL;
    call->status = status;
    call->result = result;

    call->done(call);
}


#endif /* _NGX_REGISTRATION_CALL_H_INCLUDED_ */
