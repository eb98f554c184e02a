/*
 * Names of places put right by the table of GB/T 2260.
 */

#include "reg_ocr_chain.h"
#include "reg_ocr_places.h"
#include "reg_ocr_streets.h"
#include "reg_ocr_trades.h"
#include "reg_ocr_villages.h"
#include "reg_ocr_words.h"
#include "reg_text.h"


#define REG_OCR_PLACE_MAX  96       /* characters, of an address as well */

/* GB 32100: the division is behind the office and the category. */

#define REG_OCR_PLACE_IN_CODE  2

/* With fewer characters one that differs may be any. */

#define REG_OCR_PLACE_SURE     3

/* What is not in doubt and is another, as the logarithm of how unlikely. */

#define REG_OCR_PLACE_NEAR     5.0f

/*
 * A character that may as likely be another stands for any; of so many
 * characters one may.
 */

#define REG_OCR_PLACE_BLURRED  0.1f
#define REG_OCR_PLACE_FEW      3

/* Characters of a place's name without the last one, at least. */

#define REG_OCR_PLACE_STEM     2

/* Before a province there is nothing: so many characters are a label's. */

#define REG_OCR_PLACE_BEFORE   2

#define REG_OCR_BUREAU  "公安局"
#define REG_OCR_BRANCH  "分局"


typedef struct {
    size_t   n;
    int32_t  c[REG_OCR_PLACE_MAX];
} reg_ocr_place_t;

/* What a name that is not in the table may be. */

typedef struct {
    float        cost;
    const char  *likely;        /* by the characters that are in doubt */
    const char  *likely_code;
    const char  *near;          /* the last that differs by one */
    const char  *near_code;
    size_t       several;
} reg_ocr_place_few_t;


static void reg_ocr_places_address(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *address,
    reg_ocr_result_t *result);
static int reg_ocr_places_cut(const reg_regions_t *regions,
    reg_ocr_field_t *address);
static void reg_ocr_places_below(const reg_regions_t *regions,
    const reg_ocr_field_t *address, reg_ocr_chain_t *chain);
static void reg_ocr_places_own(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *address,
    reg_ocr_result_t *result);
static void reg_ocr_places_name(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *name,
    reg_ocr_result_t *result);
static int reg_ocr_places_call(const reg_regions_t *regions,
    const char *number, reg_ocr_field_t *name);
static int reg_ocr_places_words(const reg_regions_t *regions,
    const char *number, reg_ocr_field_t *name);
static size_t reg_ocr_place_named(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *read);
static size_t reg_ocr_place_ends(const reg_ocr_place_t *read,
    const char *place);
static size_t reg_ocr_place_begins(const reg_ocr_place_t *read,
    const char *place, int whole);
static size_t reg_ocr_place_doubted(const reg_ocr_field_t *field,
    const char *place, const reg_ocr_place_t *read);
static int reg_ocr_place_begun(const reg_regions_t *regions,
    const reg_ocr_place_t *read);
static const char *reg_ocr_place_of(const reg_regions_t *regions,
    const char *number, int digits);
static void reg_ocr_place_put(reg_ocr_result_t *result,
    const reg_ocr_field_t *field, const char *place, size_t len, int vouched);
static int reg_ocr_place_mend(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *right,
    const reg_ocr_place_t *read, size_t *len);
static int reg_ocr_place_blurred(const reg_ocr_field_t *field,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read);
static int reg_ocr_place_other(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *read, size_t len);
static void reg_ocr_places_authority(const reg_regions_t *regions,
    const reg_ocr_field_t *authority, reg_ocr_result_t *result);
static void reg_ocr_place_bureau(reg_ocr_field_t *field);
static const char *reg_ocr_place_nearest(const reg_regions_t *regions,
    const reg_ocr_field_t *field, const reg_ocr_place_t *read,
    const char **of);
static int reg_ocr_place_branch(const reg_regions_t *regions,
    const char *city, const reg_ocr_field_t *field, const char *read,
    char *branch, size_t size);
static void reg_ocr_place_likely(reg_ocr_place_few_t *few,
    const reg_ocr_field_t *field, size_t at, size_t n, const char *text,
    const char *name, const char *code);
