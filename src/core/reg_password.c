/*
 * Passwords: libpwquality with cracklib's dictionary judges them, libsodium's
 * Argon2id hashes them.
 */

#include <errno.h>
#include <pthread.h>

#include <pwquality.h>
#include <sodium.h>

#include "reg_password.h"
#include "reg_text.h"


#define REG_PASSWORD_OPS     2                      /* t=2; p is always 1 */
#define REG_PASSWORD_MEMORY  (19 * 1024 * 1024)     /* m=19 MiB */

#define REG_OWN_MIN          3      /* code points; a Chinese name has three */
#define REG_OWN_MIN_BYTES    4      /* libpwquality passes shorter ones over */
#define REG_OWN_BYTES        512
#define REG_OWN_ALL          4096

#define REG_PASSWORD_BYTES   (REG_PASSWORD_MAX * 4)


/*
 * What everybody takes here and Debian's dictionary does not know.  A word
 * of a longer phrase is no harm.
 */

#define REG_PASSWORD_COMMON                                                  \
    "password passw0rd p@ssw0rd woaini 5201314 1314520 qwerty 123456 654321"

#define REG_PASSWORD_PHRASE  16


/*
 * The hash of no password, for accounts that do not exist.  A constant, so
 * that not even the first sign-in after a start takes another time.
 */

static const char  reg_password_nobody[REG_PASSWORD_HASH] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* cracklib keeps static buffers. */

static pthread_mutex_t  reg_password_mutex = PTHREAD_MUTEX_INITIALIZER;


static int reg_password_within(const char *folded, const char *own);
static size_t reg_password_fold(reg_str_t text, char *out, size_t size);
static void reg_password_avoid(char *words, const char *word, size_t len);
static reg_code_t reg_password_check(const char *password, const char *words);
static int reg_password_quality(const char *password, const char *words);


reg_code_t
reg_password_length(reg_str_t password)
{
    size_t  n;

    if (!reg_text_valid(password)) {
        return REG_FORMAT;
    }

    n = reg_text_length(password);

    if (n < REG_PASSWORD_MIN) {
        return REG_TOO_SHORT;
    }

    if (n > REG_PASSWORD_MAX) {
        return REG_TOO_LONG;
    }

    if (reg_text_has_control(password)) {
        return REG_FORMAT;
    }

    return REG_OK;
}


reg_code_t
reg_password_judge(reg_str_t password, const reg_str_t *own, size_t n)
{
    char        text[REG_PASSWORD_BYTES + 1], folded[REG_PASSWORD_BYTES + 1];
    char        word[REG_OWN_BYTES + 1], words[REG_OWN_ALL];
    size_t      i, len;
    reg_code_t  code;

    if (password.len > REG_PASSWORD_BYTES) {
        return REG_WEAK_PASSWORD;
    }

    memcpy(text, password.data, password.len);
    text[password.len] = '\0';

    (void) reg_password_fold(password, folded, sizeof(folded));

    strcpy(words, password.len < REG_PASSWORD_PHRASE ? REG_PASSWORD_COMMON
                                                     : "");
    code = REG_OK;

    for (i = 0; i < n; i++) {

        if (!reg_text_valid(own[i]) || reg_text_length(own[i]) < REG_OWN_MIN) {
            continue;
        }

        len = reg_password_fold(own[i], word, sizeof(word));

        if (reg_password_within(folded, word)) {
            code = REG_WEAK_PASSWORD;
            break;
        }

        reg_password_avoid(words, word, len);

        /* of an address, what stands before the "@" is the own part */

        reg_password_avoid(words, word, strcspn(word, "@"));
    }

    if (code == REG_OK) {
        code = reg_password_check(text, words);
    }

    sodium_memzero(text, sizeof(text));
    sodium_memzero(folded, sizeof(folded));
    sodium_memzero(word, sizeof(word));
    sodium_memzero(words, sizeof(words));

    return code;
}


/* A piece of an own number or address: the birth date in an id, say. */

static int
reg_password_within(const char *folded, const char *own)
{
    return strstr(own, folded) != NULL;
}


/* Lower-cases ASCII; text that does not fit is cut. */

static size_t
reg_password_fold(reg_str_t text, char *out, size_t size)
{
    size_t         i, n;
    unsigned char  ch;

    n = text.len < size ? text.len : size - 1;

    for (i = 0; i < n; i++) {
        ch = text.data[i];
        out[i] = (ch >= 'A' && ch <= 'Z') ? (ch | 0x20) : ch;
    }

    out[n] = '\0';

    return n;
}


