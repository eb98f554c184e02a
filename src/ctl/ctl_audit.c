/*
 * registrationctl audit verify: computes the chain of the audit trail anew,
 * as sql/0005_audit_chain.sql describes it; and how the administrator's own
 * commands get into that trail.
 */

#include <pwd.h>
#include <sodium.h>
#include <unistd.h>
#include "ctl.h"


#define CTL_AUDIT_ROWS  "2000"  /* read at a time */
#define CTL_AUDIT_ID    24      /* the digits of a bigint, a sign, NUL */

#define CTL_HASH        crypto_hash_sha256_BYTES
#define CTL_HASH_HEX    (2 * CTL_HASH + 1)


/* What is hashed are the first seven columns, in this order. */

enum {
    CTL_ROW_ID = 0,
    CTL_ROW_AT,
    CTL_ROW_ACTOR_KIND,
    CTL_ROW_ACTOR,
    CTL_ROW_ACTION,
    CTL_ROW_NUMBER,
    CTL_ROW_DETAILS,
    CTL_ROW_HASH
};

typedef struct {
    PGconn         *db;
    unsigned long   rows;
    char            id[CTL_AUDIT_ID];   /* of the last row that was right */
    unsigned char   hash[CTL_HASH];     /* its hash */
    const char     *head_hash;          /* what was noted, or NULL */
    size_t          head_id_len;
    const char     *head;
    int             head_seen;
} ctl_chain_t;


static int ctl_chain_head(ctl_chain_t *chain, const char *head);
static int ctl_chain_verify(ctl_chain_t *chain);
static int ctl_chain_rows(ctl_chain_t *chain);
static int ctl_chain_row(ctl_chain_t *chain, const PGresult *rows, int i);
static void ctl_chain_hash(const PGresult *rows, int i,
    unsigned char hash[CTL_HASH]);
static int ctl_chain_noted(ctl_chain_t *chain, const char *id,
    const char *hash);
static int ctl_chain_end(ctl_chain_t *chain);
static int ctl_chain_report(ctl_chain_t *chain, int failed);


int
ctl_audit_verify(int argc, char **argv)
{
    int           status, failed;
    const char   *database, *head;
    ctl_chain_t   chain;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, CTL_REQUIRED },
        { "head", 0, &head, CTL_OPTIONAL },
        { NULL, 0, NULL, 0 }
    };

    database = NULL;
    head = NULL;

    status = ctl_options(argc, argv, options, NULL, NULL);
    if (status != CTL_OK) {
        return status;
    }

    memset(&chain, 0, sizeof(ctl_chain_t));
    strcpy(chain.id, "0");

    if (head != NULL && ctl_chain_head(&chain, head) != 0) {
        return CTL_USAGE;
    }

    chain.db = ctl_open(database);
    if (chain.db == NULL) {
        return CTL_FAILED;
    }

    failed = ctl_chain_verify(&chain);
    status = ctl_chain_report(&chain, failed);

    PQfinish(chain.db);

    return status;
}


/* ID:HASH, as a run before printed it. */

static int
ctl_chain_head(ctl_chain_t *chain, const char *head)
{
    chain->head = head;
    chain->head_id_len = strspn(head, "0123456789");
    chain->head_hash = head + chain->head_id_len + 1;

    if (chain->head_id_len == 0 || head[chain->head_id_len] != ':'
        || strlen(chain->head_hash) != CTL_HASH_HEX - 1
        || strspn(chain->head_hash, "0123456789abcdef") != CTL_HASH_HEX - 1)
    {
        ctl_error("--head takes ID:HASH, as \"audit verify\" printed it");
        return -1;
    }

    return 0;
}


/* One snapshot: rows that are added meanwhile are of no concern. */

