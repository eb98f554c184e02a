/*
 * Names of places, character by character: what the parts of reg_ocr_places
 * share.
 */

#ifndef REG_OCR_PLACE_H_INCLUDED
#define REG_OCR_PLACE_H_INCLUDED


#include "reg_ocr_find.h"
#include "reg_ocr_places.h"


/* With fewer characters one that differs may be any. */

#define REG_OCR_PLACE_SURE  3

/* Characters of a place's name without the last one, at least. */

#define REG_OCR_PLACE_STEM  2

typedef struct {
    size_t   n;
    int32_t  c[REG_OCR_TEXT_MAX];
} reg_ocr_place_t;

void reg_ocr_place_parse(const char *text, reg_ocr_place_t *place);

/*
 * The division of so many digits, 2, 4 or 6, of a number; NULL when the table
 * has none.
 */

const char *reg_ocr_place_of(const reg_regions_t *regions, const char *number,
    int digits);

/* A place without its last character, or what makes it autonomous, or 地区. */

void reg_ocr_place_stem(const char *place, char *stem, size_t size);

/* Whether it begins with a place: 津市市, of which 津市 differs by one. */

int reg_ocr_place_stands(const reg_ocr_place_t *read,
    const reg_ocr_place_t *place);

/*
 * How many characters at the beginning stand for a place of which one is
 * another, or of a whole name missing; 0 when none do.
 */

size_t reg_ocr_place_begins(const reg_ocr_place_t *read, const char *place,
    int whole);

/*
 * Of the first n characters and a place: 0, 1 for one character exchanged,
 * missing or too many, 2 for more.
 */

int reg_ocr_place_distance(const reg_ocr_place_t *a, size_t n,
    const reg_ocr_place_t *b);

/* Puts a place instead of the first len characters of a value. */

void reg_ocr_place_put(reg_ocr_result_t *result, const reg_ocr_field_t *field,
    const char *place, size_t len, int vouched);

/* What a name that is not in the table may be. */

typedef struct {
    float        cost;
    const char  *likely;        /* by the characters that are in doubt */
    const char  *likely_code;
    const char  *alike;         /* by a character that looks like it */
    const char  *alike_code;
    const char  *near;          /* the last that differs by one */
    const char  *near_code;
    size_t       several;
} reg_ocr_place_few_t;

/* One that differs by a character. */

void reg_ocr_place_near(reg_ocr_place_few_t *few, const char *name,
    const char *code);

/*
 * Whether the first n characters have what branches and zones are called that
 * are named after no division of the table.
 */

int reg_ocr_place_of_a_city(const reg_ocr_place_t *read, size_t n);

/* A company's name; number, where its division begins, may be NULL. */

void reg_ocr_places_company(const reg_regions_t *regions, const char *number,
    const reg_ocr_field_t *field, reg_ocr_result_t *result);

/* "渑池县公安局", or "郑州市公安局金水分局" */

void reg_ocr_places_authority(const reg_regions_t *regions,
    const reg_ocr_field_t *authority, reg_ocr_result_t *result);


#endif /* REG_OCR_PLACE_H_INCLUDED */
