/*
 * The steps of a picture with sheets of paper: which of them is meant, how it
 * lies, and a closer look at it.
 */

#include "reg_ocr_fields.h"
#include "reg_ocr_lines.h"
#include "reg_ocr_step.h"
#include "reg_text.h"


/* More boxes than a card can have, and how many it has more or less. */

#define REG_OCR_CARD_BOXES    20
#define REG_OCR_CARD_LINES    10

/* Sheets of paper that are glanced at, and boxes that are read for it. */

#define REG_OCR_SHEETS        5
#define REG_OCR_SHEET_BOXES   3
#define REG_OCR_GLANCE        10
#define REG_OCR_GLANCE_TURNED 40
#define REG_OCR_GLANCE_CARD   6     /* of no more lines than a card has */

/*
 * So many different characters of a card's labels tell where it is, though no
 * label is whole; and of lines that are legible so many in ten, that nothing
 * among them stands on its head.
 */

#define REG_OCR_GLANCE_TRACES 4
#define REG_OCR_GLANCE_TENTHS 8
#define REG_OCR_GLANCE_CLEAR  0.8f

/* A label's shape: two characters. */

#define REG_OCR_LABEL_LEAST   1.5f
#define REG_OCR_LABEL_MOST    3.0f

static const char *const  reg_ocr_traces[] = {
    "姓名性别民族出生住址公民身份号码", "居身份证签发效期限"
};

/* Boxes that are read in all four directions when the words do not come. */

#define REG_OCR_TURN_BOXES    6


static reg_code_t reg_ocr_choose_turned(reg_ocr_job_t *job,
    reg_ocr_glanced_t turned);
static reg_code_t reg_ocr_glances(reg_ocr_job_t *job,
    reg_ocr_glanced_t turned, size_t *sheet);
static size_t reg_ocr_sheet_order(const reg_ocr_job_t *job, size_t *order);
static reg_code_t reg_ocr_glance(reg_ocr_job_t *job, size_t group,
    int turned, size_t *words);
static void reg_ocr_glance_take(reg_ocr_kind_t kind, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction, size_t most);
static size_t reg_ocr_glance_words(reg_ocr_job_t *job, reg_ocr_page_t *page);
static size_t reg_ocr_glance_traces(reg_ocr_kind_t kind,
    const reg_ocr_page_t *page);
static int reg_ocr_glance_upright(const reg_ocr_page_t *page, size_t lines);
static void reg_ocr_glance_sort(reg_ocr_kind_t kind, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction);
static reg_code_t reg_ocr_glance_read(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, size_t most, size_t *lines,
    reg_ocr_page_t *page);
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

    /* the largest print is found sooner than a sheet */

    if (job->request->kind == REG_OCR_EMBLEM) {
        code = reg_ocr_step_seek(job);

        if (code != REG_OK || job->card.labels != 0) {
            return code;
        }
    }

    code = reg_ocr_glances(job, REG_OCR_GLANCED_NOT, sheet);

    if (code != REG_OK) {
        return code;
    }

    if (job->traces >= REG_OCR_GLANCE_TRACES) {
        /* among more lines than a card has they may be another paper's */

        return (job->card.labels == 0
                && job->groups.boxes[*sheet] >= REG_OCR_CARD_BOXES)
               ? reg_ocr_step_seek(job) : REG_OK;
    }

    code = reg_ocr_choose_turned(job, REG_OCR_GLANCED_UPRIGHT);

    return (code == REG_OK) ? reg_ocr_step_seek_twice(job) : code;
}


reg_code_t
reg_ocr_step_choose_turned(reg_ocr_job_t *job)
{
    return reg_ocr_choose_turned(job, REG_OCR_GLANCED_TURNED);
}


/* Of the sheets that were not glanced at so before. */

static reg_code_t
reg_ocr_choose_turned(reg_ocr_job_t *job, reg_ocr_glanced_t turned)
{
    size_t  sheet;

    if (job->request->kind > REG_OCR_EMBLEM || job->card.labels != 0
        || job->words >= REG_OCR_WORDS)
    {
        return REG_OK;
    }

    return reg_ocr_glances(job, turned, &sheet);
}


