
/*
 * Messages made of templates (RFC 5322, MIME).
 */

#include <sodium.h>
#include "reg_base64.h"
#include "reg_fields.h"
#include "reg_mail_template.h"
#include "reg_text.h"


#define REG_MAIL_NAME_MAX      200      /* bytes of a display name */
#define REG_MAIL_LINE          76       /* columns, RFC 2045 and RFC 2047 */
#define REG_MAIL_LINE_BYTES    (REG_MAIL_LINE / 4 * 3)
#define REG_MAIL_LINE_SIZE     (REG_MAIL_LINE + 2)

/* Bytes of a text and of a subject that need no memory of their own. */

#define REG_MAIL_TEXT          1024
#define REG_MAIL_SUBJECT       256

/* Bytes that all headers but To take, hardly ever more. */

#define REG_MAIL_HEADERS       512

#define REG_MAIL_WORD_OPEN     "=?UTF-8?B?"
#define REG_MAIL_WORD_CLOSE    "?="


typedef struct {
    char    *data;
    size_t   len;
    size_t   size;
    int      borrowed;                  /* data is not malloc'ed */
    int      failed;
} reg_mail_buffer_t;


static int reg_mail_from_parse(reg_str_t from, reg_str_t *name,
    char address[256]);
static reg_str_t reg_mail_trim(reg_str_t text);
static reg_code_t reg_mail_bind_text(reg_mail_text_t *text,
    const reg_mail_value_t *values, size_t n);
static const reg_mail_value_t *reg_mail_value(const char *name,
    const reg_mail_value_t *values, size_t n);
static int reg_mail_has_names(const reg_mail_text_t *text);
static reg_code_t reg_mail_bind_sample(reg_mail_template_t *template_);
static char *reg_mail_from_header(reg_str_t name, const char *address);
static char *reg_mail_subject_header(const reg_mail_text_t *subject);
static void reg_mail_headers(reg_mail_buffer_t *b,
    const reg_mail_template_t *template_, const reg_mail_value_t *values,
    size_t n, reg_str_t to, time_t now);
static void reg_mail_subject(reg_mail_buffer_t *b,
    const reg_mail_text_t *subject, const reg_mail_value_t *values, size_t n);
static void reg_mail_borrow(reg_mail_buffer_t *b, char *room, size_t size);
static char *reg_mail_reserve(reg_mail_buffer_t *b, size_t len);
static void reg_mail_put(reg_mail_buffer_t *b, const void *data, size_t len);
static void reg_mail_puts(reg_mail_buffer_t *b, const char *text);
static void reg_mail_put_lines(reg_mail_buffer_t *b, reg_str_t text);
static void reg_mail_free(reg_mail_buffer_t *b);
static void reg_mail_expand(reg_mail_buffer_t *b, const reg_mail_text_t *text,
    const reg_mail_value_t *values, size_t n);
static void reg_mail_remove_controls(reg_mail_buffer_t *b);
static int reg_mail_is_plain(reg_str_t text, const char *specials);
static void reg_mail_words(reg_mail_buffer_t *b, reg_str_t text,
    size_t column);
static void reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text);
static void reg_mail_date(reg_mail_buffer_t *b, time_t now);
static char *reg_mail_two(char *p, int n);
static void reg_mail_message_id(reg_mail_buffer_t *b, const char *domain);
static void reg_mail_body(reg_mail_buffer_t *b,
    const reg_mail_template_t *template_, const reg_mail_buffer_t *text);
static int reg_mail_is_sample(const reg_mail_template_t *template_,
    size_t at, reg_str_t line);


int
reg_mail_from_valid(reg_str_t from, char address[256])
{
    reg_str_t  name;

    return reg_mail_from_parse(from, &name, address);
}


static int
reg_mail_from_parse(reg_str_t from, reg_str_t *name, char address[256])
{
    reg_str_t             bare;
    const unsigned char  *open;

    bare = from;
    name->data = from.data;
    name->len = 0;

    open = from.len ? memchr(from.data, '<', from.len) : NULL;

    if (open) {
        name->len = open - from.data;
        bare.data = open + 1;
        bare.len = from.len - name->len - 1;

        if (bare.len == 0 || bare.data[bare.len - 1] != '>') {
            return 0;
        }

        bare.len--;
        *name = reg_mail_trim(*name);
    }

    if (name->len > REG_MAIL_NAME_MAX
        || !reg_text_valid(*name)
        || reg_text_has_control(*name)
        || (name->len && memchr(name->data, '"', name->len)))
    {
        return 0;
    }

    if (bare.len > 255 || !reg_email_valid(bare)) {
        return 0;
    }

    memcpy(address, bare.data, bare.len);
    address[bare.len] = '\0';

    return 1;
}


