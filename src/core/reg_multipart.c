/*
 * The multipart parser proper: finds delimiters in a stream of bytes.
 *
 * Preamble and epilogue are skipped, as RFC 2046, 5.1.1 asks.  A delimiter
 * is the boundary at the beginning of a line whatever follows it; when that
 * is neither "--" nor white space and CRLF, the body is broken.
 */

#include "reg_multipart_header.h"


#define REG_DELIMITER_MAX  (sizeof("\r\n--") - 1 + REG_MULTIPART_BOUNDARY)


typedef enum {
    REG_MULTIPART_PREAMBLE = 0,
    REG_MULTIPART_BODY,
    REG_MULTIPART_DELIMITER,        /* after the boundary */
    REG_MULTIPART_DASH,             /* after the first "-" behind it */
    REG_MULTIPART_PADDING,
    REG_MULTIPART_LF,               /* after CR */
    REG_MULTIPART_HEADER,
    REG_MULTIPART_CLOSED,           /* padding behind the last delimiter */
    REG_MULTIPART_CLOSED_LF,
    REG_MULTIPART_EPILOGUE,
    REG_MULTIPART_FAILED
} reg_multipart_state_t;


struct reg_multipart_s {
    reg_multipart_state_t           state;
    reg_code_t                      failed;
    unsigned                        parts;

    size_t                          matched;    /* of the delimiter */
    size_t                          implied;    /* of these not in the body */
    size_t                          delimiter_len;
    unsigned char                   delimiter[REG_DELIMITER_MAX];

    size_t                          header_len;
    unsigned char                   header[REG_MULTIPART_HEADER_BYTES];

    const reg_multipart_handler_t  *handler;
    void                           *data;
};


static reg_code_t reg_multipart_scan(reg_multipart_t *multipart,
    const unsigned char **pos, const unsigned char *end);
static const unsigned char *reg_multipart_match(reg_multipart_t *multipart,
    const unsigned char *p, const unsigned char *end);
static reg_code_t reg_multipart_body(reg_multipart_t *multipart,
    const unsigned char *bytes, size_t len);
static reg_code_t reg_multipart_found(reg_multipart_t *multipart);
static reg_code_t reg_multipart_byte(reg_multipart_t *multipart,
    unsigned char ch);
static reg_code_t reg_multipart_header_byte(reg_multipart_t *multipart,
    unsigned char ch);
static reg_code_t reg_multipart_part(reg_multipart_t *multipart);


reg_multipart_t *
reg_multipart_create(reg_str_t boundary,
    const reg_multipart_handler_t *handler, void *data)
{
    reg_multipart_t  *multipart;

    if (boundary.len > REG_MULTIPART_BOUNDARY) {
        return NULL;
    }

    multipart = malloc(sizeof(reg_multipart_t));
    if (multipart == NULL) {
        return NULL;
    }

    memset(multipart, 0, offsetof(reg_multipart_t, header));

    memcpy(multipart->delimiter, "\r\n--", 4);
    memcpy(multipart->delimiter + 4, boundary.data, boundary.len);
    multipart->delimiter_len = 4 + boundary.len;

    /* the first delimiter needs no line end before it */

    multipart->matched = 2;
    multipart->implied = 2;

    multipart->handler = handler;
    multipart->data = data;

    return multipart;
}


void
reg_multipart_free(reg_multipart_t *multipart)
{
    free(multipart);
}


reg_code_t
reg_multipart_feed(reg_multipart_t *multipart, const unsigned char *bytes,
    size_t len)
{
    reg_code_t            code;
    const unsigned char  *p, *end;

    p = bytes;
    end = bytes + len;

    while (p < end) {

        switch (multipart->state) {

        case REG_MULTIPART_PREAMBLE:
        case REG_MULTIPART_BODY:
            code = reg_multipart_scan(multipart, &p, end);
            break;

        case REG_MULTIPART_HEADER:
            code = reg_multipart_header_byte(multipart, *p++);
            break;

        case REG_MULTIPART_EPILOGUE:
            return REG_OK;

        case REG_MULTIPART_FAILED:
            return multipart->failed;

        default:
            code = reg_multipart_byte(multipart, *p++);
            break;
        }

        if (code != REG_OK) {
            multipart->state = REG_MULTIPART_FAILED;
            multipart->failed = code;
            return code;
        }
    }

    return REG_OK;
}


reg_code_t
reg_multipart_finish(reg_multipart_t *multipart)
{
    switch (multipart->state) {

    case REG_MULTIPART_CLOSED:
    case REG_MULTIPART_EPILOGUE:
        return REG_OK;

    case REG_MULTIPART_FAILED:
        return multipart->failed;

    default:
        return REG_BAD_MULTIPART;
    }
}


/*
 * Passes body bytes on until the delimiter or the end of the input.  CR
 * stands only at the delimiter's beginning, so a partial match that breaks
 * cannot hide another one: what matched was body, and the search goes on.
 */

