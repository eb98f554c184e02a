
/*
 * GET /registrations/NUMBER: the whole application, and how it came to be.
 *
 * application → (who) → application_query → (PostgreSQL: all of it, and the
 * audit) → application_parts → (PostgreSQL: the same document elsewhere?) →
 * application_reply
 */


#include <ngx_http_registration_recognition.h>
#include <ngx_http_registration_review.h>
#include <reg_crosscheck.h>


/* Columns of the query. */

typedef enum {
    NGX_HTTP_REGISTRATION_REVIEW_ID = 13,
    NGX_HTTP_REGISTRATION_REVIEW_KEY,
    NGX_HTTP_REGISTRATION_REVIEW_SEALED,
    NGX_HTTP_REGISTRATION_REVIEW_VERSION,
    NGX_HTTP_REGISTRATION_REVIEW_PROVISIONAL,
    NGX_HTTP_REGISTRATION_REVIEW_DOCUMENTS,
    NGX_HTTP_REGISTRATION_REVIEW_CHANGES,
    NGX_HTTP_REGISTRATION_REVIEW_REVISIONS
} ngx_http_registration_review_column_e;


/* What opens the parts of one application. */

typedef struct {
    ngx_http_request_t               *request;
    ngx_http_registration_ctx_t      *ctx;
    ngx_str_t                         id;
    u_char                            key[REG_DATA_KEY];
    unsigned                          destroyed:1;
} ngx_http_registration_opener_t;


static ngx_int_t ngx_http_registration_application_query(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_application_parts(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_opener_create(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result,
    ngx_http_registration_opener_t *opener);
static json_t *ngx_http_registration_application_values(
    ngx_http_registration_opener_t *opener, const u_char *sealed, size_t len);
static json_t *ngx_http_registration_application_sealed(
    ngx_http_registration_opener_t *opener, json_t *base64);
static json_t *ngx_http_registration_application_json(
    ngx_http_registration_opener_t *opener, PGresult *result);
static void ngx_http_registration_application_members(json_t *reply,
    PGresult *result);
static json_t *ngx_http_registration_application_column(PGresult *result,
    int column);
static json_t *ngx_http_registration_application_documents(
    ngx_http_registration_opener_t *opener, json_t *rows,
    reg_crosscheck_t *check);
static json_t *ngx_http_registration_application_filename(
    ngx_http_registration_opener_t *opener, json_t *document);
static json_t *ngx_http_registration_application_results(
    ngx_http_registration_opener_t *opener, json_t *rows);
static json_t *ngx_http_registration_application_recognition(
    ngx_http_registration_opener_t *opener, json_t *row,
    reg_crosscheck_t *check);
static json_t *ngx_http_registration_application_card(
    ngx_http_registration_opener_t *opener, reg_crosscheck_t *check);
static ngx_int_t ngx_http_registration_application_part(
    ngx_http_registration_opener_t *opener, json_t *row, const char *member,
    reg_str_t context, ngx_str_t *text);
static ngx_int_t ngx_http_registration_application_base64(
    ngx_http_request_t *r, json_t *text, ngx_str_t *bytes);
static json_t *ngx_http_registration_application_decisions(
    ngx_http_registration_opener_t *opener, json_t *rows);
static json_t *ngx_http_registration_application_changes(
    ngx_http_registration_opener_t *opener, json_t *revisions,
    json_t *values, json_t *documents);
static json_t *ngx_http_registration_application_kinds(json_t *documents);
static json_t *ngx_http_registration_application_sides(json_t *before,
    json_t *after, const char *name);
static json_t *ngx_http_registration_application_faults(
    ngx_http_registration_opener_t *opener, json_t *values, json_t *kinds);
static ngx_int_t ngx_http_registration_application_reply(
    ngx_http_request_t *r, ngx_http_registration_ctx_t *ctx);


static ngx_registration_statement_t  ngx_http_registration_review_sql = {
    "registration_review",
    "SELECT outcome, number, status, residence, applicant_type,"
    " document_type, region, industry, office, notice_version, submitted_at,"
    " due_date, claimed_by, id, data_key, sealed, version::text,"
    " due_provisional::text, documents::text, changes::text,"
    " revisions::text, claimed_until"
    " FROM registration.review($1, $2::integer,"
    " registration.renew_claim($1, $2::integer, $3, $4::integer))",
    4
};

static ngx_registration_statement_t  ngx_http_registration_same_sql = {
    "registration_same_id_number",
    "SELECT outcome, number, status"
    " FROM registration.same_id_number($1, $2::integer, $3)",
    3
};


/* Columns above, from the second on, that are members as they stand. */

static const char  *ngx_http_registration_review_members[] = {
    "number", "status", "residence", "applicant_type", "document_type",
    "region", "industry", "office", "notice_version", "submitted_at",
    "due_date", "claimed_by", NULL
};

/* What is not sealed with an application cannot be judged again. */

static const char  *ngx_http_registration_not_judged[] = {
    "password", "email_code", "notice_version", NULL
};


ngx_int_t
ngx_http_registration_review_application(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                      ngx_http_registration_application_query);
}


static ngx_int_t
ngx_http_registration_application_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                    seconds[NGX_INT_T_LEN];
    ngx_int_t                 rc;
    ngx_registration_param_t  params[4];

    if (!ngx_http_registration_is_number(&ctx->id)) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2].value = ctx->id;
    ngx_http_registration_review_lease(ctx, &params[3], seconds);

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_review_sql,
                                         params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_application_parts);
}


