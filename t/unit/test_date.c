/*
 * Calendar dates and working days.
 */

#include "reg_test.h"
#include "reg_date.h"


/* 2026 as the State Council announced it. */

#define CALENDAR                                                              \
    "{\"holidays\": {\n"                                                      \
    "\"2026-01-01\": 1, \"2026-01-02\": 1, \"2026-01-03\": 1,\n"              \
    "\"2026-02-15\": 1, \"2026-02-16\": 1, \"2026-02-17\": 1,\n"              \
    "\"2026-02-18\": 1, \"2026-02-19\": 1, \"2026-02-20\": 1,\n"              \
    "\"2026-02-21\": 1, \"2026-02-22\": 1, \"2026-02-23\": 1,\n"              \
    "\"2026-09-25\": 1, \"2026-09-26\": 1, \"2026-09-27\": 1,\n"              \
    "\"2026-10-01\": 1, \"2026-10-02\": 1, \"2026-10-03\": 1,\n"              \
    "\"2026-10-04\": 1, \"2026-10-05\": 1, \"2026-10-06\": 1,\n"              \
    "\"2026-10-07\": 1, \"2027-01-01\": 1\n"                                  \
    "}, \"workdays\": {\n"                                                    \
    "\"2026-01-04\": 1, \"2026-02-14\": 1, \"2026-02-28\": 1,\n"              \
    "\"2026-09-20\": 1, \"2026-10-10\": 1}}\n"


static void
test_parse(void **state)
{
    size_t  i;

    static const char *const  bad[] = {
        "", "2026-1-1", "2026-13-01", "2026-00-01", "2026-01-00",
        "2026-04-31", "2023-02-29", "1900-02-29", "0999-12-31", "2026/01/01",
        "2026-01-01T", "2026-01-0x", "+026-01-01", "２０２６-01"
    };

    (void) state;

    assert_int_equal(reg_date_parse(str("1970-01-01")), 0);
    assert_int_equal(reg_date_parse(str("1969-12-31")), -1);
    assert_int_equal(reg_date_parse(str("2000-03-01")), 11017);
    assert_true(reg_date_parse(str("2000-02-29")) != REG_DATE_NONE);
    assert_true(reg_date_parse(str("9999-12-31")) != REG_DATE_NONE);
    assert_true(reg_date_parse(str("1000-01-01")) != REG_DATE_NONE);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(reg_date_parse(str(bad[i])), REG_DATE_NONE);
    }
}


/* Every day of nine thousand years, against the one before it. */

static void
test_every_day(void **state)
{
    int         year, month, day, last_year, last_month, last_day;
    char        text[REG_DATE_LEN + 1];
    reg_date_t  date;

    (void) state;

    reg_date_split(reg_date_make(1000, 1, 1), &last_year, &last_month,
                   &last_day);

    for (date = reg_date_make(1000, 1, 1) + 1;
         date <= reg_date_make(9999, 12, 31);
         date++)
    {
        reg_date_split(date, &year, &month, &day);

        if (reg_date_make(year, month, day) != date) {
            fail_msg("%d does not come back", date);
        }

        if (!(day == last_day + 1 && month == last_month)
            && !(day == 1
                 && (month == last_month + 1
                     || (month == 1 && last_month == 12
                         && year == last_year + 1))))
        {
            fail_msg("%d follows wrongly", date);
        }

        last_year = year;
        last_month = month;
        last_day = day;
    }

    reg_date_print(reg_date_make(2026, 2, 3), text);
    assert_string_equal(text, "2026-02-03");
}


static void
test_china(void **state)
{
    (void) state;

    /* 2026-01-01 begins in China when it is 16:00 UTC of the day before. */

    assert_int_equal(reg_date_in_china(1767196799),
                     reg_date_make(2025, 12, 31));
    assert_int_equal(reg_date_in_china(1767196800), reg_date_make(2026, 1, 1));
    assert_int_equal(reg_date_in_china(-28800), 0);
    assert_int_equal(reg_date_in_china(-28801), -1);
}


static void
test_years(void **state)
{
    reg_date_t  leap;

    (void) state;

    leap = reg_date_make(2004, 2, 29);

    assert_int_equal(reg_date_add_years(leap, 1), reg_date_make(2005, 2, 28));
    assert_int_equal(reg_date_add_years(leap, 20), reg_date_make(2024, 2, 29));
    assert_int_equal(reg_date_add_years(reg_date_make(2015, 3, 1), 20),
                     reg_date_make(2035, 3, 1));

    assert_int_equal(reg_date_age(leap, reg_date_make(2020, 2, 28)), 15);
    assert_int_equal(reg_date_age(leap, reg_date_make(2020, 2, 29)), 16);
    assert_int_equal(reg_date_age(leap, reg_date_make(2021, 2, 28)), 16);
    assert_int_equal(reg_date_age(leap, reg_date_make(2021, 3, 1)), 17);
    assert_int_equal(reg_date_age(leap, leap), 0);
}


static void
assert_due(const reg_calendar_t *calendar, const char *from, unsigned n,
    const char *expected, int expected_provisional)
{
    int   provisional;
    char  text[REG_DATE_LEN + 1];

    reg_date_print(reg_calendar_add(calendar, reg_date_parse(str(from)), n,
                                    &provisional),
                   text);

    assert_string_equal(text, expected);
    assert_int_equal(provisional, expected_provisional);
}


static void
test_calendar(void **state)
{
    char             path[32];
    reg_error_t      error;
    reg_calendar_t  *calendar;

    (void) state;

    write_file(path, CALENDAR);
    calendar = reg_calendar_load(path, &error);
    unlink(path);

    assert_non_null(calendar);

    assert_due(calendar, "2026-02-13", 7, "2026-03-02", 0);
    assert_due(calendar, "2026-09-24", 7, "2026-10-12", 0);
    assert_due(calendar, "2026-02-13", 1, "2026-02-14", 0);
    assert_due(calendar, "2026-06-01", 7, "2026-06-10", 0);
    assert_due(calendar, "2026-06-01", 0, "2026-06-01", 0);

    /* The first of January is in the file, its year is not known by that. */

    assert_due(calendar, "2026-12-31", 1, "2027-01-04", 1);
    assert_due(calendar, "2026-12-30", 1, "2026-12-31", 0);
    assert_due(calendar, "2030-05-03", 7, "2030-05-14", 1);

    reg_calendar_free(calendar);
}


static void
test_calendar_errors(void **state)
{
    char         path[32];
    size_t       i;
    reg_error_t  error;

    static const struct {
        const char  *text;
        const char  *error;
    } cases[] = {
        { "{\"holidays\": {},\n \"workdays\": {},\n}",
          ":3: string or '}' expected near '}'" },
        { "{\n\"holidays\": {}}",
          ":1: \"workdays\" must be an object of dates" },
        { "{\"workdays\": {},\n\"holidays\": {\n\"2026-10-01\": 1,\n"
          "\"2026-02-30\": 1}}",
          ":4: \"holidays.2026-02-30\" is no date of the form "
          "\"2026-01-01\"" },
        { "[]", ":1: must be one JSON object" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(path, cases[i].text);
        assert_null(reg_calendar_load(path, &error));
        unlink(path);

        assert_error(&error, path, cases[i].error);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_every_day),
        cmocka_unit_test(test_china),
        cmocka_unit_test(test_years),
        cmocka_unit_test(test_calendar),
        cmocka_unit_test(test_calendar_errors)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
