/*
 * Recognition: the picture of a document in, the fields on it out.
 *
 * The engine reads files only in reg_ocr_create(), writes none, opens no
 * connection, and logs nothing: no value of a picture leaves it but in the
 * result.  Whoever calls it keeps a result's memory, and wipes it.
 */

#ifndef REG_OCR_H_INCLUDED
#define REG_OCR_H_INCLUDED


#include <jansson.h>
#include "reg_date.h"


/* What the picture is said to be: the kinds of the HTTP contract. */

typedef enum {
    REG_OCR_PORTRAIT = 0,           /* id_card_portrait */
    REG_OCR_EMBLEM,                 /* id_card_emblem */
    REG_OCR_HANDHELD,               /* id_card_handheld */
    REG_OCR_LICENCE,                /* licence */
    REG_OCR_PASSPORT,               /* passport_page */
    REG_OCR_KINDS                   /* none of these */
} reg_ocr_kind_t;

/* REG_OCR_KINDS for a name that is none ("supporting" is not read). */

reg_ocr_kind_t reg_ocr_kind_find(reg_str_t name);
const char *reg_ocr_kind_name(reg_ocr_kind_t kind);


typedef enum {
    REG_OCR_OK = 0,                 /* the result is filled in */
    REG_OCR_LATE,                   /* the deadline passed before one was */
    REG_OCR_BAD_PICTURE,            /* not a JPEG, damaged, too many pixels */
    REG_OCR_FAILED                  /* out of memory, or the runtime failed */
} reg_ocr_code_t;

/* A word for logs: "ok", "late", "bad_picture", "failed". */

const char *reg_ocr_code_name(reg_ocr_code_t code);


#define REG_OCR_MAX_BYTES     (16 * 1024 * 1024)
#define REG_OCR_MAX_PIXELS    (50 * 1000 * 1000)

typedef struct {
    reg_ocr_kind_t   kind;
    reg_str_t        picture;       /* a JPEG; EXIF orientation is obeyed */
    reg_date_t       today;         /* in China: "expired" is judged by it */
    uint64_t         deadline;      /* reg_ocr_now() at which to give up */
} reg_ocr_request_t;

/* Milliseconds of CLOCK_MONOTONIC. */

uint64_t reg_ocr_now(void);


typedef enum {
    REG_OCR_DONE = 0,               /* at least one field was read, or a
                                       handheld picture shows a card */
    REG_OCR_UNREADABLE              /* nothing was; warnings say why */
} reg_ocr_state_t;

/*
 * Fields have the names of the application form: name, sex ("M", "F"),
 * ethnicity, birth_date, address, id_number, authority, valid_from,
 * valid_until, long_term ("true"), type, legal_person, established,
 * nationality (ISO 3166-1 alpha-3, or an ICAO 9303 code).  Dates are
 * "YYYY-MM-DD".  What is not vouched for is a guess.
 */

#define REG_OCR_VALUE_MAX     640   /* bytes of UTF-8 with the NUL */
#define REG_OCR_FIELDS_MAX    10
#define REG_OCR_DOUBTS_MAX    64

/* What a character may be instead, and how likely beside what was read. */

typedef struct {
    unsigned         at;            /* its place in the value */
    int32_t          code;
    float            p;
} reg_ocr_doubt_t;

typedef struct {
    const char      *name;          /* static */
    char             value[REG_OCR_VALUE_MAX];
    float            confidence;    /* 0 to 1: of its worst character */
    unsigned         vouched:1;
    size_t           ndoubts;
    reg_ocr_doubt_t  doubts[REG_OCR_DOUBTS_MAX];
} reg_ocr_field_t;

/*
 * Warnings are stable words:
 *
 *   unreadable         blurred, dark, or no text that belongs to this kind
 *   too_small          text of the document is under the size that reads well
 *   glare              a reflection or overexposed part hides something
 *   wrong_kind         another kind of document: "seen" says which, if known
 *   wrong_side         the other side of the card is needed
 *   cropped            a field lies beyond the edge of the picture
 *   expired            valid_until is before today
 *   not_yet_valid      valid_from is after today
 *   checksum           a number was read but fails its check digit
 *   mismatch           a field as read contradicts another one
 *   no_card            no card is to be seen in the hand-held picture
 *   number_illegible   the card in the hand is there, its number not legible
 *   screen             a photograph of a screen
 *   incomplete         a field of this kind was not found
 *   short_of_time      the deadline cut the search short
 */

#define REG_OCR_WARNINGS_MAX  16

typedef struct {
    const char      *code;          /* static */
    const char      *field;         /* static; NULL: of the whole picture */
} reg_ocr_warning_t;

typedef struct {
    reg_ocr_state_t    state;
    reg_ocr_kind_t     seen;        /* what it looks like; REG_OCR_KINDS:
                                       cannot be told */
    size_t             nfields;
    reg_ocr_field_t    fields[REG_OCR_FIELDS_MAX];
    size_t             nwarnings;
    reg_ocr_warning_t  warnings[REG_OCR_WARNINGS_MAX];
} reg_ocr_result_t;

/*
 * {"state": "done", "seen": "licence", "fields": {"name": {"value": "...",
 * "confidence": 0.98, "vouched": true}}, "warnings": [{"code": "expired",
 * "field": "valid_until"}]}; "long_term" has the value true.  "seen" is left
 * out when it cannot be told.  NULL when memory is out; the caller owns it.
 */

json_t *reg_ocr_result_json(const reg_ocr_result_t *result);


/*
 * The engine: three models and the runtime's sessions over them, one set for
 * all threads.  Made after the last fork(), by one thread; it starts no
 * threads of its own.  models is the directory that holds them.  NULL with
 * the reason in error when they cannot be loaded.
 *
 * After reg_ocr_create() no system call is needed but for memory (mmap,
 * munmap, mremap, madvise, brk), futex and clock_gettime; the runtime may
 * ask for sched_getaffinity, sched_yield and getcpu.
 */

typedef struct reg_ocr_s  reg_ocr_t;

reg_ocr_t *reg_ocr_create(const char *models, reg_error_t *error);
void reg_ocr_destroy(reg_ocr_t *ocr);

/*
 * Reads one picture.  Any number of threads may be inside at once; each takes
 * one processor and up to about 170 MB, which the process keeps for the next
 * picture until reg_ocr_trim().  Needs a stack of 256 kB.
 *
 * No step is begun in the last tenth of a second before the deadline.  None
 * takes longer than about 0.8 s on one processor: a few hundred milliseconds
 * after the deadline the call has returned.  What is sure by then is given
 * (short_of_time); with nothing read at all it is REG_OCR_LATE.
 *
 * The result is filled in only with REG_OCR_OK.
 */

reg_ocr_code_t reg_ocr_recognise(reg_ocr_t *ocr,
    const reg_ocr_request_t *request, reg_ocr_result_t *result);

/*
 * Gives back to the system what pictures took, when the heap has more than so
 * many bytes: REG_OCR_KEEP for each thread while more pictures may come, and 0
 * when none do.  Any thread may call it; pictures that are being read wait for
 * it when they want memory, some milliseconds.
 */

#define REG_OCR_KEEP  ((size_t) 200 * 1024 * 1024)

void reg_ocr_trim(size_t keep);


#endif /* REG_OCR_H_INCLUDED */
