/*
 * Pixels: decoding a JPEG, and the pieces of it that the models get.
 */

#include <math.h>
#include <turbojpeg.h>
#include "reg_jpeg_strip.h"
#include "reg_ocr.h"
#include "reg_ocr_image.h"


/* Sums over millions of pixels: eight at a time where the compiler can. */

#if (__GNUC__ && !__clang__)
#pragma GCC optimize ("O3")
#endif


#define REG_OCR_MAX_SCANS     100
#define REG_OCR_COEFFICIENTS  (200 * 1000 * 1000)   /* bytes, progressive */


/* Pixels of the picture for one of the strip: with fewer, noise shows. */

#define REG_OCR_NOISY         1.1f


/*
 * JPEG's steps in all (reg_jpeg_facts_t) from a quality of 74 on down: it
 * leaves waves between the strokes, which are finer than they are.  The model
 * tells blurred characters apart better than those that waves run across.
 */

#define REG_OCR_COARSE        1880

/* A normal distribution of a variance of 5 pixels of the strip. */

#define REG_OCR_BLUR          5

static const float  reg_ocr_blur[REG_OCR_BLUR + 1] = {
    0.1807f, 0.1635f, 0.1211f, 0.0735f, 0.0365f, 0.0148f
};


/* Samples in each direction that one pixel of an input is the mean of. */

#define REG_OCR_SAMPLES       8


/*
 * Sums are whole numbers, which are much faster than floats: a mean counts
 * 1/256 of each of its pixels, a place 1/65536 of a pixel, and what lies
 * between two pixels 1/32 of either.
 */

#define REG_OCR_WHOLE         256
#define REG_OCR_PIXEL         65536
#define REG_OCR_PARTS         32


/* The pixels along a side that become one: some of the first and the last. */

typedef struct {
    unsigned  first;
    unsigned  n;
    float     begin;
    float     unit;
} reg_ocr_portion_t;

typedef struct {
    int64_t  x;
    int64_t  y;
} reg_ocr_place_t;

typedef struct {
    const reg_ocr_image_t  *image;
    reg_ocr_place_t         first;
    reg_ocr_place_t         along;      /* from one to the next */
    reg_ocr_place_t         down;
    reg_ocr_place_t         last;       /* of the picture */
} reg_ocr_grid_t;


/* Sums of three colours over n × n cells of a grid from one on. */

typedef void (*reg_ocr_sampler_pt)(const reg_ocr_grid_t *grid, unsigned x,
    unsigned y, unsigned n, int sum[3]);

/* From the sums of three colours to what a model gets. */

typedef struct {
    float  by[3];
    float  less[3];
} reg_ocr_scale_t;


/* How detection was trained: in the order blue, green, red of its pictures. */

static const float  reg_ocr_mean[3] = { 0.485f, 0.456f, 0.406f };
static const float  reg_ocr_deviation[3] = { 0.229f, 0.224f, 0.225f };


static reg_code_t reg_ocr_image_strip_jpeg(reg_str_t jpeg,
    unsigned char **data, size_t *len, reg_jpeg_facts_t *facts);
static reg_code_t reg_ocr_image_decompress(const unsigned char *data,
    size_t len, unsigned side, reg_ocr_image_t *image);
static tjscalingfactor reg_ocr_image_scale(int longer, int side);
static reg_code_t reg_ocr_image_upright(reg_ocr_image_t *image,
    int orientation);
static reg_ocr_portion_t *reg_ocr_image_portions(unsigned from, unsigned to);
static inline unsigned reg_ocr_image_until(const reg_ocr_portion_t *portion,
    unsigned i);
static void reg_ocr_image_squeeze(const reg_ocr_image_t *image,
    const reg_ocr_crop_t *crop, const reg_ocr_portion_t *rows, uint16_t *row);
static void reg_ocr_image_average(const uint16_t *row,
    const reg_ocr_portion_t *columns, const reg_ocr_scale_t *scale,
    float *planes, unsigned width, size_t plane);
static void reg_ocr_image_normal(float whole, reg_ocr_scale_t *scale);
static inline void reg_ocr_image_put(const int sum[3],
    const reg_ocr_scale_t *scale, float *planes, size_t plane);
