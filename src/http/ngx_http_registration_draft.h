
/*
 * The draft in Redis: a hash whose values are sealed one by one, so that
 * uploads and saved fields that arrive at once do not overwrite each other.
 *
 *   v:FIELD   the field's JSON value, sealed
 *   d:KIND    a document: its id, then its facts, sealed
 *   f:KIND    the document's fingerprint, hashed
 *   r:KIND    what was read from it (ngx_http_registration_recognition.h): its
 *             id, then "p" and the time up to which it is to be waited for, or
 *             "r" and the result, sealed, or "u" for none
 *   step      where the wizard stands
 *   uploads, bytes   what was uploaded, replaced pictures included
 *   sent      an application may have been made of it: whatever becomes of
 *             its pictures, only the sweep, which asks PostgreSQL, removes one
 *   done      the answer to the submission, sealed
 *   body      what was submitted, hashed and sealed; a draft that was done by
 *             a release without it has none
 *
 * For each document a key "registration:document:ID" lives as long as the
 * draft: what has neither that nor a row in PostgreSQL, nobody owns.
 */


#ifndef _NGX_HTTP_REGISTRATION_DRAFT_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_DRAFT_H_INCLUDED_


#include <ngx_http_registration.h>


#define NGX_HTTP_REGISTRATION_DOCUMENTS  8      /* kinds a draft may hold */


/* What is sealed beside a document's id. */

typedef struct {
    uint32_t                          width;
    uint32_t                          height;
    uint32_t                          bytes;
    u_char                            key[REG_WRAPPED_DATA_KEY];
} ngx_http_registration_facts_t;


typedef struct {
    ngx_str_t                         kind;
    u_char                            id[REG_DOCUMENT_ID_LEN + 1];
    ngx_str_t                         filename;
    ngx_http_registration_facts_t     facts;
} ngx_http_registration_document_t;


typedef struct {
    json_t                           *values;
    json_t                           *recognition;  /* {kind: …}, as read */
    ngx_uint_t                        step;
    ngx_str_t                         done;
    ngx_str_t                         body;
    ngx_uint_t                        ndocuments;
    ngx_http_registration_document_t  document[NGX_HTTP_REGISTRATION_DOCUMENTS];
} ngx_http_registration_draft_t;


/*
 * Starts the one Redis call of most endpoints: sets n fields (name, value,
 * name, value …), makes the draft live for its lifetime from now and gives
 * it whole.
 */

ngx_int_t ngx_http_registration_draft_touch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *fields, ngx_uint_t n);

/* Reads what that call gave; NULL when memory is out. */

ngx_http_registration_draft_t *ngx_http_registration_draft_read(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    redisReply *reply);

/* The draft's Redis key, and the context of a value sealed in it. */

ngx_int_t ngx_http_registration_draft_key(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *key);
ngx_int_t ngx_http_registration_draft_context(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *name, size_t len,
    ngx_str_t *context);

ngx_http_registration_document_t *ngx_http_registration_draft_document(
    ngx_http_registration_draft_t *draft, ngx_str_t *id);
json_t *ngx_http_registration_document_json(
    ngx_http_registration_document_t *document);


#endif /* _NGX_HTTP_REGISTRATION_DRAFT_H_INCLUDED_ */
