/* Takes the picture: how hard it is, where the paper lies, what it covers. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specimen.h"


/*
 * The levels.  A scan is flat and even; an easy photograph is what a careful
 * person takes by a window; a medium one what most people take; a hard one
 * is skew, in poor light and a little out of focus, yet a person reads it.
 * The last is for the pages' example pictures.
 */

static const sp_level_t  levels[] = {
    { .name = "scan", .fill = { 0.34, 0.97 }, .em = 24, .tilt = 0, .roll = 2,
      .turned = 0.1, .upright = 0.2, .clutter = 0, .fingers = 0,
      .shade = { 0, 0.05 }, .shadow = 0, .glare = 0, .blur = { 0.01, 0.025 },
      .motion = 0, .noise = { 0.5, 2 }, .cast = { 0, 0.02 },
      .quality = { 80, 95 }, .resaved = 0.1, .exif = 0 },

    { .name = "easy", .fill = { 0.6, 0.88 }, .em = 24, .tilt = 5, .roll = 4,
      .turned = 0.04, .upright = 0.25, .clutter = 0.1, .fingers = 0.05,
      .shade = { 0.05, 0.2 }, .shadow = 0.15, .glare = 0.1,
      .blur = { 0.015, 0.035 }, .motion = 0, .noise = { 1.5, 3 },
      .cast = { 0, 0.04 }, .quality = { 80, 93 }, .resaved = 0.15,
      .exif = 0.25 },

    { .name = "medium", .fill = { 0.5, 0.8 }, .em = 22, .tilt = 13,
      .roll = 9, .turned = 0.1, .upright = 0.35, .clutter = 0.25,
      .fingers = 0.15, .shade = { 0.15, 0.4 }, .shadow = 0.4, .glare = 0.35,
      .blur = { 0.03, 0.06 }, .motion = 0.05, .noise = { 3, 6 },
      .cast = { 0.02, 0.09 }, .quality = { 68, 86 }, .resaved = 0.35,
      .exif = 0.35 },

    { .name = "hard", .fill = { 0.42, 0.72 }, .em = 20, .tilt = 22,
      .roll = 16, .turned = 0.25, .upright = 0.4, .clutter = 0.5,
      .fingers = 0.25, .shade = { 0.3, 0.6 }, .shadow = 0.6, .glare = 0.55,
      .blur = { 0.045, 0.075 }, .motion = 0.09, .noise = { 5, 10 },
      .cast = { 0.05, 0.15 }, .quality = { 50, 74 }, .resaved = 0.5,
      .exif = 0.4 },

    /* without a level: as easy, with the grain of a telephone indoors, and
     * nothing that would change what the command line asks for */

    { .name = "default", .fill = { 0.7, 0.88 }, .em = 0, .tilt = 4,
      .roll = 3, .turned = 0, .upright = 0, .clutter = 0, .fingers = 0,
      .shade = { 0.05, 0.2 }, .shadow = 0.15, .glare = 0.1,
      .blur = { 0.015, 0.03 }, .motion = 0, .noise = { 5.8, 5.8 },
      .cast = { 0, 0.04 }, .quality = { 80, 80 }, .resaved = 0, .exif = 0 },

    { .name = "example", .fill = { 0.86, 0.86 }, .em = 0, .tilt = 0,
      .roll = 0, .turned = 0, .upright = 0, .clutter = 0, .fingers = 0,
      .shade = { 0.02, 0.04 }, .shadow = 0, .glare = 0, .blur = { 0, 0 },
      .motion = 0, .noise = { 0, 0 }, .cast = { 0, 0 },
      .quality = { 66, 66 }, .resaved = 0, .exif = 0 },
};


const sp_level_t *
sp_level(const char *name)
{
    size_t  i;

    for (i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(levels[i].name, name) == 0) {
            return &levels[i];
        }
    }

    sp_fail("unknown level %s: it is one of scan, easy, medium, hard, "
            "example", name);
}


/*
 * A point of the paper as the camera sees it: turned on the table, then
 * tilted away, from some 2.4 widths above.
 */

static void
project(double angles[3], double distance, double x, double y, double *px,
    double *py)
{
    double  turned_x, turned_y, z, away;

    turned_x = x * cos(angles[2]) - y * sin(angles[2]);
    turned_y = x * sin(angles[2]) + y * cos(angles[2]);

    z = turned_x * sin(angles[0]) + turned_y * sin(angles[1]);
    away = distance / (distance + z);

    *px = turned_x * cos(angles[0]) * away;
    *py = turned_y * cos(angles[1]) * away;
}


/* The paper in millimetres round its middle, and how far it reaches */

