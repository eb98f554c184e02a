/*
 * multipart/form-data: what is read, whatever the chunking, and what is
 * refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "reg_multipart.h"


#define CD   "Content-Disposition: form-data; "
#define ONE  "--b\r\n" CD "name=x"                  /* then "\r\n\r\nbody" */
#define END  "\r\n--b--\r\n"


/* What was read, as text: "[name|filename|type|body]" for each part. */

typedef struct {
    size_t      len;
    char        text[65536];
    unsigned    bodies;
    reg_code_t  stop;               /* given by the body callback */
} result_t;


static reg_str_t
str(const char *text)
{
    reg_str_t  s = { strlen(text), (const unsigned char *) text };

    return s;
}


static void
add(result_t *result, const void *bytes, size_t len)
{
    assert_true(result->len + len < sizeof(result->text));

    if (len) {
        memcpy(result->text + result->len, bytes, len);
    }

    result->len += len;
    result->text[result->len] = '\0';
}


static reg_code_t
on_part(void *data, const reg_part_t *part)
{
    result_t  *result = data;

    add(result, "[", 1);
    add(result, part->name.data, part->name.len);
    add(result, "|", 1);

    if (part->filename.data == NULL) {
        add(result, "-", 1);
    }

    add(result, part->filename.data, part->filename.len);
    add(result, "|", 1);
    add(result, part->content_type.data, part->content_type.len);
    add(result, "|", 1);

    return REG_OK;
}


static reg_code_t
on_body(void *data, const unsigned char *bytes, size_t len)
{
    result_t  *result = data;

    assert_true(len > 0);
    result->bodies++;
    add(result, bytes, len);

    return result->stop;
}


static reg_code_t
on_end(void *data)
{
    add(data, "]", 1);

    return REG_OK;
}


static const reg_multipart_handler_t  handler = { on_part, on_body, on_end };


static reg_code_t
parse_by(const char *boundary, const char *text, size_t len, size_t chunk,
    result_t *result)
{
    size_t            n;
    reg_code_t        code;
    unsigned char    *copy;
    reg_multipart_t  *multipart;

    result->len = 0;
    result->text[0] = '\0';
    result->bodies = 0;

    multipart = reg_multipart_create(str(boundary), &handler, result);
    assert_non_null(multipart);

    for (code = REG_OK; len && code == REG_OK; text += n, len -= n) {
        n = len < chunk ? len : chunk;

        /* a buffer of its own: reading past it would be noticed */

        copy = malloc(n);
        assert_non_null(copy);
        memcpy(copy, text, n);
        code = reg_multipart_feed(multipart, copy, n);
        free(copy);
    }

    if (code == REG_OK) {
        code = reg_multipart_finish(multipart);

    } else {

        /* it has failed for good */

        assert_int_equal(reg_multipart_feed(multipart,
                                            (unsigned char *) "x", 1), code);
        assert_int_equal(reg_multipart_finish(multipart), code);
    }

    reg_multipart_free(multipart);

    return code;
}


/* Any chunking gives the same. */

static void
check_bytes(const char *text, size_t len, reg_code_t expected,
    const char *parts)
{
    size_t      chunk;
    reg_code_t  code;
    result_t    result;

    result.stop = REG_OK;

    for (chunk = len ? len : 1; chunk; chunk = chunk > 20 ? chunk / 2
                                                          : chunk - 1)
    {
        code = parse_by("b", text, len, chunk, &result);

        if (code != expected) {
            fail_msg("%s by %zu: %s", text, chunk, reg_code_name(code));
        }

        if (parts != NULL) {
            assert_string_equal(result.text, parts);
        }
    }
}


static void
check(const char *text, reg_code_t expected, const char *parts)
{
    check_bytes(text, strlen(text), expected, parts);
}


