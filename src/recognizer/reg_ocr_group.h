/*
 * Groups: which boxes lie on one sheet of paper.
 *
 * A document is photographed on a table where other papers lie, each at an
 * angle of its own: lines of one sheet are near one another and parallel.
 */

#ifndef REG_OCR_GROUP_H_INCLUDED
#define REG_OCR_GROUP_H_INCLUDED


#include "reg_ocr_detect.h"


#define REG_OCR_GROUPS_MAX  12

typedef struct {
    size_t  n;
    size_t  boxes[REG_OCR_GROUPS_MAX];      /* how many each has */
    short   of[REG_OCR_BOXES_MAX];          /* the group of a box, or −1 */
} reg_ocr_groups_t;

/* The largest groups, the one with the most ink first. */

void reg_ocr_group(const reg_ocr_boxes_t *boxes, reg_ocr_groups_t *groups);

/* The boxes of one group. */

void reg_ocr_group_take(const reg_ocr_boxes_t *boxes,
    const reg_ocr_groups_t *groups, size_t group, reg_ocr_boxes_t *out);

/*
 * Of boxes found by a closer look, the group that has the most in common
 * with the boxes that were looked at.
 */

void reg_ocr_group_keep(const reg_ocr_boxes_t *before,
    reg_ocr_boxes_t *boxes);

/* Whether the middle of a box lies in one of others. */

int reg_ocr_group_covers(const reg_ocr_boxes_t *boxes,
    const reg_ocr_box_t *box);

/* The upright rectangle around the middles of boxes; upside down for none. */

typedef struct {
    float  left;
    float  top;
    float  right;
    float  bottom;
} reg_ocr_extent_t;

reg_ocr_extent_t reg_ocr_extent(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes);


#endif /* REG_OCR_GROUP_H_INCLUDED */
