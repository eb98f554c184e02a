/*
 * Keys, sealing, hashes and tokens.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reg_seal.h"


#define LOOKUP  "lookup " \
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
#define KEY  \
    "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"


static char  folder[] = "/tmp/reg_seal.XXXXXX";
static char  path[64];

static const reg_str_t  alice = reg_str("application 1");
static const reg_str_t  bob = reg_str("application 2");


static int
setup(void **state)
{
    (void) state;

    if (reg_seal_init() != REG_OK || mkdtemp(folder) == NULL) {
        return -1;
    }

    snprintf(path, sizeof(path), "%s/keys", folder);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    unlink(path);

    /* fails, and with it the tests, when anything else was left there */

    return rmdir(folder);
}


static reg_keys_t *
load(const char *text, reg_error_t *error)
{
    int  fd;

    unlink(path);
    fd = open(path, O_WRONLY|O_CREAT|O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);

    memset(error, 0, sizeof(reg_error_t));

    return reg_keys_load(path, error);
}


static reg_keys_t *
good_keys(void)
{
    reg_keys_t   *keys;
    reg_error_t   error;

    keys = load("# comment\n\n" LOOKUP "seal 7 " KEY "\r\n", &error);
    assert_non_null(keys);

    return keys;
}


static void
wrong_key_files_name_file_and_line(void **state)
{
    size_t        i;
    char          where[80];
    reg_error_t   error;

    static const struct {
        const char  *text;
        unsigned     line;
    } files[] = {
        { "", 0 },
        { LOOKUP, 1 },
        { "seal 1 " KEY "\n", 1 },
        { LOOKUP LOOKUP "seal 1 " KEY "\n", 2 },
        { LOOKUP "seal 1 " KEY "\nseal 1 " KEY "\n", 3 },
        { LOOKUP "seal 0 " KEY "\n", 2 },
        { LOOKUP "seal -1 " KEY "\n", 2 },
        { LOOKUP "seal 4294967296 " KEY "\n", 2 },
        { LOOKUP "seal 1x " KEY "\n", 2 },
        { LOOKUP "seal " KEY "\n", 2 },
        { LOOKUP "seal 1 " KEY "00\n", 2 },
        { LOOKUP "seal 1 a0" "\n", 2 },
        { LOOKUP "seal 1 " KEY " more\n", 2 },
        { LOOKUP "sael 1 " KEY "\n", 2 },
        { LOOKUP "staged 1 " KEY "\n", 2 },
        { LOOKUP "staged " KEY "\nseal 1 " KEY "\n", 2 },
        { LOOKUP "staged 1 " KEY "\nseal 1 " KEY "\n", 3 },
        { LOOKUP "staged 2 " KEY "\nseal 3 " KEY "\n#\n", 2 },
        { LOOKUP "seal 1 " KEY "\nstaged 2 " KEY "\nstaged 3 " KEY "\n", 4 },
        { "lookup\n", 1 },
        { "\n\nlookup xx102030405060708090a0b0c0d0e0f101112131415161718191a"
          "1b1c1d1e1f00\n", 3 },
    };

    (void) state;

    for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_null(load(files[i].text, &error));
        snprintf(where, sizeof(where), "%s:%u: ", path, files[i].line);
        assert_memory_equal(error.text, where, strlen(where));

        /* never the key itself */

        assert_null(strstr(error.text, "a0a1a2"));
    }
}


static void
key_files_that_others_may_use_are_refused(void **state)
{
    size_t        i;
    reg_keys_t   *keys;
    reg_error_t   error;

    static const mode_t  modes[] = { 0640, 0604, 0620, 0602, 0610 };

    (void) state;

    reg_keys_free(good_keys());

    for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_null(reg_keys_load(path, &error));
        assert_non_null(strstr(error.text, path));
        assert_non_null(strstr(error.text, "chmod 600"));
    }

    assert_int_equal(chmod(path, 0400), 0);
    keys = reg_keys_load(path, &error);
    assert_non_null(keys);
    reg_keys_free(keys);

    assert_null(reg_keys_load(folder, &error));
    assert_null(reg_keys_load("/nonexistent/keys", &error));
    assert_non_null(strstr(error.text, "/nonexistent/keys: "));
}


