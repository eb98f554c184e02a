/*
 * The machine-readable zone of passports and cards.
 */

#include <math.h>
#include "reg_ocr_mrz.h"


/*
 * 9303-4, 4.2.2: number and its check digit, nationality, birth, sex, expiry,
 * optional data.
 */

#define REG_OCR_MRZ_AT_COUNTRY   10
#define REG_OCR_MRZ_AT_BIRTH     13
#define REG_OCR_MRZ_AT_SEX       20
#define REG_OCR_MRZ_AT_UNTIL     21
#define REG_OCR_MRZ_AT_OPTIONAL  28

/* The upper row: P and a letter of the issuer's, the issuer, the name. */

#define REG_OCR_MRZ_AT_ISSUER    2
#define REG_OCR_MRZ_AT_NAME      5

/*
 * A reading whose check holds is taken for one whose check fails when it is
 * at most so much less likely (a natural logarithm: one in 400).
 */

#define REG_OCR_MRZ_DOUBT        6.0f

/*
 * How likely one letter is at a place of the upper row, and a filler between
 * names: natural logarithms of 1 in 26 and 1 in 7.
 */

#define REG_OCR_MRZ_LETTER       -3.3f
#define REG_OCR_MRZ_WITHIN       -1.9f

/* Characters less likely than that are not seen; so many may be. */

#define REG_OCR_MRZ_UNSEEN       -3.0f
#define REG_OCR_MRZ_UNSEEN_MOST  2

/* A date that is less sure is not worth a guess. */

#define REG_OCR_MRZ_GUESS        0.1f

/* A likelihood of a third is as good as one. */

#define REG_OCR_MRZ_SEEN         3.0f

/* A row whose cells are on average less likely than that is no such row. */

#define REG_OCR_MRZ_QUALITY      -2.5f

/* A letter may stand where one is so much likelier than a filler. */

#define REG_OCR_MRZ_MORE         1.0f

/* A letter at most so much likelier than a filler may be one. */

#define REG_OCR_MRZ_DIVIDES      3.0f

/* Of a row's last cell so many steps may be beyond the line's end. */

#define REG_OCR_MRZ_CUT          2.0f

#define REG_OCR_MRZ_PART_MAX     9


/* A part's symbols, and the likeliest that its check digit allows. */

typedef struct {
    int    symbol[REG_OCR_MRZ_PART_MAX];
    float  p;
    int    held;                    /* 2: at once; 1: after mending; 0 */
} reg_ocr_mrz_part_t;


static int reg_ocr_mrz_value(int symbol);
static void reg_ocr_mrz_part(const reg_ocr_cells_t *cells, size_t at,
    size_t n, reg_ocr_mrz_part_t *part);
static void reg_ocr_mrz_free(const reg_ocr_cells_t *cells, size_t at,
    size_t n, const reg_ocr_symbols_t *places, reg_ocr_mrz_part_t *part);
static float reg_ocr_mrz_held(const reg_ocr_cells_t *cells, size_t at,
    size_t n, const reg_ocr_symbols_t *places, reg_ocr_mrz_part_t *part);
static void reg_ocr_mrz_date(const reg_ocr_cells_t *cells, size_t at,
    unsigned which, reg_date_t today, reg_ocr_mrz_t *mrz);
static reg_date_t reg_ocr_mrz_day(const int *digits, reg_date_t today,
    int past);
static void reg_ocr_mrz_number(const reg_ocr_cells_t *cells,
    reg_ocr_mrz_t *mrz);
static size_t reg_ocr_mrz_unseen(const reg_ocr_cells_t *cells);
static float reg_ocr_mrz_seen(float like);
static size_t reg_ocr_mrz_letters(const reg_ocr_cells_t *cells, int *symbols,
    float *p, size_t *far);
static void reg_ocr_mrz_divide(const reg_ocr_cells_t *cells, size_t end,
    int *symbols, float *sure);
static void reg_ocr_mrz_rest(const reg_ocr_cells_t *cells,
    reg_ocr_mrz_t *mrz);


