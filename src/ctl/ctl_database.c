/*
 * registrationctl's connection to PostgreSQL.
 */

#include "ctl.h"


#define CTL_CONNECT_SECONDS  "10"


static void ctl_notice(void *data, const char *message);
static void ctl_query_failed(const char *what, const char *message);


PGconn *
ctl_connect(const char *conninfo)
{
    PGconn      *db;

    /* dbname is expanded as a conninfo; what follows it has the last word */

    static const char *const  names[] = { "connect_timeout", "dbname",
                                          "fallback_application_name",
                                          NULL };
    const char *const         values[] = { CTL_CONNECT_SECONDS, conninfo,
                                           "registrationctl", NULL };

    db = PQconnectdbParams(names, values, 1);

    if (PQstatus(db) != CONNECTION_OK) {
        ctl_query_failed("the database does not answer", PQerrorMessage(db));
        PQfinish(db);
        return NULL;
    }

    PQsetNoticeProcessor(db, ctl_notice, NULL);

    if (ctl_execute(db, "the connection cannot be set up",
                    "SET client_min_messages = warning;"
                    "SET client_encoding = 'UTF8';"
                    "SET search_path = pg_catalog")
        != 0)
    {
        PQfinish(db);
        return NULL;
    }

    return db;
}


static void
ctl_notice(void *data, const char *message)
{
    (void) data;

    fprintf(stderr, "%s", message);
}


PGresult *
ctl_query(PGconn *db, const char *what, const char *sql, int n,
    const char *const *params)
{
    PGresult        *result;
    ExecStatusType   status;

    result = n ? PQexecParams(db, sql, n, NULL, params, NULL, NULL, 0)
               : PQexec(db, sql);

    status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
        && status != PGRES_EMPTY_QUERY)
    {
        ctl_query_failed(what, result ? PQresultErrorMessage(result)
                                      : PQerrorMessage(db));
        PQclear(result);
        return NULL;
    }

    return result;
}


/* libpq's messages end with a line feed. */

static void
ctl_query_failed(const char *what, const char *message)
{
    size_t  len;

    len = strlen(message);

    while (len && message[len - 1] == '\n') {
        len--;
    }

    ctl_error("%s: %.*s", what, (int) len, message);
}


int
ctl_execute(PGconn *db, const char *what, const char *sql)
{
    PGresult  *result;

    result = ctl_query(db, what, sql, 0, NULL);
    if (result == NULL) {
        return -1;
    }

    PQclear(result);

    return 0;
}
