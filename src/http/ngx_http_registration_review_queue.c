
/*
 * GET /registrations: the queue, most urgent first.
 *
 * queue → (who) → queue_query → (PostgreSQL) → queue_rows → (PostgreSQL: how
 * many there are in each status) → queue_counts
 */


#include <ngx_http_registration_review.h>


static ngx_int_t ngx_http_registration_queue_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_queue_rows(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_queue_counts(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


static ngx_registration_statement_t  ngx_http_registration_counts_sql = {
    "registration_queue_counts",
    "SELECT outcome, status, n, overdue"
    " FROM registration.queue_counts($1, $2::integer, $3::date)",
    3
};


ngx_int_t
ngx_http_registration_review_queue(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                            ngx_http_registration_queue_query);
}


static ngx_int_t
ngx_http_registration_queue_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                        rc;
    reg_faults_t                     faults;
    ngx_http_registration_filter_t  *filter;

    faults.n = 0;

    filter = ngx_http_registration_filter_read(r, ctx, &faults);
    if (filter == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    ctx->data = filter;

    rc = ngx_http_registration_filter_query(r, ctx, filter, filter->limit);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_queue_rows);
}


/* The answer under way is the context's body, so that it ends with it. */

static ngx_int_t
ngx_http_registration_queue_rows(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    int                              i, n;
    json_t                          *rows, *cursor;
    PGresult                        *result;
    ngx_int_t                        rc;
    ngx_registration_param_t         params[3];
    ngx_http_registration_filter_t  *filter;

    filter = ctx->data;
    result = ctx->call.result;

    /* no row: nothing is found; a reviewer who is none gets one */

    if (PQntuples(result)
        && ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK)
    {
        return rc;
    }

    rows = json_array();
    cursor = json_null();
    n = ngx_min(PQntuples(result), (int) filter->limit);

    for (i = 0; i < n; i++) {
        json_array_append_new(rows, ngx_http_registration_filter_row(r, ctx,
                                                                result, i));
    }

    if (PQntuples(result) > n) {
        cursor = ngx_http_registration_filter_cursor(result, n - 1);
    }

    json_decref(ctx->body);
    ctx->body = json_pack("{s:o, s:o}", "registrations", rows,
                          "next_cursor", cursor);

    if (ctx->body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2] = filter->param[NGX_HTTP_REGISTRATION_QUEUE_PARAMS - 1];

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_counts_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_queue_counts);
}


static ngx_int_t
ngx_http_registration_queue_counts(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    int         i;
    json_t     *counts, *reply;
    PGresult   *result;
    ngx_int_t   rc;

    result = ctx->call.result;

    if (ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK) {
        return rc;
    }

    counts = json_object();

    for (i = 0; i < PQntuples(result); i++) {
        json_object_set_new(counts, PQgetvalue(result, i, 1),
                            json_integer(atoll(PQgetvalue(result, i, 2))));

        if (ngx_strcmp(PQgetvalue(result, i, 1), "pending") == 0) {
            json_object_set_new(counts, "overdue",
                                json_integer(atoll(PQgetvalue(result, i, 3))));
        }
    }

    reply = ctx->body;
    ctx->body = NULL;
    json_object_set_new(reply, "counts", counts);

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}
