/*
 * registration-recognizer: the command line, and reading pictures by hand.
 */

#include <getopt.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>
#include "recognizer.h"


#define RECOGNIZER_EXIT_USAGE  2


typedef struct {
    recognizer_options_t  serve;
    reg_ocr_kind_t        kind;     /* of pictures read by hand */
    unsigned              deadline;
} recognizer_arguments_t;


static int recognizer_argument(recognizer_arguments_t *arguments, int option);
static int recognizer_owner(recognizer_options_t *options, char *text);
static int recognizer_number(const char *text, int base, unsigned min,
    unsigned max, unsigned *n);
static int recognizer_wrong(const char *what, const char *text);
static int recognizer_usage(FILE *out, int status);
static int recognizer_by_hand(const recognizer_arguments_t *arguments,
    char **paths);
static int recognizer_picture(reg_ocr_t *ocr,
    const recognizer_arguments_t *arguments, const char *path);


static const struct option  recognizer_long_options[] = {
    { "socket",   required_argument, NULL, 's' },
    { "mode",     required_argument, NULL, 'o' },
    { "owner",    required_argument, NULL, 'u' },
    { "threads",  required_argument, NULL, 't' },
    { "queue",    required_argument, NULL, 'q' },
    { "models",   required_argument, NULL, 'm' },
    { "verbose",  no_argument,       NULL, 'v' },
    { "kind",     required_argument, NULL, 'k' },
    { "deadline", required_argument, NULL, 'd' },
    { "help",     no_argument,       NULL, 'h' },
    { NULL, 0, NULL, 0 }
};


int
main(int argc, char **argv)
{
    int                     option;
    recognizer_arguments_t  arguments;

    memset(&arguments, 0, sizeof(arguments));

    arguments.serve.models = REG_MODELS_DIR;
    arguments.serve.mode = RECOGNIZER_SOCKET_MODE;
    arguments.serve.uid = (uid_t) -1;
    arguments.serve.gid = (gid_t) -1;
    arguments.serve.threads = (unsigned) sysconf(_SC_NPROCESSORS_ONLN);
    arguments.kind = REG_OCR_KINDS;
    arguments.deadline = RECOGNIZER_DEADLINE;

    while ((option = getopt_long(argc, argv, "", recognizer_long_options,
                                 NULL))
           != -1)
    {
        if (option == 'h') {
            return recognizer_usage(stdout, EXIT_SUCCESS);
        }

        if (!recognizer_argument(&arguments, option)) {
            return RECOGNIZER_EXIT_USAGE;
        }
    }

    if (arguments.serve.socket && arguments.kind == REG_OCR_KINDS
        && optind == argc)
    {
        if (arguments.serve.queue == 0) {
            arguments.serve.queue = RECOGNIZER_QUEUE
                                    * arguments.serve.threads;
        }

        return recognizer_supervise(&arguments.serve);
    }

    if (!arguments.serve.socket && arguments.kind != REG_OCR_KINDS
        && optind < argc)
    {
        return recognizer_by_hand(&arguments, argv + optind);
    }

    return recognizer_usage(stderr, RECOGNIZER_EXIT_USAGE);
}


static int
recognizer_argument(recognizer_arguments_t *arguments, int option)
{
    unsigned               mode;
    reg_str_t              name;
    recognizer_options_t  *serve;

    serve = &arguments->serve;

    switch (option) {

    case 's':
        serve->socket = optarg;
        return 1;

    case 'o':
        if (!recognizer_number(optarg, 8, 0, 0777, &mode)) {
            return recognizer_wrong("mode", optarg);
        }

        serve->mode = mode;
        return 1;

    case 'u':
        return recognizer_owner(serve, optarg);

    case 't':
        return recognizer_number(optarg, 10, 1, 64, &serve->threads)
               || recognizer_wrong("number of threads", optarg);

    case 'q':
        return recognizer_number(optarg, 10, 1, 1024, &serve->queue)
               || recognizer_wrong("length of the queue", optarg);

    case 'm':
        serve->models = optarg;
        return 1;

    case 'v':
        serve->verbose = 1;
        return 1;

    case 'k':
        name.data = (const unsigned char *) optarg;
        name.len = strlen(optarg);
        arguments->kind = reg_ocr_kind_find(name);

        return arguments->kind != REG_OCR_KINDS
               || recognizer_wrong("kind", optarg);

    case 'd':
        return recognizer_number(optarg, 10, 1, REG_RECOGNITION_MSEC_MAX,
                                 &arguments->deadline)
               || recognizer_wrong("deadline", optarg);

    default:
        return 0;                   /* getopt_long() has said it */
    }
}


