/*
 * The document store.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "reg_seal.h"
#include "reg_store.h"


static char  root[] = "/tmp/reg_store.XXXXXX";
static char  store[64];


/* Stands before the C library's: without /proc, linkat() finds no file. */

static int  no_proc;

int
linkat(int from, const char *a, int to, const char *b, int flags)
{
    if (no_proc) {
        errno = ENOENT;
        return -1;
    }

    return syscall(SYS_linkat, from, a, to, b, flags);
}


/* A path below the store. */

static void place(char path[128], const char *format, ...)
    __attribute__ ((format (printf, 2, 3)));

static void
place(char path[128], const char *format, ...)
{
    int      n;
    va_list  args;

    n = snprintf(path, 128, "%s/", store);
    va_start(args, format);
    vsnprintf(path + n, 128 - n, format, args);
    va_end(args);
}


static int
setup(void **state)
{
    (void) state;

    if (reg_seal_init() != REG_OK || mkdtemp(root) == NULL) {
        return -1;
    }

    snprintf(store, sizeof(store), "%s/documents", root);

    return 0;
}


static int
teardown(void **state)
{
    char      path[128];
    unsigned  i;

    (void) state;

    for (i = 0; i < 256; i++) {
        place(path, "%02x", i);

        if (rmdir(path) == -1) {
            return -1;
        }
    }

    return rmdir(store) == -1 ? -1 : rmdir(root);
}


/* Finds the file of an id the way an administrator would. */

static int
find(const char *id, char path[128])
{
    unsigned     i;
    struct stat  st;

    for (i = 0; i < 256; i++) {
        place(path, "%02x/%s", i, id);

        if (stat(path, &st) == 0) {
            return i;
        }
    }

    return -1;
}


static void
preparing_makes_private_folders(void **state)
{
    char          path[128];
    struct stat   st;
    reg_error_t   error;

    (void) state;

    assert_int_equal(reg_store_prepare(store, &error), REG_OK);
    assert_int_equal(reg_store_prepare(store, &error), REG_OK);

    place(path, "a7");
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(rmdir(path), 0);

    /* folders belong to whom the directory belongs */

    if (geteuid() == 0) {
        assert_int_equal(chown(store, 1, 1), 0);
        assert_int_equal(reg_store_prepare(store, &error), REG_OK);
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_uid, 1);
        assert_int_equal(chown(store, 0, 0), 0);
    }

    assert_int_equal(reg_store_prepare(store, &error), REG_OK);

    assert_int_equal(chmod(store, 0750), 0);
    assert_int_not_equal(reg_store_prepare(store, &error), REG_OK);
    assert_non_null(strstr(error.text, "chmod 700"));
    assert_int_equal(chmod(store, 0700), 0);

    assert_int_not_equal(reg_store_prepare("/proc/documents", &error),
                         REG_OK);
    assert_non_null(strstr(error.text, "/proc/documents"));
}


static void
documents_come_back_as_they_were(void **state)
{
    char            id[REG_DOCUMENT_ID_LEN + 1], path[128];
    size_t          len;
    struct stat     st;
    unsigned char  *data;

    (void) state;

    reg_token((unsigned char *) id, REG_DOCUMENT_ID_BYTES);

    assert_int_equal(reg_store_get(store, id, 100, &data, &len),
                     REG_NOT_FOUND);
    assert_int_equal(reg_store_sync(store, id), REG_NOT_FOUND);
    assert_int_equal(reg_store_remove(store, id), REG_OK);

    assert_int_equal(reg_store_put(store, id, (unsigned char *) "a\0b", 3),
                     REG_OK);
    assert_true(find(id, path) >= 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);

    /* one id, one document */

    assert_int_equal(reg_store_put(store, id, (unsigned char *) "c", 1),
                     REG_INTERNAL);
    assert_int_equal(errno, EEXIST);

    assert_int_equal(reg_store_get(store, id, 3, &data, &len), REG_OK);
    assert_int_equal(len, 3);
    assert_memory_equal(data, "a\0b", 3);
    free(data);

    assert_int_equal(reg_store_get(store, id, 2, &data, &len), REG_LIMIT);
    assert_int_equal(reg_store_sync(store, id), REG_OK);
    assert_int_equal(reg_store_remove(store, id), REG_OK);
    assert_int_equal(reg_store_get(store, id, 3, &data, &len), REG_NOT_FOUND);
}


static void
without_proc_a_hidden_name_does(void **state)
{
    char            id[REG_DOCUMENT_ID_LEN + 1], path[128], hidden[128];
    size_t          len;
    struct stat     st;
    unsigned char  *data;

    (void) state;

    no_proc = 1;
    reg_token((unsigned char *) id, REG_DOCUMENT_ID_BYTES);
    assert_int_equal(reg_store_put(store, id, (unsigned char *) "abc", 3),
                     REG_OK);
    assert_int_equal(reg_store_put(store, id, (unsigned char *) "d", 1),
                     REG_INTERNAL);
    no_proc = 0;

    place(hidden, "%02x/.%s", find(id, path), id);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_not_equal(stat(hidden, &st), 0);

    assert_int_equal(reg_store_get(store, id, 3, &data, &len), REG_OK);
    assert_memory_equal(data, "abc", 3);
    free(data);
    assert_int_equal(reg_store_remove(store, id), REG_OK);
}


