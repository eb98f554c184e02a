/*
 * Pixels for the recogniser's models: what is decoded, shrunk, turned and
 * straightened, by pictures of a few pixels whose means can be told.
 */

#include <math.h>
#include <turbojpeg.h>
#include "reg_test.h"
#include "reg_ocr_image.h"


#define NEAR  0.02f


/* A picture whose pixels are f(x, y) in red, and a third of it in blue. */

static reg_ocr_image_t
picture(unsigned width, unsigned height, unsigned (*f)(unsigned, unsigned))
{
    unsigned          x, y;
    unsigned char    *p;
    reg_ocr_image_t   image;

    image.width = width;
    image.height = height;
    image.coarse = 0;
    image.rgb = malloc((size_t) 3 * width * height);
    assert_non_null(image.rgb);

    for (y = 0, p = image.rgb; y < height; y++) {
        for (x = 0; x < width; x++, p += 3) {
            p[0] = f(x, y);
            p[1] = 90;
            p[2] = f(x, y) / 3;
        }
    }

    return image;
}


static unsigned
steps(unsigned x, unsigned y)
{
    return 20 * x + 3 * y;
}


static unsigned
squares(unsigned x, unsigned y)
{
    return (x + y) % 2 == 0 ? 240 : 0;
}


static unsigned
halves(unsigned x, unsigned y)
{
    (void) y;

    return (x < 30) ? 0 : 240;
}


/* A level of 255 as detection gets blue, and red. */

static float
blue(float level)
{
    return (level / 255 - 0.485f) / 0.229f;
}


static float
red(float level)
{
    return (level / 255 - 0.406f) / 0.225f;
}


static void
near(float is, float wanted)
{
    if (fabsf(is - wanted) > NEAR) {
        fail_msg("%f, not %f", is, wanted);
    }
}


static reg_ocr_box_t
box(float x, float y, float width, float height, float ux, float uy)
{
    reg_ocr_box_t  b;

    memset(&b, 0, sizeof(reg_ocr_box_t));
    b.centre.x = x;
    b.centre.y = y;
    b.width = width;
    b.height = height;
    b.u.x = ux;
    b.u.y = uy;

    return b;
}


static void
shrinking_takes_the_mean(void **state)
{
    float            *planes;
    unsigned          i;
    reg_ocr_crop_t    whole = { 0, 0, 12, 10 };
    reg_ocr_image_t   image;

    (void) state;

    image = picture(12, 10, squares);
    planes = reg_ocr_image_planes(&image, &whole, 6, 5);

    for (i = 0; i < 30; i++) {
        near(planes[i], blue(40));
        near(planes[60 + i], red(120));
    }

    free(planes);
    reg_ocr_image_free(&image);
}


/* 5 columns become 2: the middle one counts half in either. */

static void
a_pixel_counts_as_far_as_it_is_in(void **state)
{
    float            *planes;
    reg_ocr_crop_t    part = { 1, 2, 5, 1 };
    reg_ocr_image_t   image;

    (void) state;

    image = picture(8, 4, steps);
    planes = reg_ocr_image_planes(&image, &part, 2, 1);

    near(planes[4], red((26 + 46 + 66 / 2.0f) / 2.5f));
    near(planes[5], red((66 / 2.0f + 86 + 106) / 2.5f));

    free(planes);
    reg_ocr_image_free(&image);
}


/* Read from above to below: what is right there is above here. */

static void
a_box_is_turned_upright(void **state)
{
    float            *planes;
    unsigned          x, y;
    reg_ocr_box_t     standing;
    reg_ocr_image_t   image;

    (void) state;

    image = picture(6, 8, steps);
    standing = box(3, 4, 8, 6, 0, 1);
    planes = reg_ocr_image_turned(&image, &standing, 8, 6);

    for (y = 0; y < 6; y++) {
        for (x = 0; x < 8; x++) {
            near(planes[2 * 48 + y * 8 + x], red(steps(5 - y, x)));
        }
    }

    free(planes);
    reg_ocr_image_free(&image);
}


/* Twice as large, and beyond the left edge by a quarter of it. */

static void
a_strip_lies_between_pixels_and_repeats_the_last(void **state)
{
    float            *strip, level;
    unsigned          x;
    reg_ocr_box_t     line;
    reg_ocr_image_t   image;

    (void) state;

    image = picture(10, 40, steps);
    line = box(2, 20, 8, 40, 1, 0);
    strip = reg_ocr_image_strip(&image, &line, 16, 40);

    for (x = 1; x < 15; x++) {
        level = fmaxf(x / 2.0f - 2 + 0.25f - 0.5f, 0);

        /* what is enlarged is smoothed along and across, which a slope is not
           changed by but at its foot */

        if (fabsf(x - 5.0f) > 2) {
            near(strip[2 * 640 + 20 * 16 + x],
                 (20 * level + 3 * 20) / 127.5f - 1);
        }
    }

    free(strip);
    reg_ocr_image_free(&image);
}