/*
 * Adds a word to the list for libpwquality, which refuses it in the password
 * forwards and backwards in either case; spaces in it part it in two.
 */

static void
reg_password_avoid(char *words, const char *word, size_t len)
{
    size_t  n;

    n = strlen(words);

    if (len < REG_OWN_MIN_BYTES || n + 1 + len >= REG_OWN_ALL) {
        return;
    }

    words[n] = ' ';
    memcpy(words + n + 1, word, len);
    words[n + 1 + len] = '\0';
}


/*
 * A missing dictionary refuses everything, and says so in words only; so
 * whether a refusal was one is told by a password that nothing is wrong with.
 */

static reg_code_t
reg_password_check(const char *password, const char *words)
{
    int  rc;

    (void) pthread_mutex_lock(&reg_password_mutex);

    rc = reg_password_quality(password, words);

    if (rc == PWQ_ERROR_CRACKLIB_CHECK
        && reg_password_quality("vK7#mQ2!pLzX9wRb", "") < 0)
    {
        rc = PWQ_ERROR_FATAL_FAILURE;
    }

    (void) pthread_mutex_unlock(&reg_password_mutex);

    if (rc >= 0) {
        return REG_OK;
    }

    /* the codes of failures stand before those of weaknesses */

    return rc >= PWQ_ERROR_MEM_ALLOC ? REG_INTERNAL : REG_WEAK_PASSWORD;
}


/*
 * No composition rules (policy.md): no kinds of characters are asked for, no
 * repeats or sequences counted.  What remains is the dictionary, cracklib's
 * own tests for "too simple", palindromes, and the words to avoid.
 */

static int
reg_password_quality(const char *password, const char *words)
{
    int                    rc;
    size_t                 i;
    pwquality_settings_t  *settings;

    static const struct {
        int  setting;
        int  value;
    } options[] = {
        { PWQ_SETTING_MIN_LENGTH, REG_PASSWORD_MIN },
        { PWQ_SETTING_DIG_CREDIT, 0 },
        { PWQ_SETTING_UP_CREDIT, 0 },
        { PWQ_SETTING_LOW_CREDIT, 0 },
        { PWQ_SETTING_OTH_CREDIT, 0 },
        { PWQ_SETTING_MIN_CLASS, 0 },
        { PWQ_SETTING_MAX_REPEAT, 0 },
        { PWQ_SETTING_MAX_CLASS_REPEAT, 0 },
        { PWQ_SETTING_MAX_SEQUENCE, 0 },
        { PWQ_SETTING_GECOS_CHECK, 0 },
        { PWQ_SETTING_DICT_CHECK, 1 },
    };

    settings = pwquality_default_settings();
    if (settings == NULL) {
        return PWQ_ERROR_MEM_ALLOC;
    }

    rc = pwquality_set_str_value(settings, PWQ_SETTING_BAD_WORDS, words);

    for (i = 0; i < sizeof(options) / sizeof(options[0]) && rc == 0; i++) {
        rc = pwquality_set_int_value(settings, options[i].setting,
                                     options[i].value);
    }

    if (rc == 0) {
        rc = pwquality_check(settings, password, NULL, NULL, NULL);
    }

    pwquality_free_settings(settings);

    return rc;
}


reg_code_t
reg_password_hash(reg_str_t password, char out[REG_PASSWORD_HASH])
{
    int  rc;

    rc = crypto_pwhash_str_alg(out, (const char *) password.data,
                               password.len, REG_PASSWORD_OPS,
                               REG_PASSWORD_MEMORY,
                               crypto_pwhash_ALG_ARGON2ID13);

    return rc == 0 ? REG_OK : REG_INTERNAL;
}


reg_code_t
reg_password_verify(reg_str_t password, const char *hash)
{
    int  rc;

    errno = 0;

    rc = crypto_pwhash_str_verify(hash ? hash : reg_password_nobody,
                                  (const char *) password.data, password.len);

    if (rc == 0 && hash != NULL) {
        return REG_OK;
    }

    /* libsodium tells a wrong password from all other failures so */

    return errno == EINVAL ? REG_MISMATCH : REG_INTERNAL;
}
