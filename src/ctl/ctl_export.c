/*
 * registrationctl export: applications as CSV, personal values masked.
 */

#include <jansson.h>
#include "reg_csv.h"
#include "reg_date.h"
#include "reg_mask.h"
#include "reg_seal.h"
#include "ctl.h"


#define CTL_EXPORT_ROWS     "500"   /* read at a time */
#define CTL_EXPORT_CONTEXT  64
#define CTL_EXPORT_NONCE    24      /* in front of an opened record */


/* Columns of the query that are not written; those that are follow. */

enum {
    CTL_EXPORT_ID = 0,
    CTL_EXPORT_DATA_KEY,
    CTL_EXPORT_SEALED,
    CTL_EXPORT_FIRST,
    CTL_EXPORT_NUMBER = CTL_EXPORT_FIRST
};

typedef void (*ctl_export_mask_pt)(reg_str_t value, char *out, size_t size);

/* A column of the file: of the query, or with a mask, of what is sealed. */

typedef struct {
    const char          *name;
    ctl_export_mask_pt   mask;
} ctl_export_column_t;

typedef struct {
    const char     *database;
    const char     *key_file;
    const char     *status;
    const char     *from;
    const char     *to;

    PGconn         *db;
    reg_keys_t     *keys;
    unsigned long   damaged;
} ctl_export_t;


static int ctl_export_usage(const ctl_export_t *export);
static int ctl_export_audit(ctl_export_t *export);
static int ctl_export_applications(ctl_export_t *export);
static int ctl_export_batches(ctl_export_t *export);
static int ctl_export_header(void);
static int ctl_export_row(ctl_export_t *export, const PGresult *rows, int i);
static json_t *ctl_export_open(ctl_export_t *export, const PGresult *rows,
    int i);
static reg_code_t ctl_export_unseal(const ctl_export_t *export,
    const char *id, const unsigned char *key, size_t key_len,
    unsigned char *sealed, size_t len);
static char *ctl_export_mask(const ctl_export_column_t *column,
    const json_t *values);
static int ctl_export_write(const reg_str_t *fields, size_t n);


static const ctl_export_column_t  ctl_export_columns[] = {
    { "number", NULL },
    { "status", NULL },
    { "version", NULL },
    { "residence", NULL },
    { "applicant_type", NULL },
    { "document_type", NULL },
    { "name", reg_mask_name },
    { "id_number", reg_mask_id_number },
    { "mobile", reg_mask_mobile },
    { "email", reg_mask_email },
    { "region", NULL },
    { "industry", NULL },
    { "office", NULL },
    { "submitted_at", NULL },
    { "due_date", NULL },
    { "due_provisional", NULL }
};

#define CTL_EXPORT_COLUMNS                                                    \
    (sizeof(ctl_export_columns) / sizeof(ctl_export_columns[0]))


/* Days are those in China: UTC+8, no daylight saving. */

static const char  ctl_export_sql[] =
    "SELECT id, data_key, sealed,"
    "       number, status, version, residence, applicant_type,"
    "       document_type, region, industry, office,"
    "       to_char(submitted_at AT TIME ZONE 'UTC',"
    "               'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
    "       to_char(due_date, 'YYYY-MM-DD'), due_provisional::text"
    "  FROM registration.application"
    " WHERE number > $1::text"
    "   AND ($2::text IS NULL OR status = $2::text)"
    "   AND ($3::date IS NULL"
    "        OR submitted_at AT TIME ZONE 'UTC' + interval '8 hours'"
    "           >= $3::date)"
    "   AND ($4::date IS NULL"
    "        OR submitted_at AT TIME ZONE 'UTC' + interval '8 hours'"
    "           < $4::date + 1)"
    " ORDER BY number"
    " LIMIT " CTL_EXPORT_ROWS;


