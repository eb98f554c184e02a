
/*
 * Recognition: jobs that outlive the upload they came from, what they leave
 * in the draft, and how clients and reviewers are told.
 *
 * A job belongs to the worker that took the upload: it reads the picture back
 * from the store, so that a picture that waits costs no memory, has it read
 * by the recogniser, and writes the result into the draft in Redis, from where
 * any worker answers.  A result is only ever written beside the picture that
 * it was read from.
 */


#ifndef _NGX_HTTP_REGISTRATION_RECOGNITION_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_RECOGNITION_H_INCLUDED_


#include <ngx_http_registration_draft.h>


typedef struct ngx_http_registration_reading_s
    ngx_http_registration_reading_t;


/* ngx_http_registration_reading.c: jobs */

/*
 * A place for the draft's document of that kind, which ends with the request
 * unless it is started; NULL when there is nobody to read it, or too many
 * wait.
 */

ngx_http_registration_reading_t *ngx_http_registration_reading_reserve(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document);

/* What stands in the draft until a result does; reading may be NULL. */

ngx_int_t ngx_http_registration_reading_pending(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_document_t *document,
    ngx_http_registration_reading_t *reading, ngx_str_t *value);

void ngx_http_registration_reading_start(
    ngx_http_registration_reading_t *reading);

/* Whether this worker is at it. */

ngx_uint_t ngx_http_registration_reading_here(ngx_str_t *id);

/* For init_process. */

void ngx_http_registration_reading_init(void);


/* ngx_http_registration_recognition.c: results */

/* Takes the draft's field "r:KIND". */

ngx_int_t ngx_http_registration_recognition_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_str_t *name, ngx_str_t *value);

/* What a result is sealed with: whose it is, and of which picture. */

#define NGX_HTTP_REGISTRATION_RECOGNITION_CONTEXT                             \
    (REG_HASH + sizeof("r:") + 32 + REG_DOCUMENT_ID_LEN)

void ngx_http_registration_recognition_context(const u_char *draft,
    ngx_str_t *kind, const u_char *id, u_char *buffer, reg_str_t *context);

/* And what it is sealed with once it belongs to an application. */

#define NGX_HTTP_REGISTRATION_READ_CONTEXT                                    \
    (sizeof("recognition:") + REG_DOCUMENT_ID_LEN)

void ngx_http_registration_read_context(const u_char *id, u_char *buffer,
    reg_str_t *context);

/* The result of a document, borrowed from the draft; NULL for none. */

json_t *ngx_http_registration_recognition_of(
    ngx_http_registration_draft_t *draft,
    ngx_http_registration_document_t *document);

/* A result as clients see it; NULL for one that is not to be had. */

json_t *ngx_http_registration_recognition_json(
    ngx_http_registration_main_conf_t *rmcf, reg_language_t language,
    json_t *result);

/* Requests that wait for this document look again. */

void ngx_http_registration_recognition_wake(ngx_str_t *id);


#endif /* _NGX_HTTP_REGISTRATION_RECOGNITION_H_INCLUDED_ */
