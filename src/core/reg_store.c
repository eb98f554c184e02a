/*
 * Documents as files: written whole or not at all, found by their id.
 */

#define _GNU_SOURCE                 /* O_TMPFILE */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "reg_seal.h"
#include "reg_store.h"


#define REG_STORE_FOLDERS   256
#define REG_STORE_ID_SIZE   (REG_DOCUMENT_ID_LEN + 1)
#define REG_STORE_PROC      "/proc/self/fd/"


typedef struct {
    char  folder[PATH_MAX];
    char  file[PATH_MAX];
    char  unfinished[PATH_MAX];
} reg_store_path_t;


static reg_code_t reg_store_make(const char *path, const struct stat *owner,
    struct stat *st, reg_error_t *error);
static reg_code_t reg_store_path(const char *directory, const char *id,
    reg_store_path_t *path);
static int reg_store_folder(const char *directory, unsigned folder, char *out);
static reg_code_t reg_store_put_unnamed(const reg_store_path_t *path,
    const unsigned char *data, size_t len, int *supported);
static reg_code_t reg_store_put_named(const reg_store_path_t *path,
    const unsigned char *data, size_t len);
static reg_code_t reg_store_write(int fd, const unsigned char *data,
    size_t len);
static reg_code_t reg_store_read(int fd, size_t max, unsigned char **data,
    size_t *len);
static int reg_store_flush(const char *path, int flags);
static int reg_store_insert(const char *id, char *ids, int n, int count);
static void reg_store_close(int fd);


reg_code_t
reg_store_prepare(const char *directory, reg_error_t *error)
{
    char          path[PATH_MAX];
    unsigned      i;
    reg_code_t    code;
    struct stat   owner, st;

    code = reg_store_make(directory, NULL, &owner, error);
    if (code != REG_OK) {
        return code;
    }

    for (i = 0; i < REG_STORE_FOLDERS; i++) {

        if (reg_store_folder(directory, i, path) == -1) {
            reg_error_set(error, "%s: the name is too long", directory);
            return REG_INTERNAL;
        }

        code = reg_store_make(path, &owner, &st, error);
        if (code != REG_OK) {
            return code;
        }
    }

    if (reg_store_flush(directory, O_DIRECTORY) == -1) {
        reg_error_set(error, "%s: cannot be flushed to the disk: %s",
                      directory, strerror(errno));
        return REG_INTERNAL;
    }

    return REG_OK;
}


/*
 * Makes one directory where it is missing.  A folder gets the owner of the
 * directory above: root may prepare what workers will write to.
 */

static reg_code_t
reg_store_make(const char *path, const struct stat *owner, struct stat *st,
    reg_error_t *error)
{
    if (mkdir(path, 0700) == -1) {
        if (errno != EEXIST) {
            reg_error_set(error, "%s: cannot be made: %s", path,
                          strerror(errno));
            return REG_INTERNAL;
        }

    } else if (owner != NULL && owner->st_uid != geteuid()
               && chown(path, owner->st_uid, owner->st_gid) == -1)
    {
        reg_error_set(error, "%s: cannot be given to user %u: %s", path,
                      (unsigned) owner->st_uid, strerror(errno));
        return REG_INTERNAL;
    }

    if (stat(path, st) == -1) {
        reg_error_set(error, "%s: cannot be examined: %s", path,
                      strerror(errno));
        return REG_INTERNAL;
    }

    if (!S_ISDIR(st->st_mode)) {
        reg_error_set(error, "%s: is not a directory", path);
        return REG_INTERNAL;
    }

    if (st->st_mode & (S_IRWXG|S_IRWXO)) {
        reg_error_set(error, "%s: mode is %04o, others may look into it: run "
                      "\"chmod 700 %s\"", path,
                      (unsigned) st->st_mode & 07777, path);
        return REG_INTERNAL;
    }

    return REG_OK;
}


/* An id from a client is nothing to make a path of before it is judged. */

