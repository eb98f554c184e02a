/*
 * A mail template in memory, as composing sees it.
 */

#ifndef REG_MAIL_TEMPLATE_H_INCLUDED
#define REG_MAIL_TEMPLATE_H_INCLUDED


#include "reg_mail.h"


/* Text as it stands, or the name of a value. */

typedef struct {
    char      *data;
    unsigned   name;            /* 0 or 1 */
} reg_mail_piece_t;

typedef struct {
    reg_mail_piece_t  *piece;
    size_t             n;
} reg_mail_text_t;

struct reg_mail_template_s {
    reg_mail_text_t  subject;
    reg_mail_text_t  text;              /* its lines end in LF */

    /* made by reg_mail_template_bind(): */

    char            *from;              /* the header */
    const char      *domain;            /* in from: "@…>" and CRLF */
    char            *subject_header;    /* NULL when it differs by mail */

    /*
     * A text whose whole lines of Base64 serve every mail that has them.
     * "{code}" is as long as a code: only the line that holds it differs.
     */

    char            *sample;
    char            *sample_body;
    size_t           sample_len;
};


#endif /* REG_MAIL_TEMPLATE_H_INCLUDED */
