
/*
 * Codes sent by mail.  Redis keeps, for a draft, an address and a purpose, one
 * string "HASH:BEFORE:TRIES HASH:BEFORE:TRIES …" of the codes that were sent;
 * a code expires BEFORE milliseconds before this key does.
 */


#ifndef _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_


#include <ngx_http_registration.h>


/* What the Lua function check_code() gives. */

#define NGX_HTTP_REGISTRATION_CODE_GOOD      0
#define NGX_HTTP_REGISTRATION_CODE_WRONG     1
#define NGX_HTTP_REGISTRATION_CODE_EXPIRED   2
#define NGX_HTTP_REGISTRATION_CODE_VOID      3


/*
 * Lua: check_code(key, hash) counts a wrong try against every code there is;
 * five make a code void.  A good code stays good until its key is deleted.
 */

#define NGX_HTTP_REGISTRATION_CHECK_CODE                                      \
    "local function check_code(key, hash)\n"                                  \
    "  local codes = redis.call('GET', key)\n"                                \
    "  if not codes then return 2 end\n"                                      \
    "  local left = redis.call('PTTL', key)\n"                                \
    "  local live, void = false, false\n"                                     \
    "  for h, before, tries in\n"                                             \
    "      string.gmatch(codes, '(%x+):(%d+):(%d+)') do\n"                    \
    "    if left - before > 0 then\n"                                         \
    "      if tonumber(tries) >= 5 then void = true\n"                        \
    "      elseif h == hash then return 0\n"                                  \
    "      else live = true end\n"                                            \
    "    end\n"                                                               \
    "  end\n"                                                                 \
    "  if not live then return void and 3 or 2 end\n"                         \
    "  codes = string.gsub(codes, '(%x+:%d+:)(%d+)', function(c, tries)\n"    \
    "    return c .. tries + 1\n"                                             \
    "  end)\n"                                                                \
    "  redis.call('SET', key, codes, 'KEEPTTL')\n"                            \
    "  return 1\n"                                                            \
    "end\n"


/* Puts the policy's figures into the script of code requests. */

ngx_int_t ngx_http_registration_code_init(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);

ngx_int_t ngx_http_registration_code_key(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t purpose, ngx_str_t *email,
    ngx_str_t *key);
ngx_int_t ngx_http_registration_code_hash(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *code, ngx_str_t *hash);

/* The public code of what check_code() gave. */

reg_code_t ngx_http_registration_code_outcome(ngx_int_t outcome);


#endif /* _NGX_HTTP_REGISTRATION_CODE_H_INCLUDED_ */