static inline float *reg_ocr_image_sample(const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, unsigned width, unsigned height, unsigned n,
    const reg_ocr_scale_t *scale, reg_ocr_sampler_pt sampler);
static void reg_ocr_image_grid(const reg_ocr_image_t *image,
    const reg_ocr_box_t *box, unsigned width, unsigned height,
    reg_ocr_grid_t *grid);
static inline void reg_ocr_image_nearest(const reg_ocr_grid_t *grid,
    unsigned x, unsigned y, unsigned n, int sum[3]);
static inline void reg_ocr_image_between(const reg_ocr_grid_t *grid,
    unsigned x, unsigned y, unsigned n, int sum[3]);
static void reg_ocr_image_smooth(float *plane, unsigned width,
    unsigned height);
static int reg_ocr_image_blur(float *planes, size_t width, size_t height);
static void reg_ocr_image_blur_along(float *values, size_t step, size_t n,
    float *room);


reg_code_t
reg_ocr_image_decode(reg_str_t jpeg, unsigned side, reg_ocr_image_t *image)
{
    size_t             len;
    reg_code_t         code;
    unsigned char     *data;
    reg_jpeg_facts_t   facts;

    memset(image, 0, sizeof(reg_ocr_image_t));

    code = reg_ocr_image_strip_jpeg(jpeg, &data, &len, &facts);
    if (code != REG_OK) {
        return code;
    }

    code = reg_ocr_image_decompress(data, len, side, image);
    image->coarse = (facts.coarseness >= REG_OCR_COARSE);

    free(data);

    if (code == REG_OK && facts.orientation > 1) {
        code = reg_ocr_image_upright(image, facts.orientation);
    }

    if (code != REG_OK) {
        reg_ocr_image_free(image);
    }

    return code;
}


/* The decoder gets nothing but what is needed to decode. */

static reg_code_t
reg_ocr_image_strip_jpeg(reg_str_t jpeg, unsigned char **data, size_t *len,
    reg_jpeg_facts_t *facts)
{
    reg_code_t  code;

    *data = NULL;

    if (jpeg.len == 0) {
        return REG_NOT_JPEG;
    }

    if (jpeg.len > REG_OCR_MAX_BYTES) {
        return REG_TOO_LARGE;
    }

    *data = malloc(jpeg.len);
    if (*data == NULL) {
        return REG_INTERNAL;
    }

    memcpy(*data, jpeg.data, jpeg.len);
    *len = jpeg.len;

    code = reg_jpeg_strip(*data, len, REG_OCR_MAX_SCANS, facts);

    if (code == REG_OK
        && ((uint64_t) facts->width * facts->height > REG_OCR_MAX_PIXELS
            || (facts->coefficients && facts->memory > REG_OCR_COEFFICIENTS)))
    {
        code = REG_TOO_MANY_PIXELS;
    }

    if (code != REG_OK) {
        free(*data);
    }

    return code;
}


static reg_code_t
reg_ocr_image_decompress(const unsigned char *data, size_t len, unsigned side,
    reg_ocr_image_t *image)
{
    int              width, height, samples, colours, rc;
    tjhandle         handle;
    tjscalingfactor  scale;

    handle = tjInitDecompress();
    if (handle == NULL) {
        return REG_INTERNAL;
    }

    rc = tjDecompressHeader3(handle, data, len, &width, &height, &samples,
                             &colours);
    if (rc != 0 || width <= 0 || height <= 0) {
        tjDestroy(handle);
        return REG_TRUNCATED;
    }

    scale = reg_ocr_image_scale(width > height ? width : height, side);

    image->width = TJSCALED(width, scale);
    image->height = TJSCALED(height, scale);
    image->rgb = malloc((size_t) 3 * image->width * image->height);

    if (image->rgb == NULL) {
        tjDestroy(handle);
        return REG_INTERNAL;
    }

    rc = tjDecompress2(handle, data, len, image->rgb, image->width, 0,
                       image->height, TJPF_RGB, 0);
    tjDestroy(handle);

    return (rc == 0) ? REG_OK : REG_TRUNCATED;
}


