/*
 * A page that has been read: lines, their characters, and where each stands.
 *
 * Positions are in pixels of the page as it is read: x along the lines, y
 * down the page, however the picture was held.  This is plain data: fields
 * are looked for in it without any picture or model.
 */

#ifndef REG_OCR_PAGE_H_INCLUDED
#define REG_OCR_PAGE_H_INCLUDED


#include "reg_ocr_alphabet.h"


/* What a character may be instead, the likeliest first; p is 0 behind them. */

#define REG_OCR_OTHERS  7

typedef struct {
    int32_t  code;
    float    p;
} reg_ocr_other_t;

typedef struct {
    int32_t          code;
    float            p;             /* how sure it is, 0 to 1 */
    float            x;             /* its middle */
    float            y;
    unsigned         step;          /* of the model's output */
    unsigned         line;          /* its line's place in the page */
    reg_ocr_other_t  others[REG_OCR_OTHERS];
} reg_ocr_char_t;

typedef struct {
    float            left;          /* ends of the box's middle line */
    float            right;
    float            top;           /* y of that line at its left end */
    float            bottom;        /* y at its right end */
    float            height;        /* of the box: about 1.3 em */
    float            confidence;    /* mean of the characters' */
    size_t           n;
    reg_ocr_char_t  *chars;         /* malloc'ed, by x */
    size_t           steps;
    float           *kept;          /* malloc'ed: steps × nkept */
} reg_ocr_line_t;

typedef struct {
    const reg_ocr_alphabet_t  *alphabet;
    float                      width;       /* of the picture as it is read */
    float                      height;
    float                      u[2];        /* its direction there */
    float                      title_x;     /* the middle of a licence's */
    float                      title_y;     /* title, and its span from */
    float                      title_span;  /* first to last character, or 0 */
    size_t                     n;
    reg_ocr_line_t            *lines;       /* malloc'ed, by y */
} reg_ocr_page_t;

void reg_ocr_page_free(reg_ocr_page_t *page);


/* A part of a page, and whether a point is in it. */

typedef struct {
    float  left;
    float  right;
    float  top;
    float  bottom;
} reg_ocr_part_t;

int reg_ocr_page_inside(const reg_ocr_part_t *part, float x, float y);

/* Drops the lines whose middle is outside. */

void reg_ocr_page_within(reg_ocr_page_t *page, const reg_ocr_part_t *part);

/*
 * A page photographed at an angle has lines that fan out.  Shifts what
 * stands at x by the slope that the lines around it have, so that one row of
 * the document has one y, and sorts the lines by it.  Lines that run across
 * the others (a stamp, a watermark) are dropped.
 */

void reg_ocr_page_straighten(reg_ocr_page_t *page);

/* Where step of a line stands, as characters do. */

void reg_ocr_page_step(const reg_ocr_line_t *line, unsigned step, float *x,
    float *y);


#endif /* REG_OCR_PAGE_H_INCLUDED */
