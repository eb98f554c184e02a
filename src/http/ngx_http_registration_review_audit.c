
/*
 * GET /audit: who did or saw what, and when; the latest first.
 */


#include <ngx_http_registration_review.h>


#define NGX_HTTP_REGISTRATION_AUDIT_LIMIT  50
#define NGX_HTTP_REGISTRATION_AUDIT_MAX    200


static ngx_int_t ngx_http_registration_audit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_audit_arguments(ngx_http_request_t *r,
    ngx_str_t *value, ngx_int_t *limit, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_audit_argument(ngx_http_request_t *r,
    const char *name, ngx_str_t *value, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_audit_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static json_t *ngx_http_registration_audit_entry(PGresult *result, int row);


static ngx_registration_statement_t  ngx_http_registration_audit_sql = {
    "registration_audit_list",
    "SELECT outcome, id, at, actor_kind, actor, action, number, details"
    " FROM registration.audit_list($1, $2::integer, $3, $4, $5::bigint,"
    " $6::integer)",
    6
};


ngx_int_t
ngx_http_registration_review_audit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                            ngx_http_registration_audit_query);
}


static ngx_int_t
ngx_http_registration_audit_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                     rows[NGX_INT_T_LEN];
    ngx_int_t                  rc, *limit;
    ngx_str_t                  value[3];
    reg_faults_t               faults;
    ngx_registration_param_t   params[6];

    limit = ngx_palloc(r->pool, sizeof(ngx_int_t));
    if (limit == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    faults.n = 0;

    if (ngx_http_registration_audit_arguments(r, value, limit, &faults)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    ctx->data = limit;

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);

    params[2].value = value[0];
    params[3].value = value[1];
    params[4].value = value[2];
    params[5].value.data = rows;
    params[5].value.len = ngx_sprintf(rows, "%i", *limit + 1) - rows;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_audit_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_audit_reply);
}


/* value: number, reviewer and cursor. */

static ngx_int_t
ngx_http_registration_audit_arguments(ngx_http_request_t *r, ngx_str_t *value,
    ngx_int_t *limit, reg_faults_t *faults)
{
    ngx_str_t   max;
    ngx_uint_t  i;

    static const char  *names[] = { "number", "reviewer", "cursor", "limit" };

    for (i = 0; i < 4; i++) {
        if (ngx_http_registration_audit_argument(r, names[i],
                                                 i < 3 ? &value[i] : &max,
                                                 faults)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (value[0].len && !ngx_http_registration_is_number(&value[0])) {
        reg_faults_add(faults, "number", REG_FORMAT);
    }

    if (value[2].len && ngx_atoi(value[2].data, value[2].len) < 1) {
        reg_faults_add(faults, "cursor", REG_FORMAT);
    }

    *limit = NGX_HTTP_REGISTRATION_AUDIT_LIMIT;

    if (max.len) {
        *limit = ngx_atoi(max.data, max.len);
    }

    if (*limit < 1 || *limit > NGX_HTTP_REGISTRATION_AUDIT_MAX) {
        reg_faults_add(faults, "limit", REG_FORMAT);
    }

    return NGX_OK;
}


/* An empty one is none: NULL for PostgreSQL. */

static ngx_int_t
ngx_http_registration_audit_argument(ngx_http_request_t *r, const char *name,
    ngx_str_t *value, reg_faults_t *faults)
{
    ngx_int_t  rc;

    rc = ngx_http_registration_argument(r, name, value);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        reg_faults_add(faults, name, REG_FORMAT);
    }

    if (rc == NGX_DECLINED || value->len == 0) {
        ngx_str_null(value);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_audit_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    int          i, n;
    json_t      *entries, *cursor;
    PGresult    *result;
    ngx_int_t    rc, outcome, *limit;

    limit = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result)) {
        outcome = ngx_http_registration_review_outcome(r, ctx, &rc);

        if (outcome == NGX_DONE) {
            return ngx_http_registration_problem(r, NGX_HTTP_FORBIDDEN,
                                                 "supervisor_only");
        }

        if (outcome != NGX_OK) {
            return rc;
        }
    }

    entries = json_array();
    cursor = json_null();
    n = ngx_min(PQntuples(result), (int) *limit);

    for (i = 0; i < n; i++) {
        json_array_append_new(entries,
                              ngx_http_registration_audit_entry(result, i));
    }

    if (PQntuples(result) > n) {
        cursor = ngx_http_registration_column(result, n - 1, 1);
    }

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK,
                                            json_pack("{s:o, s:o}",
                                                      "entries", entries,
                                                      "next_cursor", cursor));
}


static json_t *
ngx_http_registration_audit_entry(PGresult *result, int row)
{
    int          column;
    json_t      *entry, *details;

    static const char  *names[] = {
        NULL, "id", "at", "actor_kind", "actor", "action", "number"
    };

    entry = json_object();

    for (column = 1; column < 7; column++) {
        json_object_set_new(entry, names[column],
                            ngx_http_registration_column(result, row,
                                                         column));
    }

    details = json_loadb(PQgetvalue(result, row, 7),
                         PQgetlength(result, row, 7), 0, NULL);

    json_object_set_new(entry, "details", details ? details : json_object());

    return entry;
}
