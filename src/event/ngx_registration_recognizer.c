
/*
 * registration-recognizer on nginx's event loop: connect, send the picture,
 * read the answer, all of it within one deadline.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_recognizer.h"
#include "ngx_registration_metrics.h"
#include <reg_seal.h>


#define NGX_REGISTRATION_RECOGNIZER_BACKOFF      100
#define NGX_REGISTRATION_RECOGNIZER_BACKOFF_MAX  2000

/* The recogniser's answer "late" is to arrive before our own deadline. */

#define NGX_REGISTRATION_RECOGNIZER_MARGIN       150

/*
 * Bytes sent at a time: a recogniser that reads as fast as we write would take
 * a picture of megabytes whole, and everybody else would wait for it.
 */

#define NGX_REGISTRATION_RECOGNIZER_SEND         65536


struct ngx_registration_recognizer_s {
    ngx_registration_recognizer_conf_t  *conf;
    ngx_msec_t                           backoff;
    ngx_msec_t                           again;     /* when it is down */
    unsigned                             down:1;
};


typedef struct {
    ngx_registration_recognizer_t       *recognizer;
    ngx_registration_call_t             *call;
    ngx_connection_t                    *connection;
    ngx_event_t                          timer;

    ngx_registration_picture_t           picture;   /* what is to be sent */

    size_t                               received;
    u_char                               head[REG_RECOGNITION_ANSWER];
    reg_recognition_answer_t             answer;
    ngx_registration_recognition_t       result;
} ngx_registration_exchange_t;


static ngx_registration_exchange_t *ngx_registration_exchange_create(
    ngx_registration_recognizer_t *recognizer,
    ngx_registration_picture_t *picture);
static ngx_connection_t *ngx_registration_exchange_connect(
    ngx_registration_recognizer_t *recognizer);
static void ngx_registration_exchange_write(ngx_event_t *wev);
static ngx_int_t ngx_registration_exchange_send(
    ngx_registration_exchange_t *ex);
static void ngx_registration_exchange_read(ngx_event_t *rev);
static ngx_int_t ngx_registration_exchange_head(
    ngx_registration_exchange_t *ex);
static void ngx_registration_exchange_timeout(ngx_event_t *ev);
static void ngx_registration_exchange_abandon(ngx_registration_call_t *call);
static void ngx_registration_exchange_end(ngx_registration_exchange_t *ex,
    ngx_int_t status);
static void ngx_registration_exchange_free(ngx_registration_exchange_t *ex);
static void ngx_registration_picture_free(ngx_registration_picture_t *picture);
static void ngx_registration_recognizer_down(
    ngx_registration_recognizer_t *recognizer, ngx_err_t err,
    const char *why);


ngx_registration_recognizer_t *
ngx_registration_recognizer_create(ngx_pool_t *pool,
    ngx_registration_recognizer_conf_t *conf)
{
    ngx_registration_recognizer_t  *recognizer;

    recognizer = ngx_pcalloc(pool, sizeof(ngx_registration_recognizer_t));
    if (recognizer == NULL) {
        return NULL;
    }

    recognizer->conf = conf;
    recognizer->backoff = NGX_REGISTRATION_RECOGNIZER_BACKOFF;

    return recognizer;
}


ngx_uint_t
ngx_registration_recognizer_up(ngx_registration_recognizer_t *recognizer)
{
    return !recognizer->down
           || (ngx_msec_int_t) (ngx_current_msec - recognizer->again) >= 0;
}


ngx_int_t
ngx_registration_recognizer_ask(ngx_registration_recognizer_t *recognizer,
    ngx_registration_call_t *call, ngx_registration_picture_t *picture,
    ngx_msec_t msec)
{
    ngx_connection_t             *c;
    reg_recognition_request_t     request;
    ngx_registration_exchange_t  *ex;

    if (!ngx_registration_recognizer_up(recognizer)) {
        ngx_registration_picture_free(picture);
        ngx_registration_metrics_count(NGX_REGISTRATION_RECOGNIZER,
                                       NGX_DECLINED);
        return NGX_DECLINED;
    }

    ex = ngx_registration_exchange_create(recognizer, picture);
    if (ex == NULL) {
        ngx_registration_picture_free(picture);
        return NGX_ERROR;
    }

    request.len = picture->len;
    request.kind = picture->kind;
    request.msec = msec - ngx_min(NGX_REGISTRATION_RECOGNIZER_MARGIN,
                                  msec / 2);

    ex->picture.offset -= REG_RECOGNITION_REQUEST;
    ex->picture.len += REG_RECOGNITION_REQUEST;

    reg_recognition_write_request(&request, picture->data
                                            + ex->picture.offset);

    c = ngx_registration_exchange_connect(recognizer);
    if (c == NULL) {
        ngx_registration_exchange_free(ex);
        ngx_registration_metrics_count(NGX_REGISTRATION_RECOGNIZER,
                                       NGX_DECLINED);
        return NGX_DECLINED;
    }

    c->data = ex;
    c->read->handler = ngx_registration_exchange_read;
    c->write->handler = ngx_registration_exchange_write;
    ex->connection = c;

    ex->timer.data = c;
    ex->timer.handler = ngx_registration_exchange_timeout;
    ex->timer.log = ngx_cycle->log;

    ngx_add_timer(&ex->timer, msec);

    /* nothing may end within this function */

    c->write->ready = 1;
    ngx_post_event(c->write, &ngx_posted_events);

    ngx_registration_gauges->recognizer++;

    ex->call = call;
    call->op = ex;
    call->abandon = ngx_registration_exchange_abandon;

    return NGX_OK;
}


