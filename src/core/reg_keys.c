/*
 * The key file: read into guarded memory, made, added to.
 */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "reg_keys.h"


#define REG_KEYS_FILE_MAX  (64 * 1024)


#define REG_KEYS_SEAL      "seal"
#define REG_KEYS_STAGED    "staged"


/* A key file while it is read or rewritten. */

typedef struct {
    const char     *path;
    unsigned        line;
    unsigned        staged_line;
    size_t          staged_at;  /* where the word stands in text */
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
static reg_code_t reg_keys_parse_number(reg_keys_file_t *file,
    reg_keys_t *keys, const char *word, const char *number, const char *hex);
static reg_code_t reg_keys_parse_end(reg_keys_file_t *file,
    const reg_keys_t *keys);
static int reg_keys_parse_hex(const char *hex, unsigned char key[REG_KEY]);
static reg_code_t reg_keys_change(const char *path, const char *word,
    reg_error_t *error);
static char *reg_keys_edit(reg_keys_file_t *file, const char *word);
static reg_code_t reg_keys_append(const reg_keys_file_t *file,
    const reg_keys_t *keys, const char *word, char *text, size_t size);
static reg_code_t reg_keys_promote(const reg_keys_file_t *file,
    const char *word, char *text);
static void reg_keys_print(char *line, size_t size, uint32_t number);
static reg_code_t reg_keys_write(const char *path, const char *text,
    size_t len, const struct stat *owner, reg_error_t *error);
static int reg_keys_changed(const char *path, const struct stat *before);
static reg_code_t reg_keys_write_all(int fd, const char *text, size_t len,
    const struct stat *owner);
static reg_code_t reg_keys_sync_folder(const char *path, reg_error_t *error);
static reg_code_t reg_keys_failed(const char *path, const char *what,
    reg_error_t *error);


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


uint32_t
reg_keys_staged(const reg_keys_t *keys)
{
    return keys->staged;
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

    if (code == REG_OK) {
        code = reg_keys_parse_end(file, keys);
    }

    if (code != REG_OK) {
        sodium_free(keys);
        return NULL;
    }

    reg_hash(keys, "short hash", (reg_str_t) { 0, NULL }, keys->short_lookup);

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

    if (strcmp(word, REG_KEYS_SEAL) == 0 || strcmp(word, REG_KEYS_STAGED) == 0)
    {
        if (second == NULL || more != NULL) {
            return reg_keys_file_wrong(file, "expected \"seal NUMBER HEX\" or "
                                       "\"staged NUMBER HEX\"");
        }

        return reg_keys_parse_number(file, keys, word, first, second);
    }

    if (strcmp(word, "lookup") != 0) {
        return reg_keys_file_wrong(file, "a line begins with \"lookup\", "
                                   "\"seal\", \"staged\" or \"#\"");
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
reg_keys_parse_number(reg_keys_file_t *file, reg_keys_t *keys,
    const char *word, const char *number, const char *hex)
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

    if (strcmp(word, REG_KEYS_STAGED) == 0) {

        if (keys->staged) {
            return reg_keys_file_wrong(file, "a second staged key: there can "
                                       "be only one");
        }

        keys->staged = key->number;
        file->staged_line = file->line;
        file->staged_at = word - file->text;

    } else if (key->number > keys->current) {
        keys->current = key->number;
    }

    return REG_OK;
}


static reg_code_t
reg_keys_parse_end(reg_keys_file_t *file, const reg_keys_t *keys)
{
    if (!keys->has_lookup) {
        return reg_keys_file_wrong(file, "no \"lookup HEX\" line so far: "
                                   "the file is incomplete");
    }

    if (keys->current == 0) {
        return reg_keys_file_wrong(file, "no \"seal NUMBER HEX\" line so far: "
                                   "the file is incomplete");
    }

    if (keys->staged && keys->staged < keys->current) {
        file->line = file->staged_line;
        return reg_keys_file_wrong(file, "a staged key's number is above "
                                   "those of the \"seal\" lines, or it would "
                                   "never seal");
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


const unsigned char *
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
reg_keys_stage(const char *path, reg_error_t *error)
{
    return reg_keys_change(path, REG_KEYS_STAGED, error);
}


reg_code_t
reg_keys_rotate(const char *path, reg_error_t *error)
{
    return reg_keys_change(path, REG_KEYS_SEAL, error);
}


static reg_code_t
reg_keys_change(const char *path, const char *word, reg_error_t *error)
{
    char             *text, real[PATH_MAX];
    reg_code_t        code;
    reg_keys_file_t   file;

    /* a symbolic link stays one: the file behind it is replaced */

    if (realpath(path, real) == NULL) {
        return reg_keys_failed(path, "cannot be found", error);
    }

    memset(&file, 0, sizeof(reg_keys_file_t));
    file.path = real;
    file.error = error;

    if (reg_keys_file_read(&file) != REG_OK) {
        return REG_INTERNAL;
    }

    text = reg_keys_edit(&file, word);

    sodium_free(file.text);

    if (text == NULL) {
        return REG_INTERNAL;
    }

    code = reg_keys_write(real, text, strlen(text), &file.st, error);

    sodium_free(text);

    return code;
}


/* The file's text as it shall be; parsing spoils the old. */

static char *
reg_keys_edit(reg_keys_file_t *file, const char *word)
{
    char        *text;
    size_t       size;
    reg_code_t   code;
    reg_keys_t  *keys;

    size = file->len + sizeof("\n" REG_KEYS_STAGED " 4294967295 ")
           + 2 * REG_KEY + 1;

    text = sodium_malloc(size);
    if (text == NULL) {
        (void) reg_keys_failed(file->path, "no memory for a new key",
                               file->error);
        return NULL;
    }

    memcpy(text, file->text, file->len + 1);

    code = REG_INTERNAL;

    keys = reg_keys_parse(file);
    if (keys != NULL) {
        code = keys->staged ? reg_keys_promote(file, word, text)
                            : reg_keys_append(file, keys, word, text, size);
        reg_keys_free(keys);
    }

    if (code != REG_OK) {
        sodium_free(text);
        return NULL;
    }

    return text;
}


static reg_code_t
reg_keys_append(const reg_keys_file_t *file, const reg_keys_t *keys,
    const char *word, char *text, size_t size)
{
    size_t  len;

    if (keys->current == UINT32_MAX || keys->n == REG_KEYS_MAX) {
        reg_error_set(file->error, "%s: has no room for another sealing key",
                      file->path);
        return REG_INTERNAL;
    }

    len = file->len;

    len += snprintf(text + len, size - len, "%s%s ",
                    text[len - 1] == '\n' ? "" : "\n", word);

    reg_keys_print(text + len, size - len, keys->current + 1);

    return REG_OK;
}


/* Turns the staged key's word into that of those that seal. */

static reg_code_t
reg_keys_promote(const reg_keys_file_t *file, const char *word, char *text)
{
    char  *rest;

    if (strcmp(word, REG_KEYS_STAGED) == 0) {
        reg_error_set(file->error, "%s: has a staged key already; \"rotate\" "
                      "puts it into use", file->path);
        return REG_INTERNAL;
    }

    text += file->staged_at;
    rest = text + sizeof(REG_KEYS_STAGED) - 1;

    memcpy(text, REG_KEYS_SEAL, sizeof(REG_KEYS_SEAL) - 1);
    memmove(text + sizeof(REG_KEYS_SEAL) - 1, rest, strlen(rest) + 1);

    return REG_OK;
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
