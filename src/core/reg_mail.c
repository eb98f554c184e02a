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
    char    *text;
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
static size_t reg_mail_name_length(const char *text);
static int reg_mail_from_parse(reg_str_t from, reg_str_t *name,
    char address[256]);
static reg_str_t reg_mail_trim(reg_str_t text);
static void reg_mail_compose_headers(reg_mail_buffer_t *b,
    const char *subject, reg_str_t name, const char *address, reg_str_t to,
    time_t now);
static void reg_mail_put(reg_mail_buffer_t *b, const void *data, size_t len);
static void reg_mail_puts(reg_mail_buffer_t *b, const char *text);
static void reg_mail_free(reg_mail_buffer_t *b);
static void reg_mail_expand(reg_mail_buffer_t *b, const char *text,
    const reg_mail_value_t *values, size_t n);
static void reg_mail_remove_controls(reg_mail_buffer_t *b);
static int reg_mail_is_plain(reg_str_t text, const char *specials);
static void reg_mail_words(reg_mail_buffer_t *b, reg_str_t text,
    size_t column);
static void reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text);
static void reg_mail_date(reg_mail_buffer_t *b, time_t now);
static void reg_mail_message_id(reg_mail_buffer_t *b, const char *address);
static void reg_mail_body(reg_mail_buffer_t *b, const char *text);


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
    template_->text = strdup(text);

    if (template_->subject == NULL || template_->text == NULL) {
        reg_error_set(source->error, "%s: memory is out", source->path);
        reg_mail_template_free(template_);
        return NULL;
    }

    return template_;
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
    reg_str_t          name;
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
        reg_mail_compose_headers(&message, subject.data, name, address, to,
                                 now);
        reg_mail_body(&message, text.data);

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


/* What is outgrown is wiped: the text holds a code. */

static void
reg_mail_put(reg_mail_buffer_t *b, const void *data, size_t len)
{
    char    *p;
    size_t   size;

    if (b->failed) {
        return;
    }

    if (b->size - b->len < len + 1) {
        size = (b->len + len + 1) * 2;

        p = malloc(size < 1024 ? 1024 : size);
        if (p == NULL) {
            b->failed = 1;
            return;
        }

        if (b->data) {
            memcpy(p, b->data, b->len);
            sodium_memzero(b->data, b->size);
            free(b->data);
        }

        b->data = p;
        b->size = size < 1024 ? 1024 : size;
    }

    if (len) {
        memcpy(b->data + b->len, data, len);
    }

    b->len += len;
    b->data[b->len] = '\0';
}


static void
reg_mail_puts(reg_mail_buffer_t *b, const char *text)
{
    reg_mail_put(b, text, strlen(text));
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
    size_t  i, len;

    reg_mail_put(b, "", 0);

    for ( ;; ) {
        len = strcspn(text, "{");
        reg_mail_put(b, text, len);
        text += len;

        if (*text == '\0') {
            return;
        }

        text++;
        len = reg_mail_name_length(text);

        for (i = 0; i < n; i++) {
            if (strlen(values[i].name) == len
                && memcmp(values[i].name, text, len) == 0)
            {
                reg_mail_put(b, values[i].value.data, values[i].value.len);
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
 * At most one line of REG_MAIL_LINE_BYTES.  By a table: libsodium's encoder
 * takes the same time for all bytes, which was half the time of a mail, and
 * nothing here is a key.
 */

static void
reg_mail_base64(reg_mail_buffer_t *b, reg_str_t text)
{
    char                  line[REG_MAIL_LINE], *out;
    size_t                i;
    unsigned              bits;
    const unsigned char  *p;

    static const char  digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    out = line;
    p = text.data;

    for (i = text.len; i != 0; i -= (i < 3 ? i : 3)) {
        bits = p[0] << 16 | (i > 1 ? p[1] << 8 : 0) | (i > 2 ? p[2] : 0);

        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = i > 1 ? digits[bits >> 6 & 63] : '=';
        *out++ = i > 2 ? digits[bits & 63] : '=';

        p += 3;
    }

    reg_mail_put(b, line, out - line);
    sodium_memzero(line, sizeof(line));
}


/* RFC 5322, section 3.3; strftime() would follow the locale. */

static void
reg_mail_date(reg_mail_buffer_t *b, time_t now)
{
    char       date[64];
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

    snprintf(date, sizeof(date),
             "Date: %s, %02d %s %04d %02d:%02d:%02d +0000\r\n",
             days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon],
             tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);

    reg_mail_puts(b, date);
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


/* Base64 of the canonical form, whose lines end in CRLF (RFC 2046, 4.1.1). */

static void
reg_mail_body(reg_mail_buffer_t *b, const char *text)
{
    size_t             len;
    reg_str_t          line;
    reg_mail_buffer_t  body;

    memset(&body, 0, sizeof(body));

    while (*text) {
        len = strcspn(text, "\r\n");
        reg_mail_put(&body, text, len);
        text += len;

        if (*text) {
            reg_mail_puts(&body, "\r\n");
            text += (text[0] == '\r' && text[1] == '\n') ? 2 : 1;
        }
    }

    line.data = (unsigned char *) body.data;

    for (len = body.len; len; len -= line.len) {
        line.len = len < REG_MAIL_LINE_BYTES ? len : REG_MAIL_LINE_BYTES;

        reg_mail_base64(b, line);
        reg_mail_puts(b, "\r\n");

        line.data += line.len;
    }

    if (body.failed) {
        b->failed = 1;
    }

    reg_mail_free(&body);
}
