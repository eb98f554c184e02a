/*
 * Pixels: decoding a JPEG, and the pieces of it that the models get.
 */

#ifndef REG_OCR_IMAGE_H_INCLUDED
#define REG_OCR_IMAGE_H_INCLUDED


#include "reg_core.h"
#include "reg_ocr_geometry.h"


/* Upright by EXIF, three bytes a pixel: red, green, blue; no padding. */

typedef struct {
    unsigned        width;
    unsigned        height;
    unsigned char  *rgb;
    int             coarse;         /* much compressed: strips are blurred */
} reg_ocr_image_t;

/*
 * Decodes; by as many halves smaller as leave no side longer than side.
 * REG_OK, REG_NOT_JPEG, REG_TRUNCATED, REG_TOO_MANY_PIXELS, REG_INTERNAL.
 */

reg_code_t reg_ocr_image_decode(reg_str_t jpeg, unsigned side,
    reg_ocr_image_t *image);
void reg_ocr_image_free(reg_ocr_image_t *image);


/* A part of a picture, in pixels. */

typedef struct {
    unsigned  x;
    unsigned  y;
    unsigned  width;
    unsigned  height;
} reg_ocr_crop_t;

/*
 * Shrinks (never meant to enlarge by more than a few pixels) a crop to
 * width × height by averaging areas, as three planes of floats normalised
 * as the detection model was trained; the caller frees it.  NULL when
 * memory is out.
 */

float *reg_ocr_image_planes(const reg_ocr_image_t *image,
    const reg_ocr_crop_t *crop, unsigned width, unsigned height);

/*
 * The same of a box in any direction: straightened on the way.  Beyond the
 * edge the picture's last pixels repeat.
 */

float *reg_ocr_image_turned(const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, unsigned width, unsigned height);

/*
 * Straightens a box to width × height in the box's own direction, as three
 * planes from −1 to 1; beyond the edge the picture's last pixels repeat.
 */

float *reg_ocr_image_strip(const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, unsigned width, unsigned height);


#endif /* REG_OCR_IMAGE_H_INCLUDED */
