
/*
 * The session in Redis: a sealed record under the hash of its token, made
 * longer by each use, and in a set of its account's sessions, sorted by when
 * they began, so that all of them can be ended at once.  The member "ended"
 * says when that was: a sign-in that began before it is none.
 */


#ifndef _NGX_HTTP_REGISTRATION_SESSION_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_SESSION_H_INCLUDED_


#include <ngx_http_registration.h>


typedef struct {
    ngx_str_t                        account;   /* PostgreSQL's id */
    ngx_str_t                        number;
    ngx_str_t                        status;
    time_t                           created;
    ngx_http_registration_ticket_t   ticket;
} ngx_http_registration_session_t;


/*
 * Starts the look-up of the session that the request's cookie names.
 * NGX_DONE when there is no cookie.
 */

ngx_int_t ngx_http_registration_session_look_up(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* The session that was found; NULL when it has ended. */

ngx_http_registration_session_t *ngx_http_registration_session_read(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    redisReply *reply);

/*
 * Also one that a correction has ended: it is "pending", and all it opens is
 * the answer to that correction, or that another one was not taken.
 */

ngx_http_registration_session_t *ngx_http_registration_session_any(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    redisReply *reply);

/* Tells an approved applicant's browser where to go: the member "landing". */

void ngx_http_registration_session_landing(ngx_http_request_t *r,
    ngx_http_registration_session_t *session, json_t *reply);

/* The record to be stored of a new session. */

ngx_int_t ngx_http_registration_session_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_session_t *session, ngx_str_t *record);

/* The Redis key of the set of an account's sessions. */

ngx_int_t ngx_http_registration_sessions_key(ngx_http_request_t *r,
    ngx_str_t *account, ngx_str_t *key);


/*
 * Lua: drop_sessions(sessions, prefix of session keys, bound) ends those of an
 * account that began by then; end_sessions(sessions, prefix) all of them, and
 * those of sign-ins that saw it as it was: none takes longer than the minute of
 * "ended".
 */

#define NGX_HTTP_REGISTRATION_END_SESSIONS_LUA                                \
    "local function drop_sessions(sessions, prefix, bound)\n"                 \
    "  local all = redis.call('ZRANGEBYSCORE', sessions, '-inf', bound)\n"    \
    "  for _, hash in ipairs(all) do\n"                                       \
    "    if hash ~= 'ended' then\n"                                           \
    "      redis.call('DEL', prefix .. hash)\n"                               \
    "      redis.call('ZREM', sessions, hash)\n"                              \
    "    end\n"                                                               \
    "  end\n"                                                                 \
    "  return 1\n"                                                            \
    "end\n"                                                                   \
    "local function end_sessions(sessions, prefix)\n"                         \
    "  drop_sessions(sessions, prefix, '+inf')\n"                             \
    "  local time = redis.call('TIME')\n"                                     \
    "  local now = time[1] * 1000 + math.floor(time[2] / 1000)\n"             \
    "  redis.call('ZADD', sessions, string.format('%.0f', now), 'ended')\n"   \
    "  return redis.call('PEXPIRE', sessions, 60000)\n"                       \
    "end\n"


#endif /* _NGX_HTTP_REGISTRATION_SESSION_H_INCLUDED_ */
