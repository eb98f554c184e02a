
/*
 * What the files of the http layer share: configuration, a request's context,
 * and the functions that each file offers to the others.
 *
 * A request is a chain of steps.  Each step is a function that either answers
 * (and returns what ngx_http_finalize_request() takes) or starts one call and
 * returns ngx_http_registration_wait(), naming the step that comes next.
 */


#ifndef _NGX_HTTP_REGISTRATION_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <jansson.h>

#include <ngx_registration_redis.h>
#include <ngx_registration_postgres.h>
#include <ngx_registration_job.h>
#include <ngx_registration_smtp.h>
#include <ngx_registration_recognizer.h>
#include <reg_documents.h>
#include <reg_fields.h>
#include <reg_mail.h>
#include <reg_multipart.h>
#include <reg_seal.h>
#include <reg_store.h>
#include <reg_watermark.h>


/* A file that a directive names, and where it does. */

typedef struct {
    ngx_str_t                        path;
    u_char                          *conf;
    ngx_uint_t                       line;
} ngx_http_registration_file_t;


typedef enum {
    NGX_HTTP_REGISTRATION_CODE = 0,         /* purposes of a code */
    NGX_HTTP_REGISTRATION_RESET,
    NGX_HTTP_REGISTRATION_PURPOSES
} ngx_http_registration_purpose_e;


/* No limit of uploads may be higher: a picture is held in memory whole. */

#define NGX_HTTP_REGISTRATION_DOCUMENT_MAX  (128 * 1024 * 1024)


typedef enum {
    NGX_HTTP_REGISTRATION_SUBMITTED = 0,    /* mails of the outbox */
    NGX_HTTP_REGISTRATION_APPROVED,
    NGX_HTTP_REGISTRATION_RETURNED,
    NGX_HTTP_REGISTRATION_REJECTED,
    NGX_HTTP_REGISTRATION_NOTICES
} ngx_http_registration_notice_e;


/* Figures of policy.md; times in milliseconds. */

typedef struct {
    ngx_msec_t                       code_lifetime;
    ngx_msec_t                       code_interval;
    ngx_int_t                        code_hourly;
    ngx_int_t                        code_daily;
    ngx_int_t                        code_per_address;

    ngx_msec_t                       draft_lifetime;
    ngx_msec_t                       draft_sweep;
    ngx_int_t                        draft_uploads;
    ssize_t                          draft_size;
    size_t                           document_max_size;

    ngx_msec_t                       session_idle;
    ngx_msec_t                       session_lifetime;
    ngx_int_t                        sign_in_free;
    ngx_int_t                        sign_in_per_address;
    ngx_int_t                        sign_in_per_account;   /* an hour */
    ngx_int_t                        review_term;       /* working days */
    ngx_msec_t                       review_idle;
    ngx_msec_t                       review_lifetime;
    ngx_msec_t                       review_claim;
} ngx_http_registration_policy_t;


typedef struct {
    ngx_http_registration_file_t     mount;             /* the first of any */
    ngx_str_t                        mounted_by;        /* its directive */
    ngx_http_registration_file_t     review;            /* of reviewers' */

    ngx_http_registration_file_t     key_file;
    ngx_http_registration_file_t     form_file;
    ngx_http_registration_file_t     regions_file;
    ngx_http_registration_file_t     holidays_file;
    ngx_http_registration_file_t     templates;
    ngx_path_t                      *documents;

    reg_keys_t                      *keys;
    reg_regions_t                   *regions;
    reg_form_t                      *form;
    reg_calendar_t                  *calendar;
    reg_mail_template_t             *mail[NGX_HTTP_REGISTRATION_PURPOSES]
                                         [REG_LANGUAGES];
    reg_mail_template_t             *notices[NGX_HTTP_REGISTRATION_NOTICES]
                                            [REG_LANGUAGES];
    ngx_str_t                        mail_from;

    reg_watermark_t                 *watermark;

    ngx_str_t                        form_etag;
    ngx_str_t                        review_form_etag;
    ngx_str_t                        regions_etag;

    ngx_registration_redis_conf_t    redis_conf;
    ngx_registration_redis_t        *redis;
    ngx_registration_postgres_conf_t  postgres_conf;
    ngx_registration_postgres_t     *postgres;
    ngx_registration_smtp_conf_t     smtp_conf;
    ngx_registration_smtp_t         *smtp;
    ngx_registration_recognizer_conf_t  recognizer_conf;
    ngx_registration_recognizer_t   *recognizer;

    ngx_thread_pool_t               *password_threads;
    ngx_thread_pool_t               *picture_threads;
    ngx_thread_pool_t               *file_threads;

    ngx_http_registration_policy_t   policy;
    ngx_registration_script_t        code_script;
    ngx_str_t                        code_reply;
    ngx_str_t                        code_left;     /* a record's end */
    ngx_str_t                        draft_age;     /* of its cookie */

    ngx_shm_zone_t                  *status;            /* NULL: not asked */
    unsigned                         guarded:1;         /* some location */
} ngx_http_registration_main_conf_t;


