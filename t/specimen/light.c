/* Light, lens and sensor: shade, shadow, reflections, blur, noise. */

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "specimen.h"


#define CELL  16                        /* pixels between two points of light */


/* How the light falls, in shares of the picture's longer side */

typedef struct {
    double  angle;
    double  shade;
    double  exposure;
    double  cast[3];
    double  shadow;                     /* light that is left in it; 1: none */
    double  shadow_x;
    double  shadow_y;
    double  shadow_angle;
    double  shadow_edge;
    double  glare;
    double  glare_x;
    double  glare_y;
    double  glare_size;
    double  glare_angle;
} light_t;


static void
choose(sp_specimen_t *s, const sp_quad_t *quad, double side, light_t *l)
{
    double        at, u, v;
    sp_random_t  *r;

    r = &s->looks;
    memset(l, 0, sizeof(*l));

    l->angle = sp_between(r, 0, 2 * M_PI);
    l->shade = sp_range(r, s->level->shade);
    l->exposure = 1;

    at = sp_range(r, s->level->cast) * (sp_chance(r, 0.7) ? 1 : -1);
    l->cast[0] = 1 + at * 0.6;
    l->cast[1] = 1 + at * sp_between(r, -0.1, 0.15);
    l->cast[2] = 1 - at;

    l->shadow = 1;

    if (sp_chance(r, s->level->shadow)) {
        l->shadow = 1 - sp_between(r, 0.5, 1) * fmin(0.55, l->shade * 1.3);
    }

    l->shadow_x = sp_between(r, 0.2, 0.8) * s->width / side;
    l->shadow_y = sp_between(r, 0.2, 0.8) * s->height / side;
    l->shadow_angle = sp_between(r, 0, 2 * M_PI);
    l->shadow_edge = sp_between(r, 0.01, 0.12);

    /* somewhere on the paper */

    u = sp_between(r, 0.1, 0.9);
    v = sp_between(r, 0.1, 0.9);

    if (sp_chance(r, s->level->glare)) {
        l->glare = sp_between(r, 0.3, 0.62);
    }

    l->glare_size = sp_between(r, 0.08, 0.2);
    l->glare_angle = sp_between(r, 0, M_PI);

    if (s->fault == SP_FAULT_GLARE) {
        u = sp_between(r, 0.35, 0.6);
        v = sp_between(r, 0.55, 0.9);
        l->glare = 3;
        l->glare_size = sp_between(r, 0.24, 0.32);
    }

    l->glare_x = ((quad->x[0] * (1 - u) + quad->x[1] * u) * (1 - v)
                  + (quad->x[3] * (1 - u) + quad->x[2] * u) * v) / side;
    l->glare_y = ((quad->y[0] * (1 - u) + quad->y[1] * u) * (1 - v)
                  + (quad->y[3] * (1 - u) + quad->y[2] * u) * v) / side;
    l->glare_size *= hypot(quad->x[2] - quad->x[0], quad->y[2] - quad->y[0])
                     / side;
}


/* What reaches a point, and how much of it is reflected white */

static void
light_at(const light_t *l, double x, double y, float *through, float *white)
{
    double  along, far, dx, dy, in;

    along = (x - 0.5) * cos(l->angle) + (y - 0.5) * sin(l->angle);
    *through = l->exposure * (1 - l->shade * fmin(1, fmax(0, along + 0.5)));

    far = (x - l->shadow_x) * cos(l->shadow_angle)
          + (y - l->shadow_y) * sin(l->shadow_angle)
          + 0.03 * sin(7 * (x - y));
    in = fmin(1, fmax(0, far / l->shadow_edge + 0.5));
    *through *= 1 - (1 - l->shadow) * in;

    dx = (x - l->glare_x) * cos(l->glare_angle)
         + (y - l->glare_y) * sin(l->glare_angle);
    dy = (y - l->glare_y) * cos(l->glare_angle)
         - (x - l->glare_x) * sin(l->glare_angle);
    far = hypot(dx / 1.6, dy) / l->glare_size;
    *white = fmin(1, l->glare * exp(-far * far * 1.6));
}


/* A camera sets its exposure so that the paper comes out about as light. */

static void
expose_for(light_t *l, const sp_quad_t *quad, double side, double wanted)
{
    int     i;
    float   through, white, sum;
    double  u, v, x, y;

    for (i = 0, sum = 0; i < 16; i++) {
        u = (i % 4 + 0.5) / 4;
        v = (i / 4 + 0.5) / 4;
        x = (quad->x[0] * (1 - u) + quad->x[1] * u) * (1 - v)
            + (quad->x[3] * (1 - u) + quad->x[2] * u) * v;
        y = (quad->y[0] * (1 - u) + quad->y[1] * u) * (1 - v)
            + (quad->y[3] * (1 - u) + quad->y[2] * u) * v;

        light_at(l, x / side, y / side, &through, &white);
        sum += through;
    }

    l->exposure = wanted / (sum / 16);
}


