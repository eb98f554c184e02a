
/*
 * PostgreSQL on nginx's event loop, through libpq: a pool of connections a
 * worker, made when they are needed, statements prepared once on each.
 *
 * A statement that has no answer within the timeout (waiting for a
 * connection included) is NGX_DECLINED; its connection is dropped, because
 * nobody knows what it is doing.  After a failed connect, starting gives
 * NGX_DECLINED at once until the backoff has passed.
 */


#ifndef _NGX_REGISTRATION_POSTGRES_H_INCLUDED_
#define _NGX_REGISTRATION_POSTGRES_H_INCLUDED_


#include <libpq-fe.h>
#include "ngx_registration_call.h"


typedef struct {
    ngx_str_t      conninfo;        /* NUL-terminated; unix socket or
                                       hostaddr, see .._check() */
    ngx_uint_t     connections;     /* at most, in a worker */
    ngx_msec_t     timeout;
    ngx_msec_t     idle;            /* an unused connection is closed */
    ngx_uint_t     queue;           /* most statements waiting */
} ngx_registration_postgres_conf_t;

typedef struct ngx_registration_postgres_s  ngx_registration_postgres_t;


/* To be declared static; name is the prepared statement's. */

typedef struct {
    const char    *name;
    const char    *sql;
    ngx_uint_t     params;
} ngx_registration_statement_t;

/* A parameter in text, or binary (bytea); NULL when data is NULL. */

typedef struct {
    ngx_str_t      value;
    unsigned       binary:1;
} ngx_registration_param_t;


/*
 * Parses and completes a conninfo at configuration time: a host name is
 * resolved into hostaddr, so that no worker ever asks DNS.  NULL, or what is
 * wrong with it.
 */

char *ngx_registration_postgres_check(ngx_conf_t *cf, ngx_str_t *conninfo);

ngx_registration_postgres_t *ngx_registration_postgres_create(
    ngx_pool_t *pool, ngx_registration_postgres_conf_t *conf);

/*
 * Parameters are copied.  The result is a PGresult of PGRES_TUPLES_OK or
 * PGRES_COMMAND_OK in binary format when binary is set; an error of the
 * server is logged without its detail and comes as NGX_ERROR with the
 * PGresult (for its SQLSTATE, which is never NULL), or as NGX_DECLINED
 * without one when it is not the statement's fault: a shutdown, a standby, a
 * timeout, a deadlock, no resources.  NGX_DECLINED does not tell whether the
 * statement took effect.
 */

ngx_int_t ngx_registration_postgres_query(ngx_registration_postgres_t *pg,
    ngx_registration_call_t *call, ngx_registration_statement_t *statement,
    ngx_registration_param_t *params, ngx_uint_t binary);

void ngx_registration_postgres_close(ngx_registration_postgres_t *pg);


#endif /* _NGX_REGISTRATION_POSTGRES_H_INCLUDED_ */
