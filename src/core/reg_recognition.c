/*
 * The recogniser's protocol: heads of messages, and results that are believed
 * only as far as they have the right form.
 */

#include "reg_date.h"
#include "reg_fields.h"
#include "reg_recognition.h"
#include "reg_text.h"


#define REG_RECOGNITION_VALUE_MAX     640       /* bytes */
#define REG_RECOGNITION_FIELDS_MAX    16
#define REG_RECOGNITION_WARNINGS_MAX  32


/* Forms of a field's value. */

typedef enum {
    REG_RECOGNITION_STRING,
    REG_RECOGNITION_DATE,
    REG_RECOGNITION_SEX,
    REG_RECOGNITION_TRUE
} reg_recognition_form_t;

typedef struct {
    const char              *name;
    reg_recognition_form_t   form;
} reg_recognition_field_t;


static void reg_recognition_put(unsigned char *out, uint32_t n);
static uint32_t reg_recognition_get(const unsigned char *in);
static int reg_recognition_known_members(const json_t *object,
    const char *const *names);
static int reg_recognition_fields_valid(const json_t *fields);
static int reg_recognition_field_valid(const reg_recognition_field_t *known,
    const json_t *field);
static int reg_recognition_value_valid(reg_recognition_form_t form,
    const json_t *value);
static const reg_recognition_field_t *reg_recognition_field(const char *name);
static int reg_recognition_warnings_valid(const json_t *warnings);


static const char *const  reg_recognition_kind_names[] = {
    "id_card_portrait", "id_card_emblem", "id_card_handheld", "licence",
    "passport_page"
};

static const char *const  reg_recognition_status_names[] = {
    "ok", "busy", "late", "bad_picture", "failed"
};

static const reg_recognition_field_t  reg_recognition_fields[] = {
    { "name", REG_RECOGNITION_STRING },
    { "sex", REG_RECOGNITION_SEX },
    { "ethnicity", REG_RECOGNITION_STRING },
    { "nationality", REG_RECOGNITION_STRING },
    { "birth_date", REG_RECOGNITION_DATE },
    { "address", REG_RECOGNITION_STRING },
    { "id_number", REG_RECOGNITION_STRING },
    { "authority", REG_RECOGNITION_STRING },
    { "valid_from", REG_RECOGNITION_DATE },
    { "valid_until", REG_RECOGNITION_DATE },
    { "long_term", REG_RECOGNITION_TRUE },
    { "type", REG_RECOGNITION_STRING },
    { "legal_person", REG_RECOGNITION_STRING },
    { "established", REG_RECOGNITION_DATE },
    { NULL, REG_RECOGNITION_STRING }
};

const reg_recognition_warning_t  reg_recognition_warnings[] = {
    { "unreadable", "picture_unreadable" },
    { "too_small", "picture_too_small" },
    { "glare", "picture_glare" },
    { "wrong_kind", "picture_wrong_kind" },
    { "wrong_side", "picture_wrong_side" },
    { "swapped", "picture_swapped" },
    { "cropped", "picture_cropped" },
    { "expired", "picture_expired" },
    { "not_yet_valid", "picture_not_yet_valid" },
    { "checksum", "picture_checksum" },
    { "mismatch", "picture_mismatch" },
    { "no_card", "picture_no_card" },
    { "number_illegible", "picture_number_illegible" },
    { "screen", "picture_screen" },
    { "incomplete", "picture_incomplete" },
    { "short_of_time", "picture_short_of_time" },
    { NULL, NULL }
};


reg_recognition_kind_t
reg_recognition_kind(reg_str_t name)
{
    size_t       i;
    const char  *known;

    for (i = 0; i < REG_RECOGNITION_KINDS; i++) {
        known = reg_recognition_kind_names[i];

        if (name.len == strlen(known)
            && memcmp(name.data, known, name.len) == 0)
        {
            break;
        }
    }

    return (reg_recognition_kind_t) i;
}


