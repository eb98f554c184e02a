/*
 * What the unit tests of the rules share.  They run in the root of the
 * repository, where conf/form.json is.
 */

#ifndef REG_TEST_H_INCLUDED
#define REG_TEST_H_INCLUDED


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "reg_core.h"
#include "reg_test_regions.h"


#define REG_TEST_FORM  "conf/form.json"


static inline reg_str_t
str(const char *text)
{
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);

    return s;
}


/* A file of its own for a text; the caller unlinks it. */

static inline void
write_file(char path[32], const char *text)
{
    int  fd;

    strcpy(path, "/tmp/reg-test-XXXXXX");

    fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}


/* Checks the end of an error "FILE:LINE: reason", which names that file. */

static inline void
assert_error(const reg_error_t *error, const char *path, const char *rest)
{
    assert_memory_equal(error->text, path, strlen(path));
    assert_string_equal(error->text + strlen(path), rest);
}


#endif /* REG_TEST_H_INCLUDED */
