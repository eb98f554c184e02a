/*
 * Names of companies: words for what one does, which characters in doubt are
 * likely to be part of.
 */

#ifndef REG_OCR_TRADES_H_INCLUDED
#define REG_OCR_TRADES_H_INCLUDED


#include "reg_ocr.h"


/*
 * Puts such words, 教育 for 教有, and names of ethnic groups where some of
 * their characters were read and the others are in doubt.  1 when something
 * was changed.
 */

int reg_ocr_trades_weigh(reg_ocr_field_t *name);


#endif /* REG_OCR_TRADES_H_INCLUDED */
