/*
 * Filling in a result, and its JSON.
 */

#include "reg_ocr_result.h"


/* A character under that may as well not be there. */

#define REG_OCR_LEGIBLE  0.6f

/* What is less likely beside the character that was read is not kept. */

#define REG_OCR_DOUBT    0.01f


static reg_ocr_field_t *reg_ocr_result_put(reg_ocr_result_t *result,
    const char *name, const char *value, float confidence, int vouched);
static void reg_ocr_result_doubts(reg_ocr_field_t *field,
    const reg_ocr_text_t *text);
static void reg_ocr_result_copy(reg_ocr_result_t *result,
    const reg_ocr_field_t *field);
static int reg_ocr_result_surer(const reg_ocr_field_t *a,
    const reg_ocr_field_t *b);
static int reg_ocr_result_more(const reg_ocr_field_t *a,
    const reg_ocr_field_t *b);
static const reg_ocr_field_t *reg_ocr_result_same(
    const reg_ocr_result_t *result, const char *name);
static void reg_ocr_result_remove(reg_ocr_result_t *result,
    const char *name);
static json_t *reg_ocr_result_fields(const reg_ocr_result_t *result);
static json_t *reg_ocr_result_warnings(const reg_ocr_result_t *result);


static const char *const  reg_ocr_kinds[] = {
    "id_card_portrait", "id_card_emblem", "id_card_handheld", "licence",
    "passport_page", NULL
};

static const char *const  reg_ocr_codes[] = {
    "ok", "late", "bad_picture", "failed"
};


reg_ocr_kind_t
reg_ocr_kind_find(reg_str_t name)
{
    unsigned  i;

    for (i = 0; i < REG_OCR_KINDS; i++) {
        if (strlen(reg_ocr_kinds[i]) == name.len
            && memcmp(reg_ocr_kinds[i], name.data, name.len) == 0)
        {
            break;
        }
    }

    return i;
}


const char *
reg_ocr_kind_name(reg_ocr_kind_t kind)
{
    return reg_ocr_kinds[kind];
}


const char *
reg_ocr_code_name(reg_ocr_code_t code)
{
    return reg_ocr_codes[code];
}


void
reg_ocr_result_init(reg_ocr_result_t *result)
{
    memset(result, 0, sizeof(reg_ocr_result_t));

    result->state = REG_OCR_UNREADABLE;
    result->seen = REG_OCR_KINDS;
}


void
reg_ocr_result_add(reg_ocr_result_t *result, const char *name,
    const char *value, float confidence, int vouched)
{
    (void) reg_ocr_result_put(result, name, value, confidence, vouched);
}


/* The field, without doubts; NULL when it is not added. */

static reg_ocr_field_t *
reg_ocr_result_put(reg_ocr_result_t *result, const char *name,
    const char *value, float confidence, int vouched)
{
    size_t            i, len;
    reg_ocr_field_t  *field;

    len = strlen(value);

    if (len == 0 || len >= REG_OCR_VALUE_MAX) {
        return NULL;
    }

    for (i = 0; i < result->nfields; i++) {
        if (strcmp(result->fields[i].name, name) == 0) {
            break;
        }
    }

    if (i == REG_OCR_FIELDS_MAX) {
        return NULL;
    }

    if (i == result->nfields) {
        result->nfields++;
    }

    field = &result->fields[i];

    field->name = name;
    memcpy(field->value, value, len + 1);
    field->confidence = confidence;
    field->vouched = (vouched != 0);
    field->ndoubts = 0;

    return field;
}


void
reg_ocr_result_text(reg_ocr_result_t *result, const char *name,
    const reg_ocr_text_t *text)
{
    char              value[REG_OCR_VALUE_MAX];
    float             confidence;
    reg_ocr_field_t  *field;

    reg_ocr_text_print(text, value, sizeof(value));
    confidence = reg_ocr_text_confidence(text);

    /* nothing is known of a character that was not read */

    if (text->hole && confidence > REG_OCR_HOLE) {
        confidence = REG_OCR_HOLE;
    }

    field = reg_ocr_result_put(result, name, value, confidence,
                               confidence >= REG_OCR_SURE);

    if (field != NULL) {
        reg_ocr_result_doubts(field, text);
    }
}


static void
reg_ocr_result_doubts(reg_ocr_field_t *field, const reg_ocr_text_t *text)
{
    size_t                  i, k;
    reg_ocr_doubt_t        *doubt;
    const reg_ocr_other_t  *other;

    for (i = 0; i < text->n; i++) {
        for (k = 0; k < REG_OCR_OTHERS && text->c[i].others[k].p > 0; k++) {
            other = &text->c[i].others[k];

            if (other->p < REG_OCR_DOUBT * text->c[i].p) {
                break;
            }

            if (field->ndoubts == REG_OCR_DOUBTS_MAX) {
                return;
            }

            doubt = &field->doubts[field->ndoubts++];
            doubt->at = i;
            doubt->code = other->code;
            doubt->p = other->p / text->c[i].p;
        }
    }
}


void
reg_ocr_result_date(reg_ocr_result_t *result, const char *name,
    reg_date_t date, float confidence, int vouched)
{
    char  value[REG_DATE_LEN + 1];

    if (date == REG_DATE_NONE) {
        return;
    }

    reg_date_print(date, value);
    reg_ocr_result_add(result, name, value, confidence, vouched);
}


