
/*
 * A worker's pool of PostgreSQL connections: statements wait in one queue for
 * the next connection that is idle, each until its own deadline.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_postgres_connection.h"


#define NGX_REGISTRATION_POSTGRES_BACKOFF_MIN  100      /* ms */
#define NGX_REGISTRATION_POSTGRES_BACKOFF_MAX  5000     /* ms */

/*
 * About what a connection takes to be made while the machine is busy: so long
 * a statement waits for one in use, which is mostly free sooner.  A few that
 * work do more than many: their plans are made, the server's processes sleep
 * less often.
 */

#define NGX_REGISTRATION_POSTGRES_PATIENCE     20       /* ms */


typedef enum {
    NGX_REGISTRATION_POSTGRES_FAULT = 0,    /* of the statement: an error */
    NGX_REGISTRATION_POSTGRES_REFUSAL,      /* by a constraint: an error */
    NGX_REGISTRATION_POSTGRES_UNAVAILABLE,
    NGX_REGISTRATION_POSTGRES_GONE,         /* the connection with it */
    NGX_REGISTRATION_POSTGRES_STALE         /* to be prepared again */
} ngx_registration_postgres_error_e;


/* SQLSTATEs and classes (PostgreSQL's appendix A), the first match counts. */

static struct {
    const char                         *prefix;
    ngx_registration_postgres_error_e   kind;
} ngx_registration_postgres_errors[] = {
    { "26000", NGX_REGISTRATION_POSTGRES_STALE },       /* not prepared */
    { "0A000", NGX_REGISTRATION_POSTGRES_STALE },       /* the plan changed */
    { "42P05", NGX_REGISTRATION_POSTGRES_STALE },       /* prepared twice */
    { "57014", NGX_REGISTRATION_POSTGRES_UNAVAILABLE }, /* timeout */
    { "57P",   NGX_REGISTRATION_POSTGRES_GONE },        /* shutdown */
    { "25006", NGX_REGISTRATION_POSTGRES_GONE },        /* now a standby */
    { "08",    NGX_REGISTRATION_POSTGRES_GONE },        /* connection */
    { "53",    NGX_REGISTRATION_POSTGRES_UNAVAILABLE }, /* resources */
    { "40",    NGX_REGISTRATION_POSTGRES_UNAVAILABLE }, /* deadlock */
    { "23",    NGX_REGISTRATION_POSTGRES_REFUSAL },
    { "",      NGX_REGISTRATION_POSTGRES_FAULT }
};


static void ngx_registration_postgres_cleanup(void *data);
static ngx_registration_postgres_op_t *ngx_registration_postgres_op(
    ngx_registration_postgres_t *pg, ngx_registration_statement_t *statement,
    ngx_registration_param_t *params);
static ngx_int_t ngx_registration_postgres_copy(
    ngx_registration_postgres_op_t *op, ngx_registration_param_t *params);
static void ngx_registration_postgres_op_free(
    ngx_registration_postgres_op_t *op);
static void ngx_registration_postgres_wait(ngx_registration_postgres_op_t *op,
    ngx_uint_t first);
static ngx_registration_postgres_op_t *ngx_registration_postgres_next(
    ngx_registration_postgres_t *pg);
static void ngx_registration_postgres_dispatch(
    ngx_registration_postgres_t *pg);
static void ngx_registration_postgres_grow(ngx_registration_postgres_t *pg);
static ngx_uint_t ngx_registration_postgres_may_grow(
    ngx_registration_postgres_t *pg);
static void ngx_registration_postgres_growth(ngx_event_t *ev);
static ngx_uint_t ngx_registration_postgres_is_down(
    ngx_registration_postgres_t *pg);
static void ngx_registration_postgres_timeout(ngx_event_t *ev);
static void ngx_registration_postgres_abandon(ngx_registration_call_t *call);
static void ngx_registration_postgres_error(
    ngx_registration_postgres_connection_t *pc,
    ngx_registration_postgres_op_t *op, PGresult *result);
