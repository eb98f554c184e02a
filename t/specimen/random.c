/* Chance that comes out the same for the same seed. */

#include <string.h>

#include "specimen.h"


/* Each purpose has a stream of its own: a seed is one person in any look. */

void
sp_seed(sp_random_t *r, uint64_t seed, const char *purpose)
{
    r->state = seed * 1000003;

    for ( /* void */ ; *purpose; purpose++) {
        r->state = r->state * 31 + (unsigned char) *purpose;
    }

    (void) sp_next(r);
}


uint64_t
sp_next(sp_random_t *r)
{
    uint64_t  z;

    z = (r->state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;

    return z ^ (z >> 31);
}


double
sp_between(sp_random_t *r, double low, double high)
{
    return low + (high - low) * (sp_next(r) >> 11) / 9007199254740992.0;
}


double
sp_range(sp_random_t *r, sp_range_t range)
{
    return sp_between(r, range.low, range.high);
}


/* Both ends are among the results. */

int
sp_integer(sp_random_t *r, int low, int high)
{
    return low + (int) (sp_next(r) % (uint64_t) (high - low + 1));
}


int
sp_chance(sp_random_t *r, double share)
{
    return sp_between(r, 0, 1) < share;
}


/* From a list that ends with NULL */

const char *
sp_pick(sp_random_t *r, const char *const *list)
{
    int  n;

    for (n = 0; list[n] != NULL; n++) { /* void */ }

    return list[sp_integer(r, 0, n - 1)];
}


/* One character of a string of UTF-8 */

void
sp_character(sp_random_t *r, const char *set, char out[8])
{
    size_t       length;
    const char  *at;

    at = sp_nth(set, sp_integer(r, 0, (int) sp_length(set) - 1));
    length = sp_nth(at, 1) - at;

    memcpy(out, at, length);
    out[length] = '\0';
}
