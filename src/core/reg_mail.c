/*
 * Mail texts: templates, and messages made of them (RFC 5322, MIME).
 */

#include <sodium.h>
#include "reg_fields.h"
#include "reg_mail.h"
#include "reg_text.h"


#define REG_MAIL_TEMPLATE_MAX  65536    /* bytes of a template file */
#define REG_MAIL_NAME_MAX      200      /* bytes of a display name */
#define REG_MAIL_LINE          76       /* columns, RFC 2045 and RFC 2047 */
#define REG_MAIL_LINE_BYTES    (REG_MAIL_LINE / 4 * 3)

#define REG_MAIL_WORD_OPEN     "=?UTF-8?B?"
#define REG_MAIL_WORD_CLOSE    "?="


struct reg_mail_template_s {
    char    *subject;
    char    *text;                      /* its lines end in CRLF */
};

typedef struct {
    char    *data;
    size_t   len;
    size_t   size;
    int      failed;
} reg_mail_buffer_t;

/* where an error is to be shown */

typedef struct {
    const char         *path;
    const char *const  *names;
    reg_error_t        *error;
} reg_mail_source_t;


static void reg_mail_unix_lines(char *data, size_t *len);
static int reg_mail_check_line(const reg_mail_source_t *source,
    unsigned line, reg_str_t text);
static int reg_mail_check_names(const reg_mail_source_t *source,
    unsigned line, reg_str_t text);
static int reg_mail_check(const reg_mail_source_t *source, reg_str_t text);
static reg_mail_template_t *reg_mail_split(const reg_mail_source_t *source,
    char *data);
static char *reg_mail_canonical(const char *text);
static size_t reg_mail_name_length(const char *text);
static int reg_mail_from_parse(reg_str_t from, reg_str_t *name,
    char address[256]);
static reg_str_t reg_mail_trim(reg_str_t text);
static void reg_mail_compose_headers(reg_mail_buffer_t *b,
    const char *subject, reg_str_t name, const char *address, reg_str_t to,
    time_t now);
static char *reg_mail_reserve(reg_mail_buffer_t *b, size_t len);
static void reg_mail_put(reg_mail_buffer_t *b, const void *data, size_t len);
static void reg_mail_puts(reg_mail_buffer_t *b, const char *text);
static void reg_mail_put_lines(reg_mail_buffer_t *b, reg_str_t text);
static void reg_mail_free(reg_mail_buffer_t *b);
static void reg_mail_expand(reg_mail_buffer_t *b, const char *text,
    const reg_mail_value_t *values, size_t n);
static void reg_mail_remove_controls(reg_mail_buffer_t *b);
static int reg_mail_is_plain(reg_str_t text, const char *specials);
static void reg_mail_words(reg_mail_buffer_t *b, reg_str_t text,
    size_t column);
static void reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text);
static void reg_mail_date(reg_mail_buffer_t *b, time_t now);
static char *reg_mail_two(char *p, int n);
static void reg_mail_message_id(reg_mail_buffer_t *b, const char *address);
static void reg_mail_body(reg_mail_buffer_t *b, reg_str_t text);


reg_mail_template_t *
reg_mail_template_load(const char *path, const char *const *names,
    reg_error_t *error)
{
    char                 *data;
    size_t                len;
    reg_str_t             text;
    reg_mail_source_t     source;
    reg_mail_template_t  *template_;

    data = reg_file_read(path, REG_MAIL_TEMPLATE_MAX, &len, error);
    if (data == NULL) {
        return NULL;
    }

    /* editors on Windows put a byte order mark and CRLF */

    if (len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0) {
        len -= 3;
        memmove(data, data + 3, len + 1);
    }

    reg_mail_unix_lines(data, &len);

    source.path = path;
    source.names = names;
    source.error = error;

    text.len = len;
    text.data = (unsigned char *) data;

    template_ = NULL;

    if (reg_mail_check(&source, text)) {
        template_ = reg_mail_split(&source, data);
    }

    free(data);

    return template_;
}


void
reg_mail_template_free(reg_mail_template_t *template_)
{
    if (template_ == NULL) {
        return;
    }

    free(template_->subject);
    free(template_->text);
    free(template_);
}


static void
reg_mail_unix_lines(char *data, size_t *len)
{
    size_t  i, n;

    n = 0;

    for (i = 0; i < *len; i++) {
        if (data[i] == '\r' && i + 1 < *len && data[i + 1] == '\n') {
            continue;
        }

        data[n++] = data[i];
    }

    data[n] = '\0';
    *len = n;
}


