
/*
 * What Redis and PostgreSQL must not read: keyed hashes stand for names, and
 * values are sealed.
 */


#include <ngx_http_registration.h>


/*
 * Hashes the parts, each behind its length so that none can run into the next,
 * and writes prefix and hash in hex: a Redis key.
 */

ngx_int_t
ngx_http_registration_key(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *prefix, ngx_str_t *parts,
    ngx_uint_t n, ngx_str_t *key)
{
    u_char      *p, *buffer, hash[REG_SHORT_HASH];
    size_t       len;
    reg_str_t    text;
    ngx_uint_t   i;

    len = ngx_strlen(prefix) + NGX_HTTP_REGISTRATION_KEY_HEX;

    for (i = 0; i < n; i++) {
        len += sizeof(uint32_t) + parts[i].len;
    }

    buffer = ngx_pnalloc(r->pool, len);
    if (buffer == NULL) {
        return NGX_ERROR;
    }

    key->data = buffer;
    buffer = ngx_cpymem(buffer, prefix, ngx_strlen(prefix));

    p = buffer;

    for (i = 0; i < n; i++) {
        len = parts[i].len;
        p = ngx_cpymem(p, &len, sizeof(uint32_t));
        p = ngx_cpymem(p, parts[i].data, len);
    }

    text.len = p - key->data;
    text.data = key->data;

    reg_short_hash(ctx->conf->keys, text, hash);
    ngx_memzero(buffer, p - buffer);

    p = ngx_hex_dump(buffer, hash, REG_SHORT_HASH);
    key->len = p - key->data;

    return NGX_OK;
}


/*
 * Who is counted as one client: an IPv4 address, or a /56 of IPv6, which is
 * what one household or company is given.
 */

void
ngx_http_registration_client(ngx_http_request_t *r, ngx_str_t *client)
{
    struct sockaddr_in   *sin;
#if (NGX_HAVE_INET6)
    struct sockaddr_in6  *sin6;
#endif

    switch (r->connection->sockaddr->sa_family) {

    case AF_INET:
        sin = (struct sockaddr_in *) r->connection->sockaddr;
        client->data = (u_char *) &sin->sin_addr;
        client->len = sizeof(struct in_addr);
        break;

#if (NGX_HAVE_INET6)
    case AF_INET6:
        sin6 = (struct sockaddr_in6 *) r->connection->sockaddr;
        client->data = sin6->sin6_addr.s6_addr;
        client->len = 56 / 8;

        if (IN6_IS_ADDR_V4MAPPED(&sin6->sin6_addr)) {
            client->data += 12;
            client->len = sizeof(struct in_addr);
        }

        break;
#endif

    default:
        *client = r->connection->addr_text;
        break;
    }
}


/* The Redis key of a draft or a session. */

ngx_int_t
ngx_http_registration_ticket_key(ngx_http_request_t *r, const char *prefix,
    ngx_http_registration_ticket_t *ticket, ngx_str_t *key)
{
    u_char  *p;
    size_t   len;

    len = ngx_strlen(prefix);

    p = ngx_pnalloc(r->pool, len + sizeof(ticket->hex));
    if (p == NULL) {
        return NGX_ERROR;
    }

    key->data = p;
    key->len = len + sizeof(ticket->hex);

    p = ngx_cpymem(p, prefix, len);
    ngx_memcpy(p, ticket->hex, sizeof(ticket->hex));

    return NGX_OK;
}


/* Starts the call for a session's record: it was used, and lives on. */

ngx_int_t
ngx_http_registration_ticket_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *prefix,
    ngx_http_registration_ticket_t *ticket, ngx_msec_t idle)
{
    u_char     text[NGX_INT64_LEN];
    ngx_str_t  argv[4];

    ngx_str_set(&argv[0], "GETEX");
    ngx_str_set(&argv[2], "PX");

    if (ngx_http_registration_ticket_key(r, prefix, ticket, &argv[1])
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    (void) ngx_http_registration_figure(text, idle, &argv[3]);

    return ngx_registration_redis_command(ctx->conf->redis, &ctx->call, argv,
                                          4);
}


/* A keyed hash of one value for PostgreSQL: "Li" and "li" are the same. */

ngx_int_t
ngx_http_registration_lookup(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *text,
    ngx_registration_param_t *param)
{
    u_char     *lower;
    reg_str_t   value;

    lower = ngx_pnalloc(r->pool, REG_HASH + text->len);
    if (lower == NULL) {
        return NGX_ERROR;
    }

    param->value.len = REG_HASH;
    param->value.data = lower;
    param->binary = 1;

    lower += REG_HASH;
    ngx_strlow(lower, text->data, text->len);

    value.len = text->len;
    value.data = lower;

    reg_hash(ctx->conf->keys, purpose, value, param->value.data);
    ngx_memzero(lower, text->len);

    return NGX_OK;
}


/* Context says what the value is and whose. */

ngx_int_t
ngx_http_registration_seal(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *context, const void *text,
    size_t len, ngx_str_t *sealed)
{
    sealed->len = len + REG_SEAL_OVERHEAD;
    sealed->data = ngx_pnalloc(r->pool, sealed->len);
    if (sealed->data == NULL) {
        return NGX_ERROR;
    }

    reg_seal(ctx->conf->keys, ngx_http_registration_str(context), text, len,
             sealed->data);

    return NGX_OK;
}


/* NGX_DECLINED when it is damaged, or sealed under a key that is gone. */

ngx_int_t
ngx_http_registration_open(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *context,
    const void *sealed, size_t len, ngx_str_t *text)
{
    if (len < REG_SEAL_OVERHEAD) {
        return NGX_DECLINED;
    }

    text->data = ngx_pnalloc(r->pool, len - REG_SEAL_OVERHEAD + 1);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    if (reg_open(ctx->conf->keys, ngx_http_registration_str(context), sealed,
                 len, text->data, &text->len)
        != REG_OK)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


/* The data key of an application, which opens all that belongs to it. */

reg_code_t
ngx_http_registration_application_key(
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *id,
    const u_char *wrapped, size_t len, u_char *key)
{
    u_char     buffer[sizeof("application:") + REG_DOCUMENT_ID_LEN];
    reg_str_t  context;

    if (id->len != REG_DOCUMENT_ID_LEN || len != REG_WRAPPED_DATA_KEY) {
        return REG_DAMAGED;
    }

    context.data = buffer;
    context.len = ngx_sprintf(buffer, "application:%V", id) - buffer;

    return reg_data_key_open(rmcf->keys, context, wrapped, len, key);
}


/* What was sealed under that key, as JSON; NULL when it does not open. */

json_t *
ngx_http_registration_application_open(ngx_log_t *log, ngx_str_t *id,
    const u_char *key, const u_char *sealed, size_t len)
{
    u_char  *buffer;
    json_t  *json;

    if (len < REG_RECORD_OVERHEAD) {
        return NULL;
    }

    buffer = ngx_alloc(len, log);
    if (buffer == NULL) {
        return NULL;
    }

    ngx_memcpy(buffer, sealed, len);

    json = NULL;

    if (reg_record_open(key, ngx_http_registration_str(id), buffer, len)
        == REG_OK)
    {
        json = reg_json_parse((char *) buffer + 24, len - REG_RECORD_OVERHEAD);
    }

    reg_wipe(buffer, len);
    ngx_free(buffer);

    return json;
}
