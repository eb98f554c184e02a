/*
 * Detection: where in a picture lines of text are.
 */

#ifndef REG_OCR_DETECT_H_INCLUDED
#define REG_OCR_DETECT_H_INCLUDED


#include "reg_ocr_geometry.h"
#include "reg_ocr_image.h"
#include "reg_ocr_runtime.h"


#define REG_OCR_BOXES_MAX  160      /* a page of dense print has fewer */

typedef struct {
    size_t         n;
    reg_ocr_box_t  box[REG_OCR_BOXES_MAX];      /* in pixels of the picture */
} reg_ocr_boxes_t;

/*
 * One pass over a crop, which is shrunk so that its longer side has side
 * pixels (never enlarged).  The boxes found have u near the x axis.  What is
 * beyond REG_OCR_BOXES_MAX is left out, the smallest first.
 */

reg_code_t reg_ocr_detect(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_crop_t *crop, unsigned side,
    reg_ocr_boxes_t *boxes);

/*
 * The same of a box in any direction, with scale (at most 1) pixels of the
 * input for each of the picture; the boxes found have u near the box's own.
 */

reg_code_t reg_ocr_detect_turned(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *part, float scale,
    reg_ocr_boxes_t *boxes);

/*
 * What a second pass should look at: the part of the picture where the boxes
 * are, and the side at which their text has the size that detection likes
 * best.  0 when it would gain too little.
 */

unsigned reg_ocr_detect_closer(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, unsigned side, reg_ocr_crop_t *crop);

/*
 * The part of a picture where the boxes are, and how many times longer the
 * picture's longer side is than the part's; 0 without boxes.  With less than
 * the gain a closer look shows nothing new.
 */

#define REG_OCR_DETECT_GAIN  1.35f

float reg_ocr_detect_part(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, reg_ocr_crop_t *crop);


#endif /* REG_OCR_DETECT_H_INCLUDED */
