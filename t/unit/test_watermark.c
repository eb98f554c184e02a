/*
 * The watermark: drawn everywhere on a copy that is no larger than it need be,
 * by several threads at a time.
 */

#include <pthread.h>
#include <sys/wait.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <turbojpeg.h>

#include "reg_test.h"
#include "reg_watermark.h"


#define THREADS  4
#define CELLS    6              /* a side: each has to be marked */
#define NOW      1795487400     /* 2026-11-24 10:30 in China */


static reg_watermark_t  *watermark;


/* Even ground of one grey. */

static unsigned char *
draw(int width, int height, int grey, int flags, size_t *len)
{
    tjhandle        handle;
    unsigned char  *pixels, *data, *copy;
    unsigned long   size;

    pixels = malloc((size_t) width * height);
    assert_non_null(pixels);
    memset(pixels, grey, (size_t) width * height);

    handle = tjInitCompress();
    assert_non_null(handle);

    data = NULL;
    assert_int_equal(tjCompress2(handle, pixels, width, 0, height, TJPF_GRAY,
                                 &data, &size, TJSAMP_GRAY, 90, flags), 0);

    copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, data, size);
    *len = size;

    tjFree(data);
    (void) tjDestroy(handle);
    free(pixels);

    return copy;
}


static unsigned char *
pixels_of(const unsigned char *data, size_t len, int *width, int *height)
{
    int             sampling, colors;
    tjhandle        handle;
    unsigned char  *pixels;

    handle = tjInitDecompress();
    assert_non_null(handle);
    assert_int_equal(tjDecompressHeader3(handle, data, len, width, height,
                                         &sampling, &colors), 0);

    pixels = malloc((size_t) *width * *height);
    assert_non_null(pixels);
    assert_int_equal(tjDecompress2(handle, data, len, pixels, *width, 0,
                                   *height, TJPF_GRAY,
                                   TJFLAG_STOPONWARNING), 0);
    (void) tjDestroy(handle);

    return pixels;
}


static unsigned char *
mark(const unsigned char *data, size_t len, const char *reviewer, time_t now,
    size_t *out_len)
{
    reg_str_t       jpeg;
    unsigned char  *out;

    jpeg.data = data;
    jpeg.len = len;

    assert_int_equal(reg_watermark_draw(watermark, jpeg, str(reviewer), now,
                                        &out, out_len), REG_OK);

    return out;
}


/* How many of a cell's pixels differ from the ground by more than coding. */

static double
marked(const unsigned char *pixels, int width, int height, int cell, int grey)
{
    int  x, y, n, all, x0, y0;

    n = 0;
    all = 0;
    x0 = cell % CELLS * width / CELLS;
    y0 = cell / CELLS * height / CELLS;

    for (y = y0; y < y0 + height / CELLS; y++) {
        for (x = x0; x < x0 + width / CELLS; x++) {
            n += abs(pixels[y * width + x] - grey) > 30;
            all++;
        }
    }

    return (double) n / all;
}


static void
assert_covered(int width, int height, int grey, const char *reviewer)
{
    int             w, h, cell;
    size_t          len, marked_len;
    double          part;
    unsigned char  *data, *out, *pixels;

    data = draw(width, height, grey, 0, &len);
    out = mark(data, len, reviewer, NOW, &marked_len);
    pixels = pixels_of(out, marked_len, &w, &h);

    assert_true(w <= REG_WATERMARK_SIDE && h <= REG_WATERMARK_SIDE);
    assert_true(w >= width || h >= width / 8);

    for (cell = 0; cell < CELLS * CELLS; cell++) {
        part = marked(pixels, w, h, cell, grey);

        /* enough to be seen, not so much that nothing else is */

        if (part < 0.01 || part > 0.4) {
            fail_msg("%dx%d grey %d, cell %d: %.3f is marked", width, height,
                     grey, cell, part);
        }
    }

    free(pixels);
    free(out);
    free(data);
}


static void
test_cover(void **state)
{
    (void) state;

    assert_covered(1600, 1200, 128, "li.si");
    assert_covered(1600, 1200, 255, "li.si");
    assert_covered(1600, 1200, 0, "li.si");
    assert_covered(600, 600, 200, "li.si");
    assert_covered(600, 2400, 200, "li.si");
    assert_covered(4000, 3000, 200, "supervisor.with-a-very.long-name@"
                   "department-of-copyright.henan.example");
}


static void
test_size(void **state)
{
    size_t  i, len, out_len;
    unsigned char  *data, *out, *pixels;

    static const int  sizes[][4] = {
        { 2400, 1800, 2400, 1800 },
        { 2401, 600, 2101, 525 },       /* 7/8 */
        { 4000, 3000, 2000, 1500 },     /* 4/8 */
        { 12000, 608, 1500, 76 }
    };

    (void) state;

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        int  w, h;

        data = draw(sizes[i][0], sizes[i][1], 128, 0, &len);
        out = mark(data, len, "li.si", NOW, &out_len);
        pixels = pixels_of(out, out_len, &w, &h);

        assert_int_equal(w, sizes[i][2]);
        assert_int_equal(h, sizes[i][3]);

        free(pixels);
        free(out);
        free(data);
    }
}


