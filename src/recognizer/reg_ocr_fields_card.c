/*
 * Both sides of the resident identity card, and of the residence permits that
 * have its form.
 */

#include <math.h>
#include "reg_numbers.h"
#include "reg_ocr_address.h"
#include "reg_ocr_ctc.h"
#include "reg_ocr_digits.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_names.h"
#include "reg_text.h"


/* The picture of the holder begins so many em of the label behind it. */

#define REG_OCR_ADDRESS_WIDTH  19.0f

/* A fourth row of the address is 5.3 mm above the number. */

#define REG_OCR_ADDRESS_ABOVE  3.2f

/* Within a value a gap of so many em is none of its own. */

#define REG_OCR_VALUE_GAP      2.6f

/*
 * On the card, in millimetres: the middles of the number's outer digits, the
 * beginning of the labels at the left and their size.
 */

#define REG_OCR_NUMBER_SPAN    49.0f
#define REG_OCR_NUMBER_LEFT    29.2f
#define REG_OCR_NUMBER_Y       49.1f
#define REG_OCR_LABEL_LEFT     6.0f
#define REG_OCR_LABEL_EM       2.75f

/* Rows closer together do not tell how far the others are. */

#define REG_OCR_GRID_SPREAD    4.0f

/*
 * The first character's middle is 1.0 to 1.6 em behind 姓名; or 12 mm behind
 * its beginning, and the second's 15 mm, where the number tells millimetres.
 */

#define REG_OCR_NAME_LATEST    1.75f
#define REG_OCR_NAME_BEHIND    13.3f

/*
 * A longer name is two with a dot between, which is easily lost: Mongolian
 * ones of six characters have none.
 */

#define REG_OCR_NAME_UNDOTTED  6

/* So sure is a name at most that has lost its first character. */

#define REG_OCR_NAME_LOST      0.5f


/*
 * Where millimetres of the card are on the page, told by the labels at its
 * left edge and by the number.  mm is one millimetre along a row; 0 when none
 * of them were found.
 */

typedef struct {
    float  mm;
    float  x;                           /* of the card's upper left corner */
    float  y;
    float  down;                        /* one millimetre, down the page */
    float  aside;                       /* and how far aside that is */
    int    exact;                       /* mm is the number's */
} reg_ocr_grid_t;


static void reg_ocr_card_grid(const reg_ocr_page_t *page,
    const reg_ocr_number_t *number, reg_ocr_grid_t *grid);
static float reg_ocr_grid_x(const reg_ocr_grid_t *grid, float x, float y);
static float reg_ocr_grid_y(const reg_ocr_grid_t *grid, float y);
static int reg_ocr_card_judge(const char *number, size_t n, void *data);
static int reg_ocr_card_number(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_number_t *number, reg_ocr_result_t *result);
static void reg_ocr_card_name(const reg_ocr_page_t *page,
    const reg_ocr_grid_t *grid, reg_ocr_result_t *result);