static uint32_t
lit(const light_t *l, uint32_t pixel, float through, float white)
{
    int       i;
    float     value;
    uint32_t  out;

    for (i = 0, out = 0; i < 3; i++) {
        value = (pixel >> (16 - 8 * i) & 0xff) * through * (float) l->cast[i];
        value += (255 - value) * white;
        out = out << 8 | (uint32_t) (value > 255 ? 255
                                     : value < 0 ? 0 : value);
    }

    return out;
}


/* Between the four points of light round a pixel */

static float
field(const float *at, int columns, float fx, float fy)
{
    return (at[0] * (1 - fx) + at[1] * fx) * (1 - fy)
           + (at[columns] * (1 - fx) + at[columns + 1] * fx) * fy;
}


void
sp_light(sp_specimen_t *s, cairo_surface_t *picture, const sp_quad_t *quad)
{
    int        x, y, i, columns, rows, stride;
    float     *through, *white, fx, fy;
    double     side;
    size_t     at;
    light_t    light;
    uint32_t  *pixels;

    side = fmax(s->width, s->height);
    choose(s, quad, side, &light);
    expose_for(&light, quad, side,
               1 - sp_between(&s->looks, -0.08, 0.7) * light.shade);

    columns = s->width / CELL + 2;
    rows = s->height / CELL + 2;
    through = malloc(2 * sizeof(float) * columns * rows);
    if (through == NULL) {
        sp_fail("out of memory");
    }

    white = through + columns * rows;

    for (i = 0; i < columns * rows; i++) {
        light_at(&light, i % columns * CELL / side, i / columns * CELL / side,
                 &through[i], &white[i]);
    }

    pixels = (uint32_t *) cairo_image_surface_get_data(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;

    for (y = 0; y < s->height; y++) {
        for (x = 0; x < s->width; x++) {
            at = y / CELL * (size_t) columns + x / CELL;
            fx = (float) (x % CELL) / CELL;
            fy = (float) (y % CELL) / CELL;

            pixels[(size_t) y * stride + x]
                = lit(&light, pixels[(size_t) y * stride + x],
                      field(through + at, columns, fx, fy),
                      field(white + at, columns, fx, fy));
        }
    }

    free(through);
}


/*
 * Adds a row, shifted by so many values and weighed; the simple loop is what
 * a compiler turns into one of vectors.
 */

static void
add_row(float *sum, const unsigned char *row, int n, float weight)
{
    int  i;

    for (i = 0; i < n; i++) {
        sum[i] += weight * row[i];
    }
}


static void
round_row(const float *sum, unsigned char *row, int n)
{
    int  i;

    for (i = 0; i < n; i++) {
        row[i] = (unsigned char) (sum[i] + 0.5f);
    }
}


/* Across a row of w pixels, the outermost ones repeated beyond its ends */

static void
blur_row(unsigned char *row, int w, const float *kernel, int radius,
    float *sum, unsigned char *wide)
{
    int  i;

    memcpy(wide + 3 * radius, row, 3 * (size_t) w);

    for (i = 0; i < radius; i++) {
        memcpy(wide + 3 * i, row, 3);
        memcpy(wide + 3 * (radius + w + i), row + 3 * (w - 1), 3);
    }

    memset(sum, 0, 3 * sizeof(float) * w);

    for (i = 0; i <= 2 * radius; i++) {
        add_row(sum, wide + 3 * i, 3 * w, kernel[i]);
    }

    round_row(sum, row, 3 * w);
}


static void
unpack(cairo_surface_t *picture, unsigned char *rgb, int w, int h)
{
    int              x, y;
    const uint32_t  *row;

    for (y = 0; y < h; y++) {
        row = (uint32_t *) (cairo_image_surface_get_data(picture)
                            + (size_t) y
                              * cairo_image_surface_get_stride(picture));

        for (x = 0; x < w; x++, rgb += 3) {
            rgb[0] = row[x] >> 16;
            rgb[1] = row[x] >> 8;
            rgb[2] = row[x];
        }
    }
}


/* Down the columns, all at once: a row of the picture is a sum of rows. */

static void
blur_columns(cairo_surface_t *picture, const unsigned char *rgb, int w,
    int h, const float *kernel, int radius, float *sum, unsigned char *row)
{
    int        x, y, i, at;
    uint32_t  *out;

    for (y = 0; y < h; y++) {
        memset(sum, 0, 3 * sizeof(float) * w);

        for (i = -radius; i <= radius; i++) {
            at = y + i < 0 ? 0 : y + i >= h ? h - 1 : y + i;
            add_row(sum, rgb + 3 * (size_t) w * at, 3 * w,
                    kernel[i + radius]);
        }

        round_row(sum, row, 3 * w);

        out = (uint32_t *) (cairo_image_surface_get_data(picture)
                            + (size_t) y
                              * cairo_image_surface_get_stride(picture));

        for (x = 0; x < w; x++) {
            out[x] = (uint32_t) row[3 * x] << 16 | row[3 * x + 1] << 8
                     | row[3 * x + 2];
        }
    }
}


/* Gaussian; a deviation is in pixels. */

void
sp_blur(cairo_surface_t *picture, double deviation)
{
    int             i, radius, w, h;
    float           total, *sum, kernel[257];
    unsigned char  *rgb, *row;

    if (deviation < 0.25) {
        return;
    }

    radius = (int) fmin(128, ceil(deviation * 2.6));

    for (i = -radius, total = 0; i <= radius; i++) {
        kernel[i + radius] = exp(-i * i / (2 * deviation * deviation));
        total += kernel[i + radius];
    }

    for (i = 0; i <= 2 * radius; i++) {
        kernel[i] /= total;
    }

    w = cairo_image_surface_get_width(picture);
    h = cairo_image_surface_get_height(picture);

    rgb = malloc(3 * (size_t) w * h);
    row = malloc(3 * (size_t) (w + 2 * radius));
    sum = malloc(3 * sizeof(float) * w);

    if (rgb == NULL || row == NULL || sum == NULL) {
        sp_fail("out of memory");
    }

    unpack(picture, rgb, w, h);

    for (i = 0; i < h; i++) {
        blur_row(rgb + 3 * (size_t) w * i, w, kernel, radius, sum, row);
    }

    blur_columns(picture, rgb, w, h, kernel, radius, sum, row);

    free(rgb);
    free(row);
    free(sum);
}


/* The mean along a short way, as a hand that moves makes it */

void
sp_motion(cairo_surface_t *picture, double dx, double dy)
{
    int        x, y, i, n, w, h, stride, ax, ay;
    size_t     size;
    uint32_t  *pixels, *copy, p, r, g, b;

    n = (int) ceil(hypot(dx, dy));

    if (n < 2) {
        return;
    }

    w = cairo_image_surface_get_width(picture);
    h = cairo_image_surface_get_height(picture);
    pixels = (uint32_t *) cairo_image_surface_get_data(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;
    size = sizeof(uint32_t) * stride * h;

    copy = malloc(size);
    if (copy == NULL) {
        sp_fail("out of memory");
    }

    memcpy(copy, pixels, size);

    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            r = g = b = 0;

            for (i = 0; i < n; i++) {
                ax = x + (int) lround(dx * i / n - dx / 2);
                ay = y + (int) lround(dy * i / n - dy / 2);
                ax = ax < 0 ? 0 : ax >= w ? w - 1 : ax;
                ay = ay < 0 ? 0 : ay >= h ? h - 1 : ay;
                p = copy[(size_t) ay * stride + ax];
                r += p >> 16 & 0xff;
                g += p >> 8 & 0xff;
                b += p & 0xff;
            }

            pixels[(size_t) y * stride + x] = r / n << 16 | g / n << 8
                                              | b / n;
        }
    }

    free(copy);
}


