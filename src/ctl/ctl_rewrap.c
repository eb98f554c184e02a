/*
 * registrationctl key rewrap: puts all data keys, and the secrets of the
 * reviewers' authenticators, under the current sealing key.  The sealed records
 * themselves stay as they are.
 *
 * Each batch is one statement, and a row is only changed while it still holds
 * what was read: the service may go on working, and a run that was cut short
 * is simply repeated.
 */

#include <sodium.h>
#include "reg_seal.h"
#include "reg_totp.h"
#include "ctl.h"


/* Rows read and written at a time: some 100 KB of text. */

#define CTL_BATCH      500
#define CTL_BATCH_SQL  "500"

#define CTL_KEY_HEX    (2 * REG_WRAPPED_DATA_KEY)

/* "\\x" HEX "", with its quotes and comma */

#define CTL_KEY_ITEM   (CTL_KEY_HEX + sizeof("\"\\\\x\",") - 1)
#define CTL_ID_MAX     64       /* a reviewer's name; others are shorter */
#define CTL_ID_ITEM    (CTL_ID_MAX + sizeof("\"\",") - 1)

#define CTL_CONTEXT_MAX  (CTL_ID_MAX + sizeof("application:"))


/* A table with data keys, or with other small things that are sealed so. */

typedef struct {
    const char  *table;
    const char  *context;       /* comes before the id */
    const char  *what;
    size_t       len;           /* of what is sealed */
    const char  *select;
    const char  *update;
} ctl_records_t;

/* What is to be changed: three arrays of PostgreSQL, as text. */

typedef struct {
    int     n;
    size_t  ids_len;
    size_t  old_len;
    size_t  new_len;
    char    ids[CTL_BATCH * CTL_ID_ITEM + sizeof("}")];
    char    old[CTL_BATCH * CTL_KEY_ITEM + sizeof("}")];
    char    new[CTL_BATCH * CTL_KEY_ITEM + sizeof("}")];
} ctl_batch_t;

typedef struct {
    PGconn         *db;
    reg_keys_t     *keys;
    ctl_batch_t    *batch;
    int             count_only;
    unsigned long   changed;
    unsigned long   left;       /* under an old key */
} ctl_rewrap_t;


static int ctl_rewrap(ctl_rewrap_t *rewrap);
static void ctl_rewrap_report(const ctl_rewrap_t *rewrap);
static int ctl_rewrap_table(ctl_rewrap_t *rewrap,
    const ctl_records_t *records);
static int ctl_rewrap_rows(ctl_rewrap_t *rewrap, const ctl_records_t *records,
    const PGresult *rows);
static void ctl_rewrap_row(ctl_rewrap_t *rewrap, const ctl_records_t *records,
    const char *id, const unsigned char *wrapped, size_t len);
static int ctl_rewrap_flush(ctl_rewrap_t *rewrap,
    const ctl_records_t *records);
static void ctl_array_add(char *array, size_t *len, const char *prefix,
    const char *item);


#define ctl_records(table, id, column, context, what, len)                    \
    { table, context, what, len,                                              \
      "SELECT " id ", encode(" column ", 'hex')"                              \
      "  FROM registration." table                                            \
      " WHERE " id " > $1 AND " column " IS NOT NULL"                         \
      " ORDER BY " id                                                         \
      " LIMIT " CTL_BATCH_SQL,                                                \
      "UPDATE registration." table " t"                                       \
      "   SET " column " = n.new"                                             \
      "  FROM unnest($1::text[], $2::bytea[], $3::bytea[])"                   \
      "       AS n (id, old, new)"                                            \
      " WHERE t." id " = n.id AND t." column " = n.old" }


static const ctl_records_t  ctl_records[] = {
    ctl_records("application", "id", "data_key", "application:", "data key",
                REG_DATA_KEY),
    ctl_records("document", "id", "data_key", "document:", "data key",
                REG_DATA_KEY),
    ctl_records("reviewer", "name", "totp", "totp:", "authenticator's secret",
                REG_TOTP_SECRET),
    { NULL, NULL, NULL, 0, NULL, NULL }
};


