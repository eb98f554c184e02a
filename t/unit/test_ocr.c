/*
 * What the recogniser does without pictures and models: geometry, reading
 * probabilities, fields of pages that are written down here.
 */

#include <math.h>
#include "reg_test.h"
#include "reg_ocr_card.h"
#include "reg_ocr_ctc.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_geometry.h"
#include "reg_ocr_group.h"
#include "reg_ocr_mrz.h"
#include "reg_ocr_names.h"
#include "reg_ocr_places.h"
#include "reg_ocr_screen.h"
#include "reg_ocr_zone.h"
#include "reg_text.h"


#define EM    40.0f
#define TODAY reg_date_make(2026, 11, 27)


static reg_ocr_alphabet_t *
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

static void
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


static reg_ocr_page_t
page(reg_ocr_alphabet_t *a)
{
    reg_ocr_page_t  p;

    memset(&p, 0, sizeof(p));
    p.alphabet = a;
    p.width = 1600;
    p.height = 1000;

    return p;
}


static void
assert_field(const reg_ocr_result_t *result, const char *name,
    const char *value, int vouched)
{
    const reg_ocr_field_t  *field;

    field = reg_ocr_result_field(result, name);
    assert_non_null(field);
    assert_string_equal(field->value, value);
    assert_int_equal(field->vouched, vouched);
}


static void
least_box_of_a_turned_rectangle(void **state)
{
    float            angle = 0.3f, a, b;
    size_t           i, n;
    reg_ocr_box_t    box;
    reg_ocr_point_t  points[4], hull[8], swap;

    (void) state;

    for (i = 0; i < 4; i++) {
        a = (i == 1 || i == 2) ? 50 : -50;
        b = (i >= 2) ? 10 : -10;
        points[i].x = 100 + a * cosf(angle) - b * sinf(angle);
        points[i].y = 200 + a * sinf(angle) + b * cosf(angle);
    }

    for (i = 0; i < 16; i++) {
        n = i % 3;

        if (points[n].y > points[n + 1].y) {
            swap = points[n];
            points[n] = points[n + 1];
            points[n + 1] = swap;
        }
    }

    n = reg_ocr_hull(points, 4, hull);
    assert_int_equal(n, 4);

    box = reg_ocr_least_box(hull, n);
    assert_true(fabsf(box.centre.x - 100) < 0.1f);
    assert_true(fabsf(box.centre.y - 200) < 0.1f);
    assert_true(fabsf(box.width - 100) < 0.1f);
    assert_true(fabsf(box.height - 20) < 0.1f);
    assert_true(fabsf(box.u.x - cosf(angle)) < 0.001f);

    /* area 2000, perimeter 240: 12.5 on every side */

    reg_ocr_box_grow(&box, 1.5f);
    assert_true(fabsf(box.width - 125) < 0.1f);
    assert_true(fabsf(box.height - 45) < 0.1f);
}


static void
a_sheet_at_another_angle_is_another_group(void **state)
{
    size_t                   i;
    static reg_ocr_boxes_t   boxes;
    static reg_ocr_groups_t  groups;

    (void) state;

    boxes.n = 9;

    for (i = 0; i < 9; i++) {
        boxes.box[i].width = 200;
        boxes.box[i].height = 20;
        boxes.box[i].u.x = (i < 5) ? 1 : cosf(0.4f);
        boxes.box[i].u.y = (i < 5) ? 0 : sinf(0.4f);
        boxes.box[i].centre.x = (i < 5) ? 200 : 360;
        boxes.box[i].centre.y = 100 + 40 * (i % 5);
    }

    reg_ocr_group(&boxes, &groups);
    assert_int_equal(groups.n, 2);
    assert_int_equal(groups.boxes[0], 5);
    assert_int_equal(groups.boxes[1], 4);
    assert_int_equal(groups.of[0], 0);
    assert_int_equal(groups.of[8], 1);
}


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


static void
the_card_of_page_is_read(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 100, 100, "姓名");
    add(&p, 220, 100, "样本甲");
    add(&p, 100, 180, "性别男民族汉");
    add(&p, 100, 260, "出生1974年12月5日");
    add(&p, 100, 340, "住址");
    add(&p, 220, 340, "河南省郑州市金水区样本");
    add(&p, 220, 396, "路100号");
    add(&p, 500, 600, "410105197412058432");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);

    assert_field(&result, "name", "样本甲", 1);
    assert_field(&result, "sex", "M", 1);
    assert_field(&result, "ethnicity", "汉", 1);
    assert_field(&result, "birth_date", "1974-12-05", 1);
    assert_field(&result, "address", "河南省郑州市金水区样本路100号", 1);
    assert_field(&result, "id_number", "410105197412058432", 1);
    assert_int_equal(result.nwarnings, 0);

    reg_ocr_page_free(&p);
    free(a);
}


static void
a_long_name_without_its_dot_is_not_vouched_for(void **state)
{
    size_t               i;
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    static const struct {
        const char  *name;
        int          vouched;
    } names[] = {
        { "阿拉坦其木格", 1 }, { "古丽米拉巴合提", 0 },
        { "古丽米拉·巴合提", 1 }
    };

    (void) state;

    for (i = 0; i < 3; i++) {
        p = page(a);
        add(&p, 100, 100, "姓名");
        add(&p, 220, 100, names[i].name);
        add(&p, 500, 600, "410105197412058432");
        reg_ocr_page_straighten(&p);

        reg_ocr_result_init(&result);
        reg_ocr_fields_portrait(&p, TODAY, &result);
        assert_field(&result, "name", names[i].name, names[i].vouched);
        reg_ocr_page_free(&p);
    }

    free(a);
}


