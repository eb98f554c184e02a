/*
 * Lines: from boxes in a picture to a page of characters.
 */

#include <math.h>
#include "reg_ocr.h"
#include "reg_ocr_ctc.h"
#include "reg_ocr_lines.h"


/* What the reading model wants, and what it gives. */

#define REG_OCR_LINE_HEIGHT  48
#define REG_OCR_LINE_WIDTH   2400   /* no line of a document is longer */
#define REG_OCR_STEP         8      /* pixels of the strip */

#define REG_OCR_LEGIBLE      0.5f   /* lines under that are noise */


static reg_code_t reg_ocr_lines_line(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, reg_ocr_line_t *line);
static void reg_ocr_lines_place(const reg_ocr_box_t *box,
    reg_ocr_point_t u, reg_ocr_line_t *line);
static void reg_ocr_line_free(reg_ocr_line_t *line);


reg_code_t
reg_ocr_lines_read(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, reg_ocr_point_t u, uint64_t deadline,
    reg_ocr_page_t *page)
{
    size_t           i;
    reg_code_t       code;
    reg_ocr_line_t  *line;

    page->alphabet = alphabet;
    page->n = 0;
    page->width = fabsf(u.x) * image->width + fabsf(u.y) * image->height;
    page->height = fabsf(u.y) * image->width + fabsf(u.x) * image->height;

    page->lines = calloc(boxes->n + 1, sizeof(reg_ocr_line_t));
    if (page->lines == NULL) {
        return REG_INTERNAL;
    }

    code = REG_OK;

    for (i = 0; i < boxes->n; i++) {
        if (reg_ocr_now() >= deadline) {
            code = REG_EXPIRED;
            break;
        }

        line = &page->lines[page->n];

        code = reg_ocr_lines_line(runtime, alphabet, image, &boxes->box[i],
                                  line);

        if (code != REG_OK || line->confidence < REG_OCR_LEGIBLE) {
            reg_ocr_line_free(line);

            if (code != REG_OK) {
                break;
            }

            continue;
        }

        reg_ocr_lines_place(&boxes->box[i], u, line);
        page->n++;
    }

    reg_ocr_page_straighten(page);

    return code;
}


reg_code_t
reg_ocr_lines_try(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, float *score)
{
    reg_code_t      code;
    reg_ocr_line_t  line;

    memset(&line, 0, sizeof(reg_ocr_line_t));

    code = reg_ocr_lines_line(runtime, alphabet, image, box, &line);

    *score = line.confidence * line.n;
    reg_ocr_line_free(&line);

    return code;
}


static reg_code_t
reg_ocr_lines_line(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, reg_ocr_line_t *line)
{
    float             *strip;
    unsigned           width;
    reg_code_t         code;
    reg_ocr_output_t   output;

    if (box->height < 1 || box->width < 1) {
        return REG_OK;
    }

    width = (unsigned) lroundf(REG_OCR_LINE_HEIGHT * box->width / box->height
                               / REG_OCR_STEP) * REG_OCR_STEP;

    width = (width < REG_OCR_LINE_HEIGHT) ? REG_OCR_LINE_HEIGHT : width;
    width = (width > REG_OCR_LINE_WIDTH) ? REG_OCR_LINE_WIDTH : width;

    strip = reg_ocr_image_strip(image, box, width, REG_OCR_LINE_HEIGHT);
    if (strip == NULL) {
        return REG_INTERNAL;
    }

    code = reg_ocr_runtime_run(runtime, REG_OCR_READING, strip, width,
                               REG_OCR_LINE_HEIGHT, &output);
    free(strip);

    if (code != REG_OK) {
        return code;
    }

    if (output.rank == 3 && output.shape[2] == (int64_t) alphabet->classes) {
        code = reg_ocr_ctc_read(alphabet, output.data, output.shape[1], line);

    } else {
        code = REG_INTERNAL;
    }

    reg_ocr_output_free(runtime, &output);

    return code;
}


/* Each step is an equal part of the box; u is the direction of the page. */

static void
reg_ocr_lines_place(const reg_ocr_box_t *box, reg_ocr_point_t u,
    reg_ocr_line_t *line)
{
    float   x, y, along, across, at;
    size_t  i;

    x = box->centre.x * u.x + box->centre.y * u.y;
    y = box->centre.y * u.x - box->centre.x * u.y;

    along = box->u.x * u.x + box->u.y * u.y;
    across = box->u.y * u.x - box->u.x * u.y;

    line->left = x - along * box->width / 2;
    line->right = x + along * box->width / 2;
    line->top = y - across * box->width / 2;
    line->bottom = y + across * box->width / 2;
    line->height = box->height;

    for (i = 0; i < line->n; i++) {
        at = ((line->chars[i].step + 0.5f) / line->steps - 0.5f) * box->width;

        line->chars[i].x = x + along * at;
        line->chars[i].y = y + across * at;
    }
}


static void
reg_ocr_line_free(reg_ocr_line_t *line)
{
    free(line->chars);
    free(line->kept);
    memset(line, 0, sizeof(reg_ocr_line_t));
}
