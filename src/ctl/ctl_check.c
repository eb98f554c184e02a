/*
 * registrationctl config-check: what nginx would find out at its start, and
 * what else only the first request would.
 */

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "reg_date.h"
#include "reg_form.h"
#include "reg_mail.h"
#include "reg_seal.h"
#include "ctl.h"


#define CTL_PATH_MAX  4096


typedef struct {
    const char     *regions;
    const char     *form;
    const char     *holidays;
    const char     *key_file;
    const char     *mail;
    const char     *documents;
    const char     *recognizer;
    const char     *database;
    const char     *directory;
    reg_regions_t  *loaded;     /* the form's rules need the regions */
} ctl_config_t;

/* The check of one thing: 0, or -1 with the reason in error. */

typedef int (*ctl_check_pt)(ctl_config_t *config, reg_error_t *error);


static int ctl_checks(ctl_config_t *config);
static int ctl_check(ctl_config_t *config, const char *name,
    const char *value, ctl_check_pt check);
static int ctl_check_regions(ctl_config_t *config, reg_error_t *error);
static int ctl_check_form(ctl_config_t *config, reg_error_t *error);
static int ctl_check_holidays(ctl_config_t *config, reg_error_t *error);
static int ctl_check_key_file(ctl_config_t *config, reg_error_t *error);
static int ctl_check_mail(ctl_config_t *config, reg_error_t *error);
static int ctl_check_templates(ctl_config_t *config, const char *const *mail,
    const char *const *names, reg_error_t *error);
static int ctl_check_documents(ctl_config_t *config, reg_error_t *error);
static int ctl_check_recognizer(ctl_config_t *config, reg_error_t *error);
static int ctl_check_database(ctl_config_t *config, reg_error_t *error);
static int ctl_check_version(ctl_config_t *config, PGconn *db,
    reg_error_t *error);
static int ctl_check_version_error(PGconn *db, PGresult *result,
    reg_error_t *error);
static int ctl_check_rights(PGconn *db, reg_error_t *error);


/* Templates, one a language, and the values each may use. */

static const char *const  ctl_code_mails[] = {
    "registration.zh-CN.txt",
    "registration.en.txt",
    "password_reset.zh-CN.txt",
    "password_reset.en.txt",
    NULL
};

static const char *const  ctl_code_names[] = {
    "code", "minutes", "title", NULL
};

static const char *const  ctl_notice_mails[] = {
    "submitted.zh-CN.txt",
    "submitted.en.txt",
    "approved.zh-CN.txt",
    "approved.en.txt",
    "returned.zh-CN.txt",
    "returned.en.txt",
    "rejected.zh-CN.txt",
    "rejected.en.txt",
    NULL
};

static const char *const  ctl_notice_names[] = {
    "title", "number", "due_date", "reason", "items", "name", NULL
};


int
ctl_config_check(int argc, char **argv)
{
    int           status;
    ctl_config_t  config;

    const ctl_option_t  options[] = {
        { "regions", 0, &config.regions, 0 },
        { "form", 0, &config.form, 0 },
        { "holidays", 0, &config.holidays, 0 },
        { "key-file", 0, &config.key_file, 0 },
        { "mail", 0, &config.mail, 0 },
        { "documents", 0, &config.documents, 0 },
        { "recognizer", 0, &config.recognizer, 0 },
        { "database", 'd', &config.database, 0 },
        { "directory", 0, &config.directory, 0 },
        { NULL, 0, NULL, 0 }
    };

    memset(&config, 0, sizeof(ctl_config_t));
    config.directory = ctl_migrations_directory();

    status = ctl_options(argc, argv, options, NULL, NULL);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_checks(&config);

    if (config.loaded != NULL) {
        reg_regions_free(config.loaded);
    }

    return status;
}