void
reg_ocr_mrz_places(int row, size_t n,
    reg_ocr_symbols_t places[REG_OCR_CELLS_MAX])
{
    size_t  i;

    static const size_t  digits[] = { 9, 13, 14, 16, 18, 19, 21, 22, 24, 26,
                                      27 };

    for (i = 0; i < n; i++) {
        places[i] = (row == 0) ? REG_OCR_SYMBOLS_LATIN|REG_OCR_SYMBOLS_FILLER
                               : REG_OCR_SYMBOLS_ALL;
    }

    if (row == 0) {
        places[0] = REG_OCR_SYMBOL(reg_ocr_symbol('P'))
                    |REG_OCR_SYMBOL(reg_ocr_symbol('V'))
                    |REG_OCR_SYMBOL(reg_ocr_symbol('I'))
                    |REG_OCR_SYMBOL(reg_ocr_symbol('A'))
                    |REG_OCR_SYMBOL(reg_ocr_symbol('C'));
        places[REG_OCR_MRZ_AT_ISSUER] = REG_OCR_SYMBOLS_LATIN;
        places[REG_OCR_MRZ_AT_NAME] = REG_OCR_SYMBOLS_LATIN;
        return;
    }

    for (i = 0; i < sizeof(digits) / sizeof(digits[0]); i++) {
        places[digits[i]] = REG_OCR_SYMBOLS_DIGITS;
    }

    /* months begin with 0 or 1, days with 0 to 3 */

    places[REG_OCR_MRZ_AT_BIRTH + 2] = REG_OCR_SYMBOL(2) - 1;
    places[REG_OCR_MRZ_AT_BIRTH + 4] = REG_OCR_SYMBOL(4) - 1;
    places[REG_OCR_MRZ_AT_UNTIL + 2] = REG_OCR_SYMBOL(2) - 1;
    places[REG_OCR_MRZ_AT_UNTIL + 4] = REG_OCR_SYMBOL(4) - 1;

    places[0] &= ~REG_OCR_SYMBOLS_FILLER;

    places[REG_OCR_MRZ_AT_COUNTRY] = REG_OCR_SYMBOLS_LATIN;
    places[REG_OCR_MRZ_AT_COUNTRY + 1]
        = REG_OCR_SYMBOLS_LATIN|REG_OCR_SYMBOLS_FILLER;
    places[REG_OCR_MRZ_AT_COUNTRY + 2]
        = REG_OCR_SYMBOLS_LATIN|REG_OCR_SYMBOLS_FILLER;

    places[REG_OCR_MRZ_AT_SEX] = REG_OCR_SYMBOL(reg_ocr_symbol('M'))
                                 |REG_OCR_SYMBOL(reg_ocr_symbol('F'))
                                 |REG_OCR_SYMBOLS_FILLER;

    places[n - 1] = REG_OCR_SYMBOLS_DIGITS;
}


static int
reg_ocr_mrz_value(int symbol)
{
    return (symbol == REG_OCR_FILLER) ? 0 : symbol;
}


char
reg_ocr_mrz_check(const char *text, size_t n)
{
    static const int  weights[] = { 7, 3, 1 };

    int     sum;
    size_t  i;

    for (i = 0, sum = 0; i < n; i++) {
        sum += reg_ocr_mrz_value(reg_ocr_symbol(text[i])) * weights[i % 3];
    }

    return '0' + sum % 10;
}


int
reg_ocr_mrz_numbers(const reg_ocr_cells_t *cells, reg_date_t today,
    reg_ocr_mrz_t *mrz)
{
    memset(mrz, 0, sizeof(reg_ocr_mrz_t));
    mrz->birth = REG_DATE_NONE;
    mrz->until = REG_DATE_NONE;

    if (cells->quality < REG_OCR_MRZ_QUALITY
        || reg_ocr_mrz_unseen(cells) > REG_OCR_MRZ_UNSEEN_MOST)
    {
        return 0;
    }

    reg_ocr_mrz_number(cells, mrz);
    reg_ocr_mrz_date(cells, REG_OCR_MRZ_AT_BIRTH, REG_OCR_MRZ_BIRTH, today,
                     mrz);
    reg_ocr_mrz_date(cells, REG_OCR_MRZ_AT_UNTIL, REG_OCR_MRZ_UNTIL, today,
                     mrz);
    reg_ocr_mrz_rest(cells, mrz);

    /* by chance one of ten holds */

    return 2 * __builtin_popcount(mrz->read)
           + __builtin_popcount(mrz->mended) >= 4;
}


/*
 * Characters up to the sex that were hardly seen: in a row whose beginning
 * is cut off what follows may pass its checks by chance, but not by its kind.
 */

static size_t
reg_ocr_mrz_unseen(const reg_ocr_cells_t *cells)
{
    int                s;
    float              p;
    size_t             i, n;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, cells->n, places);

    for (i = 0, n = 0; i <= REG_OCR_MRZ_AT_SEX; i++) {
        s = reg_ocr_cells_best(cells, i, places[i], &p);
        n += (cells->like[i][s] < REG_OCR_MRZ_UNSEEN);
    }

    return n;
}


