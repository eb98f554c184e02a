/*
 * Detection: where in a picture lines of text are.
 */

#include <math.h>
#include <leptonica/allheaders.h>
#include "reg_ocr_detect.h"


/* The parameters with which the model's authors use it. */

#define REG_OCR_LIKELY       0.3f   /* a pixel that may belong to text */
#define REG_OCR_BOX_LIKELY   0.5f   /* the mean of a box */
#define REG_OCR_UNCLIP       1.5f
#define REG_OCR_LEAST_SIDE   3      /* pixels of the input, before growing */

/* Text of this height, in pixels of the input, is found best. */

#define REG_OCR_BEST_HEIGHT  22.0f
#define REG_OCR_MOST_SIDE    1280   /* 1600 costs 700 MB */
#define REG_OCR_MARGIN       2.0f   /* heights around the outermost boxes */


typedef struct {
    const float  *likely;           /* width × height */
    unsigned      width;
    unsigned      height;
} reg_ocr_map_t;


static void reg_ocr_detect_scale(reg_ocr_boxes_t *boxes, float sx, float sy);
static reg_code_t reg_ocr_detect_run(reg_ocr_runtime_t *runtime,
    float *planes, reg_ocr_map_t *map, reg_ocr_boxes_t *boxes);
static unsigned reg_ocr_detect_multiple(float side);
static reg_code_t reg_ocr_detect_boxes(const reg_ocr_map_t *map,
    reg_ocr_boxes_t *boxes);
static PIX *reg_ocr_detect_threshold(const reg_ocr_map_t *map);
static int reg_ocr_detect_box(const reg_ocr_map_t *map, PIX *mask,
    BOX *bounds, reg_ocr_box_t *box);
static float reg_ocr_detect_score(const reg_ocr_map_t *map,
    const reg_ocr_box_t *box);
static void reg_ocr_detect_keep(reg_ocr_boxes_t *boxes,
    const reg_ocr_box_t *box);
static void reg_ocr_detect_around(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, float height, reg_ocr_crop_t *crop);
static float reg_ocr_detect_height(const reg_ocr_boxes_t *boxes);
static int reg_ocr_detect_compare(const void *a, const void *b);


reg_code_t
reg_ocr_detect(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_crop_t *crop, unsigned side, reg_ocr_boxes_t *boxes)
{
    float           *planes, scale;
    size_t           i;
    reg_code_t       code;
    reg_ocr_map_t    map;
    reg_ocr_box_t   *box;

    scale = (float) side / ((crop->width > crop->height) ? crop->width
                                                         : crop->height);
    scale = (scale > 1) ? 1 : scale;

    map.width = reg_ocr_detect_multiple(crop->width * scale);
    map.height = reg_ocr_detect_multiple(crop->height * scale);

    planes = reg_ocr_image_planes(image, crop, map.width, map.height);
    code = reg_ocr_detect_run(runtime, planes, &map, boxes);

    reg_ocr_detect_scale(boxes, (float) crop->width / map.width,
                         (float) crop->height / map.height);

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];
        box->centre.x += crop->x;
        box->centre.y += crop->y;
    }

    return code;
}


reg_code_t
reg_ocr_detect_turned(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *part, float scale,
    reg_ocr_boxes_t *boxes)
{
    float             *planes, x, y;
    size_t             i;
    reg_code_t         code;
    reg_ocr_map_t      map;
    reg_ocr_box_t     *box;
    reg_ocr_point_t    u;

    map.width = reg_ocr_detect_multiple(part->width * scale);
    map.height = reg_ocr_detect_multiple(part->height * scale);

    planes = reg_ocr_image_turned(image, part, map.width, map.height);
    code = reg_ocr_detect_run(runtime, planes, &map, boxes);

    reg_ocr_detect_scale(boxes, part->width / map.width,
                         part->height / map.height);

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];
        x = box->centre.x - part->width / 2;
        y = box->centre.y - part->height / 2;
        u = box->u;

        box->centre.x = part->centre.x + x * part->u.x - y * part->u.y;
        box->centre.y = part->centre.y + x * part->u.y + y * part->u.x;
        box->u.x = u.x * part->u.x - u.y * part->u.y;
        box->u.y = u.x * part->u.y + u.y * part->u.x;
    }

    return code;
}


/*
 * From pixels of the input to those of the picture.  sx and sy differ by the
 * rounding to 32 only: angles hardly change.
 */

static void
reg_ocr_detect_scale(reg_ocr_boxes_t *boxes, float sx, float sy)
{
    size_t          i;
    reg_ocr_box_t  *box;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];
        box->centre.x *= sx;
        box->centre.y *= sy;
        box->width *= fabsf(box->u.x) * sx + fabsf(box->u.y) * sy;
        box->height *= fabsf(box->u.x) * sy + fabsf(box->u.y) * sx;
    }
}


/* Takes over the planes, which are NULL when memory is out. */