/* The time is drawn, and by the minute; the name is. */

static void
test_says(void **state)
{
    size_t          len, a_len, b_len;
    unsigned char  *data, *a, *b;

    (void) state;

    data = draw(800, 600, 128, TJFLAG_PROGRESSIVE, &len);

    a = mark(data, len, "li.si", NOW, &a_len);
    b = mark(data, len, "li.si", NOW + 59, &b_len);
    assert_int_equal(a_len, b_len);
    assert_memory_equal(a, b, a_len);
    free(b);

    b = mark(data, len, "li.si", NOW + 60, &b_len);
    assert_true(a_len != b_len || memcmp(a, b, a_len) != 0);
    free(b);

    b = mark(data, len, "li.wu", NOW, &b_len);
    assert_true(a_len != b_len || memcmp(a, b, a_len) != 0);
    free(b);

    free(a);
    free(data);
}


static void
test_damaged(void **state)
{
    size_t          len, out_len;
    reg_str_t       jpeg;
    unsigned char  *data, *out;

    (void) state;

    data = draw(800, 600, 128, 0, &len);

    jpeg.data = data;
    jpeg.len = len / 2;
    assert_int_equal(reg_watermark_draw(watermark, jpeg, str("a"), NOW, &out,
                                        &out_len), REG_TRUNCATED);

    jpeg.len = 0;
    assert_int_equal(reg_watermark_draw(watermark, jpeg, str("a"), NOW, &out,
                                        &out_len), REG_NOT_JPEG);

    jpeg = str("\x89PNG\r\n");
    assert_int_equal(reg_watermark_draw(watermark, jpeg, str("a"), NOW, &out,
                                        &out_len), REG_NOT_JPEG);

    jpeg.data = data;
    jpeg.len = len;
    assert_int_equal(reg_watermark_draw(watermark, jpeg, str("\xff"), NOW,
                                        &out, &out_len), REG_FORMAT);
    free(data);
}


typedef struct {
    pthread_t             thread;
    const unsigned char  *data;
    size_t                len;
    unsigned char        *out;
    size_t                out_len;
} worker_t;


static void *
work(void *data)
{
    worker_t  *worker = data;
    reg_str_t  jpeg;

    jpeg.data = worker->data;
    jpeg.len = worker->len;

    if (reg_watermark_draw(watermark, jpeg, str("li.si"), NOW, &worker->out,
                           &worker->out_len)
        != REG_OK)
    {
        worker->out = NULL;
    }

    return NULL;
}


static void
test_threads(void **state)
{
    int             i;
    size_t          len;
    worker_t        workers[THREADS];
    unsigned char  *data;

    (void) state;

    data = draw(1000, 800, 128, 0, &len);

    for (i = 0; i < THREADS; i++) {
        workers[i].data = data;
        workers[i].len = len;
        assert_int_equal(pthread_create(&workers[i].thread, NULL, work,
                                        &workers[i]), 0);
    }

    for (i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
        assert_non_null(workers[i].out);
        assert_int_equal(workers[i].out_len, workers[0].out_len);
        assert_memory_equal(workers[i].out, workers[0].out,
                            workers[0].out_len);
    }

    for (i = 0; i < THREADS; i++) {
        free(workers[i].out);
    }

    free(data);
}


/*
 * In another process, since fontconfig reads its configuration once; it
 * runs before the others, and it ends without the checks of leaks.
 */

static void
test_no_font(void **state)
{
    int          status;
    char         path[32];
    pid_t        pid;
    reg_error_t  error;

    (void) state;

    write_file(path, "<?xml version=\"1.0\"?><fontconfig></fontconfig>\n");

    pid = fork();
    assert_true(pid >= 0);

    if (pid == 0) {
        setenv("FONTCONFIG_FILE", path, 1);
        error.text[0] = '\0';

        _exit(reg_watermark_load(&error) == NULL
              && strstr(error.text, "fonts-wqy-zenhei") != NULL ? 0 : 1);
    }

    assert_int_equal(waitpid(pid, &status, 0), pid);
    unlink(path);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}


static int
load(void **state)
{
    reg_error_t  error;

    (void) state;

    watermark = reg_watermark_load(&error);

    if (watermark == NULL) {
        print_error("%s\n", error.text);
        return -1;
    }

    return 0;
}


static int
unload(void **state)
{
    (void) state;

    reg_watermark_free(watermark);

    /* what both keep for ever would hide what we forget */

    cairo_debug_reset_static_data();
    FcFini();

    return 0;
}


int
main(void)
{
    int  failed;

    const struct CMUnitTest  first[] = {
        cmocka_unit_test(test_no_font)
    };

    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_cover),
        cmocka_unit_test(test_size),
        cmocka_unit_test(test_says),
        cmocka_unit_test(test_damaged),
        cmocka_unit_test(test_threads)
    };

    failed = cmocka_run_group_tests(first, NULL, NULL);

    return failed + cmocka_run_group_tests(tests, load, unload);
}
