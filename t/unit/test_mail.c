/*
 * Mail templates, and the messages made of them: read back as a mail reader
 * does.
 */

#include <sodium.h>
#include "reg_test.h"
#include "reg_mail.h"
#include "reg_text.h"


#define FROM   "no-reply@registration.example"
#define TO     "wang@mail.example"

static const char *const  names[] = { "code", "minutes", "title", NULL };


static reg_mail_template_t *
template_of(const char *text)
{
    char                  path[32];
    reg_error_t           error;
    reg_mail_template_t  *template_;

    write_file(path, text);

    error.text[0] = '\0';
    template_ = reg_mail_template_load(path, names, &error);
    unlink(path);

    if (template_ == NULL) {
        print_error("%s\n", error.text);
    }

    assert_non_null(template_);

    return template_;
}


/* One message of a template, NULL when it cannot be from that. */

static char *
message(const char *text, const char *code, const char *from, size_t *len)
{
    char                 *data;
    reg_mail_value_t      values[2];
    reg_mail_template_t  *template_;

    values[0].name = "minutes";
    values[0].value = str("10");
    values[1].name = "code";
    values[1].value = str(code);

    template_ = template_of(text);
    data = NULL;

    if (reg_mail_template_bind(template_, str(from), values, 1) == REG_OK) {
        data = reg_mail_compose(template_, values + 1, 1, str(TO), 0, len);
    }

    reg_mail_template_free(template_);

    return data;
}


/* The body of a header field, still folded; NUL-terminated, malloc'ed. */

static char *
header(const char *data, const char *name)
{
    char        *value;
    size_t       len;
    const char  *p, *end;

    len = strlen(name);

    for (p = data; strncmp(p, name, len) != 0 || p[len] != ':'; p = end + 2) {
        end = strstr(p, "\r\n");
        assert_non_null(end);
        assert_int_not_equal(end, p);
    }

    p += len + 1;
    assert_int_equal(*p, ' ');
    p++;

    end = p;

    do {
        end = strstr(end, "\r\n") + 2;
    } while (*end == ' ');

    value = strndup(p, end - 2 - p);
    assert_non_null(value);

    return value;
}


static void
assert_header(const char *data, const char *name, const char *value)
{
    char  *found;

    found = header(data, name);
    assert_string_equal(found, value);
    free(found);
}


/* RFC 2047: encoded words joined, everything else as it is. */

static void
decode_words(const char *text, char *out)
{
    size_t       n;
    reg_str_t    word;
    const char  *end;

    while (*text) {
        if (strncmp(text, "=?UTF-8?B?", 10) != 0) {
            *out++ = *text++;
            continue;
        }

        text += 10;
        end = strstr(text, "?=");
        assert_non_null(end);
        assert_true(end - text <= 75 - 12);

        assert_int_equal(sodium_base642bin((unsigned char *) out, 64, text,
                                           end - text, NULL, &n, NULL,
                                           sodium_base64_VARIANT_ORIGINAL), 0);

        /* no character is split */

        word.data = (unsigned char *) out;
        word.len = n;
        assert_true(reg_text_valid(word));

        out += n;
        text = end + 2;

        if (strncmp(text, "\r\n =?", 5) == 0) {
            text += 3;
        }
    }

    *out = '\0';
}


static void
assert_text(const char *data, const char *expected)
{
    char         text[4096];
    size_t       n;
    const char  *body;

    body = strstr(data, "\r\n\r\n");
    assert_non_null(body);

    assert_int_equal(sodium_base642bin((unsigned char *) text, sizeof(text),
                                       body + 4, strlen(body + 4), "\r\n", &n,
                                       NULL, sodium_base64_VARIANT_ORIGINAL),
                     0);

    assert_int_equal(n, strlen(expected));
    assert_memory_equal(text, expected, n);
}


/* Lines end in CRLF, are short and ASCII; none begins with a dot. */

static void
assert_lines(const char *data, size_t len)
{
    size_t  i, column;

    assert_int_equal(strlen(data), len);

    column = 0;

    for (i = 0; i < len; i++) {
        assert_true((unsigned char) data[i] < 0x7f);

        if (data[i] == '\r') {
            assert_int_equal(data[i + 1], '\n');
            assert_true(column <= 76);
            column = 0;
            i++;
            continue;
        }

        assert_true(data[i] >= ' ');
        assert_false(column == 0 && data[i] == '.');
        column++;
    }

    assert_int_equal(column, 0);
}


static void
test_headers(void **state)
{
    char    *data, *id, *other;
    size_t   len;

    (void) state;

    data = message("Subject: Your code\n\nIt is {code}.\n", "482913", FROM,
                   &len);
    assert_non_null(data);
    assert_lines(data, len);

    assert_header(data, "From", "<" FROM ">");
    assert_header(data, "To", "<" TO ">");
    assert_header(data, "Subject", "Your code");
    assert_header(data, "Date", "Thu, 01 Jan 1970 00:00:00 +0000");
    assert_header(data, "Auto-Submitted", "auto-generated");
    assert_header(data, "MIME-Version", "1.0");
    assert_header(data, "Content-Type", "text/plain; charset=utf-8");
    assert_header(data, "Content-Transfer-Encoding", "base64");
    assert_text(data, "It is 482913.\r\n");

    id = header(data, "Message-ID");
    assert_int_equal(strlen(id), 34 + strlen("@registration.example"));
    assert_string_equal(id + 33, "@registration.example>");
    free(data);

    data = message("Subject: Your code\n\nIt is {code}.\n", "482913", FROM,
                   &len);
    assert_non_null(data);
    other = header(data, "Message-ID");
    assert_string_not_equal(id, other);

    free(data);
    free(other);
    free(id);
}


