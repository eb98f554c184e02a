
/*
 * libcurl's multi interface on nginx's event loop.
 *
 * libcurl's callbacks only move nginx's events: libcurl must not be called
 * from them.  Event handlers call it.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_curl.h"


/* The multi handle must never close a connection to make room for another. */

#define NGX_REGISTRATION_CURL_CONNECTIONS  1024L


struct ngx_registration_curl_s {
    CURLM           *multi;
    ngx_event_t     *timer;
    ngx_event_t     *broken;        /* posted: a socket cannot be watched */

    /* event ident must be after 3 pointers as in ngx_connection_t */
    ngx_int_t        ident;

    ngx_queue_t      running;
    ngx_event_t      events[2];
};


typedef struct {
    ngx_registration_curl_t  *curl;
    ngx_connection_t         *connection;
    curl_socket_t             fd;           /* as libcurl knows it */
} ngx_registration_curl_socket_t;


static int ngx_registration_curl_set_timer(CURLM *multi, long timeout,
    void *data);
static int ngx_registration_curl_set_socket(CURL *easy, curl_socket_t fd,
    int what, void *data, void *socket_data);
static ngx_registration_curl_socket_t *ngx_registration_curl_add_socket(
    ngx_registration_curl_t *curl, curl_socket_t fd);
static void ngx_registration_curl_timer_handler(ngx_event_t *ev);
static void ngx_registration_curl_socket_handler(ngx_event_t *ev);
static void ngx_registration_curl_broken_handler(ngx_event_t *ev);
static void ngx_registration_curl_act(ngx_registration_curl_t *curl,
    curl_socket_t fd, int mask);
static void ngx_registration_curl_done(ngx_registration_transfer_t *transfer,
    CURLcode code);
static ngx_int_t ngx_registration_curl_set(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);


ngx_registration_curl_t *
ngx_registration_curl_create(void)
{
    CURLM                    *multi;
    ngx_registration_curl_t  *curl;

    curl = ngx_calloc(sizeof(ngx_registration_curl_t), ngx_cycle->log);
    if (curl == NULL) {
        return NULL;
    }

    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
        ngx_free(curl);
        return NULL;
    }

    curl->ident = -1;
    ngx_queue_init(&curl->running);

    curl->timer = &curl->events[0];
    curl->timer->handler = ngx_registration_curl_timer_handler;
    curl->timer->data = curl;
    curl->timer->log = ngx_cycle->log;
    curl->timer->cancelable = 1;

    curl->broken = &curl->events[1];
    curl->broken->handler = ngx_registration_curl_broken_handler;
    curl->broken->data = curl;
    curl->broken->log = ngx_cycle->log;

    multi = curl_multi_init();
    curl->multi = multi;

    if (multi == NULL
        || curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION,
                             ngx_registration_curl_set_timer)
        || curl_multi_setopt(multi, CURLMOPT_TIMERDATA, curl)
        || curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION,
                             ngx_registration_curl_set_socket)
        || curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, curl)
        || curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS,
                             NGX_REGISTRATION_CURL_CONNECTIONS))
    {
        ngx_registration_curl_destroy(curl);
        return NULL;
    }

    return curl;
}


ngx_int_t
ngx_registration_curl_start(ngx_registration_curl_t *curl,
    ngx_registration_transfer_t *transfer)
{
    transfer->curl = curl;

    if (curl_easy_setopt(transfer->easy, CURLOPT_PRIVATE, transfer)
        != CURLE_OK)
    {
        return NGX_ERROR;
    }

    if (curl_multi_add_handle(curl->multi, transfer->easy) != CURLM_OK) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&curl->running, &transfer->queue);
    transfer->running = 1;

    return NGX_OK;
}


void
ngx_registration_curl_stop(ngx_registration_transfer_t *transfer)
{
    CURLMcode  rc;

    if (transfer->running) {
        ngx_queue_remove(&transfer->queue);
        transfer->running = 0;
    }

    rc = curl_multi_remove_handle(transfer->curl->multi, transfer->easy);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "curl_multi_remove_handle() failed: %s",
                      curl_multi_strerror(rc));
    }
}


void
ngx_registration_curl_destroy(ngx_registration_curl_t *curl)
{
    if (curl->multi) {
        (void) curl_multi_cleanup(curl->multi);
    }

    if (curl->timer->timer_set) {
        ngx_del_timer(curl->timer);
    }

    if (curl->broken->posted) {
        ngx_delete_posted_event(curl->broken);
    }

    curl_global_cleanup();
    ngx_free(curl);
}


static int
ngx_registration_curl_set_timer(CURLM *multi, long timeout, void *data)
{
    ngx_registration_curl_t  *curl = data;

    if (curl->timer->timer_set) {
        ngx_del_timer(curl->timer);
    }

    if (timeout >= 0) {
        /* not at once: that would mean to call libcurl from here */
        ngx_add_timer(curl->timer, timeout ? (ngx_msec_t) timeout : 1);
    }

    return 0;
}