static void
lay(sp_specimen_t *s, const sp_paper_t *paper, sp_quad_t *quad, double *w,
    double *h)
{
    int            i;
    double         angles[3], tilt, low_x, low_y, high_x, high_y;
    sp_random_t   *r;

    static const double  corners[][2] = {
        { -0.5, -0.5 }, { 0.5, -0.5 }, { 0.5, 0.5 }, { -0.5, 0.5 }
    };

    r = &s->looks;
    tilt = s->level->tilt * M_PI / 180;

    angles[0] = sp_between(r, -tilt, tilt);
    angles[1] = sp_between(r, -tilt, tilt);
    angles[2] = sp_between(r, -1, 1) * s->level->roll * M_PI / 180;

    if (sp_chance(r, s->level->turned)
        && strcmp(s->kind, "id_card_handheld") != 0)
    {
        angles[2] += sp_integer(r, 1, 3) * M_PI / 2;
    }

    low_x = low_y = high_x = high_y = 0;

    for (i = 0; i < 4; i++) {
        project(angles, 2.4 * fmax(paper->w, paper->h),
                corners[i][0] * paper->w, corners[i][1] * paper->h,
                &quad->x[i], &quad->y[i]);

        low_x = fmin(low_x, quad->x[i]);
        low_y = fmin(low_y, quad->y[i]);
        high_x = fmax(high_x, quad->x[i]);
        high_y = fmax(high_y, quad->y[i]);
    }

    for (i = 0; i < 4; i++) {
        quad->x[i] -= (low_x + high_x) / 2;
        quad->y[i] -= (low_y + high_y) / 2;
    }

    *w = high_x - low_x;
    *h = high_y - low_y;
}


/* What the level does not get from the command line: size and quality */

static void
choose_size(sp_specimen_t *s, const sp_paper_t *paper, double fill)
{
    int            side;
    double         width;
    sp_random_t   *r;

    static const int  sides[] = { 1600, 1920, 2048, 2592, 3264, 4032, 4032 };
    static const int  dpi[] = { 200, 300, 300, 300, 400, 600 };

    r = &s->looks;

    if (strcmp(s->level->name, "scan") == 0) {
        width = paper->w / fill / 25.4 * SP_PICK(r, dpi);
        s->width = (int) fmin(width, 4900);
        s->height = (int) (s->width * (sp_chance(r, 0.5) ? 1.414
                                       : fmin(1, paper->h / paper->w + 0.1)));
        return;
    }

    side = SP_PICK(r, sides);
    s->width = side;
    s->height = sp_chance(r, 0.12) ? side * 9 / 16 : side * 3 / 4;

    if (sp_chance(r, s->level->upright)
        || strcmp(s->kind, "id_card_handheld") == 0)
    {
        side = s->width;
        s->width = s->height;
        s->height = side;
    }
}


/*
 * The share of the picture that the paper takes.  The print is never smaller
 * than the level allows: the paper comes closer, then the picture grows.
 */

static double
scale_of(sp_specimen_t *s, const sp_paper_t *paper, double fill, double w,
    double h, int sized)
{
    double  scale, larger, least;

    scale = fill * fmin(s->width / w, s->height / h);
    least = s->level->em / paper->em;

    if (s->fault == SP_FAULT_SMALL) {
        return sp_between(&s->looks, 4.5, 6.5) / paper->em;
    }

    if (scale < least) {
        scale = fmin(least, 0.94 * fmin(s->width / w, s->height / h));
    }

    if (scale < least && !sized) {
        larger = least / scale;
        s->width = (int) (s->width * larger);
        s->height = (int) (s->height * larger);
        scale = least;
    }

    return scale;
}


/* Where in the picture; with a fault, not wholly in it */

static void
shift(sp_specimen_t *s, sp_quad_t *quad, double scale, double w, double h)
{
    int     i;
    double  x, y, spare_x, spare_y;

    spare_x = fmax(0, s->width - w * scale) / 2;
    spare_y = fmax(0, s->height - h * scale) / 2;

    x = s->width / 2.0 + spare_x * sp_between(&s->looks, -0.85, 0.85);
    y = s->height / 2.0 + spare_y * sp_between(&s->looks, -0.85, 0.85);

    if (strcmp(s->level->name, "example") == 0) {
        x = s->width / 2.0;
        y = s->height / 2.0;
    }

    if (strcmp(s->kind, "id_card_handheld") == 0) {
        y = s->height * 0.7;
    }

    if (s->fault == SP_FAULT_CROPPED) {
        if (sp_chance(&s->looks, 0.5)) {
            x = w * scale * sp_between(&s->looks, 0.15, 0.3);
            x = sp_chance(&s->looks, 0.5) ? x : s->width - x;
        } else {
            y = h * scale * sp_between(&s->looks, 0.15, 0.3);
            y = sp_chance(&s->looks, 0.5) ? y : s->height - y;
        }
    }

    for (i = 0; i < 4; i++) {
        quad->x[i] = x + quad->x[i] * scale;
        quad->y[i] = y + quad->y[i] * scale;
    }
}


