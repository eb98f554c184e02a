/*
 * What is wrong with a picture as a whole, and its result's state.
 */

#include <math.h>
#include "reg_ocr_group.h"
#include "reg_ocr_screen.h"
#include "reg_ocr_warnings.h"


/* Print lower than that, in pixels, reads badly. */

#define REG_OCR_SMALL_HEIGHT  17.0f

/* A box this near to the edge of the picture, in its heights, is cut off. */

#define REG_OCR_EDGE          0.35f

/*
 * Millimetres of a card beyond the edge of the picture, from where on it is
 * cut off: its place is not known more exactly.
 */

#define REG_OCR_BEYOND        6.0f

/*
 * Glare: tiles of the document, each so many pixels wide, that are white
 * through and through, though the paper around is not.
 */

#define REG_OCR_TILE          24
#define REG_OCR_WHITE         250
#define REG_OCR_PAPER         225
#define REG_OCR_GLARE_LEAST   0.015f


static int reg_ocr_warn_kind(const reg_ocr_request_t *request,
    reg_ocr_result_t *result);
static int reg_ocr_warn_missing(const reg_ocr_request_t *request,
    reg_ocr_result_t *result);
static void reg_ocr_warn_cut(reg_ocr_result_t *result);
static int reg_ocr_doubtful(const reg_ocr_result_t *result);
static int reg_ocr_small(const reg_ocr_boxes_t *boxes);
static int reg_ocr_cropped(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes);
static int reg_ocr_glare(const reg_ocr_image_t *image,
    const reg_ocr_boxes_t *boxes);
static int reg_ocr_tile(const reg_ocr_image_t *image, unsigned x,
    unsigned y);


/* Missing for each kind: the field, or another that stands for it. */

static const struct {
    reg_ocr_kind_t   kind;
    const char      *field;
    const char      *other;
} reg_ocr_expected[] = {
    { REG_OCR_PORTRAIT, "name", NULL },
    { REG_OCR_PORTRAIT, "id_number", NULL },
    { REG_OCR_PORTRAIT, "address", NULL },
    { REG_OCR_EMBLEM, "authority", NULL },
    { REG_OCR_EMBLEM, "valid_from", NULL },
    { REG_OCR_EMBLEM, "valid_until", "long_term" },
    { REG_OCR_LICENCE, "name", NULL },
    { REG_OCR_LICENCE, "id_number", NULL },
    { REG_OCR_LICENCE, "type", NULL },
    { REG_OCR_LICENCE, "legal_person", NULL },
    { REG_OCR_LICENCE, "address", NULL },
    { REG_OCR_LICENCE, "established", NULL },
    { REG_OCR_PASSPORT, "name", NULL },
    { REG_OCR_PASSPORT, "id_number", NULL },
    { REG_OCR_PASSPORT, "valid_until", NULL },
    { REG_OCR_KINDS, NULL, NULL }
};


void
reg_ocr_warnings(const reg_ocr_request_t *request,
    const reg_ocr_image_t *image, const reg_ocr_page_t *page,
    const reg_ocr_boxes_t *boxes, const reg_ocr_card_t *card,
    reg_ocr_result_t *result)
{
    int  missing;

    result->state = REG_OCR_DONE;

    if (reg_ocr_screen(image, boxes)) {
        reg_ocr_result_warn(result, "screen", NULL);
    }

    if (reg_ocr_warn_kind(request, result)) {
        result->nfields = 0;
        result->state = REG_OCR_UNREADABLE;
        return;
    }

    if (request->kind == REG_OCR_HANDHELD) {
        if (result->nfields == 0 && result->seen == REG_OCR_KINDS) {
            result->state = REG_OCR_UNREADABLE;
            reg_ocr_result_warn(result, "no_card", NULL);

        } else if (reg_ocr_result_field(result, "id_number") == NULL) {
            reg_ocr_result_warn(result, "number_illegible", "id_number");
        }

        return;
    }

    if (result->nfields == 0) {
        result->state = REG_OCR_UNREADABLE;
        reg_ocr_result_warn(result, "unreadable", NULL);
        missing = 1;

    } else {
        missing = reg_ocr_warn_missing(request, result);
    }

    /* a part of the card is wanted even where it says nothing */

    if (reg_ocr_card_beyond(card, image) > REG_OCR_BEYOND) {
        reg_ocr_result_warn(result, "cropped", NULL);
        reg_ocr_warn_cut(result);
    }

    /* the causes are told only where there is an effect */

    if (page->n == 0 || (!missing && !reg_ocr_doubtful(result))) {
        return;
    }

    if (reg_ocr_small(boxes)) {
        reg_ocr_result_warn(result, "too_small", NULL);
    }

    /* no machine-readable zone is near the edge of a whole page's picture */

    if ((missing || request->kind == REG_OCR_PASSPORT)
        && reg_ocr_cropped(image, boxes))
    {
        reg_ocr_result_warn(result, "cropped", NULL);
    }

    if (reg_ocr_glare(image, boxes)) {
        reg_ocr_result_warn(result, "glare", NULL);
    }
}


/* A number that was proven outweighs what the words around it say. */

