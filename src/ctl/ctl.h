/*
 * What the files of registrationctl share: the commands, their options, and
 * the database connection.
 */

#ifndef CTL_H_INCLUDED
#define CTL_H_INCLUDED


#include <libpq-fe.h>
#include "reg_core.h"
#include "reg_password.h"


/* Exit statuses. */

#define CTL_OK      0
#define CTL_FAILED  1
#define CTL_USAGE   2


/* A command gets what follows its words, and gives the exit status. */

typedef int (*ctl_handler_t)(int argc, char **argv);

int ctl_migrate(int argc, char **argv);
int ctl_key_new(int argc, char **argv);
int ctl_key_stage(int argc, char **argv);
int ctl_key_rotate(int argc, char **argv);
int ctl_key_rewrap(int argc, char **argv);
int ctl_config_check(int argc, char **argv);
int ctl_reviewer_add(int argc, char **argv);
int ctl_reviewer_disable(int argc, char **argv);
int ctl_reviewer_enable(int argc, char **argv);
int ctl_reviewer_role(int argc, char **argv);
int ctl_reviewer_password(int argc, char **argv);
int ctl_reviewer_totp(int argc, char **argv);
int ctl_reviewer_list(int argc, char **argv);
int ctl_audit_verify(int argc, char **argv);
int ctl_export(int argc, char **argv);
int ctl_account_disable(int argc, char **argv);
int ctl_account_enable(int argc, char **argv);
int ctl_mail_list(int argc, char **argv);
int ctl_mail_retry(int argc, char **argv);


/* Prints "registrationctl: ..." to stderr. */

void ctl_error(const char *format, ...)
    __attribute__ ((format (printf, 1, 2)));


/*
 * An option; a table of them ends with name NULL.  A flag takes no value: its
 * name is put there when it is given.
 */

#define CTL_OPTIONAL  0
#define CTL_REQUIRED  1
#define CTL_FLAG      2

typedef struct {
    const char   *name;         /* without "--" */
    char          letter;       /* a short form, or 0 */
    const char  **value;
    int           required;     /* one of the above */
} ctl_option_t;

/*
 * Reads the options and, unless operand is NULL, exactly one operand, which
 * operand_name describes.  CTL_USAGE after it told what is wrong.
 */

int ctl_options(int argc, char **argv, const ctl_option_t *options,
    const char *operand_name, const char **operand);


/* NULL with the reason in error.  A notice of the server goes to stderr. */

PGconn *ctl_connect(const char *conninfo, reg_error_t *error);

/* The same; NULL after it told what is wrong. */

PGconn *ctl_open(const char *conninfo);

/* "what: message", without the line feed that libpq's messages end with. */

void ctl_database_error(reg_error_t *error, const char *what,
    const char *message);

/*
 * Runs one statement, or with n = 0 several, with text parameters.  The result
 * holds rows or none; NULL after it told what is wrong, beginning with what.
 */

PGresult *ctl_query(PGconn *db, const char *what, const char *sql, int n,
    const char *const *params);

/* The same for statements whose rows do not matter: 0, or -1. */

int ctl_execute(PGconn *db, const char *what, const char *sql);


/*
 * Writes an audit row of the administrator who runs this.  details is JSON,
 * or NULL.  0, or -1 after it told what is wrong.
 */

int ctl_audit(PGconn *db, const char *action, const char *details);

/* The login name of that administrator. */

const char *ctl_administrator(void);


/*
 * A new password, as a hash: asked for twice on a terminal, else one line of
 * the standard input, and judged as an applicant's is.  CTL_OK, or the exit
 * status after it told what is wrong.
 */

int ctl_password_read(const char *name, char hash[REG_PASSWORD_HASH]);

/* A random one: its hash, and itself in out. */

#define CTL_PASSWORD_BYTES  15
#define CTL_PASSWORD        (CTL_PASSWORD_BYTES * 4 / 3 + 1)

int ctl_password_generate(char out[CTL_PASSWORD],
    char hash[REG_PASSWORD_HASH]);


/* Draws a QR code of the text on stdout: 0, or -1 after it told why not. */

int ctl_qr_print(const char *text);


/* A file of the migrations' directory. */

#define CTL_SHA256_HEX  64

typedef struct {
    int    version;
    char  *path;
    char  *name;                /* the last part of path */
    char  *text;
    char   sha256[CTL_SHA256_HEX + 1];
} ctl_migration_t;

/*
 * Loads all NNNN_name.sql, which must count from 1 without a gap, in order.
 * Gives their number, or -1 with the reason in error.
 */

int ctl_migrations_load(const char *directory, ctl_migration_t **migrations,
    reg_error_t *error);
void ctl_migrations_free(ctl_migration_t *migrations, int n);

/* Where the migrations are unless an option names another directory. */

const char *ctl_migrations_directory(void);


#endif /* CTL_H_INCLUDED */
