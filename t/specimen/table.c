/* What the paper lies on, and what else lies there. */

#include <math.h>
#include <string.h>

#include "specimen.h"
#include "lists.h"


/* Smooth noise: random values on a grid, and what lies between them */

static double
lattice(uint32_t seed, int x, int y)
{
    uint32_t  h;

    h = seed ^ (uint32_t) x * 0x85ebca6b ^ (uint32_t) y * 0xc2b2ae35;
    h = (h ^ h >> 15) * 0x2c1b3c6d;
    h = (h ^ h >> 12) * 0x297a2d39;

    return ((h ^ h >> 15) & 0xffffff) / 16777215.0;
}


static double
smooth(uint32_t seed, double x, double y)
{
    int     left, top;
    double  fx, fy, above, below;

    left = (int) floor(x);
    top = (int) floor(y);
    fx = x - left;
    fy = y - top;
    fx = fx * fx * (3 - 2 * fx);
    fy = fy * fy * (3 - 2 * fy);

    above = lattice(seed, left, top) * (1 - fx)
            + lattice(seed, left + 1, top) * fx;
    below = lattice(seed, left, top + 1) * (1 - fx)
            + lattice(seed, left + 1, top + 1) * fx;

    return above * (1 - fy) + below * fy;
}


static double
cloudy(uint32_t seed, double x, double y)
{
    int     i;
    double  sum, share;

    for (i = 0, sum = 0, share = 0.5; i < 4; i++, share /= 2) {
        sum += share * smooth(seed + i, x, y);
        x *= 2.1;
        y *= 2.1;
    }

    return sum;
}


/* Each returns how light its stuff is, 0 to 1, at a place of a unit table. */

static double
wood(uint32_t seed, double x, double y)
{
    double  ring;

    ring = y * 26 + 5 * cloudy(seed, x * 2, y * 9);

    return 0.45 + 0.3 * cloudy(seed + 9, x * 7, y * 190)
           + 0.18 * sin(ring * 2.4);
}


static double
cloth(uint32_t seed, double x, double y)
{
    return 0.5 + 0.14 * sin(x * 620) + 0.14 * sin(y * 620)
           + 0.25 * cloudy(seed, x * 60, y * 60)
           + 0.35 * (cloudy(seed + 7, x * 3, y * 3) - 0.5);
}


static double
stone(uint32_t seed, double x, double y)
{
    double  vein;

    vein = fabs(cloudy(seed, x * 5, y * 5) - 0.45);

    return 0.62 + 0.25 * cloudy(seed + 5, x * 40, y * 40)
           - (vein < 0.03 ? 0.3 * (1 - vein / 0.03) : 0);
}


static double
tiles(uint32_t seed, double x, double y)
{
    double  edge;

    edge = fmin(fabs(x * 4 - round(x * 4)), fabs(y * 4 - round(y * 4)));

    return (edge < 0.012 ? 0.3 : 0.75)
           + 0.18 * cloudy(seed, x * 30, y * 30);
}


static double
plain(uint32_t seed, double x, double y)
{
    return 0.5 + 0.2 * cloudy(seed, x * 90, y * 90)
           + 0.2 * cloudy(seed + 3, x * 2, y * 2);
}


typedef struct {
    double   (*stuff)(uint32_t seed, double x, double y);
    unsigned   dark;
    unsigned   light;
} table_t;


static uint32_t
between(const table_t *t, double share)
{
    int       shift;
    double    value;
    uint32_t  out;

    share = fmin(1, fmax(0, share));

    for (shift = 16, out = 0; shift >= 0; shift -= 8) {
        value = (t->dark >> shift & 0xff) * (1 - share)
                + (t->light >> shift & 0xff) * share;
        out = out << 8 | (uint32_t) value;
    }

    return out;
}


/* A third of the size is enough: the table is never the sharpest. */

static void
lay_table(sp_random_t *r, cairo_surface_t *picture, const table_t *t)
{
    int               x, y, w, h, stride;
    double            turn, unit;
    cairo_t          *cr;
    uint32_t          seed, *pixels;
    cairo_surface_t  *small;

    w = cairo_image_surface_get_width(picture) / 3 + 2;
    h = cairo_image_surface_get_height(picture) / 3 + 2;
    small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
    pixels = (uint32_t *) cairo_image_surface_get_data(small);
    stride = cairo_image_surface_get_stride(small) / 4;

    seed = (uint32_t) sp_next(r);
    turn = sp_between(r, -0.4, 0.4) + (sp_chance(r, 0.5) ? M_PI / 2 : 0);
    unit = fmax(w, h) * sp_between(r, 0.8, 1.4);

    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            pixels[(size_t) y * stride + x]
                = between(t, t->stuff(seed,
                                      (x * cos(turn) - y * sin(turn)) / unit,
                                      (x * sin(turn) + y * cos(turn)) / unit));
        }
    }

    cairo_surface_mark_dirty(small);

    cr = cairo_create(picture);
    cairo_scale(cr, 3, 3);
    cairo_set_source_surface(cr, small, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_destroy(small);
}


