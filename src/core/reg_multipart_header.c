/*
 * Parsing of multipart headers; no other file knows their syntax.
 *
 * Two dialects of quoted file names are in use and both are read: browsers
 * write %22, %0D and %0A for a quote, CR and LF (WHATWG, "multipart/form-data
 * encoding algorithm") and leave a backslash alone; other clients write \"
 * and \\ (RFC 5322 quoted-pair).  A backslash before anything else stands
 * for itself.
 */

#include <strings.h>

#include "reg_multipart_header.h"
#include "reg_text.h"


typedef struct {
    reg_str_t  name;
    reg_str_t  value;           /* of a quoted one, without its quotes */
    int        quoted;
} reg_param_t;


typedef struct {
    reg_str_t  disposition;
    reg_str_t  type;
    reg_str_t  encoding;
} reg_part_headers_t;


static reg_code_t reg_header_store(reg_part_headers_t *headers,
    reg_str_t name, reg_str_t value);
static unsigned char *reg_header_line_end(unsigned char *p,
    unsigned char *end);
static reg_code_t reg_header_split(reg_str_t line, reg_str_t *name,
    reg_str_t *value);
static reg_code_t reg_disposition_parse(reg_str_t value, reg_part_t *part);
static reg_code_t reg_disposition_name(const reg_param_t *param,
    reg_part_t *part);
static reg_code_t reg_disposition_filename(reg_str_t plain,
    reg_str_t extended, reg_part_t *part);
static reg_code_t reg_param_next(reg_str_t *rest, reg_param_t *param);
static reg_code_t reg_param_quoted(reg_str_t *rest, reg_str_t *value);
static reg_str_t reg_param_decode(const reg_param_t *param);
static reg_code_t reg_extended_decode(const reg_param_t *param,
    reg_str_t *out);
static void reg_filename_clean(reg_str_t *filename);
static int reg_hex_pair(const unsigned char *p);
static int reg_is_token_char(unsigned char ch);
static int reg_is_attr_char(unsigned char ch);
static reg_str_t reg_token_take(reg_str_t *rest);
static void reg_space_skip(reg_str_t *rest);
static int reg_str_is(reg_str_t str, const char *word);


reg_code_t
reg_multipart_header(unsigned char *text, size_t len, reg_part_t *part)
{
    unsigned             n;
    reg_str_t            line, name, value;
    reg_code_t           code;
    unsigned char       *p, *end, *next;
    reg_part_headers_t   headers;

    memset(&headers, 0, sizeof(reg_part_headers_t));
    memset(part, 0, sizeof(reg_part_t));

    p = text;
    end = text + len;

    for (n = 0; p < end; n++) {

        if (n == REG_MULTIPART_HEADERS) {
            return REG_LIMIT;
        }

        next = reg_header_line_end(p, end);
        if (next == NULL) {
            return REG_BAD_MULTIPART;
        }

        line.data = p;
        line.len = next - p - 2;
        p = next;

        code = reg_header_split(line, &name, &value);
        if (code != REG_OK) {
            return code;
        }

        code = reg_header_store(&headers, name, value);
        if (code != REG_OK) {
            return code;
        }
    }

    if (headers.disposition.data == NULL) {
        return REG_BAD_MULTIPART;
    }

    part->content_type = headers.type;

    return reg_disposition_parse(headers.disposition, part);
}


/* RFC 7578, 4.8: other headers than these three are to be ignored. */

static reg_code_t
reg_header_store(reg_part_headers_t *headers, reg_str_t name, reg_str_t value)
{
    reg_str_t  *to;

    if (reg_str_is(name, "content-disposition")) {
        to = &headers->disposition;

    } else if (reg_str_is(name, "content-type")) {

        /* RFC 7578, 4.3: files of one field come as parts of their own */

        if (value.len >= sizeof("multipart/") - 1
            && strncasecmp((const char *) value.data, "multipart/",
                           sizeof("multipart/") - 1)
               == 0)
        {
            return REG_BAD_MULTIPART;
        }

        to = &headers->type;

    } else if (reg_str_is(name, "content-transfer-encoding")) {

        /* RFC 7578, 4.7: the others are deprecated, nobody sends them */

        if (!reg_str_is(value, "binary") && !reg_str_is(value, "8bit")
            && !reg_str_is(value, "7bit"))
        {
            return REG_BAD_MULTIPART;
        }

        to = &headers->encoding;

    } else {
        return REG_OK;
    }

    if (to->data != NULL) {
        return REG_BAD_MULTIPART;
    }

    *to = value;

    return REG_OK;
}


