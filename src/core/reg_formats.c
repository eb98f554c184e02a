/*
 * The form of single values, whatever the other fields hold.
 */

#include "reg_fields.h"
#include "reg_formats.h"
#include "reg_text.h"


#define REG_EMAIL_MAX        254    /* RFC 5321, 4.5.3.1.3, without "<>" */
#define REG_EMAIL_LOCAL_MAX  64     /* RFC 5321, 4.5.3.1.1 */
#define REG_LABEL_MAX        63     /* RFC 1035, 2.3.4 */


static int reg_format_is_digit(int32_t code);
static int reg_format_is_latin(int32_t code);
static int reg_format_is_letter(int32_t code);
static int reg_email_local(reg_str_t local);
static int reg_email_domain(reg_str_t domain);
static int reg_email_label(reg_str_t label);


int
reg_format_digits(reg_str_t text, size_t n)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (!reg_format_is_digit(text.data[i])) {
            return 0;
        }
    }

    return text.len == n;
}


int
reg_format_mobile(reg_str_t text)
{
    return reg_format_digits(text, 11) && text.data[0] == '1'
           && text.data[1] >= '3';
}


int
reg_format_landline(reg_str_t text)
{
    size_t  digits[3], i, part, total;

    memset(digits, 0, sizeof(digits));

    for (i = 0, part = 0; i < text.len; i++) {
        if (text.data[i] == '-' && part < 2) {
            part++;

        } else if (reg_format_is_digit(text.data[i])) {
            digits[part]++;

        } else {
            return 0;
        }
    }

    /* An area code is 0 and two or three digits, 00 what is dialled abroad. */

    if (text.len < 2 || text.data[0] != '0' || text.data[1] == '0') {
        return 0;
    }

    /* Without a hyphen after it, the area code is part of the number. */

    if (digits[0] > 4) {
        total = digits[0];

        return total >= 10 && total <= 12 && part < 2
               && (part == 0 || (digits[1] >= 1 && digits[1] <= 6));
    }

    return digits[0] >= 3 && (digits[1] == 7 || digits[1] == 8)
           && (part == 1 || (digits[2] >= 1 && digits[2] <= 6));
}


int
reg_format_any_number(reg_str_t text)
{
    size_t  i;

    for (i = 0; i < text.len; i++) {
        if (!reg_format_is_digit(text.data[i])
            && !(text.data[i] >= 'A' && text.data[i] <= 'Z'))
        {
            return 0;
        }
    }

    return text.len >= 5 && text.len <= 18;
}


int
reg_format_chinese_name(reg_str_t text)
{
    int      dot;
    size_t   han;
    int32_t  code;

    han = 0;
    dot = 1;

    while (text.len != 0) {
        code = reg_text_next(&text);

        if (code == 0xb7) {
            if (dot) {
                return 0;
            }

            dot = 1;
            continue;
        }

        if (!reg_text_is_han(code)) {
            return 0;
        }

        dot = 0;
        han++;
    }

    return han >= 2 && !dot;
}


int
reg_format_person_name(reg_str_t text)
{
    size_t   letters, length;
    int32_t  code;

    letters = 0;

    for (length = 0; text.len != 0; length++) {
        code = reg_text_next(&text);

        if (reg_format_is_letter(code)) {
            letters++;

        } else if (code != 0xb7 && code != 0x2019
                   && (code <= 0 || code > 0x7f
                       || strchr(" -'.,()/", code) == NULL))
        {
            return 0;
        }
    }

    return letters != 0 && length >= 2;
}


int
reg_format_organization_name(reg_str_t text)
{
    size_t   letters, length;
    int32_t  code;

    letters = 0;

    for (length = 0; text.len != 0; length++) {
        code = reg_text_next(&text);
        letters += reg_format_is_letter(code);
    }

    return letters != 0 && length >= 2;
}


