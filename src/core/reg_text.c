/*
 * Text: UTF-8, code points, full-width forms.
 */

#include "reg_text.h"


typedef struct {
    int32_t  first;
    int32_t  last;
} reg_text_range_t;


static int reg_text_in(int32_t code, const reg_text_range_t *ranges, size_t n);
static int reg_text_is_space(int32_t code);
static reg_str_t reg_text_trim(reg_str_t text);
static int reg_text_is_dot(int32_t code);
static int32_t reg_text_narrow(int32_t code, int mode, int32_t last);
static unsigned char *reg_text_put(unsigned char *out, int32_t code);


static const reg_text_range_t  reg_text_controls[] = {
    { 0x0000, 0x001f },
    { 0x007f, 0x009f },
    { 0x061c, 0x061c },
    { 0x200b, 0x200b },
    { 0x200e, 0x200f },
    { 0x2028, 0x202e },
    { 0x2060, 0x2064 },
    { 0x2066, 0x2069 },
    { 0xfeff, 0xfeff }
};

static const reg_text_range_t  reg_text_han[] = {
    { 0x3007, 0x3007 },
    { 0x3400, 0x4dbf },         /* extension A */
    { 0x4e00, 0x9fff },
    { 0xe000, 0xf8ff },         /* private use, see reg_text.h */
    { 0xf900, 0xfaff },
    { 0x20000, 0x2fa1f },       /* extensions B to F, I, compatibility */
    { 0x30000, 0x3347f }        /* extensions G, H, J */
};

/* What keyboards give for the dot between the parts of a name. */

static const int32_t  reg_text_dots[] = {
    0x0387, 0x2022, 0x2027, 0x2219, 0x22c5, 0x30fb, 0xff65
};


int
reg_text_valid(reg_str_t text)
{
    while (text.len != 0) {
        if (reg_text_next(&text) == -1) {
            return 0;
        }
    }

    return 1;
}


int32_t
reg_text_next(reg_str_t *text)
{
    size_t                i, n;
    int32_t               code, least;
    const unsigned char  *p;

    if (text->len == 0) {
        return -1;
    }

    p = text->data;

    if (p[0] < 0x80) {
        n = 1;
        code = p[0];
        least = 0;

    } else if (p[0] >= 0xc2 && p[0] <= 0xdf) {
        n = 2;
        code = p[0] & 0x1f;
        least = 0x80;

    } else if ((p[0] & 0xf0) == 0xe0) {
        n = 3;
        code = p[0] & 0x0f;
        least = 0x800;

    } else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
        n = 4;
        code = p[0] & 0x07;
        least = 0x10000;

    } else {
        return -1;
    }

    if (text->len < n) {
        return -1;
    }

    for (i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return -1;
        }

        code = (code << 6) | (p[i] & 0x3f);
    }

    if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    {
        return -1;
    }

    text->data += n;
    text->len -= n;

    return code;
}


size_t
reg_text_length(reg_str_t text)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < text.len; i++) {
        n += ((text.data[i] & 0xc0) != 0x80);
    }

    return n;
}


int
reg_text_has_control(reg_str_t text)
{
    int32_t  code;

    while (text.len != 0) {
        code = reg_text_next(&text);

        if (code == -1
            || reg_text_in(code, reg_text_controls,
                           sizeof(reg_text_controls)
                           / sizeof(reg_text_controls[0])))
        {
            return 1;
        }
    }

    return 0;
}


int
reg_text_is_han(int32_t code)
{
    return reg_text_in(code, reg_text_han,
                       sizeof(reg_text_han) / sizeof(reg_text_han[0]));
}