static void reg_ocr_place_near(reg_ocr_place_few_t *few, const char *name,
    const char *code);
static const char *reg_ocr_place_meant(const reg_ocr_place_few_t *few,
    const char **code);
static int reg_ocr_place_of_a_city(const reg_ocr_place_t *read, size_t n);
static void reg_ocr_place_parse(const char *text, reg_ocr_place_t *place);
static int reg_ocr_place_stands(const reg_ocr_place_t *read,
    const reg_ocr_place_t *place);
static int reg_ocr_place_distance(const reg_ocr_place_t *a, size_t n,
    const reg_ocr_place_t *b);


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
    reg_ocr_field_t         name;
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

    if (field == NULL) {
        return;
    }

    name = *field;

    if (reg_ocr_places_call(regions, division, &name)) {
        reg_ocr_result_add(result, "name", name.value, name.confidence, 0);
    }

    if (division != NULL) {
        reg_ocr_places_name(regions, division, &name, result);
    }
}


/*
 * What a company is called and does, in characters that are usual there; 1
 * when something was changed.
 */

static int
reg_ocr_places_call(const reg_regions_t *regions, const char *number,
    reg_ocr_field_t *name)
{
    int              changed;
    size_t           from;
    reg_ocr_place_t  read;

    changed = reg_ocr_trades_weigh(name);

    if (number == NULL || name->vouched) {
        return changed;
    }

    changed |= reg_ocr_places_words(regions, number, name);
    reg_ocr_place_parse(name->value, &read);
    from = reg_ocr_place_named(regions, number, &read);

    return (from != 0 && reg_ocr_trades_call(name, from)) | changed;
}


/*
 * The number's division wherever a name has it, before 分公司, too: without
 * its last character, or what makes it autonomous (博尔塔拉蒙古).
 */

static int
reg_ocr_places_words(const reg_regions_t *regions, const char *number,
    reg_ocr_field_t *name)
{
    int               digits, changed;
    char              word[64], *end;
    const char       *place;
    reg_ocr_place_t   parsed;

    for (digits = 6, changed = 0; digits > 2; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        snprintf(word, sizeof(word), "%s", place);
        end = strstr(word, "自治");

        if (end == NULL) {
            end = word + strlen(word) - (sizeof("市") - 1);
        }

        *end = '\0';
        reg_ocr_place_parse(word, &parsed);

        if (parsed.n >= REG_OCR_PLACE_STEM) {
            changed |= reg_ocr_words_weigh(name, 0, word);
        }
    }

    return changed;
}


/*
 * Names begin with that of the division, whole or without its last character
 * (登封 of 登封市).  One that differs by a character is meant to be it; where
 * that leaves little, only if it is in doubt and begins as no other's, or if
 * its characters may be those of the division: which one it is, is a guess.
 */

static void
reg_ocr_places_name(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *name, reg_ocr_result_t *result)
{
    int               digits, doubt;
    char              stem[64];
    size_t            len;
    const char       *place;
    reg_ocr_place_t   read;

    reg_ocr_place_parse(name->value, &read);

    if (reg_ocr_place_named(regions, number, &read) != 0) {
        return;
    }

    doubt = !name->vouched && !reg_ocr_place_begun(regions, &read);

    for (digits = 6; digits > 0; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        snprintf(stem, sizeof(stem), "%.*s",
                 (int) (strlen(place) - sizeof("市") + 1), place);

        len = reg_ocr_place_doubted(name, stem, &read);

        if (len >= REG_OCR_PLACE_STEM) {
            reg_ocr_place_put(result, name, stem, len, 0);
            return;
        }

        len = reg_ocr_place_begins(&read, place, 1);

        if (len >= (doubt ? REG_OCR_PLACE_STEM : REG_OCR_PLACE_SURE)) {
            reg_ocr_place_put(result, name, place, len, 0);
            return;
        }

        len = reg_ocr_place_begins(&read, stem, 0);

        if (len < REG_OCR_PLACE_STEM) {
            len = (digits > 2) ? reg_ocr_place_ends(&read, stem) : 0;
        }

        if (doubt && len != 0) {
            reg_ocr_place_put(result, name, stem, len, 0);
            return;
        }
    }
}


