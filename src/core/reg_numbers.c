/*
 * Numbers of identity documents and organisations, one rule each.
 */

#include "reg_numbers.h"


#define REG_GB11643_LEN  18
#define REG_GB32100_LEN  18

/*
 * GB 11643 itself sets no limit; the holder in its own example was born in
 * 1880.
 */

#define REG_BIRTH_YEAR_MIN  1800


static int reg_number_digits(const unsigned char *p, size_t n);
static int reg_number_upper(const unsigned char *p, size_t n);
static int reg_number_value(const unsigned char *p, size_t n);
static int reg_number_province(const unsigned char *p);
static char reg_number_mod_11_2(const unsigned char *p);
static reg_code_t reg_number_gb11643_form(reg_str_t number);
static reg_code_t reg_number_birth(const unsigned char *p, reg_date_t today,
    reg_date_t *birth);
static reg_code_t reg_number_gb11643(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);
static int reg_number_gb32100_value(unsigned char c);
static char reg_number_gb11714_check(const unsigned char *p);
static int reg_number_leading(const unsigned char *p, const char *leading);
static int reg_number_registrar(const unsigned char *p);


/* GB 32100-2015, table 1: without I, O, S, V and Z. */

static const char  reg_gb32100_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";


reg_code_t
reg_number_resident(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    reg_code_t  rc;

    rc = reg_number_gb11643_form(number);
    if (rc != REG_OK) {
        return rc;
    }

    if (!reg_number_province(number.data)) {
        return REG_UNKNOWN;
    }

    return reg_number_gb11643(number, today, facts);
}


reg_code_t
reg_number_hmt_permit(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    reg_code_t  rc;

    rc = reg_number_gb11643_form(number);
    if (rc != REG_OK) {
        return rc;
    }

    if (memcmp(number.data, "810000", 6) != 0
        && memcmp(number.data, "820000", 6) != 0
        && memcmp(number.data, "830000", 6) != 0)
    {
        return REG_UNKNOWN;
    }

    return reg_number_gb11643(number, today, facts);
}


/*
 * The card of 2023: "9", two digits of the province where it was applied
 * for, three of ISO 3166-1 (numeric), the birth date, three of sequence, and
 * the check character of GB 11643.  Of the card of 2017 (ISO 3166-1 alpha-3
 * and twelve digits) the check rule was never published: its form is all
 * that is judged.
 */

reg_code_t
reg_number_permanent_residence(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    reg_code_t  rc;
    reg_date_t  birth;

    if (number.len == 15) {
        if (!reg_number_upper(number.data, 3)
            || !reg_number_digits(number.data + 3, 12))
        {
            return REG_FORMAT;
        }

        birth = REG_DATE_NONE;

    } else {
        if (number.len != REG_GB11643_LEN || number.data[0] != '9') {
            return REG_FORMAT;
        }

        rc = reg_number_gb11643_form(number);
        if (rc != REG_OK) {
            return rc;
        }

        if (!reg_number_province(number.data + 1)) {
            return REG_UNKNOWN;
        }

        rc = reg_number_birth(number.data + 6, today, &birth);
        if (rc != REG_OK) {
            return rc;
        }
    }

    if (facts != NULL) {
        memset(facts, 0, sizeof(reg_number_facts_t));
        facts->birth = birth;
    }

    return REG_OK;
}


/*
 * Mainland travel permit for Hong Kong and Macao residents: H or M and the
 * holder's eight digits; booklets and older cards print two more, which
 * count the renewals.
 */

reg_code_t
reg_number_hm_permit(reg_str_t number)
{
    if ((number.len != 9 && number.len != 11)
        || (number.data[0] != 'H' && number.data[0] != 'M')
        || !reg_number_digits(number.data + 1, number.len - 1))
    {
        return REG_FORMAT;
    }

    return REG_OK;
}


/*
 * Mainland travel permit for Taiwan residents: eight digits, on the card
 * (since 2015) and as the holder's number in the booklets before it.  The
 * longer numbers of booklets (all expired by 2020) and of permits for a single
 * entry (three months) are no lasting proof and not taken.
 */

reg_code_t
reg_number_tw_permit(reg_str_t number)
{
    if (number.len != 8 || !reg_number_digits(number.data, 8)) {
        return REG_FORMAT;
    }

    return REG_OK;
}


/*
 * ICAO Doc 9303-4 gives the number nine places in the machine-readable zone,
 * but lets an issuer print a longer one above it; 5 to 17 letters and digits
 * is the range that Chinese registers take.  A number without any digit is a
 * name in the wrong field.
 */

reg_code_t
reg_number_passport(reg_str_t number)
{
    size_t  i, digits;

    if (number.len < 5 || number.len > 17) {
        return REG_FORMAT;
    }

    for (i = 0, digits = 0; i < number.len; i++) {
        if (reg_number_digits(number.data + i, 1)) {
            digits++;

        } else if (!reg_number_upper(number.data + i, 1)) {
            return REG_FORMAT;
        }
    }

    return (digits != 0) ? REG_OK : REG_FORMAT;
}