void
reg_ocr_result_better(reg_ocr_result_t *result, const reg_ocr_result_t *other)
{
    int                     contradicted;
    size_t                  i;
    reg_ocr_field_t         mine;
    const reg_ocr_field_t  *its, *field;

    for (i = 0; i < other->nfields; i++) {
        its = &other->fields[i];
        field = reg_ocr_result_same(result, its->name);

        if (field == NULL) {
            reg_ocr_result_copy(result, its);
            continue;
        }

        mine = *field;
        contradicted = mine.vouched && its->vouched
                       && strcmp(mine.value, its->value) != 0;

        if (reg_ocr_result_surer(its, &mine)) {
            reg_ocr_result_remove(result, mine.name);
            mine = *its;
        }

        mine.vouched = mine.vouched && !contradicted;
        reg_ocr_result_copy(result, &mine);
    }
}


static void
reg_ocr_result_copy(reg_ocr_result_t *result, const reg_ocr_field_t *field)
{
    reg_ocr_field_t  *copy;

    copy = reg_ocr_result_put(result, field->name, field->value,
                              field->confidence, field->vouched);
    if (copy != NULL) {
        *copy = *field;
    }
}


/*
 * Of guesses one that goes on further was not cut, and one that has more
 * characters did not lose any, if these are legible.
 */

static int
reg_ocr_result_surer(const reg_ocr_field_t *a, const reg_ocr_field_t *b)
{
    if (a->vouched != b->vouched) {
        return a->vouched;
    }

    if (reg_ocr_result_more(a, b)) {
        return 1;
    }

    return a->confidence > b->confidence && !reg_ocr_result_more(b, a);
}


static int
reg_ocr_result_more(const reg_ocr_field_t *a, const reg_ocr_field_t *b)
{
    size_t       len;
    const char  *p, *q;

    len = strlen(b->value);

    if (strlen(a->value) <= len) {
        return 0;
    }

    if (!a->vouched && strncmp(a->value, b->value, len) == 0) {
        return 1;
    }

    for (p = a->value, q = b->value; *p != '\0' && *q != '\0'; p++) {
        q += (*p == *q);
    }

    return *q == '\0' && a->confidence >= REG_OCR_LEGIBLE;
}


/* A term without end is what another reading has a date for. */

static const reg_ocr_field_t *
reg_ocr_result_same(const reg_ocr_result_t *result, const char *name)
{
    const reg_ocr_field_t  *field;

    field = reg_ocr_result_field(result, name);

    if (field == NULL && strcmp(name, "valid_until") == 0) {
        field = reg_ocr_result_field(result, "long_term");
    }

    if (field == NULL && strcmp(name, "long_term") == 0) {
        field = reg_ocr_result_field(result, "valid_until");
    }

    return field;
}


static void
reg_ocr_result_remove(reg_ocr_result_t *result, const char *name)
{
    size_t  i, n;

    for (i = 0, n = 0; i < result->nfields; i++) {
        if (strcmp(result->fields[i].name, name) != 0) {
            result->fields[n++] = result->fields[i];
        }
    }

    result->nfields = n;
}


const reg_ocr_field_t *
reg_ocr_result_field(const reg_ocr_result_t *result, const char *name)
{
    size_t  i;

    for (i = 0; i < result->nfields; i++) {
        if (strcmp(result->fields[i].name, name) == 0) {
            return &result->fields[i];
        }
    }

    return NULL;
}


void
reg_ocr_result_warn(reg_ocr_result_t *result, const char *code,
    const char *field)
{
    size_t              i;
    reg_ocr_warning_t  *warning;

    for (i = 0; i < result->nwarnings; i++) {
        warning = &result->warnings[i];

        if (strcmp(warning->code, code) == 0
            && (warning->field == field
                || (warning->field != NULL && field != NULL
                    && strcmp(warning->field, field) == 0)))
        {
            return;
        }
    }

    if (i < REG_OCR_WARNINGS_MAX) {
        result->warnings[i].code = code;
        result->warnings[i].field = field;
        result->nwarnings++;
    }
}


json_t *
reg_ocr_result_json(const reg_ocr_result_t *result)
{
    json_t  *json;

    json = json_object();

    if (json == NULL
        || json_object_set_new(json, "state",
               json_string(result->state == REG_OCR_DONE ? "done"
                                                         : "unreadable")) != 0
        || (result->seen != REG_OCR_KINDS
            && json_object_set_new(json, "seen",
                   json_string(reg_ocr_kind_name(result->seen))) != 0)
        || json_object_set_new(json, "fields",
                               reg_ocr_result_fields(result)) != 0
        || json_object_set_new(json, "warnings",
                               reg_ocr_result_warnings(result)) != 0)
    {
        json_decref(json);
        return NULL;
    }

    return json;
}


static json_t *
reg_ocr_result_fields(const reg_ocr_result_t *result)
{
    size_t                  i;
    json_t                 *fields, *value, *field;
    const reg_ocr_field_t  *f;

    fields = json_object();

    for (i = 0; i < result->nfields; i++) {
        f = &result->fields[i];

        value = (strcmp(f->name, "long_term") == 0) ? json_true()
                                                    : json_string(f->value);

        field = json_pack("{s:o, s:f, s:b}", "value", value, "confidence",
                          (double) (int) (f->confidence * 1000 + 0.5f) / 1000,
                          "vouched", f->vouched);

        if (json_object_set_new(fields, f->name, field) != 0) {
            json_decref(fields);
            return NULL;
        }
    }

    return fields;
}


static json_t *
reg_ocr_result_warnings(const reg_ocr_result_t *result)
{
    size_t                    i;
    json_t                   *warnings, *warning;
    const reg_ocr_warning_t  *w;

    warnings = json_array();

    for (i = 0; i < result->nwarnings; i++) {
        w = &result->warnings[i];

        warning = (w->field == NULL)
                  ? json_pack("{s:s}", "code", w->code)
                  : json_pack("{s:s, s:s}", "code", w->code, "field",
                              w->field);

        if (json_array_append_new(warnings, warning) != 0) {
            json_decref(warnings);
            return NULL;
        }
    }

    return warnings;
}
