/*
 * Words of which some characters were read, and the others are in doubt.
 */

#ifndef REG_OCR_WORDS_H_INCLUDED
#define REG_OCR_WORDS_H_INCLUDED


#include "reg_ocr.h"


/*
 * Puts a word, 教育 for 教有, where at least half of its characters were read
 * and the others are among those that may be; not before a place of the value,
 * counted in characters.  1 when something was changed.
 */

int reg_ocr_words_weigh(reg_ocr_field_t *field, size_t from,
    const char *word);

/* Puts a word in the place of n characters, where the value has room. */

void reg_ocr_words_put(reg_ocr_field_t *field, size_t at, size_t n,
    const char *word);

/* What follows the first n characters of a value. */

const unsigned char *reg_ocr_words_skip(const reg_ocr_field_t *field,
    size_t n);

/*
 * What blurred words are read as although the model is sure, where that is not
 * what something else begins with, and what is meant: as many characters.  A
 * table ends with NULL; from is as above.  1 when something was changed.
 */

typedef struct {
    const char  *read;
    const char  *unless;
    const char  *meant;
} reg_ocr_misread_t;

int reg_ocr_words_misread(reg_ocr_field_t *field, size_t from,
    const reg_ocr_misread_t *table);


#endif /* REG_OCR_WORDS_H_INCLUDED */
