/*
 * Looking for labels on a page, and for what stands beside and below them.
 */

#include <math.h>
#include "reg_ocr_find.h"
#include "reg_text.h"


/* A box is about so much higher than its characters. */

#define REG_OCR_EM            0.74f

/* Of words: characters, and how far apart two of a label may stand. */

#define REG_OCR_WORD_MAX      12
#define REG_OCR_SPREAD        6.5f  /* em */

/* One row: within so many em; print of one value: of like size. */

#define REG_OCR_ROW           0.62f
#define REG_OCR_SIZE_LEAST    0.5f
#define REG_OCR_SIZE_MOST     1.9f

/* Rows of one value: how far below, and how far indented. */

#define REG_OCR_PITCH_LEAST   0.75f
#define REG_OCR_PITCH_MOST    2.3f
#define REG_OCR_INDENT        1.5f

/* Two characters so close together are one that two boxes read. */

#define REG_OCR_DOUBLE        0.35f
#define REG_OCR_DOUBLE_HAN    0.6f

/* What 11 is read as. */

#define REG_OCR_STROKES       "日且旦目月川口H"


/* Signs that a character is missing, in em. */

#define REG_OCR_HOLE_END      1.6f
#define REG_OCR_HOLE_INNER    2.2f
#define REG_OCR_HOLE_HAN      1.6f


typedef struct {
    size_t   n;
    int32_t  code[REG_OCR_WORD_MAX];
} reg_ocr_word_t;


static int reg_ocr_blank(int32_t code);
static int reg_ocr_word_next(const char **words, reg_str_t *word);
static int reg_ocr_find_word(const reg_ocr_page_t *page, reg_str_t text,
    reg_ocr_label_t *label);
static int reg_ocr_find_begun(const reg_ocr_line_t *line,
    const reg_ocr_word_t *word, float em, reg_ocr_label_t *label);
static int reg_ocr_find_in(const reg_ocr_line_t *line,
    const reg_ocr_word_t *word, size_t at, reg_ocr_label_t *label);
static int reg_ocr_find_apart(const reg_ocr_page_t *page,
    const reg_ocr_word_t *word, reg_ocr_label_t *label);
static int reg_ocr_find_second(const reg_ocr_page_t *page,
    const reg_ocr_line_t *first, size_t at, int32_t code,
    reg_ocr_label_t *label);
static void reg_ocr_collect_line(const reg_ocr_line_t *line,
    const reg_ocr_area_t *area, reg_ocr_text_t *row);
static void reg_ocr_collect_insert(reg_ocr_text_t *row,
    const reg_ocr_char_t *c);
static void reg_ocr_collect_tidy(reg_ocr_text_t *row, float em, float gap);
static float reg_ocr_collect_double(const reg_ocr_char_t *a,
    const reg_ocr_char_t *b);
static float reg_ocr_text_em(const reg_ocr_text_t *text, float other);
static int reg_ocr_collect_next(const reg_ocr_page_t *page,
    const reg_ocr_area_t *area, float x, float *y);
static int32_t reg_ocr_text_code(const reg_ocr_text_t *text, size_t i);


int
reg_ocr_find(const reg_ocr_page_t *page, const char *word,
    reg_ocr_label_t *label)
{
    reg_str_t  s;

    s.data = (const unsigned char *) word;
    s.len = strlen(word);

    return reg_ocr_find_word(page, s, label);
}


int
reg_ocr_find_any(const reg_ocr_page_t *page, const char *words,
    reg_ocr_label_t *label)
{
    reg_str_t  word;

    while (reg_ocr_word_next(&words, &word)) {
        if (reg_ocr_find_word(page, word, label)) {
            return 1;
        }
    }

    return 0;
}


int
reg_ocr_find_begins(const reg_ocr_page_t *page, const char *words, float top,
    float em, reg_ocr_label_t *label)
{
    size_t          i;
    reg_str_t       s;
    reg_ocr_word_t  word;

    while (reg_ocr_word_next(&words, &s)) {
        word.n = reg_ocr_codes_parse(s, word.code, REG_OCR_WORD_MAX);

        for (i = 0; i < page->n; i++) {
            if (reg_ocr_find_begun(&page->lines[i], &word, em, label)
                && label->y > top)
            {
                return 1;
            }
        }
    }

    return 0;
}


