/*
 * From a page to the fields of a kind.
 */

#ifndef REG_OCR_FIELDS_H_INCLUDED
#define REG_OCR_FIELDS_H_INCLUDED


#include "reg_ocr_result.h"


/* Each adds what it finds, and warnings about that. */

void reg_ocr_fields_portrait(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);
void reg_ocr_fields_emblem(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);
void reg_ocr_fields_licence(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);
void reg_ocr_fields_passport(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);
void reg_ocr_fields_handheld(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);

/* Parts that several kinds have: 姓名, and 有效期限 of cards. */

void reg_ocr_fields_name(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
void reg_ocr_fields_term(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result);

/* How many rows look like a machine-readable zone. */

size_t reg_ocr_fields_zone(const reg_ocr_page_t *page);

void reg_ocr_fields(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_date_t today, reg_ocr_result_t *result);

/*
 * What a page looks like by the words on it, and how many words say so (a
 * machine-readable zone counts as many); REG_OCR_KINDS when none do.
 */

reg_ocr_kind_t reg_ocr_fields_seen(const reg_ocr_page_t *page,
    size_t *words);

/*
 * What need not be read, told by the labels of a page that is not straightened
 * yet: lines lower than height, those below top between left and right, and
 * those that are not on the sheet.  Where few labels were read, something else
 * may follow below top.
 */

typedef struct {
    reg_ocr_part_t  sheet;
    float           height;
    float           top;
    float           left;
    float           right;
    unsigned        few:1;
} reg_ocr_needless_t;

void reg_ocr_fields_needless(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_ocr_needless_t *needless);
void reg_ocr_fields_licence_needless(const reg_ocr_page_t *page,
    reg_ocr_needless_t *needless);

/* How many words of a kind there are; two mean that the page is upright. */

size_t reg_ocr_fields_words(const reg_ocr_page_t *page, reg_ocr_kind_t kind);


#endif /* REG_OCR_FIELDS_H_INCLUDED */
