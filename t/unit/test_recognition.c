/*
 * The recogniser's protocol: heads both ways, and results that are refused
 * unless they are what they have to be.
 */

#include "reg_test.h"
#include "reg_recognition.h"


static void
test_kinds(void **state)
{
    unsigned  i;

    (void) state;

    for (i = 0; i < REG_RECOGNITION_KINDS; i++) {
        assert_int_equal(reg_recognition_kind(
                             str(reg_recognition_kind_name(i))), i);
    }

    assert_int_equal(reg_recognition_kind(str("supporting")),
                     REG_RECOGNITION_KINDS);
    assert_int_equal(reg_recognition_kind(str("")), REG_RECOGNITION_KINDS);
    assert_int_equal(reg_recognition_kind(str("licenc")),
                     REG_RECOGNITION_KINDS);
}


static void
test_request(void **state)
{
    unsigned                   i;
    unsigned char              head[REG_RECOGNITION_REQUEST];
    reg_recognition_request_t  in, out;

    static const struct {
        unsigned       at;
        unsigned char  byte;
    } wrong[] = {
        { 0, 0xff }, { 0, 1 }, { 4, 0 }, { 4, 2 }, { 5, 5 }, { 5, 0xff },
        { 6, 1 }, { 7, 1 }, { 8, 0xff }
    };

    (void) state;

    in.len = 5 * 1024 * 1024 + 3;
    in.kind = REG_RECOGNITION_LICENCE;
    in.msec = 2850;

    reg_recognition_write_request(&in, head);
    assert_memory_equal(head, "\x00\x50\x00\x03\x01\x03\x00\x00"
                              "\x00\x00\x0b\x22", sizeof(head));

    assert_int_equal(reg_recognition_read_request(head, &out), REG_OK);
    assert_int_equal(out.len, in.len);
    assert_int_equal(out.kind, in.kind);
    assert_int_equal(out.msec, in.msec);

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        reg_recognition_write_request(&in, head);
        head[wrong[i].at] = wrong[i].byte;
        assert_int_equal(reg_recognition_read_request(head, &out),
                         REG_FORMAT);
    }

    in.len = REG_RECOGNITION_PICTURE_MAX;
    reg_recognition_write_request(&in, head);
    assert_int_equal(reg_recognition_read_request(head, &out), REG_OK);

    in.len++;
    reg_recognition_write_request(&in, head);
    assert_int_equal(reg_recognition_read_request(head, &out), REG_FORMAT);

    in.len = 0;
    reg_recognition_write_request(&in, head);
    assert_int_equal(reg_recognition_read_request(head, &out), REG_FORMAT);
}


static void
test_answer(void **state)
{
    unsigned char             head[REG_RECOGNITION_ANSWER];
    reg_recognition_answer_t  in, out;

    (void) state;

    in.len = 300;
    in.status = REG_RECOGNITION_OK;

    reg_recognition_write_answer(&in, head);
    assert_memory_equal(head, "\x00\x00\x01\x2c\x01\x00\x00\x00",
                        sizeof(head));
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_OK);
    assert_int_equal(out.len, 300);
    assert_int_equal(out.status, REG_RECOGNITION_OK);

    /* a text comes with "ok", and with nothing else */

    in.status = REG_RECOGNITION_BUSY;
    reg_recognition_write_answer(&in, head);
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_FORMAT);

    in.len = 0;
    reg_recognition_write_answer(&in, head);
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_OK);
    assert_string_equal(reg_recognition_status_name(out.status), "busy");

    in.status = REG_RECOGNITION_OK;
    reg_recognition_write_answer(&in, head);
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_FORMAT);

    in.len = REG_RECOGNITION_TEXT_MAX + 1;
    reg_recognition_write_answer(&in, head);
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_FORMAT);

    in.len = 0;
    in.status = REG_RECOGNITION_STATUSES;
    reg_recognition_write_answer(&in, head);
    assert_int_equal(reg_recognition_read_answer(head, &out), REG_FORMAT);
}


static int
accepted(const char *text)
{
    json_t  *result;

    result = reg_recognition_parse(text, strlen(text));
    json_decref(result);

    return result != NULL;
}


#define EMPTY      "\"fields\":{},\"warnings\":[]"
#define FIELD(text)                                                           \
    "{\"state\":\"done\",\"fields\":{" text "},\"warnings\":[]}"
