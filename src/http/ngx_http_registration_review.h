
/*
 * What the reviewers' calls share: who is signed in, what PostgreSQL said to
 * that, and the parameters of a query.
 */


#ifndef _NGX_HTTP_REGISTRATION_REVIEW_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_REVIEW_H_INCLUDED_


#include <ngx_http_registration.h>


#define NGX_HTTP_REGISTRATION_REVIEWER_NAME  256    /* as the table has it */
#define NGX_HTTP_REGISTRATION_REASON         500    /* code points */
#define NGX_HTTP_REGISTRATION_NUMBER         15     /* digits */


/* ctx->reviewer, once that is known. */

typedef struct {
    ngx_str_t                        name;
    ngx_str_t                        epoch;     /* of the session, in text */
    time_t                           created;
    ngx_http_registration_ticket_t   ticket;
    unsigned                         external:1;    /* nginx knows the name */
} ngx_http_registration_reviewer_t;


/*
 * Finds out who is signed in, then runs step; answers 401 when nobody is,
 * 403 when nginx names one who is no reviewer.  PostgreSQL is asked again by
 * what step does: each of its functions takes the name and the epoch.
 */

ngx_int_t ngx_http_registration_review_enter(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_step_pt step);

/* $1 and $2 of every such function. */

void ngx_http_registration_review_params(ngx_http_registration_ctx_t *ctx,
    ngx_registration_param_t *params);

/* How many seconds a claim lasts, written to NGX_INT_T_LEN bytes of text. */

void ngx_http_registration_review_lease(ngx_http_registration_ctx_t *ctx,
    ngx_registration_param_t *param, u_char *text);

/*
 * The outcome in the first column of the first row: NGX_OK for "ok",
 * NGX_DONE for one that is the caller's to answer, NGX_DECLINED when this has
 * answered (signed_out, unknown, no row) with *rc.
 */

ngx_int_t ngx_http_registration_review_outcome(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_int_t *rc);

ngx_int_t ngx_http_registration_review_unauthorized(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* The record of a session, sealed for its ticket. */

ngx_int_t ngx_http_registration_review_record(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_reviewer_t *reviewer, ngx_str_t *record);

/* {"name", "role", "signed_in_at", "expires_at"} */

json_t *ngx_http_registration_review_identity(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_reviewer_t *reviewer, const char *role);


/* Whether a text has the form of an application's number. */

ngx_uint_t ngx_http_registration_is_number(ngx_str_t *text);

/*
 * An argument of the query string, decoded; len is 0 when there is none.
 * NGX_DECLINED when it is no UTF-8.
 */

ngx_int_t ngx_http_registration_argument(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);

/* A column of a result; a null is JSON's null. */

json_t *ngx_http_registration_column(PGresult *result, int row, int column);


/*
 * ngx_http_registration_review_filter.c: the filter of the queue and of its
 * export: the parameters of registration.queue().
 */

#define NGX_HTTP_REGISTRATION_QUEUE_PARAMS  15
#define NGX_HTTP_REGISTRATION_QUEUE_MAX     100

typedef struct {
    ngx_uint_t                       limit;
    ngx_registration_param_t         param[NGX_HTTP_REGISTRATION_QUEUE_PARAMS];
} ngx_http_registration_filter_t;

/* What it finds wrong is added to faults; NULL when memory is out. */

ngx_http_registration_filter_t *ngx_http_registration_filter_read(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx,
    reg_faults_t *faults);

/* Starts the query for up to max rows, and one that tells of more. */

ngx_int_t ngx_http_registration_filter_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    ngx_uint_t max);

/* Lets the next query begin behind a row of this one. */

ngx_int_t ngx_http_registration_filter_continue(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, PGresult *result, int row);

/* For the audit: what it filters by, without whom it looks for. */

json_t *ngx_http_registration_filter_details(
    ngx_http_registration_filter_t *filter);

/* A row as the queue shows it. */

json_t *ngx_http_registration_filter_row(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, int row);

/* Where the page behind this row begins, as one token. */

json_t *ngx_http_registration_filter_cursor(PGresult *result, int row);


ngx_uint_t ngx_http_registration_status_word(ngx_str_t *word);


#endif /* _NGX_HTTP_REGISTRATION_REVIEW_H_INCLUDED_ */