/* The answer under way is the context's body, so that it ends with it. */

static ngx_int_t
ngx_http_registration_application_parts(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    PGresult                        *result;
    ngx_int_t                        rc;
    ngx_registration_param_t         params[3];
    ngx_http_registration_opener_t   opener;

    result = ctx->call.result;

    if (ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK) {
        return rc;
    }

    if (ngx_http_registration_opener_create(r, ctx, result, &opener)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->body = ngx_http_registration_application_json(&opener, result);
    reg_wipe(opener.key, sizeof(opener.key));

    if (ctx->body == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2].value = ctx->id;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_same_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_application_reply);
}


/* Without its key an application was destroyed: its history still shows. */

static ngx_int_t
ngx_http_registration_opener_create(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result,
    ngx_http_registration_opener_t *opener)
{
    int  column;

    ngx_memzero(opener, sizeof(ngx_http_registration_opener_t));

    opener->request = r;
    opener->ctx = ctx;
    opener->id.len = PQgetlength(result, 0, NGX_HTTP_REGISTRATION_REVIEW_ID);
    opener->id.data = (u_char *) PQgetvalue(result, 0,
                                            NGX_HTTP_REGISTRATION_REVIEW_ID);

    column = NGX_HTTP_REGISTRATION_REVIEW_KEY;
    opener->destroyed = PQgetisnull(result, 0, column);

    if (opener->destroyed) {
        return NGX_OK;
    }

    if (ngx_http_registration_application_key(ctx->conf, &opener->id,
                                     (u_char *) PQgetvalue(result, 0, column),
                                     PQgetlength(result, 0, column),
                                     opener->key)
        != REG_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the key of application %V does not open", &ctx->id);
        return NGX_ERROR;
    }

    return NGX_OK;
}


static json_t *
ngx_http_registration_application_values(
    ngx_http_registration_opener_t *opener, const u_char *sealed, size_t len)
{
    json_t  *values;

    if (opener->destroyed) {
        return json_null();
    }

    values = ngx_http_registration_application_open(
                                         opener->request->connection->log,
                                         &opener->id, opener->key, sealed,
                                         len);

    if (values == NULL) {
        ngx_log_error(NGX_LOG_ERR, opener->request->connection->log, 0,
                      "a part of application %V does not open",
                      &opener->ctx->id);
        return json_null();
    }

    return values;
}


