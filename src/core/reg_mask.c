/*
 * Masks of personal values: what is left to tell one from another.
 */

#include "reg_mask.h"
#include "reg_text.h"


#define REG_MASK_NONE    "***"

/* A mainland mobile number; shorter ones are of Hong Kong and Macao. */

#define REG_MASK_MOBILE  11


static reg_str_t reg_mask_first(reg_str_t text);
static reg_str_t reg_mask_last(reg_str_t text);
static void reg_mask_put(char *out, size_t size, reg_str_t head,
    size_t stars, reg_str_t tail);
static char *reg_mask_text(char *out, const char *end, reg_str_t text);


void
reg_mask_name(reg_str_t name, char *out, size_t size)
{
    static const reg_str_t  none = { 0, NULL };

    if (!reg_text_valid(name) || reg_text_length(name) < 2) {
        (void) snprintf(out, size, REG_MASK_NONE);
        return;
    }

    reg_mask_put(out, size, reg_mask_first(name), 1, none);
}


void
reg_mask_id_number(reg_str_t number, char *out, size_t size)
{
    size_t  length;

    length = reg_text_length(number);

    if (!reg_text_valid(number) || length < 4) {
        (void) snprintf(out, size, REG_MASK_NONE);
        return;
    }

    reg_mask_put(out, size, reg_mask_first(number), length - 2,
                 reg_mask_last(number));
}


void
reg_mask_mobile(reg_str_t mobile, char *out, size_t size)
{
    size_t     i;
    reg_str_t  head, tail;

    for (i = 0; i < mobile.len; i++) {
        if (mobile.data[i] < ' ' || mobile.data[i] > '~') {
            mobile.len = 0;
        }
    }

    if (mobile.len < 4) {
        (void) snprintf(out, size, REG_MASK_NONE);
        return;
    }

    head.len = (mobile.len < REG_MASK_MOBILE) ? 0 : 3;
    head.data = mobile.data;

    tail.len = (mobile.len < REG_MASK_MOBILE) ? 2 : 4;
    tail.data = mobile.data + mobile.len - tail.len;

    reg_mask_put(out, size, head, mobile.len - head.len - tail.len, tail);
}


void
reg_mask_email(reg_str_t email, char *out, size_t size)
{
    reg_str_t             domain;
    const unsigned char  *at;

    at = (email.len == 0) ? NULL : memchr(email.data, '@', email.len);

    if (at == NULL || at == email.data || !reg_text_valid(email)) {
        (void) snprintf(out, size, REG_MASK_NONE);
        return;
    }

    domain.data = at;
    domain.len = email.len - (size_t) (at - email.data);

    reg_mask_put(out, size, reg_mask_first(email),
                 sizeof(REG_MASK_NONE) - 1, domain);
}


static reg_str_t
reg_mask_first(reg_str_t text)
{
    reg_str_t  rest;

    rest = text;
    (void) reg_text_next(&rest);
    text.len -= rest.len;

    return text;
}


static reg_str_t
reg_mask_last(reg_str_t text)
{
    size_t  start;

    start = text.len - 1;

    while (start != 0 && (text.data[start] & 0xc0) == 0x80) {
        start--;
    }

    text.data += start;
    text.len -= start;

    return text;
}


static void
reg_mask_put(char *out, size_t size, reg_str_t head, size_t stars,
    reg_str_t tail)
{
    char  *end;

    if (size == 0) {
        return;
    }

    end = out + size - 1;

    out = reg_mask_text(out, end, head);

    for ( /* void */ ; stars != 0 && out < end; stars--) {
        *out++ = '*';
    }

    out = reg_mask_text(out, end, tail);

    *out = '\0';
}


/* What does not fit is left off by whole characters. */

static char *
reg_mask_text(char *out, const char *end, reg_str_t text)
{
    reg_str_t  c;

    for ( /* void */ ; text.len != 0; text.data += c.len, text.len -= c.len) {
        c = reg_mask_first(text);

        if (c.len > (size_t) (end - out)) {
            break;
        }

        memcpy(out, c.data, c.len);
        out += c.len;
    }

    return out;
}