static int
reg_ocr_find_begun(const reg_ocr_line_t *line, const reg_ocr_word_t *word,
    float em, reg_ocr_label_t *label)
{
    size_t  at;

    for (at = 0; at < line->n; at++) {

        if (line->chars[at].x - line->chars[0].x
            > em * line->height * REG_OCR_EM)
        {
            break;
        }

        if ((at == 0 || line->chars[at].code == word->code[0])
            && reg_ocr_find_in(line, word, at, label))
        {
            return 1;
        }
    }

    return 0;
}


int
reg_ocr_find_alone(const reg_ocr_page_t *page, const char *character,
    reg_ocr_label_t *label)
{
    size_t           i;
    reg_str_t        s;
    reg_ocr_word_t   word;
    reg_ocr_line_t  *line;

    s.data = (const unsigned char *) character;
    s.len = strlen(character);
    word.n = reg_ocr_codes_parse(s, word.code, REG_OCR_WORD_MAX);

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (line->n == 1 && reg_ocr_find_in(line, &word, 0, label)) {
            return 1;
        }
    }

    return 0;
}


size_t
reg_ocr_find_count(const reg_ocr_page_t *page, const char *words)
{
    size_t           n;
    reg_str_t        word;
    reg_ocr_label_t  label;

    n = 0;

    while (reg_ocr_word_next(&words, &word)) {
        n += reg_ocr_find_word(page, word, &label);
    }

    return n;
}


static int
reg_ocr_word_next(const char **words, reg_str_t *word)
{
    *words += strspn(*words, " ");

    word->data = (const unsigned char *) *words;
    word->len = strcspn(*words, " ");

    *words += word->len;

    return word->len != 0;
}


int
reg_ocr_find_next(const reg_ocr_page_t *page, const char **words,
    reg_str_t *word, reg_ocr_label_t *label)
{
    while (reg_ocr_word_next(words, word)) {
        if (reg_ocr_find_word(page, *word, label)) {
            return 1;
        }
    }

    return 0;
}


static int
reg_ocr_blank(int32_t code)
{
    return code == ' ' || code == 0x3000 || code == 0xa0;
}


static int
reg_ocr_find_word(const reg_ocr_page_t *page, reg_str_t text,
    reg_ocr_label_t *label)
{
    int              points, best;
    size_t           i, at;
    reg_ocr_word_t   word;
    reg_ocr_label_t  found;

    word.n = reg_ocr_codes_parse(text, word.code, REG_OCR_WORD_MAX);
    best = 0;

    for (i = 0; i < page->n; i++) {
        for (at = 0; at < page->lines[i].n; at++) {
            points = reg_ocr_find_in(&page->lines[i], &word, at, &found);
            points += (points != 0 && at == 0) ? 1 : 0;

            if (points > best) {
                best = points;
                *label = found;
            }
        }
    }

    if (best == 0 && word.n == 2) {
        return reg_ocr_find_apart(page, &word, label);
    }

    return best != 0;
}


/* 0, or more points the fewer characters differ. */

static int
reg_ocr_find_in(const reg_ocr_line_t *line, const reg_ocr_word_t *word,
    size_t at, reg_ocr_label_t *label)
{
    size_t                 i, k, wrong, allowed;
    const reg_ocr_char_t  *last;

    allowed = (word->n >= 7) ? 2 : (word->n >= 4);
    wrong = 0;
    last = NULL;

    for (i = at, k = 0; k < word->n && i < line->n; i++) {

        if (reg_ocr_blank(line->chars[i].code)) {
            if (i == at) {
                return 0;
            }

            continue;
        }

        if (line->chars[i].code != word->code[k]) {
            if (wrong++ == allowed) {
                return 0;
            }

            /* another one in its place, or none */

            k += (k + 1 < word->n && line->chars[i].code == word->code[k + 1]);
        }

        last = &line->chars[i];
        k++;
    }

    if (k < word->n || last == NULL) {
        return 0;
    }

    label->em = line->height * REG_OCR_EM;
    label->left = line->chars[at].x - label->em / 2;
    label->right = last->x + label->em / 2;
    label->left_y = line->chars[at].y;
    label->right_y = last->y;
    label->y = last->y;
    label->line = line;
    label->next = i;

    return 2 * (1 + (int) (allowed - wrong));
}


/* 名 and 称 at both ends of a label as long as the longest. */

