
/*
 * Redis commands and scripts over one pipelined hiredis connection a worker.
 *
 * A command is formatted once, into its operation's buffer, because a script
 * that the server has lost (SCRIPT FLUSH, a failover) is sent again as a
 * whole.  The commands of one turn of the event loop leave in one write.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_sha1.h>
#include <hiredis/async.h>

#include "ngx_registration_redis.h"
#include "ngx_registration_metrics.h"


#define NGX_REGISTRATION_REDIS_BACKOFF_MIN  100     /* ms */
#define NGX_REGISTRATION_REDIS_BACKOFF_MAX  5000    /* ms */

/* An operation keeps a buffer up to this size for its next use. */
#define NGX_REGISTRATION_REDIS_BUFFER       2048

/* Operations kept for their next use. */
#define NGX_REGISTRATION_REDIS_SPARES       256

/* How much of an error's message is logged. */
#define NGX_REGISTRATION_REDIS_MESSAGE      128

#define NGX_REGISTRATION_SHA1_HEX           40


typedef struct {
    ngx_queue_t                       queue;
    ngx_registration_redis_t         *redis;
    ngx_registration_call_t          *call;     /* NULL: abandoned */
    ngx_registration_script_t        *script;
    ngx_msec_t                        deadline;

    u_char                           *buf;
    u_char                           *last;
    size_t                            size;
    size_t                            tail;     /* what EVAL shares with
                                                   EVALSHA starts here */
    ngx_uint_t                        argc;
} ngx_registration_redis_op_t;


struct ngx_registration_redis_s {
    void                             *unused[3];
    ngx_socket_t                      ident;    /* read by debug logging */

    ngx_registration_redis_conf_t    *conf;
    redisAsyncContext                *context;
    ngx_connection_t                 *connection;

    ngx_queue_t                       waiting;  /* for AUTH and SELECT */
    ngx_queue_t                       sent;
    ngx_queue_t                       spare;
    ngx_uint_t                        inflight;
    ngx_uint_t                        spares;

    ngx_event_t                       flush;
    ngx_event_t                       timer;

    ngx_msec_t                        backoff;
    ngx_msec_t                        retry;

    unsigned                          ready:1;
    unsigned                          answered:1;
    unsigned                          flushing:1;
    unsigned                          closing:1;
    unsigned                          timedout:1;
};


static void ngx_registration_redis_cleanup(void *data);
static void ngx_registration_redis_forget(ngx_queue_t *queue);
static ngx_int_t ngx_registration_redis_start(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_registration_redis_op_t *op);
static ngx_int_t ngx_registration_redis_send(ngx_registration_redis_op_t *op);
static void ngx_registration_redis_answer(redisAsyncContext *ac, void *data,
    void *privdata);
static ngx_int_t ngx_registration_redis_error(ngx_registration_redis_op_t *op,
    redisReply *reply);
static ngx_uint_t ngx_registration_redis_is(redisReply *reply,
    const char *words);
static void ngx_registration_redis_log_error(ngx_registration_redis_op_t *op,
    redisReply *reply);
static ngx_int_t ngx_registration_redis_resend(
    ngx_registration_redis_op_t *op);
static void ngx_registration_redis_finish(ngx_registration_redis_op_t *op,
    ngx_int_t status, void *result);
static void ngx_registration_redis_abandon(ngx_registration_call_t *call);
static ngx_registration_redis_op_t *ngx_registration_redis_op(
    ngx_registration_redis_t *redis, ngx_str_t *argv, ngx_uint_t argc,
    size_t head);
static void ngx_registration_redis_op_free(ngx_registration_redis_op_t *op);
static u_char *ngx_registration_redis_format(u_char *p, u_char *data,
    size_t len);
static u_char *ngx_registration_redis_number(u_char *p, u_char type,
    size_t n);
static void ngx_registration_redis_sha1(ngx_registration_script_t *script);
static ngx_int_t ngx_registration_redis_connect(
    ngx_registration_redis_t *redis);
static redisAsyncContext *ngx_registration_redis_open(ngx_addr_t *addr);
static ngx_int_t ngx_registration_redis_attach(
    ngx_registration_redis_t *redis, redisAsyncContext *ac);
static ngx_int_t ngx_registration_redis_login(ngx_registration_redis_t *redis);
static void ngx_registration_redis_login_answer(redisAsyncContext *ac,
    void *data, void *step);
