/*
 * Names of towns and villages in an address: what a doubtful character of one
 * is likely to be.
 */

#ifndef REG_OCR_VILLAGES_H_INCLUDED
#define REG_OCR_VILLAGES_H_INCLUDED


#include "reg_form.h"
#include "reg_ocr.h"


/*
 * Puts what a place is likely to be called instead of characters in doubt,
 * from a place of the value, behind the division, up to the last word for a
 * village or town: 洼 for 注, and 塬 for a dot; in an address that is vouched
 * for only what the model does not know, 垸 for 烷.  The table tells which
 * characters places are called by.  1 when something was changed.
 */

int reg_ocr_villages_weigh(const reg_regions_t *regions, size_t from,
    reg_ocr_field_t *address);


#endif /* REG_OCR_VILLAGES_H_INCLUDED */