static reg_code_t
reg_ocr_glances(reg_ocr_job_t *job, reg_ocr_glanced_t turned, size_t *sheet)
{
    size_t      i, n, words, most, order[REG_OCR_SHEETS];
    reg_code_t  code;

    n = reg_ocr_sheet_order(job, order);
    *sheet = (n == 0) ? 0 : order[0];

    /* among many lines a glance may miss a card, among few it does not */

    for (i = n; i > 0 && job->request->kind <= REG_OCR_EMBLEM; i--) {
        if (job->groups.boxes[order[i - 1]] >= REG_OCR_CARD_BOXES) {
            *sheet = order[i - 1];
        }
    }

    for (i = 0, most = 0; i < n; i++) {

        if (job->groups.boxes[order[i]] < REG_OCR_SHEET_BOXES
            || (turned && job->glanced[order[i]] >= turned))
        {
            continue;
        }

        code = reg_ocr_glance(job, order[i], turned, &words);
        if (code != REG_OK) {
            return code;
        }

        if (words > most) {
            most = words;
            *sheet = order[i];
        }

        if (job->card.labels >= REG_OCR_CARD_SURE
            || (!turned && job->traces >= REG_OCR_GLANCE_TRACES))
        {
            break;
        }
    }

    return REG_OK;
}


/* Of a card those first that have about as many lines. */

static size_t
reg_ocr_sheet_order(const reg_ocr_job_t *job, size_t *order)
{
    size_t  i, k, n, off, offs[REG_OCR_SHEETS];

    n = (job->groups.n < REG_OCR_SHEETS) ? job->groups.n : REG_OCR_SHEETS;

    for (i = 0; i < n; i++) {
        off = 0;

        if (job->request->kind <= REG_OCR_EMBLEM) {
            off = (job->groups.boxes[i] > REG_OCR_CARD_LINES)
                  ? job->groups.boxes[i] - REG_OCR_CARD_LINES
                  : REG_OCR_CARD_LINES - job->groups.boxes[i];

            /* the largest is it more often than one a little more alike */

            off = (off <= REG_OCR_CARD_LINES / 2) ? 0 : off;
        }

        for (k = i; k > 0 && offs[k - 1] > off; k--) {
            offs[k] = offs[k - 1];
            order[k] = order[k - 1];
        }

        offs[k] = off;
        order[k] = i;
    }

    return n;
}


/* Reads the short lines of a sheet, where its labels are, and the widest. */

static reg_code_t
reg_ocr_glance(reg_ocr_job_t *job, size_t group, int turned, size_t *words)
{
    size_t           most, lines;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_boxes_t  boxes;
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

    most = (boxes.n < REG_OCR_CARD_BOXES)
           ? REG_OCR_GLANCE_CARD : REG_OCR_GLANCE_TURNED;

    reg_ocr_glance_take(job->request->kind, &boxes, direction,
                        turned ? REG_OCR_GLANCE_TURNED : REG_OCR_GLANCE);

    reg_ocr_lines_begin(&job->reader, direction, &page);

    code = reg_ocr_glance_read(job, &boxes, most, &lines, &page);

    if (turned) {
        job->glanced[group] = REG_OCR_GLANCED_TURNED;

    } else if (reg_ocr_glance_upright(&page, lines)) {
        job->glanced[group] = REG_OCR_GLANCED_UPRIGHT;
    }

    *words = reg_ocr_glance_words(job, &page);

    reg_ocr_page_free(&page);

    return code;
}


/* Leaves the boxes that are read: of the short ones so many at most. */

static void
reg_ocr_glance_take(reg_ocr_kind_t kind, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction, size_t most)
{
    size_t          i, n, wide, widest[1];
    reg_ocr_box_t  *box;

    wide = 0;

    /* of a card the widest is its number, which tells nothing here */

    if (kind > REG_OCR_EMBLEM) {
        wide = reg_ocr_orient_widest(boxes, widest, 1);

    } else {
        reg_ocr_glance_sort(kind, boxes, direction);
    }

    for (i = 0, n = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if ((wide > 0 && i == widest[0])
            || (box->width < REG_OCR_SHORT * box->height && n < most))
        {
            boxes->box[n++] = *box;
        }
    }

    boxes->n = n;
}


/* What speaks for a sheet; the card is noted, if one is seen. */

