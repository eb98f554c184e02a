/* Numbers with check characters that are right, unless spoilt on purpose. */

#include <stdio.h>
#include <string.h>

#include "specimen.h"


/* GB 11643-1999: ISO 7064 MOD 11-2; an odd order is a man's. */

void
sp_resident_number(sp_random_t *r, const char *region, sp_date_t birth,
    int male, char out[32])
{
    int   i, sum, order;
    char  born[32];

    static const int  weights[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2
    };

    order = sp_integer(r, 0, 499) * 2 + (male ? 1 : 0);

    sp_date_write(birth, "", born);
    snprintf(out, 32, "%.6s%.8s%03d", region, born, order);

    for (i = 0, sum = 0; i < 17; i++) {
        sum += weights[i] * (out[i] - '0');
    }

    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}


/* GB 11714: the organisation's own eight characters and their check */

static void
organisation_code(sp_random_t *r, char out[10])
{
    int  i, sum;

    static const char  letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char  digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int   weights[] = { 3, 7, 9, 10, 5, 8, 4, 2 };

    /* numbers up to 2015, then MA and five places, since 2019 with letters */

    if (sp_chance(r, 0.3)) {
        snprintf(out, 10, "%08d", sp_integer(r, 10000000, 79999999));

    } else {
        snprintf(out, 10, "MA______");

        for (i = 2; i < 8; i++) {
            out[i] = digits[sp_integer(r, 0, sp_chance(r, 0.4) ? 30 : 9)];
        }
    }

    for (i = 0, sum = 0; i < 8; i++) {
        sum += weights[i] * (int) (strchr(letters, out[i]) - letters);
    }

    out[8] = "0X987654321"[sum % 11];
    out[9] = '\0';
}


/*
 * GB 32100-2015: 9 is the market's register, the category says enterprise
 * (1), trader (2) or farmers' co-operative (3).
 */

void
sp_credit_code(sp_random_t *r, const char *region, char category,
    char out[32])
{
    int   i, sum;
    char  inner[10];

    static const char  digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int   weights[] = {
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28
    };

    organisation_code(r, inner);
    snprintf(out, 32, "9%c%.6s%s", category, region, inner);

    for (i = 0, sum = 0; i < 17; i++) {
        sum += weights[i] * (int) (strchr(digits, out[i]) - digits);
    }

    out[17] = digits[(31 - sum % 31) % 31];
    out[18] = '\0';
}


/* ICAO 9303-3, 4.9: weights 7, 3, 1; letters from 10, the filler 0 */

char
sp_icao_check(const char *text, size_t length)
{
    int     sum, value;
    size_t  i;

    static const int  weights[] = { 7, 3, 1 };

    for (i = 0, sum = 0; i < length; i++) {
        value = text[i] >= 'A' ? text[i] - 'A' + 10
                : text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 0;
        sum += value * weights[i % 3];
    }

    return '0' + sum % 10;
}


/* One digit becomes the next: every scheme here notices. */

void
sp_spoil_number(char *number)
{
    char  *p;

    p = number + strlen(number) - 3;

    while (*p < '0' || *p > '9') {
        p--;
    }

    *p = *p == '9' ? '0' : *p + 1;
}
