/*
 * What all steps share: the first look at a picture, one reading, the time.
 */

#include "reg_ocr_fields.h"
#include "reg_ocr_lines.h"
#include "reg_ocr_step.h"


/* A card has eight lines, larger than those of a whole page. */

#define REG_OCR_CARD_SIDE     640
#define REG_OCR_PAGE_SIDE     960

/* Milliseconds that a second look or another try may need. */

#define REG_OCR_STEP_TIME     900


static reg_code_t reg_ocr_read_some(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);
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


/* Of a card that is found by some of the lines, only what stands on it. */

static reg_code_t
reg_ocr_read_some(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    size_t          i;
    reg_code_t      code;
    reg_ocr_card_t  card;

    if (job->request->kind > REG_OCR_EMBLEM) {
        return reg_ocr_lines_add(&job->reader, boxes, page);
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
 * Short lines first: they are cheap, and labels tell which of the long ones
 * are of no use, as the two thirds of a licence that list its trades.
 */

static reg_code_t
reg_ocr_read_lines(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    float                 left, right, y;
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

        if (i < n && box->width < REG_OCR_SHORT * box->height) {
            continue;
        }

        reg_ocr_lines_where(page, box, &left, &right, &y);

        if (box->height >= needless.height
            && reg_ocr_page_inside(&needless.sheet, (left + right) / 2, y)
            && (y < needless.top || right < needless.left
                || left > needless.right))
        {
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