/* Whose calls a location serves. */

typedef enum {
    NGX_HTTP_REGISTRATION_UNMOUNTED = 0,
    NGX_HTTP_REGISTRATION_APPLICANTS,
    NGX_HTTP_REGISTRATION_REVIEWERS
} ngx_http_registration_mount_e;


/* What registration_require asks of the client. */

typedef enum {
    NGX_HTTP_REGISTRATION_REQUIRE_OFF = 0,
    NGX_HTTP_REGISTRATION_REQUIRE_APPROVED,
    NGX_HTTP_REGISTRATION_REQUIRE_RETURNED,
    NGX_HTTP_REGISTRATION_REQUIRE_ANY
} ngx_http_registration_require_e;


/* And what came of it. */

typedef enum {
    NGX_HTTP_REGISTRATION_REQUIRE_PASSED = 0,
    NGX_HTTP_REGISTRATION_REQUIRE_REFUSED,
    NGX_HTTP_REGISTRATION_REQUIRE_UNKNOWN,
    NGX_HTTP_REGISTRATION_REQUIRES
} ngx_http_registration_required_e;


typedef struct {
    ngx_int_t                        mounted;
    ngx_str_t                        mount;             /* "/api/" */
    ngx_http_complex_value_t        *reviewer;          /* named by nginx */
    ngx_flag_t                       secure_cookies;
    ngx_uint_t                       require;
    ngx_str_t                        login_page;
    ngx_str_t                        landing_page;

    ngx_array_t                     *error_pages;       /* nginx's own, and */
    ngx_array_t                     *outer_pages;       /* those around the
                                                           mount */
} ngx_http_registration_loc_conf_t;


typedef struct ngx_http_registration_ctx_s  ngx_http_registration_ctx_t;

