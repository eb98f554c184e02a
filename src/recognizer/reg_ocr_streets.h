/*
 * Names of streets in an address: words by which they are called, which
 * characters in doubt are likely to be part of.
 */

#ifndef REG_OCR_STREETS_H_INCLUDED
#define REG_OCR_STREETS_H_INCLUDED


#include "reg_form.h"
#include "reg_ocr.h"


/*
 * Puts such words, 滨河 for 鸿河 before 路, where one of their characters was
 * read and the other is in doubt, from a place of the value on, behind the
 * division; a dash before 组 is 一.  1 when something was changed.
 */

int reg_ocr_streets_weigh(const reg_regions_t *regions, size_t from,
    reg_ocr_field_t *address);


#endif /* REG_OCR_STREETS_H_INCLUDED */
