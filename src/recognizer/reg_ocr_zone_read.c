/*
 * The machine-readable zone of a picture: reading its two rows.
 */

#include <math.h>
#include <stdio.h>
#include "reg_ocr_mrz.h"
#include "reg_ocr_zone.h"


/*
 * The strip of a row: heights and margins in pitches.  Of the lower row the
 * pitch is hardly known, and digits read well in any size; letters before
 * many fillers do only when they fill the strip, in pieces of ten or so.
 */

#define REG_OCR_ZONE_LOWER     2.0f
#define REG_OCR_ZONE_UPPER     1.4f
#define REG_OCR_ZONE_MARGIN    1.2f
#define REG_OCR_ZONE_ROOM      1.1f
#define REG_OCR_ZONE_TIGHT     1.5f
#define REG_OCR_ZONE_PIECE     10
#define REG_OCR_ZONE_FILLERS   5

/*
 * A glance at so many pitches tells most other rows: of what they say hardly
 * half are letters, digits and fillers.
 */

#define REG_OCR_ZONE_GLANCE    14.0f
#define REG_OCR_ZONE_SHARE     0.6f


static reg_ocr_point_t reg_ocr_zone_turn(reg_ocr_zone_t *zone,
    reg_ocr_point_t direction, float *left, float *right);
static reg_code_t reg_ocr_zone_glance(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *strip,
    reg_ocr_page_t *page);
static reg_code_t reg_ocr_zone_wider(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *strip,
    reg_ocr_page_t *page, reg_ocr_cells_t *cells);
static reg_code_t reg_ocr_zone_upper(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *row,
    reg_ocr_point_t direction, float left, const reg_ocr_cells_t *cells,
    reg_ocr_page_t *page);
static reg_code_t reg_ocr_zone_names(reg_ocr_runtime_t *runtime,
    const reg_ocr_image_t *image, const reg_ocr_box_t *strip, float bow,
    reg_ocr_page_t *page);
static size_t reg_ocr_zone_step(const reg_ocr_columns_t *columns, size_t cell,
    float more, size_t steps);
static size_t reg_ocr_zone_end(const reg_ocr_page_t *page,
    const reg_ocr_columns_t *columns);
static int reg_ocr_zone_lower(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, reg_ocr_cells_t *cells);
static void reg_ocr_zone_strip(const reg_ocr_box_t *row, reg_ocr_point_t u,
    float left, float right, float height, reg_ocr_box_t *strip);


reg_code_t
reg_ocr_zone_read(reg_ocr_runtime_t *runtime,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_image_t *image,
    const reg_ocr_zone_t *zone, reg_ocr_point_t direction,
    reg_ocr_page_t *page, int *found)
{
    float             left, right;
    reg_code_t        code;
    reg_ocr_box_t     strip;
    reg_ocr_zone_t    turned;
    reg_ocr_cells_t   cells;

    *found = 0;
    turned = *zone;
    direction = reg_ocr_zone_turn(&turned, direction, &left, &right);

    reg_ocr_lines_begin(alphabet, image, direction, page);
    reg_ocr_zone_strip(&turned.rows[1], direction, left,
                       left + REG_OCR_ZONE_GLANCE * zone->pitch,
                       REG_OCR_ZONE_LOWER * zone->pitch, &strip);

    code = reg_ocr_zone_glance(runtime, image, &strip, page);

    if (code != REG_OK || page->n == 0) {
        return code;
    }

    reg_ocr_page_free(page);
    reg_ocr_lines_begin(alphabet, image, direction, page);
    reg_ocr_zone_strip(&turned.rows[1], direction, left, right,
                       REG_OCR_ZONE_LOWER * zone->pitch, &strip);

    code = reg_ocr_lines_append(runtime, image, &strip, REG_OCR_PIECE, 0,
                                page);

    if (code != REG_OK || page->n != 1
        || !reg_ocr_zone_lower(alphabet, &page->lines[0], &cells))
    {
        return code;
    }

    *found = 1;

    /* fillers that were not found make the pitch a guess: with more room? */

    if (cells.columns.right > page->lines[0].steps - REG_OCR_ZONE_TIGHT) {
        code = reg_ocr_zone_wider(runtime, image, &strip, page, &cells);

        if (code != REG_OK) {
            return code;
        }
    }

    return reg_ocr_zone_upper(runtime, image, &turned.rows[0], direction,
                              left, &cells, page);
}


