
/*
 * POST /registrations/NUMBER/decisions: approve, return or reject.
 *
 * decision → (who) → decision_query → (PostgreSQL: the application's key, and
 * its type of document) → decision_judge → decision_seal → (PostgreSQL: the
 * change of state) → decision_reply
 */


#include <ngx_http_registration_outbox.h>
#include <ngx_http_registration_review.h>
#include <reg_text.h>


#define NGX_HTTP_REGISTRATION_ITEMS  40


/* What the steps hand on. */

typedef struct {
    const reg_document_type_t  *type;       /* NULL: of another version */
    ngx_int_t                   version;
    const char                 *status;     /* that it would have */
    ngx_str_t                   fields;     /* a PostgreSQL array */
    ngx_str_t                   claimed_by;
} ngx_http_registration_decision_t;


static ngx_int_t ngx_http_registration_decision_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static ngx_int_t ngx_http_registration_decision_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);
static void ngx_http_registration_decision_members(
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_decision_items(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision, reg_faults_t *faults);
static ngx_int_t ngx_http_registration_decision_item(ngx_http_request_t *r,
    json_t *items, size_t n, const reg_document_type_t *type,
    reg_faults_t *faults);
static reg_code_t ngx_http_registration_decision_field(json_t *items,
    size_t n, const reg_document_type_t *type);
static ngx_uint_t ngx_http_registration_decision_opens(const char *field,
    const reg_document_type_t *type);
static reg_code_t ngx_http_registration_decision_reason(json_t *object,
    ngx_uint_t required);
static ngx_int_t ngx_http_registration_decision_fields(ngx_http_request_t *r,
    json_t *items, ngx_str_t *fields);
static ngx_int_t ngx_http_registration_decision_seal(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision);
static ngx_int_t ngx_http_registration_decision_content(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, ngx_str_t *sealed);
static ngx_int_t ngx_http_registration_decision_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx);


static ngx_registration_statement_t  ngx_http_registration_key_sql = {
    "registration_application_key",
    "SELECT outcome, id, data_key, claimed_by, document_type, version::text"
    " FROM registration.application_key($1, $2::integer,"
    " registration.renew_claim($1, $2::integer, $3, $4::integer))",
    4
};

static ngx_registration_statement_t  ngx_http_registration_decide_sql = {
    "registration_decide",
    "SELECT outcome, status, version::text"
    " FROM registration.decide($1, $2::integer, $3, $4::integer, $5, $6,"
    " $7::text[], NULL, NULL)",
    7
};


static const char  *ngx_http_registration_never_corrected[] = {
    "username", "password", "email_code", "notice_version", "documents", NULL
};


ngx_int_t
ngx_http_registration_review_decision(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    return ngx_http_registration_review_enter(r, ctx,
                                         ngx_http_registration_decision_query);
}


static ngx_int_t
ngx_http_registration_decision_query(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    u_char                             seconds[NGX_INT_T_LEN];
    ngx_int_t                          rc;
    ngx_registration_param_t           params[4];

    if (!ngx_http_registration_is_number(&ctx->id)) {
        return ngx_http_registration_problem(r, NGX_HTTP_NOT_FOUND,
                                             "not_found");
    }

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);
    params[2].value = ctx->id;
    ngx_http_registration_review_lease(ctx, &params[3], seconds);

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_key_sql,
                                         params, 1);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_decision_judge);
}


