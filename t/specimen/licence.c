/*
 * Business licences as they have looked since 2019 (landscape: 正本 on A3, 副本
 * on A4, two columns, QR code) and from 2014 until then (副本 upright on A4,
 * one column).
 */

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "specimen.h"


#define PRINT  0x1a1a1c


/* How a licence is set: its fonts and the manner of its dates */

typedef struct {
    const char  *label;
    const char  *value;
    int          bold;
    double       size;
    int          slashes;               /* 2019-03-12 instead of 年月日 */
} style_t;


static void
frame(cairo_t *cr, double w, double h)
{
    cairo_pattern_t  *colour;

    colour = cairo_pattern_create_linear(0, 0, 0, h);
    cairo_pattern_add_color_stop_rgb(colour, 0, 0.985, 0.975, 0.94);
    cairo_pattern_add_color_stop_rgb(colour, 1, 0.975, 0.965, 0.92);
    cairo_set_source(cr, colour);
    cairo_paint(cr);
    cairo_pattern_destroy(colour);

    sp_guilloche(cr, 0, 0, w, h, 4.2, 0xd8c890, 0.35);

    /* a broad border with waves in it, a fine line on either side */

    cairo_set_line_width(cr, 7);
    sp_ink(cr, 0xc9ad68);
    cairo_rectangle(cr, 11, 11, w - 22, h - 22);
    cairo_stroke(cr);

    cairo_save(cr);
    cairo_rectangle(cr, 7.5, 7.5, w - 15, h - 15);
    cairo_rectangle(cr, 14.5, h - 14.5, w - 29, 29 - h);
    cairo_set_fill_rule(cr, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_clip(cr);
    sp_guilloche(cr, 0, 0, w, h, 1.6, 0x7a5a20, 0.7);
    cairo_restore(cr);

    cairo_set_line_width(cr, 0.5);
    sp_ink(cr, 0xa07830);
    cairo_rectangle(cr, 16.5, 16.5, w - 33, h - 33);
    cairo_stroke(cr);
}


static void
square(cairo_t *cr, double x, double y, double size)
{
    cairo_rectangle(cr, x, y, size, size);
    cairo_fill(cr);
}


/* Squares as a QR code has them; it says nothing. */

static void
code_picture(sp_random_t *r, cairo_t *cr, double x, double y, double size)
{
    int     i, j;
    double  unit;

    static const int  corners[][2] = { { 0, 0 }, { 22, 0 }, { 0, 22 } };

    unit = size / 29;
    sp_ink(cr, 0x101010);

    for (i = 0; i < 29; i++) {
        for (j = 0; j < 29; j++) {
            if (sp_chance(r, 0.48)) {
                square(cr, x + i * unit, y + j * unit, unit * 1.02);
            }
        }
    }

    for (i = 0; i < 3; i++) {
        double  left = x + corners[i][0] * unit;
        double  top = y + corners[i][1] * unit;

        sp_ink(cr, 0xfafaf4);
        square(cr, left - unit, top - unit, 9 * unit);
        sp_ink(cr, 0x101010);
        square(cr, left, top, 7 * unit);
        sp_ink(cr, 0xfafaf4);
        square(cr, left + unit, top + unit, 5 * unit);
        sp_ink(cr, 0x101010);
        square(cr, left + 2 * unit, top + 2 * unit, 3 * unit);
    }
}


/* Round, red, the name along the rim, a star in the middle */

static void
seal(sp_specimen_t *s, cairo_t *cr, double x, double y, double radius)
{
    int         i, n;
    char        c[8];
    double      angle;
    const char *name;

    name = s->company.registrar;
    n = (int) sp_length(name);

    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, sp_between(&s->looks, -0.12, 0.12));
    sp_ink_alpha(cr, 0xd0242a, sp_between(&s->looks, 0.55, 0.8));

    cairo_set_line_width(cr, radius * 0.05);
    cairo_new_path(cr);
    cairo_arc(cr, 0, 0, radius, 0, 2 * M_PI);
    cairo_stroke(cr);

    for (i = 0; i < 5; i++) {
        cairo_line_to(cr, radius * 0.27 * sin(i * 4 * M_PI / 5),
                      -radius * 0.27 * cos(i * 4 * M_PI / 5));
    }

    cairo_fill(cr);
    sp_font(cr, SP_SONG, 1, radius * (n > 12 ? 0.23 : 0.3));

    for (i = 0; i < n; i++) {
        snprintf(c, sizeof(c), "%.*s",
                 (int) (sp_nth(name, i + 1) - sp_nth(name, i)),
                 sp_nth(name, i));

        angle = (i - (n - 1) / 2.0) * fmin(4.3 / n, 0.42);
        cairo_save(cr);
        cairo_rotate(cr, angle);
        sp_centre(cr, 0, -radius * 0.66, 0, c);
        cairo_restore(cr);
    }

    sp_font(cr, SP_SONG, 1, radius * 0.2);
    sp_centre(cr, 0, radius * 0.66, 0, "样本 SPECIMEN");
    cairo_restore(cr);
}


