/*
 * Sealing, keyed hashes and tokens, over libsodium.
 */

#include <sodium.h>

#include "reg_base64.h"
#include "reg_keys.h"


#define REG_SEAL_VERSION     1
#define REG_SEAL_HEADER      (1 + 4)
#define REG_NONCE            24
#define REG_TOKEN_BYTES_MAX  64

/* What the system gives without a pause, see getrandom(2). */

#define REG_RANDOM           256


static void reg_seal_context(const unsigned char *header, reg_str_t context,
    unsigned char out[32]);
static void reg_random(void *out, size_t n);


reg_code_t
reg_seal_init(void)
{
    if (sodium_init() == -1) {
        return REG_INTERNAL;
    }

    return REG_OK;
}


void
reg_seal(const reg_keys_t *keys, reg_str_t context, const unsigned char *in,
    size_t len, unsigned char *out)
{
    unsigned char         ad[32], *nonce;
    const unsigned char  *key;

    out[0] = REG_SEAL_VERSION;
    out[1] = keys->current >> 24;
    out[2] = keys->current >> 16;
    out[3] = keys->current >> 8;
    out[4] = keys->current;

    nonce = out + REG_SEAL_HEADER;
    randombytes_buf(nonce, REG_NONCE);

    key = reg_keys_find(keys, keys->current);
    reg_seal_context(out, context, ad);

    (void) crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + REG_NONCE, NULL,
                                                      in, len, ad, sizeof(ad),
                                                      NULL, nonce, key);
}


reg_code_t
reg_open(const reg_keys_t *keys, reg_str_t context, const unsigned char *in,
    size_t len, unsigned char *out, size_t *out_len)
{
    int                   rc;
    unsigned char         ad[32];
    const unsigned char  *key, *nonce;

    if (len < REG_SEAL_OVERHEAD || in[0] != REG_SEAL_VERSION) {
        return REG_DAMAGED;
    }

    key = reg_keys_find(keys, reg_sealed_by(in, len));
    if (key == NULL) {
        return REG_DAMAGED;
    }

    reg_seal_context(in, context, ad);

    nonce = in + REG_SEAL_HEADER;

    rc = crypto_aead_xchacha20poly1305_ietf_decrypt(out, NULL, NULL,
                                    nonce + REG_NONCE,
                                    len - REG_SEAL_HEADER - REG_NONCE,
                                    ad, sizeof(ad), nonce, key);
    if (rc != 0) {
        return REG_DAMAGED;
    }

    *out_len = len - REG_SEAL_OVERHEAD;

    return REG_OK;
}


uint32_t
reg_sealed_by(const unsigned char *in, size_t len)
{
    if (len < REG_SEAL_OVERHEAD) {
        return 0;
    }

    return (uint32_t) in[1] << 24 | in[2] << 16 | in[3] << 8 | in[4];
}


/*
 * The AEAD takes its additional data in one piece: header and context become
 * one by hashing, which needs no memory however long the context is.
 */

static void
reg_seal_context(const unsigned char *header, reg_str_t context,
    unsigned char out[32])
{
    crypto_generichash_state  state;

    (void) crypto_generichash_init(&state, NULL, 0, 32);
    (void) crypto_generichash_update(&state, header, REG_SEAL_HEADER);
    (void) crypto_generichash_update(&state, context.data, context.len);
    (void) crypto_generichash_final(&state, out, 32);
}


void
reg_data_key_create(const reg_keys_t *keys, reg_str_t context,
    unsigned char key[REG_DATA_KEY],
    unsigned char wrapped[REG_WRAPPED_DATA_KEY])
{
    randombytes_buf(key, REG_DATA_KEY);
    reg_seal(keys, context, key, REG_DATA_KEY, wrapped);
}


reg_code_t
reg_data_key_open(const reg_keys_t *keys, reg_str_t context,
    const unsigned char *wrapped, size_t len, unsigned char key[REG_DATA_KEY])
{
    size_t  n;

    if (len != REG_WRAPPED_DATA_KEY) {
        return REG_DAMAGED;
    }

    return reg_open(keys, context, wrapped, len, key, &n);
}


