/*
 * What nginx's workers and registration-recognizer say to each other, over a
 * unix stream socket: one picture a connection.  Numbers are big-endian.
 *
 *   request  0  length of the picture, 1 to REG_RECOGNITION_PICTURE_MAX (4)
 *            4  REG_RECOGNITION_VERSION (1)
 *            5  reg_recognition_kind_t (1)
 *            6  zero (2)
 *            8  milliseconds in which an answer is of use (4)
 *           12  the picture, a JPEG
 *
 *   answer   0  length of the text, 0 to REG_RECOGNITION_TEXT_MAX (4)
 *            4  REG_RECOGNITION_VERSION (1)
 *            5  reg_recognition_status_t (1)
 *            6  zero (2)
 *            8  with REG_RECOGNITION_OK the result in JSON, else nothing
 *
 * The recogniser closes after its answer, and at once what is no request.  A
 * client that waits no longer closes: its picture is then not looked at.
 */

#ifndef REG_RECOGNITION_H_INCLUDED
#define REG_RECOGNITION_H_INCLUDED


#include <jansson.h>
#include "reg_core.h"


#define REG_RECOGNITION_VERSION      1

#define REG_RECOGNITION_REQUEST      12     /* bytes of a head */
#define REG_RECOGNITION_ANSWER       8

#define REG_RECOGNITION_PICTURE_MAX  (16 * 1024 * 1024)
#define REG_RECOGNITION_TEXT_MAX     (64 * 1024)
#define REG_RECOGNITION_MSEC_MAX     (60 * 1000)


/* Kinds of pictures that can be read; the order is the protocol's. */

typedef enum {
    REG_RECOGNITION_PORTRAIT = 0,
    REG_RECOGNITION_EMBLEM,
    REG_RECOGNITION_HANDHELD,
    REG_RECOGNITION_LICENCE,
    REG_RECOGNITION_PASSPORT,
    REG_RECOGNITION_KINDS           /* none of these */
} reg_recognition_kind_t;

/* By the names of the HTTP contract: "id_card_portrait". */

reg_recognition_kind_t reg_recognition_kind(reg_str_t name);
const char *reg_recognition_kind_name(reg_recognition_kind_t kind);


typedef enum {
    REG_RECOGNITION_OK = 0,
    REG_RECOGNITION_BUSY,           /* too many pictures wait already */
    REG_RECOGNITION_LATE,           /* the time has passed */
    REG_RECOGNITION_BAD_PICTURE,
    REG_RECOGNITION_FAILED,
    REG_RECOGNITION_STATUSES
} reg_recognition_status_t;

/* A word for logs and figures: "ok", "busy", … */

const char *reg_recognition_status_name(reg_recognition_status_t status);


typedef struct {
    size_t                    len;  /* of the picture */
    reg_recognition_kind_t    kind;
    uint32_t                  msec; /* at most REG_RECOGNITION_MSEC_MAX */
} reg_recognition_request_t;

typedef struct {
    size_t                    len;  /* of the text */
    reg_recognition_status_t  status;
} reg_recognition_answer_t;

void reg_recognition_write_request(const reg_recognition_request_t *request,
    unsigned char out[REG_RECOGNITION_REQUEST]);
void reg_recognition_write_answer(const reg_recognition_answer_t *answer,
    unsigned char out[REG_RECOGNITION_ANSWER]);

/* REG_OK, or REG_FORMAT for what is no head of this version. */

reg_code_t reg_recognition_read_request(
    const unsigned char in[REG_RECOGNITION_REQUEST],
    reg_recognition_request_t *request);
reg_code_t reg_recognition_read_answer(
    const unsigned char in[REG_RECOGNITION_ANSWER],
    reg_recognition_answer_t *answer);


/*
 * Reads a result, and believes nothing: {"state": "done" or "unreadable",
 * "seen": KIND, "fields": {NAME: {"value", "confidence", "vouched"}},
 * "warnings": [{"code", "field"}]} with known names and codes only, values of
 * sound text and possible dates.  "seen" and a warning's "field" may be
 * missing; "long_term" is true.  NULL when it is anything else or memory is
 * out; the caller owns the reference.
 */

json_t *reg_recognition_parse(const char *text, size_t len);


/*
 * Warnings: the code, as the recogniser and clients know it, and the word of
 * its message in the form file ("picture_glare").  Ends with a NULL code.
 */

typedef struct {
    const char  *code;
    const char  *message;
} reg_recognition_warning_t;

extern const reg_recognition_warning_t  reg_recognition_warnings[];

/* NULL for an unknown code. */

const char *reg_recognition_message(const char *code);


#endif /* REG_RECOGNITION_H_INCLUDED */
