/*
 * The form of single values, whatever the other fields hold.
 */

#ifndef REG_FORMATS_H_INCLUDED
#define REG_FORMATS_H_INCLUDED


#include "reg_core.h"


/* Whether the text is a number of digits. */

int reg_format_digits(reg_str_t text, size_t n);

int reg_format_mobile(reg_str_t text);

/* 0791-86694220, with or without the hyphen, and an extension ("-8001"). */

int reg_format_landline(reg_str_t text);

/* A document's number while its type is unknown. */

int reg_format_any_number(reg_str_t text);

/*
 * A person's name as resident identity cards have it: at least two Chinese
 * characters, with single middle dots between the parts of a name.
 */

int reg_format_chinese_name(reg_str_t text);

/*
 * A person's name in any script: at least two characters, one of them a
 * letter, and no digit or sign that no name has.
 */

int reg_format_person_name(reg_str_t text);

/* A name of an organisation: at least two characters, one of them a letter. */

int reg_format_organization_name(reg_str_t text);


#endif /* REG_FORMATS_H_INCLUDED */