static int
reg_ocr_find_apart(const reg_ocr_page_t *page, const reg_ocr_word_t *word,
    reg_ocr_label_t *label)
{
    size_t                 i, last;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (line->n == 0) {
            continue;
        }

        for (last = line->n - 1; last > 0; last--) {
            if (!reg_ocr_blank(line->chars[last].code)) {
                break;
            }
        }

        if (line->chars[last].code == word->code[0]
            && reg_ocr_find_second(page, line, last, word->code[1], label))
        {
            return 1;
        }
    }

    return 0;
}


static int
reg_ocr_find_second(const reg_ocr_page_t *page, const reg_ocr_line_t *first,
    size_t at, int32_t code, reg_ocr_label_t *label)
{
    float                  em;
    size_t                 i;
    const reg_ocr_char_t  *a, *b;
    const reg_ocr_line_t  *line;

    a = &first->chars[at];
    em = first->height * REG_OCR_EM;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        if (line->n == 0 || line == first || line->chars[0].code != code) {
            continue;
        }

        b = &line->chars[0];

        if (fabsf(b->y - a->y) < REG_OCR_ROW * em && b->x > a->x
            && b->x - a->x < REG_OCR_SPREAD * em)
        {
            label->em = em;
            label->left = a->x - em / 2;
            label->right = b->x + em / 2;
            label->left_y = a->y;
            label->right_y = b->y;
            label->y = (a->y + b->y) / 2;
            label->line = line;
            label->next = 1;

            return 1;
        }
    }

    return 0;
}


reg_ocr_area_t
reg_ocr_beside(const reg_ocr_page_t *page, const reg_ocr_label_t *label)
{
    reg_ocr_area_t  area;

    area.left = label->right - 0.05f * label->em;
    area.right = page->width;
    area.y = label->y;
    area.em = label->em;
    area.bottom = page->height * 2;

    return area;
}


int
reg_ocr_collect_row(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    float gap, reg_ocr_text_t *text)
{
    float           em;
    size_t          i;
    reg_ocr_text_t  row;

    row.n = 0;
    row.hole = 0;

    for (i = 0; i < page->n; i++) {
        reg_ocr_collect_line(&page->lines[i], area, &row);
    }

    em = reg_ocr_text_em(&row, area->em);
    reg_ocr_collect_tidy(&row, em, gap);

    if (row.n == 0) {
        return 0;
    }

    text->hole |= row.hole;
    text->y = 0;

    for (i = 0; i < row.n; i++) {
        text->y += row.c[i].y / row.n;

        if (text->n < REG_OCR_TEXT_MAX) {
            text->c[text->n++] = row.c[i];
        }
    }

    return 1;
}


static void
reg_ocr_collect_line(const reg_ocr_line_t *line, const reg_ocr_area_t *area,
    reg_ocr_text_t *row)
{
    float                  em;
    size_t                 i;
    const reg_ocr_char_t  *c, *first, *last;

    em = line->height * REG_OCR_EM;

    if (em < REG_OCR_SIZE_LEAST * area->em || em > REG_OCR_SIZE_MOST * area->em)
    {
        return;
    }

    first = last = NULL;

    for (i = 0; i < line->n; i++) {
        c = &line->chars[i];

        if (reg_ocr_blank(c->code) || c->x < area->left || c->x > area->right
            || fabsf(c->y - area->y) > REG_OCR_ROW * area->em)
        {
            continue;
        }

        first = (first == NULL) ? c : first;
        last = c;
        reg_ocr_collect_insert(row, c);
    }

    /* the box saw something before or behind the characters that were read */

    if (last != NULL
        && ((last == &line->chars[line->n - 1]
             && fminf(line->right, area->right) - last->x
                > REG_OCR_HOLE_END * em)
            || (first == line->chars
                && first->x - fmaxf(line->left, area->left)
                   > REG_OCR_HOLE_END * em)))
    {
        row->hole = 1;
    }
}


static void
reg_ocr_collect_insert(reg_ocr_text_t *row, const reg_ocr_char_t *c)
{
    size_t  i;

    if (row->n == REG_OCR_TEXT_MAX) {
        return;
    }

    for (i = row->n; i > 0 && row->c[i - 1].x > c->x; i--) {
        row->c[i] = row->c[i - 1];
    }

    row->c[i] = *c;
    row->n++;
}


/* What two boxes both read is there once; what is far off, not at all. */