static ngx_int_t
ngx_http_registration_decision_judge(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    ngx_int_t                          rc;
    reg_faults_t                       faults;
    ngx_http_registration_decision_t  *decision;

    if (ngx_http_registration_review_outcome(r, ctx, &rc) != NGX_OK) {
        return rc;
    }

    decision = ngx_pcalloc(r->pool, sizeof(ngx_http_registration_decision_t));
    if (decision == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ctx->data = decision;
    faults.n = 0;

    ngx_http_registration_decision_members(ctx, decision, &faults);

    if (decision->version == atoi(PQgetvalue(ctx->call.result, 0, 5))) {
        decision->type = reg_document_type_find(PQgetvalue(ctx->call.result, 0,
                                                           4));
    }

    if (ngx_http_registration_decision_items(r, ctx, decision, &faults)
        != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (faults.n == 0 && decision->fields.len > sizeof("{}") - 1
        && PQgetisnull(ctx->call.result, 0, 2))
    {
        /* of a destroyed application nothing can be corrected */

        reg_faults_add(&faults, "decision", REG_NOT_APPLICABLE);
    }

    if (faults.n) {
        return ngx_http_registration_faults(r, 422, &faults);
    }

    return ngx_http_registration_decision_seal(r, ctx, decision);
}


static void
ngx_http_registration_decision_members(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision, reg_faults_t *faults)
{
    json_t      *member;
    reg_code_t   code;
    ngx_str_t    word;
    ngx_uint_t   i;
    const char  *name;

    static const char  *words[] = { "approve", "return", "reject" };
    static const char  *statuses[] = { "approved", "returned", "rejected" };

    member = json_object_get(ctx->body, "version");

    if (member == NULL) {
        reg_faults_add(faults, "version", REG_REQUIRED);

    } else if (!json_is_integer(member) || json_integer_value(member) < 1
               || json_integer_value(member) > INT32_MAX)
    {
        reg_faults_add(faults, "version", REG_FORMAT);
    }

    decision->version = json_integer_value(member);

    ngx_http_registration_value(ctx->body, "decision", &word);

    for (i = 0; i < 3; i++) {
        if (ngx_http_registration_equal(&word, words[i])) {
            decision->status = statuses[i];
        }
    }

    if (json_object_get(ctx->body, "decision") == NULL) {
        reg_faults_add(faults, "decision", REG_REQUIRED);

    } else if (decision->status == NULL) {
        reg_faults_add(faults, "decision", REG_UNKNOWN);
    }

    code = ngx_http_registration_decision_reason(ctx->body,
                              decision->status && decision->status[0] == 'r');

    if (code != REG_OK) {
        reg_faults_add(faults, "reason", code);
    }

    json_object_foreach(ctx->body, name, member) {
        if (ngx_strcmp(name, "version") != 0
            && ngx_strcmp(name, "decision") != 0
            && ngx_strcmp(name, "reason") != 0
            && ngx_strcmp(name, "items") != 0)
        {
            reg_faults_add(faults, name, REG_UNKNOWN_MEMBER);
        }
    }
}


/* A return needs items, and nothing else has any. */

static ngx_int_t
ngx_http_registration_decision_items(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision, reg_faults_t *faults)
{
    size_t       i, n;
    json_t      *items;
    ngx_uint_t   returned;

    items = json_object_get(ctx->body, "items");
    n = json_array_size(items);
    returned = (decision->status && ngx_strcmp(decision->status, "returned")
                                    == 0);

    if (items && !json_is_array(items)) {
        reg_faults_add(faults, "items", REG_FORMAT);

    } else if (returned && n == 0) {
        reg_faults_add(faults, "items", REG_REQUIRED);

    } else if (!returned && n) {
        reg_faults_add(faults, "items", REG_NOT_APPLICABLE);

    } else if (n > NGX_HTTP_REGISTRATION_ITEMS) {
        reg_faults_add(faults, "items", REG_TOO_LONG);

    } else {
        for (i = 0; i < n; i++) {
            if (ngx_http_registration_decision_item(r, items, i,
                                                    decision->type, faults)
                != NGX_OK)
            {
                return NGX_ERROR;
            }
        }
    }

    if (faults->n) {
        return NGX_OK;
    }

    return ngx_http_registration_decision_fields(r, items, &decision->fields);
}


static ngx_int_t
ngx_http_registration_decision_item(ngx_http_request_t *r, json_t *items,
    size_t n, const reg_document_type_t *type, reg_faults_t *faults)
{
    u_char      *name;
    json_t      *item, *member;
    reg_code_t   code;
    const char  *key;

    item = json_array_get(items, n);
    name = ngx_pnalloc(r->pool, 2 * sizeof("items[40].reason"));

    if (name == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(name, "items[%uz].field%Z", n);
    code = ngx_http_registration_decision_field(items, n, type);

    if (code != REG_OK) {
        reg_faults_add(faults, (char *) name, code);
    }

    name += sizeof("items[40].reason");
    (void) ngx_sprintf(name, "items[%uz].reason%Z", n);
    code = ngx_http_registration_decision_reason(item, 1);

    if (code != REG_OK) {
        reg_faults_add(faults, (char *) name, code);
    }

    json_object_foreach(item, key, member) {
        if (ngx_strcmp(key, "field") == 0 || ngx_strcmp(key, "reason") == 0) {
            continue;
        }

        name = ngx_pnalloc(r->pool, sizeof("items[40].") + ngx_strlen(key));
        if (name == NULL) {
            return NGX_ERROR;
        }

        (void) ngx_sprintf(name, "items[%uz].%s%Z", n, key);
        reg_faults_add(faults, (char *) name, REG_UNKNOWN_MEMBER);
    }

    return NGX_OK;
}


/* Each field once. */

static reg_code_t
ngx_http_registration_decision_field(json_t *items, size_t n,
    const reg_document_type_t *type)
{
    size_t       i;
    json_t      *member;
    const char  *field, *other;

    member = json_object_get(json_array_get(items, n), "field");
    field = json_string_value(member);

    if (member == NULL) {
        return REG_REQUIRED;
    }

    if (field == NULL) {
        return REG_FORMAT;
    }

    if (!ngx_http_registration_decision_opens(field, type)) {
        return REG_UNKNOWN;
    }

    for (i = 0; i < n; i++) {
        other = json_string_value(json_object_get(json_array_get(items, i),
                                                  "field"));

        if (other && ngx_strcmp(other, field) == 0) {
            return REG_TAKEN;
        }
    }

    return REG_OK;
}


/*
 * Fields, and the pictures that this type of document has.  Where the type may
 * have changed meanwhile, any will do: the version will be refused.
 */

static ngx_uint_t
ngx_http_registration_decision_opens(const char *field,
    const reg_document_type_t *type)
{
    ngx_uint_t  i;

    for (i = 0; ngx_http_registration_never_corrected[i]; i++) {
        if (ngx_strcmp(field, ngx_http_registration_never_corrected[i]) == 0) {
            return 0;
        }
    }

    for (i = 0; type && type->kinds[i]; i++) {
        if (ngx_strcmp(field, reg_document_kind_field(type->kinds[i])) == 0) {
            return 1;
        }
    }

    for (i = 0; type == NULL && reg_document_kinds_all[i].kind; i++) {
        if (ngx_strcmp(field, reg_document_kinds_all[i].field) == 0) {
            return 1;
        }
    }

    return reg_field_find(field) != NULL;
}


/*
 * Replaces "reason" by what is left without white space around it.  A reason
 * may have several lines.
 */

static reg_code_t
ngx_http_registration_decision_reason(json_t *object, ngx_uint_t required)
{
    char       *text;
    size_t      len;
    json_t     *member;
    u_char     *p, *last, *end;
    reg_str_t   line, reason;

    member = json_object_get(object, "reason");

    if (member && !json_is_string(member)) {
        return REG_FORMAT;
    }

    reason.len = json_string_length(member);
    reason.data = (const u_char *) json_string_value(member);

    text = member ? reg_text_normalize(reason, REG_TEXT_KEEP, &len) : NULL;

    if (text == NULL || len == 0) {
        free(text);
        json_object_del(object, "reason");
        return required ? REG_REQUIRED : REG_OK;
    }

    json_object_set_new(object, "reason", json_stringn(text, len));

    reason.len = len;
    reason.data = (u_char *) text;
    p = (u_char *) text;
    last = p + len;

    for ( ;; ) {
        end = ngx_strlchr(p, last, '\n');
        line.data = p;
        line.len = (end ? end : last) - p;

        if (reg_text_has_control(line)) {
            free(text);
            return REG_FORMAT;
        }

        if (end == NULL) {
            break;
        }

        p = end + 1;
    }

    len = reg_text_length(reason);
    free(text);

    return len > NGX_HTTP_REGISTRATION_REASON ? REG_TOO_LONG : REG_OK;
}


/* "{name,documents.licence}": no such name needs quotes. */

static ngx_int_t
ngx_http_registration_decision_fields(ngx_http_request_t *r, json_t *items,
    ngx_str_t *fields)
{
    u_char      *p;
    size_t       i, len;
    json_t      *item;
    ngx_str_t    field;

    len = sizeof("{}");

    json_array_foreach(items, i, item) {
        ngx_http_registration_value(item, "field", &field);
        len += field.len + 1;
    }

    p = ngx_pnalloc(r->pool, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    fields->data = p;
    *p++ = '{';

    json_array_foreach(items, i, item) {
        ngx_http_registration_value(item, "field", &field);

        if (i) {
            *p++ = ',';
        }

        p = ngx_cpymem(p, field.data, field.len);
    }

    *p++ = '}';
    fields->len = p - fields->data;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_decision_seal(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_decision_t *decision)
{
    u_char                     version[NGX_INT_T_LEN];
    PGresult                  *result;
    ngx_int_t                  rc;
    ngx_registration_param_t   params[7];

    result = ctx->call.result;

    ngx_memzero(params, sizeof(params));
    ngx_http_registration_review_params(ctx, params);

    if (ngx_http_registration_copy(r, result, 0, 3, &decision->claimed_by)
        != NGX_OK
        || ngx_http_registration_decision_content(r, ctx, result,
                                                  &params[5].value)
           != NGX_OK)
    {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    params[2].value = ctx->id;
    params[3].value.data = version;
    params[3].value.len = ngx_sprintf(version, "%i", decision->version)
                          - version;
    params[4].value.data = (u_char *) decision->status;
    params[4].value.len = ngx_strlen(decision->status);
    params[5].binary = 1;
    params[6].value = decision->fields;

    rc = ngx_registration_postgres_query(ctx->conf->postgres, &ctx->call,
                                         &ngx_http_registration_decide_sql,
                                         params, 0);

    return ngx_http_registration_wait(r, ctx, rc,
                                      ngx_http_registration_decision_reply);
}


/*
 * {"reason", "items"}, under the key of the application; null when that was
 * destroyed: nobody could read it.
 */

static ngx_int_t
ngx_http_registration_decision_content(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx, PGresult *result, ngx_str_t *sealed)
{
    u_char      key[REG_DATA_KEY];
    size_t      len;
    json_t     *content;
    ngx_str_t   id;

    if (PQgetisnull(result, 0, 2)) {
        ngx_str_null(sealed);
        return NGX_OK;
    }

    id.len = PQgetlength(result, 0, 1);
    id.data = (u_char *) PQgetvalue(result, 0, 1);

    if (ngx_http_registration_application_key(ctx->conf, &id,
                                         (u_char *) PQgetvalue(result, 0, 2),
                                         PQgetlength(result, 0, 2), key)
        != REG_OK)
    {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "the key of application %V does not open", &ctx->id);
        return NGX_ERROR;
    }

    content = json_pack("{s:s, s:O*}",
                        "reason", "",
                        "items", json_object_get(ctx->body, "items"));

    if (json_object_get(ctx->body, "reason")) {
        json_object_set(content, "reason",
                        json_object_get(ctx->body, "reason"));
    }

    len = json_dumpb(content, NULL, 0, JSON_COMPACT);
    sealed->len = len + REG_RECORD_OVERHEAD;
    sealed->data = len ? ngx_pnalloc(r->pool, sealed->len) : NULL;

    if (sealed->data) {
        (void) json_dumpb(content, (char *) sealed->data + 24, len,
                          JSON_COMPACT);
        reg_record_seal(key, ngx_http_registration_str(&id), sealed->data,
                        len);
    }

    json_decref(content);
    reg_wipe(key, sizeof(key));

    return sealed->data ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_registration_decision_reply(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx)
{
    json_t                            *current;
    PGresult                          *result;
    ngx_int_t                          rc, outcome;
    const char                        *word;
    ngx_http_registration_decision_t  *decision;

    decision = ctx->data;
    result = ctx->call.result;
    outcome = ngx_http_registration_review_outcome(r, ctx, &rc);

    if (outcome == NGX_DECLINED) {
        return rc;
    }

    word = PQgetvalue(result, 0, 0);
    current = json_pack("{s:s, s:i}",
                        "status", PQgetvalue(result, 0, 1),
                        "version", atoi(PQgetvalue(result, 0, 2)));

    if (outcome == NGX_OK) {
        ngx_http_registration_outbox_wake();
        return ngx_http_registration_reply_json(r, NGX_HTTP_OK, current);
    }

    if (ngx_strcmp(word, "held") == 0) {
        json_object_set_new(current, "claimed_by",
                            decision->claimed_by.len
                            ? json_string((char *) decision->claimed_by.data)
                            : json_null());
        return ngx_http_registration_conflict(r, "held", current);
    }

    return ngx_http_registration_conflict(r,
                        ngx_strcmp(word, "stale") == 0 ? "conflict" : "closed",
                        current);
}
