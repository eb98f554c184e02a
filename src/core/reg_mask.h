/*
 * Masks of personal values, for lists, exports and logs (policy.md).
 */

#ifndef REG_MASK_H_INCLUDED
#define REG_MASK_H_INCLUDED


#include "reg_core.h"


/*
 * Each writes a terminated string that never ends within a character; out has
 * to have room for REG_MASK_SIZE bytes of a value of len bytes.  What
 * is no value of its kind, or too short to be masked, becomes "***".
 */

#define REG_MASK_SIZE(len)  ((len) + sizeof("***"))

/* The first character: "张*".  How long the name is, is hidden, too. */

void reg_mask_name(reg_str_t name, char *out, size_t size);

/* The first and the last character: "1****************X". */

void reg_mask_id_number(reg_str_t number, char *out, size_t size);

/* The first three and the last four: "138****1234"; of fewer than 11 only
 * the last two. */

void reg_mask_mobile(reg_str_t mobile, char *out, size_t size);

/* The first character and the domain: "a***@example.org". */

void reg_mask_email(reg_str_t email, char *out, size_t size);


#endif /* REG_MASK_H_INCLUDED */