static int
ctl_chain_verify(ctl_chain_t *chain)
{
    if (ctl_execute(chain->db, "the audit trail cannot be read",
                    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        != 0)
    {
        return -1;
    }

    if (ctl_chain_rows(chain) != 0 || ctl_chain_end(chain) != 0) {
        return -1;
    }

    if (chain->head != NULL && !chain->head_seen) {
        ctl_error("audit row %.*s, which was noted, is missing",
                  (int) chain->head_id_len, chain->head);
        return -1;
    }

    return 0;
}


static int
ctl_chain_rows(ctl_chain_t *chain)
{
    int          i, n;
    char         last[CTL_AUDIT_ID];
    PGresult    *rows;
    const char  *params[1];

    static const char  sql[] =
        "SELECT id, to_char(at AT TIME ZONE 'UTC',"
        "                   'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'),"
        "       actor_kind, actor, action, number, details::text,"
        "       encode(hash, 'hex')"
        "  FROM registration.audit"
        " WHERE id > $1::bigint"
        " ORDER BY id"
        " LIMIT " CTL_AUDIT_ROWS;

    strcpy(last, "-1");
    params[0] = last;

    for ( ;; ) {
        rows = ctl_query(chain->db, "the audit trail cannot be read (this "
                         "needs the owner of the tables)", sql, 1, params);
        if (rows == NULL) {
            return -1;
        }

        n = PQntuples(rows);

        for (i = 0; i < n; i++) {
            if (ctl_chain_row(chain, rows, i) != 0) {
                PQclear(rows);
                return -1;
            }
        }

        if (n != 0) {
            (void) snprintf(last, sizeof(last), "%s",
                            PQgetvalue(rows, n - 1, CTL_ROW_ID));
        }

        PQclear(rows);

        if (n == 0) {
            return 0;
        }
    }
}


static int
ctl_chain_row(ctl_chain_t *chain, const PGresult *rows, int i)
{
    char         hex[CTL_HASH_HEX];
    const char  *id, *hash;

    id = PQgetvalue(rows, i, CTL_ROW_ID);
    hash = PQgetvalue(rows, i, CTL_ROW_HASH);

    ctl_chain_hash(rows, i, chain->hash);
    (void) sodium_bin2hex(hex, sizeof(hex), chain->hash, CTL_HASH);

    if (strcmp(hex, hash) != 0) {
        ctl_error("audit row %s (%s, %s of %s) is not what was written, or "
                  "does not follow row %s any more: it was changed, or rows "
                  "between them were taken away or put in", id,
                  PQgetvalue(rows, i, CTL_ROW_AT),
                  PQgetvalue(rows, i, CTL_ROW_ACTION),
                  PQgetvalue(rows, i, CTL_ROW_ACTOR), chain->id);
        return -1;
    }

    chain->rows++;
    (void) snprintf(chain->id, sizeof(chain->id), "%s", id);

    return ctl_chain_noted(chain, id, hash);
}


/* hash has that of the row before, and gets that of this one. */

static void
ctl_chain_hash(const PGresult *rows, int i, unsigned char hash[CTL_HASH])
{
    int                       column, len;
    char                      length[16];
    crypto_hash_sha256_state  state;

    (void) crypto_hash_sha256_init(&state);
    (void) crypto_hash_sha256_update(&state, hash, CTL_HASH);

    for (column = CTL_ROW_ID; column <= CTL_ROW_DETAILS; column++) {

        if (PQgetisnull(rows, i, column)) {
            (void) crypto_hash_sha256_update(&state,
                                             (const unsigned char *) "-,", 2);
            continue;
        }

        len = snprintf(length, sizeof(length), "%d:",
                       PQgetlength(rows, i, column));

        (void) crypto_hash_sha256_update(&state, (unsigned char *) length,
                                         (unsigned long long) len);
        (void) crypto_hash_sha256_update(&state,
                                         (unsigned char *)
                                         PQgetvalue(rows, i, column),
                                         (unsigned long long)
                                         PQgetlength(rows, i, column));
        (void) crypto_hash_sha256_update(&state,
                                         (const unsigned char *) ",", 1);
    }

    (void) crypto_hash_sha256_final(&state, hash);
}


/* A chain that was computed anew as a whole fits itself, but no old note. */

static int
ctl_chain_noted(ctl_chain_t *chain, const char *id, const char *hash)
{
    if (chain->head == NULL || strlen(id) != chain->head_id_len
        || memcmp(id, chain->head, chain->head_id_len) != 0)
    {
        return 0;
    }

    chain->head_seen = 1;

    if (strcmp(hash, chain->head_hash) != 0) {
        ctl_error("audit row %s has not the hash that was noted: this row "
                  "or one before it was changed, and the chain computed anew",
                  id);
        return -1;
    }

    return 0;
}


static int
ctl_chain_end(ctl_chain_t *chain)
{
    int        failed;
    char       hex[CTL_HASH_HEX];
    PGresult  *last;

    last = ctl_query(chain->db, "the end of the audit trail cannot be read",
                     "SELECT id, encode(hash, 'hex')"
                     "  FROM registration.audit_last", 0, NULL);
    if (last == NULL) {
        return -1;
    }

    (void) sodium_bin2hex(hex, sizeof(hex), chain->hash, CTL_HASH);

    failed = PQntuples(last) != 1
             || strcmp(PQgetvalue(last, 0, 0), chain->id) != 0
             || strcmp(PQgetvalue(last, 0, 1), hex) != 0;

    if (failed) {
        ctl_error("audit rows behind %s are missing: the last that was "
                  "written is %s", chain->id,
                  PQntuples(last) == 1 ? PQgetvalue(last, 0, 0) : "unknown");
    }

    PQclear(last);

    return failed ? -1 : 0;
}


static int
ctl_chain_report(ctl_chain_t *chain, int failed)
{
    char  hex[CTL_HASH_HEX], details[64];

    (void) sodium_bin2hex(hex, sizeof(hex), chain->hash, CTL_HASH);
    (void) snprintf(details, sizeof(details), "{\"rows\": %lu, \"ok\": %s}",
                    chain->rows, failed ? "false" : "true");

    if (PQstatus(chain->db) != CONNECTION_OK
        || ctl_execute(chain->db, "the check cannot be ended", "ROLLBACK")
           != 0
        || ctl_audit(chain->db, "audit_verify", details) != 0
        || failed)
    {
        return CTL_FAILED;
    }

    printf("The audit trail is whole: %lu rows.  Note its head elsewhere, "
           "and give it as --head next time:\n%s:%s\n", chain->rows,
           chain->id, hex);

    return CTL_OK;
}


int
ctl_audit(PGconn *db, const char *action, const char *details)
{
    PGresult    *result;
    const char  *params[3];

    params[0] = ctl_administrator();
    params[1] = action;
    params[2] = (details != NULL) ? details : "{}";

    result = ctl_query(db, "the audit row cannot be written (this needs the "
                       "owner of the tables)",
                       "INSERT INTO registration.audit"
                       "       (actor_kind, actor, action, details)"
                       " VALUES ('administrator', $1, $2, $3::jsonb)", 3,
                       params);
    if (result == NULL) {
        return -1;
    }

    PQclear(result);

    return 0;
}


/* Who logged in, also behind sudo; without a login, whose process this is. */

const char *
ctl_administrator(void)
{
    const char     *name;
    struct passwd  *user;

    name = getlogin();
    if (name != NULL && *name != '\0') {
        return name;
    }

    user = getpwuid(getuid());

    return (user != NULL) ? user->pw_name : "unknown";
}
