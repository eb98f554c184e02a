/*
 * registrationctl migrate: brings the database up to the files' version.
 */

#define _GNU_SOURCE                 /* asprintf() */

#include "ctl.h"


/* Any number nobody else uses; advisory locks belong to one database. */

#define CTL_LOCK  "7954823136021"


static int ctl_migrate_database(PGconn *db, const ctl_migration_t *files,
    int n);
static int ctl_lock(PGconn *db);
static int ctl_applied(PGconn *db, const ctl_migration_t *files, int n);
static int ctl_applied_same(const PGresult *rows,
    const ctl_migration_t *files, int n);
static int ctl_apply(PGconn *db, const ctl_migration_t *file, int audited);
static int ctl_apply_inside(PGconn *db, const ctl_migration_t *file,
    int audited);
static int ctl_apply_audit(PGconn *db, const ctl_migration_t *file);


int
ctl_migrate(int argc, char **argv)
{
    int               n, status;
    PGconn           *db;
    reg_error_t       error;
    const char       *database, *directory;
    ctl_migration_t  *files;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, 1 },
        { "directory", 0, &directory, 0 },
        { NULL, 0, NULL, 0 }
    };

    database = NULL;
    directory = ctl_migrations_directory();

    status = ctl_options(argc, argv, options, NULL, NULL);
    if (status != CTL_OK) {
        return status;
    }

    n = ctl_migrations_load(directory, &files, &error);
    if (n == -1) {
        ctl_error("%s; --directory names another place", error.text);
        return CTL_FAILED;
    }

    status = CTL_FAILED;

    db = ctl_open(database);
    if (db != NULL) {
        status = ctl_migrate_database(db, files, n);
        PQfinish(db);
    }

    ctl_migrations_free(files, n);

    return status;
}


static int
ctl_migrate_database(PGconn *db, const ctl_migration_t *files, int n)
{
    int  i, applied;

    if (ctl_lock(db) != 0) {
        return CTL_FAILED;
    }

    applied = ctl_applied(db, files, n);
    if (applied == -1) {
        return CTL_FAILED;
    }

    for (i = applied; i < n; i++) {

        /* a database that is being made has had nothing to watch over */

        if (ctl_apply(db, &files[i], applied != 0) != 0) {
            return CTL_FAILED;
        }

        printf("applied %s\n", files[i].name);
        fflush(stdout);
    }

    printf("database \"%s\" is at version %d%s\n", PQdb(db), n,
           applied == n ? ", nothing to do" : "");

    return CTL_OK;
}


/*
 * Two runs go one after the other.  A statement of a migration waits for
 * others' locks for a while only: those who queue behind it are applicants.
 */

static int
ctl_lock(PGconn *db)
{
    int        got;
    PGresult  *result;

    result = ctl_query(db, "the lock cannot be asked for",
                       "SELECT pg_try_advisory_lock(" CTL_LOCK ")", 0, NULL);
    if (result == NULL) {
        return -1;
    }

    got = PQgetvalue(result, 0, 0)[0] == 't';
    PQclear(result);

    if (!got) {
        printf("another registrationctl is migrating this database; "
               "waiting for it\n");
        fflush(stdout);

        if (ctl_execute(db, "the lock cannot be had",
                        "SELECT pg_advisory_lock(" CTL_LOCK ")")
            != 0)
        {
            return -1;
        }
    }

    return ctl_execute(db, "the connection cannot be set up",
                       "SET lock_timeout = '10s'");
}


/* The number of files that were applied already, or -1. */

static int
ctl_applied(PGconn *db, const ctl_migration_t *files, int n)
{
    int        new, applied;
    PGresult  *rows;

    rows = ctl_query(db, "the database cannot be read",
                     "SELECT to_regclass('registration.migration')", 0, NULL);
    if (rows == NULL) {
        return -1;
    }

    new = PQgetisnull(rows, 0, 0);
    PQclear(rows);

    if (new) {
        return 0;
    }

    rows = ctl_query(db, "the applied migrations cannot be read",
                     "SELECT version, name, encode(sha256, 'hex'),"
                     "       applied_at::date"
                     "  FROM registration.migration"
                     " ORDER BY version", 0, NULL);
    if (rows == NULL) {
        return -1;
    }

    applied = ctl_applied_same(rows, files, n) ? PQntuples(rows) : -1;
    PQclear(rows);

    return applied;
}


static int
ctl_applied_same(const PGresult *rows, const ctl_migration_t *files, int n)
{
    int  i;

    for (i = 0; i < PQntuples(rows); i++) {

        if (i >= n) {
            ctl_error("the database is newer than these files: it has %s, "
                      "they end with %s; use the files of the version that "
                      "made it", PQgetvalue(rows, PQntuples(rows) - 1, 1),
                      files[n - 1].name);
            return 0;
        }

        if (strcmp(PQgetvalue(rows, i, 2), files[i].sha256) != 0) {
            ctl_error("%s is not what was applied on %s as %s (SHA-256 %s); "
                      "restore it, and put the change into a new file",
                      files[i].path, PQgetvalue(rows, i, 3),
                      PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2));
            return 0;
        }
    }

    return 1;
}


/* The file and the notes that it was applied: all or none. */

static int
ctl_apply(PGconn *db, const ctl_migration_t *file, int audited)
{
    if (ctl_execute(db, file->path, "BEGIN") != 0) {
        return -1;
    }

    if (ctl_apply_inside(db, file, audited) != 0) {
        (void) ctl_execute(db, file->path, "ROLLBACK");
        ctl_error("%s was not applied; those before it were", file->name);
        return -1;
    }

    return ctl_execute(db, file->path, "COMMIT");
}


static int
ctl_apply_inside(PGconn *db, const ctl_migration_t *file, int audited)
{
    char         version[16];
    PGresult    *result;
    const char  *params[3];

    if (ctl_execute(db, file->path, file->text) != 0) {
        return -1;
    }

    if (PQtransactionStatus(db) != PQTRANS_INTRANS) {
        ctl_error("%s ends the transaction it is applied in: remove its "
                  "COMMIT or ROLLBACK", file->path);
        return -1;
    }

    (void) snprintf(version, sizeof(version), "%d", file->version);

    params[0] = version;
    params[1] = file->name;
    params[2] = file->sha256;

    result = ctl_query(db, file->path,
                       "INSERT INTO registration.migration"
                       "            (version, name, sha256)"
                       " VALUES ($1, $2, decode($3, 'hex'))", 3, params);
    if (result == NULL) {
        return -1;
    }

    PQclear(result);

    return audited ? ctl_apply_audit(db, file) : 0;
}


/* The first files of all have no audit trail yet. */

static int
ctl_apply_audit(PGconn *db, const ctl_migration_t *file)
{
    int        rc, missing;
    char      *details;
    PGresult  *rows;

    rows = ctl_query(db, "the database cannot be read",
                     "SELECT to_regclass('registration.audit')", 0, NULL);
    if (rows == NULL) {
        return -1;
    }

    missing = PQgetisnull(rows, 0, 0);
    PQclear(rows);

    if (missing) {
        return 0;
    }

    if (asprintf(&details, "{\"file\": \"%s\"}", file->name) == -1) {
        ctl_error("out of memory");
        return -1;
    }

    rc = ctl_audit(db, "migrate", details);
    free(details);

    return rc;
}
