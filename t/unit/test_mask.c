/*
 * Masks: what of a personal value is seen in lists.
 */

#include "reg_test.h"
#include "reg_mask.h"


typedef void (*mask_pt)(reg_str_t value, char *out, size_t size);


static void
assert_mask(mask_pt mask, const char *value, const char *expected)
{
    char  *out;

    /* exactly the promised room, for the sanitizer to watch */

    out = malloc(REG_MASK_SIZE(strlen(value)));
    assert_non_null(out);

    mask(str(value), out, REG_MASK_SIZE(strlen(value)));
    assert_string_equal(out, expected);

    free(out);
}


static void
test_name(void **state)
{
    (void) state;

    assert_mask(reg_mask_name, "张三", "张*");
    assert_mask(reg_mask_name, "欧阳三丰", "欧*");
    assert_mask(reg_mask_name, "\xf0\xa0\xae\xb7野", "\xf0\xa0\xae\xb7*");
    assert_mask(reg_mask_name, "John Smith", "J*");
    assert_mask(reg_mask_name, "张", "***");
    assert_mask(reg_mask_name, "", "***");
    assert_mask(reg_mask_name, "张\xff", "***");
}


static void
test_id_number(void **state)
{
    (void) state;

    assert_mask(reg_mask_id_number, "11010519491231002X",
                "1****************X");
    assert_mask(reg_mask_id_number, "E12345678", "E*******8");
    assert_mask(reg_mask_id_number, "豫A1234丁", "豫*****丁");
    assert_mask(reg_mask_id_number, "123", "***");
    assert_mask(reg_mask_id_number, "", "***");
    assert_mask(reg_mask_id_number, "1234\xe5", "***");
}


static void
test_mobile(void **state)
{
    (void) state;

    assert_mask(reg_mask_mobile, "13812341234", "138****1234");
    assert_mask(reg_mask_mobile, "+8613812341234", "+86*******1234");
    assert_mask(reg_mask_mobile, "91234567", "******67");
    assert_mask(reg_mask_mobile, "123", "***");
    assert_mask(reg_mask_mobile, "", "***");
    assert_mask(reg_mask_mobile, "138１2341234", "***");
}


static void
test_email(void **state)
{
    (void) state;

    assert_mask(reg_mask_email, "zhang@example.org", "z***@example.org");
    assert_mask(reg_mask_email, "a@b.cn", "a***@b.cn");
    assert_mask(reg_mask_email, "张@example.org", "张***@example.org");
    assert_mask(reg_mask_email, "@b.cn", "***");
    assert_mask(reg_mask_email, "nonsense", "***");
    assert_mask(reg_mask_email, "", "***");
}


static void
test_cut(void **state)
{
    char  out[16];

    (void) state;

    reg_mask_email(str("zhang@example.org"), out, sizeof(out));
    assert_string_equal(out, "z***@example.or");

    reg_mask_email(str("z@例例例"), out, 9);
    assert_string_equal(out, "z***@例");

    reg_mask_name(str("张三"), out, 3);
    assert_string_equal(out, "*");

    reg_mask_name(str("张三"), out, 1);
    assert_string_equal(out, "");

    out[0] = 'x';
    reg_mask_name(str("张三"), out, 0);
    assert_int_equal(out[0], 'x');
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_name),
        cmocka_unit_test(test_id_number),
        cmocka_unit_test(test_mobile),
        cmocka_unit_test(test_email),
        cmocka_unit_test(test_cut)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
