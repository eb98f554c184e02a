/*
 * TOTP (RFC 6238): secrets, codes, and the URI that authenticators scan.
 */

#include <sodium.h>
#include <liboath/oath.h>

#include "reg_totp.h"


static char *reg_totp_escape(char *out, reg_str_t text);


reg_code_t
reg_totp_init(void)
{
    return oath_init() == OATH_OK ? REG_OK : REG_INTERNAL;
}


void
reg_totp_secret(unsigned char secret[REG_TOTP_SECRET])
{
    randombytes_buf(secret, REG_TOTP_SECRET);
}


reg_code_t
reg_totp_base32(const unsigned char secret[REG_TOTP_SECRET],
    char out[REG_TOTP_BASE32 + 1])
{
    char       *text;
    size_t      len;
    reg_code_t  code;

    if (oath_base32_encode((const char *) secret, REG_TOTP_SECRET, &text,
                           &len)
        != OATH_OK)
    {
        return REG_INTERNAL;
    }

    code = REG_INTERNAL;

    if (len == REG_TOTP_BASE32) {
        memcpy(out, text, len + 1);
        code = REG_OK;
    }

    sodium_memzero(text, len);
    free(text);

    return code;
}


/* All three steps are computed whatever matches: time tells nothing. */

reg_code_t
reg_totp_check(const unsigned char secret[REG_TOTP_SECRET], reg_str_t code,
    time_t now, int64_t *step)
{
    int         i;
    char        expected[REG_TOTP_DIGITS + 1];
    time_t      at;
    reg_code_t  result;

    if (code.len != REG_TOTP_DIGITS) {
        return REG_CODE_WRONG;
    }

    result = REG_CODE_WRONG;

    for (i = -1; i <= 1; i++) {

        at = now + i * REG_TOTP_SECONDS;

        if (at < 0) {
            continue;
        }

        if (oath_totp_generate((const char *) secret, REG_TOTP_SECRET, at,
                               REG_TOTP_SECONDS, 0, REG_TOTP_DIGITS, expected)
            != OATH_OK)
        {
            return REG_INTERNAL;
        }

        if (sodium_memcmp(expected, code.data, REG_TOTP_DIGITS) == 0) {
            *step = at / REG_TOTP_SECONDS;
            result = REG_OK;
        }
    }

    sodium_memzero(expected, sizeof(expected));

    return result;
}


char *
reg_totp_uri(const unsigned char secret[REG_TOTP_SECRET], reg_str_t issuer,
    reg_str_t name)
{
    char  *uri, *out, base32[REG_TOTP_BASE32 + 1];

    if (reg_totp_base32(secret, base32) != REG_OK) {
        return NULL;
    }

    /* %XX is the most a byte becomes; the issuer stands there twice */

    uri = malloc(sizeof("otpauth://totp/:?secret=&issuer=")
                 + REG_TOTP_BASE32 + 3 * (2 * issuer.len + name.len));

    if (uri != NULL) {
        out = stpcpy(uri, "otpauth://totp/");
        out = reg_totp_escape(out, issuer);
        out = stpcpy(out, ":");
        out = reg_totp_escape(out, name);
        out = stpcpy(out, "?secret=");
        out = stpcpy(out, base32);
        out = stpcpy(out, "&issuer=");
        out = reg_totp_escape(out, issuer);
        *out = '\0';
    }

    sodium_memzero(base32, sizeof(base32));

    return uri;
}


/* RFC 3986, 2.3: all but the unreserved characters. */

static char *
reg_totp_escape(char *out, reg_str_t text)
{
    size_t         i;
    unsigned char  c;

    for (i = 0; i < text.len; i++) {

        c = text.data[i];

        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
            || c == '~')
        {
            *out++ = (char) c;
            continue;
        }

        out += sprintf(out, "%%%02X", c);
    }

    return out;
}