static void
parts_are_read(void **state)
{
    (void) state;

    check("--b\r\n" CD "name=\"kind\"\r\n\r\nlicence\r\n"
          "--b\r\n" CD "name=\"file\"; filename=\"bg1.jpg\"\r\n"
          "Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n\xff" END,
          REG_OK, "[kind|-||licence][file|bg1.jpg|image/jpeg|\xff\xd8\r\n"
          "\xff]");

    /* other letter case, spaces, order, unknown headers, folding */

    check("--b\r\ncontent-TYPE:\timage/jpeg \r\nX-Other: \r\n"
          "CONTENT-DISPOSITION:Form-Data ; filename=a.jpg ;NAME=f\r\n\r\nz"
          END, REG_OK, "[f|a.jpg|image/jpeg|z]");
    check("--b\r\nContent-Disposition: form-data;\r\n name=\"f\";\r\n"
          "\tfilename=\"a b\"\r\n\r\nz" END, REG_OK, "[f|a b||z]");

    /* preamble, epilogue, padding; nothing at all in a part */

    check("preamble\r\n-- b\n--b" END "--b\r\n", REG_BAD_MULTIPART, NULL);
    check("preamble\r\n--b \t\r\n" CD "name=x\r\n\r\n1\r\n--b-- \t\r\nepilog"
          "\r\n--b\r\nwhatever", REG_OK, "[x|-||1]");
    check("\r\n" ONE "\r\n\r\n1" END, REG_OK, "[x|-||1]");
    check(ONE "\r\n\r\n1\r\n--b--", REG_OK, "[x|-||1]");
    check(ONE "\r\n\r\n" END, REG_OK, "[x|-||]");
    check(ONE "\r\n\r\n--b--", REG_OK, "[x|-||]");
    check(ONE "\r\n\r\n\r\n" END, REG_OK, "[x|-||\r\n]");
    check_bytes(ONE "\r\n\r\n\0\0\r\n" "\0" END, sizeof(ONE "\r\n\r\n\0\0\r\n"
                "\0" END) - 1, REG_OK, "[x|-||");
}


static void
what_looks_like_a_delimiter_is_body(void **state)
{
    size_t  i;
    char    text[200], expected[200];

    static const char *const  bodies[] = {
        "\r\n--", "\r\n-", "\r", "\r\n", "\n--b--", "--b", "\r--b--",
        "\r\n-b--", "\r\n--\r\n--", "\r\r\n--", "\r\n\r\n", "a\r\n--c",
        "\r\n --b--", "\r\n--B--", "\r\n\r\n-\r\n--\r", "-", "--",
    };

    (void) state;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        snprintf(text, sizeof(text), ONE "\r\n\r\n.%s" END, bodies[i]);
        snprintf(expected, sizeof(expected), "[x|-||.%s]", bodies[i]);
        check(text, REG_OK, expected);
    }

    /* at once behind the headers, where a line begins too */

    check(ONE "\r\n\r\n-" END, REG_OK, "[x|-||-]");
    check(ONE "\r\n\r\n--" END, REG_OK, "[x|-||--]");
    check(ONE "\r\n\r\n--\r\n" END, REG_OK, "[x|-||--\r\n]");
}


static void
broken_bodies_are_refused(void **state)
{
    size_t  i;

    static const char *const  wrong[] = {
        "", "x", "--b", "--b--", "--b--\r\n", "--b\r\n", "--b\r\n\r\n1" END,
        ONE "\r\n\r\n1", ONE "\r\n\r\n1\r\n--b", ONE "\r\n\r\n1\r\n--b-",
        ONE "\r\n\r\n1\r\n--b\r\n", ONE "\r\n\r\n1\r\n--b-\r\n",
        ONE "\r\n\r\n1\r\n--bb--\r\n", ONE "\r\n\r\n1\r\n--b--x",
        ONE "\r\n\r\n1\r\n--b--\r", ONE "\r\n\r\n1\r\n--b--\n",
        ONE "\n\n1" END, ONE "\r\n\n1" END, ONE "\n\r\n1" END,
        ONE "\r\r\n\r\n1" END, "--b\n" CD "name=x\r\n\r\n1" END,
        "--b\r" CD "name=x\r\n\r\n1" END, ONE END,
        "--b\r\n " CD "name=x\r\n\r\n1" END,
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check(wrong[i], REG_BAD_MULTIPART, NULL);
    }
}


