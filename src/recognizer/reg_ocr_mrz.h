/*
 * The machine-readable zone of passports (ICAO Doc 9303-4, TD3) and cards
 * (9303-5 and 9303-6, TD1 and TD2).
 */

#ifndef REG_OCR_MRZ_H_INCLUDED
#define REG_OCR_MRZ_H_INCLUDED


#include "reg_date.h"


#define REG_OCR_MRZ_NAME  64

/* Which check digits hold. */

#define REG_OCR_MRZ_NUMBER  0x01
#define REG_OCR_MRZ_BIRTH   0x02
#define REG_OCR_MRZ_UNTIL   0x04
#define REG_OCR_MRZ_WHOLE   0x08    /* the composite one */

typedef struct {
    char        number[10];
    char        nationality[4];
    char        sex;                /* 'M', 'F', or '<' */
    reg_date_t  birth;              /* REG_DATE_NONE: no real day */
    reg_date_t  until;
    unsigned    checks;
    size_t      at;                 /* where in the line it began */
} reg_ocr_mrz_t;

/* The check digit over n characters, '0' to '9'; weights 7, 3, 1. */

char reg_ocr_mrz_check(const char *text, size_t n);

/*
 * Reads the line of a TD3 or TD2 document that holds the numbers, wherever in
 * the text it begins; letters in places of digits and the reverse are put
 * right.  At least two check digits have to hold. 1 when it was found.
 */

int reg_ocr_mrz_numbers(const char *text, size_t n, reg_date_t today,
    reg_ocr_mrz_t *mrz);

/*
 * The name in the other line, as "SURNAME GIVEN NAMES"; country gets its
 * three letters.  1 when it was found.
 */

int reg_ocr_mrz_name(const char *text, size_t n,
    char name[REG_OCR_MRZ_NAME], char country[4]);


#endif /* REG_OCR_MRZ_H_INCLUDED */