#define VALUE(text)                                                           \
    "{\"value\":" text ",\"confidence\":0.5,\"vouched\":true}"
#define WARNING(text)                                                         \
    "{\"state\":\"done\",\"fields\":{},\"warnings\":[" text "]}"


static void
test_result(void **state)
{
    unsigned  i;

    static const char *const  good[] = {
        "{\"state\":\"done\"," EMPTY "}",
        "{\"state\":\"unreadable\"," EMPTY "}",
        "{\"state\":\"done\",\"seen\":\"licence\"," EMPTY "}",
        FIELD("\"name\":" VALUE("\"样本\"")),
        FIELD("\"birth_date\":" VALUE("\"1990-02-28\"")),
        FIELD("\"sex\":" VALUE("\"F\"")),
        FIELD("\"long_term\":" VALUE("true")),
        FIELD("\"name\":{\"value\":\"a\",\"confidence\":1,"
              "\"vouched\":false}"),
        WARNING("{\"code\":\"glare\"}"),
        WARNING("{\"code\":\"checksum\",\"field\":\"id_number\"}"),
        NULL
    };

    static const char *const  bad[] = {
        "", "{", "[]", "null", "{}",
        "{\"state\":\"pending\"," EMPTY "}",
        "{\"state\":1," EMPTY "}",
        "{\"state\":\"done\",\"fields\":{}}",
        "{\"state\":\"done\",\"fields\":[],\"warnings\":[]}",
        "{\"state\":\"done\",\"more\":1," EMPTY "}",
        "{\"state\":\"done\",\"seen\":\"a cat\"," EMPTY "}",
        "{\"state\":\"done\",\"seen\":null," EMPTY "}",
        FIELD("\"password\":" VALUE("\"x\"")),
        FIELD("\"name\":\"x\""),
        FIELD("\"name\":" VALUE("\"\"")),
        FIELD("\"name\":" VALUE("\"a\\u0007\"")),
        FIELD("\"name\":" VALUE("\"a\\u202e\"")),
        FIELD("\"name\":" VALUE("1")),
        FIELD("\"birth_date\":" VALUE("\"1990-02-30\"")),
        FIELD("\"valid_until\":" VALUE("\"soon\"")),
        FIELD("\"sex\":" VALUE("\"X\"")),
        FIELD("\"long_term\":" VALUE("false")),
        FIELD("\"long_term\":" VALUE("\"true\"")),
        FIELD("\"name\":{\"value\":\"a\",\"confidence\":1.5,"
              "\"vouched\":true}"),
        FIELD("\"name\":{\"value\":\"a\",\"confidence\":-1,"
              "\"vouched\":true}"),
        FIELD("\"name\":{\"value\":\"a\",\"confidence\":1}"),
        FIELD("\"name\":{\"value\":\"a\",\"confidence\":1,"
              "\"vouched\":\"yes\"}"),
        WARNING("\"glare\""),
        WARNING("{\"code\":\"no such code\"}"),
        WARNING("{\"field\":\"name\"}"),
        WARNING("{\"code\":\"glare\",\"field\":\"shoe size\"}"),
        WARNING("{\"code\":\"glare\",\"field\":null}"),
        WARNING("{\"code\":\"glare\",\"message\":\"<b>\"}"),
        NULL
    };

    (void) state;

    for (i = 0; good[i] != NULL; i++) {
        if (!accepted(good[i])) {
            fail_msg("refused: %s", good[i]);
        }
    }

    for (i = 0; bad[i] != NULL; i++) {
        if (accepted(bad[i])) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
}


/* Every warning has its message in the sample form file, in both languages. */

static void
test_messages(void **state)
{
    json_t                           *form, *messages, *message;
    const reg_recognition_warning_t  *warning;

    (void) state;

    form = json_load_file(REG_TEST_FORM, 0, NULL);
    assert_non_null(form);
    messages = json_object_get(form, "messages");

    for (warning = reg_recognition_warnings; warning->code; warning++) {
        message = json_object_get(messages, warning->message);

        if (json_string_length(json_object_get(message, "zh-CN")) == 0
            || json_string_length(json_object_get(message, "en")) == 0)
        {
            fail_msg("no message for %s", warning->code);
        }

        assert_string_equal(reg_recognition_message(warning->code),
                            warning->message);
    }

    assert_null(reg_recognition_message("picture_glare"));

    json_decref(form);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_answer),
        cmocka_unit_test(test_result),
        cmocka_unit_test(test_messages)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