static int
reg_ocr_warn_kind(const reg_ocr_request_t *request, reg_ocr_result_t *result)
{
    const reg_ocr_field_t  *number;

    if (result->seen == REG_OCR_KINDS || result->seen == request->kind
        || (request->kind == REG_OCR_HANDHELD
            && result->seen == REG_OCR_PORTRAIT))
    {
        return 0;
    }

    number = reg_ocr_result_field(result, "id_number");

    if (number != NULL && number->vouched) {
        return 0;
    }

    if (result->seen <= REG_OCR_EMBLEM
        && (request->kind <= REG_OCR_EMBLEM
            || request->kind == REG_OCR_HANDHELD))
    {
        reg_ocr_result_warn(result, "wrong_side", NULL);
        return 1;
    }

    /* a travel permit has the words of a card, and of its own */

    if (request->kind == REG_OCR_PASSPORT && result->nfields != 0) {
        return 0;
    }

    reg_ocr_result_warn(result, "wrong_kind", NULL);

    return 1;
}


static int
reg_ocr_warn_missing(const reg_ocr_request_t *request,
    reg_ocr_result_t *result)
{
    int     missing;
    size_t  i;

    missing = 0;

    for (i = 0; reg_ocr_expected[i].field != NULL; i++) {

        if (reg_ocr_expected[i].kind == request->kind
            && reg_ocr_result_field(result, reg_ocr_expected[i].field) == NULL
            && (reg_ocr_expected[i].other == NULL
                || reg_ocr_result_field(result, reg_ocr_expected[i].other)
                   == NULL))
        {
            reg_ocr_result_warn(result, "incomplete",
                                reg_ocr_expected[i].field);
            missing = 1;
        }
    }

    return missing;
}


/* A name or an address may have lost its beginning without a trace. */

static void
reg_ocr_warn_cut(reg_ocr_result_t *result)
{
    size_t  i;

    for (i = 0; i < result->nfields; i++) {
        if (strcmp(result->fields[i].name, "name") == 0
            || strcmp(result->fields[i].name, "address") == 0
            || strcmp(result->fields[i].name, "authority") == 0)
        {
            result->fields[i].vouched = 0;
        }
    }
}


static int
reg_ocr_doubtful(const reg_ocr_result_t *result)
{
    size_t  i;

    for (i = 0; i < result->nfields; i++) {
        if (!result->fields[i].vouched) {
            return 1;
        }
    }

    return 0;
}


static int
reg_ocr_small(const reg_ocr_boxes_t *boxes)
{
    size_t  i, n;

    for (i = 0, n = 0; i < boxes->n; i++) {
        n += (fminf(boxes->box[i].width, boxes->box[i].height)
              < REG_OCR_SMALL_HEIGHT);
    }

    return 2 * n > boxes->n;
}


static int
reg_ocr_cropped(const reg_ocr_image_t *image, const reg_ocr_boxes_t *boxes)
{
    float            edge;
    size_t           i, k;
    reg_ocr_point_t  corners[4];

    for (i = 0; i < boxes->n; i++) {
        reg_ocr_box_corners(&boxes->box[i], corners);
        edge = REG_OCR_EDGE * fminf(boxes->box[i].width,
                                    boxes->box[i].height);

        for (k = 0; k < 4; k++) {
            if (corners[k].x < edge || corners[k].y < edge
                || corners[k].x > image->width - edge
                || corners[k].y > image->height - edge)
            {
                return 1;
            }
        }
    }

    return 0;
}


static int
reg_ocr_glare(const reg_ocr_image_t *image, const reg_ocr_boxes_t *boxes)
{
    int               white;
    size_t            n, glaring, bright;
    unsigned          x, y;
    reg_ocr_extent_t  extent;

    extent = reg_ocr_extent(image, boxes);
    n = glaring = bright = 0;
    extent.left = fmaxf(extent.left, 0);
    extent.top = fmaxf(extent.top, 0);
    extent.right = fminf(extent.right, image->width);
    extent.bottom = fminf(extent.bottom, image->height);

    for (y = extent.top; y + REG_OCR_TILE < extent.bottom;
         y += REG_OCR_TILE)
    {
        for (x = extent.left; x + REG_OCR_TILE < extent.right;
             x += REG_OCR_TILE)
        {
            white = reg_ocr_tile(image, x, y);
            glaring += (white >= REG_OCR_WHITE);
            bright += (white >= REG_OCR_PAPER);
            n++;
        }
    }

    return glaring > REG_OCR_GLARE_LEAST * n && 2 * bright < n;
}


/* The darkest of nine pixels of a tile, each by its darkest colour. */

static int
reg_ocr_tile(const reg_ocr_image_t *image, unsigned x, unsigned y)
{
    int                   least;
    unsigned              i, c;
    const unsigned char  *p;

    least = 255;

    for (i = 0; i < 9; i++) {
        p = image->rgb
            + 3 * ((size_t) (y + i / 3 * (REG_OCR_TILE / 3)) * image->width
                   + x + i % 3 * (REG_OCR_TILE / 3));

        for (c = 0; c < 3; c++) {
            least = (p[c] < least) ? p[c] : least;
        }
    }

    return least;
}
