
/*
 * One PostgreSQL connection, which runs one statement at a time, and the pool
 * that it belongs to: what the two files of the adapter share.
 */


#ifndef _NGX_REGISTRATION_POSTGRES_CONNECTION_H_INCLUDED_
#define _NGX_REGISTRATION_POSTGRES_CONNECTION_H_INCLUDED_


#include <ngx_event.h>
#include "ngx_registration_postgres.h"
#include "ngx_registration_metrics.h"


typedef struct ngx_registration_postgres_op_s  ngx_registration_postgres_op_t;

typedef struct ngx_registration_postgres_connection_s
    ngx_registration_postgres_connection_t;


/* One statement with its parameters, in one malloc'ed piece. */

struct ngx_registration_postgres_op_s {
    ngx_queue_t                              queue;     /* while waiting */
    ngx_registration_call_t                 *call;      /* NULL: abandoned */
    ngx_socket_t                             ident;     /* for debug logging */

    ngx_registration_postgres_t             *pg;
    ngx_registration_postgres_connection_t  *connection;
    ngx_registration_statement_t            *statement;

    const char                             **values;
    int                                     *lengths;
    int                                     *formats;

    ngx_event_t                              timer;
    ngx_msec_t                               since;     /* while waiting */

    unsigned                                 binary:1;
    unsigned                                 retried:1;
};


struct ngx_registration_postgres_connection_s {
    ngx_queue_t                              queue;     /* all */
    ngx_registration_postgres_t             *pg;
    ngx_socket_t                             ident;     /* for debug logging */

    ngx_queue_t                              idle;      /* while idle */

    PGconn                                  *conn;
    ngx_connection_t                        *connection;

    ngx_registration_postgres_op_t          *op;
    PGresult                                *result;    /* of op, so far */

    /* of a connect; then of being unused */
    ngx_event_t                              timer;

    ngx_registration_statement_t           **prepared;
    ngx_uint_t                               nprepared;
    ngx_uint_t                               nalloc;

    ngx_uint_t                               order;     /* of the hosts */

    unsigned                                 connecting:1;
    unsigned                                 preparing:1;
    unsigned                                 broken:1;
};


struct ngx_registration_postgres_s {
    ngx_registration_postgres_conf_t        *conf;

    /* PQconnectStartParams(), from conninfo */
    const char                             **keywords;
    const char                             **values;
    ngx_uint_t                               nhosts;
    ngx_uint_t                               nsilent;   /* of them, so far */
    ngx_uint_t                               order;     /* theirs, counted */

    ngx_queue_t                              connections;   /* all */
    ngx_queue_t                              idle;
    ngx_queue_t                              waiting;

    ngx_uint_t                               nconnections;
    ngx_uint_t                               nconnecting;
    ngx_uint_t                               nwaiting;

    ngx_event_t                              growth;

    ngx_msec_t                               backoff;
    ngx_msec_t                               retry;
};


/* ngx_registration_postgres_conninfo.c: conf->conninfo into parameters */

ngx_int_t ngx_registration_postgres_set_params(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg);

/* Makes the first of several hosts the last. */

void ngx_registration_postgres_rotate(ngx_registration_postgres_t *pg);


/* ngx_registration_postgres_connection.c */

/* NGX_OK: connecting, or NGX_ERROR, which has been logged. */

ngx_int_t ngx_registration_postgres_connect(ngx_registration_postgres_t *pg);

/* Starts op on an idle connection; NGX_ERROR: the connection is of no use. */

ngx_int_t ngx_registration_postgres_send(
    ngx_registration_postgres_connection_t *pc,
    ngx_registration_postgres_op_t *op);

/* Frees the connection.  Its statement is not told. */

void ngx_registration_postgres_drop(
    ngx_registration_postgres_connection_t *pc);


/* ngx_registration_postgres.c: what a connection tells its pool */

/* The connection has been made: it is idle. */

void ngx_registration_postgres_idle(
    ngx_registration_postgres_connection_t *pc);

/* The statement is done: pc->result is its outcome. */

void ngx_registration_postgres_done(
    ngx_registration_postgres_connection_t *pc);

/* A connect failed. */

void ngx_registration_postgres_failed(ngx_registration_postgres_t *pg);

/* Gives waiting statements to connections, or up when there are none. */

void ngx_registration_postgres_settle(ngx_registration_postgres_t *pg);

/* Ends op, which is on no connection and in no queue any more. */

void ngx_registration_postgres_finish(ngx_registration_postgres_op_t *op,
    ngx_int_t status, PGresult *result);


#endif /* _NGX_REGISTRATION_POSTGRES_CONNECTION_H_INCLUDED_ */
