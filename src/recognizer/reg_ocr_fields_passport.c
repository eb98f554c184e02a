/*
 * The page of a passport by its machine-readable zone; of a travel permit,
 * whose front has none, what is printed.
 */

#include <math.h>
#include "reg_ocr_digits.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_mrz.h"


#define REG_OCR_MRZ_MASK   "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<"

/* A row of the zone has so many characters, and one "<" in ten at least. */

#define REG_OCR_MRZ_ROW    20
#define REG_OCR_MRZ_LINE   128


/* A row as text, with the fillers that were not read put back by position. */

typedef struct {
    size_t  n;
    char    text[REG_OCR_MRZ_LINE];
    float   p[REG_OCR_MRZ_LINE];
    float   y;
    float   height;
} reg_ocr_mrz_row_t;


static int reg_ocr_passport_row(const reg_ocr_page_t *page,
    const reg_ocr_line_t *line, reg_ocr_mrz_row_t *row);
static float reg_ocr_passport_pitch(const reg_ocr_text_t *text);
static int reg_ocr_passport_numbers(const reg_ocr_page_t *page,
    reg_date_t today, reg_ocr_mrz_row_t *row, reg_ocr_mrz_t *mrz);
static void reg_ocr_passport_name(const reg_ocr_page_t *page,
    const reg_ocr_mrz_row_t *numbers, reg_ocr_result_t *result);
static float reg_ocr_passport_least(const reg_ocr_mrz_row_t *row, size_t at,
    size_t n);
static void reg_ocr_passport_add(const reg_ocr_mrz_row_t *row,
    const reg_ocr_mrz_t *mrz, reg_date_t today, reg_ocr_result_t *result);
