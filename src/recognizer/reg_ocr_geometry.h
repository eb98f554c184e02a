/*
 * Plane geometry: hulls, rectangles of least area, boxes of text.
 *
 * Coordinates are pixels, y downwards.
 */

#ifndef REG_OCR_GEOMETRY_H_INCLUDED
#define REG_OCR_GEOMETRY_H_INCLUDED


#include <stddef.h>


typedef struct {
    float  x;
    float  y;
} reg_ocr_point_t;

/*
 * A rectangle around a line of text.  u is the unit vector in which it is
 * read; width is measured along it and height across.
 */

typedef struct {
    reg_ocr_point_t  centre;
    reg_ocr_point_t  u;
    float            width;
    float            height;
    float            score;         /* of detection, 0 to 1 */
} reg_ocr_box_t;


/*
 * The convex hull of points sorted by y, then x: anticlockwise, without the
 * collinear.  hull has room for 2 n points; gives their number.
 */

size_t reg_ocr_hull(const reg_ocr_point_t *points, size_t n,
    reg_ocr_point_t *hull);

/*
 * The rectangle of least area around a hull.  u is that of its axes which is
 * nearest to the x axis.
 */

reg_ocr_box_t reg_ocr_least_box(const reg_ocr_point_t *hull, size_t n);

/* Grows a box on all sides by area × ratio / perimeter. */

void reg_ocr_box_grow(reg_ocr_box_t *box, float ratio);

/* Chooses the axis and sense nearest to the direction of reading. */

void reg_ocr_box_turn(reg_ocr_box_t *box, reg_ocr_point_t direction);

/* The same with u along its longer side. */

reg_ocr_box_t reg_ocr_box_lying(const reg_ocr_box_t *box);

/* The four corners, clockwise from where reading begins. */

void reg_ocr_box_corners(const reg_ocr_box_t *box, reg_ocr_point_t corners[4]);


#endif /* REG_OCR_GEOMETRY_H_INCLUDED */
