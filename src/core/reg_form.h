/*
 * The form file: texts, document types, industries, cities and offices, the
 * notice, messages; and the regions of GB/T 2260.  Both are read once and
 * never change.
 */

#ifndef REG_FORM_H_INCLUDED
#define REG_FORM_H_INCLUDED


#include <jansson.h>
#include "reg_core.h"


typedef struct reg_form_s     reg_form_t;
typedef struct reg_regions_s  reg_regions_t;

typedef enum {
    REG_ZH_CN = 0,
    REG_EN,
    REG_LANGUAGES
} reg_language_t;


/*
 * Loads and checks the form file, of which conf/form.json is the sample: every
 * member of it is needed and no other is known.  An error names file and
 * line, also for a wrong value.  max_bytes is how large a picture may be.
 */

reg_form_t *reg_form_load(const char *path, const reg_regions_t *regions,
    size_t max_bytes, reg_error_t *error);
void reg_form_free(reg_form_t *form);

/*
 * What GET /form answers: NUL-terminated JSON, owned by the form.  Every text
 * in it is an object {"zh-CN", "en"}; document types list the kinds they
 * need as "required" and "optional", and whether they may be "long_term";
 * "fields" tells each field's "max" code points and whether it is
 * "optional"; "limits" holds the figures a page needs to judge early.
 */

const char *reg_form_json(const reg_form_t *form, size_t *len);

/* The same for reviewers, with the ready-made "reasons". */

const char *reg_form_review_json(const reg_form_t *form, size_t *len);

int reg_form_has_industry(const reg_form_t *form, const char *id);
int reg_form_has_office(const reg_form_t *form, const char *id);

/* Six-digit code of the province that "in_province" means: "410000". */

const char *reg_form_province(const reg_form_t *form);

/* The name of the service, which also signs its mails. */

const char *reg_form_title(const reg_form_t *form, reg_language_t language);

const char *reg_form_notice_version(const reg_form_t *form);

/*
 * What a person calls a field ("mobile", "documents.licence"); the field
 * itself when it is none.
 */

const char *reg_form_label(const reg_form_t *form, const char *field,
    reg_language_t language);

/*
 * The message of a code for a person; a built-in English one where the file
 * has none.  Also titles of whole answers, by any word ("unavailable").
 */

const char *reg_form_message(const reg_form_t *form, const char *word,
    reg_language_t language);


/*
 * Loads a regions file: {"regions": [["410000", "河南省"], ["410100",
 * "郑州市"], ["410102", "中原区"], …]} in code order.
 */

reg_regions_t *reg_regions_load(const char *path, reg_error_t *error);
void reg_regions_free(reg_regions_t *regions);

/*
 * What GET /regions answers: {"regions": […]}, a tree of {"code", "name",
 * "children"}; a region without parts has no "children".
 */

const char *reg_regions_json(const reg_regions_t *regions, size_t *len);

/* Whether the code is a known region, and one that has no parts. */

int reg_regions_has(const reg_regions_t *regions, const char *code);
int reg_regions_is_leaf(const reg_regions_t *regions, const char *code);

/* "中原区"; NULL for an unknown code. */

const char *reg_regions_name(const reg_regions_t *regions, const char *code);

/* The name of the region at a place in the table, NULL beyond the last. */

const char *reg_regions_at(const reg_regions_t *regions, size_t i,
    const char **code);


#endif /* REG_FORM_H_INCLUDED */
