
/*
 * The queue of outgoing mail: which message is tried when, and what becomes
 * of it.
 *
 * A message is ready (to be tried as soon as a session is to be had), later
 * (its timer makes it ready again) or being sent.  All have a timer that
 * holds a worker which is to exit: their own, or their session's.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_smtp.h"
#include "ngx_registration_smtp_session.h"
#include "ngx_registration_metrics.h"


#define NGX_REGISTRATION_SMTP_BACKOFF      2000
#define NGX_REGISTRATION_SMTP_BACKOFF_MAX  60000

/* How long mail may hold a worker that is to exit. */

#define NGX_REGISTRATION_SMTP_EXIT         10000

/* nginx does not tell a module that the worker is to exit: it has to look. */

#define NGX_REGISTRATION_SMTP_TICK         1000


struct ngx_registration_smtp_s {
    ngx_registration_smtp_conf_t      *conf;
    ngx_registration_curl_t           *curl;
    void                              *dummy;

    /* event ident must be after 3 pointers as in ngx_connection_t */
    ngx_int_t                          ident;

    ngx_queue_t                        ready;
    ngx_queue_t                        later;
    ngx_queue_t                        idle;        /* sessions */
    ngx_queue_t                        busy;
    ngx_uint_t                         waiting;     /* ready and later */
    ngx_uint_t                         sessions;

    ngx_event_t                        dispatch;
    ngx_event_t                        tick;
    ngx_event_t                        probe;
    ngx_event_t                        exit;

    ngx_msec_t                         backoff;
    unsigned                           down:1;
    unsigned                           exiting:1;
};


typedef struct {
    ngx_registration_smtp_t           *smtp;
    void                              *dummy[2];

    /* event ident must be after 3 pointers as in ngx_connection_t */
    ngx_int_t                          ident;

    ngx_queue_t                        queue;
    ngx_event_t                        timer;
    ngx_msec_t                         deadline;
    ngx_msec_t                         backoff;
    ngx_uint_t                         reply;       /* that refused it */
    ngx_registration_smtp_done_pt      done;
    void                              *data;
    ngx_registration_smtp_mail_t       mail;
    u_char                             to[1];
} ngx_registration_smtp_message_t;


static void ngx_registration_smtp_cleanup(void *data);
static ngx_int_t ngx_registration_smtp_open(ngx_registration_smtp_t *smtp);
static void ngx_registration_smtp_event(ngx_registration_smtp_t *smtp,
    ngx_event_t *ev, ngx_event_handler_pt handler);
static ngx_int_t ngx_registration_smtp_check(ngx_str_t *to, char *text,
    size_t len);
static ngx_registration_smtp_message_t *ngx_registration_smtp_message_create(
    ngx_registration_smtp_t *smtp, ngx_str_t *to, char *text, size_t len);
static void ngx_registration_smtp_message_end(
    ngx_registration_smtp_message_t *m, ngx_int_t status);
static void ngx_registration_smtp_free_text(char *text, size_t len);
static void ngx_registration_smtp_make_ready(
    ngx_registration_smtp_message_t *m, ngx_uint_t first);
static void ngx_registration_smtp_message_handler(ngx_event_t *ev);
static void ngx_registration_smtp_dispatch_handler(ngx_event_t *ev);
static void ngx_registration_smtp_let_exit(ngx_registration_smtp_t *smtp);
static void ngx_registration_smtp_close_idle(ngx_registration_smtp_t *smtp);
static ngx_registration_smtp_session_t *ngx_registration_smtp_get_session(
    ngx_registration_smtp_t *smtp);
static ngx_registration_smtp_message_t *ngx_registration_smtp_take(
    ngx_registration_smtp_t *smtp);
