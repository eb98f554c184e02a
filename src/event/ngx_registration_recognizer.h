/*
 * registration-recognizer on nginx's event loop: a connection a picture, over
 * a unix socket, in the protocol of reg_recognition.h.
 *
 * A recogniser that cannot be connected to, or that gives no answer in time,
 * is taken for one that is down: for a while, longer each time, starting
 * gives NGX_DECLINED at once.
 */


#ifndef _NGX_REGISTRATION_RECOGNIZER_H_INCLUDED_
#define _NGX_REGISTRATION_RECOGNIZER_H_INCLUDED_


#include "ngx_registration_call.h"
#include <reg_recognition.h>


typedef struct {
    ngx_addr_t                *addr;            /* NULL: there is none */
    ngx_msec_t                 timeout;         /* from upload to result */
    ngx_uint_t                 connections;     /* pictures at a time */
    ngx_uint_t                 queue;           /* waiting ones included */
} ngx_registration_recognizer_conf_t;


typedef struct ngx_registration_recognizer_s  ngx_registration_recognizer_t;


/*
 * A picture in malloc'ed memory: it begins at data + offset, where offset is
 * at least REG_RECOGNITION_REQUEST, and what is before is overwritten.
 */

typedef struct {
    reg_recognition_kind_t     kind;
    u_char                    *data;
    size_t                     offset;
    size_t                     len;
} ngx_registration_picture_t;


/* A call's result: text is what the recogniser says, not believed yet. */

typedef struct {
    reg_recognition_status_t   status;
    u_char                    *text;
    size_t                     len;
} ngx_registration_recognition_t;


/* Allocates only; conf must outlive it.  For configuration time. */

ngx_registration_recognizer_t *ngx_registration_recognizer_create(
    ngx_pool_t *pool, ngx_registration_recognizer_conf_t *conf);

/* Whether it is worth asking now. */

ngx_uint_t ngx_registration_recognizer_up(
    ngx_registration_recognizer_t *recognizer);

/*
 * Takes the picture, whose memory is wiped and freed in any case, as soon as
 * it has been sent.  msec is the time until the deadline.
 */

ngx_int_t ngx_registration_recognizer_ask(
    ngx_registration_recognizer_t *recognizer, ngx_registration_call_t *call,
    ngx_registration_picture_t *picture, ngx_msec_t msec);


#endif /* _NGX_REGISTRATION_RECOGNIZER_H_INCLUDED_ */
