/*
 * The fields of an application and the rules that judge them.
 */

#ifndef REG_FIELDS_H_INCLUDED
#define REG_FIELDS_H_INCLUDED


#include <jansson.h>
#include "reg_date.h"
#include "reg_form.h"


#define REG_FIELD_SAVED     0x01    /* a draft may keep it */
#define REG_FIELD_OPTIONAL  0x02
#define REG_FIELD_NARROW    0x04    /* full-width forms become ASCII */
#define REG_FIELD_UPPER     0x08    /* letters become upper case */
#define REG_FIELD_LOWER     0x10
#define REG_FIELD_VERBATIM  0x20    /* a password: not touched at all */
#define REG_FIELD_PERSONAL  0x40    /* only ever stored sealed */
#define REG_FIELD_NAME      0x80    /* full-width letters and digits become
                                       ASCII, middle dots U+00B7 */
#define REG_FIELD_PERSON    0x100   /* a person's name: all full-width forms
                                       do; with REG_FIELD_NAME where it looks
                                       like one */

typedef enum {
    REG_FIELD_STRING,
    REG_FIELD_BOOLEAN,
    REG_FIELD_DOCUMENTS             /* {"kind": "id"} */
} reg_field_type_t;

typedef struct {
    const char        *name;
    reg_field_type_t   type;
    unsigned           flags;
    size_t             max;         /* code points */
} reg_field_t;

/* The table of all fields of POST /registrations; ends with name NULL. */

extern const reg_field_t  reg_fields[];

const reg_field_t *reg_field_find(const char *name);


/*
 * Wrong fields, in the order of the form; every field at most once.  Unknown
 * members come last and are listed up to a number that leaves room for
 * every field.
 */

#define REG_FAULTS_MAX          48
#define REG_FAULTS_MAX_UNKNOWN  12

typedef struct {
    const char  *field;             /* a static name, "documents.licence", or
                                       for unknown_member the object's own,
                                       which lives as long as it does */
    reg_code_t   code;
} reg_fault_t;

typedef struct {
    size_t       n;
    reg_fault_t  fault[REG_FAULTS_MAX];
} reg_faults_t;

/* Adds a fault unless the field has one already. */

void reg_faults_add(reg_faults_t *faults, const char *field, reg_code_t code);
reg_code_t reg_faults_of(const reg_faults_t *faults, const char *field);


/*
 * Parses a request body: one JSON object (RFC 8259), UTF-8, without NUL,
 * duplicate members or anything after it, nested at most 4 deep.  NULL when
 * it is not; the caller owns the reference.
 */

json_t *reg_json_parse(const char *text, size_t len);


/*
 * Replaces each known string by its normalised form (see the field's flags).
 * Members of a wrong type are reported and removed.  Members of unknown name
 * are reported and stay, since the report points to their names: they fail
 * the whole request.  REG_INTERNAL when memory is out.
 */

reg_code_t reg_fields_normalize(json_t *values, reg_faults_t *faults);

/*
 * A text as that field would have it: malloc'ed, NUL-terminated, the caller
 * frees it.  NULL when memory is out.
 */

char *reg_fields_normalize_text(const reg_field_t *field, reg_str_t typed,
    size_t *len);


typedef struct {
    const reg_form_t     *form;
    const reg_regions_t  *regions;
    reg_date_t            today;
} reg_rules_t;

/*
 * Judges normalised values with one another.  With complete set, a missing
 * field that this application needs is REG_REQUIRED; without, only what is
 * there is judged (and "" is REG_REQUIRED).  "documents" is judged for its
 * kinds only: that each needed kind is there (complete), and that none is
 * given that the document type does not know.  What others must find out
 * (taken, weak_password, code_wrong) is not judged here; the password's
 * length is.
 */

void reg_fields_judge(const reg_rules_t *rules, const json_t *values,
    int complete, reg_faults_t *faults);

/* Whether any document type knows the kind. */

int reg_document_kind_known(reg_str_t kind);

/*
 * An e-mail address as this service accepts it, the subset of RFC 5321 that
 * the README documents: dot-string local part of at most 64 octets, a domain
 * of LDH labels with at least one dot, at most 254 octets, ASCII.
 */

int reg_email_valid(reg_str_t address);

/*
 * 4 to 32 letters, digits, Chinese characters, "_", "-", "."; never "@", so
 * that no username is anybody's e-mail address.
 */

#define REG_USERNAME_MIN  4
#define REG_USERNAME_MAX  32

reg_code_t reg_username_judge(reg_str_t username);


#endif /* REG_FIELDS_H_INCLUDED */
