/*
 * Draws the reviewer's watermark over a picture: libjpeg-turbo decodes and
 * encodes, cairo draws, fontconfig finds the font.
 */

#include <math.h>

#include <cairo-ft.h>
#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <turbojpeg.h>

#include "reg_jpeg.h"
#include "reg_text.h"
#include "reg_watermark.h"


#define REG_WATERMARK_PURPOSE  "仅供著作权登记审核"
#define REG_WATERMARK_ZONE     "北京时间"
#define REG_WATERMARK_CHINA    (8 * 3600)   /* UTC+8, no daylight saving */

/* Longer names are cut: the mark is to be repeated. */

#define REG_WATERMARK_NAME     64           /* code points */
#define REG_WATERMARK_LINE     (4 * REG_WATERMARK_NAME + 64)

/* In parts of the root of the picture's area. */

#define REG_WATERMARK_LETTER   (1.0 / 36)
#define REG_WATERMARK_ANGLE    (-M_PI / 6)

/* Of black and of its white edge: one is seen on any ground. */

#define REG_WATERMARK_ALPHA    0.32

/* How cairo lays out the pixels of CAIRO_FORMAT_RGB24. */

#if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
#define REG_WATERMARK_PIXELS   TJPF_XRGB
#else
#define REG_WATERMARK_PIXELS   TJPF_BGRX
#endif


struct reg_watermark_s {
    cairo_font_face_t  *face;
};

typedef struct {
    cairo_t  *cr;
    double    size;             /* of the first line's letters */
    double    width;            /* of the wider line */
    char      line[REG_WATERMARK_LINE];
} reg_watermark_mark_t;


static FcPattern *reg_watermark_match(reg_error_t *error);
static FcCharSet *reg_watermark_charset(void);
static reg_code_t reg_watermark_decode(reg_str_t jpeg,
    cairo_surface_t **surface);
static reg_code_t reg_watermark_pixels(tjhandle handle, reg_str_t jpeg,
    cairo_surface_t **surface);
static int reg_watermark_scale(int *width, int *height);
static reg_code_t reg_watermark_cover(const reg_watermark_t *watermark,
    cairo_surface_t *surface, reg_str_t reviewer, time_t now);
static void reg_watermark_line(char line[REG_WATERMARK_LINE],
    reg_str_t reviewer, time_t now);
static void reg_watermark_tile(reg_watermark_mark_t *mark, double width,
    double height);
static void reg_watermark_put(reg_watermark_mark_t *mark, double x,
    double y);
static reg_code_t reg_watermark_encode(cairo_surface_t *surface,
    unsigned char **out, size_t *len);


reg_watermark_t *
reg_watermark_load(reg_error_t *error)
{
    FcPattern        *match;
    reg_watermark_t  *watermark;

    match = reg_watermark_match(error);
    if (match == NULL) {
        return NULL;
    }

    watermark = malloc(sizeof(reg_watermark_t));
    if (watermark == NULL) {
        reg_error_set(error, "out of memory");
        FcPatternDestroy(match);
        return NULL;
    }

    watermark->face = cairo_ft_font_face_create_for_pattern(match);
    FcPatternDestroy(match);

    if (cairo_font_face_status(watermark->face) != CAIRO_STATUS_SUCCESS) {
        reg_error_set(error, "the watermark's font cannot be used: %s",
                cairo_status_to_string(cairo_font_face_status(
                                                          watermark->face)));
        reg_watermark_free(watermark);
        return NULL;
    }

    return watermark;
}


void
reg_watermark_free(reg_watermark_t *watermark)
{
    cairo_font_face_destroy(watermark->face);
    free(watermark);
}


/*
 * fontconfig gives its best font whatever it is: whether that has the
 * characters is for us to see.
 */

static FcPattern *
reg_watermark_match(reg_error_t *error)
{
    FcResult    result;
    FcCharSet  *wanted, *has;
    FcPattern  *pattern, *match;

    match = NULL;
    wanted = reg_watermark_charset();
    pattern = FcPatternCreate();

    if (wanted != NULL && pattern != NULL
        && FcPatternAddCharSet(pattern, FC_CHARSET, wanted)
        && FcPatternAddBool(pattern, FC_SCALABLE, FcTrue)
        && FcPatternAddBool(pattern, FC_EMBEDDED_BITMAP, FcFalse)
        && FcConfigSubstitute(NULL, pattern, FcMatchPattern))
    {
        FcDefaultSubstitute(pattern);
        match = FcFontMatch(NULL, pattern, &result);
    }

    if (match != NULL
        && (FcPatternGetCharSet(match, FC_CHARSET, 0, &has) != FcResultMatch
            || !FcCharSetIsSubset(wanted, has)))
    {
        FcPatternDestroy(match);
        match = NULL;
    }

    if (match == NULL) {
        reg_error_set(error, "no installed font has the characters of the "
                      "watermark \"" REG_WATERMARK_PURPOSE "\": install "
                      "fonts-wqy-zenhei or fonts-noto-cjk");
    }

    if (pattern != NULL) {
        FcPatternDestroy(pattern);
    }

    if (wanted != NULL) {
        FcCharSetDestroy(wanted);
    }

    return match;
}


