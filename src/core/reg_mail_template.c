
/*
 * Mail templates: files that are read, checked, and cut at their {name}s.
 */

#include "reg_fields.h"
#include "reg_mail_template.h"
#include "reg_text.h"


#define REG_MAIL_TEMPLATE_MAX  65536    /* bytes of a template file */


/* where an error is to be shown */

typedef struct {
    const char         *path;
    const char *const  *names;
    reg_error_t        *error;
} reg_mail_source_t;


static void reg_mail_unix_lines(char *data, size_t *len);
static int reg_mail_check(const reg_mail_source_t *source, reg_str_t text);
static int reg_mail_check_line(const reg_mail_source_t *source,
    unsigned line, reg_str_t text);
static int reg_mail_check_names(const reg_mail_source_t *source,
    unsigned line, reg_str_t text);
static size_t reg_mail_name_length(const char *text);
static reg_mail_template_t *reg_mail_split(const reg_mail_source_t *source,
    char *data);
static reg_mail_template_t *reg_mail_template_create(const char *subject,
    const char *text);
static reg_code_t reg_mail_cut(reg_mail_text_t *text, const char *data);
static void reg_mail_text_free(reg_mail_text_t *text);


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

    reg_mail_text_free(&template_->subject);
    reg_mail_text_free(&template_->text);
    free(template_->from);
    free(template_->subject_header);
    free(template_->sample);
    free(template_->sample_body);
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

    template_ = reg_mail_template_create(subject + strspn(subject, " \t"),
                                         text);
    if (template_ == NULL) {
        reg_error_set(source->error, "%s: memory is out", source->path);
    }

    return template_;
}


static reg_mail_template_t *
reg_mail_template_create(const char *subject, const char *text)
{
    reg_mail_template_t  *template_;

    template_ = calloc(1, sizeof(reg_mail_template_t));
    if (template_ == NULL) {
        return NULL;
    }

    if (reg_mail_cut(&template_->subject, subject) != REG_OK
        || reg_mail_cut(&template_->text, text) != REG_OK)
    {
        reg_mail_template_free(template_);
        return NULL;
    }

    return template_;
}


/* What stands between two names is a piece, and every name. */

static reg_code_t
reg_mail_cut(reg_mail_text_t *text, const char *data)
{
    size_t             len, max;
    const char        *p;
    reg_mail_piece_t  *piece;

    for (max = 1, p = data; *p; p++) {
        max += 2 * (*p == '{');
    }

    text->piece = calloc(max, sizeof(reg_mail_piece_t));
    if (text->piece == NULL) {
        return REG_INTERNAL;
    }

    for (p = data; *p; p += len + piece->name) {
        piece = &text->piece[text->n];

        piece->name = (*p == '{');
        p += piece->name;

        len = piece->name ? reg_mail_name_length(p) : strcspn(p, "{");

        piece->data = strndup(p, len);
        if (piece->data == NULL) {
            return REG_INTERNAL;
        }

        text->n++;
    }

    return REG_OK;
}


static void
reg_mail_text_free(reg_mail_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->n; i++) {
        free(text->piece[i].data);
    }

    free(text->piece);
}