/* Cuts spaces, and the quotes around a display name (RFC 5322, 3.2.4). */

static reg_str_t
reg_mail_trim(reg_str_t text)
{
    while (text.len && text.data[text.len - 1] == ' ') {
        text.len--;
    }

    while (text.len && text.data[0] == ' ') {
        text.data++;
        text.len--;
    }

    if (text.len >= 2
        && text.data[0] == '"'
        && text.data[text.len - 1] == '"')
    {
        text.data++;
        text.len -= 2;
    }

    return text;
}


reg_code_t
reg_mail_template_bind(reg_mail_template_t *template_, reg_str_t from,
    const reg_mail_value_t *values, size_t n)
{
    char       address[256];
    reg_str_t  name;

    if (!reg_mail_from_parse(from, &name, address)) {
        return REG_FORMAT;
    }

    if (reg_mail_bind_text(&template_->subject, values, n) != REG_OK
        || reg_mail_bind_text(&template_->text, values, n) != REG_OK
        || reg_mail_bind_sample(template_) != REG_OK)
    {
        return REG_INTERNAL;
    }

    free(template_->from);
    free(template_->subject_header);

    template_->subject_header = NULL;
    template_->from = reg_mail_from_header(name, address);

    if (template_->from == NULL) {
        return REG_INTERNAL;
    }

    template_->domain = strrchr(template_->from, '@');

    if (reg_mail_has_names(&template_->subject)) {
        return REG_OK;
    }

    template_->subject_header = reg_mail_subject_header(&template_->subject);

    return template_->subject_header ? REG_OK : REG_INTERNAL;
}


/* Lines end in CRLF from now on. */

static reg_code_t
reg_mail_bind_text(reg_mail_text_t *text, const reg_mail_value_t *values,
    size_t n)
{
    size_t                   i;
    reg_str_t                lines;
    reg_mail_piece_t        *piece;
    reg_mail_buffer_t        b;
    const reg_mail_value_t  *value;

    for (i = 0; i < text->n; i++) {
        piece = &text->piece[i];

        lines.len = strlen(piece->data);
        lines.data = (unsigned char *) piece->data;

        if (piece->name) {
            value = reg_mail_value(piece->data, values, n);
            if (value == NULL) {
                continue;
            }

            lines = value->value;
        }

        memset(&b, 0, sizeof(b));
        reg_mail_put_lines(&b, lines);

        if (b.failed) {
            reg_mail_free(&b);
            return REG_INTERNAL;
        }

        free(piece->data);
        piece->data = b.data;
        piece->name = 0;
    }

    return REG_OK;
}


static const reg_mail_value_t *
reg_mail_value(const char *name, const reg_mail_value_t *values, size_t n)
{
    size_t  i;

    for (i = 0; i < n; i++) {
        if (strcmp(values[i].name, name) == 0) {
            return &values[i];
        }
    }

    return NULL;
}


static int
reg_mail_has_names(const reg_mail_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->n; i++) {
        if (text->piece[i].name) {
            return 1;
        }
    }

    return 0;
}


/* The text with the names of values in their places, and its Base64. */

static reg_code_t
reg_mail_bind_sample(reg_mail_template_t *template_)
{
    size_t                   i;
    const reg_mail_piece_t  *piece;
    reg_mail_buffer_t        text, body;

    memset(&text, 0, sizeof(text));
    memset(&body, 0, sizeof(body));

    for (i = 0; i < template_->text.n; i++) {
        piece = &template_->text.piece[i];

        reg_mail_puts(&text, piece->name ? "{" : "");
        reg_mail_puts(&text, piece->data);
        reg_mail_puts(&text, piece->name ? "}" : "");
    }

    template_->sample_len = 0;
    reg_mail_body(&body, template_, &text);

    free(template_->sample);
    free(template_->sample_body);

    template_->sample = text.data;
    template_->sample_len = body.failed ? 0 : text.len;
    template_->sample_body = body.data;

    return (text.failed || body.failed) ? REG_INTERNAL : REG_OK;
}