static void reg_ocr_permit_number(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
static int reg_ocr_permit_judge(const char *number, size_t n, void *data);


void
reg_ocr_fields_passport(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    reg_ocr_mrz_t      mrz;
    reg_ocr_mrz_row_t  row;

    if (reg_ocr_passport_numbers(page, today, &row, &mrz)) {
        reg_ocr_passport_add(&row, &mrz, today, result);
        reg_ocr_passport_name(page, &row, result);
        return;
    }

    if (reg_ocr_find_count(page, "来往内地通行证 来往大陆通行证 通行证") != 0) {
        reg_ocr_permit_number(page, result);
        reg_ocr_fields_name(page, result);
        reg_ocr_fields_term(page, today, result);
    }
}


size_t
reg_ocr_fields_zone(const reg_ocr_page_t *page)
{
    size_t             i, k, n, fillers;
    reg_ocr_mrz_row_t  row;

    for (i = 0, n = 0; i < page->n; i++) {
        fillers = 0;

        for (k = 0; k < page->lines[i].n; k++) {
            fillers += (page->lines[i].chars[k].code == '<');
        }

        n += (fillers >= 3
              && reg_ocr_passport_row(page, &page->lines[i], &row));
    }

    return n;
}


/* The whole row in which a line stands: 0 when it is none of the zone. */

static int
reg_ocr_passport_row(const reg_ocr_page_t *page, const reg_ocr_line_t *line,
    reg_ocr_mrz_row_t *row)
{
    int             i, missing;
    float           pitch;
    size_t          k;
    reg_ocr_area_t  area;
    reg_ocr_text_t  text;

    memset(&area, 0, sizeof(area));
    area.left = -page->width;
    area.right = 2 * page->width;
    area.y = (line->top + line->bottom) / 2;

    if (!reg_ocr_digits_row(page, &area, REG_OCR_MRZ_MASK, &text)
        || text.n < REG_OCR_MRZ_ROW)
    {
        return 0;
    }

    pitch = reg_ocr_passport_pitch(&text);
    row->n = 0;
    row->y = area.y;
    row->height = line->height;

    for (k = 0; k < text.n; k++) {
        missing = (k == 0 || pitch <= 0)
                  ? 0 : (int) lroundf((text.c[k].x - text.c[k - 1].x) / pitch)
                        - 1;

        for (i = 0; i < missing && row->n < REG_OCR_MRZ_LINE; i++) {
            row->text[row->n] = '<';
            row->p[row->n++] = 1;
        }

        if (row->n < REG_OCR_MRZ_LINE) {
            row->text[row->n] = text.c[k].code;
            row->p[row->n++] = text.c[k].p;
        }
    }

    return 1;
}


static float
reg_ocr_passport_pitch(const reg_ocr_text_t *text)
{
    float   pitch, pitches[REG_OCR_TEXT_MAX];
    size_t  i, k, n;

    for (i = 1, n = 0; i < text->n; i++) {
        if (text->c[i].code == '<' || text->c[i - 1].code == '<') {
            continue;
        }

        pitch = text->c[i].x - text->c[i - 1].x;

        for (k = n; k > 0 && pitches[k - 1] > pitch; k--) {
            pitches[k] = pitches[k - 1];
        }

        pitches[k] = pitch;
        n++;
    }

    return (n == 0) ? 0 : pitches[n / 2];
}


static int
reg_ocr_passport_numbers(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_mrz_row_t *row, reg_ocr_mrz_t *mrz)
{
    size_t  i;

    /* it stands at the foot */

    for (i = page->n; i-- > 0; /* void */ ) {
        if (page->lines[i].n >= REG_OCR_MRZ_ROW / 2
            && reg_ocr_passport_row(page, &page->lines[i], row)
            && reg_ocr_mrz_numbers(row->text, row->n, today, mrz))
        {
            return 1;
        }
    }

    return 0;
}


static void
reg_ocr_passport_add(const reg_ocr_mrz_row_t *row, const reg_ocr_mrz_t *mrz,
    reg_date_t today, reg_ocr_result_t *result)
{
    float   p;
    size_t  at = mrz->at;

    p = reg_ocr_passport_least(row, at, 10);

    reg_ocr_result_add(result, "id_number", mrz->number, p,
                       p >= REG_OCR_SURE
                       && (mrz->checks & REG_OCR_MRZ_NUMBER));

    if (!(mrz->checks & REG_OCR_MRZ_NUMBER)) {
        reg_ocr_result_warn(result, "checksum", "id_number");
    }

    p = reg_ocr_passport_least(row, at + 10, 3);
    reg_ocr_result_add(result, "nationality", mrz->nationality, p,
                       p >= REG_OCR_SURE);

    if (mrz->checks & REG_OCR_MRZ_BIRTH) {
        p = reg_ocr_passport_least(row, at + 13, 7);
        reg_ocr_result_date(result, "birth_date", mrz->birth, p,
                            p >= REG_OCR_SURE);
    }

    if (mrz->sex == 'M' || mrz->sex == 'F') {
        p = reg_ocr_passport_least(row, at + 20, 1);
        reg_ocr_result_add(result, "sex", mrz->sex == 'M' ? "M" : "F", p,
                           p >= REG_OCR_SURE);
    }

    if (mrz->checks & REG_OCR_MRZ_UNTIL) {
        p = reg_ocr_passport_least(row, at + 21, 7);
        reg_ocr_result_date(result, "valid_until", mrz->until, p,
                            p >= REG_OCR_SURE);

        if (mrz->until != REG_DATE_NONE && mrz->until < today) {
            reg_ocr_result_warn(result, "expired", "valid_until");
        }
    }
}


static float
reg_ocr_passport_least(const reg_ocr_mrz_row_t *row, size_t at, size_t n)
{
    float   least;
    size_t  i;

    for (i = at, least = 1; i < at + n && i < row->n; i++) {
        least = fminf(least, row->p[i]);
    }

    return least;
}


/* The row above the numbers. */

static void
reg_ocr_passport_name(const reg_ocr_page_t *page,
    const reg_ocr_mrz_row_t *numbers, reg_ocr_result_t *result)
{
    char               name[REG_OCR_MRZ_NAME], country[4];
    float              y, p;
    size_t             i, n;
    reg_ocr_mrz_row_t  row;

    for (i = page->n; i-- > 0; /* void */ ) {
        y = (page->lines[i].top + page->lines[i].bottom) / 2;

        if (y > numbers->y - 0.6f * numbers->height
            || y < numbers->y - 4 * numbers->height
            || !reg_ocr_passport_row(page, &page->lines[i], &row)
            || !reg_ocr_mrz_name(row.text, row.n, name, country))
        {
            continue;
        }

        for (n = row.n; n > 0 && row.text[n - 1] == '<'; n--) {
            /* the fillers at the end need not be sure */
        }

        p = reg_ocr_passport_least(&row, 0, n);
        reg_ocr_result_add(result, "name", name, p, p >= REG_OCR_SURE);
        return;
    }
}


/* H or M and eight digits (and two more), or eight digits: none has a check. */

static void
reg_ocr_permit_number(const reg_ocr_page_t *page, reg_ocr_result_t *result)
{
    size_t            n;
    reg_ocr_number_t  number;

    static const size_t  lengths[] = { 11, 9, 8, 0 };

    for (n = 0; lengths[n] != 0; n++) {
        if (reg_ocr_number_find(page, "0123456789HM", lengths[n],
                                reg_ocr_permit_judge, NULL, &number))
        {
            reg_ocr_result_add(result, "id_number", number.value,
                               number.confidence, 0);
            return;
        }
    }
}


static int
reg_ocr_permit_judge(const char *number, size_t n, void *data)
{
    size_t  i;

    (void) data;

    if (n == 8 ? (number[0] > '9') : (number[0] != 'H' && number[0] != 'M')) {
        return 0;
    }

    for (i = 1; i < n; i++) {
        if (number[i] > '9') {
            return 0;
        }
    }

    return 1;
}