static void
reg_ocr_mrz_part(const reg_ocr_cells_t *cells, size_t at, size_t n,
    reg_ocr_mrz_part_t *part)
{
    float               all, held;
    size_t              i;
    reg_ocr_symbols_t   places[REG_OCR_CELLS_MAX];
    reg_ocr_mrz_part_t  free;

    reg_ocr_mrz_places(1, cells->n, places);
    reg_ocr_mrz_free(cells, at, n, places, &free);

    all = free.p;
    held = reg_ocr_mrz_held(cells, at, n, places, part);

    if (held < all - REG_OCR_MRZ_DOUBT) {
        *part = free;
        part->held = 0;
        part->p = 0;
        return;
    }

    part->held = (held < all - 1e-4f) ? 1 : 2;

    /* one check in ten holds by chance */

    for (i = 0; i < n; i++) {
        part->p = fminf(part->p,
                   reg_ocr_mrz_seen(cells->like[at + i][part->symbol[i]]));
    }
}


/* The likeliest symbols by themselves; p is their log likelihood. */

static void
reg_ocr_mrz_free(const reg_ocr_cells_t *cells, size_t at, size_t n,
    const reg_ocr_symbols_t *places, reg_ocr_mrz_part_t *part)
{
    int     s;
    float   p;
    size_t  i;

    part->p = 0;

    for (i = 0; i <= n; i++) {
        s = reg_ocr_cells_best(cells, at + i, places[at + i], &p);
        part->p += cells->like[at + i][s];

        if (i < n) {
            part->symbol[i] = s;
        }
    }
}


/*
 * Of all readings whose check digit holds the likeliest; by the remainder of
 * the sum so far there are ten cases at each place.  Its log likelihood is
 * the result, p its share of all those readings.
 */

static float
reg_ocr_mrz_held(const reg_ocr_cells_t *cells, size_t at, size_t n,
    const reg_ocr_symbols_t *places, reg_ocr_mrz_part_t *part)
{
    int     s, r, next, from[REG_OCR_MRZ_PART_MAX][10];
    float   best[REG_OCR_MRZ_PART_MAX + 1][10], most, like;
    double  sum[REG_OCR_MRZ_PART_MAX + 1][10], total;
    size_t  i;

    static const int  weights[] = { 7, 3, 1 };

    for (i = 0; i <= n; i++) {
        for (r = 0; r < 10; r++) {
            best[i][r] = (i == 0 && r == 0) ? 0 : -INFINITY;
            sum[i][r] = (i == 0 && r == 0) ? 1 : 0;
        }
    }

    for (i = 0; i < n; i++) {
        for (s = 0; s < REG_OCR_SYMBOLS; s++) {
            if (!(places[at + i] & REG_OCR_SYMBOL(s))) {
                continue;
            }

            for (r = 0; r < 10; r++) {
                next = (r + reg_ocr_mrz_value(s) * weights[i % 3]) % 10;
                like = best[i][r] + cells->like[at + i][s];
                sum[i + 1][next] += sum[i][r] * exp(cells->like[at + i][s]);

                if (like > best[i + 1][next]) {
                    best[i + 1][next] = like;
                    from[i][next] = s;
                }
            }
        }
    }

    most = -INFINITY;
    total = 0;
    next = 0;

    for (r = 0; r < 10; r++) {
        like = best[n][r] + cells->like[at + n][r];
        total += sum[n][r] * exp(cells->like[at + n][r]);

        if (like > most) {
            most = like;
            next = r;
        }
    }

    for (i = n; i-- > 0; /* void */ ) {
        s = from[i][next];
        part->symbol[i] = s;
        next = (next + 100 - reg_ocr_mrz_value(s) * weights[i % 3] % 10) % 10;
    }

    part->p = (total > 0) ? exp(most) / total : 0;

    return most;
}


static void
reg_ocr_mrz_number(const reg_ocr_cells_t *cells, reg_ocr_mrz_t *mrz)
{
    size_t              i, n;
    reg_ocr_mrz_part_t  part;

    reg_ocr_mrz_part(cells, 0, 9, &part);

    for (n = 9; n > 0 && part.symbol[n - 1] == REG_OCR_FILLER; n--) {
        /* the number is filled up to nine places */
    }

    for (i = 0; i < n; i++) {
        mrz->number[i] = reg_ocr_symbol_char(part.symbol[i]);
    }

    mrz->p_number = part.p;
    mrz->read |= (part.held == 2) ? REG_OCR_MRZ_NUMBER : 0;
    mrz->mended |= (part.held == 1) ? REG_OCR_MRZ_NUMBER : 0;
}