static int reg_ocr_card_dotted(const reg_ocr_text_t *text);
static void reg_ocr_card_sex(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
static void reg_ocr_card_ethnicity(const reg_ocr_page_t *page,
    const reg_ocr_grid_t *grid, reg_ocr_result_t *result);
static int reg_ocr_card_ethnicity_label(const reg_ocr_page_t *page,
    const reg_ocr_grid_t *grid, reg_ocr_label_t *label);
static const reg_ocr_line_t *reg_ocr_card_behind(const reg_ocr_page_t *page,
    const reg_ocr_label_t *label, size_t *from, size_t *to);
static void reg_ocr_card_birth(const reg_ocr_page_t *page,
    reg_ocr_result_t *result);
static void reg_ocr_card_address(const reg_ocr_page_t *page,
    const reg_ocr_number_t *number, const reg_ocr_grid_t *grid,
    reg_ocr_result_t *result);
static int reg_ocr_card_term(const reg_ocr_page_t *page,
    reg_ocr_area_t *area);
static void reg_ocr_card_open_term(const reg_ocr_text_t *text, size_t at,
    reg_date_t date, float p, reg_date_t today, reg_ocr_result_t *result);
static int reg_ocr_card_span(reg_date_t from, reg_date_t until);


void
reg_ocr_fields_portrait(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    reg_ocr_grid_t    grid;
    reg_ocr_number_t  number;

    (void) reg_ocr_card_number(page, today, &number, result);
    reg_ocr_card_grid(page, &number, &grid);

    reg_ocr_card_name(page, &grid, result);
    reg_ocr_card_sex(page, result);
    reg_ocr_card_ethnicity(page, &grid, result);
    reg_ocr_card_birth(page, result);
    reg_ocr_card_address(page, &number, &grid, result);
}


/*
 * Of a hand-held picture nothing is asked but whether a card is there, and
 * whose.
 */

void
reg_ocr_fields_handheld(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    reg_ocr_grid_t    grid;
    reg_ocr_number_t  number;

    (void) reg_ocr_card_number(page, today, &number, result);

    if (number.judged == 2) {
        reg_ocr_card_grid(page, &number, &grid);
        reg_ocr_card_name(page, &grid, result);
    }
}


/*
 * By the number alone, as wide as high; each label found makes sure of it,
 * since in perspective rows further up are nearer to one another.
 */

static void
reg_ocr_card_grid(const reg_ocr_page_t *page, const reg_ocr_number_t *number,
    reg_ocr_grid_t *grid)
{
    float            w, at, x, y, xs, ys, as, aa, xa, ya;
    size_t           i, n;
    reg_ocr_label_t  label;

    static const struct {
        const char  *word;
        float        y;                 /* millimetres */
    } labels[] = {
        { "姓名", 10.9f }, { "性别", 17.4f }, { "出生", 23.9f },
        { "住址", 31.3f }, { "公民身份号码", 49.0f }, { NULL, 0 }
    };

    memset(grid, 0, sizeof(reg_ocr_grid_t));
    n = 0;
    xs = ys = as = aa = xa = ya = 0;

    if (number->judged != 0) {
        grid->mm = (number->right - number->left) / REG_OCR_NUMBER_SPAN;
        grid->down = grid->mm;
        grid->exact = 1;
        xs = number->left - REG_OCR_NUMBER_LEFT * grid->mm;
        ys = number->y;
        as = REG_OCR_NUMBER_Y;
        aa = as * as;
        xa = as * xs;
        ya = as * ys;
        n = 1;
    }

    for (i = 0; labels[i].word != NULL; i++) {
        if (reg_ocr_find(page, labels[i].word, &label)) {
            grid->mm = (grid->mm == 0) ? label.em / REG_OCR_LABEL_EM
                                       : grid->mm;
            at = labels[i].y;
            x = label.left - REG_OCR_LABEL_LEFT * grid->mm;
            y = label.y;

            xs += x;
            ys += y;
            as += at;
            aa += at * at;
            xa += at * x;
            ya += at * y;
            n++;
        }
    }

    if (n == 0) {
        return;
    }

    w = aa / n - (as / n) * (as / n);

    if (w > REG_OCR_GRID_SPREAD * REG_OCR_GRID_SPREAD) {
        grid->down = (ya / n - as / n * (ys / n)) / w;
        grid->aside = (xa / n - as / n * (xs / n)) / w;
    }

    grid->down = (grid->down > 0) ? grid->down : grid->mm;
    grid->x = xs / n - grid->aside * as / n;
    grid->y = ys / n - grid->down * as / n;
}


static float
reg_ocr_grid_x(const reg_ocr_grid_t *grid, float x, float y)
{
    return grid->x + x * grid->mm + y * grid->aside;
}


static float
reg_ocr_grid_y(const reg_ocr_grid_t *grid, float y)
{
    return grid->y + y * grid->down;
}


/* Residence permits: 810000, 820000, 830000; a permanent one begins with 9. */

static int
reg_ocr_card_judge(const char *number, size_t n, void *data)
{
    size_t      i;
    reg_str_t   s;
    reg_date_t  today;

    s.data = (const unsigned char *) number;
    s.len = n;
    today = *(reg_date_t *) data;

    if (reg_number_resident(s, today, NULL) == REG_OK
        || reg_number_hmt_permit(s, today, NULL) == REG_OK
        || reg_number_permanent_residence(s, today, NULL) == REG_OK)
    {
        return 2;
    }

    for (i = 0; i < n - 1; i++) {
        if (number[i] == 'X') {
            return 0;
        }
    }

    return 1;
}


/* The number tells birth and sex better than their own rows do. */

static int
reg_ocr_card_number(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_number_t *number, reg_ocr_result_t *result)
{
    int                 vouched;
    reg_str_t           s;
    reg_number_facts_t  facts;

    if (!reg_ocr_number_find(page, "0123456789X", 18, reg_ocr_card_judge,
                             &today, number))
    {
        return 0;
    }

    vouched = (number->judged == 2 && number->confidence >= REG_OCR_SURE);

    reg_ocr_result_add(result, "id_number", number->value,
                       number->confidence, vouched);

    if (number->judged != 2 || number->mended) {
        reg_ocr_result_warn(result, "checksum", "id_number");
    }

    if (number->judged != 2) {
        return 1;
    }

    s.data = (const unsigned char *) number->value;
    s.len = strlen(number->value);
    memset(&facts, 0, sizeof(facts));
    facts.birth = REG_DATE_NONE;

    if (reg_number_resident(s, today, &facts) != REG_OK
        && reg_number_hmt_permit(s, today, &facts) != REG_OK)
    {
        (void) reg_number_permanent_residence(s, today, &facts);
    }

    reg_ocr_result_date(result, "birth_date", facts.birth,
                        number->confidence, vouched);

    if (facts.sex != 0) {
        reg_ocr_result_add(result, "sex", facts.sex == 'M' ? "M" : "F",
                           number->confidence, vouched);
    }

    return 1;
}


/*
 * Without its label a name still has its place on the card.  A name that
 * begins further right, or has one character, has lost its first.
 */

static void
reg_ocr_card_name(const reg_ocr_page_t *page, const reg_ocr_grid_t *grid,
    reg_ocr_result_t *result)
{
    float            latest;
    reg_ocr_area_t   area;
    reg_ocr_text_t   text;
    reg_ocr_label_t  label;

    if (reg_ocr_find(page, "姓名", &label)) {
        area = reg_ocr_beside(page, &label);
        latest = (grid->exact)
                 ? label.left + REG_OCR_NAME_BEHIND * grid->mm
                 : label.right + REG_OCR_NAME_LATEST * label.em;

    } else if (grid->mm != 0) {
        memset(&area, 0, sizeof(area));
        area.left = reg_ocr_grid_x(grid, 13.6f, 10.9f);
        area.right = reg_ocr_grid_x(grid, 50.6f, 10.9f);
        area.y = reg_ocr_grid_y(grid, 10.9f);
        area.em = 3.6f * grid->mm;
        latest = reg_ocr_grid_x(grid, 19.6f, 10.9f);

    } else {
        return;
    }

    text.n = 0;
    text.hole = 0;

    if (reg_ocr_collect_row(page, &area, REG_OCR_VALUE_GAP, &text)) {
        if (text.n == 1 || text.c[0].x > latest) {
            text.hole = 1;
            text.c[0].p = fminf(text.c[0].p, REG_OCR_NAME_LOST);
        }

        if (text.n > REG_OCR_NAME_UNDOTTED && !reg_ocr_card_dotted(&text)) {
            text.hole = 1;
        }

        reg_ocr_names_weigh(&text);
        reg_ocr_result_text(result, "name", &text);
    }
}


static int
reg_ocr_card_dotted(const reg_ocr_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->n; i++) {
        if (!reg_text_is_han(text->c[i].code)) {
            return 1;
        }
    }

    return 0;
}


