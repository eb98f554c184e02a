/*
 * Names of places put right by the table of GB/T 2260: what begins addresses,
 * of cards and licences.
 */

#include "reg_ocr_chain.h"
#include "reg_ocr_place.h"
#include "reg_ocr_streets.h"
#include "reg_ocr_villages.h"
#include "reg_ocr_words.h"
#include "reg_text.h"


/* GB 32100: the division is behind the office and the category. */

#define REG_OCR_PLACE_IN_CODE  2

/* What is not in doubt and is another, as the logarithm of how unlikely. */

#define REG_OCR_PLACE_NEAR     5.0f

/*
 * A character that may as likely be another stands for any; of so many
 * characters one may.
 */

#define REG_OCR_PLACE_BLURRED  0.1f
#define REG_OCR_PLACE_FEW      3

/*
 * Before a province there is nothing: so many characters are a label's.  Of a
 * name so long one may be another.
 */

#define REG_OCR_PLACE_BEFORE   3
#define REG_OCR_PLACE_LONG     5


static void reg_ocr_places_address(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *address,
    reg_ocr_result_t *result);
static int reg_ocr_places_cut(const reg_regions_t *regions,
    reg_ocr_field_t *address);
static int reg_ocr_places_province(const reg_regions_t *regions,
    const char *text);
static void reg_ocr_places_below(const reg_regions_t *regions,
    const reg_ocr_field_t *address, reg_ocr_chain_t *chain);
static void reg_ocr_places_own(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *address,
    reg_ocr_result_t *result);
static int reg_ocr_place_mend(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read, size_t *len);
static int reg_ocr_place_blurred(const reg_ocr_field_t *field,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read);
static int reg_ocr_place_other(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *read, size_t len);


void
reg_ocr_places(const reg_regions_t *regions, reg_ocr_result_t *result)
{
    const reg_ocr_field_t  *number, *field;

    if (regions == NULL) {
        return;
    }

    number = reg_ocr_result_field(result, "id_number");
    field = reg_ocr_result_field(result, "address");

    if (field != NULL) {
        reg_ocr_places_address(regions,
                               (number != NULL && number->vouched)
                               ? number->value : NULL, field, result);
    }

    field = reg_ocr_result_field(result, "authority");

    if (field != NULL) {
        reg_ocr_places_authority(regions, field, result);
    }
}


void
reg_ocr_places_seat(const reg_regions_t *regions, reg_ocr_result_t *result)
{
    const char             *division;
    const reg_ocr_field_t  *number, *field;

    number = reg_ocr_result_field(result, "id_number");
    division = NULL;

    if (regions != NULL && number != NULL && number->vouched) {
        division = number->value + REG_OCR_PLACE_IN_CODE;
    }

    field = reg_ocr_result_field(result, "address");

    if (field != NULL && division != NULL) {
        reg_ocr_places_address(regions, division, field, result);
    }

    field = reg_ocr_result_field(result, "name");

    if (field != NULL) {
        reg_ocr_places_company(regions, division, field, result);
    }
}


/*
 * By the characters that are in doubt; else by the number, of which a county
 * may stand behind its city, or directly behind its province.
 */

static void
reg_ocr_places_address(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *address, reg_ocr_result_t *result)
{
    int              own, changed;
    reg_ocr_field_t  field;
    reg_ocr_chain_t  chain;

    field = *address;
    changed = reg_ocr_places_cut(regions, &field);
    reg_ocr_chain_find(regions, &field, number, &chain);

    changed |= reg_ocr_villages_weigh(regions, chain.n, &field);

    if (!field.vouched) {
        changed |= reg_ocr_streets_weigh(regions, chain.n, &field);
    }

    if (changed) {
        field.vouched = 0;
        reg_ocr_result_add(result, field.name, field.value, field.confidence,
                           0);
    }

    if (!field.vouched && strcmp(&chain.code[4], "00") == 0
        && strcmp(&chain.code[2], "0000") != 0)
    {
        reg_ocr_places_below(regions, &field, &chain);
    }

    if (chain.n != 0 && chain.cost > 0) {
        own = (number != NULL && strncmp(chain.code, number, 6) == 0);
        reg_ocr_place_put(result, &field, chain.names, chain.n,
                          field.vouched && own);

    } else if (number != NULL) {
        reg_ocr_places_own(regions, number, &field, result);
    }
}


/* Takes away what was read before a province; 1 when there was something. */

static int
reg_ocr_places_cut(const reg_regions_t *regions, reg_ocr_field_t *address)
{
    size_t      i, at;
    reg_str_t   rest;

    rest.data = (const unsigned char *) address->value;
    rest.len = strlen(address->value);

    if (reg_ocr_places_province(regions, address->value)) {
        return 0;
    }

    for (at = 1; at <= REG_OCR_PLACE_BEFORE; at++) {
        (void) reg_text_next(&rest);

        if (!reg_ocr_places_province(regions, (const char *) rest.data)) {
            continue;
        }

        memmove(address->value, rest.data, rest.len + 1);
        address->vouched = 0;

        /* those of what was there are at no place of the value any more */

        for (i = 0; i < address->ndoubts; i++) {
            address->doubts[i].at -= at;
        }

        return 1;
    }

    return 0;
}