static reg_code_t
reg_store_path(const char *directory, const char *id, reg_store_path_t *path)
{
    int            n, m;
    reg_str_t      text;
    unsigned char  hash[crypto_generichash_BYTES_MIN];

    text.data = (const unsigned char *) id;
    text.len = strlen(id);

    if (!reg_token_valid(text, REG_DOCUMENT_ID_BYTES)) {
        errno = EINVAL;
        return REG_NOT_FOUND;
    }

    (void) crypto_generichash(hash, sizeof(hash), text.data, text.len, NULL,
                              0);

    if (reg_store_folder(directory, hash[0], path->folder) == -1) {
        return REG_INTERNAL;
    }

    n = snprintf(path->file, PATH_MAX, "%s/%s", path->folder, id);
    m = snprintf(path->unfinished, PATH_MAX, "%s/.%s", path->folder, id);

    if (n < 0 || n >= PATH_MAX || m < 0 || m >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return REG_INTERNAL;
    }

    return REG_OK;
}


static int
reg_store_folder(const char *directory, unsigned folder, char *out)
{
    int  n;

    n = snprintf(out, PATH_MAX, "%s/%02x", directory, folder & 0xff);

    if (n < 0 || n >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }

    return 0;
}


reg_code_t
reg_store_put(const char *directory, const char *id,
    const unsigned char *data, size_t len)
{
    int               supported;
    reg_code_t        code;
    reg_store_path_t  path;

    if (reg_store_path(directory, id, &path) != REG_OK) {
        return REG_INTERNAL;
    }

    code = reg_store_put_unnamed(&path, data, len, &supported);

    if (supported) {
        return code;
    }

    return reg_store_put_named(&path, data, len);
}


/* A crash leaves nothing: the kernel drops a file that never had a name. */

static reg_code_t
reg_store_put_unnamed(const reg_store_path_t *path,
    const unsigned char *data, size_t len, int *supported)
{
    int   fd, rc;
    char  proc[sizeof(REG_STORE_PROC) + 16];

    *supported = 1;

    fd = open(path->folder, O_TMPFILE|O_WRONLY|O_CLOEXEC, 0600);
    if (fd == -1) {

        /* EISDIR: a kernel that does not know it; open(2) */

        *supported = (errno != EOPNOTSUPP && errno != EISDIR);
        return REG_INTERNAL;
    }

    if (reg_store_write(fd, data, len) != REG_OK) {
        reg_store_close(fd);
        return REG_INTERNAL;
    }

    (void) snprintf(proc, sizeof(proc), REG_STORE_PROC "%d", fd);

    rc = linkat(AT_FDCWD, proc, AT_FDCWD, path->file, AT_SYMLINK_FOLLOW);

    if (rc == -1 && errno == ENOENT) {

        /* no /proc here, in a chroot for example */

        *supported = 0;
    }

    reg_store_close(fd);

    return rc == -1 ? REG_INTERNAL : REG_OK;
}


static reg_code_t
reg_store_put_named(const reg_store_path_t *path, const unsigned char *data,
    size_t len)
{
    int  fd, saved;

    fd = open(path->unfinished, O_WRONLY|O_CREAT|O_EXCL|O_CLOEXEC, 0600);
    if (fd == -1) {
        return REG_INTERNAL;
    }

    if (reg_store_write(fd, data, len) != REG_OK) {
        goto failed;
    }

    if (access(path->file, F_OK) == 0) {
        errno = EEXIST;
        goto failed;
    }

    if (rename(path->unfinished, path->file) == -1) {
        goto failed;
    }

    reg_store_close(fd);

    return REG_OK;

failed:

    saved = errno;
    close(fd);
    unlink(path->unfinished);
    errno = saved;

    return REG_INTERNAL;
}


static reg_code_t
reg_store_write(int fd, const unsigned char *data, size_t len)
{
    ssize_t  n;

    while (len) {
        n = write(fd, data, len);
        if (n == -1) {
            if (errno == EINTR) {
                continue;
            }

            return REG_INTERNAL;
        }

        data += n;
        len -= n;
    }

    return REG_OK;
}


reg_code_t
reg_store_get(const char *directory, const char *id, size_t max,
    unsigned char **data, size_t *len)
{
    int               fd;
    reg_code_t        code;
    reg_store_path_t  path;

    code = reg_store_path(directory, id, &path);
    if (code != REG_OK) {
        return code;
    }

    fd = open(path.file, O_RDONLY|O_CLOEXEC|O_NOFOLLOW);
    if (fd == -1) {
        return errno == ENOENT ? REG_NOT_FOUND : REG_INTERNAL;
    }

    code = reg_store_read(fd, max, data, len);

    reg_store_close(fd);

    return code;
}


