/*
 * Business licences and the certificates of other organisations: one or two
 * columns of labels with their values.
 */

#include <math.h>
#include "reg_numbers.h"
#include "reg_ocr_address.h"
#include "reg_ocr_digits.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_licence_spots.h"
#include "reg_ocr_licence_types.h"
#include "reg_ocr_names.h"


/* GB 32100-2015, table 1. */

#define REG_OCR_CREDIT_MASK  "0123456789ABCDEFGHJKLMNPQRTUWXY"

/* From the first to the second half of a label, in em. */

#define REG_OCR_LICENCE_HALF  4.0f

/* A gap of so many em ends a value. */

#define REG_OCR_LICENCE_GAP  3.5f

/* Values of a column begin within so many em. */

#define REG_OCR_LICENCE_LATE  0.7f


/*
 * Of the sheet, in spans of its title: labels stand so far left at least, if
 * it lies on its long side so far, and then no field is further down.
 */

#define REG_OCR_LICENCE_LEFT   0.6f
#define REG_OCR_LICENCE_WIDE   1.2f
#define REG_OCR_LICENCE_LOW    1.35f
#define REG_OCR_LICENCE_RIGHT  1.15f
#define REG_OCR_LICENCE_SLANT  3.0f     /* em */


static int reg_ocr_licence_judge(const char *number, size_t n, void *data);
static void reg_ocr_licence_close(reg_ocr_text_t *text);
static void reg_ocr_licence_late(const reg_ocr_spot_t *column,
    reg_ocr_text_t *text);
static void reg_ocr_licence_append(reg_ocr_text_t *text, int32_t code);
static void reg_ocr_licence_mend(const reg_ocr_text_t *text,
    reg_ocr_result_t *result);