static void ngx_registration_redis_ready(ngx_registration_redis_t *redis);
static void ngx_registration_redis_read_handler(ngx_event_t *rev);
static void ngx_registration_redis_write_handler(ngx_event_t *wev);
static void ngx_registration_redis_flush_handler(ngx_event_t *ev);
static void ngx_registration_redis_write(ngx_registration_redis_t *redis);
static void ngx_registration_redis_timeout_handler(ngx_event_t *ev);
static void ngx_registration_redis_add_write(void *data);
static void ngx_registration_redis_del_write(void *data);
static void ngx_registration_redis_lost(void *data);
static void ngx_registration_redis_detach(ngx_registration_redis_t *redis);
static void ngx_registration_redis_log_loss(ngx_registration_redis_t *redis,
    ngx_uint_t idle);
static void ngx_registration_redis_back_off(ngx_registration_redis_t *redis);
static void ngx_registration_redis_drop(ngx_registration_redis_t *redis);


ngx_registration_redis_t *
ngx_registration_redis_create(ngx_pool_t *pool,
    ngx_registration_redis_conf_t *conf)
{
    ngx_pool_cleanup_t        *cln;
    ngx_registration_redis_t  *redis;

    redis = ngx_pcalloc(pool, sizeof(ngx_registration_redis_t));
    if (redis == NULL) {
        return NULL;
    }

    cln = ngx_pool_cleanup_add(pool, 0);
    if (cln == NULL) {
        return NULL;
    }

    cln->handler = ngx_registration_redis_cleanup;
    cln->data = redis;

    redis->ident = (ngx_socket_t) -1;
    redis->conf = conf;

    ngx_queue_init(&redis->waiting);
    ngx_queue_init(&redis->sent);
    ngx_queue_init(&redis->spare);

    redis->flush.data = redis;
    redis->flush.handler = ngx_registration_redis_flush_handler;

    redis->timer.data = redis;
    redis->timer.handler = ngx_registration_redis_timeout_handler;

    return redis;
}


static void
ngx_registration_redis_cleanup(void *data)
{
    ngx_registration_redis_close(data);
}


void
ngx_registration_redis_close(ngx_registration_redis_t *redis)
{
    ngx_queue_t                  *q;
    ngx_registration_redis_op_t  *op;

    /* nobody is called back from an exiting process */

    ngx_registration_redis_forget(&redis->waiting);
    ngx_registration_redis_forget(&redis->sent);

    if (redis->context) {
        ngx_registration_redis_drop(redis);
    }

    if (redis->timer.timer_set) {
        ngx_del_timer(&redis->timer);
    }

    while (!ngx_queue_empty(&redis->spare)) {
        q = ngx_queue_head(&redis->spare);
        op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);

        ngx_queue_remove(q);
        ngx_free(op->buf);
        ngx_free(op);
    }

    redis->spares = 0;
}


static void
ngx_registration_redis_forget(ngx_queue_t *queue)
{
    ngx_queue_t                  *q;
    ngx_registration_redis_op_t  *op;

    for (q = ngx_queue_head(queue);
         q != ngx_queue_sentinel(queue);
         q = ngx_queue_next(q))
    {
        op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);
        op->call = NULL;
    }
}


ngx_int_t
ngx_registration_redis_command(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_str_t *argv, ngx_uint_t argc)
{
    ngx_uint_t                    i;
    ngx_registration_redis_op_t  *op;

    op = ngx_registration_redis_op(redis, argv, argc, 0);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->last = ngx_registration_redis_number(op->buf, '*', argc);

    for (i = 0; i < argc; i++) {
        op->last = ngx_registration_redis_format(op->last, argv[i].data,
                                                 argv[i].len);
    }

    return ngx_registration_redis_start(redis, call, op);
}