static void
wrong_headers_are_refused(void **state)
{
    size_t  i;
    char    text[300];

    static const char *const  wrong[] = {
        "Content-Type: text/plain",
        "Content-Disposition: form-data",
        "Content-Disposition: form-data;",
        "Content-Disposition: form-data; filename=x",
        "Content-Disposition: attachment; name=x",
        "Content-Disposition: form-datax; name=x",
        "Content-Disposition: ; name=x",
        "Content-Disposition : form-data; name=x",
        "Content-Disposition form-data; name=x",
        ": form-data; name=x",
        CD "name",
        CD "name=",
        CD "name=\"\"",
        CD "name=\"x",
        CD "name=\"x\\\"",
        CD "name=\"x\"y",
        CD "name=x y=z",
        CD "name=x;",
        CD "name =x",
        CD "name= x",
        CD "name=x; name=y",
        CD "name=x; Name=x",
        CD "name=x; name*=UTF-8''y",
        CD "name=\"\xff\"",
        CD "name=\"a\x01\"",
        CD "name=\"a%0D%0Ab\"",
        CD "name=x; filename=a; filename=b",
        CD "name=x; filename*=UTF-8''a; filename*=UTF-8''b",
        CD "name=x; filename=\"\xc0\xaf\"",
        CD "name=x; filename=\"\xed\xa0\x80\"",
        CD "name=x; filename*=a",
        CD "name=x; filename*=UTF-8'a",
        CD "name=x; filename*=ISO-8859-1''a",
        CD "name=x; filename*=\"UTF-8''a\"",
        CD "name=x; filename*=UTF-8''%e4%bd",
        CD "name=x; filename*=UTF-8''%e",
        CD "name=x; filename*=UTF-8''%zz",
        CD "name=x; filename*=UTF-8''a*b",
        CD "name=x; filename=\"\xff\"; filename*=UTF-8''a",
        CD "name=x\r\n" CD "name=x",
        CD "name=x\r\nContent-Type: a/b\r\nContent-Type: a/b",
        CD "name=x\r\nContent-Type: multipart/mixed; boundary=c",
        CD "name=x\r\nContent-Transfer-Encoding: base64",
        CD "name=x\r\nContent-Transfer-Encoding: quoted-printable",
        CD "name=x\r\nContent-Transfer-Encoding: 8bit\r\n"
            "Content-Transfer-Encoding: 8bit",
        CD "name=x\r\nX: a\x7f",
        CD "name=x\r\nX\xc3\xa4: a",
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        snprintf(text, sizeof(text), "--b\r\n%s\r\n\r\n1" END, wrong[i]);
        check(text, REG_BAD_MULTIPART, "");
    }

    check(ONE "\r\nContent-Transfer-Encoding: BINARY\r\n\r\n1" END, REG_OK,
          "[x|-||1]");
    check_bytes("--b\r\n" CD "name=\"a\0b\"\r\n\r\n1" END,
                sizeof("--b\r\n" CD "name=\"a\0b\"\r\n\r\n1" END) - 1,
                REG_BAD_MULTIPART, "");
}


static void
file_names_are_decoded_and_cleaned(void **state)
{
    size_t  i;
    char    text[1000], expected[1000];

    static const struct {
        const char  *parameter;
        const char  *name;
    } names[] = {
        { "filename=\"a.jpg\"", "a.jpg" },
        { "filename=a.jpg", "a.jpg" },
        { "filename=\"\"", "" },
        { "filename=\"营业执照.jpg\"", "营业执照.jpg" },
        { "filename=\"a\\\"b\\\\\"", "" },              /* a"b\ */
        { "filename=\"a\\\"b.jpg\"", "a\"b.jpg" },
        { "filename=\"a%22b%0d%0A%zz%.jpg\"", "a\"b%zz%.jpg" },
        { "filename=\"100%41.jpg\"", "100%41.jpg" },
        { "filename=\"C:\\dir\\a.jpg\"", "a.jpg" },
        { "filename=\"../../etc/passwd\"", "passwd" },
        { "filename=\"a/\"", "" },
        { "filename=\"a;b=c.jpg\"", "a;b=c.jpg" },
        { "filename=\"x\xe2\x80\xae" "gpj.exe\"", "xgpj.exe" },
        { "filename=\"x\xc2\x85y\"", "xy" },
        { "filename*=UTF-8''%e8%90%a5.jpg", "营.jpg" },
        { "filename*=utf-8'zh-CN'a%20b%2Fc%00.jpg", "c.jpg" },
        { "filename=\"a\"; filename*=UTF-8''b", "b" },
        { "filename*=UTF-8''b; filename=\"a\"", "b" },
        { "filename*=UTF-8''; filename=\"a\"", "" },
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "--b\r\n" CD "name=x; %s\r\n\r\n1" END,
                 names[i].parameter);
        snprintf(expected, sizeof(expected), "[x|%s||1]", names[i].name);
        check(text, REG_OK, expected);
    }

    /* 84 characters of three bytes and an "a": cut where one begins */

    snprintf(text, sizeof(text), "--b\r\n" CD "name=x; filename=\"a");
    snprintf(expected, sizeof(expected), "[x|a");

    for (i = 0; i < 100; i++) {
        strcat(text, "照");

        if (i < 84) {
            strcat(expected, "照");
        }
    }

    strcat(text, "\"\r\n\r\n1" END);
    strcat(expected, "||1]");
    check(text, REG_OK, expected);
}