static void
an_address_that_was_cut_is_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "湖北省团风县样本路386");
    add(&p, 369, 648, "410105197412058432");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "address", "湖北省团风县样本路386", 0);
    assert_true(reg_ocr_result_field(&result, "address")->confidence < 0.6f);

    reg_ocr_page_free(&p);
    free(a);
}


/* Eleven characters a row, 49.1 mm down the card the number. */

static void
an_address_may_have_four_rows(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "新疆维吾尔自治区昌吉回");
    add(&p, 205, 468, "族自治州吉木萨尔县样本");
    add(&p, 205, 523, "路100号样本小区1");
    add(&p, 205, 578, "3栋1206室");
    add(&p, 85, 648, "公民身份号码");
    add(&p, 369, 648, "410105197412058432");
    p.lines[p.n - 1].height = 96;
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "address",
                 "新疆维吾尔自治区昌吉回族自治州吉木萨尔县样本"
                 "路100号样本小区13栋1206室", 1);

    reg_ocr_page_free(&p);
    free(a);
}


static void
a_wrong_number_is_told_and_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 500, 600, "410105197412058435");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);

    assert_field(&result, "id_number", "410105197412058435", 0);
    assert_null(reg_ocr_result_field(&result, "birth_date"));
    assert_int_equal(result.nwarnings, 1);
    assert_string_equal(result.warnings[0].code, "checksum");

    reg_ocr_page_free(&p);
    free(a);
}


static void
a_hole_in_a_name_is_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 100, 100, "姓名");
    add(&p, 220, 100, "样本");
    p.lines[1].right += 2 * EM;
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "name", "样本", 0);

    reg_ocr_page_free(&p);
    free(a);
}


static void
a_name_that_begins_late_is_not_vouched_for(void **state)
{
    size_t               i;
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    static const struct {
        float        x;
        const char  *name;
        int          vouched;
    } names[] = {
        { 220, "样本", 1 }, { 220 + 1.2f * EM, "样本", 0 }, { 220, "样", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        p = page(a);
        add(&p, 100, 100, "姓名");
        add(&p, names[i].x, 100, names[i].name);
        reg_ocr_page_straighten(&p);

        reg_ocr_result_init(&result);
        reg_ocr_fields_portrait(&p, TODAY, &result);
        assert_field(&result, "name", names[i].name, names[i].vouched);

        reg_ocr_page_free(&p);
    }

    free(a);
}


/* In a photograph taken at an angle, with 族 and the label of the term unread */

static void
values_are_found_where_labels_are_illegible(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 220, 100, "样本甲");
    add(&p, 100, 165, "性别男");
    add(&p, 348, 165, "民旅汉");
    add(&p, 100, 230, "出生1974年12月5日");
    add(&p, 100, 310, "住址");
    add(&p, 220, 310, "河南省郑州市金水区样本");
    add(&p, 388, 520, "410105197412058432");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "name", "样本甲", 1);
    assert_field(&result, "ethnicity", "汉", 1);
    reg_ocr_page_free(&p);

    p = page(a);
    add(&p, 100, 500, "签发机关样本市公安局");
    add(&p, 100, 550, "有2024.06.05-2034.06.05");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_emblem(&p, TODAY, &result);
    assert_field(&result, "authority", "样本市公安局", 1);
    assert_field(&result, "valid_from", "2024-06-05", 1);
    assert_field(&result, "valid_until", "2034-06-05", 1);

    reg_ocr_page_free(&p);
    free(a);
}


static void
the_better_of_two_readings_is_kept(void **state)
{
    reg_ocr_result_t  one, other;

    (void) state;

    reg_ocr_result_init(&one);
    reg_ocr_result_init(&other);

    reg_ocr_result_add(&one, "name", "样本甲", 0.99f, 1);
    reg_ocr_result_add(&other, "name", "样本申", 0.9f, 1);
    reg_ocr_result_add(&one, "authority", "样本市", 0.8f, 0);
    reg_ocr_result_add(&other, "authority", "样本市公安局", 0.7f, 0);
    reg_ocr_result_add(&one, "long_term", "true", 0.6f, 0);
    reg_ocr_result_add(&other, "valid_until", "2034-06-05", 0.9f, 1);
    reg_ocr_result_add(&other, "ethnicity", "汉", 1, 1);

    reg_ocr_result_better(&one, &other);

    /* both were sure: one of them is wrong */

    assert_field(&one, "name", "样本甲", 0);

    assert_field(&one, "authority", "样本市公安局", 0);
    assert_field(&one, "valid_until", "2034-06-05", 1);
    assert_null(reg_ocr_result_field(&one, "long_term"));
    assert_field(&one, "ethnicity", "汉", 1);
}


/* Ten pixels a millimetre, and the card's left edge at −150 or 50 */

