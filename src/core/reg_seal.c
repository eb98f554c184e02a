/*
 * Keys, sealing, keyed hashes and tokens, over libsodium.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "reg_seal.h"


#define REG_KEY               32
#define REG_KEYS_MAX          256
#define REG_KEYS_FILE_MAX     (64 * 1024)
#define REG_SEAL_VERSION      1
#define REG_SEAL_HEADER       (1 + 4)
#define REG_NONCE             24
#define REG_TAG               16
#define REG_TOKEN_BYTES_MAX   64


typedef struct {
    uint32_t       number;
    unsigned char  bytes[REG_KEY];
} reg_seal_key_t;


struct reg_keys_s {
    unsigned char   lookup[REG_KEY];
    int             has_lookup;
    uint32_t        current;
    size_t          n;
    reg_seal_key_t  seal[REG_KEYS_MAX];
};


/* A key file while it is read or rewritten. */

typedef struct {
    const char     *path;
    unsigned        line;
    struct stat     st;
    char           *text;       /* sodium_malloc'ed, NUL-terminated */
    size_t          len;
    reg_error_t    *error;
} reg_keys_file_t;


static reg_code_t reg_keys_file_read(reg_keys_file_t *file);
static reg_code_t reg_keys_file_check(reg_keys_file_t *file, int fd);
static reg_code_t reg_keys_file_wrong(const reg_keys_file_t *file,
    const char *what);
static reg_keys_t *reg_keys_parse(reg_keys_file_t *file);
static reg_code_t reg_keys_parse_line(reg_keys_file_t *file, reg_keys_t *keys,
    char *line);
static reg_code_t reg_keys_parse_seal(reg_keys_file_t *file, reg_keys_t *keys,
    const char *number, const char *hex);
static int reg_keys_parse_hex(const char *hex, unsigned char key[REG_KEY]);
static const unsigned char *reg_keys_find(const reg_keys_t *keys,
    uint32_t number);
static void reg_keys_print(char *line, size_t size, uint32_t number);
static reg_code_t reg_keys_write(const char *path, const char *text,
    size_t len, const struct stat *owner, reg_error_t *error);
static int reg_keys_changed(const char *path, const struct stat *before);
static reg_code_t reg_keys_write_all(int fd, const char *text, size_t len,
    const struct stat *owner);
static reg_code_t reg_keys_sync_folder(const char *path, reg_error_t *error);
static reg_code_t reg_keys_failed(const char *path, const char *what,
    reg_error_t *error);
static void reg_seal_context(const unsigned char *header, reg_str_t context,
    unsigned char out[32]);


reg_code_t
reg_seal_init(void)
{
    if (sodium_init() == -1) {
        return REG_INTERNAL;
    }

    return REG_OK;
}


reg_keys_t *
reg_keys_load(const char *path, reg_error_t *error)
{
    reg_keys_t       *keys;
    reg_keys_file_t   file;

    memset(&file, 0, sizeof(reg_keys_file_t));
    file.path = path;
    file.error = error;

    if (reg_keys_file_read(&file) != REG_OK) {
        return NULL;
    }

    keys = reg_keys_parse(&file);

    sodium_free(file.text);

    return keys;
}


void
reg_keys_free(reg_keys_t *keys)
{
    sodium_free(keys);
}


uint32_t
reg_keys_current(const reg_keys_t *keys)
{
    return keys->current;
}


static reg_code_t
reg_keys_file_read(reg_keys_file_t *file)
{
    int      fd;
    ssize_t  n;

    fd = open(file->path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);
    if (fd == -1) {
        return reg_keys_failed(file->path, "cannot be opened", file->error);
    }

    if (reg_keys_file_check(file, fd) != REG_OK) {
        close(fd);
        return REG_INTERNAL;
    }

    file->text = sodium_malloc(file->st.st_size + 1);
    if (file->text == NULL) {
        close(fd);
        return reg_keys_failed(file->path, "no memory to read it",
                               file->error);
    }

    n = read(fd, file->text, file->st.st_size);

    close(fd);

    if (n != (ssize_t) file->st.st_size) {
        sodium_free(file->text);
        return reg_keys_failed(file->path, "cannot be read whole",
                               file->error);
    }

    file->text[n] = '\0';
    file->len = n;

    return REG_OK;
}


