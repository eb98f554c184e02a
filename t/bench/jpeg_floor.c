/*
 * What proving a picture costs at least: libjpeg-turbo decodes it at scale
 * 1/8, and nothing else happens.
 *
 * usage: jpeg_floor FILE SECONDS THREADS
 *
 * Prints "CPU-MILLISECONDS-A-PASS PASSES-A-SECOND".
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <jpeglib.h>


#define THREADS  64


static unsigned char  *picture;
static size_t          size;
static double          end;


static double
now(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


/* A broken picture ends the program: libjpeg's own error handler. */

static void
pass(void)
{
    JSAMPARRAY                     row;
    struct jpeg_error_mgr          errors;
    struct jpeg_decompress_struct  cinfo;

    cinfo.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, picture, size);
    (void) jpeg_read_header(&cinfo, TRUE);

    cinfo.scale_num = 1;
    cinfo.scale_denom = 8;

    (void) jpeg_start_decompress(&cinfo);

    row = (*cinfo.mem->alloc_sarray)((j_common_ptr) &cinfo, JPOOL_IMAGE,
                                     cinfo.output_width
                                     * cinfo.output_components, 1);

    while (cinfo.output_scanline < cinfo.output_height) {
        (void) jpeg_read_scanlines(&cinfo, row, 1);
    }

    (void) jpeg_finish_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);
}


static void *
repeat(void *data)
{
    unsigned  *passes = data;

    while (now(CLOCK_MONOTONIC) < end) {
        pass();
        (*passes)++;
    }

    return NULL;
}


static void
load(const char *path)
{
    long   len;
    FILE  *file;

    file = fopen(path, "rb");

    if (file == NULL || fseek(file, 0, SEEK_END) != 0
        || (len = ftell(file)) < 1 || fseek(file, 0, SEEK_SET) != 0)
    {
        perror(path);
        exit(1);
    }

    size = len;
    picture = malloc(size);

    if (picture == NULL || fread(picture, 1, size, file) != size) {
        perror(path);
        exit(1);
    }

    fclose(file);
}


int
main(int argc, char **argv)
{
    int        i, n;
    double     began, cpu;
    unsigned   passes[THREADS] = { 0 }, all;
    pthread_t  threads[THREADS];

    if (argc != 4 || (n = atoi(argv[3])) < 1 || n > THREADS) {
        fputs("usage: jpeg_floor FILE SECONDS THREADS\n", stderr);
        return 2;
    }

    load(argv[1]);

    began = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    end = began + atof(argv[2]);

    for (i = 0; i < n; i++) {
        if (pthread_create(&threads[i], NULL, repeat, &passes[i]) != 0) {
            perror("pthread_create");
            return 1;
        }
    }

    for (i = 0, all = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
        all += passes[i];
    }

    printf("%.4f %.3f\n",
           1000 * (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / all,
           all / (now(CLOCK_MONOTONIC) - began));

    return 0;
}
