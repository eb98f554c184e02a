/*
 * Lines: from boxes in a picture to a page of characters.
 */

#include <math.h>
#include "reg_ocr.h"
#include "reg_ocr_ctc.h"
#include "reg_ocr_lines.h"
#include "reg_text.h"


/* What the reading model wants, and what it gives. */

#define REG_OCR_LINE_HEIGHT  48
#define REG_OCR_STEP         8      /* pixels of the strip */
#define REG_OCR_STEPS_LEAST  6
#define REG_OCR_STEPS_MOST   300    /* no line of a document is longer */

/* Longer lines are read in pieces of at most so many steps and an overlap. */

#define REG_OCR_STEPS_LONG   110
#define REG_OCR_OVERLAP      6

/* A part shorter than its overlap tells nothing. */

#define REG_OCR_STEPS_PART   (3 * REG_OCR_OVERLAP / 2)

#define REG_OCR_LEGIBLE      0.5f   /* lines under that are noise */

/*
 * The model was trained on lines of seven heights, with grey behind shorter
 * ones; without it, it misses characters of a blurred line of three or four.
 * To give it to all would cost more than the reading: such lines are read
 * again that are unsure, or have fewer characters than fit.
 */

#define REG_OCR_SHORT_LEAST  7      /* steps */
#define REG_OCR_SHORT_MOST   24
#define REG_OCR_FILLED       40
#define REG_OCR_DOUBT        0.9f
#define REG_OCR_NOISE        0.3f   /* there is nothing to be read again */
#define REG_OCR_CHARACTER    8.5f   /* steps, at most, in print */

/*
 * Labels are printed with room between their characters.  One that leaves so
 * few steps at either end of its line, too few for another character, is whole.
 */

#define REG_OCR_LABEL_END    6

static const char *const  reg_ocr_labels[] = {
    "名称", "名", "称", "类型", "类", "型", "住所", "住", "所", "经营范围",
    "营业执照", "注册资本", "成立日期", "营业期限", "登记机关",
    "姓名", "性别", "民族", "出生", "住址", NULL
};


static reg_code_t reg_ocr_lines_new(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t piece, int again, float legible,
    reg_ocr_page_t *page);
static reg_code_t reg_ocr_lines_line(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t piece, int again, reg_ocr_line_t *line);
static reg_code_t reg_ocr_lines_once(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t steps, size_t filled,
    reg_ocr_line_t *line);
static int reg_ocr_lines_doubtful(const reg_ocr_line_t *line);
static int reg_ocr_lines_label(const reg_ocr_line_t *line);
static reg_code_t reg_ocr_lines_again(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t steps, reg_ocr_line_t *line);
static reg_code_t reg_ocr_lines_run(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t steps, size_t filled,
    reg_ocr_output_t *output);
static float *reg_ocr_lines_fill(float *strip, size_t steps, size_t filled);
static reg_code_t reg_ocr_lines_long(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *box, size_t steps, size_t piece,
    reg_ocr_line_t *line);
static size_t reg_ocr_lines_steps(const reg_ocr_box_t *box);
static reg_ocr_box_t reg_ocr_lines_within(const reg_ocr_box_t *box,
    size_t steps, size_t from, size_t to);
static size_t reg_ocr_lines_cut(const float *before, const float *behind,
    size_t classes);
static void reg_ocr_lines_place(const reg_ocr_box_t *box,
    const reg_ocr_page_t *page, reg_ocr_line_t *line);
static void reg_ocr_line_free(reg_ocr_line_t *line);


void
reg_ocr_lines_begin(const reg_ocr_reader_t *reader, reg_ocr_point_t u,
    reg_ocr_page_t *page)
{
    const reg_ocr_image_t  *image = reader->image;

    memset(page, 0, sizeof(reg_ocr_page_t));

    page->alphabet = reader->alphabet;
    page->u[0] = u.x;
    page->u[1] = u.y;
    page->width = fabsf(u.x) * image->width + fabsf(u.y) * image->height;
    page->height = fabsf(u.y) * image->width + fabsf(u.x) * image->height;
}


