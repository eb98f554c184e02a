/*
 * Calendar dates of the proleptic Gregorian calendar.
 */

#include "reg_date.h"


#define REG_SECONDS_A_DAY  86400
#define REG_CHINA_OFFSET   (8 * 3600)   /* UTC+8 the whole year since 1992 */


static int reg_date_digits(const unsigned char *p, size_t n);
static int reg_date_days_in(int year, int month);


reg_date_t
reg_date_parse(reg_str_t text)
{
    int                   year, month, day;
    const unsigned char  *p;

    p = text.data;

    if (text.len != REG_DATE_LEN || p[4] != '-' || p[7] != '-') {
        return REG_DATE_NONE;
    }

    year = reg_date_digits(p, 4);
    month = reg_date_digits(p + 5, 2);
    day = reg_date_digits(p + 8, 2);

    return reg_date_make(year, month, day);
}


/*
 * The year is taken to begin in March, so that the leap day is its last one
 * and 153 days stand for every five months from there.
 */

reg_date_t
reg_date_make(int year, int month, int day)
{
    int  era, in_era, in_year;

    if (year < 1000 || year > 9999 || month < 1 || month > 12
        || day < 1 || day > reg_date_days_in(year, month))
    {
        return REG_DATE_NONE;
    }

    if (month <= 2) {
        year--;
        month += 12;
    }

    era = year / 400;
    in_era = year % 400;
    in_year = (153 * (month - 3) + 2) / 5 + day - 1;

    /* 719468 days lie between 0000-03-01 and 1970-01-01. */

    return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year
           - 719468;
}


void
reg_date_split(reg_date_t date, int *year, int *month, int *day)
{
    int  era, in_era, of_era, in_year, from_march;

    date += 719468;

    era = date / 146097;
    in_era = date % 146097;
    of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    in_year = in_era - (365 * of_era + of_era / 4 - of_era / 100);
    from_march = (5 * in_year + 2) / 153;

    *day = in_year - (153 * from_march + 2) / 5 + 1;
    *month = (from_march < 10) ? from_march + 3 : from_march - 9;
    *year = era * 400 + of_era + (*month <= 2);
}


void
reg_date_print(reg_date_t date, char out[REG_DATE_LEN + 1])
{
    int  year, month, day;

    reg_date_split(date, &year, &month, &day);

    /* The remainders tell the compiler that nothing is ever cut. */

    (void) snprintf(out, REG_DATE_LEN + 1, "%04u-%02u-%02u",
                    (unsigned) year % 10000, (unsigned) month % 100,
                    (unsigned) day % 100);
}


reg_date_t
reg_date_in_china(time_t instant)
{
    int64_t  seconds;

    seconds = (int64_t) instant + REG_CHINA_OFFSET;

    if (seconds < 0) {
        seconds -= REG_SECONDS_A_DAY - 1;
    }

    return (reg_date_t) (seconds / REG_SECONDS_A_DAY);
}


reg_date_t
reg_date_add_years(reg_date_t date, int n)
{
    int  year, month, day, last;

    reg_date_split(date, &year, &month, &day);

    last = reg_date_days_in(year + n, month);

    return reg_date_make(year + n, month, (day < last) ? day : last);
}


int
reg_date_age(reg_date_t birth, reg_date_t date)
{
    int  birth_year, birth_month, birth_day, year, month, day;

    reg_date_split(birth, &birth_year, &birth_month, &birth_day);
    reg_date_split(date, &year, &month, &day);

    return year - birth_year
           - (month * 100 + day < birth_month * 100 + birth_day);
}


/* -1 when they are not all digits. */

static int
reg_date_digits(const unsigned char *p, size_t n)
{
    int  value;

    for (value = 0; n != 0; n--, p++) {
        if (*p < '0' || *p > '9') {
            return -1;
        }

        value = value * 10 + (*p - '0');
    }

    return value;
}


static int
reg_date_days_in(int year, int month)
{
    static const int  days[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    if (month == 2
        && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0))
    {
        return 29;
    }

    return days[month - 1];
}