static int
ctl_checks(ctl_config_t *config)
{
    int  failed;

    failed = ctl_check(config, "regions", config->regions, ctl_check_regions)
             + ctl_check(config, "form", config->form, ctl_check_form)
             + ctl_check(config, "holidays", config->holidays,
                         ctl_check_holidays)
             + ctl_check(config, "key-file", config->key_file,
                         ctl_check_key_file)
             + ctl_check(config, "mail", config->mail, ctl_check_mail)
             + ctl_check(config, "documents", config->documents,
                         ctl_check_documents)
             + ctl_check(config, "recognizer", config->recognizer,
                         ctl_check_recognizer)
             + ctl_check(config, "database", config->database,
                         ctl_check_database);

    return failed ? CTL_FAILED : CTL_OK;
}


/* What was not given is not checked; a conninfo may hold a password. */

static int
ctl_check(ctl_config_t *config, const char *name, const char *value,
    ctl_check_pt check)
{
    reg_error_t  error;

    if (value == NULL) {
        return 0;
    }

    if (check(config, &error) != 0) {
        printf("%-10s FAILED  %s\n", name, error.text);
        return 1;
    }

    printf("%-10s ok      %s\n", name,
           value == config->database ? "" : value);

    return 0;
}


static int
ctl_check_regions(ctl_config_t *config, reg_error_t *error)
{
    config->loaded = reg_regions_load(config->regions, error);

    return config->loaded == NULL ? -1 : 0;
}


static int
ctl_check_form(ctl_config_t *config, reg_error_t *error)
{
    reg_form_t  *form;

    if (config->loaded == NULL) {
        reg_error_set(error, "%s: cannot be checked without good --regions",
                      config->form);
        return -1;
    }

    form = reg_form_load(config->form, config->loaded, 0, error);
    if (form == NULL) {
        return -1;
    }

    reg_form_free(form);

    return 0;
}


static int
ctl_check_holidays(ctl_config_t *config, reg_error_t *error)
{
    reg_calendar_t  *calendar;

    calendar = reg_calendar_load(config->holidays, error);
    if (calendar == NULL) {
        return -1;
    }

    reg_calendar_free(calendar);

    return 0;
}


static int
ctl_check_key_file(ctl_config_t *config, reg_error_t *error)
{
    reg_keys_t  *keys;

    keys = reg_keys_load(config->key_file, error);
    if (keys == NULL) {
        return -1;
    }

    reg_keys_free(keys);

    return 0;
}


static int
ctl_check_mail(ctl_config_t *config, reg_error_t *error)
{
    if (ctl_check_templates(config, ctl_code_mails, ctl_code_names, error)
        != 0)
    {
        return -1;
    }

    return ctl_check_templates(config, ctl_notice_mails, ctl_notice_names,
                               error);
}


static int
ctl_check_templates(ctl_config_t *config, const char *const *mail,
    const char *const *names, reg_error_t *error)
{
    char                  path[CTL_PATH_MAX];
    reg_mail_template_t  *template;

    for ( /* void */ ; *mail != NULL; mail++) {

        if (snprintf(path, sizeof(path), "%s/%s", config->mail, *mail)
            >= (int) sizeof(path))
        {
            reg_error_set(error, "the name of the directory is too long");
            return -1;
        }

        template = reg_mail_template_load(path, names, error);
        if (template == NULL) {
            return -1;
        }

        reg_mail_template_free(template);
    }

    return 0;
}


static int
ctl_check_documents(ctl_config_t *config, reg_error_t *error)
{
    struct stat  st;

    if (stat(config->documents, &st) == -1) {
        reg_error_set(error, "%s: %s; make it for the user of nginx's "
                      "workers: install -d -m 0700 -o USER %s",
                      config->documents, strerror(errno), config->documents);
        return -1;
    }

    if (!S_ISDIR(st.st_mode)) {
        reg_error_set(error, "%s: is no directory", config->documents);
        return -1;
    }

    if (st.st_mode & (S_IRWXG | S_IRWXO)) {
        reg_error_set(error, "%s: is open to others than its owner (mode "
                      "%04o): chmod 0700 %s", config->documents,
                      (unsigned) st.st_mode & 07777, config->documents);
        return -1;
    }

    return 0;
}