static ngx_registration_exchange_t *
ngx_registration_exchange_create(ngx_registration_recognizer_t *recognizer,
    ngx_registration_picture_t *picture)
{
    ngx_registration_exchange_t  *ex;

    ex = ngx_calloc(sizeof(ngx_registration_exchange_t), ngx_cycle->log);
    if (ex == NULL) {
        return NULL;
    }

    ex->recognizer = recognizer;
    ex->picture = *picture;

    return ex;
}


/* To a unix socket connect() never waits, also when it does not block. */

static ngx_connection_t *
ngx_registration_exchange_connect(ngx_registration_recognizer_t *recognizer)
{
    ngx_addr_t        *addr;
    ngx_socket_t       s;
    ngx_connection_t  *c;

    addr = recognizer->conf->addr;

    s = ngx_socket(addr->sockaddr->sa_family, SOCK_STREAM, 0);

    if (s == (ngx_socket_t) -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_socket_errno,
                      ngx_socket_n " failed");
        return NULL;
    }

    c = ngx_get_connection(s, ngx_cycle->log);

    if (c == NULL) {
        (void) ngx_close_socket(s);
        return NULL;
    }

    c->type = SOCK_STREAM;
    c->log_error = NGX_ERROR_INFO;
    c->recv = ngx_recv;
    c->send = ngx_send;
    c->read->log = ngx_cycle->log;
    c->write->log = ngx_cycle->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->start_time = ngx_current_msec;

    if (ngx_nonblocking(s) == -1) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_socket_errno,
                      ngx_nonblocking_n " failed");
        ngx_close_connection(c);
        return NULL;
    }

    if (connect(s, addr->sockaddr, addr->socklen) == -1) {

        /* EAGAIN: more wait to be accepted than it lets */

        ngx_registration_recognizer_down(recognizer, ngx_socket_errno,
                                         "connect() failed");
        ngx_close_connection(c);
        return NULL;
    }

    return c;
}


static void
ngx_registration_exchange_write(ngx_event_t *wev)
{
    ngx_connection_t             *c;
    ngx_registration_exchange_t  *ex;

    c = wev->data;
    ex = c->data;

    if (ngx_registration_exchange_send(ex) == NGX_OK && ex->picture.data) {
        ngx_post_event(wev, &ngx_posted_next_events);
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK
        || ngx_handle_read_event(c->read, 0) != NGX_OK)
    {
        ngx_registration_exchange_end(ex, NGX_ERROR);
    }
}


/* A piece of the picture, which is needed no more and wiped. */