static void
a_card_beyond_the_picture_is_told(void **state)
{
    int                  i;
    float                x;
    reg_ocr_card_t       card;
    reg_ocr_page_t       p;
    reg_ocr_image_t      image = { 1600, 1000, NULL };
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    for (i = 0; i < 2; i++) {
        x = i ? -150 : 50;
        p = page(a);
        p.u[0] = 1;
        add(&p, x + 282 - EM / 2, 50 + 126, "中华人民共和国");
        add(&p, x + 234 - EM / 2, 50 + 424, "签发机关");
        add(&p, x + 234 - EM / 2, 50 + 490, "有效期限");

        p.lines[0].chars[6].x = x + 727;
        p.lines[1].chars[3].x = p.lines[2].chars[3].x = x + 325;

        reg_ocr_card_find(REG_OCR_EMBLEM, &p, &card);
        assert_int_equal(card.labels, 3);
        assert_true(i ? reg_ocr_card_beyond(&card, &image) > 10
                      : reg_ocr_card_beyond(&card, &image) == 0);

        reg_ocr_page_free(&p);
    }

    free(a);
}


static void
the_term_of_a_card_is_one_the_law_knows(void **state)
{
    size_t               i;
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    static const char *const  terms[] = {
        "2014.03.15-2034.03.15", "2014.03.15-2035.03.15"
    };

    (void) state;

    for (i = 0; i < 2; i++) {
        p = page(a);
        add(&p, 100, 400, "签发机关");
        add(&p, 300, 400, "样本市公安局");
        add(&p, 100, 480, "有效期限");
        add(&p, 300, 480, terms[i]);
        reg_ocr_page_straighten(&p);

        reg_ocr_result_init(&result);
        reg_ocr_fields_emblem(&p, TODAY, &result);

        assert_field(&result, "authority", "样本市公安局", 1);
        assert_field(&result, "valid_from", "2014-03-15", i == 0);
        reg_ocr_page_free(&p);
    }

    free(a);
}


static void
a_licence_of_two_columns_is_read(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 100, 60, "91410105MA4164105Y");
    add(&p, 100, 200, "名");
    add(&p, 260, 200, "称");
    add(&p, 360, 200, "样本文化");
    add(&p, 360, 256, "有限公司");
    add(&p, 900, 200, "成立日期");
    add(&p, 1100, 200, "2019年03月12日");
    add(&p, 100, 330, "类型");
    add(&p, 360, 330, "有限责任公司(自然人独资)");
    add(&p, 900, 330, "住所");
    add(&p, 1100, 330, "样本路1号");
    add(&p, 100, 420, "法定代表人样本甲");
    add(&p, 900, 420, "营业期限");
    add(&p, 1100, 420, "2019年03月12日至长期");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_licence(&p, TODAY, &result);

    assert_field(&result, "name", "样本文化有限公司", 1);
    assert_field(&result, "type", "有限责任公司（自然人独资）", 1);
    assert_field(&result, "legal_person", "样本甲", 1);
    assert_field(&result, "address", "样本路1号", 1);
    assert_field(&result, "established", "2019-03-12", 1);
    assert_field(&result, "long_term", "true", 1);

    reg_ocr_page_free(&p);
    free(a);
}


/* A row of the zone, three steps a character; ' ' is one that was not seen. */

static reg_ocr_line_t
row(reg_ocr_alphabet_t *a, const char *text)
{
    size_t          i, place;
    float          *kept;
    reg_ocr_line_t  line;

    memset(&line, 0, sizeof(line));
    line.steps = 3 * strlen(text) + 8;
    line.left = 0;
    line.right = 8 * line.steps;
    line.height = 48;
    line.kept = calloc(line.steps * a->nkept, sizeof(float));
    line.chars = calloc(strlen(text), sizeof(reg_ocr_char_t));
    line.n = strlen(text);

    for (i = 0; i < line.steps; i++) {
        line.kept[i * a->nkept] = 0.99f;
    }

    for (i = 0; text[i] != '\0'; i++) {
        place = reg_ocr_alphabet_kept(a, text[i]);
        line.chars[i].code = text[i];
        kept = line.kept + (4 + 3 * i + 1) * a->nkept;

        if (place != 0) {
            kept[0] = 0.005f;
            kept[place] = 0.99f;
        }
    }

    return line;
}


static reg_ocr_page_t
zone(reg_ocr_alphabet_t *a, const char *upper, const char *lower)
{
    reg_ocr_page_t  p;

    p = page(a);
    p.lines = calloc(2, sizeof(reg_ocr_line_t));
    p.n = 2;
    p.lines[0] = row(a, upper);
    p.lines[1] = row(a, lower);
    p.lines[0].top = p.lines[0].bottom = 100;
    p.lines[1].top = p.lines[1].bottom = 170;

    return p;
}


/* ICAO Doc 9303-4, appendix B: the specimen of Utopia. */

static const char  utopia_upper[] =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<";
static const char  utopia_lower[] =
    "L898902C36UTO7408122F1204159ZE184226B<<<<<10";