static void
reg_ocr_mrz_date(const reg_ocr_cells_t *cells, size_t at, unsigned which,
    reg_date_t today, reg_ocr_mrz_t *mrz)
{
    reg_date_t          date;
    reg_ocr_mrz_part_t  part;

    reg_ocr_mrz_part(cells, at, 6, &part);

    if (part.held == 0 || part.p < REG_OCR_MRZ_GUESS) {
        return;
    }

    date = reg_ocr_mrz_day(part.symbol, today, which == REG_OCR_MRZ_BIRTH);

    if (date == REG_DATE_NONE) {
        return;
    }

    if (which == REG_OCR_MRZ_BIRTH) {
        mrz->birth = date;
        mrz->p_birth = part.p;

    } else {
        mrz->until = date;
        mrz->p_until = part.p;
    }

    mrz->read |= (part.held == 2) ? which : 0;
    mrz->mended |= (part.held == 1) ? which : 0;
}


/* Two digits of a year: births lie in the past, expiries in this century. */

static reg_date_t
reg_ocr_mrz_day(const int *digits, reg_date_t today, int past)
{
    int         year, month, day;
    reg_date_t  date;

    year = 2000 + digits[0] * 10 + digits[1];
    month = digits[2] * 10 + digits[3];
    day = digits[4] * 10 + digits[5];

    date = reg_date_make(year, month, day);

    if (past && (date == REG_DATE_NONE || date > today)) {
        date = reg_date_make(year - 100, month, day);
    }

    return date;
}


/*
 * What was hardly seen is not sure, were it likelier than all else.
 */

static float
reg_ocr_mrz_seen(float like)
{
    return fminf(1, REG_OCR_MRZ_SEEN * expf(like));
}


/* Nationality and sex, which no check digit covers. */

static void
reg_ocr_mrz_rest(const reg_ocr_cells_t *cells, reg_ocr_mrz_t *mrz)
{
    int                s;
    float              p;
    size_t             i;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, cells->n, places);

    mrz->p_nationality = 1;

    for (i = 0; i < 3; i++) {
        s = reg_ocr_cells_best(cells, REG_OCR_MRZ_AT_COUNTRY + i,
                               places[REG_OCR_MRZ_AT_COUNTRY + i], &p);
        mrz->p_nationality = fminf(mrz->p_nationality, p);
        mrz->p_nationality = fminf(mrz->p_nationality,
            reg_ocr_mrz_seen(cells->like[REG_OCR_MRZ_AT_COUNTRY + i][s]));

        if (s != REG_OCR_FILLER && strlen(mrz->nationality) == i) {
            mrz->nationality[i] = reg_ocr_symbol_char(s);
        }
    }

    s = reg_ocr_cells_best(cells, REG_OCR_MRZ_AT_SEX,
                           places[REG_OCR_MRZ_AT_SEX], &mrz->p_sex);
    mrz->sex = reg_ocr_symbol_char(s);
    mrz->p_sex = fminf(mrz->p_sex,
                       reg_ocr_mrz_seen(cells->like[REG_OCR_MRZ_AT_SEX][s]));
}


int
reg_ocr_mrz_upper(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, const reg_ocr_columns_t *columns,
    reg_ocr_cells_t *cells)
{
    size_t             n;
    reg_ocr_columns_t  first;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    for (n = REG_OCR_MRZ_TD3; n > REG_OCR_MRZ_AT_NAME; n--) {
        if (reg_ocr_mrz_step(columns, n) <= line->steps + REG_OCR_MRZ_CUT) {
            break;
        }
    }

    if (n == REG_OCR_MRZ_AT_NAME) {
        return 0;
    }

    reg_ocr_mrz_places(0, n, places);
    first = reg_ocr_columns_first(columns, (float) n / REG_OCR_MRZ_TOLD);

    return reg_ocr_cells_read(alphabet, line, places, n, &first, cells);
}


float
reg_ocr_mrz_step(const reg_ocr_columns_t *columns, float cell)
{
    return reg_ocr_columns_place(columns, cell / REG_OCR_MRZ_TOLD);
}


