/*
 * The step of a card that no sheet of paper shows: its largest print is sought
 * line by line, whatever lies around it.
 */

#include <math.h>
#include "reg_ocr_lines.h"
#include "reg_ocr_step.h"


/* Of a line that may be the number its middle is read first, in heights. */

#define REG_OCR_SEEK_PART     5.0f
#define REG_OCR_SEEK_DIGITS   5
#define REG_OCR_SEEK_SURE     0.8f

#define REG_OCR_SEEK_MOST     48

/* The longer side of the look across, in pixels of the model's input. */

#define REG_OCR_SEEK_SIDE     960.0f

/* Heights of free room beside a line; more makes no difference. */

#define REG_OCR_SEEK_ROOM     4.0f

/* Two lines of one text: the sine between them, and the gap in heights. */

#define REG_OCR_SEEK_SINE     0.05f
#define REG_OCR_SEEK_GAP      0.4f


/* The shape of the print that is sought, and how many lines are read for it. */

typedef struct {
    float   least;                  /* widths to a height */
    float   most;
    size_t  lines;
} reg_ocr_seek_t;

static const reg_ocr_seek_t  reg_ocr_seeks[] = {
    { 6.0f, 20.0f, 24 },            /* the 18 digits, and a label perhaps */
    { 2.5f, 9.0f, 8 }               /* two rows of large print */
};

typedef struct {
    reg_ocr_box_t  box;             /* along its longer side */
    float          rank;
    int            other;           /* print of another paper */
} reg_ocr_seek_line_t;


static reg_code_t reg_ocr_seek_across(reg_ocr_job_t *job);
static reg_code_t reg_ocr_seek_among(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes);
static size_t reg_ocr_seek_lines(reg_ocr_kind_t kind,
    const reg_ocr_boxes_t *boxes, reg_ocr_seek_line_t *lines);
static float reg_ocr_seek_room(const reg_ocr_boxes_t *boxes,
    const reg_ocr_box_t *line);
static int reg_ocr_seek_gap(const reg_ocr_box_t *line,
    const reg_ocr_box_t *other, float *gap);
static void reg_ocr_seek_spread(reg_ocr_seek_line_t *lines, size_t n,
    size_t from);
static int reg_ocr_seek_joined(const reg_ocr_box_t *a,
    const reg_ocr_box_t *b);
static reg_code_t reg_ocr_seek_line(reg_ocr_job_t *job,
    const reg_ocr_box_t *line, int *legible);
static reg_code_t reg_ocr_seek_read(reg_ocr_job_t *job,
    const reg_ocr_box_t *line, int glance, reg_ocr_page_t *page,
    int *legible);
static int reg_ocr_seek_digits(const reg_ocr_page_t *page);


reg_code_t
reg_ocr_step_seek(reg_ocr_job_t *job)
{
    if (job->request->kind > REG_OCR_EMBLEM || job->sought) {
        return REG_OK;
    }

    job->sought = 1;

    return reg_ocr_seek_among(job, &job->boxes);
}


reg_code_t
reg_ocr_step_seek_twice(reg_ocr_job_t *job)
{
    reg_code_t  code;

    code = reg_ocr_step_seek(job);

    return (code == REG_OK) ? reg_ocr_seek_across(job) : code;
}


static reg_code_t
reg_ocr_seek_across(reg_ocr_job_t *job)
{
    float            scale;
    reg_code_t       code;
    reg_ocr_box_t    whole;
    reg_ocr_boxes_t  boxes;

    if (job->request->kind > REG_OCR_EMBLEM || job->sought_across
        || job->card.labels != 0 || !reg_ocr_step_time_left(job))
    {
        return REG_OK;
    }

    job->sought_across = 1;

    memset(&whole, 0, sizeof(reg_ocr_box_t));
    whole.centre.x = job->image.width / 2.0f;
    whole.centre.y = job->image.height / 2.0f;
    whole.u.y = -1;
    whole.width = job->image.height;
    whole.height = job->image.width;
    scale = REG_OCR_SEEK_SIDE / fmaxf(whole.width, whole.height);

    code = reg_ocr_detect_turned(job->ocr->runtime, &job->image, &whole,
                                 fminf(scale, 1), &boxes);

    return (code == REG_OK) ? reg_ocr_seek_among(job, &boxes) : code;
}


static reg_code_t
reg_ocr_seek_among(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes)
{
    int                   legible;
    size_t                i, n, tried;
    reg_code_t            code;
    reg_ocr_box_t        *box;
    reg_ocr_seek_line_t   lines[REG_OCR_SEEK_MOST];

    tried = reg_ocr_seeks[job->request->kind].lines;
    n = reg_ocr_seek_lines(job->request->kind, boxes, lines);

    for (i = 0; i < n && tried != 0; i++) {
        if (lines[i].other) {
            continue;
        }

        box = &lines[i].box;
        code = reg_ocr_seek_line(job, box, &legible);

        if (code == REG_OK && job->card.labels == 0 && !legible) {
            box->u.x = -box->u.x;
            box->u.y = -box->u.y;
            code = reg_ocr_seek_line(job, box, &legible);
        }

        if (code != REG_OK || job->card.labels != 0) {
            return code;
        }

        if (legible) {
            reg_ocr_seek_spread(lines, n, i);
        }

        tried--;
    }

    return REG_OK;
}


/*
 * Those of that shape; the likeliest first.  The emblem's side has the largest
 * print, as a rule.  A number is the last line of its card: on one side of it
 * there is no other, as there is of most lines on a sheet of paper.
 */

