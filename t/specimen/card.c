/*
 * Both sides of the resident identity card of the second generation: 85.6 by
 * 54 mm (GA 448), lines where the card has them.
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "specimen.h"


#define CARD_W   85.6
#define CARD_H   54.0

#define LABEL    0x3a6ea5
#define PRINT    0x17171a


/* Blue above, rose below, waves in both, hills far behind */

static void
ground(sp_random_t *r, cairo_t *cr, int emblem)
{
    double            fade;
    cairo_pattern_t  *colour;

    fade = sp_between(r, -0.02, 0.02);

    colour = cairo_pattern_create_linear(0, 0, CARD_W, CARD_H);
    cairo_pattern_add_color_stop_rgb(colour, 0, 0.86 + fade, 0.93, 0.95);
    cairo_pattern_add_color_stop_rgb(colour, 0.55, 0.93 + fade, 0.94, 0.93);
    cairo_pattern_add_color_stop_rgb(colour, 1, 0.93 + fade, 0.88, 0.89);
    cairo_set_source(cr, colour);
    cairo_paint(cr);
    cairo_pattern_destroy(colour);

    sp_guilloche(cr, 0, 0, CARD_W, CARD_H, 0.75, 0x6ab0c8, 0.3);
    sp_guilloche(cr, 0, CARD_H * 0.35, CARD_W, CARD_H, 0.95, 0xd08aa0, 0.26);

    if (emblem) {
        sp_guilloche(cr, CARD_W * 0.25, CARD_H * 0.35, CARD_W * 0.7,
                     CARD_H * 0.45, 0.6, 0x90a8b8, 0.35);
    }
}


static double
label(cairo_t *cr, double x, double y, const char *text)
{
    sp_font(cr, SP_HEI, 0, 2.75);
    sp_ink(cr, LABEL);

    return sp_text(cr, x, y, 0.55, text);
}


static double
value(cairo_t *cr, const char *font, double x, double y, double size,
    const char *text)
{
    sp_font(cr, font, 0, size);
    sp_ink(cr, PRINT);

    return sp_text(cr, x, y, 0.12, text);
}


/* The holder's address: eleven characters a line, three or four lines */

static void
address(cairo_t *cr, const char *font, const char *text)
{
    sp_font(cr, font, 0, 3.05);
    sp_ink(cr, PRINT);
    (void) sp_wrap(cr, 15.6, 31.3, 3.05 * 11, 4.15, text);
}


static void
born(cairo_t *cr, const char *font, sp_date_t birth)
{
    char    text[16];
    double  x;

    (void) label(cr, 6, 23.9, "出生");

    snprintf(text, sizeof(text), "%d", birth.year);
    x = value(cr, font, 15.6, 23.9, 3.05, text);
    x = label(cr, fmax(x + 0.8, 23.6), 23.9, "年");

    snprintf(text, sizeof(text), "%d", birth.month);
    x = value(cr, font, x + (birth.month < 10 ? 1.6 : 0.9), 23.9, 3.05, text);
    x = label(cr, x + 0.9, 23.9, "月");

    snprintf(text, sizeof(text), "%d", birth.day);
    x = value(cr, font, x + (birth.day < 10 ? 1.6 : 0.9), 23.9, 3.05, text);
    (void) label(cr, x + 0.9, 23.9, "日");
}


static void
portrait_side(sp_specimen_t *s, cairo_t *cr)
{
    const char         *font;
    const sp_person_t  *p;

    p = &s->person;
    font = sp_chance(&s->looks, 0.6) ? SP_HEI : SP_SANS;

    ground(&s->looks, cr, 0);
    sp_portrait(&s->looks, cr, 54.5, 7.5, 26, 32);

    (void) label(cr, 6, 10.9, "姓名");
    (void) value(cr, font, 15.6, 11, 3.6, p->name);

    (void) label(cr, 6, 17.4, "性别");
    (void) value(cr, font, 15.6, 17.4, 3.05, p->sex);
    (void) label(cr, 24.2, 17.4, "民族");
    (void) value(cr, font, 32.6, 17.4, 3.05, p->ethnicity);

    born(cr, font, p->birth);

    (void) label(cr, 6, 31.3, "住址");
    address(cr, font, p->address);

    sp_font(cr, SP_HEI, 0, 2.75);
    sp_ink(cr, LABEL);
    (void) sp_text(cr, 6, 49, 0.2, "公民身份号码");

    sp_font(cr, SP_OCRB, 0, 4.1);
    sp_ink(cr, PRINT);
    sp_spread(cr, 28.6, 49.1, 51, p->number);

    sp_mark(cr, 67.5, 35.5, 3.4, -0.32);
}


static void
emblem_side(sp_specimen_t *s, cairo_t *cr)
{
    char                from[32], until[32], term[80];
    const char         *font;
    const sp_person_t  *p;

    p = &s->person;
    font = sp_chance(&s->looks, 0.6) ? SP_HEI : SP_SANS;

    ground(&s->looks, cr, 1);
    sp_emblem(cr, 12.5, 12.5, 7.2);

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SONG, 1, 5.6);
    sp_spread(cr, 25.5, 12.6, 50, "中华人民共和国");
    sp_font(cr, SP_SONG, 1, 8.2);
    sp_spread(cr, 25, 23.4, 51, "居民身份证");

    sp_font(cr, SP_HEI, 0, 2.75);
    sp_ink(cr, PRINT);
    (void) sp_text(cr, 22, 42.4, 0.3, "签发机关");
    (void) sp_text(cr, 22, 49, 0.3, "有效期限");

    (void) value(cr, font, 36.4, 42.4, 3.05, p->authority);

    sp_date_write(p->from, ".", from);
    sp_date_write(p->until, ".", until);
    snprintf(term, sizeof(term), "%s-%s", from,
             p->until.year ? until : "长期");
    (void) value(cr, font, 36.4, 49, 3.05, term);

    sp_mark(cr, 60, 34, 4.2, -0.08);
}


sp_paper_t
sp_card_portrait(sp_specimen_t *s)
{
    (void) s;

    return (sp_paper_t) { CARD_W, CARD_H, 3.05, 3.2, portrait_side };
}


sp_paper_t
sp_card_emblem(sp_specimen_t *s)
{
    (void) s;

    return (sp_paper_t) { CARD_W, CARD_H, 3.05, 3.2, emblem_side };
}
