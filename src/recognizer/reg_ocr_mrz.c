/*
 * The machine-readable zone of passports and cards.
 */

#include "reg_ocr_mrz.h"


/*
 * 9303-4, 4.2.2: number and its check digit, nationality, birth, sex, expiry,
 * optional data.
 */

#define REG_OCR_MRZ_LEAST        28
#define REG_OCR_MRZ_TD3          44

#define REG_OCR_MRZ_AT_COUNTRY   10
#define REG_OCR_MRZ_AT_BIRTH     13
#define REG_OCR_MRZ_AT_SEX       20
#define REG_OCR_MRZ_AT_UNTIL     21
#define REG_OCR_MRZ_AT_OPTIONAL  28
#define REG_OCR_MRZ_AT_WHOLE     43


static int reg_ocr_mrz_value(char c);
static char reg_ocr_mrz_as_digit(char c);
static char reg_ocr_mrz_as_letter(char c);
static unsigned reg_ocr_mrz_read(const char *text, size_t n,
    char line[REG_OCR_MRZ_TD3]);
static int reg_ocr_mrz_whole(const char *line);
static reg_date_t reg_ocr_mrz_date(const char *text, reg_date_t today,
    int past);


char
reg_ocr_mrz_check(const char *text, size_t n)
{
    static const int  weights[] = { 7, 3, 1 };

    int     sum;
    size_t  i;

    for (i = 0, sum = 0; i < n; i++) {
        sum += reg_ocr_mrz_value(text[i]) * weights[i % 3];
    }

    return '0' + sum % 10;
}


static int
reg_ocr_mrz_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    return (c >= 'A' && c <= 'Z') ? c - 'A' + 10 : 0;
}


static char
reg_ocr_mrz_as_digit(char c)
{
    static const char  pairs[] = "O0Q0D0I1L1Z2S5G6B8";

    size_t  i;

    for (i = 0; pairs[i] != '\0'; i += 2) {
        if (pairs[i] == c) {
            return pairs[i + 1];
        }
    }

    return c;
}


static char
reg_ocr_mrz_as_letter(char c)
{
    static const char  pairs[] = "0O1I2Z5S6G8B";

    size_t  i;

    for (i = 0; pairs[i] != '\0'; i += 2) {
        if (pairs[i] == c) {
            return pairs[i + 1];
        }
    }

    return c;
}


int
reg_ocr_mrz_numbers(const char *text, size_t n, reg_date_t today,
    reg_ocr_mrz_t *mrz)
{
    char      line[REG_OCR_MRZ_TD3], best[REG_OCR_MRZ_TD3];
    int       held, most;
    size_t    at;
    unsigned  checks;

    memset(mrz, 0, sizeof(reg_ocr_mrz_t));
    most = 1;

    for (at = 0; at + REG_OCR_MRZ_LEAST <= n; at++) {
        checks = reg_ocr_mrz_read(text + at, n - at, line);
        held = __builtin_popcount(checks & ~REG_OCR_MRZ_WHOLE) * 2
               + ((checks & REG_OCR_MRZ_WHOLE) != 0);

        if (held > most && held >= 4) {
            most = held;
            mrz->checks = checks;
            mrz->at = at;
            memcpy(best, line, sizeof(line));
        }
    }

    if (most == 1) {
        return 0;
    }

    for (n = 9; n > 0 && best[n - 1] == '<'; n--) {
        /* the number is filled up to nine places */
    }

    memcpy(mrz->number, best, n);
    memcpy(mrz->nationality, best + REG_OCR_MRZ_AT_COUNTRY, 3);
    mrz->nationality[strcspn(mrz->nationality, "<")] = '\0';
    mrz->sex = best[REG_OCR_MRZ_AT_SEX];
    mrz->birth = reg_ocr_mrz_date(best + REG_OCR_MRZ_AT_BIRTH, today, 1);
    mrz->until = reg_ocr_mrz_date(best + REG_OCR_MRZ_AT_UNTIL, today, 0);

    return 1;
}


/* Puts the classes right, place by place, and gives the checks that hold. */

