/*
 * Calendar dates and working days.
 */

#ifndef REG_DATE_H_INCLUDED
#define REG_DATE_H_INCLUDED


#include "reg_core.h"


/* Days since 1970-01-01 in the proleptic Gregorian calendar. */

typedef int32_t  reg_date_t;

#define REG_DATE_NONE      INT32_MIN
#define REG_DATE_LEN       (sizeof("1970-01-01") - 1)


/*
 * Parses an ISO 8601 date "YYYY-MM-DD" of the years 1000 to 9999.
 * REG_DATE_NONE when it is not one, or no real day.
 */

reg_date_t reg_date_parse(reg_str_t text);

reg_date_t reg_date_make(int year, int month, int day);
void reg_date_split(reg_date_t date, int *year, int *month, int *day);

/* Writes "YYYY-MM-DD" and a NUL. */

void reg_date_print(reg_date_t date, char out[REG_DATE_LEN + 1]);

/* The date in China (UTC+8, no daylight saving) at an instant. */

reg_date_t reg_date_in_china(time_t instant);

/* The same day n years on; 29 February becomes 28 in a common year. */

reg_date_t reg_date_add_years(reg_date_t date, int n);

/* Whole years from birth to date. */

int reg_date_age(reg_date_t birth, reg_date_t date);


/*
 * The State Council's calendar: a JSON file of the shape that the package
 * chinese-days publishes, {"holidays": {"2026-01-01": ...}, "workdays": {...}}.
 */

typedef struct reg_calendar_s  reg_calendar_t;

reg_calendar_t *reg_calendar_load(const char *path, reg_error_t *error);
void reg_calendar_free(reg_calendar_t *calendar);

/*
 * The n-th working day after a date (the day itself does not count).
 * *provisional is set when a year was touched that the file does not
 * know, for which only Saturdays and Sundays are taken as free.
 */

reg_date_t reg_calendar_add(const reg_calendar_t *calendar, reg_date_t date,
    unsigned n, int *provisional);


#endif /* REG_DATE_H_INCLUDED */