static size_t
reg_ocr_glance_words(reg_ocr_job_t *job, reg_ocr_page_t *page)
{
    size_t  traces, words;

    traces = reg_ocr_glance_traces(job->request->kind, page);
    job->traces = (traces > job->traces) ? traces : job->traces;

    reg_ocr_step_card_seen(job, page);
    reg_ocr_page_straighten(page);

    (void) reg_ocr_fields_seen(page, &words);

    return words + reg_ocr_fields_words(page, job->request->kind)
           + (traces >= REG_OCR_GLANCE_TRACES);
}


/* How many different characters of a card's labels a page has. */

static size_t
reg_ocr_glance_traces(reg_ocr_kind_t kind, const reg_ocr_page_t *page)
{
    size_t     i, k, n;
    int32_t    code;
    reg_str_t  s;

    if (kind > REG_OCR_EMBLEM) {
        return 0;
    }

    s.data = (const unsigned char *) reg_ocr_traces[kind];
    s.len = strlen(reg_ocr_traces[kind]);
    n = 0;

    while (s.len > 0) {
        code = reg_text_next(&s);

        for (i = 0, k = 0; i < page->n; i++, k = 0) {
            while (k < page->lines[i].n
                   && page->lines[i].chars[k].code != code)
            {
                k++;
            }

            if (k < page->lines[i].n) {
                n++;
                break;
            }
        }
    }

    return n;
}


static int
reg_ocr_glance_upright(const reg_ocr_page_t *page, size_t lines)
{
    size_t  i, n;

    for (i = 0, n = 0; i < page->n; i++) {
        n += (page->lines[i].n > 1
              && page->lines[i].confidence >= REG_OCR_GLANCE_CLEAR);
    }

    return 10 * n >= REG_OCR_GLANCE_TENTHS * lines;
}


/*
 * From the edge on at which lines begin: there a card has its labels.  Where
 * other papers' lines are among them, those of a label's shape first.  On the
 * emblem's side the largest print says what it is.
 */

static void
reg_ocr_glance_sort(reg_ocr_kind_t kind, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction)
{
    float           at, begins[REG_OCR_BOXES_MAX];
    size_t          i, k;
    reg_ocr_box_t   box;

    for (i = 0; i < boxes->n; i++) {
        box = boxes->box[i];

        if (kind == REG_OCR_EMBLEM) {
            at = -box.height;

        } else if (boxes->n < REG_OCR_CARD_BOXES) {
            at = box.centre.x * direction.x + box.centre.y * direction.y
                 - box.width / 2;

        } else {
            at = (box.width < REG_OCR_LABEL_LEAST * box.height
                  || box.width > REG_OCR_LABEL_MOST * box.height);
        }

        for (k = i; k > 0 && begins[k - 1] > at; k--) {
            begins[k] = begins[k - 1];
            boxes->box[k] = boxes->box[k - 1];
        }

        begins[k] = at;
        boxes->box[k] = box;
    }
}


/*
 * Until a card is sure; a sheet that shows no label in so many lines is none.
 */

static reg_code_t
reg_ocr_glance_read(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    size_t most, size_t *lines, reg_ocr_page_t *page)
{
    size_t          i;
    reg_code_t      code;
    reg_ocr_card_t  card;

    *lines = boxes->n;

    if (job->request->kind > REG_OCR_EMBLEM) {
        return reg_ocr_lines_add(&job->reader, boxes, page);
    }

    for (i = 0; i < boxes->n; i++) {
        *lines = i + 1;

        code = reg_ocr_lines_add_one(&job->reader, &boxes->box[i], 1, page);
        if (code != REG_OK) {
            return code;
        }

        if (page->n < REG_OCR_CARD_SURE && i + 1 < most) {
            continue;
        }

        reg_ocr_card_find(job->request->kind, page, &card);

        if (card.labels >= REG_OCR_CARD_SURE
            || (i + 1 >= most && card.labels == 0))
        {
            break;
        }
    }

    return REG_OK;
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

            code = reg_ocr_lines_try(&job->reader, &box, &score);
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
    size_t      i, n, order[REG_OCR_SHEETS];
    reg_code_t  code;

    n = reg_ocr_sheet_order(job, order);

    for (i = 0; i < n; i++) {

        if (job->words >= REG_OCR_WORDS) {
            break;
        }

        if (order[i] == sheet || job->groups.boxes[order[i]] < 2) {
            continue;
        }

        if (!reg_ocr_step_time_left(job)) {
            job->late = 1;
            break;
        }

        code = reg_ocr_step_sheet(job, order[i]);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}