ngx_int_t
ngx_registration_redis_script(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_registration_script_t *script,
    ngx_uint_t keys, ngx_str_t *argv, ngx_uint_t argc)
{
    u_char                       *p, number[NGX_INT_T_LEN];
    ngx_uint_t                    i;
    ngx_registration_redis_op_t  *op;

    ngx_registration_redis_sha1(script);

    op = ngx_registration_redis_op(redis, argv, argc,
                                   2 * NGX_REGISTRATION_SHA1_HEX);
    if (op == NULL) {
        return NGX_ERROR;
    }

    op->script = script;
    op->argc = argc;

    p = ngx_registration_redis_number(op->buf, '*', argc + 3);
    p = ngx_registration_redis_format(p, (u_char *) "EVALSHA",
                                      sizeof("EVALSHA") - 1);
    p = ngx_registration_redis_format(p, script->sha1,
                                      NGX_REGISTRATION_SHA1_HEX);
    op->tail = p - op->buf;

    p = ngx_registration_redis_format(p, number,
                                      ngx_sprintf(number, "%ui", keys)
                                      - number);

    for (i = 0; i < argc; i++) {
        p = ngx_registration_redis_format(p, argv[i].data, argv[i].len);
    }

    op->last = p;

    return ngx_registration_redis_start(redis, call, op);
}