static json_t *
ngx_http_registration_application_sealed(
    ngx_http_registration_opener_t *opener, json_t *base64)
{
    ngx_str_t  sealed;

    if (ngx_http_registration_application_base64(opener->request, base64,
                                                 &sealed)
        != NGX_OK)
    {
        return json_null();
    }

    return ngx_http_registration_application_values(opener, sealed.data,
                                                    sealed.len);
}


static json_t *
ngx_http_registration_application_json(
    ngx_http_registration_opener_t *opener, PGresult *result)
{
    json_t            *reply, *values, *documents, *changes, *revisions;
    json_t            *kinds, *results;
    reg_crosscheck_t   check;

    values = ngx_http_registration_application_values(opener,
                  (u_char *) PQgetvalue(result, 0,
                                        NGX_HTTP_REGISTRATION_REVIEW_SEALED),
                  PQgetlength(result, 0, NGX_HTTP_REGISTRATION_REVIEW_SEALED));

    documents = ngx_http_registration_application_column(result,
                                     NGX_HTTP_REGISTRATION_REVIEW_DOCUMENTS);
    changes = ngx_http_registration_application_column(result,
                                       NGX_HTTP_REGISTRATION_REVIEW_CHANGES);
    revisions = ngx_http_registration_application_column(result,
                                     NGX_HTTP_REGISTRATION_REVIEW_REVISIONS);
    kinds = ngx_http_registration_application_kinds(documents);
    results = ngx_http_registration_application_results(opener, documents);

    check.values = values;
    check.results = results;
    check.regions = opener->ctx->conf->regions;
    check.today = reg_date_in_china(ngx_time());

    reply = json_pack("{s:i, s:b, s:o, s:o, s:o, s:o, s:{s:o, s:o}}",
        "version", atoi(PQgetvalue(result, 0,
                                   NGX_HTTP_REGISTRATION_REVIEW_VERSION)),
        "due_provisional",
        PQgetvalue(result, 0, NGX_HTTP_REGISTRATION_REVIEW_PROVISIONAL)[0]
        == 't',
        "documents",
        ngx_http_registration_application_documents(opener, documents, &check),
        "decisions",
        ngx_http_registration_application_decisions(opener, changes),
        "changes",
        ngx_http_registration_application_changes(opener, revisions, values,
                                                  kinds),
        "values", json_incref(values),
        "checks", "faults",
        ngx_http_registration_application_faults(opener, values, kinds),
        "card", ngx_http_registration_application_card(opener, &check));

    json_decref(values);
    json_decref(documents);
    json_decref(changes);
    json_decref(revisions);
    json_decref(kinds);
    json_decref(results);

    ngx_http_registration_application_members(reply, result);

    return reply;
}


/* What stands in columns of its own; jansson lets a NULL be. */

static void
ngx_http_registration_application_members(json_t *reply, PGresult *result)
{
    ngx_uint_t  i;

    for (i = 0; ngx_http_registration_review_members[i]; i++) {
        json_object_set_new(reply, ngx_http_registration_review_members[i],
                            ngx_http_registration_column(result, 0, i + 1));
    }

    json_object_set_new(reply, "claimed_until",
                        ngx_http_registration_column(result, 0,
                                  NGX_HTTP_REGISTRATION_REVIEW_REVISIONS + 1));
}


/* A column of JSON; an array in any case. */

static json_t *
ngx_http_registration_application_column(PGresult *result, int column)
{
    json_t  *rows;

    rows = json_loadb(PQgetvalue(result, 0, column),
                      PQgetlength(result, 0, column), 0, NULL);

    return rows ? rows : json_array();
}


/* Those that a correction replaced have a "replaced_at". */