static void
test_subject_encoded(void **state)
{
    char    *data, *subject, text[256], decoded[512];
    size_t   len, i;

    (void) state;

    /* characters of one to four bytes, so that every border is met */

    for (i = 1; i < 120; i++) {
        text[0] = '\0';

        while (strlen(text) < i) {
            strcat(text, strlen(text) % 3 ? "\xF0\xA0\xAE\xB7" : "é省a");
        }

        snprintf(decoded, sizeof(decoded), "Subject: %s\n\ntext\n", text);

        data = message(decoded, "", FROM, &len);
        assert_non_null(data);
        assert_lines(data, len);

        subject = header(data, "Subject");
        decode_words(subject, decoded);
        assert_string_equal(decoded, text);

        free(subject);
        free(data);
    }
}


/* What looks like an encoded word must not be decoded into something else. */

static void
test_subject_looks_encoded(void **state)
{
    char    *data, *subject, decoded[256];
    size_t   len;

    (void) state;

    data = message("Subject: {code}\n\ntext\n", "=?UTF-8?B?eA?=", FROM, &len);
    assert_non_null(data);

    subject = header(data, "Subject");
    decode_words(subject, decoded);
    assert_string_equal(decoded, "=?UTF-8?B?eA?=");

    free(subject);
    free(data);
}


static void
test_no_line_break_into_headers(void **state)
{
    char                 *data;
    size_t                len, i;
    reg_mail_template_t  *template_;

    static const char *const  bad[] = {
        "a@b.example\r\nBcc: x@y.example", "a@b.example\n", "a b@c.example",
        "a@b.example>", "", "a@b.example,c@d.example"
    };

    (void) state;

    data = message("Subject: Code {code}\n\ntext\n",
                   "1\r\nBcc: x@y.example\r\n\r\nbody", FROM, &len);
    assert_non_null(data);
    assert_lines(data, len);
    assert_header(data, "Subject", "Code 1Bcc: x@y.examplebody");
    assert_null(strstr(data, "\r\nBcc:"));
    free(data);

    template_ = template_of("Subject: s\n\ntext\n");
    assert_null(reg_mail_compose(template_, NULL, 0, str(TO), 0, &len));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(reg_mail_template_bind(template_, str(bad[i]), NULL,
                                                0),
                         REG_FORMAT);
    }

    assert_int_equal(reg_mail_template_bind(template_, str(FROM), NULL, 0),
                     REG_OK);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_null(reg_mail_compose(template_, NULL, 0, str(bad[i]), 0,
                                     &len));
    }

    reg_mail_template_free(template_);
}


static void
test_from(void **state)
{
    char    address[256], decoded[1024], *data, *from;
    size_t  len, i;

    static const struct {
        const char  *from;
        const char  *seen;          /* NULL: refused */
    } cases[] = {
        { FROM, "<" FROM ">" },
        { "<" FROM ">", "<" FROM ">" },
        { "Registration Office <" FROM ">",
          "Registration Office\r\n <" FROM ">" },
        { "\"Office, Henan\" <" FROM ">", "Office, Henan\r\n <" FROM ">" },
        { "河南省作品著作权登记管理服务平台 <" FROM ">",
          "河南省作品著作权登记管理服务平台\r\n <" FROM ">" },
        { "Office <" FROM, NULL },
        { "Office " FROM, NULL },
        { "Off\r\nice <" FROM ">", NULL },
        { "Off\"ice <" FROM ">", NULL },
        { "Off\xFFice <" FROM ">", NULL },
        { "Office <a b@c.example>", NULL },
        { "", NULL }, { "<>", NULL }, { "<", NULL }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(reg_mail_from_valid(str(cases[i].from), address),
                         cases[i].seen != NULL);

        data = message("Subject: s\n\ntext\n", "", cases[i].from, &len);

        if (cases[i].seen == NULL) {
            assert_null(data);
            continue;
        }

        assert_string_equal(address, FROM);
        assert_non_null(data);
        assert_lines(data, len);

        from = header(data, "From");
        decode_words(from, decoded);
        assert_string_equal(decoded, cases[i].seen);

        free(from);
        free(data);
    }
}


/* A comma would make two mailboxes of it. */

static void
test_from_specials_are_encoded(void **state)
{
    char    *data;
    size_t   len;

    (void) state;

    data = message("Subject: s\n\ntext\n", "",
                   "\"Office, Henan\" <" FROM ">", &len);
    assert_non_null(data);
    assert_null(strstr(data, "Office,"));
    free(data);
}