/* "USER", "USER:GROUP" or ":GROUP", by name. */

static int
recognizer_owner(recognizer_options_t *options, char *text)
{
    char           *group;
    struct group   *gr;
    struct passwd  *pw;

    group = strchr(text, ':');

    if (group != NULL) {
        *group++ = '\0';
        gr = getgrnam(group);

        if (gr == NULL) {
            return recognizer_wrong("group", group);
        }

        options->gid = gr->gr_gid;
    }

    if (*text != '\0') {
        pw = getpwnam(text);

        if (pw == NULL) {
            return recognizer_wrong("user", text);
        }

        options->uid = pw->pw_uid;
    }

    return 1;
}


static int
recognizer_number(const char *text, int base, unsigned min, unsigned max,
    unsigned *n)
{
    char           *end;
    unsigned long   value;

    value = strtoul(text, &end, base);
    *n = (unsigned) value;

    return text[0] >= '0' && text[0] <= '9' && *end == '\0' && value >= min
           && value <= max;
}


static int
recognizer_wrong(const char *what, const char *text)
{
    fprintf(stderr, "registration-recognizer: \"%s\" is no %s that can be "
            "used; see --help\n", text, what);

    return 0;
}


static int
recognizer_usage(FILE *out, int status)
{
    unsigned  i;

    fputs("usage: registration-recognizer --socket PATH [OPTION ...]\n"
          "       registration-recognizer --kind KIND [OPTION ...] "
          "PICTURE.jpg ...\n\n"
          "Reads pictures of documents: for nginx (registration_recognizer "
          "unix:PATH), or\nby hand, a line of JSON for each.\n\n"
          "  --models DIRECTORY     where the models are\n"
          "                         (" REG_MODELS_DIR ")\n"
          "  --mode MODE            of the socket, in octal (660)\n"
          "  --owner USER[:GROUP]   of the socket\n"
          "  --threads NUMBER       pictures at a time (one a processor)\n"
          "  --queue NUMBER         pictures that may wait (8 a thread)\n"
          "  --verbose              a line in the log for each picture\n"
          "  --deadline MSEC        for a picture by hand (3000)\n\n"
          "KIND is one of", out);

    for (i = 0; i < REG_OCR_KINDS; i++) {
        fprintf(out, "%s %s", i ? "," : "",
                reg_ocr_kind_name((reg_ocr_kind_t) i));
    }

    fputs(".\n", out);

    return status;
}


static int
recognizer_by_hand(const recognizer_arguments_t *arguments, char **paths)
{
    int           status;
    reg_ocr_t    *ocr;
    reg_error_t   error;

    ocr = reg_ocr_create(arguments->serve.models, &error);

    if (ocr == NULL) {
        fprintf(stderr, "registration-recognizer: %s\n", error.text);
        return EXIT_FAILURE;
    }

    status = EXIT_SUCCESS;

    for ( /* void */ ; *paths != NULL; paths++) {
        if (!recognizer_picture(ocr, arguments, *paths)) {
            status = EXIT_FAILURE;
        }
    }

    reg_ocr_destroy(ocr);

    return status;
}


static int
recognizer_picture(reg_ocr_t *ocr, const recognizer_arguments_t *arguments,
    const char *path)
{
    char              *data;
    size_t             len;
    reg_error_t        error;
    recognizer_job_t   job;

    data = reg_file_read(path, REG_RECOGNITION_PICTURE_MAX, &len, &error);

    if (data == NULL) {
        fprintf(stderr, "registration-recognizer: %s\n", error.text);
        return 0;
    }

    memset(&job, 0, sizeof(job));

    job.kind = (reg_recognition_kind_t) arguments->kind;
    job.picture = (unsigned char *) data;
    job.len = len;
    job.deadline = reg_ocr_now() + arguments->deadline;

    recognizer_read(ocr, &job);
    free(data);

    if (job.status != REG_RECOGNITION_OK) {
        fprintf(stderr, "registration-recognizer: %s: %s\n", path,
                reg_recognition_status_name(job.status));
        return 0;
    }

    puts(job.text);
    free(job.text);

    return 1;
}
