/*
 * Recognition from beginning to end: the steps of one picture, in the order
 * in which they run.
 */

#include <malloc.h>
#include <math.h>
#include "reg_ocr_card.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_group.h"
#include "reg_ocr_lines.h"
#include "reg_ocr_orient.h"
#include "reg_ocr_places.h"
#include "reg_ocr_title.h"
#include "reg_ocr_warnings.h"
#include "reg_ocr_zone.h"


/*
 * The longer side of the first look, in pixels of the model's input: a card
 * has eight lines, larger than those of a whole page.
 */

#define REG_OCR_CARD_SIDE     640
#define REG_OCR_PAGE_SIDE     960

/* And of the look for a licence's title, which is large. */

#define REG_OCR_TITLE_LOOK    480

/* So many words make sure that a page is what it is said to be, upright. */

#define REG_OCR_WORDS         2

/* So many labels tell where a card is, and what does not stand on it. */

#define REG_OCR_CARD_FOUND    2
#define REG_OCR_CARD_SURE     3

/* More boxes than a card can have. */

#define REG_OCR_CARD_BOXES    20

/* Pixels of the first look to a millimetre with which a card is read. */

#define REG_OCR_CARD_CLEAR    4.6f

/* Sheets of paper that are glanced at, and boxes that are read for it. */

#define REG_OCR_SHEETS        5
#define REG_OCR_SHEET_BOXES   3
#define REG_OCR_GLANCE        10
#define REG_OCR_GLANCE_TURNED 40

/* Labels are lines shorter than so many heights. */

#define REG_OCR_SHORT         7

/* Boxes that are read in all four directions when the words do not come. */

#define REG_OCR_TURN_BOXES    6

/* Milliseconds that a second look or another try may need. */

#define REG_OCR_STEP_TIME     900


/* Bytes: of one piece, and of all, that a picture's end gives back. */

#define REG_OCR_KEEP          (32 * 1024 * 1024)
#define REG_OCR_KEEP_MOST     (512 * 1024 * 1024)


struct reg_ocr_s {
    reg_ocr_runtime_t   *runtime;
    reg_ocr_alphabet_t  *alphabet;
    reg_regions_t       *regions;           /* NULL: there are none */
};

/* One picture on its way; page is the best reading so far. */

typedef struct {
    reg_ocr_t                *ocr;
    const reg_ocr_request_t  *request;
    reg_ocr_image_t           image;
    reg_ocr_boxes_t           boxes;
    reg_ocr_groups_t          groups;
    reg_ocr_page_t            page;
    reg_ocr_boxes_t           read;         /* what page was read from */
    reg_ocr_card_t            card;
    reg_ocr_title_t           title;        /* of a licence, or span is 0 */
    size_t                    words;
    size_t                    fields;       /* of a card, found on page */
    unsigned                  zone:1;       /* page is a zone, all else is
                                               of no use */
    unsigned                  late:1;
    unsigned                  closer:1;     /* the card was looked at so */
} reg_ocr_job_t;


static void reg_ocr_memory(void);
static unsigned reg_ocr_first_side(reg_ocr_kind_t kind);
static reg_code_t reg_ocr_anywhere(reg_ocr_job_t *job);
static reg_code_t reg_ocr_by_title(reg_ocr_job_t *job);
static reg_code_t reg_ocr_first_look(reg_ocr_job_t *job, unsigned side);
static reg_code_t reg_ocr_zone(reg_ocr_job_t *job);
static reg_code_t reg_ocr_zone_direction(reg_ocr_job_t *job,
    const reg_ocr_zone_t *zone, reg_ocr_point_t *direction);
static reg_code_t reg_ocr_choose(reg_ocr_job_t *job, size_t *sheet);
static reg_code_t reg_ocr_choose_turned(reg_ocr_job_t *job);
static reg_code_t reg_ocr_glances(reg_ocr_job_t *job, int turned,
    size_t *sheet);
static reg_code_t reg_ocr_glance(reg_ocr_job_t *job, size_t group,
    int turned, size_t *words);
static reg_code_t reg_ocr_card(reg_ocr_job_t *job, int closer);
static void reg_ocr_card_seen(reg_ocr_job_t *job, reg_ocr_page_t *page);
static size_t reg_ocr_card_count(const reg_ocr_job_t *job,
    const reg_ocr_page_t *page);
static int reg_ocr_card_lacks(const reg_ocr_job_t *job);
static reg_code_t reg_ocr_second_look(reg_ocr_job_t *job,
    reg_ocr_boxes_t *boxes);
