/* Dates as documents have them. */

#include <stdio.h>
#include <string.h>

#include "specimen.h"


sp_date_t
sp_date(sp_random_t *r, int first_year, int last_year)
{
    sp_date_t  date;

    date.year = sp_integer(r, first_year, last_year);
    date.month = sp_integer(r, 1, 12);
    date.day = sp_integer(r, 1, 28);

    return date;
}


/* Whole years, and -1, 0 or 1 days: terms end on the day, or one before. */

sp_date_t
sp_date_add(sp_date_t date, int years, int days)
{
    static const int  lengths[] = {
        31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31
    };

    date.year += years;
    date.day += days;

    if (date.day == 0) {
        date.month = date.month == 1 ? 12 : date.month - 1;
        date.year -= date.month == 12;
        date.day = lengths[date.month - 1];

    } else if (date.day > lengths[date.month - 1]) {
        date.day = 1;
        date.month = date.month == 12 ? 1 : date.month + 1;
        date.year += date.month == 1;
    }

    return date;
}


int
sp_date_compare(sp_date_t a, sp_date_t b)
{
    return (a.year * 10000 + a.month * 100 + a.day)
           - (b.year * 10000 + b.month * 100 + b.day);
}


/* 2017.03.15, 2017-03-15, 20170315; 长期 is no date. */

sp_date_t
sp_date_parse(const char *text)
{
    sp_date_t  date;

    memset(&date, 0, sizeof(date));

    if (strcmp(text, "长期") == 0) {
        return date;
    }

    if (sscanf(text, "%4d%*[.-]%2d%*[.-]%2d", &date.year, &date.month,
               &date.day) != 3
        && sscanf(text, "%4d%2d%2d", &date.year, &date.month, &date.day) != 3)
    {
        sp_fail("%s: expected a date such as 2017.03.15, or 长期", text);
    }

    return date;
}


void
sp_date_write(sp_date_t date, const char *separator, char out[32])
{
    snprintf(out, 32, "%04d%s%02d%s%02d", date.year % 10000, separator,
             date.month % 100, separator, date.day % 100);
}
