/*
 * Applicant types, document types and the pictures they need.
 */

#include "reg_documents.h"
#include "reg_fields.h"


static reg_code_t reg_document_hm_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);
static reg_code_t reg_document_tw_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);
static reg_code_t reg_document_passport(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);


#define REG_CARD_KINDS                                                        \
    { "id_card_portrait", "id_card_emblem", "id_card_handheld", NULL }, 3
#define REG_PAGE_KINDS                                                        \
    { "passport_page", "id_card_handheld", NULL, NULL }, 2
#define REG_LICENCE_KINDS                                                     \
    { "licence", "supporting", NULL, NULL }, 1


const char *const  reg_applicant_types[] = {
    "natural_person", "enterprise", "non_enterprise", NULL
};

/*
 * The leading two places of a credit code are the registering department and
 * the class of organisation: 91 enterprises, 92 individual businesses, 93
 * farmers' cooperatives; 11 state organs, 13 mass organisations run by the
 * central organisation department, 19 others of that department; 12 public
 * institutions; 51, 52 and 53 what the civil affairs departments register.
 */

const reg_document_type_t  reg_document_types[] = {
    { "resident_id_card", "natural_person", REG_CARD_KINDS,
      reg_number_resident, NULL, 1, 1 },
    { "hmt_residence_permit", "natural_person", REG_CARD_KINDS,
      reg_number_hmt_permit, NULL, 0, 0 },
    { "permanent_residence_card", "natural_person", REG_CARD_KINDS,
      reg_number_permanent_residence, NULL, 0, 0 },
    { "hm_travel_permit", "natural_person", REG_PAGE_KINDS,
      reg_document_hm_permit, NULL, 0, 0 },
    { "tw_travel_permit", "natural_person", REG_PAGE_KINDS,
      reg_document_tw_permit, NULL, 0, 0 },
    { "passport", "natural_person", REG_PAGE_KINDS,
      reg_document_passport, NULL, 0, 0 },

    { "business_licence", "enterprise", REG_LICENCE_KINDS,
      NULL, "91 92 93", 1, 0 },

    { "public_institution_certificate", "non_enterprise", REG_LICENCE_KINDS,
      NULL, "12", 1, 0 },
    { "government_certificate", "non_enterprise", REG_LICENCE_KINDS,
      NULL, "11 13 19", 1, 0 },
    { "social_organization_certificate", "non_enterprise", REG_LICENCE_KINDS,
      NULL, "51", 1, 0 },
    { "private_non_enterprise_certificate", "non_enterprise",
      REG_LICENCE_KINDS,
      NULL, "52", 1, 0 },
    { "foundation_certificate", "non_enterprise", REG_LICENCE_KINDS,
      NULL, "53", 1, 0 },

    { NULL, NULL, { NULL, NULL, NULL, NULL }, 0, NULL, NULL, 0, 0 }
};

const reg_document_kind_t  reg_document_kinds_all[] = {
    { "id_card_portrait", "documents.id_card_portrait" },
    { "id_card_emblem", "documents.id_card_emblem" },
    { "id_card_handheld", "documents.id_card_handheld" },
    { "passport_page", "documents.passport_page" },
    { "licence", "documents.licence" },
    { "supporting", "documents.supporting" },
    { NULL, NULL }
};


const reg_document_type_t *
reg_document_type_find(const char *name)
{
    const reg_document_type_t  *type;

    for (type = reg_document_types; type->name != NULL; type++) {
        if (strcmp(type->name, name) == 0) {
            return type;
        }
    }

    return NULL;
}


const char *
reg_document_kind_field(const char *kind)
{
    const reg_document_kind_t  *known;

    for (known = reg_document_kinds_all; known->kind != NULL; known++) {
        if (strcmp(known->kind, kind) == 0) {
            return known->field;
        }
    }

    return NULL;
}


int
reg_document_kind_known(reg_str_t kind)
{
    const reg_document_kind_t  *known;

    for (known = reg_document_kinds_all; known->kind != NULL; known++) {
        if (strlen(known->kind) == kind.len
            && memcmp(known->kind, kind.data, kind.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


reg_code_t
reg_document_number(const reg_document_type_t *type, reg_str_t number,
    reg_date_t today, reg_number_facts_t *facts)
{
    memset(facts, 0, sizeof(reg_number_facts_t));
    facts->birth = REG_DATE_NONE;

    if (type->number == NULL) {
        return reg_number_credit_code(number, type->leading);
    }

    return type->number(number, today, facts);
}


static reg_code_t
reg_document_hm_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    (void) today;
    (void) facts;

    return reg_number_hm_permit(number);
}


static reg_code_t
reg_document_tw_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    (void) today;
    (void) facts;

    return reg_number_tw_permit(number);
}


static reg_code_t
reg_document_passport(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    (void) today;
    (void) facts;

    return reg_number_passport(number);
}