/* Four times as small: no single pixel stands for sixteen. */

static void
a_strip_of_a_large_line_takes_the_mean(void **state)
{
    float            *strip;
    unsigned          i;
    reg_ocr_box_t     line;
    reg_ocr_image_t   image;

    (void) state;

    image = picture(80, 40, squares);
    line = box(40, 20, 64, 32, 1, 0);
    strip = reg_ocr_image_strip(&image, &line, 16, 8);

    for (i = 0; i < 128; i++) {
        near(strip[i], 40 / 127.5f - 1);
        near(strip[256 + i], 120 / 127.5f - 1);
    }

    free(strip);
    reg_ocr_image_free(&image);
}


/* What compression leaves between strokes goes, the strokes stay. */

static void
a_strip_of_a_coarse_picture_is_blurred(void **state)
{
    float            *strip;
    unsigned          x;
    reg_ocr_box_t     line;
    reg_ocr_image_t   image;

    (void) state;

    image = picture(60, 40, squares);
    image.coarse = 1;
    line = box(30, 20, 40, 40, 1, 0);
    strip = reg_ocr_image_strip(&image, &line, 40, 40);

    for (x = 6; x < 34; x++) {
        near(strip[2 * 1600 + 20 * 40 + x], 120 / 127.5f - 1);
    }

    free(strip);
    reg_ocr_image_free(&image);

    image = picture(60, 40, halves);
    image.coarse = 1;
    strip = reg_ocr_image_strip(&image, &line, 40, 40);

    near(strip[2 * 1600 + 20 * 40 + 4], -1);
    near(strip[2 * 1600 + 20 * 40 + 36], 240 / 127.5f - 1);
    near(strip[2 * 1600 + 2 * 40 + 36], 240 / 127.5f - 1);

    free(strip);
    reg_ocr_image_free(&image);
}


static int
coarse(int quality, int samples)
{
    int               told;
    tjhandle          handle;
    reg_str_t         jpeg;
    unsigned long     size;
    unsigned char    *data;
    reg_ocr_image_t   image;

    image = picture(64, 64, squares);

    data = NULL;
    size = 0;
    handle = tjInitCompress();
    assert_int_equal(tjCompress2(handle, image.rgb, 64, 0, 64, TJPF_RGB,
                                 &data, &size, samples, quality, 0), 0);
    tjDestroy(handle);
    reg_ocr_image_free(&image);

    jpeg.data = data;
    jpeg.len = size;

    assert_int_equal(reg_ocr_image_decode(jpeg, 3600, &image), REG_OK);

    told = image.coarse;

    reg_ocr_image_free(&image);
    tjFree(data);

    return told;
}


static void
a_picture_is_coarse_below_a_quality_of_75(void **state)
{
    unsigned  quality;

    (void) state;

    for (quality = 50; quality < 96; quality += 5) {
        assert_int_equal(coarse(quality, TJSAMP_GRAY), quality < 75);
        assert_int_equal(coarse(quality, TJSAMP_420), quality < 75);
    }

    assert_int_equal(coarse(74, TJSAMP_420), 1);
    assert_int_equal(coarse(76, TJSAMP_420), 0);
}


static void
decoded(int width, int height, unsigned to_width, unsigned to_height)
{
    tjhandle          handle;
    reg_str_t         jpeg;
    unsigned long     size;
    unsigned char    *pixels, *data;
    reg_ocr_image_t   image;

    pixels = calloc((size_t) width * height, 1);
    assert_non_null(pixels);

    data = NULL;
    size = 0;
    handle = tjInitCompress();
    assert_int_equal(tjCompress2(handle, pixels, width, 0, height, TJPF_GRAY,
                                 &data, &size, TJSAMP_GRAY, 80, 0), 0);
    tjDestroy(handle);

    jpeg.data = data;
    jpeg.len = size;

    assert_int_equal(reg_ocr_image_decode(jpeg, 3600, &image), REG_OK);
    assert_int_equal(image.width, to_width);
    assert_int_equal(image.height, to_height);

    reg_ocr_image_free(&image);
    tjFree(data);
    free(pixels);
}


static void
a_large_picture_is_decoded_at_a_half(void **state)
{
    (void) state;

    decoded(3264, 2448, 3264, 2448);
    decoded(3024, 4032, 1512, 2016);
    decoded(8000, 6000, 2000, 1500);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(shrinking_takes_the_mean),
        cmocka_unit_test(a_pixel_counts_as_far_as_it_is_in),
        cmocka_unit_test(a_box_is_turned_upright),
        cmocka_unit_test(a_strip_lies_between_pixels_and_repeats_the_last),
        cmocka_unit_test(a_strip_of_a_large_line_takes_the_mean),
        cmocka_unit_test(a_strip_of_a_coarse_picture_is_blurred),
        cmocka_unit_test(a_picture_is_coarse_below_a_quality_of_75),
        cmocka_unit_test(a_large_picture_is_decoded_at_a_half)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