static void reg_ocr_licence_code(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
static void reg_ocr_licence_confusable(char *code);
static int reg_ocr_licence_value(const reg_ocr_page_t *page,
    const char *labels, int rows, const reg_ocr_licence_spots_t *spots,
    reg_ocr_text_t *text);
static int reg_ocr_licence_placed(const reg_ocr_page_t *page,
    const reg_ocr_spot_t *spot, int rows,
    const reg_ocr_licence_spots_t *spots, reg_ocr_text_t *text);
static int reg_ocr_licence_beside(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, int rows,
    const reg_ocr_licence_spots_t *spots, reg_ocr_text_t *text);
static int reg_ocr_licence_half(const reg_ocr_page_t *page,
    const char *labels, reg_ocr_label_t *label);
static void reg_ocr_licence_bounds(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, reg_ocr_area_t *area);
static void reg_ocr_licence_sheet(const reg_ocr_page_t *page,
    reg_ocr_part_t *sheet);
static void reg_ocr_licence_below(const reg_ocr_line_t *line,
    const reg_ocr_label_t *label, reg_ocr_area_t *area);
static void reg_ocr_licence_columns(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, reg_ocr_area_t *area);
static void reg_ocr_licence_column(const reg_ocr_label_t *label,
    const reg_ocr_label_t *other, reg_ocr_area_t *area);
static void reg_ocr_licence_dates(const reg_ocr_page_t *page,
    reg_date_t today, const reg_ocr_licence_spots_t *spots,
    reg_ocr_result_t *result);


#define REG_OCR_LICENCE_NAME     "名称 机构名称 单位名称"
#define REG_OCR_LICENCE_TYPE     "类型 主体类型 组成形式 法人类型"
#define REG_OCR_LICENCE_ADDRESS                                               \
    "主要经营场所 经营场所 营业场所 住所 地址"
#define REG_OCR_LICENCE_SINCE    "成立日期 注册日期 成立时间"
#define REG_OCR_LICENCE_TERM                                                  \
    "营业期限 合伙期限 经营期限 有效期限 有效期"
#define REG_OCR_LICENCE_OTHER                                                 \
    "注册资本 经营范围 业务范围 出资总额 成员出资总额 开办资金 "       \
    "举办单位 经费来源 宗旨和业务范围"

/* Labels that hardly stand on other papers. */

#define REG_OCR_LICENCE_SURE                                                  \
    "统一社会信用代码 法定代表人 执行事务合伙人 主要经营场所 经营场所 "  \
    "成立日期 注册日期 营业期限 合伙期限 注册资本 经营范围"


static const char *const  reg_ocr_licence_labels[] = {
    REG_OCR_LICENCE_NAME, REG_OCR_LICENCE_TYPE, REG_OCR_LICENCE_PERSON,
    REG_OCR_LICENCE_ADDRESS, REG_OCR_LICENCE_SINCE, REG_OCR_LICENCE_TERM,
    NULL
};


void
reg_ocr_fields_licence(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    size_t                    i;
    reg_ocr_text_t            text;
    reg_ocr_licence_spots_t   spots, bounds;

    const struct {
        const char            *name;
        const char            *labels;
        int                    rows;
        const reg_ocr_spot_t  *spot;
    } fields[] = {
        { "name", REG_OCR_LICENCE_NAME, 1, &spots.name },
        { "type", REG_OCR_LICENCE_TYPE, 1, &spots.type },
        { "legal_person", REG_OCR_LICENCE_PERSON, 0, &spots.person },
        { "address", REG_OCR_LICENCE_ADDRESS, 1, &spots.address }
    };

    reg_ocr_licence_code(page, result);
    reg_ocr_licence_spots(page, &spots);

    for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        bounds = spots;

        /* a place's later rows read like a place, too */

        if (fields[i].spot == &spots.address) {
            bounds.address.em = 0;
        }

        if (reg_ocr_licence_value(page, fields[i].labels, fields[i].rows,
                                  &bounds, &text)
            || reg_ocr_licence_placed(page, fields[i].spot, fields[i].rows,
                                      &bounds, &text))
        {
            reg_ocr_text_begin(&text);
            reg_ocr_licence_close(&text);

            if (fields[i].spot == &spots.name
                || fields[i].spot == &spots.person)
            {
                reg_ocr_licence_late(&spots.type, &text);
            }

            if (fields[i].spot == &spots.person) {
                reg_ocr_names_weigh(&text);
            }

            if (fields[i].spot == &spots.address) {
                reg_ocr_address_mend(&text);
            }

            reg_ocr_result_text(result, fields[i].name, &text);

            if (fields[i].spot == &spots.type) {
                reg_ocr_licence_mend(&text, result);
            }
        }
    }

    reg_ocr_licence_dates(page, today, &spots, result);
}


/*
 * A bracket that is open at the end was lost there, perhaps with others; and
 * 司 of a company.
 */

static void
reg_ocr_licence_close(reg_ocr_text_t *text)
{
    int              open;
    size_t           i;
    reg_ocr_char_t  *c;

    for (i = 0, open = 0; i < text->n; i++) {
        c = &text->c[i];
        open += (c->code == '(' || c->code == 0xff08);
        open -= (c->code == ')' || c->code == 0xff09);
    }

    if (open == 1) {
        reg_ocr_licence_append(text, ')');

    } else if (text->n > 0 && text->c[text->n - 1].code == 0x516c) {
        reg_ocr_licence_append(text, 0x53f8);
    }
}


static void
reg_ocr_licence_append(reg_ocr_text_t *text, int32_t code)
{
    if (text->n < REG_OCR_TEXT_MAX) {
        text->c[text->n] = text->c[text->n - 1];
        text->c[text->n++].code = code;
        text->hole = 1;
    }
}


/* What begins further right than its column has lost its first character. */

static void
reg_ocr_licence_late(const reg_ocr_spot_t *column, reg_ocr_text_t *text)
{
    if (column->em > 0 && text->n > 0
        && text->c[0].x > column->x + REG_OCR_LICENCE_LATE * column->em
        && text->c[0].x < column->x + 2 * column->em)
    {
        text->hole = 1;
    }
}


/* A type is one of a list: what differs by little is meant to be it. */

