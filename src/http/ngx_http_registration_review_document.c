
/*
 * GET /documents/ID for reviewers: a picture with their name all over it.
 *
 * document → (who) → document_query → (PostgreSQL: the key, and the audit) →
 * document_draw → (thread) → document_send
 */


#include <ngx_http_registration_review.h>


/* The job of the thread. */

typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    time_t                              now;
    u_char                              id[REG_DOCUMENT_ID_LEN];
    u_char                              key[REG_WRAPPED_DATA_KEY];
    u_char                              name
                                         [NGX_HTTP_REGISTRATION_REVIEWER_NAME];
    size_t                              name_len;
    u_char                             *picture;
    size_t                              len;
    reg_code_t                          code;
} ngx_http_registration_marked_t;


static ngx_int_t ngx_http_registration_review_document_query(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_review_document_draw(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_marked_run(void *context, ngx_log_t *log);
static void ngx_http_registration_marked_free(void *context,
    ngx_uint_t abandoned);
static ngx_int_t ngx_http_registration_review_document_send(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);


static ngx_registration_job_type_t  ngx_http_registration_marked_job = {
    ngx_http_registration_marked_run,
    ngx_http_registration_marked_free,
    0,
    20000
};


static ngx_registration_statement_t  ngx_http_registration_review_document_sql =
{
    "registration_reviewer_document",
    "SELECT outcome, data_key"
    " FROM registration.reviewer_document($1, $2::integer,"
    " registration.renew_claim_of($1, $2::integer, $3, $4::integer))",
    4
};


ngx_int_t
ngx_http_registration_review_document(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                  ngx_http_registration_review_document_query);
}


static ngx_int_t
ngx_http_registration_review_document_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                    seconds[NGX_INT_T_LEN];
    ngx_int_t                 rc;
    ngx_registration_param_t  params[4];

    if (!reg_token_valid(ngx_http_registration_str(&ctx->id),
                         REG_DOCUMENT_ID_BYTES))
    {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2].value = ctx->id;
    ngx_http_registration_review_lease(ctx, &params[3], seconds);

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                   &ngx_http_registration_review_document_sql,
                                         params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                  ngx_http_registration_review_document_draw);
}


static ngx_int_t
ngx_http_registration_review_document_draw(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                          *result;
    ngx_int_t                          rc;
    ngx_http_registration_marked_t    *marked;
    ngx_http_registration_reviewer_t  *reviewer;

    reviewer = ctx->reviewer;
    result = ctx->call.result;

    if (ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK) {
        return rc;
    }

    /* its key was destroyed, and so was the picture */

    if (PQgetlength(result, 0, 1) != REG_WRAPPED_DATA_KEY) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    marked = ngx_registration_job_create(&ngx_http_registration_marked_job,
                                       sizeof(ngx_http_registration_marked_t));
    if (marked == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    marked->conf = ctx->conf;
    marked->now = ngx_time();
    ngx_memcpy(marked->id, ctx->id.data, REG_DOCUMENT_ID_LEN);
    ngx_memcpy(marked->key, PQgetvalue(result, 0, 1), REG_WRAPPED_DATA_KEY);

    marked->name_len = ngx_min(reviewer->name.len, sizeof(marked->name));
    ngx_memcpy(marked->name, reviewer->name.data, marked->name_len);

    rc = ngx_registration_job_start(ctx->conf->picture_threads, &ctx->call,
                                    marked, ngx_cycle->log);

    return ngx_http_registration_wait(r, ctx, rc,
                                  ngx_http_registration_review_document_send);
}


static void
ngx_http_registration_marked_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_marked_t *marked = context;

    u_char     *data;
    size_t      len;
    reg_str_t   id, name, jpeg;

    data = NULL;
    id.len = REG_DOCUMENT_ID_LEN;
    id.data = marked->id;
    name.len = marked->name_len;
    name.data = marked->name;

    marked->code = ngx_http_registration_document_read(marked->conf, id,
                                                       marked->key, &data,
                                                       &len);
    if (marked->code == REG_OK) {
        jpeg.len = len - REG_RECORD_OVERHEAD;
        jpeg.data = data + 24;

        marked->code = reg_watermark_draw(marked->conf->watermark, jpeg, name,
                                          marked->now, &marked->picture,
                                          &marked->len);
    }

    free(data);
}


static void
ngx_http_registration_marked_free(void *context, ngx_uint_t abandoned)
{
    ngx_http_registration_marked_t *marked = context;

    free(marked->picture);
}


static ngx_int_t
ngx_http_registration_review_document_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                          *picture;
    ngx_http_registration_marked_t  *marked;

    marked = ctx->call.result;

    if (marked->code == REG_OK) {
        picture = marked->picture;
        marked->picture = NULL;

        return ngx_http_registration_reply_picture(r, picture, picture,
                                                   marked->len);
    }

    return ngx_http_registration_document_failed(r, ctx, marked->code);
}
