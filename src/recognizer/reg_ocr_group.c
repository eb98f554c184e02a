/*
 * Groups: which boxes lie on one sheet of paper.
 */

#include <math.h>
#include "reg_ocr_group.h"


/* A box so much longer than high has a direction. */

#define REG_OCR_DIRECTED      1.7f

/*
 * Two lines belong together when they are so parallel (the sine between
 * them) and so near (in heights of the higher one, along and across).  Far
 * apart on one sheet they have to be the more parallel.
 */

#define REG_OCR_NEAR_SINE     0.080f
#define REG_OCR_NEAR_ALONG    6.0f
#define REG_OCR_NEAR_ACROSS   3.2f
#define REG_OCR_FAR_SINE      0.040f
#define REG_OCR_FAR_ALONG     14.0f
#define REG_OCR_FAR_ACROSS    6.0f

/* A small box belongs to a line not further away than this, in heights. */

#define REG_OCR_SMALL_AWAY    8.0f


static int reg_ocr_group_directed(const reg_ocr_box_t *box);
static int reg_ocr_group_linked(const reg_ocr_box_t *a,
    const reg_ocr_box_t *b);
static void reg_ocr_group_gap(const reg_ocr_box_t *a, const reg_ocr_box_t *b,
    float *along, float *across);
static void reg_ocr_group_merge(short *of, size_t n, short from, short to);
static void reg_ocr_group_small(const reg_ocr_boxes_t *boxes, short *of);
static void reg_ocr_group_order(const reg_ocr_boxes_t *boxes, short *of,
    reg_ocr_groups_t *groups);
static int reg_ocr_group_within(const reg_ocr_box_t *box,
    const reg_ocr_box_t *other);
static float reg_ocr_group_overlap(const reg_ocr_box_t *a,
    const reg_ocr_box_t *b);


void
reg_ocr_group(const reg_ocr_boxes_t *boxes, reg_ocr_groups_t *groups)
{
    short          of[REG_OCR_BOXES_MAX];
    size_t         i, k;
    reg_ocr_box_t  a, b;

    for (i = 0; i < boxes->n; i++) {
        of[i] = reg_ocr_group_directed(&boxes->box[i]) ? (short) i : -1;
    }

    for (i = 0; i < boxes->n; i++) {
        if (of[i] == -1) {
            continue;
        }

        a = reg_ocr_box_lying(&boxes->box[i]);

        for (k = i + 1; k < boxes->n; k++) {
            if (of[k] == -1 || of[k] == of[i]) {
                continue;
            }

            b = reg_ocr_box_lying(&boxes->box[k]);

            if (reg_ocr_group_linked(&a, &b)) {
                reg_ocr_group_merge(of, boxes->n, of[k], of[i]);
            }
        }
    }

    reg_ocr_group_small(boxes, of);
    reg_ocr_group_order(boxes, of, groups);
}


static int
reg_ocr_group_directed(const reg_ocr_box_t *box)
{
    return box->width > REG_OCR_DIRECTED * box->height
           || box->height > REG_OCR_DIRECTED * box->width;
}


static int
reg_ocr_group_linked(const reg_ocr_box_t *a, const reg_ocr_box_t *b)
{
    float  sine, along, across, height;

    height = fmaxf(a->height, b->height);

    if (height > 4 * fminf(a->height, b->height)) {
        return 0;
    }

    sine = fabsf(a->u.x * b->u.y - a->u.y * b->u.x);
    reg_ocr_group_gap(a, b, &along, &across);

    return (sine < REG_OCR_NEAR_SINE && along < REG_OCR_NEAR_ALONG * height
            && across < REG_OCR_NEAR_ACROSS * height)
           || (sine < REG_OCR_FAR_SINE && along < REG_OCR_FAR_ALONG * height
               && across < REG_OCR_FAR_ACROSS * height);
}


/* What is free between two boxes, in the direction of the first. */

static void
reg_ocr_group_gap(const reg_ocr_box_t *a, const reg_ocr_box_t *b,
    float *along, float *across)
{
    float  dx, dy, cosine, sine, wide, tall;

    dx = b->centre.x - a->centre.x;
    dy = b->centre.y - a->centre.y;

    cosine = fabsf(a->u.x * b->u.x + a->u.y * b->u.y);
    sine = fabsf(a->u.x * b->u.y - a->u.y * b->u.x);

    wide = (a->width + cosine * b->width + sine * b->height) / 2;
    tall = (a->height + cosine * b->height + sine * b->width) / 2;

    *along = fmaxf(fabsf(dx * a->u.x + dy * a->u.y) - wide, 0);
    *across = fmaxf(fabsf(dy * a->u.x - dx * a->u.y) - tall, 0);
}


static void
reg_ocr_group_merge(short *of, size_t n, short from, short to)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (of[i] == from) {
            of[i] = to;
        }
    }
}


/* Small boxes go to the nearest line; they join no groups. */

