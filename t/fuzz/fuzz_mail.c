/*
 * Mails: whatever a template and its values hold, the header stays as it is
 * made and the message is ASCII in lines that end in CRLF.
 *
 * Input: a value, NUL, an address, NUL, a template file.
 */

#define _GNU_SOURCE                 /* memfd_create() */

#include <assert.h>
#include <sys/mman.h>
#include <unistd.h>

#include "reg_mail.h"


static const char *const  names[] = { "code", "title", NULL };


static reg_str_t
take(const uint8_t **data, size_t *size)
{
    reg_str_t       part;
    const uint8_t  *end;

    end = *size ? memchr(*data, '\0', *size) : NULL;

    part.data = *data;
    part.len = end ? (size_t) (end - *data) : *size;

    *data += part.len + (end != NULL);
    *size -= part.len + (end != NULL);

    return part;
}


static reg_mail_template_t *
load(const uint8_t *data, size_t size)
{
    int                   fd;
    char                  path[32];
    reg_error_t           error;
    reg_mail_template_t  *template_;

    fd = memfd_create("template", 0);
    assert(fd != -1 && write(fd, data, size) == (ssize_t) size);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    template_ = reg_mail_template_load(path, names, &error);
    close(fd);

    assert(template_ || memcmp(error.text, path, strlen(path)) == 0);

    return template_;
}


static void
check(const char *text, size_t len)
{
    size_t  i, column, fields;

    fields = 0;
    column = 0;

    for (i = 0; i < len; i++) {
        assert(text[i] == '\r' || (text[i] >= ' ' && text[i] < 0x7f));

        if (text[i] != '\r') {
            column++;
            continue;
        }

        assert(text[++i] == '\n');

        if (column == 0) {
            break;
        }

        fields += text[i + 1] != ' ';
        column = 0;
    }

    /* From to Content-Transfer-Encoding */

    assert(fields == 9);

    for (i++; i < len; i++) {
        assert(text[i] != '.');
    }

    assert(text[len - 2] == '\r' && text[len - 1] == '\n');
}


static char *
compose(reg_mail_template_t *template_, const reg_mail_value_t *value,
    size_t n, size_t *len)
{
    char       *text;
    reg_str_t   to;

    to.data = (const unsigned char *) "to@mail.example";
    to.len = sizeof("to@mail.example") - 1;

    text = reg_mail_compose(template_, value, n, to, 0, len);

    assert(text);
    check(text, *len);

    return text;
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char                 *each, *all;
    size_t                each_len, all_len;
    reg_str_t             from;
    reg_mail_value_t      value;
    reg_mail_template_t  *template_;

    value.name = "code";
    value.value = take(&data, &size);
    from = take(&data, &size);

    template_ = load(data, size);
    if (template_ == NULL) {
        return 0;
    }

    if (reg_mail_template_bind(template_, from, NULL, 0) == REG_OK) {

        /* a value of one mail, or the same one of all of them */

        each = compose(template_, &value, 1, &each_len);

        assert(reg_mail_template_bind(template_, from, &value, 1) == REG_OK);
        all = compose(template_, NULL, 0, &all_len);

        assert(each_len == all_len);
        assert(strcmp(strstr(each, "\nAuto-Submitted"),
                      strstr(all, "\nAuto-Submitted")) == 0);

        free(each);
        free(all);
    }

    reg_mail_template_free(template_);

    return 0;
}