static void
reg_ocr_collect_tidy(reg_ocr_text_t *row, float em, float gap)
{
    float   pitch;
    size_t  i, n;

    for (i = 0, n = 0; i < row->n; i++) {
        pitch = (n == 0) ? em : row->c[i].x - row->c[n - 1].x;

        if (gap > 0 && pitch > (gap + 1) * em) {
            break;
        }

        if (n > 0 && row->c[i].line != row->c[n - 1].line
            && pitch < em * reg_ocr_collect_double(&row->c[i], &row->c[n - 1]))
        {
            if (row->c[i].p > row->c[n - 1].p) {
                row->c[n - 1] = row->c[i];
            }

            continue;
        }

        if (pitch > REG_OCR_HOLE_INNER * em
            || (n > 0 && pitch > REG_OCR_HOLE_HAN * em
                && reg_text_is_han(row->c[i].code)
                && reg_text_is_han(row->c[n - 1].code)))
        {
            row->hole = 1;
        }

        row->c[n++] = row->c[i];
    }

    row->n = n;
}


/*
 * A box that ends within a character reads what it has of it, 古 of 胡: no
 * two Chinese characters stand that close.
 */

static float
reg_ocr_collect_double(const reg_ocr_char_t *a, const reg_ocr_char_t *b)
{
    return (reg_text_is_han(a->code) && reg_text_is_han(b->code))
           ? REG_OCR_DOUBLE_HAN : REG_OCR_DOUBLE;
}


/* The usual pitch of Chinese characters; other is taken for too few. */

static float
reg_ocr_text_em(const reg_ocr_text_t *text, float other)
{
    float   pitch, pitches[REG_OCR_TEXT_MAX];
    size_t  i, k, n;

    n = 0;

    for (i = 1; i < text->n; i++) {
        if (!reg_text_is_han(text->c[i].code)
            || !reg_text_is_han(text->c[i - 1].code))
        {
            continue;
        }

        pitch = text->c[i].x - text->c[i - 1].x;

        for (k = n; k > 0 && pitches[k - 1] > pitch; k--) {
            pitches[k] = pitches[k - 1];
        }

        pitches[k] = pitch;
        n++;
    }

    return (n < 2) ? other
                   : fminf(fmaxf(pitches[n / 2], other * 0.7f), other * 1.7f);
}


int
reg_ocr_collect(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    float gap, reg_ocr_text_t *text)
{
    float           x, y, em;
    reg_ocr_area_t  row;

    if (!reg_ocr_collect_row(page, area, gap, text)) {
        return 0;
    }

    x = text->c[0].x;
    em = reg_ocr_text_em(text, area->em);
    row = *area;

    while (text->n < REG_OCR_TEXT_MAX) {
        row.y = text->y;
        row.em = em;

        if (!reg_ocr_collect_next(page, &row, x, &y)) {
            break;
        }

        row.y = y;
        row.left = fmaxf(area->left, x - REG_OCR_INDENT * em);

        if (!reg_ocr_collect_row(page, &row, gap, text)) {
            break;
        }
    }

    return 1;
}


/* The y of the next row whose first character is near x. */

static int
reg_ocr_collect_next(const reg_ocr_page_t *page, const reg_ocr_area_t *area,
    float x, float *y)
{
    float                  em, below;
    size_t                 i, k;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];
        em = line->height * REG_OCR_EM;

        if (em < REG_OCR_SIZE_LEAST * area->em
            || em > REG_OCR_SIZE_MOST * area->em)
        {
            continue;
        }

        for (k = 0; k < line->n; k++) {
            below = line->chars[k].y - area->y;

            if (fabsf(line->chars[k].x - x) < REG_OCR_INDENT * area->em
                && line->chars[k].x > area->left
                && below > REG_OCR_PITCH_LEAST * area->em
                && below < REG_OCR_PITCH_MOST * area->em
                && line->chars[k].y < area->bottom)
            {
                *y = line->chars[k].y;
                return 1;
            }
        }
    }

    return 0;
}


float
reg_ocr_text_confidence(const reg_ocr_text_t *text)
{
    float   least;
    size_t  i;

    for (i = 0, least = (text->n == 0) ? 0 : 1; i < text->n; i++) {
        least = fminf(least, text->c[i].p);
    }

    return least;
}


void
reg_ocr_text_print(const reg_ocr_text_t *text, char *out, size_t size)
{
    size_t   i;
    int32_t  codes[REG_OCR_TEXT_MAX];

    for (i = 0; i < text->n; i++) {
        codes[i] = reg_ocr_text_code(text, i);
    }

    reg_ocr_codes_print(codes, text->n, out, size);
}


