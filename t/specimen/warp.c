/* Lays a flat texture into the four corners that the camera sees. */

#include <math.h>

#include "specimen.h"


/* Rows of the matrix that takes a point of the picture to the unit square */

typedef struct {
    double  m[9];
} plane_t;


/*
 * Heckbert, Fundamentals of Texture Mapping (1989), 2.2.3: the unit square to
 * a quadrilateral; its adjoint goes the other way.
 */

static plane_t
plane_of(const sp_quad_t *q)
{
    double   dx1, dx2, sx, dy1, dy2, sy, g, h, det, a, b, d, e;
    plane_t  p;

    dx1 = q->x[1] - q->x[2];
    dx2 = q->x[3] - q->x[2];
    sx = q->x[0] - q->x[1] + q->x[2] - q->x[3];
    dy1 = q->y[1] - q->y[2];
    dy2 = q->y[3] - q->y[2];
    sy = q->y[0] - q->y[1] + q->y[2] - q->y[3];

    det = dx1 * dy2 - dx2 * dy1;
    g = (sx * dy2 - dx2 * sy) / det;
    h = (dx1 * sy - sx * dy1) / det;

    a = q->x[1] - q->x[0] + g * q->x[1];
    b = q->x[3] - q->x[0] + h * q->x[3];
    d = q->y[1] - q->y[0] + g * q->y[1];
    e = q->y[3] - q->y[0] + h * q->y[3];

    p.m[0] = e - q->y[0] * h;
    p.m[1] = q->x[0] * h - b;
    p.m[2] = b * q->y[0] - q->x[0] * e;
    p.m[3] = q->y[0] * g - d;
    p.m[4] = a - q->x[0] * g;
    p.m[5] = q->x[0] * d - a * q->y[0];
    p.m[6] = d * h - e * g;
    p.m[7] = b * g - a * h;
    p.m[8] = a * e - b * d;

    return p;
}


static void
seen(const plane_t *p, double x, double y, double *u, double *v)
{
    double  w;

    w = p->m[6] * x + p->m[7] * y + p->m[8];

    *u = (p->m[0] * x + p->m[1] * y + p->m[2]) / w;
    *v = (p->m[3] * x + p->m[4] * y + p->m[5]) / w;
}


/* Between four pixels, premultiplied; outside there is nothing. */

static void
sample(const uint32_t *pixels, int stride, int w, int h, double x, double y,
    float out[4])
{
    int       i, left, top, px, py;
    float     fx, fy, share;
    uint32_t  pixel;

    left = (int) floor(x);
    top = (int) floor(y);
    fx = x - left;
    fy = y - top;

    out[0] = out[1] = out[2] = out[3] = 0;

    for (i = 0; i < 4; i++) {
        px = left + (i & 1);
        py = top + (i >> 1);

        if (px < 0 || py < 0 || px >= w || py >= h) {
            continue;
        }

        share = (i & 1 ? fx : 1 - fx) * (i >> 1 ? fy : 1 - fy);
        pixel = pixels[(size_t) py * stride + px];

        out[0] += share * (pixel >> 24);
        out[1] += share * (pixel >> 16 & 0xff);
        out[2] += share * (pixel >> 8 & 0xff);
        out[3] += share * (pixel & 0xff);
    }
}


static uint32_t
over(uint32_t below, const float above[4])
{
    int       i;
    float     keep;
    uint32_t  out;

    keep = 1 - above[0] / 255;

    for (i = 0, out = 0; i < 3; i++) {
        out = out << 8
              | (uint32_t) (above[i + 1]
                            + keep * (below >> (16 - 8 * i) & 0xff) + 0.5f);
    }

    return out;
}


static void
limits(const double *at, int size, int *first, int *last)
{
    double  low, high;

    low = fmin(fmin(at[0], at[1]), fmin(at[2], at[3]));
    high = fmax(fmax(at[0], at[1]), fmax(at[2], at[3]));

    *first = low < 1 ? 0 : (int) low - 1;
    *last = high > size - 2 ? size - 1 : (int) high + 1;
}


void
sp_warp(cairo_surface_t *onto, cairo_surface_t *texture,
    const sp_quad_t *quad)
{
    int        x, y, w, h, stride, texture_stride, x0, x1, y0, y1;
    float      pixel[4];
    double     u, v;
    plane_t    plane;
    uint32_t  *out, *in;

    cairo_surface_flush(onto);

    w = cairo_image_surface_get_width(texture);
    h = cairo_image_surface_get_height(texture);
    in = (uint32_t *) cairo_image_surface_get_data(texture);
    texture_stride = cairo_image_surface_get_stride(texture) / 4;
    out = (uint32_t *) cairo_image_surface_get_data(onto);
    stride = cairo_image_surface_get_stride(onto) / 4;

    plane = plane_of(quad);
    limits(quad->x, cairo_image_surface_get_width(onto), &x0, &x1);
    limits(quad->y, cairo_image_surface_get_height(onto), &y0, &y1);

    for (y = y0; y <= y1; y++) {
        for (x = x0; x <= x1; x++) {
            seen(&plane, x + 0.5, y + 0.5, &u, &v);

            if (u < -0.01 || v < -0.01 || u > 1.01 || v > 1.01) {
                continue;
            }

            sample(in, texture_stride, w, h, u * w - 0.5, v * h - 0.5, pixel);
            out[(size_t) y * stride + x]
                = over(out[(size_t) y * stride + x], pixel);
        }
    }

    cairo_surface_mark_dirty(onto);
}


/*
 * A screen's own pixels: stripes of red, green and blue and dark rows
 * between, in the plane of the paper.  Where they are about as fine as the
 * camera's they beat, which is the moiré that gives a screen away.
 */

static uint32_t
through_grid(uint32_t pixel, double column, double row)
{
    int       i;
    double    light, value;
    uint32_t  out;

    for (i = 0, out = 0; i < 3; i++) {
        light = (0.72 + 0.45 * cos(2 * M_PI * (column - i / 3.0)))
                * (0.9 + 0.18 * cos(2 * M_PI * row));
        value = (pixel >> (16 - 8 * i) & 0xff) * light * 1.4 + 10;
        out = out << 8 | (uint32_t) fmin(255, fmax(0, value));
    }

    return out;
}


void
sp_screen(sp_random_t *r, cairo_surface_t *picture, const sp_quad_t *quad)
{
    int        x, y, w, h, stride;
    double     u, v, columns, rows;
    plane_t    plane;
    uint32_t  *pixels;

    w = cairo_image_surface_get_width(picture);
    h = cairo_image_surface_get_height(picture);
    pixels = (uint32_t *) cairo_image_surface_get_data(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;
    plane = plane_of(quad);

    /* how many of the camera's pixels a screen's takes */

    columns = hypot(quad->x[1] - quad->x[0], quad->y[1] - quad->y[0])
              / sp_between(r, 1.9, 4.5);
    rows = columns * hypot(quad->x[3] - quad->x[0], quad->y[3] - quad->y[0])
           / hypot(quad->x[1] - quad->x[0], quad->y[1] - quad->y[0]);

    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            seen(&plane, x + 0.5, y + 0.5, &u, &v);
            pixels[(size_t) y * stride + x]
                = through_grid(pixels[(size_t) y * stride + x], u * columns,
                               v * rows);
        }
    }

    cairo_surface_mark_dirty(picture);
}
