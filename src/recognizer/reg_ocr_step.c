/*
 * What all steps share: the first look at a picture, one reading, the time.
 */

#include <math.h>
#include "reg_ocr_fields.h"
#include "reg_ocr_lines.h"
#include "reg_ocr_step.h"


/* A card has eight lines, larger than those of a whole page. */

#define REG_OCR_CARD_SIDE     640
#define REG_OCR_PAGE_SIDE     960

/* From one line to the next, at least, in heights of their print. */

#define REG_OCR_LEADING       1.2f

/* Milliseconds that a second look or another try may need. */

#define REG_OCR_STEP_TIME     900


/* Whether a line has to be read, as far as labels tell. */

typedef enum {
    REG_OCR_NEED_NOT = 0,
    REG_OCR_NEED_PERHAPS,
    REG_OCR_NEED
} reg_ocr_need_t;


static reg_code_t reg_ocr_read_some(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);
static reg_code_t reg_ocr_read_needed(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);
static void reg_ocr_read_sort(const reg_ocr_page_t *page,
    reg_ocr_boxes_t *boxes);
static float reg_ocr_read_height(const reg_ocr_page_t *page,
    const reg_ocr_boxes_t *boxes, size_t line);
static reg_ocr_need_t reg_ocr_read_need(const reg_ocr_job_t *job,
    const reg_ocr_page_t *page, const reg_ocr_boxes_t *boxes, size_t line);
static reg_code_t reg_ocr_read_lines(reg_ocr_job_t *job,
    reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);
static void reg_ocr_read_more(const reg_ocr_job_t *job,
    const reg_ocr_page_t *page, reg_ocr_boxes_t *boxes);


unsigned
reg_ocr_step_side(reg_ocr_kind_t kind)
{
    return (kind <= REG_OCR_EMBLEM)
           ? REG_OCR_CARD_SIDE : REG_OCR_PAGE_SIDE;
}


int
reg_ocr_step_time_left(const reg_ocr_job_t *job)
{
    return reg_ocr_now() + REG_OCR_STEP_TIME < job->request->deadline;
}


reg_code_t
reg_ocr_step_first_look(reg_ocr_job_t *job, unsigned side)
{
    reg_code_t      code;
    reg_ocr_crop_t  whole;

    if (reg_ocr_now() >= job->request->deadline) {
        return REG_EXPIRED;
    }

    whole.x = 0;
    whole.y = 0;
    whole.width = job->image.width;
    whole.height = job->image.height;

    code = reg_ocr_detect(job->ocr->runtime, &job->image, &whole,
                          side, &job->boxes);

    if (code == REG_OK) {
        reg_ocr_group(&job->boxes, &job->groups);
    }

    return code;
}


reg_code_t
reg_ocr_step_read(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction)
{
    size_t           words, fields;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_boxes_t  all;

    reg_ocr_lines_begin(&job->reader, direction, &page);
    reg_ocr_title_place(&job->title, &page);

    all = *boxes;
    code = reg_ocr_read_lines(job, &all, &page);

    if (code != REG_OK && code != REG_EXPIRED) {
        reg_ocr_page_free(&page);
        return code;
    }

    reg_ocr_step_card_seen(job, &page);
    reg_ocr_page_straighten(&page);
    (void) reg_ocr_fields_seen(&page, &words);
    fields = reg_ocr_step_card_count(job, &page, &words);

    if (job->page.n == 0 || fields > job->fields
        || (fields == job->fields && words > job->words))
    {
        reg_ocr_page_free(&job->page);
        job->page = page;
        job->read = all;
        job->words = words;
        job->fields = fields;

    } else {
        reg_ocr_page_free(&page);
    }

    return code;
}


/*
 * A sheet's lines by their nearness may lack one that stands by itself: what
 * the first look saw on the card is added.
 */

static void
reg_ocr_read_more(const reg_ocr_job_t *job, const reg_ocr_page_t *page,
    reg_ocr_boxes_t *boxes)
{
    size_t           i;
    reg_ocr_box_t    box;
    reg_ocr_card_t   card;
    reg_ocr_point_t  u;

    reg_ocr_card_find(job->request->kind, page, &card);

    if (card.labels < REG_OCR_CARD_SURE) {
        return;
    }

    u.x = page->u[0];
    u.y = page->u[1];

    for (i = 0; i < job->boxes.n && boxes->n < REG_OCR_BOXES_MAX; i++) {
        box = job->boxes.box[i];

        if (reg_ocr_card_has(&card, &box)
            && !reg_ocr_group_covers(boxes, &box))
        {
            reg_ocr_box_turn(&box, u);
            boxes->box[boxes->n++] = box;
        }
    }
}


/*
 * Of a card that is found by some of the lines, only what stands on it; of
 * other documents what labels do not tell to be needless.
 */

static reg_code_t
reg_ocr_read_some(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    size_t          i;
    reg_code_t      code;
    reg_ocr_card_t  card;

    if (job->request->kind > REG_OCR_EMBLEM) {
        return reg_ocr_read_needed(job, boxes, page);
    }

    reg_ocr_card_find(job->request->kind, page, &card);

    for (i = 0; i < boxes->n; i++) {

        if (card.labels >= REG_OCR_CARD_SURE
            && !reg_ocr_card_has(&card, &boxes->box[i]))
        {
            continue;
        }

        code = reg_ocr_lines_add_one(&job->reader, &boxes->box[i], 0, page);
        if (code != REG_OK) {
            return code;
        }

        reg_ocr_card_find(job->request->kind, page, &card);
    }

    return REG_OK;
}


