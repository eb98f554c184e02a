/*
 * Characters of a line, from the probabilities that the model gives for it.
 */

#include "reg_test_ocr.h"
#include "reg_ocr_ctc.h"


/* Steps of an alphabet, of which each says one class. */

static void
probabilities(reg_ocr_alphabet_t *a, const char *steps, float *p)
{
    size_t  i, class;

    memset(p, 0, sizeof(float) * a->classes * strlen(steps));

    for (i = 0; steps[i] != '\0'; i++) {
        for (class = 0; class < a->classes; class++) {
            if ((steps[i] == '_' && class == 0)
                || (class > 0 && a->code[class] == steps[i]))
            {
                p[i * a->classes + class] = 0.9f;
            }
        }
    }
}


static void
blanks_part_equal_neighbours(void **state)
{
    float                p[8 * 64];
    reg_ocr_line_t       line;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    memset(&line, 0, sizeof(line));
    assert_true(a->classes < 64);
    probabilities(a, "_11_12__", p);

    assert_int_equal(reg_ocr_ctc_read(a, p, 8, &line), REG_OK);
    assert_int_equal(line.n, 3);
    assert_int_equal(line.chars[0].code, '1');
    assert_int_equal(line.chars[1].code, '1');
    assert_int_equal(line.chars[2].code, '2');
    assert_int_equal(line.chars[1].step, 4);

    free(line.chars);
    free(line.kept);
    free(a);
}


/* Puts a character of which one step is not sure. */

static void
doubt(reg_ocr_alphabet_t *a, float *p, size_t step, int32_t code, float q)
{
    size_t  class;

    p[step * a->classes] = 1 - q;

    for (class = 1; class < a->classes; class++) {
        if (a->code[class] == code) {
            p[step * a->classes + class] = q;
        }
    }
}


static void
a_blank_in_doubt_hides_a_character(void **state)
{
    float                p[7 * 64];
    reg_ocr_line_t       line;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    /* 汉 between two others, and too near to one */

    memset(&line, 0, sizeof(line));
    probabilities(a, "1_____2", p);
    doubt(a, p, 3, 0x6c49, 0.4f);
    assert_int_equal(reg_ocr_ctc_read(a, p, 7, &line), REG_OK);
    assert_int_equal(line.n, 3);
    assert_int_equal(line.chars[1].code, 0x6c49);
    assert_true(line.chars[1].p < 0.5f);
    assert_int_equal(line.chars[1].step, 3);
    free(line.chars);
    free(line.kept);

    probabilities(a, "1_____2", p);
    doubt(a, p, 2, 0x6c49, 0.4f);
    assert_int_equal(reg_ocr_ctc_read(a, p, 7, &line), REG_OK);
    assert_int_equal(line.n, 2);
    free(line.chars);
    free(line.kept);

    /* the background, a rule of the print, or a blank that is fairly sure */

    probabilities(a, "1_____2", p);
    doubt(a, p, 3, 0x6c49, 0.1f);
    p[3 * a->classes] = 0.6f;
    assert_int_equal(reg_ocr_ctc_read(a, p, 7, &line), REG_OK);
    assert_int_equal(line.n, 2);
    free(line.chars);
    free(line.kept);

    probabilities(a, "1_____2", p);
    doubt(a, p, 3, '-', 0.4f);
    assert_int_equal(reg_ocr_ctc_read(a, p, 7, &line), REG_OK);
    assert_int_equal(line.n, 2);
    free(line.chars);
    free(line.kept);

    probabilities(a, "1_____2", p);
    doubt(a, p, 3, 0x6c49, 0.2f);
    assert_int_equal(reg_ocr_ctc_read(a, p, 7, &line), REG_OK);
    assert_int_equal(line.n, 2);
    free(line.chars);
    free(line.kept);
    free(a);
}


/* Characters four steps apart: which is read where one of them is missing. */

static int32_t
missing(const char *han, size_t at, size_t steps, float blank, size_t n)
{
    float                p[40 * 64];
    size_t               i;
    int32_t              code;
    reg_str_t            s;
    reg_ocr_line_t       line;
    reg_ocr_alphabet_t  *a = alphabet();

    memset(&line, 0, sizeof(line));
    memset(p, 0, sizeof(p));
    s = str(han);

    for (i = 0; i < steps; i++) {
        p[i * a->classes] = 0.999f;
    }

    for (i = 2; (code = reg_text_next(&s)) != -1; i += 4) {
        if (code != '_') {
            doubt(a, p, i, code, 0.95f);
        }
    }

    doubt(a, p, at, 0x53e4, 0.05f);
    p[at * a->classes] = blank;

    assert_int_equal(reg_ocr_ctc_read(a, p, steps, &line), REG_OK);
    code = 0;

    for (i = 0; i < line.n; i++) {
        if (line.chars[i].code == 0x53e4) {
            assert_int_equal(line.chars[i].step, at);
            assert_true(line.chars[i].p < 0.1f);
            code = 0x53e4;
        }
    }

    assert_int_equal(line.n, n);
    free(line.chars);
    free(line.kept);
    free(a);

    return code;
}


static void
a_hole_between_characters_is_filled(void **state)
{
    (void) state;

    /* 古 between the others, and behind them */

    assert_int_equal(missing("汉蒙回汉_蒙回", 18, 28, 0.6f, 7), 0x53e4);
    assert_int_equal(missing("汉蒙回汉蒙", 22, 24, 0.6f, 6), 0x53e4);

    /* where nothing stands, or there is no room */

    assert_int_equal(missing("汉蒙回汉_蒙回", 18, 28, 0.9f, 6), 0);
    assert_int_equal(missing("汉蒙回汉蒙回", 20, 24, 0.6f, 6), 0);
}


static void
a_mask_reads_the_second_best(void **state)
{
    float                p[3 * 64];
    size_t               class;
    reg_ocr_char_t       c[4];
    reg_ocr_line_t       line;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    memset(&line, 0, sizeof(line));
    probabilities(a, "1O_", p);

    for (class = 1; class < a->classes; class++) {
        if (a->code[class] == '0') {
            p[a->classes + class] = 0.05f;
        }
    }

    assert_int_equal(reg_ocr_ctc_read(a, p, 3, &line), REG_OK);
    assert_int_equal(line.chars[1].code, 'O');
    assert_int_equal(reg_ocr_ctc_masked(a, &line, 0, 3, "0123456789", c, 4),
                     2);
    assert_int_equal(c[1].code, '0');
    assert_true(c[1].p > 0.9f);

    free(line.chars);
    free(line.kept);
    free(a);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(blanks_part_equal_neighbours),
        cmocka_unit_test(a_blank_in_doubt_hides_a_character),
        cmocka_unit_test(a_hole_between_characters_is_filled),
        cmocka_unit_test(a_mask_reads_the_second_best)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
