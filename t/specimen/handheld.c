/* A person in a room who holds a card, and fingers on the edge of a paper. */

#include <math.h>

#include "specimen.h"


#define SKIN  0xdeb294


static const unsigned  skins[] = {
    0xd9a988, 0xe4bb9c, 0xc79474, 0xb98262, 0xeac6aa
};


/* A hand that comes from the right, its fingers' roots at width */

static void
hand(cairo_t *cr, double width, double length)
{
    cairo_move_to(cr, width, -width / 2);
    cairo_curve_to(cr, length * 0.5, -width * 0.5, length * 0.6, -width * 1.6,
                   length, -width * 2);
    cairo_line_to(cr, length, width * 1.5);
    cairo_curve_to(cr, length * 0.7, width * 1.1, length * 0.5, width * 0.5,
                   width, width / 2);
    cairo_fill(cr);
}


/*
 * One finger from outside the paper over its edge.  The point is the tip; the
 * angle says where the finger comes from.
 */

static void
finger(cairo_t *cr, unsigned tone, double x, double y, double angle,
    double width, double length)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle);

    sp_ink_alpha(cr, 0x000000, 0.22);
    sp_rounded(cr, -width * 0.08, -width * 0.42, length, width, width / 2);
    cairo_fill(cr);

    sp_ink(cr, tone);
    sp_rounded(cr, 0, -width / 2, length, width, width / 2);
    cairo_fill(cr);

    if (length > 4 * width) {
        hand(cr, width, length);
    }

    sp_ink_alpha(cr, 0xf6dcd0, 0.8);
    sp_rounded(cr, width * 0.08, -width * 0.3, width * 0.62, width * 0.6,
               width * 0.26);
    cairo_fill(cr);

    cairo_restore(cr);
}


/*
 * On the left or right edge, below the middle, where neither side of the card
 * nor the other papers have print within 4 mm.
 */

void
sp_fingers(sp_random_t *r, cairo_t *cr, const sp_quad_t *quad, double scale)
{
    int     right, a, b;
    double  at, x, y, angle, depth;

    right = sp_chance(r, 0.5);
    a = right ? 1 : 0;
    b = right ? 2 : 3;

    at = sp_between(r, 0.35, 0.75);
    x = quad->x[a] + (quad->x[b] - quad->x[a]) * at;
    y = quad->y[a] + (quad->y[b] - quad->y[a]) * at;

    /* outwards along the paper's own lines */

    angle = right ? atan2(quad->y[1] - quad->y[0], quad->x[1] - quad->x[0])
                  : atan2(quad->y[0] - quad->y[1], quad->x[0] - quad->x[1]);
    depth = sp_between(r, 2, 4.2) * scale;

    finger(cr, SP_PICK(r, skins), x - depth * cos(angle),
           y - depth * sin(angle), angle + sp_between(r, -0.2, 0.2),
           17 * scale, 130 * scale);
}


static void
wall(sp_random_t *r, cairo_t *cr, double w, double h)
{
    int               i, n;
    double            x, y, side;
    cairo_pattern_t  *colour;

    static const unsigned  things[] = {
        0x8a6a4a, 0x4a5a6a, 0xb0a890, 0x6a4a4a, 0x39463c
    };

    colour = cairo_pattern_create_linear(0, 0, w, h);
    cairo_pattern_add_color_stop_rgb(colour, 0, 0.86, 0.85, 0.82);
    cairo_pattern_add_color_stop_rgb(colour, 1, 0.68, 0.69, 0.70);
    cairo_set_source(cr, colour);
    cairo_paint(cr);
    cairo_pattern_destroy(colour);

    /* frames, shelves, a door: angular things behind */

    n = sp_integer(r, 1, 5);

    for (i = 0; i < n; i++) {
        x = w * sp_between(r, -0.1, 0.95);
        y = h * sp_between(r, -0.1, 0.6);
        side = w * sp_between(r, 0.12, 0.35);

        sp_ink_alpha(cr, SP_PICK(r, things), 0.8);
        cairo_rectangle(cr, x, y, side, side * sp_between(r, 0.6, 2.4));
        cairo_fill(cr);
    }
}


/* An arm in the coat's colour from the shoulder to the card */

static void
arm(cairo_t *cr, double x, double y, double elbow_x, double elbow_y,
    double to_x, double to_y, double width)
{
    cairo_set_line_width(cr, width);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, elbow_x, elbow_y);
    cairo_line_to(cr, to_x, to_y);
    cairo_stroke(cr);
}


/* The middle of the edge that the left (0) or right (1) hand holds */

static void
grip(const sp_quad_t *quad, int right, double *x, double *y)
{
    int  a, b;

    a = right ? 1 : 0;
    b = right ? 2 : 3;

    *x = quad->x[a] * 0.3 + quad->x[b] * 0.7;
    *y = quad->y[a] * 0.3 + quad->y[b] * 0.7;
}


static double
millimetre(const sp_quad_t *quad)
{
    return hypot(quad->x[1] - quad->x[0], quad->y[1] - quad->y[0]) / 85.6;
}


/* Behind the card: palms, and the fingers that are bent round it */

static void
palms(cairo_t *cr, const sp_quad_t *quad)
{
    int     i;
    double  x, y, size;

    size = millimetre(quad);
    sp_ink(cr, SKIN);

    for (i = 0; i < 2; i++) {
        grip(quad, i, &x, &y);

        cairo_save(cr);
        cairo_translate(cr, x + (i ? 16 : -16) * size, y + 10 * size);
        cairo_rotate(cr, i ? -0.5 : 0.5);
        sp_rounded(cr, -24 * size, -34 * size, 48 * size, 70 * size,
                   22 * size);
        cairo_fill(cr);
        cairo_restore(cr);
    }
}


void
sp_room(sp_specimen_t *s, cairo_surface_t *picture, const sp_quad_t *quad)
{
    double            w, h;
    cairo_t          *cr;
    sp_random_t      *r;

    w = s->width;
    h = s->height;
    r = &s->looks;
    cr = cairo_create(picture);

    wall(r, cr, w, h);

    /* the portrait's bust as wide as the picture allows, head in the upper
     * half */

    sp_portrait(r, cr, w * 0.08, h * 0.02, w * 0.84,
                fmin(h * 0.72, w * 1.1));
    sp_ink(cr, 0x3a4252);
    sp_rounded(cr, w * 0.1, h * 0.52, w * 0.8, h * 0.7, w * 0.16);
    cairo_fill(cr);

    if (s->fault != SP_FAULT_NOTHING) {
        sp_ink(cr, 0x2e3544);
        arm(cr, w * 0.18, h * 0.62, w * 0.08, h * 0.9,
            quad->x[3] - w * 0.05, quad->y[3] + w * 0.02, w * 0.11);
        arm(cr, w * 0.82, h * 0.62, w * 0.92, h * 0.9,
            quad->x[2] + w * 0.05, quad->y[2] + w * 0.02, w * 0.11);
        palms(cr, quad);
    }

    cairo_destroy(cr);
}


/* Thumbs on both edges of the card */

void
sp_hands(cairo_t *cr, const sp_quad_t *quad)
{
    int     i;
    double  size, x, y, angle;

    size = millimetre(quad);

    for (i = 0; i < 2; i++) {
        grip(quad, i, &x, &y);
        angle = i ? 0.5 : M_PI - 0.5;

        finger(cr, SKIN, x - 3 * size * cos(angle),
               y - 3 * size * sin(angle), angle, 15 * size, 36 * size);
    }
}
