/*
 * Where a whole identity card lies, told by some of its labels.
 */

#include <math.h>
#include "reg_ocr_card.h"
#include "reg_ocr_find.h"


/* GA 448: a card of ISO/IEC 7810's size ID-1, in millimetres. */

#define REG_OCR_CARD_WIDTH   85.6f
#define REG_OCR_CARD_HEIGHT  54.0f

/* How far a photograph's perspective may move a label or a line. */

#define REG_OCR_CARD_OFF     4.0f
#define REG_OCR_CARD_MARGIN  1.5f

/* Of a line, the sine to the card's; its print, in millimetres. */

#define REG_OCR_CARD_SINE    0.14f
#define REG_OCR_CARD_LOWEST  1.8f
#define REG_OCR_CARD_HIGHEST 13.0f

/* The holder's picture begins there and ends there: it has no print. */

#define REG_OCR_CARD_FACE_X  54.0f
#define REG_OCR_CARD_FACE_Y  42.0f

/* The middle of the name's row, and half way to the next. */

#define REG_OCR_CARD_NAME    10.9f
#define REG_OCR_CARD_NAME_ROW  3.2f

/* Pixels of detection's input to a millimetre: print is 4 mm with its edges. */

#define REG_OCR_CARD_SCALE   6.0f

#define REG_OCR_CARD_LABELS  7

/* In the place of a label: the 18 digits, which reach across the card. */

#define REG_OCR_CARD_NUMBER  ""
#define REG_OCR_CARD_DIGITS  18

/* So many labels tell where its edges are. */

#define REG_OCR_CARD_EXACT   2

/* Labels nearer to one another do not tell exactly how large the card is. */

#define REG_OCR_CARD_NEAR    20.0f
#define REG_OCR_CARD_ROOM    8.0f


/* The middles of a label's first and last character, in millimetres. */

typedef struct {
    reg_ocr_kind_t   kind;
    const char      *word;
    float            left;
    float            right;
    float            y;
    float            em;
} reg_ocr_card_label_t;

static const reg_ocr_card_label_t  reg_ocr_card_table[] = {
    { REG_OCR_PORTRAIT, "姓名", 7.4f, 10.7f, 10.9f, 2.75f },
    { REG_OCR_PORTRAIT, "性别", 7.4f, 10.7f, 17.4f, 2.75f },
    { REG_OCR_PORTRAIT, "民族", 25.6f, 28.9f, 17.4f, 2.75f },
    { REG_OCR_PORTRAIT, "出生", 7.4f, 10.7f, 23.9f, 2.75f },
    { REG_OCR_PORTRAIT, "住址", 7.4f, 10.7f, 31.3f, 2.75f },
    { REG_OCR_PORTRAIT, "公民身份号码", 7.4f, 22.1f, 49.0f, 2.75f },
    { REG_OCR_PORTRAIT, REG_OCR_CARD_NUMBER, 29.9f, 78.3f, 49.1f, 3.4f },
    { REG_OCR_EMBLEM, "中华人民共和国", 28.3f, 72.7f, 12.6f, 5.6f },
    { REG_OCR_EMBLEM, "居民身份证", 29.1f, 71.9f, 23.4f, 8.2f },
    { REG_OCR_EMBLEM, "签发机关", 23.4f, 32.5f, 42.4f, 2.75f },
    { REG_OCR_EMBLEM, "有效期限", 23.4f, 32.5f, 49.0f, 2.75f },
    { REG_OCR_KINDS, NULL, 0, 0, 0, 0 }
};

/* A label found: where it is on the card and in the picture. */

typedef struct {
    const reg_ocr_card_label_t  *of;
    reg_ocr_point_t              left;
    reg_ocr_point_t              right;
    float                        em;
} reg_ocr_card_found_t;


static float reg_ocr_card_spread(const reg_ocr_card_found_t *found, size_t n,
    unsigned which);
static size_t reg_ocr_card_search(reg_ocr_kind_t kind,
    const reg_ocr_page_t *page, reg_ocr_card_found_t *found);
static int reg_ocr_card_number(const reg_ocr_page_t *page,
    reg_ocr_label_t *label);
static reg_ocr_point_t reg_ocr_card_picture(const reg_ocr_page_t *page,
    float x, float y);
static void reg_ocr_card_fit(const reg_ocr_card_found_t *found, size_t n,
    unsigned which, reg_ocr_card_t *card);
static unsigned reg_ocr_card_agree(const reg_ocr_card_found_t *found,
    size_t n, const reg_ocr_card_t *card);
