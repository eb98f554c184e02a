
/*
 * What a submission and a correction have in common: the draft's pictures and
 * the code of its address, the files on disk, and an application's values as
 * the columns of a row.
 */


#ifndef _NGX_HTTP_REGISTRATION_INTAKE_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_INTAKE_H_INCLUDED_


#include <ngx_http_registration_code.h>
#include <ngx_http_registration_draft.h>


/* Files that must be on the disk before a row names them. */

typedef struct {
    char         *directory;
    ngx_uint_t    n;
    u_char        id[NGX_HTTP_REGISTRATION_DOCUMENTS][REG_DOCUMENT_ID_LEN + 1];
    reg_code_t    code;
    ngx_uint_t    missing;          /* which of them was not found */
} ngx_http_registration_flush_t;


/* The names of the five columns that an application is found by. */

extern const char  *ngx_http_registration_lookups[];

#define NGX_HTTP_REGISTRATION_LOOKUPS  5

/* Members that stand in the clear, with notice_version the last of them. */

extern const char  *ngx_http_registration_clear_members[];


/*
 * Starts the Redis call that gives what came of the code in values, which is
 * looked at when check is set, and the draft.  When all was sound so far, the
 * files of the draft's pictures are from now on removed by the sweep alone.
 * With once, a draft that is done is given as it is: it serves no second time.
 */

ngx_int_t ngx_http_registration_intake_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *values, ngx_uint_t check,
    ngx_uint_t sound, ngx_uint_t once, ngx_http_registration_codes_t *codes);

/* The documents named (kind, id) must be those of the draft. */

void ngx_http_registration_intake_named(json_t *documents,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults);

/*
 * The same, and what else the draft holds (of a type that was chosen before)
 * is taken out of it.
 */

void ngx_http_registration_intake_documents(json_t *documents,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults);

/* A keyed hash of a body, however its members are ordered. */

ngx_int_t ngx_http_registration_intake_hash(ngx_http_registration_ctx_t *ctx,
    json_t *body, const char *purpose, u_char *hash);

/* "documents.KIND" as the table of kinds has it. */

const char *ngx_http_registration_document_field(const char *kind);

void ngx_http_registration_flush_prepare(ngx_http_registration_flush_t *flush,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft);

/* In a thread. */

void ngx_http_registration_flush(ngx_http_registration_flush_t *flush);

/* A job of its own; its context, a flush, is the call's result. */

ngx_int_t ngx_http_registration_flush_start(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_draft_t *draft);

/* Adds the fault of a file that is gone; NGX_ERROR, logged, for one of ours. */

ngx_int_t ngx_http_registration_flush_result(ngx_http_request_t *r,
    ngx_http_registration_flush_t *flush,
    ngx_http_registration_draft_t *draft, reg_faults_t *faults);


/* Parameters of SQL. */

ngx_int_t ngx_http_registration_intake_lookups(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, json_t *values, ngx_uint_t first,
    ngx_registration_param_t *params);
ngx_int_t ngx_http_registration_intake_seal(ngx_http_request_t *r,
    json_t *values, ngx_str_t *id, const u_char *key,
    ngx_registration_param_t *sealed);
ngx_int_t ngx_http_registration_intake_list(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_draft_t *draft,
    ngx_registration_param_t *param);

/* Two of them: the day on which a review is due, and if it is provisional. */

ngx_int_t ngx_http_registration_intake_due(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_registration_param_t *params);


#endif /* _NGX_HTTP_REGISTRATION_INTAKE_H_INCLUDED_ */
