/*
 * Lines: from boxes in a picture to a page of characters.
 */

#ifndef REG_OCR_LINES_H_INCLUDED
#define REG_OCR_LINES_H_INCLUDED


#include "reg_ocr_detect.h"
#include "reg_ocr_page.h"


/*
 * Reads boxes, which have their direction already, as a page of that
 * direction (a unit vector).  Lines without characters, or under a
 * confidence of one half, are left out.  Stops with REG_EXPIRED when
 * deadline passes: page holds then what was read before.
 */

reg_code_t reg_ocr_lines_read(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, reg_ocr_point_t direction,
    uint64_t deadline, reg_ocr_page_t *page);

/* Reads one box only: its characters' mean probability times their number. */

reg_code_t reg_ocr_lines_try(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, float *score);


#endif /* REG_OCR_LINES_H_INCLUDED */
