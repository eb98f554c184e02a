/*
 * The page of a passport by its machine-readable zone; of a travel permit,
 * whose front has none, what is printed.
 */

#include <math.h>
#include "reg_ocr_digits.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_mrz.h"


/* A line that may be a row of the zone has so many characters, read freely. */

#define REG_OCR_MRZ_ROW      20
#define REG_OCR_MRZ_FILLERS  3

/* From the lower row up to the other, in its heights. */

#define REG_OCR_MRZ_NEAR     0.4f
#define REG_OCR_MRZ_FAR      4.0f


static int reg_ocr_passport_numbers(const reg_ocr_page_t *page,
    reg_date_t today, size_t *at, reg_ocr_cells_t *cells,
    reg_ocr_mrz_t *mrz);
static void reg_ocr_passport_name(const reg_ocr_page_t *page, size_t at,
    const reg_ocr_cells_t *lower, reg_ocr_result_t *result);
static void reg_ocr_passport_add(const reg_ocr_mrz_t *mrz, reg_date_t today,
    reg_ocr_result_t *result);
static void reg_ocr_permit_number(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
static int reg_ocr_permit_judge(const char *number, size_t n, void *data);


void
reg_ocr_fields_passport(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    size_t           at;
    reg_ocr_mrz_t    mrz;
    reg_ocr_cells_t  cells;

    if (reg_ocr_passport_numbers(page, today, &at, &cells, &mrz)) {
        reg_ocr_passport_add(&mrz, today, result);
        reg_ocr_passport_name(page, at, &cells, result);
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
    size_t                 i, k, n, fillers, others;
    const reg_ocr_line_t  *line;

    for (i = 0, n = 0; i < page->n; i++) {
        line = &page->lines[i];
        fillers = others = 0;

        for (k = 0; k < line->n; k++) {
            fillers += (line->chars[k].code == '<');
            others += (line->chars[k].code >= 0x80);
        }

        n += (fillers >= REG_OCR_MRZ_FILLERS
              && line->n >= REG_OCR_MRZ_ROW + others);
    }

    return n;
}


/* It stands at the foot. */

static int
reg_ocr_passport_numbers(const reg_ocr_page_t *page, reg_date_t today,
    size_t *at, reg_ocr_cells_t *cells, reg_ocr_mrz_t *mrz)
{
    size_t             i;
    reg_ocr_symbols_t  places[REG_OCR_CELLS_MAX];

    reg_ocr_mrz_places(1, REG_OCR_MRZ_TOLD, places);

    for (i = page->n; i-- > 0; /* void */ ) {
        if (page->lines[i].n >= REG_OCR_MRZ_ROW
            && reg_ocr_cells_read(page->alphabet, &page->lines[i], places,
                                  REG_OCR_MRZ_TOLD, NULL, cells)
            && reg_ocr_mrz_numbers(cells, today, mrz))
        {
            *at = i;
            return 1;
        }
    }

    return 0;
}


static void
reg_ocr_passport_add(const reg_ocr_mrz_t *mrz, reg_date_t today,
    reg_ocr_result_t *result)
{
    reg_ocr_result_add(result, "id_number", mrz->number, mrz->p_number,
                       mrz->p_number >= REG_OCR_SURE);

    if (!((mrz->read|mrz->mended) & REG_OCR_MRZ_NUMBER)) {
        reg_ocr_result_warn(result, "checksum", "id_number");
    }

    reg_ocr_result_add(result, "nationality", mrz->nationality,
                       mrz->p_nationality,
                       mrz->p_nationality >= REG_OCR_SURE);

    reg_ocr_result_date(result, "birth_date", mrz->birth, mrz->p_birth,
                        mrz->p_birth >= REG_OCR_SURE);

    if (mrz->sex == 'M' || mrz->sex == 'F') {
        reg_ocr_result_add(result, "sex", mrz->sex == 'M' ? "M" : "F",
                           mrz->p_sex, mrz->p_sex >= REG_OCR_SURE);
    }

    reg_ocr_result_date(result, "valid_until", mrz->until, mrz->p_until,
                        mrz->p_until >= REG_OCR_SURE);

    if (mrz->until != REG_DATE_NONE && mrz->until < today
        && mrz->p_until >= REG_OCR_SURE)
    {
        reg_ocr_result_warn(result, "expired", "valid_until");
    }
}


/* The nearest row above the numbers whose columns are theirs. */

static void
reg_ocr_passport_name(const reg_ocr_page_t *page, size_t at,
    const reg_ocr_cells_t *lower, reg_ocr_result_t *result)
{
    float                  above;
    size_t                 i;
    reg_ocr_cells_t        cells;
    reg_ocr_columns_t      columns;
    reg_ocr_mrz_name_t     name;
    const reg_ocr_line_t  *line, *below;

    below = &page->lines[at];

    for (i = at; i-- > 0; /* void */ ) {
        line = &page->lines[i];
        above = (below->top + below->bottom - line->top - line->bottom)
                / (2 * below->height);
        columns = reg_ocr_columns_move(&lower->columns, below, line);

        if (above > REG_OCR_MRZ_NEAR && above < REG_OCR_MRZ_FAR
            && reg_ocr_mrz_upper(page->alphabet, line, &columns, &cells)
            && reg_ocr_mrz_name(&cells, &name))
        {
            reg_ocr_result_add(result, "name", name.name, name.p,
                               name.p >= REG_OCR_SURE && name.whole);
            return;
        }
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
