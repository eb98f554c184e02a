/*
 * Authorities that issue identity cards: bureaus of divisions, and their
 * branches.
 */

#include "reg_ocr_alike.h"
#include "reg_ocr_chain.h"
#include "reg_ocr_place.h"
#include "reg_text.h"


#define REG_OCR_BUREAU  "公安局"
#define REG_OCR_BRANCH  "分局"
#define REG_OCR_OFFICE  "局"


static void reg_ocr_place_tail(reg_ocr_field_t *field);
static void reg_ocr_place_bureau(reg_ocr_field_t *field);
static int reg_ocr_place_branch(const reg_regions_t *regions, const char *city,
    const reg_ocr_field_t *field, const char *read, char *branch, size_t size);
static const char *reg_ocr_place_nearest(const reg_regions_t *regions,
    const reg_ocr_field_t *field, const reg_ocr_place_t *read,
    const char **of);
static void reg_ocr_place_likely(reg_ocr_place_few_t *few,
    const reg_ocr_field_t *field, size_t at, size_t n, const char *text,
    const char *name, const char *code);
static void reg_ocr_place_off(reg_ocr_place_few_t *few,
    const reg_ocr_place_t *read, const reg_ocr_place_t *place,
    const char *name, const char *code);
static const char *reg_ocr_place_meant(const reg_ocr_place_few_t *few,
    const char **code);


void
reg_ocr_places_authority(const reg_regions_t *regions,
    const reg_ocr_field_t *authority, reg_ocr_result_t *result)
{
    int               vouched;
    char              place[REG_OCR_VALUE_MAX], branch[REG_OCR_VALUE_MAX];
    char              mended[2 * REG_OCR_VALUE_MAX];
    const char       *bureau, *rest, *name, *code;
    reg_ocr_field_t   field;
    reg_ocr_place_t   read;

    field = *authority;
    reg_ocr_place_tail(&field);
    reg_ocr_place_bureau(&field);
    bureau = strstr(field.value, REG_OCR_BUREAU);
    name = NULL;

    if (bureau != NULL) {
        snprintf(place, sizeof(place), "%.*s",
                 (int) (bureau - field.value), field.value);
        reg_ocr_place_parse(place, &read);
        name = reg_ocr_place_nearest(regions, &field, &read, &code);
    }

    if (name == NULL) {
        reg_ocr_result_add(result, "authority", field.value, field.confidence,
                           0);
        return;
    }

    rest = bureau + sizeof(REG_OCR_BUREAU) - 1;
    vouched = (strcmp(name, place) == 0 && field.vouched);

    if (reg_ocr_place_branch(regions, code, &field, rest, branch,
                             sizeof(branch)))
    {
        rest = branch;
        vouched = 0;
    }

    if (snprintf(mended, sizeof(mended), "%s%s%s", name, REG_OCR_BUREAU, rest)
        < REG_OCR_VALUE_MAX)
    {
        reg_ocr_result_add(result, "authority", mended, field.confidence,
                           vouched);
    }
}


/* Behind its last 局 figures of the term below may have been read. */

static void
reg_ocr_place_tail(reg_ocr_field_t *field)
{
    char       *at, *end;
    int32_t     code;
    reg_str_t   rest;

    end = NULL;

    for (at = field->value; (at = strstr(at, REG_OCR_OFFICE)) != NULL; ) {
        at += sizeof(REG_OCR_OFFICE) - 1;
        end = at;
    }

    if (end == NULL || *end == '\0') {
        return;
    }

    rest.data = (unsigned char *) end;
    rest.len = strlen(end);

    while ((code = reg_text_next(&rest)) != -1) {
        if (reg_text_is_han(code)) {
            return;
        }
    }

    *end = '\0';
    field->vouched = 0;
}


/* One of the three characters of 公安局 may be another. */

static void
reg_ocr_place_bureau(reg_ocr_field_t *field)
{
    char                  value[REG_OCR_VALUE_MAX];
    size_t                i, same;
    reg_str_t             s;
    const unsigned char  *begin[4];

    if (strstr(field->value, REG_OCR_BUREAU) != NULL) {
        return;
    }

    s.data = (const unsigned char *) field->value;
    s.len = strlen(field->value);

    begin[0] = s.data;

    for (i = 1; i < 4; i++) {
        (void) reg_text_next(&s);
        begin[i] = s.data;
    }

    while (begin[3] != begin[2]) {

        for (i = 0, same = 0; i < 3; i++) {
            same += (strncmp((const char *) begin[i], &REG_OCR_BUREAU[3 * i],
                             3) == 0);
        }

        if (same == 2) {
            snprintf(value, sizeof(value), "%.*s%s%s",
                     (int) ((const char *) begin[0] - field->value),
                     field->value, REG_OCR_BUREAU, (const char *) begin[3]);
            snprintf(field->value, sizeof(field->value), "%s", value);
            field->vouched = 0;
            return;
        }

        memmove(&begin[0], &begin[1], 3 * sizeof(begin[0]));
        (void) reg_text_next(&s);
        begin[3] = s.data;
    }
}


