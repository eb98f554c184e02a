/*
 * registrationctl's connection to PostgreSQL.
 */

#include "ctl.h"


#define CTL_CONNECT_SECONDS  "10"


static void ctl_notice(void *data, const char *message);


PGconn *
ctl_connect(const char *conninfo, reg_error_t *error)
{
    PGconn    *db;
    PGresult  *result;

    /* dbname is expanded as a conninfo; what follows it has the last word */

    static const char *const  names[] = { "connect_timeout", "dbname",
                                          "fallback_application_name",
                                          NULL };
    const char *const         values[] = { CTL_CONNECT_SECONDS, conninfo,
                                           "registrationctl", NULL };

    db = PQconnectdbParams(names, values, 1);

    if (PQstatus(db) != CONNECTION_OK) {
        ctl_database_error(error, "the database cannot be reached",
                           PQerrorMessage(db));
        PQfinish(db);
        return NULL;
    }

    PQsetNoticeProcessor(db, ctl_notice, NULL);

    result = PQexec(db, "SET client_min_messages = warning;"
                        "SET client_encoding = 'UTF8';"
                        "SET search_path = pg_catalog");

    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        ctl_database_error(error, "the connection cannot be set up",
                           PQerrorMessage(db));
        PQclear(result);
        PQfinish(db);
        return NULL;
    }

    PQclear(result);

    return db;
}


PGconn *
ctl_open(const char *conninfo)
{
    PGconn       *db;
    reg_error_t   error;

    db = ctl_connect(conninfo, &error);

    if (db == NULL) {
        ctl_error("%s", error.text);
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
    reg_error_t      error;
    ExecStatusType   status;

    result = n ? PQexecParams(db, sql, n, NULL, params, NULL, NULL, 0)
               : PQexec(db, sql);

    status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK
        && status != PGRES_EMPTY_QUERY)
    {
        ctl_database_error(&error, what, PQerrorMessage(db));
        ctl_error("%s", error.text);
        PQclear(result);
        return NULL;
    }

    return result;
}


void
ctl_database_error(reg_error_t *error, const char *what, const char *message)
{
    size_t  len;

    len = strlen(message);

    while (len && message[len - 1] == '\n') {
        len--;
    }

    reg_error_set(error, "%s: %.*s", what, (int) len, message);
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
