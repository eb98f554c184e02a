/*
 * Applicant types, document types and the pictures they need.
 */

#ifndef REG_DOCUMENTS_H_INCLUDED
#define REG_DOCUMENTS_H_INCLUDED


#include "reg_numbers.h"


#define REG_KINDS_MAX  3            /* of one document type */

typedef struct {
    const char  *name;
    const char  *applicant_type;
    const char  *kinds[REG_KINDS_MAX + 1];      /* required ones first */
    size_t       required;

    reg_code_t  (*number)(reg_str_t number, reg_date_t today,
                    reg_number_facts_t *facts);
    const char  *leading;           /* of a credit code, where number is NULL */

    unsigned     endless:1;         /* may be valid without end */
    unsigned     resident:1;        /* a resident identity card */
} reg_document_type_t;

/* Both tables end with a NULL name. */

extern const reg_document_type_t  reg_document_types[];
extern const char *const          reg_applicant_types[];

const reg_document_type_t *reg_document_type_find(const char *name);

/*
 * Every kind that any document type knows, once, with the name of its field
 * ("documents.licence"); ends with a NULL kind.
 */

typedef struct {
    const char  *kind;
    const char  *field;
} reg_document_kind_t;

extern const reg_document_kind_t  reg_document_kinds_all[];

/* The field of a kind; NULL when no document type knows it. */

const char *reg_document_kind_field(const char *kind);

reg_code_t reg_document_number(const reg_document_type_t *type,
    reg_str_t number, reg_date_t today, reg_number_facts_t *facts);


#endif /* REG_DOCUMENTS_H_INCLUDED */
