/*
 * What the tests of the recogniser's pages share: a small alphabet, and pages
 * that are written down.
 */

#ifndef REG_TEST_OCR_H_INCLUDED
#define REG_TEST_OCR_H_INCLUDED


#include "reg_test.h"
#include "reg_ocr_page.h"
#include "reg_ocr_result.h"
#include "reg_text.h"


#define EM    40.0f
#define TODAY reg_date_make(2026, 11, 27)


static inline reg_ocr_alphabet_t *
alphabet(void)
{
    char                 path[32];
    reg_error_t          error;
    reg_ocr_alphabet_t  *a;

    write_file(path, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\nA\nB\nC\nD\nE\nF\nG\nH\nJ"
                     "\nK\nL\nM\nN\nP\nQ\nR\nT\nU\nW\nX\nY\n<\nI\nO\nS\nV\nZ\n"
                     ".\n-\n汉\n蒙\n古\n回");
    a = reg_ocr_alphabet_load(path, &error);
    assert_non_null(a);
    unlink(path);

    return a;
}


/* A line of characters one em apart, which are all sure. */

static inline void
add(reg_ocr_page_t *page, float x, float y, const char *text)
{
    size_t           i, place;
    int32_t          code;
    reg_str_t        s;
    reg_ocr_line_t  *line;

    page->lines = realloc(page->lines,
                          (page->n + 1) * sizeof(reg_ocr_line_t));
    line = &page->lines[page->n++];
    memset(line, 0, sizeof(reg_ocr_line_t));

    s = str(text);
    line->steps = reg_text_length(s);
    line->chars = calloc(line->steps, sizeof(reg_ocr_char_t));
    line->kept = calloc(line->steps * page->alphabet->nkept, sizeof(float));
    line->left = x;
    line->right = x + EM * line->steps;
    line->top = line->bottom = y;
    line->height = EM * 1.35f;
    line->confidence = 1;

    for (i = 0; (code = reg_text_next(&s)) != -1; i++) {
        place = reg_ocr_alphabet_kept(page->alphabet, code);

        line->kept[i * page->alphabet->nkept + place] = place ? 0.99f : 0;
        line->chars[i].code = code;
        line->chars[i].p = 0.99f;
        line->chars[i].x = x + EM * (i + 0.5f);
        line->chars[i].y = y;
        line->chars[i].step = i;
    }

    line->n = i;
}


static inline reg_ocr_page_t
page(reg_ocr_alphabet_t *a)
{
    reg_ocr_page_t  p;

    memset(&p, 0, sizeof(p));
    p.alphabet = a;
    p.width = 1600;
    p.height = 1000;

    return p;
}


static inline void
assert_field(const reg_ocr_result_t *result, const char *name,
    const char *value, int vouched)
{
    const reg_ocr_field_t  *field;

    field = reg_ocr_result_field(result, name);
    assert_non_null(field);
    assert_string_equal(field->value, value);
    assert_int_equal(field->vouched, vouched);
}


#endif /* REG_TEST_OCR_H_INCLUDED */
