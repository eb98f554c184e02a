/*
 * Text: UTF-8, code points, full-width forms; codes and files of the core.
 */

#include "reg_test.h"
#include "reg_text.h"


static void
test_valid(void **state)
{
    size_t  i;

    static const char *const  good[] = {
        "", "abc", "张三", "\xf0\xa0\xae\xb7", "\xc2\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xf4\x8f\xbf\xbf"
    };

    static const char *const  bad[] = {
        "\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf",
        "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
        "\xe5\xbc", "a\xc2", "\xe5\xbc\x41", "\xf0\xa0\xae"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_true(reg_text_valid(str(good[i])));
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(reg_text_valid(str(bad[i])));
    }
}


static void
test_length(void **state)
{
    (void) state;

    assert_int_equal(reg_text_length(str("")), 0);
    assert_int_equal(reg_text_length(str("a张\xf0\xa0\xae\xb7")), 3);
}


static void
test_control(void **state)
{
    size_t  i;

    static const char *const  bad[] = {
        "\n", "a\tb", "\x7f", "\xc2\x85", "\u2028", "\u2029", "a\u202eb",
        "\u2066", "\u200f", "\ufeff", "a\u200bb", "\u2060"
    };

    (void) state;

    assert_false(reg_text_has_control(str("张 三·O'Brien\xc2\xa0")));
    assert_false(reg_text_has_control(str("a\u200cb\u200d")));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_true(reg_text_has_control(str(bad[i])));
    }
}


static void
test_han(void **state)
{
    (void) state;

    assert_true(reg_text_is_han(0x5f20));
    assert_true(reg_text_is_han(0x3007));
    assert_true(reg_text_is_han(0x20bb7));
    assert_true(reg_text_is_han(0x3134a));
    assert_true(reg_text_is_han(0xe863));
    assert_false(reg_text_is_han('a'));
    assert_false(reg_text_is_han(0x3042));
    assert_false(reg_text_is_han(0xac00));
    assert_false(reg_text_is_han(0x1f600));
    assert_false(reg_text_is_han(-1));
}


static void
assert_normalized(const char *text, int mode, const char *expected)
{
    char    *got;
    size_t   len;

    got = reg_text_normalize(str(text), mode, &len);

    assert_non_null(got);
    assert_string_equal(got, expected);
    assert_int_equal(len, strlen(expected));

    free(got);
}


static void
test_normalize(void **state)
{
    (void) state;

    assert_normalized("", REG_TEXT_NARROW, "");
    assert_normalized(" \t\u3000\xc2\xa0\u200b", REG_TEXT_NARROW, "");
    assert_normalized("\u3000 a b\r\n", REG_TEXT_KEEP, "a b");
    assert_normalized("１３８ａＸ＠．", REG_TEXT_NARROW, "138aX@.");
    assert_normalized("１３８", REG_TEXT_KEEP, "１３８");
    assert_normalized("a\u3000b", REG_TEXT_NARROW, "a b");

    /* Names keep their brackets and get one kind of dot. */

    assert_normalized("河南Ａ１（集团）", REG_TEXT_NAME, "河南A1（集团）");
    assert_normalized("买买提•阿・布･都‧拉∙木", REG_TEXT_NAME,
                      "买买提·阿·布·都·拉·木");
    assert_normalized("人民路１．５号，甲\u3000座", REG_TEXT_NAME,
                      "人民路1．5号，甲\u3000座");

    /* Those of people get all that a passport has. */

    assert_normalized("张三（法务部）", REG_TEXT_PERSON, "张三(法务部)");
    assert_normalized("ＺＨＡＮＧ，ＳＡＮ－Ｙｉ", REG_TEXT_PERSON,
                      "ZHANG,SAN-Yi");
    assert_normalized("ZHANG\u3000SAN", REG_TEXT_PERSON, "ZHANG SAN");
    assert_normalized("Mary J．•Lee", REG_TEXT_PERSON, "Mary J.·Lee");
    assert_normalized("阿卜杜拉．买买提", REG_TEXT_PERSON,
                      "阿卜杜拉·买买提");
    assert_normalized("\xf0\xa0\xae\xb7é", REG_TEXT_NARROW,
                      "\xf0\xa0\xae\xb7é");

    /* Bytes that are no UTF-8 are left for the judge. */

    assert_normalized("\xff" "a", REG_TEXT_NARROW, "\xff" "a");
}


static void
test_codes(void **state)
{
    int  i, j;

    (void) state;

    for (i = 0; i < REG_CODES; i++) {
        assert_non_null(reg_code_name((reg_code_t) i));

        for (j = 0; j < i; j++) {
            assert_string_not_equal(reg_code_name((reg_code_t) i),
                                    reg_code_name((reg_code_t) j));
        }
    }

    assert_string_equal(reg_code_name(REG_TOO_LONG), "too_long");
    assert_string_equal(reg_code_name(REG_CODES), "internal");
}


static void
test_file(void **state)
{
    char         path[32], *text;
    size_t       len;
    reg_error_t  error;

    (void) state;

    write_file(path, "hello");

    text = reg_file_read(path, 5, &len, &error);
    assert_non_null(text);
    assert_string_equal(text, "hello");
    assert_int_equal(len, 5);
    free(text);

    assert_null(reg_file_read(path, 4, &len, &error));
    assert_error(&error, path, ": has more than 4 bytes");

    unlink(path);

    assert_null(reg_file_read(path, 4, &len, &error));
    assert_error(&error, path, ": cannot open: No such file or directory");

    assert_null(reg_file_read("/", 4, &len, &error));
    assert_string_equal(error.text, "/: is not a regular file");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_length),
        cmocka_unit_test(test_control),
        cmocka_unit_test(test_han),
        cmocka_unit_test(test_normalize),
        cmocka_unit_test(test_codes),
        cmocka_unit_test(test_file)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