reg_code_t
reg_username_judge(reg_str_t username)
{
    size_t     length;
    int32_t    code;
    reg_str_t  rest;

    for (rest = username; rest.len != 0; /* void */ ) {
        code = reg_text_next(&rest);

        if (code == -1
            || (!reg_text_is_han(code) && !reg_format_is_latin(code)
                && !reg_format_is_digit(code)
                && code != '_' && code != '-' && code != '.'))
        {
            return REG_FORMAT;
        }
    }

    length = reg_text_length(username);

    if (length < REG_USERNAME_MIN) {
        return REG_TOO_SHORT;
    }

    return (length > REG_USERNAME_MAX) ? REG_TOO_LONG : REG_OK;
}


int
reg_email_valid(reg_str_t address)
{
    reg_str_t             local, domain;
    const unsigned char  *at;

    if (address.len == 0 || address.len > REG_EMAIL_MAX) {
        return 0;
    }

    at = memchr(address.data, '@', address.len);
    if (at == NULL) {
        return 0;
    }

    local.data = address.data;
    local.len = (size_t) (at - address.data);

    domain.data = at + 1;
    domain.len = address.len - local.len - 1;

    return reg_email_local(local) && reg_email_domain(domain);
}


static int
reg_format_is_digit(int32_t code)
{
    return code >= '0' && code <= '9';
}


static int
reg_format_is_latin(int32_t code)
{
    return (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z');
}


/*
 * Above Latin-1's signs, blocks of symbols are left out; for the rest
 * every script's letters and marks count as letters.
 */

static int
reg_format_is_letter(int32_t code)
{
    if (code < 0xc0) {
        return reg_format_is_latin(code) || code == 0xaa || code == 0xba;
    }

    return code != 0xd7 && code != 0xf7
           && !(code >= 0x2000 && code <= 0x2bff)
           && !(code >= 0x3000 && code <= 0x3004)
           && !(code >= 0x3008 && code <= 0x3020)
           && !(code >= 0xfe10 && code <= 0xfe6f)
           && !(code >= 0xff00 && code <= 0xff20)
           && !(code >= 0xffe0 && code <= 0xffff)
           && !(code >= 0x1f000 && code <= 0x1faff);
}


/* RFC 5321, 4.1.2: Dot-string; quoted strings are not taken. */

static int
reg_email_local(reg_str_t local)
{
    size_t         i;
    unsigned char  c;

    if (local.len == 0 || local.len > REG_EMAIL_LOCAL_MAX
        || local.data[0] == '.' || local.data[local.len - 1] == '.')
    {
        return 0;
    }

    for (i = 0; i < local.len; i++) {
        c = local.data[i];

        if (c == '.') {
            if (local.data[i - 1] == '.') {
                return 0;
            }

        } else if (!reg_format_is_latin(c) && !reg_format_is_digit(c)
                   && (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL))
        {
            return 0;
        }
    }

    return 1;
}


static int
reg_email_domain(reg_str_t domain)
{
    size_t                i, labels;
    reg_str_t             label;
    const unsigned char  *dot;

    for (labels = 0; /* void */; labels++) {
        dot = (domain.len == 0) ? NULL
                                : memchr(domain.data, '.', domain.len);

        label.data = domain.data;
        label.len = (dot == NULL) ? domain.len
                                  : (size_t) (dot - domain.data);

        if (!reg_email_label(label)) {
            return 0;
        }

        if (dot == NULL) {
            break;
        }

        domain.data = dot + 1;
        domain.len -= label.len + 1;
    }

    /* A last label of digits only would be an IPv4 address. */

    for (i = 0; i < label.len; i++) {
        if (!reg_format_is_digit(label.data[i])) {
            return labels >= 1;
        }
    }

    return 0;
}


/* RFC 1123, 2.1: letters, digits and inner hyphens. */

static int
reg_email_label(reg_str_t label)
{
    size_t  i;

    if (label.len == 0 || label.len > REG_LABEL_MAX
        || label.data[0] == '-' || label.data[label.len - 1] == '-')
    {
        return 0;
    }

    for (i = 0; i < label.len; i++) {
        if (!reg_format_is_latin(label.data[i])
            && !reg_format_is_digit(label.data[i])
            && label.data[i] != '-')
        {
            return 0;
        }
    }

    return 1;
}
