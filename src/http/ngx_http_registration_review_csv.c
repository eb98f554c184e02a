
/*
 * GET /registrations.csv: what the filter shows, masked.
 *
 * csv → (who) → csv_begin → (PostgreSQL: a page) → csv_page → … → csv_audit →
 * (PostgreSQL: the audit row) → csv_send
 *
 * The rows are fetched a page at a time and sent when all of them are there:
 * a file is whole, or it is an error.
 */


#include <ngx_http_registration_review.h>
#include <reg_csv.h>


#define NGX_HTTP_REGISTRATION_CSV_ROWS     10000
#define NGX_HTTP_REGISTRATION_CSV_PAGE     100
#define NGX_HTTP_REGISTRATION_CSV_COLUMNS  11


/* What the steps hand on. */

typedef struct {
    ngx_http_registration_filter_t  *filter;
    ngx_chain_t                     *out;       /* a buffer a page */
    ngx_chain_t                    **last;
    off_t                            size;
    ngx_uint_t                       rows;
    json_t                          *cursor;    /* of ctx->body, or NULL */
} ngx_http_registration_csv_t;


static ngx_int_t ngx_http_registration_csv_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_csv_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_csv_page(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_csv_add(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv, json_t *rows);
static void ngx_http_registration_csv_fields(json_t *row, reg_str_t *fields);
static ngx_int_t ngx_http_registration_csv_append(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv, ngx_buf_t *b);
static ngx_int_t ngx_http_registration_csv_heading(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv);
static ngx_int_t ngx_http_registration_csv_audit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_csv_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_csv_headers(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv);


static ngx_registration_statement_t  ngx_http_registration_export_sql = {
    "registration_audit_write",
    "SELECT registration.audit_write('reviewer', $1, 'export', NULL,"
    " $2::jsonb)",
    2
};


/* Members of a row as the queue shows it. */

static const char  *ngx_http_registration_csv_columns[] = {
    "number", "status", "name", "applicant_type", "document_type", "region",
    "office", "submitted_at", "due_date", "overdue", "claimed_by"
};


ngx_int_t
ngx_http_registration_review_csv(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                              ngx_http_registration_csv_begin);
}


