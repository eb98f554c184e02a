/*
 * The fields of an application: their table, faults, and normalising.
 */

#include "reg_documents.h"
#include "reg_fields.h"
#include "reg_password.h"
#include "reg_text.h"


static size_t reg_fields_rank(const char *name);
static int reg_fields_normalize_member(json_t *values,
    const reg_field_t *field, json_t *value);
static int reg_fields_text_mode(const reg_field_t *field, reg_str_t text);
static void reg_fields_ascii_case(char *text, unsigned flags);
static int reg_fields_type_fits(const reg_field_t *field, const json_t *value);


#define REG_TYPED     (REG_FIELD_SAVED|REG_FIELD_NARROW)
#define REG_PERSONAL  (REG_FIELD_SAVED|REG_FIELD_PERSONAL)

const reg_field_t  reg_fields[] = {

    { "username",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW,
      REG_USERNAME_MAX },

    { "password",
      REG_FIELD_STRING,
      REG_FIELD_VERBATIM|REG_FIELD_PERSONAL,
      REG_PASSWORD_MAX },

    { "residence",
      REG_FIELD_STRING,
      REG_TYPED,
      15 },

    { "applicant_type",
      REG_FIELD_STRING,
      REG_TYPED,
      14 },

    { "document_type",
      REG_FIELD_STRING,
      REG_TYPED,
      34 },

    { "documents",
      REG_FIELD_DOCUMENTS,
      0,
      0 },

    { "name",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NAME|REG_FIELD_PERSON,
      100 },

    { "id_number",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW|REG_FIELD_UPPER,
      18 },

    { "valid_from",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW,
      REG_DATE_LEN },

    { "valid_until",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW|REG_FIELD_OPTIONAL,
      REG_DATE_LEN },

    { "long_term",
      REG_FIELD_BOOLEAN,
      REG_PERSONAL|REG_FIELD_OPTIONAL,
      0 },

    { "region",
      REG_FIELD_STRING,
      REG_TYPED,
      6 },

    { "address",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NAME,
      200 },

    { "postcode",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW,
      6 },

    { "contact_name",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_PERSON,
      50 },

    { "mobile",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW,
      11 },

    { "landline",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW|REG_FIELD_OPTIONAL,
      20 },

    { "email",
      REG_FIELD_STRING,
      REG_PERSONAL|REG_FIELD_NARROW|REG_FIELD_LOWER,
      254 },

    { "email_code",
      REG_FIELD_STRING,
      REG_FIELD_NARROW,
      6 },

    { "industry",
      REG_FIELD_STRING,
      REG_TYPED,
      32 },

    { "office",
      REG_FIELD_STRING,
      REG_TYPED,
      32 },

    { "notice_version",
      REG_FIELD_STRING,
      REG_TYPED,
      32 },

    { NULL, REG_FIELD_STRING, 0, 0 }
};


const reg_field_t *
reg_field_find(const char *name)
{
    const reg_field_t  *field;

    for (field = reg_fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }

    return NULL;
}


void
reg_faults_add(reg_faults_t *faults, const char *name, reg_code_t code)
{
    size_t  i, rank;

    if (faults->n == REG_FAULTS_MAX
        || reg_faults_of(faults, name) != REG_OK)
    {
        return;
    }

    rank = reg_fields_rank(name);

    for (i = faults->n;
         i != 0 && reg_fields_rank(faults->fault[i - 1].field) > rank;
         i--)
    {
        faults->fault[i] = faults->fault[i - 1];
    }

    faults->fault[i].field = name;
    faults->fault[i].code = code;
    faults->n++;
}


reg_code_t
reg_faults_of(const reg_faults_t *faults, const char *name)
{
    size_t  i;

    for (i = 0; i < faults->n; i++) {
        if (strcmp(faults->fault[i].field, name) == 0) {
            return faults->fault[i].code;
        }
    }

    return REG_OK;
}