static int
ngx_registration_curl_set_socket(CURL *easy, curl_socket_t fd, int what,
    void *data, void *socket_data)
{
    ngx_registration_curl_t         *curl = data;
    ngx_registration_curl_socket_t  *sock = socket_data;

    if (what == CURL_POLL_REMOVE) {
        if (sock) {
            ngx_registration_curl_unwatch(sock->connection);
            ngx_free(sock);
        }

        return 0;
    }

    if (sock == NULL) {
        sock = ngx_registration_curl_add_socket(curl, fd);
    }

    if (sock == NULL
        || ngx_registration_curl_want(sock->connection, what & CURL_POLL_IN,
                                      what & CURL_POLL_OUT)
           != NGX_OK)
    {
        ngx_post_event(curl->broken, &ngx_posted_events);
    }

    return 0;
}


static ngx_registration_curl_socket_t *
ngx_registration_curl_add_socket(ngx_registration_curl_t *curl,
    curl_socket_t fd)
{
    ngx_registration_curl_socket_t  *sock;

    sock = ngx_alloc(sizeof(ngx_registration_curl_socket_t), ngx_cycle->log);
    if (sock == NULL) {
        return NULL;
    }

    sock->curl = curl;
    sock->fd = fd;
    sock->connection = ngx_registration_curl_watch(fd, sock,
                                       ngx_registration_curl_socket_handler);

    if (sock->connection == NULL) {
        ngx_free(sock);
        return NULL;
    }

    /* the one call of libcurl's that is meant for its callback */

    (void) curl_multi_assign(curl->multi, fd, sock);

    return sock;
}


static void
ngx_registration_curl_timer_handler(ngx_event_t *ev)
{
    ngx_registration_curl_act(ev->data, CURL_SOCKET_TIMEOUT, 0);
}


static void
ngx_registration_curl_socket_handler(ngx_event_t *ev)
{
    ngx_connection_t                *c;
    ngx_registration_curl_socket_t  *sock;

    c = ev->data;
    sock = c->data;

    ngx_registration_curl_act(sock->curl, sock->fd,
                              ev->write ? CURL_CSELECT_OUT : CURL_CSELECT_IN);
}


/* Worker connections or memory are out: nothing would wake a transfer. */

static void
ngx_registration_curl_broken_handler(ngx_event_t *ev)
{
    ngx_queue_t              *q;
    ngx_registration_curl_t  *curl;

    curl = ev->data;

    while (!ngx_queue_empty(&curl->running)) {
        q = ngx_queue_head(&curl->running);

        ngx_registration_curl_done(
                   ngx_queue_data(q, ngx_registration_transfer_t, queue),
                   CURLE_FAILED_INIT);
    }
}


static void
ngx_registration_curl_act(ngx_registration_curl_t *curl, curl_socket_t fd,
    int mask)
{
    int                           n;
    CURLMsg                      *msg;
    CURLcode                      code;
    CURLMcode                     rc;
    ngx_registration_transfer_t  *transfer;

    rc = curl_multi_socket_action(curl->multi, fd, mask, &n);

    if (rc != CURLM_OK) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, 0,
                      "curl_multi_socket_action() failed: %s",
                      curl_multi_strerror(rc));
    }

    for ( ;; ) {
        msg = curl_multi_info_read(curl->multi, &n);

        if (msg == NULL) {
            return;
        }

        /* msg is gone when done stops the transfer */

        code = msg->data.result;
        transfer = NULL;

        if (curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &transfer)
            == CURLE_OK
            && transfer && transfer->running)
        {
            ngx_registration_curl_done(transfer, code);
        }
    }
}


static void
ngx_registration_curl_done(ngx_registration_transfer_t *transfer,
    CURLcode code)
{
    ngx_queue_remove(&transfer->queue);
    transfer->running = 0;

    transfer->done(transfer, code);
}


ngx_connection_t *
ngx_registration_curl_watch(curl_socket_t fd, void *data,
    ngx_event_handler_pt handler)
{
    int                copy;
    ngx_connection_t  *c;

    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (copy == -1) {
        ngx_log_error(NGX_LOG_CRIT, ngx_cycle->log, ngx_errno,
                      "fcntl(F_DUPFD_CLOEXEC) failed");
        return NULL;
    }

    c = ngx_get_connection(copy, ngx_cycle->log);
    if (c == NULL) {
        (void) ngx_close_socket(copy);
        return NULL;
    }

    c->data = data;

    c->read->handler = handler;
    c->read->log = ngx_cycle->log;

    c->write->handler = handler;
    c->write->log = ngx_cycle->log;

    return c;
}


ngx_int_t
ngx_registration_curl_want(ngx_connection_t *c, ngx_uint_t read,
    ngx_uint_t write)
{
    if (ngx_registration_curl_set(c->read, NGX_READ_EVENT, read) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_registration_curl_set(c->write, NGX_WRITE_EVENT, write);
}


static ngx_int_t
ngx_registration_curl_set(ngx_event_t *ev, ngx_int_t event, ngx_uint_t wanted)
{
    if (wanted) {
        return ev->active ? NGX_OK
                          : ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    return ev->active ? ngx_del_event(ev, event, 0) : NGX_OK;
}


void
ngx_registration_curl_unwatch(ngx_connection_t *c)
{
    /* closing would leave it in epoll as long as libcurl has it open */

    (void) ngx_registration_curl_want(c, 0, 0);

    ngx_close_connection(c);
}