static void
keys_without_line_end_rotate(void)
{
    char          link[80];
    reg_keys_t   *keys;
    struct stat   st;
    reg_error_t   error;

    keys = load(LOOKUP "seal 9 " KEY, &error);
    assert_non_null(keys);
    reg_keys_free(keys);

    snprintf(link, sizeof(link), "%s.link", path);
    assert_int_equal(symlink("keys", link), 0);
    assert_int_equal(reg_keys_rotate(link, &error), REG_OK);
    assert_int_equal(lstat(link, &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    unlink(link);

    keys = reg_keys_load(path, &error);
    assert_non_null(keys);
    assert_int_equal(reg_keys_current(keys), 10);
    reg_keys_free(keys);

    keys = load(LOOKUP "seal 4294967295 " KEY, &error);
    assert_non_null(keys);
    reg_keys_free(keys);
    assert_int_not_equal(reg_keys_rotate(path, &error), REG_OK);
    assert_non_null(strstr(error.text, "no room"));
}


static void
keys_are_made_once_and_rotated(void **state)
{
    size_t          len;
    uint32_t        i;
    reg_keys_t     *first, *last;
    struct stat     st;
    reg_error_t     error;
    unsigned char   sealed[4 + REG_SEAL_OVERHEAD], out[4], a[32], b[32];

    (void) state;

    unlink(path);
    assert_int_equal(reg_keys_create(path, &error), REG_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_not_equal(reg_keys_create(path, &error), REG_OK);
    assert_non_null(strstr(error.text, "exists"));

    first = reg_keys_load(path, &error);
    assert_non_null(first);
    assert_int_equal(reg_keys_current(first), 1);
    reg_seal(first, alice, (unsigned char *) "text", 4, sealed);

    if (geteuid() == 0) {
        assert_int_equal(chown(path, 1, 2), 0);
    }

    for (i = 2; i < 6; i++) {
        assert_int_equal(reg_keys_rotate(path, &error), REG_OK);
        last = reg_keys_load(path, &error);
        assert_non_null(last);
        assert_int_equal(reg_keys_current(last), i);

        assert_int_equal(reg_open(last, alice, sealed, sizeof(sealed), out,
                                  &len), REG_OK);
        assert_int_equal(len, 4);
        assert_memory_equal(out, "text", 4);

        reg_hash(first, "mobile", alice, a);
        reg_hash(last, "mobile", alice, b);
        assert_memory_equal(a, b, REG_HASH);
        reg_keys_free(last);
    }

    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);

    if (geteuid() == 0) {
        assert_int_equal(st.st_uid, 1);
        assert_int_equal(st.st_gid, 2);
    }

    reg_keys_free(first);

    /* a last line without its end, and a link that stays a link */

    keys_without_line_end_rotate();
}


/* What one machine seals with the new key, those not yet reloaded open. */

static void
a_staged_key_opens_before_it_seals(void **state)
{
    size_t          len;
    reg_keys_t     *before, *staged, *after;
    reg_error_t     error;
    unsigned char   sealed[4 + REG_SEAL_OVERHEAD], out[4];

    (void) state;

    before = load(LOOKUP "seal 9 " KEY, &error);
    assert_non_null(before);
    assert_int_equal(reg_keys_staged(before), 0);

    assert_int_equal(reg_keys_stage(path, &error), REG_OK);
    staged = reg_keys_load(path, &error);
    assert_non_null(staged);
    assert_int_equal(reg_keys_current(staged), 9);
    assert_int_equal(reg_keys_staged(staged), 10);

    reg_seal(staged, alice, (unsigned char *) "text", 4, sealed);
    assert_int_equal(reg_open(before, alice, sealed, sizeof(sealed), out,
                              &len), REG_OK);

    /* one at a time */

    assert_int_not_equal(reg_keys_stage(path, &error), REG_OK);
    assert_non_null(strstr(error.text, path));
    assert_non_null(strstr(error.text, "rotate"));

    assert_int_equal(reg_keys_rotate(path, &error), REG_OK);
    after = reg_keys_load(path, &error);
    assert_non_null(after);
    assert_int_equal(reg_keys_current(after), 10);
    assert_int_equal(reg_keys_staged(after), 0);

    reg_seal(after, alice, (unsigned char *) "text", 4, sealed);
    assert_int_equal(reg_open(before, alice, sealed, sizeof(sealed), out,
                              &len), REG_DAMAGED);
    assert_int_equal(reg_open(staged, alice, sealed, sizeof(sealed), out,
                              &len), REG_OK);
    assert_memory_equal(out, "text", 4);

    reg_keys_free(before);
    reg_keys_free(staged);
    reg_keys_free(after);
}


/* As an editor may leave it: above other lines, with tabs and CRLF. */

static void
a_staged_key_is_put_into_use_where_it_stands(void **state)
{
    int           fd;
    char          text[512];
    ssize_t       n;
    reg_keys_t   *keys;
    reg_error_t   error;

    (void) state;

    keys = load("# staged 2\n \tstaged\t8  " KEY "\r\n" LOOKUP
                "seal 7 " KEY "\n# end", &error);
    assert_non_null(keys);
    reg_keys_free(keys);

    assert_int_equal(reg_keys_rotate(path, &error), REG_OK);

    fd = open(path, O_RDONLY);
    n = read(fd, text, sizeof(text) - 1);
    assert_true(n > 0);
    close(fd);
    text[n] = '\0';

    assert_string_equal(text, "# staged 2\n \tseal\t8  " KEY "\r\n" LOOKUP
                        "seal 7 " KEY "\n# end");
}


static void
an_interrupted_rotation_is_told(void **state)
{
    int           fd;
    char          beside[80];
    reg_error_t   error;

    (void) state;

    reg_keys_free(good_keys());
    snprintf(beside, sizeof(beside), "%s.new", path);
    fd = open(beside, O_WRONLY|O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);

    assert_int_not_equal(reg_keys_rotate(path, &error), REG_OK);
    assert_non_null(strstr(error.text, beside));
    unlink(beside);

    assert_int_equal(reg_keys_rotate(path, &error), REG_OK);
}


static void
sealed_data_opens_only_as_it_was(void **state)
{
    size_t          i, len;
    reg_keys_t     *keys, *other;
    reg_error_t     error;
    unsigned char   sealed[11 + REG_SEAL_OVERHEAD], again[sizeof(sealed)];
    unsigned char   out[11];

    (void) state;

    keys = good_keys();
    reg_seal(keys, alice, (unsigned char *) "\0secret\xe4\xb8\xad.", 11,
             sealed);
    reg_seal(keys, alice, (unsigned char *) "\0secret\xe4\xb8\xad.", 11,
             again);
    assert_memory_not_equal(sealed, again, sizeof(sealed));
    assert_int_equal(reg_sealed_by(sealed, sizeof(sealed)), 7);
    assert_int_equal(reg_sealed_by(sealed, REG_SEAL_OVERHEAD - 1), 0);

    assert_int_equal(reg_open(keys, alice, sealed, sizeof(sealed), out, &len),
                     REG_OK);
    assert_int_equal(len, 11);
    assert_memory_equal(out, "\0secret\xe4\xb8\xad.", 11);

    assert_int_equal(reg_open(keys, bob, sealed, sizeof(sealed), out, &len),
                     REG_DAMAGED);

    for (i = 0; i < sizeof(sealed); i++) {
        assert_int_equal(reg_open(keys, alice, sealed, i, out, &len),
                         REG_DAMAGED);
        sealed[i] ^= 1;
        assert_int_equal(reg_open(keys, alice, sealed, sizeof(sealed), out,
                                  &len), REG_DAMAGED);
        sealed[i] ^= 1;
    }

    other = load(LOOKUP "seal 7 000102030405060708090a0b0c0d0e0f1011121314151"
                 "61718191a1b1c1d1e1f\n", &error);
    assert_non_null(other);
    assert_int_equal(reg_open(other, alice, sealed, sizeof(sealed), out,
                              &len), REG_DAMAGED);

    reg_keys_free(other);
    reg_keys_free(keys);
}


static void
records_have_keys_of_their_own(void **state)
{
    size_t          i;
    reg_keys_t     *keys;
    unsigned char   key[REG_DATA_KEY], opened[REG_DATA_KEY];
    unsigned char   wrapped[REG_WRAPPED_DATA_KEY];
    unsigned char   buffer[5 + REG_RECORD_OVERHEAD];

    (void) state;

    keys = good_keys();
    reg_data_key_create(keys, alice, key, wrapped);
    assert_int_equal(reg_data_key_open(keys, bob, wrapped, sizeof(wrapped),
                                       opened), REG_DAMAGED);
    assert_int_equal(reg_data_key_open(keys, alice, wrapped,
                                       sizeof(wrapped) - 1, opened),
                     REG_DAMAGED);
    assert_int_equal(reg_data_key_open(keys, alice, wrapped, sizeof(wrapped),
                                       opened), REG_OK);
    assert_memory_equal(key, opened, REG_DATA_KEY);

    memcpy(buffer + 24, "hello", 5);
    reg_record_seal(key, alice, buffer, 5);
    assert_memory_not_equal(buffer + 24, "hello", 5);

    for (i = 0; i < sizeof(buffer); i++) {
        buffer[i] ^= 0x80;
        assert_int_equal(reg_record_open(key, alice, buffer, sizeof(buffer)),
                         REG_DAMAGED);
        buffer[i] ^= 0x80;
    }

    reg_record_seal(key, alice, (memcpy(buffer + 24, "hello", 5), buffer), 5);
    assert_int_equal(reg_record_open(key, bob, buffer, sizeof(buffer)),
                     REG_DAMAGED);

    reg_record_seal(key, alice, (memcpy(buffer + 24, "hello", 5), buffer), 5);
    assert_int_equal(reg_record_open(key, alice, buffer, sizeof(buffer)),
                     REG_OK);
    assert_memory_equal(buffer + 24, "hello", 5);
    assert_int_equal(reg_record_open(key, alice, buffer, 39), REG_DAMAGED);

    reg_keys_free(keys);
}


static void
hashes_keep_purposes_apart(void **state)
{
    reg_str_t       ab = reg_str("ab"), b = reg_str("b"), none = { 0, NULL };
    reg_keys_t     *keys, *other;
    reg_error_t     error;
    unsigned char   x[REG_HASH], y[REG_HASH];

    (void) state;

    keys = good_keys();

    reg_hash(keys, "x", ab, x);
    reg_hash(keys, "x", ab, y);
    assert_memory_equal(x, y, REG_HASH);

    reg_hash(keys, "xa", b, y);
    assert_memory_not_equal(x, y, REG_HASH);
    reg_hash(keys, "xab", none, y);
    assert_memory_not_equal(x, y, REG_HASH);
    reg_hash(keys, "", ab, y);
    assert_memory_not_equal(x, y, REG_HASH);

    other = load("lookup " KEY "\nseal 7 " KEY "\n", &error);
    assert_non_null(other);
    reg_hash(other, "x", ab, y);
    assert_memory_not_equal(x, y, REG_HASH);

    reg_keys_free(keys);
    reg_keys_free(other);
}


static void
short_hashes_depend_on_key_and_text(void **state)
{
    reg_str_t       ab = reg_str("code:ab"), ac = reg_str("code:ac");
    reg_keys_t     *keys, *rotated, *other;
    reg_error_t     error;
    unsigned char   x[REG_SHORT_HASH], y[REG_SHORT_HASH];

    (void) state;

    keys = good_keys();

    reg_short_hash(keys, ab, x);
    reg_short_hash(keys, ab, y);
    assert_memory_equal(x, y, REG_SHORT_HASH);

    reg_short_hash(keys, ac, y);
    assert_memory_not_equal(x, y, REG_SHORT_HASH);

    rotated = load(LOOKUP "seal 8 " KEY "\n", &error);
    assert_non_null(rotated);
    reg_short_hash(rotated, ab, y);
    assert_memory_equal(x, y, REG_SHORT_HASH);

    other = load("lookup " KEY "\nseal 7 " KEY "\n", &error);
    assert_non_null(other);
    reg_short_hash(other, ab, y);
    assert_memory_not_equal(x, y, REG_SHORT_HASH);

    reg_keys_free(keys);
    reg_keys_free(rotated);
    reg_keys_free(other);
}


static void
tokens_and_codes_have_their_form(void **state)
{
    int            i, seen[10];
    char           code[REG_CODE_DIGITS + 1];
    reg_str_t      text;
    unsigned char  a[REG_TOKEN_LEN + 1], b[REG_TOKEN_LEN + 1];

    (void) state;

    reg_token(a, REG_TOKEN_BYTES);
    reg_token(b, REG_TOKEN_BYTES);
    assert_int_equal(strlen((char *) a), REG_TOKEN_LEN);
    assert_string_not_equal((char *) a, (char *) b);

    text.data = a;
    text.len = REG_TOKEN_LEN;
    assert_true(reg_token_valid(text, REG_TOKEN_BYTES));
    assert_false(reg_token_valid(text, REG_DOCUMENT_ID_BYTES));
    text.len--;
    assert_false(reg_token_valid(text, REG_TOKEN_BYTES));
    text.len++;
    a[3] = '/';
    assert_false(reg_token_valid(text, REG_TOKEN_BYTES));

    reg_token(a, REG_DOCUMENT_ID_BYTES);
    text.len = REG_DOCUMENT_ID_LEN;
    assert_int_equal(strlen((char *) a), REG_DOCUMENT_ID_LEN);
    assert_true(reg_token_valid(text, REG_DOCUMENT_ID_BYTES));

    /* one value has one writing: the spare bits of the last place are 0 */

    a[REG_DOCUMENT_ID_LEN - 1] = '_';
    assert_false(reg_token_valid(text, REG_DOCUMENT_ID_BYTES));

    memset(seen, 0, sizeof(seen));

    for (i = 0; i < 1000; i++) {
        reg_random_digits(code);
        assert_int_equal(strlen(code), REG_CODE_DIGITS);
        assert_int_equal(strspn(code, "0123456789"), REG_CODE_DIGITS);
        seen[code[0] - '0']++;
    }

    for (i = 0; i < 10; i++) {
        assert_in_range(seen[i], 40, 200);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(wrong_key_files_name_file_and_line),
        cmocka_unit_test(key_files_that_others_may_use_are_refused),
        cmocka_unit_test(keys_are_made_once_and_rotated),
        cmocka_unit_test(a_staged_key_opens_before_it_seals),
        cmocka_unit_test(a_staged_key_is_put_into_use_where_it_stands),
        cmocka_unit_test(an_interrupted_rotation_is_told),
        cmocka_unit_test(sealed_data_opens_only_as_it_was),
        cmocka_unit_test(records_have_keys_of_their_own),
        cmocka_unit_test(hashes_keep_purposes_apart),
        cmocka_unit_test(short_hashes_depend_on_key_and_text),
        cmocka_unit_test(tokens_and_codes_have_their_form),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
