/*
 * The title of a business licence: where the sheet lies.
 */

#include <math.h>
#include "reg_ocr_title.h"
#include "reg_text.h"


#define REG_OCR_TITLE         "营业执照"
#define REG_OCR_TITLE_N       4

/* Boxes that are read for it, the highest first; how long it is in heights. */

#define REG_OCR_TITLE_TRIES   4
#define REG_OCR_TITLE_LONG    2.2f
#define REG_OCR_TITLE_LONGER  11.0f

/* So many of its characters make sure: one may be wrong or missing. */

#define REG_OCR_TITLE_ENOUGH  3

/*
 * Boxes of one character each: their shape, how they differ in size, and how
 * far apart they are, in sizes; how far from its place the next one may be, in
 * these distances.
 */

#define REG_OCR_TITLE_SQUARE  1.6f
#define REG_OCR_TITLE_ALIKE   1.6f
#define REG_OCR_TITLE_NEAR    1.1f
#define REG_OCR_TITLE_FAR     3.0f
#define REG_OCR_TITLE_OFF     0.3f

/*
 * The form of the sheets since 2014 in spans of the title (81 mm on A4): the
 * fields stand so far left, right, above and below its middle, and their
 * characters have this size.
 */

#define REG_OCR_TITLE_SIDE    1.80f
#define REG_OCR_TITLE_ABOVE   0.55f
#define REG_OCR_TITLE_BELOW   2.00f
#define REG_OCR_TITLE_EM      0.053f

/* Boxes of fields, in characters' sizes: one row, with what detection adds. */

#define REG_OCR_TITLE_LOW     0.80f
#define REG_OCR_TITLE_HIGH    2.60f

#define REG_OCR_TITLE_DIRECTED  1.7f

/* Below the title stands which copy of how many it is. */

#define REG_OCR_TITLE_COPY    0.28f

/* The size of characters, in pixels of the input, that is found best. */

#define REG_OCR_TITLE_BEST    14.0f


static size_t reg_ocr_title_candidates(const reg_ocr_boxes_t *boxes,
    reg_ocr_box_t *candidates);
static size_t reg_ocr_title_offer(const reg_ocr_box_t *box,
    reg_ocr_box_t *candidates, size_t n);
static int reg_ocr_title_spaced(const reg_ocr_boxes_t *boxes, size_t first,
    size_t second, reg_ocr_box_t *title);
static const reg_ocr_box_t *reg_ocr_title_last(const reg_ocr_boxes_t *boxes,
    const reg_ocr_box_t *first, const reg_ocr_box_t *second, float off);
static const reg_ocr_box_t *reg_ocr_title_at(const reg_ocr_boxes_t *boxes,
    const reg_ocr_box_t *like, float x, float y, float off);
static float reg_ocr_title_size(const reg_ocr_box_t *box);
static reg_code_t reg_ocr_title_read(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, reg_ocr_title_t *title);
static int reg_ocr_title_measure(const reg_ocr_line_t *line, float *x,
    float *y, float *span);
static void reg_ocr_title_clip(const reg_ocr_image_t *image,
    reg_ocr_box_t *part);


