/*
 * What every part of the core shares: strings, outcome codes, error texts.
 *
 * The core is plain C: it knows no nginx, does no logging and keeps no global
 * state.  Functions are safe to call from any thread unless they say otherwise.
 */

#ifndef REG_CORE_H_INCLUDED
#define REG_CORE_H_INCLUDED


#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>


/* Of the module and of registrationctl alike; debian/changelog has it, too. */

#define REG_VERSION  "0.1.0"


/* A counted byte string; not NUL-terminated unless a function says so. */

typedef struct {
    size_t                len;
    const unsigned char  *data;
} reg_str_t;

#define reg_str(text)  { sizeof(text) - 1, (const unsigned char *) text }


/*
 * Every outcome the core can have.  Those up to REG_CODE_LAST_FIELD are the
 * public "code" words of the HTTP contract; the rest never reach a client
 * as a field's code.
 */

typedef enum {
    REG_OK = 0,

    REG_REQUIRED,
    REG_FORMAT,
    REG_TOO_LONG,
    REG_TOO_SHORT,
    REG_CHECKSUM,
    REG_DATE,
    REG_EXPIRED,
    REG_MISMATCH,
    REG_TAKEN,
    REG_UNKNOWN,
    REG_NOT_JPEG,
    REG_TRUNCATED,
    REG_TOO_LARGE,
    REG_TOO_SMALL,
    REG_TOO_MANY_PIXELS,
    REG_DUPLICATE_DOCUMENT,
    REG_CODE_WRONG,
    REG_CODE_EXPIRED,
    REG_TOO_MANY_ATTEMPTS,
    REG_TOO_MANY_UPLOADS,
    REG_WEAK_PASSWORD,
    REG_UNKNOWN_MEMBER,
    REG_NOT_APPLICABLE,         /* given, but this application has none */
    REG_NOT_OPEN,               /* given, but not to be corrected */
    REG_CODE_LAST_FIELD = REG_NOT_OPEN,

    REG_BAD_MULTIPART,          /* RFC 7578 / RFC 2046 broken */
    REG_LIMIT,                  /* a cap of policy.md was passed */
    REG_NOT_FOUND,
    REG_DAMAGED,                /* sealed data does not open */
    REG_INTERNAL,               /* out of memory, input/output error */
    REG_CODES
} reg_code_t;


/* The stable word of a code, for example "too_long"; never NULL. */

const char *reg_code_name(reg_code_t code);


/*
 * A one-line explanation for an administrator, as "FILE:LINE: what is wrong"
 * where a file is meant.
 */

typedef struct {
    char  text[512];
} reg_error_t;

void reg_error_set(reg_error_t *error, const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));


/*
 * Reads a whole file that an administrator named, at most max bytes.  Gives
 * a malloc'ed, NUL-terminated buffer and its length, or NULL with the reason
 * in error.  Blocks: for configuration time and command line only.
 */

char *reg_file_read(const char *path, size_t max, size_t *len,
    reg_error_t *error);


#endif /* REG_CORE_H_INCLUDED */
