/*
 * An engine without models for the tests of all that is around it: what it
 * does with a picture goes by the picture's width.
 *
 *     640  read        601  read after a second     602  never ends
 *     603  dies        604  fails                   605  unreadable
 *     606  the other side       607  a text that is no result
 *
 * The values are those that the environment has (OCR_NAME, OCR_NUMBER, …), so
 * that a test can look for them everywhere else.
 */

#include <turbojpeg.h>
#include <unistd.h>
#include "reg_ocr.h"


#define SCRIPTED_SECOND    601
#define SCRIPTED_HANGS     602
#define SCRIPTED_DIES      603
#define SCRIPTED_FAILS     604
#define SCRIPTED_BLURRED   605
#define SCRIPTED_TURNED    606
#define SCRIPTED_NONSENSE  607


struct reg_ocr_s {
    const char  *values[5];
};


static const char *const  scripted_kinds[] = {
    "id_card_portrait", "id_card_emblem", "id_card_handheld", "licence",
    "passport_page"
};

static const char *const  scripted_fields[] = {
    "name", "id_number", "address", "birth_date", "sex"
};

static const char *const  scripted_variables[] = {
    "OCR_NAME", "OCR_NUMBER", "OCR_ADDRESS", "OCR_BIRTH", "OCR_SEX"
};


reg_ocr_kind_t
reg_ocr_kind_find(reg_str_t name)
{
    size_t  i;

    for (i = 0; i < REG_OCR_KINDS; i++) {
        if (strlen(scripted_kinds[i]) == name.len
            && memcmp(scripted_kinds[i], name.data, name.len) == 0)
        {
            break;
        }
    }

    return (reg_ocr_kind_t) i;
}


const char *
reg_ocr_kind_name(reg_ocr_kind_t kind)
{
    return scripted_kinds[kind];
}


uint64_t
reg_ocr_now(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


/* "Models" that are missing are a file OCR_MODELS that is. */

reg_ocr_t *
reg_ocr_create(const char *models, reg_error_t *error)
{
    size_t      i;
    reg_ocr_t  *ocr;

    if (access(models, R_OK) == -1) {
        reg_error_set(error, "%s: there are no models", models);
        return NULL;
    }

    ocr = calloc(1, sizeof(reg_ocr_t));

    for (i = 0; ocr != NULL && i < 5; i++) {
        ocr->values[i] = getenv(scripted_variables[i]);
    }

    return ocr;
}


void
reg_ocr_destroy(reg_ocr_t *ocr)
{
    free(ocr);
}


/* What it takes is freed, and small. */

void
reg_ocr_trim(size_t keep)
{
    (void) keep;
}


static int
scripted_width(reg_str_t picture)
{
    int       width, height, sampling, space;
    tjhandle  tj;

    width = 0;
    tj = tjInitDecompress();

    if (tjDecompressHeader3(tj, picture.data, picture.len, &width, &height,
                            &sampling, &space)
        != 0)
    {
        width = 0;
    }

    tjDestroy(tj);

    return width;
}


static void
scripted_warn(reg_ocr_result_t *result, const char *code, const char *field)
{
    result->warnings[result->nwarnings].code = code;
    result->warnings[result->nwarnings++].field = field;
}


reg_ocr_code_t
reg_ocr_recognise(reg_ocr_t *ocr, const reg_ocr_request_t *request,
    reg_ocr_result_t *result)
{
    size_t            i;
    struct timespec   second = { 1, 0 };
    reg_ocr_field_t  *field;

    memset(result, 0, sizeof(reg_ocr_result_t));
    result->seen = request->kind;

    switch (scripted_width(request->picture)) {

    case 0:
        return REG_OCR_BAD_PICTURE;

    case SCRIPTED_SECOND:
        nanosleep(&second, NULL);
        break;

    case SCRIPTED_HANGS:
        for ( ;; ) {
            nanosleep(&second, NULL);
        }

    case SCRIPTED_DIES:
        abort();

    case SCRIPTED_FAILS:
        return REG_OCR_FAILED;

    case SCRIPTED_BLURRED:
        result->state = REG_OCR_UNREADABLE;
        result->seen = REG_OCR_KINDS;
        scripted_warn(result, "unreadable", NULL);
        return REG_OCR_OK;

    case SCRIPTED_TURNED:
        result->state = REG_OCR_UNREADABLE;
        result->seen = (request->kind == REG_OCR_EMBLEM) ? REG_OCR_PORTRAIT
                                                         : REG_OCR_EMBLEM;
        scripted_warn(result, "wrong_side", NULL);
        return REG_OCR_OK;

    case SCRIPTED_NONSENSE:
        scripted_warn(result, "no such code", NULL);
        return REG_OCR_OK;
    }

    for (i = 0; i < 5; i++) {
        if (ocr->values[i] == NULL) {
            continue;
        }

        field = &result->fields[result->nfields++];
        field->name = scripted_fields[i];
        field->confidence = 0.96875f;
        field->vouched = (i != 0);
        snprintf(field->value, sizeof(field->value), "%s", ocr->values[i]);
    }

    return REG_OCR_OK;
}


json_t *
reg_ocr_result_json(const reg_ocr_result_t *result)
{
    size_t                    i;
    json_t                   *fields, *warnings, *warning, *json;
    const reg_ocr_field_t    *f;
    const reg_ocr_warning_t  *w;

    fields = json_object();
    warnings = json_array();

    for (i = 0; i < result->nfields; i++) {
        f = &result->fields[i];
        json_object_set_new(fields, f->name,
                            json_pack("{s:s, s:f, s:b}", "value", f->value,
                                      "confidence", (double) f->confidence,
                                      "vouched", (int) f->vouched));
    }

    for (i = 0; i < result->nwarnings; i++) {
        w = &result->warnings[i];
        warning = json_pack("{s:s}", "code", w->code);

        if (w->field != NULL) {
            json_object_set_new(warning, "field", json_string(w->field));
        }

        json_array_append_new(warnings, warning);
    }

    json = json_pack("{s:s, s:o, s:o}", "state",
                     result->state == REG_OCR_DONE ? "done" : "unreadable",
                     "fields", fields, "warnings", warnings);

    if (result->seen != REG_OCR_KINDS) {
        json_object_set_new(json, "seen",
                            json_string(scripted_kinds[result->seen]));
    }

    return json;
}
