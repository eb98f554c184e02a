/*
 * The threads that read pictures, the first that came first.
 *
 * All are started before the child seals itself off, and none ends before
 * the process does.
 */

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>
#include "recognizer.h"


#define RECOGNIZER_STACK  (1024 * 1024)

/* Seconds without a picture after which none is kept. */

#define RECOGNIZER_IDLE   1


typedef struct {
    recognizer_pool_t   *pool;
    recognizer_job_t    *job;       /* in work */
} recognizer_thread_t;

struct recognizer_pool_s {
    pthread_mutex_t      mutex;
    pthread_cond_t       wake;
    pthread_cond_t       begun;
    unsigned             running;   /* threads that have begun */
    unsigned             working;   /* threads that have a job */
    unsigned             kept;      /* memory of pictures: 1, 0 */
    recognizer_job_t    *waiting;
    recognizer_job_t    *done;
    reg_ocr_t           *ocr;
    int                  eventfd;
    unsigned             nthreads;
    recognizer_thread_t  threads[];
};


static int recognizer_cond_init(pthread_cond_t *cond);
static int recognizer_thread_start(recognizer_thread_t *thread);
static void *recognizer_thread(void *data);
static void recognizer_wait(recognizer_pool_t *pool);
static void recognizer_idle(recognizer_pool_t *pool);
static void recognizer_append(recognizer_job_t **list, recognizer_job_t *job);


recognizer_pool_t *
recognizer_pool_create(reg_ocr_t *ocr, unsigned threads, int eventfd)
{
    unsigned            i;
    recognizer_pool_t  *pool;

    pool = calloc(1, sizeof(recognizer_pool_t)
                     + threads * sizeof(recognizer_thread_t));
    if (pool == NULL) {
        recognizer_log("out of memory");
        return NULL;
    }

    pool->ocr = ocr;
    pool->eventfd = eventfd;

    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->begun, NULL);

    if (!recognizer_cond_init(&pool->wake)) {
        recognizer_log("the threads cannot wait by the steady clock");
        return NULL;
    }

    for (i = 0; i < threads; i++) {
        pool->threads[i].pool = pool;

        if (!recognizer_thread_start(&pool->threads[i])) {
            recognizer_log("a thread could not be started");
            return NULL;
        }

        pool->nthreads++;
    }

    /* what the C library does in a new thread, the seal would forbid */

    pthread_mutex_lock(&pool->mutex);

    while (pool->running < threads) {
        pthread_cond_wait(&pool->begun, &pool->mutex);
    }

    pthread_mutex_unlock(&pool->mutex);

    return pool;
}


/* A clock that is put forward is not to end a wait. */

static int
recognizer_cond_init(pthread_cond_t *cond)
{
    int                 rc;
    pthread_condattr_t  attr;

    if (pthread_condattr_init(&attr) != 0) {
        return 0;
    }

    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    rc = (rc == 0) ? pthread_cond_init(cond, &attr) : rc;
    pthread_condattr_destroy(&attr);

    return rc == 0;
}


/* Signals are the event loop's. */

static int
recognizer_thread_start(recognizer_thread_t *thread)
{
    int             rc;
    sigset_t        all, before;
    pthread_t       id;
    pthread_attr_t  attr;

    if (pthread_attr_init(&attr) != 0) {
        return 0;
    }

    pthread_attr_setstacksize(&attr, RECOGNIZER_STACK);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);

    rc = pthread_create(&id, &attr, recognizer_thread, thread);

    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attr);

    return rc == 0;
}


/* What came too late for its deadline is not begun. */

