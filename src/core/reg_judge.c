/*
 * Judges an application's values, each in the light of the others.
 */

#include "reg_documents.h"
#include "reg_fields.h"
#include "reg_formats.h"
#include "reg_password.h"
#include "reg_text.h"


/*
 * The law gives the authority 60 days, and 30 more where traffic is poor, to
 * issue a card (Law on Resident Identity Cards, article 12), so that the
 * holder's age at the application, which settles the term, may be that of
 * up to so many days before the date on the card.
 */

#define REG_CARD_ISSUE_DAYS  90


typedef struct {
    const reg_rules_t          *rules;
    const json_t               *values;
    const reg_document_type_t  *type;       /* NULL while it is unknown */
    reg_date_t                  from;       /* NONE while they are unknown */
    reg_date_t                  birth;
    int                         long_term;
} reg_judge_t;

typedef struct {
    const char   *field;
    reg_code_t  (*judge)(const reg_judge_t *judge, reg_str_t value);
} reg_judgement_t;


static void reg_judge_prepare(reg_judge_t *judge);
static void reg_judge_string(const reg_judge_t *judge,
    const reg_field_t *field, int complete, reg_faults_t *faults);
static const char *reg_judge_text(const reg_judge_t *judge, const char *field,
    reg_str_t *value);

