/*
 * Names of places put right by the table of GB/T 2260: a character of them
 * that the model does not know, 渑 of 渑池县, is read as another or not at all.
 */

#ifndef REG_OCR_PLACES_H_INCLUDED
#define REG_OCR_PLACES_H_INCLUDED


#include "reg_form.h"
#include "reg_ocr_result.h"


/*
 * Of an identity card: the beginning of the address by the division that the
 * number begins with, when one character differs from its names and what was
 * read is no other division's (people move); the authority by the one name in
 * the table that it may be, and its branch by the one division of that city.
 * An authority of no place that the table has is
 * not vouched for.  regions may be NULL: then nothing is changed.
 */

void reg_ocr_places(const reg_regions_t *regions, reg_ocr_result_t *result);

/*
 * Of a licence: the same of its address by places 3 to 8 of the credit code,
 * and of a name that begins with one of that division's.
 */

void reg_ocr_places_seat(const reg_regions_t *regions,
    reg_ocr_result_t *result);


#endif /* REG_OCR_PLACES_H_INCLUDED */