const char *
reg_recognition_kind_name(reg_recognition_kind_t kind)
{
    return (kind < REG_RECOGNITION_KINDS) ? reg_recognition_kind_names[kind]
                                          : "unknown";
}


const char *
reg_recognition_status_name(reg_recognition_status_t status)
{
    return (status < REG_RECOGNITION_STATUSES)
           ? reg_recognition_status_names[status] : "unknown";
}


void
reg_recognition_write_request(const reg_recognition_request_t *request,
    unsigned char out[REG_RECOGNITION_REQUEST])
{
    reg_recognition_put(out, (uint32_t) request->len);

    out[4] = REG_RECOGNITION_VERSION;
    out[5] = (unsigned char) request->kind;
    out[6] = 0;
    out[7] = 0;

    reg_recognition_put(out + 8, request->msec);
}


void
reg_recognition_write_answer(const reg_recognition_answer_t *answer,
    unsigned char out[REG_RECOGNITION_ANSWER])
{
    reg_recognition_put(out, (uint32_t) answer->len);

    out[4] = REG_RECOGNITION_VERSION;
    out[5] = (unsigned char) answer->status;
    out[6] = 0;
    out[7] = 0;
}


reg_code_t
reg_recognition_read_request(const unsigned char in[REG_RECOGNITION_REQUEST],
    reg_recognition_request_t *request)
{
    request->len = reg_recognition_get(in);
    request->kind = (reg_recognition_kind_t) in[5];
    request->msec = reg_recognition_get(in + 8);

    if (in[4] != REG_RECOGNITION_VERSION
        || in[5] >= REG_RECOGNITION_KINDS
        || in[6] != 0 || in[7] != 0
        || request->len == 0
        || request->len > REG_RECOGNITION_PICTURE_MAX
        || request->msec > REG_RECOGNITION_MSEC_MAX)
    {
        return REG_FORMAT;
    }

    return REG_OK;
}


reg_code_t
reg_recognition_read_answer(const unsigned char in[REG_RECOGNITION_ANSWER],
    reg_recognition_answer_t *answer)
{
    answer->len = reg_recognition_get(in);
    answer->status = (reg_recognition_status_t) in[5];

    if (in[4] != REG_RECOGNITION_VERSION
        || in[5] >= REG_RECOGNITION_STATUSES
        || in[6] != 0 || in[7] != 0
        || answer->len > REG_RECOGNITION_TEXT_MAX
        || (answer->len > 0) != (answer->status == REG_RECOGNITION_OK))
    {
        return REG_FORMAT;
    }

    return REG_OK;
}


static void
reg_recognition_put(unsigned char *out, uint32_t n)
{
    out[0] = (unsigned char) (n >> 24);
    out[1] = (unsigned char) (n >> 16);
    out[2] = (unsigned char) (n >> 8);
    out[3] = (unsigned char) n;
}


static uint32_t
reg_recognition_get(const unsigned char *in)
{
    return (uint32_t) in[0] << 24 | (uint32_t) in[1] << 16
           | (uint32_t) in[2] << 8 | in[3];
}


json_t *
reg_recognition_parse(const char *text, size_t len)
{
    json_t       *result;
    reg_str_t     seen;
    const char   *state;

    static const char *const  members[] = {
        "state", "seen", "fields", "warnings", NULL
    };

    if (len > REG_RECOGNITION_TEXT_MAX) {
        return NULL;
    }

    result = reg_json_parse(text, len);
    if (result == NULL) {
        return NULL;
    }

    state = json_string_value(json_object_get(result, "state"));

    seen.data = (const unsigned char *)
                json_string_value(json_object_get(result, "seen"));
    seen.len = json_string_length(json_object_get(result, "seen"));

    if (state == NULL
        || (strcmp(state, "done") != 0 && strcmp(state, "unreadable") != 0)
        || (json_object_get(result, "seen") != NULL
            && (seen.data == NULL
                || reg_recognition_kind(seen) == REG_RECOGNITION_KINDS))
        || !reg_recognition_known_members(result, members)
        || !reg_recognition_fields_valid(json_object_get(result, "fields"))
        || !reg_recognition_warnings_valid(json_object_get(result,
                                                           "warnings")))
    {
        json_decref(result);
        return NULL;
    }

    return result;
}


