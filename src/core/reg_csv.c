/*
 * Rows of comma-separated values.
 */

#include "reg_csv.h"


static int reg_csv_is_formula(reg_str_t text);
static int reg_csv_is_quoted(reg_str_t text);


/* Two quotes, the guard, and every byte doubled. */

size_t
reg_csv_field_size(reg_str_t text)
{
    return 3 + 2 * text.len;
}


unsigned char *
reg_csv_field(unsigned char *out, reg_str_t text)
{
    int     quoted;
    size_t  i;

    quoted = reg_csv_is_quoted(text);

    if (quoted) {
        *out++ = '"';
    }

    if (reg_csv_is_formula(text)) {
        *out++ = '\'';
    }

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '"') {
            *out++ = '"';
        }

        *out++ = text.data[i];
    }

    if (quoted) {
        *out++ = '"';
    }

    return out;
}


size_t
reg_csv_row_size(const reg_str_t *fields, size_t n)
{
    size_t  i, size;

    size = sizeof("\r\n") - 1;

    for (i = 0; i < n; i++) {
        size += reg_csv_field_size(fields[i]) + 1;
    }

    return size;
}


unsigned char *
reg_csv_row(unsigned char *out, const reg_str_t *fields, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {

        if (i != 0) {
            *out++ = ',';
        }

        out = reg_csv_field(out, fields[i]);
    }

    *out++ = '\r';
    *out++ = '\n';

    return out;
}


static int
reg_csv_is_formula(reg_str_t text)
{
    size_t  i;

    /* the last four are the full-width forms of the first */

    static const char *const  starts[] = {
        "=", "+", "-", "@", "\t", "\r",
        "\uff1d", "\uff0b", "\uff0d", "\uff20"
    };

    for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {

        if (text.len >= strlen(starts[i])
            && memcmp(text.data, starts[i], strlen(starts[i])) == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* RFC 4180, 2.6; spaces at the ends are kept by quotes only. */

static int
reg_csv_is_quoted(reg_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {

        if (text.data[i] == '"' || text.data[i] == ','
            || text.data[i] < ' ')
        {
            return 1;
        }
    }

    return text.len != 0
           && (text.data[0] == ' ' || text.data[text.len - 1] == ' ');
}