/*
 * How many characters at the beginning are the name of the number's division,
 * or of one that it is part of, whole or without the last character.
 */

static size_t
reg_ocr_place_named(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *read)
{
    int               digits;
    const char       *name;
    reg_ocr_place_t   place;

    for (digits = 6; digits > 0; digits -= 2) {
        name = reg_ocr_place_of(regions, number, digits);

        if (name == NULL) {
            continue;
        }

        reg_ocr_place_parse(name, &place);

        if (reg_ocr_place_stands(read, &place)) {
            return place.n;
        }

        place.n--;

        if (place.n >= REG_OCR_PLACE_STEM
            && reg_ocr_place_stands(read, &place))
        {
            return place.n;
        }
    }

    return 0;
}


/* How many characters are a place's of which the first was lost: 池 of 渑池. */

static size_t
reg_ocr_place_ends(const reg_ocr_place_t *read, const char *place)
{
    reg_ocr_place_t  right;

    reg_ocr_place_parse(place, &right);

    if (right.n < REG_OCR_PLACE_STEM) {
        return 0;
    }

    right.n--;
    memmove(right.c, right.c + 1, right.n * sizeof(int32_t));

    return reg_ocr_place_stands(read, &right) ? right.n : 0;
}


/*
 * How many characters at the beginning stand for a place of which one is
 * another, or of a whole name missing; 0 when none do.
 */

static size_t
reg_ocr_place_begins(const reg_ocr_place_t *read, const char *place,
    int whole)
{
    size_t           len;
    reg_ocr_place_t  right;

    reg_ocr_place_parse(place, &right);

    if (reg_ocr_place_stands(read, &right)) {
        return 0;
    }

    for (len = right.n; len > 1 && len + whole >= right.n; len--) {

        if (len <= read->n
            && (!whole || read->c[len - 1] == right.c[right.n - 1])
            && reg_ocr_place_distance(read, len, &right) == 1)
        {
            return len;
        }
    }

    return 0;
}


/* The place's length, if what differs from it may be its characters; or 0. */

static size_t
reg_ocr_place_doubted(const reg_ocr_field_t *field, const char *place,
    const reg_ocr_place_t *read)
{
    size_t           i, differ;
    reg_ocr_place_t  right;

    reg_ocr_place_parse(place, &right);

    if (read->n < right.n) {
        return 0;
    }

    for (i = 0, differ = 0; i < right.n; i++) {
        if (read->c[i] == right.c[i]) {
            continue;
        }

        if (reg_ocr_chain_doubt(field, i, right.c[i]) == 0) {
            return 0;
        }

        differ++;
    }

    return (differ > 0) ? right.n : 0;
}


/* Whether some division's name, but for its last character, is there. */

static int
reg_ocr_place_begun(const reg_regions_t *regions,
    const reg_ocr_place_t *read)
{
    size_t            i;
    const char       *name, *code;
    reg_ocr_place_t   place;

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {
        reg_ocr_place_parse(name, &place);
        place.n--;

        if (place.n >= REG_OCR_PLACE_STEM && reg_ocr_place_stands(read, &place))
        {
            return 1;
        }
    }

    return 0;
}


/* The division of so many digits; NULL when the table has none. */

static const char *
reg_ocr_place_of(const reg_regions_t *regions, const char *number, int digits)
{
    char  code[7];

    snprintf(code, sizeof(code), "%.*s%.*s", digits, number, 6 - digits,
             "0000");

    return reg_regions_name(regions, code);
}


/* Puts a place instead of the first len characters of a value. */

