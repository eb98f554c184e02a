/*
 * Base64 (RFC 4648): that of mail, and that of tokens.
 */


#ifndef REG_BASE64_H_INCLUDED
#define REG_BASE64_H_INCLUDED


#include "reg_core.h"


/* Characters that len bytes become, padding included. */

#define reg_base64_length(len)  (((len) + 2) / 3 * 4)


typedef enum {
    REG_BASE64_MIME = 0,        /* section 4, padded */
    REG_BASE64_URL              /* section 5, not padded */
} reg_base64_t;


/*
 * Writes at most reg_base64_length(len) characters, no NUL; gives the end of
 * what was written.  How long it takes does not depend on the bytes.
 */

char *reg_base64(char *out, const unsigned char *data, size_t len,
    reg_base64_t kind);


/*
 * Whether a text is the one writing that so many bytes have under
 * REG_BASE64_URL: the bits that its last digit has too many are 0.
 */

int reg_base64_url_valid(reg_str_t text, size_t bytes);


#endif /* REG_BASE64_H_INCLUDED */