static reg_code_t
reg_store_read(int fd, size_t max, unsigned char **data, size_t *len)
{
    size_t          size, done;
    ssize_t         n;
    struct stat     st;
    unsigned char  *buffer;

    if (fstat(fd, &st) == -1) {
        return REG_INTERNAL;
    }

    if ((uint64_t) st.st_size > max) {
        return REG_LIMIT;
    }

    size = st.st_size;

    buffer = malloc(size + 1);
    if (buffer == NULL) {
        return REG_INTERNAL;
    }

    for (done = 0; done < size; done += n) {
        n = read(fd, buffer + done, size - done);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n <= 0) {
            errno = n == 0 ? EIO : errno;
            free(buffer);
            return REG_INTERNAL;
        }
    }

    *data = buffer;
    *len = size;

    return REG_OK;
}


reg_code_t
reg_store_sync(const char *directory, const char *id)
{
    reg_code_t        code;
    reg_store_path_t  path;

    code = reg_store_path(directory, id, &path);
    if (code != REG_OK) {
        return code;
    }

    if (reg_store_flush(path.file, O_NOFOLLOW) == -1) {
        return errno == ENOENT ? REG_NOT_FOUND : REG_INTERNAL;
    }

    if (reg_store_flush(path.folder, O_DIRECTORY) == -1) {
        return REG_INTERNAL;
    }

    return REG_OK;
}


static int
reg_store_flush(const char *path, int flags)
{
    int  fd, rc;

    fd = open(path, O_RDONLY|O_CLOEXEC|flags);
    if (fd == -1) {
        return -1;
    }

    rc = fsync(fd);

    reg_store_close(fd);

    return rc;
}


reg_code_t
reg_store_remove(const char *directory, const char *id)
{
    reg_code_t        code;
    reg_store_path_t  path;

    code = reg_store_path(directory, id, &path);

    if (code == REG_NOT_FOUND) {
        return REG_OK;
    }

    if (code != REG_OK) {
        return code;
    }

    if (unlink(path.file) == -1 && errno != ENOENT) {
        return REG_INTERNAL;
    }

    return REG_OK;
}


int
reg_store_old(const char *directory, unsigned folder, time_t before,
    const char *after, char *ids, int n)
{
    int             count, saved;
    DIR            *dir;
    char            path[PATH_MAX];
    reg_str_t       text;
    struct stat     st;
    struct dirent  *entry;

    if (reg_store_folder(directory, folder, path) == -1) {
        return -1;
    }

    dir = opendir(path);
    if (dir == NULL) {
        return -1;
    }

    count = 0;

    for (errno = 0; (entry = readdir(dir)) != NULL; errno = 0) {

        if (fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == -1
            || !S_ISREG(st.st_mode) || st.st_mtime >= before)
        {
            continue;
        }

        text.data = (const unsigned char *) entry->d_name;
        text.len = strlen(entry->d_name);

        if (text.data[0] == '.') {
            (void) unlinkat(dirfd(dir), entry->d_name, 0);
            continue;
        }

        if (!reg_token_valid(text, REG_DOCUMENT_ID_BYTES)
            || (after != NULL && strcmp(entry->d_name, after) <= 0))
        {
            continue;
        }

        count = reg_store_insert(entry->d_name, ids, n, count);
    }

    saved = errno;
    (void) closedir(dir);
    errno = saved;

    return saved ? -1 : count;
}


/*
 * Keeps the n lowest ids in order, so that the next call can go on behind
 * the last one: a directory has no order of its own.
 */

static int
reg_store_insert(const char *id, char *ids, int n, int count)
{
    int  low, high, middle;

    low = 0;
    high = count;

    while (low < high) {
        middle = (low + high) / 2;

        if (strcmp(ids + middle * REG_STORE_ID_SIZE, id) < 0) {
            low = middle + 1;

        } else {
            high = middle;
        }
    }

    if (low == n) {
        return count;
    }

    if (count == n) {
        count--;
    }

    memmove(ids + (low + 1) * REG_STORE_ID_SIZE,
            ids + low * REG_STORE_ID_SIZE,
            (count - low) * REG_STORE_ID_SIZE);
    memcpy(ids + low * REG_STORE_ID_SIZE, id, REG_STORE_ID_SIZE);

    return count + 1;
}


/* Keeps the errno that the caller is going to report. */

static void
reg_store_close(int fd)
{
    int  saved;

    saved = errno;
    (void) close(fd);
    errno = saved;
}