static json_t *
ngx_http_registration_application_documents(
    ngx_http_registration_opener_t *opener, json_t *rows,
    reg_crosscheck_t *check)
{
    size_t       i;
    json_t      *list, *row, *document;
    ngx_uint_t   n;

    static const char  *names[] = {
        "id", "kind", "width", "height", "bytes", "created_at", "replaced_at",
        NULL
    };

    list = json_array();

    json_array_foreach(rows, i, row) {
        document = json_object();

        for (n = 0; names[n]; n++) {
            json_object_set(document, names[n],
                            json_object_get(row, names[n]));
        }

        json_object_set_new(document, "filename",
                  ngx_http_registration_application_filename(opener, row));

        json_object_set_new(document, "recognition",
                  ngx_http_registration_application_recognition(opener, row,
                                                                check));

        json_array_append_new(list, document);
    }

    return list;
}


/* It is sealed under the key of the picture; null when that is destroyed. */

static json_t *
ngx_http_registration_application_filename(
    ngx_http_registration_opener_t *opener, json_t *document)
{
    ngx_str_t  id, name;

    ngx_http_registration_value(document, "id", &id);

    if (ngx_http_registration_application_part(opener, document, "filename",
                                               ngx_http_registration_str(&id),
                                               &name)
        != NGX_OK)
    {
        return json_null();
    }

    return json_stringn((char *) name.data, name.len);
}


/*
 * What was read from each picture becomes its row's "result"; of those that
 * stand now, {"KIND": result} is given.
 */

static json_t *
ngx_http_registration_application_results(
    ngx_http_registration_opener_t *opener, json_t *rows)
{
    size_t       i;
    u_char       buffer[NGX_HTTP_REGISTRATION_READ_CONTEXT];
    json_t      *results, *row, *result;
    ngx_str_t    id, kind, text;
    reg_str_t    context;

    results = json_object();

    json_array_foreach(rows, i, row) {
        ngx_http_registration_value(row, "id", &id);
        ngx_http_registration_value(row, "kind", &kind);

        if (id.len != REG_DOCUMENT_ID_LEN) {
            continue;
        }

        ngx_http_registration_read_context(id.data, buffer, &context);

        if (ngx_http_registration_application_part(opener, row, "recognition",
                                                   context, &text)
            != NGX_OK)
        {
            continue;
        }

        result = reg_recognition_parse((char *) text.data, text.len);

        if (result == NULL) {
            continue;
        }

        if (!json_is_string(json_object_get(row, "replaced_at"))) {
            json_object_set(results, (char *) kind.data, result);
        }

        json_object_set_new(row, "result", result);
    }

    return results;
}


/* The result as its applicant saw it, and what was typed beside it. */

static json_t *
ngx_http_registration_application_recognition(
    ngx_http_registration_opener_t *opener, json_t *row,
    reg_crosscheck_t *check)
{
    json_t      *recognition, *compared;
    ngx_str_t    kind;

    recognition = ngx_http_registration_recognition_json(opener->ctx->conf,
                        ngx_http_registration_language(opener->request),
                        json_object_get(row, "result"));

    ngx_http_registration_value(row, "kind", &kind);

    if (json_is_string(json_object_get(row, "replaced_at"))
        || !json_is_object(check->values))
    {
        compared = json_array();

    } else {
        compared = reg_crosscheck_fields(check, (char *) kind.data);
    }

    json_object_set_new(recognition, "compared", compared);

    return recognition;
}


/* The card's own checks, with words for the reviewer. */

static json_t *
ngx_http_registration_application_card(
    ngx_http_registration_opener_t *opener, reg_crosscheck_t *check)
{
    size_t           i;
    char             word[64];
    json_t          *list, *item;
    reg_language_t   language;

    if (!json_is_object(check->values)) {
        return json_array();
    }

    list = reg_crosscheck_card(check);
    language = ngx_http_registration_language(opener->request);

    json_array_foreach(list, i, item) {
        (void) ngx_snprintf((u_char *) word, sizeof(word), "check_%s%Z",
                       json_string_value(json_object_get(item, "check")));

        json_object_set_new(item, "message",
                     json_string(reg_form_message(opener->ctx->conf->form,
                                                  word, language)));
    }

    return list;
}