static void
the_zone_of_the_standards_specimen(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    assert_int_equal(reg_ocr_mrz_check("L898902C3", 9), '6');
    assert_int_equal(reg_ocr_mrz_check("740812", 6), '2');

    a = alphabet();
    p = zone(a, utopia_upper, utopia_lower);
    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);

    assert_field(&result, "name", "ERIKSSON ANNA MARIA", 1);
    assert_field(&result, "id_number", "L898902C3", 1);
    assert_field(&result, "nationality", "UTO", 1);
    assert_field(&result, "birth_date", "1974-08-12", 1);
    assert_field(&result, "sex", "F", 1);
    assert_field(&result, "valid_until", "2012-04-15", 1);
    assert_int_equal(result.nwarnings, 1);
    assert_string_equal(result.warnings[0].code, "expired");

    reg_ocr_page_free(&p);
    free(a);
}


/* The model took O for 0 and I for 1, and saw neither an S nor a filler. */

static void
what_is_missing_in_a_zone_keeps_its_place(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, "P<UT0ERIK SON<<ANNA<MARIA<< <<<<<<<<<<<<<<<<",
             "L898902C36UTO74O8I22F12O4159ZE184226B<<<<<10");
    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);

    assert_field(&result, "id_number", "L898902C3", 1);
    assert_field(&result, "birth_date", "1974-08-12", 1);
    assert_field(&result, "valid_until", "2012-04-15", 1);

    /* what stands there cannot be told, but that it is not vouched for */

    assert_int_equal(reg_ocr_result_field(&result, "name")->vouched, 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* A digit that fails its check is told; a name without an end is a guess. */

static void
a_zone_that_is_wrong_is_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, "P<UTOERIKSSON<<ANNA<MARIA<LOUISA<CHRISTINA<E",
             "L898902C37UTO7408122F3604155ZE184226B<<<<<10");
    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);

    assert_field(&result, "id_number", "L898902C3", 0);
    assert_field(&result, "name", "ERIKSSON ANNA MARIA LOUISA CHRISTINA E", 0);
    assert_int_equal(result.nwarnings, 1);
    assert_string_equal(result.warnings[0].code, "checksum");

    reg_ocr_page_free(&p);

    p = zone(a, utopia_upper, utopia_upper);
    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);
    assert_int_equal(result.nfields, 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* Says a symbol at a step; the others there, and the blank, are less likely. */

static void
said(reg_ocr_alphabet_t *a, reg_ocr_line_t *line, size_t step, char symbol,
    float p)
{
    float  *kept;

    kept = line->kept + step * a->nkept;
    memset(kept, 0, sizeof(float) * a->nkept);

    kept[0] = 0.99f - p;
    kept[reg_ocr_alphabet_kept(a, symbol)] = p;
}


/*
 * The last letter was hardly seen, as happens before many fillers: the name
 * may end behind it, so that a shorter one is only a guess.
 */

static void
a_name_whose_end_is_doubtful_is_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, "P<UTOBROWN<<HANNAH<<<<<<<<<<<<<<<<<<<<<<<<<<", utopia_lower);
    said(a, &p.lines[0], 4 + 3 * 17 + 1, 'H', 0.3f);
    p.lines[0].kept[(4 + 3 * 17 + 1) * a->nkept
                    + reg_ocr_alphabet_kept(a, '<')] = 0.02f;

    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);

    assert_int_equal(reg_ocr_result_field(&result, "name")->vouched, 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* A row that was read only as far as its name goes has it all. */

static void
a_name_ends_where_its_line_was_cut(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_line_t      *line;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, utopia_upper, utopia_lower);

    line = &p.lines[0];
    line->steps = 4 + 3 * 28;
    line->right = 8 * line->steps;

    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);
    assert_field(&result, "name", "ERIKSSON ANNA MARIA", 1);

    reg_ocr_page_free(&p);
    free(a);
}


/* K is what a filler looks like, and two of them follow a surname. */