static int
reg_mail_check(const reg_mail_source_t *source, reg_str_t text)
{
    unsigned              line;
    reg_str_t             rest;
    const unsigned char  *lf;

    for (line = 1; text.len; line++) {
        lf = memchr(text.data, '\n', text.len);

        rest = text;
        rest.len = lf ? (size_t) (lf - text.data) : text.len;

        if (!reg_mail_check_line(source, line, rest)) {
            return 0;
        }

        if (lf == NULL) {
            break;
        }

        text.data += rest.len + 1;
        text.len -= rest.len + 1;
    }

    return 1;
}


static int
reg_mail_check_line(const reg_mail_source_t *source, unsigned line,
    reg_str_t text)
{
    size_t  i;

    if (!reg_text_valid(text)) {
        reg_error_set(source->error, "%s:%u: the text is not UTF-8",
                      source->path, line);
        return 0;
    }

    for (i = 0; i < text.len; i++) {
        if ((text.data[i] < 0x20 && text.data[i] != '\t')
            || text.data[i] == 0x7f)
        {
            reg_error_set(source->error,
                          "%s:%u: there is a control character 0x%02x",
                          source->path, line, text.data[i]);
            return 0;
        }
    }

    return reg_mail_check_names(source, line, text);
}


static int
reg_mail_check_names(const reg_mail_source_t *source, unsigned line,
    reg_str_t text)
{
    size_t              i, len;
    const char         *name;
    const char *const  *known;

    for (i = 0; i < text.len; i++) {
        if (text.data[i] != '{') {
            continue;
        }

        name = (const char *) text.data + i + 1;
        len = reg_mail_name_length(name);

        if (len == 0) {
            reg_error_set(source->error, "%s:%u: \"{\" does not begin a "
                          "{name}", source->path, line);
            return 0;
        }

        for (known = source->names; *known; known++) {
            if (strlen(*known) == len && memcmp(*known, name, len) == 0) {
                break;
            }
        }

        if (*known == NULL) {
            reg_error_set(source->error, "%s:%u: {%.*s} is not known here",
                          source->path, line, (int) (len < 64 ? len : 64),
                          name);
            return 0;
        }
    }

    return 1;
}


/* The length of "name" in "name}…", 0 if that is not what text begins with. */

static size_t
reg_mail_name_length(const char *text)
{
    size_t  len;

    len = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

    return text[len] == '}' ? len : 0;
}


static reg_mail_template_t *
reg_mail_split(const reg_mail_source_t *source, char *data)
{
    char                 *lf, *subject, *text;
    reg_mail_template_t  *template_;

    subject = data + sizeof("Subject:") - 1;
    lf = strchr(data, '\n');

    if (strncmp(data, "Subject:", sizeof("Subject:") - 1) != 0
        || subject + strspn(subject, " \t") == (lf ? lf : strchr(data, '\0')))
    {
        reg_error_set(source->error, "%s:1: the first line must be "
                      "\"Subject: \" and the subject", source->path);
        return NULL;
    }

    if (lf == NULL || lf[1] != '\n') {
        reg_error_set(source->error, "%s:2: an empty line must follow the "
                      "subject", source->path);
        return NULL;
    }

    text = lf + 2;

    if (text[strspn(text, " \t\n")] == '\0') {
        reg_error_set(source->error, "%s:3: there is no text", source->path);
        return NULL;
    }

    *lf = '\0';

    template_ = malloc(sizeof(reg_mail_template_t));
    if (template_ == NULL) {
        reg_error_set(source->error, "%s: memory is out", source->path);
        return NULL;
    }

    template_->subject = strdup(subject + strspn(subject, " \t"));
    template_->text = reg_mail_canonical(text);

    if (template_->subject == NULL || template_->text == NULL) {
        reg_error_set(source->error, "%s: memory is out", source->path);
        reg_mail_template_free(template_);
        return NULL;
    }

    return template_;
}


/* malloc'ed; NULL when memory is out. */

static char *
reg_mail_canonical(const char *text)
{
    reg_str_t          lines;
    reg_mail_buffer_t  b;

    lines.len = strlen(text);
    lines.data = (const unsigned char *) text;

    memset(&b, 0, sizeof(b));
    reg_mail_put_lines(&b, lines);

    return b.data;
}


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


char *
reg_mail_compose(const reg_mail_template_t *template_,
    const reg_mail_value_t *values, size_t n, reg_str_t from, reg_str_t to,
    time_t now, size_t *len)
{
    char               address[256];
    reg_str_t          name, body;
    reg_mail_buffer_t  message, subject, text;

    if (!reg_mail_from_parse(from, &name, address) || !reg_email_valid(to)) {
        return NULL;
    }

    memset(&message, 0, sizeof(message));
    memset(&subject, 0, sizeof(subject));
    memset(&text, 0, sizeof(text));

    reg_mail_expand(&subject, template_->subject, values, n);
    reg_mail_remove_controls(&subject);
    reg_mail_expand(&text, template_->text, values, n);

    if (!subject.failed && !text.failed) {
        body.len = text.len;
        body.data = (unsigned char *) text.data;

        /* so that it hardly ever grows; half as much again is Base64's */

        (void) reg_mail_reserve(&message, 1024 + text.len + text.len / 2);

        reg_mail_compose_headers(&message, subject.data, name, address, to,
                                 now);
        reg_mail_body(&message, body);

    } else {
        message.failed = 1;
    }

    reg_mail_free(&subject);
    reg_mail_free(&text);

    if (message.failed) {
        reg_mail_free(&message);
        return NULL;
    }

    *len = message.len;

    return message.data;
}


