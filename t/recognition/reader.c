/*
 * Reads pictures with the recogniser's engine as the service does: models
 * once, some threads over them.  For the report, which wants each picture's
 * own time and the memory of the whole.
 *
 * usage: reader MODELS THREADS DEADLINE < JOBS
 *
 * A job is a line "KIND PATH"; each gets a line of JSON {"file", "code",
 * "cpu_ms", "wall_ms", "result"} as soon as it is done, in any order.  The
 * last line, {"idle_kb", "peak_kb"}, is the memory between pictures and at
 * the worst.
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "reg_ocr.h"


#define THREADS  8


typedef struct {
    reg_ocr_t        *ocr;
    reg_date_t        today;
    unsigned          deadline;         /* milliseconds a picture */
    size_t            keep;             /* bytes, between pictures */
    pthread_mutex_t   in;
    pthread_mutex_t   out;
} reader_t;


static void *work(void *data);
static void read_picture(reader_t *reader, const char *kind,
    const char *path);
static double cpu_ms(void);
static long memory_kb(const char *name);


int
main(int argc, char **argv)
{
    int          i, n;
    reader_t     reader;
    pthread_t    threads[THREADS];
    reg_error_t  error;

    n = argc == 4 ? atoi(argv[2]) : 0;

    if (n < 1 || n > THREADS) {
        fprintf(stderr, "usage: reader MODELS THREADS(1-%d) DEADLINE\n",
                THREADS);
        return 2;
    }

    reader.deadline = strtoul(argv[3], NULL, 10);
    reader.keep = n * REG_OCR_KEEP;

    reader.today = reg_date_in_china(time(NULL));
    pthread_mutex_init(&reader.in, NULL);
    pthread_mutex_init(&reader.out, NULL);

    reader.ocr = reg_ocr_create(argv[1], &error);
    if (reader.ocr == NULL) {
        fprintf(stderr, "reader: %s\n", error.text);
        return 1;
    }

    for (i = 0; i < n; i++) {
        if (pthread_create(&threads[i], NULL, work, &reader) != 0) {
            fprintf(stderr, "reader: no thread\n");
            return 1;
        }
    }

    for (i = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
    }

    reg_ocr_trim(0);

    printf("{\"idle_kb\": %ld, \"peak_kb\": %ld}\n", memory_kb("VmRSS:"),
           memory_kb("VmHWM:"));

    reg_ocr_destroy(reader.ocr);

    return 0;
}


static void *
work(void *data)
{
    char       line[4096], *path, *read;
    reader_t  *reader = data;

    for ( ;; ) {
        pthread_mutex_lock(&reader->in);
        read = fgets(line, sizeof(line), stdin);
        pthread_mutex_unlock(&reader->in);

        if (read == NULL) {
            return NULL;
        }

        line[strcspn(line, "\n")] = '\0';
        path = strchr(line, ' ');

        if (path == NULL) {
            fprintf(stderr, "reader: no job: %s\n", line);
            exit(2);
        }

        *path++ = '\0';
        read_picture(reader, line, path);
    }
}


static void
read_picture(reader_t *reader, const char *kind, const char *path)
{
    char               *picture;
    size_t              size;
    double              cpu;
    json_t             *json;
    uint64_t            began;
    reg_str_t           name;
    reg_error_t         error;
    reg_ocr_code_t      code;
    reg_ocr_result_t   *result;
    reg_ocr_request_t   request;

    picture = reg_file_read(path, REG_OCR_MAX_BYTES, &size, &error);
    result = malloc(sizeof(reg_ocr_result_t));

    if (picture == NULL || result == NULL) {
        fprintf(stderr, "reader: %s\n", picture == NULL ? error.text
                                                        : "out of memory");
        exit(1);
    }

    name.data = (const unsigned char *) kind;
    name.len = strlen(kind);

    began = reg_ocr_now();
    cpu = cpu_ms();

    request.kind = reg_ocr_kind_find(name);
    request.picture.data = (const unsigned char *) picture;
    request.picture.len = size;
    request.today = reader->today;
    request.deadline = began + reader->deadline;

    code = reg_ocr_recognise(reader->ocr, &request, result);
    reg_ocr_trim(reader->keep);

    json = json_pack("{s:s, s:s, s:f, s:I, s:o*}",
                     "file", path, "code", reg_ocr_code_name(code),
                     "cpu_ms", cpu_ms() - cpu,
                     "wall_ms", (json_int_t) (reg_ocr_now() - began),
                     "result", code == REG_OCR_OK
                               ? reg_ocr_result_json(result) : NULL);

    pthread_mutex_lock(&reader->out);
    json_dumpf(json, stdout, JSON_COMPACT);
    putchar('\n');
    fflush(stdout);
    pthread_mutex_unlock(&reader->out);

    json_decref(json);
    free(result);
    free(picture);
}


/* What this thread has used of a processor */

static double
cpu_ms(void)
{
    struct timespec  t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);

    return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}


static long
memory_kb(const char *name)
{
    long   kb;
    char   line[256];
    FILE  *file;

    kb = -1;
    file = fopen("/proc/self/status", "r");

    if (file == NULL) {
        return kb;
    }

    while (fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            kb = atol(line + strlen(name));
            break;
        }
    }

    fclose(file);

    return kb;
}
