/*
 * registrationctl: the administrator's command beside the nginx module.
 */

#include <sodium.h>
#include "reg_seal.h"
#include "reg_totp.h"
#include "ctl.h"


typedef struct {
    const char     *words[2];   /* "key", "new" */
    ctl_handler_t   handler;
    const char     *synopsis;
    const char     *help;
} ctl_command_t;


static const ctl_command_t *ctl_command_find(int argc, char **argv,
    int *words);
static void ctl_help(FILE *out);


static const ctl_command_t  ctl_commands[] = {

    { { "migrate", NULL },
      ctl_migrate,
      "migrate --database CONNINFO [--directory DIR]",
      "makes the database's tables and functions, or brings them up to date" },

    { { "key", "new" },
      ctl_key_new,
      "key new FILE",
      "makes a new key file, readable for its owner only" },

    { { "key", "stage" },
      ctl_key_stage,
      "key stage FILE",
      "adds a key that opens and does not seal yet, for all machines to know"
    },

    { { "key", "rotate" },
      ctl_key_rotate,
      "key rotate FILE",
      "has the staged key seal, or a new one; the old ones still open what "
      "they\n        sealed" },

    { { "key", "rewrap" },
      ctl_key_rewrap,
      "key rewrap FILE --database CONNINFO",
      "puts all records under the newest sealing key" },

    { { "reviewer", "add" },
      ctl_reviewer_add,
      "reviewer add NAME --database CONNINFO [--role reviewer|supervisor]\n"
      "      [--generate | --external] [--totp --key-file FILE]",
      "adds a reviewer; the password comes from the terminal or from the\n"
      "        standard input, --generate prints a random one, --external "
      "sets none" },

    { { "reviewer", "password" },
      ctl_reviewer_password,
      "reviewer password NAME --database CONNINFO [--generate | --external]",
      "sets another password, or none, and ends the reviewer's sessions" },

    { { "reviewer", "totp" },
      ctl_reviewer_totp,
      "reviewer totp NAME --database CONNINFO {--key-file FILE | --off}",
      "asks for codes of a new authenticator from now on, or for none" },

    { { "reviewer", "role" },
      ctl_reviewer_role,
      "reviewer role NAME --role reviewer|supervisor --database CONNINFO",
      "changes what a reviewer may do" },

    { { "reviewer", "disable" },
      ctl_reviewer_disable,
      "reviewer disable NAME --database CONNINFO",
      "ends a reviewer's sessions and lets no other begin" },

    { { "reviewer", "enable" },
      ctl_reviewer_enable,
      "reviewer enable NAME --database CONNINFO",
      "lets a disabled reviewer sign in again" },

    { { "reviewer", "list" },
      ctl_reviewer_list,
      "reviewer list --database CONNINFO",
      "lists all reviewers" },

    { { "audit", "verify" },
      ctl_audit_verify,
      "audit verify --database CONNINFO [--head ID:HASH]",
      "proves that no row of the audit trail was changed or taken away" },

    { { "export", NULL },
      ctl_export,
      "export --database CONNINFO --key-file FILE [--status STATUS]\n"
      "      [--from DATE] [--to DATE]",
      "writes applications to the standard output, as CSV with masked "
      "values" },

    { { "account", "disable" },
      ctl_account_disable,
      "account disable NUMBER --database CONNINFO",
      "ends the sessions of an application's account and lets no other begin"
    },

    { { "account", "enable" },
      ctl_account_enable,
      "account enable NUMBER --database CONNINFO",
      "lets the account of an application sign in again" },

    { { "mail", "list" },
      ctl_mail_list,
      "mail list --database CONNINFO",
      "lists the mails to applicants that were given up, and why" },

    { { "mail", "retry" },
      ctl_mail_retry,
      "mail retry --database CONNINFO [--number NUMBER]",
      "has all of them sent after all, or those of one application" },

    { { "config-check", NULL },
      ctl_config_check,
      "config-check [--form FILE] [--regions FILE] [--holidays FILE]\n"
      "      [--key-file FILE] [--mail DIR] [--documents DIR]\n"
      "      [--recognizer SOCKET] [--database CONNINFO [--directory DIR]]",
      "checks what is given, as nginx would at its start" },

    { { NULL, NULL }, NULL, NULL, NULL }
};


int
main(int argc, char **argv)
{
    int                   words;
    const ctl_command_t  *command;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        ctl_help(stdout);
        return CTL_OK;
    }

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("registrationctl %s (libpq %d, libsodium %s)\n", REG_VERSION,
               PQlibVersion(), sodium_version_string());
        return CTL_OK;
    }

    command = ctl_command_find(argc - 1, argv + 1, &words);
    if (command == NULL) {
        ctl_help(stderr);
        return CTL_USAGE;
    }

    if (reg_seal_init() != REG_OK || reg_totp_init() != REG_OK) {
        ctl_error("libsodium or liboath does not start");
        return CTL_FAILED;
    }

    return command->handler(argc - words, argv + words);
}


/* argv[0] of what a handler gets is the command's last word. */

static const ctl_command_t *
ctl_command_find(int argc, char **argv, int *words)
{
    const ctl_command_t  *command;

    for (command = ctl_commands; command->handler != NULL; command++) {

        if (argc < 1 || strcmp(argv[0], command->words[0]) != 0) {
            continue;
        }

        if (command->words[1] == NULL) {
            *words = 1;
            return command;
        }

        if (argc >= 2 && strcmp(argv[1], command->words[1]) == 0) {
            *words = 2;
            return command;
        }
    }

    return NULL;
}


static void
ctl_help(FILE *out)
{
    const ctl_command_t  *command;

    fprintf(out, "usage: registrationctl COMMAND ...\n\n");

    for (command = ctl_commands; command->handler != NULL; command++) {
        fprintf(out, "  %s\n        %s\n", command->synopsis, command->help);
    }

    fprintf(out, "\nCONNINFO is what libpq takes: "
                 "\"host=/run/postgresql dbname=registration\".\n"
                 "A password belongs into ~/.pgpass, not here.\n");
}