static void
reg_mail_compose_headers(reg_mail_buffer_t *b, const char *subject,
    reg_str_t name, const char *address, reg_str_t to, time_t now)
{
    reg_str_t  text;

    reg_mail_puts(b, "From: ");

    if (name.len) {
        if (reg_mail_is_plain(name, "()<>[]:;@\\,.\"")) {
            reg_mail_put(b, name.data, name.len);

        } else {
            reg_mail_words(b, name, sizeof("From: ") - 1);
        }

        /* a line of its own: 76 columns may be used up */

        reg_mail_puts(b, "\r\n ");
    }

    reg_mail_puts(b, "<");
    reg_mail_puts(b, address);
    reg_mail_puts(b, ">\r\nTo: <");
    reg_mail_put(b, to.data, to.len);
    reg_mail_puts(b, ">\r\nSubject: ");

    text.data = (const unsigned char *) subject;
    text.len = strlen(subject);

    if (reg_mail_is_plain(text, "")) {
        reg_mail_put(b, text.data, text.len);

    } else {
        reg_mail_words(b, text, sizeof("Subject: ") - 1);
    }

    reg_mail_puts(b, "\r\n");

    reg_mail_date(b, now);
    reg_mail_message_id(b, address);

    reg_mail_puts(b, "Auto-Submitted: auto-generated\r\n"
                     "MIME-Version: 1.0\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Transfer-Encoding: base64\r\n"
                     "\r\n");
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

    size = (b->len + len + 1) * 2;

    if (size < 1024) {
        size = 1024;
    }

    p = malloc(size);
    if (p == NULL) {
        b->failed = 1;
        return NULL;
    }

    if (b->data) {
        memcpy(p, b->data, b->len);
        sodium_memzero(b->data, b->size);
        free(b->data);
    }

    b->data = p;
    b->size = size;

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
        free(b->data);
    }
}


static void
reg_mail_expand(reg_mail_buffer_t *b, const char *text,
    const reg_mail_value_t *values, size_t n)
{
    size_t       i, len;
    const char  *open;

    reg_mail_put(b, "", 0);

    for ( ;; ) {
        open = strchr(text, '{');

        if (open == NULL) {
            reg_mail_puts(b, text);
            return;
        }

        reg_mail_put(b, text, open - text);

        text = open + 1;
        len = reg_mail_name_length(text);

        for (i = 0; i < n; i++) {
            if (strncmp(values[i].name, text, len) == 0
                && values[i].name[len] == '\0')
            {
                reg_mail_put_lines(b, values[i].value);
            }
        }

        text += len + 1;
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


/*
 * By a table: libsodium's encoder takes the same time for all bytes, which was
 * half the time of a mail, and nothing here is a key.
 */

static void
reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text)
{
    char                 *out;
    size_t                i;
    unsigned              bits;
    const unsigned char  *p;

    static const char  digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    out = reg_mail_reserve(b, (text.len + 2) / 3 * 4);
    if (out == NULL) {
        return;
    }

    p = text.data;

    for (i = text.len; i >= 3; i -= 3, p += 3) {
        bits = p[0] << 16 | p[1] << 8 | p[2];

        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = digits[bits >> 6 & 63];
        *out++ = digits[bits & 63];
    }

    if (i) {
        bits = p[0] << 16 | (i > 1 ? p[1] << 8 : 0);

        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = i > 1 ? digits[bits >> 6 & 63] : '=';
        *out++ = '=';
    }

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


static void
reg_mail_message_id(reg_mail_buffer_t *b, const char *address)
{
    char           id[33];
    unsigned char  random[16];

    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(id, sizeof(id), random, sizeof(random));

    reg_mail_puts(b, "Message-ID: <");
    reg_mail_puts(b, id);
    reg_mail_puts(b, strrchr(address, '@'));
    reg_mail_puts(b, ">\r\n");
}


static void
reg_mail_body(reg_mail_buffer_t *b, reg_str_t text)
{
    reg_str_t  line;

    line.data = text.data;

    while (text.len) {
        line.len = text.len < REG_MAIL_LINE_BYTES ? text.len
                                                  : REG_MAIL_LINE_BYTES;

        reg_mail_base64(b, line);
        reg_mail_put(b, "\r\n", 2);

        line.data += line.len;
        text.len -= line.len;
    }
}