static size_t
reg_ocr_seek_lines(reg_ocr_kind_t kind, const reg_ocr_boxes_t *boxes,
    reg_ocr_seek_line_t *lines)
{
    size_t                 i, k, n;
    reg_ocr_seek_line_t    line;
    const reg_ocr_seek_t  *seek;

    seek = &reg_ocr_seeks[kind];
    line.other = 0;
    n = 0;

    for (i = 0; i < boxes->n; i++) {
        line.box = reg_ocr_box_lying(&boxes->box[i]);

        if (line.box.width < seek->least * line.box.height
            || line.box.width > seek->most * line.box.height)
        {
            continue;
        }

        line.rank = (kind == REG_OCR_EMBLEM)
                    ? line.box.height : reg_ocr_seek_room(boxes, &line.box);

        for (k = n; k > 0 && lines[k - 1].rank < line.rank; k--) {
            if (k < REG_OCR_SEEK_MOST) {
                lines[k] = lines[k - 1];
            }
        }

        if (k < REG_OCR_SEEK_MOST) {
            lines[k] = line;
            n += (n < REG_OCR_SEEK_MOST);
        }
    }

    return n;
}


/* The greater of the gaps to the next lines before and behind it. */

static float
reg_ocr_seek_room(const reg_ocr_boxes_t *boxes, const reg_ocr_box_t *line)
{
    int     side;
    float   gap, room[2];
    size_t  i;

    room[0] = room[1] = REG_OCR_SEEK_ROOM;

    for (i = 0; i < boxes->n; i++) {
        side = reg_ocr_seek_gap(line, &boxes->box[i], &gap);

        if (side != -1) {
            room[side] = fminf(room[side], gap);
        }
    }

    return fmaxf(room[0], room[1]);
}


/* In heights of the line; on which side of it, or -1 when beside its ends. */

static int
reg_ocr_seek_gap(const reg_ocr_box_t *line, const reg_ocr_box_t *other,
    float *gap)
{
    float          dx, dy, along, across, tall;
    reg_ocr_box_t  box;

    box = *other;
    reg_ocr_box_turn(&box, line->u);

    dx = box.centre.x - line->centre.x;
    dy = box.centre.y - line->centre.y;
    along = dx * line->u.x + dy * line->u.y;
    across = dy * line->u.x - dx * line->u.y;
    tall = (line->height + box.height) / 2;

    *gap = (fabsf(across) - tall) / line->height;

    if (fabsf(along) > (line->width + box.width) / 2
        || fabsf(across) < tall / 2)
    {
        return -1;
    }

    return across > 0;
}


/* What is written around a line of another paper is that paper's. */

static void
reg_ocr_seek_spread(reg_ocr_seek_line_t *lines, size_t n, size_t from)
{
    size_t  i, k, last, queue[REG_OCR_SEEK_MOST];

    lines[from].other = 1;
    queue[0] = from;
    last = 1;

    for (i = 0; i < last; i++) {
        for (k = 0; k < n; k++) {
            if (!lines[k].other
                && reg_ocr_seek_joined(&lines[queue[i]].box, &lines[k].box))
            {
                lines[k].other = 1;
                queue[last++] = k;
            }
        }
    }
}


static int
reg_ocr_seek_joined(const reg_ocr_box_t *a, const reg_ocr_box_t *b)
{
    float  gap;

    return fabsf(a->u.x * b->u.y - a->u.y * b->u.x) < REG_OCR_SEEK_SINE
           && reg_ocr_seek_gap(a, b, &gap) != -1
           && gap < REG_OCR_SEEK_GAP;
}


/* Notes the card if the line shows it; else it may be legible as it is. */

static reg_code_t
reg_ocr_seek_line(reg_ocr_job_t *job, const reg_ocr_box_t *line,
    int *legible)
{
    int             digits;
    reg_code_t      code;
    reg_ocr_box_t   part;
    reg_ocr_page_t  page;

    if (job->request->kind == REG_OCR_PORTRAIT) {
        part = *line;
        part.width = REG_OCR_SEEK_PART * part.height;

        code = reg_ocr_seek_read(job, &part, 1, &page, legible);
        digits = reg_ocr_seek_digits(&page);
        reg_ocr_page_free(&page);

        if (code != REG_OK || !digits) {
            return code;
        }
    }

    code = reg_ocr_seek_read(job, line, 0, &page, legible);

    if (code == REG_OK) {
        reg_ocr_step_card_seen(job, &page);
    }

    reg_ocr_page_free(&page);

    return code;
}


static reg_code_t
reg_ocr_seek_read(reg_ocr_job_t *job, const reg_ocr_box_t *line, int glance,
    reg_ocr_page_t *page, int *legible)
{
    reg_code_t  code;

    reg_ocr_lines_begin(&job->reader, line->u, page);
    code = reg_ocr_lines_add_one(&job->reader, line, glance, page);

    *legible = (code == REG_OK && page->n == 1
                && page->lines[0].n >= REG_OCR_SEEK_DIGITS
                && page->lines[0].confidence >= REG_OCR_SEEK_SURE);

    return code;
}


static int
reg_ocr_seek_digits(const reg_ocr_page_t *page)
{
    size_t                 i;
    const reg_ocr_line_t  *line;

    if (page->n != 1 || page->lines[0].n < REG_OCR_SEEK_DIGITS) {
        return 0;
    }

    line = &page->lines[0];

    for (i = 0; i < line->n; i++) {
        if (line->chars[i].code < '0' || line->chars[i].code > '9') {
            return 0;
        }
    }

    return line->confidence >= REG_OCR_SEEK_SURE;
}
