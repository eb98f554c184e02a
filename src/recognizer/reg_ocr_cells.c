/*
 * Rows of print whose characters all have one width: a line of probabilities
 * is cut into cells, each with one character, by dynamic programming.
 *
 * Reading a line freely loses characters where equal ones follow one another,
 * and finds some where there are none.  That the cells have one width, and
 * that their number is known, tells where.
 */

#include <math.h>
#include "reg_ocr_cells.h"


/* Widths that are tried, in steps, and how far a single cell may be off. */

#define REG_OCR_PITCH_LEAST   2.2f
#define REG_OCR_PITCH_MOST    5.0f
#define REG_OCR_PITCH_STEP    0.1f
#define REG_OCR_WIDTH_MOST    7
#define REG_OCR_WIDTH_SPREAD  0.8f

/* Where columns are given: how far off each end may be, and a cell's end. */

#define REG_OCR_ENDS_OFF      2.0f
#define REG_OCR_ENDS_STEP     0.5f
#define REG_OCR_PLACE_SPREAD  0.8f

/*
 * No symbol is less likely than that: the model is sometimes sure and wrong.
 * What it overlooks is mostly a filler.
 */

#define REG_OCR_LIKE_LEAST    1e-4f
#define REG_OCR_LIKE_FILLER   1e-3f

/* What a symbol's twin says counts so much: ln 0.5. */

#define REG_OCR_LIKE_TWIN     -0.7f

/* A cell's end within what seems one character counts so often. */

#define REG_OCR_LIKE_CUT      2

/* Beside the row a step that is not blank costs no more than that. */

#define REG_OCR_OUTSIDE       1e-2f

/* Steps that say something, at least. */

#define REG_OCR_SHARE_LEAST   6

/* Cells that are seen better tell where the columns are. */

#define REG_OCR_LIKE_CLEAR    -1.5f


typedef struct {
    size_t                    steps;
    size_t                    n;
    const reg_ocr_symbols_t  *allowed;
    float                    *seen;         /* steps × symbols */
    float                    *blank;        /* steps */
    float                    *like;         /* steps × widths × symbols */
    float                    *most;         /* n × steps × widths */
    float                    *outside;      /* sums from the left */
    float                    *cut;          /* what ending a cell costs */
    float                    *best;         /* (n + 1) × (steps + 1) */
    unsigned char            *width;        /* the same: of the last cell */
} reg_ocr_grid_t;


static int reg_ocr_grid_create(reg_ocr_grid_t *grid,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_line_t *line);
static void reg_ocr_grid_see(reg_ocr_grid_t *grid,
    const reg_ocr_alphabet_t *alphabet, const reg_ocr_line_t *line);
static int reg_ocr_grid_folded(int32_t code);
static void reg_ocr_grid_cut(reg_ocr_grid_t *grid);
static void reg_ocr_grid_like(reg_ocr_grid_t *grid);
static float *reg_ocr_grid_cell(const reg_ocr_grid_t *grid, size_t from,
    size_t width);
static float reg_ocr_grid_symbol(const float *cell, int symbol,
    reg_ocr_symbols_t allowed);
static void reg_ocr_grid_most(reg_ocr_grid_t *grid);
static float reg_ocr_grid_anywhere(reg_ocr_grid_t *grid, size_t *end);
static float reg_ocr_grid_near(reg_ocr_grid_t *grid,
    const reg_ocr_columns_t *columns, size_t *end);
static float reg_ocr_grid_fit(reg_ocr_grid_t *grid, float pitch,
    const reg_ocr_columns_t *columns, size_t *end);
static void reg_ocr_grid_row(reg_ocr_grid_t *grid, size_t i,
    const float *costs, float place);
static void reg_ocr_grid_take(const reg_ocr_grid_t *grid, size_t end,
    reg_ocr_cells_t *cells);
static float reg_ocr_grid_middle(const reg_ocr_grid_t *grid, size_t from,
    size_t width, int symbol);
static void reg_ocr_columns_fit(const float *x, const float *y, size_t n,
    reg_ocr_columns_t *columns);


int
reg_ocr_symbol(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }

    if (c >= 'A' && c <= 'Z') {
        return c - 'A' + 10;
    }

    return (c == '<') ? REG_OCR_FILLER : -1;
}


char
reg_ocr_symbol_char(int symbol)
{
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"[symbol];
}