static void *
recognizer_thread(void *data)
{
    recognizer_thread_t *thread = data;

    uint64_t            one = 1;
    recognizer_job_t   *job;
    recognizer_pool_t  *pool;

    pool = thread->pool;

    pthread_mutex_lock(&pool->mutex);

    pool->running++;
    pthread_cond_signal(&pool->begun);

    for ( ;; ) {

        recognizer_wait(pool);

        job = pool->waiting;
        pool->waiting = job->next;
        pool->working++;
        thread->job = job;

        pthread_mutex_unlock(&pool->mutex);

        if (reg_ocr_now() >= job->deadline) {
            job->status = REG_RECOGNITION_LATE;

        } else {
            recognizer_read(pool->ocr, job);
        }

        pthread_mutex_lock(&pool->mutex);

        thread->job = NULL;
        pool->working--;
        pool->kept = 1;
        recognizer_append(&pool->done, job);

        if (write(pool->eventfd, &one, sizeof(one)) == -1) {
            recognizer_log("the event loop cannot be woken");
        }

        pthread_mutex_unlock(&pool->mutex);
        reg_ocr_trim(pool->nthreads * REG_OCR_KEEP);
        pthread_mutex_lock(&pool->mutex);
    }

    return NULL;
}


/* For a job; with the mutex held. */

static void
recognizer_wait(recognizer_pool_t *pool)
{
    int              rc;
    struct timespec  until;

    while (pool->waiting == NULL) {

        if (!pool->kept) {
            pthread_cond_wait(&pool->wake, &pool->mutex);
            continue;
        }

        (void) clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += RECOGNIZER_IDLE;

        rc = pthread_cond_timedwait(&pool->wake, &pool->mutex, &until);

        if (rc == ETIMEDOUT) {
            recognizer_idle(pool);
        }
    }
}


/* With the mutex held, but not while memory is given back. */

static void
recognizer_idle(recognizer_pool_t *pool)
{
    if (!pool->kept || pool->working != 0) {
        return;
    }

    pool->kept = 0;

    pthread_mutex_unlock(&pool->mutex);
    reg_ocr_trim(0);
    pthread_mutex_lock(&pool->mutex);
}


void
recognizer_pool_add(recognizer_pool_t *pool, recognizer_job_t *job)
{
    pthread_mutex_lock(&pool->mutex);

    recognizer_append(&pool->waiting, job);
    pthread_cond_signal(&pool->wake);

    pthread_mutex_unlock(&pool->mutex);
}


int
recognizer_pool_cancel(recognizer_pool_t *pool, recognizer_job_t *job)
{
    int                 found;
    recognizer_job_t  **link;

    found = 0;

    pthread_mutex_lock(&pool->mutex);

    for (link = &pool->waiting; *link != NULL; link = &(*link)->next) {
        if (*link == job) {
            *link = job->next;
            found = 1;
            break;
        }
    }

    pthread_mutex_unlock(&pool->mutex);

    return found;
}


recognizer_job_t *
recognizer_pool_done(recognizer_pool_t *pool)
{
    recognizer_job_t  *job;

    pthread_mutex_lock(&pool->mutex);

    job = pool->done;

    if (job != NULL) {
        pool->done = job->next;
    }

    pthread_mutex_unlock(&pool->mutex);

    return job;
}


uint64_t
recognizer_pool_oldest(recognizer_pool_t *pool)
{
    uint64_t           oldest;
    unsigned           i;
    recognizer_job_t  *job;

    oldest = 0;

    pthread_mutex_lock(&pool->mutex);

    for (i = 0; i < pool->nthreads; i++) {
        job = pool->threads[i].job;

        if (job != NULL && (oldest == 0 || job->deadline < oldest)) {
            oldest = job->deadline;
        }
    }

    pthread_mutex_unlock(&pool->mutex);

    return oldest;
}


static void
recognizer_append(recognizer_job_t **list, recognizer_job_t *job)
{
    while (*list != NULL) {
        list = &(*list)->next;
    }

    job->next = NULL;
    *list = job;
}


void
recognizer_job_free(recognizer_job_t *job)
{
    if (job->picture != NULL) {
        explicit_bzero(job->picture, job->len);
        free(job->picture);
    }

    if (job->text != NULL) {
        explicit_bzero(job->text, job->text_len);
        free(job->text);
    }

    free(job);
}