static void ngx_registration_smtp_connect(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_session_t *s, ngx_registration_smtp_message_t *m);
static void ngx_registration_smtp_done(ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_settle(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_message_t *m, ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_retry(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_message_t *m);
static ngx_msec_t ngx_registration_smtp_backoff(ngx_msec_t *backoff);
static void ngx_registration_smtp_mark_down(ngx_registration_smtp_t *smtp,
    const char *why, CURLcode code, ngx_uint_t reply);
static void ngx_registration_smtp_release(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_tick_handler(ngx_event_t *ev);
static void ngx_registration_smtp_last_tries(ngx_registration_smtp_t *smtp);
static void ngx_registration_smtp_exit_handler(ngx_event_t *ev);
static ngx_uint_t ngx_registration_smtp_drop_waiting(
    ngx_registration_smtp_t *smtp);
static ngx_uint_t ngx_registration_smtp_drop_busy(
    ngx_registration_smtp_t *smtp);
static void ngx_registration_smtp_log_dropped(ngx_uint_t n);


ngx_registration_smtp_t *
ngx_registration_smtp_create(ngx_pool_t *pool,
    ngx_registration_smtp_conf_t *conf)
{
    ngx_pool_cleanup_t       *cln;
    ngx_registration_smtp_t  *smtp;

    smtp = ngx_pcalloc(pool, sizeof(ngx_registration_smtp_t));
    if (smtp == NULL) {
        return NULL;
    }

    /* without a master process a reload only destroys the pool */

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_registration_smtp_cleanup;
    cln->data = smtp;

    smtp->conf = conf;
    smtp->ident = -1;
    smtp->backoff = NGX_REGISTRATION_SMTP_BACKOFF;

    ngx_queue_init(&smtp->ready);
    ngx_queue_init(&smtp->later);
    ngx_queue_init(&smtp->idle);
    ngx_queue_init(&smtp->busy);

    return smtp;
}


static void
ngx_registration_smtp_cleanup(void *data)
{
    ngx_registration_smtp_close(data);
}


/* In the worker, at the first message. */

static ngx_int_t
ngx_registration_smtp_open(ngx_registration_smtp_t *smtp)
{
    if (smtp->curl) {
        return NGX_OK;
    }

    smtp->curl = ngx_registration_curl_create();
    if (smtp->curl == NULL) {
        return NGX_ERROR;
    }

    ngx_registration_smtp_event(smtp, &smtp->dispatch,
                                ngx_registration_smtp_dispatch_handler);
    ngx_registration_smtp_event(smtp, &smtp->tick,
                                ngx_registration_smtp_tick_handler);
    ngx_registration_smtp_event(smtp, &smtp->probe,
                                ngx_registration_smtp_dispatch_handler);
    ngx_registration_smtp_event(smtp, &smtp->exit,
                                ngx_registration_smtp_exit_handler);

    smtp->exit.cancelable = 0;

    return NGX_OK;
}


static void
ngx_registration_smtp_event(ngx_registration_smtp_t *smtp, ngx_event_t *ev,
    ngx_event_handler_pt handler)
{
    ev->handler = handler;
    ev->data = smtp;
    ev->log = ngx_cycle->log;
    ev->cancelable = 1;
}


ngx_uint_t
ngx_registration_smtp_has_room(ngx_registration_smtp_t *smtp)
{
    return smtp->conf->discard || smtp->waiting < smtp->conf->queue;
}


ngx_int_t
ngx_registration_smtp_send(ngx_registration_smtp_t *smtp, ngx_str_t *to,
    char *text, size_t len, ngx_msec_t lifetime,
    ngx_registration_smtp_done_pt done, void *data)
{
    ngx_registration_smtp_message_t  *m;

    if (smtp->conf->discard) {
        ngx_registration_smtp_free_text(text, len);

        if (done) {
            done(data, NGX_OK, 0);
        }

        return NGX_OK;
    }

    if (!ngx_registration_smtp_has_room(smtp)) {
        ngx_registration_metrics_count(NGX_REGISTRATION_SMTP, NGX_BUSY);
        ngx_registration_smtp_free_text(text, len);
        return NGX_BUSY;
    }

    m = NULL;

    if (ngx_registration_smtp_check(to, text, len) == NGX_OK
        && ngx_registration_smtp_open(smtp) == NGX_OK)
    {
        m = ngx_registration_smtp_message_create(smtp, to, text, len);
    }

    if (m == NULL) {
        ngx_registration_smtp_free_text(text, len);
        return NGX_ERROR;
    }

    m->deadline = ngx_current_msec + lifetime;
    m->done = done;
    m->data = data;

    ngx_registration_smtp_make_ready(m, 0);

    if (!smtp->tick.timer_set) {
        ngx_add_timer(&smtp->tick, NGX_REGISTRATION_SMTP_TICK);
    }

    return NGX_OK;
}


/* Whoever calls has checked both; the dialogue must not depend on it. */

static ngx_int_t
ngx_registration_smtp_check(ngx_str_t *to, char *text, size_t len)
{
    size_t  i;

    for (i = 0; i < to->len; i++) {
        if (to->data[i] <= ' ' || to->data[i] >= 0x7f
            || to->data[i] == '<' || to->data[i] == '>')
        {
            return NGX_ERROR;
        }
    }

    /* 254: RFC 5321, 4.5.3.1.3, without "<" and ">" */

    if (to->len == 0 || to->len > 254) {
        return NGX_ERROR;
    }

    if (len < 3 || text[0] == '.' || ngx_memcmp(text + len - 2, CRLF, 2) != 0)
    {
        return NGX_ERROR;
    }

    /* a dot that begins a line would need another (RFC 5321, 4.5.2) */

    return memmem(text, len, "\n.", 2) ? NGX_ERROR : NGX_OK;
}


static ngx_registration_smtp_message_t *
ngx_registration_smtp_message_create(ngx_registration_smtp_t *smtp,
    ngx_str_t *to, char *text, size_t len)
{
    ngx_registration_smtp_message_t  *m;

    m = ngx_calloc(sizeof(ngx_registration_smtp_message_t) + to->len,
                   ngx_cycle->log);
    if (m == NULL) {
        return NULL;
    }

    ngx_registration_gauges->smtp++;

    m->smtp = smtp;
    m->ident = -1;
    m->backoff = NGX_REGISTRATION_SMTP_BACKOFF;

    m->timer.handler = ngx_registration_smtp_message_handler;
    m->timer.data = m;
    m->timer.log = ngx_cycle->log;

    m->mail.text.data = (u_char *) text;
    m->mail.text.len = len;

    ngx_memcpy(m->to, to->data, to->len);
    m->mail.to.data = m->to;
    m->mail.to.len = to->len;

    return m;
}


/* It is in no queue any more. */

static void
ngx_registration_smtp_message_end(ngx_registration_smtp_message_t *m,
    ngx_int_t status)
{
    void                           *data;
    ngx_uint_t                      reply;
    ngx_registration_smtp_done_pt   done;

    done = m->done;
    data = m->data;
    reply = m->reply;

    ngx_registration_gauges->smtp--;
    ngx_registration_metrics_count(NGX_REGISTRATION_SMTP, status);

    if (m->timer.timer_set) {
        ngx_del_timer(&m->timer);
    }

    ngx_registration_smtp_free_text((char *) m->mail.text.data,
                                    m->mail.text.len);

    ngx_explicit_memzero(m->to, m->mail.to.len);
    ngx_free(m);

    if (done) {
        done(data, status, reply);
    }
}


/* It holds a code, or a name. */

static void
ngx_registration_smtp_free_text(char *text, size_t len)
{
    ngx_explicit_memzero(text, len);
    free(text);
}


static void
ngx_registration_smtp_make_ready(ngx_registration_smtp_message_t *m,
    ngx_uint_t first)
{
    ngx_msec_int_t            left;
    ngx_registration_smtp_t  *smtp;

    smtp = m->smtp;

    if (first) {
        ngx_queue_insert_head(&smtp->ready, &m->queue);

    } else {
        ngx_queue_insert_tail(&smtp->ready, &m->queue);
    }

    smtp->waiting++;

    left = (ngx_msec_int_t) (m->deadline - ngx_current_msec);
    ngx_add_timer(&m->timer, ngx_max(left, 1));

    if (smtp->exiting && !smtp->exit.timer_set) {
        ngx_add_timer(&smtp->exit, NGX_REGISTRATION_SMTP_EXIT);
    }

    ngx_post_event(&smtp->dispatch, &ngx_posted_events);
}


static void
ngx_registration_smtp_message_handler(ngx_event_t *ev)
{
    ngx_registration_smtp_t          *smtp;
    ngx_registration_smtp_message_t  *m;

    m = ev->data;
    smtp = m->smtp;

    ngx_queue_remove(&m->queue);
    smtp->waiting--;

    if ((ngx_msec_int_t) (m->deadline - ngx_current_msec) > 0) {
        ngx_registration_smtp_make_ready(m, 0);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "a mail was dropped: the mail server did not take it "
                  "before its lifetime was over");

    ngx_registration_smtp_message_end(m, NGX_DECLINED);

    ngx_post_event(&smtp->dispatch, &ngx_posted_events);
}


static void
ngx_registration_smtp_dispatch_handler(ngx_event_t *ev)
{
    ngx_registration_smtp_t          *smtp;
    ngx_registration_smtp_message_t  *m;
    ngx_registration_smtp_session_t  *s;

    smtp = ev->data;

    while (!ngx_queue_empty(&smtp->ready)) {

        s = ngx_registration_smtp_get_session(smtp);
        if (s == NULL) {
            break;
        }

        m = ngx_registration_smtp_take(smtp);

        ngx_queue_insert_tail(&smtp->busy, &s->queue);
        s->message = m;

        if (s->alive) {
            ngx_registration_smtp_session_send(s, &m->mail);

        } else {
            ngx_registration_smtp_connect(smtp, s, m);
        }
    }

    if (smtp->exiting && ngx_queue_empty(&smtp->busy)) {
        ngx_registration_smtp_let_exit(smtp);
    }
}


/* Nothing is being sent: no timer may hold the worker, unless mail waits. */

static void
ngx_registration_smtp_let_exit(ngx_registration_smtp_t *smtp)
{
    ngx_registration_smtp_close_idle(smtp);

    if (smtp->waiting == 0 && smtp->exit.timer_set) {
        ngx_del_timer(&smtp->exit);
    }
}


static void
ngx_registration_smtp_close_idle(ngx_registration_smtp_t *smtp)
{
    ngx_queue_t                      *q;
    ngx_registration_smtp_session_t  *s;

    while (!ngx_queue_empty(&smtp->idle)) {
        q = ngx_queue_head(&smtp->idle);
        s = ngx_queue_data(q, ngx_registration_smtp_session_t, queue);

        ngx_registration_smtp_release(smtp, s);
    }
}


/* An idle session, or a new one if there may be one more. */

static ngx_registration_smtp_session_t *
ngx_registration_smtp_get_session(ngx_registration_smtp_t *smtp)
{
    ngx_queue_t                      *q;
    ngx_registration_smtp_session_t  *s;

    if (!ngx_queue_empty(&smtp->idle)) {
        q = ngx_queue_head(&smtp->idle);
        ngx_queue_remove(q);

        return ngx_queue_data(q, ngx_registration_smtp_session_t, queue);
    }

    if (smtp->sessions == smtp->conf->connections) {
        return NULL;
    }

    /* to a server that is down, one at a time, when the backoff is over */

    if (smtp->down && (smtp->probe.timer_set || smtp->sessions)) {
        return NULL;
    }

    s = ngx_registration_smtp_session_create(smtp->conf);
    if (s == NULL) {
        ngx_registration_smtp_mark_down(smtp, "no memory",
                                        CURLE_OUT_OF_MEMORY, 0);
        return NULL;
    }

    s->done = ngx_registration_smtp_done;
    s->data = smtp;
    smtp->sessions++;

    return s;
}


static ngx_registration_smtp_message_t *
ngx_registration_smtp_take(ngx_registration_smtp_t *smtp)
{
    ngx_queue_t                      *q;
    ngx_registration_smtp_message_t  *m;

    q = ngx_queue_head(&smtp->ready);
    ngx_queue_remove(q);
    smtp->waiting--;

    m = ngx_queue_data(q, ngx_registration_smtp_message_t, queue);

    /* the session's timer takes over */

    ngx_del_timer(&m->timer);

    return m;
}


static void
ngx_registration_smtp_connect(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_session_t *s, ngx_registration_smtp_message_t *m)
{
    if (ngx_registration_smtp_session_connect(s, smtp->curl, &m->mail)
        == NGX_OK)
    {
        return;
    }

    s->outcome = NGX_REGISTRATION_SMTP_UNREACHABLE;
    s->code = CURLE_FAILED_INIT;

    ngx_registration_smtp_done(s);
}


static void
ngx_registration_smtp_done(ngx_registration_smtp_session_t *s)
{
    ngx_registration_smtp_t          *smtp;
    ngx_registration_smtp_message_t  *m;

    smtp = s->data;
    m = s->message;
    s->message = NULL;

    if (m) {
        ngx_registration_smtp_settle(smtp, m, s);
    }

    if (s->alive) {
        /* the one used last goes first, so that spare ones may end */
        ngx_queue_remove(&s->queue);
        ngx_queue_insert_head(&smtp->idle, &s->queue);

    } else {
        ngx_registration_smtp_release(smtp, s);
    }

    ngx_post_event(&smtp->dispatch, &ngx_posted_events);
}


/* Logs tell codes only: a server's words may hold an address. */

static void
ngx_registration_smtp_settle(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_message_t *m, ngx_registration_smtp_session_t *s)
{
    if (s->outcome == NGX_REGISTRATION_SMTP_UNREACHABLE) {
        ngx_registration_smtp_mark_down(smtp,
                                        ngx_registration_smtp_session_error(s),
                                        s->code, s->reply);

        if (smtp->exiting) {
            ngx_registration_smtp_message_end(m, NGX_DECLINED);
            ngx_registration_smtp_log_dropped(
                               ngx_registration_smtp_drop_waiting(smtp) + 1);
            return;
        }

        ngx_registration_smtp_make_ready(m, 1);
        return;
    }

    smtp->down = 0;
    smtp->backoff = NGX_REGISTRATION_SMTP_BACKOFF;

    switch (s->outcome) {

    case NGX_REGISTRATION_SMTP_SENT:
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "a mail was sent (%ui)", s->reply);
        ngx_registration_smtp_message_end(m, NGX_OK);
        return;

    case NGX_REGISTRATION_SMTP_REFUSED:
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "a mail was refused by the mail server (%ui)", s->reply);
        m->reply = s->reply;
        ngx_registration_smtp_message_end(m, NGX_ERROR);
        return;

    case NGX_REGISTRATION_SMTP_STALE:
        ngx_registration_smtp_make_ready(m, 1);
        return;

    default: /* NGX_REGISTRATION_SMTP_DEFERRED */
        ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                      "a mail was not taken by the mail server "
                      "(reply %ui, %s)", s->reply, curl_easy_strerror(s->code));
        ngx_registration_smtp_retry(smtp, m);
        return;
    }
}


