/*
 * Base64 against RFC 4648's own examples, and against libsodium.
 */

#include <sodium.h>

#include "reg_test.h"
#include "reg_base64.h"


#define MOST  200


/* Section 10, and the two digits in which the alphabets differ. */

static const struct {
    const char  *bytes;
    const char  *mime;
    const char  *url;
} examples[] = {
    { "", "", "" },
    { "f", "Zg==", "Zg" },
    { "fo", "Zm8=", "Zm8" },
    { "foo", "Zm9v", "Zm9v" },
    { "foob", "Zm9vYg==", "Zm9vYg" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy" },
    { "\xfb\xff\xfe", "+//+", "-__-" }
};


static void
encoded_is(const unsigned char *bytes, size_t len, reg_base64_t kind,
    const char *expected)
{
    char    text[reg_base64_length(MOST) + 1];
    size_t  n;

    memset(text, '!', sizeof(text));

    n = reg_base64(text, bytes, len, kind) - text;

    assert_int_equal(n, strlen(expected));
    assert_memory_equal(text, expected, n);
    assert_true(n <= reg_base64_length(len));
    assert_int_equal(text[n], '!');
}


static void
test_examples(void **state)
{
    size_t                i, len;
    const unsigned char  *bytes;

    (void) state;

    for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        bytes = (const unsigned char *) examples[i].bytes;
        len = strlen(examples[i].bytes);

        encoded_is(bytes, len, REG_BASE64_MIME, examples[i].mime);
        encoded_is(bytes, len, REG_BASE64_URL, examples[i].url);
    }
}


static void
test_libsodium(void **state)
{
    char           expected[reg_base64_length(MOST) + 1];
    size_t         len;
    unsigned char  bytes[MOST];

    (void) state;

    randombytes_buf(bytes, sizeof(bytes));

    for (len = 0; len <= MOST; len++) {
        sodium_bin2base64(expected, sizeof(expected), bytes, len,
                          sodium_base64_VARIANT_ORIGINAL);
        encoded_is(bytes, len, REG_BASE64_MIME, expected);

        sodium_bin2base64(expected, sizeof(expected), bytes, len,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        encoded_is(bytes, len, REG_BASE64_URL, expected);
    }
}


/* As libsodium judges them, but that it takes bytes from 128 on for digits. */

static void
test_valid(void **state)
{
    int            known;
    char           text[8];
    size_t         len, at, n;
    unsigned       ch;
    unsigned char  bytes[sizeof(text)];

    (void) state;

    for (len = 2; len <= 6; len++) {
        for (at = 0; at < len; at++) {
            for (ch = 0; ch < 256; ch++) {
                memset(text, 'A', sizeof(text));
                text[at] = ch;

                known = sodium_base642bin(bytes, sizeof(bytes), text, len,
                                  NULL, &n, NULL,
                                  sodium_base64_VARIANT_URLSAFE_NO_PADDING);

                assert_int_equal(reg_base64_url_valid(
                                     (reg_str_t) { len,
                                                   (unsigned char *) text },
                                     len * 6 / 8),
                                 known == 0 && ch < 128);
            }
        }
    }
}


static void
test_length(void **state)
{
    (void) state;

    assert_true(reg_base64_url_valid(str(""), 0));
    assert_false(reg_base64_url_valid(str(""), 1));
    assert_true(reg_base64_url_valid(str("AAAA"), 3));
    assert_false(reg_base64_url_valid(str("AAAA"), 2));
    assert_false(reg_base64_url_valid(str("AAAA"), 4));
    assert_false(reg_base64_url_valid(str("AAAAA"), 3));
    assert_false(reg_base64_url_valid(str("AA=="), 1));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_libsodium),
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_length)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
