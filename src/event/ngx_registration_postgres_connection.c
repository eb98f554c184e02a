
/*
 * One PostgreSQL connection: the non-blocking connect, sending a statement
 * and reading its result, through libpq.
 *
 * The connection is in libpq's pipeline mode throughout, so that preparing a
 * statement and running it take one round trip.  A statement is done when
 * its synchronisation point is answered: before that its transaction has not
 * been committed.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_postgres_connection.h"


static ngx_int_t ngx_registration_postgres_attach(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_detach(
    ngx_registration_postgres_connection_t *pc);
static ngx_int_t ngx_registration_postgres_want(ngx_event_t *ev,
    ngx_int_t event, ngx_uint_t want);
static void ngx_registration_postgres_handler(ngx_event_t *ev);
static void ngx_registration_postgres_timer_handler(ngx_event_t *ev);
static void ngx_registration_postgres_silent(ngx_registration_postgres_t *pg);
static void ngx_registration_postgres_poll(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_connected(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_log_connect(const char *reason);
static void ngx_registration_postgres_flush(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_read(
    ngx_registration_postgres_connection_t *pc);
static ngx_int_t ngx_registration_postgres_collect(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_keep(
    ngx_registration_postgres_connection_t *pc, PGresult *result);
static ngx_uint_t ngx_registration_postgres_is_prepared(
    ngx_registration_postgres_connection_t *pc,
    ngx_registration_statement_t *statement);
static void ngx_registration_postgres_remember(
    ngx_registration_postgres_connection_t *pc,
    ngx_registration_statement_t *statement);
static void ngx_registration_postgres_lost(
    ngx_registration_postgres_connection_t *pc);
static void ngx_registration_postgres_notice(void *data,
    const PGresult *result);


ngx_int_t
ngx_registration_postgres_connect(ngx_registration_postgres_t *pg)
{
    ngx_registration_postgres_connection_t  *pc;

    pc = ngx_calloc(sizeof(ngx_registration_postgres_connection_t),
                    ngx_cycle->log);
    if (pc == NULL) {
        return NGX_ERROR;
    }

    pc->pg = pg;
    pc->order = pg->order;
    pc->ident = (ngx_socket_t) -1;

    pc->timer.data = pc;
    pc->timer.handler = ngx_registration_postgres_timer_handler;
    pc->timer.log = ngx_cycle->log;
    pc->timer.cancelable = 1;

    ngx_queue_init(&pc->idle);

    pc->connecting = 1;
    pg->nconnecting++;
    pg->nconnections++;
    ngx_queue_insert_tail(&pg->connections, &pc->queue);

    pc->conn = PQconnectStartParams(pg->keywords, pg->values, 0);

    if (pc->conn == NULL || PQstatus(pc->conn) == CONNECTION_BAD) {
        ngx_registration_postgres_log_connect(PQerrorMessage(pc->conn));
        goto failed;
    }

    (void) PQsetNoticeReceiver(pc->conn, ngx_registration_postgres_notice,
                               NULL);

    if (ngx_registration_postgres_attach(pc) != NGX_OK
        || ngx_registration_postgres_want(pc->connection->write,
                                          NGX_WRITE_EVENT, 1)
           != NGX_OK)
    {
        goto failed;
    }

    /* a host that is silent must leave time for the next one */

    ngx_add_timer(&pc->timer, pg->conf->timeout / pg->nhosts);

    return NGX_OK;

failed:

    ngx_registration_postgres_drop(pc);

    return NGX_ERROR;
}


static ngx_int_t
ngx_registration_postgres_attach(ngx_registration_postgres_connection_t *pc)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(PQsocket(pc->conn), ngx_cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = pc;

    c->read->log = c->log;
    c->read->handler = ngx_registration_postgres_handler;

    c->write->log = c->log;
    c->write->handler = ngx_registration_postgres_handler;

    pc->connection = c;

    return NGX_OK;
}


static void
ngx_registration_postgres_detach(ngx_registration_postgres_connection_t *pc)
{
    ngx_uint_t         flags;
    ngx_connection_t  *c;

    c = pc->connection;

    if (c == NULL) {
        return;
    }

    pc->connection = NULL;

    /* the descriptor is libpq's, which may have closed it on an error */

    flags = (PQsocket(pc->conn) == c->fd) ? 0 : NGX_CLOSE_EVENT;

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, flags);
    }

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, flags);
    }

    c->shared = 1;
    ngx_close_connection(c);
}


static ngx_int_t
ngx_registration_postgres_want(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t want)
{
    if (want == ev->active) {
        return NGX_OK;
    }

    if (want) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    return ngx_del_event(ev, event, 0);
}


static void
ngx_registration_postgres_handler(ngx_event_t *ev)
{
    ngx_connection_t                        *c;
    ngx_registration_postgres_connection_t  *pc;

    c = ev->data;
    pc = c->data;

    if (c->close || pc->broken) {
        ngx_registration_postgres_lost(pc);

    } else if (pc->connecting) {
        ngx_registration_postgres_poll(pc);

    } else if (ev->write) {
        ngx_registration_postgres_flush(pc);

    } else {
        ngx_registration_postgres_read(pc);
    }
}


