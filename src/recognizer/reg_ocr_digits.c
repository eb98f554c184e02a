/*
 * Numbers and dates in the rows of a page.
 */

#include <math.h>
#include "reg_ocr_ctc.h"
#include "reg_ocr_digits.h"


#define REG_OCR_ROW_CHARS     128
#define REG_OCR_ROW_HEIGHT    0.5f  /* of a line: what is in one row */

/* Digits that a row must have to be looked at. */

#define REG_OCR_DIGITS_LEAST  5

/* Within a number: the widest gap, in mean pitches. */

#define REG_OCR_NUMBER_GAP    2.2f

#define REG_OCR_ALONE         1.4f

/* A second best is taken at this share of the best at least. */

#define REG_OCR_SECOND        0.01f

/* Between the parts of a date there may be so many other characters. */

#define REG_OCR_DATE_BETWEEN  2

/* A figure of a date that may be 11 is no surer than that; and when it may. */

#define REG_OCR_DATE_ELEVEN   0.5f
#define REG_OCR_DATE_TRACE    0.02f


typedef struct {
    size_t                 n;
    reg_ocr_char_t         c[REG_OCR_ROW_CHARS];
    const reg_ocr_line_t  *line[REG_OCR_ROW_CHARS];
} reg_ocr_row_t;


static void reg_ocr_row_line(const reg_ocr_page_t *page,
    const reg_ocr_line_t *line, const reg_ocr_area_t *area, const char *mask,
    reg_ocr_row_t *row);
static void reg_ocr_row_insert(reg_ocr_row_t *row, const reg_ocr_char_t *c,
    const reg_ocr_line_t *line);
static size_t reg_ocr_digits_count(const reg_ocr_line_t *line);
static void reg_ocr_number_row(const reg_ocr_page_t *page,
    const reg_ocr_row_t *row, const char *mask, size_t n,
    reg_ocr_judge_t judge, void *data, reg_ocr_number_t *number);
static int reg_ocr_number_whole(const reg_ocr_row_t *row, size_t at,
    size_t n, int *alone);
static void reg_ocr_number_second(const reg_ocr_page_t *page,
    const reg_ocr_row_t *row, size_t at, const char *mask, size_t n,
    reg_ocr_judge_t judge, void *data, reg_ocr_number_t *number);
static void reg_ocr_number_take(const reg_ocr_row_t *row, size_t at, size_t n,
    const char *value, float confidence, int judged,
    reg_ocr_number_t *number);
static int reg_ocr_digit(int32_t code);
static size_t reg_ocr_date_part(const reg_ocr_text_t *text, size_t at,
    size_t least, size_t most, int *value, float *confidence);
static int reg_ocr_date_eleven(const reg_ocr_text_t *text, size_t at,
    float least);


int
reg_ocr_digits_row(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    const char *mask, reg_ocr_text_t *text)
{
    size_t         i;
    reg_ocr_row_t  row;

    row.n = 0;

    for (i = 0; i < page->n; i++) {
        reg_ocr_row_line(page, &page->lines[i], area, mask, &row);
    }

    text->n = 0;
    text->hole = 0;
    text->y = area->y;

    for (i = 0; i < row.n && text->n < REG_OCR_TEXT_MAX; i++) {
        text->c[text->n++] = row.c[i];
    }

    return text->n != 0;
}


static void
reg_ocr_row_line(const reg_ocr_page_t *page, const reg_ocr_line_t *line,
    const reg_ocr_area_t *area, const char *mask, reg_ocr_row_t *row)
{
    float           x, y;
    size_t          i, n;
    reg_ocr_char_t  c[REG_OCR_ROW_CHARS];

    y = (line->top + line->bottom) / 2;

    if (fabsf(y - area->y) > REG_OCR_ROW_HEIGHT * line->height
        || line->right < area->left || line->left > area->right)
    {
        return;
    }

    n = reg_ocr_ctc_masked(page->alphabet, line, 0, line->steps, mask, c,
                           REG_OCR_ROW_CHARS);

    for (i = 0; i < n; i++) {
        reg_ocr_page_step(line, c[i].step, &x, &y);

        if (x >= area->left && x <= area->right) {
            c[i].x = x;
            c[i].y = y;
            reg_ocr_row_insert(row, &c[i], line);
        }
    }
}