reg_code_t
reg_ocr_title_find(const reg_ocr_reader_t *reader,
    const reg_ocr_boxes_t *boxes, reg_ocr_title_t *title)
{
    size_t          i, n;
    reg_code_t      code;
    reg_ocr_box_t   box, candidates[REG_OCR_TITLE_TRIES];

    title->span = 0;
    n = reg_ocr_title_candidates(boxes, candidates);

    for (i = 0; i < 2 * n && title->span == 0; i++) {
        box = candidates[i / 2];

        /* first as the picture stands, then on its head */

        if ((i % 2 == 1) == (box.u.x > 0 || box.u.x < box.u.y)) {
            box.u.x = -box.u.x;
            box.u.y = -box.u.y;
        }

        code = reg_ocr_title_read(reader, &box, title);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}


/*
 * The highest boxes of its shape, lying.  Its characters stand so far apart
 * that each may be a box.
 */

static size_t
reg_ocr_title_candidates(const reg_ocr_boxes_t *boxes,
    reg_ocr_box_t *candidates)
{
    float          shape;
    size_t         i, k, n;
    reg_ocr_box_t  box;

    for (i = 0, n = 0; i < boxes->n; i++) {
        box = reg_ocr_box_lying(&boxes->box[i]);
        shape = box.width / box.height;

        if (shape >= REG_OCR_TITLE_LONG && shape <= REG_OCR_TITLE_LONGER) {
            n = reg_ocr_title_offer(&box, candidates, n);
            continue;
        }

        for (k = 0; k < boxes->n; k++) {
            if (reg_ocr_title_spaced(boxes, i, k, &box)) {
                n = reg_ocr_title_offer(&box, candidates, n);
            }
        }
    }

    return n;
}


static size_t
reg_ocr_title_offer(const reg_ocr_box_t *box, reg_ocr_box_t *candidates,
    size_t n)
{
    size_t  k;

    for (k = n; k > 0 && candidates[k - 1].height < box->height; k--) {
        if (k < REG_OCR_TITLE_TRIES) {
            candidates[k] = candidates[k - 1];
        }
    }

    if (k < REG_OCR_TITLE_TRIES) {
        candidates[k] = *box;
        n += (n < REG_OCR_TITLE_TRIES);
    }

    return n;
}


/* From left to right, or down, three or four in a row like these two. */

static int
reg_ocr_title_spaced(const reg_ocr_boxes_t *boxes, size_t first,
    size_t second, reg_ocr_box_t *title)
{
    float                 dx, dy, apart, size, off;
    const reg_ocr_box_t  *a, *b;

    a = &boxes->box[first];
    b = &boxes->box[second];
    size = reg_ocr_title_size(a);

    dx = b->centre.x - a->centre.x;
    dy = b->centre.y - a->centre.y;
    apart = hypotf(dx, dy);
    off = REG_OCR_TITLE_OFF * apart;

    if (dx < 0 || (dx == 0 && dy < 0)
        || apart < REG_OCR_TITLE_NEAR * size
        || apart > REG_OCR_TITLE_FAR * size
        || reg_ocr_title_at(boxes, a, b->centre.x, b->centre.y, 0) == NULL
        || reg_ocr_title_at(boxes, a, a->centre.x - dx, a->centre.y - dy, off)
           != NULL)
    {
        return 0;
    }

    b = reg_ocr_title_last(boxes, a, b, off);

    if (b == NULL) {
        return 0;
    }

    dx = b->centre.x - a->centre.x;
    dy = b->centre.y - a->centre.y;
    apart = hypotf(dx, dy);

    title->centre.x = a->centre.x + dx / 2;
    title->centre.y = a->centre.y + dy / 2;
    title->u.x = dx / apart;
    title->u.y = dy / apart;
    title->width = apart + size;
    title->height = size;
    title->score = a->score;

    return 1;
}


/*
 * The last of the characters that follow two of them, each as far from the one
 * before as that from its own; NULL when they are too few for the title.
 */

static const reg_ocr_box_t *
reg_ocr_title_last(const reg_ocr_boxes_t *boxes, const reg_ocr_box_t *first,
    const reg_ocr_box_t *second, float off)
{
    size_t                n;
    const reg_ocr_box_t  *last, *before, *next;

    before = first;
    last = second;

    for (n = 2; n < REG_OCR_TITLE_N; n++) {
        next = reg_ocr_title_at(boxes, first,
                                2 * last->centre.x - before->centre.x,
                                2 * last->centre.y - before->centre.y, off);
        if (next == NULL) {
            break;
        }

        before = last;
        last = next;
    }

    return (n >= REG_OCR_TITLE_ENOUGH) ? last : NULL;
}


/* A character like that one at a place, give or take off; or NULL. */

static const reg_ocr_box_t *
reg_ocr_title_at(const reg_ocr_boxes_t *boxes, const reg_ocr_box_t *like,
    float x, float y, float off)
{
    float                 size, other;
    size_t                i;
    const reg_ocr_box_t  *box;

    size = reg_ocr_title_size(like);

    for (i = 0; i < boxes->n && size > 0; i++) {
        box = &boxes->box[i];
        other = reg_ocr_title_size(box);

        if (other * REG_OCR_TITLE_ALIKE > size
            && other < size * REG_OCR_TITLE_ALIKE
            && hypotf(box->centre.x - x, box->centre.y - y) <= off)
        {
            return box;
        }
    }

    return NULL;
}


/* The longer side of a single character; 0 of what is none. */

static float
reg_ocr_title_size(const reg_ocr_box_t *box)
{
    float  longer, shorter;

    longer = fmaxf(box->width, box->height);
    shorter = fminf(box->width, box->height);

    return (longer < REG_OCR_TITLE_SQUARE * shorter) ? longer : 0;
}


static reg_code_t
reg_ocr_title_read(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    reg_ocr_title_t *title)
{
    float            x, y, span;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_boxes_t  boxes;

    boxes.n = 1;
    boxes.box[0] = *box;

    reg_ocr_lines_begin(reader, box->u, &page);
    code = reg_ocr_lines_add(reader, &boxes, &page);

    if (code == REG_OK && page.n == 1
        && reg_ocr_title_measure(&page.lines[0], &x, &y, &span))
    {
        title->u = box->u;
        title->span = span;
        title->centre.x = x * box->u.x - y * box->u.y;
        title->centre.y = x * box->u.y + y * box->u.x;
    }

    reg_ocr_page_free(&page);

    return code;
}


/*
 * The middle of the title, and from its first to its last character: by those
 * that were read.
 */

static int
reg_ocr_title_measure(const reg_ocr_line_t *line, float *x, float *y,
    float *span)
{
    float                  pitch;
    size_t                 i, k, n, from, place[REG_OCR_TITLE_N];
    int32_t                code;
    reg_str_t              s;
    const reg_ocr_char_t  *read[REG_OCR_TITLE_N];

    s.data = (const unsigned char *) REG_OCR_TITLE;
    s.len = sizeof(REG_OCR_TITLE) - 1;

    for (i = 0, n = 0, from = 0; i < REG_OCR_TITLE_N; i++) {
        code = reg_text_next(&s);

        for (k = from; k < line->n; k++) {
            if (line->chars[k].code == code) {
                read[n] = &line->chars[k];
                place[n++] = i;
                from = k + 1;
                break;
            }
        }
    }

    if (n < REG_OCR_TITLE_ENOUGH || read[n - 1]->x <= read[0]->x) {
        return 0;
    }

    pitch = (read[n - 1]->x - read[0]->x) / (place[n - 1] - place[0]);
    *span = pitch * (REG_OCR_TITLE_N - 1);
    *x = read[0]->x - place[0] * pitch + *span / 2;
    *y = (read[0]->y + read[n - 1]->y) / 2;

    return 1;
}


void
reg_ocr_title_part(const reg_ocr_title_t *title,
    const reg_ocr_image_t *image, reg_ocr_box_t *part, float *scale)
{
    float  down;

    down = title->span * (REG_OCR_TITLE_BELOW - REG_OCR_TITLE_ABOVE) / 2;

    part->u = title->u;
    part->centre.x = title->centre.x - down * title->u.y;
    part->centre.y = title->centre.y + down * title->u.x;
    part->width = title->span * 2 * REG_OCR_TITLE_SIDE;
    part->height = title->span * (REG_OCR_TITLE_ABOVE + REG_OCR_TITLE_BELOW);
    part->score = 0;

    reg_ocr_title_clip(image, part);

    *scale = fminf(REG_OCR_TITLE_BEST / (REG_OCR_TITLE_EM * title->span), 1);
}


/* What lies wholly beyond the picture's edges is of no use. */

static void
reg_ocr_title_clip(const reg_ocr_image_t *image, reg_ocr_box_t *part)
{
    float   x, y, a, b, left, right, top, bottom;
    size_t  i;

    left = top = INFINITY;
    right = bottom = -INFINITY;

    for (i = 0; i < 4; i++) {
        x = (i % 2 == 0 ? 0 : image->width) - part->centre.x;
        y = (i / 2 == 0 ? 0 : image->height) - part->centre.y;
        a = x * part->u.x + y * part->u.y;
        b = y * part->u.x - x * part->u.y;

        left = fminf(left, a);
        right = fmaxf(right, a);
        top = fminf(top, b);
        bottom = fmaxf(bottom, b);
    }

    left = fmaxf(left, -part->width / 2);
    right = fminf(right, part->width / 2);
    top = fmaxf(top, -part->height / 2);
    bottom = fminf(bottom, part->height / 2);

    a = (left + right) / 2;
    b = (top + bottom) / 2;

    part->centre.x += a * part->u.x - b * part->u.y;
    part->centre.y += a * part->u.y + b * part->u.x;
    part->width = right - left;
    part->height = bottom - top;
}


void
reg_ocr_title_keep(const reg_ocr_title_t *title, reg_ocr_boxes_t *boxes)
{
    float                 x, y, dx, dy, em, height;
    size_t                i, n;
    reg_ocr_box_t        *box;

    em = REG_OCR_TITLE_EM * title->span;

    for (i = 0, n = 0; i < boxes->n; i++) {
        box = &boxes->box[i];
        height = fminf(box->width, box->height);
        reg_ocr_box_turn(box, title->u);

        /* a single character has no direction of its own */

        if (box->width < REG_OCR_TITLE_DIRECTED * box->height) {
            box->u = title->u;
        }

        dx = box->centre.x - title->centre.x;
        dy = box->centre.y - title->centre.y;
        x = (dx * title->u.x + dy * title->u.y) / title->span;
        y = (dy * title->u.x - dx * title->u.y) / title->span;

        if (height < REG_OCR_TITLE_LOW * em || height > REG_OCR_TITLE_HIGH * em
            || (fabsf(x) < REG_OCR_TITLE_COPY && y > 0
                && y < REG_OCR_TITLE_COPY))
        {
            continue;
        }

        boxes->box[n++] = *box;
    }

    boxes->n = n;
}


void
reg_ocr_title_place(const reg_ocr_title_t *title, reg_ocr_page_t *page)
{
    page->title_x = title->centre.x * page->u[0]
                    + title->centre.y * page->u[1];
    page->title_y = title->centre.y * page->u[0]
                    - title->centre.x * page->u[1];
    page->title_span = title->span;
}