int
reg_ocr_cells_read(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, const reg_ocr_symbols_t *allowed, size_t n,
    const reg_ocr_columns_t *columns, reg_ocr_cells_t *cells)
{
    float           score;
    size_t          end;
    reg_ocr_grid_t  grid;

    grid.n = n;
    grid.steps = line->steps;
    grid.allowed = allowed;

    if (n * REG_OCR_PITCH_LEAST > line->steps
        || !reg_ocr_grid_create(&grid, alphabet, line))
    {
        return 0;
    }

    score = (columns == NULL) ? reg_ocr_grid_anywhere(&grid, &end)
                              : reg_ocr_grid_near(&grid, columns, &end);

    if (score > -INFINITY) {
        reg_ocr_grid_take(&grid, end, cells);
    }

    free(grid.seen);
    free(grid.width);

    return score > -INFINITY;
}


static int
reg_ocr_grid_create(reg_ocr_grid_t *grid, const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line)
{
    size_t  steps = grid->steps, cells = grid->n;
    float  *p;

    p = calloc(steps * (REG_OCR_SYMBOLS + 1)
               + steps * REG_OCR_WIDTH_MOST * (REG_OCR_SYMBOLS + cells)
               + (steps + 1) * (cells + 3), sizeof(float));

    grid->width = calloc((cells + 1) * (steps + 1), 1);

    if (p == NULL || grid->width == NULL) {
        free(p);
        free(grid->width);
        return 0;
    }

    grid->seen = p;
    grid->blank = grid->seen + steps * REG_OCR_SYMBOLS;
    grid->like = grid->blank + steps;
    grid->most = grid->like + steps * REG_OCR_WIDTH_MOST * REG_OCR_SYMBOLS;
    grid->outside = grid->most + steps * REG_OCR_WIDTH_MOST * cells;
    grid->cut = grid->outside + steps + 1;
    grid->best = grid->cut + steps + 1;

    reg_ocr_grid_see(grid, alphabet, line);
    reg_ocr_grid_cut(grid);
    reg_ocr_grid_like(grid);
    reg_ocr_grid_most(grid);

    return 1;
}


/* Small letters are capitals here, and other brackets are fillers. */

static void
reg_ocr_grid_see(reg_ocr_grid_t *grid, const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line)
{
    int           symbol;
    size_t        i, step;
    const float  *kept;

    for (step = 0; step < grid->steps; step++) {
        kept = line->kept + step * alphabet->nkept;
        grid->blank[step] = kept[0];

        grid->outside[step + 1] = grid->outside[step]
                                  + logf(fmaxf(kept[0], REG_OCR_OUTSIDE));
    }

    for (i = 1; i < alphabet->nkept; i++) {
        symbol = reg_ocr_grid_folded(alphabet->kept_code[i]);

        if (symbol < 0) {
            continue;
        }

        for (step = 0; step < grid->steps; step++) {
            grid->seen[step * REG_OCR_SYMBOLS + symbol]
                += line->kept[step * alphabet->nkept + i];
        }
    }
}


static int
reg_ocr_grid_folded(int32_t code)
{
    if (code >= 'a' && code <= 'z') {
        code += 'A' - 'a';
    }

    /* the brackets that the model may say instead */

    if (code == 0x3008 || code == 0x300a || code == 0xff1c) {
        code = '<';
    }

    return (code > 0 && code < 0x80) ? reg_ocr_symbol(code) : -1;
}


/* Steps that say the same with no blank between are mostly one character. */

static void
reg_ocr_grid_cut(reg_ocr_grid_t *grid)
{
    float         both;
    size_t        step, s;
    const float  *seen;

    for (step = 1; step < grid->steps; step++) {
        seen = grid->seen + step * REG_OCR_SYMBOLS;

        for (s = 0, both = 0; s < REG_OCR_SYMBOLS; s++) {
            both = fmaxf(both, fminf(seen[s], (seen - REG_OCR_SYMBOLS)[s]));
        }

        grid->cut[step] = REG_OCR_LIKE_CUT
                          * logf(fmaxf(1 - both, REG_OCR_OUTSIDE));
    }
}


/*
 * A cell says a symbol when steps that follow one another do, and those before
 * and behind nothing: two zeros are not one.
 */

