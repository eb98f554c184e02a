/*
 * One picture: the engine's result as the protocol's text.
 */

#include "recognizer.h"


_Static_assert((int) REG_OCR_KINDS == (int) REG_RECOGNITION_KINDS,
               "the engine and the protocol know the same kinds");


static reg_recognition_status_t recognizer_status(reg_ocr_code_t code);
static int recognizer_print(const reg_ocr_result_t *result,
    recognizer_job_t *job);


void
recognizer_read(reg_ocr_t *ocr, recognizer_job_t *job)
{
    reg_str_t           name;
    reg_ocr_result_t    result;
    reg_ocr_request_t   request;

    name.data = (const unsigned char *) reg_recognition_kind_name(job->kind);
    name.len = strlen((const char *) name.data);

    request.kind = reg_ocr_kind_find(name);
    request.picture.data = job->picture;
    request.picture.len = job->len;
    request.today = reg_date_in_china(time(NULL));
    request.deadline = job->deadline;

    job->status = recognizer_status(reg_ocr_recognise(ocr, &request,
                                                      &result));

    if (job->status != REG_RECOGNITION_OK) {
        return;
    }

    if (!recognizer_print(&result, job)) {
        job->status = REG_RECOGNITION_FAILED;
    }

    explicit_bzero(&result, sizeof(result));
}


static reg_recognition_status_t
recognizer_status(reg_ocr_code_t code)
{
    switch (code) {

    case REG_OCR_OK:
        return REG_RECOGNITION_OK;

    case REG_OCR_LATE:
        return REG_RECOGNITION_LATE;

    case REG_OCR_BAD_PICTURE:
        return REG_RECOGNITION_BAD_PICTURE;

    default:
        return REG_RECOGNITION_FAILED;
    }
}


static int
recognizer_print(const reg_ocr_result_t *result, recognizer_job_t *job)
{
    json_t  *json;

    json = reg_ocr_result_json(result);
    if (json == NULL) {
        return 0;
    }

    job->text = json_dumps(json, JSON_COMPACT|JSON_REAL_PRECISION(3));
    json_decref(json);

    if (job->text == NULL) {
        return 0;
    }

    job->text_len = strlen(job->text);

    return job->text_len <= REG_RECOGNITION_TEXT_MAX;
}
