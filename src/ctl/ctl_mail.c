/*
 * registrationctl mail: which mails to applicants were given up, and another
 * try for them.
 */

#include <string.h>
#include "ctl.h"


#define CTL_OWNER  " (this needs the owner of the tables)"


static int ctl_mail_print(PGconn *db);
static int ctl_mail_again(PGconn *db, const char *number);


int
ctl_mail_list(int argc, char **argv)
{
    int          status;
    PGconn      *db;
    const char  *database;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    status = ctl_options(argc, argv, options, NULL, NULL);
    if (status != CTL_OK) {
        return status;
    }

    db = ctl_open(database);
    if (db == NULL) {
        return CTL_FAILED;
    }

    status = ctl_mail_print(db);
    PQfinish(db);

    return status;
}


int
ctl_mail_retry(int argc, char **argv)
{
    int          status;
    PGconn      *db;
    const char  *database, *number;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, CTL_REQUIRED },
        { "number", 0, &number, CTL_OPTIONAL },
        { NULL, 0, NULL, 0 }
    };

    number = NULL;

    status = ctl_options(argc, argv, options, NULL, NULL);
    if (status != CTL_OK) {
        return status;
    }

    db = ctl_open(database);
    if (db == NULL) {
        return CTL_FAILED;
    }

    status = ctl_mail_again(db, number);
    PQfinish(db);

    return status;
}


static int
ctl_mail_print(PGconn *db)
{
    int        i;
    PGresult  *rows;

    static const char  sql[] =
        "SELECT a.number, o.kind,"
        "       to_char(o.created_at AT TIME ZONE 'UTC',"
        "               'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
        "       coalesce(o.reply::text, '-'), o.tries"
        "  FROM registration.outbox o"
        "  JOIN registration.application a ON a.id = o.application_id"
        " WHERE o.sent_at IS NULL AND o.next_try = 'infinity'"
        " ORDER BY o.id";

    rows = ctl_query(db, "the mails cannot be read" CTL_OWNER, sql, 0, NULL);
    if (rows == NULL) {
        return CTL_FAILED;
    }

    if (ctl_audit(db, "mail_list", NULL) != 0) {
        PQclear(rows);
        return CTL_FAILED;
    }

    for (i = 0; i < PQntuples(rows); i++) {
        printf("%s  %-9s  %s  %3s  %s\n", PQgetvalue(rows, i, 0),
               PQgetvalue(rows, i, 1), PQgetvalue(rows, i, 2),
               PQgetvalue(rows, i, 3), PQgetvalue(rows, i, 4));
    }

    PQclear(rows);

    return CTL_OK;
}


/* All of them, or those of one application. */

static int
ctl_mail_again(PGconn *db, const char *number)
{
    char         n[16];
    PGresult    *result;
    const char  *params[2];

    static const char  sql[] =
        "WITH again AS ("
        "    UPDATE registration.outbox AS o"
        "       SET next_try = now(), tries = 0, reply = NULL"
        "      FROM registration.application a"
        "     WHERE a.id = o.application_id"
        "       AND a.number = coalesce($2::text, a.number)"
        "       AND o.sent_at IS NULL AND o.next_try = 'infinity'"
        "    RETURNING a.number, o.kind, o.version)"
        "INSERT INTO registration.audit"
        "       (actor_kind, actor, action, number, details)"
        "SELECT 'administrator', $1, 'mail_retry', number,"
        "       jsonb_build_object('kind', kind, 'version', version)"
        "  FROM again";

    params[0] = ctl_administrator();
    params[1] = number;

    result = ctl_query(db, "the mails cannot be changed" CTL_OWNER, sql, 2,
                       params);
    if (result == NULL) {
        return CTL_FAILED;
    }

    (void) snprintf(n, sizeof(n), "%s", PQcmdTuples(result));
    PQclear(result);

    if (number != NULL && strcmp(n, "0") == 0) {
        ctl_error("no mail of application %s was given up; \"mail list\" "
                  "shows which were", number);
        return CTL_FAILED;
    }

    printf("%s mail%s tried again within seconds\n", n,
           strcmp(n, "1") == 0 ? " is" : "s are");

    return CTL_OK;
}
