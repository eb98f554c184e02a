/*
 * The types of businesses as the registers write them.
 */

#ifndef REG_OCR_LICENCE_TYPES_H_INCLUDED
#define REG_OCR_LICENCE_TYPES_H_INCLUDED


#include "reg_ocr_find.h"


/*
 * The type that a text is meant to be, when it is one with a few characters
 * misread or lost; NULL when it is none of them, or is one as it stands.
 */

const char *reg_ocr_licence_type(const reg_ocr_text_t *text);


#endif /* REG_OCR_LICENCE_TYPES_H_INCLUDED */
