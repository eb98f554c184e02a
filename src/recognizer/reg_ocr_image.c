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


/* How detection was trained: in the order blue, green, red of its pictures. */

static const float  reg_ocr_mean[3] = { 0.485f, 0.456f, 0.406f };
static const float  reg_ocr_deviation[3] = { 0.229f, 0.224f, 0.225f };


static reg_code_t reg_ocr_image_strip_jpeg(reg_str_t jpeg,
    unsigned char **data, size_t *len, reg_jpeg_facts_t *facts);
static reg_code_t reg_ocr_image_decompress(const unsigned char *data,
    size_t len, reg_ocr_image_t *image);
static tjscalingfactor reg_ocr_image_scale(int side);
static reg_code_t reg_ocr_image_upright(reg_ocr_image_t *image,
    int orientation);
static void reg_ocr_image_squeeze(const reg_ocr_image_t *image,
    const reg_ocr_crop_t *crop, float top, float bottom, float *row);
static void reg_ocr_image_average(const float *row, unsigned from,
    float *planes, unsigned width, size_t plane);
static void reg_ocr_image_mean(const reg_ocr_image_t *image, float x, float y,
    const reg_ocr_point_t *along, unsigned n, float *planes, size_t plane);
static void reg_ocr_image_smooth(float *plane, unsigned width,
    unsigned height);
static void reg_ocr_image_pixel(const reg_ocr_image_t *image, float x,
    float y, float bgr[3]);


reg_code_t
reg_ocr_image_decode(reg_str_t jpeg, reg_ocr_image_t *image)
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

    code = reg_ocr_image_decompress(data, len, image);

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
reg_ocr_image_decompress(const unsigned char *data, size_t len,
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

    scale = reg_ocr_image_scale(width > height ? width : height);

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


/* In eighths, as few as leave no side longer than is of use. */

static tjscalingfactor
reg_ocr_image_scale(int side)
{
    tjscalingfactor  scale;

    scale.num = 8;
    scale.denom = 8;

    while (scale.num > 1 && TJSCALED(side, scale) > REG_OCR_FULL_SIDE) {
        scale.num--;
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
    float     *planes, *row;
    unsigned   y;

    planes = malloc(sizeof(float) * 3 * width * height);
    row = malloc(sizeof(float) * 3 * crop->width);

    if (planes == NULL || row == NULL) {
        free(planes);
        free(row);
        return NULL;
    }

    for (y = 0; y < height; y++) {
        reg_ocr_image_squeeze(image, crop, (float) crop->height * y / height,
                              (float) crop->height * (y + 1) / height, row);

        reg_ocr_image_average(row, crop->width, planes + (size_t) y * width,
                              width, (size_t) width * height);
    }

    free(row);

    return planes;
}


/*
 * Makes one row of those between top and bottom, which count as far as they
 * are in between: the mean of each column.
 */

static void
reg_ocr_image_squeeze(const reg_ocr_image_t *image, const reg_ocr_crop_t *crop,
    float top, float bottom, float *row)
{
    float                 low, high, weight;
    size_t                i, n;
    unsigned              y;
    const unsigned char  *p;

    n = (size_t) 3 * crop->width;
    memset(row, 0, sizeof(float) * n);

    for (y = (unsigned) top; y < crop->height && y < bottom; y++) {
        low = (y > top) ? y : top;
        high = (y + 1 < bottom) ? y + 1 : bottom;
        weight = (high - low) / (bottom - top);

        p = image->rgb + 3 * ((size_t) (crop->y + y) * image->width + crop->x);

        for (i = 0; i < n; i++) {
            row[i] += weight * p[i];
        }
    }
}


/* The same along a row, which becomes a row of each plane. */

static void
reg_ocr_image_average(const float *row, unsigned from, float *planes,
    unsigned width, size_t plane)
{
    float     left, right, low, high, weight, total[3];
    unsigned  x, i, c;

    for (x = 0; x < width; x++) {
        left = (float) from * x / width;
        right = (float) from * (x + 1) / width;

        total[0] = total[1] = total[2] = 0;

        for (i = (unsigned) left; i < from && i < right; i++) {
            low = (i > left) ? i : left;
            high = (i + 1 < right) ? i + 1 : right;
            weight = (high - low) / (right - left);

            total[0] += weight * row[3 * i + 2];
            total[1] += weight * row[3 * i + 1];
            total[2] += weight * row[3 * i];
        }

        for (c = 0; c < 3; c++) {
            planes[c * plane + x] = (total[c] / 255 - reg_ocr_mean[c])
                                    / reg_ocr_deviation[c];
        }
    }
}


float *
reg_ocr_image_turned(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height)
{
    float            *planes, scale;
    size_t            plane;
    unsigned          x, y, n;
    reg_ocr_point_t   corners[4], along, down, part;

    plane = (size_t) width * height;

    planes = malloc(sizeof(float) * 3 * plane);
    if (planes == NULL) {
        return NULL;
    }

    reg_ocr_box_corners(box, corners);

    along.x = box->u.x * box->width / width;
    along.y = box->u.y * box->width / width;
    down.x = -box->u.y * box->height / height;
    down.y = box->u.x * box->height / height;

    scale = box->height / height;
    n = (scale > 1) ? (unsigned) lroundf(scale) : 1;
    part.x = along.x / n;
    part.y = along.y / n;

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++) {
            reg_ocr_image_mean(image,
                               corners[0].x + x * along.x + y * down.x,
                               corners[0].y + x * along.y + y * down.y,
                               &part, n, planes + (size_t) y * width + x,
                               plane);
        }
    }

    return planes;
}


