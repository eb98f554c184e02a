/*
 * The steps of a card: where it lies by its labels, and what stands on it.
 */

#include <math.h>
#include "reg_ocr_fields.h"
#include "reg_ocr_step.h"


/* Pixels of the first look to a millimetre with which a card is read. */

#define REG_OCR_CARD_CLEAR    4.6f


/* A field read worse than that may be read better by a closer look. */

#define REG_OCR_CARD_DOUBT    0.6f

/* One read worse than that may be any print around the card. */

#define REG_OCR_CARD_ANY      0.2f


/* Of each side what is printed on it, or another that stands for it. */

static const char *const  reg_ocr_card_fields[][5][2] = {
    { { "id_number" }, { "name" }, { "address" }, { "ethnicity" } },
    { { "authority" }, { "valid_from" }, { "valid_until", "long_term" } }
};


/* What of a card was not read, or in doubt. */

typedef enum {
    REG_OCR_CARD_COMPLETE = 0,
    REG_OCR_CARD_LACKS_NAME,            /* and nothing else */
    REG_OCR_CARD_LACKS
} reg_ocr_card_lacks_t;


static const reg_ocr_field_t *reg_ocr_card_field(
    const reg_ocr_result_t *result, const char *const names[2]);
static int reg_ocr_card_known(const reg_ocr_job_t *job);
static reg_ocr_card_lacks_t reg_ocr_card_lacks(const reg_ocr_job_t *job);
static reg_code_t reg_ocr_card_read_name(reg_ocr_job_t *job);


void
reg_ocr_step_card_seen(reg_ocr_job_t *job, reg_ocr_page_t *page)
{
    reg_ocr_card_t  card;

    reg_ocr_card_find(job->request->kind, page, &card);

    if (card.labels >= REG_OCR_CARD_SURE) {
        reg_ocr_card_only(&card, page);
    }

    if (card.labels > job->card.labels) {
        job->card = card;
    }
}


reg_code_t
reg_ocr_step_card_read(reg_ocr_job_t *job, int closer)
{
    float            scale, shrunk;
    size_t           i, n;
    reg_code_t       code;
    reg_ocr_box_t    part;
    reg_ocr_boxes_t  boxes;
    reg_ocr_point_t  direction;

    scale = hypotf(job->card.u.x, job->card.u.y);
    direction.x = job->card.u.x / scale;
    direction.y = job->card.u.y / scale;

    shrunk = (float) reg_ocr_step_side(job->request->kind)
             / fmaxf(job->image.width, job->image.height);
    boxes = job->boxes;

    if (closer || scale * fminf(shrunk, 1) < REG_OCR_CARD_CLEAR) {
        /* where it lies by few labels, the look itself may tell better */

        job->closer = (job->card.labels >= REG_OCR_CARD_SURE);

        if (!reg_ocr_step_time_left(job)) {
            job->late = 1;
            return REG_OK;
        }

        reg_ocr_card_part(&job->card, &part, &shrunk);

        code = reg_ocr_detect_turned(job->ocr->runtime, &job->image, &part,
                                     shrunk, &boxes);
        if (code != REG_OK) {
            return code;
        }
    }

    for (i = 0, n = 0; i < boxes.n; i++) {
        if (reg_ocr_card_has(&job->card, &boxes.box[i])) {
            boxes.box[n++] = boxes.box[i];
        }
    }

    boxes.n = n;
    reg_ocr_orient_turn(&boxes, &direction);

    return reg_ocr_step_read(job, &boxes, direction);
}


size_t
reg_ocr_step_card_count(reg_ocr_job_t *job, const reg_ocr_page_t *page,
    size_t *words)
{
    size_t                  i, n;
    reg_ocr_kind_t          kind;
    reg_ocr_result_t        result;
    const reg_ocr_field_t  *field;

    kind = job->request->kind;

    if (kind > REG_OCR_EMBLEM) {
        return 0;
    }

    reg_ocr_result_init(&result);
    reg_ocr_fields(kind, page, job->request->today, &result);

    for (i = 0, n = 0; reg_ocr_card_fields[kind][i][0] != NULL; i++) {
        field = reg_ocr_card_field(&result, reg_ocr_card_fields[kind][i]);
        n += (field != NULL && field->confidence >= REG_OCR_CARD_ANY);
    }

    /*
     * two words make sure that it is a card and no other paper, or a number
     * with its check digit
     */

    field = reg_ocr_result_field(&result, "id_number");

    if (field != NULL && field->vouched && *words < REG_OCR_WORDS) {
        *words = REG_OCR_WORDS;
    }

    if (*words >= REG_OCR_WORDS) {
        reg_ocr_result_better(&job->found, &result);
    }

    return n;
}