static void
reg_ocr_group_small(const reg_ocr_boxes_t *boxes, short *of)
{
    float          along, across, away, least, height;
    short          nearest[REG_OCR_BOXES_MAX];
    size_t         i, k;
    reg_ocr_box_t  line;

    for (i = 0; i < boxes->n; i++) {
        nearest[i] = of[i];

        if (of[i] != -1) {
            continue;
        }

        least = REG_OCR_SMALL_AWAY;

        for (k = 0; k < boxes->n; k++) {
            if (of[k] == -1) {
                continue;
            }

            line = reg_ocr_box_lying(&boxes->box[k]);
            height = fmaxf(line.height, boxes->box[i].height);
            reg_ocr_group_gap(&line, &boxes->box[i], &along, &across);
            away = hypotf(along, across) / height;

            if (away < least) {
                least = away;
                nearest[i] = of[k];
            }
        }
    }

    for (i = 0; i < boxes->n; i++) {
        of[i] = nearest[i];
    }
}


static void
reg_ocr_group_order(const reg_ocr_boxes_t *boxes, short *of,
    reg_ocr_groups_t *groups)
{
    float   ink[REG_OCR_BOXES_MAX];
    size_t  i, best;

    for (i = 0; i < boxes->n; i++) {
        ink[i] = 0;
        groups->of[i] = -1;
    }

    for (i = 0; i < boxes->n; i++) {
        if (of[i] != -1) {
            ink[of[i]] += boxes->box[i].width * boxes->box[i].height;
        }
    }

    for (groups->n = 0; groups->n < REG_OCR_GROUPS_MAX; groups->n++) {
        best = 0;

        for (i = 1; i < boxes->n; i++) {
            best = (ink[i] > ink[best]) ? i : best;
        }

        if (boxes->n == 0 || ink[best] <= 0) {
            break;
        }

        groups->boxes[groups->n] = 0;

        for (i = 0; i < boxes->n; i++) {
            if (of[i] == (short) best) {
                groups->of[i] = groups->n;
                groups->boxes[groups->n]++;
            }
        }

        ink[best] = 0;
    }
}


void
reg_ocr_group_take(const reg_ocr_boxes_t *boxes,
    const reg_ocr_groups_t *groups, size_t group, reg_ocr_boxes_t *out)
{
    size_t  i;

    out->n = 0;

    for (i = 0; i < boxes->n; i++) {
        if (groups->of[i] == (short) group) {
            out->box[out->n++] = boxes->box[i];
        }
    }
}


void
reg_ocr_group_keep(const reg_ocr_boxes_t *before, reg_ocr_boxes_t *boxes)
{
    float             common[REG_OCR_GROUPS_MAX];
    size_t            i, k, n, best;
    reg_ocr_groups_t  groups;

    reg_ocr_group(boxes, &groups);
    memset(common, 0, sizeof(common));

    for (i = 0; i < boxes->n; i++) {
        for (k = 0; k < before->n && groups.of[i] != -1; k++) {
            common[groups.of[i]] += reg_ocr_group_overlap(&before->box[k],
                                                          &boxes->box[i]);
        }
    }

    for (i = 1, best = 0; i < groups.n; i++) {
        best = (common[i] > common[best]) ? i : best;
    }

    for (i = 0, n = 0; i < boxes->n; i++) {

        /* a sheet may fall into several groups: what was there stays */

        if (groups.of[i] != -1
            && (groups.of[i] == (short) best
                || common[groups.of[i]] > 0.2f * common[best]))
        {
            boxes->box[n++] = boxes->box[i];
        }
    }

    boxes->n = n;
}


/* The lesser box's area if its middle lies within the other, else 0. */

static float
reg_ocr_group_overlap(const reg_ocr_box_t *a, const reg_ocr_box_t *b)
{
    const reg_ocr_box_t  *less, *more;

    less = (a->width * a->height < b->width * b->height) ? a : b;
    more = (less == a) ? b : a;

    return reg_ocr_group_within(less, more) ? less->width * less->height : 0;
}


static int
reg_ocr_group_within(const reg_ocr_box_t *box, const reg_ocr_box_t *other)
{
    float  dx, dy;

    dx = box->centre.x - other->centre.x;
    dy = box->centre.y - other->centre.y;

    return fabsf(dx * other->u.x + dy * other->u.y) <= other->width / 2
           && fabsf(dy * other->u.x - dx * other->u.y) <= other->height / 2;
}


int
reg_ocr_group_covers(const reg_ocr_boxes_t *boxes, const reg_ocr_box_t *box)
{
    size_t  i;

    for (i = 0; i < boxes->n; i++) {
        if (reg_ocr_group_within(box, &boxes->box[i])) {
            return 1;
        }
    }

    return 0;
}


reg_ocr_extent_t
reg_ocr_extent(const reg_ocr_image_t *image, const reg_ocr_boxes_t *boxes)
{
    size_t                  i;
    reg_ocr_extent_t        extent;
    const reg_ocr_point_t  *at;

    extent.left = image->width;
    extent.top = image->height;
    extent.right = extent.bottom = 0;

    for (i = 0; i < boxes->n; i++) {
        at = &boxes->box[i].centre;
        extent.left = fminf(extent.left, at->x);
        extent.top = fminf(extent.top, at->y);
        extent.right = fmaxf(extent.right, at->x);
        extent.bottom = fmaxf(extent.bottom, at->y);
    }

    return extent;
}
