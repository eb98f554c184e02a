/*
 * The State Council's calendar of holidays and make-up days.
 */

#include "reg_date.h"
#include "reg_json.h"


#define REG_CALENDAR_BYTES  (1024 * 1024)


typedef struct {
    reg_date_t  *date;              /* ascending */
    size_t       n;
} reg_dates_t;

struct reg_calendar_s {
    reg_dates_t  holidays;
    reg_dates_t  workdays;
};


static reg_code_t reg_calendar_dates(const json_t *root, const char *name,
    const char *path, const char *text, reg_dates_t *dates,
    reg_error_t *error);
static int reg_calendar_compare(const void *a, const void *b);
static int reg_calendar_has(const reg_dates_t *dates, reg_date_t date);
static int reg_calendar_is_working(const reg_calendar_t *calendar,
    reg_date_t date, int *provisional);


reg_calendar_t *
reg_calendar_load(const char *path, reg_error_t *error)
{
    char            *text;
    json_t          *root;
    reg_code_t       rc;
    reg_calendar_t  *calendar;

    root = reg_json_load(path, REG_CALENDAR_BYTES, &text, error);
    if (root == NULL) {
        return NULL;
    }

    rc = REG_INTERNAL;
    calendar = calloc(1, sizeof(reg_calendar_t));

    if (calendar == NULL) {
        reg_error_set(error, "%s: out of memory", path);

    } else {
        rc = reg_calendar_dates(root, "holidays", path, text,
                                &calendar->holidays, error);
    }

    if (rc == REG_OK) {
        rc = reg_calendar_dates(root, "workdays", path, text,
                                &calendar->workdays, error);
    }

    json_decref(root);
    free(text);

    if (rc != REG_OK) {
        reg_calendar_free(calendar);
        return NULL;
    }

    return calendar;
}


void
reg_calendar_free(reg_calendar_t *calendar)
{
    if (calendar == NULL) {
        return;
    }

    free(calendar->holidays.date);
    free(calendar->workdays.date);
    free(calendar);
}


reg_date_t
reg_calendar_add(const reg_calendar_t *calendar, reg_date_t date, unsigned n,
    int *provisional)
{
    *provisional = 0;

    while (n != 0) {
        date++;
        n -= reg_calendar_is_working(calendar, date, provisional);
    }

    return date;
}


static reg_code_t
reg_calendar_dates(const json_t *root, const char *name, const char *path,
    const char *text, reg_dates_t *dates, reg_error_t *error)
{
    void              *member;
    json_t            *object;
    reg_str_t          key;
    reg_json_place_t   list, place;

    list = (reg_json_place_t) { NULL, name, 0 };
    object = json_object_get(root, name);

    if (!json_is_object(object)) {
        reg_json_error(error, path, text, &list,
                       "must be an object of dates");
        return REG_FORMAT;
    }

    dates->date = malloc((json_object_size(object) + 1) * sizeof(reg_date_t));
    if (dates->date == NULL) {
        reg_error_set(error, "%s: out of memory", path);
        return REG_INTERNAL;
    }

    for (member = json_object_iter(object);
         member != NULL;
         member = json_object_iter_next(object, member))
    {
        key.data = (const unsigned char *) json_object_iter_key(member);
        key.len = strlen((const char *) key.data);

        dates->date[dates->n] = reg_date_parse(key);

        if (dates->date[dates->n] == REG_DATE_NONE) {
            place = (reg_json_place_t) { &list, (const char *) key.data, 0 };
            reg_json_error(error, path, text, &place,
                           "is no date of the form \"2026-01-01\"");
            return REG_FORMAT;
        }

        dates->n++;
    }

    qsort(dates->date, dates->n, sizeof(reg_date_t), reg_calendar_compare);

    return REG_OK;
}


static int
reg_calendar_compare(const void *a, const void *b)
{
    reg_date_t  one, two;

    one = *(const reg_date_t *) a;
    two = *(const reg_date_t *) b;

    return (one > two) - (one < two);
}


static int
reg_calendar_has(const reg_dates_t *dates, reg_date_t date)
{
    return bsearch(&date, dates->date, dates->n, sizeof(reg_date_t),
                   reg_calendar_compare)
           != NULL;
}


/*
 * A year is known when its National Day is in the file.  Other days would
 * not tell: a year's announcement may already name the end of the year
 * before it and the first days of the next.
 */

static int
reg_calendar_is_working(const reg_calendar_t *calendar, reg_date_t date,
    int *provisional)
{
    int  year, month, day, weekday;

    if (reg_calendar_has(&calendar->workdays, date)) {
        return 1;
    }

    if (reg_calendar_has(&calendar->holidays, date)) {
        return 0;
    }

    reg_date_split(date, &year, &month, &day);

    if (!reg_calendar_has(&calendar->holidays, reg_date_make(year, 10, 1))) {
        *provisional = 1;
    }

    /* 1970-01-01 was a Thursday; 0 is Monday. */

    weekday = (date % 7 + 7 + 3) % 7;

    return weekday < 5;
}
