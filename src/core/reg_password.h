/*
 * Passwords: judged by libpwquality, hashed by Argon2id.  Both take long
 * (milliseconds) and read files: for threads, not for the event loop.
 */

#ifndef REG_PASSWORD_H_INCLUDED
#define REG_PASSWORD_H_INCLUDED


#include "reg_core.h"


#define REG_PASSWORD_MIN   8        /* code points */
#define REG_PASSWORD_MAX   128
#define REG_PASSWORD_HASH  128      /* crypto_pwhash_STRBYTES */

/*
 * Length only; cheap.  REG_OK, REG_TOO_SHORT, REG_TOO_LONG, REG_FORMAT (not
 * UTF-8, or a control character).
 */

reg_code_t reg_password_length(reg_str_t password);

/*
 * Whether it is common or made of the user's own data: own is a list of n
 * strings (those under 3 code points are passed over).  From 16 bytes on it is
 * a phrase: no dictionary, but no few characters, runs or repetitions either.
 * REG_OK, REG_WEAK_PASSWORD or REG_INTERNAL (the dictionary cannot be read).
 */

reg_code_t reg_password_judge(reg_str_t password, const reg_str_t *own,
    size_t n);

/* Argon2id, m=19 MiB t=2 p=1 (OWASP).  NUL-terminated PHC string. */

reg_code_t reg_password_hash(reg_str_t password, char out[REG_PASSWORD_HASH]);

/*
 * REG_OK or REG_MISMATCH; REG_INTERNAL when memory is out or hash is none.
 * hash NULL stands for an unknown account: it takes the time of a real one
 * and gives REG_MISMATCH.
 */

reg_code_t reg_password_verify(reg_str_t password, const char *hash);


#endif /* REG_PASSWORD_H_INCLUDED */