int
ctl_export(int argc, char **argv)
{
    int           status;
    reg_error_t   error;
    ctl_export_t  export;

    const ctl_option_t  options[] = {
        { "database", 'd', &export.database, CTL_REQUIRED },
        { "key-file", 0, &export.key_file, CTL_REQUIRED },
        { "status", 0, &export.status, CTL_OPTIONAL },
        { "from", 0, &export.from, CTL_OPTIONAL },
        { "to", 0, &export.to, CTL_OPTIONAL },
        { NULL, 0, NULL, 0 }
    };

    memset(&export, 0, sizeof(ctl_export_t));

    status = ctl_options(argc, argv, options, NULL, NULL);

    if (status == CTL_OK) {
        status = ctl_export_usage(&export);
    }

    if (status != CTL_OK) {
        return status;
    }

    export.keys = reg_keys_load(export.key_file, &error);
    if (export.keys == NULL) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    status = CTL_FAILED;

    export.db = ctl_open(export.database);
    if (export.db != NULL) {
        status = ctl_export_applications(&export);
        PQfinish(export.db);
    }

    reg_keys_free(export.keys);

    return status;
}


static int
ctl_export_usage(const ctl_export_t *export)
{
    size_t     i;
    reg_str_t  text;

    const char *const         days[] = { export->from, export->to };
    static const char *const  statuses[] = { "pending", "approved",
                                             "returned", "rejected" };

    for (i = 0; i < 2; i++) {

        if (days[i] == NULL) {
            continue;
        }

        text.data = (const unsigned char *) days[i];
        text.len = strlen(days[i]);

        if (reg_date_parse(text) == REG_DATE_NONE) {
            ctl_error("\"%s\" is no day: YYYY-MM-DD", days[i]);
            return CTL_USAGE;
        }
    }

    if (export->status == NULL) {
        return CTL_OK;
    }

    for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        if (strcmp(export->status, statuses[i]) == 0) {
            return CTL_OK;
        }
    }

    ctl_error("--status is \"pending\", \"approved\", \"returned\" or "
              "\"rejected\"");

    return CTL_USAGE;
}


/* Before anything is written: an export that breaks off was one, too. */

static int
ctl_export_audit(ctl_export_t *export)
{
    int      rc;
    char    *details;
    json_t  *filter;

    filter = json_pack("{s:s*, s:s*, s:s*}", "status", export->status,
                       "from", export->from, "to", export->to);
    details = (filter != NULL) ? json_dumps(filter, JSON_COMPACT) : NULL;
    json_decref(filter);

    if (details == NULL) {
        ctl_error("out of memory");
        return -1;
    }

    rc = ctl_audit(export->db, "export", details);
    free(details);

    return rc;
}


