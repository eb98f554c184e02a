/*
 * The fields of an application: normalising, and judging them together.
 */

#include "reg_test.h"
#include "reg_documents.h"
#include "reg_fields.h"
#include "reg_password.h"


/* A whole application that has no fault on 2026-06-01. */

#define PERSON                                                                \
    "{\"username\": \"zhang_san\", \"password\": \"correct horse\","          \
    " \"residence\": \"in_province\", \"applicant_type\": \"natural_person\"," \
    " \"document_type\": \"resident_id_card\", \"documents\":"                \
    " {\"id_card_portrait\": \"a\", \"id_card_emblem\": \"b\","               \
    " \"id_card_handheld\": \"c\"},"                                          \
    " \"name\": \"张三\", \"id_number\": \"410102199003070019\","             \
    " \"valid_from\": \"2018-03-01\", \"valid_until\": \"2038-03-01\","       \
    " \"region\": \"410102\", \"address\": \"示例路1号\","                    \
    " \"postcode\": \"450000\", \"contact_name\": \"张三\","                  \
    " \"mobile\": \"13800000000\", \"email\": \"zhang@example.org\","         \
    " \"email_code\": \"123456\", \"industry\": \"software-it\","             \
    " \"office\": \"zhengzhou-1\", \"notice_version\": \"2026-01\"}"

/* What makes it one of an enterprise. */

#define COMPANY                                                               \
    "{\"applicant_type\": \"enterprise\","                                    \
    " \"document_type\": \"business_licence\","                               \
    " \"documents\": {\"licence\": \"a\"},"                                   \
    " \"name\": \"河南示例（集团）有限公司\","                                 \
    " \"id_number\": \"91110000600037341L\", \"valid_until\": null,"          \
    " \"long_term\": true}"


/* A resident born on 2009-04-01. */

#define MINOR  "410102200904010019"


static reg_regions_t  *regions;
static reg_form_t     *form;
static reg_rules_t     rules;


static int
set_up(void **state)
{
    char         path[32];
    reg_error_t  error;

    (void) state;

    write_file(path, REG_TEST_REGIONS);
    regions = reg_regions_load(path, &error);
    unlink(path);

    assert_non_null(regions);

    form = reg_form_load(REG_TEST_FORM, regions, 0, &error);
    assert_non_null(form);

    rules.form = form;
    rules.regions = regions;
    rules.today = reg_date_make(2026, 6, 1);

    return 0;
}


static int
tear_down(void **state)
{
    (void) state;

    reg_form_free(form);
    reg_regions_free(regions);

    return 0;
}


/*
 * The faults of a whole application (PERSON) with some members replaced, or
 * with null, taken away; as "field:code field:code".
 */

static const char *
faults_of(const char *changes, int complete)
{
    static char  text[2048];

    void          *next;
    json_t        *values, *change, *value;
    size_t         i, used;
    reg_faults_t   faults;

    memset(&faults, 0, sizeof(faults));

    change = json_loads(changes, 0, NULL);
    assert_non_null(change);

    values = complete ? reg_json_parse(PERSON, strlen(PERSON)) : json_object();
    assert_non_null(values);

    for (next = json_object_iter(change);
         next != NULL;
         next = json_object_iter_next(change, next))
    {
        value = json_object_iter_value(next);

        if (json_is_null(value)) {
            (void) json_object_del(values, json_object_iter_key(next));

        } else {
            assert_int_equal(json_object_set(values,
                                             json_object_iter_key(next),
                                             value),
                             0);
        }
    }

    assert_int_equal(reg_fields_normalize(values, &faults), REG_OK);
    reg_fields_judge(&rules, values, complete, &faults);

    text[0] = '\0';

    for (i = 0, used = 0; i < faults.n; i++) {
        used += (size_t) snprintf(text + used, sizeof(text) - used, "%s%s:%s",
                                  i == 0 ? "" : " ", faults.fault[i].field,
                                  reg_code_name(faults.fault[i].code));
    }

    json_decref(values);
    json_decref(change);

    return text;
}


#define assert_faults(changes, expected)                                      \
    assert_string_equal(faults_of(changes, 1), expected)

