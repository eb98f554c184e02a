/*
 * Recognition from beginning to end: the steps of one picture, in the order
 * in which they run.
 */

#include <limits.h>
#include <malloc.h>
#include "reg_ocr_fields.h"
#include "reg_ocr_places.h"
#include "reg_ocr_step.h"
#include "reg_ocr_warnings.h"


/* The longer side of the look for a licence's title, which is large. */

#define REG_OCR_TITLE_LOOK    480

/*
 * The longer side of a picture, at most, in pixels: of 12 million every one is
 * of use for the small print of a passport's zone only.
 */

#define REG_OCR_SIDE          3600
#define REG_OCR_ZONE_SIDE     4200

/* Milliseconds that the step under way may take beyond its deadline. */

#define REG_OCR_LAST_STEP     100

/* Pieces of more bytes are the system's own, and go back to it at once. */

#define REG_OCR_MAPPED        (32 * 1024 * 1024)


static void reg_ocr_memory(void);
static reg_code_t reg_ocr_by_title(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes);
static reg_code_t reg_ocr_by_mark(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes);
static reg_code_t reg_ocr_by_mark_closer(reg_ocr_job_t *job);
static reg_code_t reg_ocr_anywhere(reg_ocr_job_t *job);
static reg_code_t reg_ocr_by_card(reg_ocr_job_t *job);
static reg_code_t reg_ocr_by_print(reg_ocr_job_t *job);
static reg_ocr_code_t reg_ocr_finish(reg_ocr_job_t *job, reg_code_t code,
    reg_ocr_result_t *result);


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
 * one another's pages, and the next model's and picture's theirs, until
 * reg_ocr_trim().  To have each picture's pages come anew costs a tenth of its
 * time, and a fifth with two threads, which then wait for one another.
 */

static void
reg_ocr_memory(void)
{
    (void) mallopt(M_ARENA_MAX, 1);
    (void) mallopt(M_MMAP_THRESHOLD, REG_OCR_MAPPED);
    (void) mallopt(M_TRIM_THRESHOLD, INT_MAX);
}


void
reg_ocr_trim(size_t keep)
{
    if (mallinfo2().arena > keep) {
        (void) malloc_trim(0);
    }
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
    reg_code_t          code;
    reg_ocr_job_t      *job;
    reg_ocr_code_t      rc;
    reg_ocr_request_t   hurried;

    hurried = *request;

    if (hurried.deadline > REG_OCR_LAST_STEP) {
        hurried.deadline -= REG_OCR_LAST_STEP;
    }

    job = calloc(1, sizeof(reg_ocr_job_t));
    if (job == NULL) {
        return REG_OCR_FAILED;
    }

    job->ocr = ocr;
    job->request = &hurried;
    job->reader.runtime = ocr->runtime;
    job->reader.alphabet = ocr->alphabet;
    job->reader.image = &job->image;
    job->reader.deadline = hurried.deadline;

    code = reg_ocr_image_decode(request->picture,
                                request->kind == REG_OCR_PASSPORT
                                ? REG_OCR_ZONE_SIDE : REG_OCR_SIDE,
                                &job->image);

    if (code == REG_OK && request->kind == REG_OCR_LICENCE) {
        code = reg_ocr_step_first_look(job, REG_OCR_TITLE_LOOK);

        if (code == REG_OK) {
            code = reg_ocr_by_title(job, &job->boxes);
        }
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_anywhere(job);
    }

    if (code == REG_OK) {
        code = reg_ocr_step_card_again(job);
    }

    rc = reg_ocr_finish(job, code, result);

    reg_ocr_page_free(&job->page);
    reg_ocr_image_free(&job->image);
    free(job);

    return rc;
}


/* A licence has a large title, and with it the sheet is found. */

static reg_code_t
reg_ocr_by_title(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes)
{
    float            scale;
    reg_code_t       code;
    reg_ocr_box_t    part;
    reg_ocr_boxes_t  sheet;

    code = reg_ocr_title_find(&job->reader, boxes, &job->title);

    if (code != REG_OK || job->title.span == 0) {
        return code;
    }

    reg_ocr_title_part(&job->title, &job->image, &part, &scale);

    code = reg_ocr_detect_turned(job->ocr->runtime, &job->image, &part, scale,
                                 &sheet);
    if (code != REG_OK) {
        return code;
    }

    reg_ocr_title_keep(&job->title, &sheet);
    code = reg_ocr_step_read(job, &sheet, job->title.u);

    /* what another paper is called, perhaps */

    if (job->words < REG_OCR_WORDS) {
        job->title.span = 0;
    }

    return code;
}