static ngx_registration_postgres_error_e ngx_registration_postgres_kind(
    PGresult *result);
static void ngx_registration_postgres_log_error(
    ngx_registration_postgres_op_t *op, PGresult *result, ngx_uint_t level);


ngx_registration_postgres_t *
ngx_registration_postgres_create(ngx_pool_t *pool,
    ngx_registration_postgres_conf_t *conf)
{
    ngx_pool_cleanup_t           *cln;
    ngx_registration_postgres_t  *pg;

    pg = ngx_pcalloc(pool, sizeof(ngx_registration_postgres_t));
    if (pg == NULL) {
        return NULL;
    }

    pg->conf = conf;

    ngx_queue_init(&pg->connections);
    ngx_queue_init(&pg->idle);
    ngx_queue_init(&pg->waiting);

    pg->growth.data = pg;
    pg->growth.handler = ngx_registration_postgres_growth;
    pg->growth.cancelable = 1;

    if (ngx_registration_postgres_set_params(pool, pg) != NGX_OK) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_registration_postgres_cleanup;
    cln->data = pg;

    return pg;
}


static void
ngx_registration_postgres_cleanup(void *data)
{
    ngx_registration_postgres_close(data);
}


/* Nobody is called back from an exiting process. */

void
ngx_registration_postgres_close(ngx_registration_postgres_t *pg)
{
    ngx_queue_t                             *q;
    ngx_registration_postgres_op_t          *op;
    ngx_registration_postgres_connection_t  *pc;

    if (pg->growth.timer_set) {
        ngx_del_timer(&pg->growth);
    }

    while (!ngx_queue_empty(&pg->connections)) {
        q = ngx_queue_head(&pg->connections);
        pc = ngx_queue_data(q, ngx_registration_postgres_connection_t, queue);
        op = pc->op;

        ngx_registration_postgres_drop(pc);

        if (op) {
            ngx_registration_postgres_op_free(op);
        }
    }

    while (pg->nwaiting) {
        ngx_registration_postgres_op_free(ngx_registration_postgres_next(pg));
    }
}


ngx_int_t
ngx_registration_postgres_query(ngx_registration_postgres_t *pg,
    ngx_registration_call_t *call, ngx_registration_statement_t *statement,
    ngx_registration_param_t *params, ngx_uint_t binary)
{
    ngx_registration_postgres_op_t  *op;

    if (ngx_registration_postgres_is_down(pg)) {
        ngx_registration_metrics_count(NGX_REGISTRATION_POSTGRES,
                                       NGX_DECLINED);
        return NGX_DECLINED;
    }

    if (pg->nwaiting >= pg->conf->queue) {
        ngx_registration_metrics_count(NGX_REGISTRATION_POSTGRES, NGX_BUSY);
        return NGX_BUSY;
    }

    op = ngx_registration_postgres_op(pg, statement, params);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->binary = binary;

    ngx_registration_postgres_wait(op, 0);
    ngx_registration_postgres_dispatch(pg);

    if (op->connection == NULL && pg->nconnections == 0) {
        ngx_queue_remove(&op->queue);
        pg->nwaiting--;

        ngx_registration_metrics_count(NGX_REGISTRATION_POSTGRES,
                                       NGX_DECLINED);
        ngx_registration_postgres_op_free(op);
        return NGX_DECLINED;
    }

    op->timer.data = op;
    op->timer.handler = ngx_registration_postgres_timeout;
    op->timer.log = ngx_cycle->log;

    ngx_add_timer(&op->timer, pg->conf->timeout);

    op->call = call;
    call->op = op;
    call->abandon = ngx_registration_postgres_abandon;

    return NGX_OK;
}