static reg_code_t reg_ocr_read(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, reg_ocr_point_t direction);
static reg_code_t reg_ocr_read_lines(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes, reg_ocr_page_t *page);
static reg_code_t reg_ocr_turn(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction);
static reg_code_t reg_ocr_sheet(reg_ocr_job_t *job, size_t sheet);
static reg_code_t reg_ocr_other_sheets(reg_ocr_job_t *job, size_t sheet);
static int reg_ocr_time_left(const reg_ocr_job_t *job);
static reg_ocr_code_t reg_ocr_finish(reg_ocr_job_t *job, reg_code_t code,
    reg_ocr_result_t *result);


static const char *const  reg_ocr_card_fields[][5] = {
    { "id_number", "name", "address", "ethnicity", NULL },
    { "authority", "valid_from", NULL }
};


reg_ocr_t *
reg_ocr_create(const char *models, reg_error_t *error)
{
    char        path[4096];
    reg_ocr_t  *ocr;

    ocr = calloc(1, sizeof(reg_ocr_t));
    if (ocr == NULL) {
        reg_error_set(error, "out of memory");
        return NULL;
    }

    reg_ocr_memory();

    snprintf(path, sizeof(path), "%s/ppocr_keys_v1.txt", models);

    ocr->alphabet = reg_ocr_alphabet_load(path, error);

    /* without that table places are given as they were read */

    snprintf(path, sizeof(path), "%s/regions.json", models);
    ocr->regions = reg_regions_load(path, error);

    if (ocr->alphabet != NULL) {
        ocr->runtime = reg_ocr_runtime_create(models, error);
    }

    if (ocr->runtime == NULL) {
        reg_ocr_destroy(ocr);
        return NULL;
    }

    return ocr;
}


/*
 * A model's tensors come and go a thousand times a picture: they are to reuse
 * one another's pages, and the next model's theirs, until malloc_trim().
 */

static void
reg_ocr_memory(void)
{
    (void) mallopt(M_ARENA_MAX, 1);
    (void) mallopt(M_MMAP_THRESHOLD, REG_OCR_KEEP);
    (void) mallopt(M_TRIM_THRESHOLD, REG_OCR_KEEP_MOST);
}


void
reg_ocr_destroy(reg_ocr_t *ocr)
{
    if (ocr != NULL) {
        reg_ocr_runtime_destroy(ocr->runtime);
        reg_regions_free(ocr->regions);
        free(ocr->alphabet);
        free(ocr);
    }
}


uint64_t
reg_ocr_now(void)
{
    struct timespec  now;

    (void) clock_gettime(CLOCK_MONOTONIC, &now);

    return (uint64_t) now.tv_sec * 1000 + now.tv_nsec / 1000000;
}


reg_ocr_code_t
reg_ocr_recognise(reg_ocr_t *ocr, const reg_ocr_request_t *request,
    reg_ocr_result_t *result)
{
    reg_code_t       code;
    reg_ocr_job_t   *job;
    reg_ocr_code_t   rc;

    job = calloc(1, sizeof(reg_ocr_job_t));
    if (job == NULL) {
        return REG_OCR_FAILED;
    }

    job->ocr = ocr;
    job->request = request;

    code = reg_ocr_image_decode(request->picture, &job->image);

    if (code == REG_OK && request->kind == REG_OCR_LICENCE) {
        code = reg_ocr_by_title(job);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_anywhere(job);
    }

    if (code == REG_OK && reg_ocr_card_lacks(job)) {
        code = reg_ocr_card(job, 1);
    }

    rc = reg_ocr_finish(job, code, result);

    reg_ocr_page_free(&job->page);
    reg_ocr_image_free(&job->image);
    free(job);

    /* what the picture took goes back to the system: 170 MB become 103 */

    (void) malloc_trim(0);

    return rc;
}


/* A licence has a title that a small look finds, and with it the sheet. */

static reg_code_t
reg_ocr_by_title(reg_ocr_job_t *job)
{
    float            scale;
    reg_code_t       code;
    reg_ocr_box_t    part;
    reg_ocr_boxes_t  boxes;

    code = reg_ocr_first_look(job, REG_OCR_TITLE_LOOK);
    if (code != REG_OK) {
        return code;
    }

    code = reg_ocr_title_find(job->ocr->runtime, job->ocr->alphabet,
                              &job->image, &job->boxes,
                              job->request->deadline, &job->title);

    if (code != REG_OK || job->title.span == 0) {
        return code;
    }

    reg_ocr_title_part(&job->title, &job->image, &part, &scale);

    code = reg_ocr_detect_turned(job->ocr->runtime, &job->image, &part, scale,
                                 &boxes);
    if (code != REG_OK) {
        return code;
    }

    reg_ocr_title_keep(&job->title, &boxes);

    return reg_ocr_read(job, &boxes, job->title.u);
}


/* Any other document, and a sheet without that title. */