static reg_code_t
reg_keys_file_check(reg_keys_file_t *file, int fd)
{
    if (fstat(fd, &file->st) == -1) {
        return reg_keys_failed(file->path, "cannot be examined", file->error);
    }

    if (!S_ISREG(file->st.st_mode)) {
        reg_error_set(file->error, "%s: is not a regular file", file->path);
        return REG_INTERNAL;
    }

    if (file->st.st_mode & (S_IRWXG|S_IRWXO)) {
        reg_error_set(file->error, "%s: mode is %04o, others than its owner "
                      "may use the keys: run \"chmod 600 %s\"", file->path,
                      (unsigned) file->st.st_mode & 07777, file->path);
        return REG_INTERNAL;
    }

    if (file->st.st_size > REG_KEYS_FILE_MAX) {
        reg_error_set(file->error, "%s: is larger than %d bytes", file->path,
                      REG_KEYS_FILE_MAX);
        return REG_INTERNAL;
    }

    return REG_OK;
}


/* Never quotes the line: it holds a key. */

static reg_code_t
reg_keys_file_wrong(const reg_keys_file_t *file, const char *what)
{
    reg_error_set(file->error, "%s:%u: %s", file->path, file->line, what);

    return REG_INTERNAL;
}


static reg_keys_t *
reg_keys_parse(reg_keys_file_t *file)
{
    char        *line, *next;
    reg_code_t   code;
    reg_keys_t  *keys;

    keys = sodium_malloc(sizeof(reg_keys_t));
    if (keys == NULL) {
        (void) reg_keys_failed(file->path, "no memory for its keys",
                               file->error);
        return NULL;
    }

    memset(keys, 0, sizeof(reg_keys_t));

    code = REG_OK;

    if (strlen(file->text) != file->len) {
        file->line = 1;
        code = reg_keys_file_wrong(file, "a NUL byte is in the file");
    }

    for (line = file->text; code == REG_OK && *line; line = next) {
        file->line++;

        next = line + strcspn(line, "\n");
        if (*next == '\n') {
            *next++ = '\0';
        }

        code = reg_keys_parse_line(file, keys, line);
    }

    if (code == REG_OK && !keys->has_lookup) {
        code = reg_keys_file_wrong(file, "no \"lookup HEX\" line so far: "
                                   "the file is incomplete");
    }

    if (code == REG_OK && keys->n == 0) {
        code = reg_keys_file_wrong(file, "no \"seal NUMBER HEX\" line so far: "
                                   "the file is incomplete");
    }

    if (code != REG_OK) {
        sodium_free(keys);
        return NULL;
    }

    /* a stray write in a worker shall crash rather than change a key */

    (void) sodium_mprotect_readonly(keys);

    return keys;
}


static reg_code_t
reg_keys_parse_line(reg_keys_file_t *file, reg_keys_t *keys, char *line)
{
    char  *word, *first, *second, *more, *last;

    word = strtok_r(line, " \t\r", &last);

    if (word == NULL || word[0] == '#') {
        return REG_OK;
    }

    first = strtok_r(NULL, " \t\r", &last);
    second = first ? strtok_r(NULL, " \t\r", &last) : NULL;
    more = second ? strtok_r(NULL, " \t\r", &last) : NULL;

    if (strcmp(word, "seal") == 0) {
        if (second == NULL || more != NULL) {
            return reg_keys_file_wrong(file, "expected \"seal NUMBER HEX\"");
        }

        return reg_keys_parse_seal(file, keys, first, second);
    }

    if (strcmp(word, "lookup") != 0) {
        return reg_keys_file_wrong(file, "a line begins with \"lookup\", "
                                   "\"seal\" or \"#\"");
    }

    if (first == NULL || second != NULL) {
        return reg_keys_file_wrong(file, "expected \"lookup HEX\"");
    }

    if (keys->has_lookup) {
        return reg_keys_file_wrong(file, "a second lookup key: there can be "
                                   "only one");
    }

    if (!reg_keys_parse_hex(first, keys->lookup)) {
        return reg_keys_file_wrong(file, "a key is 64 hexadecimal digits");
    }

    keys->has_lookup = 1;

    return REG_OK;
}


static reg_code_t
reg_keys_parse_seal(reg_keys_file_t *file, reg_keys_t *keys,
    const char *number, const char *hex)
{
    char            *end;
    unsigned long    n;
    reg_seal_key_t  *key;

    errno = 0;
    n = strtoul(number, &end, 10);

    if (number[0] < '1' || number[0] > '9' || *end != '\0' || errno
        || n > UINT32_MAX)
    {
        return reg_keys_file_wrong(file, "a key's number is 1 to 4294967295");
    }

    if (reg_keys_find(keys, n) != NULL) {
        return reg_keys_file_wrong(file, "this key number stands twice");
    }

    if (keys->n == REG_KEYS_MAX) {
        return reg_keys_file_wrong(file, "more than 256 sealing keys");
    }

    key = &keys->seal[keys->n];

    if (!reg_keys_parse_hex(hex, key->bytes)) {
        return reg_keys_file_wrong(file, "a key is 64 hexadecimal digits");
    }

    key->number = n;
    keys->n++;

    if (key->number > keys->current) {
        keys->current = key->number;
    }

    return REG_OK;
}