static void
ngx_registration_postgres_timer_handler(ngx_event_t *ev)
{
    ngx_uint_t                               order;
    ngx_registration_postgres_t             *pg;
    ngx_registration_postgres_connection_t  *pc;

    pc = ev->data;
    pg = pc->pg;
    order = pc->order;

    if (pc->op) {
        return;
    }

    if (!pc->connecting) {
        ngx_registration_postgres_drop(pc);
        return;
    }

    ngx_registration_postgres_log_connect("no answer in time");

    ngx_registration_postgres_drop(pc);

    if (order == pg->order) {
        ngx_registration_postgres_silent(pg);
    }

    ngx_registration_postgres_settle(pg);
}


/*
 * The statements that wait try the next host at once, however many connects
 * found this one silent.
 */

static void
ngx_registration_postgres_silent(ngx_registration_postgres_t *pg)
{
    pg->order++;
    pg->nsilent++;

    if (pg->nsilent == pg->nhosts) {
        pg->nsilent = 0;
        ngx_registration_postgres_failed(pg);
    }

    ngx_registration_postgres_rotate(pg);
}


static void
ngx_registration_postgres_poll(ngx_registration_postgres_connection_t *pc)
{
    ngx_connection_t             *c;
    PostgresPollingStatusType     status;
    ngx_registration_postgres_t  *pg;

    pg = pc->pg;

    /*
     * libpq may close the socket and open another, under the same number
     * even: only a connection taken afterwards tells their events apart
     */

    ngx_registration_postgres_detach(pc);

    status = PQconnectPoll(pc->conn);

    if (status == PGRES_POLLING_FAILED) {
        ngx_registration_postgres_log_connect(PQerrorMessage(pc->conn));
        goto failed;
    }

    if (ngx_registration_postgres_attach(pc) != NGX_OK) {
        goto failed;
    }

    c = pc->connection;

    if (ngx_registration_postgres_want(c->read, NGX_READ_EVENT,
                                       status != PGRES_POLLING_WRITING)
        != NGX_OK
        || ngx_registration_postgres_want(c->write, NGX_WRITE_EVENT,
                                          status == PGRES_POLLING_WRITING)
           != NGX_OK)
    {
        goto failed;
    }

    if (status == PGRES_POLLING_OK) {
        ngx_registration_postgres_connected(pc);
    }

    return;

failed:

    ngx_registration_postgres_drop(pc);
    ngx_registration_postgres_failed(pg);
    ngx_registration_postgres_settle(pg);
}


static void
ngx_registration_postgres_connected(ngx_registration_postgres_connection_t *pc)
{
    ngx_registration_postgres_t  *pg;

    pg = pc->pg;

    if (PQsetnonblocking(pc->conn, 1) != 0
        || PQenterPipelineMode(pc->conn) != 1)
    {
        ngx_registration_postgres_log_connect(PQerrorMessage(pc->conn));
        ngx_registration_postgres_drop(pc);
        ngx_registration_postgres_failed(pg);

    } else {
        pc->connecting = 0;
        pg->nconnecting--;
        pg->backoff = 0;
        pg->nsilent = 0;

        ngx_registration_postgres_idle(pc);
    }

    ngx_registration_postgres_settle(pg);
}


/* libpq's message has lines, the last of which may be empty. */

static void
ngx_registration_postgres_log_connect(const char *reason)
{
    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "connect to PostgreSQL failed: %*s",
                  strcspn(reason, "\r\n"), reason);
}


ngx_int_t
ngx_registration_postgres_send(ngx_registration_postgres_connection_t *pc,
    ngx_registration_postgres_op_t *op)
{
    int                            rc;
    ngx_registration_statement_t  *statement;

    statement = op->statement;

    pc->preparing = !ngx_registration_postgres_is_prepared(pc, statement);

    if (pc->preparing
        && PQsendPrepare(pc->conn, statement->name, statement->sql, 0, NULL)
           != 1)
    {
        return NGX_ERROR;
    }

    if (PQsendQueryPrepared(pc->conn, statement->name, statement->params,
                            op->values, op->lengths, op->formats, op->binary)
        != 1)
    {
        return NGX_ERROR;
    }

    pc->op = op;
    ngx_registration_gauges->postgres++;
    op->connection = pc;
    pc->connection->idle = 0;

    /* with the synchronisation point under way the statement may run */

    if (PQpipelineSync(pc->conn) == 1) {
        rc = PQflush(pc->conn);

        if (rc == 0) {
            return NGX_OK;
        }

        if (rc == 1
            && ngx_registration_postgres_want(pc->connection->write,
                                              NGX_WRITE_EVENT, 1)
               == NGX_OK)
        {
            return NGX_OK;
        }
    }

    /* its caller must not be called back from here */

    pc->broken = 1;
    ngx_post_event(pc->connection->read, &ngx_posted_events);

    return NGX_OK;
}