void
sp_table(sp_specimen_t *s, cairo_surface_t *picture)
{
    table_t  table;

    static const table_t  tables[] = {
        { wood, 0x4a2c18, 0xb07a48 }, { wood, 0x6e4a2a, 0xd8b080 },
        { wood, 0x2c1c14, 0x6a4630 }, { cloth, 0x30405c, 0x7488a8 },
        { cloth, 0x6a5a50, 0xc0b0a0 }, { stone, 0x6a6a6e, 0xd8d6d2 },
        { stone, 0x1c1e22, 0x585c62 }, { tiles, 0x8a8478, 0xe0dcd0 },
        { plain, 0xb8b8b4, 0xf0f0ec }, { plain, 0x282a2e, 0x4a4c52 },
        { plain, 0x5a6a62, 0x98a89c }, { plain, 0x7a3030, 0xa85048 },
    };

    if (strcmp(s->level->name, "scan") == 0) {
        table = (table_t) { plain, 0xf0f0ee, 0xfcfcfb };

    } else if (strcmp(s->level->name, "example") == 0) {
        table = (table_t) { plain, 0xdfe3e6, 0xe6e9ec };

    } else if (s->fault == SP_FAULT_SCREEN) {
        table = (table_t) { plain, 0x101214, 0x24262a };

    } else {
        table = SP_PICK(&s->looks, tables);
    }

    lay_table(&s->looks, picture, &table);
}


/* One sheet of somebody else's print, lines up to its edges */

static void
sheet(sp_random_t *r, cairo_t *cr, double w, double h, double em)
{
    int          bold;
    double       y, size, top, left;
    const char  *font;

    sp_ink_alpha(cr, 0x000000, 0.25);
    cairo_rectangle(cr, em * 0.3, em * 0.35, w, h);
    cairo_fill(cr);
    sp_ink(cr, sp_chance(r, 0.7) ? 0xf4f3ee : 0xe6dcc4);
    cairo_rectangle(cr, 0, 0, w, h);
    cairo_fill(cr);

    cairo_save(cr);
    cairo_rectangle(cr, 0, 0, w, h);
    cairo_clip(cr);

    top = em * sp_between(r, 1, 4);
    left = em * sp_between(r, 0.5, 3);

    for (y = top; y < h - em; y += size * sp_between(r, 1.35, 1.9)) {
        size = em * sp_between(r, 0.7, 1.15);
        bold = sp_chance(r, 0.12);
        font = sp_chance(r, 0.6) ? SP_SONG : SP_HEI;
        sp_font(cr, font, bold, bold ? size * 1.5 : size);
        sp_ink(cr, 0x202024);
        (void) sp_text(cr, left, y + size, 0, sp_pick(r, sp_foreign_print));
    }

    cairo_restore(cr);
}


void
sp_table_print(sp_specimen_t *s, cairo_surface_t *picture, double em)
{
    int           i, n;
    double        w, h, x, y, angle;
    cairo_t      *cr;
    sp_random_t  *r;

    r = &s->looks;
    cr = cairo_create(picture);
    n = sp_integer(r, 1, 2);

    for (i = 0; i < n; i++) {
        w = s->width * sp_between(r, 0.5, 1.1);
        h = s->height * sp_between(r, 0.4, 1.1);
        x = s->width * sp_between(r, -0.3, 0.6);
        y = s->height * sp_between(r, -0.3, 0.6);
        angle = sp_between(r, -0.5, 0.5);

        cairo_save(cr);
        cairo_translate(cr, x, y);
        cairo_rotate(cr, angle);
        sheet(r, cr, w, h, em * sp_between(r, 0.8, 1.2));
        cairo_restore(cr);
    }

    cairo_destroy(cr);
}


/* A thin shadow of the paper's edge, from a light somewhere */

void
sp_paper_shadow(sp_random_t *r, cairo_t *cr, const sp_quad_t *quad,
    double size)
{
    int     i, j;
    double  dx, dy;

    dx = sp_between(r, -0.25, 0.25) * size;
    dy = sp_between(r, 0.05, 0.3) * size;

    for (i = 1; i <= 5; i++) {
        sp_ink_alpha(cr, 0x000000, 0.07);
        cairo_new_path(cr);

        for (j = 0; j < 4; j++) {
            cairo_line_to(cr, quad->x[j] + dx * i / 2, quad->y[j] + dy * i / 2);
        }

        cairo_close_path(cr);
        cairo_fill(cr);
    }
}
