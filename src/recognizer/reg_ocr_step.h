/*
 * The steps of one picture, as reg_ocr.c puts them together.  All of them give
 * REG_OK, REG_EXPIRED when the deadline has passed, or REG_INTERNAL.
 */

#ifndef REG_OCR_STEP_H_INCLUDED
#define REG_OCR_STEP_H_INCLUDED


#include "reg_ocr_card.h"
#include "reg_ocr_group.h"
#include "reg_ocr_orient.h"
#include "reg_ocr_places.h"
#include "reg_ocr_runtime.h"
#include "reg_ocr_title.h"


/* So many words make sure that a page is what it is said to be, upright. */

#define REG_OCR_WORDS         2

/* So many labels tell where a card is, and what does not stand on it. */

#define REG_OCR_CARD_FOUND    2
#define REG_OCR_CARD_SURE     3

/* Labels are lines shorter than so many heights. */

#define REG_OCR_SHORT         7


struct reg_ocr_s {
    reg_ocr_runtime_t   *runtime;
    reg_ocr_alphabet_t  *alphabet;
    reg_regions_t       *regions;           /* NULL: there are none */
};

/* How a sheet was glanced at; in that order. */

typedef enum {
    REG_OCR_GLANCED_NOT = 0,
    REG_OCR_GLANCED_UPRIGHT,            /* and what it says is legible */
    REG_OCR_GLANCED_TURNED
} reg_ocr_glanced_t;

/* One picture on its way; page is the best reading so far. */

typedef struct {
    reg_ocr_t                *ocr;
    const reg_ocr_request_t  *request;
    reg_ocr_image_t           image;
    reg_ocr_reader_t          reader;       /* of image */
    reg_ocr_boxes_t           boxes;
    reg_ocr_groups_t          groups;
    reg_ocr_page_t            page;
    reg_ocr_boxes_t           read;         /* what page was read from */
    reg_ocr_card_t            card;
    reg_ocr_title_t           title;        /* of a licence, or span is 0 */
    reg_ocr_glanced_t         glanced[REG_OCR_GROUPS_MAX];
    size_t                    traces;       /* of a card's labels, at most */
    size_t                    words;
    size_t                    fields;       /* of a card, found on page */
    reg_ocr_result_t          found;        /* of a card, in all readings */
    unsigned                  zone:1;       /* page is a zone, all else is
                                               of no use */
    unsigned                  late:1;
    unsigned                  closer:1;     /* the card was looked at so */
    unsigned                  sought:1;     /* the card, by its print */
    unsigned                  sought_across:1;
} reg_ocr_job_t;


/* The longer side of a kind's first look, in pixels of the model's input. */

unsigned reg_ocr_step_side(reg_ocr_kind_t kind);

/* Whether there is time for a second look or another try. */

int reg_ocr_step_time_left(const reg_ocr_job_t *job);

/* Finds the boxes of the whole picture, and the sheets they are on. */

reg_code_t reg_ocr_step_first_look(reg_ocr_job_t *job, unsigned side);

/* A reading with more words than the one before takes its place. */

reg_code_t reg_ocr_step_read(reg_ocr_job_t *job, const reg_ocr_boxes_t *boxes,
    reg_ocr_point_t direction);

/*
 * A passport's rows that machines read, among some boxes: they say all that
 * its page does.
 */

reg_code_t reg_ocr_step_zone(reg_ocr_job_t *job,
    const reg_ocr_boxes_t *boxes);

/*
 * With several papers on the table: the one that has the words.  The second
 * looks for a card among the lines of one that lies the other way up.
 */

reg_code_t reg_ocr_step_choose(reg_ocr_job_t *job, size_t *sheet);
reg_code_t reg_ocr_step_choose_turned(reg_ocr_job_t *job);

/* Seeks a card by its largest print, once, where no sheet shows one. */

reg_code_t reg_ocr_step_seek(reg_ocr_job_t *job);

/*
 * The same, and then in another look at the picture, a quarter turned and
 * closer: print that runs down a picture is found character by character, if
 * at all.
 */

reg_code_t reg_ocr_step_seek_twice(reg_ocr_job_t *job);

/* Reads a sheet; and the others, when it says nothing. */

reg_code_t reg_ocr_step_sheet(reg_ocr_job_t *job, size_t sheet);
reg_code_t reg_ocr_step_other_sheets(reg_ocr_job_t *job, size_t sheet);

/* Notes the card that a page shows, if it shows more than the last one. */

void reg_ocr_step_card_seen(reg_ocr_job_t *job, reg_ocr_page_t *page);

/* Reads what stands on the card that was seen, and nothing around it. */

reg_code_t reg_ocr_step_card_read(reg_ocr_job_t *job, int closer);

/*
 * How many fields of a card a page has, of those that are printed.  What is
 * better read there than before is kept in found.  A number whose check digit
 * is right counts as many words as make sure.
 */

size_t reg_ocr_step_card_count(reg_ocr_job_t *job,
    const reg_ocr_page_t *page, size_t *words);

/* Looks closer where something of the card was not read, or in doubt. */

reg_code_t reg_ocr_step_card_again(reg_ocr_job_t *job);


#endif /* REG_OCR_STEP_H_INCLUDED */