static void
reg_ocr_grid_like(reg_ocr_grid_t *grid)
{
    float   p, least, blank, before, within, behind;
    size_t  from, step, width, s;

    for (from = 0; from < grid->steps; from++) {
        for (s = 0; s < REG_OCR_SYMBOLS; s++) {
            least = (s == REG_OCR_FILLER) ? REG_OCR_LIKE_FILLER
                                          : REG_OCR_LIKE_LEAST;
            before = 0;
            within = behind = -INFINITY;

            for (width = 1; width <= REG_OCR_WIDTH_MOST; width++) {
                step = from + width - 1;

                if (step >= grid->steps) {
                    break;
                }

                p = logf(grid->seen[step * REG_OCR_SYMBOLS + s] + least);
                blank = logf(grid->blank[step] + REG_OCR_LIKE_LEAST);

                behind = fmaxf(behind, within) + blank;
                within = fmaxf(before, within) + p;
                before += blank;

                reg_ocr_grid_cell(grid, from, width)[s]
                    = fmaxf(within, behind);
            }
        }
    }
}


static float *
reg_ocr_grid_cell(const reg_ocr_grid_t *grid, size_t from, size_t width)
{
    return grid->like + (from * REG_OCR_WIDTH_MOST + width - 1)
                        * REG_OCR_SYMBOLS;
}


static float
reg_ocr_grid_symbol(const float *cell, int symbol, reg_ocr_symbols_t allowed)
{
    char    c;
    size_t  i;

    static const char  twins[] = "O0I1Z2S5G6B8<4";

    c = reg_ocr_symbol_char(symbol);

    for (i = 0; twins[i] != '\0'; i++) {
        if (twins[i] == c) {
            i = reg_ocr_symbol(twins[i ^ 1]);

            return (allowed & REG_OCR_SYMBOL(i))
                   ? cell[symbol]
                   : fmaxf(cell[symbol], cell[i] + REG_OCR_LIKE_TWIN);
        }
    }

    return cell[symbol];
}


/* The best of what is allowed, for each place and cell. */

static void
reg_ocr_grid_most(reg_ocr_grid_t *grid)
{
    float   *cell, *most, best;
    size_t   i, at, cells;
    int      s;

    cells = grid->steps * REG_OCR_WIDTH_MOST;
    most = grid->most;

    for (i = 0; i < grid->n; i++, most += cells) {

        if (i > 0 && grid->allowed[i] == grid->allowed[i - 1]) {
            memcpy(most, most - cells, sizeof(float) * cells);
            continue;
        }

        for (at = 0; at < cells; at++) {
            cell = grid->like + at * REG_OCR_SYMBOLS;
            best = -INFINITY;

            for (s = 0; s < REG_OCR_SYMBOLS; s++) {
                if (grid->allowed[i] & REG_OCR_SYMBOL(s)) {
                    best = fmaxf(best, reg_ocr_grid_symbol(cell, s,
                                                        grid->allowed[i]));
                }
            }

            /* beyond the line's end there are no cells */

            if (at / REG_OCR_WIDTH_MOST + at % REG_OCR_WIDTH_MOST
                >= grid->steps)
            {
                best = -INFINITY;
            }

            most[at] = best;
        }
    }
}


static float
reg_ocr_grid_anywhere(reg_ocr_grid_t *grid, size_t *end)
{
    float  pitch, best, score, most;

    best = 0;
    most = -INFINITY;

    for (pitch = REG_OCR_PITCH_LEAST; pitch <= REG_OCR_PITCH_MOST;
         pitch += REG_OCR_PITCH_STEP)
    {
        score = reg_ocr_grid_fit(grid, pitch, NULL, end);

        if (score > most) {
            most = score;
            best = pitch;
        }
    }

    return (best == 0) ? most : reg_ocr_grid_fit(grid, best, NULL, end);
}


static float
reg_ocr_grid_near(reg_ocr_grid_t *grid, const reg_ocr_columns_t *columns,
    size_t *end)
{
    float              left, right, score, most;
    reg_ocr_columns_t  tried, best;

    tried = best = *columns;
    most = -INFINITY;

    for (left = -REG_OCR_ENDS_OFF; left <= REG_OCR_ENDS_OFF;
         left += REG_OCR_ENDS_STEP)
    {
        for (right = -REG_OCR_ENDS_OFF; right <= REG_OCR_ENDS_OFF;
             right += REG_OCR_ENDS_STEP)
        {
            tried.left = columns->left + left;
            tried.right = columns->right + right;

            score = reg_ocr_grid_fit(grid,
                                     (tried.right - tried.left) / grid->n,
                                     &tried, end);

            if (score > most) {
                most = score;
                best = tried;
            }
        }
    }

    return reg_ocr_grid_fit(grid, (best.right - best.left) / grid->n, &best,
                            end);
}