static void
ngx_registration_smtp_retry(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_message_t *m)
{
    ngx_msec_t  delay;

    if (smtp->exiting) {
        ngx_registration_smtp_message_end(m, NGX_DECLINED);
        ngx_registration_smtp_log_dropped(1);
        return;
    }

    delay = ngx_registration_smtp_backoff(&m->backoff);

    if ((ngx_msec_int_t) (m->deadline - ngx_current_msec - delay) <= 0) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "a mail was dropped: its lifetime is over before "
                      "another try");
        ngx_registration_smtp_message_end(m, NGX_DECLINED);
        return;
    }

    ngx_queue_insert_tail(&smtp->later, &m->queue);
    smtp->waiting++;

    ngx_add_timer(&m->timer, delay);
}


/* Up to a quarter less, so that many do not come back at once. */

static ngx_msec_t
ngx_registration_smtp_backoff(ngx_msec_t *backoff)
{
    ngx_msec_t  delay;

    delay = *backoff - ngx_random() % (*backoff / 4);
    *backoff = ngx_min(*backoff * 2, NGX_REGISTRATION_SMTP_BACKOFF_MAX);

    return delay;
}


static void
ngx_registration_smtp_mark_down(ngx_registration_smtp_t *smtp,
    const char *why, CURLcode code, ngx_uint_t reply)
{
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "the mail server is not available (%s, code %d, reply %ui); "
                  "mails wait", why, (int) code, reply);

    smtp->down = 1;

    if (smtp->probe.timer_set) {
        return;
    }

    ngx_add_timer(&smtp->probe, ngx_registration_smtp_backoff(&smtp->backoff));
}


