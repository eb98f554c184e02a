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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_examples),
        cmocka_unit_test(test_libsodium)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
