/* What is written on the picture, as JSON: what a reader should find. */

#include <stdio.h>
#include <string.h>

#include "specimen.h"


static void
string(const char *name, const char *value)
{
    printf("\"%s\":\"", name);

    for ( /* void */ ; *value; value++) {
        if (*value == '"' || *value == '\\') {
            putchar('\\');
        }

        putchar(*value);
    }

    putchar('"');
}


static void
next_string(const char *name, const char *value)
{
    putchar(',');
    string(name, value);
}


static void
next_date(const char *name, sp_date_t date)
{
    char  text[32];

    sp_date_write(date, "-", text);
    next_string(name, text);
}


static void
portrait(const sp_person_t *p)
{
    string("name", p->name);
    next_string("sex", strcmp(p->sex, "男") == 0 ? "M" : "F");
    next_string("ethnicity", p->ethnicity);
    next_date("birth_date", p->birth);
    next_string("address", p->address);
    next_string("id_number", p->number);
}


static void
emblem(const sp_person_t *p)
{
    string("authority", p->authority);
    next_date("valid_from", p->from);

    if (p->until.year) {
        next_date("valid_until", p->until);

    } else {
        printf(",\"long_term\":true");
    }
}


static void
licence(const sp_company_t *c)
{
    string("name", c->name);
    next_string("id_number", c->code);
    next_string("type", c->type);
    next_string("legal_person", c->chief);
    next_date("established", c->established);

    if (c->long_term) {
        printf(",\"long_term\":true");

    } else if (c->terms) {
        next_date("valid_until", c->until);
    }

    next_string("address", c->address);
}


static void
passport(const sp_traveller_t *t)
{
    char  name[100];

    snprintf(name, sizeof(name), "%s %s", t->surname, t->given);

    string("name", name);
    next_string("sex", t->sex == 'M' ? "M" : "F");
    next_string("nationality", t->country);
    next_date("birth_date", t->birth);
    next_string("id_number", t->number);
    next_date("valid_until", t->until);
}


void
sp_truth(const sp_specimen_t *s)
{
    putchar('{');
    string("kind", s->kind);
    next_string("drawn", s->drawn);
    next_string("level", s->level->name);
    next_string("fault", sp_fault_name(s->fault));
    printf(",\"seed\":%u,\"width\":%d,\"height\":%d,\"orientation\":%d",
           s->seed, s->width, s->height, s->orientation);
    next_string("file", s->file);
    printf(",\"fields\":{");

    if (s->fault == SP_FAULT_BLANK || s->fault == SP_FAULT_NOTHING
        || s->fault == SP_FAULT_GARBAGE)
    {
        /* nothing can be read */

    } else if (strcmp(s->drawn, "id_card_emblem") == 0) {
        emblem(&s->person);

    } else if (strcmp(s->drawn, "licence") == 0) {
        licence(&s->company);

    } else if (strcmp(s->drawn, "passport_page") == 0) {
        passport(&s->traveller);

    } else {
        portrait(&s->person);
    }

    puts("}}");
}