static void
an_id_is_never_a_path(void **state)
{
    size_t          i, len;
    unsigned char  *data;

    static const char *const  ids[] = {
        "", ".", "..", "../../../../etc/passwd", "/etc/passwd",
        "AAAAAAAAAAAAAAAAAAAA/A", "AAAAAAAAAAAAAAAAAAAAAAA",
        "....................AA",
    };

    (void) state;

    for (i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        assert_int_equal(reg_store_get(store, ids[i], 100000, &data, &len),
                         REG_NOT_FOUND);
        assert_int_equal(reg_store_sync(store, ids[i]), REG_NOT_FOUND);
        assert_int_not_equal(reg_store_put(store, ids[i],
                                           (unsigned char *) "x", 1), REG_OK);
        assert_int_equal(reg_store_remove(store, ids[i]), REG_OK);
    }
}


/* A file size limit stands for a full disk: write() fails half way. */

static void
a_failed_write_leaves_nothing(void **state)
{
    char            id[REG_DOCUMENT_ID_LEN + 1], path[128];
    unsigned char  *big;
    struct rlimit   limit, before;

    (void) state;

    big = calloc(1, 1 << 20);
    assert_non_null(big);
    reg_token((unsigned char *) id, REG_DOCUMENT_ID_BYTES);

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 4096;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);

    assert_int_equal(reg_store_put(store, id, big, 1 << 20), REG_INTERNAL);
    assert_int_equal(errno, EFBIG);

    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, SIG_DFL);

    assert_int_equal(find(id, path), -1);
    assert_int_equal(reg_store_put(store, id, big, 1 << 20), REG_OK);
    assert_int_equal(reg_store_remove(store, id), REG_OK);
    free(big);
}


static void
age(const char *path)
{
    struct timeval  times[2] = { { 1000, 0 }, { 1000, 0 } };

    assert_int_equal(utimes(path, times), 0);
}


static void
old_documents_are_listed_in_order(void **state)
{
    int   i, j, fd, n, folder, total, old;
    char  id[64][REG_DOCUMENT_ID_LEN + 1], path[128], unfinished[128];
    char  ids[3][REG_DOCUMENT_ID_LEN + 1], last[REG_DOCUMENT_ID_LEN + 1];

    (void) state;

    /* 40 files in one folder: moved there, since ids choose their own */

        for (i = 0; i < 40; i++) {
        reg_token((unsigned char *) id[i], REG_DOCUMENT_ID_BYTES);
        assert_int_equal(reg_store_put(store, id[i], (unsigned char *) "x",
                                       1), REG_OK);
        folder = find(id[i], path);
        assert_true(folder >= 0);
        place(unfinished, "5c/%s", id[i]);
        assert_int_equal(rename(path, unfinished), 0);

        if (i % 4) {
            age(unfinished);
        }
    }

    place(unfinished, "5c/.unfinished");
    fd = open(unfinished, O_WRONLY|O_CREAT, 0600);
    assert_true(fd >= 0);
    close(fd);

    total = 0;
    last[0] = '\0';

    for ( ;; ) {
        n = reg_store_old(store, 0x5c, 2000, last[0] ? last : NULL, ids[0],
                          3);
        assert_in_range(n, 0, 3);

        if (n == 0) {
            break;
        }

        for (i = 0; i < n; i++) {
            assert_true(strcmp(last, ids[i]) < 0);
            strcpy(last, ids[i]);

            for (j = 0, old = 0; j < 40; j++) {
                old |= (j % 4) && strcmp(id[j], ids[i]) == 0;
            }

            assert_true(old);
        }

        total += n;
    }

    assert_int_equal(total, 30);

    /* a young unfinished file is somebody's; an old one is nobody's */

    assert_int_equal(access(unfinished, F_OK), 0);
    age(unfinished);
    assert_int_equal(reg_store_old(store, 0x5c, 2000, NULL, ids[0], 3), 3);
    assert_int_not_equal(access(unfinished, F_OK), 0);

    assert_int_equal(reg_store_old("/nonexistent", 0, 2000, NULL, ids[0], 3),
                     -1);

    for (i = 0; i < 40; i++) {
        place(path, "5c/%s", id[i]);
        assert_int_equal(unlink(path), 0);
    }
}


static void
ids_spread_over_the_folders(void **state)
{
    int   i, folder, counts[256];
    char  id[REG_DOCUMENT_ID_LEN + 1], path[128];

    (void) state;

    memset(counts, 0, sizeof(counts));

    for (i = 0; i < 400; i++) {
        reg_token((unsigned char *) id, REG_DOCUMENT_ID_BYTES);
        assert_int_equal(reg_store_put(store, id, (unsigned char *) "x", 1),
                         REG_OK);
        folder = find(id, path);
        assert_in_range(folder, 0, 255);
        assert_in_range(++counts[folder], 1, 12);
        assert_int_equal(reg_store_remove(store, id), REG_OK);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(preparing_makes_private_folders),
        cmocka_unit_test(documents_come_back_as_they_were),
        cmocka_unit_test(without_proc_a_hidden_name_does),
        cmocka_unit_test(an_id_is_never_a_path),
        cmocka_unit_test(old_documents_are_listed_in_order),
        cmocka_unit_test(ids_spread_over_the_folders),
        cmocka_unit_test(a_failed_write_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
