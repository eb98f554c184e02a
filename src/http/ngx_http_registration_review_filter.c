
/*
 * The filter of the queue and of its export: from the arguments of a query
 * string to the parameters of registration.queue(), and its rows.
 */


#include <ngx_http_registration_review.h>
#include <reg_mask.h>


typedef enum {
    NGX_HTTP_REGISTRATION_QUEUE_STATUS = 2,     /* $3 and so on */
    NGX_HTTP_REGISTRATION_QUEUE_OFFICE,
    NGX_HTTP_REGISTRATION_QUEUE_TYPE,
    NGX_HTTP_REGISTRATION_QUEUE_OVERDUE,
    NGX_HTTP_REGISTRATION_QUEUE_NAME,
    NGX_HTTP_REGISTRATION_QUEUE_ID_NUMBER,
    NGX_HTTP_REGISTRATION_QUEUE_MOBILE,
    NGX_HTTP_REGISTRATION_QUEUE_EMAIL,
    NGX_HTTP_REGISTRATION_QUEUE_NUMBER,
    NGX_HTTP_REGISTRATION_QUEUE_AFTER_DUE,
    NGX_HTTP_REGISTRATION_QUEUE_AFTER_NUMBER,
    NGX_HTTP_REGISTRATION_QUEUE_ROWS,
    NGX_HTTP_REGISTRATION_QUEUE_TODAY
} ngx_http_registration_queue_param_e;


#define NGX_HTTP_REGISTRATION_QUEUE_LIMIT  20

/* "2026-11-24" and a number, in URL-safe Base64. */

#define NGX_HTTP_REGISTRATION_CURSOR                                          \
    (REG_DATE_LEN + NGX_HTTP_REGISTRATION_NUMBER)


static ngx_int_t ngx_http_registration_filter_words(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    reg_faults_t *faults);
static reg_code_t ngx_http_registration_filter_type(ngx_str_t *value);
static reg_code_t ngx_http_registration_filter_overdue(ngx_str_t *value);
static ngx_int_t ngx_http_registration_filter_limit(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_filter_search(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    reg_faults_t *faults);
static ngx_int_t ngx_http_registration_filter_hashes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    ngx_str_t *q);
static ngx_int_t ngx_http_registration_filter_after(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, reg_faults_t *faults);
static json_t *ngx_http_registration_filter_name(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, int row);


static ngx_registration_statement_t  ngx_http_registration_queue_sql = {
    "registration_queue",
    "SELECT outcome, number, status, applicant_type, document_type, region,"
    " office, submitted_at, due_date, claimed_by, version::text,"
    " due_provisional::text, overdue::text, id, data_key, sealed"
    " FROM registration.queue($1, $2::integer, $3, $4, $5, $6::boolean, $7,"
    " $8, $9, $10, $11, $12::date, $13, $14::integer, $15::date)",
    NGX_HTTP_REGISTRATION_QUEUE_PARAMS
};

/* $3 to $6, as a query string names them. */

static const char  *ngx_http_registration_filter_names[] = {
    "status", "office", "type", "overdue", NULL
};

/* Columns above that are the row's members, as they stand. */

static const char  *ngx_http_registration_queue_members[] = {
    "number", "status", "applicant_type", "document_type", "region",
    "office", "submitted_at", "due_date", "claimed_by", NULL
};


ngx_http_registration_filter_t *
ngx_http_registration_filter_read(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, reg_faults_t *faults)
{
    u_char                          *today;
    ngx_http_registration_filter_t  *filter;

    filter = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_filter_t));
    today = ngx_pnalloc(r->pool, REG_DATE_LEN + 1);

    if (filter == NULL || today == NULL) {
        return NULL;
    }

    ngx_http_registration_review_params(ctx, filter->param);

    reg_date_print(reg_date_in_china(ngx_time()), (char *) today);

    filter->param[NGX_HTTP_REGISTRATION_QUEUE_TODAY].value.data = today;
    filter->param[NGX_HTTP_REGISTRATION_QUEUE_TODAY].value.len = REG_DATE_LEN;

    if (ngx_http_registration_filter_words(r, ctx, filter, faults) != NGX_OK
        || ngx_http_registration_filter_limit(r, filter, faults) != NGX_OK
        || ngx_http_registration_filter_search(r, ctx, filter, faults)
           != NGX_OK
        || ngx_http_registration_filter_after(r, filter, faults) != NGX_OK)
    {
        return NULL;
    }

    return filter;
}


