/*
 * What was typed against what was read, and cards against themselves.
 */

#include "reg_test.h"
#include "reg_crosscheck.h"
#include "reg_recognition.h"


/* A woman born on 7 March 1990 in 410102 (中原区, 河南省). */

#define NUMBER  "410102199003070027"


static reg_regions_t  *regions;


static json_t *
object(const char *format)
{
    char    *p, text[1024];
    json_t  *json;

    assert_true(strlen(format) < sizeof(text));
    strcpy(text, format);

    for (p = text; *p != '\0'; p++) {
        if (*p == '\'') {
            *p = '"';
        }
    }

    json = json_loads(text, 0, NULL);

    if (json == NULL) {
        fail_msg("no JSON: %s", text);
    }

    return json;
}


/* {"name": "x", …} as what was read of a kind, all of it vouched for. */

static json_t *
results(const char *kind, const char *values)
{
    json_t      *fields, *value, *given;
    const char  *name;

    given = object(values);
    fields = json_object();

    json_object_foreach(given, name, value) {
        json_object_set_new(fields, name,
                            json_pack("{s:O, s:f, s:b}", "value", value,
                                      "confidence", 0.9, "vouched", 1));
    }

    json_decref(given);

    return json_pack("{s:{s:s, s:o, s:[]}}", kind, "state", "done", "fields",
                     fields, "warnings");
}


static const char *
result_of(json_t *list, const char *member, const char *name)
{
    size_t   i;
    json_t  *item;

    json_array_foreach(list, i, item) {
        if (strcmp(json_string_value(json_object_get(item, member)), name)
            == 0)
        {
            return json_string_value(json_object_get(item, "result"));
        }
    }

    return "not there";
}


static void
assert_compared(const char *kind, const char *typed, const char *read,
    const char *field, const char *expected)
{
    json_t            *list;
    const char        *result;
    reg_crosscheck_t   check;

    memset(&check, 0, sizeof(check));

    check.values = object(typed);
    check.results = results(kind, read);
    check.regions = regions;

    list = reg_crosscheck_fields(&check, kind);
    result = result_of(list, "field", field);

    if (strcmp(result, expected) != 0) {
        fail_msg("%s typed, %s read: %s is %s", typed, read, field, result);
    }

    json_decref(list);
    json_decref((json_t *) check.values);
    json_decref((json_t *) check.results);
}


static void
test_texts(void **state)
{
    (void) state;

#define PORTRAIT(typed, read, field, expected)                                \
    assert_compared("id_card_portrait", typed, read, field, expected)

    PORTRAIT("{'name':'样本戊'}", "{'name':'样本戊'}", "name", "same");
    PORTRAIT("{'name':'样本戊'}", "{'name':'样本戌'}", "name", "different");
    PORTRAIT("{'name':'样本戊'}", "{'sex':'F'}", "name", "not_read");
    PORTRAIT("{}", "{'name':'样本戊'}", "name", "not_read");
    PORTRAIT("{'name':'阿·样'}", "{'name':'阿・样'}", "name", "same");
    PORTRAIT("{'name':'样 本 戊'}", "{'name':'样本戊'}", "name", "same");

    PORTRAIT("{'id_number':'41010219900307002X'}",
             "{'id_number':'41010219900307002x'}", "id_number", "same");
    PORTRAIT("{'id_number':'41010219900307002X'}",
             "{'id_number':'410102199003070021'}", "id_number", "different");

    PORTRAIT("{'address':'样本路 1 号院（北）'}",
             "{'address':'河南省郑州市中原区样本路1号院(北)'}", "address",
             "same");
    PORTRAIT("{'address':'河南省郑州市中原区样本路１号院'}",
             "{'address':'样本路1号院'}", "address", "same");
    PORTRAIT("{'address':'1号'}", "{'address':'样本路1号'}", "address",
             "different");
    PORTRAIT("{'name':'路样本路1号院'}", "{'name':'样本路1号院'}", "name",
             "different");

    assert_compared("licence", "{'name':'样本（河南）有限公司'}",
                    "{'name':'样本(河南)有限公司'}", "name", "same");
    assert_compared("passport_page", "{'name':'样本戊'}",
                    "{'name':'YANG BENWU'}", "name", "not_read");
    assert_compared("passport_page", "{'name':'Yang, Benwu'}",
                    "{'name':'YANG BENWU'}", "name", "same");
    assert_compared("supporting", "{'name':'x'}", "{'name':'x'}", "name",
                    "not there");
}


static void
test_terms(void **state)
{
    (void) state;

#define EMBLEM(typed, read, expected)                                         \
    assert_compared("id_card_emblem", typed, read, "valid_until", expected)

    EMBLEM("{'valid_until':'2030-01-02'}", "{'valid_until':'2030-01-02'}",
           "same");
    EMBLEM("{'valid_until':'2030-01-02'}", "{'valid_until':'2030-01-03'}",
           "different");
    EMBLEM("{'valid_until':'2030-01-02'}", "{'long_term':true}", "different");
    EMBLEM("{'long_term':true}", "{'long_term':true}", "same");
    EMBLEM("{'long_term':true}", "{'valid_until':'2030-01-03'}", "different");
    EMBLEM("{'long_term':true}", "{'valid_from':'2020-01-03'}", "not_read");
    EMBLEM("{}", "{'valid_until':'2030-01-03'}", "different");

    assert_compared("id_card_emblem", "{'valid_from':'2020-01-03'}",
                    "{'valid_from':'2020-01-03'}", "valid_from", "same");
}