static ngx_int_t
ngx_registration_redis_start(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_registration_redis_op_t *op)
{
    ngx_int_t  rc;

    rc = NGX_OK;

    if (redis->inflight >= redis->conf->queue) {
        rc = NGX_BUSY;

    } else if (redis->closing) {
        rc = NGX_DECLINED;

    } else if (redis->context == NULL) {
        rc = ngx_registration_redis_connect(redis);
    }

    if (rc == NGX_OK) {
        op->deadline = ngx_current_msec + redis->conf->timeout;

        if (redis->ready) {
            rc = ngx_registration_redis_send(op);

        } else {
            ngx_queue_insert_tail(&redis->waiting, &op->queue);
        }
    }

    if (rc != NGX_OK) {
        ngx_registration_metrics_count(NGX_REGISTRATION_REDIS, rc);
        ngx_registration_redis_op_free(op);
        return rc;
    }

    redis->inflight++;
    ngx_registration_gauges->redis = redis->inflight;

    redis->connection->idle = 0;
    redis->timer.cancelable = 0;

    if (!redis->timer.timer_set) {
        redis->timer.log = ngx_cycle->log;
        ngx_add_timer(&redis->timer, redis->conf->timeout);
    }

    op->call = call;

    if (call) {
        call->op = op;
        call->abandon = ngx_registration_redis_abandon;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_registration_redis_send(ngx_registration_redis_op_t *op)
{
    ngx_registration_redis_t  *redis;

    redis = op->redis;

    if (redisAsyncFormattedCommand(redis->context,
                                   ngx_registration_redis_answer, op,
                                   (char *) op->buf, op->last - op->buf)
        != REDIS_OK)
    {
        return NGX_DECLINED;
    }

    ngx_queue_insert_tail(&redis->sent, &op->queue);

    return NGX_OK;
}


static void
ngx_registration_redis_answer(redisAsyncContext *ac, void *data,
    void *privdata)
{
    ngx_int_t                     rc;
    redisReply                   *reply;
    ngx_registration_redis_t     *redis;
    ngx_registration_redis_op_t  *op;

    op = privdata;
    reply = data;
    redis = op->redis;

    if (reply == NULL) {

        /* 1.2 has run the cleanup before, 0.14 will do so after this */

        redis->closing = (redis->context == ac);

        ngx_registration_redis_finish(op, NGX_DECLINED, NULL);
        return;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        rc = ngx_registration_redis_error(op, reply);
        if (rc == NGX_AGAIN) {
            return;
        }

        ngx_registration_redis_finish(op, rc, NULL);
        return;
    }

    redis->answered = 1;
    redis->backoff = 0;

    ngx_registration_redis_finish(op, NGX_OK, reply);
}


static ngx_int_t
ngx_registration_redis_error(ngx_registration_redis_op_t *op,
    redisReply *reply)
{
    ngx_registration_redis_t  *redis;

    redis = op->redis;

    if (op->script && ngx_registration_redis_is(reply, "NOSCRIPT")
        && ngx_registration_redis_resend(op) == NGX_OK)
    {
        return NGX_AGAIN;
    }

    ngx_registration_redis_log_error(op, reply);

    if (ngx_registration_redis_is(reply, "READONLY LOADING MASTERDOWN NOAUTH"))
    {
        /* another server may have taken over under the same address */

        redis->closing = 1;
        redis->answered = 0;
        redisAsyncFree(redis->context);
        return NGX_DECLINED;
    }

    /* no fault of the command: it may succeed in a while */

    if (ngx_registration_redis_is(reply, "BUSY OOM MISCONF NOREPLICAS")) {
        return NGX_DECLINED;
    }

    return NGX_ERROR;
}


/* Whether the error's code, its first word, is one of the words. */

static ngx_uint_t
ngx_registration_redis_is(redisReply *reply, const char *words)
{
    size_t       len;
    const char  *p;

    len = strcspn(reply->str, " ");

    for (p = words; *p; p += strspn(p, " ")) {

        if (strcspn(p, " ") == len && ngx_strncmp(p, reply->str, len) == 0) {
            return 1;
        }

        p += strcspn(p, " ");
    }

    return 0;
}


/* Redis quotes arguments: the message is cut before the first quote. */

static void
ngx_registration_redis_log_error(ngx_registration_redis_op_t *op,
    redisReply *reply)
{
    ngx_str_t  name, message;

    message.data = (u_char *) reply->str;
    message.len = ngx_min(strcspn(reply->str, "'`\"\r\n"),
                          NGX_REGISTRATION_REDIS_MESSAGE);

    if (op->script) {
        name.data = op->script->sha1;
        name.len = NGX_REGISTRATION_SHA1_HEX;

    } else {
        name.data = (u_char *) ngx_strchr(op->buf, '$');
        name.data = (u_char *) ngx_strchr(name.data, LF) + 1;
        name.len = strcspn((char *) name.data, "\r\n");
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "redis %V answered %V to %V",
                  &op->redis->conf->addr->name, &message, &name);
}


/* The operation keeps its place, as the oldest, and its deadline. */

static ngx_int_t
ngx_registration_redis_resend(ngx_registration_redis_op_t *op)
{
    int                         rc;
    size_t                      len;
    u_char                     *buf, *p;
    ngx_registration_script_t  *script;

    script = op->script;

    len = op->last - op->buf - op->tail;

    buf = ngx_alloc(3 * (NGX_INT_T_LEN + 2 * sizeof(CRLF)) + script->text.len
                    + len, ngx_cycle->log);
    if (buf == NULL) {
        return NGX_ERROR;
    }

    p = ngx_registration_redis_number(buf, '*', op->argc + 3);
    p = ngx_registration_redis_format(p, (u_char *) "EVAL",
                                      sizeof("EVAL") - 1);
    p = ngx_registration_redis_format(p, script->text.data, script->text.len);
    p = ngx_cpymem(p, op->buf + op->tail, len);

    rc = redisAsyncFormattedCommand(op->redis->context,
                                    ngx_registration_redis_answer, op,
                                    (char *) buf, p - buf);
    ngx_free(buf);

    return (rc == REDIS_OK) ? NGX_OK : NGX_ERROR;
}


static void
ngx_registration_redis_finish(ngx_registration_redis_op_t *op,
    ngx_int_t status, void *result)
{
    ngx_registration_call_t   *call;
    ngx_registration_redis_t  *redis;

    call = op->call;
    redis = op->redis;

    ngx_queue_remove(&op->queue);
    ngx_registration_redis_op_free(op);

    redis->inflight--;
    ngx_registration_gauges->redis = redis->inflight;
    ngx_registration_metrics_count(NGX_REGISTRATION_REDIS, status);

    if (redis->inflight == 0) {
        redis->timer.cancelable = 1;

        if (redis->connection) {
            redis->connection->idle = 1;
        }
    }

    if (call) {
        ngx_registration_call_end(call, status, result);
    }
}


static void
ngx_registration_redis_abandon(ngx_registration_call_t *call)
{
    ngx_registration_redis_op_t  *op;

    op = call->op;
    op->call = NULL;
}


/* head: room before the arguments, besides what every command needs. */

static ngx_registration_redis_op_t *
ngx_registration_redis_op(ngx_registration_redis_t *redis, ngx_str_t *argv,
    ngx_uint_t argc, size_t head)
{
    size_t                        size;
    ngx_uint_t                    i;
    ngx_queue_t                  *q;
    ngx_registration_redis_op_t  *op;

    size = head + 4 * (NGX_INT_T_LEN + 2 * sizeof(CRLF));

    for (i = 0; i < argc; i++) {
        size += NGX_INT_T_LEN + 2 * sizeof(CRLF) + argv[i].len;
    }

    if (ngx_queue_empty(&redis->spare)) {
        op = ngx_calloc(sizeof(ngx_registration_redis_op_t), ngx_cycle->log);
        if (op == NULL) {
            return NULL;
        }

        op->redis = redis;

    } else {
        q = ngx_queue_head(&redis->spare);
        op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);
        ngx_queue_remove(q);
        redis->spares--;
    }

    op->script = NULL;

    if (op->size >= size) {
        return op;
    }

    ngx_free(op->buf);

    op->size = ngx_max(size, NGX_REGISTRATION_REDIS_BUFFER);
    op->buf = ngx_alloc(op->size, ngx_cycle->log);
    if (op->buf == NULL) {
        ngx_free(op);
        return NULL;
    }

    return op;
}


static void
ngx_registration_redis_op_free(ngx_registration_redis_op_t *op)
{
    ngx_registration_redis_t  *redis;

    redis = op->redis;

    if (op->size > NGX_REGISTRATION_REDIS_BUFFER
        || redis->spares >= NGX_REGISTRATION_REDIS_SPARES)
    {
        ngx_free(op->buf);
        ngx_free(op);
        return;
    }

    ngx_queue_insert_head(&redis->spare, &op->queue);
    redis->spares++;
}


static u_char *
ngx_registration_redis_format(u_char *p, u_char *data, size_t len)
{
    p = ngx_registration_redis_number(p, '$', len);

    if (len) {
        p = ngx_cpymem(p, data, len);
    }

    *p++ = CR;
    *p++ = LF;

    return p;
}


/* By hand: ngx_sprintf() was a twenty-fifth of a code request. */

static u_char *
ngx_registration_redis_number(u_char *p, u_char type, size_t n)
{
    u_char  *digit, text[NGX_SIZE_T_LEN];

    digit = text + sizeof(text);

    do {
        *--digit = '0' + n % 10;
        n /= 10;
    } while (n);

    *p++ = type;
    p = ngx_cpymem(p, digit, text + sizeof(text) - digit);
    *p++ = CR;
    *p++ = LF;

    return p;
}


static void
ngx_registration_redis_sha1(ngx_registration_script_t *script)
{
    u_char      digest[20];
    ngx_sha1_t  sha1;

    if (script->sha1[0]) {
        return;
    }

    ngx_sha1_init(&sha1);
    ngx_sha1_update(&sha1, script->text.data, script->text.len);
    ngx_sha1_final(digest, &sha1);

    ngx_hex_dump(script->sha1, digest, sizeof(digest));
}


static ngx_int_t
ngx_registration_redis_connect(ngx_registration_redis_t *redis)
{
    redisAsyncContext  *ac;

    if ((ngx_msec_int_t) (redis->retry - ngx_current_msec) > 0) {
        return NGX_DECLINED;
    }

    ac = ngx_registration_redis_open(redis->conf->addr);
    if (ac == NULL) {
        return NGX_ERROR;
    }

    if (ac->err) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "connect to redis %V failed: %s",
                      &redis->conf->addr->name, ac->errstr);
        goto failed;
    }

    if (ngx_registration_redis_attach(redis, ac) != NGX_OK) {
        goto failed;
    }

    if (ngx_registration_redis_login(redis) != NGX_OK) {
        ngx_registration_redis_drop(redis);
        return NGX_DECLINED;
    }

    return NGX_OK;

