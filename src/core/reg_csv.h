/*
 * Comma-separated values (RFC 4180), safe to be opened by a spreadsheet.
 */

#ifndef REG_CSV_H_INCLUDED
#define REG_CSV_H_INCLUDED


#include "reg_core.h"


/* In front of a file, it tells spreadsheets that it is UTF-8. */

#define REG_CSV_BOM  "\xef\xbb\xbf"

/*
 * A field is quoted where RFC 4180 asks for it.  One that a spreadsheet would
 * take for a formula (it begins with = + - @, their full-width forms, a tab or
 * a carriage return) gets a ' in front.
 *
 * The sizes are what the function of the same name writes at most; each gives
 * the end of what it wrote.  Nothing is NUL-terminated.
 */

size_t reg_csv_field_size(reg_str_t text);
unsigned char *reg_csv_field(unsigned char *out, reg_str_t text);

/* n fields with commas between them, and CRLF. */

size_t reg_csv_row_size(const reg_str_t *fields, size_t n);
unsigned char *reg_csv_row(unsigned char *out, const reg_str_t *fields,
    size_t n);


#endif /* REG_CSV_H_INCLUDED */
