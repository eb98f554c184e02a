
/*
 * A connection to the mail server, and one message after the other on it.
 *
 * libcurl connects, does TLS and authenticates (CURLOPT_CONNECT_ONLY) and
 * carries the bytes; the dialogue from MAIL on is spoken here, because
 * libcurl waits for the answer to a message in a blocking loop (smtp_done(),
 * also in the multi interface), which would stop the whole worker.
 */


#ifndef _NGX_REGISTRATION_SMTP_SESSION_H_INCLUDED_
#define _NGX_REGISTRATION_SMTP_SESSION_H_INCLUDED_


#include "ngx_registration_curl.h"
#include "ngx_registration_smtp.h"


typedef enum {
    NGX_REGISTRATION_SMTP_SENT = 0,
    NGX_REGISTRATION_SMTP_REFUSED,      /* 5xx, not for the sender: for good */
    NGX_REGISTRATION_SMTP_DEFERRED,     /* else, or lost on the way */
    NGX_REGISTRATION_SMTP_STALE,        /* the server had hung up before */
    NGX_REGISTRATION_SMTP_UNREACHABLE,  /* no connection, TLS or login */
    NGX_REGISTRATION_SMTP_CLOSED        /* idle for long, or server's wish */
} ngx_registration_smtp_outcome_e;


typedef struct ngx_registration_smtp_session_s
    ngx_registration_smtp_session_t;

typedef struct {
    ngx_str_t                          to;
    ngx_str_t                          text;
} ngx_registration_smtp_mail_t;

struct ngx_registration_smtp_session_s {
    /*
     * Called when a message or an idle session has come to its end; the
     * session may be closed in it.  It takes another message if alive.
     */
    void                             (*done)(
                                         ngx_registration_smtp_session_t *s);
    ngx_connection_t                  *connection;
    ngx_registration_smtp_conf_t      *conf;

    /* event ident must be after 3 pointers as in ngx_connection_t */
    ngx_int_t                          ident;

    void                              *data;
    void                              *message;
    ngx_queue_t                        queue;

    ngx_registration_smtp_outcome_e    outcome;
    CURLcode                           code;    /* of libcurl, or 0 */
    ngx_uint_t                         reply;   /* of the server, or 0 */
    char                               error[CURL_ERROR_SIZE];
    unsigned                           alive:1;

    /* the session's own */
    unsigned                           used:1;
    ngx_uint_t                         state;
    ngx_event_t                        timer;
    ngx_registration_transfer_t        transfer;
    struct curl_slist                 *connect_to;
    ngx_registration_smtp_mail_t       mail;

    u_char                            *pos;     /* still to be sent */
    u_char                            *last;
    u_char                             command[512];    /* RFC 5321, 4.5.3.1 */

    u_char                             in[512];
    size_t                             in_pos;
    size_t                             in_last;
    u_char                             line[4]; /* code, and "-" or " " */
    size_t                             column;
    size_t                             reply_size;
    ngx_uint_t                         failed_reply;    /* before RSET */
};


ngx_registration_smtp_session_t *ngx_registration_smtp_session_create(
    ngx_registration_smtp_conf_t *conf);

/*
 * Sends a message on a new session (curl is needed then) or on one that is
 * alive.  The mail must stay where it is until done.
 */

ngx_int_t ngx_registration_smtp_session_connect(
    ngx_registration_smtp_session_t *s, ngx_registration_curl_t *curl,
    ngx_registration_smtp_mail_t *mail);
void ngx_registration_smtp_session_send(ngx_registration_smtp_session_t *s,
    ngx_registration_smtp_mail_t *mail);

/* Why it did not connect; of the server's words only a certificate's names. */

const char *ngx_registration_smtp_session_error(
    ngx_registration_smtp_session_t *s);

void ngx_registration_smtp_session_close(ngx_registration_smtp_session_t *s);


#endif /* _NGX_REGISTRATION_SMTP_SESSION_H_INCLUDED_ */
