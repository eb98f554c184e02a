/*
 * What was typed against what was read.
 */

#include "reg_crosscheck.h"
#include "reg_documents.h"
#include "reg_text.h"


#define REG_CROSSCHECK_ADDRESS_MIN  6       /* code points that must agree */
#define REG_CROSSCHECK_TEXT_MAX     512     /* code points that are compared */


typedef enum {
    REG_CROSSCHECK_SAME = 0,
    REG_CROSSCHECK_DIFFERENT,
    REG_CROSSCHECK_NOT_READ
} reg_crosscheck_result_t;

typedef struct {
    const char  *kind;
    const char  *fields[4];
} reg_crosscheck_kind_t;

/* The code points of a text that count. */

typedef struct {
    size_t   n;
    int      han;
    int32_t  code[REG_CROSSCHECK_TEXT_MAX];
} reg_crosscheck_text_t;

/* What a card says, as far as it was read. */

typedef struct {
    reg_number_facts_t   facts;
    int                  has_facts;
    reg_date_t           birth;
    reg_date_t           from;
    reg_date_t           until;
    int                  endless;
    const char          *sex;
    const char          *address;
} reg_crosscheck_card_t;

typedef reg_crosscheck_result_t (*reg_crosscheck_pt)(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);


static reg_crosscheck_result_t reg_crosscheck_field(
    const reg_crosscheck_t *check, const char *kind, const char *field);
static reg_crosscheck_result_t reg_crosscheck_term(const json_t *values,
    const json_t *fields, const char *field);
static const json_t *reg_crosscheck_read(const reg_crosscheck_t *check,
    const char *kind, const char *field);
static const char *reg_crosscheck_string(const reg_crosscheck_t *check,
    const char *kind, const char *field);
static reg_date_t reg_crosscheck_date(const reg_crosscheck_t *check,
    const char *kind, const char *field);
static reg_crosscheck_result_t reg_crosscheck_texts(const char *typed,
    const char *read, int address);
static void reg_crosscheck_reduce(const char *text,
    reg_crosscheck_text_t *reduced);
static int32_t reg_crosscheck_code(int32_t code);
static int reg_crosscheck_ends(const reg_crosscheck_text_t *text,
    const reg_crosscheck_text_t *end);
static int reg_crosscheck_append(json_t *list, const char *member,
    const char *name, reg_crosscheck_result_t result);
static void reg_crosscheck_card_read(const reg_crosscheck_t *check,
    const reg_document_type_t *type, reg_crosscheck_card_t *card);
static reg_crosscheck_result_t reg_crosscheck_birth(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);
static reg_crosscheck_result_t reg_crosscheck_sex(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);
static reg_crosscheck_result_t reg_crosscheck_region(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);
static int reg_crosscheck_within(const reg_crosscheck_t *check,
    const char *region, size_t digits, const char *address);
static reg_crosscheck_result_t reg_crosscheck_age(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);
static reg_crosscheck_result_t reg_crosscheck_handheld(
    const reg_crosscheck_t *check, const reg_crosscheck_card_t *card);


static const reg_crosscheck_kind_t  reg_crosscheck_kinds[] = {
    { "id_card_portrait", { "name", "id_number", "address", NULL } },
    { "id_card_emblem", { "valid_from", "valid_until", NULL, NULL } },
    { "id_card_handheld", { "id_number", NULL, NULL, NULL } },
    { "licence", { "name", "id_number", "valid_until", "address" } },
    { "passport_page", { "name", "id_number", "valid_until", NULL } },
    { NULL, { NULL, NULL, NULL, NULL } }
};

static const char *const  reg_crosscheck_results[] = {
    "same", "different", "not_read"
};


