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


#define REG_TEST_FORM  "conf/form.json"

/* The regions that conf/form.json names, and others of each kind. */

#define REG_TEST_REGIONS                                                      \
    "{\"regions\": [\n"                                                       \
    "[\"110000\", \"北京市\"], [\"110101\", \"东城区\"],\n"                   \
    "[\"360000\", \"江西省\"], [\"360100\", \"南昌市\"],"                     \
    " [\"360102\", \"东湖区\"],\n"                                            \
    "[\"410000\", \"河南省\"],\n"                                             \
    "[\"410100\", \"a\"], [\"410102\", \"中原区\"], [\"410105\", \"b\"],\n"   \
    "[\"410200\", \"a\"], [\"410202\", \"b\"],\n"                             \
    "[\"410300\", \"a\"], [\"410311\", \"b\"],\n"                             \
    "[\"410400\", \"a\"], [\"410411\", \"b\"],\n"                             \
    "[\"410500\", \"a\"], [\"410502\", \"b\"],\n"                             \
    "[\"410600\", \"a\"], [\"410611\", \"b\"],\n"                             \
    "[\"410700\", \"a\"], [\"410702\", \"b\"],\n"                             \
    "[\"410800\", \"a\"], [\"410811\", \"b\"],\n"                             \
    "[\"410900\", \"a\"], [\"410902\", \"b\"],\n"                             \
    "[\"411000\", \"a\"], [\"411002\", \"b\"],\n"                             \
    "[\"411100\", \"a\"], [\"411103\", \"b\"],\n"                             \
    "[\"411200\", \"a\"], [\"411202\", \"b\"],\n"                             \
    "[\"411300\", \"a\"], [\"411303\", \"b\"],\n"                             \
    "[\"411400\", \"a\"], [\"411402\", \"b\"],\n"                             \
    "[\"411500\", \"a\"], [\"411502\", \"b\"],\n"                             \
    "[\"411600\", \"a\"], [\"411602\", \"b\"],\n"                             \
    "[\"411700\", \"a\"], [\"411702\", \"b\"],\n"                             \
    "[\"419001\", \"济源市\"],\n"                                             \
    "[\"440000\", \"广东省\"], [\"441900\", \"东莞市\"],\n"                   \
    "[\"710000\", \"台湾省\"]\n"                                              \
    "]}\n"


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
