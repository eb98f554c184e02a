/*
 * The steps of a card: where it lies by its labels, and what stands on it.
 */

#include <math.h>
#include "reg_ocr_fields.h"
#include "reg_ocr_step.h"


/* Pixels of the first look to a millimetre with which a card is read. */

#define REG_OCR_CARD_CLEAR    4.6f


static const char *const  reg_ocr_card_fields[][5] = {
    { "id_number", "name", "address", "ethnicity", NULL },
    { "authority", "valid_from", NULL }
};


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
        job->closer = 1;

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
reg_ocr_step_card_count(const reg_ocr_job_t *job, const reg_ocr_page_t *page)
{
    size_t              i, n;
    reg_ocr_kind_t      kind;
    reg_ocr_result_t    result;

    kind = job->request->kind;

    if (kind > REG_OCR_EMBLEM) {
        return 0;
    }

    reg_ocr_result_init(&result);
    reg_ocr_fields(kind, page, job->request->today, &result);

    for (i = 0, n = 0; reg_ocr_card_fields[kind][i] != NULL; i++) {
        n += (reg_ocr_result_field(&result, reg_ocr_card_fields[kind][i])
              != NULL);
    }

    return n;
}


int
reg_ocr_step_card_lacks(const reg_ocr_job_t *job)
{
    size_t                i;
    const reg_ocr_box_t  *box;

    if (job->card.labels < REG_OCR_CARD_FOUND || job->closer) {
        return 0;
    }

    if (reg_ocr_card_fields[job->request->kind][job->fields] != NULL) {
        return 1;
    }

    for (i = 0; i < job->boxes.n; i++) {
        box = &job->boxes.box[i];

        if (reg_ocr_card_has(&job->card, box)
            && !reg_ocr_group_covers(&job->read, box))
        {
            return 1;
        }
    }

    return 0;
}