/* malloc'ed; NULL when memory is out. */

static char *
reg_mail_from_header(reg_str_t name, const char *address)
{
    reg_mail_buffer_t  b;

    memset(&b, 0, sizeof(b));

    reg_mail_puts(&b, "From: ");

    if (name.len) {
        if (reg_mail_is_plain(name, "()<>[]:;@\\,.\"")) {
            reg_mail_put(&b, name.data, name.len);

        } else {
            reg_mail_words(&b, name, sizeof("From: ") - 1);
        }

        /* a line of its own: 76 columns may be used up */

        reg_mail_puts(&b, "\r\n ");
    }

    reg_mail_puts(&b, "<");
    reg_mail_puts(&b, address);
    reg_mail_puts(&b, ">\r\n");

    if (b.failed) {
        reg_mail_free(&b);
        return NULL;
    }

    return b.data;
}


static char *
reg_mail_subject_header(const reg_mail_text_t *subject)
{
    reg_mail_buffer_t  b;

    memset(&b, 0, sizeof(b));
    reg_mail_subject(&b, subject, NULL, 0);

    if (b.failed) {
        reg_mail_free(&b);
        return NULL;
    }

    return b.data;
}


char *
reg_mail_compose(const reg_mail_template_t *template_,
    const reg_mail_value_t *values, size_t n, reg_str_t to, time_t now,
    size_t *len)
{
    char               room[REG_MAIL_TEXT];
    reg_mail_buffer_t  message, text;

    if (template_->from == NULL || !reg_email_valid(to)) {
        return NULL;
    }

    reg_mail_borrow(&text, room, sizeof(room));
    reg_mail_expand(&text, &template_->text, values, n);

    memset(&message, 0, sizeof(message));
    message.failed = text.failed;

    /* Base64 takes a third more, and two bytes a line */

    (void) reg_mail_reserve(&message, REG_MAIL_HEADERS + to.len
                                      + text.len + text.len / 2);

    reg_mail_headers(&message, template_, values, n, to, now);
    reg_mail_body(&message, template_, &text);
    reg_mail_free(&text);

    if (message.failed) {
        reg_mail_free(&message);
        return NULL;
    }

    *len = message.len;

    return message.data;
}


static void
reg_mail_headers(reg_mail_buffer_t *b, const reg_mail_template_t *template_,
    const reg_mail_value_t *values, size_t n, reg_str_t to, time_t now)
{
    reg_mail_puts(b, template_->from);
    reg_mail_puts(b, "To: <");
    reg_mail_put(b, to.data, to.len);
    reg_mail_puts(b, ">\r\n");

    if (template_->subject_header) {
        reg_mail_puts(b, template_->subject_header);

    } else {
        reg_mail_subject(b, &template_->subject, values, n);
    }

    reg_mail_date(b, now);
    reg_mail_message_id(b, template_->domain);

    reg_mail_puts(b, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n"
                     "\r\n");
}


static void
reg_mail_subject(reg_mail_buffer_t *b, const reg_mail_text_t *subject,
    const reg_mail_value_t *values, size_t n)
{
    char               room[REG_MAIL_SUBJECT];
    reg_str_t          text;
    reg_mail_buffer_t  line;

    reg_mail_borrow(&line, room, sizeof(room));
    reg_mail_expand(&line, subject, values, n);
    reg_mail_remove_controls(&line);

    b->failed |= line.failed;

    text.data = (unsigned char *) line.data;
    text.len = line.len;

    reg_mail_puts(b, "Subject: ");

    if (reg_mail_is_plain(text, "")) {
        reg_mail_put(b, text.data, text.len);

    } else {
        reg_mail_words(b, text, sizeof("Subject: ") - 1);
    }

    reg_mail_puts(b, "\r\n");
    reg_mail_free(&line);
}


/* A buffer that begins in memory of the caller's. */

static void
reg_mail_borrow(reg_mail_buffer_t *b, char *room, size_t size)
{
    memset(b, 0, sizeof(reg_mail_buffer_t));

    b->data = room;
    b->size = size;
    b->borrowed = 1;
    b->data[0] = '\0';
}


/*
 * Room for len bytes and a NUL behind what there is; NULL when memory is out.
 * What is outgrown is wiped: the text holds a code.
 */

