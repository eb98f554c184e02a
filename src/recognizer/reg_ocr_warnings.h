/*
 * What is wrong with a picture as a whole, and its result's state.
 */

#ifndef REG_OCR_WARNINGS_H_INCLUDED
#define REG_OCR_WARNINGS_H_INCLUDED


#include "reg_ocr_image.h"
#include "reg_ocr_result.h"


void reg_ocr_warnings(const reg_ocr_request_t *request,
    const reg_ocr_image_t *image, const reg_ocr_page_t *page,
    reg_ocr_result_t *result);


#endif /* REG_OCR_WARNINGS_H_INCLUDED */
