/*
 * Text: UTF-8, code points, full-width forms.
 */

#ifndef REG_TEXT_H_INCLUDED
#define REG_TEXT_H_INCLUDED


#include "reg_core.h"


/* Whether the bytes are well-formed UTF-8 (RFC 3629: no surrogates). */

int reg_text_valid(reg_str_t text);


/*
 * Takes the next code point off the front of text; -1 when the text is at
 * its end or not well-formed there (nothing is taken then).
 */

int32_t reg_text_next(reg_str_t *text);


/* The number of code points of well-formed UTF-8. */

size_t reg_text_length(reg_str_t text);


/*
 * Whether the text holds a control character (C0, C1, DEL, line and
 * paragraph separators, bidirectional marks and overrides, invisible signs
 * but the joiners that some scripts need), which no field may.
 */

int reg_text_has_control(reg_str_t text);


/*
 * Whether a code point is a Chinese character: the unified ideographs with
 * all extensions, the compatibility ideographs, U+3007, and the private use
 * area of the basic plane, where GB 18030 has kept rare characters of names.
 */

int reg_text_is_han(int32_t code);


/*
 * Normalises what people type: leading and trailing white space (ASCII,
 * U+00A0, U+200B, U+3000, U+FEFF) is cut, and
 *
 *   REG_TEXT_NARROW  full-width ASCII (U+FF01 to U+FF5E) and U+3000 become
 *                    ASCII;
 *   REG_TEXT_NAME    only full-width letters and digits do, since the names
 *                    on licences have full-width brackets; every look-alike
 *                    of the middle dot becomes U+00B7;
 *   REG_TEXT_PERSON  as REG_TEXT_NARROW, and those dots; the full-width full
 *                    stop is one of them behind a Chinese character.
 *
 * Gives a malloc'ed, NUL-terminated string that the caller frees, or NULL
 * when memory is out.
 */

#define REG_TEXT_KEEP    0
#define REG_TEXT_NARROW  1
#define REG_TEXT_NAME    2
#define REG_TEXT_PERSON  3

char *reg_text_normalize(reg_str_t text, int narrow, size_t *len);


/*
 * Whether a name looks like a person's: without Chinese characters, or of
 * nothing but these and dots.  Those on licences have Chinese characters, and
 * where there is full-width ASCII with them, brackets as a rule.
 */

int reg_text_is_person(reg_str_t name);


#endif /* REG_TEXT_H_INCLUDED */
