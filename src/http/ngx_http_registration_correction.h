
/*
 * The correction of a returned application: what is open, and what a
 * correction makes of the application.
 */


#ifndef _NGX_HTTP_REGISTRATION_CORRECTION_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_CORRECTION_H_INCLUDED_


#include <ngx_http_registration_intake.h>
#include <ngx_http_registration_session.h>


typedef struct {
    ngx_http_registration_session_t  *session;

    /* the returned application */
    ngx_str_t                         id;
    json_int_t                        version;
    u_char                            key[REG_DATA_KEY];
    json_t                           *open;         /* names, as a set */
    json_t                           *content;      /* reason and items */
    json_t                           *values;
    json_t                           *documents;    /* rows */

    /* the corrected one */
    json_int_t                        at_version;   /* as the client knows */
    u_char                            hash[REG_HASH];   /* keyed, of the body */
    json_t                           *merged;
    json_t                           *pictures;     /* new: {kind: id} */
    ngx_uint_t                        new_email;
    ngx_uint_t                        check_code;   /* of the new address */
    reg_faults_t                      faults;
    ngx_http_registration_draft_t    *draft;
    ngx_http_registration_codes_t     codes;
    ngx_str_t                         reply;
} ngx_http_registration_correction_t;


/*
 * Merges the body with the application, as far as its members are open, and
 * judges the whole: merged, pictures, new_email and faults are set.
 *
 * A change may open more: another document type has other pictures, another
 * number and term, and what no longer agrees with a corrected value has to be
 * corrected, too.  A fault that was there before in a field that is not open
 * is the reviewer's to see.
 */

ngx_int_t ngx_http_registration_correction_judge(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction);


/*
 * ngx_http_registration_correction_twins.c: starts the job that compares the
 * draft's pictures with those that stay (NGX_DECLINED when none stays); then
 * adds the fault of each that is the same as one of them.
 */

ngx_int_t ngx_http_registration_twins_start(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction);
void ngx_http_registration_twins_result(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction);

/* A row's member in Base64; NGX_DECLINED when it is null. */

ngx_int_t ngx_http_registration_correction_decode(ngx_http_request_t *r,
    json_t *row, const char *member, ngx_str_t *value);


#endif /* _NGX_HTTP_REGISTRATION_CORRECTION_H_INCLUDED_ */
