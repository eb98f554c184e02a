/*
 * The machine-readable zone of passports (ICAO Doc 9303-4, TD3: two rows of
 * 44 characters) and of other papers with two rows (9303-6, TD2: 36).
 */

#ifndef REG_OCR_MRZ_H_INCLUDED
#define REG_OCR_MRZ_H_INCLUDED


#include "reg_date.h"
#include "reg_ocr_cells.h"


#define REG_OCR_MRZ_TD3   44

/*
 * So many of the lower row tell all: behind them are, in either form, data of
 * no use here, or fillers that are read badly.
 */

#define REG_OCR_MRZ_TOLD  28

#define REG_OCR_MRZ_NAME  64

/* Parts that have a check digit. */

#define REG_OCR_MRZ_NUMBER  0x01
#define REG_OCR_MRZ_BIRTH   0x02
#define REG_OCR_MRZ_UNTIL   0x04

typedef struct {
    char        number[10];
    char        nationality[4];
    char        sex;                /* 'M', 'F', or '<' */
    reg_date_t  birth;              /* REG_DATE_NONE: no real day */
    reg_date_t  until;
    unsigned    read;               /* parts whose check held at once */
    unsigned    mended;             /* those where a character that was less
                                       likely had to take another's place */
    float       p_number;           /* how sure each is, 0 to 1 */
    float       p_nationality;
    float       p_sex;
    float       p_birth;
    float       p_until;
} reg_ocr_mrz_t;

typedef struct {
    char        name[REG_OCR_MRZ_NAME];     /* "SURNAME GIVEN NAMES" */
    char        country[4];         /* that issued it */
    float       p;                  /* how sure its worst character is */
    size_t      far;                /* the last place where it may end */
    unsigned    whole:1;            /* fillers follow: nothing was cut off */
} reg_ocr_mrz_name_t;


/* What may stand at each place of the upper (0) or lower (1) row. */

void reg_ocr_mrz_places(int row, size_t n,
    reg_ocr_symbols_t places[REG_OCR_CELLS_MAX]);

/* The check digit over n characters, '0' to '9'; weights 7, 3, 1. */

char reg_ocr_mrz_check(const char *text, size_t n);

/*
 * The lower row.  1 when it is one: of the three check digits enough hold.
 */

int reg_ocr_mrz_numbers(const reg_ocr_cells_t *cells, reg_date_t today,
    reg_ocr_mrz_t *mrz);

/*
 * The upper row: as many of its cells as are in the line, where the columns
 * of what the lower one tells go on.  A line may end behind the name: what
 * was not read are fillers.  0 when it has no cells of a name.
 */

int reg_ocr_mrz_upper(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, const reg_ocr_columns_t *columns,
    reg_ocr_cells_t *cells);

/* Where a cell of either row begins, by the columns of the lower. */

float reg_ocr_mrz_step(const reg_ocr_columns_t *columns, float cell);

/* Its name.  1 when there is one. */

int reg_ocr_mrz_name(const reg_ocr_cells_t *cells, reg_ocr_mrz_name_t *name);


#endif /* REG_OCR_MRZ_H_INCLUDED */
