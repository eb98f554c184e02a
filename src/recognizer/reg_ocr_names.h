/*
 * Names of persons: what a doubtful character of one is likely to be.
 */

#ifndef REG_OCR_NAMES_H_INCLUDED
#define REG_OCR_NAMES_H_INCLUDED


#include "reg_ocr_find.h"


/*
 * Weighs what the model took each character of a Chinese name for against how
 * usual it is there: a first character that is no surname mostly was misread.
 * A character that is replaced has the probability that the model gave it, so
 * that nobody vouches for it.  A dash before the name is taken away.  Other
 * texts are left as they are.
 */

void reg_ocr_names_weigh(reg_ocr_text_t *text);

/* One in so many bears a surname of this character. */

float reg_ocr_names_one_in(int32_t code);


#endif /* REG_OCR_NAMES_H_INCLUDED */
