/*
 * Names of companies: the division that they begin with, and what they are
 * called behind it.
 */

#include "reg_ocr_chain.h"
#include "reg_ocr_place.h"
#include "reg_ocr_trades.h"
#include "reg_ocr_words.h"
#include "reg_text.h"


#define REG_OCR_COMPANY_BRANCH  "分公司"


static int reg_ocr_company_weigh(const reg_regions_t *regions,
    const char *number, reg_ocr_field_t *name);
static int reg_ocr_company_words(const reg_regions_t *regions,
    const char *number, reg_ocr_field_t *name);
static int reg_ocr_company_branch(const reg_regions_t *regions,
    const char *number, reg_ocr_field_t *name);
static int reg_ocr_company_near(const reg_regions_t *regions,
    reg_ocr_field_t *name, size_t end, const char *place);
static void reg_ocr_company_begin(const reg_regions_t *regions,
    const char *number, const reg_ocr_field_t *name, reg_ocr_result_t *result);
static size_t reg_ocr_company_meant(const reg_ocr_field_t *name,
    const reg_ocr_place_t *read, const char *place, int doubt, char *begins,
    size_t size);
static size_t reg_ocr_company_named(const reg_regions_t *regions,
    const char *number, const reg_ocr_place_t *read);
static size_t reg_ocr_company_stands(const reg_ocr_place_t *read,
    const char *name);
static size_t reg_ocr_company_ends(const reg_ocr_place_t *read,
    const char *place);
static size_t reg_ocr_company_doubted(const reg_ocr_field_t *field,
    const char *place, const reg_ocr_place_t *read);
static int reg_ocr_company_begun(const reg_regions_t *regions,
    const reg_ocr_place_t *read);


void
reg_ocr_places_company(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *field, reg_ocr_result_t *result)
{
    reg_ocr_field_t  name;

    name = *field;

    if (reg_ocr_company_weigh(regions, number, &name)) {
        reg_ocr_result_add(result, "name", name.value, name.confidence, 0);
    }

    if (number != NULL) {
        reg_ocr_company_begin(regions, number, &name, result);
    }
}


/*
 * What a company is called and does, in characters that are usual there; 1
 * when something was changed.
 */

static int
reg_ocr_company_weigh(const reg_regions_t *regions, const char *number,
    reg_ocr_field_t *name)
{
    int              changed;
    size_t           from;
    reg_ocr_place_t  read;

    changed = reg_ocr_trades_weigh(name);

    if (number == NULL) {
        return changed;
    }

    if (!name->vouched) {
        changed |= reg_ocr_company_words(regions, number, name);
    }

    changed |= reg_ocr_company_branch(regions, number, name);

    reg_ocr_place_parse(name->value, &read);
    from = reg_ocr_company_named(regions, number, &read);

    return (from != 0 && reg_ocr_trades_call(name, from)) | changed;
}


/* The number's division wherever a name has it, before 分公司, too. */

static int
reg_ocr_company_words(const reg_regions_t *regions, const char *number,
    reg_ocr_field_t *name)
{
    int               digits, changed;
    char              stem[64];
    const char       *place;
    reg_ocr_place_t   parsed;

    for (digits = 6, changed = 0; digits > 2; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        reg_ocr_place_parse(place, &parsed);

        if (parsed.n > REG_OCR_PLACE_STEM) {
            changed |= reg_ocr_words_weigh(name, 0, place);
        }

        reg_ocr_place_stem(place, stem, sizeof(stem));
        reg_ocr_place_parse(stem, &parsed);

        if (parsed.n >= REG_OCR_PLACE_STEM) {
            changed |= reg_ocr_words_weigh(name, 0, stem);
        }
    }

    return changed;
}


/*
 * A branch is called after the place where it is, in whole or without its last
 * character: one of these may have been read as another, and surely.  Of the
 * short ones, only a province's may.
 */

