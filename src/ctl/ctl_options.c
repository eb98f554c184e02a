/*
 * Command lines and error messages of registrationctl.
 */

#include <getopt.h>
#include <stdarg.h>
#include "ctl.h"


#define CTL_OPTIONS_MAX  16


static void ctl_options_prepare(const ctl_option_t *options,
    struct option *longs, char *shorts);
static const ctl_option_t *ctl_option_of(const ctl_option_t *options, int c,
    int index);
static int ctl_options_complete(const ctl_option_t *options);


void
ctl_error(const char *format, ...)
{
    va_list  args;

    fflush(stdout);
    fprintf(stderr, "registrationctl: ");

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);

    fprintf(stderr, "\n");
}


int
ctl_options(int argc, char **argv, const ctl_option_t *options,
    const char *operand_name, const char **operand)
{
    int                  c, index;
    char                 shorts[2 + CTL_OPTIONS_MAX * 2];
    struct option        longs[CTL_OPTIONS_MAX + 1];
    const ctl_option_t  *option;

    ctl_options_prepare(options, longs, shorts);

    for ( ;; ) {
        index = -1;

        c = getopt_long(argc, argv, shorts, longs, &index);
        if (c == -1) {
            break;
        }

        option = (c == '?' || c == ':') ? NULL
                                        : ctl_option_of(options, c, index);
        if (option == NULL) {
            ctl_error(c == ':' ? "\"%s\" needs a value"
                               : "unknown option \"%s\"", argv[optind - 1]);
            return CTL_USAGE;
        }

        *option->value = (option->required == CTL_FLAG) ? option->name
                                                        : optarg;
    }

    if (operand != NULL && optind < argc) {
        *operand = argv[optind++];

    } else if (operand != NULL) {
        ctl_error("%s is missing", operand_name);
        return CTL_USAGE;
    }

    if (optind < argc) {
        ctl_error("unexpected \"%s\"", argv[optind]);
        return CTL_USAGE;
    }

    return ctl_options_complete(options);
}


/* ':' in front tells a missing value from an unknown option. */

static void
ctl_options_prepare(const ctl_option_t *options, struct option *longs,
    char *shorts)
{
    int  takes;

    opterr = 0;
    *shorts++ = ':';

    for ( /* void */ ; options->name != NULL; options++, longs++) {

        takes = (options->required == CTL_FLAG) ? no_argument
                                                : required_argument;

        *longs = (struct option) { options->name, takes, NULL, 0 };

        if (options->letter) {
            *shorts++ = options->letter;
            *shorts++ = ':';
        }
    }

    *longs = (struct option) { NULL, 0, NULL, 0 };
    *shorts = '\0';
}


static const ctl_option_t *
ctl_option_of(const ctl_option_t *options, int c, int index)
{
    if (c == 0) {
        return &options[index];
    }

    for ( /* void */ ; options->name != NULL; options++) {
        if (options->letter == c) {
            return options;
        }
    }

    return NULL;
}


static int
ctl_options_complete(const ctl_option_t *options)
{
    for ( /* void */ ; options->name != NULL; options++) {

        if (options->required == CTL_REQUIRED && *options->value == NULL) {
            ctl_error("--%s is missing", options->name);
            return CTL_USAGE;
        }
    }

    return CTL_OK;
}
