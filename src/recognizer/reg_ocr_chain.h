/*
 * Divisions at the beginning of an address, province, city and county, by
 * what the characters that are in doubt may be instead.
 */

#ifndef REG_OCR_CHAIN_H_INCLUDED
#define REG_OCR_CHAIN_H_INCLUDED


#include "reg_form.h"
#include "reg_ocr.h"


/* A name does not fit. */

#define REG_OCR_CHAIN_NONE  -1.0f

/*
 * Whether a name stands at a place of a value, counted in characters: 0 when
 * it is there as it was read, else how much less likely it is (the natural
 * logarithm, positive), or REG_OCR_CHAIN_NONE.  *next is what follows.
 */

float reg_ocr_chain_fits(const reg_ocr_field_t *field, size_t at,
    const char *name, size_t *next);

/*
 * How likely the character at a place, counted in characters, is another one,
 * 0 to 1: 0 when it is not among those that it may be.
 */

float reg_ocr_chain_doubt(const reg_ocr_field_t *field, size_t at,
    int32_t code);

/* The names, the last one's code, and how many characters they take. */

#define REG_OCR_CHAIN_MAX   256

typedef struct {
    char    names[REG_OCR_CHAIN_MAX];
    char    code[7];
    size_t  n;                      /* 0: no division fits */
    float   cost;
} reg_ocr_chain_t;

/*
 * The longest and then the likeliest of those that begin a value; own, the
 * division that the holder's number has, is likelier.  It may be NULL.
 */

void reg_ocr_chain_find(const reg_regions_t *regions,
    const reg_ocr_field_t *field, const char *own, reg_ocr_chain_t *chain);


#endif /* REG_OCR_CHAIN_H_INCLUDED */