static ngx_registration_postgres_op_t *
ngx_registration_postgres_op(ngx_registration_postgres_t *pg,
    ngx_registration_statement_t *statement, ngx_registration_param_t *params)
{
    size_t                           size;
    ngx_uint_t                       i, n;
    ngx_registration_postgres_op_t  *op;

    n = statement->params;

    size = sizeof(ngx_registration_postgres_op_t)
           + n * (sizeof(char *) + 2 * sizeof(int));

    for (i = 0; i < n; i++) {
        size += params[i].value.len + 1;
    }

    op = ngx_alloc(size, ngx_cycle->log);
    if (op == NULL) {
        return NULL;
    }

    ngx_memzero(op, sizeof(ngx_registration_postgres_op_t));

    op->pg = pg;
    op->ident = (ngx_socket_t) -1;
    op->statement = statement;
    op->values = (const char **) &op[1];
    op->lengths = (int *) &op->values[n];
    op->formats = &op->lengths[n];

    if (ngx_registration_postgres_copy(op, params) != NGX_OK) {
        ngx_free(op);
        return NULL;
    }

    return op;
}


static ngx_int_t
ngx_registration_postgres_copy(ngx_registration_postgres_op_t *op,
    ngx_registration_param_t *params)
{
    u_char      *p;
    ngx_str_t   *value;
    ngx_uint_t   i, n;

    n = op->statement->params;
    p = (u_char *) &op->formats[n];

    for (i = 0; i < n; i++) {
        value = &params[i].value;

        op->formats[i] = params[i].binary;
        op->lengths[i] = value->len;
        op->values[i] = value->data ? (char *) p : NULL;

        if (value->data == NULL) {
            continue;
        }

        p = ngx_cpymem(p, value->data, value->len);
        *p++ = '\0';

        /* text ends at a NUL for libpq */

        if (!params[i].binary && ngx_strlen(op->values[i]) != value->len) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "parameter %ui of \"%s\" holds a NUL",
                          i + 1, op->statement->name);
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_registration_postgres_op_free(ngx_registration_postgres_op_t *op)
{
    if (op->timer.timer_set) {
        ngx_del_timer(&op->timer);
    }

    ngx_free(op);
}


static void
ngx_registration_postgres_wait(ngx_registration_postgres_op_t *op,
    ngx_uint_t first)
{
    ngx_registration_postgres_t  *pg;

    pg = op->pg;

    op->connection = NULL;
    op->since = ngx_current_msec;
    pg->nwaiting++;

    if (first) {
        ngx_queue_insert_head(&pg->waiting, &op->queue);

    } else {
        ngx_queue_insert_tail(&pg->waiting, &op->queue);
    }
}


static ngx_registration_postgres_op_t *
ngx_registration_postgres_next(ngx_registration_postgres_t *pg)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&pg->waiting);

    ngx_queue_remove(q);
    pg->nwaiting--;

    return ngx_queue_data(q, ngx_registration_postgres_op_t, queue);
}


/* Calls nobody back, which starting a statement must not do. */

static void
ngx_registration_postgres_dispatch(ngx_registration_postgres_t *pg)
{
    ngx_queue_t                             *q;
    ngx_registration_postgres_op_t          *op;
    ngx_registration_postgres_connection_t  *pc;

    while (pg->nwaiting && !ngx_queue_empty(&pg->idle)) {
        q = ngx_queue_head(&pg->idle);
        pc = ngx_queue_data(q, ngx_registration_postgres_connection_t, idle);

        ngx_queue_remove(q);
        ngx_queue_init(q);

        op = ngx_registration_postgres_next(pg);

        if (ngx_registration_postgres_send(pc, op) != NGX_OK) {
            ngx_registration_postgres_drop(pc);
            ngx_registration_postgres_wait(op, 1);
        }
    }

    ngx_registration_postgres_grow(pg);
}


/* The first connection is made at once, others when they are missed. */

