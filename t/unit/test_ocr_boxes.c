/*
 * Where print stands in a picture: boxes, the sheets they are on, the rows of
 * a zone among them, and a screen's pattern between them.
 */

#include <math.h>
#include "reg_test.h"
#include "reg_ocr_geometry.h"
#include "reg_ocr_group.h"
#include "reg_ocr_screen.h"
#include "reg_ocr_zone.h"


static void
least_box_of_a_turned_rectangle(void **state)
{
    float            angle = 0.3f, a, b;
    size_t           i, n;
    reg_ocr_box_t    box;
    reg_ocr_point_t  points[4], hull[8], swap;

    (void) state;

    for (i = 0; i < 4; i++) {
        a = (i == 1 || i == 2) ? 50 : -50;
        b = (i >= 2) ? 10 : -10;
        points[i].x = 100 + a * cosf(angle) - b * sinf(angle);
        points[i].y = 200 + a * sinf(angle) + b * cosf(angle);
    }

    for (i = 0; i < 16; i++) {
        n = i % 3;

        if (points[n].y > points[n + 1].y) {
            swap = points[n];
            points[n] = points[n + 1];
            points[n + 1] = swap;
        }
    }

    n = reg_ocr_hull(points, 4, hull);
    assert_int_equal(n, 4);

    box = reg_ocr_least_box(hull, n);
    assert_true(fabsf(box.centre.x - 100) < 0.1f);
    assert_true(fabsf(box.centre.y - 200) < 0.1f);
    assert_true(fabsf(box.width - 100) < 0.1f);
    assert_true(fabsf(box.height - 20) < 0.1f);
    assert_true(fabsf(box.u.x - cosf(angle)) < 0.001f);

    /* area 2000, perimeter 240: 12.5 on every side */

    reg_ocr_box_grow(&box, 1.5f);
    assert_true(fabsf(box.width - 125) < 0.1f);
    assert_true(fabsf(box.height - 45) < 0.1f);
}


static void
a_sheet_at_another_angle_is_another_group(void **state)
{
    size_t                   i;
    static reg_ocr_boxes_t   boxes;
    static reg_ocr_groups_t  groups;

    (void) state;

    boxes.n = 9;

    for (i = 0; i < 9; i++) {
        boxes.box[i].width = 200;
        boxes.box[i].height = 20;
        boxes.box[i].u.x = (i < 5) ? 1 : cosf(0.4f);
        boxes.box[i].u.y = (i < 5) ? 0 : sinf(0.4f);
        boxes.box[i].centre.x = (i < 5) ? 200 : 360;
        boxes.box[i].centre.y = 100 + 40 * (i % 5);
    }

    reg_ocr_group(&boxes, &groups);
    assert_int_equal(groups.n, 2);
    assert_int_equal(groups.boxes[0], 5);
    assert_int_equal(groups.boxes[1], 4);
    assert_int_equal(groups.of[0], 0);
    assert_int_equal(groups.of[8], 1);
}


/* The two longest boxes, one above the other, whatever lies around. */

static void
the_rows_of_a_zone_are_found(void **state)
{
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_boxes_t  boxes;

    static const reg_ocr_box_t  found[] = {
        { { 500, 200 }, { 1, 0 }, 300, 30, 1 },
        { { 500, 240 }, { 1, 0 }, 280, 30, 1 },
        { { 500, 600 }, { 1, 0.02f }, 900, 34, 1 },
        { { 495, 657 }, { 1, 0.02f }, 890, 32, 1 },
        { { 200, 900 }, { 0.8f, 0.6f }, 900, 32, 1 },
    };

    (void) state;

    boxes.n = sizeof(found) / sizeof(found[0]);
    memcpy(boxes.box, found, sizeof(found));

    assert_true(reg_ocr_zone_find(&boxes, zones) >= 1);
    assert_true(zones[0].rows[0].width == 900);
    assert_true(zones[0].rows[1].width == 890);
    assert_true(zones[0].pitch > 18 && zones[0].pitch < 23);
}