reg_code_t
reg_ocr_lines_add(const reg_ocr_reader_t *reader, const reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    size_t      i;
    reg_code_t  code;

    for (i = 0; i < boxes->n; i++) {
        code = reg_ocr_lines_add_one(reader, &boxes->box[i], 0, page);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}


reg_code_t
reg_ocr_lines_append(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t piece, float legible, reg_ocr_page_t *page)
{
    return reg_ocr_lines_new(reader, box, piece, 1, legible, page);
}


reg_code_t
reg_ocr_lines_add_one(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    int glance, reg_ocr_page_t *page)
{
    if (reg_ocr_now() >= reader->deadline) {
        return REG_EXPIRED;
    }

    return reg_ocr_lines_new(reader, box, REG_OCR_PIECE, !glance,
                             REG_OCR_LEGIBLE, page);
}


static reg_code_t
reg_ocr_lines_new(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t piece, int again, float legible, reg_ocr_page_t *page)
{
    reg_code_t       code;
    reg_ocr_line_t  *lines, *line;

    lines = realloc(page->lines, sizeof(reg_ocr_line_t) * (page->n + 1));
    if (lines == NULL) {
        return REG_INTERNAL;
    }

    page->lines = lines;
    line = &lines[page->n];
    memset(line, 0, sizeof(reg_ocr_line_t));

    code = reg_ocr_lines_line(reader, box, piece, again, line);

    if (code != REG_OK || line->steps == 0 || line->confidence < legible) {
        reg_ocr_line_free(line);
        return code;
    }

    reg_ocr_lines_place(box, page, line);
    page->n++;

    return REG_OK;
}


reg_code_t
reg_ocr_lines_try(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    float *score)
{
    reg_code_t      code;
    reg_ocr_line_t  line;

    memset(&line, 0, sizeof(reg_ocr_line_t));

    code = reg_ocr_lines_line(reader, box, REG_OCR_PIECE, 1, &line);

    *score = line.confidence * line.n;
    reg_ocr_line_free(&line);

    return code;
}


static reg_code_t
reg_ocr_lines_line(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t piece, int again, reg_ocr_line_t *line)
{
    size_t      steps;
    reg_code_t  code;

    if (box->height < 1 || box->width < 1) {
        return REG_OK;
    }

    steps = reg_ocr_lines_steps(box);

    if (steps > REG_OCR_STEPS_LONG) {
        return reg_ocr_lines_long(reader, box, steps, piece, line);
    }

    code = reg_ocr_lines_once(reader, box, steps, steps, line);

    if (code == REG_OK && again && reg_ocr_lines_doubtful(line)) {
        code = reg_ocr_lines_again(reader, box, steps, line);
    }

    return code;
}


static reg_code_t
reg_ocr_lines_once(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t steps, size_t filled, reg_ocr_line_t *line)
{
    reg_code_t        code;
    reg_ocr_output_t  output;

    code = reg_ocr_lines_run(reader, box, steps, filled, &output);

    if (code == REG_OK) {
        code = reg_ocr_ctc_read(reader->alphabet, output.data, steps, line);
        reg_ocr_output_free(reader->runtime, &output);
    }

    return code;
}


static int
reg_ocr_lines_doubtful(const reg_ocr_line_t *line)
{
    int     han;
    float   least;
    size_t  i;

    if (line->steps < REG_OCR_SHORT_LEAST || line->steps > REG_OCR_SHORT_MOST
        || line->confidence < REG_OCR_NOISE || reg_ocr_lines_label(line))
    {
        return 0;
    }

    for (i = 0, han = 0, least = 1; i < line->n; i++) {
        han |= reg_text_is_han(line->chars[i].code);
        least = fminf(least, line->chars[i].p);
    }

    return han && (least < REG_OCR_DOUBT
                   || line->n * REG_OCR_CHARACTER < line->steps);
}


static int
reg_ocr_lines_label(const reg_ocr_line_t *line)
{
    size_t     i, k;
    reg_str_t  s;

    if (line->n == 0 || line->chars[0].step > REG_OCR_LABEL_END
        || line->steps - line->chars[line->n - 1].step > REG_OCR_LABEL_END)
    {
        return 0;
    }

    for (i = 0; reg_ocr_labels[i] != NULL; i++) {
        s.data = (const unsigned char *) reg_ocr_labels[i];
        s.len = strlen(reg_ocr_labels[i]);

        for (k = 0; k < line->n && s.len > 0; k++) {
            if (line->chars[k].code != reg_text_next(&s)) {
                break;
            }
        }

        if (k == line->n && s.len == 0) {
            return 1;
        }
    }

    return 0;
}


/* The reading that says more counts. */

static reg_code_t
reg_ocr_lines_again(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t steps, reg_ocr_line_t *line)
{
    reg_code_t      code;
    reg_ocr_line_t  again;

    memset(&again, 0, sizeof(reg_ocr_line_t));

    code = reg_ocr_lines_once(reader, box, steps, REG_OCR_FILLED, &again);

    if (code == REG_OK
        && again.n * again.confidence > line->n * line->confidence)
    {
        reg_ocr_line_free(line);
        *line = again;

    } else {
        reg_ocr_line_free(&again);
    }

    return code;
}


static size_t
reg_ocr_lines_steps(const reg_ocr_box_t *box)
{
    size_t  steps;

    steps = lroundf(REG_OCR_LINE_HEIGHT * box->width / box->height
                    / REG_OCR_STEP);

    steps = (steps < REG_OCR_STEPS_LEAST) ? REG_OCR_STEPS_LEAST : steps;

    return (steps > REG_OCR_STEPS_MOST) ? REG_OCR_STEPS_MOST : steps;
}


static reg_ocr_box_t
reg_ocr_lines_within(const reg_ocr_box_t *box, size_t steps, size_t from,
    size_t to)
{
    float          at;
    reg_ocr_box_t  part;

    at = ((from + to) / 2.0f / steps - 0.5f) * box->width;

    part = *box;
    part.centre.x += at * box->u.x;
    part.centre.y += at * box->u.y;
    part.width = box->width * (to - from) / steps;

    return part;
}


static reg_code_t
reg_ocr_lines_run(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t steps, size_t filled, reg_ocr_output_t *output)
{
    float       *strip;
    reg_code_t   code;

    strip = reg_ocr_image_strip(reader->image, box, steps * REG_OCR_STEP,
                                REG_OCR_LINE_HEIGHT);

    if (strip != NULL && filled > steps) {
        strip = reg_ocr_lines_fill(strip, steps, filled);
    }

    if (strip == NULL) {
        return REG_INTERNAL;
    }

    code = reg_ocr_runtime_run(reader->runtime, REG_OCR_READING, strip,
                               filled * REG_OCR_STEP, REG_OCR_LINE_HEIGHT,
                               output);
    free(strip);

    if (code == REG_OK
        && (output->rank != 3 || output->shape[1] != (int64_t) filled
            || output->shape[2] != (int64_t) reader->alphabet->classes))
    {
        reg_ocr_output_free(reader->runtime, output);
        code = REG_INTERNAL;
    }

    return code;
}


/* Grey is 0 in what the model gets; strip is freed. */

static float *
reg_ocr_lines_fill(float *strip, size_t steps, size_t filled)
{
    float   *wide;
    size_t   row;

    wide = calloc(3 * REG_OCR_LINE_HEIGHT * filled * REG_OCR_STEP,
                  sizeof(float));

    for (row = 0; wide != NULL && row < 3 * REG_OCR_LINE_HEIGHT; row++) {
        memcpy(wide + row * filled * REG_OCR_STEP,
               strip + row * steps * REG_OCR_STEP,
               sizeof(float) * steps * REG_OCR_STEP);
    }

    free(strip);

    return wide;
}


/*
 * The model was trained on lines of seven to twelve heights: a row of the
 * machine-readable zone has thirty, and of its characters a third went
 * missing.  Such a line is read in pieces that overlap.
 */

static reg_code_t
reg_ocr_lines_long(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t steps, size_t piece, reg_ocr_line_t *line)
{
    float             *all;
    size_t             i, n, from, to, cut, classes;
    reg_code_t         code;
    reg_ocr_box_t      part;
    reg_ocr_output_t   output;

    classes = reader->alphabet->classes;

    all = malloc(sizeof(float) * steps * classes);
    if (all == NULL) {
        return REG_INTERNAL;
    }

    n = (steps + piece - 1) / piece;
    code = REG_OK;

    for (i = 0; i < n && code == REG_OK; i++) {
        from = (i == 0) ? 0 : steps * i / n - REG_OCR_OVERLAP;
        to = (i == n - 1) ? steps : steps * (i + 1) / n + REG_OCR_OVERLAP;

        part = reg_ocr_lines_within(box, steps, from, to);

        code = reg_ocr_lines_run(reader, &part, to - from, to - from,
                                 &output);
        if (code != REG_OK) {
            break;
        }

        cut = (i == 0) ? 0 : reg_ocr_lines_cut(all + from * classes,
                                               output.data, classes);

        memcpy(all + (from + cut) * classes, output.data + cut * classes,
               sizeof(float) * (to - from - cut) * classes);

        reg_ocr_output_free(reader->runtime, &output);
    }

    if (code == REG_OK) {
        code = reg_ocr_ctc_read(reader->alphabet, all, steps, line);
    }

    free(all);

    return code;
}


reg_code_t
reg_ocr_lines_parts(const reg_ocr_box_t *box, reg_ocr_page_t *page,
    size_t *steps)
{
    reg_ocr_line_t  *lines;

    *steps = reg_ocr_lines_steps(box);

    lines = realloc(page->lines, sizeof(reg_ocr_line_t) * (page->n + 1));
    if (lines == NULL) {
        return REG_INTERNAL;
    }

    page->lines = lines;
    lines += page->n;
    memset(lines, 0, sizeof(reg_ocr_line_t));

    lines->kept = calloc(*steps * page->alphabet->nkept, sizeof(float));
    if (lines->kept == NULL) {
        return REG_INTERNAL;
    }

    reg_ocr_lines_place(box, page, lines);
    page->n++;

    return REG_OK;
}


reg_code_t
reg_ocr_lines_part(const reg_ocr_reader_t *reader, const reg_ocr_box_t *box,
    size_t from, size_t to, reg_ocr_page_t *page)
{
    size_t             steps, cut, kept;
    reg_code_t         code;
    reg_ocr_box_t      part;
    reg_ocr_line_t    *line, read;
    reg_ocr_output_t   output;

    line = &page->lines[page->n - 1];
    kept = page->alphabet->nkept;
    steps = reg_ocr_lines_steps(box);
    to = (to > steps) ? steps : to;

    if (to < from + REG_OCR_STEPS_PART) {
        return REG_OK;
    }

    part = reg_ocr_lines_within(box, steps, from, to);

    code = reg_ocr_lines_run(reader, &part, to - from, to - from, &output);
    if (code != REG_OK) {
        return code;
    }

    memset(&read, 0, sizeof(reg_ocr_line_t));
    code = reg_ocr_ctc_read(page->alphabet, output.data, to - from, &read);
    reg_ocr_output_free(reader->runtime, &output);

    if (code == REG_OK) {
        cut = (from == 0) ? 0 : reg_ocr_lines_cut(line->kept + from * kept,
                                                  read.kept, kept);
        memcpy(line->kept + (from + cut) * kept, read.kept + cut * kept,
               sizeof(float) * (to - from - cut) * kept);

        line->steps = (to > line->steps) ? to : line->steps;
        part = reg_ocr_lines_within(box, steps, 0, line->steps);
        reg_ocr_lines_place(&part, page, line);
    }

    reg_ocr_line_free(&read);

    return code;
}


/* In the overlap, the step at which both are surest that nothing stands. */

static size_t
reg_ocr_lines_cut(const float *before, const float *behind, size_t classes)
{
    float   blank, most;
    size_t  step, cut;

    most = -1;
    cut = REG_OCR_OVERLAP;

    for (step = REG_OCR_OVERLAP / 2; step < 3 * REG_OCR_OVERLAP / 2; step++) {
        blank = before[step * classes] * behind[step * classes];

        if (blank > most) {
            most = blank;
            cut = step;
        }
    }

    return cut;
}


/* Each step is an equal part of the box. */

static void
reg_ocr_lines_place(const reg_ocr_box_t *box, const reg_ocr_page_t *page,
    reg_ocr_line_t *line)
{
    float   x, y, along, across, at;
    size_t  i;

    x = box->centre.x * page->u[0] + box->centre.y * page->u[1];
    y = box->centre.y * page->u[0] - box->centre.x * page->u[1];

    along = box->u.x * page->u[0] + box->u.y * page->u[1];
    across = box->u.y * page->u[0] - box->u.x * page->u[1];

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


void
reg_ocr_lines_where(const reg_ocr_page_t *page, const reg_ocr_box_t *box,
    float *left, float *right, float *y)
{
    float  x;

    x = box->centre.x * page->u[0] + box->centre.y * page->u[1];

    *y = box->centre.y * page->u[0] - box->centre.x * page->u[1];
    *left = x - box->width / 2;
    *right = x + box->width / 2;
}


static void
reg_ocr_line_free(reg_ocr_line_t *line)
{
    free(line->chars);
    free(line->kept);
    memset(line, 0, sizeof(reg_ocr_line_t));
}
