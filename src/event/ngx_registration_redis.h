
/*
 * Redis on nginx's event loop, through hiredis: one connection a worker,
 * commands pipelined on it, connected at first use, again after a loss with
 * backoff.
 *
 * A command that has no answer within the timeout is NGX_DECLINED, and so
 * are all others on that connection, which is dropped: a Redis that is hung
 * looks like one that is down.  While it is known to be down, starting gives
 * NGX_DECLINED at once.
 */


#ifndef _NGX_REGISTRATION_REDIS_H_INCLUDED_
#define _NGX_REGISTRATION_REDIS_H_INCLUDED_


#include <hiredis/hiredis.h>
#include "ngx_registration_call.h"


typedef struct {
    ngx_addr_t    *addr;            /* resolved by ngx_parse_url() */
    ngx_str_t      username;        /* AUTH, when password is set */
    ngx_str_t      password;
    ngx_uint_t     db;
    ngx_msec_t     timeout;         /* of a connect, and of a command */
    ngx_uint_t     queue;           /* most commands in flight */
} ngx_registration_redis_conf_t;


typedef struct ngx_registration_redis_s  ngx_registration_redis_t;

/*
 * A Lua script, which must outlive every call: sent by its SHA1 (EVALSHA), and
 * as a whole when the server does not know it.  sha1 is computed at first use.
 */

typedef struct {
    ngx_str_t    text;
    u_char       sha1[41];
} ngx_registration_script_t;


/* Allocates only; conf must outlive it.  For configuration time. */

ngx_registration_redis_t *ngx_registration_redis_create(ngx_pool_t *pool,
    ngx_registration_redis_conf_t *conf);

/*
 * Arguments are copied; call is NULL when nobody waits for the result.  That
 * is a redisReply; a REDIS_REPLY_ERROR is logged and comes as NGX_ERROR without
 * a result, or as NGX_DECLINED when it says that the server takes no command
 * now (READONLY, LOADING, OOM, ...).
 */

ngx_int_t ngx_registration_redis_command(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_str_t *argv, ngx_uint_t argc);

/* argv: the keys first, then the arguments. */

ngx_int_t ngx_registration_redis_script(ngx_registration_redis_t *redis,
    ngx_registration_call_t *call, ngx_registration_script_t *script,
    ngx_uint_t keys, ngx_str_t *argv, ngx_uint_t argc);

/* Closes the connection; for exit_process. */

void ngx_registration_redis_close(ngx_registration_redis_t *redis);


#endif /* _NGX_REGISTRATION_REDIS_H_INCLUDED_ */