/* What tells most of where a document lies; cards have nothing like it. */

static reg_code_t
reg_ocr_by_mark(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes)
{
    return (job->request->kind == REG_OCR_LICENCE)
           ? reg_ocr_by_title(job, boxes) : reg_ocr_step_zone(job, boxes);
}


/*
 * Of a document far away some boxes are found, and its title, or the zone of a
 * passport, only from nearer.
 */

static reg_code_t
reg_ocr_by_mark_closer(reg_ocr_job_t *job)
{
    unsigned         side;
    reg_code_t       code;
    reg_ocr_crop_t   crop;
    reg_ocr_boxes_t  boxes;

    code = reg_ocr_by_mark(job, &job->boxes);

    if (code != REG_OK || job->words >= REG_OCR_WORDS) {
        return code;
    }

    side = reg_ocr_step_side(job->request->kind);

    if (reg_ocr_detect_part(&job->image, &job->boxes, &crop)
        < REG_OCR_DETECT_GAIN || !reg_ocr_step_time_left(job))
    {
        return REG_OK;
    }

    code = reg_ocr_detect(job->ocr->runtime, &job->image, &crop, side, &boxes);

    return (code == REG_OK) ? reg_ocr_by_mark(job, &boxes) : code;
}


/* Any other document, and a sheet without that title. */

static reg_code_t
reg_ocr_anywhere(reg_ocr_job_t *job)
{
    size_t      sheet;
    reg_code_t  code;

    sheet = 0;

    code = reg_ocr_step_first_look(job, reg_ocr_step_side(job->request->kind));

    if (code == REG_OK && job->request->kind >= REG_OCR_LICENCE) {
        code = reg_ocr_by_mark_closer(job);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_step_choose(job, &sheet);
    }

    if (code == REG_OK && job->card.labels != 0) {
        code = reg_ocr_by_card(job);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_step_sheet(job, sheet);
    }

    if (code == REG_OK && job->words < REG_OCR_WORDS) {
        code = reg_ocr_by_print(job);
    }

    if (code == REG_OK) {
        code = reg_ocr_step_other_sheets(job, sheet);
    }

    if (code == REG_OK) {
        code = reg_ocr_step_choose_turned(job);
    }

    return code;
}


/* Other papers' words may look like labels: what is no card is forgotten. */

static reg_code_t
reg_ocr_by_card(reg_ocr_job_t *job)
{
    reg_code_t  code;

    code = reg_ocr_step_card_read(job, job->card.labels < REG_OCR_CARD_FOUND);

    if (code != REG_OK || job->fields != 0 || job->words >= REG_OCR_WORDS) {
        return code;
    }

    job->card.labels = 0;

    return reg_ocr_by_print(job);
}


/* A card that the sheet it was looked for on does not show. */

static reg_code_t
reg_ocr_by_print(reg_ocr_job_t *job)
{
    reg_code_t  code;

    if (job->card.labels != 0) {
        return REG_OK;
    }

    code = reg_ocr_step_seek_twice(job);

    if (code == REG_OK && job->card.labels != 0) {
        code = reg_ocr_step_card_read(job, 1);
    }

    return code;
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

    /* what other papers say where a card has its fields is no guess */

    if (job->request->kind > REG_OCR_EMBLEM || job->words >= REG_OCR_WORDS) {
        reg_ocr_fields(job->request->kind, &job->page, job->request->today,
                       result);
    }

    /* of the other readings of a card, what they read better */

    reg_ocr_result_better(result, &job->found);

    if (job->request->kind == REG_OCR_LICENCE) {
        reg_ocr_places_seat(job->ocr->regions, result);

    } else {
        reg_ocr_places(job->ocr->regions, result);
    }

    if (job->late) {
        reg_ocr_result_warn(result, "short_of_time", NULL);
    }

    reg_ocr_warnings(job->request, &job->image, &job->page, &job->read,
                     &job->card, result);

    return REG_OCR_OK;
}