static void
write_date(const style_t *style, sp_date_t date, char *out, size_t size)
{
    sp_add(out, size, style->slashes ? "%04d-%02d-%02d" : "%04d年%02d月%02d日",
           date.year, date.month, date.day);
}


static void
write_term(const style_t *style, const sp_company_t *c, char *out,
    size_t size)
{
    if (c->long_term && style->slashes) {
        sp_add(out, size, "长期");
        return;
    }

    write_date(style, c->established, out, size);
    sp_add(out, size, style->slashes ? " 至 " : "至");

    if (c->long_term) {
        sp_add(out, size, "长期");

    } else {
        write_date(style, c->until, out, size);
    }
}


/* One label and what stands behind it; returns where the next one may be. */

static double
entry(cairo_t *cr, const style_t *style, double x, double y, double width,
    const char *label, const char *value)
{
    double  indent;

    indent = style->size * 7.2;

    sp_ink(cr, 0x4a3a20);
    sp_font(cr, style->label, style->bold, style->size);
    sp_spread(cr, x, y, style->size * 5 + 0.1, label);

    if (sp_width(cr, 0, label) > style->size * 5.2) {
        indent = sp_width(cr, 0, label) + style->size;
    }

    sp_ink(cr, PRINT);
    sp_font(cr, style->value, 0, style->size);

    return sp_wrap(cr, x + indent, y, width - indent, style->size * 1.45,
                   value);
}


/* The scope is set smaller the longer it is. */

static void
long_entry(cairo_t *cr, const style_t *style, double x, double y,
    double width, double height, const char *value)
{
    double  size, lines, indent;

    indent = style->size * 7.2;

    sp_ink(cr, 0x4a3a20);
    sp_font(cr, style->label, style->bold, style->size);
    sp_spread(cr, x, y, style->size * 5 + 0.1, "经营范围");

    for (size = style->size * 0.85; size > 1.6; size *= 0.94) {
        lines = ceil(sp_length(value) * size / (width - indent - size));

        if (lines * size * 1.3 < height) {
            break;
        }
    }

    sp_ink(cr, PRINT);
    sp_font(cr, style->value, 0, size);
    (void) sp_wrap(cr, x + indent, y, width - indent, size * 1.3, value);
}


static void
style_of(sp_random_t *r, style_t *style, double size)
{
    static const char *const  values[] = { SP_SONG, SP_HEI, SP_SANS, SP_SONG };

    style->value = SP_PICK(r, values);
    style->label = sp_chance(r, 0.7) ? SP_SONG : SP_SANS;
    style->bold = sp_chance(r, 0.6);
    style->slashes = sp_chance(r, 0.25);
    style->size = size;
}


static void
foot(sp_specimen_t *s, cairo_t *cr, double w, double h, double unit)
{
    char                 issued[64];
    const sp_company_t  *c;

    c = &s->company;

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SONG, 1, unit * 4.6);
    (void) sp_text(cr, w * 0.66, h - unit * 42, unit * 1.5, "登记机关");

    snprintf(issued, sizeof(issued), "%d 年 %02d 月 %02d 日", c->issued.year,
             c->issued.month, c->issued.day);
    sp_font(cr, SP_SONG, 0, unit * 4.2);
    (void) sp_text(cr, w * 0.68, h - unit * 28, unit * 0.6, issued);

    seal(s, cr, w * 0.79, h - unit * 37, unit * 19);

    sp_ink(cr, 0x4a3a20);
    sp_font(cr, SP_SANS, 0, unit * 2.3);
    (void) sp_text(cr, unit * 19, h - unit * 9.5, 0,
                   "国家企业信用信息公示系统网址：http://www.gsxt.gov.cn");

    if (w > h) {
        sp_centre(cr, w * 0.54, h - unit * 9.5, 0,
                  "市场主体应当于每年1月1日至6月30日通过国家企业信用信息"
                  "公示系统报送公示年度报告");
    }

    (void) sp_text(cr, w - unit * 62, h - unit * 9.5, 0,
                   "国家市场监督管理总局监制");
}


static void
heading(sp_specimen_t *s, cairo_t *cr, double w, double unit, int copy)
{
    char  line[32];

    sp_emblem(cr, w / 2, unit * 33, unit * 10);

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SONG, 1, unit * 19);
    sp_centre(cr, w / 2, unit * 65, unit * 8, "营业执照");

    if (copy) {
        snprintf(line, sizeof(line), "(副  本)(%d-%d)",
                 sp_integer(&s->looks, 1, 2), 2);
        sp_font(cr, SP_SONG, 0, unit * 5);
        sp_centre(cr, w / 2, unit * 74, unit * 0.3, line);
    }
}


