/*
 * Numbers of identity documents and organisations.
 */

#include "reg_test.h"
#include "reg_numbers.h"


#define TODAY  reg_date_make(2026, 6, 1)


static reg_code_t
resident(const char *number)
{
    return reg_number_resident(str(number), TODAY, NULL);
}


/* Puts the right check character behind 17 digits. */

static const char *
checked(const char *digits)
{
    static char  number[19];

    int     sum;
    size_t  i;

    static const int  weight[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2
    };

    for (i = 0, sum = 0; i < 17; i++) {
        sum += weight[i] * (digits[i] - '0');
    }

    memcpy(number, digits, 17);
    number[17] = "10X98765432"[sum % 11];
    number[18] = '\0';

    return number;
}


static void
test_resident(void **state)
{
    reg_number_facts_t  facts;

    (void) state;

    /* The examples of GB 11643-1999. */

    assert_int_equal(reg_number_resident(str("11010519491231002X"), TODAY,
                                         &facts),
                     REG_OK);
    assert_int_equal(facts.birth, reg_date_make(1949, 12, 31));
    assert_int_equal(facts.sex, 'F');
    assert_string_equal(facts.region, "110105");

    assert_int_equal(resident("440524188001010014"), REG_OK);
    assert_int_equal(resident(checked("41010219900307001")), REG_OK);

    /* The manual's own sample is no valid number. */

    assert_int_equal(resident("363636122211112222"), REG_CHECKSUM);

    assert_int_equal(resident("110105194912310021"), REG_CHECKSUM);
    assert_int_equal(resident("11010519491231002x"), REG_FORMAT);
    assert_int_equal(resident("1101051949123100X2"), REG_FORMAT);
    assert_int_equal(resident("11010519491231002"), REG_FORMAT);
    assert_int_equal(resident("110105491231002"), REG_FORMAT);
    assert_int_equal(resident(""), REG_FORMAT);
}


static void
test_resident_date(void **state)
{
    (void) state;

    assert_int_equal(resident(checked("41010220230229001")), REG_DATE);
    assert_int_equal(resident(checked("41010220240229001")), REG_OK);
    assert_int_equal(resident(checked("41010219901301001")), REG_DATE);
    assert_int_equal(resident(checked("41010219900431001")), REG_DATE);
    assert_int_equal(resident(checked("41010217991231001")), REG_DATE);
    assert_int_equal(resident(checked("41010218000101001")), REG_OK);

    /* Born today, and tomorrow. */

    assert_int_equal(resident(checked("41010220260601001")), REG_OK);
    assert_int_equal(resident(checked("41010220260602001")), REG_DATE);
}


static void
test_resident_province(void **state)
{
    int   code;
    char  digits[18];

    static const char  known[] =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 "
        "50 51 52 53 54 61 62 63 64 65 ";

    (void) state;

    for (code = 0; code < 100; code++) {
        char  two[4];

        (void) snprintf(two, sizeof(two), "%02d ", code);
        (void) snprintf(digits, sizeof(digits), "%02d010219900307001", code);

        assert_int_equal(resident(checked(digits)),
                         strstr(known, two) != NULL ? REG_OK : REG_UNKNOWN);
    }
}


static void
test_hmt_permit(void **state)
{
    reg_number_facts_t  facts;

    (void) state;

    assert_int_equal(reg_number_hmt_permit(str(checked("81000019900307001")),
                                           TODAY, &facts),
                     REG_OK);
    assert_int_equal(facts.birth, reg_date_make(1990, 3, 7));
    assert_int_equal(facts.sex, 'M');

    assert_int_equal(reg_number_hmt_permit(str(checked("82000019900307001")),
                                           TODAY, NULL),
                     REG_OK);
    assert_int_equal(reg_number_hmt_permit(str(checked("83000019900307001")),
                                           TODAY, NULL),
                     REG_OK);
    assert_int_equal(reg_number_hmt_permit(str(checked("84000019900307001")),
                                           TODAY, NULL),
                     REG_UNKNOWN);
    assert_int_equal(reg_number_hmt_permit(str(checked("41010219900307001")),
                                           TODAY, NULL),
                     REG_UNKNOWN);
    assert_int_equal(reg_number_hmt_permit(str(checked("81000019900231001")),
                                           TODAY, NULL),
                     REG_DATE);
    assert_int_equal(reg_number_hmt_permit(str("810000199003070019"), TODAY,
                                           NULL),
                     REG_CHECKSUM);
}