static ngx_int_t
ngx_registration_exchange_send(ngx_registration_exchange_t *ex)
{
    u_char                      *start;
    ssize_t                      n;
    ngx_connection_t            *c;
    ngx_registration_picture_t  *picture;

    c = ex->connection;
    picture = &ex->picture;

    if (picture->data == NULL) {
        return NGX_OK;
    }

    start = picture->data + picture->offset;

    n = c->send(c, start,
                ngx_min(picture->len, NGX_REGISTRATION_RECOGNIZER_SEND));

    if (n == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (n == NGX_ERROR) {

        /* perhaps it said why before it closed */

        ngx_registration_picture_free(picture);
        return NGX_OK;
    }

    reg_wipe(start, n);
    picture->offset += n;
    picture->len -= n;

    if (picture->len == 0) {
        ngx_registration_picture_free(picture);
    }

    return NGX_OK;
}


static void
ngx_registration_exchange_read(ngx_event_t *rev)
{
    u_char                       *p;
    size_t                        size;
    ssize_t                       n;
    ngx_connection_t             *c;
    ngx_registration_exchange_t  *ex;

    c = rev->data;
    ex = c->data;

    if (c->close) {                 /* nginx's worker_shutdown_timeout */
        ngx_registration_exchange_end(ex, NGX_DECLINED);
        return;
    }

    for ( ;; ) {

        if (ex->received < REG_RECOGNITION_ANSWER) {
            p = ex->head + ex->received;
            size = REG_RECOGNITION_ANSWER - ex->received;

        } else {
            n = ex->received - REG_RECOGNITION_ANSWER;
            p = ex->result.text + n;
            size = ex->answer.len - n;

            if (size == 0) {
                ngx_registration_exchange_end(ex, NGX_OK);
                return;
            }
        }

        n = c->recv(c, p, size);

        if (n == NGX_AGAIN) {
            break;
        }

        if (n == NGX_ERROR || n == 0) {
            ngx_registration_recognizer_down(ex->recognizer, 0,
                                             "closed without an answer");
            ngx_registration_exchange_end(ex, NGX_DECLINED);
            return;
        }

        ex->received += n;

        if (ex->received == REG_RECOGNITION_ANSWER
            && ngx_registration_exchange_head(ex) != NGX_OK)
        {
            ngx_registration_exchange_end(ex, NGX_ERROR);
            return;
        }
    }

    if (ngx_handle_read_event(rev, 0) != NGX_OK) {
        ngx_registration_exchange_end(ex, NGX_ERROR);
    }
}


static ngx_int_t
ngx_registration_exchange_head(ngx_registration_exchange_t *ex)
{
    if (reg_recognition_read_answer(ex->head, &ex->answer) != REG_OK) {
        ngx_registration_recognizer_down(ex->recognizer, 0,
                                    "does not speak this module's protocol");
        return NGX_ERROR;
    }

    ex->result.status = ex->answer.status;
    ex->result.len = ex->answer.len;
    ex->result.text = ngx_alloc(ex->answer.len + 1, ngx_cycle->log);

    return ex->result.text ? NGX_OK : NGX_ERROR;
}


static void
ngx_registration_exchange_timeout(ngx_event_t *ev)
{
    ngx_connection_t             *c;
    ngx_registration_exchange_t  *ex;

    c = ev->data;
    ex = c->data;

    ngx_registration_recognizer_down(ex->recognizer, 0,
                                     "gave no answer in time");
    ngx_registration_exchange_end(ex, NGX_DECLINED);
}


static void
ngx_registration_exchange_abandon(ngx_registration_call_t *call)
{
    ngx_registration_exchange_t  *ex;

    ex = call->op;

    ngx_registration_gauges->recognizer--;
    ngx_registration_metrics_count(NGX_REGISTRATION_RECOGNIZER, NGX_DECLINED);

    ngx_registration_exchange_free(ex);
}


static void
ngx_registration_exchange_end(ngx_registration_exchange_t *ex,
    ngx_int_t status)
{
    ngx_registration_call_t        *call;
    ngx_registration_recognizer_t  *recognizer;

    call = ex->call;
    recognizer = ex->recognizer;

    ngx_registration_gauges->recognizer--;
    ngx_registration_metrics_count(NGX_REGISTRATION_RECOGNIZER, status);

    if (status == NGX_OK && recognizer->down) {
        recognizer->down = 0;
        recognizer->backoff = NGX_REGISTRATION_RECOGNIZER_BACKOFF;

        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "the recognizer at \"%V\" is back",
                      &recognizer->conf->addr->name);
    }

    ngx_registration_call_end(call, status, &ex->result);

    ngx_registration_exchange_free(ex);
}


static void
ngx_registration_exchange_free(ngx_registration_exchange_t *ex)
{
    if (ex->timer.timer_set) {
        ngx_del_timer(&ex->timer);
    }

    if (ex->connection) {
        ngx_close_connection(ex->connection);
    }

    if (ex->result.text) {
        reg_wipe(ex->result.text, ex->result.len);
        ngx_free(ex->result.text);
    }

    ngx_registration_picture_free(&ex->picture);
    ngx_free(ex);
}


static void
ngx_registration_picture_free(ngx_registration_picture_t *picture)
{
    if (picture->data) {
        reg_wipe(picture->data + picture->offset, picture->len);
        free(picture->data);
        picture->data = NULL;
    }
}


/* What is known is said once: not again until it has been up. */

static void
ngx_registration_recognizer_down(ngx_registration_recognizer_t *recognizer,
    ngx_err_t err, const char *why)
{
    if (!recognizer->down) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, err,
                      "the recognizer at \"%V\" %s; pictures are not read "
                      "until it is back", &recognizer->conf->addr->name, why);

    } else if (ngx_registration_recognizer_up(recognizer)) {
        recognizer->backoff = ngx_min(2 * recognizer->backoff,
                                    NGX_REGISTRATION_RECOGNIZER_BACKOFF_MAX);
    }

    recognizer->down = 1;
    recognizer->again = ngx_current_msec + recognizer->backoff;
}