/* A member that is sealed under the key of the row's picture. */

static ngx_int_t
ngx_http_registration_application_part(ngx_http_registration_opener_t *opener,
    json_t *row, const char *member, reg_str_t context, ngx_str_t *text)
{
    u_char      key[REG_DATA_KEY];
    ngx_str_t   id, wrapped, sealed;
    reg_code_t  code;

    ngx_http_registration_value(row, "id", &id);

    if (ngx_http_registration_application_base64(opener->request,
                                                 json_object_get(row,
                                                                 "data_key"),
                                                 &wrapped)
        != NGX_OK
        || ngx_http_registration_application_base64(opener->request,
                                                    json_object_get(row,
                                                                    member),
                                                    &sealed)
           != NGX_OK
        || wrapped.len != REG_WRAPPED_DATA_KEY
        || sealed.len < REG_RECORD_OVERHEAD
        || ngx_http_registration_document_unwrap(opener->ctx->conf,
                                               ngx_http_registration_str(&id),
                                               wrapped.data, key)
           != REG_OK)
    {
        return NGX_DECLINED;
    }

    code = reg_record_open(key, context, sealed.data, sealed.len);
    reg_wipe(key, sizeof(key));

    text->data = sealed.data + 24;
    text->len = sealed.len - REG_RECORD_OVERHEAD;

    return code == REG_OK ? NGX_OK : NGX_DECLINED;
}


static ngx_int_t
ngx_http_registration_application_base64(ngx_http_request_t *r, json_t *text,
    ngx_str_t *bytes)
{
    ngx_str_t  base64;

    base64.len = json_string_length(text);
    base64.data = (u_char *) json_string_value(text);

    if (base64.len == 0) {
        return NGX_DECLINED;
    }

    bytes->data = ngx_pnalloc(r->pool, ngx_base64_decoded_length(base64.len));
    if (bytes->data == NULL) {
        return NGX_ERROR;
    }

    return ngx_decode_base64(bytes, &base64);
}


/* Every state it ever had, with the reasons of reviewers. */

static json_t *
ngx_http_registration_application_decisions(
    ngx_http_registration_opener_t *opener, json_t *rows)
{
    size_t       i;
    json_t      *list, *row, *decision, *content;
    ngx_uint_t   n;

    static const char  *names[] = {
        "version", "from", "to", "at", "actor_kind", "actor", NULL
    };

    list = json_array();

    json_array_foreach(rows, i, row) {
        decision = json_object();

        for (n = 0; names[n]; n++) {
            json_object_set(decision, names[n],
                            json_object_get(row, names[n]));
        }

        if (json_is_string(json_object_get(row, "content"))) {
            content = ngx_http_registration_application_sealed(opener,
                                            json_object_get(row, "content"));

            json_object_set(decision, "reason",
                            json_object_get(content, "reason"));
            json_object_set(decision, "items",
                            json_object_get(content, "items"));
            json_decref(content);
        }

        json_array_append_new(list, decision);
    }

    return list;
}


/*
 * What each correction changed, old and new side by side: a revision is how it
 * was until then; what it became is the next revision, or what it is now.
 */

static json_t *
ngx_http_registration_application_changes(
    ngx_http_registration_opener_t *opener, json_t *revisions,
    json_t *values, json_t *kinds)
{
    size_t   i;
    json_t  *list, *before, *after, *revision, *next;

    list = json_array();
    before = ngx_http_registration_application_sealed(opener,
                   json_object_get(json_array_get(revisions, 0), "sealed"));

    json_array_foreach(revisions, i, revision) {
        next = json_array_get(revisions, i + 1);
        after = next ? ngx_http_registration_application_sealed(opener,
                                              json_object_get(next, "sealed"))
                     : json_incref(values);

        json_array_append_new(list, json_pack("{s:O*, s:O*, s:o, s:o}",
            "version", json_object_get(revision, "version"),
            "at", json_object_get(revision, "replaced_at"),
            "fields",
            ngx_http_registration_application_sides(before, after, "field"),
            "documents",
            ngx_http_registration_application_sides(
                                json_object_get(revision, "documents"),
                                next ? json_object_get(next, "documents")
                                     : kinds,
                                "kind")));

        json_decref(before);
        before = after;
    }

    json_decref(before);

    return list;
}