/*
 * The upper row has its characters above the lower one's, which begins at left
 * and is the page's only line; it becomes the second.
 */

static reg_code_t
reg_ocr_zone_upper(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_box_t *row, reg_ocr_point_t direction, float left,
    const reg_ocr_cells_t *cells, reg_ocr_page_t *page)
{
    float           pitch, step, right;
    reg_code_t      code;
    reg_ocr_box_t   strip;
    reg_ocr_line_t  line;

    step = (page->lines[0].right - page->lines[0].left)
           / page->lines[0].steps;
    left += cells->columns.left * step;
    pitch = (cells->columns.right - cells->columns.left) * step
            / REG_OCR_MRZ_TD3;
    left -= REG_OCR_ZONE_MARGIN * pitch;
    right = left + (REG_OCR_MRZ_TD3 + 2 * REG_OCR_ZONE_MARGIN) * pitch;

    reg_ocr_zone_strip(row, direction, left, right,
                       REG_OCR_ZONE_UPPER * pitch, &strip);

    code = reg_ocr_zone_names(runtime, image, &strip, cells->columns.bow,
                              page);

    if (page->n == 2) {
        line = page->lines[0];
        page->lines[0] = page->lines[1];
        page->lines[1] = line;
    }

    return code;
}


/* As far as the name goes, of which the end is read by itself. */

static reg_code_t
reg_ocr_zone_names(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_box_t *strip, float bow, reg_ocr_page_t *page)
{
    size_t              from, to, cell, end, again, steps;
    reg_code_t          code;
    reg_ocr_columns_t   columns;

    code = reg_ocr_lines_parts(strip, page, &steps);
    if (code != REG_OK) {
        return code;
    }

    columns.left = REG_OCR_ZONE_MARGIN * steps
                   / (REG_OCR_MRZ_TD3 + 2 * REG_OCR_ZONE_MARGIN);
    columns.right = steps - columns.left;
    columns.bow = bow;

    end = 0;

    for (cell = 0; cell < REG_OCR_MRZ_TD3; cell += REG_OCR_ZONE_PIECE) {
        from = (cell == 0) ? 0 : reg_ocr_zone_step(&columns, cell, -1.5f, steps);
        to = reg_ocr_zone_step(&columns, cell + REG_OCR_ZONE_PIECE, 1.5f, steps);

        code = reg_ocr_lines_part(runtime, image, strip, from, to, page);
        if (code != REG_OK) {
            return code;
        }

        end = reg_ocr_zone_end(page, &columns);

        if (end + REG_OCR_ZONE_FILLERS <= cell + REG_OCR_ZONE_PIECE) {
            break;
        }
    }

    for (again = 0; again < 3 && end < REG_OCR_MRZ_TD3; again++) {
        cell = end;
        from = cell > 9 ? reg_ocr_zone_step(&columns, cell - 8, -1.5f, steps) : 0;
        to = reg_ocr_zone_step(&columns, cell, 1.5f, steps);

        code = reg_ocr_lines_part(runtime, image, strip, from, to, page);
        if (code != REG_OK) {
            return code;
        }

        end = reg_ocr_zone_end(page, &columns);

        if (end == cell) {
            break;
        }
    }

    return REG_OK;
}


static size_t
reg_ocr_zone_step(const reg_ocr_columns_t *columns, size_t cell, float more,
    size_t steps)
{
    float  step;

    step = reg_ocr_columns_place(columns, (cell + more) / REG_OCR_MRZ_TD3);

    return step < 0 ? 0 : step > steps ? steps : (size_t) lroundf(step);
}


static size_t
reg_ocr_zone_end(const reg_ocr_page_t *page, const reg_ocr_columns_t *columns)
{
    reg_ocr_cells_t     cells;
    reg_ocr_mrz_name_t  name;

    return reg_ocr_mrz_upper(page->alphabet, &page->lines[1], columns,
                             REG_OCR_MRZ_TD3, &cells)
           && reg_ocr_mrz_name(&cells, &name) ? name.far : REG_OCR_MRZ_TD3;
}


/*
 * The upper row comes first and u along both; gives their mean direction, and
 * how far they reach along it, fillers that were not found included.
 */