/*
 * By halves, until no side is longer than is of use: the decoder has no fast
 * way to other fractions, which take it longer than the whole.
 */

static tjscalingfactor
reg_ocr_image_scale(int longer, int side)
{
    tjscalingfactor  scale;

    scale.num = 1;
    scale.denom = 1;

    while (scale.denom < 8 && TJSCALED(longer, scale) > side) {
        scale.denom *= 2;
    }

    return scale;
}


/* EXIF 2.32, tag 274: 2 to 4 keep the sides, 5 to 8 exchange them. */

static reg_code_t
reg_ocr_image_upright(reg_ocr_image_t *image, int orientation)
{
    unsigned              x, y, sx, sy, width, height;
    unsigned char        *rgb, *to;
    const unsigned char  *from;

    width = (orientation > 4) ? image->height : image->width;
    height = (orientation > 4) ? image->width : image->height;

    rgb = malloc((size_t) 3 * width * height);
    if (rgb == NULL) {
        return REG_INTERNAL;
    }

    to = rgb;

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            sx = (orientation > 4) ? y : x;
            sy = (orientation > 4) ? x : y;

            if (orientation == 2 || orientation == 3 || orientation == 7
                || orientation == 8)
            {
                sx = image->width - 1 - sx;
            }

            if (orientation == 3 || orientation == 4 || orientation == 6
                || orientation == 7)
            {
                sy = image->height - 1 - sy;
            }

            from = image->rgb + 3 * ((size_t) sy * image->width + sx);
            *to++ = from[0];
            *to++ = from[1];
            *to++ = from[2];
        }
    }

    free(image->rgb);

    image->rgb = rgb;
    image->width = width;
    image->height = height;

    return REG_OK;
}


void
reg_ocr_image_free(reg_ocr_image_t *image)
{
    free(image->rgb);
    memset(image, 0, sizeof(reg_ocr_image_t));
}


float *
reg_ocr_image_planes(const reg_ocr_image_t *image, const reg_ocr_crop_t *crop,
    unsigned width, unsigned height)
{
    float               *planes;
    uint16_t            *row;
    unsigned             y;
    reg_ocr_scale_t      scale;
    reg_ocr_portion_t   *columns, *rows;

    planes = malloc(sizeof(float) * 3 * width * height);
    row = malloc(sizeof(uint16_t) * 3 * crop->width);
    columns = reg_ocr_image_portions(crop->width, width);
    rows = reg_ocr_image_portions(crop->height, height);

    if (planes == NULL || row == NULL || columns == NULL || rows == NULL) {
        free(planes);
        planes = NULL;
        height = 0;
    }

    reg_ocr_image_normal(255.0f * REG_OCR_WHOLE * REG_OCR_WHOLE, &scale);

    for (y = 0; y < height; y++) {
        reg_ocr_image_squeeze(image, crop, &rows[y], row);
        reg_ocr_image_average(row, columns, &scale,
                              planes + (size_t) y * width, width,
                              (size_t) width * height);
    }

    free(row);
    free(columns);
    free(rows);

    return planes;
}


/* Divides a side of from pixels into to portions. */

static reg_ocr_portion_t *
reg_ocr_image_portions(unsigned from, unsigned to)
{
    double              begin, end;
    unsigned            i;
    reg_ocr_portion_t  *portions, *portion;

    portions = malloc(sizeof(reg_ocr_portion_t) * to);

    for (i = 0; portions != NULL && i < to; i++) {
        begin = (double) from * i / to;
        end = (double) from * (i + 1) / to;

        portion = &portions[i];
        portion->first = (unsigned) begin;
        portion->begin = begin;
        portion->unit = REG_OCR_WHOLE / (end - begin);
        portion->n = (unsigned) ceil(end) - portion->first;
    }

    return portions;
}


/*
 * What the pixels of a portion before its i-th count for, in 1/REG_OCR_WHOLE:
 * those of one pixel are the difference, so that all of them make a whole.
 */

