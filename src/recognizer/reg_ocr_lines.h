/*
 * Lines: from boxes in a picture to a page of characters.
 */

#ifndef REG_OCR_LINES_H_INCLUDED
#define REG_OCR_LINES_H_INCLUDED


#include "reg_ocr_detect.h"
#include "reg_ocr_page.h"


/* What reads lines, of which picture, and till when: reg_ocr_now(). */

typedef struct {
    reg_ocr_runtime_t         *runtime;
    const reg_ocr_alphabet_t  *alphabet;
    const reg_ocr_image_t     *image;
    uint64_t                   deadline;
} reg_ocr_reader_t;

/* An empty page for a picture that is read in a direction, a unit vector. */

void reg_ocr_lines_begin(const reg_ocr_reader_t *reader,
    reg_ocr_point_t direction, reg_ocr_page_t *page);

/*
 * Reads boxes, which have their direction already, and adds them to a page.
 * Lines without characters, or under a confidence of one half, are left out.
 * Stops with REG_EXPIRED when the deadline passes: page holds then what was
 * read before.
 */

reg_code_t reg_ocr_lines_add(const reg_ocr_reader_t *reader,
    const reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);

/*
 * The same of one box; at a glance it is read once, doubtful or not: labels
 * among other papers' lines are found so in half the time.
 */

reg_code_t reg_ocr_lines_add_one(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, int glance, reg_ocr_page_t *page);

/*
 * One box, a long one in pieces of at most piece steps (of an eighth of the
 * model's line: a sixth of the box's height); left out when it is under a
 * confidence of legible.
 */

#define REG_OCR_PIECE  66

reg_code_t reg_ocr_lines_append(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t piece, float legible,
    reg_ocr_page_t *page);

/*
 * A box that is read part by part: the first adds an empty line and tells the
 * steps of the box.  A part of the page's last line, steps from, inclusive, to,
 * exclusive, takes the place of what was read there and lies over a bit of
 * what was read beside it; the line reaches as far as it was read.
 */

reg_code_t reg_ocr_lines_parts(const reg_ocr_box_t *box,
    reg_ocr_page_t *page, size_t *steps);
reg_code_t reg_ocr_lines_part(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t from, size_t to, reg_ocr_page_t *page);

/* Where a box stands on a page that is not straightened yet. */

void reg_ocr_lines_where(const reg_ocr_page_t *page,
    const reg_ocr_box_t *box, float *left, float *right, float *y);

/* Reads one box only: its characters' mean probability times their number. */

reg_code_t reg_ocr_lines_try(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, float *score);


#endif /* REG_OCR_LINES_H_INCLUDED */