static ngx_int_t
ngx_http_registration_csv_begin(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    reg_faults_t                  faults;
    ngx_http_registration_csv_t  *csv;

    csv = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_csv_t));
    if (csv == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = csv;
    csv->last = &csv->out;
    faults.n = 0;

    csv->filter = ngx_http_registration_filter_read(r, ctx, &faults);

    if (csv->filter == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    if (ngx_http_registration_csv_heading(r, csv) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_csv_fetch(r, ctx);
}


static ngx_int_t
ngx_http_registration_csv_fetch(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_http_registration_csv_t  *csv;

    csv = ctx->data;

    rc = ngx_http_registration_filter_query(r, ctx, csv->filter,
                                            NGX_HTTP_REGISTRATION_CSV_PAGE);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_csv_page);
}


static ngx_int_t
ngx_http_registration_csv_page(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    int                           i, n;
    json_t                       *rows;
    PGresult                     *result;
    ngx_int_t                     rc;
    ngx_http_registration_csv_t  *csv;

    csv = ctx->data;
    result = ctx->call.result;

    if (PQntuples(result)
        && ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK)
    {
        return rc;
    }

    rows = json_array();
    n = ngx_min(PQntuples(result), NGX_HTTP_REGISTRATION_CSV_PAGE);

    for (i = 0; i < n; i++) {
        json_array_append_new(rows, ngx_http_registration_filter_row(r, ctx,
                                                                result, i));
    }

    rc = ngx_http_registration_csv_add(r, csv, rows);
    json_decref(rows);

    if (rc != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    csv->rows += n;

    if (PQntuples(result) == n) {
        return ngx_http_registration_csv_audit(r, ctx);
    }

    if (csv->rows >= NGX_HTTP_REGISTRATION_CSV_ROWS) {
        json_decref(ctx->body);
        ctx->body = ngx_http_registration_filter_cursor(result, n - 1);
        csv->cursor = ctx->body;

        return ngx_http_registration_csv_audit(r, ctx);
    }

    if (ngx_http_registration_filter_continue(r, csv->filter, result, n - 1)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_registration_csv_fetch(r, ctx);
}


static ngx_int_t
ngx_http_registration_csv_add(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv, json_t *rows)
{
    size_t      i, size;
    json_t     *row;
    ngx_buf_t  *b;
    reg_str_t   fields[NGX_HTTP_REGISTRATION_CSV_COLUMNS];

    size = 0;

    json_array_foreach(rows, i, row) {
        ngx_http_registration_csv_fields(row, fields);
        size += reg_csv_row_size(fields, NGX_HTTP_REGISTRATION_CSV_COLUMNS);
    }

    if (size == 0) {
        return NGX_OK;
    }

    b = ngx_create_temp_buf(r->pool, size);
    if (b == NULL) {
        return NGX_ERROR;
    }

    json_array_foreach(rows, i, row) {
        ngx_http_registration_csv_fields(row, fields);
        b->last = reg_csv_row(b->last, fields,
                              NGX_HTTP_REGISTRATION_CSV_COLUMNS);
    }

    return ngx_http_registration_csv_append(r, csv, b);
}


static void
ngx_http_registration_csv_fields(json_t *row, reg_str_t *fields)
{
    json_t      *member;
    ngx_str_t    value;
    ngx_uint_t   i;

    for (i = 0; i < NGX_HTTP_REGISTRATION_CSV_COLUMNS; i++) {
        member = json_object_get(row, ngx_http_registration_csv_columns[i]);

        ngx_http_registration_value(row, ngx_http_registration_csv_columns[i],
                                    &value);

        if (json_is_true(member)) {
            ngx_str_set(&value, "1");
        }

        fields[i] = ngx_http_registration_str(&value);
    }
}


static ngx_int_t
ngx_http_registration_csv_append(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv, ngx_buf_t *b)
{
    ngx_chain_t  *cl;

    cl = ngx_alloc_chain_link(r->pool);
    if (cl == NULL) {
        return NGX_ERROR;
    }

    cl->buf = b;
    cl->next = NULL;

    *csv->last = cl;
    csv->last = &cl->next;
    csv->size += b->last - b->pos;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_csv_heading(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv)
{
    ngx_buf_t   *b;
    reg_str_t    fields[NGX_HTTP_REGISTRATION_CSV_COLUMNS];
    ngx_uint_t   i;

    for (i = 0; i < NGX_HTTP_REGISTRATION_CSV_COLUMNS; i++) {
        fields[i].data = (u_char *) ngx_http_registration_csv_columns[i];
        fields[i].len = ngx_strlen(ngx_http_registration_csv_columns[i]);
    }

    b = ngx_create_temp_buf(r->pool, sizeof(REG_CSV_BOM)
                            + reg_csv_row_size(fields,
                                           NGX_HTTP_REGISTRATION_CSV_COLUMNS));
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->last = ngx_cpymem(b->last, REG_CSV_BOM, sizeof(REG_CSV_BOM) - 1);
    b->last = reg_csv_row(b->last, fields, NGX_HTTP_REGISTRATION_CSV_COLUMNS);

    return ngx_http_registration_csv_append(r, csv, b);
}


/* Before a row leaves, PostgreSQL knows who took how many of which. */

static ngx_int_t
ngx_http_registration_csv_audit(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    char                              *text;
    json_t                            *details;
    ngx_int_t                          rc;
    ngx_registration_param_t           params[2];
    ngx_http_registration_csv_t       *csv;
    ngx_http_registration_reviewer_t  *reviewer;

    csv = ctx->data;
    reviewer = ctx->reviewer;

    details = ngx_http_registration_filter_details(csv->filter);
    json_object_set_new(details, "rows", json_integer(csv->rows));

    text = json_dumps(details, JSON_COMPACT);
    json_decref(details);

    if (text == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(params, sizeof(params));
    params[0].value = reviewer->name;
    params[1].value.data = (u_char *) text;
    params[1].value.len = ngx_strlen(text);

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_export_sql,
                                         params, 0);
    free(text);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_csv_send);
}


static ngx_int_t
ngx_http_registration_csv_send(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                     rc;
    ngx_chain_t                  *cl;
    ngx_http_registration_csv_t  *csv;

    csv = ctx->data;

    if (ngx_http_registration_csv_headers(r, csv) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->answered = 1;
    r->disable_not_modified = 1;            /* as in any other answer */

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    for (cl = csv->out; cl->next; cl = cl->next) { /* void */ }

    cl->buf->last_buf = 1;
    cl->buf->last_in_chain = 1;

    return ngx_http_output_filter(r, csv->out);
}


/* More than one file holds: the header says where the next one begins. */

static ngx_int_t
ngx_http_registration_csv_headers(ngx_http_request_t *r,
    ngx_http_registration_csv_t *csv)
{
    u_char     *p;
    ngx_str_t   cursor;

    static char  disposition[] = "attachment; filename=\"registrations.csv\"";

    r->headers_out.status = NGX_HTTP_OK;
    r->headers_out.content_length_n = csv->size;
    ngx_str_set(&r->headers_out.content_type, "text/csv; charset=utf-8");
    r->headers_out.content_type_len = sizeof("text/csv") - 1;
    r->headers_out.content_type_lowcase = NULL;

    if (ngx_http_registration_add_header(r, "Content-Disposition",
                                         (u_char *) disposition,
                                         sizeof(disposition) - 1)
        == NULL
        || ngx_http_registration_no_store(r) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (csv->cursor == NULL) {
        return NGX_OK;
    }

    cursor.len = json_string_length(csv->cursor);
    cursor.data = (u_char *) json_string_value(csv->cursor);

    p = ngx_pstrdup(r->pool, &cursor);
    if (p == NULL) {
        return NGX_ERROR;
    }

    return ngx_http_registration_add_header(r, "Registration-Next-Cursor", p,
                                            cursor.len)
           ? NGX_OK : NGX_ERROR;
}