static reg_code_t
reg_ocr_anywhere(reg_ocr_job_t *job)
{
    size_t      sheet;
    reg_code_t  code;

    sheet = 0;
    job->title.span = 0;

    code = reg_ocr_first_look(job, reg_ocr_first_side(job->request->kind));

    if (code == REG_OK && job->request->kind == REG_OCR_PASSPORT) {
        code = reg_ocr_zone(job);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_choose(job, &sheet);
    }

    if (code == REG_OK && job->card.labels >= REG_OCR_CARD_FOUND) {
        code = reg_ocr_card(job, 0);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_sheet(job, sheet);
    }

    if (code == REG_OK) {
        code = reg_ocr_other_sheets(job, sheet);
    }

    if (code == REG_OK) {
        code = reg_ocr_choose_turned(job);
    }

    return code;
}


static reg_code_t
reg_ocr_first_look(reg_ocr_job_t *job, unsigned side)
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


static unsigned
reg_ocr_first_side(reg_ocr_kind_t kind)
{
    return (kind <= REG_OCR_EMBLEM)
           ? REG_OCR_CARD_SIDE : REG_OCR_PAGE_SIDE;
}


/* The rows that machines read say all that a passport's page does. */

static reg_code_t
reg_ocr_zone(reg_ocr_job_t *job)
{
    int              found;
    size_t           i, n, turn;
    reg_code_t       code;
    reg_ocr_page_t   page;
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_point_t  direction;

    n = reg_ocr_zone_find(&job->boxes, zones);

    for (i = 0; i < n; i++) {
        code = reg_ocr_zone_direction(job, &zones[i], &direction);
        if (code != REG_OK) {
            return code;
        }

        for (turn = 0; turn < 2; turn++) {
            if (reg_ocr_now() >= job->request->deadline) {
                return REG_EXPIRED;
            }

            code = reg_ocr_zone_read(job->ocr->runtime, job->ocr->alphabet,
                                     &job->image, &zones[i], direction, &page,
                                     &found);

            if (code != REG_OK || !found) {
                reg_ocr_page_free(&page);
            }

            if (code != REG_OK) {
                return code;
            }

            if (found) {
                job->zone = 1;
                job->words = REG_OCR_WORDS;
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


/* With several papers on the table: the one that has the words. */

static reg_code_t
reg_ocr_choose(reg_ocr_job_t *job, size_t *sheet)
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

    return (code == REG_OK) ? reg_ocr_choose_turned(job) : code;
}


/* A card may be among the lines of a paper that lies the other way up. */

static reg_code_t
reg_ocr_choose_turned(reg_ocr_job_t *job)
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

    reg_ocr_card_seen(job, &page);
    reg_ocr_page_straighten(&page);

    (void) reg_ocr_fields_seen(&page, &seen);
    *words = seen + reg_ocr_fields_words(&page, job->request->kind);

    reg_ocr_page_free(&page);

    return code;
}


static reg_code_t
reg_ocr_sheet(reg_ocr_job_t *job, size_t sheet)
{
    reg_code_t       code;
    reg_ocr_boxes_t  boxes;
    reg_ocr_point_t  direction;

    reg_ocr_group_take(&job->boxes, &job->groups, sheet, &boxes);

    code = reg_ocr_second_look(job, &boxes);

    if (code == REG_OK) {
        code = reg_ocr_orient(job->ocr->runtime, &job->image, &boxes,
                              &direction);
    }

    if (code == REG_OK) {
        code = reg_ocr_read(job, &boxes, direction);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_turn(job, &boxes, direction);
    }

    return code;
}


/* The card that a page shows, if it shows more of it than the last one. */

static void
reg_ocr_card_seen(reg_ocr_job_t *job, reg_ocr_page_t *page)
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


/* Reads what stands on the card, and nothing around it. */

static reg_code_t
reg_ocr_card(reg_ocr_job_t *job, int closer)
{
    float            scale, shrunk;
    size_t           i, n;
    unsigned         side;
    reg_code_t       code;
    reg_ocr_crop_t   crop;
    reg_ocr_boxes_t  boxes;
    reg_ocr_point_t  direction;

    scale = hypotf(job->card.u.x, job->card.u.y);
    direction.x = job->card.u.x / scale;
    direction.y = job->card.u.y / scale;

    shrunk = (float) reg_ocr_first_side(job->request->kind)
             / fmaxf(job->image.width, job->image.height);
    boxes = job->boxes;

    if (closer || scale * fminf(shrunk, 1) < REG_OCR_CARD_CLEAR) {
        job->closer = 1;

        if (!reg_ocr_time_left(job)) {
            job->late = 1;
            return REG_OK;
        }

        side = reg_ocr_card_crop(&job->card, &job->image, &crop);
        if (side == 0) {
            return REG_OK;
        }

        code = reg_ocr_detect(job->ocr->runtime, &job->image, &crop, side,
                              &boxes);
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

    return reg_ocr_read(job, &boxes, direction);
}


/* How many fields of a card a page has, of those that are printed. */

static size_t
reg_ocr_card_count(const reg_ocr_job_t *job, const reg_ocr_page_t *page)
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


/* Whether something of the card was not read. */

static int
reg_ocr_card_lacks(const reg_ocr_job_t *job)
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


/* Closer, where the print is small. */

static reg_code_t
reg_ocr_second_look(reg_ocr_job_t *job, reg_ocr_boxes_t *boxes)
{
    unsigned         side;
    reg_code_t       code;
    reg_ocr_crop_t   crop;
    reg_ocr_boxes_t  closer;

    side = reg_ocr_detect_closer(&job->image, boxes,
                                 reg_ocr_first_side(job->request->kind),
                                 &crop);

    if (side == 0) {
        return REG_OK;
    }

    if (!reg_ocr_time_left(job)) {
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

    return REG_OK;
}


/* A reading with more words than the one before takes its place. */

static reg_code_t
reg_ocr_read(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction)
{
    size_t          words, fields;
    reg_code_t      code;
    reg_ocr_page_t  page;

    reg_ocr_lines_begin(job->ocr->alphabet, &job->image, direction, &page);
    reg_ocr_title_place(&job->title, &page);

    code = reg_ocr_read_lines(job, boxes, &page);

    if (code != REG_OK && code != REG_EXPIRED) {
        reg_ocr_page_free(&page);
        return code;
    }

    reg_ocr_card_seen(job, &page);
    reg_ocr_page_straighten(&page);
    (void) reg_ocr_fields_seen(&page, &words);
    fields = reg_ocr_card_count(job, &page);

    if (job->page.n == 0 || fields > job->fields
        || (fields == job->fields && words > job->words))
    {
        reg_ocr_page_free(&job->page);
        job->page = page;
        job->read = *boxes;
        job->words = words;
        job->fields = fields;

    } else {
        reg_ocr_page_free(&page);
    }

    return code;
}


/*
 * Short lines first: they are cheap, and labels tell which of the long ones
 * are of no use, as the two thirds of a licence that list its trades.
 */

static reg_code_t
reg_ocr_read_lines(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_page_t *page)
{
    float                 left, right, y;
    size_t                i;
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

    code = reg_ocr_lines_add(job->ocr->runtime, &job->image, &some,
                             job->request->deadline, page);
    if (code != REG_OK) {
        return code;
    }

    reg_ocr_fields_needless(job->request->kind, page, &needless);
    reg_ocr_page_within(page, &needless.sheet);
    some.n = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        if (box->width < REG_OCR_SHORT * box->height) {
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

    return reg_ocr_lines_add(job->ocr->runtime, &job->image, &some,
                             job->request->deadline, page);
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

    if (!reg_ocr_time_left(job)) {
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

    return reg_ocr_read(job, boxes, direction);
}


/* When the sheet chosen says nothing, one of the others may. */

static reg_code_t
reg_ocr_other_sheets(reg_ocr_job_t *job, size_t sheet)
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

        if (!reg_ocr_time_left(job)) {
            job->late = 1;
            break;
        }

        code = reg_ocr_sheet(job, i);
        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}


static int
reg_ocr_time_left(const reg_ocr_job_t *job)
{
    return reg_ocr_now() + REG_OCR_STEP_TIME < job->request->deadline;
}


static reg_ocr_code_t
reg_ocr_finish(reg_ocr_job_t *job, reg_code_t code, reg_ocr_result_t *result)
{
    size_t  words;

    switch (code) {

    case REG_OK:
        break;

    case REG_EXPIRED:
        if (job->page.n == 0) {
            return REG_OCR_LATE;
        }

        job->late = 1;
        break;

    case REG_INTERNAL:
        return REG_OCR_FAILED;

    default:
        return REG_OCR_BAD_PICTURE;
    }

    reg_ocr_result_init(result);

    if (job->zone) {
        result->seen = REG_OCR_PASSPORT;

    } else if (job->words >= REG_OCR_WORDS) {
        result->seen = reg_ocr_fields_seen(&job->page, &words);
    }

    reg_ocr_fields(job->request->kind, &job->page, job->request->today,
                   result);

    if (job->request->kind == REG_OCR_LICENCE) {
        reg_ocr_places_seat(job->ocr->regions, result);

    } else {
        reg_ocr_places(job->ocr->regions, result);
    }

    if (job->late) {
        reg_ocr_result_warn(result, "short_of_time", NULL);
    }

    reg_ocr_warnings(job->request, &job->image, &job->page, &job->read,
                     result);

    return REG_OCR_OK;
}
