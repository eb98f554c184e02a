/*
 * Whether a picture was taken of a screen.
 */

#ifndef REG_OCR_SCREEN_H_INCLUDED
#define REG_OCR_SCREEN_H_INCLUDED


#include "reg_ocr_detect.h"


/*
 * Looks at patches of the picture where the boxes are; 1 when most of those
 * that can tell say so.  Takes a few milliseconds.
 */

int reg_ocr_screen(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes);


/* A square of pixels by itself, from the top left one on; for tests. */

#define REG_OCR_SCREEN_SIDE  64

typedef struct {
    float  share;               /* of what varies, one wave's; 0 to 1 */
    float  mirror;              /* the opposite wave's part of that */
    float  height;              /* of the wave, in levels of 255 */
} reg_ocr_wave_t;

void reg_ocr_screen_patch(const reg_ocr_image_t *image, unsigned x,
    unsigned y, reg_ocr_wave_t *wave);


#endif /* REG_OCR_SCREEN_H_INCLUDED */
