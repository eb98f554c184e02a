/*
 * Text: UTF-8, code points, full-width forms.
 */

#ifndef REG_TEXT_H_INCLUDED
#define REG_TEXT_H_INCLUDED


#include "reg_core.h"


/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates). */

int reg_text_valid(reg_str_t text);


/* The number of code points of well-formed UTF-8. */

size_t reg_text_length(reg_str_t text);


/*
 * Whether the text holds a control character (C0, C1, DEL, line and
 * paragraph separators, bidirectional overrides), which no field may.
 */

int reg_text_has_control(reg_str_t text);


/*
 * Normalises what people type: leading and trailing white space (ASCII and
 * U+3000) is cut, and with narrow set, full-width ASCII (U+FF01 to U+FF5E)
 * and U+3000 become ASCII.  Gives a malloc'ed, NUL-terminated string that
 * the caller frees, or NULL when memory is out.
 */

char *reg_text_normalize(reg_str_t text, int narrow, size_t *len);


#endif /* REG_TEXT_H_INCLUDED */