int
ctl_key_rewrap(int argc, char **argv)
{
    int            status;
    const char    *path, *database;
    reg_error_t    error;
    ctl_rewrap_t   rewrap;

    const ctl_option_t  options[] = {
        { "database", 'd', &database, 1 },
        { NULL, 0, NULL, 0 }
    };

    database = NULL;

    status = ctl_options(argc, argv, options, "the key FILE", &path);
    if (status != CTL_OK) {
        return status;
    }

    memset(&rewrap, 0, sizeof(ctl_rewrap_t));

    rewrap.keys = reg_keys_load(path, &error);
    if (rewrap.keys == NULL) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    status = CTL_FAILED;

    rewrap.db = ctl_open(database);
    if (rewrap.db != NULL) {
        status = ctl_rewrap(&rewrap);
        PQfinish(rewrap.db);
    }

    reg_keys_free(rewrap.keys);

    return status;
}


static int
ctl_rewrap(ctl_rewrap_t *rewrap)
{
    int                   status;
    char                  details[128];
    const ctl_records_t  *records;

    rewrap->batch = malloc(sizeof(ctl_batch_t));
    if (rewrap->batch == NULL) {
        ctl_error("out of memory");
        return CTL_FAILED;
    }

    status = CTL_OK;

    for (records = ctl_records; records->table != NULL; records++) {
        if (ctl_rewrap_table(rewrap, records) != 0) {
            status = CTL_FAILED;
            break;
        }
    }

    /*
     * A second look: a worker that still has the old file, or the row that
     * somebody changed in between, would be missed otherwise.
     */

    rewrap->count_only = 1;

    for (records = ctl_records; status == CTL_OK && records->table != NULL;
         records++)
    {
        if (ctl_rewrap_table(rewrap, records) != 0) {
            status = CTL_FAILED;
        }
    }

    free(rewrap->batch);

    if (status != CTL_OK) {
        ctl_error("stopped after %lu; run it again to go on",
                  rewrap->changed);
        return CTL_FAILED;
    }

    (void) snprintf(details, sizeof(details), "{\"key\": %u, \"changed\": "
                    "%lu, \"left\": %lu}",
                    (unsigned) reg_keys_current(rewrap->keys),
                    rewrap->changed, rewrap->left);

    if (ctl_audit(rewrap->db, "key_rewrap", details) != 0) {
        return CTL_FAILED;
    }

    ctl_rewrap_report(rewrap);

    return rewrap->left ? CTL_FAILED : CTL_OK;
}


static void
ctl_rewrap_report(const ctl_rewrap_t *rewrap)
{
    unsigned  current;

    current = (unsigned) reg_keys_current(rewrap->keys);

    printf("%lu data keys put under sealing key %u; %lu remain under older "
           "keys.\n", rewrap->changed, current, rewrap->left);

    if (rewrap->left) {
        printf("Keep the old keys.  See that every nginx was reloaded with "
               "this key file, and run\nthis again.\n");
        return;
    }

    printf("The \"seal\" lines below %u may be removed from the key file once "
           "drafts from before\nthe last reload have expired (a day), and no "
           "backup is needed that is older than\nthis run.\n", current);
}


static int
ctl_rewrap_table(ctl_rewrap_t *rewrap, const ctl_records_t *records)
{
    int          n, failed;
    char         last[CTL_CONTEXT_MAX];
    PGresult    *rows;
    const char  *params[1];

    last[0] = '\0';
    params[0] = last;

    do {
        rows = ctl_query(rewrap->db, "the data keys cannot be read (this "
                         "needs the owner of the tables)", records->select, 1,
                         params);
        if (rows == NULL) {
            return -1;
        }

        n = PQntuples(rows);

        if (n) {
            (void) snprintf(last, sizeof(last), "%s",
                            PQgetvalue(rows, n - 1, 0));
        }

        failed = ctl_rewrap_rows(rewrap, records, rows);

        PQclear(rows);

        if (failed) {
            return -1;
        }

    } while (n == CTL_BATCH);

    return 0;
}