static void
test_text(void **state)
{
    char    *data;
    size_t   len;

    (void) state;

    /* byte order mark, CRLF, all kinds of line ends in a value */

    data = message("\xEF\xBB\xBFSubject: s\r\n\r\n{code}\r\n\r\n{minutes} 分钟"
                   "{title}", "a\nb\rc\r\nd{code}", FROM, &len);
    assert_non_null(data);
    assert_lines(data, len);
    assert_text(data, "a\r\nb\r\nc\r\nd{code}\r\n\r\n10 分钟");
    free(data);

    /* lines of Base64 are full, and the last is not empty */

    data = message("Subject: s\n\n"
                   "012345678901234567890123456789012345678901234567890123456"
                   "012345678901234567890123456789012345678901234567890123456",
                   "", FROM, &len);
    assert_non_null(data);
    assert_lines(data, len);
    assert_int_equal(strlen(strstr(data, "\r\n\r\n") + 4), 2 * 78);
    free(data);
}


/* What was encoded before serves a mail only where its text is the same. */

static void
test_text_as_before(void **state)
{
    char    *data, source[1024], text[1024];
    size_t   len, i;

    static const char  lines[] =
        "这一行在验证码之后，其余各行都与预先编码的一样。\r\n"
        "Some more of it, so that there are whole lines of Base64 behind.\r\n"
        "这一行在验证码之后，其余各行都与预先编码的一样。\r\n";

    static const char *const  values[] = {
        "123456", "{code}", "", "1", "12345678",
        "012345678901234567890123456789012345678901234567890123456"
    };

    (void) state;

    (void) snprintf(source, sizeof(source), "Subject: s\n\n%s{code}\r\n%s",
                    lines, lines);

    for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        (void) snprintf(text, sizeof(text), "%s%s\r\n%s", lines, values[i],
                        lines);

        data = message(source, values[i], FROM, &len);
        assert_non_null(data);
        assert_lines(data, len);
        assert_text(data, text);
        free(data);
    }
}


static void
test_template_errors(void **state)
{
    char         path[32];
    size_t       i;
    reg_error_t  error;

    static const struct {
        const char  *text;
        const char  *error;
    } cases[] = {
        { "", ":1: the first line must be \"Subject: \" and the subject" },
        { "Hello\n\ntext",
          ":1: the first line must be \"Subject: \" and the subject" },
        { "Subject:  \n\ntext",
          ":1: the first line must be \"Subject: \" and the subject" },
        { "Subject:",
          ":1: the first line must be \"Subject: \" and the subject" },
        { "Subject: s", ":2: an empty line must follow the subject" },
        { "Subject: s\ntext", ":2: an empty line must follow the subject" },
        { "Subject: s\n\n", ":3: there is no text" },
        { "Subject: s\n\n \n", ":3: there is no text" },
        { "Subject: {cod}\n\ntext", ":1: {cod} is not known here" },
        { "Subject: s\n\ntext\n{codes}", ":4: {codes} is not known here" },
        { "Subject: s\n\ntext {", ":3: \"{\" does not begin a {name}" },
        { "Subject: s\n\n{co\nde}", ":3: \"{\" does not begin a {name}" },
        { "Subject: s\n\n\xE7\x9C", ":3: the text is not UTF-8" },
        { "Subject: s\n\n\na\x01",
          ":4: there is a control character 0x01" },
        { "Subject: s\n\na\rb", ":3: there is a control character 0x0d" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        write_file(path, cases[i].text);
        assert_null(reg_mail_template_load(path, names, &error));
        assert_error(&error, path, cases[i].error);
        unlink(path);
    }

    assert_null(reg_mail_template_load("/nonexistent/mail.txt", names,
                                       &error));
    assert_non_null(strstr(error.text, "/nonexistent/mail.txt"));
}


static void
test_shipped_templates(void **state)
{
    char                  path[64];
    size_t                i;
    reg_error_t           error;
    reg_mail_template_t  *template_;

    static const char *const  mails[] = {
        "registration.zh-CN", "registration.en", "password_reset.zh-CN",
        "password_reset.en", "submitted.zh-CN", "submitted.en",
        "approved.zh-CN", "approved.en", "returned.zh-CN", "returned.en",
        "rejected.zh-CN", "rejected.en"
    };

    static const char *const  notice_names[] = {
        "title", "number", "due_date", "reason", "items", "name", NULL
    };

    (void) state;

    for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
        (void) snprintf(path, sizeof(path), "conf/mail/%s.txt", mails[i]);

        template_ = reg_mail_template_load(path, i < 4 ? names : notice_names,
                                           &error);
        assert_non_null(template_);
        reg_mail_template_free(template_);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_headers),
        cmocka_unit_test(test_subject_encoded),
        cmocka_unit_test(test_subject_looks_encoded),
        cmocka_unit_test(test_no_line_break_into_headers),
        cmocka_unit_test(test_from),
        cmocka_unit_test(test_from_specials_are_encoded),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_text_as_before),
        cmocka_unit_test(test_template_errors),
        cmocka_unit_test(test_shipped_templates)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
