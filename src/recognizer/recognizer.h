/*
 * registration-recognizer: a master that keeps one child alive; the child has
 * an event loop for its socket and a pool of threads for the pictures.
 *
 * Neither needs network, keys nor any file but the models, and after its
 * start the child can no longer have them.
 */

#ifndef RECOGNIZER_H_INCLUDED
#define RECOGNIZER_H_INCLUDED


#include <sys/types.h>
#include "reg_ocr.h"
#include "reg_recognition.h"


#ifndef REG_MODELS_DIR
#define REG_MODELS_DIR          "/usr/share/registration/models"
#endif

#define RECOGNIZER_SOCKET_MODE  0660

/* Milliseconds for a picture that is read by hand. */

#define RECOGNIZER_DEADLINE     3000

/* A thread that is so long beyond its deadline will not come back. */

#define RECOGNIZER_STUCK_MSEC   10000

/* How long the child may be silent, and how long an end may take. */

#define RECOGNIZER_SILENT_MSEC  15000
#define RECOGNIZER_END_MSEC     10000

/* Pictures that wait, for each thread. */

#define RECOGNIZER_QUEUE        8


typedef struct {
    const char      *models;
    const char      *socket;
    mode_t           mode;
    uid_t            uid;           /* -1: left as it is */
    gid_t            gid;
    unsigned         threads;
    unsigned         queue;         /* waiting pictures */
    unsigned         verbose:1;     /* a line a picture */
} recognizer_options_t;


/* A picture on its way through the pool. */

typedef struct recognizer_job_s  recognizer_job_t;

struct recognizer_job_s {
    recognizer_job_t          *next;

    reg_recognition_kind_t     kind;
    unsigned char             *picture;     /* malloc'ed */
    size_t                     len;
    uint64_t                   start;       /* reg_ocr_now() */
    uint64_t                   deadline;

    void                      *client;      /* the loop's; NULL: nobody waits */

    reg_recognition_status_t   status;
    char                      *text;        /* malloc'ed; of REG_.._OK */
    size_t                     text_len;
};


/* recognizer_log.c: lines on standard error, without a value of a picture. */

void recognizer_log(const char *format, ...)
    __attribute__ ((format (printf, 1, 2)));


/* recognizer_read.c: one picture, by the engine */

/* Fills in status, text and text_len; wipes nothing. */

void recognizer_read(reg_ocr_t *ocr, recognizer_job_t *job);


/* recognizer_pool.c: threads */

typedef struct recognizer_pool_s  recognizer_pool_t;

/* eventfd is written to when a job is done.  NULL, said, on failure. */

recognizer_pool_t *recognizer_pool_create(reg_ocr_t *ocr, unsigned threads,
    int eventfd);

void recognizer_pool_add(recognizer_pool_t *pool, recognizer_job_t *job);

/* Takes a job back that no thread has begun; 0 when one has. */

int recognizer_pool_cancel(recognizer_pool_t *pool, recognizer_job_t *job);

/* A job that is done, or NULL. */

recognizer_job_t *recognizer_pool_done(recognizer_pool_t *pool);

/* The deadline of the oldest job in work; 0 when there is none. */

uint64_t recognizer_pool_oldest(recognizer_pool_t *pool);

void recognizer_job_free(recognizer_job_t *job);


/* recognizer_sandbox.c: what a process gives up */

/*
 * Before models are loaded: no core dump, no new privileges, and limits for so
 * many threads.
 */

int recognizer_confine(unsigned threads);

/* When all threads have been started: no file, no program, no connection. */

int recognizer_seal(void);


/* recognizer_server.c: the child; gives its exit status */

int recognizer_serve(const recognizer_options_t *options, int alive);


/* recognizer_master.c: gives the exit status */

int recognizer_supervise(const recognizer_options_t *options);


#endif /* RECOGNIZER_H_INCLUDED */
