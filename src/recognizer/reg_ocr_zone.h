/*
 * The machine-readable zone of a picture: which boxes its two rows are, and
 * a page of nothing else.
 *
 * Such a row has 44 characters in a line as no other on the page; found, it
 * tells all that a passport says, so that the rest need not be read.
 */

#ifndef REG_OCR_ZONE_H_INCLUDED
#define REG_OCR_ZONE_H_INCLUDED


#include "reg_ocr_lines.h"


#define REG_OCR_ZONES_MAX  8

/* Two rows, and the pitch of their characters, in pixels of the picture. */

typedef struct {
    reg_ocr_box_t  rows[2];         /* each with u along it; in no order */
    float          pitch;
    float          weight;          /* the more the better */
} reg_ocr_zone_t;

/* Pairs of boxes that may be the two rows, the likeliest first. */

size_t reg_ocr_zone_find(const reg_ocr_boxes_t *boxes,
    reg_ocr_zone_t zones[REG_OCR_ZONES_MAX]);

/*
 * Reads a zone in a direction, which is along it: the lower row, and if its
 * check digits hold, the upper.  page then has these lines, and found is 1.
 */

reg_code_t reg_ocr_zone_read(const reg_ocr_reader_t *reader,
    const reg_ocr_zone_t *zone, reg_ocr_point_t direction,
    reg_ocr_page_t *page, int *found);


#endif /* REG_OCR_ZONE_H_INCLUDED */
