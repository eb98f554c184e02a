
/*
 * Mail out, through libcurl's multi interface on nginx's event loop: a
 * bounded queue a worker, a few connections at a time, retries with backoff
 * until a message's deadline.
 */


#ifndef _NGX_REGISTRATION_SMTP_H_INCLUDED_
#define _NGX_REGISTRATION_SMTP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


typedef enum {
    NGX_REGISTRATION_SMTP_PLAIN = 0,
    NGX_REGISTRATION_SMTP_STARTTLS,     /* required, certificate verified */
    NGX_REGISTRATION_SMTP_TLS           /* from the first byte (smtps) */
} ngx_registration_smtp_tls_e;


typedef struct {
    ngx_str_t      host;            /* as the certificate says */
    in_port_t      port;
    ngx_addr_t    *addr;            /* resolved at configuration time */
    ngx_uint_t     tls;
    ngx_str_t      ca_file;         /* NUL-terminated or empty: system's */
    ngx_str_t      username;        /* NUL-terminated or empty */
    ngx_str_t      password;
    ngx_str_t      from;            /* bare address, NUL-terminated */
    ngx_uint_t     connections;     /* at a time, in a worker */
    ngx_uint_t     queue;           /* most messages waiting */
    ngx_msec_t     timeout;         /* of one try */
    unsigned       discard:1;       /* drop instead of sending, for load
                                       tests, as Postfix's discard(8) */
} ngx_registration_smtp_conf_t;

typedef struct ngx_registration_smtp_s  ngx_registration_smtp_t;


ngx_registration_smtp_t *ngx_registration_smtp_create(ngx_pool_t *pool,
    ngx_registration_smtp_conf_t *conf);

/* Whether another message has room. */

ngx_uint_t ngx_registration_smtp_has_room(ngx_registration_smtp_t *smtp);

/*
 * What became of a message: NGX_OK (the server has taken it), NGX_ERROR (it
 * refused it for good, by this 5xx reply) or NGX_DECLINED (given up: the
 * lifetime is over, or the worker exits).
 */

typedef void (*ngx_registration_smtp_done_pt)(void *data, ngx_int_t status,
    ngx_uint_t reply);

/*
 * Takes over text, a malloc'ed message of reg_mail_compose(), and sends it to
 * the mailbox before lifetime is over.  NGX_OK, or NGX_BUSY / NGX_ERROR
 * (text is freed all the same).  What becomes of it is logged, without
 * address or text.
 *
 * done may be NULL.  It is called once when this gave NGX_OK, from the event
 * loop or from close(); where mail is discarded, before this returns.
 */

ngx_int_t ngx_registration_smtp_send(ngx_registration_smtp_t *smtp,
    ngx_str_t *to, char *text, size_t len, ngx_msec_t lifetime,
    ngx_registration_smtp_done_pt done, void *data);

/* Ends every try, drops what waits and says how many; for exit_process. */

void ngx_registration_smtp_close(ngx_registration_smtp_t *smtp);


#endif /* _NGX_REGISTRATION_SMTP_H_INCLUDED_ */
