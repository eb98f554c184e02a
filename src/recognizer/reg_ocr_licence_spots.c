/*
 * Values of a licence whose labels were not read.
 */

#include <math.h>
#include "reg_ocr_licence_spots.h"
#include "reg_text.h"


/* How the types of GB/T and of the registers begin. */

#define REG_OCR_FORMS                                                         \
    "其他有限责任公司 其他股份有限公司 有限责任公司 股份有限公司 "       \
    "有限合伙企业 普通合伙企业 特殊普通合伙企业 个人独资企业 "           \
    "个体工商户 农民专业合作社 全民所有制 集体所有制 股份合作制 "        \
    "外商投资 港澳台投资 内资企业 联营企业"

/* A place has one of the first soon and one of the second at all. */

#define REG_OCR_PLACES        "省市区县州旗盟"
#define REG_OCR_PLACES_SOON   12
#define REG_OCR_STREETS       "路街号村镇乡道巷弄屯组栋室"

/* Within a column, in em; how far above its type a name may begin. */

#define REG_OCR_COLUMN        1.6f
#define REG_OCR_NAME_ABOVE    8.0f
#define REG_OCR_BEFORE        2.6f      /* half a label on the same line */

/* From a label to its value, and from one row to the next, at most. */

#define REG_OCR_BEHIND        2.4f
#define REG_OCR_PITCH         4.0f

#define REG_OCR_DATE_LEAST    8         /* characters of 2019-3-1 */

#define REG_OCR_PERSON_LEAST  2
#define REG_OCR_PERSON_MOST   4


static void reg_ocr_spot_type(const reg_ocr_page_t *page,
    reg_ocr_spot_t *spot);
static void reg_ocr_spot_above(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, reg_ocr_spot_t *spot);
static void reg_ocr_spot_name(const reg_ocr_page_t *page,
    const reg_ocr_spot_t *type, reg_ocr_spot_t *spot);
static void reg_ocr_spot_person(const reg_ocr_page_t *page,
    const reg_ocr_spot_t *type, reg_ocr_spot_t *spot);
static void reg_ocr_spot_address(const reg_ocr_page_t *page,
    const reg_ocr_spot_t *type, reg_ocr_spot_t *spot);
static void reg_ocr_spot_term(const reg_ocr_page_t *page,
    reg_ocr_spot_t *spot);
static const reg_ocr_char_t *reg_ocr_spot_in(const reg_ocr_line_t *line,
    const reg_ocr_spot_t *column);
static int reg_ocr_spot_scope(const reg_ocr_page_t *page,
    const reg_ocr_char_t *c);
static size_t reg_ocr_spot_has(const reg_ocr_line_t *line, size_t from,
    size_t to, const char *set);
static void reg_ocr_spot_set(const reg_ocr_line_t *line,
    const reg_ocr_char_t *c, reg_ocr_spot_t *spot);


void
reg_ocr_licence_spots(const reg_ocr_page_t *page,
    reg_ocr_licence_spots_t *spots)
{
    memset(spots, 0, sizeof(reg_ocr_licence_spots_t));

    reg_ocr_spot_type(page, &spots->type);
    reg_ocr_spot_address(page, &spots->type, &spots->address);
    reg_ocr_spot_term(page, &spots->term);

    if (spots->type.em > 0) {
        reg_ocr_spot_name(page, &spots->type, &spots->name);
        reg_ocr_spot_person(page, &spots->type, &spots->person);
    }
}


/*
 * One of the forms at the beginning of a line, or behind half a label; else
 * what stands where it does, in the row above the person's.
 */

static void
reg_ocr_spot_type(const reg_ocr_page_t *page, reg_ocr_spot_t *spot)
{
    reg_ocr_label_t  label;

    if (reg_ocr_find_begins(page, REG_OCR_FORMS, page->title_y,
                            REG_OCR_BEFORE, &label))
    {
        spot->x = label.left + label.em / 2;
        spot->y = label.y;
        spot->em = label.em;

    } else if (reg_ocr_find_any(page, REG_OCR_LICENCE_PERSON, &label)) {
        reg_ocr_spot_above(page, &label, spot);
    }
}


/* The row above a label's, in the column of its value. */

static void
reg_ocr_spot_above(const reg_ocr_page_t *page, const reg_ocr_label_t *label,
    reg_ocr_spot_t *spot)
{
    size_t                 i;
    reg_ocr_spot_t         column;
    const reg_ocr_char_t  *c;

    column.x = label->right + REG_OCR_BEHIND * label->em;
    column.em = label->em;

    for (i = 0; i < page->n; i++) {
        c = reg_ocr_spot_in(&page->lines[i], &column);

        if (c != NULL && page->lines[i].n > REG_OCR_PERSON_MOST
            && c->y < label->y - 0.8f * label->em
            && c->y > label->y - REG_OCR_PITCH * label->em
            && (spot->em == 0 || c->y > spot->y))
        {
            reg_ocr_spot_set(&page->lines[i], c, spot);
        }
    }
}


/* The uppermost row in the column of the type and above it. */

static void
reg_ocr_spot_name(const reg_ocr_page_t *page, const reg_ocr_spot_t *type,
    reg_ocr_spot_t *spot)
{
    size_t                 i;
    const reg_ocr_char_t  *c;

    for (i = 0; i < page->n; i++) {
        c = reg_ocr_spot_in(&page->lines[i], type);

        if (c != NULL && reg_text_is_han(c->code)
            && c->y < type->y - 0.8f * type->em
            && c->y > type->y - REG_OCR_NAME_ABOVE * type->em
            && c->y > page->title_y + 0.2f * page->title_span
            && (spot->em == 0 || c->y < spot->y))
        {
            reg_ocr_spot_set(&page->lines[i], c, spot);
        }
    }
}


