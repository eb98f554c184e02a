/*
 * What was typed against what was read, and what was read against itself: for
 * reviewers, who decide what it means.
 */

#ifndef REG_CROSSCHECK_H_INCLUDED
#define REG_CROSSCHECK_H_INCLUDED


#include <jansson.h>
#include "reg_date.h"
#include "reg_form.h"


typedef struct {
    const json_t         *values;       /* the application, as typed */
    const json_t         *results;      /* {KIND: what was read}, as of
                                           reg_recognition_parse(), of the
                                           pictures that stand now */
    const reg_regions_t  *regions;
    reg_date_t            today;
} reg_crosscheck_t;

/*
 * Of one picture, [{"field", "result"}] with "same", "different" or
 * "not_read" for each field that this kind shows and the form has.  Spaces,
 * punctuation, width and case do not count; an address may begin at its
 * region or at its street; a name in another script is not read.
 */

json_t *reg_crosscheck_fields(const reg_crosscheck_t *check,
    const char *kind);

/*
 * [{"check", "result"}] of an identity card; an empty list of other documents:
 *
 *   number_birth     birth date in the number and as read
 *   number_sex       the same of the sex
 *   number_region    region of the number and the address as read
 *   term_age         5, 10 or 20 years or no end, by the age on the first day
 *   number_handheld  the number on the card in the hand, and as typed
 *
 * Both give NULL when memory is out; the caller owns the reference.
 */

json_t *reg_crosscheck_card(const reg_crosscheck_t *check);


#endif /* REG_CROSSCHECK_H_INCLUDED */
