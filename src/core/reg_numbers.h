/*
 * Numbers of identity documents and organisations, one rule each.
 */

#ifndef REG_NUMBERS_H_INCLUDED
#define REG_NUMBERS_H_INCLUDED


#include "reg_date.h"


/* What a valid number tells by itself. */

typedef struct {
    reg_date_t  birth;          /* REG_DATE_NONE where it tells none */
    char        sex;            /* 'M', 'F', or 0 */
    char        region[7];      /* six digits, or "" */
} reg_number_facts_t;


/*
 * Resident identity card, GB 11643-1999: 17 digits and a check character
 * (ISO 7064 MOD 11-2), a real birth date not after today, a known province.
 * Residence permits for Hong Kong, Macao (810000, 820000) and Taiwan (830000)
 * residents have the same form under those regions.
 *
 * All take ASCII with letters already in upper case; facts may be NULL.
 * They give REG_OK, REG_FORMAT, REG_CHECKSUM, REG_DATE or REG_UNKNOWN.
 */

reg_code_t reg_number_resident(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);
reg_code_t reg_number_hmt_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);

/*
 * Foreigner's permanent residence card: the form of 2017 (three letters,
 * twelve digits) and that of 2023 (18 places, beginning with 9).
 */

reg_code_t reg_number_permanent_residence(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);

/* Travel permits and passports. */

reg_code_t reg_number_hm_permit(reg_str_t number);
reg_code_t reg_number_tw_permit(reg_str_t number);
reg_code_t reg_number_passport(reg_str_t number);

/*
 * Unified social credit code, GB 32100-2015: 18 places, the check characters
 * of the organisation code (GB 11714) and of the whole, a known province.
 * leading lists the allowed first two places, separated by spaces ("91 92").
 * A wrong leading pair is REG_MISMATCH.
 */

reg_code_t reg_number_credit_code(reg_str_t number, const char *leading);


#endif /* REG_NUMBERS_H_INCLUDED */
