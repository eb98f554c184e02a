/*
 * The migrations' directory: numbered SQL files.
 */

#define _GNU_SOURCE                 /* asprintf() */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <sodium.h>
#include "ctl.h"


/* Where "make install" puts sql/; the build names its own. */

#ifndef REG_SQL_DIR
#define REG_SQL_DIR  "/usr/share/registration/sql"
#endif

/* A typing error, not a need: the files are some 20 KB each. */

#define CTL_MIGRATION_MAX  (4 * 1024 * 1024)

#define CTL_MIGRATION_DIGITS  4


static int ctl_is_sql(const struct dirent *entry);
static int ctl_migration_load(const char *directory, const char *name,
    int version, ctl_migration_t *migration, reg_error_t *error);
static int ctl_migration_version(const char *name);


const char *
ctl_migrations_directory(void)
{
    return REG_SQL_DIR;
}


int
ctl_migrations_load(const char *directory, ctl_migration_t **migrations,
    reg_error_t *error)
{
    int              i, n, loaded;
    struct dirent  **names;

    n = scandir(directory, &names, ctl_is_sql, alphasort);
    if (n == -1) {
        reg_error_set(error, "%s: %s", directory, strerror(errno));
        return -1;
    }

    *migrations = calloc((size_t) n + 1, sizeof(ctl_migration_t));

    for (loaded = 0; *migrations != NULL && loaded < n; loaded++) {
        if (ctl_migration_load(directory, names[loaded]->d_name, loaded + 1,
                               &(*migrations)[loaded], error)
            != 0)
        {
            break;
        }
    }

    for (i = 0; i < n; i++) {
        free(names[i]);
    }

    free(names);

    if (*migrations == NULL) {
        reg_error_set(error, "out of memory");
        return -1;
    }

    if (n == 0) {
        reg_error_set(error, "%s: no NNNN_name.sql there", directory);
    }

    if (n == 0 || loaded < n) {
        ctl_migrations_free(*migrations, n);
        return -1;
    }

    return n;
}


void
ctl_migrations_free(ctl_migration_t *migrations, int n)
{
    int  i;

    for (i = 0; i < n; i++) {
        free(migrations[i].path);
        free(migrations[i].text);
    }

    free(migrations);
}


static int
ctl_is_sql(const struct dirent *entry)
{
    size_t  len;

    len = strlen(entry->d_name);

    return entry->d_name[0] != '.'
           && len > 4 && strcmp(entry->d_name + len - 4, ".sql") == 0;
}


static int
ctl_migration_load(const char *directory, const char *name, int version,
    ctl_migration_t *migration, reg_error_t *error)
{
    size_t         len;
    unsigned char  digest[crypto_hash_sha256_BYTES];

    if (ctl_migration_version(name) != version) {
        reg_error_set(error, "%s/%s: the number %04d should come here; the "
                      "files count from 0001 without a gap", directory, name,
                      version);
        return -1;
    }

    if (asprintf(&migration->path, "%s/%s", directory, name) == -1) {
        migration->path = NULL;
        reg_error_set(error, "out of memory");
        return -1;
    }

    migration->version = version;
    migration->name = migration->path + strlen(directory) + 1;

    migration->text = reg_file_read(migration->path, CTL_MIGRATION_MAX, &len,
                                    error);
    if (migration->text == NULL) {
        return -1;
    }

    if (strlen(migration->text) != len) {
        reg_error_set(error, "%s: holds a NUL", migration->path);
        return -1;
    }

    (void) crypto_hash_sha256(digest, (unsigned char *) migration->text, len);
    (void) sodium_bin2hex(migration->sha256, sizeof(migration->sha256), digest,
                          sizeof(digest));

    return 0;
}


/* NNNN_name.sql; -1 for another name. */

static int
ctl_migration_version(const char *name)
{
    int  i, version;

    version = 0;

    for (i = 0; i < CTL_MIGRATION_DIGITS; i++) {

        if (!isdigit((unsigned char) name[i])) {
            return -1;
        }

        version = version * 10 + (name[i] - '0');
    }

    return name[i] == '_' ? version : -1;
}