/*
 * From above, since the labels there tell how far down the fields go, and how
 * high their print is: behind them what is set tight, as the words beside a
 * code for telephones.  Last what is needless only if there are no more labels
 * than the few so far.
 */

static reg_code_t
reg_ocr_read_needed(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    size_t           i, n, late[REG_OCR_BOXES_MAX];
    reg_code_t       code;
    reg_ocr_need_t   need;
    reg_ocr_boxes_t  sorted;

    sorted = *boxes;
    n = 0;
    reg_ocr_read_sort(page, &sorted);

    for (i = 0; i < sorted.n; i++) {
        need = reg_ocr_read_need(job, page, &sorted, i);

        if (need == REG_OCR_NEED_PERHAPS) {
            late[n++] = i;

        } else if (need == REG_OCR_NEED) {
            code = reg_ocr_lines_add_one(&job->reader, &sorted.box[i], 0,
                                         page);
            if (code != REG_OK) {
                return code;
            }
        }
    }

    for (i = 0; i < n; i++) {
        need = reg_ocr_read_need(job, page, &sorted, late[i]);

        if (need == REG_OCR_NEED_NOT) {
            continue;
        }

        code = reg_ocr_lines_add_one(&job->reader, &sorted.box[late[i]], 0,
                                     page);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}


static void
reg_ocr_read_sort(const reg_ocr_page_t *page, reg_ocr_boxes_t *boxes)
{
    float            left, right, y, ys[REG_OCR_BOXES_MAX];
    size_t           i, k;
    reg_ocr_boxes_t  all;

    all = *boxes;

    for (i = 0; i < all.n; i++) {
        reg_ocr_lines_where(page, &all.box[i], &left, &right, &y);

        if (reg_ocr_read_height(page, &all, i) < all.box[i].height) {
            y += page->width + page->height;
        }

        for (k = i; k > 0 && ys[k - 1] > y; k--) {
            ys[k] = ys[k - 1];
            boxes->box[k] = boxes->box[k - 1];
        }

        ys[k] = y;
        boxes->box[k] = all.box[i];
    }
}


/*
 * How high a line's print is.  Boxes of small print overlap: where three at
 * least are set tight, as no labels are, the distance between them tells.
 */

static float
reg_ocr_read_height(const reg_ocr_page_t *page, const reg_ocr_boxes_t *boxes,
    size_t line)
{
    float   left, right, y, from, at, height, nearest;
    size_t  i, n;

    height = boxes->box[line].height;
    nearest = INFINITY;
    reg_ocr_lines_where(page, &boxes->box[line], &left, &right, &y);

    for (i = 0, n = 0; i < boxes->n; i++) {
        reg_ocr_lines_where(page, &boxes->box[i], &from, &right, &at);

        at = fabsf(at - y);

        if (fabsf(from - left) < height && at > height / 2
            && at < 2 * REG_OCR_LEADING * height)
        {
            nearest = fminf(nearest, at);
            n++;
        }
    }

    return (n > 1) ? fminf(height, nearest / REG_OCR_LEADING) : height;
}


/* Two thirds of a licence list its trades, which are of no use. */

static reg_ocr_need_t
reg_ocr_read_need(const reg_ocr_job_t *job, const reg_ocr_page_t *page,
    const reg_ocr_boxes_t *boxes, size_t line)
{
    float                left, right, y;
    reg_ocr_needless_t   needless;

    reg_ocr_fields_needless(job->request->kind, page, &needless);
    reg_ocr_lines_where(page, &boxes->box[line], &left, &right, &y);

    if (reg_ocr_read_height(page, boxes, line) < needless.height
        || !reg_ocr_page_inside(&needless.sheet, (left + right) / 2, y))
    {
        return REG_OCR_NEED_NOT;
    }

    if (y < needless.top || right < needless.left || left > needless.right) {
        return REG_OCR_NEED;
    }

    return needless.few ? REG_OCR_NEED_PERHAPS : REG_OCR_NEED_NOT;
}


/*
 * Short lines first: they are cheap, and labels tell which of the others are
 * of no use.
 */

static reg_code_t
reg_ocr_read_lines(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    size_t                i, n;
    reg_code_t            code;
    reg_ocr_boxes_t       some;
    reg_ocr_needless_t    needless;
    const reg_ocr_box_t  *box;

    some.n = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if (box->width < REG_OCR_SHORT * box->height) {
            some.box[some.n++] = *box;
        }
    }

    code = reg_ocr_read_some(job, &some, page);
    if (code != REG_OK) {
        return code;
    }

    reg_ocr_fields_needless(job->request->kind, page, &needless);
    reg_ocr_page_within(page, &needless.sheet);
    n = boxes->n;
    reg_ocr_read_more(job, page, boxes);
    some.n = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if (i >= n || box->width >= REG_OCR_SHORT * box->height) {
            some.box[some.n++] = *box;
        }
    }

    code = reg_ocr_read_some(job, &some, page);
    if (code != REG_OK) {
        return code;
    }

    /* of the emblem's side the long lines have the labels */

    n = boxes->n;
    some.n = 0;
    reg_ocr_read_more(job, page, boxes);

    for (i = n; i < boxes->n; i++) {
        some.box[some.n++] = boxes->box[i];
    }

    return reg_ocr_read_some(job, &some, page);
}
