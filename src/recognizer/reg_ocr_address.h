/*
 * What addresses are like, of cards and licences, whatever the place: numbers,
 * and what they count.
 */

#ifndef REG_OCR_ADDRESS_H_INCLUDED
#define REG_OCR_ADDRESS_H_INCLUDED


#include "reg_ocr_find.h"


/*
 * Mends figures, and the end.  An address ends with what it counts (号, 室):
 * one that ends with the figure or with the name of a place goes on behind
 * what was read, and is not sure.
 */

void reg_ocr_address_mend(reg_ocr_text_t *text);


#endif /* REG_OCR_ADDRESS_H_INCLUDED */
