/*
 * Makes and opens wrapped data keys for tests of registrationctl.
 *
 * usage: data_key KEYFILE < LINES
 *
 * A line "CONTEXT" makes a data key, "CONTEXT WRAPPED" opens one; each gives
 * a line "KEY WRAPPED SEALED-BY" in hex, or "damaged".
 */

#include <sodium.h>
#include "reg_seal.h"


static void data_key(const reg_keys_t *keys, const char *context,
    const char *hex);


int
main(int argc, char **argv)
{
    int           n;
    char          context[128], hex[2 * REG_WRAPPED_DATA_KEY + 1], line[512];
    reg_keys_t   *keys;
    reg_error_t   error;

    if (argc != 2 || reg_seal_init() != REG_OK) {
        return 2;
    }

    keys = reg_keys_load(argv[1], &error);
    if (keys == NULL) {
        fprintf(stderr, "%s\n", error.text);
        return 1;
    }

    while (fgets(line, sizeof(line), stdin) != NULL) {

        n = sscanf(line, "%127s %154s", context, hex);
        if (n < 1) {
            break;
        }

        data_key(keys, context, n == 2 ? hex : NULL);
    }

    reg_keys_free(keys);

    return 0;
}


static void
data_key(const reg_keys_t *keys, const char *context, const char *hex)
{
    char           text[2 * REG_WRAPPED_DATA_KEY + 1];
    size_t         len;
    reg_str_t      name;
    unsigned char  key[REG_DATA_KEY], wrapped[REG_WRAPPED_DATA_KEY];

    name.data = (const unsigned char *) context;
    name.len = strlen(context);

    if (hex == NULL) {
        reg_data_key_create(keys, name, key, wrapped);
        len = sizeof(wrapped);

    } else if (sodium_hex2bin(wrapped, sizeof(wrapped), hex, strlen(hex), NULL,
                              &len, NULL)
               != 0
               || reg_data_key_open(keys, name, wrapped, len, key) != REG_OK)
    {
        printf("damaged\n");
        return;
    }

    printf("%s", sodium_bin2hex(text, sizeof(text), key, sizeof(key)));
    printf(" %s", sodium_bin2hex(text, sizeof(text), wrapped, len));
    printf(" %u\n", (unsigned) reg_sealed_by(wrapped, len));
}