failed:

    redisAsyncFree(ac);
    ngx_registration_redis_back_off(redis);

    return NGX_DECLINED;
}


static redisAsyncContext *
ngx_registration_redis_open(ngx_addr_t *addr)
{
    u_char               text[NGX_SOCKADDR_STRLEN + 1];
    size_t               len;
    struct sockaddr_un  *un;

    if (addr->sockaddr->sa_family == AF_UNIX) {
        un = (struct sockaddr_un *) addr->sockaddr;
        return redisAsyncConnectUnix(un->sun_path);
    }

    /* a numeric address: hiredis' getaddrinfo() then asks nobody */

    len = ngx_sock_ntop(addr->sockaddr, addr->socklen, text,
                        NGX_SOCKADDR_STRLEN, 0);
    text[len] = '\0';

    return redisAsyncConnect((char *) text, ngx_inet_get_port(addr->sockaddr));
}


static ngx_int_t
ngx_registration_redis_attach(ngx_registration_redis_t *redis,
    redisAsyncContext *ac)
{
    ngx_connection_t  *c;

    c = ngx_get_connection(ac->c.fd, ngx_cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    c->data = redis;

    c->read->log = c->log;
    c->read->handler = ngx_registration_redis_read_handler;

    c->write->log = c->log;
    c->write->handler = ngx_registration_redis_write_handler;

    /* level-triggered: hiredis reads one buffer at a time */

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        goto failed;
    }

    if (ngx_add_event(c->write, NGX_WRITE_EVENT, NGX_LEVEL_EVENT) != NGX_OK) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
        goto failed;
    }

    redis->context = ac;
    redis->connection = c;
    redis->ready = 0;
    redis->answered = 0;
    redis->timedout = 0;

    redis->flush.log = ngx_cycle->log;

    ac->ev.data = redis;
    ac->ev.addWrite = ngx_registration_redis_add_write;
    ac->ev.delWrite = ngx_registration_redis_del_write;
    ac->ev.cleanup = ngx_registration_redis_lost;

    return NGX_OK;