size_t
reg_ocr_codes_parse(reg_str_t text, int32_t *codes, size_t max)
{
    size_t   n;
    int32_t  code;

    n = 0;

    while (n < max && (code = reg_text_next(&text)) != -1) {
        codes[n++] = code;
    }

    return n;
}


void
reg_ocr_codes_print(const int32_t *codes, size_t n, char *out, size_t size)
{
    size_t   i, len;
    int32_t  c;

    len = 0;

    for (i = 0; i < n && len + 5 <= size; i++) {
        c = codes[i];

        if (c < 0x80) {
            out[len++] = c;

        } else if (c < 0x800) {
            out[len++] = 0xc0 | (c >> 6);
            out[len++] = 0x80 | (c & 0x3f);

        } else if (c < 0x10000) {
            out[len++] = 0xe0 | (c >> 12);
            out[len++] = 0x80 | ((c >> 6) & 0x3f);
            out[len++] = 0x80 | (c & 0x3f);

        } else {
            out[len++] = 0xf0 | (c >> 18);
            out[len++] = 0x80 | ((c >> 12) & 0x3f);
            out[len++] = 0x80 | ((c >> 6) & 0x3f);
            out[len++] = 0x80 | (c & 0x3f);
        }
    }

    out[len] = '\0';
}


/* What the model writes as ASCII although Chinese print has its own forms. */

static int32_t
reg_ocr_text_code(const reg_ocr_text_t *text, size_t i)
{
    static const int32_t  pairs[][2] = {
        { '(', 0xff08 }, { ')', 0xff09 }, { ',', 0xff0c }, { ':', 0xff1a },
        { 0x2022, 0xb7 }, { 0x2027, 0xb7 }, { 0x30fb, 0xb7 }, { 0x22c5, 0xb7 },
        { 0, 0 }
    };

    size_t   k;

    for (k = 0; pairs[k][0] != 0; k++) {
        if (text->c[i].code == pairs[k][0]) {
            return pairs[k][1];
        }
    }

    return text->c[i].code;
}


float
reg_ocr_text_eleven(const reg_ocr_char_t *c)
{
    int     one;
    float   two;
    size_t  i;

    one = (c->code == '1');
    two = reg_ocr_codes_has(REG_OCR_STROKES, c->code) ? c->p : 0;

    for (i = 0; i < REG_OCR_OTHERS && c->others[i].p > 0; i++) {
        one |= (c->others[i].code == '1');
        two += reg_ocr_codes_has(REG_OCR_STROKES, c->others[i].code)
               ? c->others[i].p : 0;
    }

    return one ? two : 0;
}


int
reg_ocr_codes_has(const char *characters, int32_t code)
{
    int32_t    c;
    reg_str_t  s;

    s.data = (const unsigned char *) characters;
    s.len = strlen(characters);

    while ((c = reg_text_next(&s)) != -1) {
        if (c == code) {
            return 1;
        }
    }

    return 0;
}


void
reg_ocr_text_begin(reg_ocr_text_t *text)
{
    size_t  n;

    for (n = 0; n < text->n && !reg_text_is_han(text->c[n].code); n++) {
        /* void */
    }

    if (n > 0 && n < text->n) {
        reg_ocr_text_cut(text, 0, n);
        text->hole = 1;
    }
}


void
reg_ocr_text_cut(reg_ocr_text_t *text, size_t at, size_t n)
{
    size_t  i;

    if (at >= text->n) {
        return;
    }

    n = (n > text->n - at) ? text->n - at : n;
    text->n -= n;

    for (i = at; i < text->n; i++) {
        text->c[i] = text->c[i + n];
    }
}


int
reg_ocr_text_find(const reg_ocr_text_t *text, const char *word)
{
    size_t          at, k;
    reg_str_t       s;
    reg_ocr_word_t  parsed;

    s.data = (const unsigned char *) word;
    s.len = strlen(word);
    parsed.n = reg_ocr_codes_parse(s, parsed.code, REG_OCR_WORD_MAX);

    for (at = 0; at + parsed.n <= text->n; at++) {
        for (k = 0; k < parsed.n; k++) {
            if (text->c[at + k].code != parsed.code[k]) {
                break;
            }
        }

        if (k == parsed.n) {
            return at;
        }
    }

    return -1;
}
