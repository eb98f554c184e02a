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


/* What everybody takes here and Debian's dictionary does not know. */

#define REG_PASSWORD_COMMON                                                  \
    "password passw0rd p@ssw0rd woaini 5201314 1314520 qwerty 123456 654321"


/*
 * From so many bytes on a password is a phrase.  No dictionary has it, a
 * common word in it is no harm, and cracklib would refuse many for steps as
 * in "mn" and "tu": it counts these without regard to the length.
 */

#define REG_PASSWORD_PHRASE    16
#define REG_PASSWORD_DISTINCT  6    /* code points in a phrase, at least */


/*
 * The hash of no password, for accounts that do not exist.  A constant, so
 * that not even the first sign-in after a start takes another time.
 */

static const char  reg_password_nobody[REG_PASSWORD_HASH] =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* cracklib keeps static buffers. */

static pthread_mutex_t  reg_password_mutex = PTHREAD_MUTEX_INITIALIZER;


static size_t reg_password_decode(reg_str_t password,
    uint32_t points[REG_PASSWORD_MAX]);
static size_t reg_password_unit(const uint32_t *points, size_t n);
static int reg_password_simple(const uint32_t *points, size_t n);
static reg_code_t reg_password_avoid_own(const char *folded,
    const reg_str_t *own, size_t n, char words[REG_OWN_ALL]);
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
    char        words[REG_OWN_ALL];
    size_t      len, unit;
    uint32_t    points[REG_PASSWORD_MAX];
    reg_code_t  code;

    if (reg_password_length(password) != REG_OK) {
        return REG_WEAK_PASSWORD;
    }

    (void) reg_password_fold(password, folded, sizeof(folded));

    /* what is said twice is judged as if it were said once */

    len = reg_password_decode(password, points);
    unit = reg_password_unit(points, len);

    for ( ; len > unit; len--) {
        do {
            password.len--;
        } while ((password.data[password.len] & 0xc0) == 0x80);
    }

    memcpy(text, password.data, password.len);
    text[password.len] = '\0';

    words[0] = '\0';
    code = reg_password_avoid_own(folded, own, n, words);

    if (unit < REG_PASSWORD_MIN
        || (password.len >= REG_PASSWORD_PHRASE
            && reg_password_simple(points, unit)))
    {
        code = REG_WEAK_PASSWORD;
    }

    if (code == REG_OK) {
        code = reg_password_check(text, words);
    }

    sodium_memzero(text, sizeof(text));
    sodium_memzero(folded, sizeof(folded));
    sodium_memzero(words, sizeof(words));
    sodium_memzero(points, sizeof(points));

    return code;
}


/* The text is known to be valid and short enough. */

static size_t
reg_password_decode(reg_str_t password, uint32_t points[REG_PASSWORD_MAX])
{
    size_t         i, n;
    unsigned char  ch;

    n = 0;

    for (i = 0; i < password.len; i++) {
        ch = password.data[i];

        if ((ch & 0xc0) == 0x80) {
            points[n - 1] = points[n - 1] << 6 | (ch & 0x3f);

        } else {
            points[n++] = ch < 0x80 ? ch
                          : ch & (ch < 0xe0 ? 0x1f : ch < 0xf0 ? 0x0f : 0x07);
        }
    }

    return n;
}


/* The length of what is repeated, or of all when nothing is. */

static size_t
reg_password_unit(const uint32_t *points, size_t n)
{
    size_t  unit;

    for (unit = 1; unit <= n / 2; unit++) {
        if (memcmp(points, points + unit, (n - unit) * sizeof(uint32_t)) == 0)
        {
            return unit;
        }
    }

    return n;
}


/* Few different characters, or for the greater part runs as "aaa", "123". */

static int
reg_password_simple(const uint32_t *points, size_t n)
{
    size_t   i, j, distinct, steps;
    int64_t  step;

    distinct = 0;
    steps = 0;

    for (i = 0; i < n; i++) {

        for (j = 0; j < i && points[j] != points[i]; j++) { /* void */ }

        distinct += (j == i);

        if (i) {
            step = (int64_t) points[i] - points[i - 1];
            steps += (step >= -1 && step <= 1);
        }
    }

    return distinct < REG_PASSWORD_DISTINCT || steps > n / 2;
}


/*
 * Collects the words that may not stand in the password; at once
 * REG_WEAK_PASSWORD when it is itself a piece of one: the birth date in an
 * identity number, say.
 */

static reg_code_t
reg_password_avoid_own(const char *folded, const reg_str_t *own, size_t n,
    char words[REG_OWN_ALL])
{
    char        word[REG_OWN_BYTES + 1];
    size_t      i, len;
    reg_code_t  code;

    code = REG_OK;

    for (i = 0; i < n; i++) {

        if (!reg_text_valid(own[i]) || reg_text_length(own[i]) < REG_OWN_MIN) {
            continue;
        }

        len = reg_password_fold(own[i], word, sizeof(word));

        if (strstr(word, folded) != NULL) {
            code = REG_WEAK_PASSWORD;
        }

        reg_password_avoid(words, word, len);

        /* of an address, what stands before the "@" is the own part */

        reg_password_avoid(words, word, strcspn(word, "@"));
    }

    sodium_memzero(word, sizeof(word));

    return code;
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
        && reg_password_quality("vK7#mQ2!pLzX9w", "") < 0)
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
 * own tests for "too simple" (for all but phrases), palindromes, and the words
 * to avoid.
 */

static int
reg_password_quality(const char *password, const char *words)
{
    int                    rc, phrase;
    char                   avoid[REG_OWN_ALL + sizeof(REG_PASSWORD_COMMON)];
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
    };

    settings = pwquality_default_settings();
    if (settings == NULL) {
        return PWQ_ERROR_MEM_ALLOC;
    }

    phrase = strlen(password) >= REG_PASSWORD_PHRASE;

    (void) snprintf(avoid, sizeof(avoid), "%s%s", words,
                    phrase ? "" : " " REG_PASSWORD_COMMON);

    rc = pwquality_set_str_value(settings, PWQ_SETTING_BAD_WORDS, avoid);

    if (rc == 0) {
        rc = pwquality_set_int_value(settings, PWQ_SETTING_DICT_CHECK,
                                     !phrase);
    }

    for (i = 0; i < sizeof(options) / sizeof(options[0]) && rc == 0; i++) {
        rc = pwquality_set_int_value(settings, options[i].setting,
                                     options[i].value);
    }

    if (rc == 0) {
        rc = pwquality_check(settings, password, NULL, NULL, NULL);
    }

    pwquality_free_settings(settings);
    sodium_memzero(avoid, sizeof(avoid));

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