static float reg_ocr_card_distance(const reg_ocr_card_t *card, float x,
    float y, reg_ocr_point_t at);
static reg_ocr_point_t reg_ocr_card_at(const reg_ocr_card_t *card, float x,
    float y);
static size_t reg_ocr_card_count(unsigned which);
static void reg_ocr_card_piece(const reg_ocr_card_t *card, float right,
    float top, float bottom, reg_ocr_box_t *part, float *scale);
static void reg_ocr_card_place(const reg_ocr_card_t *card,
    reg_ocr_point_t at, float *x, float *y);


/*
 * Each two labels tell where the card would be, and so does a long one alone;
 * the place on which most agree is taken, and made exact by all of these.
 */

void
reg_ocr_card_find(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_ocr_card_t *card)
{
    size_t                i, k, n;
    unsigned              agree, best;
    reg_ocr_card_t        guess;
    reg_ocr_card_found_t  found[REG_OCR_CARD_LABELS];

    memset(card, 0, sizeof(reg_ocr_card_t));
    n = reg_ocr_card_search(kind, page, found);
    best = 0;

    for (i = 0; i < n; i++) {
        for (k = i; k < n; k++) {

            if (k == i && found[i].of->right - found[i].of->left < 12) {
                continue;
            }

            reg_ocr_card_fit(found, n, 1u << i | 1u << k, &guess);
            agree = reg_ocr_card_agree(found, n, &guess);

            if (reg_ocr_card_count(agree) > reg_ocr_card_count(best)) {
                best = agree;
            }
        }
    }

    card->kind = kind;

    if (best != 0) {
        reg_ocr_card_fit(found, n, best, card);
        card->labels = reg_ocr_card_count(best);
        card->room = (reg_ocr_card_spread(found, n, best) < REG_OCR_CARD_NEAR)
                     ? REG_OCR_CARD_ROOM : 0;
    }
}


/* The greatest distance of a label's end to the first's, in millimetres. */

static float
reg_ocr_card_spread(const reg_ocr_card_found_t *found, size_t n,
    unsigned which)
{
    float                        spread;
    size_t                       i;
    const reg_ocr_card_label_t  *first, *of;

    first = NULL;
    spread = 0;

    for (i = 0; i < n; i++) {
        if (which & 1u << i) {
            of = found[i].of;
            first = (first == NULL) ? of : first;
            spread = fmaxf(spread, hypotf(of->right - first->left,
                                          of->y - first->y));
        }
    }

    return spread;
}


static size_t
reg_ocr_card_search(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_ocr_card_found_t *found)
{
    size_t                 i, n;
    const char            *word;
    reg_ocr_label_t        label;
    reg_ocr_card_found_t  *one;

    for (i = 0, n = 0; reg_ocr_card_table[i].word != NULL; i++) {

        word = reg_ocr_card_table[i].word;

        if (reg_ocr_card_table[i].kind != kind
            || !(word[0] == '\0' ? reg_ocr_card_number(page, &label)
                                 : reg_ocr_find(page, word, &label)))
        {
            continue;
        }

        one = &found[n++];
        one->of = &reg_ocr_card_table[i];
        one->em = label.em;
        one->left = reg_ocr_card_picture(page, label.left + label.em / 2,
                                         label.left_y);
        one->right = reg_ocr_card_picture(page, label.right - label.em / 2,
                                          label.right_y);
    }

    return n;
}


/* A line that ends with as many digits. */

static int
reg_ocr_card_number(const reg_ocr_page_t *page, reg_ocr_label_t *label)
{
    size_t                 i, k;
    int32_t                code;
    const reg_ocr_line_t  *line;

    for (i = 0; i < page->n; i++) {
        line = &page->lines[i];

        for (k = line->n; k > 0; k--) {
            code = line->chars[k - 1].code;

            if ((code < '0' || code > '9') && code != 'X') {
                break;
            }
        }

        if (line->n - k != REG_OCR_CARD_DIGITS) {
            continue;
        }

        label->em = line->height * 0.74f;
        label->left = line->chars[k].x - label->em / 2;
        label->right = line->chars[line->n - 1].x + label->em / 2;
        label->left_y = line->chars[k].y;
        label->right_y = line->chars[line->n - 1].y;

        return 1;
    }

    return 0;
}


