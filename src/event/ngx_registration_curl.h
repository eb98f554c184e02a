
/*
 * libcurl's multi interface on nginx's event loop: one multi handle a
 * worker and purpose, its sockets and its timer watched by nginx.
 */


#ifndef _NGX_REGISTRATION_CURL_H_INCLUDED_
#define _NGX_REGISTRATION_CURL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <curl/curl.h>


typedef struct ngx_registration_curl_s      ngx_registration_curl_t;
typedef struct ngx_registration_transfer_s  ngx_registration_transfer_t;

/*
 * done is called once, from the event loop, never from within start; the
 * easy handle stays in the multi handle until stop, as CURLOPT_CONNECT_ONLY
 * needs it.  CURLOPT_PRIVATE is the adapter's; the deadline is a timer of
 * the caller's.
 */

struct ngx_registration_transfer_s {
    CURL                        *easy;
    void                       (*done)(ngx_registration_transfer_t *transfer,
                                     CURLcode code);
    void                        *data;

    /* the adapter's */
    ngx_registration_curl_t     *curl;
    ngx_queue_t                  queue;
    unsigned                     running:1;
};


/* In a worker.  NULL when memory is out. */

ngx_registration_curl_t *ngx_registration_curl_create(void);

ngx_int_t ngx_registration_curl_start(ngx_registration_curl_t *curl,
    ngx_registration_transfer_t *transfer);

/* Ends a transfer, done or not; done is not called any more. */

void ngx_registration_curl_stop(ngx_registration_transfer_t *transfer);

/* Every transfer must have been stopped; not from within done. */

void ngx_registration_curl_destroy(ngx_registration_curl_t *curl);


/*
 * The watch on a socket of libcurl's: level-triggered, since libcurl does not
 * read until EAGAIN, and on a duplicate, because libcurl 7.88 closes a socket
 * that is not yet connected before it says so.
 */

ngx_connection_t *ngx_registration_curl_watch(curl_socket_t fd, void *data,
    ngx_event_handler_pt handler);
ngx_int_t ngx_registration_curl_want(ngx_connection_t *c, ngx_uint_t read,
    ngx_uint_t write);
void ngx_registration_curl_unwatch(ngx_connection_t *c);


#endif /* _NGX_REGISTRATION_CURL_H_INCLUDED_ */