static void
ngx_registration_postgres_grow(ngx_registration_postgres_t *pg)
{
    if (!ngx_registration_postgres_may_grow(pg)) {
        return;
    }

    if (pg->nconnections == 0) {
        if (ngx_registration_postgres_connect(pg) != NGX_OK) {
            ngx_registration_postgres_failed(pg);
        }

        return;
    }

    if (!pg->growth.timer_set) {
        pg->growth.log = ngx_cycle->log;
        ngx_add_timer(&pg->growth, NGX_REGISTRATION_POSTGRES_PATIENCE);
    }
}


static ngx_uint_t
ngx_registration_postgres_may_grow(ngx_registration_postgres_t *pg)
{
    return pg->nwaiting > pg->nconnecting
           && pg->nconnections < pg->conf->connections
           && (ngx_msec_int_t) (pg->retry - ngx_current_msec) <= 0;
}


static void
ngx_registration_postgres_growth(ngx_event_t *ev)
{
    ngx_queue_t                     *q;
    ngx_msec_int_t                   waited;
    ngx_registration_postgres_t     *pg;
    ngx_registration_postgres_op_t  *op;

    pg = ev->data;

    if (!ngx_registration_postgres_may_grow(pg)) {
        return;
    }

    q = ngx_queue_head(&pg->waiting);
    op = ngx_queue_data(q, ngx_registration_postgres_op_t, queue);

    waited = (ngx_msec_int_t) (ngx_current_msec - op->since);

    if (waited < NGX_REGISTRATION_POSTGRES_PATIENCE) {
        ngx_add_timer(ev, NGX_REGISTRATION_POSTGRES_PATIENCE - waited);
        return;
    }

    if (ngx_registration_postgres_connect(pg) != NGX_OK) {
        ngx_registration_postgres_failed(pg);
        return;
    }

    ngx_registration_postgres_grow(pg);
}


static ngx_uint_t
ngx_registration_postgres_is_down(ngx_registration_postgres_t *pg)
{
    return pg->nconnections == 0
           && (ngx_msec_int_t) (pg->retry - ngx_current_msec) > 0;
}


void
ngx_registration_postgres_settle(ngx_registration_postgres_t *pg)
{
    ngx_registration_postgres_dispatch(pg);

    while (pg->nwaiting && pg->nconnections == 0) {
        ngx_registration_postgres_finish(ngx_registration_postgres_next(pg),
                                         NGX_DECLINED, NULL);
    }
}


void
ngx_registration_postgres_failed(ngx_registration_postgres_t *pg)
{
    pg->backoff = ngx_min(pg->backoff * 2,
                          NGX_REGISTRATION_POSTGRES_BACKOFF_MAX);
    pg->backoff = ngx_max(pg->backoff, NGX_REGISTRATION_POSTGRES_BACKOFF_MIN);

    pg->retry = ngx_current_msec + pg->backoff;
}


void
ngx_registration_postgres_idle(ngx_registration_postgres_connection_t *pc)
{
    /* the one used last is used next: the others may be closed */

    ngx_queue_insert_head(&pc->pg->idle, &pc->idle);

    pc->connection->idle = 1;

    ngx_add_timer(&pc->timer, pc->pg->conf->idle);
}


void
ngx_registration_postgres_done(ngx_registration_postgres_connection_t *pc)
{
    PGresult                        *result;
    ngx_registration_postgres_t     *pg;
    ngx_registration_postgres_op_t  *op;

    op = pc->op;
    pg = pc->pg;
    result = pc->result;

    pc->op = NULL;
    pc->result = NULL;
    op->connection = NULL;
    ngx_registration_gauges->postgres--;

    switch (PQresultStatus(result)) {

    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
        ngx_registration_postgres_idle(pc);
        ngx_registration_postgres_dispatch(pg);
        ngx_registration_postgres_finish(op, NGX_OK, result);
        break;

    default:
        ngx_registration_postgres_error(pc, op, result);
        break;
    }

    PQclear(result);

    ngx_registration_postgres_settle(pg);
}


