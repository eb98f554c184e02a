/*
 * registrationctl reviewer: who may review, as what, and how they sign in.
 *
 * Each change is one statement, which writes its audit row, too.  The table's
 * trigger ends the sessions of a reviewer whose row changes.
 */

#include <sodium.h>
#include "reg_seal.h"
#include "reg_text.h"
#include "reg_totp.h"
#include "ctl.h"


#define CTL_NAME_MAX     256    /* as the table has it */

/* as PostgreSQL reads a bytea: \x and hexadecimal digits */

#define CTL_TOTP_SEALED  (REG_TOTP_SECRET + REG_SEAL_OVERHEAD)
#define CTL_TOTP_TEXT    (2 + 2 * CTL_TOTP_SEALED + 1)

/* What authenticators show above the name. */

#define CTL_TOTP_ISSUER  "著作权登记"

#define CTL_OWNER        " (this needs the owner of the tables)"


typedef struct {
    const char     *name;
    const char     *database;
    const char     *role;
    const char     *key_file;
    const char     *generate;   /* flags: NULL or not */
    const char     *external;
    const char     *totp;
    const char     *off;

    PGconn         *db;
    unsigned char   secret[REG_TOTP_SECRET];
    char            sealed[CTL_TOTP_TEXT];
    char            password[CTL_PASSWORD];
    char            hash[REG_PASSWORD_HASH];
} ctl_reviewer_t;

/* What is done once the database is there; gives the exit status. */

typedef int (*ctl_reviewer_pt)(ctl_reviewer_t *reviewer);


static int ctl_reviewer(ctl_reviewer_t *reviewer, int argc, char **argv,
    const ctl_option_t *options, ctl_reviewer_pt run);
static int ctl_reviewer_usage(const ctl_reviewer_t *reviewer);
static int ctl_reviewer_named(const char *name);
static int ctl_reviewer_credentials(ctl_reviewer_t *reviewer);
static int ctl_reviewer_seal(ctl_reviewer_t *reviewer);
static int ctl_reviewer_show(ctl_reviewer_t *reviewer);
static int ctl_reviewer_uri(ctl_reviewer_t *reviewer);
static int ctl_reviewer_change(ctl_reviewer_t *reviewer, const char *sql,
    const char *value, const char *done);
static int ctl_reviewer_run_add(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_disable(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_enable(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_role(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_password(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_totp(ctl_reviewer_t *reviewer);
static int ctl_reviewer_run_list(ctl_reviewer_t *reviewer);


/* $1 the name, $2 the administrator, $3 the value. */

#define ctl_reviewer_update(set, action, details)                             \
    "WITH changed AS ("                                                       \
    "    UPDATE registration.reviewer SET " set                               \
    "     WHERE name = $1 RETURNING name)"                                    \
    "INSERT INTO registration.audit (actor_kind, actor, action, details)"     \
    "SELECT 'administrator', $2, '" action "',"                               \
    "       jsonb_build_object('reviewer', name" details ") FROM changed"

#define CTL_REVIEWER_DISABLED  "disabled = $3::boolean"


int
ctl_reviewer_add(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { "role", 0, &reviewer.role, CTL_OPTIONAL },
        { "generate", 0, &reviewer.generate, CTL_FLAG },
        { "external", 0, &reviewer.external, CTL_FLAG },
        { "totp", 0, &reviewer.totp, CTL_FLAG },
        { "key-file", 0, &reviewer.key_file, CTL_OPTIONAL },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options, ctl_reviewer_run_add);
}


int
ctl_reviewer_disable(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_disable);
}


int
ctl_reviewer_enable(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_enable);
}


int
ctl_reviewer_role(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { "role", 0, &reviewer.role, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_role);
}


int
ctl_reviewer_password(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { "generate", 0, &reviewer.generate, CTL_FLAG },
        { "external", 0, &reviewer.external, CTL_FLAG },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_password);
}


int
ctl_reviewer_totp(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { "key-file", 0, &reviewer.key_file, CTL_OPTIONAL },
        { "off", 0, &reviewer.off, CTL_FLAG },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_totp);
}


