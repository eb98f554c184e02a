
/*
 * Answers: JSON, nothing, a picture.  None of them may be kept by a cache.
 */


#include <ngx_http_registration.h>


/* The only fractions are confidences: more digits would say nothing. */

#define NGX_HTTP_REGISTRATION_JSON  (JSON_COMPACT|JSON_REAL_PRECISION(3))


static void ngx_http_registration_free(void *data);
static ngx_int_t ngx_http_registration_cache(ngx_http_request_t *r,
    const char *directive);
static u_char *ngx_http_registration_put_two(u_char *p, ngx_uint_t n);


ngx_int_t
ngx_http_registration_reply(ngx_http_request_t *r, ngx_uint_t status,
    u_char *json, size_t len)
{
    static ngx_str_t  type = ngx_string("application/json");

    return ngx_http_registration_send(r, status, &type, json, len);
}


/* Takes over the reference. */

ngx_int_t
ngx_http_registration_reply_json(ngx_http_request_t *r, ngx_uint_t status,
    json_t *json)
{
    size_t   len;
    u_char  *text;

    len = json_dumpb(json, NULL, 0, NGX_HTTP_REGISTRATION_JSON);

    if (len == 0) {
        json_decref(json);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    text = ngx_pnalloc(r->pool, len);
    if (text == NULL) {
        json_decref(json);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    (void) json_dumpb(json, (char *) text, len, NGX_HTTP_REGISTRATION_JSON);
    json_decref(json);

    return ngx_http_registration_reply(r, status, text, len);
}


ngx_int_t
ngx_http_registration_reply_empty(ngx_http_request_t *r, ngx_uint_t status)
{
    return ngx_http_registration_send(r, status, NULL, NULL, 0);
}


/* Takes over data, which was malloc'ed. */

ngx_int_t
ngx_http_registration_reply_picture(ngx_http_request_t *r, u_char *data,
    u_char *picture, size_t len)
{
    ngx_pool_cleanup_t  *cln;

    static ngx_str_t  type = ngx_string("image/jpeg");

    cln = ngx_pool_cleanup_add(r->pool, 0);
    if (cln == NULL) {
        free(data);
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    cln->handler = ngx_http_registration_free;
    cln->data = data;

    return ngx_http_registration_send(r, NGX_HTTP_OK, &type, picture, len);
}


static void
ngx_http_registration_free(void *data)
{
    free(data);
}


/* What does not change while the configuration lives: kept, but asked for. */

ngx_int_t
ngx_http_registration_reply_static(ngx_http_request_t *r, ngx_str_t *etag,
    const char *json, size_t len)
{
    ngx_table_elt_t  *h;

    static ngx_str_t  type = ngx_string("application/json");

    h = ngx_http_registration_add_header(r, "ETag", etag->data, etag->len);
    if (h == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    r->headers_out.etag = h;

    return ngx_http_registration_send(r, NGX_HTTP_OK, &type, (u_char *) json,
                                      len);
}


/* Sends an answer whose data lives as long as the request. */

ngx_int_t
ngx_http_registration_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *type, u_char *data, size_t len)
{
    ngx_int_t                     rc;
    ngx_buf_t                    *b;
    ngx_chain_t                   out;
    ngx_http_registration_ctx_t  *ctx;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);
    ctx->answered = 1;

    r->headers_out.status = status;
    r->headers_out.content_length_n = len;

    if (type) {
        r->headers_out.content_type = *type;
        r->headers_out.content_type_len = type->len;
        r->headers_out.content_type_lowcase = NULL;

    } else {
        r->header_only = 1;
    }

    /* nginx would refuse by a precondition what has been done by now */

    r->disable_not_modified = (r->headers_out.etag == NULL);

    rc = r->headers_out.etag ? ngx_http_registration_cache(r, "no-cache")
                             : ngx_http_registration_no_store(r);
    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    b->pos = data;
    b->last = data + len;
    b->memory = 1;
    b->last_buf = 1;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


ngx_int_t
ngx_http_registration_no_store(ngx_http_request_t *r)
{
    return ngx_http_registration_cache(r, "no-store");
}


static ngx_int_t
ngx_http_registration_cache(ngx_http_request_t *r, const char *directive)
{
    return ngx_http_registration_add_header(r, "Cache-Control",
                                            (u_char *) directive,
                                            ngx_strlen(directive))
           ? NGX_OK : NGX_ERROR;
}


/* The name must be static, the value live as long as the request. */

ngx_table_elt_t *
ngx_http_registration_add_header(ngx_http_request_t *r, const char *name,
    u_char *value, size_t len)
{
    ngx_table_elt_t  *h;

    h = ngx_list_push(&r->headers_out.headers);
    if (h == NULL) {
        return NULL;
    }

    h->hash = 1;
#if (nginx_version >= 1023000)
    h->next = NULL;
#endif
    h->key.data = (u_char *) name;
    h->key.len = ngx_strlen(name);
    h->value.data = value;
    h->value.len = len;

    return h;
}


json_t *
ngx_http_registration_instant(time_t instant)
{
    u_char  text[NGX_HTTP_REGISTRATION_INSTANT];

    return json_stringn((char *) text,
                        ngx_http_registration_put_instant(text, instant)
                        - text);
}


/* By hand: ngx_sprintf() was a tenth of the look-up of a session. */

u_char *
ngx_http_registration_put_instant(u_char *p, time_t instant)
{
    ngx_tm_t  tm;

    ngx_gmtime(instant, &tm);

    p = ngx_http_registration_put_two(p, tm.ngx_tm_year / 100);
    p = ngx_http_registration_put_two(p, tm.ngx_tm_year);
    *p++ = '-';
    p = ngx_http_registration_put_two(p, tm.ngx_tm_mon);
    *p++ = '-';
    p = ngx_http_registration_put_two(p, tm.ngx_tm_mday);
    *p++ = 'T';
    p = ngx_http_registration_put_two(p, tm.ngx_tm_hour);
    *p++ = ':';
    p = ngx_http_registration_put_two(p, tm.ngx_tm_min);
    *p++ = ':';
    p = ngx_http_registration_put_two(p, tm.ngx_tm_sec);
    *p++ = 'Z';

    return p;
}


static u_char *
ngx_http_registration_put_two(u_char *p, ngx_uint_t n)
{
    *p++ = '0' + n / 10 % 10;
    *p++ = '0' + n % 10;

    return p;
}
