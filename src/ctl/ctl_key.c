/*
 * registrationctl key new, key rotate: the key file.
 */

#include "reg_seal.h"
#include "ctl.h"


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
ctl_key_rotate(int argc, char **argv)
{
    int           status;
    const char   *path;
    reg_keys_t   *keys;
    reg_error_t   error;

    status = ctl_options(argc, argv, ctl_no_options, "the key FILE", &path);
    if (status != CTL_OK) {
        return status;
    }

    if (reg_keys_rotate(path, &error) != REG_OK) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    keys = reg_keys_load(path, &error);
    if (keys == NULL) {
        ctl_error("%s", error.text);
        return CTL_FAILED;
    }

    printf("%s: sealing key %u added.  Next:\n"
           "  1. copy the file to every machine of the service, and to where "
           "its copy is kept;\n"
           "  2. reload nginx on each: from then on the new key seals;\n"
           "  3. registrationctl key rewrap %s --database CONNINFO\n",
           path, (unsigned) reg_keys_current(keys), path);

    reg_keys_free(keys);

    return CTL_OK;
}