static inline unsigned
reg_ocr_image_until(const reg_ocr_portion_t *portion, unsigned i)
{
    if (i == 0) {
        return 0;
    }

    return (i == portion->n) ? REG_OCR_WHOLE
           : (unsigned) ((portion->first + i - portion->begin) * portion->unit
                         + 0.5f);
}


/*
 * Makes one row of some, which count as far as they are in the portion: the
 * mean of each column, times REG_OCR_WHOLE.
 */

static void
reg_ocr_image_squeeze(const reg_ocr_image_t *image, const reg_ocr_crop_t *crop,
    const reg_ocr_portion_t *rows, uint16_t *row)
{
    size_t                i, n;
    uint16_t              weight;
    unsigned              y, before, until;
    const unsigned char  *p;

    n = (size_t) 3 * crop->width;
    memset(row, 0, sizeof(uint16_t) * n);
    before = 0;

    for (y = 0; y < rows->n; y++) {
        until = reg_ocr_image_until(rows, y + 1);
        weight = until - before;
        before = until;

        p = image->rgb + 3 * ((size_t) (crop->y + rows->first + y)
                              * image->width + crop->x);

        for (i = 0; i < n; i++) {
            row[i] += weight * p[i];
        }
    }
}


/* The same along a row, which becomes a row of each plane. */

static void
reg_ocr_image_average(const uint16_t *row, const reg_ocr_portion_t *columns,
    const reg_ocr_scale_t *scale, float *planes, unsigned width, size_t plane)
{
    int              sum[3];
    unsigned         x, i, before, until;
    const uint16_t  *p;

    for (x = 0; x < width; x++) {
        sum[0] = sum[1] = sum[2] = 0;
        p = row + 3 * (size_t) columns[x].first;
        before = 0;

        for (i = 1; i <= columns[x].n; i++, p += 3) {
            until = reg_ocr_image_until(&columns[x], i);
            sum[0] += (until - before) * p[2];
            sum[1] += (until - before) * p[1];
            sum[2] += (until - before) * p[0];
            before = until;
        }

        reg_ocr_image_put(sum, scale, planes + x, plane);
    }
}


/* What makes a sum a number as detection was trained: whole is white. */

static void
reg_ocr_image_normal(float whole, reg_ocr_scale_t *scale)
{
    unsigned  c;

    for (c = 0; c < 3; c++) {
        scale->by[c] = 1 / (whole * reg_ocr_deviation[c]);
        scale->less[c] = reg_ocr_mean[c] / reg_ocr_deviation[c];
    }
}


static inline void
reg_ocr_image_put(const int sum[3], const reg_ocr_scale_t *scale,
    float *planes, size_t plane)
{
    planes[0] = sum[0] * scale->by[0] - scale->less[0];
    planes[plane] = sum[1] * scale->by[1] - scale->less[1];
    planes[2 * plane] = sum[2] * scale->by[2] - scale->less[2];
}


/*
 * The mean of n × n pixels, as many as there are for one of the input; none
 * is between pixels.
 */

float *
reg_ocr_image_turned(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height)
{
    float             shrunk;
    unsigned          n;
    reg_ocr_scale_t   scale;

    shrunk = box->height / height;
    n = (shrunk > 1) ? (unsigned) lroundf(shrunk) : 1;
    n = (n > REG_OCR_SAMPLES) ? REG_OCR_SAMPLES : n;

    reg_ocr_image_normal(255.0f * n * n, &scale);

    return reg_ocr_image_sample(image, box, width, height, n, &scale,
                                reg_ocr_image_nearest);
}


/*
 * Where the box has more pixels than the strip, each of the strip's is the
 * mean of some samples: a single one would miss thin strokes.
 */

float *
reg_ocr_image_strip(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height)
{
    float            *planes, shrunk;
    unsigned          c, n;
    reg_ocr_scale_t   scale;

    shrunk = box->height / height;
    n = (shrunk > 1.25f) ? (unsigned) ceilf(shrunk) : 1;
    n = (n > REG_OCR_SAMPLES) ? REG_OCR_SAMPLES : n;

    for (c = 0; c < 3; c++) {
        scale.by[c] = 1 / (127.5f * n * n * REG_OCR_PARTS * REG_OCR_PARTS);
        scale.less[c] = 1;
    }

    planes = reg_ocr_image_sample(image, box, width, height, n, &scale,
                                  reg_ocr_image_between);

    if (planes != NULL && image->coarse) {
        if (!reg_ocr_image_blur(planes, width, height)) {
            free(planes);
            return NULL;
        }

    } else if (planes != NULL && shrunk < REG_OCR_NOISY) {
        for (c = 0; c < 3; c++) {
            reg_ocr_image_smooth(planes + (size_t) c * width * height, width,
                                 height);
        }
    }

    return planes;
}


