/*
 * What is wrong with a picture as a whole, and its result's state.
 */

#ifndef REG_OCR_WARNINGS_H_INCLUDED
#define REG_OCR_WARNINGS_H_INCLUDED


#include "reg_ocr_card.h"
#include "reg_ocr_detect.h"
#include "reg_ocr_result.h"


/*
 * boxes are those of the sheet that was read, card is where the card lies, if
 * it is one.  A result of another kind than asked for loses its fields; what a
 * cropped card says is not vouched for but its numbers and dates, which have
 * check digits or are whole.
 */

void reg_ocr_warnings(const reg_ocr_request_t *request,
    const reg_ocr_image_t *image, const reg_ocr_page_t *page,
    const reg_ocr_boxes_t *boxes, const reg_ocr_card_t *card,
    reg_ocr_result_t *result);


#endif /* REG_OCR_WARNINGS_H_INCLUDED */