failed:

    c->shared = 1;
    ngx_close_connection(c);

    return NGX_ERROR;
}


/*
 * No command may run before AUTH and SELECT have succeeded: it would run in
 * another database.
 */

static ngx_int_t
ngx_registration_redis_login(ngx_registration_redis_t *redis)
{
    int                             rc;
    redisAsyncContext              *ac;
    ngx_registration_redis_conf_t  *conf;

    ac = redis->context;
    conf = redis->conf;
    rc = REDIS_OK;

    if (conf->password.len && conf->username.len) {
        rc = redisAsyncCommand(ac, ngx_registration_redis_login_answer,
                               conf->db ? NULL : redis, "AUTH %b %b",
                               conf->username.data, conf->username.len,
                               conf->password.data, conf->password.len);

    } else if (conf->password.len) {
        rc = redisAsyncCommand(ac, ngx_registration_redis_login_answer,
                               conf->db ? NULL : redis, "AUTH %b",
                               conf->password.data, conf->password.len);
    }

    if (rc == REDIS_OK && conf->db) {
        rc = redisAsyncCommand(ac, ngx_registration_redis_login_answer, redis,
                               "SELECT %d", (int) conf->db);
    }

    if (rc != REDIS_OK) {
        return NGX_ERROR;
    }

    redis->ready = (conf->password.len == 0 && conf->db == 0);

    return NGX_OK;
}


/* last is set with the answer that makes the connection ready. */

static void
ngx_registration_redis_login_answer(redisAsyncContext *ac, void *data,
    void *last)
{
    redisReply                *reply;
    ngx_registration_redis_t  *redis;

    reply = data;
    redis = ac->ev.data;

    if (reply == NULL || redis->closing) {
        return;
    }

    if (reply->type == REDIS_REPLY_ERROR) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "redis %V refused %s: %*s", &redis->conf->addr->name,
                      last && redis->conf->db ? "SELECT" : "AUTH",
                      strcspn(reply->str, " "), reply->str);

        redis->closing = 1;
        redisAsyncFree(ac);
        return;
    }

    if (last) {
        ngx_registration_redis_ready(redis);
    }
}


static void
ngx_registration_redis_ready(ngx_registration_redis_t *redis)
{
    ngx_queue_t                  *q;
    ngx_registration_redis_op_t  *op;

    redis->ready = 1;

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);

        ngx_queue_remove(q);

        if (ngx_registration_redis_send(op) != NGX_OK) {
            ngx_queue_insert_head(&redis->waiting, q);

            redis->closing = 1;
            redisAsyncFree(redis->context);
            return;
        }
    }
}


static void
ngx_registration_redis_read_handler(ngx_event_t *rev)
{
    ngx_connection_t          *c;
    ngx_registration_redis_t  *redis;

    c = rev->data;
    redis = c->data;

    if (c->close) {
        ngx_registration_redis_drop(redis);
        return;
    }

    redisAsyncHandleRead(redis->context);
}


static void
ngx_registration_redis_write_handler(ngx_event_t *wev)
{
    ngx_connection_t          *c;
    ngx_registration_redis_t  *redis;

    c = wev->data;
    redis = c->data;

    ngx_registration_redis_write(redis);
}


static void
ngx_registration_redis_flush_handler(ngx_event_t *ev)
{
    ngx_registration_redis_t  *redis;

    redis = ev->data;

    ngx_registration_redis_write(redis);
}