void
reg_record_seal(const unsigned char key[REG_DATA_KEY], reg_str_t context,
    unsigned char *buffer, size_t len)
{
    unsigned char  *text;

    text = buffer + REG_NONCE;
    randombytes_buf(buffer, REG_NONCE);

    (void) crypto_aead_xchacha20poly1305_ietf_encrypt(text, NULL, text, len,
                                                      context.data,
                                                      context.len, NULL,
                                                      buffer, key);
}


reg_code_t
reg_record_open(const unsigned char key[REG_DATA_KEY], reg_str_t context,
    unsigned char *buffer, size_t sealed_len)
{
    int             rc;
    unsigned char  *text;

    if (sealed_len < REG_RECORD_OVERHEAD) {
        return REG_DAMAGED;
    }

    text = buffer + REG_NONCE;

    rc = crypto_aead_xchacha20poly1305_ietf_decrypt(text, NULL, NULL, text,
                                                    sealed_len - REG_NONCE,
                                                    context.data, context.len,
                                                    buffer, key);
    if (rc != 0) {
        return REG_DAMAGED;
    }

    return REG_OK;
}


/* The purpose's length stands before it, so that no two inputs are one. */

void
reg_hash(const reg_keys_t *keys, const char *purpose, reg_str_t text,
    unsigned char out[REG_HASH])
{
    size_t                    len;
    unsigned char             prefix[4];
    crypto_generichash_state  state;

    len = strlen(purpose);

    prefix[0] = len >> 24;
    prefix[1] = len >> 16;
    prefix[2] = len >> 8;
    prefix[3] = len;

    (void) crypto_generichash_init(&state, keys->lookup, REG_KEY, REG_HASH);
    (void) crypto_generichash_update(&state, prefix, sizeof(prefix));
    (void) crypto_generichash_update(&state, (const unsigned char *) purpose,
                                     len);
    (void) crypto_generichash_update(&state, text.data, text.len);
    (void) crypto_generichash_final(&state, out, REG_HASH);
}


void
reg_short_hash(const reg_keys_t *keys, reg_str_t text,
    unsigned char out[REG_SHORT_HASH])
{
    (void) crypto_shorthash_siphashx24(out, text.data, text.len,
                                       keys->short_lookup);
}


void
reg_token(unsigned char *out, size_t bytes)
{
    size_t         n;
    unsigned char  random[REG_TOKEN_BYTES_MAX];

    n = bytes < sizeof(random) ? bytes : sizeof(random);

    reg_random(random, n);
    *reg_base64((char *) out, random, n, REG_BASE64_URL) = '\0';
    sodium_memzero(random, sizeof(random));
}


int
reg_token_valid(reg_str_t text, size_t bytes)
{
    return reg_base64_url_valid(text, bytes);
}


/* The system is asked for many at once; what was given is forgotten. */

static void
reg_random(void *out, size_t n)
{
    static _Thread_local size_t         left;
    static _Thread_local unsigned char  bytes[REG_RANDOM];

    if (left < n) {
        randombytes_buf(bytes, sizeof(bytes));
        left = sizeof(bytes);
    }

    left -= n;

    memcpy(out, bytes + left, n);
    sodium_memzero(bytes + left, n);
}


void
reg_random_digits(char out[REG_CODE_DIGITS + 1])
{
    int       i;
    uint32_t  code;

    /* as many as there are without a remainder: each code is as likely */

    do {
        reg_random(&code, sizeof(code));
    } while (code >= UINT32_MAX / 1000000 * 1000000);

    code %= 1000000;

    for (i = REG_CODE_DIGITS - 1; i >= 0; i--) {
        out[i] = '0' + code % 10;
        code /= 10;
    }

    out[REG_CODE_DIGITS] = '\0';
}


void
reg_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}