/* What lies beside the row is blank; without columns it may go on. */

static float
reg_ocr_grid_fit(reg_ocr_grid_t *grid, float pitch,
    const reg_ocr_columns_t *columns, size_t *end)
{
    float   off, place, score, most, costs[REG_OCR_WIDTH_MOST + 1];
    size_t  i, step, width;

    for (width = 1; width <= REG_OCR_WIDTH_MOST; width++) {
        off = (width - pitch) / REG_OCR_WIDTH_SPREAD;
        costs[width] = -off * off / 2;
    }

    memcpy(grid->best, grid->outside, sizeof(float) * (grid->steps + 1));
    place = NAN;

    for (i = 1; i <= grid->n; i++) {
        if (columns != NULL) {
            place = reg_ocr_columns_place(columns, (float) i / grid->n);
        }

        reg_ocr_grid_row(grid, i, costs, place);
    }

    most = -INFINITY;
    *end = 0;

    for (step = 0; step <= grid->steps; step++) {
        score = grid->best[grid->n * (grid->steps + 1) + step];

        if (columns != NULL) {
            score += grid->outside[grid->steps] - grid->outside[step];
        }

        if (score > most) {
            most = score;
            *end = step;
        }
    }

    return most;
}


/* How well i cells go that end at each step; NAN: there is no place for it. */

static void
reg_ocr_grid_row(reg_ocr_grid_t *grid, size_t i, const float *costs,
    float place)
{
    float           score, off, *now;
    size_t          step, width, row;
    const float    *before, *most;
    unsigned char  *widths;

    row = grid->steps + 1;
    now = grid->best + i * row;
    before = now - row;
    most = grid->most + (i - 1) * grid->steps * REG_OCR_WIDTH_MOST;
    widths = grid->width + i * row;

    for (step = 0; step < row; step++) {
        now[step] = -INFINITY;

        for (width = 1; width <= REG_OCR_WIDTH_MOST && width <= step;
             width++)
        {
            score = before[step - width] + costs[width]
                    + most[(step - width) * REG_OCR_WIDTH_MOST + width - 1];

            if (score > now[step]) {
                now[step] = score;
                widths[step] = width;
            }
        }

        if (!isnan(place)) {
            off = (step - place) / REG_OCR_PLACE_SPREAD;
            now[step] -= off * off / 2;
        }

        now[step] += grid->cut[step];
    }
}


/* From the last cell back; those seen clearly tell the columns. */

static void
reg_ocr_grid_take(const reg_ocr_grid_t *grid, size_t end,
    reg_ocr_cells_t *cells)
{
    int           s, best;
    float         p, x[REG_OCR_CELLS_MAX], y[REG_OCR_CELLS_MAX];
    size_t        i, n, width;
    const float  *cell;

    cells->n = grid->n;
    cells->quality = 0;
    cells->columns.right = end;
    n = 0;

    for (i = grid->n; i-- > 0; /* void */ ) {
        width = grid->width[(i + 1) * (grid->steps + 1) + end];
        end -= width;
        cell = reg_ocr_grid_cell(grid, end, width);

        for (s = 0; s < REG_OCR_SYMBOLS; s++) {
            cells->like[i][s] = reg_ocr_grid_symbol(cell, s,
                                                    grid->allowed[i]);
        }

        best = reg_ocr_cells_best(cells, i, grid->allowed[i], &p);
        cells->quality += cells->like[i][best] / grid->n;

        if (cells->like[i][best] > REG_OCR_LIKE_CLEAR) {
            x[n] = (i + 0.5f) / grid->n;
            y[n++] = reg_ocr_grid_middle(grid, end, width, best);
        }
    }

    cells->columns.left = end;
    cells->columns.bow = 0;

    if (2 * n >= grid->n) {
        reg_ocr_columns_fit(x, y, n, &cells->columns);
    }
}


/* Of the step that says most. */

static float
reg_ocr_grid_middle(const reg_ocr_grid_t *grid, size_t from, size_t width,
    int symbol)
{
    size_t  step, best;

    for (step = best = from; step < from + width; step++) {
        if (grid->seen[step * REG_OCR_SYMBOLS + symbol]
            > grid->seen[best * REG_OCR_SYMBOLS + symbol])
        {
            best = step;
        }
    }

    return best + 0.5f;
}


