
/*
 * Base64 by a table: libsodium computes each character, which was a tenth of
 * a code request, and of the look-up of a session.
 */

#include "reg_base64.h"


/* One line of a processor's cache: which of it is read, nobody sees. */

typedef char  reg_base64_digits_t[64] __attribute__((aligned(64)));


static const reg_base64_digits_t  reg_base64_digits[] = {
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" },
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" }
};


static int reg_base64_url_value(unsigned char ch);


char *
reg_base64(char *out, const unsigned char *data, size_t len,
    reg_base64_t kind)
{
    unsigned     bits;
    const char  *digits;

    digits = reg_base64_digits[kind];

    for ( /* void */ ; len >= 3; len -= 3, data += 3) {
        bits = data[0] << 16 | data[1] << 8 | data[2];

        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = digits[bits >> 6 & 63];
        *out++ = digits[bits & 63];
    }

    if (len == 0) {
        return out;
    }

    bits = data[0] << 16 | (len > 1 ? data[1] << 8 : 0);

    *out++ = digits[bits >> 18];
    *out++ = digits[bits >> 12 & 63];

    if (len > 1) {
        *out++ = digits[bits >> 6 & 63];
    }

    if (kind == REG_BASE64_MIME) {
        *out++ = '=';

        if (len == 1) {
            *out++ = '=';
        }
    }

    return out;
}


/*
 * Whoever sends the text knows it: the time may depend on it.  libsodium 1.0.18
 * takes bytes from 128 on for digits.
 */

int
reg_base64_url_valid(reg_str_t text, size_t bytes)
{
    int     value;
    size_t  i;

    if (text.len != (bytes * 8 + 5) / 6) {
        return 0;
    }

    value = 0;

    for (i = 0; i < text.len; i++) {
        value = reg_base64_url_value(text.data[i]);

        if (value == -1) {
            return 0;
        }
    }

    return (value & ((1 << (text.len * 6 - bytes * 8)) - 1)) == 0;
}


static int
reg_base64_url_value(unsigned char ch)
{
    if (ch >= 'a' && ch <= 'z') {
        return ch - 'a' + 26;
    }

    if (ch >= 'A' && ch <= 'Z') {
        return ch - 'A';
    }

    if (ch >= '0' && ch <= '9') {
        return ch - '0' + 52;
    }

    return (ch == '-') ? 62 : (ch == '_') ? 63 : -1;
}