/* Of a small page the boxes are as high as the rows are apart, or higher. */

static void
the_rows_of_a_small_zone_are_found(void **state)
{
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_boxes_t  boxes;

    static const reg_ocr_box_t  found[] = {
        { { 684, 2603 }, { 0.96f, 0.28f }, 118, 1887, 1 },
        { { 781, 2623 }, { 0.96f, 0.28f }, 125, 1897, 1 },
        { { 1033, 2607 }, { 0.95f, 0.30f }, 118, 515, 1 },
        { { 840, 3009 }, { 0.98f, 0.20f }, 117, 643, 1 },
    };

    (void) state;

    boxes.n = sizeof(found) / sizeof(found[0]);
    memcpy(boxes.box, found, sizeof(found));

    assert_true(reg_ocr_zone_find(&boxes, zones) >= 1);
    assert_true(zones[0].rows[0].width == 1897);
    assert_true(zones[0].rows[1].width == 1887);
    assert_true(zones[0].pitch > 38 && zones[0].pitch < 47);
}


/* Rows with nothing around them come before lines of a text that are longer. */

static void
the_rows_of_a_zone_stand_alone(void **state)
{
    size_t           i;
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_boxes_t  boxes;

    static const reg_ocr_box_t  rows[] = {
        { { 500, 600 }, { 1, 0.02f }, 400, 34, 1 },
        { { 580, 657 }, { 1, 0.02f }, 560, 32, 1 },
    };

    static const reg_ocr_box_t  text = { { 500, 0 }, { 1, 0 }, 800, 30, 1 };

    (void) state;

    boxes.n = 12;

    for (i = 0; i < 10; i++) {
        boxes.box[i] = text;
        boxes.box[i].centre.y = 40 + 36 * i;
    }

    memcpy(&boxes.box[10], rows, sizeof(rows));

    assert_true(reg_ocr_zone_find(&boxes, zones) >= 1);
    assert_true(zones[0].rows[0].width == 560);
    assert_true(zones[0].rows[1].width == 400);
}


/* Waves of so many pixels: each colour a part of one behind the one before. */

static int
looks_like_a_screen(float pixels, float behind)
{
    int              screen;
    float            turn;
    size_t           i;
    reg_ocr_boxes_t  boxes;
    reg_ocr_image_t  image;

    image.width = 640;
    image.height = 480;
    image.rgb = malloc(3 * 640 * 480);

    for (i = 0; i < 3 * 640 * 480; i++) {
        turn = (i / 3 % 640 + 0.3f * (i / 3 / 640)) / pixels - behind * (i % 3);
        image.rgb[i] = 200 + 12 * cosf(2 * (float) M_PI * turn);
    }

    memset(&boxes, 0, sizeof(boxes));
    boxes.n = 2;
    boxes.box[0].centre.x = boxes.box[0].centre.y = 50;
    boxes.box[1].centre.x = 600;
    boxes.box[1].centre.y = 400;

    screen = reg_ocr_screen(&image, &boxes);
    free(image.rgb);

    return screen;
}


static void
colours_that_take_turns_are_a_screens(void **state)
{
    (void) state;

    assert_true(looks_like_a_screen(3.1f, 1 / 3.0f));
    assert_true(looks_like_a_screen(17, 1 / 3.0f));
    assert_true(looks_like_a_screen(17, -1 / 3.0f));

    /* a pattern that is printed */

    assert_false(looks_like_a_screen(3.1f, 0));
    assert_false(looks_like_a_screen(17, 0));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(least_box_of_a_turned_rectangle),
        cmocka_unit_test(a_sheet_at_another_angle_is_another_group),
        cmocka_unit_test(the_rows_of_a_zone_are_found),
        cmocka_unit_test(the_rows_of_a_small_zone_are_found),
        cmocka_unit_test(the_rows_of_a_zone_stand_alone),
        cmocka_unit_test(colours_that_take_turns_are_a_screens)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