#define assert_draft(values, expected)                                        \
    assert_string_equal(faults_of(values, 0), expected)


static void
test_whole(void **state)
{
    (void) state;

    assert_faults("{}", "");
    assert_faults("{\"landline\": \"0371-66694220\"}", "");
    assert_faults(COMPANY, "");

    /* Everything at once, in the order of the form. */

    assert_faults("{\"username\": \"a\", \"postcode\": \"4500\","
                  " \"name\": null, \"colour\": \"red\", \"email\": 7,"
                  " \"documents\": {\"id_card_portrait\": \"a\","
                  " \"licence\": \"b\"}}",
                  "username:too_short documents.licence:not_applicable"
                  " documents.id_card_emblem:required"
                  " documents.id_card_handheld:required name:required"
                  " postcode:format email:format colour:unknown_member");
}


static void
test_required(void **state)
{
    char                changes[128], expected[128];
    const reg_field_t  *field;

    (void) state;

    for (field = reg_fields; field->name != NULL; field++) {
        if (field->type != REG_FIELD_STRING) {
            continue;
        }

        (void) snprintf(expected, sizeof(expected), "%s:required",
                        field->name);

        if (strcmp(field->name, "landline") == 0) {
            expected[0] = '\0';
        }

        (void) snprintf(changes, sizeof(changes), "{\"%s\": \"\"}",
                        field->name);

        if (strcmp(field->name, "document_type") == 0) {
            assert_faults(changes, "document_type:required");
            continue;
        }

        assert_faults(changes, expected);
        assert_draft(changes, expected);

        (void) snprintf(changes, sizeof(changes), "{\"%s\": null}",
                        field->name);
        assert_faults(changes, expected);
        assert_draft(changes, "");
    }

    assert_faults("{\"documents\": null}",
                  "documents.id_card_portrait:required"
                  " documents.id_card_emblem:required"
                  " documents.id_card_handheld:required");
    assert_faults("{\"documents\": null, \"document_type\": null}",
                  "document_type:required documents:required");
    assert_faults("{\"documents\": {}, \"document_type\": \"passport\","
                  " \"id_number\": \"E12345678\"}",
                  "documents.passport_page:required"
                  " documents.id_card_handheld:required");
}


static void
test_types(void **state)
{
    (void) state;

    assert_faults("{\"name\": 7, \"long_term\": \"true\","
                  " \"documents\": {\"id_card_portrait\": 7}}",
                  "documents:format name:format long_term:format");
    assert_faults("{\"documents\": \"x\"}", "documents:format");
    assert_draft("{\"documents\": {\"x\": \"a\"}}", "documents:unknown");
    assert_draft("{\"documents\": {\"licence\": \"a\"}}", "");
    assert_draft("{\"documents\": {\"licence\": \"a\"},"
                 " \"document_type\": \"passport\"}",
                 "documents.licence:not_applicable");
    assert_draft("{\"name\": \"张\\n三\", \"address\": \"a\\u202eb\"}",
                 "name:format address:format");
}


static void
test_unknown_members(void **state)
{
    char          text[4096];
    int           i;
    json_t       *values;
    size_t        used;
    reg_faults_t  faults;

    (void) state;

    /* However many there are, every field still has room. */

    used = (size_t) snprintf(text, sizeof(text), "{\"name\": 1");

    for (i = 0; i < 200; i++) {
        used += (size_t) snprintf(text + used, sizeof(text) - used,
                                  ", \"x%d\": 1", i);
    }

    (void) snprintf(text + used, sizeof(text) - used, "}");

    memset(&faults, 0, sizeof(faults));
    values = reg_json_parse(text, strlen(text));
    assert_non_null(values);

    assert_int_equal(reg_fields_normalize(values, &faults), REG_OK);
    reg_fields_judge(&rules, values, 1, &faults);

    assert_int_equal(reg_faults_of(&faults, "name"), REG_FORMAT);
    assert_int_equal(reg_faults_of(&faults, "notice_version"), REG_REQUIRED);
    assert_int_equal(reg_faults_of(&faults, "username"), REG_REQUIRED);
    assert_string_equal(faults.fault[0].field, "username");
    assert_int_equal(faults.fault[faults.n - 1].code, REG_UNKNOWN_MEMBER);

    json_decref(values);
}