static reg_code_t reg_judge_username(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_password(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_residence(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_applicant_type(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_document_type(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_name(const reg_judge_t *judge, reg_str_t value);
static reg_code_t reg_judge_id_number(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_valid_from(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_valid_until(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_region(const reg_judge_t *judge, reg_str_t value);
static reg_code_t reg_judge_address(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_postcode(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_contact_name(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_mobile(const reg_judge_t *judge, reg_str_t value);
static reg_code_t reg_judge_landline(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_email(const reg_judge_t *judge, reg_str_t value);
static reg_code_t reg_judge_email_code(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_industry(const reg_judge_t *judge,
    reg_str_t value);
static reg_code_t reg_judge_office(const reg_judge_t *judge, reg_str_t value);
static reg_code_t reg_judge_notice_version(const reg_judge_t *judge,
    reg_str_t value);

static reg_code_t reg_judge_long_term(const reg_judge_t *judge);
static void reg_judge_documents(const reg_judge_t *judge, int complete,
    reg_faults_t *faults);
static reg_code_t reg_judge_kind(const reg_judge_t *judge, const char *kind);
static reg_code_t reg_judge_date(reg_str_t value, reg_date_t *date);
static reg_code_t reg_judge_card_term(const reg_judge_t *judge,
    reg_date_t until);
static int reg_judge_card_years(reg_date_t from, reg_date_t until);
static int reg_judge_card_age_fits(const reg_judge_t *judge, int years);
static int reg_judge_years_at(int age);


/* As in reg_fields[], without those that are no strings. */

static const reg_judgement_t  reg_judgements[] = {
    { "username", reg_judge_username },
    { "password", reg_judge_password },
    { "residence", reg_judge_residence },
    { "applicant_type", reg_judge_applicant_type },
    { "document_type", reg_judge_document_type },
    { "name", reg_judge_name },
    { "id_number", reg_judge_id_number },
    { "valid_from", reg_judge_valid_from },
    { "valid_until", reg_judge_valid_until },
    { "region", reg_judge_region },
    { "address", reg_judge_address },
    { "postcode", reg_judge_postcode },
    { "contact_name", reg_judge_contact_name },
    { "mobile", reg_judge_mobile },
    { "landline", reg_judge_landline },
    { "email", reg_judge_email },
    { "email_code", reg_judge_email_code },
    { "industry", reg_judge_industry },
    { "office", reg_judge_office },
    { "notice_version", reg_judge_notice_version },
    { NULL, NULL }
};


void
reg_fields_judge(const reg_rules_t *rules, const json_t *values, int complete,
    reg_faults_t *faults)
{
    reg_code_t          rc;
    reg_judge_t         judge;
    const reg_field_t  *field;

    memset(&judge, 0, sizeof(judge));

    judge.rules = rules;
    judge.values = values;

    reg_judge_prepare(&judge);

    for (field = reg_fields; field->name != NULL; field++) {

        switch (field->type) {

        case REG_FIELD_STRING:
            reg_judge_string(&judge, field, complete, faults);
            break;

        case REG_FIELD_BOOLEAN:
            rc = reg_judge_long_term(&judge);
            if (rc != REG_OK) {
                reg_faults_add(faults, field->name, rc);
            }
            break;

        case REG_FIELD_DOCUMENTS:
            reg_judge_documents(&judge, complete, faults);
            break;
        }
    }
}


/* What several rules look at. */

static void
reg_judge_prepare(reg_judge_t *judge)
{
    reg_str_t            value;
    const char          *text;
    reg_number_facts_t   facts;

    judge->from = REG_DATE_NONE;
    judge->birth = REG_DATE_NONE;
    judge->long_term = json_is_true(json_object_get(judge->values,
                                                    "long_term"));

    text = reg_judge_text(judge, "document_type", &value);
    if (text != NULL) {
        judge->type = reg_document_type_find(text);
    }

    if (reg_judge_text(judge, "valid_from", &value) != NULL) {
        judge->from = reg_date_parse(value);
    }

    if (judge->type != NULL
        && reg_judge_text(judge, "id_number", &value) != NULL
        && reg_document_number(judge->type, value, judge->rules->today,
                               &facts)
           == REG_OK)
    {
        judge->birth = facts.birth;
    }
}


static void
reg_judge_string(const reg_judge_t *judge, const reg_field_t *field,
    int complete, reg_faults_t *faults)
{
    reg_str_t               value;
    reg_code_t              rc;
    const json_t           *given;
    const reg_judgement_t  *judgement;

    given = json_object_get(judge->values, field->name);

    if (reg_judge_text(judge, field->name, &value) == NULL) {

        /* valid_until is optional only beside long_term. */

        if ((complete || given != NULL)
            && (!(field->flags & REG_FIELD_OPTIONAL)
                || (strcmp(field->name, "valid_until") == 0
                    && !judge->long_term)))
        {
            reg_faults_add(faults, field->name, REG_REQUIRED);
        }

        return;
    }

    if (reg_text_has_control(value)) {
        reg_faults_add(faults, field->name, REG_FORMAT);
        return;
    }

    judgement = reg_judgements;

    while (strcmp(judgement->field, field->name) != 0) {
        judgement++;
    }

    rc = judgement->judge(judge, value);
    if (rc != REG_OK) {
        reg_faults_add(faults, field->name, rc);
    }
}


/* The NUL-terminated text of a given field; NULL for none and for "". */

static const char *
reg_judge_text(const reg_judge_t *judge, const char *field, reg_str_t *value)
{
    const json_t  *given;

    given = json_object_get(judge->values, field);

    value->data = (const unsigned char *) json_string_value(given);
    value->len = json_string_length(given);

    return (value->len == 0) ? NULL : (const char *) value->data;
}


static reg_code_t
reg_judge_username(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_username_judge(value);
}


static reg_code_t
reg_judge_password(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_password_length(value);
}


static reg_code_t
reg_judge_residence(const reg_judge_t *judge, reg_str_t value)
{
    const char  *text;

    (void) judge;

    text = (const char *) value.data;

    return (strcmp(text, "in_province") == 0
            || strcmp(text, "out_of_province") == 0)
           ? REG_OK : REG_UNKNOWN;
}


static reg_code_t
reg_judge_applicant_type(const reg_judge_t *judge, reg_str_t value)
{
    const char *const  *type;

    (void) judge;

    for (type = reg_applicant_types; *type != NULL; type++) {
        if (strcmp(*type, (const char *) value.data) == 0) {
            return REG_OK;
        }
    }

    return REG_UNKNOWN;
}


static reg_code_t
reg_judge_document_type(const reg_judge_t *judge, reg_str_t value)
{
    const char  *applicant_type;

    if (judge->type == NULL) {
        return REG_UNKNOWN;
    }

    applicant_type = reg_judge_text(judge, "applicant_type", &value);

    if (applicant_type != NULL
        && strcmp(applicant_type, judge->type->applicant_type) != 0)
    {
        return REG_MISMATCH;
    }

    return REG_OK;
}


/*
 * A resident's card always has the Chinese name; the other documents of
 * persons may have one in any script.
 */

static reg_code_t
reg_judge_name(const reg_judge_t *judge, reg_str_t value)
{
    int  fits;

    if (reg_text_length(value) > reg_field_find("name")->max) {
        return REG_TOO_LONG;
    }

    if (judge->type == NULL
        || strcmp(judge->type->applicant_type, "natural_person") != 0)
    {
        fits = reg_format_organization_name(value);

    } else if (judge->type->resident) {
        fits = reg_format_chinese_name(value);

    } else {
        fits = reg_format_person_name(value);
    }

    return fits ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_id_number(const reg_judge_t *judge, reg_str_t value)
{
    reg_number_facts_t  facts;

    if (judge->type == NULL) {
        return reg_format_any_number(value) ? REG_OK : REG_FORMAT;
    }

    return reg_document_number(judge->type, value, judge->rules->today,
                               &facts);
}


static reg_code_t
reg_judge_valid_from(const reg_judge_t *judge, reg_str_t value)
{
    reg_code_t  rc;
    reg_date_t  from;

    rc = reg_judge_date(value, &from);
    if (rc != REG_OK) {
        return rc;
    }

    if (from > judge->rules->today) {
        return REG_DATE;
    }

    if (judge->birth != REG_DATE_NONE && from < judge->birth) {
        return REG_MISMATCH;
    }

    return REG_OK;
}


static reg_code_t
reg_judge_valid_until(const reg_judge_t *judge, reg_str_t value)
{
    reg_code_t  rc;
    reg_date_t  until;

    if (judge->long_term) {
        return REG_NOT_APPLICABLE;
    }

    rc = reg_judge_date(value, &until);
    if (rc != REG_OK) {
        return rc;
    }

    if (until < judge->rules->today) {
        return REG_EXPIRED;
    }

    if (judge->from == REG_DATE_NONE) {
        return REG_OK;
    }

    if (until <= judge->from) {
        return REG_MISMATCH;
    }

    if (judge->type != NULL && judge->type->resident) {
        return reg_judge_card_term(judge, until);
    }

    return REG_OK;
}


static reg_code_t
reg_judge_region(const reg_judge_t *judge, reg_str_t value)
{
    int          inside;
    reg_str_t    residence;
    const char  *code, *where;

    code = (const char *) value.data;

    if (!reg_format_digits(value, 6)) {
        return REG_FORMAT;
    }

    if (!reg_regions_is_leaf(judge->rules->regions, code)) {
        return REG_UNKNOWN;
    }

    where = reg_judge_text(judge, "residence", &residence);
    inside = (strncmp(code, reg_form_province(judge->rules->form), 2) == 0);

    if (where != NULL
        && strcmp(where, inside ? "out_of_province" : "in_province") == 0)
    {
        return REG_MISMATCH;
    }

    return REG_OK;
}


static reg_code_t
reg_judge_address(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return (reg_text_length(value) > reg_field_find("address")->max)
           ? REG_TOO_LONG : REG_OK;
}


static reg_code_t
reg_judge_postcode(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_format_digits(value, 6) ? REG_OK : REG_FORMAT;
}


/* The contact may be of any script, whatever the applicant's document. */

static reg_code_t
reg_judge_contact_name(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    if (reg_text_length(value) > reg_field_find("contact_name")->max) {
        return REG_TOO_LONG;
    }

    return reg_format_person_name(value) ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_mobile(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_format_mobile(value) ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_landline(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_format_landline(value) ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_email(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    if (value.len > reg_field_find("email")->max) {
        return REG_TOO_LONG;
    }

    return reg_email_valid(value) ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_email_code(const reg_judge_t *judge, reg_str_t value)
{
    (void) judge;

    return reg_format_digits(value, 6) ? REG_OK : REG_FORMAT;
}


static reg_code_t
reg_judge_industry(const reg_judge_t *judge, reg_str_t value)
{
    return reg_form_has_industry(judge->rules->form,
                                 (const char *) value.data)
           ? REG_OK : REG_UNKNOWN;
}


static reg_code_t
reg_judge_office(const reg_judge_t *judge, reg_str_t value)
{
    return reg_form_has_office(judge->rules->form, (const char *) value.data)
           ? REG_OK : REG_UNKNOWN;
}


static reg_code_t
reg_judge_notice_version(const reg_judge_t *judge, reg_str_t value)
{
    return (strcmp(reg_form_notice_version(judge->rules->form),
                   (const char *) value.data)
            == 0)
           ? REG_OK : REG_MISMATCH;
}


static reg_code_t
reg_judge_long_term(const reg_judge_t *judge)
{
    if (!judge->long_term || judge->type == NULL) {
        return REG_OK;
    }

    if (!judge->type->endless) {
        return REG_NOT_APPLICABLE;
    }

    if (judge->type->resident && !reg_judge_card_age_fits(judge, 0)) {
        return REG_MISMATCH;
    }

    return REG_OK;
}


static void
reg_judge_documents(const reg_judge_t *judge, int complete,
    reg_faults_t *faults)
{
    void        *next;
    json_t      *documents;
    size_t       i;
    reg_code_t   rc;
    const char  *kind, *field;

    documents = json_object_get(judge->values, "documents");

    for (next = json_object_iter(documents);
         next != NULL;
         next = json_object_iter_next(documents, next))
    {
        kind = json_object_iter_key(next);
        field = reg_document_kind_field(kind);
        rc = reg_judge_kind(judge, kind);

        if (rc != REG_OK) {
            reg_faults_add(faults, (field != NULL) ? field : "documents", rc);
        }
    }

    /* A "documents" that was no object has been reported and taken away. */

    if (!complete
        || (documents == NULL && reg_faults_of(faults, "documents") != REG_OK))
    {
        return;
    }

    if (judge->type == NULL) {
        if (json_object_size(documents) == 0) {
            reg_faults_add(faults, "documents", REG_REQUIRED);
        }

        return;
    }

    for (i = 0; i < judge->type->required; i++) {
        kind = judge->type->kinds[i];

        if (json_string_length(json_object_get(documents, kind)) == 0) {
            reg_faults_add(faults, reg_document_kind_field(kind),
                           REG_REQUIRED);
        }
    }
}


static reg_code_t
reg_judge_kind(const reg_judge_t *judge, const char *kind)
{
    size_t  i;

    if (reg_document_kind_field(kind) == NULL) {
        return REG_UNKNOWN;
    }

    if (judge->type == NULL) {
        return REG_OK;
    }

    for (i = 0; judge->type->kinds[i] != NULL; i++) {
        if (strcmp(judge->type->kinds[i], kind) == 0) {
            return REG_OK;
        }
    }

    return REG_NOT_APPLICABLE;
}


static reg_code_t
reg_judge_date(reg_str_t value, reg_date_t *date)
{
    size_t  i;

    if (value.len != REG_DATE_LEN) {
        return REG_FORMAT;
    }

    for (i = 0; i < REG_DATE_LEN; i++) {
        if ((i == 4 || i == 7) ? value.data[i] != '-'
                               : value.data[i] < '0' || value.data[i] > '9')
        {
            return REG_FORMAT;
        }
    }

    *date = reg_date_parse(value);

    return (*date == REG_DATE_NONE) ? REG_DATE : REG_OK;
}


static reg_code_t
reg_judge_card_term(const reg_judge_t *judge, reg_date_t until)
{
    int  years;

    years = reg_judge_card_years(judge->from, until);

    if (years == 0 || !reg_judge_card_age_fits(judge, years)) {
        return REG_MISMATCH;
    }

    return REG_OK;
}


/*
 * 5, 10 or 20 years, or 0 for another term.  Cards end on the day of the
 * year on which they began (2015.03.01-2035.03.01), some on the day before;
 * those of 29 February on 28 February or 1 March where there is no such day.
 */

static int
reg_judge_card_years(reg_date_t from, reg_date_t until)
{
    static const int  terms[] = { 5, 10, 20 };

    int         year, month, day, leap_day;
    size_t      i;
    reg_date_t  same;

    reg_date_split(from, &year, &month, &day);
    leap_day = (month == 2 && day == 29);

    for (i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        if (year + terms[i] > 9999) {
            break;
        }

        same = reg_date_add_years(from, terms[i]);

        if (until == same || until == same - 1
            || (leap_day && same == reg_date_make(year + terms[i], 2, 28)
                && until == same + 1))
        {
            return terms[i];
        }
    }

    return 0;
}


/* Whether a term, 0 for no end, fits the holder's age; unknown ages fit. */

static int
reg_judge_card_age_fits(const reg_judge_t *judge, int years)
{
    int         day_of_issue, earlier;
    reg_date_t  applied;

    if (judge->birth == REG_DATE_NONE || judge->from == REG_DATE_NONE
        || judge->from < judge->birth)
    {
        return 1;
    }

    applied = judge->from - REG_CARD_ISSUE_DAYS;
    if (applied < judge->birth) {
        applied = judge->birth;
    }

    day_of_issue = reg_date_age(judge->birth, judge->from);
    earlier = reg_date_age(judge->birth, applied);

    return years == reg_judge_years_at(day_of_issue)
           || years == reg_judge_years_at(earlier);
}


/* Law on Resident Identity Cards, article 5. */

static int
reg_judge_years_at(int age)
{
    if (age < 16) {
        return 5;
    }

    if (age <= 25) {
        return 10;
    }

    return (age <= 45) ? 20 : 0;
}
