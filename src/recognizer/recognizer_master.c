/*
 * The master: starts the child, and another when it dies or falls silent.  It
 * has no models and sees no picture.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "recognizer.h"


/* Between two children, doubled up to the second; milliseconds. */

#define RECOGNIZER_AGAIN      200
#define RECOGNIZER_AGAIN_MAX  10000


static pid_t recognizer_start(const recognizer_options_t *options, int *alive);
static int recognizer_watch(pid_t pid, int alive, int *status);
static int recognizer_end(pid_t pid, int *status);
static int recognizer_ended(pid_t pid, unsigned msec, int *status);
static void recognizer_tell(int status);
static void recognizer_pause(unsigned msec);
static void recognizer_on_stop(int signo);


static volatile sig_atomic_t  recognizer_stop;


int
recognizer_supervise(const recognizer_options_t *options)
{
    int               alive, status;
    pid_t             pid;
    uint64_t          start;
    unsigned          again;
    struct sigaction  action;

    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    action.sa_handler = recognizer_on_stop;

    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);

    again = RECOGNIZER_AGAIN;

    while (!recognizer_stop) {
        start = reg_ocr_now();
        pid = recognizer_start(options, &alive);

        if (pid == -1) {
            recognizer_log("no child can be started: %s", strerror(errno));

        } else {
            (void) recognizer_watch(pid, alive, &status);
            (void) close(alive);

            if (recognizer_stop) {
                break;
            }

            recognizer_tell(status);
        }

        if (reg_ocr_now() - start > RECOGNIZER_AGAIN_MAX) {
            again = RECOGNIZER_AGAIN;
        }

        recognizer_pause(again);
        again = (2 * again < RECOGNIZER_AGAIN_MAX) ? 2 * again
                                                   : RECOGNIZER_AGAIN_MAX;
    }

    (void) unlink(options->socket);

    return EXIT_SUCCESS;
}


static void
recognizer_on_stop(int signo)
{
    (void) signo;

    recognizer_stop = 1;
}


static pid_t
recognizer_start(const recognizer_options_t *options, int *alive)
{
    int    fds[2];
    pid_t  pid, master;

    if (pipe2(fds, O_CLOEXEC|O_NONBLOCK) == -1) {
        return -1;
    }

    master = getpid();
    pid = fork();

    if (pid == 0) {
        (void) close(fds[0]);

        /* without a master nobody would end it */

        if (prctl(PR_SET_PDEATHSIG, SIGKILL) == -1 || getppid() != master) {
            _exit(EXIT_FAILURE);
        }

        _exit(recognizer_serve(options, fds[1]));
    }

    (void) close(fds[1]);

    if (pid == -1) {
        (void) close(fds[0]);
        return -1;
    }

    *alive = fds[0];

    return pid;
}


/* Returns when the child has ended: by itself, or because it had to. */

static int
recognizer_watch(pid_t pid, int alive, int *status)
{
    int            rc;
    char           bytes[64];
    ssize_t        n;
    struct pollfd  fd;

    for ( ;; ) {

        if (recognizer_stop) {
            return recognizer_end(pid, status);
        }

        fd.fd = alive;
        fd.events = POLLIN;

        rc = poll(&fd, 1, RECOGNIZER_SILENT_MSEC);

        if (rc == -1 && errno == EINTR) {
            continue;
        }

        if (rc == 0) {
            recognizer_log("the child %d is silent: it is killed", (int) pid);
            (void) kill(pid, SIGKILL);
            return recognizer_ended(pid, RECOGNIZER_END_MSEC, status);
        }

        n = read(alive, bytes, sizeof(bytes));

        if (n == 0) {
            (void) kill(pid, SIGKILL);
            return recognizer_ended(pid, RECOGNIZER_END_MSEC, status);
        }
    }
}


/* What is in work may be finished. */

static int
recognizer_end(pid_t pid, int *status)
{
    (void) kill(pid, SIGTERM);

    if (recognizer_ended(pid, RECOGNIZER_END_MSEC, status)) {
        return 1;
    }

    (void) kill(pid, SIGKILL);

    return recognizer_ended(pid, RECOGNIZER_END_MSEC, status);
}


static int
recognizer_ended(pid_t pid, unsigned msec, int *status)
{
    uint64_t         end;
    struct timespec  step = { 0, 20 * 1000 * 1000 };

    *status = 0;
    end = reg_ocr_now() + msec;

    do {
        if (waitpid(pid, status, WNOHANG) != 0) {
            return 1;
        }

        (void) nanosleep(&step, NULL);

    } while (reg_ocr_now() < end);

    return 0;
}


static void
recognizer_tell(int status)
{
    if (WIFSIGNALED(status)) {
        recognizer_log("the child was ended by signal %d: another one is "
                       "started", WTERMSIG(status));

    } else {
        recognizer_log("the child ended with %d: another one is started",
                       WEXITSTATUS(status));
    }
}


static void
recognizer_pause(unsigned msec)
{
    struct timespec  pause;

    pause.tv_sec = msec / 1000;
    pause.tv_nsec = (long) (msec % 1000) * 1000 * 1000;

    (void) nanosleep(&pause, NULL);
}