static reg_ocr_point_t
reg_ocr_card_picture(const reg_ocr_page_t *page, float x, float y)
{
    reg_ocr_point_t  at;

    at.x = x * page->u[0] - y * page->u[1];
    at.y = x * page->u[1] + y * page->u[0];

    return at;
}


/* Least squares over the ends of some labels: turned, scaled, moved. */

static void
reg_ocr_card_fit(const reg_ocr_card_found_t *found, size_t n, unsigned which,
    reg_ocr_card_t *card)
{
    float            mx, my, x, y, dot, cross, sum;
    size_t           i, points;
    reg_ocr_point_t  middle, at;

    mx = my = 0;
    middle.x = middle.y = 0;
    points = 0;

    for (i = 0; i < 2 * n; i++) {
        if (which & 1u << i / 2) {
            at = (i % 2) ? found[i / 2].right : found[i / 2].left;
            mx += (i % 2) ? found[i / 2].of->right : found[i / 2].of->left;
            my += found[i / 2].of->y;
            middle.x += at.x;
            middle.y += at.y;
            points++;
        }
    }

    mx /= points;
    my /= points;
    middle.x /= points;
    middle.y /= points;
    dot = cross = sum = 0;

    for (i = 0; i < 2 * n; i++) {
        if (which & 1u << i / 2) {
            at = (i % 2) ? found[i / 2].right : found[i / 2].left;
            x = (i % 2) ? found[i / 2].of->right : found[i / 2].of->left;
            x -= mx;
            y = found[i / 2].of->y - my;

            dot += x * (at.x - middle.x) + y * (at.y - middle.y);
            cross += x * (at.y - middle.y) - y * (at.x - middle.x);
            sum += x * x + y * y;
        }
    }

    card->u.x = dot / sum;
    card->u.y = cross / sum;
    card->origin.x = middle.x - mx * card->u.x + my * card->u.y;
    card->origin.y = middle.y - mx * card->u.y - my * card->u.x;
}


/* Which labels stand where the card has them, and have its size. */

static unsigned
reg_ocr_card_agree(const reg_ocr_card_found_t *found, size_t n,
    const reg_ocr_card_t *card)
{
    float                        em;
    size_t                       i;
    unsigned                     agree;
    const reg_ocr_card_label_t  *of;

    agree = 0;

    for (i = 0; i < n; i++) {
        of = found[i].of;
        em = of->em * hypotf(card->u.x, card->u.y);

        if (found[i].em > 0.5f * em && found[i].em < 2.5f * em
            && reg_ocr_card_distance(card, of->left, of->y, found[i].left)
               < REG_OCR_CARD_OFF
            && reg_ocr_card_distance(card, of->right, of->y, found[i].right)
               < REG_OCR_CARD_OFF)
        {
            agree |= 1u << i;
        }
    }

    return agree;
}


static float
reg_ocr_card_distance(const reg_ocr_card_t *card, float x, float y,
    reg_ocr_point_t at)
{
    float  mx, my;

    reg_ocr_card_place(card, at, &mx, &my);

    return hypotf(mx - x, my - y);
}


/* From pixels to millimetres. */

static void
reg_ocr_card_place(const reg_ocr_card_t *card, reg_ocr_point_t at, float *x,
    float *y)
{
    float  square;

    square = card->u.x * card->u.x + card->u.y * card->u.y;
    at.x -= card->origin.x;
    at.y -= card->origin.y;

    *x = (at.x * card->u.x + at.y * card->u.y) / square;
    *y = (at.y * card->u.x - at.x * card->u.y) / square;
}


/* And back. */

static reg_ocr_point_t
reg_ocr_card_at(const reg_ocr_card_t *card, float x, float y)
{
    reg_ocr_point_t  at;

    at.x = card->origin.x + x * card->u.x - y * card->u.y;
    at.y = card->origin.y + x * card->u.y + y * card->u.x;

    return at;
}


static size_t
reg_ocr_card_count(unsigned which)
{
    size_t  n;

    for (n = 0; which != 0; which &= which - 1) {
        n++;
    }

    return n;
}


