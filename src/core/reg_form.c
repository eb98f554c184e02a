/*
 * The form file: texts, document types, industries, cities and offices.
 */

#include "reg_documents.h"
#include "reg_fields.h"
#include "reg_form_check.h"
#include "reg_jpeg.h"
#include "reg_json.h"
#include "reg_password.h"


#define REG_FORM_BYTES  (1024 * 1024)


struct reg_form_s {
    json_t  *root;
    json_t  *industries;            /* sets of ids */
    json_t  *offices;
    char    *json;                  /* for applicants */
    size_t   len;
    char    *review_json;           /* for reviewers */
    size_t   review_len;
};


static reg_code_t reg_form_render(reg_form_t *form, size_t max_bytes);
static json_t *reg_form_render_types(const json_t *root);
static json_t *reg_form_render_kinds(const reg_document_type_t *type,
    size_t first, size_t last);
static json_t *reg_form_render_fields(void);
static json_t *reg_form_render_limits(size_t max_bytes);


static const char *const  reg_form_shown[] = {
    "title", "province", "notice", "applicant_types", "kinds", "industries",
    "cities", "labels", "hints", "mail_hints", "messages", NULL
};

static const char *const  reg_form_english[REG_CODES] = {
    [REG_OK] = "OK",
    [REG_REQUIRED] = "This is needed",
    [REG_FORMAT] = "This does not have the right form",
    [REG_TOO_LONG] = "This is too long",
    [REG_TOO_SHORT] = "This is too short",
    [REG_CHECKSUM] = "The check digit is wrong: please look for a slip",
    [REG_DATE] = "This is no possible date",
    [REG_EXPIRED] = "This has expired",
    [REG_MISMATCH] = "This does not agree with the other values",
    [REG_TAKEN] = "This is taken",
    [REG_UNKNOWN] = "This is not known",
    [REG_NOT_JPEG] = "This is not a JPEG picture",
    [REG_TRUNCATED] = "The picture is damaged or incomplete",
    [REG_TOO_LARGE] = "This is too large",
    [REG_TOO_SMALL] = "This is too small",
    [REG_TOO_MANY_PIXELS] = "The picture has too many pixels",
    [REG_DUPLICATE_DOCUMENT] = "The same picture is used twice",
    [REG_CODE_WRONG] = "The code is wrong",
    [REG_CODE_EXPIRED] = "The code has expired",
    [REG_TOO_MANY_ATTEMPTS] = "There were too many attempts",
    [REG_TOO_MANY_UPLOADS] = "There were too many uploads for one draft",
    [REG_WEAK_PASSWORD] = "The password is easy to guess",
    [REG_UNKNOWN_MEMBER] = "There is no such field",
    [REG_NOT_APPLICABLE] = "This application has no such value",
    [REG_NOT_OPEN] = "This is not open for correction",
    [REG_BAD_MULTIPART] = "The form data cannot be read",
    [REG_LIMIT] = "A limit was passed",
    [REG_NOT_FOUND] = "There is nothing here",
    [REG_DAMAGED] = "Stored data is damaged",
    [REG_INTERNAL] = "The server has failed"
};


reg_form_t *
reg_form_load(const char *path, const reg_regions_t *regions,
    size_t max_bytes, reg_error_t *error)
{
    char              *text;
    json_t            *root;
    reg_code_t         rc;
    reg_form_t        *form;
    reg_form_check_t   check;

    root = reg_json_load(path, REG_FORM_BYTES, &text, error);
    if (root == NULL) {
        return NULL;
    }

    form = calloc(1, sizeof(reg_form_t));
    if (form == NULL) {
        reg_error_set(error, "%s: out of memory", path);
        json_decref(root);
        free(text);
        return NULL;
    }

    form->root = root;
    form->industries = json_object();
    form->offices = json_object();

    check = (reg_form_check_t) {
        path, text, root, regions, form->industries, form->offices, error
    };

    rc = reg_form_check(&check);

    free(text);

    if (rc == REG_OK) {
        rc = reg_form_render(form, max_bytes);
        if (rc != REG_OK) {
            reg_error_set(error, "%s: out of memory", path);
        }
    }

    if (rc != REG_OK) {
        reg_form_free(form);
        return NULL;
    }

    return form;
}


void
reg_form_free(reg_form_t *form)
{
    if (form == NULL) {
        return;
    }

    json_decref(form->root);
    json_decref(form->industries);
    json_decref(form->offices);
    free(form->json);
    free(form->review_json);
    free(form);
}


const char *
reg_form_json(const reg_form_t *form, size_t *len)
{
    *len = form->len;

    return form->json;
}


const char *
reg_form_review_json(const reg_form_t *form, size_t *len)
{
    *len = form->review_len;

    return form->review_json;
}


int
reg_form_has_industry(const reg_form_t *form, const char *id)
{
    return json_object_get(form->industries, id) != NULL;
}


int
reg_form_has_office(const reg_form_t *form, const char *id)
{
    return json_object_get(form->offices, id) != NULL;
}


const char *
reg_form_province(const reg_form_t *form)
{
    return json_string_value(json_object_get(form->root, "province"));
}


const char *
reg_form_notice_version(const reg_form_t *form)
{
    json_t  *notice;

    notice = json_object_get(form->root, "notice");

    return json_string_value(json_object_get(notice, "version"));
}


const char *
reg_form_title(const reg_form_t *form, reg_language_t language)
{
    return json_string_value(json_object_get(json_object_get(form->root,
                                                             "title"),
                                           reg_form_languages[language]));
}