static void
ngx_registration_smtp_release(ngx_registration_smtp_t *smtp,
    ngx_registration_smtp_session_t *s)
{
    ngx_queue_remove(&s->queue);
    smtp->sessions--;

    ngx_registration_smtp_session_close(s);
}


static void
ngx_registration_smtp_tick_handler(ngx_event_t *ev)
{
    ngx_registration_smtp_t  *smtp;

    smtp = ev->data;

    if (ngx_exiting && !smtp->exiting) {
        smtp->exiting = 1;
        ngx_registration_smtp_last_tries(smtp);
    }

    if (smtp->waiting || !ngx_queue_empty(&smtp->busy)) {
        ngx_add_timer(ev, NGX_REGISTRATION_SMTP_TICK);
    }
}


/* The worker is to exit: everything gets one more try, at once. */

static void
ngx_registration_smtp_last_tries(ngx_registration_smtp_t *smtp)
{
    ngx_queue_t                      *q;
    ngx_registration_smtp_message_t  *m;

    while (!ngx_queue_empty(&smtp->later)) {
        q = ngx_queue_head(&smtp->later);
        m = ngx_queue_data(q, ngx_registration_smtp_message_t, queue);

        ngx_queue_remove(q);
        smtp->waiting--;
        ngx_del_timer(&m->timer);

        ngx_registration_smtp_make_ready(m, 0);
    }

    if (smtp->probe.timer_set) {
        ngx_del_timer(&smtp->probe);
    }

    ngx_add_timer(&smtp->exit, NGX_REGISTRATION_SMTP_EXIT);

    ngx_post_event(&smtp->dispatch, &ngx_posted_events);
}