void
reg_ocr_fields_name(const reg_ocr_page_t *page, reg_ocr_result_t *result)
{
    reg_ocr_grid_t  none;

    memset(&none, 0, sizeof(none));
    reg_ocr_card_name(page, &none, result);
}


/* Only where the number does not tell; where it does, they are compared. */

static void
reg_ocr_card_sex(const reg_ocr_page_t *page, reg_ocr_result_t *result)
{
    const char             *sex;
    reg_ocr_area_t          area;
    reg_ocr_text_t          text;
    reg_ocr_label_t         label;
    const reg_ocr_field_t  *told;

    if (!reg_ocr_find(page, "性别", &label)) {
        return;
    }

    area = reg_ocr_beside(page, &label);
    text.n = 0;
    text.hole = 0;

    if (!reg_ocr_collect_row(page, &area, 0, &text)
        || (text.c[0].code != 0x7537 && text.c[0].code != 0x5973))
    {
        return;
    }

    sex = (text.c[0].code == 0x7537) ? "M" : "F";
    told = reg_ocr_result_field(result, "sex");

    if (told == NULL) {
        reg_ocr_result_add(result, "sex", sex, text.c[0].p,
                           text.c[0].p >= REG_OCR_SURE);

    } else if (strcmp(told->value, sex) != 0
               && text.c[0].p >= REG_OCR_SURE)
    {
        reg_ocr_result_warn(result, "mismatch", "sex");
    }
}


