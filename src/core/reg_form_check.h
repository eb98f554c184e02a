/*
 * Checks a form file's content, naming the line of what is wrong.
 */

#ifndef REG_FORM_CHECK_H_INCLUDED
#define REG_FORM_CHECK_H_INCLUDED


#include "reg_form.h"


typedef struct {
    const char           *path;
    const char           *text;         /* what root was parsed from */
    const json_t         *root;
    const reg_regions_t  *regions;
    json_t               *industries;   /* sets of ids, to be filled */
    json_t               *offices;
    reg_error_t          *error;
} reg_form_check_t;

reg_code_t reg_form_check(const reg_form_check_t *check);

/* Names of the languages, by reg_language_t. */

extern const char *const  reg_form_languages[REG_LANGUAGES];

/*
 * Words that need a message beside those of the field codes: the titles of
 * whole answers.  word NULL at the end; english is for a file without it.
 */

typedef struct {
    const char  *word;
    const char  *english;
} reg_form_word_t;

extern const reg_form_word_t  reg_form_words[];


#endif /* REG_FORM_CHECK_H_INCLUDED */
