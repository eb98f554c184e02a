/*
 * The steps of a picture with sheets of paper: which of them is meant, how it
 * lies, and a closer look at it.
 */

#include "reg_ocr_fields.h"
#include "reg_ocr_lines.h"
#include "reg_ocr_step.h"


/* More boxes than a card can have. */

#define REG_OCR_CARD_BOXES    20

/* Sheets of paper that are glanced at, and boxes that are read for it. */

#define REG_OCR_SHEETS        5
#define REG_OCR_SHEET_BOXES   3
#define REG_OCR_GLANCE        10
#define REG_OCR_GLANCE_TURNED 40

/* Boxes that are read in all four directions when the words do not come. */

#define REG_OCR_TURN_BOXES    6


static reg_code_t reg_ocr_glances(reg_ocr_job_t *job, int turned,
    size_t *sheet);
static reg_code_t reg_ocr_glance(reg_ocr_job_t *job, size_t group,
    int turned, size_t *words);
static reg_code_t reg_ocr_second_look(reg_ocr_job_t *job,
    reg_ocr_boxes_t *boxes);
static reg_code_t reg_ocr_turn(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction);


reg_code_t
reg_ocr_step_choose(reg_ocr_job_t *job, size_t *sheet)
{
    size_t      i, n;
    reg_code_t  code;

    *sheet = 0;

    for (i = 0, n = 0; i < job->groups.n; i++) {
        n += (job->groups.boxes[i] >= REG_OCR_SHEET_BOXES);
    }

    if (n < 2 && (job->request->kind > REG_OCR_EMBLEM
                  || job->boxes.n < REG_OCR_CARD_BOXES))
    {
        return REG_OK;
    }

    code = reg_ocr_glances(job, 0, sheet);

    return (code == REG_OK) ? reg_ocr_step_choose_turned(job) : code;
}


reg_code_t
reg_ocr_step_choose_turned(reg_ocr_job_t *job)
{
    size_t  sheet;

    if (job->request->kind > REG_OCR_EMBLEM || job->card.labels != 0
        || job->words >= REG_OCR_WORDS)
    {
        return REG_OK;
    }

    return reg_ocr_glances(job, 1, &sheet);
}


static reg_code_t
reg_ocr_glances(reg_ocr_job_t *job, int turned, size_t *sheet)
{
    size_t      i, words, most;
    reg_code_t  code;

    for (i = 0, most = 0; i < job->groups.n && i < REG_OCR_SHEETS; i++) {

        if (job->groups.boxes[i] < REG_OCR_SHEET_BOXES) {
            continue;
        }

        code = reg_ocr_glance(job, i, turned, &words);
        if (code != REG_OK) {
            return code;
        }

        if (words > most) {
            most = words;
            *sheet = i;
        }

        if (job->card.labels >= REG_OCR_CARD_SURE) {
            break;
        }
    }

    return REG_OK;
}


/* Reads the short lines of a sheet, where its labels are, and the widest. */

static reg_code_t
reg_ocr_glance(reg_ocr_job_t *job, size_t group, int turned, size_t *words)
{
    size_t           i, n, seen, widest[1];
    reg_code_t       code;
    reg_ocr_box_t   *box;
    reg_ocr_page_t   page;
    reg_ocr_boxes_t  boxes, some;
    reg_ocr_point_t  direction;

    reg_ocr_group_take(&job->boxes, &job->groups, group, &boxes);

    code = reg_ocr_orient(job->ocr->runtime, &job->image, &boxes,
                          &direction);
    if (code != REG_OK) {
        return code;
    }

    if (turned) {
        direction.x = -direction.x;
        direction.y = -direction.y;
        reg_ocr_orient_turn(&boxes, &direction);
    }

    /* of a card the widest is its number, which tells nothing here */

    n = (job->request->kind <= REG_OCR_EMBLEM)
        ? 0 : reg_ocr_orient_widest(&boxes, widest, 1);
    some.n = 0;

    for (i = 0; i < boxes.n; i++) {
        box = &boxes.box[i];

        if ((n > 0 && i == widest[0])
            || (box->width < REG_OCR_SHORT * box->height
                && some.n < (turned ? REG_OCR_GLANCE_TURNED
                                    : REG_OCR_GLANCE)))
        {
            some.box[some.n++] = *box;
        }
    }

    reg_ocr_lines_begin(job->ocr->alphabet, &job->image, direction, &page);

    code = reg_ocr_lines_add(job->ocr->runtime, &job->image, &some,
                             job->request->deadline, &page);

    reg_ocr_step_card_seen(job, &page);
    reg_ocr_page_straighten(&page);

    (void) reg_ocr_fields_seen(&page, &seen);
    *words = seen + reg_ocr_fields_words(&page, job->request->kind);

    reg_ocr_page_free(&page);

    return code;
}