json_t *
reg_crosscheck_fields(const reg_crosscheck_t *check, const char *kind)
{
    size_t                        i;
    json_t                       *list;
    const char                   *field;
    const reg_crosscheck_kind_t  *k;

    list = json_array();
    k = reg_crosscheck_kinds;

    while (k->kind != NULL && strcmp(k->kind, kind) != 0) {
        k++;
    }

    for (i = 0; i < 4 && k->fields[i] != NULL; i++) {
        field = k->fields[i];

        if (!reg_crosscheck_append(list, "field", field,
                                   reg_crosscheck_field(check, kind, field)))
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static reg_crosscheck_result_t
reg_crosscheck_field(const reg_crosscheck_t *check, const char *kind,
    const char *field)
{
    const char    *typed, *read;
    const json_t  *fields;

    fields = json_object_get(json_object_get(check->results, kind), "fields");

    if (strcmp(field, "valid_until") == 0) {
        return reg_crosscheck_term(check->values, fields, field);
    }

    typed = json_string_value(json_object_get(check->values, field));
    read = reg_crosscheck_string(check, kind, field);

    if (typed == NULL || read == NULL) {
        return REG_CROSSCHECK_NOT_READ;
    }

    return reg_crosscheck_texts(typed, read, strcmp(field, "address") == 0);
}


/* A day, or none: "long_term" stands for the latter on both sides. */

static reg_crosscheck_result_t
reg_crosscheck_term(const json_t *values, const json_t *fields,
    const char *field)
{
    int            typed_endless, read_endless;
    const char    *typed, *read;

    typed = json_string_value(json_object_get(values, field));
    typed_endless = json_is_true(json_object_get(values, "long_term"));

    read = json_string_value(json_object_get(json_object_get(fields, field),
                                             "value"));
    read_endless = (json_object_get(fields, "long_term") != NULL);

    if (read == NULL && !read_endless) {
        return REG_CROSSCHECK_NOT_READ;
    }

    if (typed_endless || read_endless || typed == NULL || read == NULL) {
        return (typed_endless && read_endless) ? REG_CROSSCHECK_SAME
                                               : REG_CROSSCHECK_DIFFERENT;
    }

    return strcmp(typed, read) == 0 ? REG_CROSSCHECK_SAME
                                    : REG_CROSSCHECK_DIFFERENT;
}


static const json_t *
reg_crosscheck_read(const reg_crosscheck_t *check, const char *kind,
    const char *field)
{
    const json_t  *result;

    result = json_object_get(check->results, kind);

    return json_object_get(json_object_get(json_object_get(result, "fields"),
                                           field),
                           "value");
}


static const char *
reg_crosscheck_string(const reg_crosscheck_t *check, const char *kind,
    const char *field)
{
    return json_string_value(reg_crosscheck_read(check, kind, field));
}


static reg_date_t
reg_crosscheck_date(const reg_crosscheck_t *check, const char *kind,
    const char *field)
{
    reg_str_t   text;
    const char *value;

    value = reg_crosscheck_string(check, kind, field);
    if (value == NULL) {
        return REG_DATE_NONE;
    }

    text.data = (const unsigned char *) value;
    text.len = strlen(value);

    return reg_date_parse(text);
}


static reg_crosscheck_result_t
reg_crosscheck_texts(const char *typed, const char *read, int address)
{
    reg_crosscheck_text_t  a, b;

    reg_crosscheck_reduce(typed, &a);
    reg_crosscheck_reduce(read, &b);

    if (a.n == 0 || b.n == 0 || a.han != b.han) {
        return REG_CROSSCHECK_NOT_READ;
    }

    if (a.n == b.n && reg_crosscheck_ends(&a, &b)) {
        return REG_CROSSCHECK_SAME;
    }

    if (address && a.n >= REG_CROSSCHECK_ADDRESS_MIN
        && b.n >= REG_CROSSCHECK_ADDRESS_MIN
        && (reg_crosscheck_ends(&a, &b) || reg_crosscheck_ends(&b, &a)))
    {
        return REG_CROSSCHECK_SAME;
    }

    return REG_CROSSCHECK_DIFFERENT;
}


static void
reg_crosscheck_reduce(const char *text, reg_crosscheck_text_t *reduced)
{
    int32_t    code;
    reg_str_t  rest;

    rest.data = (const unsigned char *) text;
    rest.len = strlen(text);

    reduced->n = 0;
    reduced->han = 0;

    while (reduced->n < REG_CROSSCHECK_TEXT_MAX
           && (code = reg_text_next(&rest)) >= 0)
    {
        code = reg_crosscheck_code(code);

        if (code == 0) {
            continue;
        }

        reduced->code[reduced->n++] = code;
        reduced->han |= reg_text_is_han(code);
    }
}


/* 0 for what does not count: anything but letters, digits and characters. */

static int32_t
reg_crosscheck_code(int32_t code)
{
    if (code >= 0xff01 && code <= 0xff5e) {         /* full-width forms */
        code -= 0xff01 - '!';
    }

    if (code >= 'a' && code <= 'z') {
        return code - 'a' + 'A';
    }

    if (code < 0x80) {
        return (code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z')
               ? code : 0;
    }

    /* U+00A0 to U+00BF, general punctuation, CJK signs: signs of no letter */

    if (code < 0xc0 || (code >= 0x2000 && code <= 0x206f)
        || (code >= 0x3000 && code <= 0x303f && code != 0x3007)
        || code == 0x30fb)
    {
        return 0;
    }

    return code;
}


static int
reg_crosscheck_ends(const reg_crosscheck_text_t *text,
    const reg_crosscheck_text_t *end)
{
    return end->n <= text->n
           && memcmp(text->code + text->n - end->n, end->code,
                     end->n * sizeof(int32_t))
              == 0;
}


static int
reg_crosscheck_append(json_t *list, const char *member, const char *name,
    reg_crosscheck_result_t result)
{
    return json_array_append_new(list,
               json_pack("{s:s, s:s}", member, name, "result",
                         reg_crosscheck_results[result]))
           == 0;
}


json_t *
reg_crosscheck_card(const reg_crosscheck_t *check)
{
    size_t                      i;
    json_t                     *list;
    const char                 *name;
    reg_crosscheck_card_t       card;
    const reg_document_type_t  *type;

    static const struct {
        const char         *name;
        reg_crosscheck_pt   run;
    } checks[] = {
        { "number_birth", reg_crosscheck_birth },
        { "number_sex", reg_crosscheck_sex },
        { "number_region", reg_crosscheck_region },
        { "term_age", reg_crosscheck_age },
        { "number_handheld", reg_crosscheck_handheld }
    };

    list = json_array();

    name = json_string_value(json_object_get(check->values,
                                             "document_type"));
    type = name ? reg_document_type_find(name) : NULL;

    if (type == NULL || !type->resident) {
        return list;
    }

    reg_crosscheck_card_read(check, type, &card);

    for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
        if (!reg_crosscheck_append(list, "check", checks[i].name,
                                   checks[i].run(check, &card)))
        {
            json_decref(list);
            return NULL;
        }
    }

    return list;
}


static void
reg_crosscheck_card_read(const reg_crosscheck_t *check,
    const reg_document_type_t *type, reg_crosscheck_card_t *card)
{
    reg_str_t    number;
    const char  *read;

    memset(card, 0, sizeof(reg_crosscheck_card_t));

    read = reg_crosscheck_string(check, "id_card_portrait", "id_number");

    if (read != NULL) {
        number.data = (const unsigned char *) read;
        number.len = strlen(read);

        card->has_facts = (reg_document_number(type, number, check->today,
                                               &card->facts)
                           == REG_OK);
    }

    card->birth = reg_crosscheck_date(check, "id_card_portrait",
                                      "birth_date");
    card->sex = reg_crosscheck_string(check, "id_card_portrait", "sex");
    card->address = reg_crosscheck_string(check, "id_card_portrait",
                                          "address");

    card->from = reg_crosscheck_date(check, "id_card_emblem", "valid_from");
    card->until = reg_crosscheck_date(check, "id_card_emblem", "valid_until");
    card->endless = (reg_crosscheck_read(check, "id_card_emblem",
                                         "long_term")
                     != NULL);
}


static reg_crosscheck_result_t
reg_crosscheck_birth(const reg_crosscheck_t *check,
    const reg_crosscheck_card_t *card)
{
    (void) check;

    if (!card->has_facts || card->birth == REG_DATE_NONE) {
        return REG_CROSSCHECK_NOT_READ;
    }

    return card->facts.birth == card->birth ? REG_CROSSCHECK_SAME
                                            : REG_CROSSCHECK_DIFFERENT;
}


static reg_crosscheck_result_t
reg_crosscheck_sex(const reg_crosscheck_t *check,
    const reg_crosscheck_card_t *card)
{
    (void) check;

    if (!card->has_facts || card->sex == NULL) {
        return REG_CROSSCHECK_NOT_READ;
    }

    return card->facts.sex == card->sex[0] ? REG_CROSSCHECK_SAME
                                           : REG_CROSSCHECK_DIFFERENT;
}


/*
 * The number keeps the region where it was given, people move: whether they
 * agree in the county, the city or at least the province.
 */

static reg_crosscheck_result_t
reg_crosscheck_region(const reg_crosscheck_t *check,
    const reg_crosscheck_card_t *card)
{
    if (!card->has_facts || card->address == NULL) {
        return REG_CROSSCHECK_NOT_READ;
    }

    return reg_crosscheck_within(check, card->facts.region, 6, card->address)
           || reg_crosscheck_within(check, card->facts.region, 4,
                                    card->address)
           || reg_crosscheck_within(check, card->facts.region, 2,
                                    card->address)
           ? REG_CROSSCHECK_SAME : REG_CROSSCHECK_DIFFERENT;
}


static int
reg_crosscheck_within(const reg_crosscheck_t *check, const char *region,
    size_t digits, const char *address)
{
    char         code[] = "000000";
    const char  *name;

    memcpy(code, region, digits);
    name = reg_regions_name(check->regions, code);

    return name != NULL && strstr(address, name) != NULL;
}


/* The Law on Resident Identity Cards, article 5. */

static reg_crosscheck_result_t
reg_crosscheck_age(const reg_crosscheck_t *check,
    const reg_crosscheck_card_t *card)
{
    int  age, years;

    (void) check;

    if (!card->has_facts || card->from == REG_DATE_NONE
        || (card->until == REG_DATE_NONE && !card->endless))
    {
        return REG_CROSSCHECK_NOT_READ;
    }

    age = reg_date_age(card->facts.birth, card->from);
    years = (age < 16) ? 5 : (age <= 25) ? 10 : (age <= 45) ? 20 : 0;

    if (years == 0 || card->endless) {
        return (years == 0 && card->endless) ? REG_CROSSCHECK_SAME
                                             : REG_CROSSCHECK_DIFFERENT;
    }

    return card->until == reg_date_add_years(card->from, years)
           ? REG_CROSSCHECK_SAME : REG_CROSSCHECK_DIFFERENT;
}


static reg_crosscheck_result_t
reg_crosscheck_handheld(const reg_crosscheck_t *check,
    const reg_crosscheck_card_t *card)
{
    (void) card;

    return reg_crosscheck_field(check, "id_card_handheld", "id_number");
}