/*
 * Finds the end of a line, unfolded on the way (RFC 5322, 2.2.3: the CRLF
 * goes; here it becomes two spaces).  A CR or LF alone is an error.
 */

static unsigned char *
reg_header_line_end(unsigned char *p, unsigned char *end)
{
    for ( ; p < end; p++) {

        if (*p == '\n') {
            return NULL;
        }

        if (*p != '\r') {
            continue;
        }

        if (end - p < 2 || p[1] != '\n') {
            return NULL;
        }

        if (end - p == 2 || (p[2] != ' ' && p[2] != '\t')) {
            return p + 2;
        }

        *p++ = ' ';
        *p = ' ';
    }

    return NULL;
}


/* "name: value", RFC 5322, 2.2; the value is cut of spaces around it. */

static reg_code_t
reg_header_split(reg_str_t line, reg_str_t *name, reg_str_t *value)
{
    size_t         i;
    unsigned char  ch;

    for (i = 0; i < line.len && line.data[i] != ':'; i++) {
        if (line.data[i] <= ' ' || line.data[i] >= 127) {
            return REG_BAD_MULTIPART;
        }
    }

    if (i == 0 || i == line.len) {
        return REG_BAD_MULTIPART;
    }

    name->data = line.data;
    name->len = i;

    value->data = line.data + i + 1;
    value->len = line.len - i - 1;

    for (i = 0; i < value->len; i++) {
        ch = value->data[i];

        if ((ch < ' ' && ch != '\t') || ch == 127) {
            return REG_BAD_MULTIPART;
        }
    }

    reg_space_skip(value);

    while (value->len && (value->data[value->len - 1] == ' '
                          || value->data[value->len - 1] == '\t'))
    {
        value->len--;
    }

    return REG_OK;
}


static reg_code_t
reg_disposition_parse(reg_str_t value, reg_part_t *part)
{
    reg_str_t    plain, extended, *to;
    reg_code_t   code;
    reg_param_t  param;

    memset(&plain, 0, sizeof(reg_str_t));
    memset(&extended, 0, sizeof(reg_str_t));

    if (!reg_str_is(reg_token_take(&value), "form-data")) {
        return REG_BAD_MULTIPART;
    }

    while (value.len) {

        code = reg_param_next(&value, &param);
        if (code != REG_OK) {
            return code;
        }

        if (reg_str_is(param.name, "name")) {
            code = reg_disposition_name(&param, part);
            if (code != REG_OK) {
                return code;
            }

            continue;
        }

        if (reg_str_is(param.name, "filename")) {
            to = &plain;

        } else if (reg_str_is(param.name, "filename*")) {
            to = &extended;

        } else if (reg_str_is(param.name, "name*")) {
            return REG_BAD_MULTIPART;

        } else {
            continue;
        }

        if (to->data != NULL) {
            return REG_BAD_MULTIPART;
        }

        if (to == &plain) {
            plain = reg_param_decode(&param);
            continue;
        }

        code = reg_extended_decode(&param, &extended);
        if (code != REG_OK) {
            return code;
        }
    }

    if (part->name.data == NULL) {
        return REG_BAD_MULTIPART;
    }

    return reg_disposition_filename(plain, extended, part);
}


static reg_code_t
reg_disposition_name(const reg_param_t *param, reg_part_t *part)
{
    if (part->name.data != NULL) {
        return REG_BAD_MULTIPART;
    }

    part->name = reg_param_decode(param);

    if (part->name.len == 0 || !reg_text_valid(part->name)
        || reg_text_has_control(part->name))
    {
        return REG_BAD_MULTIPART;
    }

    return REG_OK;
}


/* RFC 6266, 4.3: where both are given, filename* is meant. */

