/*
 * Plane geometry: hulls, rectangles of least area, boxes of text.
 */

#include <float.h>
#include <math.h>
#include "reg_ocr_geometry.h"


static float reg_ocr_cross(reg_ocr_point_t a, reg_ocr_point_t b,
    reg_ocr_point_t c);
static reg_ocr_box_t reg_ocr_box_along(const reg_ocr_point_t *hull, size_t n,
    reg_ocr_point_t u);


/* Andrew's monotone chain. */

size_t
reg_ocr_hull(const reg_ocr_point_t *points, size_t n, reg_ocr_point_t *hull)
{
    size_t  i, k, lower;

    if (n < 3) {
        for (i = 0; i < n; i++) {
            hull[i] = points[i];
        }

        return n;
    }

    k = 0;

    for (i = 0; i < n; i++) {
        while (k >= 2
               && reg_ocr_cross(hull[k - 2], hull[k - 1], points[i]) <= 0)
        {
            k--;
        }

        hull[k++] = points[i];
    }

    lower = k + 1;

    for (i = n - 1; i-- > 0; /* void */ ) {
        while (k >= lower
               && reg_ocr_cross(hull[k - 2], hull[k - 1], points[i]) <= 0)
        {
            k--;
        }

        hull[k++] = points[i];
    }

    return k - 1;
}


static float
reg_ocr_cross(reg_ocr_point_t a, reg_ocr_point_t b, reg_ocr_point_t c)
{
    return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}


/* One side of the rectangle of least area lies on a side of the hull. */

reg_ocr_box_t
reg_ocr_least_box(const reg_ocr_point_t *hull, size_t n)
{
    float            area, least, length;
    size_t           i;
    reg_ocr_box_t    box, best;
    reg_ocr_point_t  a, b, u;

    u.x = 1;
    u.y = 0;
    best = reg_ocr_box_along(hull, n, u);
    least = FLT_MAX;

    for (i = 0; i < n && n >= 3; i++) {
        a = hull[i];
        b = hull[(i + 1) % n];

        length = hypotf(b.x - a.x, b.y - a.y);
        if (length == 0) {
            continue;
        }

        u.x = (b.x - a.x) / length;
        u.y = (b.y - a.y) / length;

        box = reg_ocr_box_along(hull, n, u);
        area = box.width * box.height;

        if (area < least) {
            least = area;
            best = box;
        }
    }

    u.x = 1;
    u.y = 0;
    reg_ocr_box_turn(&best, u);

    return best;
}


static reg_ocr_box_t
reg_ocr_box_along(const reg_ocr_point_t *hull, size_t n, reg_ocr_point_t u)
{
    float          p, q, left, right, top, bottom;
    size_t         i;
    reg_ocr_box_t  box;

    left = top = FLT_MAX;
    right = bottom = -FLT_MAX;

    for (i = 0; i < n; i++) {
        p = hull[i].x * u.x + hull[i].y * u.y;
        q = hull[i].y * u.x - hull[i].x * u.y;

        left = fminf(left, p);
        right = fmaxf(right, p);
        top = fminf(top, q);
        bottom = fmaxf(bottom, q);
    }

    p = (left + right) / 2;
    q = (top + bottom) / 2;

    box.u = u;
    box.centre.x = p * u.x - q * u.y;
    box.centre.y = p * u.y + q * u.x;
    box.width = right - left;
    box.height = bottom - top;
    box.score = 0;

    return box;
}


void
reg_ocr_box_grow(reg_ocr_box_t *box, float ratio)
{
    float  distance;

    if (box->width + box->height <= 0) {
        return;
    }

    distance = box->width * box->height * ratio
               / (2 * (box->width + box->height));

    box->width += 2 * distance;
    box->height += 2 * distance;
}


void
reg_ocr_box_turn(reg_ocr_box_t *box, reg_ocr_point_t direction)
{
    float  along, across, side;

    along = box->u.x * direction.x + box->u.y * direction.y;
    across = -box->u.y * direction.x + box->u.x * direction.y;

    if (fabsf(across) > fabsf(along)) {
        side = box->width;
        box->width = box->height;
        box->height = side;

        side = box->u.x;
        box->u.x = -box->u.y;
        box->u.y = side;

        along = across;
    }

    if (along < 0) {
        box->u.x = -box->u.x;
        box->u.y = -box->u.y;
    }
}


reg_ocr_box_t
reg_ocr_box_lying(const reg_ocr_box_t *box)
{
    reg_ocr_box_t    lying;
    reg_ocr_point_t  u;

    lying = *box;

    if (box->height > box->width) {
        u.x = -box->u.y;
        u.y = box->u.x;
        reg_ocr_box_turn(&lying, u);
    }

    return lying;
}


void
reg_ocr_box_corners(const reg_ocr_box_t *box, reg_ocr_point_t corners[4])
{
    float  wx, wy, hx, hy;

    wx = box->u.x * box->width / 2;
    wy = box->u.y * box->width / 2;
    hx = -box->u.y * box->height / 2;
    hy = box->u.x * box->height / 2;

    corners[0].x = box->centre.x - wx - hx;
    corners[0].y = box->centre.y - wy - hy;
    corners[1].x = box->centre.x + wx - hx;
    corners[1].y = box->centre.y + wy - hy;
    corners[2].x = box->centre.x + wx + hx;
    corners[2].y = box->centre.y + wy + hy;
    corners[3].x = box->centre.x - wx + hx;
    corners[3].y = box->centre.y - wy + hy;
}