/* One of 56: what the steps behind 民族 say, if it has to be one of them. */

static void
reg_ocr_card_ethnicity(const reg_ocr_page_t *page,
    const reg_ocr_grid_t *grid, reg_ocr_result_t *result)
{
    int                    group;
    float                  p;
    size_t                 from, to;
    reg_ocr_label_t        label;
    const reg_ocr_line_t  *line;

    if (!reg_ocr_find(page, "民族", &label)
        && !reg_ocr_card_ethnicity_label(page, grid, &label))
    {
        return;
    }

    line = reg_ocr_card_behind(page, &label, &from, &to);
    if (line == NULL) {
        return;
    }

    group = reg_ocr_ctc_word(page->alphabet, line, from, to,
                             reg_ocr_ethnic_groups, &p);
    if (group != -1) {
        reg_ocr_result_add(result, "ethnicity", reg_ocr_ethnic_groups[group],
                           p, p >= 0.95f);
    }
}


/*
 * Where the label stands that is not legible: behind its first character, 民,
 * if that is read where the card has it, else by its place alone.
 */

static int
reg_ocr_card_ethnicity_label(const reg_ocr_page_t *page,
    const reg_ocr_grid_t *grid, reg_ocr_label_t *label)
{
    float                  x, y;
    size_t                 i, k;
    const reg_ocr_line_t  *line;
    const reg_ocr_char_t  *c;

    if (grid->mm == 0) {
        return 0;
    }

    memset(label, 0, sizeof(reg_ocr_label_t));
    label->right = reg_ocr_grid_x(grid, 30.4f, 17.4f);
    label->y = reg_ocr_grid_y(grid, 17.4f);
    label->em = 2.75f * grid->mm;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        for (k = 0; k < line->n; k++) {
            c = &line->chars[k];
            x = c->x - reg_ocr_grid_x(grid, 25.6f, 17.4f);
            y = c->y - label->y;

            if (c->code == 0x6c11 && fabsf(x) < 5 * grid->mm
                && fabsf(y) < 3.2f * grid->down)
            {
                label->right = c->x + 4.7f * grid->mm;
                label->y = c->y;
                return 1;
            }
        }
    }

    return 1;
}


/* The line that goes on behind a label, and its steps there. */

