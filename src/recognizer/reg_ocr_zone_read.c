/*
 * The machine-readable zone of a picture: reading its two rows.
 */

#include <math.h>
#include "reg_ocr_mrz.h"
#include "reg_ocr_zone.h"


/*
 * The strip of a row: heights and margins in pitches.  Of the lower row the
 * pitch is hardly known, and digits read well in any size; letters do only
 * when they fill the strip.
 */

#define REG_OCR_ZONE_LOWER     2.0f
#define REG_OCR_ZONE_UPPER     1.4f
#define REG_OCR_ZONE_MARGIN    1.2f
#define REG_OCR_ZONE_ROOM      1.1f
#define REG_OCR_ZONE_TIGHT     1.5f

/*
 * The upper row is read in pieces of so many cells and a bit of those beside
 * them, until that many fillers follow what may be a name.  The model was not
 * trained on fillers: a piece that is full of them has blurred letters, and
 * the end of a name is lost.  So its last cells are read again, without any
 * filler but the first, till the end stays.
 */

#define REG_OCR_ZONE_PIECE     10
#define REG_OCR_ZONE_OVERLAP   1.5f
#define REG_OCR_ZONE_FILLERS   5
#define REG_OCR_ZONE_LAST      8
#define REG_OCR_ZONE_AGAIN     3

/*
 * Of the lower row what stands from here on is read again, with so much of a
 * filler, when one of the characters is less likely than that.
 */

#define REG_OCR_ZONE_DATES     13
#define REG_OCR_ZONE_BESIDE    0.3f
#define REG_OCR_ZONE_BLURRED   -1.0f

/*
 * A glance at so many pitches tells most other rows: of what they say hardly
 * half are letters, digits and fillers.
 */

#define REG_OCR_ZONE_GLANCE    14.0f
#define REG_OCR_ZONE_SHARE     0.6f


/* The upper row while it is read; it is the second line of its page. */

typedef struct {
    const reg_ocr_reader_t  *reader;
    reg_ocr_page_t          *page;
    reg_ocr_box_t            strip;
    size_t                   steps;         /* of the whole strip */
    reg_ocr_columns_t        columns;
} reg_ocr_names_t;


static reg_ocr_point_t reg_ocr_zone_turn(reg_ocr_zone_t *zone,
    reg_ocr_point_t direction, float *left, float *right);
static reg_code_t reg_ocr_zone_glance(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *strip, reg_ocr_page_t *page);
static reg_code_t reg_ocr_zone_wider(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *strip, reg_ocr_page_t *page, reg_ocr_cells_t *cells);
static reg_code_t reg_ocr_zone_upper(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *row, reg_ocr_point_t direction, float left,
    const reg_ocr_cells_t *cells, reg_ocr_page_t *page);
static reg_code_t reg_ocr_zone_names(reg_ocr_names_t *names);
static reg_code_t reg_ocr_zone_piece(reg_ocr_names_t *names, size_t from,
    size_t to, size_t *end);
static int reg_ocr_zone_blurred(const reg_ocr_cells_t *cells);
static reg_code_t reg_ocr_zone_again(const reg_ocr_reader_t *reader,
    const reg_ocr_box_t *strip, reg_ocr_page_t *page, reg_ocr_cells_t *cells);
static int reg_ocr_zone_lower(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, reg_ocr_cells_t *cells);
static void reg_ocr_zone_strip(const reg_ocr_box_t *row, reg_ocr_point_t u,
    float left, float right, float height, reg_ocr_box_t *strip);


