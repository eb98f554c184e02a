
/*
 * What of an application is open for correction, and whether it is right when
 * it has been corrected.
 */


#include <ngx_http_registration_correction.h>


static ngx_int_t ngx_http_registration_correction_settle(
    ngx_http_registration_ctx_t *ctx, json_t *before, reg_faults_t *now,
    ngx_http_registration_correction_t *correction);
static json_t *ngx_http_registration_correction_before(
    ngx_http_registration_correction_t *correction);
static ngx_int_t ngx_http_registration_correction_merge(json_t *body,
    json_t *before, ngx_http_registration_correction_t *correction);
static ngx_int_t ngx_http_registration_correction_term(json_t *body,
    ngx_http_registration_correction_t *correction);
static ngx_int_t ngx_http_registration_correction_pictures(json_t *body,
    json_t *before, ngx_http_registration_correction_t *correction);
static ngx_int_t ngx_http_registration_correction_open_more(json_t *before,
    reg_faults_t *old, reg_faults_t *now,
    ngx_http_registration_correction_t *correction);
static int ngx_http_registration_correction_open_together(json_t *open);
static ngx_int_t ngx_http_registration_correction_open_type(
    ngx_http_registration_correction_t *correction);
static void ngx_http_registration_correction_closed(json_t *body,
    ngx_http_registration_correction_t *correction);
static ngx_uint_t ngx_http_registration_correction_changed(json_t *before,
    json_t *merged, const char *name);


/* What stands on a document, and so changes with its type. */

static const char  *ngx_http_registration_of_document[] = {
    "name", "id_number", "valid_from", "valid_until", "long_term", NULL
};

static const struct {
    const char  *open;
    const char  *with;
} ngx_http_registration_together[] = {
    { "valid_until", "long_term" },
    { "long_term", "valid_until" },
    { "region", "residence" },
    { "document_type", "applicant_type" },
    { NULL, NULL }
};