char *
reg_text_normalize(reg_str_t text, int narrow, size_t *len)
{
    int32_t         code, last;
    reg_str_t       rest;
    unsigned char  *copy, *out;

    rest = reg_text_trim(text);
    last = 0;

    /* No mapping makes a character longer. */

    copy = malloc(rest.len + 1);
    if (copy == NULL) {
        return NULL;
    }

    out = copy;

    for ( /* void */ ; rest.len != 0; last = code) {
        code = reg_text_next(&rest);

        if (code < 0x80 && code >= 0) {
            *out++ = code;
            continue;
        }

        if (code == -1) {
            *out++ = *rest.data++;
            rest.len--;
            continue;
        }

        out = reg_text_put(out, reg_text_narrow(code, narrow, last));
    }

    *out = '\0';
    *len = (size_t) (out - copy);

    return (char *) copy;
}


static int
reg_text_in(int32_t code, const reg_text_range_t *ranges, size_t n)
{
    size_t  i;

    for (i = 0; i < n && code >= ranges[i].first; i++) {
        if (code <= ranges[i].last) {
            return 1;
        }
    }

    return 0;
}


static int
reg_text_is_space(int32_t code)
{
    return (code >= 0x09 && code <= 0x0d) || code == 0x20 || code == 0xa0
           || code == 0x200b || code == 0x3000 || code == 0xfeff;
}


static reg_str_t
reg_text_trim(reg_str_t text)
{
    size_t     end;
    reg_str_t  rest;

    for (rest = text; reg_text_is_space(reg_text_next(&rest)); /* void */) {
        text = rest;
    }

    while (text.len != 0) {
        end = text.len - 1;

        while (end != 0 && (text.data[end] & 0xc0) == 0x80) {
            end--;
        }

        rest.data = text.data + end;
        rest.len = text.len - end;

        if (!reg_text_is_space(reg_text_next(&rest)) || rest.len != 0) {
            break;
        }

        text.len = end;
    }

    return text;
}


int
reg_text_is_person(reg_str_t name)
{
    size_t   han, others;
    int32_t  code;

    han = 0;
    others = 0;

    for (name = reg_text_trim(name); name.len != 0; /* void */) {
        code = reg_text_next(&name);

        if (code == -1) {
            return 0;
        }

        if (reg_text_is_han(code)) {
            han++;

        } else if (!reg_text_is_dot(code) && code != 0xff0e) {
            others++;
        }
    }

    return han == 0 || others == 0;
}


static int
reg_text_is_dot(int32_t code)
{
    size_t  i;

    for (i = 0; i < sizeof(reg_text_dots) / sizeof(int32_t); i++) {
        if (code == reg_text_dots[i]) {
            return 1;
        }
    }

    return code == 0xb7;
}


static int32_t
reg_text_narrow(int32_t code, int mode, int32_t last)
{
    if (mode == REG_TEXT_NAME || mode == REG_TEXT_PERSON) {
        if (reg_text_is_dot(code)
            || (mode == REG_TEXT_PERSON && code == 0xff0e
                && reg_text_is_han(last)))
        {
            return 0xb7;
        }
    }

    if (mode == REG_TEXT_NAME) {
        return ((code >= 0xff10 && code <= 0xff19)
                || (code >= 0xff21 && code <= 0xff3a)
                || (code >= 0xff41 && code <= 0xff5a))
               ? code - 0xfee0 : code;
    }

    if (mode == REG_TEXT_NARROW || mode == REG_TEXT_PERSON) {
        if (code >= 0xff01 && code <= 0xff5e) {
            return code - 0xfee0;
        }

        return (code == 0x3000) ? ' ' : code;
    }

    return code;
}


static unsigned char *
reg_text_put(unsigned char *out, int32_t code)
{
    if (code < 0x80) {
        *out++ = (unsigned char) code;
        return out;
    }

    if (code < 0x800) {
        *out++ = (unsigned char) (0xc0 | (code >> 6));

    } else {
        if (code < 0x10000) {
            *out++ = (unsigned char) (0xe0 | (code >> 12));

        } else {
            *out++ = (unsigned char) (0xf0 | (code >> 18));
            *out++ = (unsigned char) (0x80 | ((code >> 12) & 0x3f));
        }

        *out++ = (unsigned char) (0x80 | ((code >> 6) & 0x3f));
    }

    *out++ = (unsigned char) (0x80 | (code & 0x3f));

    return out;
}
