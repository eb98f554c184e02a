/*
 * The machine-readable zone of a picture: which boxes its two rows are.
 */

#include <math.h>
#include "reg_ocr_mrz.h"
#include "reg_ocr_zone.h"


/*
 * A box at least so much longer than high may be most of a row; of the other
 * there may be less.  Short ones have no direction of their own.
 */

#define REG_OCR_ZONE_LONG      8.0f
#define REG_OCR_ZONE_PART      2.0f
#define REG_OCR_ZONE_DIRECTED  5.0f

/*
 * Two rows have about one height and direction, and their middles are so far
 * apart, in heights.
 */

#define REG_OCR_ZONE_HEIGHTS   1.9f
#define REG_OCR_ZONE_SINE      0.09f
#define REG_OCR_ZONE_NEAR      0.7f
#define REG_OCR_ZONE_FAR       3.6f

/*
 * From row to row, in pitches: 6.35 mm to 2.54 by 9303-4, and often more, or
 * less where the page is seen at an angle.
 * Detection gives part of a row, mostly without the fillers at its end.
 */

#define REG_OCR_ZONE_ROWS      2.65f
#define REG_OCR_ZONE_LEAST     16.0f
#define REG_OCR_ZONE_MOST      62.0f

/*
 * Nothing stands as near to the rows as they to each other, in their
 * distances: lines of a text have others around them.
 */

#define REG_OCR_ZONE_ROW       0.5f
#define REG_OCR_ZONE_ALONE     1.4f

/* A row found whole is that much longer than its characters' pitches. */

#define REG_OCR_ZONE_AROUND    0.6f


static int reg_ocr_zone_pair(const reg_ocr_box_t *a, const reg_ocr_box_t *b,
    reg_ocr_zone_t *zone);
static float reg_ocr_zone_alone(const reg_ocr_boxes_t *boxes,
    const reg_ocr_zone_t *zone);
static void reg_ocr_zone_insert(reg_ocr_zone_t *zones, size_t *n,
    const reg_ocr_zone_t *zone);


size_t
reg_ocr_zone_find(const reg_ocr_boxes_t *boxes,
    reg_ocr_zone_t zones[REG_OCR_ZONES_MAX])
{
    size_t          i, k, n;
    reg_ocr_box_t   a, b;
    reg_ocr_zone_t  zone;

    n = 0;

    for (i = 0; i < boxes->n; i++) {
        a = reg_ocr_box_lying(&boxes->box[i]);

        if (a.width < REG_OCR_ZONE_LONG * a.height) {
            continue;
        }

        for (k = 0; k < boxes->n; k++) {
            b = reg_ocr_box_lying(&boxes->box[k]);

            if (k != i && b.width > REG_OCR_ZONE_PART * b.height
                && b.width <= a.width && reg_ocr_zone_pair(&a, &b, &zone))
            {
                zone.weight *= reg_ocr_zone_alone(boxes, &zone);
                reg_ocr_zone_insert(zones, &n, &zone);
            }
        }
    }

    return n;
}


static int
reg_ocr_zone_pair(const reg_ocr_box_t *a, const reg_ocr_box_t *b,
    reg_ocr_zone_t *zone)
{
    float  dx, dy, height, across, along, length, sine;

    zone->rows[0] = *a;
    zone->rows[1] = *b;
    reg_ocr_box_turn(&zone->rows[1], a->u);
    b = &zone->rows[1];

    if (b->width < REG_OCR_ZONE_DIRECTED * b->height) {
        zone->rows[1].u = a->u;
    }

    height = (a->height + b->height) / 2;
    sine = fabsf(a->u.x * b->u.y - a->u.y * b->u.x);

    if (fmaxf(a->height, b->height)
        > REG_OCR_ZONE_HEIGHTS * fminf(a->height, b->height)
        || sine > REG_OCR_ZONE_SINE)
    {
        return 0;
    }

    dx = b->centre.x - a->centre.x;
    dy = b->centre.y - a->centre.y;
    along = fabsf(dx * (a->u.x + b->u.x) + dy * (a->u.y + b->u.y)) / 2;
    across = fabsf(dy * (a->u.x + b->u.x) - dx * (a->u.y + b->u.y)) / 2;

    if (across < REG_OCR_ZONE_NEAR * height
        || across > REG_OCR_ZONE_FAR * height
        || (a->width + b->width) / 2 - along
           < fminf(a->width, b->width) / 2)
    {
        return 0;
    }

    zone->pitch = across / REG_OCR_ZONE_ROWS;
    length = fmaxf(a->width, b->width) / zone->pitch;

    if (length < REG_OCR_ZONE_LEAST || length > REG_OCR_ZONE_MOST) {
        return 0;
    }

    /* a row that was found whole tells the pitch best */

    if (length > 0.86f * REG_OCR_MRZ_TD3) {
        zone->pitch *= length / (REG_OCR_MRZ_TD3 + REG_OCR_ZONE_AROUND);
    }

    zone->weight = a->width / a->height * b->width / b->height;

    return 1;
}


/* 1 when nothing else is near, and less for each line that is. */

static float
reg_ocr_zone_alone(const reg_ocr_boxes_t *boxes, const reg_ocr_zone_t *zone)
{
    float                 x, y, across, along, above, below;
    size_t                i, n;
    reg_ocr_box_t         box;
    const reg_ocr_box_t  *row;

    row = &zone->rows[0];
    x = zone->rows[1].centre.x - row->centre.x;
    y = zone->rows[1].centre.y - row->centre.y;
    across = y * row->u.x - x * row->u.y;

    for (i = 0, n = 0; i < boxes->n; i++) {
        box = reg_ocr_box_lying(&boxes->box[i]);

        x = box.centre.x - row->centre.x;
        y = box.centre.y - row->centre.y;
        along = x * row->u.x + y * row->u.y;
        above = fabsf((y * row->u.x - x * row->u.y) / across);
        below = fabsf((y * row->u.x - x * row->u.y) / across - 1);
        above = fminf(above, below);

        n += (box.width > REG_OCR_ZONE_PART * box.height
              && fabsf(box.u.x * row->u.y - box.u.y * row->u.x)
                 < REG_OCR_ZONE_SINE
              && (row->width + box.width) / 2 - fabsf(along)
                 > fminf(row->width, box.width) / 2
              && above > REG_OCR_ZONE_ROW && above < REG_OCR_ZONE_ALONE);
    }

    return 1.0f / ((1 + n) * (1 + n));
}


static void
reg_ocr_zone_insert(reg_ocr_zone_t *zones, size_t *n,
    const reg_ocr_zone_t *zone)
{
    size_t  i;

    for (i = *n; i > 0 && zones[i - 1].weight < zone->weight; i--) {
        if (i < REG_OCR_ZONES_MAX) {
            zones[i] = zones[i - 1];
        }
    }

    if (i < REG_OCR_ZONES_MAX) {
        zones[i] = *zone;
        *n += (*n < REG_OCR_ZONES_MAX);
    }
}