/* Whether somebody listens: it does so once its models are loaded. */

static int
ctl_check_recognizer(ctl_config_t *config, reg_error_t *error)
{
    int                 fd, rc;
    struct sockaddr_un  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sun_family = AF_UNIX;

    if (strlen(config->recognizer) >= sizeof(sa.sun_path)) {
        reg_error_set(error, "%s: this path is too long for a socket",
                      config->recognizer);
        return -1;
    }

    strcpy(sa.sun_path, config->recognizer);

    fd = socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0);
    rc = (fd == -1) ? -1 : connect(fd, (struct sockaddr *) &sa, sizeof(sa));

    if (rc == -1) {
        reg_error_set(error, "%s: %s; is registration-recognizer running, "
                      "and does its log say \"ready\"?",
                      config->recognizer, strerror(errno));
    }

    if (fd != -1) {
        (void) close(fd);
    }

    return rc;
}


static int
ctl_check_database(ctl_config_t *config, reg_error_t *error)
{
    int      rc;
    PGconn  *db;

    db = ctl_connect(config->database, error);
    if (db == NULL) {
        return -1;
    }

    rc = ctl_check_version(config, db, error);

    if (rc == 0) {
        rc = ctl_check_rights(db, error);
    }

    PQfinish(db);

    return rc;
}


static int
ctl_check_version(ctl_config_t *config, PGconn *db, reg_error_t *error)
{
    int               n, version;
    PGresult         *result;
    ctl_migration_t  *files;

    result = PQexec(db, "SELECT registration.schema_version()");

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        return ctl_check_version_error(db, result, error);
    }

    version = atoi(PQgetvalue(result, 0, 0));
    PQclear(result);

    n = ctl_migrations_load(config->directory, &files, error);
    if (n == -1) {
        return -1;
    }

    ctl_migrations_free(files, n);

    if (version != n) {
        reg_error_set(error, "the database is at version %d, this is version "
                      "%d: %s", version, n,
                      version < n ? "run registrationctl migrate"
                                  : "use the module the database was "
                                    "migrated for");
        return -1;
    }

    return 0;
}


/* SQLSTATEs: invalid_schema_name, undefined_function, no privilege. */

static int
ctl_check_version_error(PGconn *db, PGresult *result,
    reg_error_t *error)
{
    const char  *state;

    state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

    if (state != NULL && strcmp(state, "42501") == 0) {
        reg_error_set(error, "the role \"%s\" may not use the module's "
                      "functions: GRANT registration_module TO \"%s\"",
                      PQuser(db), PQuser(db));

    } else if (state != NULL
               && (strcmp(state, "3F000") == 0
                   || strcmp(state, "42883") == 0))
    {
        reg_error_set(error, "the database \"%s\" holds no tables of the "
                      "service: run registrationctl migrate", PQdb(db));

    } else {
        ctl_database_error(error, "the version cannot be read",
                           PQerrorMessage(db));
    }

    PQclear(result);

    return -1;
}


/* A module that is taken over must not be able to read or drop tables. */

static int
ctl_check_rights(PGconn *db, reg_error_t *error)
{
    int        allowed;
    PGresult  *result;

    result = PQexec(db,
        "SELECT coalesce(bool_or(has_table_privilege(oid,"
        "           'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')), false)"
        "  FROM pg_class"
        " WHERE relnamespace = 'registration'::regnamespace"
        "   AND relkind = 'r'");

    if (PQresultStatus(result) != PGRES_TUPLES_OK) {
        ctl_database_error(error, "the rights cannot be read",
                           PQerrorMessage(db));
        PQclear(result);
        return -1;
    }

    allowed = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);

    if (allowed) {
        reg_error_set(error, "the role \"%s\" may use the tables themselves; "
                      "let nginx use a role that has nothing but "
                      "registration_module: CREATE ROLE nginx LOGIN IN ROLE "
                      "registration_module", PQuser(db));
        return -1;
    }

    return 0;
}
