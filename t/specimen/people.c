/* Holders of resident identity cards, by the rules of the card's law. */

#include <string.h>

#include "specimen.h"
#include "lists.h"


static const char *
ethnicity(sp_random_t *r)
{
    int     sum, at;
    size_t  i;

    for (i = 0, sum = 0; i < 56; i++) {
        sum += sp_ethnicities[i].people;
    }

    at = sp_integer(r, 0, sum - 1);

    for (i = 0; at >= sp_ethnicities[i].people; i++) {
        at -= sp_ethnicities[i].people;
    }

    return sp_ethnicities[i].name;
}


/* Most bear the first surnames of the list: a square leans that way. */

static void
surname(sp_random_t *r, char *out, size_t size)
{
    int          n;
    double       lean;
    const char  *at;

    if (sp_chance(r, 0.02)) {
        sp_add(out, size, "%s", sp_pick(r, sp_double_surnames));
        return;
    }

    if (sp_chance(r, 0.04)) {
        at = sp_rare_surnames;
        lean = sp_between(r, 0, 1);

    } else {
        at = sp_surnames;
        lean = sp_between(r, 0, 1);
        lean *= lean;
    }

    n = (int) (lean * (double) sp_length(at));
    at = sp_nth(at, n);

    sp_add(out, size, "%.*s", (int) (sp_nth(at, 1) - at), at);
}


static void
given_name(sp_random_t *r, int male, char *out, size_t size)
{
    int   i, n;
    char  c[8];

    n = sp_chance(r, 0.86) ? 2 : 1;

    for (i = 0; i < n; i++) {
        sp_character(r, sp_chance(r, 0.06) ? sp_rare_given
                        : male ? sp_men : sp_women, c);
        sp_add(out, size, "%s", c);
    }
}


void
sp_person_name(sp_random_t *r, int male, char *out, size_t size)
{
    surname(r, out, size);
    given_name(r, male, out, size);
}


static void
name(sp_random_t *r, sp_person_t *p, int male)
{
    const sp_naming_t  *naming;

    naming = sp_naming(p->ethnicity);

    if (naming == NULL || sp_chance(r, 0.2)) {
        sp_person_name(r, male, p->name, sizeof(p->name));
        return;
    }

    if (naming->surnames != NULL) {
        sp_add(p->name, sizeof(p->name), "%s", sp_pick(r, naming->surnames));
        given_name(r, male, p->name, sizeof(p->name));
        return;
    }

    sp_add(p->name, sizeof(p->name), "%s", sp_pick(r, naming->given));

    if (naming->joint != NULL) {
        sp_add(p->name, sizeof(p->name), "%s%s", naming->joint,
               sp_pick(r, naming->given));
    }
}


/* The police of the district: a branch of the city's, or a county's own */

static void
authority(const sp_region_t *region, char *out, size_t size)
{
    char         branch[64];
    const char  *city;

    city = region->city[0] ? region->city : region->province;

    if (region->county[0] == '\0') {
        sp_add(out, size, "%s公安局", city);

    } else if (sp_ends(region->county, "区")) {
        branch[0] = '\0';
        sp_short_name(region->county, branch, sizeof(branch));
        sp_add(out, size, "%s公安局%s分局", city, branch);

    } else {
        sp_add(out, size, "%s公安局", region->county);
    }
}


/*
 * Valid for 5 years below the age of 16, 10 from 16, 20 from 26, without end
 * from 46 (the card's law, article 5).
 */

static void
term(sp_random_t *r, sp_person_t *p, sp_date_t today)
{
    int  years;

    /* issued after the card of 2004 began, and not run out */

    do {
        p->from = sp_date(r, 2005, today.year);

        years = sp_date_compare(p->from, sp_date_add(p->birth, 16, 0)) < 0 ? 5
                : sp_date_compare(p->from, sp_date_add(p->birth, 26, 0)) < 0
                  ? 10
                : sp_date_compare(p->from, sp_date_add(p->birth, 46, 0)) < 0
                  ? 20 : 0;

        memset(&p->until, 0, sizeof(p->until));

        if (years) {
            p->until = sp_date_add(p->from, years, 0);
        }

    } while (sp_date_compare(p->from, p->birth) < 0
             || sp_date_compare(p->from, today) > 0
             || (years && sp_date_compare(p->until, today) <= 0));
}


static void
expire(sp_person_t *p, sp_date_t today)
{
    p->until = sp_date_add(p->from, 10, 0);

    while (sp_date_compare(p->until, today) >= 0) {
        p->from.year--;
        p->until.year--;
    }

    /* a holder for whom that was the term */

    if (p->birth.year < p->from.year - 25
        || p->birth.year > p->from.year - 17)
    {
        p->birth.year = p->from.year - 20;
    }
}


/* What the command line says goes before what chance says. */

static void
given_number(sp_person_t *p, const char *number)
{
    char  born[9];

    p->number[0] = '\0';
    sp_add(p->number, sizeof(p->number), "%s", number);

    if (strlen(number) == 18) {
        memcpy(born, number + 6, 8);
        born[8] = '\0';

        p->birth = sp_date_parse(born);
        p->sex = (number[16] - '0') % 2 ? "男" : "女";
    }
}


static void
override(sp_specimen_t *s, sp_person_t *p)
{
    if (s->name != NULL) {
        p->name[0] = '\0';
        sp_add(p->name, sizeof(p->name), "%s", s->name);
    }

    if (s->from != NULL) {
        p->from = sp_date_parse(s->from);
    }

    if (s->until != NULL) {
        p->until = sp_date_parse(s->until);
    }
}


/* One in eight has moved since the number was given. */

void
sp_person(sp_specimen_t *s, sp_random_t *r)
{
    int           male;
    sp_region_t   home, first;
    sp_person_t  *p;

    p = &s->person;

    sp_region(r, &home);
    sp_region(r, &first);

    if (!sp_chance(r, 0.12)) {
        first = home;
    }

    male = sp_chance(r, 0.5);
    p->sex = male ? "男" : "女";
    p->ethnicity = ethnicity(r);
    p->birth = sp_chance(r, 0.04)
               ? sp_date(r, s->today.year - 15, s->today.year - 8)
               : sp_date(r, s->today.year - 76, s->today.year - 18);
    name(r, p, male);

    if (sp_chance(r, 0.35)) {
        sp_place(r, &home, p->address, sizeof(p->address));
        sp_village(r, p->address, sizeof(p->address));

    } else {
        sp_street(r, &home, p->address, sizeof(p->address));
    }

    authority(&home, p->authority, sizeof(p->authority));

    if (s->number != NULL) {
        given_number(p, s->number);
    }

    term(r, p, s->today);

    if (s->fault == SP_FAULT_EXPIRED) {
        expire(p, s->today);
    }

    if (s->number == NULL) {
        sp_resident_number(r, first.code, p->birth, male, p->number);
    }

    if (s->fault == SP_FAULT_CHECK_DIGIT) {
        sp_spoil_number(p->number);
    }

    override(s, p);
}
