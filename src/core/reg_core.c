/*
 * The words of the outcome codes, error texts, and reading a whole file.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "reg_core.h"


static char *reg_file_slurp(int fd, const char *path, size_t max, size_t *len,
    reg_error_t *error);


static const char *const  reg_code_names[REG_CODES] = {
    [REG_OK] = "ok",
    [REG_REQUIRED] = "required",
    [REG_FORMAT] = "format",
    [REG_TOO_LONG] = "too_long",
    [REG_TOO_SHORT] = "too_short",
    [REG_CHECKSUM] = "checksum",
    [REG_DATE] = "date",
    [REG_EXPIRED] = "expired",
    [REG_MISMATCH] = "mismatch",
    [REG_TAKEN] = "taken",
    [REG_UNKNOWN] = "unknown",
    [REG_NOT_JPEG] = "not_jpeg",
    [REG_TRUNCATED] = "truncated",
    [REG_TOO_LARGE] = "too_large",
    [REG_TOO_SMALL] = "too_small",
    [REG_TOO_MANY_PIXELS] = "too_many_pixels",
    [REG_DUPLICATE_DOCUMENT] = "duplicate_document",
    [REG_CODE_WRONG] = "code_wrong",
    [REG_CODE_EXPIRED] = "code_expired",
    [REG_TOO_MANY_ATTEMPTS] = "too_many_attempts",
    [REG_TOO_MANY_UPLOADS] = "too_many_uploads",
    [REG_WEAK_PASSWORD] = "weak_password",
    [REG_UNKNOWN_MEMBER] = "unknown_member",
    [REG_NOT_APPLICABLE] = "not_applicable",
    [REG_NOT_OPEN] = "not_open",
    [REG_BAD_MULTIPART] = "bad_multipart",
    [REG_LIMIT] = "limit",
    [REG_NOT_FOUND] = "not_found",
    [REG_DAMAGED] = "damaged",
    [REG_INTERNAL] = "internal"
};


const char *
reg_code_name(reg_code_t code)
{
    if ((unsigned) code >= REG_CODES) {
        return "internal";
    }

    return reg_code_names[code];
}


void
reg_error_set(reg_error_t *error, const char *format, ...)
{
    va_list  args;

    va_start(args, format);
    (void) vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
}


char *
reg_file_read(const char *path, size_t max, size_t *len, reg_error_t *error)
{
    int   fd;
    char *text;

    fd = open(path, O_RDONLY|O_CLOEXEC|O_NOCTTY);

    if (fd == -1) {
        reg_error_set(error, "%s: cannot open: %m", path);
        return NULL;
    }

    text = reg_file_slurp(fd, path, max, len, error);

    (void) close(fd);

    return text;
}


static char *
reg_file_slurp(int fd, const char *path, size_t max, size_t *len,
    reg_error_t *error)
{
    char         *text;
    size_t        size, used;
    ssize_t       n;
    struct stat   st;

    if (fstat(fd, &st) == -1) {
        reg_error_set(error, "%s: cannot stat: %m", path);
        return NULL;
    }

    if (!S_ISREG(st.st_mode)) {
        reg_error_set(error, "%s: is not a regular file", path);
        return NULL;
    }

    if ((uintmax_t) st.st_size > max) {
        reg_error_set(error, "%s: has more than %zu bytes", path, max);
        return NULL;
    }

    /* One byte for the NUL; what is appended meanwhile is not read. */

    size = (size_t) st.st_size;

    text = malloc(size + 1);
    if (text == NULL) {
        reg_error_set(error, "%s: out of memory", path);
        return NULL;
    }

    for (used = 0; used < size; used += (size_t) n) {
        n = read(fd, text + used, size - used);

        if (n == -1 && errno == EINTR) {
            n = 0;
            continue;
        }

        if (n == -1) {
            reg_error_set(error, "%s: cannot read: %m", path);
            free(text);
            return NULL;
        }

        if (n == 0) {
            break;
        }
    }

    text[used] = '\0';
    *len = used;

    return text;
}