static reg_code_t
reg_multipart_scan(reg_multipart_t *multipart, const unsigned char **pos,
    const unsigned char *end)
{
    reg_code_t            code;
    const unsigned char  *p, *cr, *start;

    p = *pos;

    if (multipart->matched) {
        start = reg_multipart_match(multipart, p, end);

        if (start != NULL) {
            *pos = start;

            if (multipart->matched < multipart->delimiter_len) {
                return REG_OK;
            }

            return reg_multipart_found(multipart);
        }

        code = reg_multipart_body(multipart,
                                  multipart->delimiter + multipart->implied,
                                  multipart->matched - multipart->implied);
        if (code != REG_OK) {
            return code;
        }

        multipart->matched = 0;
        multipart->implied = 0;
    }

    for (start = p; p < end; p = cr + 1) {

        cr = memchr(p, '\r', end - p);

        if (cr == NULL) {
            break;
        }

        p = reg_multipart_match(multipart, cr, end);

        if (p == NULL) {
            multipart->matched = 0;
            continue;
        }

        *pos = p;

        code = reg_multipart_body(multipart, start, cr - start);
        if (code != REG_OK) {
            return code;
        }

        if (multipart->matched < multipart->delimiter_len) {
            return REG_OK;
        }

        return reg_multipart_found(multipart);
    }

    *pos = end;

    return reg_multipart_body(multipart, start, end - start);
}


/*
 * Goes on matching the delimiter at p: the position behind what matched, or
 * NULL (with matched as it was) when a byte differs.
 */

static const unsigned char *
reg_multipart_match(reg_multipart_t *multipart, const unsigned char *p,
    const unsigned char *end)
{
    size_t  n;

    n = multipart->delimiter_len - multipart->matched;

    if ((size_t) (end - p) < n) {
        n = end - p;
    }

    if (memcmp(p, multipart->delimiter + multipart->matched, n) != 0) {
        return NULL;
    }

    multipart->matched += n;

    return p + n;
}


static reg_code_t
reg_multipart_body(reg_multipart_t *multipart, const unsigned char *bytes,
    size_t len)
{
    if (multipart->state != REG_MULTIPART_BODY || len == 0) {
        return REG_OK;
    }

    return multipart->handler->body(multipart->data, bytes, len);
}


static reg_code_t
reg_multipart_found(reg_multipart_t *multipart)
{
    reg_code_t  code;

    code = REG_OK;

    if (multipart->state == REG_MULTIPART_BODY) {
        code = multipart->handler->end(multipart->data);
    }

    multipart->matched = 0;
    multipart->implied = 0;
    multipart->state = REG_MULTIPART_DELIMITER;

    return code;
}


/* What follows a boundary: "--" or nothing, white space, CRLF. */

static reg_code_t
reg_multipart_byte(reg_multipart_t *multipart, unsigned char ch)
{
    reg_multipart_state_t  state;

    state = multipart->state;

    switch (state) {

    case REG_MULTIPART_DASH:
        if (ch == '-' && multipart->parts) {
            multipart->state = REG_MULTIPART_CLOSED;
            return REG_OK;
        }

        return REG_BAD_MULTIPART;

    case REG_MULTIPART_LF:
    case REG_MULTIPART_CLOSED_LF:
        if (ch == '\n') {
            multipart->state = state == REG_MULTIPART_LF
                               ? REG_MULTIPART_HEADER
                               : REG_MULTIPART_EPILOGUE;
            return REG_OK;
        }

        return REG_BAD_MULTIPART;

    default:
        break;
    }

    if (ch == '-' && state == REG_MULTIPART_DELIMITER) {
        multipart->state = REG_MULTIPART_DASH;
        return REG_OK;
    }

    if (ch == ' ' || ch == '\t') {
        if (state == REG_MULTIPART_DELIMITER) {
            multipart->state = REG_MULTIPART_PADDING;
        }

        return REG_OK;
    }

    if (ch == '\r') {
        multipart->state = state == REG_MULTIPART_CLOSED
                           ? REG_MULTIPART_CLOSED_LF : REG_MULTIPART_LF;
        return REG_OK;
    }

    return REG_BAD_MULTIPART;
}


static reg_code_t
reg_multipart_header_byte(reg_multipart_t *multipart, unsigned char ch)
{
    size_t  n;

    if (multipart->header_len == REG_MULTIPART_HEADER_BYTES) {
        return REG_LIMIT;
    }

    n = multipart->header_len;
    multipart->header[n++] = ch;
    multipart->header_len = n;

    if (ch == '\n' && (n < 2 || multipart->header[n - 2] != '\r')) {
        return REG_BAD_MULTIPART;
    }

    if (ch == '\n' && n >= 4
        && memcmp(multipart->header + n - 4, "\r\n\r\n", 4) == 0)
    {
        return reg_multipart_part(multipart);
    }

    /* no header at all: then there is no name */

    if (n == 2 && ch == '\n') {
        return REG_BAD_MULTIPART;
    }

    return REG_OK;
}


static reg_code_t
reg_multipart_part(reg_multipart_t *multipart)
{
    reg_code_t  code;
    reg_part_t  part;

    if (multipart->parts == REG_MULTIPART_PARTS) {
        return REG_LIMIT;
    }

    multipart->parts++;

    code = reg_multipart_header(multipart->header, multipart->header_len - 2,
                                &part);
    if (code != REG_OK) {
        return code;
    }

    multipart->header_len = 0;
    multipart->state = REG_MULTIPART_BODY;

    /*
     * RFC 2046, 5.1.1: a part may have no body at all; the line end of the
     * next delimiter is then the one that ended the headers.
     */

    multipart->matched = 2;
    multipart->implied = 2;

    return multipart->handler->part(multipart->data, &part);
}