static unsigned
reg_ocr_mrz_read(const char *text, size_t n, char line[REG_OCR_MRZ_TD3])
{
    size_t    i;
    unsigned  checks;

    for (i = 0; i < REG_OCR_MRZ_TD3; i++) {
        line[i] = (i < n) ? text[i] : '<';

        if (i >= REG_OCR_MRZ_AT_COUNTRY && i < REG_OCR_MRZ_AT_BIRTH) {
            line[i] = reg_ocr_mrz_as_letter(line[i]);

        } else if (i == 9 || (i >= REG_OCR_MRZ_AT_BIRTH
                              && i < REG_OCR_MRZ_AT_SEX)
                   || (i >= REG_OCR_MRZ_AT_UNTIL
                       && i < REG_OCR_MRZ_AT_OPTIONAL)
                   || i == REG_OCR_MRZ_AT_WHOLE)
        {
            line[i] = reg_ocr_mrz_as_digit(line[i]);
        }
    }

    checks = 0;

    if (line[0] != '<' && line[9] == reg_ocr_mrz_check(line, 9)) {
        checks |= REG_OCR_MRZ_NUMBER;
    }

    if (line[19] == reg_ocr_mrz_check(line + REG_OCR_MRZ_AT_BIRTH, 6)) {
        checks |= REG_OCR_MRZ_BIRTH;
    }

    if (line[27] == reg_ocr_mrz_check(line + REG_OCR_MRZ_AT_UNTIL, 6)) {
        checks |= REG_OCR_MRZ_UNTIL;
    }

    if (n >= REG_OCR_MRZ_TD3 && reg_ocr_mrz_whole(line)) {
        checks |= REG_OCR_MRZ_WHOLE;
    }

    return checks;
}


static int
reg_ocr_mrz_whole(const char *line)
{
    char  all[39];

    memcpy(all, line, 10);
    memcpy(all + 10, line + 13, 7);
    memcpy(all + 17, line + 21, 22);

    return line[REG_OCR_MRZ_AT_WHOLE] == reg_ocr_mrz_check(all, 39);
}


/* Two digits of a year: births lie in the past, expiries in this century. */

static reg_date_t
reg_ocr_mrz_date(const char *text, reg_date_t today, int past)
{
    int         i, year;
    reg_date_t  date;

    for (i = 0; i < 6; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return REG_DATE_NONE;
        }
    }

    year = 2000 + (text[0] - '0') * 10 + (text[1] - '0');
    date = reg_date_make(year, (text[2] - '0') * 10 + (text[3] - '0'),
                         (text[4] - '0') * 10 + (text[5] - '0'));

    if (past && (date == REG_DATE_NONE || date > today)) {
        date = reg_date_make(year - 100,
                             (text[2] - '0') * 10 + (text[3] - '0'),
                             (text[4] - '0') * 10 + (text[5] - '0'));
    }

    return date;
}


int
reg_ocr_mrz_name(const char *text, size_t n, char name[REG_OCR_MRZ_NAME],
    char country[4])
{
    size_t  i, at, len;

    /* P, perhaps a letter of the issuer's, the issuer, the surname */

    for (at = 0; at + 7 <= n; at++) {
        if (text[at] == 'P' || text[at] == 'I' || text[at] == 'A'
            || text[at] == 'C')
        {
            break;
        }
    }

    if (at + 7 > n) {
        return 0;
    }

    for (i = 0; i < 3; i++) {
        country[i] = reg_ocr_mrz_as_letter(text[at + 2 + i]);

        if (country[i] == '<') {
            country[i] = '\0';
        }
    }

    country[3] = '\0';

    for (i = at + 5, len = 0; i < n && len + 1 < REG_OCR_MRZ_NAME; i++) {
        if (text[i] != '<') {
            name[len++] = reg_ocr_mrz_as_letter(text[i]);

        } else if (len > 0 && name[len - 1] != ' ') {
            name[len++] = ' ';

        } else if (i + 1 < n && text[i + 1] == '<') {
            break;                  /* three: nothing but filling follows */
        }
    }

    while (len > 0 && name[len - 1] == ' ') {
        len--;
    }

    name[len] = '\0';

    return len >= 2;
}
