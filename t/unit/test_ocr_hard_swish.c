/*
 * The models' activation, by its definition, for any number of numbers.
 */

#include "reg_test.h"
#include "reg_ocr_hard_swish.h"


#define MOST    37
#define NEAR    1e-6f
#define UNSET   777.0f


static void
ends_and_middle(void **state)
{
    float        y[6];
    const float  x[6] = { -1000, -3, -1.5f, 0, 3, 1000 };

    (void) state;

    reg_ocr_hard_swish(x, y, 6, 1, 0);

    assert_float_equal(y[0], 0, NEAR);
    assert_float_equal(y[1], 0, NEAR);
    assert_float_equal(y[2], -0.375f, NEAR);
    assert_float_equal(y[3], 0, NEAR);
    assert_float_equal(y[4], 3, NEAR);
    assert_float_equal(y[5], 1000, NEAR);
}


static void
scale_and_offset(void **state)
{
    float        y[3];
    const float  x[3] = { -4, 1.5f, 6 };

    (void) state;

    reg_ocr_hard_swish(x, y, 3, -2, 0.25f);

    assert_float_equal(y[0], 0.25f, NEAR);
    assert_float_equal(y[1], -2 * 1.125f + 0.25f, NEAR);
    assert_float_equal(y[2], -11.75f, NEAR);
}


/* Whatever is left over when compilers take several at a time. */

static void
any_number(void **state)
{
    float   x[MOST], y[MOST];
    size_t  i, n;

    (void) state;

    for (i = 0; i < MOST; i++) {
        x[i] = 3 + i;
    }

    for (n = 0; n < MOST; n++) {
        for (i = 0; i < MOST; i++) {
            y[i] = UNSET;
        }

        reg_ocr_hard_swish(x, y, n, 1, 0);

        for (i = 0; i < n; i++) {
            assert_float_equal(y[i], x[i], NEAR);
        }

        for (; i < MOST; i++) {
            assert_float_equal(y[i], UNSET, 0);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(ends_and_middle),
        cmocka_unit_test(scale_and_offset),
        cmocka_unit_test(any_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
