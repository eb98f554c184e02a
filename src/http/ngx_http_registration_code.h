
/*
 * Codes sent by mail.  Redis keeps one string of an address, for a day after
 * the last mail: "HOUR SENT DAY SENT TAG:HASH:LEFT:TRIES TAG:HASH:…".  HOUR and
 * DAY are the milliseconds by which these began before the last mail, with how
 * many were sent since; TAG is whose code it is, a draft's for a purpose; it
 * expires when the string has only LEFT milliseconds to live.
 */


#ifndef _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_


#include <ngx_http_registration.h>


/* What the Lua function check_code() gives. */

#define NGX_HTTP_REGISTRATION_CODE_GOOD      0
#define NGX_HTTP_REGISTRATION_CODE_WRONG     1
#define NGX_HTTP_REGISTRATION_CODE_EXPIRED   2
#define NGX_HTTP_REGISTRATION_CODE_VOID      3


/* How long a string is kept, in milliseconds: also the longest lifetime. */

#define NGX_HTTP_REGISTRATION_CODE_DAY  86400000

/* A draft's ticket in hexadecimal digits, and one digit for the purpose. */

#define NGX_HTTP_REGISTRATION_CODE_TAG  (NGX_HTTP_REGISTRATION_KEY_HEX + 1)


/* Where a draft's codes for an address and a purpose are. */

typedef struct {
    ngx_str_t    key;
    ngx_str_t    tag;
} ngx_http_registration_codes_t;


/*
 * Lua: check_code(key, tag, hash) counts a wrong try against every code of the
 * tag; five make a code void.  A good code stays good until drop_codes(key,
 * tag).
 */

#define NGX_HTTP_REGISTRATION_CHECK_CODE                                      \
    "local function check_code(key, tag, hash)\n"                             \
    "  local codes = redis.call('GET', key)\n"                                \
    "  if not codes then return 2 end\n"                                      \
    "  local ttl = redis.call('PTTL', key)\n"                                 \
    "  local live, void = false, false\n"                                     \
    "  for h, left, tries in\n"                                               \
    "      string.gmatch(codes, tag .. ':(%x+):(%d+):(%d+)') do\n"            \
    "    if ttl - left > 0 then\n"                                            \
    "      if tonumber(tries) >= 5 then void = true\n"                        \
    "      elseif h == hash then return 0\n"                                  \
    "      else live = true end\n"                                            \
    "    end\n"                                                               \
    "  end\n"                                                                 \
    "  if not live then return void and 3 or 2 end\n"                         \
    "  codes = string.gsub(codes, '(' .. tag .. ':%x+:%d+:)(%d+)',\n"         \
    "      function(code, tries) return code .. tries + 1 end)\n"             \
    "  redis.call('SET', key, codes, 'KEEPTTL')\n"                            \
    "  return 1\n"                                                            \
    "end\n"

#define NGX_HTTP_REGISTRATION_DROP_CODES                                      \
    "local function drop_codes(key, tag)\n"                                   \
    "  local codes = redis.call('GET', key)\n"                                \
    "  if not codes then return end\n"                                        \
    "  codes = string.gsub(codes, ' ' .. tag .. ':%x+:%d+:%d+', '')\n"        \
    "  redis.call('SET', key, codes, 'KEEPTTL')\n"                            \
    "end\n"


/* Puts the policy's figures into the script of code requests. */

ngx_int_t ngx_http_registration_code_init(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);

/* The request's draft must be known; the strings are in the request's pool. */

ngx_int_t ngx_http_registration_codes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t purpose, ngx_str_t *email,
    ngx_http_registration_codes_t *codes);

/* What stands in Redis for a code. */

ngx_int_t ngx_http_registration_code_hash(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *code, ngx_str_t *hash);

/* The public code of what check_code() gave. */

reg_code_t ngx_http_registration_code_outcome(ngx_int_t outcome);


#endif /* _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_ */
