/*
 * registrationctl account: whether an applicant may sign in.
 *
 * The change and its audit row are one statement; the table's trigger has the
 * module end the account's sessions.
 */

#include <string.h>
#include "ctl.h"


static int ctl_account(int argc, char **argv, const char *disabled,
    const char *action, const char *done);
static int ctl_account_change(PGconn *db, const char *number,
    const char *disabled, const char *action);


int
ctl_account_disable(int argc, char **argv)
{
    return ctl_account(argc, argv, "true", "account_disable",
                       "disabled; its sessions end within seconds");
}


int
ctl_account_enable(int argc, char **argv)
{
    return ctl_account(argc, argv, "false", "account_enable", "enabled");
}


static int
ctl_account(int argc, char **argv, const char *disabled, const char *action,
    const char *done)
{
    int          status;
    PGconn      *db;
    const char  *database, *number;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, CTL_REQUIRED },
        { NULL, 0, NULL, 0 }
    };

    status = ctl_options(argc, argv, options, "the application's NUMBER",
                         &number);
    if (status != CTL_OK) {
        return status;
    }

    db = ctl_open(database);
    if (db == NULL) {
        return CTL_FAILED;
    }

    status = ctl_account_change(db, number, disabled, action);
    PQfinish(db);

    if (status == CTL_OK) {
        printf("the account of application %s is %s\n", number, done);
    }

    return status;
}


static int
ctl_account_change(PGconn *db, const char *number, const char *disabled,
    const char *action)
{
    int          changed;
    PGresult    *result;
    const char  *params[4];

    static const char  sql[] =
        "WITH changed AS ("
        "    UPDATE registration.account AS o SET disabled = $3::boolean"
        "      FROM registration.application a"
        "     WHERE a.number = $1::text AND o.id = a.account_id"
        "    RETURNING a.number)"
        "INSERT INTO registration.audit (actor_kind, actor, action, number)"
        "SELECT 'administrator', $2, $4, number FROM changed";

    params[0] = number;
    params[1] = ctl_administrator();
    params[2] = disabled;
    params[3] = action;

    result = ctl_query(db, "the account cannot be changed (this needs the "
                       "owner of the tables)", sql, 4, params);
    if (result == NULL) {
        return CTL_FAILED;
    }

    changed = strcmp(PQcmdTuples(result), "1") == 0;
    PQclear(result);

    if (!changed) {
        ctl_error("there is no application %s", number);
        return CTL_FAILED;
    }

    return CTL_OK;
}
