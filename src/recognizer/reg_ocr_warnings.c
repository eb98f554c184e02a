/*
 * What is wrong with a picture as a whole, and its result's state.
 */

#include "reg_ocr_warnings.h"


void
reg_ocr_warnings(const reg_ocr_request_t *request,
    const reg_ocr_image_t *image, const reg_ocr_page_t *page,
    reg_ocr_result_t *result)
{
    (void) request;
    (void) image;
    (void) page;

    result->state = (result->nfields != 0) ? REG_OCR_DONE
                                           : REG_OCR_UNREADABLE;
}