static ngx_int_t
ngx_http_registration_filter_words(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    reg_faults_t *faults)
{
    ngx_int_t    rc;
    ngx_str_t    value;
    ngx_uint_t   i;
    reg_code_t   code;
    const char  *name;

    for (i = 0; ngx_http_registration_filter_names[i]; i++) {
        name = ngx_http_registration_filter_names[i];
        rc = ngx_http_registration_argument(r, name, &value);

        if (rc == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (rc == NGX_DECLINED) {
            reg_faults_add(faults, name, REG_FORMAT);
            continue;
        }

        if (value.len == 0) {
            continue;
        }

        code = REG_OK;

        if (i == 0) {
            code = ngx_http_registration_status_word(&value) ? REG_OK
                                                             : REG_UNKNOWN;
        } else if (i == 1) {
            code = reg_form_has_office(ctx->conf->form, (char *) value.data)
                   ? REG_OK : REG_UNKNOWN;

        } else if (i == 2) {
            code = ngx_http_registration_filter_type(&value);

        } else {
            code = ngx_http_registration_filter_overdue(&value);
        }

        if (code != REG_OK) {
            reg_faults_add(faults, name, code);
            continue;
        }

        filter->param[NGX_HTTP_REGISTRATION_QUEUE_STATUS + i].value = value;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_http_registration_status_word(ngx_str_t *word)
{
    return ngx_http_registration_equal(word, "pending")
           || ngx_http_registration_equal(word, "approved")
           || ngx_http_registration_equal(word, "returned")
           || ngx_http_registration_equal(word, "rejected");
}


/* Of the applicant or of the document. */

static reg_code_t
ngx_http_registration_filter_type(ngx_str_t *value)
{
    ngx_uint_t  i;

    for (i = 0; reg_applicant_types[i]; i++) {
        if (ngx_http_registration_equal(value, reg_applicant_types[i])) {
            return REG_OK;
        }
    }

    return reg_document_type_find((char *) value->data) ? REG_OK
                                                        : REG_UNKNOWN;
}


static reg_code_t
ngx_http_registration_filter_overdue(ngx_str_t *value)
{
    if (ngx_http_registration_equal(value, "1")
        || ngx_http_registration_equal(value, "true"))
    {
        ngx_str_set(value, "t");
        return REG_OK;
    }

    if (ngx_http_registration_equal(value, "0")
        || ngx_http_registration_equal(value, "false"))
    {
        ngx_str_set(value, "f");
        return REG_OK;
    }

    return REG_FORMAT;
}


static ngx_int_t
ngx_http_registration_filter_limit(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, reg_faults_t *faults)
{
    ngx_int_t  rc, limit;
    ngx_str_t  value;

    filter->limit = NGX_HTTP_REGISTRATION_QUEUE_LIMIT;

    rc = ngx_http_registration_argument(r, "limit", &value);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK && value.len == 0) {
        return NGX_OK;
    }

    limit = (rc == NGX_OK) ? ngx_atoi(value.data, value.len) : NGX_ERROR;

    if (limit < 1 || limit > NGX_HTTP_REGISTRATION_QUEUE_MAX) {
        reg_faults_add(faults, "limit", REG_FORMAT);
        return NGX_OK;
    }

    filter->limit = limit;

    return NGX_OK;
}


/*
 * A number, which is narrowed as those of documents are, or what an application
 * has exactly so.
 */

static ngx_int_t
ngx_http_registration_filter_search(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    reg_faults_t *faults)
{
    ngx_int_t  rc;
    ngx_str_t  q, number;

    rc = ngx_http_registration_argument(r, "q", &q);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_DECLINED) {
        reg_faults_add(faults, "q", REG_FORMAT);
        return NGX_OK;
    }

    if (q.len == 0) {
        return NGX_OK;
    }

    number = q;

    if (ngx_http_registration_normalize(r, "id_number", &number) != NGX_OK) {
        return NGX_ERROR;
    }

    if (number.len == 0) {
        return NGX_OK;
    }

    if (ngx_http_registration_is_number(&number)) {
        filter->param[NGX_HTTP_REGISTRATION_QUEUE_NUMBER].value = number;
        return NGX_OK;
    }

    return ngx_http_registration_filter_hashes(r, ctx, filter, &q);
}


/* Each is normalised as the field's value was before it was hashed. */

static ngx_int_t
ngx_http_registration_filter_hashes(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    ngx_str_t *q)
{
    ngx_str_t   value;
    ngx_uint_t  i;

    static const char  *names[] = { "name", "id_number", "mobile", "email" };

    for (i = 0; i < 4; i++) {
        value = *q;

        if (ngx_http_registration_normalize(r, names[i], &value) != NGX_OK
            || ngx_http_registration_lookup(r, ctx, names[i], &value,
                          &filter->param[NGX_HTTP_REGISTRATION_QUEUE_NAME + i])
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_filter_after(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, reg_faults_t *faults)
{
    ngx_int_t  rc;
    ngx_str_t  token, text, due, number;

    rc = ngx_http_registration_argument(r, "cursor", &token);

    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    if (rc == NGX_OK && token.len == 0) {
        return NGX_OK;
    }

    text.data = ngx_pnalloc(r->pool, ngx_base64_decoded_length(token.len) + 1);
    if (text.data == NULL) {
        return NGX_ERROR;
    }

    if (rc != NGX_OK
        || ngx_decode_base64url(&text, &token) != NGX_OK
        || text.len != NGX_HTTP_REGISTRATION_CURSOR)
    {
        reg_faults_add(faults, "cursor", REG_FORMAT);
        return NGX_OK;
    }

    due.data = text.data;
    due.len = REG_DATE_LEN;
    number.data = text.data + REG_DATE_LEN;
    number.len = NGX_HTTP_REGISTRATION_NUMBER;

    if (reg_date_parse(ngx_http_registration_str(&due)) == REG_DATE_NONE
        || !ngx_http_registration_is_number(&number))
    {
        reg_faults_add(faults, "cursor", REG_FORMAT);
        return NGX_OK;
    }

    filter->param[NGX_HTTP_REGISTRATION_QUEUE_AFTER_DUE].value = due;
    filter->param[NGX_HTTP_REGISTRATION_QUEUE_AFTER_NUMBER].value = number;

    return NGX_OK;
}


ngx_int_t
ngx_http_registration_filter_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, ngx_http_registration_filter_t *filter,
    ngx_uint_t max)
{
    u_char                     rows[NGX_INT_T_LEN];
    ngx_registration_param_t  *param;

    param = &filter->param[NGX_HTTP_REGISTRATION_QUEUE_ROWS];
    param->value.data = rows;
    param->value.len = ngx_sprintf(rows, "%ui", max + 1) - rows;

    return ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                           &ngx_http_registration_queue_sql,
                                           filter->param, 1);
}


json_t *
ngx_http_registration_filter_details(ngx_http_registration_filter_t *filter)
{
    json_t                    *details;
    ngx_uint_t                 i;
    ngx_registration_param_t  *param;

    details = json_object();
    param = &filter->param[NGX_HTTP_REGISTRATION_QUEUE_STATUS];

    for (i = 0; ngx_http_registration_filter_names[i]; i++) {
        if (param[i].value.len) {
            json_object_set_new(details, ngx_http_registration_filter_names[i],
                                json_stringn((char *) param[i].value.data,
                                             param[i].value.len));
        }
    }

    if (filter->param[NGX_HTTP_REGISTRATION_QUEUE_NAME].value.len
        || filter->param[NGX_HTTP_REGISTRATION_QUEUE_NUMBER].value.len)
    {
        json_object_set_new(details, "search", json_true());
    }

    return details;
}


/* The next query is for what comes behind this row. */

ngx_int_t
ngx_http_registration_filter_continue(ngx_http_request_t *r,
    ngx_http_registration_filter_t *filter, PGresult *result, int row)
{
    ngx_registration_param_t  *due, *number;

    due = &filter->param[NGX_HTTP_REGISTRATION_QUEUE_AFTER_DUE];
    number = &filter->param[NGX_HTTP_REGISTRATION_QUEUE_AFTER_NUMBER];

    if (ngx_http_registration_copy(r, result, row, 8, &due->value) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_registration_copy(r, result, row, 1, &number->value);
}


json_t *
ngx_http_registration_filter_row(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, int row)
{
    json_t      *object;
    ngx_uint_t   i;

    object = json_object();

    for (i = 0; ngx_http_registration_queue_members[i]; i++) {
        json_object_set_new(object, ngx_http_registration_queue_members[i],
                            ngx_http_registration_column(result, row, i + 1));
    }

    json_object_set_new(object, "version",
                        json_integer(atoi(PQgetvalue(result, row, 10))));
    json_object_set_new(object, "due_provisional",
                        json_boolean(PQgetvalue(result, row, 11)[0] == 't'));
    json_object_set_new(object, "overdue",
                        json_boolean(PQgetvalue(result, row, 12)[0] == 't'));
    json_object_set_new(object, "name",
                        ngx_http_registration_filter_name(r, ctx, result,
                                                          row));

    return object;
}


/* Masked; null when the record was destroyed or does not open. */

static json_t *
ngx_http_registration_filter_name(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, int row)
{
    char        mask[REG_MASK_SIZE(4 * 100)];
    u_char      key[REG_DATA_KEY];
    json_t     *values;
    ngx_str_t   id, name;

    id.len = PQgetlength(result, row, 13);
    id.data = (u_char *) PQgetvalue(result, row, 13);

    if (PQgetisnull(result, row, 14)
        || ngx_http_registration_application_key(ctx->conf, &id,
                                       (u_char *) PQgetvalue(result, row, 14),
                                       PQgetlength(result, row, 14), key)
           != REG_OK)
    {
        return json_null();
    }

    values = ngx_http_registration_application_open(r->connection->log,
                                       &id, key,
                                       (u_char *) PQgetvalue(result, row, 15),
                                       PQgetlength(result, row, 15));
    reg_wipe(key, sizeof(key));

    if (values == NULL) {
        /* not by the request's log: its query may name somebody */

        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "the values of application %s do not open",
                      PQgetvalue(result, row, 1));
        return json_null();
    }

    ngx_http_registration_value(values, "name", &name);
    reg_mask_name(ngx_http_registration_str(&name), mask, sizeof(mask));
    json_decref(values);

    return json_string(mask);
}


json_t *
ngx_http_registration_filter_cursor(PGresult *result, int row)
{
    u_char     text[NGX_HTTP_REGISTRATION_CURSOR + 1];
    u_char     token[ngx_base64_encoded_length(NGX_HTTP_REGISTRATION_CURSOR)];
    ngx_str_t  from, to;

    from.data = text;
    from.len = ngx_snprintf(text, NGX_HTTP_REGISTRATION_CURSOR, "%s%s",
                            PQgetvalue(result, row, 8),
                            PQgetvalue(result, row, 1))
               - text;
    to.data = token;
    ngx_encode_base64url(&to, &from);

    return json_stringn((char *) to.data, to.len);
}