/*
 * Each pixel of the planes is the mean of n × n samples.  To be inlined, with
 * the sampler: a call for each pixel would take longer than the samples.
 */

static inline float *
reg_ocr_image_sample(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height, unsigned n, const reg_ocr_scale_t *scale,
    reg_ocr_sampler_pt sampler)
{
    int              sum[3];
    float           *planes;
    size_t           plane;
    unsigned         x, y;
    reg_ocr_grid_t   grid;

    plane = (size_t) width * height;

    planes = malloc(sizeof(float) * 3 * plane);
    if (planes == NULL) {
        return NULL;
    }

    reg_ocr_image_grid(image, box, width * n, height * n, &grid);

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            sampler(&grid, x * n, y * n, n, sum);
            reg_ocr_image_put(sum, scale, planes + (size_t) y * width + x,
                              plane);
        }
    }

    return planes;
}


/* The middles of width × height cells that a box is divided into. */

static void
reg_ocr_image_grid(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height, reg_ocr_grid_t *grid)
{
    double           along, down;
    reg_ocr_point_t  corners[4];

    reg_ocr_box_corners(box, corners);

    along = REG_OCR_PIXEL * box->width / width;
    down = REG_OCR_PIXEL * box->height / height;

    grid->image = image;
    grid->along.x = llround(along * box->u.x);
    grid->along.y = llround(along * box->u.y);
    grid->down.x = llround(-down * box->u.y);
    grid->down.y = llround(down * box->u.x);
    grid->first.x = llround(REG_OCR_PIXEL * corners[0].x)
                    + (grid->along.x + grid->down.x) / 2;
    grid->first.y = llround(REG_OCR_PIXEL * corners[0].y)
                    + (grid->along.y + grid->down.y) / 2;
    grid->last.x = REG_OCR_PIXEL * (image->width - 1);
    grid->last.y = REG_OCR_PIXEL * (image->height - 1);
}


static inline uint64_t
reg_ocr_image_clamp(int64_t at, int64_t last)
{
    at = (at < 0) ? 0 : at;

    return (at > last) ? last : at;
}


/* The sums of the pixels that n × n cells of a grid, from one on, lie in. */

static inline void
reg_ocr_image_nearest(const reg_ocr_grid_t *grid, unsigned x, unsigned y,
    unsigned n, int sum[3])
{
    int64_t               ax, ay;
    uint64_t              ix, iy;
    unsigned              i, j;
    const unsigned char  *p;

    sum[0] = sum[1] = sum[2] = 0;

    for (j = 0; j < n; j++) {
        ax = grid->first.x + x * grid->along.x + (y + j) * grid->down.x;
        ay = grid->first.y + x * grid->along.y + (y + j) * grid->down.y;

        for (i = 0; i < n; i++) {
            ix = reg_ocr_image_clamp(ax, grid->last.x) / REG_OCR_PIXEL;
            iy = reg_ocr_image_clamp(ay, grid->last.y) / REG_OCR_PIXEL;
            p = grid->image->rgb + 3 * (iy * grid->image->width + ix);

            sum[0] += p[2];
            sum[1] += p[1];
            sum[2] += p[0];

            ax += grid->along.x;
            ay += grid->along.y;
        }
    }
}


/*
 * The same between four pixels each, in proportion: times REG_OCR_PARTS
 * squared.
 */

