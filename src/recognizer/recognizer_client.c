/*
 * One connection: head, picture, work, answer.
 */

#define _GNU_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "recognizer_client.h"


static int recognizer_bind(const recognizer_options_t *options, int fd,
    const char *path);
static recognizer_client_t *recognizer_client_free(recognizer_loop_t *loop);
static void recognizer_client_read_head(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_client_begin(recognizer_loop_t *loop,
    recognizer_client_t *client, const reg_recognition_request_t *request);
static void recognizer_client_read_picture(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_client_gone(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_client_answer(recognizer_loop_t *loop,
    recognizer_client_t *client, reg_recognition_status_t status,
    const char *text, size_t len);
static void recognizer_client_write(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_client_drop_job(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_client_close(recognizer_loop_t *loop,
    recognizer_client_t *client);
static void recognizer_log_job(const recognizer_job_t *job,
    reg_recognition_status_t status);


/*
 * The new socket takes the name over from an old one at once: there is no
 * moment without, and what still stands there of a child that died is gone.
 */

int
recognizer_listen(const recognizer_options_t *options)
{
    int   fd;
    char  path[sizeof(((struct sockaddr_un *) 0)->sun_path)];

    if (snprintf(path, sizeof(path), "%s.%d", options->socket,
                 (int) getpid())
        >= (int) sizeof(path))
    {
        recognizer_log("the socket's path \"%s\" is too long",
                       options->socket);
        return -1;
    }

    fd = socket(AF_UNIX, SOCK_STREAM|SOCK_NONBLOCK|SOCK_CLOEXEC, 0);

    if (fd == -1) {
        recognizer_log("socket() failed: %s", strerror(errno));
        return -1;
    }

    if (!recognizer_bind(options, fd, path)
        || rename(path, options->socket) == -1)
    {
        recognizer_log("\"%s\" cannot be listened on: %s", options->socket,
                       strerror(errno));
        (void) unlink(path);
        (void) close(fd);
        return -1;
    }

    return fd;
}


static int
recognizer_bind(const recognizer_options_t *options, int fd,
    const char *path)
{
    struct sockaddr_un  sa;

    memset(&sa, 0, sizeof(sa));
    sa.sun_family = AF_UNIX;
    memcpy(sa.sun_path, path, strlen(path));

    (void) unlink(path);

    return bind(fd, (struct sockaddr *) &sa, sizeof(sa)) == 0
           && chown(path, options->uid, options->gid) == 0
           && chmod(path, options->mode) == 0
           && listen(fd, RECOGNIZER_CLIENTS) == 0;
}


/* Without a place it is busy, which can be said at once. */

void
recognizer_client_open(recognizer_loop_t *loop, int fd)
{
    ssize_t                    n;
    unsigned char              head[REG_RECOGNITION_ANSWER];
    recognizer_client_t       *client;
    reg_recognition_answer_t   answer;

    client = recognizer_client_free(loop);

    if (client == NULL) {
        answer.len = 0;
        answer.status = REG_RECOGNITION_BUSY;
        reg_recognition_write_answer(&answer, head);

        n = write(fd, head, sizeof(head));
        (void) n;
        (void) close(fd);
        return;
    }

    memset(client, 0, sizeof(recognizer_client_t));

    client->state = RECOGNIZER_HEAD;
    client->fd = fd;
    client->deadline = reg_ocr_now() + RECOGNIZER_HEAD_MSEC;
}


static recognizer_client_t *
recognizer_client_free(recognizer_loop_t *loop)
{
    size_t  i;

    for (i = 0; i < RECOGNIZER_CLIENTS; i++) {
        if (loop->clients[i].state == RECOGNIZER_FREE) {
            return &loop->clients[i];
        }
    }

    return NULL;
}


void
recognizer_client_event(recognizer_loop_t *loop, size_t i)
{
    recognizer_client_t  *client;

    client = &loop->clients[i];

    switch (client->state) {

    case RECOGNIZER_HEAD:
        recognizer_client_read_head(loop, client);
        break;

    case RECOGNIZER_PICTURE:
        recognizer_client_read_picture(loop, client);
        break;

    case RECOGNIZER_WORK:
        recognizer_client_gone(loop, client);
        break;

    case RECOGNIZER_ANSWER:
        recognizer_client_write(loop, client);
        break;

    default:
        break;
    }
}


static void
recognizer_client_read_head(recognizer_loop_t *loop,
    recognizer_client_t *client)
{
    ssize_t                    n;
    reg_recognition_request_t  request;

    n = read(client->fd, client->head + client->n,
             sizeof(client->head) - client->n);

    if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    if (n <= 0) {
        recognizer_client_close(loop, client);
        return;
    }

    client->n += n;

    if (client->n < sizeof(client->head)) {
        return;
    }

    if (reg_recognition_read_request(client->head, &request) != REG_OK) {
        recognizer_log("what came is no request of this version");
        recognizer_client_close(loop, client);
        return;
    }

    recognizer_client_begin(loop, client, &request);
}


static void
recognizer_client_begin(recognizer_loop_t *loop, recognizer_client_t *client,
    const reg_recognition_request_t *request)
{
    recognizer_job_t  *job;

    client->state = RECOGNIZER_PICTURE;
    client->n = 0;

    if (loop->jobs >= loop->room) {
        recognizer_client_answer(loop, client, REG_RECOGNITION_BUSY, NULL, 0);
        return;
    }

    job = calloc(1, sizeof(recognizer_job_t));

    if (job != NULL) {
        job->picture = malloc(request->len);
    }

    if (job == NULL || job->picture == NULL) {
        free(job);
        recognizer_client_answer(loop, client, REG_RECOGNITION_FAILED, NULL,
                                 0);
        return;
    }

    job->kind = request->kind;
    job->len = request->len;
    job->start = reg_ocr_now();
    job->deadline = job->start + request->msec;
    job->client = client;

    client->job = job;
    client->deadline = job->deadline;

    loop->jobs++;

    recognizer_client_read_picture(loop, client);
}


static void
recognizer_client_read_picture(recognizer_loop_t *loop,
    recognizer_client_t *client)
{
    ssize_t            n;
    recognizer_job_t  *job;

    job = client->job;

    while (client->n < job->len) {
        n = read(client->fd, job->picture + client->n, job->len - client->n);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1 && errno == EAGAIN) {
            return;
        }

        if (n <= 0) {
            recognizer_client_close(loop, client);
            return;
        }

        client->n += n;
    }

    client->state = RECOGNIZER_WORK;

    recognizer_pool_add(loop->pool, job);
}


/* Nothing more is due from it: it has closed, or does not know how to wait. */

static void
recognizer_client_gone(recognizer_loop_t *loop, recognizer_client_t *client)
{
    char     byte;
    ssize_t  n;

    n = read(client->fd, &byte, 1);

    if (n == -1 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }

    recognizer_client_close(loop, client);
}


static void
recognizer_client_answer(recognizer_loop_t *loop, recognizer_client_t *client,
    reg_recognition_status_t status, const char *text, size_t len)
{
    reg_recognition_answer_t  answer;

    recognizer_client_drop_job(loop, client);

    client->answer = malloc(REG_RECOGNITION_ANSWER + len);

    if (client->answer == NULL) {
        recognizer_client_close(loop, client);
        return;
    }

    answer.status = status;
    answer.len = len;

    reg_recognition_write_answer(&answer, client->answer);

    if (len) {
        memcpy(client->answer + REG_RECOGNITION_ANSWER, text, len);
    }

    client->state = RECOGNIZER_ANSWER;
    client->deadline = reg_ocr_now() + RECOGNIZER_ANSWER_MSEC;
    client->len = REG_RECOGNITION_ANSWER + len;
    client->n = 0;

    recognizer_client_write(loop, client);
}


static void
recognizer_client_write(recognizer_loop_t *loop, recognizer_client_t *client)
{
    ssize_t  n;

    while (client->n < client->len) {
        n = write(client->fd, client->answer + client->n,
                  client->len - client->n);

        if (n == -1 && errno == EINTR) {
            continue;
        }

        if (n == -1 && errno == EAGAIN) {
            return;
        }

        if (n == -1) {
            break;
        }

        client->n += n;
    }

    recognizer_client_close(loop, client);
}


/* A job that a thread has in work goes on alone, and ends by itself. */

static void
recognizer_client_drop_job(recognizer_loop_t *loop,
    recognizer_client_t *client)
{
    recognizer_job_t  *job;

    job = client->job;

    if (job == NULL) {
        return;
    }

    client->job = NULL;
    job->client = NULL;

    if (client->state != RECOGNIZER_WORK
        || recognizer_pool_cancel(loop->pool, job))
    {
        loop->jobs--;
        recognizer_job_free(job);
    }
}


static void
recognizer_client_close(recognizer_loop_t *loop, recognizer_client_t *client)
{
    recognizer_client_drop_job(loop, client);

    if (client->answer != NULL) {
        explicit_bzero(client->answer, client->len);
        free(client->answer);
    }

    (void) close(client->fd);

    memset(client, 0, sizeof(recognizer_client_t));
}


void
recognizer_loop_poll(recognizer_loop_t *loop, struct pollfd *fds)
{
    size_t                i;
    recognizer_client_t  *client;

    loop->next = 0;

    for (i = 0; i < RECOGNIZER_CLIENTS; i++) {
        client = &loop->clients[i];

        fds[i].fd = (client->state == RECOGNIZER_FREE) ? -1 : client->fd;
        fds[i].events = (client->state == RECOGNIZER_ANSWER) ? POLLOUT
                                                             : POLLIN;
        fds[i].revents = 0;

        if (client->state != RECOGNIZER_FREE
            && (loop->next == 0 || client->deadline < loop->next))
        {
            loop->next = client->deadline;
        }
    }
}


void
recognizer_loop_late(recognizer_loop_t *loop)
{
    size_t                i;
    uint64_t              now;
    recognizer_client_t  *client;

    now = reg_ocr_now();

    for (i = 0; i < RECOGNIZER_CLIENTS; i++) {
        client = &loop->clients[i];

        if (client->state == RECOGNIZER_FREE || now < client->deadline) {
            continue;
        }

        if (client->state == RECOGNIZER_HEAD
            || client->state == RECOGNIZER_ANSWER)
        {
            recognizer_client_close(loop, client);
            continue;
        }

        if (loop->verbose) {
            recognizer_log_job(client->job, REG_RECOGNITION_LATE);
        }

        recognizer_client_answer(loop, client, REG_RECOGNITION_LATE, NULL, 0);
    }
}


void
recognizer_loop_done(recognizer_loop_t *loop, recognizer_job_t *job)
{
    recognizer_client_t  *client;

    loop->jobs--;
    client = job->client;

    if (client != NULL) {

        if (loop->verbose) {
            recognizer_log_job(job, job->status);
        }

        client->job = NULL;
        recognizer_client_answer(loop, client, job->status, job->text,
                                 job->status == REG_RECOGNITION_OK
                                 ? job->text_len : 0);
    }

    recognizer_job_free(job);
}


int
recognizer_loop_idle(const recognizer_loop_t *loop)
{
    size_t  i;

    for (i = 0; i < RECOGNIZER_CLIENTS; i++) {
        if (loop->clients[i].state != RECOGNIZER_FREE) {
            return 0;
        }
    }

    return 1;
}


static void
recognizer_log_job(const recognizer_job_t *job,
    reg_recognition_status_t status)
{
    recognizer_log("%s of %zu bytes: %s in %u ms",
                   reg_recognition_kind_name(job->kind), job->len,
                   reg_recognition_status_name(status),
                   (unsigned) (reg_ocr_now() - job->start));
}