/*
 * "金水分局": of the city's divisions the one that characters in doubt may be,
 * or the only one of which one character differs.  0 when it is one, or none
 * of them.
 */

static int
reg_ocr_place_branch(const reg_regions_t *regions, const char *city,
    const reg_ocr_field_t *field, const char *read, char *branch, size_t size)
{
    int                  distance;
    char                 text[REG_OCR_VALUE_MAX], stem[64];
    size_t               i, digits;
    const char          *end, *name, *code;
    reg_ocr_place_t      is, before, place;
    reg_ocr_place_few_t  few;

    end = strstr(read, REG_OCR_BRANCH);

    if (end == NULL) {
        return 0;
    }

    snprintf(text, sizeof(text), "%.*s", (int) (read - field->value),
             field->value);
    reg_ocr_place_parse(text, &before);
    snprintf(text, sizeof(text), "%.*s", (int) (end - read), read);
    reg_ocr_place_parse(text, &is);
    digits = (strcmp(&city[2], "0000") == 0) ? 2 : 4;
    memset(&few, 0, sizeof(few));

    if (reg_ocr_place_of_a_city(&is, is.n)) {
        return 0;
    }

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {

        if (strncmp(code, city, digits) != 0 || strcmp(code, city) == 0) {
            continue;
        }

        reg_ocr_place_parse(name, &place);

        if (place.n < REG_OCR_PLACE_SURE) {
            continue;
        }

        place.n--;                      /* without "区" or "县" */
        distance = reg_ocr_place_distance(&is, is.n, &place);

        if (distance == 0) {
            return 0;
        }

        snprintf(stem, sizeof(stem), "%.*s",
                 (int) (strlen(name) - sizeof("区") + 1), name);
        reg_ocr_place_likely(&few, field, before.n, is.n, stem, name, code);

        if (distance == 1) {
            reg_ocr_place_off(&few, &is, &place, name, code);
        }
    }

    name = reg_ocr_place_meant(&few, &code);

    if (name == NULL) {
        return 0;
    }

    snprintf(branch, size, "%.*s%s",
             (int) (strlen(name) - sizeof("区") + 1), name, REG_OCR_BRANCH);

    return 1;
}


/*
 * The name itself, or what it is meant to be, and its code; none when it may
 * be one of which a character was not read: 岚县, or 岢岚县.
 */

static const char *
reg_ocr_place_nearest(const reg_regions_t *regions,
    const reg_ocr_field_t *field, const reg_ocr_place_t *read,
    const char **of)
{
    int                  distance, hidden;
    size_t               i;
    const char          *name, *code, *itself;
    reg_ocr_place_t      place;
    reg_ocr_place_few_t  few;

    itself = NULL;
    hidden = 0;
    memset(&few, 0, sizeof(few));

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {
        reg_ocr_place_parse(name, &place);
        distance = reg_ocr_place_distance(read, read->n, &place);
        reg_ocr_place_likely(&few, field, 0, read->n, name, name, code);

        if (distance == 0) {
            itself = name;
            *of = code;

        } else if (distance == 1 && read->n >= 2
                   && (read->n >= REG_OCR_PLACE_SURE
                       || place.c[place.n - 1] == read->c[read->n - 1]))
        {
            reg_ocr_place_off(&few, read, &place, name, code);
            hidden |= (place.n > read->n);
        }
    }

    if (itself != NULL) {
        return hidden ? NULL : itself;
    }

    return reg_ocr_place_meant(&few, of);
}


/* A name that characters in doubt may be, if none before is likelier. */

static void
reg_ocr_place_likely(reg_ocr_place_few_t *few, const reg_ocr_field_t *field,
    size_t at, size_t n, const char *text, const char *name,
    const char *code)
{
    float   cost;
    size_t  next;

    cost = reg_ocr_chain_fits(field, at, text, &next);

    if (cost != REG_OCR_CHAIN_NONE && next == at + n
        && (few->likely == NULL || cost < few->cost))
    {
        few->cost = cost;
        few->likely = name;
        few->likely_code = code;
    }
}


/*
 * One that differs by a character, which may be what the right one always is
 * read as: 唯县 of 睢县.
 */

static void
reg_ocr_place_off(reg_ocr_place_few_t *few, const reg_ocr_place_t *read,
    const reg_ocr_place_t *place, const char *name, const char *code)
{
    float            p;
    size_t           i;
    reg_ocr_other_t  other;

    reg_ocr_place_near(few, name, code);

    for (i = 0; i < read->n && read->n == place->n; i++) {

        other.code = read->c[i];
        other.p = 1;

        if (read->c[i] != place->c[i]
            && reg_ocr_alike(reg_ocr_alike_divisions, &other, 1, &p)
               == place->c[i])
        {
            few->alike = name;
            few->alike_code = code;
        }
    }
}


static const char *
reg_ocr_place_meant(const reg_ocr_place_few_t *few, const char **code)
{
    if (few->likely != NULL) {
        *code = few->likely_code;
        return few->likely;
    }

    if (few->alike != NULL) {
        *code = few->alike_code;
        return few->alike;
    }

    *code = few->near_code;

    return (few->several == 1) ? few->near : NULL;
}