static void
reg_ocr_row_insert(reg_ocr_row_t *row, const reg_ocr_char_t *c,
    const reg_ocr_line_t *line)
{
    size_t  i;

    if (row->n == REG_OCR_ROW_CHARS) {
        return;
    }

    for (i = row->n; i > 0 && row->c[i - 1].x > c->x; i--) {
        row->c[i] = row->c[i - 1];
        row->line[i] = row->line[i - 1];
    }

    row->c[i] = *c;
    row->line[i] = line;
    row->n++;
}


int
reg_ocr_number_find(const reg_ocr_page_t *page, const char *mask, size_t n,
    reg_ocr_judge_t judge, void *data, reg_ocr_number_t *number)
{
    size_t                 i, k;
    reg_ocr_row_t          row;
    reg_ocr_area_t         area;
    const reg_ocr_line_t  *line;

    memset(number, 0, sizeof(reg_ocr_number_t));

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (reg_ocr_digits_count(line) < REG_OCR_DIGITS_LEAST) {
            continue;
        }

        memset(&area, 0, sizeof(reg_ocr_area_t));
        area.left = -page->width;
        area.right = page->width * 2;
        area.y = (line->top + line->bottom) / 2;

        row.n = 0;

        for (k = 0; k < page->n; k++) {
            if (page->lines[k].height < line->height * 1.6f
                && page->lines[k].height > line->height / 1.6f)
            {
                reg_ocr_row_line(page, &page->lines[k], &area, mask, &row);
            }
        }

        reg_ocr_number_row(page, &row, mask, n, judge, data, number);
    }

    return number->judged != 0;
}


static size_t
reg_ocr_digits_count(const reg_ocr_line_t *line)
{
    size_t  i, n;

    for (i = 0, n = 0; i < line->n; i++) {
        n += (reg_ocr_digit(line->chars[i].code) >= 0);
    }

    return n;
}


static void
reg_ocr_number_row(const reg_ocr_page_t *page, const reg_ocr_row_t *row,
    const char *mask, size_t n, reg_ocr_judge_t judge, void *data,
    reg_ocr_number_t *number)
{
    int     judged, alone;
    char    value[32];
    float   least;
    size_t  at, i;

    for (at = 0; at + n <= row->n; at++) {

        if (!reg_ocr_number_whole(row, at, n, &alone)) {
            continue;
        }

        for (i = 0, least = 1; i < n; i++) {
            value[i] = row->c[at + i].code;
            least = fminf(least, row->c[at + i].p);
        }

        value[n] = '\0';
        judged = judge(value, n, data);

        if (judged == 1) {
            judged = alone;
            reg_ocr_number_second(page, row, at, mask, n, judge, data,
                                  number);
        }

        reg_ocr_number_take(row, at, n, value, least, judged, number);
    }
}


/* Evenly spaced; alone: with nothing of the kind close before or behind. */

static int
reg_ocr_number_whole(const reg_ocr_row_t *row, size_t at, size_t n,
    int *alone)
{
    float   pitch;
    size_t  i;

    pitch = (row->c[at + n - 1].x - row->c[at].x) / (n - 1);
    *alone = (at == 0
              || row->c[at].x - row->c[at - 1].x > REG_OCR_ALONE * pitch)
             && (at + n == row->n
                 || row->c[at + n].x - row->c[at + n - 1].x
                    > REG_OCR_ALONE * pitch);

    for (i = at + 1; i < at + n; i++) {
        if (row->c[i].x - row->c[i - 1].x > REG_OCR_NUMBER_GAP * pitch) {
            return 0;
        }
    }

    return 1;
}


/*
 * A number of the right form whose check fails: one character at a time is
 * exchanged for the likeliest other.
 */

static void
reg_ocr_number_second(const reg_ocr_page_t *page, const reg_ocr_row_t *row,
    size_t at, const char *mask, size_t n, reg_ocr_judge_t judge, void *data,
    reg_ocr_number_t *number)
{
    char          value[32], saved;
    float         share, most;
    size_t        i, k, place;
    const char   *m;
    const float  *p;

    for (i = 0; i < n; i++) {
        value[i] = row->c[at + i].code;
    }

    value[n] = '\0';
    most = 0;

    for (i = 0; i < n; i++) {
        k = at + i;
        p = row->line[k]->kept + row->c[k].step * page->alphabet->nkept;
        saved = value[i];

        for (m = mask; *m != '\0'; m++) {
            place = reg_ocr_alphabet_kept(page->alphabet, *m);
            share = p[place] / row->c[k].p;

            if (*m == saved || share < REG_OCR_SECOND || share < most) {
                continue;
            }

            value[i] = *m;

            if (judge(value, n, data) == 2) {
                most = share;
                reg_ocr_number_take(row, at, n, value,
                                    fminf(share / 2, 0.5f), 2, number);
                number->mended = (strcmp(number->value, value) == 0);
            }
        }

        value[i] = saved;
    }
}