typedef ngx_int_t (*ngx_http_registration_step_pt)(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


typedef enum {
    NGX_HTTP_REGISTRATION_NO_BODY = 0,
    NGX_HTTP_REGISTRATION_JSON,
    NGX_HTTP_REGISTRATION_UPLOAD
} ngx_http_registration_body_e;


typedef struct {
    ngx_str_t                        path;      /* "*" stands for an id */
    ngx_uint_t                       method;
    ngx_uint_t                       body;
    ngx_http_registration_step_pt    handler;
} ngx_http_registration_endpoint_t;


/* Hex digits in a Redis key: half of a hash, 128 bits, name one thing. */

#define NGX_HTTP_REGISTRATION_KEY_HEX  32


/* A cookie's token, and the name under which Redis knows it. */

typedef struct {
    ngx_str_t                        token;
    u_char                           hash[REG_HASH];
    u_char                           hex[NGX_HTTP_REGISTRATION_KEY_HEX];
    unsigned                         send:1;        /* with the answer */
} ngx_http_registration_ticket_t;


struct ngx_http_registration_ctx_s {
    ngx_registration_call_t          call;
    ngx_http_request_t              *request;
    ngx_http_registration_step_pt    step;
    ngx_http_registration_step_pt    failure;   /* instead of a 503, 500 */

    ngx_http_registration_main_conf_t  *conf;
    ngx_http_registration_loc_conf_t   *loc;

    ngx_str_t                        id;        /* of the path */
    json_t                          *body;
    void                            *data;      /* the endpoint's own */
    void                            *reviewer;  /* who is signed in, and */
    ngx_http_registration_step_pt    entered;   /* what that opens */
    ngx_http_registration_ticket_t   draft;

    ngx_http_registration_endpoint_t  *endpoint;

    void                            *identity;  /* registration_require's */
    ngx_int_t                        refused;   /* by it, with this status */

    ngx_buf_t                       *problem;   /* instead of a page */

    unsigned                         pending:1;
    unsigned                         answered:1;
};


/* Prefixes of Redis keys, and purposes of the hashes in them. */

#define NGX_HTTP_REGISTRATION_DRAFT_KEY     "registration:draft:"
#define NGX_HTTP_REGISTRATION_DOCUMENT_KEY  "registration:document:"
#define NGX_HTTP_REGISTRATION_MAILBOX_KEY   "registration:mailbox:"
#define NGX_HTTP_REGISTRATION_CLIENTS_KEY   "registration:clients:"
#define NGX_HTTP_REGISTRATION_FAILURE_KEY   "registration:failure:"
#define NGX_HTTP_REGISTRATION_ACCOUNT_KEY   "registration:account:"
#define NGX_HTTP_REGISTRATION_KNOWN_KEY     "registration:known:"
#define NGX_HTTP_REGISTRATION_SESSION_KEY   "registration:session:"
#define NGX_HTTP_REGISTRATION_SESSIONS_KEY  "registration:sessions:"
#define NGX_HTTP_REGISTRATION_REVIEWER_KEY  "registration:reviewer:"


extern ngx_module_t  ngx_http_registration_module;

/* Whether the username of a keyed hash is free. */

extern ngx_registration_statement_t  ngx_http_registration_available_sql;


static ngx_inline reg_str_t
ngx_http_registration_str(ngx_str_t *s)
{
    reg_str_t  str;

    str.len = s->len;
    str.data = s->data;

    return str;
}


static ngx_inline ngx_uint_t
ngx_http_registration_equal(ngx_str_t *s, const char *text)
{
    return s->len == ngx_strlen(text)
           && ngx_memcmp(s->data, text, s->len) == 0;
}


/*
 * A figure as the text that Redis is given, at p, which has NGX_INT64_LEN
 * bytes; gives its end.
 */

static ngx_inline u_char *
ngx_http_registration_figure(u_char *p, int64_t figure, ngx_str_t *text)
{
    text->data = p;
    p = ngx_sprintf(p, "%L", figure);
    text->len = p - text->data;

    return p;
}


/*
 * ngx_http_registration_module.c: a timer that carries nothing; its handler
 * finds what it is part of by the event's place.
 */

void ngx_http_registration_timer(ngx_event_t *timer,
    ngx_event_handler_pt handler);

/* ngx_http_registration_conf.c: directives, and what they build */

char *ngx_http_registration_mount(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_mount_review(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_http_registration_used(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);
ngx_int_t ngx_http_registration_print(ngx_conf_t *cf, ngx_str_t *text,
    const char *format, ...);
char *ngx_http_registration_set_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_database(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_smtp(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_recognizer(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
char *ngx_http_registration_set_mail_from(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_threads(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_http_registration_resources.c: files and adapters of a configuration */

ngx_int_t ngx_http_registration_load(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);
ngx_uint_t ngx_http_registration_notice(ngx_str_t *kind);
const char *ngx_http_registration_language_name(reg_language_t language);

/* ngx_http_registration_request.c: the way of a request */

ngx_int_t ngx_http_registration_request_init(ngx_conf_t *cf);
ngx_int_t ngx_http_registration_handler(ngx_http_request_t *r);
ngx_http_registration_endpoint_t *ngx_http_registration_endpoints_of(
    ngx_int_t mounted);
ngx_http_registration_ctx_t *ngx_http_registration_create_ctx(
    ngx_http_request_t *r);
ngx_table_elt_t *ngx_http_registration_header(ngx_http_request_t *r,
    const char *name, size_t len);
size_t ngx_http_registration_body_size(ngx_http_request_t *r);
void ngx_http_registration_copy_body(ngx_http_request_t *r, u_char *p);
ngx_int_t ngx_http_registration_copy(ngx_http_request_t *r, PGresult *result,
    int row, int column, ngx_str_t *value);
ngx_int_t ngx_http_registration_wait(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_int_t rc,
    ngx_http_registration_step_pt step);

/* ngx_http_registration_reply.c: answers; all of them are final */

ngx_int_t ngx_http_registration_reply(ngx_http_request_t *r,
    ngx_uint_t status, u_char *json, size_t len);
ngx_int_t ngx_http_registration_reply_json(ngx_http_request_t *r,
    ngx_uint_t status, json_t *json);
ngx_int_t ngx_http_registration_reply_empty(ngx_http_request_t *r,
    ngx_uint_t status);
ngx_int_t ngx_http_registration_reply_picture(ngx_http_request_t *r,
    u_char *data, u_char *picture, size_t len);
ngx_int_t ngx_http_registration_reply_static(ngx_http_request_t *r,
    ngx_str_t *etag, const char *json, size_t len);
ngx_int_t ngx_http_registration_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_str_t *type, u_char *data, size_t len);
ngx_int_t ngx_http_registration_no_store(ngx_http_request_t *r);
ngx_table_elt_t *ngx_http_registration_add_header(ngx_http_request_t *r,
    const char *name, u_char *value, size_t len);

/* ISO 8601, UTC; the second writes that many bytes and gives their end. */

#define NGX_HTTP_REGISTRATION_INSTANT  (sizeof("1970-01-01T00:00:00Z") - 1)

json_t *ngx_http_registration_instant(time_t instant);
u_char *ngx_http_registration_put_instant(u_char *p, time_t instant);

/* ngx_http_registration_problem.c: errors (RFC 9457), also nginx's own */

ngx_int_t ngx_http_registration_problem(ngx_http_request_t *r,
    ngx_uint_t status, const char *word);
ngx_int_t ngx_http_registration_busy(ngx_http_request_t *r,
    ngx_uint_t status, ngx_uint_t seconds);
ngx_int_t ngx_http_registration_faults(ngx_http_request_t *r,
    ngx_uint_t status, reg_faults_t *faults);
json_t *ngx_http_registration_errors(ngx_http_registration_ctx_t *ctx,
    reg_language_t language, reg_faults_t *faults);
ngx_int_t ngx_http_registration_conflict(ngx_http_request_t *r,
    const char *word, json_t *current);
ngx_int_t ngx_http_registration_fault(ngx_http_request_t *r,
    ngx_uint_t status, const char *field, reg_code_t code);
reg_language_t ngx_http_registration_language(ngx_http_request_t *r);
ngx_int_t ngx_http_registration_problem_filter_init(ngx_conf_t *cf);

/* ngx_http_registration_cookie.c: tokens that browsers keep */

ngx_int_t ngx_http_registration_draft_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t create);
ngx_int_t ngx_http_registration_session_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_send_draft_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_send_session_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_clear_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_uint_t session);
ngx_int_t ngx_http_registration_create_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_create_review(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_send_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_ticket_t *ticket);
ngx_int_t ngx_http_registration_clear_review_cookie(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* Whether a "NAME=VALUE" of the request is one of these. */

ngx_uint_t ngx_http_registration_own_cookie(u_char *p, u_char *last);

/* ngx_http_registration_seal.c: names and values that nobody else can read */

ngx_int_t ngx_http_registration_key(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *prefix, ngx_str_t *parts,
    ngx_uint_t n, ngx_str_t *key);
ngx_int_t ngx_http_registration_ticket_key(ngx_http_request_t *r,
    const char *prefix, ngx_http_registration_ticket_t *ticket,
    ngx_str_t *key);
ngx_int_t ngx_http_registration_ticket_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *prefix,
    ngx_http_registration_ticket_t *ticket, ngx_msec_t idle);
void ngx_http_registration_client(ngx_http_request_t *r, ngx_str_t *client);
ngx_int_t ngx_http_registration_lookup(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, const char *purpose, ngx_str_t *text,
    ngx_registration_param_t *param);
ngx_int_t ngx_http_registration_seal(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *context, const void *text,
    size_t len, ngx_str_t *sealed);
ngx_int_t ngx_http_registration_open(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_str_t *context,
    const void *sealed, size_t len, ngx_str_t *text);
reg_code_t ngx_http_registration_application_key(
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *id,
    const u_char *wrapped, size_t len, u_char *key);
json_t *ngx_http_registration_application_open(ngx_log_t *log, ngx_str_t *id,
    const u_char *key, const u_char *sealed, size_t len);

/* ngx_http_registration_members.c: bodies that are no application */

void ngx_http_registration_members(ngx_http_registration_ctx_t *ctx,
    const char *const *names, ngx_str_t *value, reg_faults_t *faults);
ngx_int_t ngx_http_registration_normalize(ngx_http_request_t *r,
    const char *field, ngx_str_t *value);
void ngx_http_registration_value(const json_t *object, const char *member,
    ngx_str_t *value);


/* ngx_http_registration_require.c: other locations, for the signed in only */

char *ngx_http_registration_set_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_http_registration_set_page(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
void ngx_http_registration_merge_require(
    ngx_http_registration_loc_conf_t *prev,
    ngx_http_registration_loc_conf_t *conf);
ngx_int_t ngx_http_registration_add_variables(ngx_conf_t *cf);
ngx_int_t ngx_http_registration_require_init(ngx_conf_t *cf);

/* ngx_http_registration_status.c: figures for whoever watches */

char *ngx_http_registration_set_status(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
ngx_int_t ngx_http_registration_status_init(ngx_conf_t *cf);
ngx_int_t ngx_http_registration_status_start(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf);
void ngx_http_registration_status_stop(void);
void ngx_http_registration_count_require(
    ngx_http_registration_required_e result);


/* endpoints, a file a family */

ngx_int_t ngx_http_registration_form(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_regions(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

ngx_int_t ngx_http_registration_draft_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_draft_put(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_draft_delete(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

ngx_int_t ngx_http_registration_availability(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

ngx_int_t ngx_http_registration_document_post(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_document_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_document_delete(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* ngx_http_registration_recognition.c */

ngx_int_t ngx_http_registration_recognition(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

ngx_int_t ngx_http_registration_email_code(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_submit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

ngx_int_t ngx_http_registration_sign_in(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_session_get(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_sign_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_password_reset(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_correction(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* reviewers' endpoints, ngx_http_registration_review_*.c */

ngx_int_t ngx_http_registration_review_form(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_sign_in(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_session(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_sign_out(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_queue(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_csv(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_application(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_claim(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_unclaim(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_decision(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_document(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
ngx_int_t ngx_http_registration_review_audit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);

/* ngx_http_registration_document.c: pictures in the store */

void ngx_http_registration_remove_document(
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *id, ngx_log_t *log);
void ngx_http_registration_document_key(
    ngx_http_registration_main_conf_t *rmcf, reg_str_t id, u_char *key,
    u_char *wrapped);
reg_code_t ngx_http_registration_document_unwrap(
    ngx_http_registration_main_conf_t *rmcf, reg_str_t id,
    const u_char *wrapped, u_char *key);
reg_code_t ngx_http_registration_document_read(
    ngx_http_registration_main_conf_t *rmcf, reg_str_t id,
    const u_char *wrapped, u_char **data, size_t *len);
ngx_int_t ngx_http_registration_document_failed(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_code_t code);

/* ngx_http_registration_upload.c */

void ngx_http_registration_upload_init(
    ngx_http_registration_main_conf_t *rmcf);

/* ngx_http_registration_ending.c: sessions that others have to end */

ngx_int_t ngx_http_registration_ending_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf);

/* ngx_http_registration_sweep.c: pictures that nobody owns any more */

ngx_int_t ngx_http_registration_sweep_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf);


#endif /* _NGX_HTTP_REGISTRATION_H_INCLUDED_ */