static void
test_permanent_residence(void **state)
{
    size_t              i;
    reg_number_facts_t  facts;

    static const struct {
        const char  *number;
        reg_code_t   code;
    } cases[] = {
        { "911124198108030024", REG_OK },       /* the authority's specimen */
        { "911124198108030025", REG_CHECKSUM },
        { "CAN110081080312", REG_OK },
        { "CA1110081080312", REG_FORMAT },
        { "CAN11008108031X", REG_FORMAT },
        { "CAN1100810803123", REG_FORMAT },
        { "11010519491231002X", REG_FORMAT },
        { "", REG_FORMAT }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(reg_number_permanent_residence(str(cases[i].number),
                                                        TODAY, &facts),
                         cases[i].code);
    }

    assert_int_equal(reg_number_permanent_residence(
                         str(checked("91112419810230002")), TODAY, NULL),
                     REG_DATE);
    assert_int_equal(reg_number_permanent_residence(
                         str(checked("99912419810803002")), TODAY, NULL),
                     REG_UNKNOWN);

    assert_int_equal(reg_number_permanent_residence(
                         str("911124198108030024"), TODAY, &facts),
                     REG_OK);
    assert_int_equal(facts.birth, reg_date_make(1981, 8, 3));

    assert_int_equal(reg_number_permanent_residence(str("CAN110081080312"),
                                                    TODAY, &facts),
                     REG_OK);
    assert_int_equal(facts.birth, REG_DATE_NONE);
}


static void
test_permits(void **state)
{
    (void) state;

    assert_int_equal(reg_number_hm_permit(str("H12345678")), REG_OK);
    assert_int_equal(reg_number_hm_permit(str("M1234567801")), REG_OK);
    assert_int_equal(reg_number_hm_permit(str("H123456789")), REG_FORMAT);
    assert_int_equal(reg_number_hm_permit(str("A12345678")), REG_FORMAT);
    assert_int_equal(reg_number_hm_permit(str("H1234567")), REG_FORMAT);
    assert_int_equal(reg_number_hm_permit(str("H1234567A")), REG_FORMAT);
    assert_int_equal(reg_number_hm_permit(str("")), REG_FORMAT);

    assert_int_equal(reg_number_tw_permit(str("01234567")), REG_OK);
    assert_int_equal(reg_number_tw_permit(str("0123456")), REG_FORMAT);
    assert_int_equal(reg_number_tw_permit(str("0123456789B")), REG_FORMAT);
    assert_int_equal(reg_number_tw_permit(str("T1234567")), REG_FORMAT);

    assert_int_equal(reg_number_passport(str("E12345678")), REG_OK);
    assert_int_equal(reg_number_passport(str("EA1234567")), REG_OK);
    assert_int_equal(reg_number_passport(str("123456789")), REG_OK);
    assert_int_equal(reg_number_passport(str("AB123")), REG_OK);
    assert_int_equal(reg_number_passport(str("AB12")), REG_FORMAT);
    assert_int_equal(reg_number_passport(str("ZHANGSAN")), REG_FORMAT);
    assert_int_equal(reg_number_passport(str("E1234-5678")), REG_FORMAT);
    assert_int_equal(reg_number_passport(str("A12345678901234567")),
                     REG_FORMAT);
}


static void
test_credit_code(void **state)
{
    size_t  i;
    char    wrong[19];

    static const struct {
        const char  *number;
        const char  *leading;
        reg_code_t   code;
    } cases[] = {
        { "91110000600037341L", "91 92 93", REG_OK },
        { "91110000600037341L", "91", REG_OK },
        { "91110000600037341L", "11 91", REG_OK },
        { "91110000600037341L", NULL, REG_OK },
        { "91110000600037341L", "51", REG_MISMATCH },
        { "91110000600037341L", "19 1", REG_MISMATCH },
        { "91110000600037341l", "91", REG_FORMAT },
        { "9111000060003734IL", "91", REG_FORMAT },
        { "91A10000600037341L", "91", REG_FORMAT },
        { "911100006000373410", "91", REG_CHECKSUM },
        { "91110000600037341", "91", REG_FORMAT },
        { "600037341", "91", REG_FORMAT },
        { "", "91", REG_FORMAT }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(reg_number_credit_code(str(cases[i].number),
                                                cases[i].leading),
                         cases[i].code);
    }

    /* Every other character of the alphabet in any place is found out. */

    for (i = 0; i < 18; i++) {
        strcpy(wrong, "91110000600037341L");
        wrong[i] = (wrong[i] == '5') ? '6' : '5';

        assert_int_equal(reg_number_credit_code(str(wrong), NULL),
                         REG_CHECKSUM);
    }
}


/*
 * A code whose own check character is right while that of the organisation
 * code inside is not, and one of a province that does not exist.
 */

static void
test_credit_code_parts(void **state)
{
    (void) state;

    assert_int_equal(reg_number_credit_code(str("91110000600037342P"),
                                            "91"),
                     REG_CHECKSUM);
    assert_int_equal(reg_number_credit_code(str("91770000600037341M"), "91"),
                     REG_UNKNOWN);
    assert_int_equal(reg_number_credit_code(str("91100000600037341G"), "91"),
                     REG_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_resident),
        cmocka_unit_test(test_resident_date),
        cmocka_unit_test(test_resident_province),
        cmocka_unit_test(test_hmt_permit),
        cmocka_unit_test(test_permanent_residence),
        cmocka_unit_test(test_permits),
        cmocka_unit_test(test_credit_code),
        cmocka_unit_test(test_credit_code_parts)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
