/*
 * What t/ctl_review.t cannot do in Perl: seals applications, opens the secrets
 * of authenticators, tries passwords.
 *
 * usage: review_seal seal KEYFILE < LINES      "ID JSON" -> "WRAPPED SEALED"
 *        review_seal totp KEYFILE NAME HEX     -> the secret in base32
 *        review_seal password HASH PASSWORD    -> "ok" or "mismatch"
 */

#include <sodium.h>
#include "reg_password.h"
#include "reg_seal.h"
#include "reg_totp.h"


#define LINE  8192


static int seal(const reg_keys_t *keys);
static int totp(const reg_keys_t *keys, const char *name, const char *hex);
static void print_hex(const unsigned char *data, size_t len, char end);
static reg_str_t text(const char *s);


int
main(int argc, char **argv)
{
    reg_keys_t   *keys;
    reg_error_t   error;

    if (argc < 3 || reg_seal_init() != REG_OK || reg_totp_init() != REG_OK) {
        return 2;
    }

    if (argc == 4 && strcmp(argv[1], "password") == 0) {
        puts(reg_password_verify(text(argv[3]), argv[2]) == REG_OK
             ? "ok" : "mismatch");
        return 0;
    }

    keys = reg_keys_load(argv[2], &error);
    if (keys == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }

    return argc == 5 ? totp(keys, argv[3], argv[4]) : seal(keys);
}


static int
seal(const reg_keys_t *keys)
{
    char           line[LINE], context[64], *json;
    size_t         len;
    unsigned char  key[REG_DATA_KEY], wrapped[REG_WRAPPED_DATA_KEY];
    unsigned char  sealed[LINE + REG_RECORD_OVERHEAD];

    while (fgets(line, sizeof(line), stdin) != NULL) {

        json = strchr(line, ' ');
        if (json == NULL) {
            return 1;
        }

        *json++ = '\0';
        len = strcspn(json, "\n");

        (void) snprintf(context, sizeof(context), "application:%s", line);
        reg_data_key_create(keys, text(context), key, wrapped);

        memcpy(sealed + 24, json, len);
        reg_record_seal(key, text(line), sealed, len);

        print_hex(wrapped, sizeof(wrapped), ' ');
        print_hex(sealed, len + REG_RECORD_OVERHEAD, '\n');
    }

    return 0;
}


static int
totp(const reg_keys_t *keys, const char *name, const char *hex)
{
    char           context[128], base32[REG_TOTP_BASE32 + 1];
    size_t         len;
    unsigned char  sealed[REG_TOTP_SECRET + REG_SEAL_OVERHEAD];
    unsigned char  secret[REG_TOTP_SECRET];

    (void) snprintf(context, sizeof(context), "totp:%s", name);

    if (sodium_hex2bin(sealed, sizeof(sealed), hex, strlen(hex), NULL, &len,
                       NULL) != 0
        || len != sizeof(sealed)
        || reg_open(keys, text(context), sealed, len, secret, &len) != REG_OK
        || reg_totp_base32(secret, base32) != REG_OK)
    {
        puts("damaged");
        return 1;
    }

    puts(base32);

    return 0;
}


static void
print_hex(const unsigned char *data, size_t len, char end)
{
    size_t  i;

    for (i = 0; i < len; i++) {
        printf("%02x", data[i]);
    }

    putchar(end);
}


static reg_str_t
text(const char *s)
{
    reg_str_t  t;

    t.data = (const unsigned char *) s;
    t.len = strlen(s);

    return t;
}
