/*
 * The form file and the regions.
 */

#include "reg_test.h"
#include "reg_fields.h"
#include "reg_form.h"


static reg_regions_t *
load_regions(const char *text)
{
    char            path[32];
    reg_error_t     error;
    reg_regions_t  *regions;

    write_file(path, text);
    regions = reg_regions_load(path, &error);
    unlink(path);

    return regions;
}


static void
test_regions(void **state)
{
    size_t          len;
    json_t         *root, *province, *city;
    const char     *json;
    reg_regions_t  *regions;

    (void) state;

    regions = load_regions(REG_TEST_REGIONS);
    assert_non_null(regions);

    assert_true(reg_regions_has(regions, "410000"));
    assert_false(reg_regions_is_leaf(regions, "410000"));
    assert_false(reg_regions_is_leaf(regions, "410100"));
    assert_true(reg_regions_is_leaf(regions, "410102"));

    /* Below a province itself; a city and a province without parts. */

    assert_true(reg_regions_is_leaf(regions, "110101"));
    assert_false(reg_regions_is_leaf(regions, "110000"));
    assert_true(reg_regions_is_leaf(regions, "419001"));
    assert_true(reg_regions_is_leaf(regions, "441900"));
    assert_true(reg_regions_is_leaf(regions, "710000"));

    assert_false(reg_regions_has(regions, "410103"));
    assert_false(reg_regions_has(regions, ""));
    assert_false(reg_regions_has(regions, "4101020"));

    json = reg_regions_json(regions, &len);
    assert_int_equal(len, strlen(json));

    root = json_loads(json, 0, NULL);
    province = json_array_get(json_object_get(root, "regions"), 2);
    assert_string_equal(json_string_value(json_object_get(province, "code")),
                        "410000");

    city = json_array_get(json_object_get(province, "children"), 0);
    assert_string_equal(json_string_value(json_object_get(city, "code")),
                        "410100");
    assert_int_equal(json_array_size(json_object_get(city, "children")), 2);

    /* 419001 stands beside the cities. */

    assert_int_equal(json_array_size(json_object_get(province, "children")),
                     18);

    json_decref(root);
    reg_regions_free(regions);
}


static void
test_region_errors(void **state)
{
    char         path[32];
    size_t       i;
    reg_error_t  error;

    static const struct {
        const char  *text;
        const char  *error;
    } cases[] = {
        { "{}", ":1: \"regions\" must be a list of [code, name]" },
        { "{\"regions\": [\n[\"410000\", \"a\"],\n[\"41010\", \"b\"]]}",
          ":3: \"regions[1]\" must be [\"six digits\", \"name\"]" },
        { "{\"regions\": [\n[\"410000\", \"a\"],\n[\"410000\", \"b\"]]}",
          ":3: \"regions[1]\" must follow in code order" },
        { "{\"regions\": [\n[\"410000\", \"a\"],\n[\"420101\", \"b\"]]}",
          ":3: \"regions[1]\" has no province before it" },
        { "{\"regions\": [\n[\"410000\", \"\"]]}",
          ":2: \"regions[0]\" must be [\"six digits\", \"name\"]" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(path, cases[i].text);
        assert_null(reg_regions_load(path, &error));
        unlink(path);

        assert_error(&error, path, cases[i].error);
    }
}


static void
test_form(void **state)
{
    size_t          i, len;
    json_t         *root, *reviewers, *type;
    reg_form_t     *form;
    const char     *word;
    reg_error_t     error;
    reg_regions_t  *regions;

    static const char *const  titles[] = {
        "bad_request", "not_found", "method_not_allowed",
        "unsupported_media_type", "payload_too_large", "invalid",
        "unauthorized", "forbidden_origin", "too_many_requests",
        "unavailable", "internal", "conflict"
    };

    (void) state;

    regions = load_regions(REG_TEST_REGIONS);
    form = reg_form_load(REG_TEST_FORM, regions, 3145728, &error);
    assert_non_null(form);

    assert_string_equal(reg_form_province(form), "410000");
    assert_string_equal(reg_form_notice_version(form), "2026-01");
    assert_true(reg_form_has_industry(form, "software-it"));
    assert_false(reg_form_has_industry(form, "zhengzhou-1"));
    assert_true(reg_form_has_office(form, "jiyuan-1"));
    assert_false(reg_form_has_office(form, ""));

    for (i = REG_OK + 1; i <= REG_CODE_LAST_FIELD; i++) {
        word = reg_code_name((reg_code_t) i);

        assert_string_not_equal(reg_form_message(form, word, REG_ZH_CN),
                                reg_form_message(form, word, REG_EN));
    }

    for (i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        assert_string_not_equal(reg_form_message(form, titles[i], REG_ZH_CN),
                                reg_form_message(form, titles[i], REG_EN));
    }

    assert_string_equal(reg_form_message(form, "no such word", REG_EN),
                        "The request has failed");

    /* What the file does not have is built in. */

    assert_string_equal(reg_form_message(form, "damaged", REG_ZH_CN),
                        "Stored data is damaged");

    root = json_loads(reg_form_json(form, &len), 0, NULL);
    assert_non_null(root);
    assert_int_equal(len, strlen(reg_form_json(form, &len)));

    assert_null(json_object_get(root, "reasons"));

    reviewers = json_loads(reg_form_review_json(form, &len), 0, NULL);
    assert_non_null(reviewers);
    assert_int_equal(len, strlen(reg_form_review_json(form, &len)));
    assert_int_equal(json_object_size(reviewers), json_object_size(root) + 1);
    assert_true(json_array_size(json_object_get(reviewers, "reasons")) > 0);
    json_decref(reviewers);

    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(root, "limits"), "max_bytes")),
                     3145728);

    type = json_array_get(json_object_get(root, "document_types"), 6);
    assert_string_equal(json_string_value(json_object_get(type, "id")),
                        "business_licence");
    assert_string_equal(json_string_value(json_object_get(type,
                                                          "applicant_type")),
                        "enterprise");
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(type, "required"), 0)),
                        "licence");
    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(type, "optional"), 0)),
                        "supporting");

    json_decref(root);
    reg_form_free(form);
    reg_regions_free(regions);
}


