/*
 * Sealing (XChaCha20-Poly1305-IETF), keyed hashes (BLAKE2b, SipHash) and
 * randomness, all by libsodium, under keys from one file that the
 * administrator names.
 */

#ifndef REG_SEAL_H_INCLUDED
#define REG_SEAL_H_INCLUDED


#include "reg_core.h"


/*
 * The key file: text lines "lookup HEX" (one; keys the hashes and is never
 * rotated), "seal NUMBER HEX" (one or more; the highest number seals, all
 * of them open) and "staged NUMBER HEX" (none or one, with a number above
 * those; opens only, until it is put into use).  32 bytes each.  Refused
 * when others than its owner may read or write it.
 */

typedef struct reg_keys_s  reg_keys_t;

/* To be called once before all else of this file; REG_INTERNAL on failure. */

reg_code_t reg_seal_init(void);

reg_keys_t *reg_keys_load(const char *path, reg_error_t *error);

/* Wipes the keys. */

void reg_keys_free(reg_keys_t *keys);

/* The number of the key that seals now. */

uint32_t reg_keys_current(const reg_keys_t *keys);

/* The number of the staged key; 0 without one. */

uint32_t reg_keys_staged(const reg_keys_t *keys);

/* Makes a new file, mode 0600; an existing one is never touched. */

reg_code_t reg_keys_create(const char *path, reg_error_t *error);

/*
 * These change a file: it is written anew beside the old one, flushed and
 * renamed over it.  The first adds a staged key, the second puts that into
 * use, or without one a new key.
 */

reg_code_t reg_keys_stage(const char *path, reg_error_t *error);
reg_code_t reg_keys_rotate(const char *path, reg_error_t *error);


/*
 * Sealed data: version (1), key number (4), nonce (24), ciphertext, tag (16).
 * context is authenticated and not stored: it says what the data is and
 * whose, so that one record cannot be put in another's place.
 */

#define REG_SEAL_OVERHEAD  (1 + 4 + 24 + 16)

/* Writes len + REG_SEAL_OVERHEAD bytes to out (which is not in). */

void reg_seal(const reg_keys_t *keys, reg_str_t context,
    const unsigned char *in, size_t len, unsigned char *out);

/*
 * Opens len bytes into out (room for len - REG_SEAL_OVERHEAD): REG_OK with
 * *out_len set, or REG_DAMAGED.
 */

reg_code_t reg_open(const reg_keys_t *keys, reg_str_t context,
    const unsigned char *in, size_t len, unsigned char *out, size_t *out_len);

/* The number of the key that sealed this; 0 when it is too short. */

uint32_t reg_sealed_by(const unsigned char *in, size_t len);


/*
 * A record's own data key.  It is stored wrapped (sealed under the current
 * key); destroying the wrapped key destroys the record wherever copies of
 * its ciphertext may be.
 */

#define REG_DATA_KEY          32
#define REG_WRAPPED_DATA_KEY  (REG_DATA_KEY + REG_SEAL_OVERHEAD)
#define REG_RECORD_OVERHEAD   (24 + 16)

void reg_data_key_create(const reg_keys_t *keys, reg_str_t context,
    unsigned char key[REG_DATA_KEY],
    unsigned char wrapped[REG_WRAPPED_DATA_KEY]);
reg_code_t reg_data_key_open(const reg_keys_t *keys, reg_str_t context,
    const unsigned char *wrapped, size_t len,
    unsigned char key[REG_DATA_KEY]);

/*
 * A record under its data key: nonce (24), ciphertext, tag (16).  Sealing
 * and opening work in place when the text begins at buffer + 24: buffer has
 * room for len + REG_RECORD_OVERHEAD bytes.  Opening takes the whole length
 * and leaves the text at buffer + 24.
 */

void reg_record_seal(const unsigned char key[REG_DATA_KEY], reg_str_t context,
    unsigned char *buffer, size_t len);
reg_code_t reg_record_open(const unsigned char key[REG_DATA_KEY],
    reg_str_t context, unsigned char *buffer, size_t sealed_len);


/*
 * Keyed hash for exact look-ups and for codes: the same input under the
 * same purpose gives the same 32 bytes; without the lookup key nothing can
 * be told from them.
 */

#define REG_HASH  32

void reg_hash(const reg_keys_t *keys, const char *purpose, reg_str_t text,
    unsigned char out[REG_HASH]);

/*
 * The same for what lives hours at most, in a tenth of the time: SipHash-2-4
 * with 128 bits under a key of its own, made of the lookup key.  The text
 * begins with its purpose, of which none may be the beginning of another.
 */

#define REG_SHORT_HASH  16

void reg_short_hash(const reg_keys_t *keys, reg_str_t text,
    unsigned char out[REG_SHORT_HASH]);


/*
 * An unguessable token: n random bytes in URL-safe Base64, NUL-terminated; n is
 * at most 64.  Not before the process forks.
 */

#define REG_TOKEN_BYTES       32    /* cookies: 256 bits */
#define REG_TOKEN_LEN         43
#define REG_DOCUMENT_ID_BYTES 16    /* documents: 128 bits */
#define REG_DOCUMENT_ID_LEN   22

void reg_token(unsigned char *out, size_t bytes);

/* Whether the text has the form of a token of that many bytes. */

int reg_token_valid(reg_str_t text, size_t bytes);

/* A uniform random code of six digits, NUL-terminated; likewise. */

#define REG_CODE_DIGITS  6

void reg_random_digits(char out[REG_CODE_DIGITS + 1]);

void reg_wipe(void *data, size_t len);


#endif /* REG_SEAL_H_INCLUDED */
