/*
 * Rows of print whose characters all have one width, as in a machine-readable
 * zone: how many there are is known, and what may stand at each place.
 */

#ifndef REG_OCR_CELLS_H_INCLUDED
#define REG_OCR_CELLS_H_INCLUDED


#include "reg_ocr_page.h"


#define REG_OCR_CELLS_MAX    44

/* Symbols: '0' to '9', 'A' to 'Z', '<', in this order. */

#define REG_OCR_SYMBOLS      37
#define REG_OCR_FILLER       36

int reg_ocr_symbol(char c);
char reg_ocr_symbol_char(int symbol);

/* A set of symbols: a bit for each. */

typedef uint64_t  reg_ocr_symbols_t;

#define REG_OCR_SYMBOL(s)       ((reg_ocr_symbols_t) 1 << (s))
#define REG_OCR_SYMBOLS_DIGITS  (REG_OCR_SYMBOL(10) - 1)
#define REG_OCR_SYMBOLS_LATIN   (REG_OCR_SYMBOL(36) - REG_OCR_SYMBOL(10))
#define REG_OCR_SYMBOLS_FILLER  REG_OCR_SYMBOL(REG_OCR_FILLER)
#define REG_OCR_SYMBOLS_ALL     (REG_OCR_SYMBOL(37) - 1)


/*
 * Where the cells of a row stand, in steps of its line.  Perspective makes
 * those further away narrower: bow is how far, in widths of the row, its
 * middle lies right of the middle between the ends.
 */

typedef struct {
    float  left;                /* where the first cell begins */
    float  right;               /* where the last ends */
    float  bow;
} reg_ocr_columns_t;

/* Where a part of the row ends, 0 to 1. */

float reg_ocr_columns_place(const reg_ocr_columns_t *columns, float part);

/* The same columns in another line, above or below. */

reg_ocr_columns_t reg_ocr_columns_move(const reg_ocr_columns_t *columns,
    const reg_ocr_line_t *from, const reg_ocr_line_t *to);

/* Those of the first part of the row only. */

reg_ocr_columns_t reg_ocr_columns_first(const reg_ocr_columns_t *columns,
    float part);

typedef struct {
    size_t             n;
    float              quality; /* mean log likelihood of a cell: 0 at best */
    reg_ocr_columns_t  columns;
    float              like[REG_OCR_CELLS_MAX][REG_OCR_SYMBOLS];
} reg_ocr_cells_t;

/*
 * Divides a line into the n cells that fit best what was seen: where
 * columns say, give or take half a cell at either end, or with NULL wherever
 * in the line they are, and whatever follows.  allowed has the symbols of each
 * place; one that looks like another (O and 0) speaks for it where only that
 * is allowed.
 *
 * like is the natural logarithm of each symbol's likelihood, whether it is
 * allowed or not.  0 when the line is too short for n cells, or memory is
 * out.
 */

int reg_ocr_cells_read(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, const reg_ocr_symbols_t *allowed, size_t n,
    const reg_ocr_columns_t *columns, reg_ocr_cells_t *cells);

/* How much of what a line says are symbols, 0 to 1; 0 when it says little. */

float reg_ocr_cells_share(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line);

/* The likeliest of some symbols at a place, and how likely among them. */

int reg_ocr_cells_best(const reg_ocr_cells_t *cells, size_t at,
    reg_ocr_symbols_t allowed, float *p);


#endif /* REG_OCR_CELLS_H_INCLUDED */