ngx_int_t
ngx_http_registration_correction_judge(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction)
{
    size_t         i;
    json_t        *before;
    ngx_int_t      rc;
    reg_code_t     code;
    reg_fault_t   *fault;
    reg_faults_t   now;

    before = ngx_http_registration_correction_before(correction);
    if (before == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_http_registration_correction_settle(ctx, before, &now,
                                                 correction);
    if (rc == NGX_OK) {
        correction->new_email = ngx_http_registration_correction_changed(
                                        before, correction->merged, "email");
    }

    json_decref(before);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_http_registration_correction_closed(ctx->body, correction);

    for (i = 0; i < now.n; i++) {
        fault = &now.fault[i];

        if (json_object_get(correction->open, fault->field)) {
            reg_faults_add(&correction->faults, fault->field, fault->code);
        }
    }

    code = reg_faults_of(&now, "email_code");

    if (correction->new_email && code != REG_OK) {
        reg_faults_add(&correction->faults, "email_code", code);
    }

    return NGX_OK;
}


/* What is opened may change what is wrong, and that what is opened. */

static ngx_int_t
ngx_http_registration_correction_settle(ngx_http_registration_ctx_t *ctx,
    json_t *before, reg_faults_t *now,
    ngx_http_registration_correction_t *correction)
{
    size_t        open;
    reg_rules_t   rules;
    reg_faults_t  old;

    rules.form = ctx->conf->form;
    rules.regions = ctx->conf->regions;
    rules.today = reg_date_in_china(ngx_time());

    old.n = 0;
    reg_fields_judge(&rules, before, 1, &old);

    do {
        open = json_object_size(correction->open);
        now->n = 0;

        if (ngx_http_registration_correction_merge(ctx->body, before,
                                                   correction)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        reg_fields_judge(&rules, correction->merged, 1, now);

        if (ngx_http_registration_correction_open_more(before, &old, now,
                                                       correction)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } while (json_object_size(correction->open) > open);

    return NGX_OK;
}


/* As the application would have been submitted. */

static json_t *
ngx_http_registration_correction_before(
    ngx_http_registration_correction_t *correction)
{
    size_t   i;
    json_t  *before, *documents, *row;

    before = json_copy(correction->values);
    documents = json_object();

    json_array_foreach(correction->documents, i, row) {
        (void) json_object_set(documents,
                          json_string_value(json_object_get(row, "kind")),
                          json_object_get(row, "id"));
    }

    if (json_object_set_new(before, "documents", documents) != 0) {
        json_decref(before);
        return NULL;
    }

    return before;
}


static ngx_int_t
ngx_http_registration_correction_merge(json_t *body, json_t *before,
    ngx_http_registration_correction_t *correction)
{
    json_t      *value;
    const char  *name, *opened;

    json_decref(correction->merged);
    correction->merged = json_copy(before);

    json_object_foreach(body, name, value) {

        if (ngx_strcmp(name, "documents") == 0) {
            continue;
        }

        opened = (ngx_strcmp(name, "email_code") == 0) ? "email" : name;

        if (json_object_get(correction->open, opened)
            && json_object_set(correction->merged, name, value) != 0)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_http_registration_correction_term(body, correction) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_registration_correction_pictures(body, before, correction);
}


/* A term ends, or it does not: whichever is given takes the other's place. */

static ngx_int_t
ngx_http_registration_correction_term(json_t *body,
    ngx_http_registration_correction_t *correction)
{
    json_t  *merged, *until, *long_term;

    merged = correction->merged;

    if (json_object_get(correction->open, "valid_until") == NULL) {
        return NGX_OK;
    }

    until = json_object_get(body, "valid_until");
    long_term = json_object_get(body, "long_term");

    if (json_is_true(long_term) && until == NULL) {
        json_object_del(merged, "valid_until");

    } else if (json_string_length(until) && long_term == NULL) {
        json_object_del(merged, "long_term");
    }

    return NGX_OK;
}


/*
 * A picture that the body names as it is, is not new.  Those of a document of
 * another type do not show the new one.
 */

static ngx_int_t
ngx_http_registration_correction_pictures(json_t *body, json_t *before,
    ngx_http_registration_correction_t *correction)
{
    json_t      *given, *id, *old, *documents;
    const char  *kind, *field;

    json_decref(correction->pictures);
    correction->pictures = json_object();

    old = json_object_get(before, "documents");
    given = json_object_get(body, "documents");

    json_object_foreach(given, kind, id) {
        field = reg_document_kind_field(kind);

        if (field == NULL
            || json_object_get(correction->open, field) == NULL
            || json_equal(id, json_object_get(old, kind)))
        {
            continue;
        }

        if (json_object_set(correction->pictures, kind, id) != 0) {
            return NGX_ERROR;
        }
    }

    if (ngx_http_registration_correction_changed(before, correction->merged,
                                                 "document_type"))
    {
        documents = json_copy(correction->pictures);

    } else {
        documents = json_copy(old);
        (void) json_object_update(documents, correction->pictures);
    }

    return json_object_set_new(correction->merged, "documents", documents)
           == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_http_registration_correction_open_more(json_t *before, reg_faults_t *old,
    reg_faults_t *now, ngx_http_registration_correction_t *correction)
{
    int            rc;
    size_t         i;
    json_t        *open;
    reg_fault_t   *fault;

    rc = 0;
    open = correction->open;

    for (i = 0; i < now->n; i++) {
        fault = &now->fault[i];

        if (ngx_strcmp(fault->field, "email_code") != 0
            && reg_faults_of(old, fault->field) != fault->code)
        {
            rc |= json_object_set_new(open, fault->field, json_true());
        }
    }

    rc |= ngx_http_registration_correction_open_together(open);

    if (ngx_http_registration_correction_changed(before, correction->merged,
                                                 "applicant_type"))
    {
        rc |= json_object_set_new(open, "document_type", json_true());
    }

    if (rc == 0
        && ngx_http_registration_correction_changed(before,
                                                    correction->merged,
                                                    "document_type"))
    {
        return ngx_http_registration_correction_open_type(correction);
    }

    return rc == 0 ? NGX_OK : NGX_ERROR;
}


/*
 * Of a pair that must agree, the one that was returned may be right only when
 * the other changes, too.
 */

static int
ngx_http_registration_correction_open_together(json_t *open)
{
    int         rc;
    ngx_uint_t  i;

    rc = 0;

    for (i = 0; ngx_http_registration_together[i].open; i++) {

        if (json_object_get(open, ngx_http_registration_together[i].open)) {
            rc |= json_object_set_new(open,
                                      ngx_http_registration_together[i].with,
                                      json_true());
        }
    }

    return rc;
}


static ngx_int_t
ngx_http_registration_correction_open_type(
    ngx_http_registration_correction_t *correction)
{
    int                         rc;
    ngx_str_t                   value;
    ngx_uint_t                  i;
    const char                 *name;
    const reg_document_type_t  *type;

    rc = 0;

    for (i = 0; ngx_http_registration_of_document[i]; i++) {
        name = ngx_http_registration_of_document[i];
        rc |= json_object_set_new(correction->open, name, json_true());
    }

    ngx_http_registration_value(correction->merged, "document_type", &value);
    type = reg_document_type_find((char *) value.data);

    for (i = 0; type && type->kinds[i]; i++) {
        name = reg_document_kind_field(type->kinds[i]);
        rc |= json_object_set_new(correction->open, name, json_true());
    }

    return rc == 0 ? NGX_OK : NGX_ERROR;
}


/* Even an equal value says that somebody took the field for open. */

static void
ngx_http_registration_correction_closed(json_t *body,
    ngx_http_registration_correction_t *correction)
{
    json_t             *value, *documents;
    const char         *name, *kind, *field;
    const reg_field_t  *known;

    documents = json_object_get(body, "documents");

    json_object_foreach(documents, kind, value) {
        field = ngx_http_registration_document_field(kind);

        if (json_object_get(correction->open, field) == NULL) {
            reg_faults_add(&correction->faults, field, REG_NOT_OPEN);
        }
    }

    json_object_foreach(body, name, value) {
        known = reg_field_find(name);

        if (known == NULL || value == documents) {
            continue;
        }

        field = (ngx_strcmp(name, "email_code") == 0) ? "email" : name;

        if (json_object_get(correction->open, field) == NULL) {
            reg_faults_add(&correction->faults, known->name, REG_NOT_OPEN);
        }
    }
}


static ngx_uint_t
ngx_http_registration_correction_changed(json_t *before, json_t *merged,
    const char *name)
{
    return !json_equal(json_object_get(before, name),
                       json_object_get(merged, name));
}