static reg_code_t
reg_disposition_filename(reg_str_t plain, reg_str_t extended,
    reg_part_t *part)
{
    if ((plain.data != NULL && !reg_text_valid(plain))
        || (extended.data != NULL && !reg_text_valid(extended)))
    {
        return REG_BAD_MULTIPART;
    }

    part->filename = extended.data != NULL ? extended : plain;

    if (part->filename.data != NULL) {
        reg_filename_clean(&part->filename);
    }

    return REG_OK;
}


/* Takes one ";" name "=" value, with spaces around ";" as all do. */

static reg_code_t
reg_param_next(reg_str_t *rest, reg_param_t *param)
{
    reg_space_skip(rest);

    if (rest->len == 0 || rest->data[0] != ';') {
        return REG_BAD_MULTIPART;
    }

    rest->data++;
    rest->len--;
    reg_space_skip(rest);

    param->name = reg_token_take(rest);

    if (param->name.len == 0 || rest->len == 0 || rest->data[0] != '=') {
        return REG_BAD_MULTIPART;
    }

    rest->data++;
    rest->len--;

    param->quoted = rest->len && rest->data[0] == '"';

    if (param->quoted) {
        return reg_param_quoted(rest, &param->value);
    }

    param->value = reg_token_take(rest);

    if (param->value.len == 0) {
        return REG_BAD_MULTIPART;
    }

    return REG_OK;
}


static reg_code_t
reg_param_quoted(reg_str_t *rest, reg_str_t *value)
{
    size_t  i;

    for (i = 1; i < rest->len && rest->data[i] != '"'; i++) {

        if (rest->data[i] == '\\' && i + 1 < rest->len
            && (rest->data[i + 1] == '"' || rest->data[i + 1] == '\\'))
        {
            i++;
        }
    }

    if (i >= rest->len) {
        return REG_BAD_MULTIPART;
    }

    value->data = rest->data + 1;
    value->len = i - 1;

    rest->data += i + 1;
    rest->len -= i + 1;

    return REG_OK;
}


/* Decodes in place: the headers are the parser's own copy. */

static reg_str_t
reg_param_decode(const reg_param_t *param)
{
    int             ch;
    reg_str_t       out;
    unsigned char  *p, *end, *to;

    out = param->value;

    if (!param->quoted) {
        return out;
    }

    p = (unsigned char *) param->value.data;
    end = p + param->value.len;
    to = p;

    while (p < end) {

        if (*p == '\\' && end - p > 1 && (p[1] == '"' || p[1] == '\\')) {
            p++;

        } else if (*p == '%' && end - p > 2) {
            ch = reg_hex_pair(p + 1);

            if (ch == '"' || ch == '\r' || ch == '\n') {
                *to++ = ch;
                p += 3;
                continue;
            }
        }

        *to++ = *p++;
    }

    out.len = to - out.data;

    return out;
}


/* RFC 8187, 3.2: UTF-8'language'percent-encoded. */

static reg_code_t
reg_extended_decode(const reg_param_t *param, reg_str_t *out)
{
    int             ch;
    unsigned char  *p, *end, *to;

    p = (unsigned char *) param->value.data;
    end = p + param->value.len;

    if (param->quoted || end - p < 7
        || strncasecmp((const char *) p, "UTF-8'", 6) != 0)
    {
        return REG_BAD_MULTIPART;
    }

    p = memchr(p + 6, '\'', end - p - 6);
    if (p == NULL) {
        return REG_BAD_MULTIPART;
    }

    p++;
    out->data = p;

    for (to = p; p < end; p++) {

        if (*p == '%') {
            ch = end - p > 2 ? reg_hex_pair(p + 1) : -1;

            if (ch == -1) {
                return REG_BAD_MULTIPART;
            }

            *to++ = ch;
            p += 2;
            continue;
        }

        if (!reg_is_attr_char(*p)) {
            return REG_BAD_MULTIPART;
        }

        *to++ = *p;
    }

    out->len = to - out->data;

    return REG_OK;
}


/*
 * A file name for people to recognise, never one to open: folders of either
 * system, control characters and bidirectional overrides go, and what passes
 * the limit is cut at a code point.  The text is valid UTF-8.
 */

