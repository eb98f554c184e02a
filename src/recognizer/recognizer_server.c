/*
 * The child: takes pictures from the socket, has them read by the pool and
 * answers, each in its time, whatever a thread does.
 *
 * One poll() loop owns all connections.  A thread never sees a descriptor,
 * and the loop never waits for a thread.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <unistd.h>
#include "recognizer_client.h"


#define RECOGNIZER_TICK  1000       /* milliseconds between signs of life */


typedef struct {
    const recognizer_options_t  *options;
    recognizer_loop_t            loop;
    int                          listener;
    int                          alive;     /* the master's pipe */
    uint64_t                     tick;
    unsigned                     ending:1;
} recognizer_server_t;


static int recognizer_server_open(recognizer_server_t *server, int *eventfd);
static int recognizer_server_run(recognizer_server_t *server, int eventfd);
static int recognizer_server_timeout(recognizer_server_t *server);
static int recognizer_server_tick(recognizer_server_t *server);
static void recognizer_server_accept(recognizer_server_t *server);
static void recognizer_server_done(recognizer_server_t *server, int eventfd);
static void recognizer_on_end(int signo);


static volatile sig_atomic_t  recognizer_end;


int
recognizer_serve(const recognizer_options_t *options, int alive)
{
    int                   efd;
    reg_ocr_t            *ocr;
    reg_error_t           error;
    recognizer_server_t   server;

    memset(&server, 0, sizeof(server));

    server.options = options;
    server.alive = alive;
    server.loop.verbose = options->verbose;
    server.loop.room = options->threads + options->queue;

    if (!recognizer_confine(options->threads)) {
        return EXIT_FAILURE;
    }

    ocr = reg_ocr_create(options->models, &error);

    if (ocr == NULL) {
        recognizer_log("%s", error.text);
        return EXIT_FAILURE;
    }

    if (!recognizer_server_open(&server, &efd)) {
        return EXIT_FAILURE;
    }

    server.loop.pool = recognizer_pool_create(ocr, options->threads, efd);

    if (server.loop.pool == NULL || !recognizer_seal()) {
        return EXIT_FAILURE;
    }

    recognizer_log("ready on %s: %u threads", options->socket,
                   options->threads);

    /* a sanitizer's last look needs what is no longer allowed */

    _exit(recognizer_server_run(&server, efd));
}


static int
recognizer_server_open(recognizer_server_t *server, int *efd)
{
    struct sigaction  action;

    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);

    action.sa_handler = recognizer_on_end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGQUIT, &action, NULL);

    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    sigaction(SIGHUP, &action, NULL);

    *efd = eventfd(0, EFD_CLOEXEC|EFD_NONBLOCK);

    if (*efd == -1) {
        recognizer_log("eventfd() failed: %s", strerror(errno));
        return 0;
    }

    server->listener = recognizer_listen(server->options);

    return server->listener != -1;
}


static void
recognizer_on_end(int signo)
{
    (void) signo;

    recognizer_end = 1;
}


static int
recognizer_server_run(recognizer_server_t *server, int efd)
{
    int            rc;
    size_t         i;
    struct pollfd  fds[2 + RECOGNIZER_CLIENTS];

    for ( ;; ) {

        if (recognizer_end && !server->ending) {
            server->ending = 1;
            (void) close(server->listener);
        }

        if (server->ending && recognizer_loop_idle(&server->loop)) {
            recognizer_log("ends");
            return EXIT_SUCCESS;
        }

        if (!recognizer_server_tick(server)) {
            return EXIT_FAILURE;
        }

        fds[0].fd = efd;
        fds[0].events = POLLIN;
        fds[1].fd = server->ending ? -1 : server->listener;
        fds[1].events = POLLIN;

        recognizer_loop_poll(&server->loop, fds + 2);

        rc = poll(fds, 2 + RECOGNIZER_CLIENTS,
                  recognizer_server_timeout(server));

        if (rc == -1 && errno != EINTR) {
            recognizer_log("poll() failed: %s", strerror(errno));
            return EXIT_FAILURE;
        }

        if (rc > 0 && fds[0].revents) {
            recognizer_server_done(server, efd);
        }

        for (i = 0; rc > 0 && i < RECOGNIZER_CLIENTS; i++) {
            if (fds[2 + i].revents) {
                recognizer_client_event(&server->loop, i);
            }
        }

        if (rc > 0 && fds[1].revents) {
            recognizer_server_accept(server);
        }

        recognizer_loop_late(&server->loop);
    }
}


static int
recognizer_server_timeout(recognizer_server_t *server)
{
    uint64_t  now, next;

    now = reg_ocr_now();
    next = server->tick + RECOGNIZER_TICK;

    if (server->loop.next && server->loop.next < next) {
        next = server->loop.next;
    }

    return next > now ? (int) (next - now) : 0;
}


/* A sign of life for the master; 0 when a thread will not come back. */

static int
recognizer_server_tick(recognizer_server_t *server)
{
    uint64_t  now, oldest;

    now = reg_ocr_now();

    if (now - server->tick < RECOGNIZER_TICK) {
        return 1;
    }

    server->tick = now;

    if (write(server->alive, "", 1) == -1 && errno == EPIPE) {
        recognizer_end = 1;
    }

    oldest = recognizer_pool_oldest(server->loop.pool);

    if (oldest && now > oldest + RECOGNIZER_STUCK_MSEC) {
        recognizer_log("a thread hangs: starting anew");
        return 0;
    }

    return 1;
}


static void
recognizer_server_accept(recognizer_server_t *server)
{
    int  fd;

    fd = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK|SOCK_CLOEXEC);

    if (fd == -1) {
        if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR) {
            recognizer_log("accept() failed: %s", strerror(errno));
        }

        return;
    }

    recognizer_client_open(&server->loop, fd);
}


static void
recognizer_server_done(recognizer_server_t *server, int efd)
{
    uint64_t           n;
    recognizer_job_t  *job;

    if (read(efd, &n, sizeof(n)) == -1) {
        return;
    }

    while ((job = recognizer_pool_done(server->loop.pool)) != NULL) {
        recognizer_loop_done(&server->loop, job);
    }
}
