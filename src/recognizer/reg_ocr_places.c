/*
 * Names of places put right by the table of GB/T 2260.
 */

#include "reg_ocr_places.h"
#include "reg_text.h"


#define REG_OCR_PLACE_MAX  96       /* characters, of an address as well */

/* GB 32100: the division is behind the office and the category. */

#define REG_OCR_PLACE_IN_CODE  2

/* With fewer characters one that differs may be any. */

#define REG_OCR_PLACE_SURE     3

/* Characters of a place's name without the last one, at least. */

#define REG_OCR_PLACE_STEM     2

#define REG_OCR_BUREAU  "公安局"
#define REG_OCR_BRANCH  "分局"


typedef struct {
    size_t   n;
    int32_t  c[REG_OCR_PLACE_MAX];
} reg_ocr_place_t;


static void reg_ocr_places_address(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *address,
    reg_ocr_result_t *result);
static void reg_ocr_places_name(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *name,
    reg_ocr_result_t *result);
static size_t reg_ocr_place_begins(const reg_ocr_place_t *read,
    const char *place, int whole);
static int reg_ocr_place_begun(const reg_regions_t *regions,
    const reg_ocr_place_t *read);
static const char *reg_ocr_place_of(const reg_regions_t *regions,
    const char *number, int digits);
static void reg_ocr_place_put(reg_ocr_result_t *result,
    const reg_ocr_field_t *field, const char *place, size_t len, int vouched);
static int reg_ocr_place_mend(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *right,
    const reg_ocr_place_t *read, size_t *len);
static int reg_ocr_place_other(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *read, size_t len);
static void reg_ocr_places_authority(const reg_regions_t *regions,
    const reg_ocr_field_t *authority, reg_ocr_result_t *result);
static const char *reg_ocr_place_nearest(const reg_regions_t *regions,
    const reg_ocr_place_t *read, const char **of);
static int reg_ocr_place_branch(const reg_regions_t *regions,
    const char *city, const char *read, char *branch, size_t size);
static int reg_ocr_place_of_a_city(const char *branch);
static void reg_ocr_place_parse(const char *text, reg_ocr_place_t *place);
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

    if (number != NULL && number->vouched && field != NULL) {
        reg_ocr_places_address(regions, number->value, field, result);
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

    if (regions == NULL || number == NULL || !number->vouched) {
        return;
    }

    division = number->value + REG_OCR_PLACE_IN_CODE;
    field = reg_ocr_result_field(result, "address");

    if (field != NULL) {
        reg_ocr_places_address(regions, division, field, result);
    }

    field = reg_ocr_result_field(result, "name");

    if (field != NULL) {
        reg_ocr_places_name(regions, division, field, result);
    }
}


/*
 * Names begin with that of the division, whole or without its last character
 * (登封 of 登封市).  One that differs by a character is meant to be it; where
 * that leaves little, only if it is in doubt and begins as no other's: which
 * one it is, is a guess.
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
    doubt = !name->vouched && !reg_ocr_place_begun(regions, &read);

    for (digits = 6; digits > 0; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        len = reg_ocr_place_begins(&read, place, 1);

        if (len >= (doubt ? REG_OCR_PLACE_STEM : REG_OCR_PLACE_SURE)) {
            reg_ocr_place_put(result, name, place, len, 0);
            return;
        }

        snprintf(stem, sizeof(stem), "%.*s",
                 (int) (strlen(place) - sizeof("市") + 1), place);
        len = reg_ocr_place_begins(&read, stem, 0);

        if (doubt && len >= REG_OCR_PLACE_STEM) {
            reg_ocr_place_put(result, name, stem, len, 0);
            return;
        }
    }
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

        if (place.n > REG_OCR_PLACE_STEM && place.n - 1 <= read->n
            && memcmp(read->c, place.c, (place.n - 1) * sizeof(int32_t)) == 0)
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


/* A county may stand behind its city, or directly behind its province. */

static void
reg_ocr_places_address(const reg_regions_t *regions, const char *number,
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

        if (!reg_ocr_place_mend(regions, number, &right, &read, &len)) {
            continue;
        }

        reg_ocr_place_put(result, address, begins, len, address->vouched);
        return;
    }
}


/* Whether the first *len characters stand for the right ones. */