static reg_code_t
reg_ocr_detect_run(reg_ocr_runtime_t *runtime, float *planes,
    reg_ocr_map_t *map, reg_ocr_boxes_t *boxes)
{
    reg_code_t        code;
    reg_ocr_output_t  output;

    boxes->n = 0;

    if (planes == NULL) {
        return REG_INTERNAL;
    }

    code = reg_ocr_runtime_run(runtime, REG_OCR_DETECTION, planes, map->width,
                               map->height, &output);
    free(planes);

    if (code != REG_OK) {
        return code;
    }

    if (output.rank == 4 && output.shape[2] == map->height
        && output.shape[3] == map->width)
    {
        map->likely = output.data;
        code = reg_ocr_detect_boxes(map, boxes);

    } else {
        code = REG_INTERNAL;
    }

    reg_ocr_output_free(runtime, &output);

    return code;
}


static unsigned
reg_ocr_detect_multiple(float side)
{
    unsigned  n;

    n = (unsigned) lroundf(side / 32) * 32;

    return (n < 32) ? 32 : n;
}


/* Connected components of likely pixels, by leptonica. */

static reg_code_t
reg_ocr_detect_boxes(const reg_ocr_map_t *map, reg_ocr_boxes_t *boxes)
{
    int             i, n;
    BOX            *bounds;
    PIX            *likely, *mask;
    BOXA           *all;
    PIXA           *masks;
    reg_ocr_box_t   box;

    likely = reg_ocr_detect_threshold(map);
    if (likely == NULL) {
        return REG_INTERNAL;
    }

    masks = NULL;
    all = pixConnComp(likely, &masks, 8);
    pixDestroy(&likely);

    if (all == NULL) {
        return REG_INTERNAL;
    }

    n = boxaGetCount(all);

    for (i = 0; i < n; i++) {
        bounds = boxaGetBox(all, i, L_CLONE);
        mask = pixaGetPix(masks, i, L_CLONE);

        if (bounds != NULL && mask != NULL
            && reg_ocr_detect_box(map, mask, bounds, &box))
        {
            reg_ocr_detect_keep(boxes, &box);
        }

        pixDestroy(&mask);
        boxDestroy(&bounds);
    }

    pixaDestroy(&masks);
    boxaDestroy(&all);

    return REG_OK;
}


static PIX *
reg_ocr_detect_threshold(const reg_ocr_map_t *map)
{
    PIX          *pix;
    l_uint32     *line;
    unsigned      x, y;
    const float  *p;

    pix = pixCreate(map->width, map->height, 1);
    if (pix == NULL) {
        return NULL;
    }

    p = map->likely;

    for (y = 0; y < map->height; y++) {
        line = pixGetData(pix) + (size_t) y * pixGetWpl(pix);

        for (x = 0; x < map->width; x++) {
            if (*p++ > REG_OCR_LIKELY) {
                SET_DATA_BIT(line, x);
            }
        }
    }

    return pix;
}


/* The outermost pixels of each row are all that a hull needs. */

static int
reg_ocr_detect_box(const reg_ocr_map_t *map, PIX *mask, BOX *bounds,
    reg_ocr_box_t *box)
{
    int               x, y, left, right;
    l_int32           x0, y0, width, height;
    size_t            n, nhull;
    l_uint32         *line;
    reg_ocr_point_t  *points, *hull;

    if (boxGetGeometry(bounds, &x0, &y0, &width, &height) != 0
        || width < REG_OCR_LEAST_SIDE || height < REG_OCR_LEAST_SIDE)
    {
        return 0;
    }

    points = malloc(sizeof(reg_ocr_point_t) * 6 * height);
    if (points == NULL) {
        return 0;
    }

    n = 0;

    for (y = 0; y < height; y++) {
        line = pixGetData(mask) + (size_t) y * pixGetWpl(mask);

        for (x = 0, left = -1, right = -1; x < width; x++) {
            if (GET_DATA_BIT(line, x)) {
                left = (left < 0) ? x : left;
                right = x;
            }
        }

        if (left >= 0) {
            points[n].x = x0 + left;
            points[n++].y = y0 + y;
            points[n].x = x0 + right + 1;
            points[n++].y = y0 + y;
        }
    }

    hull = points + n;
    nhull = reg_ocr_hull(points, n, hull);
    *box = reg_ocr_least_box(hull, nhull);

    free(points);

    if (box->width < REG_OCR_LEAST_SIDE || box->height < REG_OCR_LEAST_SIDE) {
        return 0;
    }

    box->score = reg_ocr_detect_score(map, box);
    if (box->score < REG_OCR_BOX_LIKELY) {
        return 0;
    }

    reg_ocr_box_grow(box, REG_OCR_UNCLIP);

    return 1;
}