/* The sum of four even spreads is nearly normal. */

void
sp_noise(sp_random_t *r, cairo_surface_t *picture, double deviation)
{
    int        x, y, i, w, h, stride, value;
    float      grey, colour;
    uint32_t  *pixel, out;
    uint64_t   bits;

    w = cairo_image_surface_get_width(picture);
    h = cairo_image_surface_get_height(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;

    /* a byte's deviation is 73.9, of four 147.8; a third of it in colour */

    for (y = 0; y < h; y++) {
        pixel = (uint32_t *) cairo_image_surface_get_data(picture)
                + (size_t) y * stride;

        for (x = 0; x < w; x++, pixel++) {
            bits = sp_next(r);
            grey = ((int) (bits & 0xff) + (int) (bits >> 8 & 0xff)
                    + (int) (bits >> 16 & 0xff) + (int) (bits >> 24 & 0xff)
                    - 510) * (float) deviation / 147.8f;

            for (i = 0, out = 0; i < 3; i++) {
                colour = ((int) (bits >> (32 + 8 * i) & 0xff) - 127.5f)
                         * (float) deviation / 221.7f;
                value = (int) ((*pixel >> (16 - 8 * i) & 0xff) + grey + colour
                               + 0.5f);
                out = out << 8 | (uint32_t) (value < 0 ? 0
                                             : value > 255 ? 255 : value);
            }

            *pixel = out;
        }
    }
}
