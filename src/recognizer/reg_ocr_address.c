/*
 * What addresses are like: numbers, and what they count.
 */

#include <math.h>
#include "reg_ocr_address.h"
#include "reg_text.h"


/* So sure is an address at most that goes on behind what was read. */

#define REG_OCR_ADDRESS_CUT      0.5f

#define REG_OCR_ADDRESS_FIGURES  "0123456789"
#define REG_OCR_ADDRESS_NUMBER   0x53f7     /* 号 */
#define REG_OCR_ADDRESS_ROOM     0x5ba4     /* 室 */
#define REG_OCR_ADDRESS_ANNEX    0x9644     /* 附 */


static void reg_ocr_address_clean(reg_ocr_text_t *text);
static void reg_ocr_address_elevens(reg_ocr_text_t *text);
static int reg_ocr_address_number(const reg_ocr_char_t *before,
    const reg_ocr_char_t *behind);
static void reg_ocr_address_letters(reg_ocr_text_t *text);
static int reg_ocr_address_is_number(const reg_ocr_text_t *text, size_t at);
static size_t reg_ocr_address_figures(const reg_ocr_text_t *text, size_t at);
static void reg_ocr_address_counted(reg_ocr_char_t *last);
static void reg_ocr_address_annexed(reg_ocr_text_t *text);
static void reg_ocr_address_ends(reg_ocr_text_t *text);


void
reg_ocr_address_mend(reg_ocr_text_t *text)
{
    reg_ocr_char_t  *last;

    reg_ocr_address_clean(text);

    if (text->n == 0) {
        return;
    }

    reg_ocr_address_elevens(text);
    reg_ocr_address_letters(text);
    reg_ocr_address_annexed(text);
    last = &text->c[text->n - 1];

    if (!reg_text_is_han(last->code)) {
        reg_ocr_address_counted(last);
    }

    if (!reg_text_is_han(last->code)
        || reg_ocr_codes_has("省州盟市县旗区乡镇路街道", last->code))
    {
        text->hole = 1;
        last->p = fminf(last->p, REG_OCR_ADDRESS_CUT);
        reg_ocr_address_ends(text);
    }
}


/* A scratch or a shadow's edge is read as a stroke, which no address has. */

static void
reg_ocr_address_clean(reg_ocr_text_t *text)
{
    size_t  i;

    for (i = 0; i < text->n; i++) {
        if (reg_ocr_codes_has("/\\|_~`'\"", text->c[i].code)) {
            reg_ocr_text_cut(text, i--, 1);
            text->hole = 1;
        }
    }
}


/*
 * Two ones side by side are read as one of them, or as a character of two
 * strokes, and leave the others of these in doubt: 1 and 日, 且, H.
 */

static void
reg_ocr_address_elevens(reg_ocr_text_t *text)
{
    size_t           i, k;
    reg_ocr_char_t  *c;

    for (i = 1; i + 1 < text->n && text->n < REG_OCR_TEXT_MAX; i++) {
        c = &text->c[i];

        if (reg_ocr_text_eleven(c) < REG_OCR_ELEVEN
            || !reg_ocr_address_number(&text->c[i - 1], &text->c[i + 1]))
        {
            continue;
        }

        for (k = text->n++; k > i; k--) {
            text->c[k] = text->c[k - 1];
        }

        text->c[i].code = '1';
        text->c[i + 1].code = '1';
        i++;
    }
}


/* Whether a figure stands between two characters: 里1号, 11号. */

static int
reg_ocr_address_number(const reg_ocr_char_t *before,
    const reg_ocr_char_t *behind)
{
    return (reg_text_is_han(before->code)
            || reg_ocr_codes_has(REG_OCR_ADDRESS_FIGURES, before->code))
           && reg_ocr_codes_has(REG_OCR_ADDRESS_FIGURES "号栋楼单室层院弄幢座",
                                behind->code);
}


/* Among the figures of a 号 there is no letter: what looks like one is it. */

static void
reg_ocr_address_letters(reg_ocr_text_t *text)
{
    size_t  i, k;

    static const char  pairs[][2] = {
        { 'S', '5' }, { 'O', '0' }, { 'I', '1' }, { 'l', '1' }, { 'Z', '2' }
    };

    for (i = 1; i < text->n; i++) {

        if (!reg_ocr_address_is_number(text, i + 1)
            || reg_ocr_address_figures(text, i - 1) != i)
        {
            continue;
        }

        for (k = 0; k < sizeof(pairs) / sizeof(pairs[0]); k++) {
            if (text->c[i].code == pairs[k][0]) {
                text->c[i].code = pairs[k][1];
                text->hole = 1;
            }
        }
    }
}


/* Whether figures of a 号 stand at a place. */

static int
reg_ocr_address_is_number(const reg_ocr_text_t *text, size_t at)
{
    size_t  end;

    end = reg_ocr_address_figures(text, at);

    return end > at && end < text->n
           && text->c[end].code == REG_OCR_ADDRESS_NUMBER;
}


/* The place behind the figures that begin somewhere. */

static size_t
reg_ocr_address_figures(const reg_ocr_text_t *text, size_t at)
{
    while (at < text->n
           && reg_ocr_codes_has(REG_OCR_ADDRESS_FIGURES, text->c[at].code))
    {
        at++;
    }

    return at;
}


/* Of a last character in doubt what addresses end with: 室 for 7. */

static void
reg_ocr_address_counted(reg_ocr_char_t *last)
{
    size_t  i;

    for (i = 0; i < REG_OCR_OTHERS && last->others[i].p > 0; i++) {
        if (reg_ocr_codes_has("号室院楼栋层户座", last->others[i].code)) {
            last->code = last->others[i].code;
            last->p = last->others[i].p;
            return;
        }
    }
}


/* 附 in 76号附16号: nothing that looks like it stands there. */

static void
reg_ocr_address_annexed(reg_ocr_text_t *text)
{
    size_t  i;

    for (i = 1; i < text->n; i++) {

        if (reg_ocr_address_is_number(text, i + 1)
            && text->c[i - 1].code == REG_OCR_ADDRESS_NUMBER
            && reg_ocr_codes_has("阳府防对阿咐", text->c[i].code))
        {
            text->c[i].code = REG_OCR_ADDRESS_ANNEX;
            text->hole = 1;
        }
    }
}


/*
 * Behind a street, 附 or 号楼 and figures 号 follows, behind a house's name 室,
 * whether it was read or not.
 */

static void
reg_ocr_address_ends(reg_ocr_text_t *text)
{
    size_t           i;
    int32_t          code;
    reg_ocr_char_t  *last;

    for (i = text->n; i > 0; i--) {
        if (!reg_ocr_codes_has(REG_OCR_ADDRESS_FIGURES,
                               text->c[i - 1].code))
        {
            break;
        }
    }

    if (i == 0 || i == text->n || text->n == REG_OCR_TEXT_MAX) {
        return;
    }

    if (reg_ocr_codes_has("附路街巷道里弄村组院楼元", text->c[i - 1].code)) {
        code = REG_OCR_ADDRESS_NUMBER;

    } else if (reg_ocr_codes_has("栋幢座层", text->c[i - 1].code)) {
        code = REG_OCR_ADDRESS_ROOM;

    } else {
        return;
    }

    last = &text->c[text->n++];
    *last = last[-1];
    last->code = code;
    memset(last->others, 0, sizeof(last->others));
}
