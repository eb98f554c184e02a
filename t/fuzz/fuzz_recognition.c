/*
 * Fuzzes what a recogniser may say, and what may be said to it: what is
 * accepted is within its limits, and stays so when it is written again.
 */

#include "reg_recognition.h"


static void
fuzz_request(const uint8_t *bytes)
{
    unsigned char              head[REG_RECOGNITION_REQUEST];
    reg_recognition_request_t  request;

    if (reg_recognition_read_request(bytes, &request) != REG_OK) {
        return;
    }

    reg_recognition_write_request(&request, head);

    if (memcmp(head, bytes, sizeof(head)) != 0
        || request.len > REG_RECOGNITION_PICTURE_MAX
        || request.kind >= REG_RECOGNITION_KINDS)
    {
        abort();
    }
}


static void
fuzz_answer(const uint8_t *bytes)
{
    unsigned char             head[REG_RECOGNITION_ANSWER];
    reg_recognition_answer_t  answer;

    if (reg_recognition_read_answer(bytes, &answer) != REG_OK) {
        return;
    }

    reg_recognition_write_answer(&answer, head);

    if (memcmp(head, bytes, sizeof(head)) != 0
        || answer.len > REG_RECOGNITION_TEXT_MAX)
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char    *text;
    json_t  *result, *again;

    if (len >= REG_RECOGNITION_REQUEST) {
        fuzz_request(bytes);
        fuzz_answer(bytes);
    }

    result = reg_recognition_parse((const char *) bytes, len);
    if (result == NULL) {
        return 0;
    }

    text = json_dumps(result, JSON_COMPACT);
    again = text ? reg_recognition_parse(text, strlen(text)) : NULL;

    if (text && (again == NULL || !json_equal(result, again))) {
        abort();
    }

    free(text);
    json_decref(again);
    json_decref(result);

    return 0;
}
