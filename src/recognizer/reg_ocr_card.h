/*
 * Where a whole identity card lies, told by some of its labels.
 *
 * On a table with other papers the lines of a card are found among theirs:
 * as many as belong to it are known by its frame.
 */

#ifndef REG_OCR_CARD_H_INCLUDED
#define REG_OCR_CARD_H_INCLUDED


#include "reg_ocr_detect.h"
#include "reg_ocr_page.h"
#include "reg_ocr.h"


/*
 * Maps millimetres on the card, from its upper left corner, to pixels of the
 * picture: origin + x · u + y · (u turned by 90°); u is one millimetre long.
 */

typedef struct {
    reg_ocr_kind_t   kind;          /* which side */
    size_t           labels;        /* that agree with it; 0: none found */
    float            room;          /* millimetres that it may be wider */
    reg_ocr_point_t  origin;
    reg_ocr_point_t  u;
} reg_ocr_card_t;

/*
 * Finds the card by the labels on a page that is not straightened yet.  A
 * kind that is no card has none.
 */

void reg_ocr_card_find(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_ocr_card_t *card);

/*
 * How many millimetres of the card are beyond an edge of the picture, at the
 * middle of its own edge; 0 when too few labels tell where it is.
 */

float reg_ocr_card_beyond(const reg_ocr_card_t *card,
    const reg_ocr_image_t *image);

/* Whether a box stands on the card, and runs along it. */

int reg_ocr_card_has(const reg_ocr_card_t *card, const reg_ocr_box_t *box);

/* Drops the lines of the page that do not stand on the card. */

void reg_ocr_card_only(const reg_ocr_card_t *card, reg_ocr_page_t *page);

/*
 * The card with some room around it, and the scale at which its print has the
 * size that detection likes.
 */

void reg_ocr_card_part(const reg_ocr_card_t *card, reg_ocr_box_t *part,
    float *scale);

/* The same of its holder's name alone, and whether a box stands there. */

void reg_ocr_card_name_part(const reg_ocr_card_t *card, reg_ocr_box_t *part,
    float *scale);
int reg_ocr_card_name_has(const reg_ocr_card_t *card,
    const reg_ocr_box_t *box);


#endif /* REG_OCR_CARD_H_INCLUDED */
