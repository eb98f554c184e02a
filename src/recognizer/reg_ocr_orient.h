/*
 * Orientation: which way the text of a picture runs.
 */

#ifndef REG_OCR_ORIENT_H_INCLUDED
#define REG_OCR_ORIENT_H_INCLUDED


#include "reg_ocr_detect.h"


/*
 * The direction of reading, a unit vector, by the shape of the boxes and the
 * model that knows a line on its head; boxes are turned to it.
 */

reg_code_t reg_ocr_orient(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t *direction);

/* Turns all boxes to a direction near the given one: the median of theirs. */

void reg_ocr_orient_turn(reg_ocr_boxes_t *boxes, reg_ocr_point_t *direction);

/* Indexes of the n widest boxes; gives how many there are, at most n. */

size_t reg_ocr_orient_widest(const reg_ocr_boxes_t *boxes, size_t *widest,
    size_t n);


#endif /* REG_OCR_ORIENT_H_INCLUDED */