static void
ngx_registration_postgres_flush(ngx_registration_postgres_connection_t *pc)
{
    int  rc;

    rc = PQflush(pc->conn);

    if (rc == 1) {
        return;
    }

    if (rc == -1
        || ngx_registration_postgres_want(pc->connection->write,
                                          NGX_WRITE_EVENT, 0)
           != NGX_OK)
    {
        ngx_registration_postgres_lost(pc);
    }
}


static void
ngx_registration_postgres_read(ngx_registration_postgres_connection_t *pc)
{
    ngx_int_t  rc;

    if (PQconsumeInput(pc->conn) != 1) {
        ngx_registration_postgres_lost(pc);
        return;
    }

    if (pc->op == NULL) {

        /* parameters and notices may come at any time: this parses them */

        if (PQisBusy(pc->conn) || PQstatus(pc->conn) == CONNECTION_BAD) {
            ngx_registration_postgres_lost(pc);
        }

        return;
    }

    rc = ngx_registration_postgres_collect(pc);

    if (rc == NGX_ERROR) {
        ngx_registration_postgres_lost(pc);

    } else if (rc == NGX_OK) {
        ngx_registration_postgres_done(pc);
    }
}


/* NGX_AGAIN, NGX_OK when the synchronisation point has been answered. */

static ngx_int_t
ngx_registration_postgres_collect(ngx_registration_postgres_connection_t *pc)
{
    PGresult    *result;
    ngx_uint_t   nulls;

    nulls = 0;

    while (!PQisBusy(pc->conn)) {

        result = PQgetResult(pc->conn);

        /* one NULL ends each result, two mean that nothing will come */

        if (result == NULL) {
            if (nulls++ || PQstatus(pc->conn) == CONNECTION_BAD) {
                return NGX_ERROR;
            }

            continue;
        }

        nulls = 0;

        switch (PQresultStatus(result)) {

        case PGRES_PIPELINE_SYNC:
            PQclear(result);
            return NGX_OK;

        case PGRES_PIPELINE_ABORTED:
            PQclear(result);
            break;

        default:
            ngx_registration_postgres_keep(pc, result);
            break;
        }
    }

    return NGX_AGAIN;
}


/*
 * The last result counts: an error may follow what a statement returned,
 * when its transaction could not be committed.
 */

static void
ngx_registration_postgres_keep(ngx_registration_postgres_connection_t *pc,
    PGresult *result)
{
    if (pc->preparing) {
        pc->preparing = 0;

        if (PQresultStatus(result) == PGRES_COMMAND_OK) {
            ngx_registration_postgres_remember(pc, pc->op->statement);
            PQclear(result);
            return;
        }
    }

    PQclear(pc->result);
    pc->result = result;
}


static ngx_uint_t
ngx_registration_postgres_is_prepared(
    ngx_registration_postgres_connection_t *pc,
    ngx_registration_statement_t *statement)
{
    ngx_uint_t  i;

    for (i = 0; i < pc->nprepared; i++) {
        if (pc->prepared[i] == statement) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_registration_postgres_remember(ngx_registration_postgres_connection_t *pc,
    ngx_registration_statement_t *statement)
{
    ngx_uint_t                      n;
    ngx_registration_statement_t  **prepared;

    if (pc->nprepared == pc->nalloc) {
        n = pc->nalloc ? 2 * pc->nalloc : 16;

        prepared = realloc(pc->prepared, n * sizeof(void *));
        if (prepared == NULL) {

            /* preparing it again fails, which makes a new connection */

            return;
        }

        pc->prepared = prepared;
        pc->nalloc = n;
    }

    pc->prepared[pc->nprepared++] = statement;
}


/* The peer, or nginx when it shuts down, closes the connection. */

static void
ngx_registration_postgres_lost(ngx_registration_postgres_connection_t *pc)
{
    ngx_registration_postgres_t     *pg;
    ngx_registration_postgres_op_t  *op;

    op = pc->op;
    pg = pc->pg;

    if (op) {

        /* libpq's message may quote values */

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "connection to PostgreSQL lost during \"%s\"",
                      op->statement->name);
    }

    ngx_registration_postgres_drop(pc);

    if (op) {
        ngx_registration_postgres_finish(op, NGX_DECLINED, NULL);
    }

    ngx_registration_postgres_settle(pg);
}


void
ngx_registration_postgres_drop(ngx_registration_postgres_connection_t *pc)
{
    ngx_registration_postgres_t  *pg;

    pg = pc->pg;

    ngx_queue_remove(&pc->queue);
    ngx_queue_remove(&pc->idle);
    pg->nconnections--;

    if (pc->connecting) {
        pg->nconnecting--;
    }

    if (pc->op) {
        pc->op->connection = NULL;
        ngx_registration_gauges->postgres--;
    }

    if (pc->timer.timer_set) {
        ngx_del_timer(&pc->timer);
    }

    ngx_registration_postgres_detach(pc);

    PQclear(pc->result);
    PQfinish(pc->conn);

    ngx_free(pc->prepared);
    ngx_free(pc);
}


/* Notices may quote values; libpq's own receiver writes them to stderr. */

static void
ngx_registration_postgres_notice(void *data, const PGresult *result)
{
    (void) data;
    (void) result;
}