/* The sample with one text replaced by another. */

static char *
edited(const char *from, const char *to)
{
    char         *text, *at, *copy;
    size_t        len;
    reg_error_t   error;

    text = reg_file_read(REG_TEST_FORM, 1024 * 1024, &len, &error);
    assert_non_null(text);

    at = strstr(text, from);
    assert_non_null(at);

    copy = malloc(len + strlen(to) + 1);
    assert_non_null(copy);

    (void) sprintf(copy, "%.*s%s%s", (int) (at - text), text, to,
                   at + strlen(from));

    free(text);

    return copy;
}


/* The line of the sample on which a text first stands. */

static unsigned
line_of(const char *text)
{
    char         *file, *at, *p;
    size_t        len;
    unsigned      line;
    reg_error_t   error;

    file = reg_file_read(REG_TEST_FORM, 1024 * 1024, &len, &error);
    at = strstr(file, text);
    assert_non_null(at);

    for (line = 1, p = file; p != at; p++) {
        line += (*p == '\n');
    }

    free(file);

    return line;
}


static void
test_form_errors(void **state)
{
    char            path[32], expected[512], *text;
    size_t          i;
    reg_error_t     error;
    reg_regions_t  *regions;

    /* at: the text in the sample on whose line the error shall be. */

    static const struct {
        const char  *from;
        const char  *to;
        const char  *at;
        const char  *reason;
    } cases[] = {
        { "\"province\": \"410000\"", "\"province\": \"410100\"",
          "\"province\"",
          "\"province\" must be a province's code of the regions file" },
        { "\"province\"", "\"provinz\"", "{",
          "\"province\" is missing" },
        { "\"title\": {", "\"colour\": 1, \"title\": {", "\"title\"",
          "\"colour\" is no known member" },
        { "\"version\": \"2026-01\"", "\"version\": \"\"", "\"version\"",
          "\"notice.version\" must be 1 to 32 of a-z, 0-9, \".\", \"_\" "
          "and \"-\"" },
        { "\"id\": \"passport\"", "\"id\": \"visa\"", "\"id\": \"passport\"",
          "\"document_types[5].id\" is no document type" },
        { "\"id\": \"passport\"", "\"id\": \"hm_travel_permit\"",
          "\"id\": \"passport\"",
          "\"document_types[5].id\" is used twice" },
        { "\"id\": \"kaifeng-1\"", "\"id\": \"zhengzhou-1\"",
          "\"id\": \"kaifeng-1\"",
          "\"cities[1].offices[0].id\" is used twice" },
        { "\"phone\": \"0371-00000000\"", "\"phone\": 371",
          "\"phone\"",
          "\"cities[0].offices[0].phone\" must be a string, not empty" },
        { "\"region\": \"410105\"", "\"region\": \"410100\"",
          "\"region\": \"410105\"",
          "\"cities[0].offices[0].region\" must be the code of a district, "
          "county or town of the regions file" },
        { "\"code\": \"410200\"", "\"code\": \"410299\"",
          "\"code\": \"410200\"",
          "\"cities[1].code\" must be a code of the regions file" },
        { "\"en\": \"Henan Works Copyright Registration Platform\"",
          "\"en\": \"\"",
          "\"en\": \"Henan Works Copyright Registration Platform\"",
          "\"title.en\" must be a string, not empty" },
        { "\"username\": {\n", "\"user_name\": {\n", "\"username\": {\n",
          "\"hints.user_name\" is no field" },
        { "\"mobile\": { ", "\"mobil\": { ", "\"labels\": {",
          "\"labels.mobile\" is missing" },
        { "\"checksum\": {", "\"check_sum\": {", "\"messages\"",
          "\"messages.checksum\" is missing" },
        { "\"foxmail.com\"", "7", "\"foxmail.com\"",
          "\"mail_hints[0].domains[2]\" must be a string, not empty" }
    };

    (void) state;

    regions = load_regions(REG_TEST_REGIONS);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        text = edited(cases[i].from, cases[i].to);
        write_file(path, text);
        free(text);

        assert_null(reg_form_load(path, regions, 0, &error));
        unlink(path);

        (void) snprintf(expected, sizeof(expected), ":%u: %s",
                        line_of(cases[i].at), cases[i].reason);
        assert_error(&error, path, expected);
    }

    reg_regions_free(regions);
}


static void
test_form_syntax(void **state)
{
    char            path[32];
    reg_error_t     error;
    reg_regions_t  *regions;

    (void) state;

    regions = load_regions(REG_TEST_REGIONS);

    write_file(path, "{\n\"title\": 1,\n\"title\": 2}");
    assert_null(reg_form_load(path, regions, 0, &error));
    unlink(path);
    assert_error(&error, path, ":3: duplicate object key near '\"title\"'");

    reg_regions_free(regions);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_regions),
        cmocka_unit_test(test_region_errors),
        cmocka_unit_test(test_form),
        cmocka_unit_test(test_form_errors),
        cmocka_unit_test(test_form_syntax)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
