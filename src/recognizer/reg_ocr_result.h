/*
 * Filling in a result.
 */

#ifndef REG_OCR_RESULT_H_INCLUDED
#define REG_OCR_RESULT_H_INCLUDED


#include "reg_ocr.h"
#include "reg_ocr_find.h"


/* A character under that is not vouched for, nor is what it belongs to. */

#define REG_OCR_SURE  0.85f

/* The confidence of a value that lacks a character, at most. */

#define REG_OCR_HOLE  0.6f

void reg_ocr_result_init(reg_ocr_result_t *result);

/*
 * Adds a field, or replaces it; name is static.  An empty value, or one too
 * long to be kept whole, is not added.
 */

void reg_ocr_result_add(reg_ocr_result_t *result, const char *name,
    const char *value, float confidence, int vouched);

/* A text: vouched for when each character is sure and none is missing. */

void reg_ocr_result_text(reg_ocr_result_t *result, const char *name,
    const reg_ocr_text_t *text);

/*
 * Takes over each field of another reading of the same document that result
 * lacks, or that is surer there; two that are vouched for and differ are not
 * vouched for.
 */

void reg_ocr_result_better(reg_ocr_result_t *result,
    const reg_ocr_result_t *other);

void reg_ocr_result_date(reg_ocr_result_t *result, const char *name,
    reg_date_t date, float confidence, int vouched);

const reg_ocr_field_t *reg_ocr_result_field(const reg_ocr_result_t *result,
    const char *name);

/* Adds a warning unless it is there; field may be NULL. */

void reg_ocr_result_warn(reg_ocr_result_t *result, const char *code,
    const char *field);


#endif /* REG_OCR_RESULT_H_INCLUDED */