int
reg_ocr_mrz_name(const reg_ocr_cells_t *cells, reg_ocr_mrz_name_t *name)
{
    int                s, symbols[REG_OCR_CELLS_MAX];
    float              p;
    size_t             i, end, len;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    memset(name, 0, sizeof(reg_ocr_mrz_name_t));
    reg_ocr_mrz_places(0, cells->n, places);

    for (i = 0; i < 3; i++) {
        s = reg_ocr_cells_best(cells, REG_OCR_MRZ_AT_ISSUER + i,
                               places[REG_OCR_MRZ_AT_ISSUER + i], &p);

        if (s != REG_OCR_FILLER && strlen(name->country) == i) {
            name->country[i] = reg_ocr_symbol_char(s);
        }
    }

    end = reg_ocr_mrz_letters(cells, symbols, &name->p, &name->far);
    len = 0;

    for (i = REG_OCR_MRZ_AT_NAME; i < end; i++) {
        if (symbols[i] != REG_OCR_FILLER) {
            name->name[len++] = reg_ocr_symbol_char(symbols[i]);

        } else if (name->name[len - 1] != ' ') {
            name->name[len++] = ' ';
        }
    }

    name->whole = (end < cells->n);

    return len >= 2;
}


/*
 * 9303-3, 4.6: two fillers divide surname from given names.  Where there is
 * only one, what stands beside it may be the other, but that is a guess.
 */

static void
reg_ocr_mrz_divide(const reg_ocr_cells_t *cells, size_t end, int *symbols,
    float *sure)
{
    float   by, least;
    size_t  i, best;

    least = REG_OCR_MRZ_DIVIDES;
    best = 0;

    for (i = REG_OCR_MRZ_AT_NAME + 1; i + 1 < end; i++) {
        if (symbols[i] == REG_OCR_FILLER) {
            if (symbols[i + 1] == REG_OCR_FILLER) {
                return;
            }

            continue;
        }

        by = cells->like[i][symbols[i]] - cells->like[i][REG_OCR_FILLER];

        if (by < least && (symbols[i - 1] == REG_OCR_FILLER
                           || symbols[i + 1] == REG_OCR_FILLER))
        {
            least = by;
            best = i;
        }
    }

    if (best != 0) {
        symbols[best] = REG_OCR_FILLER;
        sure[best] = REG_OCR_MRZ_GUESS;
    }
}


/*
 * The names end where nothing but fillers follows: that place is returned.  A
 * letter is one of many, so that where hardly anything was seen a filler is
 * likelier than any of them; but then the end is not sure.
 */

static size_t
reg_ocr_mrz_letters(const reg_ocr_cells_t *cells, int *symbols, float *p,
    size_t *far)
{
    int           s;
    float         letter, filler, sum, last, most;
    float         sure[REG_OCR_CELLS_MAX], seen[REG_OCR_CELLS_MAX];
    double        ends;
    size_t        i, end;
    const float  *like;

    sum = most = 0;
    ends = 1;
    *far = end = REG_OCR_MRZ_AT_NAME;

    for (i = REG_OCR_MRZ_AT_NAME; i < cells->n; i++) {
        like = cells->like[i];
        s = reg_ocr_cells_best(cells, i, REG_OCR_SYMBOLS_LATIN, &sure[i]);
        seen[i] = like[s];
        letter = like[s] + REG_OCR_MRZ_LETTER;
        filler = like[REG_OCR_FILLER] + REG_OCR_MRZ_WITHIN;

        symbols[i] = (letter > filler) ? s : REG_OCR_FILLER;
        sure[i] = (letter > filler)
                  ? 1 / (1 / sure[i] + expf(filler - letter))
                  : 1 / (1 + expf(letter - filler) / sure[i]);

        if (letter <= filler) {
            seen[i] = like[REG_OCR_FILLER];
        }

        /* with this for its last letter, and with more to come */

        last = sum + letter - like[REG_OCR_FILLER];
        sum += fmaxf(letter, filler) - like[REG_OCR_FILLER];
        ends += exp(last);

        if (like[s] > like[REG_OCR_FILLER] + REG_OCR_MRZ_MORE) {
            *far = i + 1;
        }

        if (last > most) {
            most = last;
            end = i + 1;
        }
    }

    *p = exp(most) / ends;

    reg_ocr_mrz_divide(cells, end, symbols, sure);

    /* what looks like a letter behind it is not forgotten */

    if (*far > end) {
        *p = fminf(*p, REG_OCR_MRZ_GUESS);
    }

    for (i = REG_OCR_MRZ_AT_NAME; i <= end && i < cells->n; i++) {
        *p = fminf(*p, reg_ocr_mrz_seen(seen[i]));

        if (i < end) {
            *p = fminf(*p, sure[i]);
        }
    }

    return end;
}