static void
ngx_registration_redis_write(ngx_registration_redis_t *redis)
{
    redis->flushing = 1;
    redisAsyncHandleWrite(redis->context);
    redis->flushing = 0;
}


/* One timer for all: only the oldest operation matters. */

static void
ngx_registration_redis_timeout_handler(ngx_event_t *ev)
{
    ngx_queue_t                  *q;
    ngx_msec_int_t                left;
    ngx_registration_redis_t     *redis;
    ngx_registration_redis_op_t  *op;

    redis = ev->data;

    if (!ngx_queue_empty(&redis->sent)) {
        q = ngx_queue_head(&redis->sent);

    } else if (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);

    } else {
        return;
    }

    op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);

    left = (ngx_msec_int_t) (op->deadline - ngx_current_msec);

    if (left > 0) {
        ngx_add_timer(&redis->timer, left);
        return;
    }

    redis->timedout = 1;
    redis->answered = 0;

    ngx_registration_redis_drop(redis);
}


/* hiredis calls this for every command, and when a write was incomplete. */

static void
ngx_registration_redis_add_write(void *data)
{
    ngx_event_t               *wev;
    ngx_registration_redis_t  *redis;

    redis = data;
    wev = redis->connection->write;

    if (wev->active) {
        return;
    }

    if (!redis->flushing) {
        if (!redis->flush.posted) {
            ngx_post_event(&redis->flush, &ngx_posted_events);
        }

        return;
    }

    /* when this fails the deadline of the oldest operation ends it all */

    (void) ngx_add_event(wev, NGX_WRITE_EVENT, NGX_LEVEL_EVENT);
}


static void
ngx_registration_redis_del_write(void *data)
{
    ngx_event_t               *wev;
    ngx_registration_redis_t  *redis;

    redis = data;
    wev = redis->connection->write;

    if (wev->active) {
        (void) ngx_del_event(wev, NGX_WRITE_EVENT, 0);
    }
}


/* hiredis' cleanup: it is about to close the descriptor. */

static void
ngx_registration_redis_lost(void *data)
{
    ngx_uint_t                    idle;
    ngx_queue_t                  *q;
    ngx_registration_redis_t     *redis;
    ngx_registration_redis_op_t  *op;

    redis = data;

    idle = (!redis->closing && redis->inflight == 0);

    ngx_registration_redis_log_loss(redis, idle);

    /* one that has worked is made again at once */

    if (!redis->answered) {
        ngx_registration_redis_back_off(redis);
    }

    ngx_registration_redis_detach(redis);

    redis->context = NULL;
    redis->closing = 0;
    redis->ready = 0;

    while (!ngx_queue_empty(&redis->waiting)) {
        q = ngx_queue_head(&redis->waiting);
        op = ngx_queue_data(q, ngx_registration_redis_op_t, queue);

        ngx_registration_redis_finish(op, NGX_DECLINED, NULL);
    }
}


static void
ngx_registration_redis_detach(ngx_registration_redis_t *redis)
{
    ngx_connection_t  *c;

    c = redis->connection;
    redis->connection = NULL;

    if (redis->flush.posted) {
        ngx_delete_posted_event(&redis->flush);
    }

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }

    /* the descriptor is hiredis' */

    c->shared = 1;
    ngx_close_connection(c);
}


static void
ngx_registration_redis_log_loss(ngx_registration_redis_t *redis,
    ngx_uint_t idle)
{
    redisContext  *context;

    context = &redis->context->c;

    if (idle) {
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "idle connection to redis %V closed",
                      &redis->conf->addr->name);
        return;
    }

    ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                  "connection to redis %V lost: %s",
                  &redis->conf->addr->name,
                  redis->timedout ? "no answer in time"
                                  : context->err ? context->errstr : "closed");
}


static void
ngx_registration_redis_back_off(ngx_registration_redis_t *redis)
{
    redis->backoff = ngx_min(redis->backoff * 2,
                             NGX_REGISTRATION_REDIS_BACKOFF_MAX);
    redis->backoff = ngx_max(redis->backoff,
                             NGX_REGISTRATION_REDIS_BACKOFF_MIN);

    redis->retry = ngx_current_msec + redis->backoff;
}


static void
ngx_registration_redis_drop(ngx_registration_redis_t *redis)
{
    redis->closing = (redis->inflight != 0);

    redisAsyncFree(redis->context);
}
