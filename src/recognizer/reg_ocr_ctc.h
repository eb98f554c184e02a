/*
 * Connectionist temporal classification: from the probabilities of each step
 * along a line to characters, freely or under a mask.
 */

#ifndef REG_OCR_CTC_H_INCLUDED
#define REG_OCR_CTC_H_INCLUDED


#include "reg_ocr_page.h"


/*
 * Reads a line: in each of steps the likeliest of the alphabet's classes
 * (class 0 is the blank); equal neighbours are one character, which stands at
 * its likeliest step.  Fills chars (code, p, step), n, steps, kept and
 * confidence of line.  REG_OK or REG_INTERNAL.
 */

reg_code_t reg_ocr_ctc_read(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, size_t steps, reg_ocr_line_t *line);

/*
 * Reads steps from, inclusive, to, exclusive, again, as if there were no
 * characters but those of mask, of which out gets at most max with code, p
 * (among the mask and the blank) and step.  Gives their number.
 */

size_t reg_ocr_ctc_masked(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to, const char *mask,
    reg_ocr_char_t *out, size_t max);

/*
 * Which of some words the steps say; p is how likely it is if it has to be
 * one of them.  words ends with NULL; a word with a character that is not
 * kept cannot be told.  -1 when none can.
 */

int reg_ocr_ctc_word(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to,
    const char *const *words, float *p);


#endif /* REG_OCR_CTC_H_INCLUDED */