static FcCharSet *
reg_watermark_charset(void)
{
    int32_t     code;
    reg_str_t   text = reg_str(REG_WATERMARK_PURPOSE REG_WATERMARK_ZONE);
    FcCharSet  *charset;

    charset = FcCharSetCreate();
    if (charset == NULL) {
        return NULL;
    }

    for (code = ' '; code <= '~'; code++) {
        if (!FcCharSetAddChar(charset, (FcChar32) code)) {
            goto failed;
        }
    }

    while (text.len != 0) {
        if (!FcCharSetAddChar(charset, (FcChar32) reg_text_next(&text))) {
            goto failed;
        }
    }

    return charset;

failed:

    FcCharSetDestroy(charset);

    return NULL;
}


reg_code_t
reg_watermark_draw(const reg_watermark_t *watermark, reg_str_t jpeg,
    reg_str_t reviewer, time_t now, unsigned char **out, size_t *len)
{
    reg_code_t        code;
    cairo_surface_t  *surface;

    code = reg_watermark_decode(jpeg, &surface);
    if (code != REG_OK) {
        return code;
    }

    code = reg_watermark_cover(watermark, surface, reviewer, now);

    if (code == REG_OK) {
        code = reg_watermark_encode(surface, out, len);
    }

    cairo_surface_destroy(surface);

    return code;
}


static reg_code_t
reg_watermark_decode(reg_str_t jpeg, cairo_surface_t **surface)
{
    tjhandle    handle;
    reg_code_t  code;

    handle = tjInitDecompress();
    if (handle == NULL) {
        return REG_INTERNAL;
    }

    code = reg_watermark_pixels(handle, jpeg, surface);

    (void) tjDestroy(handle);

    return code;
}


static reg_code_t
reg_watermark_pixels(tjhandle handle, reg_str_t jpeg,
    cairo_surface_t **surface)
{
    int  width, height, sampling, colors;

    if (tjDecompressHeader3(handle, jpeg.data, jpeg.len, &width, &height,
                            &sampling, &colors)
        != 0)
    {
        return REG_NOT_JPEG;
    }

    if ((uint64_t) width * (uint64_t) height > reg_jpeg_limits.max_pixels
        || reg_watermark_scale(&width, &height) != 0)
    {
        return REG_TOO_MANY_PIXELS;
    }

    *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);

    if (cairo_surface_status(*surface) != CAIRO_STATUS_SUCCESS) {
        cairo_surface_destroy(*surface);
        return REG_INTERNAL;
    }

    cairo_surface_flush(*surface);

    if (tjDecompress2(handle, jpeg.data, jpeg.len,
                      cairo_image_surface_get_data(*surface), width,
                      cairo_image_surface_get_stride(*surface), height,
                      REG_WATERMARK_PIXELS,
                      TJFLAG_STOPONWARNING|TJFLAG_LIMITSCANS)
        != 0)
    {
        cairo_surface_destroy(*surface);
        return REG_TRUNCATED;
    }

    cairo_surface_mark_dirty(*surface);

    return REG_OK;
}


/* The largest scale of the decoder that is small enough: 8/8 to 1/8. */

static int
reg_watermark_scale(int *width, int *height)
{
    int              w, h;
    tjscalingfactor  scale;

    scale.denom = 8;

    for (scale.num = 8; scale.num != 0; scale.num--) {

        w = TJSCALED(*width, scale);
        h = TJSCALED(*height, scale);

        if (w <= REG_WATERMARK_SIDE && h <= REG_WATERMARK_SIDE) {
            *width = w;
            *height = h;
            return 0;
        }
    }

    return -1;
}