static const reg_ocr_line_t *
reg_ocr_card_behind(const reg_ocr_page_t *page, const reg_ocr_label_t *label,
    size_t *from, size_t *to)
{
    float                  x, y, em;
    size_t                 i, step;
    const reg_ocr_line_t  *line;

    em = label->em;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (line->height < 0.65f * em || line->height > 2.7f * em) {
            continue;
        }

        /* a line that ends with the label holds nothing behind it */

        if (line == label->line && label->next >= line->n) {
            continue;
        }

        for (step = 0, *to = 0; step < line->steps; step++) {
            reg_ocr_page_step(line, step, &x, &y);

            if (x < label->right - 0.1f * em || x > label->right + 8 * em
                || fabsf(y - label->y) > 0.6f * em)
            {
                continue;
            }

            *from = (*to == 0) ? step : *from;
            *to = step + 1;
        }

        if (*to != 0) {
            return line;
        }
    }

    return NULL;
}


static void
reg_ocr_card_birth(const reg_ocr_page_t *page, reg_ocr_result_t *result)
{
    char                    value[REG_DATE_LEN + 1];
    float                   p;
    size_t                  at;
    reg_date_t              date;
    reg_ocr_area_t          area;
    reg_ocr_text_t          text;
    reg_ocr_label_t         label;
    const reg_ocr_field_t  *told;

    if (!reg_ocr_find(page, "出生", &label)) {
        return;
    }

    area = reg_ocr_beside(page, &label);
    text.n = 0;
    text.hole = 0;
    at = 0;

    if (!reg_ocr_collect_row(page, &area, 0, &text)) {
        return;
    }

    date = reg_ocr_date_find(&text, &at, &p);
    if (date == REG_DATE_NONE) {
        return;
    }

    reg_date_print(date, value);
    told = reg_ocr_result_field(result, "birth_date");

    if (told == NULL) {
        reg_ocr_result_add(result, "birth_date", value, p,
                           p >= REG_OCR_SURE);

    } else if (strcmp(told->value, value) != 0 && p >= REG_OCR_SURE) {
        reg_ocr_result_warn(result, "mismatch", "birth_date");
    }
}


/*
 * All between the label and the number, left of the holder's picture.  An
 * address ends with 号, 室 or 组: one that ends with a digit, a division or a
 * street was cut.
 */

static void
reg_ocr_card_address(const reg_ocr_page_t *page,
    const reg_ocr_number_t *number, const reg_ocr_grid_t *grid,
    reg_ocr_result_t *result)
{
    reg_ocr_area_t   area;
    reg_ocr_text_t   text;
    reg_ocr_label_t  label;

    text.n = 0;
    text.hole = 0;

    if (reg_ocr_find(page, "住址", &label)) {
        area = reg_ocr_beside(page, &label);
        area.right = label.right + REG_OCR_ADDRESS_WIDTH * label.em;

    } else if (grid->mm != 0) {
        memset(&area, 0, sizeof(area));
        area.left = reg_ocr_grid_x(grid, 13.6f, 31.3f);
        area.right = reg_ocr_grid_x(grid, 52, 31.3f);
        area.y = reg_ocr_grid_y(grid, 31.3f);
        area.em = 3.05f * grid->mm;

    } else {
        return;
    }

    area.bottom = (number->judged != 0)
                  ? number->y - REG_OCR_ADDRESS_ABOVE * grid->mm
                  : page->height * 2;

    if (reg_ocr_collect(page, &area, REG_OCR_VALUE_GAP, &text)) {
        reg_ocr_address_mend(&text);
        reg_ocr_text_begin(&text);
        reg_ocr_result_text(result, "address", &text);
    }
}


void
reg_ocr_fields_emblem(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    reg_ocr_area_t   area, below;
    reg_ocr_text_t   text;
    reg_ocr_label_t  label;

    if (reg_ocr_find(page, "签发机关", &label)) {
        area = reg_ocr_beside(page, &label);

        if (reg_ocr_card_term(page, &below) && below.y > label.y) {
            area.bottom = below.y - 0.6f * below.em;
        }

        text.n = 0;
        text.hole = 0;

        if (reg_ocr_collect(page, &area, REG_OCR_VALUE_GAP, &text)) {
            reg_ocr_result_text(result, "authority", &text);
        }
    }

    reg_ocr_fields_term(page, today, result);
}