static void
assert_card(const char *portrait, const char *emblem, const char *handheld,
    const char *name, const char *expected)
{
    json_t            *list, *all;
    const char        *result;
    reg_crosscheck_t   check;

    memset(&check, 0, sizeof(check));

    all = results("id_card_portrait", portrait);
    json_object_update_new(all, results("id_card_emblem", emblem));
    json_object_update_new(all, results("id_card_handheld", handheld));

    check.values = object("{'document_type':'resident_id_card',"
                          "'id_number':'" NUMBER "'}");
    check.results = all;
    check.regions = regions;
    check.today = reg_date_make(2026, 11, 27);

    list = reg_crosscheck_card(&check);
    result = result_of(list, "check", name);

    if (strcmp(result, expected) != 0) {
        fail_msg("%s %s: %s is %s", portrait, emblem, name, result);
    }

    assert_int_equal(json_array_size(list), 5);

    json_decref(list);
    json_decref(all);
    json_decref((json_t *) check.values);
}


static void
test_card(void **state)
{
    (void) state;

#define READ(more)  "{'id_number':'" NUMBER "'" more "}"

    assert_card(READ(",'birth_date':'1990-03-07'"), "{}", "{}",
                "number_birth", "same");
    assert_card(READ(",'birth_date':'1990-03-08'"), "{}", "{}",
                "number_birth", "different");
    assert_card(READ(), "{}", "{}", "number_birth", "not_read");
    assert_card("{'birth_date':'1990-03-07'}", "{}", "{}", "number_birth",
                "not_read");

    assert_card(READ(",'sex':'F'"), "{}", "{}", "number_sex", "same");
    assert_card(READ(",'sex':'M'"), "{}", "{}", "number_sex", "different");
    assert_card(READ(), "{}", "{}", "number_sex", "not_read");

    assert_card(READ(",'address':'河南省某市某路1号'"), "{}", "{}",
                "number_region", "same");
    assert_card(READ(",'address':'中原区某路1号'"), "{}", "{}",
                "number_region", "same");
    assert_card(READ(",'address':'江西省南昌市某路1号'"), "{}", "{}",
                "number_region", "different");
    assert_card(READ(), "{}", "{}", "number_region", "not_read");

    assert_card("{}", "{}", "{'id_number':'" NUMBER "'}", "number_handheld",
                "same");
    assert_card("{}", "{}", "{'id_number':'410102199003070028'}",
                "number_handheld", "different");
    assert_card("{}", "{}", "{}", "number_handheld", "not_read");
}


/* 5 years under 16, 10 up to 25, 20 up to 45, then without end. */

static void
test_age(void **state)
{
    (void) state;

#define TERM(from, until, expected)                                           \
    assert_card(READ(), "{'valid_from':'" from "'," until "}", "{}",          \
                "term_age", expected)

    TERM("2006-03-06", "'valid_until':'2011-03-06'", "same");
    TERM("2006-03-07", "'valid_until':'2011-03-07'", "different");
    TERM("2006-03-07", "'valid_until':'2016-03-07'", "same");
    TERM("2016-03-06", "'valid_until':'2026-03-06'", "same");
    TERM("2016-03-07", "'valid_until':'2036-03-07'", "same");
    TERM("2016-03-07", "'valid_until':'2026-03-07'", "different");
    TERM("2016-03-07", "'long_term':true", "different");
    TERM("2036-03-07", "'long_term':true", "same");
    TERM("2036-03-07", "'valid_until':'2056-03-07'", "different");
    TERM("2016-03-07", "'authority':'x'", "not_read");
}


static void
test_others(void **state)
{
    json_t            *list;
    reg_crosscheck_t   check;

    (void) state;

    memset(&check, 0, sizeof(check));

    check.values = object("{'document_type':'business_licence'}");
    check.results = json_object();
    check.regions = regions;

    list = reg_crosscheck_card(&check);
    assert_int_equal(json_array_size(list), 0);

    json_decref(list);
    json_decref((json_t *) check.values);
    json_decref((json_t *) check.results);
}


static int
load_regions(void **state)
{
    char         path[32];
    reg_error_t  error;

    (void) state;

    write_file(path, REG_TEST_REGIONS);
    regions = reg_regions_load(path, &error);
    unlink(path);

    return regions == NULL;
}


static int
free_regions(void **state)
{
    (void) state;

    reg_regions_free(regions);

    return 0;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_terms),
        cmocka_unit_test(test_card),
        cmocka_unit_test(test_age),
        cmocka_unit_test(test_others)
    };

    return cmocka_run_group_tests(tests, load_regions, free_regions);
}
