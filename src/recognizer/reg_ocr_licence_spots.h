/*
 * Values of a licence whose labels were not read: they are known by what they
 * say, and by the column in which they stand.
 */

#ifndef REG_OCR_LICENCE_SPOTS_H_INCLUDED
#define REG_OCR_LICENCE_SPOTS_H_INCLUDED


#include "reg_ocr_find.h"


/* How they who act for a business are called. */

#define REG_OCR_LICENCE_PERSON                                                \
    "法定代表人 执行事务合伙人 负责人 经营者 投资人"

/* Where a value begins: the middle of its first character; em 0: unknown. */

typedef struct {
    float  x;
    float  y;
    float  em;
} reg_ocr_spot_t;

typedef struct {
    reg_ocr_spot_t  name;
    reg_ocr_spot_t  type;
    reg_ocr_spot_t  person;
    reg_ocr_spot_t  address;
    reg_ocr_spot_t  term;
} reg_ocr_licence_spots_t;

void reg_ocr_licence_spots(const reg_ocr_page_t *page,
    reg_ocr_licence_spots_t *spots);

/* What a label in front of a spot would be. */

void reg_ocr_licence_label(const reg_ocr_spot_t *spot,
    reg_ocr_label_t *label);

/* No row of an area that begins at another's spot. */

void reg_ocr_licence_above(const reg_ocr_spot_t *spot, reg_ocr_area_t *area);


#endif /* REG_OCR_LICENCE_SPOTS_H_INCLUDED */