/* The mean of n × n pixels that lie along and across a direction. */

static void
reg_ocr_image_mean(const reg_ocr_image_t *image, float x, float y,
    const reg_ocr_point_t *along, unsigned n, float *planes, size_t plane)
{
    int                   ix, iy;
    unsigned              i, j, c, sum[3];
    const unsigned char  *p;

    sum[0] = sum[1] = sum[2] = 0;

    for (j = 0; j < n; j++) {
        for (i = 0; i < n; i++) {
            ix = (int) (x + (i + 0.5f) * along->x - (j + 0.5f) * along->y);
            iy = (int) (y + (i + 0.5f) * along->y + (j + 0.5f) * along->x);

            ix = (ix < 0) ? 0 : ix;
            ix = (ix < (int) image->width) ? ix : (int) image->width - 1;
            iy = (iy < 0) ? 0 : iy;
            iy = (iy < (int) image->height) ? iy : (int) image->height - 1;

            p = image->rgb + 3 * ((size_t) iy * image->width + ix);
            sum[0] += p[2];
            sum[1] += p[1];
            sum[2] += p[0];
        }
    }

    for (c = 0; c < 3; c++) {
        planes[c * plane] = (sum[c] / (255.0f * n * n) - reg_ocr_mean[c])
                            / reg_ocr_deviation[c];
    }
}


/*
 * Where the box has more pixels than the strip, each of the strip's is the
 * mean of some samples: a single one would miss thin strokes.
 */

float *
reg_ocr_image_strip(const reg_ocr_image_t *image, const reg_ocr_box_t *box,
    unsigned width, unsigned height)
{
    float            *planes, scale, a, b, part, bgr[3], sum[3];
    size_t            at, plane;
    unsigned          x, y, c, i, j, n;
    reg_ocr_point_t   corners[4];

    plane = (size_t) width * height;

    planes = malloc(sizeof(float) * 3 * plane);
    if (planes == NULL) {
        return NULL;
    }

    reg_ocr_box_corners(box, corners);

    scale = box->height / height;
    n = (scale > 1.25f) ? (unsigned) ceilf(scale) : 1;
    n = (n > 8) ? 8 : n;
    part = 1.0f / n;

    for (at = 0; at < plane; at++) {
        x = at % width;
        y = at / width;
        sum[0] = sum[1] = sum[2] = 0;

        for (i = 0; i < n * n; i++) {
            a = (x + (i % n + 0.5f) * part) * box->width / width;
            b = (y + (i / n + 0.5f) * part) * box->height / height;

            reg_ocr_image_pixel(image,
                corners[0].x + a * box->u.x - b * box->u.y - 0.5f,
                corners[0].y + a * box->u.y + b * box->u.x - 0.5f, bgr);

            for (j = 0; j < 3; j++) {
                sum[j] += bgr[j];
            }
        }

        for (c = 0; c < 3; c++) {
            planes[c * plane + at] = sum[c] * part * part / 127.5f - 1;
        }
    }

    if (scale < REG_OCR_NOISY) {
        for (c = 0; c < 3; c++) {
            reg_ocr_image_smooth(planes + c * plane, width, height);
        }
    }

    return planes;
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


/* Between four pixels, in proportion. */

static void
reg_ocr_image_pixel(const reg_ocr_image_t *image, float x, float y,
    float bgr[3])
{
    float                 fx, fy, top, bottom;
    size_t                right, down;
    unsigned              ix, iy, c;
    const unsigned char  *p;

    x = fminf(fmaxf(x, 0), image->width - 1);
    y = fminf(fmaxf(y, 0), image->height - 1);

    ix = (unsigned) x;
    iy = (unsigned) y;
    fx = x - ix;
    fy = y - iy;

    p = image->rgb + 3 * ((size_t) iy * image->width + ix);
    right = (ix + 1 < image->width) ? 3 : 0;
    down = (iy + 1 < image->height) ? (size_t) 3 * image->width : 0;

    for (c = 0; c < 3; c++) {
        top = p[c] + fx * (p[c + right] - p[c]);
        bottom = p[c + down] + fx * (p[c + down + right] - p[c + down]);
        bgr[2 - c] = top + fy * (bottom - top);
    }
}