static void
ngx_registration_smtp_exit_handler(ngx_event_t *ev)
{
    ngx_uint_t                n;
    ngx_registration_smtp_t  *smtp;

    smtp = ev->data;

    n = ngx_registration_smtp_drop_waiting(smtp)
        + ngx_registration_smtp_drop_busy(smtp);

    ngx_registration_smtp_log_dropped(n);
    ngx_registration_smtp_let_exit(smtp);
}


static ngx_uint_t
ngx_registration_smtp_drop_waiting(ngx_registration_smtp_t *smtp)
{
    ngx_uint_t                        n;
    ngx_queue_t                      *q;
    ngx_registration_smtp_message_t  *m;

    for (n = 0; smtp->waiting; n++) {
        q = ngx_queue_head(ngx_queue_empty(&smtp->ready) ? &smtp->later
                                                         : &smtp->ready);
        m = ngx_queue_data(q, ngx_registration_smtp_message_t, queue);

        ngx_queue_remove(q);
        smtp->waiting--;

        ngx_registration_smtp_message_end(m, NGX_DECLINED);
    }

    return n;
}


static ngx_uint_t
ngx_registration_smtp_drop_busy(ngx_registration_smtp_t *smtp)
{
    ngx_uint_t                        n;
    ngx_queue_t                      *q;
    ngx_registration_smtp_session_t  *s;

    for (n = 0; !ngx_queue_empty(&smtp->busy); n++) {
        q = ngx_queue_head(&smtp->busy);
        s = ngx_queue_data(q, ngx_registration_smtp_session_t, queue);

        ngx_registration_smtp_message_end(s->message, NGX_DECLINED);
        ngx_registration_smtp_release(smtp, s);
    }

    return n;
}


static void
ngx_registration_smtp_log_dropped(ngx_uint_t n)
{
    if (n) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "%ui mail(s) dropped: the worker process exits and the "
                      "mail server has not taken them", n);
    }
}


void
ngx_registration_smtp_close(ngx_registration_smtp_t *smtp)
{
    ngx_uint_t  n;

    n = ngx_registration_smtp_drop_waiting(smtp)
        + ngx_registration_smtp_drop_busy(smtp);

    ngx_registration_smtp_log_dropped(n);

    ngx_registration_smtp_close_idle(smtp);

    if (smtp->curl) {
        ngx_registration_curl_destroy(smtp->curl);
        smtp->curl = NULL;
    }

    if (smtp->dispatch.posted) {
        ngx_delete_posted_event(&smtp->dispatch);
    }

    if (smtp->tick.timer_set) {
        ngx_del_timer(&smtp->tick);
    }

    if (smtp->probe.timer_set) {
        ngx_del_timer(&smtp->probe);
    }

    if (smtp->exit.timer_set) {
        ngx_del_timer(&smtp->exit);
    }
}