static void
reg_ocr_licence_mend(const reg_ocr_text_t *text, reg_ocr_result_t *result)
{
    const char  *type;

    type = reg_ocr_licence_type(text);

    if (type != NULL) {
        reg_ocr_result_add(result, "type", type,
                           fminf(reg_ocr_text_confidence(text), 0.5f), 0);
    }
}


static int
reg_ocr_licence_judge(const char *number, size_t n, void *data)
{
    size_t      i, letters;
    reg_str_t   s;
    reg_code_t  code;

    (void) data;

    s.data = (const unsigned char *) number;
    s.len = n;

    code = reg_number_credit_code(s, NULL);

    if (code == REG_OK) {
        return 2;
    }

    for (i = 8, letters = 0; i < n; i++) {
        letters += (number[i] > '9');
    }

    return code == REG_CHECKSUM && strchr("159N", number[0]) != NULL
           && letters <= 6;
}


static void
reg_ocr_licence_code(const reg_ocr_page_t *page, reg_ocr_result_t *result)
{
    reg_ocr_number_t  number;

    if (!reg_ocr_number_find(page, REG_OCR_CREDIT_MASK, 18,
                             reg_ocr_licence_judge, NULL, &number))
    {
        return;
    }

    if (number.judged != 2) {
        reg_ocr_licence_confusable(number.value);

        if (reg_ocr_licence_judge(number.value, 18, NULL) == 2) {
            number.confidence = fminf(number.confidence, 0.5f);

        } else {
            reg_ocr_result_warn(result, "checksum", "id_number");
        }
    }

    if (number.mended) {
        reg_ocr_result_warn(result, "checksum", "id_number");
    }

    reg_ocr_result_add(result, "id_number", number.value, number.confidence,
                       number.judged == 2
                       && number.confidence >= REG_OCR_SURE);
}


/* Pairs that print makes alike, at the end where the check character is. */

static void
reg_ocr_licence_confusable(char *code)
{
    char    saved;
    size_t  i, k;

    static const char  pairs[][2] = {
        { 'Q', '0' }, { '0', 'Q' }, { 'J', '1' }, { '1', 'J' },
        { 'D', '0' }, { '0', 'D' }, { 'B', '8' }, { '8', 'B' },
        { 'G', '6' }, { '6', 'G' }, { 'U', 'L' }, { 'L', 'U' }
    };

    for (i = 17; i >= 8; i--) {
        for (k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
            if (code[i] != pairs[k][0]) {
                continue;
            }

            saved = code[i];
            code[i] = pairs[k][1];

            if (reg_ocr_licence_judge(code, 18, NULL) == 2) {
                return;
            }

            code[i] = saved;
        }
    }
}


static int
reg_ocr_licence_value(const reg_ocr_page_t *page, const char *labels,
    int rows, const reg_ocr_licence_spots_t *spots, reg_ocr_text_t *text)
{
    reg_ocr_label_t  label;

    text->n = 0;
    text->hole = 0;

    if (!reg_ocr_find_any(page, labels, &label)
        && !reg_ocr_licence_half(page, labels, &label))
    {
        return 0;
    }

    return reg_ocr_licence_beside(page, &label, rows, spots, text);
}


/* Of a value whose label was not found, it is a guess what it is. */

static int
reg_ocr_licence_placed(const reg_ocr_page_t *page,
    const reg_ocr_spot_t *spot, int rows,
    const reg_ocr_licence_spots_t *spots, reg_ocr_text_t *text)
{
    reg_ocr_label_t  label;

    if (spot->em == 0) {
        return 0;
    }

    reg_ocr_licence_label(spot, &label);
    text->n = 0;
    text->hole = 1;

    return reg_ocr_licence_beside(page, &label, rows, spots, text);
}


static int
reg_ocr_licence_beside(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, int rows,
    const reg_ocr_licence_spots_t *spots, reg_ocr_text_t *text)
{
    reg_ocr_area_t  area;

    area = reg_ocr_beside(page, label);
    reg_ocr_licence_bounds(page, label, &area);
    reg_ocr_licence_above(&spots->type, &area);
    reg_ocr_licence_above(&spots->address, &area);

    /* labels are set over the width of the longest: values begin behind it */

    return rows ? reg_ocr_collect(page, &area, REG_OCR_LICENCE_GAP, text)
                : reg_ocr_collect_row(page, &area, REG_OCR_LICENCE_GAP, text);
}


