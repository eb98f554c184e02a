/*
 * One-time codes against RFC 6238's own figures, and the URI.
 */

#include "reg_test.h"
#include "reg_seal.h"
#include "reg_totp.h"


/* RFC 6238, appendix B: the secret, and codes cut to six digits. */

static const unsigned char  secret[] = "12345678901234567890";


typedef struct {
    time_t       time;
    const char  *code;
} vector_t;


static const vector_t  vectors[] = {
    { 59, "287082" },
    { 1111111109, "081804" },
    { 1111111111, "050471" },
    { 1234567890, "005924" },
    { 2000000000, "279037" },
    { 20000000000, "353130" }
};


static void
test_vectors(void **state)
{
    size_t   i;
    int64_t  step;

    (void) state;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        step = -1;

        assert_int_equal(reg_totp_check(secret, str(vectors[i].code),
                                        vectors[i].time, &step), REG_OK);
        assert_int_equal(step, vectors[i].time / 30);
    }
}


/* 1234567890 is the first second of its step. */

static void
test_window(void **state)
{
    int64_t  step;

    (void) state;

    for (step = -1; step <= 1; step++) {
        int64_t  got;

        assert_int_equal(reg_totp_check(secret, str("005924"),
                                        1234567890 + step * 30, &got),
                         REG_OK);
        assert_int_equal(got, 1234567890 / 30);
    }

    assert_int_equal(reg_totp_check(secret, str("005924"),
                                    1234567890 + 59, &step), REG_OK);
    assert_int_equal(reg_totp_check(secret, str("005924"),
                                    1234567890 + 60, &step), REG_CODE_WRONG);
    assert_int_equal(reg_totp_check(secret, str("005924"),
                                    1234567890 - 31, &step), REG_CODE_WRONG);

    /* no step is before the first */

    assert_int_equal(reg_totp_check(secret, str("755224"), 0, &step), REG_OK);
    assert_int_equal(step, 0);
}


static void
test_wrong(void **state)
{
    size_t         i;
    int64_t        step;
    unsigned char  other[REG_TOTP_SECRET];

    static const char *const  codes[] = {
        "", "05924", "0059240", "005925", "00592x", " 05924", "５９２４"
    };

    (void) state;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_int_equal(reg_totp_check(secret, str(codes[i]), 1234567890,
                                        &step), REG_CODE_WRONG);
    }

    memcpy(other, secret, sizeof(other));
    other[19] ^= 1;
    assert_int_equal(reg_totp_check(other, str("005924"), 1234567890, &step),
                     REG_CODE_WRONG);
}


static void
test_secret(void **state)
{
    char           text[REG_TOTP_BASE32 + 1];
    unsigned char  a[REG_TOTP_SECRET], b[REG_TOTP_SECRET];

    (void) state;

    reg_totp_secret(a);
    reg_totp_secret(b);
    assert_memory_not_equal(a, b, sizeof(a));

    assert_int_equal(reg_totp_base32(secret, text), REG_OK);
    assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}


static void
test_uri(void **state)
{
    char  *uri;

    (void) state;

    uri = reg_totp_uri(secret, str("版权 A&B"), str("li.si@example.org, 1"));
    assert_non_null(uri);
    assert_string_equal(uri, "otpauth://totp/%E7%89%88%E6%9D%83%20A%26B:"
                        "li.si%40example.org%2C%201"
                        "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                        "&issuer=%E7%89%88%E6%9D%83%20A%26B");
    free(uri);
}


static int
setup(void **state)
{
    (void) state;

    return reg_seal_init() != REG_OK || reg_totp_init() != REG_OK;
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_window),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_secret),
        cmocka_unit_test(test_uri)
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