static int
reg_keys_parse_hex(const char *hex, unsigned char key[REG_KEY])
{
    size_t  len;

    if (strlen(hex) != 2 * REG_KEY) {
        return 0;
    }

    if (sodium_hex2bin(key, REG_KEY, hex, 2 * REG_KEY, NULL, &len, NULL)
        != 0)
    {
        return 0;
    }

    return len == REG_KEY;
}


static const unsigned char *
reg_keys_find(const reg_keys_t *keys, uint32_t number)
{
    size_t  i;

    for (i = 0; i < keys->n; i++) {
        if (keys->seal[i].number == number) {
            return keys->seal[i].bytes;
        }
    }

    return NULL;
}


reg_code_t
reg_keys_create(const char *path, reg_error_t *error)
{
    char        *text;
    reg_code_t   code;

    /* the check spares work; link() in reg_keys_write() is what decides */

    if (access(path, F_OK) == 0) {
        reg_error_set(error, "%s: exists already and stays as it is; use "
                      "\"rotate\" to add a key to it", path);
        return REG_INTERNAL;
    }

    text = sodium_malloc(512);
    if (text == NULL) {
        return reg_keys_failed(path, "no memory for new keys", error);
    }

    strcpy(text, "# Keys of the registration service: whoever loses this file "
                 "loses the data.\nlookup ");
    reg_keys_print(text + strlen(text), 512 - strlen(text), 0);
    strcat(text, "seal ");
    reg_keys_print(text + strlen(text), 512 - strlen(text), 1);

    code = reg_keys_write(path, text, strlen(text), NULL, error);

    sodium_free(text);

    return code;
}


/* Prints "NUMBER HEX\n" of a new key; without the number when it is 0. */

static void
reg_keys_print(char *line, size_t size, uint32_t number)
{
    char           hex[2 * REG_KEY + 1];
    unsigned char  key[REG_KEY];

    randombytes_buf(key, REG_KEY);
    sodium_bin2hex(hex, sizeof(hex), key, REG_KEY);

    if (number) {
        (void) snprintf(line, size, "%u %s\n", (unsigned) number, hex);

    } else {
        (void) snprintf(line, size, "%s\n", hex);
    }

    sodium_memzero(hex, sizeof(hex));
    sodium_memzero(key, sizeof(key));
}


reg_code_t
reg_keys_rotate(const char *path, reg_error_t *error)
{
    char             *text, real[PATH_MAX];
    size_t            len, size;
    uint32_t          current;
    reg_code_t        code;
    reg_keys_t       *keys;
    reg_keys_file_t   file;

    /* a symbolic link stays one: the file behind it is replaced */

    if (realpath(path, real) == NULL) {
        return reg_keys_failed(path, "cannot be found", error);
    }

    keys = reg_keys_load(real, error);
    if (keys == NULL) {
        return REG_INTERNAL;
    }

    current = keys->current;
    len = keys->n;
    reg_keys_free(keys);

    if (current == UINT32_MAX || len == REG_KEYS_MAX) {
        reg_error_set(error, "%s: has no room for another sealing key", path);
        return REG_INTERNAL;
    }

    memset(&file, 0, sizeof(reg_keys_file_t));
    file.path = real;
    file.error = error;

    if (reg_keys_file_read(&file) != REG_OK) {
        return REG_INTERNAL;
    }

    size = file.len + 128;

    text = sodium_malloc(size);
    if (text == NULL) {
        sodium_free(file.text);
        return reg_keys_failed(path, "no memory for a new key", error);
    }

    (void) snprintf(text, size, "%s%sseal ", file.text,
                    file.text[file.len - 1] == '\n' ? "" : "\n");
    len = strlen(text);
    reg_keys_print(text + len, size - len, current + 1);

    code = reg_keys_write(real, text, strlen(text), &file.st, error);

    sodium_free(text);
    sodium_free(file.text);

    return code;
}


/*
 * Puts text into a new file beside path and moves it there: by link(), which
 * never replaces, when owner is NULL, else by rename().  The new file's
 * name also keeps two of these calls from crossing.
 */

