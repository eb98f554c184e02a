
/*
 * PUT and DELETE /registrations/NUMBER/claim: the lease of an application.
 */


#include <ngx_http_registration_review.h>


static ngx_int_t ngx_http_registration_claim_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_claim_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_unclaim_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_unclaim_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


static ngx_registration_statement_t  ngx_http_registration_claim_sql = {
    "registration_claim",
    "SELECT outcome, claimed_by, claimed_until, status, version"
    " FROM registration.claim($1, $2::integer, $3, $4::boolean, $5::integer)",
    5
};

static ngx_registration_statement_t  ngx_http_registration_unclaim_sql = {
    "registration_unclaim",
    "SELECT registration.unclaim($1, $2::integer, $3)",
    3
};


ngx_int_t
ngx_http_registration_review_claim(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                            ngx_http_registration_claim_query);
}


static ngx_int_t
ngx_http_registration_claim_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                    seconds[NGX_INT_T_LEN];
    ngx_int_t                 rc;
    ngx_str_t                 value;
    ngx_registration_param_t  params[5];

    if (!ngx_http_registration_is_number(&ctx->id)) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    rc = ngx_http_registration_argument(r, "take_over", &value);

    if (rc == NGX_ERROR) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (rc != NGX_OK
        || (value.len && !ngx_http_registration_equal(&value, "1")
            && !ngx_http_registration_equal(&value, "0")))
    {
        return ngx_http_registration_fault(r, 422, "take_over", REG_FORMAT);
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);

    params[2].value = ctx->id;
    ngx_str_set(&params[3].value, "f");

    if (ngx_http_registration_equal(&value, "1")) {
        ngx_str_set(&params[3].value, "t");
    }

    ngx_http_registration_review_lease(ctx, &params[4], seconds);

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_claim_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_claim_reply);
}


static ngx_int_t
ngx_http_registration_claim_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t     *claim;
    PGresult   *result;
    ngx_int_t   rc, outcome;

    result = ctx->call.result;
    outcome = ngx_http_registration_review_outcome(r, ctx, &rc);

    if (outcome == NGX_DECLINED) {
        return rc;
    }

    claim = json_pack("{s:o, s:o, s:o, s:i}",
                      "claimed_by", ngx_http_registration_column(result, 0, 1),
                      "claimed_until",
                      ngx_http_registration_column(result, 0, 2),
                      "status", ngx_http_registration_column(result, 0, 3),
                      "version", atoi(PQgetvalue(result, 0, 4)));

    if (outcome == NGX_OK) {
        return ngx_http_registration_reply_json(r, NGX_HTTP_OK, claim);
    }

    if (ngx_strcmp(PQgetvalue(result, 0, 0), "held") == 0) {
        return ngx_http_registration_conflict(r, "held", claim);
    }

    return ngx_http_registration_conflict(r, "closed", claim);
}


ngx_int_t
ngx_http_registration_review_unclaim(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                          ngx_http_registration_unclaim_query);
}


static ngx_int_t
ngx_http_registration_unclaim_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                 rc;
    ngx_registration_param_t  params[3];

    if (!ngx_http_registration_is_number(&ctx->id)) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2].value = ctx->id;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_unclaim_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_unclaim_reply);
}


static ngx_int_t
ngx_http_registration_unclaim_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t  rc, outcome;

    outcome = ngx_http_registration_review_outcome(r, ctx, &rc);

    if (outcome == NGX_DECLINED) {
        return rc;
    }

    if (outcome == NGX_DONE) {
        return ngx_http_registration_problem(r, NGX_HTTP_CONFLICT, "held");
    }

    return ngx_http_registration_reply_empty(r, NGX_HTTP_NO_CONTENT);
}
