/*
 * Mail texts: templates, and messages made of them (RFC 5322, MIME).
 */

#ifndef REG_MAIL_H_INCLUDED
#define REG_MAIL_H_INCLUDED


#include "reg_core.h"


/*
 * A template file: "Subject: …", an empty line, the text; UTF-8.  {name} is
 * replaced by a value.  An error names file and line: a name that is not in
 * names (NULL-terminated), a missing subject, bad UTF-8.
 */

typedef struct reg_mail_template_s  reg_mail_template_t;

reg_mail_template_t *reg_mail_template_load(const char *path,
    const char *const *names, reg_error_t *error);
void reg_mail_template_free(reg_mail_template_t *template_);

typedef struct {
    const char  *name;
    reg_str_t    value;
} reg_mail_value_t;

/*
 * Whether a mailbox "address" or "Name <address>" may stand in From; an
 * address is one that reg_email_valid accepts.  The bare address is put
 * into address (255 bytes).
 */

int reg_mail_from_valid(reg_str_t from, char address[256]);

/*
 * Makes a template ready for composing: whom its mails are from, and values
 * that are the same in all of them.  REG_FORMAT when from is not valid,
 * REG_INTERNAL when memory is out.
 */

reg_code_t reg_mail_template_bind(reg_mail_template_t *template_,
    reg_str_t from, const reg_mail_value_t *values, size_t n);

/*
 * Makes a whole message with CRLF line ends: From, To, Subject (RFC 2047),
 * Date, Message-ID, Auto-Submitted: auto-generated (RFC 3834), MIME headers
 * and the text in Base64.  Values are cut of line breaks in the subject.
 * malloc'ed; NULL when memory is out, to is not valid, or the template was
 * not bound.  It may hold a code: sodium_memzero() it before free().  For one
 * thread of a process, and not before it forks.
 */

char *reg_mail_compose(const reg_mail_template_t *template_,
    const reg_mail_value_t *values, size_t n, reg_str_t to, time_t now,
    size_t *len);


#endif /* REG_MAIL_H_INCLUDED */