static void
reg_ocr_number_take(const reg_ocr_row_t *row, size_t at, size_t n,
    const char *value, float confidence, int judged, reg_ocr_number_t *number)
{
    if (judged < number->judged
        || (judged == number->judged && confidence <= number->confidence))
    {
        return;
    }

    strcpy(number->value, value);
    number->confidence = confidence;
    number->judged = judged;
    number->mended = 0;
    number->left = row->c[at].x;
    number->right = row->c[at + n - 1].x;
    number->y = (row->c[at].y + row->c[at + n - 1].y) / 2;
    number->em = row->line[at]->height * 0.74f;
}


/* Letters that are taken for digits in a date or number; -1 for others. */

static int
reg_ocr_digit(int32_t code)
{
    if (code >= '0' && code <= '9') {
        return code - '0';
    }

    switch (code) {
    case 'O':
    case 'o':
    case 'D':
        return 0;
    case 'I':
    case 'l':
    case '|':
        return 1;
    case 'Z':
    case 'z':
        return 2;
    case 'S':
        return 5;
    case 'B':
        return 8;
    default:
        return -1;
    }
}


size_t
reg_ocr_date_read(const reg_ocr_text_t *text, size_t at, reg_date_t *date,
    float *confidence)
{
    int     year, month, day;
    float   least;
    size_t  i, next;

    least = 1;
    next = reg_ocr_date_part(text, at, 4, 4, &year, &least);

    if (next == 0 || year < 1900 || year > 2199) {
        return 0;
    }

    next = reg_ocr_date_part(text, next, 1, 2, &month, &least);

    if (next != 0) {
        next = reg_ocr_date_part(text, next, 1, 2, &day, &least);
    }

    if (next == 0) {
        return 0;
    }

    *date = reg_date_make(year, month, day);

    if (*date == REG_DATE_NONE) {
        return 0;
    }

    for (i = at; i < next; i++) {
        if (reg_ocr_digit(text->c[i].code) >= 0) {
            least = fminf(least, text->c[i].p);
        }
    }

    *confidence = least;

    return next;
}


static size_t
reg_ocr_date_part(const reg_ocr_text_t *text, size_t at, size_t least,
    size_t most, int *value, float *confidence)
{
    size_t  i, n, between;

    between = (least == 4) ? 0 : REG_OCR_DATE_BETWEEN;

    for (i = at; i < text->n && reg_ocr_digit(text->c[i].code) < 0; i++) {

        if (least == 1 && reg_ocr_date_eleven(text, i, REG_OCR_ELEVEN)) {
            break;
        }

        if (i - at == between) {
            return 0;
        }
    }

    if (least == 1 && reg_ocr_date_eleven(text, i, REG_OCR_DATE_TRACE)) {
        *confidence = fminf(*confidence, REG_OCR_DATE_ELEVEN);

        if (reg_ocr_date_eleven(text, i, REG_OCR_ELEVEN)) {
            *value = 11;
            return i + 1;
        }
    }

    *value = 0;

    for (n = 0; i < text->n && n < most; i++, n++) {
        if (reg_ocr_digit(text->c[i].code) < 0) {
            break;
        }

        *value = *value * 10 + reg_ocr_digit(text->c[i].code);
    }

    return (n < least) ? 0 : i;
}


/* A month or day of one figure, of which so much at least says 11. */

static int
reg_ocr_date_eleven(const reg_ocr_text_t *text, size_t at, float least)
{
    return at > 0 && at + 1 < text->n
           && reg_ocr_digit(text->c[at - 1].code) < 0
           && reg_ocr_digit(text->c[at + 1].code) < 0
           && reg_ocr_text_eleven(&text->c[at]) >= least;
}


reg_date_t
reg_ocr_date_find(const reg_ocr_text_t *text, size_t *at, float *confidence)
{
    size_t      i, next;
    reg_date_t  date;

    for (i = *at; i < text->n; i++) {
        next = reg_ocr_date_read(text, i, &date, confidence);

        if (next != 0) {
            *at = next;
            return date;
        }
    }

    return REG_DATE_NONE;
}
