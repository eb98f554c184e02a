/*
 * The data page of a passport: 125 by 88 mm, and at its foot the zone that
 * machines read, 23.2 mm high, ten characters of OCR-B an inch (ICAO 9303-4).
 */

#include <stdio.h>
#include <string.h>

#include "specimen.h"


#define PAGE_W  125.0
#define PAGE_H  88.0

#define PRINT   0x1c1c20
#define SMALL   0x40506a


static void
ground(sp_random_t *r, cairo_t *cr)
{
    unsigned  tint;

    static const unsigned  tints[] = { 0x7ab08a, 0x90a0d0, 0xc89a7a, 0x9ab0b8 };

    tint = SP_PICK(r, tints);

    sp_ink(cr, 0xf2f0e8);
    cairo_paint(cr);
    sp_guilloche(cr, 0, 0, PAGE_W, PAGE_H - 24, 1.3, tint, 0.42);
    sp_guilloche(cr, 0, 10, PAGE_W, PAGE_H - 34, 2.1, 0xc08a90, 0.3);
}


static void
field(cairo_t *cr, double x, double y, const char *label, const char *text)
{
    sp_font(cr, SP_SANS, 0, 1.9);
    sp_ink(cr, SMALL);
    (void) sp_text(cr, x, y, 0, label);

    sp_font(cr, SP_SANS, 0, 3.1);
    sp_ink(cr, PRINT);
    (void) sp_text(cr, x, y + 3.6, 0.1, text);
}


/* 03 7月/JUL 2019 of Chinese passports, 03 JUL 2019 of the others */

static const char *
visual_date(sp_date_t date, int chinese, char out[48])
{
    static const char *const  months[] = {
        "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT",
        "NOV", "DEC"
    };

    if (chinese) {
        snprintf(out, 48, "%02d %d月/%s %d", date.day, date.month,
                 months[date.month - 1], date.year);
    } else {
        snprintf(out, 48, "%02d %s %d", date.day, months[date.month - 1],
                 date.year);
    }

    return out;
}


static void
heading(cairo_t *cr, const sp_traveller_t *t, int chinese)
{
    sp_font(cr, SP_SONG, 1, 5);
    sp_ink(cr, 0x8a2030);
    (void) sp_text(cr, 6, 9, 0.4, chinese ? "护照" : "PASSPORT");
    sp_font(cr, SP_SANS, 1, 2.6);
    (void) sp_text(cr, 6, 14.2, 0.2, chinese ? "PASSPORT" : "PASSEPORT");

    field(cr, 44, 6, chinese ? "类型/Type" : "Type/Type", "P");
    field(cr, 60, 6, chinese ? "国家码/Country Code" : "Code/Code",
          t->country);
    field(cr, 88, 6, chinese ? "护照号/Passport No."
                             : "Passport No./Passeport No.", t->number);
}


static void
holder(cairo_t *cr, const sp_traveller_t *t, int chinese)
{
    char  name[128];

    name[0] = '\0';

    if (chinese) {
        sp_add(name, sizeof(name), "%s", t->native);
        field(cr, 44, 15, "姓名/Name", name);
        name[0] = '\0';
        sp_add(name, sizeof(name), "%s, %s", t->surname, t->given);
        sp_font(cr, SP_SANS, 0, 3.1);
        (void) sp_text(cr, 44, 23, 0.1, name);

    } else {
        field(cr, 44, 14, "Surname/Nom", t->surname);
        field(cr, 44, 21, "Given names/Prénoms", t->given);
    }
}


static void
page(sp_specimen_t *s, cairo_t *cr)
{
    int                    i, chinese;
    char                   date[48];
    const sp_traveller_t  *t;

    t = &s->traveller;
    chinese = strcmp(t->country, "CHN") == 0;

    ground(&s->looks, cr);
    sp_portrait(&s->looks, cr, 5, 18, 34, 43);
    heading(cr, t, chinese);
    holder(cr, t, chinese);

    field(cr, 44, 28, chinese ? "性别/Sex" : "Sex/Sexe",
          chinese ? t->sex == 'M' ? "男/M" : "女/F"
                  : t->sex == 'M' ? "M" : "F");
    field(cr, 62, 28, chinese ? "国籍/Nationality"
                              : "Nationality/Nationalité", t->country_name);
    field(cr, 44, 36, chinese ? "出生日期/Date of birth"
                              : "Date of birth/Date de naissance",
          visual_date(t->birth, chinese, date));
    field(cr, 44, 44, chinese ? "签发日期/Date of issue"
                              : "Date of issue/Date de délivrance",
          visual_date(t->from, chinese, date));
    field(cr, 88, 44, chinese ? "有效期至/Date of expiry"
                              : "Date of expiry/Date d'expiration",
          visual_date(t->until, chinese, date));
    field(cr, 44, 52, chinese ? "签发机关/Authority" : "Authority/Autorité",
          chinese ? "样本机关/SPECIMEN OFFICE" : "SPECIMEN OFFICE");

    sp_font(cr, SP_OCRB, 0, 3.75);
    sp_ink(cr, PRINT);

    for (i = 0; i < 2; i++) {
        sp_spread(cr, 5.5, 72.8 + 7.2 * i, 43 * 2.54 + 2.2, t->mrz[i]);
    }

    sp_mark(cr, 90, 61.5, 5, -0.06);
}


sp_paper_t
sp_passport(sp_specimen_t *s)
{
    (void) s;

    return (sp_paper_t) { PAGE_W, PAGE_H, 3.1, 2.5, page };
}