static int
ctl_rewrap_rows(ctl_rewrap_t *rewrap, const ctl_records_t *records,
    const PGresult *rows)
{
    int            i;
    size_t         len;
    const char    *hex;
    unsigned char  wrapped[REG_WRAPPED_DATA_KEY];

    rewrap->batch->n = 0;
    rewrap->batch->ids_len = 0;
    rewrap->batch->old_len = 0;
    rewrap->batch->new_len = 0;

    for (i = 0; i < PQntuples(rows); i++) {

        hex = PQgetvalue(rows, i, 1);

        if (sodium_hex2bin(wrapped, sizeof(wrapped), hex, strlen(hex), NULL,
                           &len, NULL)
            != 0)
        {
            len = 0;
        }

        if (reg_sealed_by(wrapped, len) == reg_keys_current(rewrap->keys)) {
            continue;
        }

        if (rewrap->count_only) {
            rewrap->left++;
            continue;
        }

        ctl_rewrap_row(rewrap, records, PQgetvalue(rows, i, 0), wrapped, len);
    }

    return rewrap->batch->n ? ctl_rewrap_flush(rewrap, records) : 0;
}


/* A damaged one is told and left alone. */

static void
ctl_rewrap_row(ctl_rewrap_t *rewrap, const ctl_records_t *records,
    const char *id, const unsigned char *wrapped, size_t len)
{
    char           text[CTL_CONTEXT_MAX], hex[CTL_KEY_HEX + 1];
    reg_code_t     code;
    size_t         key_len;
    reg_str_t      context;
    ctl_batch_t   *batch;
    unsigned char  key[REG_DATA_KEY], fresh[REG_WRAPPED_DATA_KEY];

    batch = rewrap->batch;

    context.len = (size_t) snprintf(text, sizeof(text), "%s%s",
                                    records->context, id);
    context.data = (unsigned char *) text;

    code = REG_DAMAGED;

    if (len == records->len + REG_SEAL_OVERHEAD) {
        code = reg_open(rewrap->keys, context, wrapped, len, key, &key_len);
    }

    if (code != REG_OK) {
        ctl_error("the %s of %s %s does not open: it is damaged, or sealing "
                  "key %u is missing in the key file", records->what,
                  records->table, id, (unsigned) reg_sealed_by(wrapped, len));
        return;
    }

    reg_seal(rewrap->keys, context, key, key_len, fresh);
    reg_wipe(key, sizeof(key));

    ctl_array_add(batch->ids, &batch->ids_len, "", id);

    (void) sodium_bin2hex(hex, sizeof(hex), wrapped, len);
    ctl_array_add(batch->old, &batch->old_len, "\\\\x", hex);

    (void) sodium_bin2hex(hex, sizeof(hex), fresh, len);
    ctl_array_add(batch->new, &batch->new_len, "\\\\x", hex);

    batch->n++;
}


static int
ctl_rewrap_flush(ctl_rewrap_t *rewrap, const ctl_records_t *records)
{
    PGresult    *result;
    const char  *params[3];

    params[0] = rewrap->batch->ids;
    params[1] = rewrap->batch->old;
    params[2] = rewrap->batch->new;

    result = ctl_query(rewrap->db, "the data keys cannot be written (this "
                       "needs the owner of the tables)", records->update, 3,
                       params);
    if (result == NULL) {
        return -1;
    }

    rewrap->changed += strtoul(PQcmdTuples(result), NULL, 10);
    PQclear(result);

    return 0;
}


/*
 * Appends an item, which needs no escapes, and what would end the array here;
 * the next item overwrites that.
 */

static void
ctl_array_add(char *array, size_t *len, const char *prefix, const char *item)
{
    *len += (size_t) sprintf(array + *len, "%c\"%s%s\"", *len ? ',' : '{',
                             prefix, item);
    strcpy(array + *len, "}");
}