static reg_code_t
reg_watermark_cover(const reg_watermark_t *watermark,
    cairo_surface_t *surface, reg_str_t reviewer, time_t now)
{
    double                width, height;
    reg_code_t            code;
    cairo_text_extents_t  purpose, line;
    reg_watermark_mark_t  mark;

    if (!reg_text_valid(reviewer)) {
        return REG_FORMAT;
    }

    width = cairo_image_surface_get_width(surface);
    height = cairo_image_surface_get_height(surface);

    mark.cr = cairo_create(surface);
    mark.size = sqrt(width * height) * REG_WATERMARK_LETTER;
    reg_watermark_line(mark.line, reviewer, now);

    cairo_set_font_face(mark.cr, watermark->face);

    cairo_set_font_size(mark.cr, mark.size);
    cairo_text_extents(mark.cr, REG_WATERMARK_PURPOSE, &purpose);

    cairo_set_font_size(mark.cr, mark.size / 2);
    cairo_text_extents(mark.cr, mark.line, &line);

    mark.width = fmax(purpose.x_advance, line.x_advance);

    /* around the middle, so that a square of the diagonal covers all */

    cairo_translate(mark.cr, width / 2, height / 2);
    cairo_rotate(mark.cr, REG_WATERMARK_ANGLE);
    reg_watermark_tile(&mark, width, height);

    code = (cairo_status(mark.cr) == CAIRO_STATUS_SUCCESS) ? REG_OK
                                                           : REG_INTERNAL;
    cairo_destroy(mark.cr);
    cairo_surface_flush(surface);

    return code;
}


static void
reg_watermark_line(char line[REG_WATERMARK_LINE], reg_str_t reviewer,
    time_t now)
{
    size_t     i;
    time_t     china;
    struct tm  tm;
    reg_str_t  rest;

    rest = reviewer;

    for (i = 0; i < REG_WATERMARK_NAME && rest.len != 0; i++) {
        (void) reg_text_next(&rest);
    }

    china = now + REG_WATERMARK_CHINA;
    (void) gmtime_r(&china, &tm);

    (void) snprintf(line, REG_WATERMARK_LINE,
                    "%.*s  %04d-%02d-%02d %02d:%02d " REG_WATERMARK_ZONE,
                    (int) (reviewer.len - rest.len),
                    (const char *) reviewer.data, tm.tm_year + 1900,
                    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min);
}


/* Every other row is moved by half a step: no strip is without a mark. */

static void
reg_watermark_tile(reg_watermark_mark_t *mark, double width, double height)
{
    int     row;
    double  x, y, half, step_x, step_y;

    half = hypot(width, height) / 2;
    step_x = mark->width + 2 * mark->size;
    step_y = 4 * mark->size;
    row = 0;

    for (y = -half; y < half + step_y; y += step_y, row++) {

        x = -half - ((row & 1) ? step_x / 2 : 0);

        for ( /* void */ ; x < half; x += step_x) {
            reg_watermark_put(mark, x, y);
        }
    }
}


static void
reg_watermark_put(reg_watermark_mark_t *mark, double x, double y)
{
    int     i;
    double  edge;

    edge = fmax(mark->size / 24, 1);

    for (i = 0; i < 2; i++) {

        cairo_set_source_rgba(mark->cr, i ? 0 : 1, i ? 0 : 1, i ? 0 : 1,
                              REG_WATERMARK_ALPHA);

        cairo_set_font_size(mark->cr, mark->size);
        cairo_move_to(mark->cr, x + (i ? 0 : edge), y + (i ? 0 : edge));
        cairo_show_text(mark->cr, REG_WATERMARK_PURPOSE);

        cairo_set_font_size(mark->cr, mark->size / 2);
        cairo_move_to(mark->cr, x + (i ? 0 : edge),
                      y + mark->size + (i ? 0 : edge));
        cairo_show_text(mark->cr, mark->line);
    }
}


/* The decoder's own buffer is as large as the worst picture: copied. */

static reg_code_t
reg_watermark_encode(cairo_surface_t *surface, unsigned char **out,
    size_t *len)
{
    int             rc;
    tjhandle        handle;
    reg_code_t      code;
    unsigned char  *data;
    unsigned long   size;

    handle = tjInitCompress();
    if (handle == NULL) {
        return REG_INTERNAL;
    }

    data = NULL;
    size = 0;
    code = REG_INTERNAL;

    rc = tjCompress2(handle, cairo_image_surface_get_data(surface),
                     cairo_image_surface_get_width(surface),
                     cairo_image_surface_get_stride(surface),
                     cairo_image_surface_get_height(surface),
                     REG_WATERMARK_PIXELS, &data, &size, TJSAMP_420,
                     REG_WATERMARK_QUALITY, 0);

    if (rc == 0) {
        *out = malloc(size);

        if (*out != NULL) {
            memcpy(*out, data, size);
            *len = size;
            code = REG_OK;
        }
    }

    tjFree(data);
    (void) tjDestroy(handle);

    return code;
}