int
reg_ocr_card_has(const reg_ocr_card_t *card, const reg_ocr_box_t *box)
{
    float          x, y, scale, sine, margin;
    reg_ocr_box_t  turned;

    scale = hypotf(card->u.x, card->u.y);
    turned = *box;
    reg_ocr_box_turn(&turned, card->u);
    reg_ocr_card_place(card, box->centre, &x, &y);

    margin = REG_OCR_CARD_MARGIN + card->room;
    sine = fabsf(turned.u.x * card->u.y - turned.u.y * card->u.x) / scale;

    if (card->kind == REG_OCR_PORTRAIT && x > REG_OCR_CARD_FACE_X
        && y < REG_OCR_CARD_FACE_Y)
    {
        return 0;
    }

    return x > -margin && x < REG_OCR_CARD_WIDTH + margin
           && y > -margin && y < REG_OCR_CARD_HEIGHT + margin
           && turned.height > REG_OCR_CARD_LOWEST * scale
           && turned.height < REG_OCR_CARD_HIGHEST * scale
           && (sine < REG_OCR_CARD_SINE || turned.width < 2 * turned.height);
}


void
reg_ocr_card_only(const reg_ocr_card_t *card, reg_ocr_page_t *page)
{
    size_t           i, n;
    reg_ocr_box_t    box;
    reg_ocr_line_t  *line;
    reg_ocr_point_t  left, right;

    for (i = 0, n = 0; i < page->n; i++) {
        line = &page->lines[i];
        left = reg_ocr_card_picture(page, line->left, line->top);
        right = reg_ocr_card_picture(page, line->right, line->bottom);

        box.centre.x = (left.x + right.x) / 2;
        box.centre.y = (left.y + right.y) / 2;
        box.width = fmaxf(hypotf(right.x - left.x, right.y - left.y), 1);
        box.height = line->height;
        box.u.x = (right.x - left.x) / box.width;
        box.u.y = (right.y - left.y) / box.width;

        if (reg_ocr_card_has(card, &box)) {
            page->lines[n++] = *line;

        } else {
            free(line->chars);
            free(line->kept);
        }
    }

    page->n = n;
}


float
reg_ocr_card_beyond(const reg_ocr_card_t *card, const reg_ocr_image_t *image)
{
    float            out, most;
    size_t           i;
    reg_ocr_point_t  at;

    /* the middles of the four edges, in parts of the card */

    static const float  middles[4][2] = {
        { 0, 0.5f }, { 1, 0.5f }, { 0.5f, 0 }, { 0.5f, 1 }
    };

    most = 0;

    if (card->labels < REG_OCR_CARD_EXACT || card->room > 0) {
        return 0;
    }

    for (i = 0; i < 4; i++) {
        at = reg_ocr_card_at(card, middles[i][0] * REG_OCR_CARD_WIDTH,
                             middles[i][1] * REG_OCR_CARD_HEIGHT);

        out = fmaxf(fmaxf(-at.x, at.x - image->width),
                    fmaxf(-at.y, at.y - image->height));
        most = fmaxf(most, out);
    }

    return most / hypotf(card->u.x, card->u.y);
}


void
reg_ocr_card_part(const reg_ocr_card_t *card, reg_ocr_box_t *part,
    float *scale)
{
    reg_ocr_card_piece(card, REG_OCR_CARD_WIDTH, 0, REG_OCR_CARD_HEIGHT, part,
                       scale);
}


void
reg_ocr_card_name_part(const reg_ocr_card_t *card, reg_ocr_box_t *part,
    float *scale)
{
    reg_ocr_card_piece(card, REG_OCR_CARD_FACE_X,
                       REG_OCR_CARD_NAME - REG_OCR_CARD_NAME_ROW,
                       REG_OCR_CARD_NAME + REG_OCR_CARD_NAME_ROW, part, scale);
}


int
reg_ocr_card_name_has(const reg_ocr_card_t *card, const reg_ocr_box_t *box)
{
    float  x, y;

    reg_ocr_card_place(card, box->centre, &x, &y);

    return reg_ocr_card_has(card, box)
           && fabsf(y - REG_OCR_CARD_NAME) < REG_OCR_CARD_NAME_ROW;
}


/* From the card's left edge on, with room around it. */

static void
reg_ocr_card_piece(const reg_ocr_card_t *card, float right, float top,
    float bottom, reg_ocr_box_t *part, float *scale)
{
    float  mm, margin;

    margin = REG_OCR_CARD_OFF + card->room;
    mm = hypotf(card->u.x, card->u.y);

    memset(part, 0, sizeof(reg_ocr_box_t));

    part->u.x = card->u.x / mm;
    part->u.y = card->u.y / mm;
    part->width = (right + 2 * margin) * mm;
    part->height = (bottom - top + 2 * margin) * mm;

    part->centre = reg_ocr_card_at(card, right / 2, (top + bottom) / 2);

    *scale = fminf(REG_OCR_CARD_SCALE / mm, 1);
}