static void
caps_hold(void **state)
{
    size_t  i, n;
    char    text[8192];

    (void) state;

    for (n = 20; n <= 21; n++) {
        text[0] = '\0';

        for (i = 0; i < n; i++) {
            strcat(text, ONE "\r\n\r\n1\r\n");
        }

        strcat(text, "--b--");
        check(text, n == 20 ? REG_OK : REG_LIMIT, NULL);
    }

    for (n = 15; n <= 16; n++) {
        strcpy(text, ONE "\r\n");

        for (i = 0; i < n; i++) {
            strcat(text, "X: y\r\n");
        }

        strcat(text, "\r\n1" END);
        check(text, n == 15 ? REG_OK : REG_LIMIT, NULL);
    }

    for (n = 4096; n <= 4097; n++) {
        i = snprintf(text, sizeof(text), ONE "\r\nX: ");
        memset(text + i, 'y', n);
        i = n - 4 + 5;              /* behind "--b\r\n" */
        strcpy(text + i, "\r\n\r\n1" END);
        check(text, n == 4096 ? REG_OK : REG_LIMIT, NULL);
    }
}


static void
boundaries_are_taken_from_the_type(void **state)
{
    size_t     i;
    char       buffer[REG_MULTIPART_BOUNDARY + 1], type[200];
    reg_str_t  boundary;

    static const char *const  right[][2] = {
        { "multipart/form-data; boundary=abc", "abc" },
        { "Multipart/Form-Data;BOUNDARY=abc", "abc" },
        { "multipart/form-data; charset=utf-8; boundary=\"a b?(c)\"",
          "a b?(c)" },
        { "multipart/form-data ; boundary=----WebKitFormBoundaryx1 ",
          "----WebKitFormBoundaryx1" },
    };

    static const char *const  wrong[] = {
        "", "multipart/form-data", "multipart/form-data;",
        "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"a",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=\"a\\\"b\"",
        "multipart/form-data; boundary=a b",
        "multipart/form-data; boundary=\"\xe4\xbd\xa0\"",
        "multipart/mixed; boundary=a", "application/json; boundary=a",
        "multipart/form-datax; boundary=a", "multipart; boundary=a",
    };

    (void) state;

    for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
        assert_int_equal(reg_multipart_boundary(str(right[i][0]), buffer,
                                                &boundary), REG_OK);
        assert_int_equal(boundary.len, strlen(right[i][1]));
        assert_memory_equal(boundary.data, right[i][1], boundary.len);
    }

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        assert_int_equal(reg_multipart_boundary(str(wrong[i]), buffer,
                                                &boundary),
                         REG_BAD_MULTIPART);
    }

    for (i = 70; i <= 71; i++) {
        snprintf(type, sizeof(type), "multipart/form-data; boundary=%0*d",
                 (int) i, 7);
        assert_int_equal(reg_multipart_boundary(str(type), buffer,
                                                &boundary),
                         i == 70 ? REG_OK : REG_BAD_MULTIPART);
    }
}


static void
a_callback_can_stop(void **state)
{
    result_t  result;

    (void) state;

    result.stop = REG_TOO_LARGE;
    assert_int_equal(parse_by("b", ONE "\r\n\r\n1" END,
                              strlen(ONE "\r\n\r\n1" END), 1000, &result),
                     REG_TOO_LARGE);
    assert_int_equal(result.bodies, 1);
}


/* A picture passes in as many pieces as it came in, not one for each CR. */

static void
bulk_passes_in_large_pieces(void **state)
{
    size_t    i;
    char      text[40000];
    result_t  result;

    (void) state;

    strcpy(text, ONE "\r\n\r\n");

    for (i = strlen(text); i < sizeof(text) - 20; i++) {
        text[i] = "\r\n--a"[i % 5];
    }

    strcpy(text + i, END);

    result.stop = REG_OK;
    assert_int_equal(parse_by("b", text, strlen(text), sizeof(text),
                              &result), REG_OK);
    assert_int_equal(result.bodies, 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(parts_are_read),
        cmocka_unit_test(what_looks_like_a_delimiter_is_body),
        cmocka_unit_test(broken_bodies_are_refused),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(file_names_are_decoded_and_cleaned),
        cmocka_unit_test(caps_hold),
        cmocka_unit_test(boundaries_are_taken_from_the_type),
        cmocka_unit_test(a_callback_can_stop),
        cmocka_unit_test(bulk_passes_in_large_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