static reg_code_t
reg_keys_write(const char *path, const char *text, size_t len,
    const struct stat *owner, reg_error_t *error)
{
    int   fd, rc;
    char  beside[PATH_MAX];

    rc = snprintf(beside, sizeof(beside), "%s.new", path);
    if (rc < 0 || (size_t) rc >= sizeof(beside)) {
        reg_error_set(error, "%s: the name is too long", path);
        return REG_INTERNAL;
    }

    fd = open(beside, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    if (fd == -1) {
        if (errno == EEXIST) {
            reg_error_set(error, "%s: exists: another change is under way or "
                          "was cut off; remove it if none is running",
                          beside);
            return REG_INTERNAL;
        }

        return reg_keys_failed(beside, "cannot be made", error);
    }

    if (reg_keys_write_all(fd, text, len, owner) != REG_OK) {
        (void) reg_keys_failed(beside, "cannot be written", error);
        close(fd);
        unlink(beside);
        return REG_INTERNAL;
    }

    close(fd);

    if (owner != NULL && reg_keys_changed(path, owner)) {
        reg_error_set(error, "%s: was changed meanwhile; try again", path);
        unlink(beside);
        return REG_INTERNAL;
    }

    rc = owner ? rename(beside, path) : link(beside, path);

    if (rc == -1) {
        (void) reg_keys_failed(path, "cannot be put in place", error);
    }

    if (rc == -1 || owner == NULL) {
        unlink(beside);
    }

    if (rc == -1) {
        return REG_INTERNAL;
    }

    return reg_keys_sync_folder(path, error);
}


static int
reg_keys_changed(const char *path, const struct stat *before)
{
    struct stat  st;

    if (stat(path, &st) == -1) {
        return 1;
    }

    return st.st_ino != before->st_ino || st.st_dev != before->st_dev
           || st.st_size != before->st_size;
}


static reg_code_t
reg_keys_write_all(int fd, const char *text, size_t len,
    const struct stat *owner)
{
    ssize_t  n;

    if (owner != NULL && fchown(fd, owner->st_uid, owner->st_gid) == -1) {
        return REG_INTERNAL;
    }

    while (len) {
        n = write(fd, text, len);
        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }

            return REG_INTERNAL;
        }

        text += n;
        len -= n;
    }

    if (fsync(fd) == -1) {
        return REG_INTERNAL;
    }

    return REG_OK;
}


static reg_code_t
reg_keys_sync_folder(const char *path, reg_error_t *error)
{
    int          fd, rc;
    char         folder[PATH_MAX];
    const char  *slash;

    slash = strrchr(path, '/');

    if (slash == NULL) {
        strcpy(folder, ".");

    } else {
        (void) snprintf(folder, sizeof(folder), "%.*s",
                        (int) (slash - path + 1), path);
    }

    fd = open(folder, O_RDONLY|O_DIRECTORY|O_CLOEXEC);
    if (fd == -1) {
        return reg_keys_failed(folder, "cannot be opened", error);
    }

    rc = fsync(fd);

    if (rc == -1) {
        (void) reg_keys_failed(folder, "cannot be flushed", error);
    }

    close(fd);

    return rc == -1 ? REG_INTERNAL : REG_OK;
}


static reg_code_t
reg_keys_failed(const char *path, const char *what, reg_error_t *error)
{
    reg_error_set(error, "%s: %s: %s", path, what, strerror(errno));

    return REG_INTERNAL;
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


int
reg_hash_equal(const unsigned char a[REG_HASH],
    const unsigned char b[REG_HASH])
{
    return sodium_memcmp(a, b, REG_HASH) == 0;
}


void
reg_token(unsigned char *out, size_t bytes)
{
    size_t         n;
    unsigned char  random[REG_TOKEN_BYTES_MAX];

    n = bytes < sizeof(random) ? bytes : sizeof(random);

    randombytes_buf(random, n);
    sodium_bin2base64((char *) out,
                      sodium_base64_ENCODED_LEN(n,
                                  sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                      random, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof(random));
}


int
reg_token_valid(reg_str_t text, size_t bytes)
{
    int            rc;
    size_t         n;
    unsigned char  decoded[REG_TOKEN_BYTES_MAX];

    if (text.data == NULL) {
        return 0;
    }

    rc = sodium_base642bin(decoded, sizeof(decoded), (const char *) text.data,
                           text.len, NULL, &n, NULL,
                           sodium_base64_VARIANT_URLSAFE_NO_PADDING);

    sodium_memzero(decoded, sizeof(decoded));

    return rc == 0 && n == bytes;
}


void
reg_random_digits(char out[REG_CODE_DIGITS + 1])
{
    (void) snprintf(out, REG_CODE_DIGITS + 1, "%06u",
                    (unsigned) randombytes_uniform(1000000));
}


void
reg_wipe(void *data, size_t len)
{
    sodium_memzero(data, len);
}