/* jansson's iterators take no const object, and change none. */

static int
reg_recognition_known_members(const json_t *object, const char *const *names)
{
    size_t  i, n;

    for (i = 0, n = 0; names[i] != NULL; i++) {
        n += (json_object_get(object, names[i]) != NULL);
    }

    return n == json_object_size(object);
}


static int
reg_recognition_fields_valid(const json_t *fields)
{
    size_t         i, n;
    const json_t  *field;

    if (!json_is_object(fields)
        || json_object_size(fields) > REG_RECOGNITION_FIELDS_MAX)
    {
        return 0;
    }

    for (i = 0, n = 0; reg_recognition_fields[i].name != NULL; i++) {
        field = json_object_get(fields, reg_recognition_fields[i].name);

        if (field == NULL) {
            continue;
        }

        if (!reg_recognition_field_valid(&reg_recognition_fields[i], field)) {
            return 0;
        }

        n++;
    }

    return n == json_object_size(fields);
}


static int
reg_recognition_field_valid(const reg_recognition_field_t *known,
    const json_t *field)
{
    double         confidence;
    const json_t  *number;

    static const char *const  members[] = {
        "value", "confidence", "vouched", NULL
    };

    number = json_object_get(field, "confidence");
    confidence = json_number_value(number);

    return json_is_object(field)
           && reg_recognition_known_members(field, members)
           && json_is_number(number)
           && confidence >= 0 && confidence <= 1
           && json_is_boolean(json_object_get(field, "vouched"))
           && reg_recognition_value_valid(known->form,
                                          json_object_get(field, "value"));
}


static int
reg_recognition_value_valid(reg_recognition_form_t form, const json_t *value)
{
    reg_str_t  text;

    if (form == REG_RECOGNITION_TRUE) {
        return json_is_true(value);
    }

    text.data = (const unsigned char *) json_string_value(value);
    text.len = json_string_length(value);

    if (text.data == NULL || text.len == 0
        || text.len > REG_RECOGNITION_VALUE_MAX
        || !reg_text_valid(text) || reg_text_has_control(text))
    {
        return 0;
    }

    switch (form) {

    case REG_RECOGNITION_DATE:
        return reg_date_parse(text) != REG_DATE_NONE;

    case REG_RECOGNITION_SEX:
        return text.len == 1 && (text.data[0] == 'M' || text.data[0] == 'F');

    default:
        return 1;
    }
}


static const reg_recognition_field_t *
reg_recognition_field(const char *name)
{
    const reg_recognition_field_t  *field;

    for (field = reg_recognition_fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }

    return NULL;
}


static int
reg_recognition_warnings_valid(const json_t *warnings)
{
    size_t         i;
    const char    *code, *field;
    const json_t  *warning;

    static const char *const  members[] = { "code", "field", NULL };

    if (!json_is_array(warnings)
        || json_array_size(warnings) > REG_RECOGNITION_WARNINGS_MAX)
    {
        return 0;
    }

    for (i = 0; i < json_array_size(warnings); i++) {
        warning = json_array_get(warnings, i);
        code = json_string_value(json_object_get(warning, "code"));
        field = json_string_value(json_object_get(warning, "field"));

        if (!json_is_object(warning)
            || !reg_recognition_known_members(warning, members)
            || code == NULL || reg_recognition_message(code) == NULL
            || (json_object_get(warning, "field") != NULL
                && (field == NULL || reg_recognition_field(field) == NULL)))
        {
            return 0;
        }
    }

    return 1;
}


const char *
reg_recognition_message(const char *code)
{
    const reg_recognition_warning_t  *warning;

    for (warning = reg_recognition_warnings; warning->code; warning++) {
        if (strcmp(warning->code, code) == 0) {
            return warning->message;
        }
    }

    return NULL;
}