/* Whether a text begins with a province, of which a character may be off. */

static int
reg_ocr_places_province(const reg_regions_t *regions, const char *text)
{
    size_t            i;
    const char       *name, *code;
    reg_ocr_place_t   read, right;

    reg_ocr_place_parse(text, &read);

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {

        if (strcmp(&code[2], "0000") != 0) {
            continue;
        }

        reg_ocr_place_parse(name, &right);

        if (reg_ocr_place_stands(&read, &right)
            || (right.n >= REG_OCR_PLACE_LONG && read.n >= right.n
                && reg_ocr_place_distance(&read, right.n, &right) == 1))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Behind a city what differs by a character from the name of one of its
 * divisions alone, 浙川县 of 南阳市, is that: added to the chain.
 */

static void
reg_ocr_places_below(const reg_regions_t *regions,
    const reg_ocr_field_t *address, reg_ocr_chain_t *chain)
{
    size_t                i, len, taken;
    const char           *name, *code;
    reg_ocr_place_t       read;
    reg_ocr_place_few_t   few;

    reg_ocr_place_parse((const char *) reg_ocr_words_skip(address, chain->n),
                        &read);
    memset(&few, 0, sizeof(few));
    taken = 0;

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {

        if (strncmp(code, chain->code, 4) != 0
            || strncmp(code, chain->code, 6) == 0
            || strlen(name) < REG_OCR_PLACE_SURE * (sizeof("县") - 1))
        {
            continue;
        }

        len = reg_ocr_place_begins(&read, name, 1);

        if (len != 0) {
            reg_ocr_place_near(&few, name, code);
            taken = len;
        }
    }

    if (few.several == 1 && !reg_ocr_place_of_a_city(&read, taken)) {
        len = strlen(chain->names);
        snprintf(&chain->names[len], sizeof(chain->names) - len, "%s",
                 few.near);
        chain->n += taken;
        chain->cost += REG_OCR_PLACE_NEAR;
    }
}


static void
reg_ocr_places_own(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *address, reg_ocr_result_t *result)
{
    int               i;
    char              names[3][64], begins[256];
    size_t            k, len;
    const char       *name;
    reg_ocr_place_t   read, right;

    for (i = 0; i < 3; i++) {
        name = reg_ocr_place_of(regions, number, 2 * i + 2);
        snprintf(names[i], sizeof(names[i]), "%s", name ? name : "");
    }

    reg_ocr_place_parse(address->value, &read);

    for (k = 0; k < 2 && names[2][0] != '\0'; k++) {
        snprintf(begins, sizeof(begins), "%s%s%s", names[0],
                 k == 0 ? names[1] : "", names[2]);
        reg_ocr_place_parse(begins, &right);

        if (reg_ocr_place_mend(regions, number, &right, &read, &len)) {
            reg_ocr_place_put(result, address, begins, len, address->vouched);
            return;
        }

        if (reg_ocr_place_blurred(address, &right, &read)
            && !reg_ocr_place_other(regions, number, &read, right.n))
        {
            reg_ocr_place_put(result, address, begins, right.n, 0);
            return;
        }
    }
}


/* Whether the first *len characters stand for the right ones. */

static int
reg_ocr_place_mend(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read, size_t *len)
{
    if (reg_ocr_place_stands(read, right)) {
        return 0;
    }

    for (*len = right->n - 1; *len <= right->n + 1; (*len)++) {

        if (*len >= 2 && *len <= read->n
            && read->c[*len - 1] == right->c[right->n - 1]
            && reg_ocr_place_distance(read, *len, right) == 1)
        {
            return !reg_ocr_place_other(regions, number, read, *len);
        }
    }

    return 0;
}


/* Whether all of the first characters that differ are in doubt, few of many. */

static int
reg_ocr_place_blurred(const reg_ocr_field_t *field,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read)
{
    size_t  i, k, differ;

    if (read->n < right->n) {
        return 0;
    }

    for (i = 0, differ = 0; i < right->n; i++) {

        if (read->c[i] == right->c[i]) {
            continue;
        }

        for (k = 0; k < field->ndoubts; k++) {
            if (field->doubts[k].at == i
                && field->doubts[k].p > REG_OCR_PLACE_BLURRED)
            {
                break;
            }
        }

        if (k == field->ndoubts) {
            return 0;
        }

        differ++;
    }

    return differ > 0 && differ * REG_OCR_PLACE_FEW <= right->n;
}


/* Whether the first characters end with another division of the province. */

static int
reg_ocr_place_other(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *read, size_t len)
{
    size_t            i;
    const char       *name, *code;
    reg_ocr_place_t   place;

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {

        if (strncmp(code, number, 2) != 0 || strncmp(code, number, 6) == 0) {
            continue;
        }

        reg_ocr_place_parse(name, &place);

        if (place.n <= len
            && memcmp(&read->c[len - place.n], place.c,
                      place.n * sizeof(int32_t)) == 0)
        {
            return 1;
        }
    }

    return 0;
}