reg_code_t
reg_ocr_step_sheet(reg_ocr_job_t *job, size_t sheet)
{
    reg_code_t       code;
    reg_ocr_boxes_t  boxes;
    reg_ocr_point_t  direction;

    reg_ocr_group_take(&job->boxes, &job->groups, sheet, &boxes);

    code = reg_ocr_second_look(job, &boxes);

    if (code != REG_OK || job->zone) {
        return code;
    }

    code = reg_ocr_orient(job->ocr->runtime, &job->image, &boxes,
                          &direction);

    if (code == REG_OK) {
        code = reg_ocr_step_read(job, &boxes, direction);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_turn(job, &boxes, direction);
    }

    return code;
}


/* Closer, where the print is small; a passport's zone may be seen now. */

static reg_code_t
reg_ocr_second_look(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes)
{
    unsigned         side;
    reg_code_t       code;
    reg_ocr_crop_t   crop;
    reg_ocr_boxes_t  closer;

    side = reg_ocr_detect_closer(&job->image, boxes,
                                 reg_ocr_step_side(job->request->kind),
                                 &crop);

    if (side == 0) {
        return REG_OK;
    }

    if (!reg_ocr_step_time_left(job)) {
        job->late = 1;
        return REG_OK;
    }

    code = reg_ocr_detect(job->ocr->runtime, &job->image, &crop, side,
                          &closer);
    if (code != REG_OK) {
        return code;
    }

    reg_ocr_group_keep(boxes, &closer);

    if (closer.n > 0) {
        *boxes = closer;
    }

    return (job->request->kind == REG_OCR_PASSPORT)
           ? reg_ocr_step_zone(job, boxes) : REG_OK;
}


/* The direction in which the largest boxes read best, if it is another. */

static reg_code_t
reg_ocr_turn(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction)
{
    float            score, sum, most;
    size_t           i, n, turn, best, widest[REG_OCR_TURN_BOXES];
    reg_code_t       code;
    reg_ocr_box_t    box;
    reg_ocr_point_t  u;

    if (!reg_ocr_step_time_left(job)) {
        job->late = 1;
        return REG_OK;
    }

    n = reg_ocr_orient_widest(boxes, widest, REG_OCR_TURN_BOXES);
    most = 0;
    best = 0;
    u = direction;

    for (turn = 0; turn < 4; turn++) {
        for (i = 0, sum = 0; i < n; i++) {
            box = boxes->box[widest[i]];
            reg_ocr_box_turn(&box, u);

            code = reg_ocr_lines_try(job->ocr->runtime, job->ocr->alphabet,
                                     &job->image, &box, &score);
            if (code != REG_OK) {
                return code;
            }

            sum += score;
        }

        if (sum > most * 1.1f) {
            most = sum;
            best = turn;
            direction = u;
        }

        score = u.x;
        u.x = -u.y;
        u.y = score;
    }

    if (best == 0) {
        return REG_OK;
    }

    reg_ocr_orient_turn(boxes, &direction);

    return reg_ocr_step_read(job, boxes, direction);
}


reg_code_t
reg_ocr_step_other_sheets(reg_ocr_job_t *job, size_t sheet)
{
    size_t      i;
    reg_code_t  code;

    for (i = 0; i < job->groups.n && i < REG_OCR_SHEETS; i++) {

        if (job->words >= REG_OCR_WORDS) {
            break;
        }

        if (i == sheet || job->groups.boxes[i] < 2) {
            continue;
        }

        if (!reg_ocr_step_time_left(job)) {
            job->late = 1;
            break;
        }

        code = reg_ocr_step_sheet(job, i);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}