static void
a_surname_is_divided_from_given_names(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, "P<UTOWRIGHTK<HENRY<<<<<<<<<<<<<<<<<<<<<<<<<<", utopia_lower);
    said(a, &p.lines[0], 4 + 3 * 11 + 1, 'K', 0.7f);
    p.lines[0].kept[(4 + 3 * 11 + 1) * a->nkept
                    + reg_ocr_alphabet_kept(a, '<')] = 0.2f;

    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);
    assert_field(&result, "name", "WRIGHT HENRY", 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* A 2 that two steps say is one, and two zeros with a blank between two. */

static void
as_many_characters_as_were_seen(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a;

    (void) state;

    a = alphabet();
    p = zone(a, utopia_upper, "L898902C36UTO7408122F3001020<<<<<<<<<<<<<<<0");
    said(a, &p.lines[1], 4 + 3 * 18 + 2, '2', 0.7f);
    said(a, &p.lines[1], 4 + 3 * 25 + 2, '2', 0.7f);

    reg_ocr_result_init(&result);
    reg_ocr_fields_passport(&p, TODAY, &result);
    assert_field(&result, "birth_date", "1974-08-12", 1);
    assert_field(&result, "valid_until", "2030-01-02", 1);

    reg_ocr_page_free(&p);
    free(a);
}


/* Rows with nothing around them come before lines of a text that are longer. */

static void
the_rows_of_a_zone_stand_alone(void **state)
{
    size_t           i;
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_boxes_t  boxes;

    static const reg_ocr_box_t  rows[] = {
        { { 500, 600 }, { 1, 0.02f }, 400, 34, 1 },
        { { 580, 657 }, { 1, 0.02f }, 560, 32, 1 },
    };

    static const reg_ocr_box_t  text = { { 500, 0 }, { 1, 0 }, 800, 30, 1 };

    (void) state;

    boxes.n = 12;

    for (i = 0; i < 10; i++) {
        boxes.box[i] = text;
        boxes.box[i].centre.y = 40 + 36 * i;
    }

    memcpy(&boxes.box[10], rows, sizeof(rows));

    assert_true(reg_ocr_zone_find(&boxes, zones) >= 1);
    assert_true(zones[0].rows[0].width == 560);
    assert_true(zones[0].rows[1].width == 400);
}


/* The two longest boxes, one above the other, whatever lies around. */

static void
the_rows_of_a_zone_are_found(void **state)
{
    reg_ocr_zone_t   zones[REG_OCR_ZONES_MAX];
    reg_ocr_boxes_t  boxes;

    static const reg_ocr_box_t  found[] = {
        { { 500, 200 }, { 1, 0 }, 300, 30, 1 },
        { { 500, 240 }, { 1, 0 }, 280, 30, 1 },
        { { 500, 600 }, { 1, 0.02f }, 900, 34, 1 },
        { { 495, 657 }, { 1, 0.02f }, 890, 32, 1 },
        { { 200, 900 }, { 0.8f, 0.6f }, 900, 32, 1 },
    };

    (void) state;

    boxes.n = sizeof(found) / sizeof(found[0]);
    memcpy(boxes.box, found, sizeof(found));

    assert_true(reg_ocr_zone_find(&boxes, zones) >= 1);
    assert_true(zones[0].rows[0].width == 900);
    assert_true(zones[0].rows[1].width == 890);
    assert_true(zones[0].pitch > 18 && zones[0].pitch < 23);
}


/* Waves of so many pixels: each colour a part of one behind the one before. */

static int
looks_like_a_screen(float pixels, float behind)
{
    int              screen;
    float            turn;
    size_t           i;
    reg_ocr_boxes_t  boxes;
    reg_ocr_image_t  image;

    image.width = 640;
    image.height = 480;
    image.rgb = malloc(3 * 640 * 480);

    for (i = 0; i < 3 * 640 * 480; i++) {
        turn = (i / 3 % 640 + 0.3f * (i / 3 / 640)) / pixels - behind * (i % 3);
        image.rgb[i] = 200 + 12 * cosf(2 * (float) M_PI * turn);
    }

    memset(&boxes, 0, sizeof(boxes));
    boxes.n = 2;
    boxes.box[0].centre.x = boxes.box[0].centre.y = 50;
    boxes.box[1].centre.x = 600;
    boxes.box[1].centre.y = 400;

    screen = reg_ocr_screen(&image, &boxes);
    free(image.rgb);

    return screen;
}


static void
colours_that_take_turns_are_a_screens(void **state)
{
    (void) state;

    assert_true(looks_like_a_screen(3.1f, 1 / 3.0f));
    assert_true(looks_like_a_screen(17, 1 / 3.0f));
    assert_true(looks_like_a_screen(17, -1 / 3.0f));

    /* a pattern that is printed */

    assert_false(looks_like_a_screen(3.1f, 0));
    assert_false(looks_like_a_screen(17, 0));
}


static reg_regions_t *
places(void)
{
    char            path[32];
    reg_error_t     error;
    reg_regions_t  *regions;

    write_file(path, "{\"regions\": [[\"140000\", \"山西省\"],"
                     " [\"141000\", \"临汾市\"], [\"141028\", \"吉县\"],"
                     " [\"141031\", \"隰县\"], [\"410000\", \"河南省\"],"
                     " [\"410100\", \"郑州市\"], [\"410105\", \"金水区\"],"
                     " [\"410182\", \"荥阳市\"],"
                     " [\"411200\", \"三门峡市\"],"
                     " [\"411202\", \"湖滨区\"], [\"411203\", \"陕州区\"],"
                     " [\"411221\", \"渑池县\"], [\"411282\", \"灵宝市\"],"
                     " [\"411700\", \"驻马店市\"], [\"411723\", \"平舆县\"],"
                     " [\"610000\", \"陕西省\"], [\"610400\", \"咸阳市\"]]}");
    regions = reg_regions_load(path, &error);
    assert_non_null(regions);
    unlink(path);

    return regions;
}


static const char *
mended(const char *number, const char *name, const char *value)
{
    reg_regions_t           *regions = places();
    static reg_ocr_result_t  result;

    reg_ocr_result_init(&result);
    reg_ocr_result_add(&result, "id_number", number, 0.99f, 1);
    reg_ocr_result_add(&result, name, value, 0.9f, 1);
    reg_ocr_places(regions, &result);
    reg_regions_free(regions);

    return reg_ocr_result_field(&result, name)->value;
}


static void
places_are_those_of_the_table(void **state)
{
    (void) state;

    /* exchanged, missing, behind the province: the number's own division */

    assert_string_equal(mended("411221198909125988", "address",
                               "河南省三门峡市浥池县平湾镇1号"),
                        "河南省三门峡市渑池县平湾镇1号");
    assert_string_equal(mended("411221198909125988", "address",
                               "河南省三门峡市池县平湾镇1号"),
                        "河南省三门峡市渑池县平湾镇1号");
    assert_string_equal(mended("411221198909125988", "address",
                               "河南省绳池县平湾镇1号"),
                        "河南省渑池县平湾镇1号");

    /* people move: another division's name stays */

    assert_string_equal(mended("141031198909125988", "address",
                               "山西省临汾市吉县平湾镇1号"),
                        "山西省临汾市吉县平湾镇1号");

    /* two characters differ: that may be anything */

    assert_string_equal(mended("411221198909125988", "address",
                               "河南省三门峡市东城县平湾镇1号"),
                        "河南省三门峡市东城县平湾镇1号");

    assert_string_equal(mended("411221198909125988", "authority",
                               "三门夹市公安局"), "三门峡市公安局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "渑池具公安局"), "渑池县公安局");

    assert_string_equal(mended("411221198909125988", "authority",
                               "渑池县公安册"), "渑池县公安局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "郑州市公女局金水分局"),
                        "郑州市公安局金水分局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "渑池县公女册"), "渑池县公女册");

    /* 吉县, 隰县 or 渑池县: nobody knows */

    assert_string_equal(mended("411221198909125988", "authority",
                               "池县公安局"), "池县公安局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "吉县公安局"), "吉县公安局");

    /* branches: of that city's districts the one that is meant, if any */

    assert_string_equal(mended("411221198909125988", "authority",
                               "郑州市公安局金木分局"),
                        "郑州市公安局金水分局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "郑州市公安局水分局"),
                        "郑州市公安局金水分局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "郑州市公安局金水分局"),
                        "郑州市公安局金水分局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "郑州市公安局高新分局"),
                        "郑州市公安局高新分局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "三门峡市公安局金木分局"),
                        "三门峡市公安局金木分局");
}


static void
a_division_that_was_read_stays_vouched_for(void **state)
{
    reg_regions_t           *regions = places();
    static reg_ocr_result_t  result;

    (void) state;

    reg_ocr_result_init(&result);
    reg_ocr_result_add(&result, "id_number", "411723198909125988", 0.99f, 1);
    reg_ocr_result_add(&result, "address", "河南省平舆县平湾镇1号", 0.9f, 1);
    reg_ocr_result_add(&result, "authority", "郑州市公安局金水分局", 0.9f, 1);
    reg_ocr_places(regions, &result);

    assert_field(&result, "address", "河南省平舆县平湾镇1号", 1);
    assert_field(&result, "authority", "郑州市公安局金水分局", 1);
    reg_regions_free(regions);
}


/* The same with what characters may be instead; '_' is one that is sure. */

static reg_ocr_result_t *
settled_result(const char *number, const char *name, const char *value,
    const char *others)
{
    size_t                   i;
    int32_t                  code;
    reg_str_t                s, o;
    reg_ocr_text_t           text;
    static reg_ocr_result_t  result;

    memset(&text, 0, sizeof(text));
    s = str(value);
    o = str(others);

    while ((code = reg_text_next(&s)) != -1) {
        i = text.n++;
        text.c[i].code = code;
        text.c[i].p = 0.99f;
        code = reg_text_next(&o);

        if (code != -1 && code != '_') {
            text.c[i].p = 0.6f;
            text.c[i].others[0].code = code;
            text.c[i].others[0].p = 0.1f;
        }
    }

    reg_ocr_result_init(&result);

    if (number != NULL) {
        reg_ocr_result_add(&result, "id_number", number, 0.99f, 1);
    }

    reg_ocr_result_text(&result, name, &text);

    return &result;
}


static const reg_ocr_field_t *
settled(const char *number, const char *name, const char *value,
    const char *others)
{
    reg_ocr_result_t  *result = settled_result(number, name, value, others);
    reg_regions_t     *regions = places();

    reg_ocr_places(regions, result);
    reg_regions_free(regions);

    return reg_ocr_result_field(result, name);
}


static void
places_are_what_characters_in_doubt_may_be(void **state)
{
    const reg_ocr_field_t  *field;

    (void) state;

    /* of many cities that end so, and of two districts */

    field = settled(NULL, "authority", "荣阳市公安局", "荥");
    assert_string_equal(field->value, "荥阳市公安局");
    assert_false(field->vouched);
    assert_string_equal(settled(NULL, "authority", "荣阳市公安局",
                                "_____册")->value, "荣阳市公安局");
    assert_string_equal(settled(NULL, "authority", "三门峡市公安局侠州分局",
                                "_______陕")->value,
                        "三门峡市公安局陕州分局");

    /* two at once, wherever the holder's number was given */

    field = settled("610401198909125988", "address",
                    "湖南省郑州市荣阳市京城路1号", "河_____荥");
    assert_string_equal(field->value, "河南省郑州市荥阳市京城路1号");
    assert_false(field->vouched);
    assert_string_equal(settled(NULL, "address", "河南省绳池县平湾镇1号",
                                "___渑")->value,
                        "河南省渑池县平湾镇1号");

    /* of the number's division two that are blurred, not two that are sure */

    assert_string_equal(settled("411723198909125988", "address",
                                "河南省平兴具平湾镇1号", "____与其")->value,
                        "河南省平舆县平湾镇1号");
    assert_string_equal(settled("411723198909125988", "address",
                                "河南省平兴具平湾镇1号", "____与_")->value,
                        "河南省平兴具平湾镇1号");

    /* of that city's divisions the only one it can be */

    assert_string_equal(settled("610401198909125988", "address",
                                "河南省三门峡市浥池县平湾镇1号",
                                "__________弯")->value,
                        "河南省三门峡市渑池县平湾镇1号");
    assert_string_equal(settled("610401198909125988", "address",
                                "河南省三门峡市高滨区平湾镇1号",
                                "__________弯")->value,
                        "河南省三门峡市湖滨区平湾镇1号");
    assert_string_equal(settled("610401198909125988", "address",
                                "河南省三门峡市新区平湾镇1号",
                                "_________弯")->value,
                        "河南省三门峡市新区平湾镇1号");

    /* what was read is a division, or what it may be is none */

    assert_string_equal(settled(NULL, "address",
                                "河南省郑州市荥阳市京城路1号", "______荣")
                        ->value,
                        "河南省郑州市荥阳市京城路1号");
    assert_string_equal(settled(NULL, "address", "河南省郑州市荣阳县1号",
                                "______荥")->value,
                        "河南省郑州市荣阳县1号");
}


static const char *
village(const char *name, const char *others)
{
    char  value[256], doubts[256];

    snprintf(value, sizeof(value), "河南省荥阳市%s", name);
    snprintf(doubts, sizeof(doubts), "______%s", others);

    return settled(NULL, "address", value, doubts)->value;
}


static void
villages_are_called_as_villages_are(void **state)
{
    (void) state;

    assert_string_equal(village("太林镇孙注村二组5号", "____洼"),
                        "河南省荥阳市太林镇孙洼村二组5号");
    assert_string_equal(village("太林镇孙.村5号", "____塬"),
                        "河南省荥阳市太林镇孙塬村5号");
    assert_string_equal(village("太林锁用楼村5号", "__镇周"),
                        "河南省荥阳市太林镇周楼村5号");

    /* a usual name, one among names that are all as usual, and a street */

    assert_string_equal(village("太林镇孙湾村5号", "____弯"),
                        "河南省荥阳市太林镇孙湾村5号");
    assert_string_equal(village("太林镇幸福村5号", "___辛_"),
                        "河南省荥阳市太林镇幸福村5号");
    assert_string_equal(village("注山路5号", "洼"),
                        "河南省荥阳市注山路5号");
}


/* Another reading takes over what is in doubt with the value. */

static void
doubts_go_with_their_value(void **state)
{
    reg_ocr_text_t    text;
    reg_ocr_result_t  one, other;

    (void) state;

    memset(&text, 0, sizeof(text));
    text.n = 1;
    text.c[0].code = 0x8363;
    text.c[0].p = 0.6f;
    text.c[0].others[0].code = 0x8365;
    text.c[0].others[0].p = 0.3f;
    text.c[0].others[1].code = 0x8336;
    text.c[0].others[1].p = 0.003f;

    reg_ocr_result_init(&one);
    reg_ocr_result_init(&other);
    reg_ocr_result_add(&one, "address", "茶", 0.3f, 0);
    reg_ocr_result_text(&other, "address", &text);
    reg_ocr_result_better(&one, &other);

    assert_field(&one, "address", "荣", 0);
    assert_int_equal(one.fields[0].ndoubts, 1);
    assert_int_equal(one.fields[0].doubts[0].code, 0x8365);
    assert_true(fabsf(one.fields[0].doubts[0].p - 0.5f) < 0.01f);

    reg_ocr_result_add(&one, "address", "茶", 0.9f, 1);
    assert_int_equal(one.fields[0].ndoubts, 0);
}


static const char *
named(const char *value, int vouched)
{
    char                     path[32];
    reg_error_t              error;
    reg_regions_t           *regions;
    static reg_ocr_result_t  result;

    write_file(path, "{\"regions\": [[\"410000\", \"河南省\"],"
                     " [\"410100\", \"郑州市\"], [\"410185\", \"登封市\"],"
                     " [\"420000\", \"湖北省\"], [\"420100\", \"武汉市\"]]}");
    regions = reg_regions_load(path, &error);
    assert_non_null(regions);
    unlink(path);

    reg_ocr_result_init(&result);
    reg_ocr_result_add(&result, "id_number", "91410185MA42287033", 0.99f, 1);
    reg_ocr_result_add(&result, "name", value, 0.9f, vouched);
    reg_ocr_places_seat(regions, &result);
    reg_regions_free(regions);

    return reg_ocr_result_field(&result, "name")->value;
}


static const char *
traded(const char *value, const char *others)
{
    reg_regions_t           *regions = places();
    static reg_ocr_result_t  result;

    result = *settled_result(NULL, "name", value, others);
    reg_ocr_places_seat(regions, &result);
    reg_regions_free(regions);

    return reg_ocr_result_field(&result, "name")->value;
}


static void
a_company_is_named_after_what_it_does(void **state)
{
    (void) state;

    assert_string_equal(traded("样本教有科技有限公司", "___育"),
                        "样本教育科技有限公司");
    assert_string_equal(traded("样本铜族商贸有限公司", "__侗__"),
                        "样本侗族商贸有限公司");

    /* a word that is there, and one of which nothing was read */

    assert_string_equal(traded("样本教育科技有限公司", "___有"),
                        "样本教育科技有限公司");
    assert_string_equal(traded("样本数有科技有限公司", "__教育"),
                        "样本数有科技有限公司");
}


static void
a_company_is_named_after_its_place(void **state)
{
    (void) state;

    assert_string_equal(named("登村市样本有限公司", 1), "登封市样本有限公司");
    assert_string_equal(named("封市样本有限公司", 0), "登封市样本有限公司");
    assert_string_equal(named("登村样本有限公司", 0), "登封样本有限公司");

    /* that may be a name of its own, or another place's */

    assert_string_equal(named("登村样本有限公司", 1), "登村样本有限公司");
    assert_string_equal(named("武汉样本有限公司", 0), "武汉样本有限公司");
    assert_string_equal(named("样本有限公司", 0), "样本有限公司");
}


/* A text of characters with a p each, and what they may be instead. */

static void
name_of(reg_ocr_text_t *text, const char *characters, const float *p,
    const char *others, float other)
{
    reg_str_t  s, o;

    memset(text, 0, sizeof(reg_ocr_text_t));
    s = str(characters);
    o = str(others);

    while (s.len > 0) {
        text->c[text->n].code = reg_text_next(&s);
        text->c[text->n].p = p[text->n];
        text->c[text->n].others[0].code = reg_text_next(&o);
        text->c[text->n].others[0].p = other;
        text->n++;
    }
}


static void
a_doubtful_name_is_a_usual_one(void **state)
{
    size_t          i;
    char            value[32];
    reg_ocr_text_t  text;

    static const struct {
        const char  *read;
        float        p[8];
        const char  *others;
        const char  *name;
    } names[] = {
        { "产玉旭", { 0.95f, 0.95f, 0.97f }, "严压地", "严玉旭" },
        { "蒋福机", { 0.4f, 0.99f, 0.6f }, "特幅帆", "蒋福帆" },
        { "冷孤秀英", { 0.6f, 0.5f, 0.9f, 0.9f }, "令狐透莫", "令狐秀英" },
        { "一李明", { 0.9f, 0.4f, 0.9f }, "王季朋", "李明" },
        { "佘犇", { 0.99f, 0.9f }, "余奔", "佘犇" },
        { "买买提江·库尔班",
          { 0.5f, 0.9f, 0.9f, 0.9f, 0.9f, 0.9f, 0.9f, 0.9f },
          "王", "买买提江·库尔班" }
    };

    (void) state;

    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        name_of(&text, names[i].read, names[i].p, names[i].others, 0.05f);
        reg_ocr_names_weigh(&text);
        reg_ocr_text_print(&text, value, sizeof(value));

        assert_string_equal(value, names[i].name);
        assert_int_equal(reg_ocr_text_confidence(&text) < 0.1f, i < 3);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(least_box_of_a_turned_rectangle),
        cmocka_unit_test(a_sheet_at_another_angle_is_another_group),
        cmocka_unit_test(blanks_part_equal_neighbours),
        cmocka_unit_test(a_blank_in_doubt_hides_a_character),
        cmocka_unit_test(a_mask_reads_the_second_best),
        cmocka_unit_test(the_card_of_page_is_read),
        cmocka_unit_test(a_long_name_without_its_dot_is_not_vouched_for),
        cmocka_unit_test(an_address_that_was_cut_is_not_vouched_for),
        cmocka_unit_test(an_address_may_have_four_rows),
        cmocka_unit_test(a_wrong_number_is_told_and_not_vouched_for),
        cmocka_unit_test(a_hole_in_a_name_is_not_vouched_for),
        cmocka_unit_test(a_name_that_begins_late_is_not_vouched_for),
        cmocka_unit_test(values_are_found_where_labels_are_illegible),
        cmocka_unit_test(the_better_of_two_readings_is_kept),
        cmocka_unit_test(a_card_beyond_the_picture_is_told),
        cmocka_unit_test(the_term_of_a_card_is_one_the_law_knows),
        cmocka_unit_test(a_licence_of_two_columns_is_read),
        cmocka_unit_test(the_zone_of_the_standards_specimen),
        cmocka_unit_test(what_is_missing_in_a_zone_keeps_its_place),
        cmocka_unit_test(a_zone_that_is_wrong_is_not_vouched_for),
        cmocka_unit_test(a_name_whose_end_is_doubtful_is_not_vouched_for),
        cmocka_unit_test(a_name_ends_where_its_line_was_cut),
        cmocka_unit_test(a_surname_is_divided_from_given_names),
        cmocka_unit_test(as_many_characters_as_were_seen),
        cmocka_unit_test(the_rows_of_a_zone_are_found),
        cmocka_unit_test(the_rows_of_a_zone_stand_alone),
        cmocka_unit_test(colours_that_take_turns_are_a_screens),
        cmocka_unit_test(places_are_those_of_the_table),
        cmocka_unit_test(a_division_that_was_read_stays_vouched_for),
        cmocka_unit_test(places_are_what_characters_in_doubt_may_be),
        cmocka_unit_test(villages_are_called_as_villages_are),
        cmocka_unit_test(doubts_go_with_their_value),
        cmocka_unit_test(a_company_is_named_after_its_place),
        cmocka_unit_test(a_company_is_named_after_what_it_does),
        cmocka_unit_test(a_doubtful_name_is_a_usual_one)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