static void
reg_ocr_place_put(reg_ocr_result_t *result, const reg_ocr_field_t *field,
    const char *place, size_t len, int vouched)
{
    char       value[REG_OCR_VALUE_MAX + 256];
    reg_str_t  rest;

    rest.data = (const unsigned char *) field->value;
    rest.len = strlen(field->value);

    while (len-- > 0) {
        (void) reg_text_next(&rest);
    }

    if (snprintf(value, sizeof(value), "%s%s", place,
                 (const char *) rest.data) < REG_OCR_VALUE_MAX)
    {
        reg_ocr_result_add(result, field->name, value, field->confidence,
                           vouched);
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
    size_t           i, at;
    reg_str_t        rest;
    const char      *name, *code, *from;
    reg_ocr_doubt_t *doubt;

    rest.data = (const unsigned char *) address->value;
    rest.len = strlen(address->value);

    for (at = 1; at <= REG_OCR_PLACE_BEFORE; at++) {
        (void) reg_text_next(&rest);
        from = (const char *) rest.data;

        for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {
            if (strcmp(&code[2], "0000") == 0
                && strncmp(from, name, strlen(name)) == 0)
            {
                memmove(address->value, from, strlen(from) + 1);
                address->vouched = 0;

                for (i = 0; i < address->ndoubts; i++) {
                    doubt = &address->doubts[i];
                    doubt->at -= (doubt->at < at) ? doubt->at : at;
                }

                return 1;
            }
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
    size_t                i, at, len, taken;
    reg_str_t             rest;
    const char           *name, *code;
    reg_ocr_place_t       read;
    reg_ocr_place_few_t   few;

    rest.data = (const unsigned char *) address->value;
    rest.len = strlen(address->value);

    for (at = 0; at < chain->n; at++) {
        (void) reg_text_next(&rest);
    }

    reg_ocr_place_parse((const char *) rest.data, &read);
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


/* "渑池县公安局", or "郑州市公安局金水分局" */

static void
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
            reg_ocr_place_near(&few, name, code);
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


/* One that differs by a character. */

static void
reg_ocr_place_near(reg_ocr_place_few_t *few, const char *name,
    const char *code)
{
    if (few->near == NULL || strcmp(few->near, name) != 0) {
        few->near = name;
        few->near_code = code;
        few->several++;
    }
}


static const char *
reg_ocr_place_meant(const reg_ocr_place_few_t *few, const char **code)
{
    if (few->likely != NULL) {
        *code = few->likely_code;
        return few->likely;
    }

    *code = few->near_code;

    return (few->several == 1) ? few->near : NULL;
}


/* Branches and zones that are named after no division of the table. */

static int
reg_ocr_place_of_a_city(const reg_ocr_place_t *read, size_t n)
{
    size_t           i, at;
    reg_ocr_place_t  name;

    static const char *const  names[] = {
        "高新", "经开", "开发", "新区", "保税", "机场", "铁路", "公交", "水上",
        "风景", "旅游", "工业", "园区", "港区", "示范", NULL
    };

    for (i = 0; names[i] != NULL; i++) {
        reg_ocr_place_parse(names[i], &name);

        for (at = 0; at + name.n <= n; at++) {
            if (memcmp(&read->c[at], name.c, name.n * sizeof(int32_t)) == 0) {
                return 1;
            }
        }
    }

    return 0;
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
            reg_ocr_place_near(&few, name, code);
            hidden |= (place.n > read->n);
        }
    }

    if (itself != NULL) {
        return hidden ? NULL : itself;
    }

    return reg_ocr_place_meant(&few, of);
}


static void
reg_ocr_place_parse(const char *text, reg_ocr_place_t *place)
{
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);

    place->n = reg_ocr_codes_parse(s, place->c, REG_OCR_PLACE_MAX);
}


/* Whether it begins with a place: 津市市, of which 津市 differs by one. */

static int
reg_ocr_place_stands(const reg_ocr_place_t *read, const reg_ocr_place_t *place)
{
    return read->n >= place->n
           && memcmp(read->c, place->c, place->n * sizeof(int32_t)) == 0;
}


/* 0, 1 for one character exchanged, missing or too many, 2 for more. */

static int
reg_ocr_place_distance(const reg_ocr_place_t *a, size_t n,
    const reg_ocr_place_t *b)
{
    size_t  first, last;

    if (n + 1 < b->n || n > b->n + 1) {
        return 2;
    }

    for (first = 0; first < n && first < b->n; first++) {
        if (a->c[first] != b->c[first]) {
            break;
        }
    }

    if (first == n && first == b->n) {
        return 0;
    }

    for (last = 0; last + first < n && last + first < b->n; last++) {
        if (a->c[n - 1 - last] != b->c[b->n - 1 - last]) {
            break;
        }
    }

    return (n - first - last <= 1 && b->n - first - last <= 1) ? 1 : 2;
}
