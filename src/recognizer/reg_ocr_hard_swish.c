/*
 * The models' activation, in one pass over the memory.
 */

#include <math.h>
#include "reg_ocr_hard_swish.h"


/* Several numbers at a time: compilers do so where none can be a NaN. */

#if (__GNUC__ && !__clang__)
#pragma GCC optimize ("O3", "finite-math-only", "no-trapping-math", \
                      "no-signed-zeros")
#endif


void
reg_ocr_hard_swish(const float *restrict x, float *restrict y, size_t n,
    float scale, float offset)
{
    float   gate;
    size_t  i;

    for (i = 0; i < n; i++) {
        gate = fminf(fmaxf(x[i] * (1 / 6.0f) + 0.5f, 0), 1);
        y[i] = scale * x[i] * gate + offset;
    }
}
