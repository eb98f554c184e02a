/*
 * registration-recognizer by hand: reads pictures and prints what they say.
 */

#include <getopt.h>
#include "reg_ocr.h"


#ifndef REG_MODELS_DIR
#define REG_MODELS_DIR  "/usr/share/registration/models"
#endif

/* As long as the service waits, unless the command line says otherwise. */

#define REG_OCR_DEADLINE  3000

#define REG_OCR_EXIT_FAILED  1
#define REG_OCR_EXIT_USAGE   2


static const struct option  main_options[] = {
    { "kind", required_argument, NULL, 'k' },
    { "models", required_argument, NULL, 'm' },
    { "deadline", required_argument, NULL, 'd' },
    { "help", no_argument, NULL, 'h' },
    { NULL, 0, NULL, 0 }
};


static int main_usage(FILE *out, int code);
static int main_read(reg_ocr_t *ocr, reg_ocr_kind_t kind, const char *path,
    unsigned deadline);


int
main(int argc, char **argv)
{
    int             option, code;
    unsigned        deadline;
    reg_ocr_t      *ocr;
    reg_str_t       name;
    const char     *models;
    reg_error_t     error;
    reg_ocr_kind_t  kind;

    kind = REG_OCR_KINDS;
    models = REG_MODELS_DIR;
    deadline = REG_OCR_DEADLINE;

    while ((option = getopt_long(argc, argv, "", main_options, NULL)) != -1) {
        switch (option) {

        case 'k':
            name.data = (unsigned char *) optarg;
            name.len = strlen(optarg);
            kind = reg_ocr_kind_find(name);
            break;

        case 'm':
            models = optarg;
            break;

        case 'd':
            deadline = strtoul(optarg, NULL, 10);
            break;

        case 'h':
            return main_usage(stdout, 0);

        default:
            return main_usage(stderr, REG_OCR_EXIT_USAGE);
        }
    }

    if (kind == REG_OCR_KINDS || optind == argc) {
        return main_usage(stderr, REG_OCR_EXIT_USAGE);
    }

    ocr = reg_ocr_create(models, &error);

    if (ocr == NULL) {
        fprintf(stderr, "registration-recognizer: %s\n", error.text);
        return REG_OCR_EXIT_FAILED;
    }

    for (code = 0; optind < argc; optind++) {
        code |= main_read(ocr, kind, argv[optind], deadline);
    }

    reg_ocr_destroy(ocr);

    return code;
}


static int
main_usage(FILE *out, int code)
{
    unsigned  i;

    fputs("usage: registration-recognizer --kind KIND [--models DIRECTORY]\n"
          "           [--deadline MILLISECONDS] PICTURE.jpg ...\n\n"
          "Prints one line of JSON for each picture. KIND is one of:\n", out);

    for (i = 0; i < REG_OCR_KINDS; i++) {
        fprintf(out, "    %s\n", reg_ocr_kind_name(i));
    }

    return code;
}


static int
main_read(reg_ocr_t *ocr, reg_ocr_kind_t kind, const char *path,
    unsigned deadline)
{
    char               *data;
    json_t             *json;
    reg_error_t         error;
    reg_ocr_code_t      code;
    reg_ocr_result_t    result;
    reg_ocr_request_t   request;

    data = reg_file_read(path, REG_OCR_MAX_BYTES, &request.picture.len,
                         &error);
    if (data == NULL) {
        fprintf(stderr, "registration-recognizer: %s\n", error.text);
        return REG_OCR_EXIT_FAILED;
    }

    request.kind = kind;
    request.picture.data = (unsigned char *) data;
    request.today = reg_date_in_china(time(NULL));
    request.deadline = reg_ocr_now() + deadline;

    code = reg_ocr_recognise(ocr, &request, &result);
    free(data);

    if (code != REG_OCR_OK) {
        fprintf(stderr, "registration-recognizer: %s: %s\n", path,
                reg_ocr_code_name(code));
        return REG_OCR_EXIT_FAILED;
    }

    json = reg_ocr_result_json(&result);

    if (json == NULL || json_dumpf(json, stdout, JSON_COMPACT) != 0) {
        fprintf(stderr, "registration-recognizer: out of memory\n");
        json_decref(json);
        return REG_OCR_EXIT_FAILED;
    }

    json_decref(json);
    putchar('\n');

    return 0;
}