reg_code_t
reg_ocr_zone_read(const reg_ocr_reader_t *reader, const reg_ocr_zone_t *zone,
    reg_ocr_point_t direction, reg_ocr_page_t *page, int *found)
{
    float             left, right;
    reg_code_t        code;
    reg_ocr_box_t     strip;
    reg_ocr_zone_t    turned;
    reg_ocr_cells_t   cells;

    *found = 0;
    turned = *zone;
    direction = reg_ocr_zone_turn(&turned, direction, &left, &right);

    reg_ocr_lines_begin(reader, direction, page);
    reg_ocr_zone_strip(&turned.rows[1], direction, left,
                       left + REG_OCR_ZONE_GLANCE * zone->pitch,
                       REG_OCR_ZONE_LOWER * zone->pitch, &strip);

    code = reg_ocr_zone_glance(reader, &strip, page);

    if (code != REG_OK || page->n == 0) {
        return code;
    }

    reg_ocr_page_free(page);
    reg_ocr_lines_begin(reader, direction, page);
    reg_ocr_zone_strip(&turned.rows[1], direction, left, right,
                       REG_OCR_ZONE_LOWER * zone->pitch, &strip);

    code = reg_ocr_lines_append(reader, &strip, REG_OCR_PIECE, 0, page);

    if (code != REG_OK || page->n != 1
        || !reg_ocr_zone_lower(page->alphabet, &page->lines[0], &cells))
    {
        return code;
    }

    *found = 1;

    /* fillers that were not found make the pitch a guess: with more room? */

    if (cells.columns.right > page->lines[0].steps - REG_OCR_ZONE_TIGHT) {
        code = reg_ocr_zone_wider(reader, &strip, page, &cells);

        if (code != REG_OK) {
            return code;
        }
    }

    if (reg_ocr_zone_blurred(&cells)) {
        code = reg_ocr_zone_again(reader, &strip, page, &cells);

        if (code != REG_OK) {
            return code;
        }
    }

    return reg_ocr_zone_upper(reader, &turned.rows[0], direction, left, &cells,
                              page);
}


/*
 * The upper row has its characters above the lower one's, which begins at left
 * and is the page's only line; it becomes the second.
 */

static reg_code_t
reg_ocr_zone_upper(const reg_ocr_reader_t *reader, const reg_ocr_box_t *row,
    reg_ocr_point_t direction, float left, const reg_ocr_cells_t *cells,
    reg_ocr_page_t *page)
{
    float            pitch, step, right;
    reg_code_t       code;
    reg_ocr_line_t   line;
    reg_ocr_names_t  names;

    step = (page->lines[0].right - page->lines[0].left)
           / page->lines[0].steps;
    pitch = (cells->columns.right - cells->columns.left) * step
            / REG_OCR_MRZ_TOLD;

    right = left + REG_OCR_ZONE_MARGIN * pitch
            + step * reg_ocr_mrz_step(&cells->columns, REG_OCR_MRZ_TD3);
    left += step * cells->columns.left - REG_OCR_ZONE_MARGIN * pitch;

    if (!(right - left > REG_OCR_MRZ_TOLD * pitch)) {
        return REG_OK;
    }

    names.reader = reader;
    names.page = page;

    reg_ocr_zone_strip(row, direction, left, right,
                       REG_OCR_ZONE_UPPER * pitch, &names.strip);

    code = reg_ocr_lines_parts(&names.strip, page, &names.steps);
    if (code != REG_OK) {
        return code;
    }

    line = page->lines[1];
    line.steps = names.steps;
    names.columns = reg_ocr_columns_move(&cells->columns, &page->lines[0],
                                         &line);

    code = reg_ocr_zone_names(&names);

    line = page->lines[0];
    page->lines[0] = page->lines[1];
    page->lines[1] = line;

    return code;
}


/* As far as the name goes; then its end by itself, till that stays. */

static reg_code_t
reg_ocr_zone_names(reg_ocr_names_t *names)
{
    size_t      cell, end, again;
    reg_code_t  code;

    end = 0;

    for (cell = REG_OCR_ZONE_PIECE; /* void */ ; cell += REG_OCR_ZONE_PIECE) {
        code = reg_ocr_zone_piece(names, cell - REG_OCR_ZONE_PIECE, cell,
                                  &end);

        if (code != REG_OK) {
            return code;
        }

        if (cell >= REG_OCR_MRZ_TD3 || end + REG_OCR_ZONE_FILLERS <= cell) {
            break;
        }
    }

    cell = 0;

    for (again = 0; again < REG_OCR_ZONE_AGAIN; again++) {
        if (end == cell || end == REG_OCR_MRZ_TD3) {
            break;
        }

        cell = end;
        code = reg_ocr_zone_piece(names,
                                  cell < REG_OCR_ZONE_LAST
                                  ? 0 : cell - REG_OCR_ZONE_LAST,
                                  cell, &end);

        if (code != REG_OK) {
            return code;
        }
    }

    return REG_OK;
}


