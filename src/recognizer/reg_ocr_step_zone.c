/*
 * The step of a passport: its machine-readable zone instead of all the rest.
 */

#include "reg_ocr_step.h"
#include "reg_ocr_zone.h"


static reg_code_t reg_ocr_zone_direction(reg_ocr_job_t *job,
    const reg_ocr_zone_t *zone, reg_ocr_point_t *direction);


reg_code_t
reg_ocr_step_zone(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes)
{
    int              found;
    size_t           i, n, turn;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_point_t  direction;

    n = reg_ocr_zone_find(boxes, zones);

    for (i = 0; i < n; i++) {
        code = reg_ocr_zone_direction(job, &zones[i], &direction);
        if (code != REG_OK) {
            return code;
        }

        for (turn = 0; turn < 2; turn++) {
            if (reg_ocr_now() >= job->request->deadline) {
                return REG_EXPIRED;
            }

            code = reg_ocr_zone_read(&job->reader, &zones[i], direction,
                                     &page, &found);

            if (code != REG_OK || !found) {
                reg_ocr_page_free(&page);
            }

            if (code != REG_OK) {
                return code;
            }

            if (found) {
                job->zone = 1;
                job->words = REG_OCR_WORDS;
                reg_ocr_page_free(&job->page);
                job->page = page;
                job->read.n = 2;
                job->read.box[0] = zones[i].rows[0];
                job->read.box[1] = zones[i].rows[1];
                return REG_OK;
            }

            direction.x = -direction.x;
            direction.y = -direction.y;
        }
    }

    return REG_OK;
}


/* The likelier of the two; the numbers in it will tell. */

static reg_code_t
reg_ocr_zone_direction(reg_ocr_job_t *job, const reg_ocr_zone_t *zone,
    reg_ocr_point_t *direction)
{
    size_t           i;
    reg_ocr_boxes_t  rows;

    /* a box has u near the x axis as long as it has no direction */

    static const reg_ocr_point_t  across = { 1, 0 };

    rows.n = 2;

    for (i = 0; i < rows.n; i++) {
        rows.box[i] = zone->rows[i];
        reg_ocr_box_turn(&rows.box[i], across);
    }

    return reg_ocr_orient(job->ocr->runtime, &job->image, &rows, direction);
}
