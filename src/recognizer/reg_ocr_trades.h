/*
 * Names of companies: words for what one does, which characters in doubt are
 * likely to be part of, and characters by which one is usually called.
 */

#ifndef REG_OCR_TRADES_H_INCLUDED
#define REG_OCR_TRADES_H_INCLUDED


#include "reg_ocr.h"


/*
 * Puts such words, 教育 for 教肯, and names of ethnic groups where some of
 * their characters were read and the others are in doubt; in a name that is
 * vouched for only what is never right, 教有, 展份有限公司.  1 when something
 * was changed.
 */

int reg_ocr_trades_weigh(reg_ocr_field_t *name);

/*
 * The same of the few characters that follow, from a place on, counted in
 * characters, the name of the division: 晨 for 最.  They end before a word for
 * what the company does.
 */

int reg_ocr_trades_call(reg_ocr_field_t *name, size_t from);


#endif /* REG_OCR_TRADES_H_INCLUDED */
