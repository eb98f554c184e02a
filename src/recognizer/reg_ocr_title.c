/*
 * The title of a business licence: where the sheet lies.
 */

#include <math.h>
#include "reg_ocr_find.h"
#include "reg_ocr_title.h"
#include "reg_text.h"


#define REG_OCR_TITLE         "营业执照"
#define REG_OCR_TITLE_N       4

/* Boxes that are read for it, the highest first; how long it is in heights. */

#define REG_OCR_TITLE_TRIES   4
#define REG_OCR_TITLE_LONG    2.2f
#define REG_OCR_TITLE_LONGER  11.0f

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
static reg_code_t reg_ocr_title_read(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, reg_ocr_title_t *title);
static int reg_ocr_title_measure(const reg_ocr_line_t *line, float *x,
    float *span);
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


/* The highest boxes of its shape, lying. */

static size_t
reg_ocr_title_candidates(const reg_ocr_boxes_t *boxes,
    reg_ocr_box_t *candidates)
{
    float            shape;
    size_t           i, k, n;
    reg_ocr_box_t    box;
    reg_ocr_point_t  down;

    for (i = 0, n = 0; i < boxes->n; i++) {
        box = boxes->box[i];

        if (box.height > box.width) {
            down.x = -box.u.y;
            down.y = box.u.x;
            reg_ocr_box_turn(&box, down);
        }

        shape = box.width / box.height;

        if (shape < REG_OCR_TITLE_LONG || shape > REG_OCR_TITLE_LONGER) {
            continue;
        }

        for (k = n; k > 0 && candidates[k - 1].height < box.height; k--) {
            if (k < REG_OCR_TITLE_TRIES) {
                candidates[k] = candidates[k - 1];
            }
        }

        if (k < REG_OCR_TITLE_TRIES) {
            candidates[k] = box;
            n += (n < REG_OCR_TITLE_TRIES);
        }
    }

    return n;
}


static reg_code_t
reg_ocr_title_read(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    reg_ocr_title_t *title)
{
    float            x, y, span;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_boxes_t  boxes;
    reg_ocr_label_t  label;

    boxes.n = 1;
    boxes.box[0] = *box;

    reg_ocr_lines_begin(reader, box->u, &page);
    code = reg_ocr_lines_add(reader, &boxes, &page);

    if (code == REG_OK && reg_ocr_find(&page, REG_OCR_TITLE, &label)
        && reg_ocr_title_measure(label.line, &x, &span))
    {
        y = label.y;

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
 * that were read, since one of the four may be missing.
 */

static int
reg_ocr_title_measure(const reg_ocr_line_t *line, float *x, float *span)
{
    float      at[REG_OCR_TITLE_N], pitch;
    size_t     i, k, first, last;
    int32_t    code;
    reg_str_t  s;

    s.data = (const unsigned char *) REG_OCR_TITLE;
    s.len = sizeof(REG_OCR_TITLE) - 1;
    first = last = REG_OCR_TITLE_N;

    for (i = 0; i < REG_OCR_TITLE_N; i++) {
        code = reg_text_next(&s);

        for (k = 0; k < line->n; k++) {
            if (line->chars[k].code == code) {
                at[i] = line->chars[k].x;
                first = (first == REG_OCR_TITLE_N) ? i : first;
                last = i;
                break;
            }
        }
    }

    if (first == last || at[last] <= at[first]) {
        return 0;
    }

    pitch = (at[last] - at[first]) / (last - first);
    *span = pitch * (REG_OCR_TITLE_N - 1);
    *x = at[first] - first * pitch + *span / 2;

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