static reg_ocr_point_t
reg_ocr_zone_turn(reg_ocr_zone_t *zone, reg_ocr_point_t direction,
    float *left, float *right)
{
    float            length, at;
    size_t           i;
    reg_ocr_box_t    box;
    reg_ocr_point_t  u;

    reg_ocr_box_turn(&zone->rows[0], direction);
    reg_ocr_box_turn(&zone->rows[1], direction);

    u.x = zone->rows[0].u.x + zone->rows[1].u.x;
    u.y = zone->rows[0].u.y + zone->rows[1].u.y;
    length = hypotf(u.x, u.y);
    u.x /= length;
    u.y /= length;

    /* down the page is a quarter turn from the direction of reading */

    if ((zone->rows[1].centre.y - zone->rows[0].centre.y) * u.x
        < (zone->rows[1].centre.x - zone->rows[0].centre.x) * u.y)
    {
        box = zone->rows[0];
        zone->rows[0] = zone->rows[1];
        zone->rows[1] = box;
    }

    *left = INFINITY;
    *right = -INFINITY;

    for (i = 0; i < 2; i++) {
        at = zone->rows[i].centre.x * u.x + zone->rows[i].centre.y * u.y;
        *left = fminf(*left, at - zone->rows[i].width / 2);
        *right = fmaxf(*right, at + zone->rows[i].width / 2);
    }

    *left -= REG_OCR_ZONE_MARGIN * zone->pitch;
    *right = fmaxf(*right + REG_OCR_ZONE_MARGIN * zone->pitch,
                   *left + (REG_OCR_MRZ_TD3 + 2 * REG_OCR_ZONE_MARGIN)
                           * zone->pitch);

    return u;
}


/* page keeps its line only if that may be of a zone. */

static reg_code_t
reg_ocr_zone_glance(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_box_t *strip, reg_ocr_page_t *page)
{
    reg_code_t  code;

    code = reg_ocr_lines_append(runtime, image, strip, REG_OCR_PIECE, 0,
                                page);

    if (code == REG_OK && page->n == 1
        && reg_ocr_cells_share(page->alphabet, &page->lines[0])
           < REG_OCR_ZONE_SHARE)
    {
        reg_ocr_page_free(page);
    }

    return code;
}


/*
 * Reads the lower row anew where it reaches the strip's end.  cells become
 * those of the wider strip, in which it has to be found again.
 */

static reg_code_t
reg_ocr_zone_wider(reg_ocr_runtime_t *runtime, const reg_ocr_image_t *image,
    const reg_ocr_box_t *strip, reg_ocr_page_t *page, reg_ocr_cells_t *cells)
{
    float            more;
    reg_code_t       code;
    reg_ocr_box_t    wider;
    reg_ocr_line_t   line;
    reg_ocr_cells_t  again;

    wider = *strip;
    more = (REG_OCR_ZONE_ROOM - 1) * wider.width;
    wider.width += more;
    wider.centre.x += wider.u.x * more / 2;
    wider.centre.y += wider.u.y * more / 2;

    code = reg_ocr_lines_append(runtime, image, &wider, REG_OCR_PIECE, 0,
                                page);

    if (code != REG_OK || page->n != 2) {
        return code;
    }

    /* the better of the two stays */

    if (reg_ocr_zone_lower(page->alphabet, &page->lines[1], &again)
        && again.quality > cells->quality)
    {
        *cells = again;
        line = page->lines[0];
        page->lines[0] = page->lines[1];
        page->lines[1] = line;
    }

    page->n = 1;
    free(page->lines[1].chars);
    free(page->lines[1].kept);

    return REG_OK;
}


/* Whether a line is the lower row: its check digits say so. */

static int
reg_ocr_zone_lower(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, reg_ocr_cells_t *cells)
{
    reg_ocr_mrz_t      mrz;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, REG_OCR_MRZ_TD3, places);

    return reg_ocr_cells_read(alphabet, line, places, REG_OCR_MRZ_TD3, NULL,
                              cells)
           && reg_ocr_mrz_numbers(cells, REG_DATE_NONE, &mrz);
}


/* left and right are along u, the row's own direction is another. */

static void
reg_ocr_zone_strip(const reg_ocr_box_t *row, reg_ocr_point_t u, float left,
    float right, float height, reg_ocr_box_t *strip)
{
    float  at, along;

    *strip = *row;

    along = strip->u.x * u.x + strip->u.y * u.y;
    at = (left + right) / 2 - strip->centre.x * u.x - strip->centre.y * u.y;

    strip->centre.x += at / along * strip->u.x;
    strip->centre.y += at / along * strip->u.y;
    strip->width = (right - left) / along;
    strip->height = height;
}