static float
reg_ocr_detect_score(const reg_ocr_map_t *map, const reg_ocr_box_t *box)
{
    int       x, y, x0, y0, x1, y1;
    float     dx, dy, wide, tall, sum;
    size_t    n;

    wide = fabsf(box->u.x) * box->width + fabsf(box->u.y) * box->height;
    tall = fabsf(box->u.y) * box->width + fabsf(box->u.x) * box->height;

    x0 = (int) fmaxf(box->centre.x - wide / 2, 0);
    y0 = (int) fmaxf(box->centre.y - tall / 2, 0);
    x1 = (int) fminf(box->centre.x + wide / 2 + 1, map->width);
    y1 = (int) fminf(box->centre.y + tall / 2 + 1, map->height);

    sum = 0;
    n = 0;

    for (y = y0; y < y1; y++) {
        for (x = x0; x < x1; x++) {
            dx = x + 0.5f - box->centre.x;
            dy = y + 0.5f - box->centre.y;

            if (fabsf(dx * box->u.x + dy * box->u.y) <= box->width / 2
                && fabsf(dy * box->u.x - dx * box->u.y) <= box->height / 2)
            {
                sum += map->likely[(size_t) y * map->width + x];
                n++;
            }
        }
    }

    return (n == 0) ? 0 : sum / n;
}


static void
reg_ocr_detect_keep(reg_ocr_boxes_t *boxes, const reg_ocr_box_t *box)
{
    float   area, least;
    size_t  i, smallest;

    if (boxes->n < REG_OCR_BOXES_MAX) {
        boxes->box[boxes->n++] = *box;
        return;
    }

    smallest = 0;
    least = box->width * box->height;

    for (i = 0; i < boxes->n; i++) {
        area = boxes->box[i].width * boxes->box[i].height;

        if (area < least) {
            least = area;
            smallest = i + 1;
        }
    }

    if (smallest != 0) {
        boxes->box[smallest - 1] = *box;
    }
}


unsigned
reg_ocr_detect_closer(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, unsigned side, reg_ocr_crop_t *crop)
{
    float  height, longer, scale, gain;

    if (boxes->n == 0) {
        return 0;
    }

    height = reg_ocr_detect_height(boxes);
    reg_ocr_detect_around(image, boxes, height, crop);

    longer = (crop->width > crop->height) ? crop->width : crop->height;
    scale = fminf(REG_OCR_BEST_HEIGHT / height, REG_OCR_MOST_SIDE / longer);
    scale = fminf(scale, 1);

    gain = scale * fmaxf(image->width, image->height) / side;

    return (gain < REG_OCR_DETECT_GAIN) ? 0 : (unsigned) (scale * longer);
}


float
reg_ocr_detect_part(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, reg_ocr_crop_t *crop)
{
    if (boxes->n == 0) {
        return 0;
    }

    reg_ocr_detect_around(image, boxes, reg_ocr_detect_height(boxes), crop);

    return fmaxf(image->width, image->height)
           / fmaxf(crop->width, crop->height);
}


/* The boxes, with a margin by the height of their lines. */

static void
reg_ocr_detect_around(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes, float height, reg_ocr_crop_t *crop)
{
    float                 left, top, right, bottom, wide, tall;
    size_t                i;
    const reg_ocr_box_t  *box;

    left = image->width;
    top = image->height;
    right = bottom = 0;

    for (i = 0; i < boxes->n; i++) {
        box = &boxes->box[i];

        wide = fabsf(box->u.x) * box->width + fabsf(box->u.y) * box->height;
        tall = fabsf(box->u.y) * box->width + fabsf(box->u.x) * box->height;

        left = fminf(left, box->centre.x - wide / 2);
        right = fmaxf(right, box->centre.x + wide / 2);
        top = fminf(top, box->centre.y - tall / 2);
        bottom = fmaxf(bottom, box->centre.y + tall / 2);
    }

    left = fmaxf(left - REG_OCR_MARGIN * height, 0);
    top = fmaxf(top - REG_OCR_MARGIN * height, 0);
    right = fminf(right + REG_OCR_MARGIN * height, image->width);
    bottom = fminf(bottom + REG_OCR_MARGIN * height, image->height);

    crop->x = (unsigned) left;
    crop->y = (unsigned) top;
    crop->width = (unsigned) (right - left);
    crop->height = (unsigned) (bottom - top);
}


/* Most lines are of the small print, less a few pieces of them. */

static float
reg_ocr_detect_height(const reg_ocr_boxes_t *boxes)
{
    float   heights[REG_OCR_BOXES_MAX];
    size_t  i;

    for (i = 0; i < boxes->n; i++) {
        heights[i] = fminf(boxes->box[i].width, boxes->box[i].height);
    }

    qsort(heights, boxes->n, sizeof(float), reg_ocr_detect_compare);

    return heights[boxes->n * 3 / 10];
}


static int
reg_ocr_detect_compare(const void *a, const void *b)
{
    float  x, y;

    x = *(const float *) a;
    y = *(const float *) b;

    return (x > y) - (x < y);
}