/* Least squares of y = a + b x + c x (1 - x), by Cramer's rule. */

static void
reg_ocr_columns_fit(const float *x, const float *y, size_t n,
    reg_ocr_columns_t *columns)
{
    double  q, s1, sx, sq, sxx, sxq, sqq, sy, sxy, sqy, d, a, b, c;
    size_t  i;

    s1 = sx = sq = sxx = sxq = sqq = sy = sxy = sqy = 0;

    for (i = 0; i < n; i++) {
        q = x[i] * (1 - x[i]);
        s1 += 1;
        sx += x[i];
        sq += q;
        sxx += x[i] * x[i];
        sxq += x[i] * q;
        sqq += q * q;
        sy += y[i];
        sxy += x[i] * y[i];
        sqy += q * y[i];
    }

    d = s1 * (sxx * sqq - sxq * sxq) - sx * (sx * sqq - sxq * sq)
        + sq * (sx * sxq - sxx * sq);

    if (fabs(d) < 1e-9) {
        return;
    }

    a = (sy * (sxx * sqq - sxq * sxq) - sx * (sxy * sqq - sxq * sqy)
         + sq * (sxy * sxq - sxx * sqy)) / d;
    b = (s1 * (sxy * sqq - sxq * sqy) - sy * (sx * sqq - sxq * sq)
         + sq * (sx * sqy - sxy * sq)) / d;
    c = (s1 * (sxx * sqy - sxq * sxy) - sx * (sx * sqy - sxy * sq)
         + sy * (sx * sxq - sxx * sq)) / d;

    columns->left = a;
    columns->right = a + b;
    columns->bow = (b > 0) ? c / (4 * b) : 0;
}


float
reg_ocr_columns_place(const reg_ocr_columns_t *columns, float part)
{
    return columns->left + (columns->right - columns->left)
                           * (part + 4 * columns->bow * part * (1 - part));
}


reg_ocr_columns_t
reg_ocr_columns_move(const reg_ocr_columns_t *columns,
    const reg_ocr_line_t *from, const reg_ocr_line_t *to)
{
    float              a, b;
    reg_ocr_columns_t  there;

    a = (from->right - from->left) / from->steps;
    b = to->steps / (to->right - to->left);

    there.left = (from->left + a * columns->left - to->left) * b;
    there.right = (from->left + a * columns->right - to->left) * b;
    there.bow = columns->bow;

    return there;
}


reg_ocr_columns_t
reg_ocr_columns_first(const reg_ocr_columns_t *columns, float part)
{
    float              middle;
    reg_ocr_columns_t  first;

    middle = reg_ocr_columns_place(columns, part / 2);

    first.left = columns->left;
    first.right = reg_ocr_columns_place(columns, part);
    first.bow = (middle - first.left) / (first.right - first.left) - 0.5f;

    return first;
}


float
reg_ocr_cells_share(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line)
{
    float         sum;
    size_t        i, step, n;
    const float  *kept;

    sum = 0;
    n = 0;

    for (step = 0; step < line->steps; step++) {
        kept = line->kept + step * alphabet->nkept;

        if (kept[0] > 0.5f) {
            continue;
        }

        n++;

        for (i = 1; i < alphabet->nkept; i++) {
            if (reg_ocr_grid_folded(alphabet->kept_code[i]) >= 0) {
                sum += kept[i] / (1 - kept[0]);
            }
        }
    }

    return (n < REG_OCR_SHARE_LEAST) ? 0 : sum / n;
}


int
reg_ocr_cells_best(const reg_ocr_cells_t *cells, size_t at,
    reg_ocr_symbols_t allowed, float *p)
{
    int           s, best;
    float         sum;
    const float  *like;

    like = cells->like[at];
    best = -1;

    for (s = 0; s < REG_OCR_SYMBOLS; s++) {
        if ((allowed & REG_OCR_SYMBOL(s))
            && (best == -1 || like[s] > like[best]))
        {
            best = s;
        }
    }

    for (s = 0, sum = 0; s < REG_OCR_SYMBOLS; s++) {
        if (allowed & REG_OCR_SYMBOL(s)) {
            sum += expf(like[s] - like[best]);
        }
    }

    *p = (best == -1) ? 0 : 1 / sum;

    return best;
}
