/*
 * One-time codes of a telephone's authenticator (TOTP, RFC 6238), by liboath.
 */

#ifndef REG_TOTP_H_INCLUDED
#define REG_TOTP_H_INCLUDED


#include "reg_core.h"


#define REG_TOTP_SECRET   20    /* RFC 4226, 4: 160 bits recommended */
#define REG_TOTP_BASE32   32    /* characters, without padding */
#define REG_TOTP_DIGITS   6
#define REG_TOTP_SECONDS  30    /* RFC 6238, 4.1: a step */

/* To be called once before all else of this file; REG_INTERNAL on failure. */

reg_code_t reg_totp_init(void);

/* A new random secret; reg_seal_init() comes first. */

void reg_totp_secret(unsigned char secret[REG_TOTP_SECRET]);

/* The secret as authenticators show and take it, NUL-terminated. */

reg_code_t reg_totp_base32(const unsigned char secret[REG_TOTP_SECRET],
    char out[REG_TOTP_BASE32 + 1]);

/*
 * Whether code is that of now, of the step before or of the one behind
 * (RFC 6238, 5.2).  REG_OK with the number of the step in *step: whoever
 * accepts it has to remember it and refuse any that is not greater.
 * REG_CODE_WRONG; REG_INTERNAL when liboath fails.
 */

reg_code_t reg_totp_check(const unsigned char secret[REG_TOTP_SECRET],
    reg_str_t code, time_t now, int64_t *step);

/*
 * otpauth://totp/ISSUER:NAME?secret=...&issuer=ISSUER, with both in percent
 * encoding.  malloc'ed, NUL-terminated; NULL when memory is out.  It holds
 * the secret: reg_wipe() it before free().
 */

char *reg_totp_uri(const unsigned char secret[REG_TOTP_SECRET],
    reg_str_t issuer, reg_str_t name);


#endif /* REG_TOTP_H_INCLUDED */
