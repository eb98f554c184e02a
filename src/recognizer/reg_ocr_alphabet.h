/*
 * What the reading model can say: its classes as code points, and those of
 * them whose probabilities are kept for a second reading.
 */

#ifndef REG_OCR_ALPHABET_H_INCLUDED
#define REG_OCR_ALPHABET_H_INCLUDED


#include "reg_core.h"


#define REG_OCR_CLASSES_MAX  8192
#define REG_OCR_KEPT_MAX     192

/*
 * Kept are the blank (always at 0), digits, letters, "<.-/:", what the model
 * takes "<" for, and the characters of the names of the 56 ethnic groups.
 */

typedef struct {
    size_t    classes;
    int32_t   code[REG_OCR_CLASSES_MAX];        /* of class 1 and on */
    size_t    nkept;
    uint16_t  kept[REG_OCR_KEPT_MAX];           /* classes */
    int32_t   kept_code[REG_OCR_KEPT_MAX];
} reg_ocr_alphabet_t;

/*
 * From a dictionary: one character a line, class 1 and on; then comes the
 * space.  NULL with the reason in error; freed with free().
 */

reg_ocr_alphabet_t *reg_ocr_alphabet_load(const char *path,
    reg_error_t *error);

/* The place of a code point among the kept; 0 when it is not kept. */

size_t reg_ocr_alphabet_kept(const reg_ocr_alphabet_t *alphabet,
    int32_t code);

/* Whether the model knows a character at all. */

int reg_ocr_alphabet_has(const reg_ocr_alphabet_t *alphabet, int32_t code);


/* GB/T 3304: the 56 ethnic groups without 族; ends with NULL. */

extern const char *const  reg_ocr_ethnic_groups[];


#endif /* REG_OCR_ALPHABET_H_INCLUDED */