const char *
reg_form_label(const reg_form_t *form, const char *field,
    reg_language_t language)
{
    size_t       i;
    json_t      *kinds, *item, *label;
    const char  *text, *kind;

    label = json_object_get(json_object_get(form->root, "labels"), field);

    if (strncmp(field, "documents.", sizeof("documents.") - 1) == 0) {
        kind = field + sizeof("documents.") - 1;
        kinds = json_object_get(form->root, "kinds");

        json_array_foreach(kinds, i, item) {
            text = json_string_value(json_object_get(item, "id"));

            if (strcmp(text, kind) == 0) {
                label = json_object_get(item, "name");
            }
        }
    }

    text = json_string_value(json_object_get(label,
                                             reg_form_languages[language]));

    return (text != NULL) ? text : field;
}


const char *
reg_form_message(const reg_form_t *form, const char *word,
    reg_language_t language)
{
    size_t       i;
    json_t      *messages, *message;
    const char  *text;

    messages = json_object_get(form->root, "messages");
    message = json_object_get(messages, word);
    text = json_string_value(json_object_get(message,
                                             reg_form_languages[language]));
    if (text != NULL) {
        return text;
    }

    for (i = 0; reg_form_words[i].word != NULL; i++) {
        if (strcmp(reg_form_words[i].word, word) == 0) {
            return reg_form_words[i].english;
        }
    }

    for (i = 0; i < REG_CODES; i++) {
        if (strcmp(reg_code_name((reg_code_t) i), word) == 0) {
            return reg_form_english[i];
        }
    }

    return "The request has failed";
}


/* jansson passes a NULL on as a failure, so that the last call tells all. */

static reg_code_t
reg_form_render(reg_form_t *form, size_t max_bytes)
{
    int      rc;
    size_t   i;
    json_t  *root, *shown;

    root = form->root;
    shown = json_object();
    rc = 0;

    for (i = 0; reg_form_shown[i] != NULL; i++) {
        rc |= json_object_set(shown, reg_form_shown[i],
                              json_object_get(root, reg_form_shown[i]));
    }

    rc |= json_object_set_new(shown, "document_types",
                              reg_form_render_types(root));
    rc |= json_object_set_new(shown, "fields", reg_form_render_fields());
    rc |= json_object_set_new(shown, "limits",
                              reg_form_render_limits(max_bytes));

    form->json = json_dumps(shown, JSON_COMPACT);

    rc |= json_object_set(shown, "reasons", json_object_get(root, "reasons"));

    form->review_json = json_dumps(shown, JSON_COMPACT);

    json_decref(shown);

    if (rc != 0 || form->json == NULL || form->review_json == NULL) {
        return REG_INTERNAL;
    }

    form->len = strlen(form->json);
    form->review_len = strlen(form->review_json);

    return REG_OK;
}


/* In the file's order, with what the rules say of each. */

static json_t *
reg_form_render_types(const json_t *root)
{
    int                         rc;
    size_t                      i;
    json_t                     *list, *item, *types;
    const reg_document_type_t  *type;

    list = json_object_get(root, "document_types");
    types = json_array();
    rc = 0;

    for (i = 0; i < json_array_size(list); i++) {
        item = json_copy(json_array_get(list, i));
        type = reg_document_type_find(
                           json_string_value(json_object_get(item, "id")));
        if (type == NULL) {
            json_decref(item);
            json_decref(types);
            return NULL;
        }

        rc |= json_object_set_new(item, "applicant_type",
                                  json_string(type->applicant_type));
        rc |= json_object_set_new(item, "required",
                                  reg_form_render_kinds(type, 0,
                                                        type->required));
        rc |= json_object_set_new(item, "optional",
                                  reg_form_render_kinds(type, type->required,
                                                        REG_KINDS_MAX));
        rc |= json_object_set_new(item, "long_term",
                                  json_boolean(type->endless));

        rc |= json_array_append_new(types, item);
    }

    if (rc != 0) {
        json_decref(types);
        return NULL;
    }

    return types;
}


static json_t *
reg_form_render_kinds(const reg_document_type_t *type, size_t first,
    size_t last)
{
    size_t   i;
    json_t  *kinds;

    kinds = json_array();

    for (i = first; i < last && type->kinds[i] != NULL; i++) {
        if (json_array_append_new(kinds, json_string(type->kinds[i])) != 0) {
            json_decref(kinds);
            return NULL;
        }
    }

    return kinds;
}


static json_t *
reg_form_render_fields(void)
{
    int                 rc;
    json_t             *fields, *item;
    const reg_field_t  *field;

    fields = json_object();

    for (field = reg_fields; field->name != NULL; field++) {
        item = json_pack("{s:b}", "optional",
                         (field->flags & REG_FIELD_OPTIONAL) != 0);
        rc = 0;

        if (field->max != 0) {
            rc = json_object_set_new(item, "max",
                                     json_integer((json_int_t) field->max));
        }

        rc |= json_object_set_new(fields, field->name, item);

        if (rc != 0) {
            json_decref(fields);
            return NULL;
        }
    }

    return fields;
}


static json_t *
reg_form_render_limits(size_t max_bytes)
{
    const reg_jpeg_limits_t  *jpeg;

    jpeg = &reg_jpeg_limits;

    return json_pack("{s:I, s:i, s:i, s:I, s:I, s:[s], s:i, s:i}",
                     "max_bytes", (json_int_t) max_bytes,
                     "min_side", (int) jpeg->min_side,
                     "max_side", (int) jpeg->max_side,
                     "max_pixels", (json_int_t) jpeg->max_pixels,
                     "max_pixels_progressive",
                     (json_int_t) jpeg->max_pixels_progressive,
                     "accept", "image/jpeg",
                     "username_min", REG_USERNAME_MIN,
                     "password_min", REG_PASSWORD_MIN);
}
