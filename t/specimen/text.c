/* Strings of UTF-8 in buffers of fixed size. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "specimen.h"


void
sp_add(char *out, size_t size, const char *format, ...)
{
    int      n;
    size_t   used;
    va_list  args;

    used = strlen(out);

    va_start(args, format);
    n = vsnprintf(out + used, size - used, format, args);
    va_end(args);

    if (n < 0 || (size_t) n >= size - used) {
        sp_fail("a text of more than %zu bytes: %s", size, out);
    }
}


size_t
sp_length(const char *text)
{
    size_t  n;

    for (n = 0; *text; text++) {
        n += ((unsigned char) *text & 0xc0) != 0x80;
    }

    return n;
}


/* Where the character number n starts, from 0; the end if there is none */

const char *
sp_nth(const char *text, size_t n)
{
    while (*text && n) {
        do {
            text++;
        } while (((unsigned char) *text & 0xc0) == 0x80);

        n--;
    }

    return text;
}


int
sp_ends(const char *text, const char *end)
{
    size_t  length, tail;

    length = strlen(text);
    tail = strlen(end);

    return length >= tail && strcmp(text + length - tail, end) == 0;
}