/* Cells from, inclusive, to, exclusive; end is the last where a name may. */

static reg_code_t
reg_ocr_zone_piece(reg_ocr_names_t *names, size_t from, size_t to,
    size_t *end)
{
    float               a, b;
    reg_code_t          code;
    reg_ocr_cells_t     cells;
    reg_ocr_mrz_name_t  name;

    a = reg_ocr_mrz_step(&names->columns, from - REG_OCR_ZONE_OVERLAP);
    b = reg_ocr_mrz_step(&names->columns, to + REG_OCR_ZONE_OVERLAP);

    a = (from == 0) ? 0 : fmaxf(a, 0);
    b = fminf(b, names->steps);
    *end = REG_OCR_MRZ_TD3;

    code = reg_ocr_lines_part(names->reader, &names->strip, lroundf(a),
                              lroundf(b), names->page);

    if (code == REG_OK
        && reg_ocr_mrz_upper(names->page->alphabet, &names->page->lines[1],
                             &names->columns, &cells)
        && reg_ocr_mrz_name(&cells, &name))
    {
        *end = name.far;
    }

    return code;
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
reg_ocr_zone_glance(const reg_ocr_reader_t *reader, const reg_ocr_box_t *strip,
    reg_ocr_page_t *page)
{
    reg_code_t  code;

    code = reg_ocr_lines_append(reader, strip, REG_OCR_PIECE, 0, page);

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
reg_ocr_zone_wider(const reg_ocr_reader_t *reader, const reg_ocr_box_t *strip,
    reg_ocr_page_t *page, reg_ocr_cells_t *cells)
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

    code = reg_ocr_lines_append(reader, &wider, REG_OCR_PIECE, 0, page);

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


/* Whether characters before the fillers were hardly seen. */

static int
reg_ocr_zone_blurred(const reg_ocr_cells_t *cells)
{
    int                s;
    float              p;
    size_t             i;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, cells->n, places);

    for (i = REG_OCR_ZONE_DATES; i < cells->n; i++) {
        s = reg_ocr_cells_best(cells, i, places[i], &p);

        if (cells->like[i][s] < REG_OCR_ZONE_BLURRED) {
            return 1;
        }
    }

    return 0;
}


/* Reads them by themselves, without any filler; the better reading stays. */

static reg_code_t
reg_ocr_zone_again(const reg_ocr_reader_t *reader, const reg_ocr_box_t *strip,
    reg_ocr_page_t *page, reg_ocr_cells_t *cells)
{
    float            a, b, *kept;
    size_t           size;
    reg_code_t       code;
    reg_ocr_line_t  *line;
    reg_ocr_cells_t  again;

    line = &page->lines[0];
    size = sizeof(float) * line->steps * page->alphabet->nkept;

    a = reg_ocr_mrz_step(&cells->columns, REG_OCR_ZONE_DATES
                                          - REG_OCR_ZONE_OVERLAP);
    b = reg_ocr_mrz_step(&cells->columns, cells->n + REG_OCR_ZONE_BESIDE);
    a = fmaxf(a, 0);
    b = fminf(b, line->steps);

    kept = malloc(size);
    if (kept == NULL) {
        return REG_INTERNAL;
    }

    memcpy(kept, line->kept, size);

    code = reg_ocr_lines_part(reader, strip, lroundf(a), lroundf(b), page);

    if (code == REG_OK
        && reg_ocr_zone_lower(page->alphabet, line, &again)
        && again.quality > cells->quality)
    {
        *cells = again;

    } else {
        memcpy(line->kept, kept, size);
    }

    free(kept);

    return code;
}


/* Whether a line is the lower row: its check digits say so. */

static int
reg_ocr_zone_lower(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, reg_ocr_cells_t *cells)
{
    reg_ocr_mrz_t      mrz;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, REG_OCR_MRZ_TOLD, places);

    return reg_ocr_cells_read(alphabet, line, places, REG_OCR_MRZ_TOLD, NULL,
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
