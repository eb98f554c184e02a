/*
 * registrationctl key new, key stage, key rotate: the key file.
 */

#include "reg_seal.h"
#include "ctl.h"


typedef reg_code_t (*ctl_key_change_pt)(const char *path, reg_error_t *error);


static int ctl_key_change(int argc, char **argv, ctl_key_change_pt change,
    const char **path, reg_keys_t **keys);


static const ctl_option_t  ctl_no_options[] = {
    { NULL, 0, NULL, 0 }
};


int
ctl_key_new(int argc, char **argv)
{
    int           status;
    const char   *path;
    reg_error_t   error;

    status = ctl_options(argc, argv, ctl_no_options, "the key FILE", &path);
    if (status != CTL_OK) {
        return status;
    }

    if (reg_keys_create(path, &error) != REG_OK) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    printf("%s: made.\n"
           "Keep a copy in a safe place, apart from the database's backups: "
           "without it\nnobody can read what the service stores.\n", path);

    return CTL_OK;
}


int
ctl_key_stage(int argc, char **argv)
{
    int           status;
    const char   *path;
    reg_keys_t   *keys;

    status = ctl_key_change(argc, argv, reg_keys_stage, &path, &keys);
    if (status != CTL_OK) {
        return status;
    }

    printf("%s: key %u staged: it opens, and does not seal yet.  Next:\n"
           "  1. copy the file to every machine of the service, and to where "
           "its copy is kept;\n"
           "  2. reload nginx on each, when it suits;\n"
           "  3. only then: registrationctl key rotate %s\n",
           path, (unsigned) reg_keys_staged(keys), path);

    reg_keys_free(keys);

    return CTL_OK;
}


int
ctl_key_rotate(int argc, char **argv)
{
    int           status;
    const char   *path;
    reg_keys_t   *keys;

    status = ctl_key_change(argc, argv, reg_keys_rotate, &path, &keys);
    if (status != CTL_OK) {
        return status;
    }

    printf("%s: key %u is the one that seals.  Next:\n"
           "  1. copy the file to every machine of the service, and to where "
           "its copy is kept;\n"
           "  2. reload nginx on each: from then on it seals with that key;\n"
           "  3. registrationctl key rewrap %s --database CONNINFO\n",
           path, (unsigned) reg_keys_current(keys), path);

    reg_keys_free(keys);

    return CTL_OK;
}


/* Changes the file and reads it again: keys are the caller's to free. */

static int
ctl_key_change(int argc, char **argv, ctl_key_change_pt change,
    const char **path, reg_keys_t **keys)
{
    int          status;
    reg_error_t  error;

    status = ctl_options(argc, argv, ctl_no_options, "the key FILE", path);
    if (status != CTL_OK) {
        return status;
    }

    *keys = NULL;

    if (change(*path, &error) == REG_OK) {
        *keys = reg_keys_load(*path, &error);
    }

    if (*keys == NULL) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    return CTL_OK;
}
