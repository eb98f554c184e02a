/*
 * What the child gives up: before it loads its models, and for good before it
 * takes the first picture.
 */

#include <errno.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include "recognizer.h"


/*
 * Bytes of address space, for the models and for the picture that each thread
 * has in work; one that asks for more fails, and nothing else does.
 */

#define RECOGNIZER_MEMORY         (2UL * 1024 * 1024 * 1024)
#define RECOGNIZER_THREAD_MEMORY  (512UL * 1024 * 1024)


typedef struct {
    int     resource;
    rlim_t  limit;
} recognizer_limit_t;


static int recognizer_allow(scmp_filter_ctx filter);
static int recognizer_allow_memory(scmp_filter_ctx filter);


int
recognizer_confine(unsigned threads)
{
    size_t         i;
    struct rlimit  limit;

    const recognizer_limit_t  limits[] = {
        { RLIMIT_CORE, 0 },
        { RLIMIT_MSGQUEUE, 0 },
#ifndef __SANITIZE_ADDRESS__
        { RLIMIT_AS, RECOGNIZER_MEMORY + threads * RECOGNIZER_THREAD_MEMORY },
#endif
    };

#ifdef __SANITIZE_ADDRESS__
    (void) threads;
#endif

    for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        limit.rlim_cur = limits[i].limit;
        limit.rlim_max = limits[i].limit;

        if (setrlimit(limits[i].resource, &limit) == -1) {
            recognizer_log("setrlimit() failed: %s", strerror(errno));
            return 0;
        }
    }

    /* others cannot look into its memory, either */

    if (prctl(PR_SET_DUMPABLE, 0) == -1
        || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1)
    {
        recognizer_log("prctl() failed: %s", strerror(errno));
        return 0;
    }

    return 1;
}


/* In all threads.  What is not listed fails with EPERM. */

int
recognizer_seal(void)
{
    int              rc;
    scmp_filter_ctx  filter;

    filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) {
        recognizer_log("seccomp_init() failed");
        return 0;
    }

    rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

    if (rc == 0) {
        rc = recognizer_allow(filter);
    }

    if (rc == 0) {
        rc = recognizer_allow_memory(filter);
    }

    if (rc == 0) {
        rc = seccomp_load(filter);
    }

    seccomp_release(filter);

    if (rc != 0) {
        recognizer_log("the system call filter could not be loaded: %s",
                       strerror(-rc));
        return 0;
    }

    return 1;
}


/* A socket that was there before can be accepted from; none can be made. */

static int
recognizer_allow(scmp_filter_ctx filter)
{
    int     rc;
    size_t  i;

    static const int  calls[] = {
        SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev),
        SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(accept4),
        SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(close),
        SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
        SCMP_SYS(getcpu), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
        SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(getrandom),
        SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack),
        SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group)
    };

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

        if (rc != 0) {
            return rc;
        }
    }

    return 0;
}


/* Memory, but none that can be run. */

static int
recognizer_allow_memory(scmp_filter_ctx filter)
{
    int     rc;
    size_t  i;

    static const int  calls[] = {
        SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk)
    };

    static const int  protected[] = {
        SCMP_SYS(mmap), SCMP_SYS(mprotect)
    };

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);

        if (rc != 0) {
            return rc;
        }
    }

    for (i = 0; i < sizeof(protected) / sizeof(protected[0]); i++) {
        rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, protected[i], 1,
                              SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        if (rc != 0) {
            return rc;
        }
    }

    return 0;
}