static void
test_normalized(void **state)
{
    json_t        *values;
    size_t         i;
    reg_faults_t   faults;

    static const char  text[] =
        "{\"id_number\": \" ４１０１０２１９９００３０７００３ｘ \","
        " \"email\": \"Zhang＠Example.ORG\", \"password\": \" Ａb \","
        " \"name\": \"\\u3000买买提•阿不都１（Ａ）\","
        " \"mobile\": \"１３８００００００００\"}";

    static const char *const  expected[][2] = {
        { "id_number", "41010219900307003X" },
        { "email", "zhang@example.org" },
        { "password", " Ａb " },
        { "name", "买买提·阿不都1（A）" },
        { "mobile", "13800000000" }
    };

    (void) state;

    memset(&faults, 0, sizeof(faults));
    values = reg_json_parse(text, sizeof(text) - 1);
    assert_non_null(values);

    assert_int_equal(reg_fields_normalize(values, &faults), REG_OK);
    assert_int_equal(faults.n, 0);

    for (i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
        assert_string_equal(json_string_value(json_object_get(values,
                                                              expected[i][0])),
                            expected[i][1]);
    }

    json_decref(values);
}


/* By its looks: the document it stands on may be known to the draft only. */

static void
test_normalize_name(void **state)
{
    char           text[256];
    size_t         i;
    json_t        *values;
    reg_faults_t   faults;

    static const char *const  cases[][3] = {
        { "name", "ZHANG，SAN", "ZHANG,SAN" },
        { "name", "ＺＨＡＮＧ\u3000ＳＡＮ", "ZHANG SAN" },
        { "name", "\u3000阿卜杜拉．买·买提 ", "阿卜杜拉·买·买提" },
        { "name", "河南Ａ１（集团），公司", "河南A1（集团），公司" },
        { "name", "中原１．５（集团）", "中原1．5（集团）" },
        { "contact_name", "张三（法务部）", "张三(法务部)" },
        { "address", "Ｒｏｏｍ ５，１．５ Road", "Room 5，1．5 Road" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(text, sizeof(text), "{\"%s\": \"%s\"}", cases[i][0],
                        cases[i][1]);

        memset(&faults, 0, sizeof(faults));
        values = reg_json_parse(text, strlen(text));
        assert_non_null(values);

        assert_int_equal(reg_fields_normalize(values, &faults), REG_OK);
        assert_string_equal(json_string_value(json_object_get(values,
                                                              cases[i][0])),
                            cases[i][2]);
        json_decref(values);
    }
}


static void
test_username(void **state)
{
    (void) state;

    assert_draft("{\"username\": \"张三丰1\"}", "");
    assert_draft("{\"username\": \"a.b-c_9\"}", "");
    assert_draft("{\"username\": \"张三丰\"}", "username:too_short");
    assert_draft("{\"username\": \"zhang@example.org\"}", "username:format");
    assert_draft("{\"username\": \"zhang＠example.org\"}", "username:format");
    assert_draft("{\"username\": \"zhang san\"}", "username:format");
    assert_draft("{\"username\": \"жжжж\"}", "username:format");
    assert_draft("{\"username\": \"12345678901234567890123456789012\"}", "");
    assert_draft("{\"username\": \"123456789012345678901234567890123\"}",
                 "username:too_long");
}


static void
test_password(void **state)
{
    (void) state;

    assert_draft("{\"password\": \"1234567\"}", "password:too_short");
    assert_draft("{\"password\": \"12345678\"}", "");
    assert_draft("{\"password\": \"密码密码密码密码\"}", "");
}


static void
test_document_type(void **state)
{
    (void) state;

    assert_draft("{\"document_type\": \"visa\"}", "document_type:unknown");
    assert_draft("{\"document_type\": \"passport\","
                 " \"applicant_type\": \"enterprise\"}",
                 "document_type:mismatch");
    assert_draft("{\"applicant_type\": \"robot\"}", "applicant_type:unknown");
    assert_draft("{\"residence\": \"abroad\"}", "residence:unknown");
}


static void
test_number(void **state)
{
    (void) state;

    /* Only its form while the document's type is not known. */

    assert_draft("{\"id_number\": \"410102199003070012\"}", "");
    assert_draft("{\"id_number\": \"41010\\u4e00\"}", "id_number:format");
    assert_draft("{\"id_number\": \"1234\"}", "id_number:format");

    assert_draft("{\"document_type\": \"resident_id_card\","
                 " \"id_number\": \"410102199003070012\"}",
                 "id_number:checksum");
    assert_draft("{\"document_type\": \"hm_travel_permit\","
                 " \"id_number\": \"h12345678\"}", "");
    assert_draft("{\"document_type\": \"foundation_certificate\","
                 " \"id_number\": \"91110000600037341L\"}",
                 "id_number:mismatch");
    assert_draft("{\"document_type\": \"business_licence\","
                 " \"id_number\": \"91110000600037341l\"}", "");
}


static void
test_name(void **state)
{
    (void) state;

    assert_faults("{\"name\": \"买买提·阿不都热合曼\"}", "");
    assert_faults("{\"name\": \"\\ud842\\udfb7\\ud880\\udc00〇\"}", "");
    assert_faults("{\"name\": \"张\"}", "name:format");
    assert_faults("{\"name\": \"·张三\"}", "name:format");
    assert_faults("{\"name\": \"张··三\"}", "name:format");
    assert_faults("{\"name\": \"张三·\"}", "name:format");
    assert_faults("{\"name\": \"John Smith\"}", "name:format");
    assert_faults("{\"name\": \"123456\"}", "name:format");

    assert_draft("{\"document_type\": \"passport\","
                 " \"name\": \"O'BRIEN-Müller, José\"}", "");
    assert_draft("{\"document_type\": \"permanent_residence_card\","
                 " \"name\": \"SMITH JOHN\"}", "");
    assert_draft("{\"document_type\": \"passport\", \"name\": \"12345\"}",
                 "name:format");
    assert_draft("{\"document_type\": \"passport\", \"name\": \"A1\"}",
                 "name:format");
    assert_draft("{\"document_type\": \"passport\", \"name\": \"李★\"}",
                 "name:format");

    assert_draft("{\"document_type\": \"business_licence\","
                 " \"name\": \"360示例公司\"}", "");
    assert_draft("{\"document_type\": \"business_licence\","
                 " \"name\": \"360\"}", "name:format");
    assert_draft("{\"name\": \"----\"}", "name:format");
}


static void
test_lengths(void **state)
{
    int   i, n;
    char  text[2048];

    static const struct {
        const char  *field;
        int          max;
    } cases[] = {
        { "name", 100 }, { "address", 200 }, { "contact_name", 50 }
    };

    (void) state;

    for (i = 0; i < 3; i++) {
        for (n = 0; n <= 1; n++) {
            int     j;
            char    expected[64];
            size_t  used;

            used = (size_t) snprintf(text, sizeof(text), "{\"%s\": \"",
                                     cases[i].field);

            for (j = 0; j < cases[i].max + n; j++) {
                used += (size_t) snprintf(text + used, sizeof(text) - used,
                                          "张");
            }

            (void) snprintf(text + used, sizeof(text) - used, "\"}");
            (void) snprintf(expected, sizeof(expected), "%s:too_long",
                            cases[i].field);

            assert_draft(text, n == 0 ? "" : expected);
        }
    }
}


static void
test_validity(void **state)
{
    (void) state;

    assert_draft("{\"valid_from\": \"2026-06-01\"}", "");
    assert_draft("{\"valid_from\": \"2026-06-02\"}", "valid_from:date");
    assert_draft("{\"valid_from\": \"2026-02-30\"}", "valid_from:date");
    assert_draft("{\"valid_from\": \"1.3.2018\"}", "valid_from:format");
    assert_draft("{\"valid_from\": \"2018/03/01\"}", "valid_from:format");
    assert_draft("{\"valid_until\": \"2026-06-01\"}", "");
    assert_draft("{\"valid_until\": \"2026-05-31\"}", "valid_until:expired");
    assert_draft("{\"valid_from\": \"2026-06-01\","
                 " \"valid_until\": \"2026-06-01\"}", "valid_until:mismatch");

    assert_draft("{\"long_term\": true, \"valid_until\": \"2030-01-01\"}",
                 "valid_until:not_applicable");
    assert_draft("{\"long_term\": false, \"valid_until\": \"2030-01-01\"}",
                 "");
    assert_faults("{\"long_term\": false, \"valid_until\": null}",
                  "valid_until:required");
    assert_draft("{\"long_term\": true, \"document_type\": \"passport\"}",
                 "long_term:not_applicable");
}


/* Birth 1990-03-07: 16 on 2006-03-07, 26 on 2016-03-07, 46 in 2036. */

static void
test_card_term(void **state)
{
    size_t  i;
    char    changes[256];

    static const struct {
        const char  *from;
        const char  *until;
        const char  *faults;
    } cases[] = {
        { "2018-03-01", "2038-03-01", "" },
        { "2018-03-01", "2038-02-28", "" },     /* the day before */
        { "2018-03-01", "2038-03-02", "valid_until:mismatch" },
        { "2018-03-01", "2033-03-01", "valid_until:mismatch" },
        { "2018-03-01", "2028-03-01", "valid_until:mismatch" },
        { "2025-03-01", "2030-03-01", "valid_until:mismatch" },

        /* Issued at 26, but perhaps applied for at 25: 10 years too. */

        { "2016-06-04", "2026-06-04", "" },
        { "2016-06-04", "2036-06-04", "" },
        { "2016-06-05", "2026-06-05", "valid_until:mismatch" },
        { "2016-06-05", "2036-06-05", "" },
        { "2016-06-01", "2036-06-01", "" },

        /* The leap day. */

        { "2020-02-29", "2040-02-29", "" },
        { "2020-02-29", "2040-03-01", "valid_until:mismatch" },

        { "1989-01-01", "2038-01-01",
          "valid_from:mismatch valid_until:mismatch" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(changes, sizeof(changes),
                        "{\"valid_from\": \"%s\", \"valid_until\": \"%s\"}",
                        cases[i].from, cases[i].until);
        assert_faults(changes, cases[i].faults);
    }

    /* Without a valid number only the term itself is judged. */

    assert_draft("{\"document_type\": \"resident_id_card\","
                 " \"valid_from\": \"2025-03-01\","
                 " \"valid_until\": \"2030-03-01\"}", "");
    assert_draft("{\"document_type\": \"resident_id_card\","
                 " \"valid_from\": \"2024-02-29\","
                 " \"valid_until\": \"2029-03-01\"}", "");
    assert_draft("{\"document_type\": \"resident_id_card\","
                 " \"valid_from\": \"2025-03-01\","
                 " \"valid_until\": \"2031-03-01\"}", "valid_until:mismatch");

    /* Other documents have terms of their own. */

    assert_draft("{\"document_type\": \"passport\","
                 " \"valid_from\": \"2025-03-01\","
                 " \"valid_until\": \"2031-02-01\"}", "");
}


static void
test_long_term(void **state)
{
    (void) state;

    /* At 28 there is no card without end, at 46 there is none with one. */

    assert_faults("{\"long_term\": true, \"valid_until\": null}",
                  "long_term:mismatch");
    assert_faults("{\"id_number\": \"11010519491231002X\","
                  " \"long_term\": true, \"valid_until\": null}", "");
    assert_faults("{\"id_number\": \"11010519491231002X\"}",
                  "valid_until:mismatch");

    /* 16 a month after the issue is 15 then: five years. */

    assert_faults("{\"id_number\": \"" MINOR "\","
                  " \"valid_from\": \"2025-03-01\","
                  " \"valid_until\": \"2030-03-01\"}", "");
    assert_faults("{\"id_number\": \"" MINOR "\","
                  " \"valid_from\": \"2025-03-01\","
                  " \"valid_until\": \"2035-03-01\"}",
                  "valid_until:mismatch");
}


static void
test_region(void **state)
{
    (void) state;

    assert_draft("{\"region\": \"410102\"}", "");
    assert_draft("{\"region\": \"419001\", \"residence\": \"in_province\"}",
                 "");
    assert_draft("{\"region\": \"110101\","
                 " \"residence\": \"out_of_province\"}", "");
    assert_draft("{\"region\": \"441900\","
                 " \"residence\": \"out_of_province\"}", "");
    assert_draft("{\"region\": \"710000\"}", "");
    assert_draft("{\"region\": \"410102\","
                 " \"residence\": \"out_of_province\"}", "region:mismatch");
    assert_draft("{\"region\": \"360102\", \"residence\": \"in_province\"}",
                 "region:mismatch");
    assert_draft("{\"region\": \"410100\"}", "region:unknown");
    assert_draft("{\"region\": \"410199\"}", "region:unknown");
    assert_draft("{\"region\": \"41010\"}", "region:format");
}


static void
test_contact(void **state)
{
    size_t  i;
    char    values[256];

    static const struct {
        const char  *field;
        const char  *value;
        const char  *faults;
    } cases[] = {
        { "postcode", "045000", "" },
        { "postcode", "45000", "postcode:format" },
        { "postcode", "45000a", "postcode:format" },
        { "mobile", "19900000000", "" },
        { "mobile", "12900000000", "mobile:format" },
        { "mobile", "23900000000", "mobile:format" },
        { "mobile", "1390000000", "mobile:format" },
        { "mobile", "139000000000", "mobile:format" },
        { "landline", "0791-86694220", "" },
        { "landline", "079186694220", "" },
        { "landline", "010-86694220", "" },
        { "landline", "0791-8669422", "" },
        { "landline", "0791-86694220-8001", "" },
        { "landline", "079186694220-1", "" },
        { "landline", "0791-86694220-", "landline:format" },
        { "landline", "0791-86694220-1234567", "landline:format" },
        { "landline", "0791-866942", "landline:format" },
        { "landline", "86694220", "landline:format" },
        { "landline", "1791-86694220", "landline:format" },
        { "landline", "000-86694220", "landline:format" },
        { "landline", "0091-86694220", "landline:format" },
        { "landline", "00086694220", "landline:format" },
        { "landline", "0-86694220", "landline:format" },
        { "landline", "0791 86694220", "landline:format" },
        { "landline", "0791-86694220-1-1", "landline:format" },
        { "email_code", "１２３４５６", "" },
        { "email_code", "12345", "email_code:format" },
        { "email_code", "12345a", "email_code:format" },
        { "industry", "space-travel", "industry:unknown" },
        { "office", "mars-1", "office:unknown" },
        { "office", "luoyang-1", "" },
        { "notice_version", "2025-01", "notice_version:mismatch" },
        { "contact_name", "李四（经理）", "" },
        { "contact_name", "李四【经理】", "contact_name:format" },
        { "contact_name", "Li Si", "" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void) snprintf(values, sizeof(values), "{\"%s\": \"%s\"}",
                        cases[i].field, cases[i].value);
        assert_draft(values, cases[i].faults);
    }
}


static void
test_email(void **state)
{
    char    text[300];
    size_t  i;

    static const char *const  good[] = {
        "a@b.cn", "zhang.san+tag@mail.example.org", "o'neil@example.org",
        "1@example.museum", "a@xn--fiqs8s.xn--fiqs8s", "a_b@a-b.c0m"
    };

    static const char *const  bad[] = {
        "", "a", "@b.cn", "a@", "a@b", ".a@b.cn", "a.@b.cn", "a..b@c.cn",
        "a@b..cn", "a@.b.cn", "a@b.cn.", "a@-b.cn", "a@b-.cn", "a@b.123",
        "a@127.0.0.1", "a@[127.0.0.1]", "\"a b\"@c.cn", "a b@c.cn",
        "a@b@c.cn", "a@b_c.cn", "张@b.cn", "a@例.cn", "a,b@c.cn",
        "a@b.cn\r\nRCPT TO:<x@y.cn>", "a\n@b.cn", "<a@b.cn>", "a(b)@c.cn"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(reg_email_valid(str(good[i])));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(reg_email_valid(str(bad[i])));
    }

    /* 64 octets before the "@", 63 in a label, 254 in all. */

    memset(text, 'a', sizeof(text));
    memcpy(text + 64, "@b.cn", 6);
    assert_true(reg_email_valid(str(text)));

    memset(text, 'a', sizeof(text));
    memcpy(text + 65, "@b.cn", 6);
    assert_false(reg_email_valid(str(text)));

    memset(text, 'a', sizeof(text));
    memcpy(text, "a@", 2);
    memcpy(text + 2 + 63, ".cn", 4);
    assert_true(reg_email_valid(str(text)));

    memset(text, 'a', sizeof(text));
    memcpy(text, "a@", 2);
    memcpy(text + 2 + 64, ".cn", 4);
    assert_false(reg_email_valid(str(text)));

    memset(text, 'a', sizeof(text));
    text[1] = '@';

    for (i = 51; i < 250; i += 50) {
        text[i] = '.';
    }

    text[254] = '\0';
    assert_true(reg_email_valid(str(text)));

    text[254] = 'a';
    text[255] = '\0';
    assert_false(reg_email_valid(str(text)));
}


static void
test_json(void **state)
{
    size_t  i;
    json_t  *root;

    static const struct {
        const char  *text;
        size_t       len;
        int          good;
    } cases[] = {
#define CASE(text, good)  { text, sizeof(text) - 1, good }
        CASE("{}", 1),
        CASE(" {\"a\": {\"b\": [{}]}} ", 1),
        CASE("{\"a\": \"[[[[[[{{{{\\\"[[[[\"}", 1),
        CASE("{\"a\": {\"b\": [[{}]]}}", 0),
        CASE("{\"a\": 1, \"a\": 1}", 0),
        CASE("{\"a\": 1} x", 0),
        CASE("{\"a\": 1}{}", 0),
        CASE("[]", 0),
        CASE("\"a\"", 0),
        CASE("", 0),
        CASE("{\"a\": \"\xff\"}", 0),
        CASE("{\"a\": \"\xed\xa0\x80\"}", 0),
        CASE("{\"a\": \"\\ud800\"}", 0),
        CASE("{\"a\": \"\\u0000\"}", 0),
        CASE("{\"a\": \"x\0\"}", 0),
        CASE("{\"a\": 1}\0", 0),
        CASE("{\"a\": 1,}", 0),
        CASE("{'a': 1}", 0),
        CASE("\xef\xbb\xbf{}", 0),
        CASE("{\"a\": 1e999}", 0)
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        root = reg_json_parse(cases[i].text, cases[i].len);

        if ((root != NULL) != cases[i].good) {
            fail_msg("%s", cases[i].text);
        }

        json_decref(root);
    }
}


static void
test_kinds(void **state)
{
    const reg_document_type_t  *type;

    (void) state;

    type = reg_document_type_find("resident_id_card");
    assert_int_equal(type->required, 3);
    assert_string_equal(type->kinds[0], "id_card_portrait");
    assert_null(type->kinds[3]);

    type = reg_document_type_find("government_certificate");
    assert_int_equal(type->required, 1);
    assert_string_equal(type->kinds[0], "licence");
    assert_string_equal(type->kinds[1], "supporting");
    assert_null(type->kinds[2]);

    assert_null(reg_document_type_find("visa"));

    assert_true(reg_document_kind_known(str("passport_page")));
    assert_false(reg_document_kind_known(str("passport")));
    assert_false(reg_document_kind_known(str("")));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_whole),
        cmocka_unit_test(test_required),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_normalized),
        cmocka_unit_test(test_normalize_name),
        cmocka_unit_test(test_username),
        cmocka_unit_test(test_password),
        cmocka_unit_test(test_document_type),
        cmocka_unit_test(test_number),
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_validity),
        cmocka_unit_test(test_card_term),
        cmocka_unit_test(test_long_term),
        cmocka_unit_test(test_region),
        cmocka_unit_test(test_contact),
        cmocka_unit_test(test_email),
        cmocka_unit_test(test_json),
        cmocka_unit_test(test_kinds)
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
