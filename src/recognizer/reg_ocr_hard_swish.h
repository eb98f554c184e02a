/*
 * The models' activation: x·clip(x + 3, 0, 6)/6, with a scale and an offset
 * (A. Howard et al., Searching for MobileNetV3, 2019, 5.2).
 */

#ifndef REG_OCR_HARD_SWISH_H_INCLUDED
#define REG_OCR_HARD_SWISH_H_INCLUDED


#include <stddef.h>


/*
 * y = scale·x·clip(x + 3, 0, 6)/6 + offset, of n finite numbers.  x and y do
 * not overlap.
 */

void reg_ocr_hard_swish(const float *x, float *y, size_t n, float scale,
    float offset);


#endif /* REG_OCR_HARD_SWISH_H_INCLUDED */