reg_code_t
reg_fields_normalize(json_t *values, reg_faults_t *faults)
{
    void               *next;
    json_t             *value;
    size_t              unknown;
    const reg_field_t  *field;

    unknown = 0;

    for (next = json_object_iter(values);
         next != NULL;
         next = json_object_iter_next(values, next))
    {
        if (reg_field_find(json_object_iter_key(next)) == NULL
            && unknown++ < REG_FAULTS_MAX_UNKNOWN)
        {
            reg_faults_add(faults, json_object_iter_key(next),
                           REG_UNKNOWN_MEMBER);
        }
    }

    for (field = reg_fields; field->name != NULL; field++) {
        value = json_object_get(values, field->name);
        if (value == NULL) {
            continue;
        }

        if (!reg_fields_type_fits(field, value)) {
            reg_faults_add(faults, field->name, REG_FORMAT);
            (void) json_object_del(values, field->name);
            continue;
        }

        if (json_is_string(value) && !(field->flags & REG_FIELD_VERBATIM)
            && reg_fields_normalize_member(values, field, value) != 0)
        {
            return REG_INTERNAL;
        }
    }

    return REG_OK;
}


/*
 * The place in the form.  Names such as "documents.licence" have that of the
 * part before the dot, members of unknown name the last one.
 */

static size_t
reg_fields_rank(const char *name)
{
    size_t  i, len;

    len = strcspn(name, ".");

    for (i = 0; reg_fields[i].name != NULL; i++) {
        if (strncmp(reg_fields[i].name, name, len) == 0
            && reg_fields[i].name[len] == '\0')
        {
            break;
        }
    }

    return i;
}


static int
reg_fields_normalize_member(json_t *values, const reg_field_t *field,
    json_t *value)
{
    int         rc;
    char       *text;
    size_t      len;
    reg_str_t   typed;

    typed.data = (const unsigned char *) json_string_value(value);
    typed.len = json_string_length(value);

    text = reg_fields_normalize_text(field, typed, &len);
    if (text == NULL) {
        return -1;
    }

    rc = 0;

    if (len != typed.len || memcmp(text, typed.data, len) != 0) {
        rc = json_object_set_new(values, field->name, json_stringn(text, len));
    }

    free(text);

    return rc;
}


char *
reg_fields_normalize_text(const reg_field_t *field, reg_str_t typed,
    size_t *len)
{
    char  *text;

    text = reg_text_normalize(typed, reg_fields_text_mode(field, typed), len);

    if (text != NULL) {
        reg_fields_ascii_case(text, field->flags);
    }

    return text;
}


static int
reg_fields_text_mode(const reg_field_t *field, reg_str_t text)
{
    if (field->flags & REG_FIELD_NARROW) {
        return REG_TEXT_NARROW;
    }

    if ((field->flags & REG_FIELD_NAME)
        && !((field->flags & REG_FIELD_PERSON) && reg_text_is_person(text)))
    {
        return REG_TEXT_NAME;
    }

    return (field->flags & REG_FIELD_PERSON) ? REG_TEXT_PERSON : REG_TEXT_KEEP;
}


static void
reg_fields_ascii_case(char *text, unsigned flags)
{
    for ( /* void */ ; *text != '\0'; text++) {
        if ((flags & REG_FIELD_UPPER) && *text >= 'a' && *text <= 'z') {
            *text -= 'a' - 'A';

        } else if ((flags & REG_FIELD_LOWER) && *text >= 'A' && *text <= 'Z') {
            *text += 'a' - 'A';
        }
    }
}


static int
reg_fields_type_fits(const reg_field_t *field, const json_t *value)
{
    void    *next;
    json_t  *object;

    if (field->type == REG_FIELD_STRING) {
        return json_is_string(value);
    }

    if (field->type == REG_FIELD_BOOLEAN) {
        return json_is_boolean(value);
    }

    if (!json_is_object(value)) {
        return 0;
    }

    object = (json_t *) value;      /* the iterator only reads */

    for (next = json_object_iter(object);
         next != NULL;
         next = json_object_iter_next(object, next))
    {
        if (!json_is_string(json_object_iter_value(next))) {
            return 0;
        }
    }

    return 1;
}