static void
code_side(sp_specimen_t *s, cairo_t *cr, double w, double unit)
{
    sp_ink(cr, 0x4a3a20);
    sp_font(cr, SP_SANS, 0, unit * 3.8);
    (void) sp_text(cr, unit * 25, unit * 36, unit * 0.1,
                   "统一社会信用代码");

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SANS, 1, unit * 5.2);
    (void) sp_text(cr, unit * 25, unit * 43, unit * 0.15, s->company.code);

    code_picture(&s->looks, cr, w - unit * 70, unit * 28, unit * 22);

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SANS, 0, unit * 2.3);
    (void) sp_wrap(cr, w - unit * 45, unit * 31, unit * 24, unit * 3.4,
                   "扫描二维码登录“国家企业信用信息公示系统”了解更多登记、"
                   "备案、许可、监管信息。");
}


/* Since 2019; unit is 1 on A4 and √2 on A3. */

static void
landscape(sp_specimen_t *s, cairo_t *cr, double w, double h, double unit,
    int copy)
{
    char                 text[160];
    double               left, right, y, pitch, wide;
    style_t              style;
    const sp_company_t  *c;

    c = &s->company;
    style_of(&s->looks, &style, unit * sp_between(&s->looks, 4.1, 4.6));

    frame(cr, w, h);
    heading(s, cr, w, unit, copy);
    code_side(s, cr, w, unit);

    pitch = unit * 11.5;
    left = unit * 25;
    right = w * 0.535;
    wide = right - left - unit * 5;

    y = unit * 88;
    y = fmax(y, entry(cr, &style, left, y, wide, "名称", c->name)) + pitch;
    y = entry(cr, &style, left, y, wide, "类型", c->type) + pitch;
    y = entry(cr, &style, left, y, wide, c->chief_label, c->chief) + pitch;
    long_entry(cr, &style, left, y, wide, h - y - unit * 22, c->scope);

    wide = w - right - unit * 24;
    y = unit * 88;

    if (c->capital[0]) {
        y = entry(cr, &style, right, y, wide, "注册资本", c->capital) + pitch;
    }

    text[0] = '\0';
    write_date(&style, c->established, text, sizeof(text));
    y = entry(cr, &style, right, y, wide, c->from_label, text) + pitch;

    if (c->terms) {
        text[0] = '\0';
        write_term(&style, c, text, sizeof(text));
        y = entry(cr, &style, right, y, wide, "营业期限", text) + pitch;
    }

    (void) entry(cr, &style, right, y, wide, c->address_label, c->address);

    foot(s, cr, w, h, unit);
    sp_mark(cr, w * 0.56, h - unit * 22, unit * 9, -0.05);
}


static void
original(sp_specimen_t *s, cairo_t *cr)
{
    landscape(s, cr, 420, 297, 1.414, 0);
}


static void
copy(sp_specimen_t *s, cairo_t *cr)
{
    landscape(s, cr, 297, 210, 1, 1);
}


static void
upright(sp_specimen_t *s, cairo_t *cr)
{
    char                 text[160];
    double               y, pitch;
    style_t              style;
    const sp_company_t  *c;

    c = &s->company;
    style_of(&s->looks, &style, sp_between(&s->looks, 4.2, 4.7));
    style.slashes = 0;

    frame(cr, 210, 297);
    heading(s, cr, 210, 1, 1);

    sp_ink(cr, PRINT);
    sp_font(cr, SP_SANS, 0, 4.2);
    sp_centre(cr, 105, 86, 0, "统一社会信用代码");
    sp_font(cr, SP_SANS, 1, 4.8);
    sp_centre(cr, 105, 93, 0.2, c->code);

    pitch = 11;
    y = 108;
    y = entry(cr, &style, 32, y, 150, "名称", c->name) + pitch;
    y = entry(cr, &style, 32, y, 150, "类型", c->type) + pitch;
    y = entry(cr, &style, 32, y, 150, c->address_label, c->address) + pitch;
    y = entry(cr, &style, 32, y, 150, c->chief_label, c->chief) + pitch;

    if (c->capital[0]) {
        y = entry(cr, &style, 32, y, 150, "注册资本", c->capital) + pitch;
    }

    text[0] = '\0';
    write_date(&style, c->established, text, sizeof(text));
    y = entry(cr, &style, 32, y, 150, c->from_label, text) + pitch;

    if (c->terms) {
        text[0] = '\0';
        write_term(&style, c, text, sizeof(text));
        y = entry(cr, &style, 32, y, 150, "营业期限", text) + pitch;
    }

    long_entry(cr, &style, 32, y, 150, 240 - y, c->scope);

    foot(s, cr, 210, 297, 1);
    sp_mark(cr, 70, 266, 8, -0.05);
}


sp_paper_t
sp_licence(sp_specimen_t *s)
{
    switch (sp_integer(&s->looks, 0, 9)) {

    case 0:
    case 1:
    case 2:
        return (sp_paper_t) { 420, 297, 6, 0, original };

    case 3:
    case 4:
        return (sp_paper_t) { 210, 297, 4.3, 0, upright };

    default:
        return (sp_paper_t) { 297, 210, 4.3, 0, copy };
    }
}