static int
ctl_export_applications(ctl_export_t *export)
{
    if (ctl_export_audit(export) != 0
        || ctl_execute(export->db, "the applications cannot be read",
                       "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
           != 0
        || ctl_export_header() != 0
        || ctl_export_batches(export) != 0)
    {
        return CTL_FAILED;
    }

    if (fflush(stdout) != 0) {
        ctl_error("the output cannot be written");
        return CTL_FAILED;
    }

    if (export->damaged != 0) {
        ctl_error("%lu applications do not open: damaged, or their sealing "
                  "key is missing in %s; their masked values are empty",
                  export->damaged, export->key_file);
        return CTL_FAILED;
    }

    return CTL_OK;
}


static int
ctl_export_batches(ctl_export_t *export)
{
    int          i, n;
    char         last[32];
    PGresult    *rows;
    const char  *params[4];

    last[0] = '\0';

    params[0] = last;
    params[1] = export->status;
    params[2] = export->from;
    params[3] = export->to;

    for ( ;; ) {
        rows = ctl_query(export->db, "the applications cannot be read",
                         ctl_export_sql, 4, params);
        if (rows == NULL) {
            return -1;
        }

        n = PQntuples(rows);

        for (i = 0; i < n; i++) {
            if (ctl_export_row(export, rows, i) != 0) {
                PQclear(rows);
                return -1;
            }
        }

        if (n != 0) {
            (void) snprintf(last, sizeof(last), "%s",
                            PQgetvalue(rows, n - 1, CTL_EXPORT_NUMBER));
        }

        PQclear(rows);

        if (n == 0) {
            return 0;
        }
    }
}


static int
ctl_export_header(void)
{
    size_t     i;
    reg_str_t  fields[CTL_EXPORT_COLUMNS];

    for (i = 0; i < CTL_EXPORT_COLUMNS; i++) {
        fields[i].data = (const unsigned char *) ctl_export_columns[i].name;
        fields[i].len = strlen(ctl_export_columns[i].name);
    }

    return ctl_export_write(fields, CTL_EXPORT_COLUMNS);
}


static int
ctl_export_row(ctl_export_t *export, const PGresult *rows, int i)
{
    int         rc, column;
    char       *masked[CTL_EXPORT_COLUMNS];
    size_t      n;
    json_t     *values;
    reg_str_t   fields[CTL_EXPORT_COLUMNS];

    column = CTL_EXPORT_FIRST;
    values = ctl_export_open(export, rows, i);

    for (n = 0; n < CTL_EXPORT_COLUMNS; n++) {

        masked[n] = NULL;

        if (ctl_export_columns[n].mask == NULL) {
            fields[n].data = (unsigned char *) PQgetvalue(rows, i, column);
            fields[n].len = (size_t) PQgetlength(rows, i, column);
            column++;
            continue;
        }

        masked[n] = ctl_export_mask(&ctl_export_columns[n], values);

        fields[n].data = (unsigned char *) masked[n];
        fields[n].len = (masked[n] != NULL) ? strlen(masked[n]) : 0;
    }

    json_decref(values);

    rc = ctl_export_write(fields, CTL_EXPORT_COLUMNS);

    for (n = 0; n < CTL_EXPORT_COLUMNS; n++) {
        free(masked[n]);
    }

    return rc;
}


/*
 * The sealed values; NULL when their key was destroyed, which is no error, or
 * when they do not open, which is counted.
 */

static json_t *
ctl_export_open(ctl_export_t *export, const PGresult *rows, int i)
{
    json_t         *values;
    size_t          key_len, len;
    unsigned char  *key, *sealed;

    if (PQgetisnull(rows, i, CTL_EXPORT_DATA_KEY)) {
        return NULL;
    }

    values = NULL;

    key = PQunescapeBytea((unsigned char *)
                          PQgetvalue(rows, i, CTL_EXPORT_DATA_KEY),
                          &key_len);
    sealed = PQunescapeBytea((unsigned char *)
                             PQgetvalue(rows, i, CTL_EXPORT_SEALED), &len);

    if (key != NULL && sealed != NULL
        && ctl_export_unseal(export, PQgetvalue(rows, i, CTL_EXPORT_ID), key,
                             key_len, sealed, len)
           == REG_OK)
    {
        values = json_loadb((char *) sealed + CTL_EXPORT_NONCE,
                            len - REG_RECORD_OVERHEAD, 0, NULL);
        reg_wipe(sealed, len);
    }

    PQfreemem(key);
    PQfreemem(sealed);

    export->damaged += (values == NULL);

    return values;
}


static reg_code_t
ctl_export_unseal(const ctl_export_t *export, const char *id,
    const unsigned char *key, size_t key_len, unsigned char *sealed,
    size_t len)
{
    char           text[CTL_EXPORT_CONTEXT];
    reg_code_t     code;
    reg_str_t      context;
    unsigned char  data_key[REG_DATA_KEY];

    context.len = (size_t) snprintf(text, sizeof(text), "application:%s", id);
    context.data = (unsigned char *) text;

    code = reg_data_key_open(export->keys, context, key, key_len, data_key);
    if (code != REG_OK) {
        return code;
    }

    context.data = (const unsigned char *) id;
    context.len = strlen(id);

    code = reg_record_open(data_key, context, sealed, len);
    reg_wipe(data_key, sizeof(data_key));

    return code;
}


/* NULL when there is no such value. */

static char *
ctl_export_mask(const ctl_export_column_t *column, const json_t *values)
{
    char       *out;
    json_t     *value;
    reg_str_t   text;

    value = json_object_get(values, column->name);
    if (!json_is_string(value)) {
        return NULL;
    }

    text.data = (const unsigned char *) json_string_value(value);
    text.len = json_string_length(value);

    out = malloc(REG_MASK_SIZE(text.len));
    if (out != NULL) {
        column->mask(text, out, REG_MASK_SIZE(text.len));
    }

    return out;
}


static int
ctl_export_write(const reg_str_t *fields, size_t n)
{
    size_t          len;
    unsigned char  *row;

    row = malloc(reg_csv_row_size(fields, n));
    if (row == NULL) {
        ctl_error("out of memory");
        return -1;
    }

    len = (size_t) (reg_csv_row(row, fields, n) - row);

    if (fwrite(row, 1, len, stdout) != len) {
        ctl_error("the output cannot be written");
        free(row);
        return -1;
    }

    free(row);

    return 0;
}