/* Of a short label that is set wide, one half may have been missed. */

static int
reg_ocr_licence_half(const reg_ocr_page_t *page, const char *labels,
    reg_ocr_label_t *label)
{
    size_t  i;

    static const char *const  halves[][3] = {
        { "名称", "名", "称" }, { "类型", "类", "型" }, { "住所", "住", "所" }
    };

    for (i = 0; i < sizeof(halves) / sizeof(halves[0]); i++) {
        if (strstr(labels, halves[i][0]) != NULL) {
            if (reg_ocr_find_alone(page, halves[i][2], label)) {
                label->left -= REG_OCR_LICENCE_HALF * label->em;
                return 1;
            }

            return reg_ocr_find_alone(page, halves[i][1], label);
        }
    }

    return 0;
}


/* Up to the next column, and above the next label of the same column. */

static void
reg_ocr_licence_bounds(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, reg_ocr_area_t *area)
{
    size_t            i;

    for (i = 0; i < page->n; i++) {
        reg_ocr_licence_below(&page->lines[i], label, area);
    }

    reg_ocr_licence_columns(page, label, area);
}


/* Whatever stands in the column of labels begins another entry. */

static void
reg_ocr_licence_below(const reg_ocr_line_t *line,
    const reg_ocr_label_t *label, reg_ocr_area_t *area)
{
    float  y;

    y = (line->top + line->bottom) / 2;

    if (line->right > label->left && line->right < label->right + label->em
        && line->left > label->left - 2 * label->em
        && y > label->y + 0.8f * label->em)
    {
        area->bottom = fminf(area->bottom, y - 0.5f * label->em);
    }
}


static void
reg_ocr_licence_columns(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, reg_ocr_area_t *area)
{
    size_t            i;
    reg_str_t         word;
    const char       *words;
    reg_ocr_label_t   other;

    for (i = 0; i <= sizeof(reg_ocr_licence_labels)
                     / sizeof(reg_ocr_licence_labels[0]); i++)
    {
        words = (reg_ocr_licence_labels[i] != NULL)
                ? reg_ocr_licence_labels[i] : REG_OCR_LICENCE_OTHER;

        while (reg_ocr_find_next(page, &words, &word, &other)) {

            if (other.left > label->right + 5 * label->em
                && other.y > label->y - 6 * label->em
                && other.y < label->y + 6 * label->em)
            {
                area->right = fminf(area->right, other.left);

            } else {
                reg_ocr_licence_column(label, &other, area);
            }
        }

        if (reg_ocr_licence_labels[i] == NULL) {
            break;
        }
    }
}


/* Labels of a column: values begin behind the longest, above the next. */

static void
reg_ocr_licence_column(const reg_ocr_label_t *label,
    const reg_ocr_label_t *other, reg_ocr_area_t *area)
{
    float  apart;

    apart = fabsf(other->left - label->left);

    if (apart < label->em) {
        area->left = fmaxf(area->left,
                           label->left + other->right - other->left);
    }

    if (apart < 2 * label->em && other->y > label->y + 0.8f * label->em) {
        area->bottom = fminf(area->bottom, other->y - 0.5f * label->em);
    }
}


/* "2019年03月12日至2039年03月11日", "2019-03-12 至 长期", "长期". */