static void
ngx_registration_postgres_error(ngx_registration_postgres_connection_t *pc,
    ngx_registration_postgres_op_t *op, PGresult *result)
{
    ngx_registration_postgres_error_e  kind;

    kind = ngx_registration_postgres_kind(result);

    /* a statement that failed has left nothing behind */

    if (kind == NGX_REGISTRATION_POSTGRES_STALE && !op->retried) {
        op->retried = 1;

        ngx_registration_postgres_drop(pc);
        ngx_registration_postgres_wait(op, 1);
        return;
    }

    ngx_registration_postgres_log_error(op, result,
                              kind == NGX_REGISTRATION_POSTGRES_REFUSAL
                              ? NGX_LOG_INFO : NGX_LOG_ERR);

    if (kind == NGX_REGISTRATION_POSTGRES_GONE) {
        ngx_registration_postgres_drop(pc);

    } else {
        ngx_registration_postgres_idle(pc);
    }

    if (kind == NGX_REGISTRATION_POSTGRES_GONE
        || kind == NGX_REGISTRATION_POSTGRES_UNAVAILABLE)
    {
        ngx_registration_postgres_finish(op, NGX_DECLINED, NULL);
        return;
    }

    ngx_registration_postgres_finish(op, NGX_ERROR, result);
}


/* A result without SQLSTATE is libpq's own: the connection is broken. */

static ngx_registration_postgres_error_e
ngx_registration_postgres_kind(PGresult *result)
{
    char        *state;
    size_t       len;
    ngx_uint_t   i;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state == NULL) {
        return NGX_REGISTRATION_POSTGRES_GONE;
    }

    for (i = 0; ; i++) {
        len = ngx_strlen(ngx_registration_postgres_errors[i].prefix);

        if (ngx_strncmp(state, ngx_registration_postgres_errors[i].prefix,
                        len)
            == 0)
        {
            return ngx_registration_postgres_errors[i].kind;
        }
    }
}


/* The message and its detail may quote values. */

static void
ngx_registration_postgres_log_error(ngx_registration_postgres_op_t *op,
    PGresult *result, ngx_uint_t level)
{
    char  *severity, *state, *constraint;

    severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    constraint = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

    ngx_log_error(level, ngx_cycle->log, 0,
                  "PostgreSQL: %s %s in \"%s\"%s%s",
                  severity ? severity : "ERROR",
                  state ? state : "without code",
                  op->statement->name, constraint ? ", constraint " : "",
                  constraint ? constraint : "");
}


void
ngx_registration_postgres_finish(ngx_registration_postgres_op_t *op,
    ngx_int_t status, PGresult *result)
{
    ngx_registration_call_t  *call;

    call = op->call;

    ngx_registration_metrics_count(NGX_REGISTRATION_POSTGRES, status);
    ngx_registration_postgres_op_free(op);

    if (call) {
        ngx_registration_call_end(call, status, result);
    }
}


static void
ngx_registration_postgres_timeout(ngx_event_t *ev)
{
    ngx_registration_postgres_t     *pg;
    ngx_registration_postgres_op_t  *op;

    op = ev->data;
    pg = op->pg;

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "\"%s\" had no %s in %M ms", op->statement->name,
                  op->connection ? "answer from PostgreSQL"
                                 : "connection to PostgreSQL",
                  pg->conf->timeout);

    if (op->connection) {
        ngx_registration_postgres_drop(op->connection);

    } else {
        ngx_queue_remove(&op->queue);
        pg->nwaiting--;
    }

    ngx_registration_postgres_finish(op, NGX_DECLINED, NULL);
    ngx_registration_postgres_settle(pg);
}


/* What was sent is read to its end: it may be half way through. */

static void
ngx_registration_postgres_abandon(ngx_registration_call_t *call)
{
    ngx_registration_postgres_op_t  *op;

    op = call->op;
    op->call = NULL;

    if (op->connection == NULL) {
        ngx_queue_remove(&op->queue);
        op->pg->nwaiting--;

        ngx_registration_postgres_op_free(op);
    }
}