int
ctl_reviewer_list(int argc, char **argv)
{
    ctl_reviewer_t  reviewer;

    const ctl_option_t  options[] = {
        { "database", 'd', &reviewer.database, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    return ctl_reviewer(&reviewer, argc, argv, options,
                        ctl_reviewer_run_list);
}


static int
ctl_reviewer(ctl_reviewer_t *reviewer, int argc, char **argv,
    const ctl_option_t *options, ctl_reviewer_pt run)
{
    int          status, named;

    memset(reviewer, 0, sizeof(ctl_reviewer_t));

    named = (run != ctl_reviewer_run_list);

    status = ctl_options(argc, argv, options, "the reviewer's NAME",
                         named ? &reviewer->name : NULL);

    if (status == CTL_OK && named) {
        status = ctl_reviewer_usage(reviewer);
    }

    if (status != CTL_OK) {
        return status;
    }

    reviewer->db = ctl_open(reviewer->database);
    if (reviewer->db == NULL) {
        return CTL_FAILED;
    }

    status = run(reviewer);

    PQfinish(reviewer->db);
    reg_wipe(reviewer, sizeof(ctl_reviewer_t));

    return status;
}


static int
ctl_reviewer_usage(const ctl_reviewer_t *reviewer)
{
    if (!ctl_reviewer_named(reviewer->name)) {
        ctl_error("a reviewer's NAME has 1 to %d bytes of UTF-8, no control "
                  "character and no space at its ends, and is not \"?\"",
                  CTL_NAME_MAX);
        return CTL_USAGE;
    }

    if (reviewer->role != NULL && strcmp(reviewer->role, "reviewer") != 0
        && strcmp(reviewer->role, "supervisor") != 0)
    {
        ctl_error("--role is \"reviewer\" or \"supervisor\"");
        return CTL_USAGE;
    }

    if (reviewer->external != NULL
        && (reviewer->generate != NULL || reviewer->totp != NULL))
    {
        ctl_error("--external means that nginx knows who it is: there is no "
                  "password to make and no code to ask for");
        return CTL_USAGE;
    }

    if (reviewer->totp != NULL && reviewer->key_file == NULL) {
        ctl_error("--totp needs --key-file: the secret is sealed");
        return CTL_USAGE;
    }

    return CTL_OK;
}


/* It may be the subject of a certificate, in whatever language. */

static int
ctl_reviewer_named(const char *name)
{
    reg_str_t  text;

    text.data = (const unsigned char *) name;
    text.len = strlen(name);

    return text.len != 0 && text.len <= CTL_NAME_MAX
           && reg_text_valid(text) && !reg_text_has_control(text)
           && name[0] != ' ' && name[text.len - 1] != ' '
           && strcmp(name, "?") != 0;
}


/* Leaves hash empty for those that nginx knows. */

static int
ctl_reviewer_credentials(ctl_reviewer_t *reviewer)
{
    if (reviewer->external != NULL) {
        return CTL_OK;
    }

    if (reviewer->generate != NULL) {
        return ctl_password_generate(reviewer->password, reviewer->hash);
    }

    return ctl_password_read(reviewer->name, reviewer->hash);
}


/* A new secret, and what of it is stored. */

static int
ctl_reviewer_seal(ctl_reviewer_t *reviewer)
{
    char            text[CTL_NAME_MAX + sizeof("totp:")];
    reg_str_t       context;
    reg_keys_t     *keys;
    reg_error_t     error;
    unsigned char   sealed[CTL_TOTP_SEALED];

    keys = reg_keys_load(reviewer->key_file, &error);
    if (keys == NULL) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    context.len = (size_t) snprintf(text, sizeof(text), "totp:%s",
                                    reviewer->name);
    context.data = (unsigned char *) text;

    reg_totp_secret(reviewer->secret);
    reg_seal(keys, context, reviewer->secret, REG_TOTP_SECRET, sealed);
    reg_keys_free(keys);

    memcpy(reviewer->sealed, "\\x", 2);
    (void) sodium_bin2hex(reviewer->sealed + 2, CTL_TOTP_TEXT - 2, sealed,
                          sizeof(sealed));

    return CTL_OK;
}


/* What is shown once and never again; only after it was stored. */

static int
ctl_reviewer_show(ctl_reviewer_t *reviewer)
{
    if (reviewer->generate != NULL) {
        printf("password: %s\n", reviewer->password);
    }

    if (reviewer->sealed[0] != '\0' && ctl_reviewer_uri(reviewer) != CTL_OK) {
        return CTL_FAILED;
    }

    if (fflush(stdout) != 0) {
        ctl_error("this could not be printed: set it once more");
        return CTL_FAILED;
    }

    return CTL_OK;
}


static int
ctl_reviewer_uri(ctl_reviewer_t *reviewer)
{
    int        rc;
    char      *uri;
    reg_str_t  name;

    static const reg_str_t  issuer = reg_str(CTL_TOTP_ISSUER);

    name.data = (const unsigned char *) reviewer->name;
    name.len = strlen(reviewer->name);

    uri = reg_totp_uri(reviewer->secret, issuer, name);
    if (uri == NULL) {
        ctl_error("out of memory: run \"reviewer totp\" once more");
        return CTL_FAILED;
    }

    printf("Scan this with an authenticator; it is not shown again.\n"
           "%s\n", uri);
    rc = ctl_qr_print(uri);

    reg_wipe(uri, strlen(uri));
    free(uri);

    return rc == 0 ? CTL_OK : CTL_FAILED;
}


static int
ctl_reviewer_change(ctl_reviewer_t *reviewer, const char *sql,
    const char *value, const char *done)
{
    int          changed;
    PGresult    *result;
    const char  *params[3];

    params[0] = reviewer->name;
    params[1] = ctl_administrator();
    params[2] = value;

    result = ctl_query(reviewer->db, "the reviewer cannot be changed"
                       CTL_OWNER, sql, 3, params);
    if (result == NULL) {
        return CTL_FAILED;
    }

    changed = strcmp(PQcmdTuples(result), "1") == 0;
    PQclear(result);

    if (!changed) {
        ctl_error("there is no reviewer \"%s\"", reviewer->name);
        return CTL_FAILED;
    }

    printf("reviewer \"%s\" %s\n", reviewer->name, done);

    return CTL_OK;
}


static int
ctl_reviewer_run_add(ctl_reviewer_t *reviewer)
{
    int          status, added;
    PGresult    *result;
    const char  *params[5];

    static const char  sql[] =
        "WITH added AS ("
        "    INSERT INTO registration.reviewer"
        "           (name, password_hash, role, totp)"
        "    VALUES ($1::text, $3::text, coalesce($4::text, 'reviewer'),"
        "            $5::bytea)"
        "        ON CONFLICT DO NOTHING"
        "    RETURNING name, role)"
        "INSERT INTO registration.audit (actor_kind, actor, action, details)"
        "SELECT 'administrator', $2, 'reviewer_add', jsonb_build_object("
        "       'reviewer', name, 'role', role,"
        "       'external', $3::text IS NULL, 'totp', $5::bytea IS NOT NULL)"
        "  FROM added";

    status = ctl_reviewer_credentials(reviewer);

    if (status == CTL_OK && reviewer->totp != NULL) {
        status = ctl_reviewer_seal(reviewer);
    }

    if (status != CTL_OK) {
        return status;
    }

    params[0] = reviewer->name;
    params[1] = ctl_administrator();
    params[2] = reviewer->hash[0] ? reviewer->hash : NULL;
    params[3] = reviewer->role;
    params[4] = reviewer->sealed[0] ? reviewer->sealed : NULL;

    result = ctl_query(reviewer->db, "the reviewer cannot be added" CTL_OWNER,
                       sql, 5, params);
    if (result == NULL) {
        return CTL_FAILED;
    }

    added = strcmp(PQcmdTuples(result), "1") == 0;
    PQclear(result);

    if (!added) {
        ctl_error("there is a reviewer \"%s\" already", reviewer->name);
        return CTL_FAILED;
    }

    printf("reviewer \"%s\" added\n", reviewer->name);

    return ctl_reviewer_show(reviewer);
}


static int
ctl_reviewer_run_disable(ctl_reviewer_t *reviewer)
{
    return ctl_reviewer_change(reviewer,
        ctl_reviewer_update(CTL_REVIEWER_DISABLED, "reviewer_disable", ""),
        "true", "disabled; all sessions have ended");
}


static int
ctl_reviewer_run_enable(ctl_reviewer_t *reviewer)
{
    return ctl_reviewer_change(reviewer,
        ctl_reviewer_update(CTL_REVIEWER_DISABLED, "reviewer_enable", ""),
        "false", "enabled");
}


static int
ctl_reviewer_run_role(ctl_reviewer_t *reviewer)
{
    return ctl_reviewer_change(reviewer,
        ctl_reviewer_update("role = $3::text", "reviewer_role",
                            ", 'role', $3::text"),
        reviewer->role, "has another role now; all sessions have ended");
}


/* Where nginx knows who it is, codes are not asked for either. */

static int
ctl_reviewer_run_password(ctl_reviewer_t *reviewer)
{
    int  status;

    static const char  sql[] =
        ctl_reviewer_update("password_hash = $3::text,"
                            " totp = CASE WHEN $3::text IS NOT NULL"
                            "             THEN totp END",
                            "reviewer_password",
                            ", 'external', $3::text IS NULL");

    status = ctl_reviewer_credentials(reviewer);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_reviewer_change(reviewer, sql,
                                 reviewer->hash[0] ? reviewer->hash : NULL,
                                 reviewer->hash[0]
                                 ? "has another password; all sessions have "
                                   "ended"
                                 : "has no password; all sessions have "
                                   "ended");

    return status == CTL_OK ? ctl_reviewer_show(reviewer) : status;
}


static int
ctl_reviewer_run_totp(ctl_reviewer_t *reviewer)
{
    int  status;

    static const char  sql[] =
        ctl_reviewer_update("totp = $3::bytea, totp_step = 0",
                            "reviewer_totp",
                            ", 'totp', $3::bytea IS NOT NULL");

    if ((reviewer->off != NULL) == (reviewer->key_file != NULL)) {
        ctl_error("give --key-file, which seals the secret, or --off");
        return CTL_USAGE;
    }

    if (reviewer->off != NULL) {
        return ctl_reviewer_change(reviewer, sql, NULL,
                                   "is asked for no code; all sessions have "
                                   "ended");
    }

    status = ctl_reviewer_seal(reviewer);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_reviewer_change(reviewer, sql, reviewer->sealed,
                                 "needs the codes of this authenticator; all "
                                 "sessions have ended");

    return status == CTL_OK ? ctl_reviewer_show(reviewer) : status;
}


static int
ctl_reviewer_run_list(ctl_reviewer_t *reviewer)
{
    int        i;
    PGresult  *rows;

    static const char  sql[] =
        "SELECT name, role,"
        "       CASE WHEN password_hash IS NULL THEN 'external'"
        "            WHEN totp IS NULL THEN 'password'"
        "            ELSE 'password+code' END,"
        "       CASE WHEN disabled THEN 'disabled' ELSE 'enabled' END,"
        "       to_char(created_at AT TIME ZONE 'UTC',"
        "               'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
        "  FROM registration.reviewer"
        " ORDER BY name COLLATE \"C\"";

    rows = ctl_query(reviewer->db, "the reviewers cannot be read" CTL_OWNER,
                     sql, 0, NULL);
    if (rows == NULL) {
        return CTL_FAILED;
    }

    if (ctl_audit(reviewer->db, "reviewer_list", NULL) != 0) {
        PQclear(rows);
        return CTL_FAILED;
    }

    for (i = 0; i < PQntuples(rows); i++) {
        printf("%-10s  %-13s  %-8s  %s  %s\n", PQgetvalue(rows, i, 1),
               PQgetvalue(rows, i, 2), PQgetvalue(rows, i, 3),
               PQgetvalue(rows, i, 4), PQgetvalue(rows, i, 0));
    }

    PQclear(rows);

    return CTL_OK;
}
