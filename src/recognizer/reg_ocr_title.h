/*
 * The title of a business licence: the largest line of the sheet, in its
 * middle at the top.  A small look finds it even where the rest is too small
 * to be found, and tells by it where the sheet lies and which way it is read.
 */

#ifndef REG_OCR_TITLE_H_INCLUDED
#define REG_OCR_TITLE_H_INCLUDED


#include "reg_ocr_lines.h"


typedef struct {
    reg_ocr_point_t  centre;        /* of 营业执照 */
    reg_ocr_point_t  u;             /* the direction in which it is read */
    float            span;          /* from its first to its last character */
} reg_ocr_title_t;

/*
 * Looks for it among boxes that a small look at the picture found: title has
 * a span of 0 when none of them is it.
 */

reg_code_t reg_ocr_title_find(const reg_ocr_reader_t *reader,
    const reg_ocr_boxes_t *boxes, reg_ocr_title_t *title);

/*
 * The part of the sheet where its fields stand, in the direction of the
 * title, and the scale at which their print is found best.
 */

void reg_ocr_title_part(const reg_ocr_title_t *title,
    const reg_ocr_image_t *image, reg_ocr_box_t *part, float *scale);

/*
 * Of boxes found there, those whose print is as large as a field's; they are
 * turned to its direction.
 */

void reg_ocr_title_keep(const reg_ocr_title_t *title, reg_ocr_boxes_t *boxes);

/* Tells a page that is begun where its title stands. */

void reg_ocr_title_place(const reg_ocr_title_t *title, reg_ocr_page_t *page);


#endif /* REG_OCR_TITLE_H_INCLUDED */