static int
reg_ocr_company_branch(const reg_regions_t *regions, const char *number,
    reg_ocr_field_t *name)
{
    int          digits;
    char         stem[64];
    size_t       end;
    reg_str_t    head;
    const char  *place, *branch;

    branch = strstr(name->value, REG_OCR_COMPANY_BRANCH);

    if (branch == NULL) {
        return 0;
    }

    head.data = (const unsigned char *) name->value;
    head.len = branch - name->value;
    end = reg_text_length(head);

    for (digits = 6; digits > 0; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        reg_ocr_place_stem(place, stem, sizeof(stem));

        if (reg_ocr_company_near(regions, name, end, place)
            || ((digits == 2 || strlen(stem) >= sizeof("平顶山") - 1)
                && reg_ocr_company_near(regions, name, end, stem)))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * Puts a place where a name has, before one of its characters, what differs
 * from it by one, or has one too many; a short one's may be another place's.
 */

static int
reg_ocr_company_near(const reg_regions_t *regions, reg_ocr_field_t *name,
    size_t end, const char *place)
{
    size_t           n;
    reg_ocr_place_t  all, read, right;

    reg_ocr_place_parse(name->value, &all);
    reg_ocr_place_parse(place, &right);

    if (right.n < REG_OCR_PLACE_STEM || right.n >= end
        || memcmp(&all.c[end - right.n], right.c, right.n * sizeof(int32_t))
           == 0)
    {
        return 0;
    }

    for (n = right.n + 1; n >= right.n; n--) {
        read.n = n;
        memcpy(read.c, &all.c[end - n], n * sizeof(int32_t));

        if (reg_ocr_place_distance(&read, n, &right) == 1
            && (n > REG_OCR_PLACE_SURE
                || !reg_ocr_company_begun(regions, &read)))
        {
            reg_ocr_words_put(name, end - n, n, place);
            return 1;
        }
    }

    return 0;
}


/*
 * Names begin with that of the division, whole or without its last character
 * (登封 of 登封市).  One that differs by a character is meant to be it; where
 * that leaves little, only if it is in doubt and begins as no other's, or if
 * its characters may be those of the division: which one it is, is a guess.
 */

static void
reg_ocr_company_begin(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *name, reg_ocr_result_t *result)
{
    int               digits, doubt;
    char              begins[64];
    size_t            len, named;
    const char       *place;
    reg_ocr_place_t   read;

    reg_ocr_place_parse(name->value, &read);

    named = reg_ocr_company_named(regions, number, &read);
    doubt = !name->vouched && !reg_ocr_company_begun(regions, &read);

    for (digits = 6; digits > 0; digits -= 2) {
        place = reg_ocr_place_of(regions, number, digits);

        if (place == NULL) {
            continue;
        }

        len = reg_ocr_company_meant(name, &read, place, doubt, begins,
                                    sizeof(begins));

        if (len == 0 && doubt && digits > 2) {
            len = reg_ocr_company_ends(&read, begins);
        }

        if (len > named) {
            reg_ocr_place_put(result, name, begins, len, 0);
            return;
        }
    }
}


/*
 * How many characters at the beginning are meant to be a place, which is put
 * whole into begins, or without its last character; 0 when none are.
 */

static size_t
reg_ocr_company_meant(const reg_ocr_field_t *name, const reg_ocr_place_t *read,
    const char *place, int doubt, char *begins, size_t size)
{
    size_t  len;

    snprintf(begins, size, "%.*s",
             (int) (strlen(place) - sizeof("市") + 1), place);

    len = reg_ocr_company_doubted(name, begins, read);

    if (len >= REG_OCR_PLACE_STEM) {
        return len;
    }

    len = reg_ocr_place_begins(read, place, 1);

    if (len >= (doubt ? REG_OCR_PLACE_STEM : REG_OCR_PLACE_SURE)) {
        snprintf(begins, size, "%s", place);
        return len;
    }

    len = doubt ? reg_ocr_place_begins(read, begins, 0) : 0;

    if (len >= REG_OCR_PLACE_STEM) {
        return len;
    }

    /* long without what makes it autonomous */

    reg_ocr_place_stem(place, begins, size);
    len = reg_ocr_place_begins(read, begins, 1);

    return (len > REG_OCR_PLACE_SURE) ? len : 0;
}


/*
 * How many characters at the beginning are the name of the number's division,
 * or of one that it is part of, whichever is longer.
 */

static size_t
reg_ocr_company_named(const reg_regions_t *regions, const char *number,
    const reg_ocr_place_t *read)
{
    int          digits;
    size_t       len, longest;
    const char  *name;

    for (digits = 6, longest = 0; digits > 0; digits -= 2) {
        name = reg_ocr_place_of(regions, number, digits);
        len = (name != NULL) ? reg_ocr_company_stands(read, name) : 0;
        longest = (len > longest) ? len : longest;
    }

    return longest;
}


/* How many characters begin as a place does, or its stem. */

static size_t
reg_ocr_company_stands(const reg_ocr_place_t *read, const char *name)
{
    char             stem[64];
    reg_ocr_place_t  place;

    reg_ocr_place_parse(name, &place);

    if (reg_ocr_place_stands(read, &place)) {
        return place.n;
    }

    reg_ocr_place_stem(name, stem, sizeof(stem));
    reg_ocr_place_parse(stem, &place);

    return (place.n >= REG_OCR_PLACE_STEM && reg_ocr_place_stands(read, &place))
           ? place.n : 0;
}


/* How many characters are a place's of which the first was lost: 池 of 渑池. */

static size_t
reg_ocr_company_ends(const reg_ocr_place_t *read, const char *place)
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


/* The place's length, if what differs from it may be its characters; or 0. */

static size_t
reg_ocr_company_doubted(const reg_ocr_field_t *field, const char *place,
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


/* Whether the name of some division is there. */

static int
reg_ocr_company_begun(const reg_regions_t *regions,
    const reg_ocr_place_t *read)
{
    size_t       i;
    const char  *name, *code;

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {
        if (reg_ocr_company_stands(read, name) != 0) {
            return 1;
        }
    }

    return 0;
}