static inline void
reg_ocr_image_between(const reg_ocr_grid_t *grid, unsigned x, unsigned y,
    unsigned n, int sum[3])
{
    int64_t               ax, ay;
    uint64_t              cx, cy;
    unsigned              i, j, c, fx, fy, w[4];
    ptrdiff_t             right, down;
    const unsigned char  *p;

    sum[0] = sum[1] = sum[2] = 0;

    for (j = 0; j < n; j++) {
        ax = grid->first.x + x * grid->along.x + (y + j) * grid->down.x
             - REG_OCR_PIXEL / 2;
        ay = grid->first.y + x * grid->along.y + (y + j) * grid->down.y
             - REG_OCR_PIXEL / 2;

        for (i = 0; i < n; i++, ax += grid->along.x, ay += grid->along.y) {
            cx = reg_ocr_image_clamp(ax, grid->last.x);
            cy = reg_ocr_image_clamp(ay, grid->last.y);

            /* the last pixel of a row or column has none behind it */

            right = (cx < (uint64_t) grid->last.x) ? 3 : 0;
            down = (cy < (uint64_t) grid->last.y)
                   ? (ptrdiff_t) 3 * grid->image->width : 0;

            p = grid->image->rgb + 3 * ((cy / REG_OCR_PIXEL)
                                        * grid->image->width
                                        + cx / REG_OCR_PIXEL);

            fx = cx % REG_OCR_PIXEL / (REG_OCR_PIXEL / REG_OCR_PARTS);
            fy = cy % REG_OCR_PIXEL / (REG_OCR_PIXEL / REG_OCR_PARTS);

            w[0] = (REG_OCR_PARTS - fx) * (REG_OCR_PARTS - fy);
            w[1] = fx * (REG_OCR_PARTS - fy);
            w[2] = (REG_OCR_PARTS - fx) * fy;
            w[3] = fx * fy;

            for (c = 0; c < 3; c++) {
                sum[2 - c] += w[0] * p[c] + w[1] * p[c + right]
                              + w[2] * p[c + down] + w[3] * p[c + down + right];
            }
        }
    }
}


/*
 * Small print is enlarged, and with it the camera's noise, which the model
 * takes for strokes: each pixel becomes the mean of the four around it.
 */

static void
reg_ocr_image_smooth(float *plane, unsigned width, unsigned height)
{
    float     above, here, left;
    unsigned  x, y;

    for (x = 1; x + 1 < width; x++) {
        above = plane[x];

        for (y = 1; y + 1 < height; y++) {
            here = plane[y * width + x];
            left = plane[y * width + x - 1];
            plane[y * width + x] = (above + left + plane[y * width + x + 1]
                                    + plane[(y + 1) * width + x]) / 4;
            above = here;
        }
    }
}


/* All three planes of a strip; 0 when memory is out. */

static int
reg_ocr_image_blur(float *planes, size_t width, size_t height)
{
    float   *room;
    size_t   c, y;

    room = malloc(sizeof(float) * (width + 2 * REG_OCR_BLUR)
                  * (height + 2 * REG_OCR_BLUR));
    if (room == NULL) {
        return 0;
    }

    for (y = 0; y < 3 * height; y++) {
        reg_ocr_image_blur_along(planes + y * width, 1, width, room);
    }

    for (c = 0; c < 3; c++) {
        reg_ocr_image_blur_along(planes + c * height * width, width, height,
                                 room);
    }

    free(room);

    return 1;
}


/*
 * n times step values, each with those that are some steps before and behind
 * it; at both ends as if the last step went on.
 */

static void
reg_ocr_image_blur_along(float *values, size_t step, size_t n, float *room)
{
    float   *copy, sum;
    size_t   i, k;

    copy = room + REG_OCR_BLUR * step;
    memcpy(copy, values, sizeof(float) * n * step);

    for (k = 0; k < REG_OCR_BLUR; k++) {
        memcpy(room + k * step, values, sizeof(float) * step);
        memcpy(copy + (n + k) * step, values + (n - 1) * step,
               sizeof(float) * step);
    }

    for (i = 0; i < n * step; i++) {
        sum = reg_ocr_blur[0] * copy[i];

        for (k = 1; k <= REG_OCR_BLUR; k++) {
            sum += reg_ocr_blur[k] * (copy[i + k * step] + copy[i - k * step]);
        }

        values[i] = sum;
    }
}
