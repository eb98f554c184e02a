/*
 * Orientation: which way the text of a picture runs.
 */

#include <math.h>
#include "reg_ocr_orient.h"


#define REG_OCR_LONG          1.7f  /* a box whose shape tells its axis */
#define REG_OCR_VOTERS        8
#define REG_OCR_UNANIMOUS     4     /* with so many of one mind it is over */

/* The input of the model, and its second output: "stands on its head". */

#define REG_OCR_STAND_WIDTH   192
#define REG_OCR_STAND_HEIGHT  48


static reg_code_t reg_ocr_orient_heads(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_boxes_t *boxes, float *heads);
static int reg_ocr_orient_compare(const void *a, const void *b);


reg_code_t
reg_ocr_orient(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    reg_ocr_boxes_t *boxes, reg_ocr_point_t *direction)
{
    float                 lying, standing, heads;
    size_t                i;
    reg_code_t            code;
    const reg_ocr_box_t  *box;

    lying = standing = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if (box->width > REG_OCR_LONG * box->height) {
            lying += sqrtf(box->width / box->height);

        } else if (box->height > REG_OCR_LONG * box->width) {
            standing += sqrtf(box->height / box->width);
        }
    }

    direction->x = (standing > lying) ? 0 : 1;
    direction->y = (standing > lying) ? 1 : 0;

    reg_ocr_orient_turn(boxes, direction);

    code = reg_ocr_orient_heads(runtime, image, boxes, &heads);

    if (code == REG_OK && heads > 0.5f) {
        direction->x = -direction->x;
        direction->y = -direction->y;

        reg_ocr_orient_turn(boxes, direction);
    }

    return code;
}


/* The share of the widest lines that stand on their heads. */

static reg_code_t
reg_ocr_orient_heads(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, float *heads)
{
    float             *strip, sum;
    size_t             i, n, widest[REG_OCR_VOTERS];
    reg_code_t         code;
    reg_ocr_box_t      box;
    reg_ocr_output_t   output;

    n = reg_ocr_orient_widest(boxes, widest, REG_OCR_VOTERS);
    sum = 0;

    for (i = 0; i < n; i++) {
        box = boxes->box[widest[i]];

        /* as trained: the beginning of a line, not the whole squeezed */

        if (box.width > box.height * 4) {
            box.centre.x -= box.u.x * (box.width - box.height * 4) / 2;
            box.centre.y -= box.u.y * (box.width - box.height * 4) / 2;
            box.width = box.height * 4;
        }

        strip = reg_ocr_image_strip(image, &box, REG_OCR_STAND_WIDTH,
                                    REG_OCR_STAND_HEIGHT);
        if (strip == NULL) {
            return REG_INTERNAL;
        }

        code = reg_ocr_runtime_run(runtime, REG_OCR_DIRECTION, strip,
                                   REG_OCR_STAND_WIDTH, REG_OCR_STAND_HEIGHT,
                                   &output);
        free(strip);

        if (code != REG_OK) {
            return code;
        }

        sum += (output.data[1] > 0.5f);
        reg_ocr_output_free(runtime, &output);

        if (i + 1 == REG_OCR_UNANIMOUS
            && (sum == 0 || sum == REG_OCR_UNANIMOUS))
        {
            n = REG_OCR_UNANIMOUS;
        }
    }

    *heads = (n == 0) ? 0 : sum / n;

    return REG_OK;
}


void
reg_ocr_orient_turn(reg_ocr_boxes_t *boxes, reg_ocr_point_t *direction)
{
    float            angles[REG_OCR_BOXES_MAX], along, across, angle;
    size_t           i, n;
    reg_ocr_box_t   *box;
    reg_ocr_point_t  u;

    n = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];
        reg_ocr_box_turn(box, *direction);

        if (box->width > REG_OCR_LONG * box->height) {
            along = box->u.x * direction->x + box->u.y * direction->y;
            across = box->u.y * direction->x - box->u.x * direction->y;
            angles[n++] = atan2f(across, along);
        }
    }

    if (n == 0) {
        return;
    }

    qsort(angles, n, sizeof(float), reg_ocr_orient_compare);
    angle = angles[n / 2];

    u.x = direction->x * cosf(angle) - direction->y * sinf(angle);
    u.y = direction->y * cosf(angle) + direction->x * sinf(angle);
    *direction = u;

    /* short boxes have no direction of their own */

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if (box->width > REG_OCR_LONG * box->height) {
            reg_ocr_box_turn(box, *direction);

        } else {
            box->u = *direction;
        }
    }
}


size_t
reg_ocr_orient_widest(const reg_ocr_boxes_t *boxes, size_t *widest, size_t n)
{
    size_t  i, k, count;

    count = 0;

    for (i = 0; i < boxes->n; i++) {

        for (k = count; k > 0; k--) {
            if (boxes->box[widest[k - 1]].width >= boxes->box[i].width) {
                break;
            }

            if (k < n) {
                widest[k] = widest[k - 1];
            }
        }

        if (k < n) {
            widest[k] = i;
            count += (count < n);
        }
    }

    return count;
}


static int
reg_ocr_orient_compare(const void *a, const void *b)
{
    float  x, y;

    x = *(const float *) a;
    y = *(const float *) b;

    return (x > y) - (x < y);
}
