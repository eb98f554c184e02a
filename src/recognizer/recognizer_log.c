/*
 * Log lines: with the time where nobody else adds it, each in one write().
 */

#include <stdarg.h>
#include <unistd.h>
#include "recognizer.h"


void
recognizer_log(const char *format, ...)
{
    int        n;
    char       line[512];
    time_t     now;
    va_list    args;
    struct tm  tm;

    n = 0;

    /* systemd's journal has a clock of its own */

    if (getenv("JOURNAL_STREAM") == NULL) {
        now = time(NULL);
        n = (int) strftime(line, sizeof(line), "%Y-%m-%dT%H:%M:%SZ ",
                           gmtime_r(&now, &tm));
    }

    n += snprintf(line + n, sizeof(line) - n, "registration-recognizer[%d]: ",
                  (int) getpid());

    va_start(args, format);
    n += vsnprintf(line + n, sizeof(line) - 1 - n, format, args);
    va_end(args);

    if (n > (int) sizeof(line) - 2) {
        n = sizeof(line) - 2;
    }

    line[n++] = '\n';

    if (write(STDERR_FILENO, line, n) == -1) {
        return;                     /* there is nobody to tell */
    }
}
