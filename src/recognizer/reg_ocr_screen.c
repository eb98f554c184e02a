/*
 * Whether a picture was taken of a screen.
 *
 * A screen's pixels are stripes of red, green and blue side by side.  Seen by
 * a camera, by themselves or as the moiré of both grids, the colour goes
 * round the wheel along one direction: red, green and blue are waves of one
 * length, each a third of it behind the other.  Ink on paper makes waves that
 * all colours have in step, and noise makes none.
 *
 * With w a third of a turn, z = R + w G + w² B is a point on the colour wheel.
 * Where colour goes round, z is one wave exp(ikx) without its mirror image
 * exp(-ikx); ink, for which z is a real wave times a constant, has both.
 */

#include <complex.h>
#include <math.h>
#include "reg_ocr_group.h"
#include "reg_ocr_screen.h"


#define REG_OCR_SCREEN_N        REG_OCR_SCREEN_SIDE

/* Patches are spread evenly over the document, so many by so many. */

#define REG_OCR_SCREEN_PATCHES  6

/* Waves longer than so many a patch are light and shade. */

#define REG_OCR_SCREEN_LONG     2

/* A patch tells a screen by that; see reg_ocr_wave_t. */

#define REG_OCR_SCREEN_SHARE    0.25f
#define REG_OCR_SCREEN_MIRROR   0.2f
#define REG_OCR_SCREEN_HEIGHT   1.5f

/* The least share of the patches. */

#define REG_OCR_SCREEN_LEAST    0.15f


static void reg_ocr_screen_wheel(const reg_ocr_image_t *image, unsigned x,
    unsigned y, float complex *z);
static int reg_ocr_screen_long(int k);
static void reg_ocr_screen_fourier(float complex *z, size_t stride);
static float reg_ocr_screen_around(const float *power, int kx, int ky);


int
reg_ocr_screen(const reg_ocr_image_t *image, const reg_ocr_boxes_t *boxes)
{
    float             x0, y0, x1, y1;
    size_t            i, n, tell;
    unsigned          x, y, room;
    reg_ocr_wave_t    wave;
    reg_ocr_extent_t  extent;

    extent = reg_ocr_extent(image, boxes);
    room = REG_OCR_SCREEN_N;
    x0 = fmaxf(extent.left - room / 2, 0);
    y0 = fmaxf(extent.top - room / 2, 0);
    x1 = fminf(extent.right + room / 2, image->width) - room;
    y1 = fminf(extent.bottom + room / 2, image->height) - room;

    if (boxes->n == 0 || x1 <= x0 || y1 <= y0) {
        return 0;
    }

    n = REG_OCR_SCREEN_PATCHES;
    tell = 0;

    for (i = 0; i < n * n; i++) {
        x = (unsigned) (x0 + (x1 - x0) * (i % n) / (n - 1));
        y = (unsigned) (y0 + (y1 - y0) * (i / n) / (n - 1));

        reg_ocr_screen_patch(image, x, y, &wave);

        tell += (wave.share > REG_OCR_SCREEN_SHARE
                 && wave.mirror < REG_OCR_SCREEN_MIRROR
                 && wave.height > REG_OCR_SCREEN_HEIGHT);
    }

    return tell >= REG_OCR_SCREEN_LEAST * n * n;
}


void
reg_ocr_screen_patch(const reg_ocr_image_t *image, unsigned x, unsigned y,
    reg_ocr_wave_t *wave)
{
    int            n, i, best;
    float          around, sum, power[REG_OCR_SCREEN_N * REG_OCR_SCREEN_N];
    float complex  z[REG_OCR_SCREEN_N * REG_OCR_SCREEN_N];

    n = REG_OCR_SCREEN_N;
    reg_ocr_screen_wheel(image, x, y, z);

    for (i = 0; i < n; i++) {
        reg_ocr_screen_fourier(z + i * n, 1);
    }

    for (i = 0; i < n; i++) {
        reg_ocr_screen_fourier(z + i, n);
    }

    sum = 0;
    best = 0;

    for (i = 0; i < n * n; i++) {
        power[i] = crealf(z[i] * conjf(z[i]));

        if (reg_ocr_screen_long(i % n) && reg_ocr_screen_long(i / n)) {
            power[i] = 0;
        }

        sum += power[i];
        best = (power[i] > power[best]) ? i : best;
    }

    around = reg_ocr_screen_around(power, best % n, best / n);

    wave->share = (sum > 0) ? around / sum : 0;
    wave->mirror = (around > 0)
                   ? reg_ocr_screen_around(power, n - best % n, n - best / n)
                     / around
                   : 1;

    /* the window leaves a quarter of a wave's height; three colours add */

    wave->height = sqrtf(power[best]) * 4 / (n * n) / 3;
}


/* Points on the colour wheel, round their mean, under Hann's window. */

static void
reg_ocr_screen_wheel(const reg_ocr_image_t *image, unsigned x, unsigned y,
    float complex *z)
{
    int                   n, i;
    float                 w;
    float complex         mean;
    const unsigned char  *p;

    static const float complex  turn = -0.5f + 0.8660254f * I;

    n = REG_OCR_SCREEN_N;
    mean = 0;

    for (i = 0; i < n * n; i++) {
        p = image->rgb + 3 * ((size_t) (y + i / n) * image->width + x + i % n);
        z[i] = p[0] + turn * p[1] + conjf(turn) * p[2];
        mean += z[i] / (n * n);
    }

    for (i = 0; i < n * n; i++) {
        w = sinf((float) M_PI * (i % n + 0.5f) / n)
            * sinf((float) M_PI * (i / n + 0.5f) / n);
        z[i] = (z[i] - mean) * w * w;
    }
}


static int
reg_ocr_screen_long(int k)
{
    return k <= REG_OCR_SCREEN_LONG
           || k >= REG_OCR_SCREEN_N - REG_OCR_SCREEN_LONG;
}


/* The power of a wave: the window spreads it over its neighbours. */

static float
reg_ocr_screen_around(const float *power, int kx, int ky)
{
    int    i, n;
    float  sum;

    n = REG_OCR_SCREEN_N;

    for (i = 0, sum = 0; i < 9; i++) {
        sum += power[(ky + i / 3 - 1 + n) % n * n + (kx + i % 3 - 1 + n) % n];
    }

    return sum;
}


/* Cooley and Tukey's transform, in place. */

static void
reg_ocr_screen_fourier(float complex *z, size_t stride)
{
    float          angle;
    size_t         i, k, n, half, bit, at;
    float complex  a, b, turn, step;

    n = REG_OCR_SCREEN_N;

    for (i = 1, k = 0; i < n; i++) {
        for (bit = n >> 1; k & bit; bit >>= 1) {
            k ^= bit;
        }

        k ^= bit;

        if (i < k) {
            a = z[i * stride];
            z[i * stride] = z[k * stride];
            z[k * stride] = a;
        }
    }

    for (half = 1; half < n; half *= 2) {
        angle = (float) -M_PI / half;
        step = cosf(angle) + I * sinf(angle);

        for (i = 0; i < n; i += 2 * half) {
            turn = 1;

            for (k = 0; k < half; k++) {
                at = (i + k) * stride;
                a = z[at];
                b = z[at + half * stride] * turn;
                z[at] = a + b;
                z[at + half * stride] = a - b;
                turn *= step;
            }
        }
    }
}
