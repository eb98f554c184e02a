/*
 * A page that has been read: lines, their characters, and where each stands.
 */

#include <math.h>
#include "reg_ocr_page.h"


/* A line's slope counts when it is so much longer than high. */

#define REG_OCR_SLOPE_LONG   3.0f

/*
 * Between its row's slope and a line's own: about five degrees, and of a short
 * box, whose direction is not exact, a part of its height more.
 */

#define REG_OCR_SLOPE_ACROSS  0.09f
#define REG_OCR_SLOPE_INEXACT 0.25f


/* The slope of a row at y: at + by · y. */

typedef struct {
    float  at;
    float  by;
} reg_ocr_slope_t;


static reg_ocr_slope_t reg_ocr_page_slope(const reg_ocr_page_t *page,
    const reg_ocr_slope_t *before);
static float reg_ocr_page_off(const reg_ocr_line_t *line,
    const reg_ocr_slope_t *slope);
static int reg_ocr_page_compare(const void *a, const void *b);


void
reg_ocr_page_free(reg_ocr_page_t *page)
{
    size_t  i;

    for (i = 0; i < page->n; i++) {
        free(page->lines[i].chars);
        free(page->lines[i].kept);
    }

    free(page->lines);
    memset(page, 0, sizeof(reg_ocr_page_t));
}


int
reg_ocr_page_inside(const reg_ocr_part_t *part, float x, float y)
{
    return x > part->left && x < part->right && y > part->top
           && y < part->bottom;
}


void
reg_ocr_page_within(reg_ocr_page_t *page, const reg_ocr_part_t *part)
{
    size_t           i, n;
    reg_ocr_line_t  *line;

    for (i = 0, n = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (!reg_ocr_page_inside(part, (line->left + line->right) / 2,
                                 (line->top + line->bottom) / 2))
        {
            free(line->chars);
            free(line->kept);
            continue;
        }

        page->lines[n++] = *line;
    }

    page->n = n;
}


void
reg_ocr_page_straighten(reg_ocr_page_t *page)
{
    float            middle;
    size_t           i, k, n;
    reg_ocr_line_t  *line;
    reg_ocr_slope_t  slope;

    slope = reg_ocr_page_slope(page, NULL);
    slope = reg_ocr_page_slope(page, &slope);
    middle = page->width / 2;

    for (i = 0, n = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (reg_ocr_page_off(line, &slope)
            > REG_OCR_SLOPE_ACROSS
              + REG_OCR_SLOPE_INEXACT * line->height
                / (line->right - line->left))
        {
            free(line->chars);
            free(line->kept);
            continue;
        }

        for (k = 0; k < line->n; k++) {
            line->chars[k].y -= (slope.at + slope.by * line->chars[k].y)
                                * (line->chars[k].x - middle);
        }

        line->top -= (slope.at + slope.by * line->top)
                     * (line->left - middle);
        line->bottom -= (slope.at + slope.by * line->bottom)
                        * (line->right - middle);

        page->lines[n++] = *line;
    }

    page->n = n;
    page->title_y -= (slope.at + slope.by * page->title_y)
                     * (page->title_x - middle);

    qsort(page->lines, n, sizeof(reg_ocr_line_t), reg_ocr_page_compare);

    for (i = 0; i < n; i++) {
        for (k = 0; k < page->lines[i].n; k++) {
            page->lines[i].chars[k].line = i;
        }
    }
}


/* Least squares over the long lines that do not run across the rest. */

static reg_ocr_slope_t
reg_ocr_page_slope(const reg_ocr_page_t *page, const reg_ocr_slope_t *before)
{
    float                  w, y, s, sum, sy, ss, syy, sys, spread;
    size_t                 i;
    reg_ocr_slope_t        slope;
    const reg_ocr_line_t  *line;

    sum = sy = ss = syy = sys = 0;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];
        w = line->right - line->left;

        if (w < REG_OCR_SLOPE_LONG * line->height
            || (before != NULL
                && reg_ocr_page_off(line, before) > REG_OCR_SLOPE_ACROSS / 2))
        {
            continue;
        }

        y = (line->top + line->bottom) / 2;
        s = (line->bottom - line->top) / w;

        sum += w;
        sy += w * y;
        ss += w * s;
        syy += w * y * y;
        sys += w * y * s;
    }

    slope.at = slope.by = 0;

    if (sum > 0) {
        spread = syy / sum - (sy / sum) * (sy / sum);

        /* rows close together cannot tell how the others fan out */

        if (sqrtf(fmaxf(spread, 0)) > page->height / 20) {
            slope.by = (sys / sum - (sy / sum) * (ss / sum)) / spread;
        }

        slope.at = ss / sum - slope.by * sy / sum;
    }

    return slope;
}


static float
reg_ocr_page_off(const reg_ocr_line_t *line, const reg_ocr_slope_t *slope)
{
    float  y;

    if (line->right - line->left < REG_OCR_SLOPE_LONG / 2 * line->height) {
        return 0;
    }

    y = (line->top + line->bottom) / 2;

    return fabsf((line->bottom - line->top) / (line->right - line->left)
                 - slope->at - slope->by * y);
}


void
reg_ocr_page_step(const reg_ocr_line_t *line, unsigned step, float *x,
    float *y)
{
    float  part;

    part = (step + 0.5f) / line->steps;

    *x = line->left + part * (line->right - line->left);
    *y = line->top + part * (line->bottom - line->top);
}


static int
reg_ocr_page_compare(const void *a, const void *b)
{
    float                  x, y;
    const reg_ocr_line_t  *first = a, *second = b;

    x = first->top + first->bottom;
    y = second->top + second->bottom;

    return (x > y) - (x < y);
}
