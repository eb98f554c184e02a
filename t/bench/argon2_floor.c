/*
 * How many passwords libsodium hashes a second with the module's parameters
 * when nothing else happens.
 *
 * usage: argon2_floor SECONDS THREADS
 *
 * Prints "CPU-MILLISECONDS-A-HASH HASHES-A-SECOND".
 */

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <sodium.h>


#define THREADS  64

#define OPS      2                              /* as reg_password.c has it */
#define MEMORY   (19 * 1024 * 1024)


static double  end;


static double
now(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return ts.tv_sec + ts.tv_nsec / 1e9;
}


static void *
repeat(void *data)
{
    char       hash[crypto_pwhash_STRBYTES];
    unsigned  *hashes = data;

    static const char  password[] = "P0-qfvbhzkwjx-17";

    while (now(CLOCK_MONOTONIC) < end) {

        if (crypto_pwhash_str(hash, password, sizeof(password) - 1, OPS,
                              MEMORY)
            != 0)
        {
            perror("crypto_pwhash_str");
            exit(1);
        }

        (*hashes)++;
    }

    return NULL;
}


int
main(int argc, char **argv)
{
    int        i, n;
    double     began, cpu;
    unsigned   hashes[THREADS] = { 0 }, all;
    pthread_t  threads[THREADS];

    if (argc != 3 || (n = atoi(argv[2])) < 1 || n > THREADS) {
        fputs("usage: argon2_floor SECONDS THREADS\n", stderr);
        return 2;
    }

    if (sodium_init() == -1) {
        fputs("libsodium could not be initialized\n", stderr);
        return 1;
    }

    began = now(CLOCK_MONOTONIC);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    end = began + atof(argv[1]);

    for (i = 0; i < n; i++) {
        if (pthread_create(&threads[i], NULL, repeat, &hashes[i]) != 0) {
            perror("pthread_create");
            return 1;
        }
    }

    for (i = 0, all = 0; i < n; i++) {
        pthread_join(threads[i], NULL);
        all += hashes[i];
    }

    printf("%.4f %.3f\n",
           1000 * (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / all,
           all / (now(CLOCK_MONOTONIC) - began));

    return 0;
}