static char *
reg_mail_reserve(reg_mail_buffer_t *b, size_t len)
{
    char    *p;
    size_t   size;

    if (b->failed) {
        return NULL;
    }

    if (b->size - b->len > len) {
        return b->data + b->len;
    }

    size = b->len ? (b->len + len + 1) * 2 : len + 1;

    p = malloc(size);
    if (p == NULL) {
        b->failed = 1;
        return NULL;
    }

    if (b->data) {
        memcpy(p, b->data, b->len);
        reg_mail_free(b);
    }

    b->data = p;
    b->size = size;
    b->borrowed = 0;

    return p + b->len;
}


static void
reg_mail_put(reg_mail_buffer_t *b, const void *data, size_t len)
{
    char  *p;

    p = reg_mail_reserve(b, len);
    if (p == NULL) {
        return;
    }

    if (len) {
        memcpy(p, data, len);
    }

    p[len] = '\0';
    b->len += len;
}


static void
reg_mail_puts(reg_mail_buffer_t *b, const char *text)
{
    reg_mail_put(b, text, strlen(text));
}


/* The canonical form, whose lines end in CRLF (RFC 2046, 4.1.1). */

static void
reg_mail_put_lines(reg_mail_buffer_t *b, reg_str_t text)
{
    size_t  i, start;

    reg_mail_put(b, "", 0);

    for (i = 0, start = 0; i < text.len; i++) {

        if (text.data[i] != '\r' && text.data[i] != '\n') {
            continue;
        }

        reg_mail_put(b, text.data + start, i - start);
        reg_mail_put(b, "\r\n", 2);

        if (text.data[i] == '\r' && i + 1 < text.len
            && text.data[i + 1] == '\n')
        {
            i++;
        }

        start = i + 1;
    }

    reg_mail_put(b, text.data + start, text.len - start);
}


static void
reg_mail_free(reg_mail_buffer_t *b)
{
    if (b->data) {
        sodium_memzero(b->data, b->size);
    }

    if (!b->borrowed) {
        free(b->data);
    }
}


static void
reg_mail_expand(reg_mail_buffer_t *b, const reg_mail_text_t *text,
    const reg_mail_value_t *values, size_t n)
{
    size_t                   i;
    const reg_mail_piece_t  *piece;
    const reg_mail_value_t  *value;

    for (i = 0; i < text->n; i++) {
        piece = &text->piece[i];

        if (!piece->name) {
            reg_mail_puts(b, piece->data);
            continue;
        }

        value = reg_mail_value(piece->data, values, n);
        if (value) {
            reg_mail_put_lines(b, value->value);
        }
    }
}


static void
reg_mail_remove_controls(reg_mail_buffer_t *b)
{
    size_t         i, n;
    unsigned char  ch;

    if (b->failed) {
        return;
    }

    n = 0;

    for (i = 0; i < b->len; i++) {
        ch = b->data[i];

        if (ch >= 0x20 && ch != 0x7f) {
            b->data[n++] = ch;
        }
    }

    b->data[n] = '\0';
    b->len = n;
}


/*
 * Whether a text may stand in a header as it is: ASCII, none of the specials
 * of RFC 5322, short, nothing that looks like an encoded word.
 */

static int
reg_mail_is_plain(reg_str_t text, const char *specials)
{
    size_t         i;
    unsigned char  ch;

    if (text.len == 0 || text.len > REG_MAIL_LINE - sizeof("Subject: ")) {
        return 0;
    }

    for (i = 0; i < text.len; i++) {
        ch = text.data[i];

        if (ch < 0x20 || ch > 0x7e || strchr(specials, ch)) {
            return 0;
        }

        if (ch == '=' && i + 1 < text.len && text.data[i + 1] == '?') {
            return 0;
        }
    }

    return text.data[0] != ' ' && text.data[text.len - 1] != ' ';
}


/*
 * Encoded words (RFC 2047, section 2): a line of a header that holds one has
 * at most 76 columns, and a character is never split between two.
 */

