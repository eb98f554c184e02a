/* Holders of passports and the two lines that machines read. */

#include <stdio.h>
#include <string.h>

#include "specimen.h"
#include "lists.h"


/* ICAO 9303-4, 4.2.2: TD3, each line 44 characters of A-Z, 0-9 and < */

static void
fill(char *line)
{
    size_t  i;

    for (i = 0; i < 44 && line[i]; i++) {
        if (line[i] == ' ') {
            line[i] = '<';
        }
    }

    memset(line + i, '<', 44 - i);
    line[44] = '\0';
}


void
sp_traveller_mrz(sp_traveller_t *t)
{
    char  born[32], ends[32], all[64], *line;

    line = t->mrz[0];
    line[0] = '\0';
    sp_add(line, sizeof(t->mrz[0]), "P<%s%s<<%s", t->country, t->surname,
           t->given);
    fill(line);

    sp_date_write(t->birth, "", born);
    sp_date_write(t->until, "", ends);

    line = t->mrz[1];
    line[0] = '\0';
    sp_add(line, sizeof(t->mrz[1]), "%s", t->number);
    fill(line);

    line[9] = sp_icao_check(line, 9);
    memcpy(line + 10, t->country, 3);
    memcpy(line + 13, born + 2, 6);
    line[19] = sp_icao_check(line + 13, 6);
    line[20] = t->sex;
    memcpy(line + 21, ends + 2, 6);
    line[27] = sp_icao_check(line + 21, 6);

    /* an empty personal number may have < for its check digit */

    line[42] = '<';

    memcpy(all, line, 10);
    memcpy(all + 10, line + 13, 7);
    memcpy(all + 17, line + 21, 22);
    line[43] = sp_icao_check(all, 39);
}


static void
number(sp_random_t *r, sp_traveller_t *t)
{
    int   digits;
    char  letter;

    letter = "ABCDEFGHJKLMNPRSTUVWXYZ"[sp_integer(r, 0, 22)];
    digits = sp_integer(r, 10000000, 99999999);

    if (strcmp(t->country, "CHN") == 0) {
        /* E, since 2017 with a second letter */

        if (sp_chance(r, 0.5)) {
            snprintf(t->number, sizeof(t->number), "E%c%07d", letter,
                     digits % 10000000);
        } else {
            snprintf(t->number, sizeof(t->number), "E%08d", digits);
        }

    } else if (strcmp(t->country, "USA") == 0
               || strcmp(t->country, "GBR") == 0)
    {
        snprintf(t->number, sizeof(t->number), "%d%d", digits,
                 sp_integer(r, 0, 9));

    } else if (strcmp(t->country, "JPN") == 0) {
        snprintf(t->number, sizeof(t->number), "T%c%07d", letter,
                 digits % 10000000);

    } else {
        snprintf(t->number, sizeof(t->number), "%c%08d", letter, digits);
    }
}


static void
override(sp_specimen_t *s, sp_traveller_t *t)
{
    if (s->name != NULL) {
        t->native[0] = '\0';
        sp_add(t->native, sizeof(t->native), "%s", s->name);
    }

    if (s->number != NULL) {
        snprintf(t->number, sizeof(t->number), "%.9s", s->number);
    }

    if (s->from != NULL) {
        t->from = sp_date_parse(s->from);
    }

    if (s->until != NULL) {
        t->until = sp_date_parse(s->until);
    }
}


void
sp_traveller(sp_specimen_t *s, sp_random_t *r)
{
    int                  male;
    sp_traveller_t      *t;
    const sp_country_t  *country;

    t = &s->traveller;

    country = &sp_countries[sp_integer(r, 0, (int) sp_countries_n - 1)];
    male = sp_chance(r, 0.5);

    t->country = country->country;
    t->country_name = country->name;
    t->sex = male ? 'M' : 'F';
    sp_add(t->surname, sizeof(t->surname), "%s",
           sp_pick(r, country->surnames));
    sp_add(t->given, sizeof(t->given), "%s",
           sp_pick(r, male ? country->men : country->women));

    if (strcmp(t->country, "CHN") == 0) {
        sp_person_name(r, male, t->native, sizeof(t->native));
    }

    number(r, t);
    t->birth = sp_date(r, s->today.year - 75, s->today.year - 18);

    do {
        t->from = sp_date(r, s->today.year - 10, s->today.year);
        t->until = sp_date_add(t->from, 10, -1);
    } while (sp_date_compare(t->from, s->today) > 0
             || sp_date_compare(t->until, s->today) <= 0);

    if (s->fault == SP_FAULT_EXPIRED) {
        t->from.year -= 11;
        t->until.year -= 11;
    }

    override(s, t);
    sp_traveller_mrz(t);

    if (s->fault == SP_FAULT_CHECK_DIGIT) {
        t->mrz[1][9] = t->mrz[1][9] == '9' ? '0' : t->mrz[1][9] + 1;
    }
}
