/*
 * Numbers and dates in the rows of a page.
 */

#ifndef REG_OCR_DIGITS_H_INCLUDED
#define REG_OCR_DIGITS_H_INCLUDED


#include "reg_date.h"
#include "reg_ocr_find.h"


/* Reads a row of an area again under a mask; 1 when there was anything. */

int reg_ocr_digits_row(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    const char *mask, reg_ocr_text_t *text);


/*
 * Whether n characters are what is looked for: 2 when its check digits say
 * so, 1 when its form does, 0 when not.
 */

typedef int (*reg_ocr_judge_t)(const char *number, size_t n, void *data);

typedef struct {
    char     value[32];
    float    confidence;
    int      judged;                /* what judge said of it */
    float    left;                  /* of its first character */
    float    right;
    float    y;
    float    em;
} reg_ocr_number_t;

/*
 * Looks through all rows for a number of length n: the best judged, then the
 * surest.  Where no window of a row passes, one character that was not sure
 * may be exchanged for its second best; confidence says so.  1 when found.
 */

int reg_ocr_number_find(const reg_ocr_page_t *page, const char *mask,
    size_t n, reg_ocr_judge_t judge, void *data, reg_ocr_number_t *number);


/*
 * Reads a date from at on: four digits, one or two, one or two, with anything
 * short between.  Gives the place behind it, or 0 when none begins there.
 */

size_t reg_ocr_date_read(const reg_ocr_text_t *text, size_t at,
    reg_date_t *date, float *confidence);

/* The first date at or after *at, which is moved behind it. */

reg_date_t reg_ocr_date_find(const reg_ocr_text_t *text, size_t *at,
    float *confidence);


#endif /* REG_OCR_DIGITS_H_INCLUDED */
