/*
 * The connections of the child's loop: a request in, an answer out.
 */

#ifndef RECOGNIZER_CLIENT_H_INCLUDED
#define RECOGNIZER_CLIENT_H_INCLUDED


#include <poll.h>
#include <sys/socket.h>
#include "recognizer.h"


/* More than any queue holds: the rest is told that it is busy. */

#define RECOGNIZER_CLIENTS  128

/* A client that takes longer over its head is none; milliseconds. */

#define RECOGNIZER_HEAD_MSEC    2000
#define RECOGNIZER_ANSWER_MSEC  2000


typedef enum {
    RECOGNIZER_FREE = 0,
    RECOGNIZER_HEAD,
    RECOGNIZER_PICTURE,
    RECOGNIZER_WORK,            /* waits for the pool */
    RECOGNIZER_ANSWER
} recognizer_state_t;

typedef struct {
    recognizer_state_t    state;
    int                   fd;
    uint64_t              deadline;
    size_t                n;        /* bytes done of the present part */
    unsigned char         head[REG_RECOGNITION_REQUEST];
    recognizer_job_t     *job;
    unsigned char        *answer;   /* malloc'ed */
    size_t                len;
} recognizer_client_t;

typedef struct {
    recognizer_pool_t    *pool;
    unsigned              room;     /* jobs in all, at most */
    unsigned              jobs;     /* also of clients that have gone */
    uint64_t              next;     /* deadline of any client; 0: none */
    unsigned              verbose:1;
    recognizer_client_t   clients[RECOGNIZER_CLIENTS];
} recognizer_loop_t;


/* The listening socket, with its owner and mode; -1, said, on failure. */

int recognizer_listen(const recognizer_options_t *options);

/* Takes over the descriptor. */

void recognizer_client_open(recognizer_loop_t *loop, int fd);

void recognizer_client_event(recognizer_loop_t *loop, size_t i);

/* Fills in RECOGNIZER_CLIENTS entries, and next. */

void recognizer_loop_poll(recognizer_loop_t *loop, struct pollfd *fds);

/* Answers those whose time is over. */

void recognizer_loop_late(recognizer_loop_t *loop);

/* Takes over a job that is done. */

void recognizer_loop_done(recognizer_loop_t *loop, recognizer_job_t *job);

int recognizer_loop_idle(const recognizer_loop_t *loop);


#endif /* RECOGNIZER_CLIENT_H_INCLUDED */