static const reg_ocr_field_t *
reg_ocr_card_field(const reg_ocr_result_t *result,
    const char *const names[2])
{
    const reg_ocr_field_t  *field;

    field = reg_ocr_result_field(result, names[0]);

    return (field == NULL && names[1] != NULL)
           ? reg_ocr_result_field(result, names[1]) : field;
}


reg_code_t
reg_ocr_step_card_again(reg_ocr_job_t *job)
{
    switch (reg_ocr_card_lacks(job)) {

    case REG_OCR_CARD_COMPLETE:
        return REG_OK;

    case REG_OCR_CARD_LACKS_NAME:
        return reg_ocr_card_read_name(job);

    default:
        return reg_ocr_step_card_read(job, 1);
    }
}


/* By two labels, or by one and a number whose check digit is right. */

static int
reg_ocr_card_known(const reg_ocr_job_t *job)
{
    const reg_ocr_field_t  *number;

    number = reg_ocr_result_field(&job->found, "id_number");

    return job->card.labels >= REG_OCR_CARD_FOUND
           || (job->card.labels != 0 && number != NULL && number->vouched);
}


/* A name in doubt is looked at by itself; one that is not found is not. */

static reg_ocr_card_lacks_t
reg_ocr_card_lacks(const reg_ocr_job_t *job)
{
    int                     name;
    size_t                  i;
    reg_ocr_kind_t          kind;
    const reg_ocr_box_t    *box;
    const reg_ocr_field_t  *field;

    if (!reg_ocr_card_known(job) || job->closer) {
        return REG_OCR_CARD_COMPLETE;
    }

    kind = job->request->kind;
    name = 0;

    for (i = 0; reg_ocr_card_fields[kind][i][0] != NULL; i++) {
        field = reg_ocr_card_field(&job->found, reg_ocr_card_fields[kind][i]);

        if (field != NULL && field->confidence >= REG_OCR_CARD_DOUBT) {
            continue;
        }

        if (field == NULL || strcmp(field->name, "name") != 0
            || job->card.labels < REG_OCR_CARD_SURE)
        {
            return REG_OCR_CARD_LACKS;
        }

        name = 1;
    }

    for (i = 0; i < job->boxes.n; i++) {
        box = &job->boxes.box[i];

        if (reg_ocr_card_has(&job->card, box)
            && !reg_ocr_group_covers(&job->read, box))
        {
            return REG_OCR_CARD_LACKS;
        }
    }

    return name ? REG_OCR_CARD_LACKS_NAME : REG_OCR_CARD_COMPLETE;
}


/* The surer of both readings stays. */

static reg_code_t
reg_ocr_card_read_name(reg_ocr_job_t *job)
{
    float             scale;
    size_t            i, n;
    reg_code_t        code;
    reg_ocr_box_t     part;
    reg_ocr_page_t    page;
    reg_ocr_boxes_t   boxes;
    reg_ocr_result_t  result;

    reg_ocr_card_name_part(&job->card, &part, &scale);

    code = reg_ocr_detect_turned(job->ocr->runtime, &job->image, &part, scale,
                                 &boxes);
    if (code != REG_OK) {
        return code;
    }

    for (i = 0, n = 0; i < boxes.n; i++) {
        if (reg_ocr_card_name_has(&job->card, &boxes.box[i])) {
            boxes.box[n] = boxes.box[i];
            reg_ocr_box_turn(&boxes.box[n++], part.u);
        }
    }

    boxes.n = n;

    reg_ocr_lines_begin(&job->reader, part.u, &page);
    code = reg_ocr_lines_add(&job->reader, &boxes, &page);

    if (code == REG_OK) {
        reg_ocr_page_straighten(&page);
        reg_ocr_result_init(&result);
        reg_ocr_fields(job->request->kind, &page, job->request->today,
                       &result);
        reg_ocr_result_better(&job->found, &result);
    }

    reg_ocr_page_free(&page);

    return code;
}
