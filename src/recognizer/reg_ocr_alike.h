/*
 * Characters that the model does not know, or not in blur, told by those that
 * it reads instead.
 *
 * What it knows it reads with nearly all of its weight.  For what it does not
 * know it gives several that look like it a part each; of these, some stand in
 * no name, and say by that which character it is.
 */

#ifndef REG_OCR_ALIKE_H_INCLUDED
#define REG_OCR_ALIKE_H_INCLUDED


#include "reg_ocr.h"
#include "reg_ocr_page.h"


/* A character, and what is read for it; a table ends with NULL. */

typedef struct {
    const char  *character;
    const char  *alike;
} reg_ocr_alike_t;

/*
 * A character that is always read as the same other one, which the model knows
 * so well that it leaves nothing of these in doubt where it stands itself; and
 * how much of them it takes.
 */

typedef struct {
    const char  *character;
    const char  *read;
    const char  *traces;
    float        least;
} reg_ocr_trace_t;

extern const reg_ocr_alike_t  reg_ocr_alike_villages[];
extern const reg_ocr_alike_t  reg_ocr_alike_divisions[];
extern const reg_ocr_alike_t  reg_ocr_alike_surnames[];
extern const reg_ocr_alike_t  reg_ocr_alike_given[];
extern const reg_ocr_alike_t  reg_ocr_alike_companies[];
extern const reg_ocr_trace_t  reg_ocr_traces_surnames[];
extern const reg_ocr_trace_t  reg_ocr_traces_given[];

/*
 * The character of a table for which most of what was read speaks: n of them,
 * and how much each; *p is the sum of those.  0 when nothing does.
 */

int32_t reg_ocr_alike(const reg_ocr_alike_t *table,
    const reg_ocr_other_t *read, size_t n, float *p);

/* The character of a table that one was read for, or 0. */

int32_t reg_ocr_trace(const reg_ocr_trace_t *table, const reg_ocr_char_t *c);

/*
 * What may stand at a place of a field: the character that was read, as 1, and
 * what it may be instead beside it; at most REG_OCR_OTHERS + 1.  How many.
 */

size_t reg_ocr_alike_doubts(const reg_ocr_field_t *field, size_t at,
    int32_t code, reg_ocr_other_t *read);


#endif /* REG_OCR_ALIKE_H_INCLUDED */