/*
 * "2004.03.15-2024.03.15" or "2004.03.15-长期".  The law of the card knows
 * terms of 5, 10 and 20 years and the one without end, and nothing else.
 */

void
reg_ocr_fields_term(const reg_ocr_page_t *page, reg_date_t today,
    reg_ocr_result_t *result)
{
    int              sure;
    float            p, q;
    size_t           at;
    reg_date_t       from, until;
    reg_ocr_area_t   area;
    reg_ocr_text_t   text;

    if (!reg_ocr_card_term(page, &area)) {
        return;
    }

    text.n = 0;
    text.hole = 0;
    at = 0;
    q = 0;

    if (!reg_ocr_collect_row(page, &area, 0, &text)) {
        return;
    }

    from = reg_ocr_date_find(&text, &at, &p);
    if (from == REG_DATE_NONE) {
        return;
    }

    until = reg_ocr_date_find(&text, &at, &q);

    if (until == REG_DATE_NONE) {
        reg_ocr_card_open_term(&text, at, from, p, today, result);
        return;
    }

    sure = (p >= REG_OCR_SURE && q >= REG_OCR_SURE)
           && reg_ocr_card_span(from, until);

    reg_ocr_result_date(result, "valid_from", from, p, sure);
    reg_ocr_result_date(result, "valid_until", until, q, sure);

    if (until < today) {
        reg_ocr_result_warn(result, "expired", "valid_until");
    }

    if (from > today) {
        reg_ocr_result_warn(result, "not_yet_valid", "valid_from");
    }
}


/*
 * The row of the term with its label, of which a character that was not read
 * may have been taken from the date; or that with two dates so far apart.
 */

static int
reg_ocr_card_term(const reg_ocr_page_t *page, reg_ocr_area_t *area)
{
    float                  p;
    size_t                 i, at;
    reg_date_t             from, until;
    reg_ocr_text_t         text;
    reg_ocr_label_t        label;
    const reg_ocr_line_t  *line;

    if (reg_ocr_find(page, "有效期限", &label)) {
        *area = reg_ocr_beside(page, &label);
        area->left = label.left;
        return 1;
    }

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        label.right = line->left;
        label.y = (line->top + line->bottom) / 2;
        label.em = line->height * 0.74f;

        *area = reg_ocr_beside(page, &label);
        area->right = line->right;
        text.n = 0;
        text.hole = 0;
        at = 0;

        if (!reg_ocr_collect_row(page, area, 0, &text)) {
            continue;
        }

        from = reg_ocr_date_find(&text, &at, &p);
        until = reg_ocr_date_find(&text, &at, &p);

        if (from != REG_DATE_NONE && until != REG_DATE_NONE
            && reg_ocr_card_span(from, until))
        {
            return 1;
        }
    }

    return 0;
}


/*
 * One date alone, up to at: of a term without end, 长期, or one of two was not
 * read.
 */

static void
reg_ocr_card_open_term(const reg_ocr_text_t *text, size_t at, reg_date_t date,
    float p, reg_date_t today, reg_ocr_result_t *result)
{
    int     open;
    size_t  i;

    if (date > today) {
        reg_ocr_result_date(result, "valid_until", date, p, 0);
        return;
    }

    for (i = at, open = 0; i < text->n; i++) {
        if (text->c[i].code >= '0' && text->c[i].code <= '9') {
            open = 0;
            break;
        }

        open |= (text->c[i].code == 0x957f || text->c[i].code == 0x671f);
    }

    reg_ocr_result_date(result, "valid_from", date, p, p >= REG_OCR_SURE);

    if (open) {
        reg_ocr_result_add(result, "long_term", "true", p, p >= REG_OCR_SURE);
    }
}


static int
reg_ocr_card_span(reg_date_t from, reg_date_t until)
{
    return until == reg_date_add_years(from, 5)
           || until == reg_date_add_years(from, 10)
           || until == reg_date_add_years(from, 20);
}