/* {"KIND": "ID"} of the pictures that stand now. */

static json_t *
ngx_http_registration_application_kinds(json_t *documents)
{
    size_t   i;
    json_t  *kinds, *document;

    kinds = json_object();

    json_array_foreach(documents, i, document) {
        if (!json_is_string(json_object_get(document, "replaced_at"))) {
            json_object_set(kinds,
                       json_string_value(json_object_get(document, "kind")),
                       json_object_get(document, "id"));
        }
    }

    return kinds;
}


/* [{name, "old", "new"}] of the members that differ; null for a missing one. */

static json_t *
ngx_http_registration_application_sides(json_t *before, json_t *after,
    const char *name)
{
    json_t      *list, *old, *new;
    const char  *key;

    list = json_array();

    json_object_foreach(before, key, old) {
        new = json_object_get(after, key);

        if (new == NULL || !json_equal(old, new)) {
            json_array_append_new(list,
                json_pack("{s:s, s:O, s:o}", name, key, "old", old,
                          "new", new ? json_incref(new) : json_null()));
        }
    }

    json_object_foreach(after, key, new) {
        if (json_object_get(before, key) == NULL) {
            json_array_append_new(list,
                json_pack("{s:s, s:n, s:O}", name, key, "old", "new", new));
        }
    }

    return list;
}


/* Judged once more, by the rules and on the day of now. */

static json_t *
ngx_http_registration_application_faults(
    ngx_http_registration_opener_t *opener, json_t *values, json_t *kinds)
{
    size_t        i, n;
    json_t       *judged;
    ngx_uint_t    k;
    reg_rules_t   rules;
    reg_faults_t  faults;

    if (!json_is_object(values)) {
        return json_array();
    }

    judged = json_copy(values);
    json_object_set(judged, "documents", kinds);

    rules.form = opener->ctx->conf->form;
    rules.regions = opener->ctx->conf->regions;
    rules.today = reg_date_in_china(ngx_time());

    faults.n = 0;
    reg_fields_judge(&rules, judged, 1, &faults);
    json_decref(judged);

    for (i = 0, n = 0; i < faults.n; i++) {

        for (k = 0; ngx_http_registration_not_judged[k]; k++) {
            if (ngx_strcmp(faults.fault[i].field,
                           ngx_http_registration_not_judged[k])
                == 0)
            {
                break;
            }
        }

        if (ngx_http_registration_not_judged[k] == NULL) {
            faults.fault[n++] = faults.fault[i];
        }
    }

    faults.n = n;

    return ngx_http_registration_errors(opener->ctx,
                        ngx_http_registration_language(opener->request),
                        &faults);
}


static ngx_int_t
ngx_http_registration_application_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    int         i;
    json_t     *same, *reply;
    PGresult   *result;
    ngx_int_t   rc;

    result = ctx->call.result;

    if (ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK) {
        return rc;
    }

    same = json_array();

    for (i = 0; i < PQntuples(result); i++) {
        if (!PQgetisnull(result, i, 1)) {
            json_array_append_new(same,
                                  json_pack("{s:s, s:s}",
                                       "number", PQgetvalue(result, i, 1),
                                       "status", PQgetvalue(result, i, 2)));
        }
    }

    reply = ctx->body;
    ctx->body = NULL;
    json_object_set_new(json_object_get(reply, "checks"), "same_id_number",
                        same);

    return ngx_http_registration_reply_json(r, NGX_HTTP_OK, reply);
}