static int
reg_ocr_place_mend(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *right, const reg_ocr_place_t *read, size_t *len)
{
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
    char              place[REG_OCR_VALUE_MAX], value[REG_OCR_VALUE_MAX];
    char              branch[REG_OCR_VALUE_MAX], mended[2 * REG_OCR_VALUE_MAX];
    const char       *bureau, *rest, *name, *code;
    reg_ocr_place_t   read;

    snprintf(value, sizeof(value), "%s", authority->value);
    bureau = strstr(value, REG_OCR_BUREAU);
    name = NULL;

    if (bureau != NULL) {
        snprintf(place, sizeof(place), "%.*s", (int) (bureau - value), value);
        reg_ocr_place_parse(place, &read);
        name = reg_ocr_place_nearest(regions, &read, &code);
    }

    if (name == NULL) {
        reg_ocr_result_add(result, "authority", value, authority->confidence,
                           0);
        return;
    }

    rest = bureau + sizeof(REG_OCR_BUREAU) - 1;
    vouched = (strcmp(name, place) == 0 && authority->vouched);

    if (reg_ocr_place_branch(regions, code, rest, branch, sizeof(branch))) {
        rest = branch;
        vouched = 0;
    }

    if (snprintf(mended, sizeof(mended), "%s%s%s", name, REG_OCR_BUREAU, rest)
        < REG_OCR_VALUE_MAX)
    {
        reg_ocr_result_add(result, "authority", mended,
                           authority->confidence, vouched);
    }
}


/*
 * "金水分局": of the city's divisions the only one of which one character
 * differs.  0 when it is one, or none of them.
 */

static int
reg_ocr_place_branch(const reg_regions_t *regions, const char *city,
    const char *read, char *branch, size_t size)
{
    int               distance;
    char              text[REG_OCR_VALUE_MAX];
    size_t            i, several, digits;
    const char       *end, *name, *code, *nearest;
    reg_ocr_place_t   is, place;

    end = strstr(read, REG_OCR_BRANCH);
    nearest = NULL;
    several = 0;

    if (end == NULL) {
        return 0;
    }

    snprintf(text, sizeof(text), "%.*s", (int) (end - read), read);
    reg_ocr_place_parse(text, &is);
    digits = (strcmp(&city[2], "0000") == 0) ? 2 : 4;

    if (reg_ocr_place_of_a_city(text)) {
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

        if (distance == 1) {
            nearest = name;
            several++;
        }
    }

    if (several != 1) {
        return 0;
    }

    snprintf(branch, size, "%.*s%s",
             (int) (strlen(nearest) - sizeof("区") + 1), nearest,
             REG_OCR_BRANCH);

    return 1;
}


/* Branches that are named after no division of the table. */

static int
reg_ocr_place_of_a_city(const char *branch)
{
    size_t  i;

    static const char *const  names[] = {
        "高新", "经开", "开发", "新区", "保税", "机场", "铁路", "公交", "水上",
        "风景", "旅游", "工业", "园区", "港区", "示范", NULL
    };

    for (i = 0; names[i] != NULL; i++) {
        if (strstr(branch, names[i]) != NULL) {
            return 1;
        }
    }

    return 0;
}


/*
 * The name itself, or the only one of which one character differs, and its
 * code; none when it may be one of which a character was not read: 岚县, or 岢岚县.
 */

static const char *
reg_ocr_place_nearest(const reg_regions_t *regions,
    const reg_ocr_place_t *read, const char **of)
{
    int               distance, hidden;
    size_t            i, several;
    const char       *name, *code, *itself, *nearest, *codes[2];
    reg_ocr_place_t   place;

    itself = nearest = NULL;
    codes[0] = codes[1] = NULL;
    several = 0;
    hidden = 0;

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {
        reg_ocr_place_parse(name, &place);
        distance = reg_ocr_place_distance(read, read->n, &place);

        if (distance == 0) {
            itself = name;
            codes[0] = code;

        } else if (distance == 1 && read->n >= 2
                   && (read->n >= REG_OCR_PLACE_SURE
                       || place.c[place.n - 1] == read->c[read->n - 1])
                   && (nearest == NULL || strcmp(nearest, name) != 0))
        {
            nearest = name;
            codes[1] = code;
            several++;
            hidden |= (place.n > read->n);
        }
    }

    *of = (itself != NULL) ? codes[0] : codes[1];

    if (itself != NULL) {
        return hidden ? NULL : itself;
    }

    return (several == 1) ? nearest : NULL;
}


static void
reg_ocr_place_parse(const char *text, reg_ocr_place_t *place)
{
    int32_t    code;
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);
    place->n = 0;

    while (place->n < REG_OCR_PLACE_MAX && (code = reg_text_next(&s)) != -1) {
        place->c[place->n++] = code;
    }
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