static void
reg_ocr_licence_dates(const reg_ocr_page_t *page, reg_date_t today,
    const reg_ocr_licence_spots_t *spots, reg_ocr_result_t *result)
{
    float           p, q;
    size_t          at;
    reg_date_t      date, since, last;
    reg_ocr_text_t  text;

    at = 0;
    since = REG_DATE_NONE;

    if (reg_ocr_licence_value(page, REG_OCR_LICENCE_SINCE, 0, spots, &text)) {
        since = reg_ocr_date_find(&text, &at, &p);
        reg_ocr_result_date(result, "established", since, p,
                            p >= REG_OCR_SURE && since <= today);
    }

    if (!reg_ocr_licence_value(page, REG_OCR_LICENCE_TERM, 1, spots, &text)
        && !reg_ocr_licence_placed(page, &spots->term, 1, spots, &text))
    {
        return;
    }

    if (reg_ocr_text_find(&text, "长期") >= 0
        || reg_ocr_text_find(&text, "至长") >= 0
        || reg_ocr_text_find(&text, "永久") >= 0
        || reg_ocr_text_find(&text, "固定") >= 0)
    {
        p = reg_ocr_text_confidence(&text);
        reg_ocr_result_add(result, "long_term", "true", p,
                           p >= REG_OCR_SURE);
        return;
    }

    at = 0;
    last = REG_DATE_NONE;

    for ( ;; ) {
        date = reg_ocr_date_find(&text, &at, &q);
        if (date == REG_DATE_NONE) {
            break;
        }

        last = date;
        p = q;
    }

    /* of a term whose end is not legible the beginning was read */

    if (last == REG_DATE_NONE || last <= since) {
        return;
    }

    reg_ocr_result_date(result, "valid_until", last, p,
                        p >= REG_OCR_SURE);

    if (last < today) {
        reg_ocr_result_warn(result, "expired", "valid_until");
    }
}


/*
 * A sheet is about as wide to the right of its title as its labels reach to
 * the left; what lies further out is print on other papers.
 */

static void
reg_ocr_licence_sheet(const reg_ocr_page_t *page, reg_ocr_part_t *sheet)
{
    float             left, em;
    reg_str_t         word;
    const char       *words;
    reg_ocr_label_t   label;

    left = INFINITY;
    em = 0;
    words = REG_OCR_LICENCE_SURE;

    while (reg_ocr_find_next(page, &words, &word, &label)) {
        left = fminf(left, label.left);
        em = fmaxf(em, label.em);
    }

    if (left > page->title_x - REG_OCR_LICENCE_LEFT * page->title_span) {
        return;
    }

    sheet->left = left - REG_OCR_LICENCE_SLANT * em;
    sheet->right = page->title_x
                   + REG_OCR_LICENCE_RIGHT * (page->title_x - sheet->left);

    if (left < page->title_x - REG_OCR_LICENCE_WIDE * page->title_span) {
        sheet->bottom = page->title_y
                        + REG_OCR_LICENCE_LOW * page->title_span;
    }
}


/* Values are as large as their labels; what is smaller is of no use here. */

void
reg_ocr_fields_licence_needless(const reg_ocr_page_t *page,
    reg_ocr_needless_t *needless)
{
    float             least;
    size_t            i, n;
    reg_str_t         word;
    const char       *words;
    reg_ocr_label_t   label, other;

    if (page->title_span > 0) {
        reg_ocr_licence_sheet(page, &needless->sheet);
    }

    least = INFINITY;
    n = 0;

    for (i = 0; reg_ocr_licence_labels[i] != NULL; i++) {
        words = reg_ocr_licence_labels[i];

        while (reg_ocr_find_next(page, &words, &word, &label)) {
            least = fminf(least, label.em);
            n++;
        }
    }

    needless->few = (n < 2);

    if (!needless->few) {
        needless->height = 0.85f * least;
    }

    if (!reg_ocr_find_any(page, "经营范围 业务范围", &label)) {
        return;
    }

    needless->top = label.y - 0.7f * label.em;
    needless->left = label.left;
    needless->right = INFINITY;

    for (i = 0; reg_ocr_licence_labels[i] != NULL; i++) {
        words = reg_ocr_licence_labels[i];

        while (reg_ocr_find_next(page, &words, &word, &other)) {
            if (other.left > label.right + 5 * label.em) {
                needless->right = fminf(needless->right,
                                        other.left - label.em);
            }

            /* something else in this column follows the scope */

            if (fabsf(other.left - label.left) < 2 * label.em
                && other.y > label.y + label.em)
            {
                needless->top = INFINITY;
            }
        }
    }
}
