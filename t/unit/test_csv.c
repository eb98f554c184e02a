/*
 * Comma-separated values: quoting, formulas, rows.
 */

#include "reg_test.h"
#include "reg_csv.h"


static void
assert_field(const char *text, const char *expected)
{
    size_t          size;
    unsigned char  *out, *end;

    size = reg_csv_field_size(str(text));
    out = malloc(size);
    assert_non_null(out);

    end = reg_csv_field(out, str(text));

    assert_int_equal(end - out, strlen(expected));
    assert_memory_equal(out, expected, strlen(expected));

    free(out);
}


static void
test_quotes(void **state)
{
    (void) state;

    assert_field("", "");
    assert_field("张*", "张*");
    assert_field("a b", "a b");
    assert_field("a,b", "\"a,b\"");
    assert_field("a\"b", "\"a\"\"b\"");
    assert_field("\"\"\"", "\"\"\"\"\"\"\"\"");
    assert_field("a\r\nb", "\"a\r\nb\"");
    assert_field(" a", "\" a\"");
    assert_field("a ", "\"a \"");
}


static void
test_formulas(void **state)
{
    (void) state;

    assert_field("=1+1", "'=1+1");
    assert_field("+86", "'+86");
    assert_field("-1", "'-1");
    assert_field("@SUM(A1)", "'@SUM(A1)");
    assert_field("=\"a\"", "\"'=\"\"a\"\"\"");
    assert_field("\t=1", "\"'\t=1\"");
    assert_field("\r=1", "\"'\r=1\"");
    assert_field("＝1", "'＝1");
    assert_field("＋1", "'＋1");
    assert_field("－1", "'－1");
    assert_field("＠1", "'＠1");
    assert_field("1-1", "1-1");
    assert_field("'=1", "'=1");
}


static void
test_row(void **state)
{
    size_t          size;
    unsigned char  *out, *end;

    const reg_str_t    fields[] = { reg_str("n\"n"), reg_str(""),
                                    reg_str("=x") };
    static const char  expected[] = "\"n\"\"n\",,'=x\r\n";

    (void) state;

    size = reg_csv_row_size(fields, 3);
    out = malloc(size);
    assert_non_null(out);

    end = reg_csv_row(out, fields, 3);
    assert_int_equal(end - out, sizeof(expected) - 1);
    assert_memory_equal(out, expected, sizeof(expected) - 1);
    assert_true(size >= sizeof(expected) - 1);

    end = reg_csv_row(out, fields, 0);
    assert_int_equal(end - out, 2);
    assert_memory_equal(out, "\r\n", 2);

    free(out);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_quotes),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_row)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
