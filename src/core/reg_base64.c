
/*
 * Base64 by a table.  It was a tenth of a code request with libsodium's, which
 * computes each character.
 */

#include "reg_base64.h"


/* One line of a processor's cache: which of it is read, nobody sees. */

typedef char  reg_base64_digits_t[64] __attribute__((aligned(64)));


static const reg_base64_digits_t  reg_base64_digits[] = {
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/" },
    { "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" }
};


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