/* A few Chinese characters in the column of the type and below it. */

static void
reg_ocr_spot_person(const reg_ocr_page_t *page, const reg_ocr_spot_t *type,
    reg_ocr_spot_t *spot)
{
    size_t                 i, k, n;
    const reg_ocr_char_t  *c;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];
        c = reg_ocr_spot_in(line, type);

        if (c == NULL || c->y < type->y + 0.8f * type->em
            || reg_ocr_spot_scope(page, c)
            || (spot->em > 0 && c->y > spot->y))
        {
            continue;
        }

        n = line->n - (c - line->chars);

        for (k = line->n - n; k < line->n; k++) {
            if (!reg_text_is_han(line->chars[k].code)) {
                break;
            }
        }

        if (k == line->n && n >= REG_OCR_PERSON_LEAST
            && n <= REG_OCR_PERSON_MOST
            && reg_ocr_spot_has(line, 0, line->n, "万亿元圆整期") == 0)
        {
            reg_ocr_spot_set(line, c, spot);
        }
    }
}


/* What reads like a place, below the type. */

static void
reg_ocr_spot_address(const reg_ocr_page_t *page, const reg_ocr_spot_t *type,
    reg_ocr_spot_t *spot)
{
    size_t                 i, from;
    const reg_ocr_char_t  *c;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];
        from = reg_ocr_spot_has(line, 0, 2, "所址");

        if (from == line->n || line->height * 0.74f < 0.8f * type->em
            || reg_ocr_spot_has(line, from, from + REG_OCR_PLACES_SOON,
                                REG_OCR_PLACES) == 0
            || reg_ocr_spot_has(line, from, line->n, REG_OCR_STREETS) == 0
            || reg_ocr_spot_has(line, from, line->n, "司店社局") != 0)
        {
            continue;
        }

        c = &line->chars[from];

        if (c->y > type->y + 0.8f * type->em && c->y > page->title_y
            && !reg_ocr_spot_scope(page, c)
            && (spot->em == 0 || c->y < spot->y))
        {
            reg_ocr_spot_set(line, c, spot);
        }
    }
}


/* "2019年03月12日至2039年03月11日": a year, and an end. */

static void
reg_ocr_spot_term(const reg_ocr_page_t *page, reg_ocr_spot_t *spot)
{
    size_t                 i, to;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];
        to = reg_ocr_spot_has(line, REG_OCR_DATE_LEAST, line->n, "至");

        if (to != 0 && reg_ocr_spot_has(line, 0, 1, "12") != 0
            && reg_ocr_spot_has(line, to, to + 1, "12长") != 0)
        {
            reg_ocr_spot_set(line, line->chars, spot);
            return;
        }
    }
}


/* The first character of a line in a column, or NULL. */

static const reg_ocr_char_t *
reg_ocr_spot_in(const reg_ocr_line_t *line, const reg_ocr_spot_t *column)
{
    float   em;
    size_t  i;

    em = line->height * 0.74f;

    if (em < 0.6f * column->em || em > 1.6f * column->em) {
        return NULL;
    }

    for (i = 0; i < line->n; i++) {
        if (line->chars[i].x > column->x - REG_OCR_COLUMN * column->em) {
            return (line->chars[i].x < column->x
                                       + REG_OCR_COLUMN * column->em)
                   ? &line->chars[i] : NULL;
        }
    }

    return NULL;
}


/* What a business does is told in the words of other fields, too. */

static int
reg_ocr_spot_scope(const reg_ocr_page_t *page, const reg_ocr_char_t *c)
{
    reg_ocr_label_t  label;

    return reg_ocr_find_any(page, "经营范围 业务范围", &label)
           && c->y > label.y - 0.5f * label.em && c->x > label.left
           && c->x < label.right + 6 * label.em;
}


/* The place behind the first character that is of a set; 0: none is. */

static size_t
reg_ocr_spot_has(const reg_ocr_line_t *line, size_t from, size_t to,
    const char *set)
{
    size_t     i;
    int32_t    code;
    reg_str_t  s;

    for (i = from; i < to && i < line->n; i++) {
        s.data = (const unsigned char *) set;
        s.len = strlen(set);

        while ((code = reg_text_next(&s)) != -1) {
            if (code == line->chars[i].code) {
                return i + 1;
            }
        }
    }

    return 0;
}


static void
reg_ocr_spot_set(const reg_ocr_line_t *line, const reg_ocr_char_t *c,
    reg_ocr_spot_t *spot)
{
    spot->x = c->x;
    spot->y = c->y;
    spot->em = line->height * 0.74f;
}


void
reg_ocr_licence_label(const reg_ocr_spot_t *spot, reg_ocr_label_t *label)
{
    memset(label, 0, sizeof(reg_ocr_label_t));

    label->em = spot->em;
    label->right = spot->x - 0.6f * spot->em;
    label->left = label->right - 6.5f * spot->em;
    label->y = spot->y;
}


void
reg_ocr_licence_above(const reg_ocr_spot_t *spot, reg_ocr_area_t *area)
{
    if (spot->em > 0 && spot->x > area->left && spot->x < area->right
        && spot->y > area->y + 0.6f * area->em)
    {
        area->bottom = fminf(area->bottom, spot->y - 0.5f * spot->em);
    }
}