static double
place(sp_specimen_t *s, const sp_paper_t *paper, sp_quad_t *quad)
{
    int     sized;
    double  fill, w, h, scale;

    sized = s->width > 0;
    fill = sp_range(&s->looks, s->level->fill);

    if (strcmp(s->level->name, "scan") == 0 && paper->w > 200) {
        fill = sp_between(&s->looks, 0.9, 0.985);
    }

    if (strcmp(s->kind, "id_card_handheld") == 0) {
        fill *= 0.55;
    }

    if (!sized) {
        choose_size(s, paper, fill);
    }

    lay(s, paper, quad, &w, &h);
    scale = scale_of(s, paper, fill, w, h, sized);
    shift(s, quad, scale, w, h);

    return scale;
}


/* Draws a paper flat, scale pixels a millimetre. */

cairo_surface_t *
sp_render(sp_specimen_t *s, const sp_paper_t *paper, double scale)
{
    cairo_t          *cr;
    cairo_surface_t  *surface;

    scale = fmin(scale, 7000 / fmax(paper->w, paper->h));

    surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32,
                                         (int) ceil(paper->w * scale),
                                         (int) ceil(paper->h * scale));
    cr = cairo_create(surface);

    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
        sp_fail("the paper: %s", cairo_status_to_string(cairo_status(cr)));
    }

    cairo_scale(cr, scale, scale);
    sp_rounded(cr, 0, 0, paper->w, paper->h, paper->corner);
    cairo_clip(cr);
    paper->draw(s, cr);

    cairo_destroy(cr);
    cairo_surface_flush(surface);

    return surface;
}


static void
empty_sheet(sp_specimen_t *s, cairo_t *cr)
{
    (void) s;

    sp_ink(cr, 0xf3f3f0);
    cairo_paint(cr);
    sp_mark(cr, 42, 48, 3.4, 0);
}


/* What happens between the lens and the file */

static void
expose(sp_specimen_t *s, cairo_surface_t *picture, const sp_quad_t *quad,
    double em)
{
    double        blur, length, angle;
    sp_random_t  *r;

    r = &s->looks;

    if (s->fault == SP_FAULT_SCREEN) {
        sp_screen(r, picture, quad);
    }

    sp_light(s, picture, quad);

    blur = em * sp_range(r, s->level->blur);

    if (s->fault == SP_FAULT_BLURRED) {
        blur = em * sp_between(r, 0.32, 0.45);

    } else if (s->fault == SP_FAULT_SCREEN) {
        blur = fmin(blur, 0.6);
    }

    sp_blur(picture, blur);

    angle = sp_between(r, 0, M_PI);
    length = em * sp_between(r, 0, s->level->motion);
    sp_motion(picture, length * cos(angle), length * sin(angle));

    sp_noise(r, picture, sp_range(r, s->level->noise));

    if (sp_chance(r, s->level->resaved)) {
        sp_jpeg_resave(picture, (int) sp_range(r, s->level->quality));
    }

    if (s->quality == 0) {
        s->quality = (int) sp_range(r, s->level->quality);
    }

    if (s->orientation == 0) {
        s->orientation = sp_chance(r, s->level->exif)
                         ? "\3\6\6\6\10\10"[sp_integer(r, 0, 5)] : 1;
    }
}


cairo_surface_t *
sp_photograph(sp_specimen_t *s, const sp_paper_t *paper)
{
    int               hand, print;
    double            scale;
    cairo_t          *cr;
    sp_quad_t         quad;
    sp_paper_t        shown;
    cairo_surface_t  *picture, *texture;

    shown = *paper;

    if (s->fault == SP_FAULT_BLANK) {
        shown = (sp_paper_t) { 85.6, 54, 3.05, 0, empty_sheet };
    }

    scale = place(s, &shown, &quad);
    hand = strcmp(s->kind, "id_card_handheld") == 0;
    print = sp_chance(&s->looks, s->level->clutter);

    picture = cairo_image_surface_create(CAIRO_FORMAT_RGB24, s->width,
                                         s->height);
    cr = cairo_create(picture);

    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
        sp_fail("%dx%d: %s", s->width, s->height,
                cairo_status_to_string(cairo_status(cr)));
    }

    if (hand) {
        sp_room(s, picture, &quad);

    } else {
        sp_table(s, picture);

        if (print) {
            sp_table_print(s, picture, shown.em * scale);
        }
    }

    if (s->fault != SP_FAULT_NOTHING) {
        sp_paper_shadow(&s->looks, cr, &quad, shown.em * scale);
        texture = sp_render(s, &shown, scale * 1.15);
        sp_warp(picture, texture, &quad);
        cairo_surface_destroy(texture);

        if (hand) {
            sp_hands(cr, &quad);

        } else if (sp_chance(&s->looks, s->level->fingers)) {
            sp_fingers(&s->looks, cr, &quad, scale);
        }

    } else {
        sp_mark(cr, s->width / 2.0, s->height * 0.96, s->width / 30.0, 0);
    }

    cairo_destroy(cr);
    cairo_surface_flush(picture);
    expose(s, picture, &quad, shown.em * scale);

    return picture;
}