static void
reg_mail_words(reg_mail_buffer_t *b, reg_str_t text, size_t column)
{
    size_t     room;
    reg_str_t  part;

    while (text.len) {
        room = REG_MAIL_LINE - column - (sizeof(REG_MAIL_WORD_OPEN) - 1)
               - (sizeof(REG_MAIL_WORD_CLOSE) - 1);

        part.data = text.data;
        part.len = room / 4 * 3;

        if (part.len >= text.len) {
            part.len = text.len;

        } else {
            while (part.len > 1 && (text.data[part.len] & 0xc0) == 0x80) {
                part.len--;
            }
        }

        reg_mail_puts(b, REG_MAIL_WORD_OPEN);
        reg_mail_base64(b, part);
        reg_mail_puts(b, REG_MAIL_WORD_CLOSE);

        text.data += part.len;
        text.len -= part.len;

        if (text.len) {
            reg_mail_puts(b, "\r\n ");
            column = 1;
        }
    }
}


static void
reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text)
{
    char  *out;

    out = reg_mail_reserve(b, reg_base64_length(text.len));
    if (out == NULL) {
        return;
    }

    out = reg_base64(out, text.data, text.len, REG_BASE64_MIME);

    *out = '\0';
    b->len = out - b->data;
}


/* RFC 5322, section 3.3; strftime() would follow the locale. */

static void
reg_mail_date(reg_mail_buffer_t *b, time_t now)
{
    char       date[64], *p;
    struct tm  tm;

    static const char *const  days[] = {
        "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"
    };

    static const char *const  months[] = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun",
        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    if (gmtime_r(&now, &tm) == NULL) {
        b->failed = 1;
        return;
    }

    /* by hand: printf() took longer than all other headers */

    p = stpcpy(date, "Date: ");
    p = stpcpy(p, days[tm.tm_wday]);
    p = reg_mail_two(stpcpy(p, ", "), tm.tm_mday);
    *p++ = ' ';
    p = stpcpy(p, months[tm.tm_mon]);
    p = reg_mail_two(stpcpy(p, " "), (tm.tm_year + 1900) / 100);
    p = reg_mail_two(p, tm.tm_year % 100);
    p = reg_mail_two(stpcpy(p, " "), tm.tm_hour);
    p = reg_mail_two(stpcpy(p, ":"), tm.tm_min);
    p = reg_mail_two(stpcpy(p, ":"), tm.tm_sec);
    p = stpcpy(p, " +0000\r\n");

    reg_mail_put(b, date, p - date);
}


static char *
reg_mail_two(char *p, int n)
{
    *p++ = '0' + n / 10 % 10;
    *p++ = '0' + n % 10;

    return p;
}


/*
 * Unique (RFC 5322, 3.6.4): a number that this process has not had, under a
 * random key, so that nobody sees how many there were.  One call of the system
 * a mail was dear.
 */

static void
reg_mail_message_id(reg_mail_buffer_t *b, const char *domain)
{
    char           id[33];
    unsigned char  hash[crypto_shorthash_siphashx24_BYTES];

    static uint64_t       number;
    static unsigned char  key[crypto_shorthash_siphashx24_KEYBYTES];

    if (number++ == 0) {
        randombytes_buf(key, sizeof(key));
    }

    (void) crypto_shorthash_siphashx24(hash, (unsigned char *) &number,
                                       sizeof(number), key);
    sodium_bin2hex(id, sizeof(id), hash, sizeof(hash));

    reg_mail_puts(b, "Message-ID: <");
    reg_mail_puts(b, id);
    reg_mail_puts(b, domain);
}


/* What is as in the sample was encoded at configuration. */

static void
reg_mail_body(reg_mail_buffer_t *b, const reg_mail_template_t *template_,
    const reg_mail_buffer_t *text)
{
    size_t     at, left;
    reg_str_t  line;

    for (at = 0; at < text->len; at += line.len) {
        left = text->len - at;

        line.data = (unsigned char *) text->data + at;
        line.len = left < REG_MAIL_LINE_BYTES ? left : REG_MAIL_LINE_BYTES;

        if (reg_mail_is_sample(template_, at, line)) {
            reg_mail_put(b, template_->sample_body
                            + at / REG_MAIL_LINE_BYTES * REG_MAIL_LINE_SIZE,
                         REG_MAIL_LINE_SIZE);
            continue;
        }

        reg_mail_base64(b, line);
        reg_mail_put(b, "\r\n", 2);
    }
}


static int
reg_mail_is_sample(const reg_mail_template_t *template_, size_t at,
    reg_str_t line)
{
    return line.len == REG_MAIL_LINE_BYTES
           && at + line.len <= template_->sample_len
           && memcmp(line.data, template_->sample + at, line.len) == 0;
}