static void
reg_filename_clean(reg_str_t *filename)
{
    size_t          n;
    reg_str_t       ch;
    unsigned char  *p, *end, *to, *start;

    start = (unsigned char *) filename->data;
    end = start + filename->len;

    for (p = start; p < end; p++) {
        if (*p == '/' || *p == '\\') {
            start = p + 1;
        }
    }

    to = start;

    for (p = start; p < end; p += n) {

        n = *p < 0x80 ? 1 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;

        ch.data = p;
        ch.len = n;

        if (reg_text_has_control(ch)) {
            continue;
        }

        if (to - start + n > REG_FILENAME_MAX) {
            break;
        }

        memmove(to, p, n);
        to += n;
    }

    filename->data = start;
    filename->len = to - start;
}


reg_code_t
reg_multipart_boundary(reg_str_t content_type,
    char buffer[REG_MULTIPART_BOUNDARY + 1], reg_str_t *boundary)
{
    size_t        i, n;
    reg_str_t     rest, type;
    reg_code_t    code;
    reg_param_t   param;

    rest = content_type;
    boundary->data = NULL;

    type.data = rest.data;
    type.len = reg_token_take(&rest).len;

    if (rest.len == 0 || rest.data[0] != '/') {
        return REG_BAD_MULTIPART;
    }

    rest.data++;
    rest.len--;
    type.len += 1 + reg_token_take(&rest).len;

    if (!reg_str_is(type, "multipart/form-data")) {
        return REG_BAD_MULTIPART;
    }

    for ( ;; ) {
        reg_space_skip(&rest);

        if (rest.len == 0) {
            break;
        }

        code = reg_param_next(&rest, &param);
        if (code != REG_OK) {
            return code;
        }

        if (!reg_str_is(param.name, "boundary")) {
            continue;
        }

        if (boundary->data != NULL) {
            return REG_BAD_MULTIPART;
        }

        *boundary = param.value;
    }

    if (boundary->data == NULL) {
        return REG_BAD_MULTIPART;
    }

    /* bchars, RFC 2046, 5.1.1; no quoted-pair is needed for any of them */

    n = boundary->len;

    if (n == 0 || n > REG_MULTIPART_BOUNDARY || boundary->data[n - 1] == ' ')
    {
        return REG_BAD_MULTIPART;
    }

    for (i = 0; i < n; i++) {
        if (strchr("'()+_,-./:=? 0123456789abcdefghijklmnopqrstuvwxyz"
                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ", boundary->data[i]) == NULL
            || boundary->data[i] == '\0')
        {
            return REG_BAD_MULTIPART;
        }
    }

    memcpy(buffer, boundary->data, n);
    buffer[n] = '\0';
    boundary->data = (const unsigned char *) buffer;

    return REG_OK;
}


/* The value of two hexadecimal digits, or -1. */

static int
reg_hex_pair(const unsigned char *p)
{
    int       value;
    unsigned  i;

    value = 0;

    for (i = 0; i < 2; i++) {
        value <<= 4;

        if (p[i] >= '0' && p[i] <= '9') {
            value |= p[i] - '0';

        } else if ((p[i] | 0x20) >= 'a' && (p[i] | 0x20) <= 'f') {
            value |= (p[i] | 0x20) - 'a' + 10;

        } else {
            return -1;
        }
    }

    return value;
}


/* token, RFC 2045, 5.1 */

static int
reg_is_token_char(unsigned char ch)
{
    return ch > ' ' && ch < 127 && strchr("()<>@,;:\\\"/[]?=", ch) == NULL;
}


/* attr-char, RFC 8187, 3.2.1 */

static int
reg_is_attr_char(unsigned char ch)
{
    return reg_is_token_char(ch) && strchr("*'%{}", ch) == NULL;
}


static reg_str_t
reg_token_take(reg_str_t *rest)
{
    size_t     n;
    reg_str_t  token;

    for (n = 0; n < rest->len; n++) {
        if (!reg_is_token_char(rest->data[n])) {
            break;
        }
    }

    token.data = rest->data;
    token.len = n;

    rest->data += n;
    rest->len -= n;

    return token;
}


static void
reg_space_skip(reg_str_t *rest)
{
    while (rest->len && (rest->data[0] == ' ' || rest->data[0] == '\t')) {
        rest->data++;
        rest->len--;
    }
}


static int
reg_str_is(reg_str_t str, const char *word)
{
    return str.len == strlen(word)
           && strncasecmp((const char *) str.data, word, str.len) == 0;
}