reg_code_t
reg_number_credit_code(reg_str_t number, const char *leading)
{
    int       value, sum, weight;
    unsigned  i;

    if (number.len != REG_GB32100_LEN
        || !reg_number_digits(number.data + 2, 6))
    {
        return REG_FORMAT;
    }

    sum = 0;
    weight = 1;

    for (i = 0; i < REG_GB32100_LEN; i++) {
        value = reg_number_gb32100_value(number.data[i]);
        if (value == -1) {
            return REG_FORMAT;
        }

        /* The weight of place i is 3^i mod 31; the check character has 1. */

        sum += value * ((i < 17) ? weight : 1);
        weight = weight * 3 % 31;
    }

    if (sum % 31 != 0
        || number.data[16] != (unsigned char)
                              reg_number_gb11714_check(number.data + 8))
    {
        return REG_CHECKSUM;
    }

    if (leading != NULL && !reg_number_leading(number.data, leading)) {
        return REG_MISMATCH;
    }

    return reg_number_registrar(number.data + 2) ? REG_OK : REG_UNKNOWN;
}


static int
reg_number_digits(const unsigned char *p, size_t n)
{
    for ( /* void */ ; n != 0; n--, p++) {
        if (*p < '0' || *p > '9') {
            return 0;
        }
    }

    return 1;
}


static int
reg_number_upper(const unsigned char *p, size_t n)
{
    for ( /* void */ ; n != 0; n--, p++) {
        if (*p < 'A' || *p > 'Z') {
            return 0;
        }
    }

    return 1;
}


static int
reg_number_value(const unsigned char *p, size_t n)
{
    int  value;

    for (value = 0; n != 0; n--, p++) {
        value = value * 10 + (*p - '0');
    }

    return value;
}


/* The mainland's provinces in GB/T 2260, first two digits. */

static int
reg_number_province(const unsigned char *p)
{
    int  code;

    code = reg_number_value(p, 2);

    return (code >= 11 && code <= 15) || (code >= 21 && code <= 23)
           || (code >= 31 && code <= 37) || (code >= 41 && code <= 46)
           || (code >= 50 && code <= 54) || (code >= 61 && code <= 65);
}


/* ISO 7064 MOD 11-2 over 17 digits: place i from the right has 2^i. */

static char
reg_number_mod_11_2(const unsigned char *p)
{
    int     sum;
    size_t  i;

    for (i = 0, sum = 0; i < REG_GB11643_LEN - 1; i++) {
        sum = (sum + (p[i] - '0')) * 2 % 11;
    }

    return "10X98765432"[sum];
}


static reg_code_t
reg_number_gb11643_form(reg_str_t number)
{
    unsigned char  check;

    if (number.len != REG_GB11643_LEN
        || !reg_number_digits(number.data, REG_GB11643_LEN - 1))
    {
        return REG_FORMAT;
    }

    check = number.data[REG_GB11643_LEN - 1];

    if (check != 'X' && !reg_number_digits(&check, 1)) {
        return REG_FORMAT;
    }

    if (check != (unsigned char) reg_number_mod_11_2(number.data)) {
        return REG_CHECKSUM;
    }

    return REG_OK;
}


static reg_code_t
reg_number_birth(const unsigned char *p, reg_date_t today, reg_date_t *birth)
{
    int  year;

    year = reg_number_value(p, 4);

    *birth = reg_date_make(year, reg_number_value(p + 4, 2),
                           reg_number_value(p + 6, 2));

    if (*birth == REG_DATE_NONE || year < REG_BIRTH_YEAR_MIN
        || *birth > today)
    {
        return REG_DATE;
    }

    return REG_OK;
}


static reg_code_t
reg_number_gb11643(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts)
{
    reg_code_t  rc;
    reg_date_t  birth;

    rc = reg_number_birth(number.data + 6, today, &birth);
    if (rc != REG_OK) {
        return rc;
    }

    if (facts != NULL) {
        facts->birth = birth;
        facts->sex = ((number.data[16] - '0') % 2 == 1) ? 'M' : 'F';

        memcpy(facts->region, number.data, 6);
        facts->region[6] = '\0';
    }

    return REG_OK;
}


static int
reg_number_gb32100_value(unsigned char c)
{
    const char  *p;

    p = (c == '\0') ? NULL : strchr(reg_gb32100_alphabet, c);

    return (p == NULL) ? -1 : (int) (p - reg_gb32100_alphabet);
}


/* GB 11714: eight places with A as 10 to Z as 35, and the check character. */

static char
reg_number_gb11714_check(const unsigned char *p)
{
    static const int  weight[] = { 3, 7, 9, 10, 5, 8, 4, 2 };

    int     sum;
    size_t  i;

    for (i = 0, sum = 0; i < 8; i++) {
        sum += weight[i] * (p[i] <= '9' ? p[i] - '0' : p[i] - 'A' + 10);
    }

    return "0X987654321"[sum % 11];
}


static int
reg_number_leading(const unsigned char *p, const char *leading)
{
    for ( /* void */ ; *leading != '\0'; leading += strspn(leading, " ")) {
        if (strncmp(leading, (const char *) p, 2) == 0) {
            return 1;
        }

        leading += strcspn(leading, " ");
    }

    return 0;
}


/*
 * The registration authority: a province, 10 for the national ones (100000),
 * and 66 and 99, under which the Xinjiang Production and Construction Corps
 * registers beside its 659000.
 */

static int
reg_number_registrar(const unsigned char *p)
{
    int  code;

    code = reg_number_value(p, 2);

    return code == 10 || code == 66 || code == 99 || reg_number_province(p);
}
