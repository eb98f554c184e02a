/*
 * Looking for labels on a page, and for what stands beside and below them.
 *
 * Everything goes by the positions of characters: the boxes of a label and
 * its value often overlap, or are one.
 */

#ifndef REG_OCR_FIND_H_INCLUDED
#define REG_OCR_FIND_H_INCLUDED


#include "reg_ocr_page.h"


/* A word found; em is the size of its characters. */

typedef struct {
    float                  left;    /* edges of the outer characters */
    float                  right;
    float                  left_y;  /* of the outer characters' middles */
    float                  right_y;
    float                  y;       /* of what stands beside it */
    float                  em;
    const reg_ocr_line_t  *line;    /* that holds its last character */
    size_t                 next;    /* the character behind it there */
} reg_ocr_label_t;

/*
 * Finds a word; of several the one at a line's beginning, then the uppermost.
 * Words of four characters and more may lack one or have one wrong, of seven
 * two; words
 * of two may be far apart in one row, as labels are set. 1 when found.
 */

int reg_ocr_find(const reg_ocr_page_t *page, const char *word,
    reg_ocr_label_t *label);

/* A character that is a line of its own. */

int reg_ocr_find_alone(const reg_ocr_page_t *page, const char *character,
    reg_ocr_label_t *label);

/* The first found of several words, separated by blanks. */

int reg_ocr_find_any(const reg_ocr_page_t *page, const char *words,
    reg_ocr_label_t *label);

/*
 * The first of several words that stands at a line's beginning, or, from its
 * first character on, so many em behind it; below top.
 */

int reg_ocr_find_begins(const reg_ocr_page_t *page, const char *words,
    float top, float em, reg_ocr_label_t *label);

/* Each found in turn: *words moves on, *word is the one found. */

int reg_ocr_find_next(const reg_ocr_page_t *page, const char **words,
    reg_str_t *word, reg_ocr_label_t *label);

/* How many of several words, separated by blanks, there are. */

size_t reg_ocr_find_count(const reg_ocr_page_t *page, const char *words);


#define REG_OCR_TEXT_MAX  160       /* characters: REG_OCR_VALUE_MAX bytes */

/*
 * A value: characters in the order of reading.  A hole is a place where a
 * character must be that the model did not read, since its alphabet lacks
 * it.
 */

typedef struct {
    size_t          n;
    reg_ocr_char_t  c[REG_OCR_TEXT_MAX];
    unsigned        hole:1;
    float           y;              /* of its last row */
} reg_ocr_text_t;

/* What part of a page to look at. */

typedef struct {
    float  left;
    float  right;
    float  y;                       /* of the first row */
    float  em;
    float  bottom;                  /* no row below that */
} reg_ocr_area_t;

/*
 * Adds the characters of one row, without blanks; those after a gap of gap
 * em (0: any) belong to something else.  1 when there were any.
 */

int reg_ocr_collect_row(const reg_ocr_page_t *page,
    const reg_ocr_area_t *area, float gap, reg_ocr_text_t *text);

/*
 * Adds a row and those that continue it: below, at the usual pitch, and
 * beginning at the same x.
 */

int reg_ocr_collect(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    float gap, reg_ocr_text_t *text);

/* The area right of a label, up to the edge of the page. */

reg_ocr_area_t reg_ocr_beside(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label);


/* The least p; 0 for none. */

float reg_ocr_text_confidence(const reg_ocr_text_t *text);

/* As UTF-8, NUL-terminated, cut to size bytes. */

void reg_ocr_text_print(const reg_ocr_text_t *text, char *out, size_t size);

/* Between UTF-8 and its codes: at most max, returns how many. */

size_t reg_ocr_codes_parse(reg_str_t text, int32_t *codes, size_t max);
void reg_ocr_codes_print(const int32_t *codes, size_t n, char *out,
    size_t size);

/* Whether a code is one of some characters. */

int reg_ocr_codes_has(const char *characters, int32_t code);

/*
 * How much of what was read for a 1, or may be one, has two strokes: two ones
 * side by side leave that.
 */

#define REG_OCR_ELEVEN    0.2f      /* that they are, at least */

float reg_ocr_text_eleven(const reg_ocr_char_t *c);

/* Takes away n characters at a place. */

void reg_ocr_text_cut(reg_ocr_text_t *text, size_t at, size_t n);

/* Takes away what no name or place begins with, which leaves a hole. */

void reg_ocr_text_begin(reg_ocr_text_t *text);

/* The place of a word in a text; -1 when it is not there. */

int reg_ocr_text_find(const reg_ocr_text_t *text, const char *word);

#endif /* REG_OCR_FIND_H_INCLUDED */
