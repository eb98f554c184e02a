/*
 * Fields of cards and licences, found on pages that are written down here.
 */

#include <math.h>
#include "reg_test_ocr.h"
#include "reg_ocr_card.h"
#include "reg_ocr_fields.h"


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
    size_t               i;
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    /* what surely follows is put; of a house without a name, that is either */

    static const char *const  addresses[][2] = {
        { "湖北省团风县样本路386", "湖北省团风县样本路386号" },
        { "湖北省团风县样本路3号2栋1201", "湖北省团风县样本路3号2栋1201室" },
        { "湖北省团风县样本1201", "湖北省团风县样本1201" },
        { "湖北省团风县样本大道", "湖北省团风县样本大道" },
        { "湖北省武汉市汉南区", "湖北省武汉市汉南区" }
    };

    (void) state;

    for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        p = page(a);
        add(&p, 85, 413, "住址");
        add(&p, 205, 413, addresses[i][0]);
        add(&p, 369, 648, "410105197412058432");
        reg_ocr_page_straighten(&p);

        reg_ocr_result_init(&result);
        reg_ocr_fields_portrait(&p, TODAY, &result);
        assert_field(&result, "address", addresses[i][1], 0);
        assert_true(reg_ocr_result_field(&result, "address")->confidence
                    < 0.6f);

        reg_ocr_page_free(&p);
    }

    free(a);
}


/*
 * The box of a single character is not as high as those of whole lines; and a
 * scratch is no character.
 */

static void
an_address_may_end_with_a_row_of_one_character(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "/");
    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_null(reg_ocr_result_field(&result, "address"));
    reg_ocr_page_free(&p);

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "湖北省团风县样/本路39");
    add(&p, 205, 465, "号");
    p.lines[2].height *= 0.53f;

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "address", "湖北省团风县样本路39号", 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* Of what its last character may be it takes what addresses end with. */

static void
an_address_ends_with_what_it_counts(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_char_t      *last;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "湖北省团风县样本路3号12077");
    last = &p.lines[1].chars[p.lines[1].n - 1];
    last->others[0].code = 'T';
    last->others[0].p = 0.2f;
    last->others[1].code = 0x5ba4;
    last->others[1].p = 0.1f;
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "address", "湖北省团风县样本路3号1207室", 0);

    reg_ocr_page_free(&p);
    free(a);
}


static void
an_address_begins_with_a_chinese_character(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 85, 413, "住址");
    add(&p, 205, 413, "1湖北省团风县样本路3号");
    add(&p, 369, 648, "410105197412058432");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_portrait(&p, TODAY, &result);
    assert_field(&result, "address", "湖北省团风县样本路3号", 0);

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


/* Ten pixels a millimetre, and the card's left edge at −150 or 50 */

static void
a_card_beyond_the_picture_is_told(void **state)
{
    int                  i;
    float                x;
    reg_ocr_card_t       card;
    reg_ocr_page_t       p;
    reg_ocr_image_t      image = { .width = 1600, .height = 1000 };
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


/* A line of the emblem, ten pixels to a millimetre, turned by 12 degrees. */

static void
add_turned(reg_ocr_page_t *p, float x, float last, float y, const char *text)
{
    size_t           i;
    float            at;
    reg_ocr_line_t  *line;

    add(p, 0, 0, text);
    line = &p->lines[p->n - 1];

    for (i = 0; i < line->n; i++) {
        at = x + (last - x) * i / (line->n - 1);
        line->chars[i].x = 100 + at * 0.98f - y * 0.21f;
        line->chars[i].y = 100 + at * 0.21f + y * 0.98f;
    }

    line->left = line->chars[0].x;
    line->right = line->chars[line->n - 1].x;
    line->top = line->chars[0].y;
    line->bottom = line->chars[line->n - 1].y;
}


/* The paper it lies on has more lines, and gives the page its direction. */

static void
a_card_askew_on_a_paper_is_found(void **state)
{
    size_t               i;
    reg_ocr_card_t       card;
    reg_ocr_page_t       p;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    p.u[0] = 1;
    add_turned(&p, 283, 727, 126, "中华人民共和国");
    add_turned(&p, 291, 719, 234, "居民身份证");
    p.lines[1].height = 110;
    add_turned(&p, 234, 480, 424, "签发机关林州");
    add_turned(&p, 234, 480, 490, "有效期限长期");
    p.lines[2].chars[3].x = 100 + 325 * 0.98f - 424 * 0.21f;
    p.lines[2].chars[3].y = 100 + 325 * 0.21f + 424 * 0.98f;
    p.lines[3].chars[3].x = 100 + 325 * 0.98f - 490 * 0.21f;
    p.lines[3].chars[3].y = 100 + 325 * 0.21f + 490 * 0.98f;

    for (i = 0; i < 8; i++) {
        add(&p, 1000, 100 + 60 * i, "地点二楼第三会议室");
    }

    reg_ocr_card_find(REG_OCR_EMBLEM, &p, &card);
    assert_int_equal(card.labels, 4);

    reg_ocr_card_only(&card, &p);
    assert_int_equal(p.n, 4);

    reg_ocr_page_free(&p);
    free(a);
}


/* Ten pixels a millimetre: the rows of the name and of the sex. */

static void
a_name_stands_in_its_row_of_the_card(void **state)
{
    float           scale;
    reg_ocr_box_t   part;

    static const reg_ocr_card_t  card = {
        REG_OCR_PORTRAIT, 5, 0, { 100, 50 }, { 10, 0 }
    };
    static const reg_ocr_box_t  name = { { 300, 159 }, { 1, 0 }, 200, 45, 1 };
    static const reg_ocr_box_t  sex = { { 300, 224 }, { 1, 0 }, 200, 45, 1 };
    static const reg_ocr_box_t  face = { { 750, 159 }, { 1, 0 }, 200, 45, 1 };

    (void) state;

    assert_true(reg_ocr_card_name_has(&card, &name));
    assert_false(reg_ocr_card_name_has(&card, &sex));
    assert_false(reg_ocr_card_name_has(&card, &face));

    reg_ocr_card_name_part(&card, &part, &scale);
    assert_true(fabsf(part.centre.y - 159) < 1);
    assert_true(part.centre.y + part.height / 2 < 254);
    assert_true(part.centre.x - part.width / 2 < 100);
    assert_true(part.centre.x + part.width / 2 > 640);
    assert_true(part.centre.x + part.width / 2 < 750);
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


/*
 * Where 名称 and 类型 were not found, the type tells the column: read with an
 * error below a name that has the same words, or not at all, above the person.
 */

static void
a_licences_name_is_found_without_its_label(void **state)
{
    size_t               i;
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    static const char *const  types[] = {
        "有服责任公司(自然人独资)", "高他收份有限公限非上市"
    };

    (void) state;

    for (i = 0; i < 2; i++) {
        p = page(a);
        add(&p, 100, 60, "91410105MA4164105Y");
        add(&p, 360, 200, "样本文化有限责任公司");
        add(&p, 900, 200, "成立日期");
        add(&p, 1100, 200, "2019年03月12日");
        add(&p, 360, 300, types[i]);
        add(&p, 100, 400, "法定代表人");
        add(&p, 360, 400, "样本甲");
        reg_ocr_page_straighten(&p);

        reg_ocr_result_init(&result);
        reg_ocr_fields_licence(&p, TODAY, &result);
        assert_field(&result, "name", "样本文化有限责任公司", 0);
        assert_field(&result, "legal_person", "样本甲", 1);

        reg_ocr_page_free(&p);
    }

    free(a);
}


/* Its second row was not found, as of some pictures. */

static void
an_address_of_a_licence_that_was_cut_is_not_vouched_for(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 100, 60, "91410105MA4164105Y");
    add(&p, 100, 200, "类型");
    add(&p, 360, 200, "有限责任公司(自然人独资)");
    add(&p, 900, 200, "住所");
    add(&p, 1100, 200, "河南省郑州市样本路315");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_licence(&p, TODAY, &result);

    assert_field(&result, "address", "河南省郑州市样本路315号", 0);

    reg_ocr_page_free(&p);
    free(a);
}


/* What 称 and 所 were misread as is no part of the value behind them. */

static void
a_value_begins_behind_the_longest_label_of_its_column(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    p.width = 2000;
    add(&p, 100, 200, "名");
    add(&p, 260, 200, "移");
    add(&p, 360, 200, "样本文化有限公司");
    add(&p, 100, 330, "类型");
    add(&p, 360, 330, "有限责任公司");
    add(&p, 100, 420, "法定代表人");
    add(&p, 360, 420, "样本甲");
    add(&p, 900, 200, "营业期限");
    add(&p, 1100, 200, "长期");
    add(&p, 900, 330, "住");
    add(&p, 1020, 330, "听");
    add(&p, 1100, 330, "样本路1号");
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(&result);
    reg_ocr_fields_licence(&p, TODAY, &result);

    assert_field(&result, "name", "样本文化有限公司", 1);
    assert_field(&result, "address", "样本路1号", 1);

    reg_ocr_page_free(&p);
    free(a);
}


/* A licence with another name's beginning, and another end of its term. */

static void
licence_of(reg_ocr_alphabet_t *a, float x, const char *term,
    reg_ocr_result_t *result)
{
    reg_ocr_page_t  p;

    p = page(a);
    p.width = 2000;
    add(&p, 100, 240, "名称");
    add(&p, x, 240, "样本文化有限公司");
    add(&p, 100, 330, "类型");
    add(&p, 360, 330, "有限责任公司(自然人独资)");
    add(&p, 100, 420, "法定代表人");
    add(&p, x, 420, "样本");
    add(&p, 900, 200, "成立日期");
    add(&p, 1100, 200, "2019年03月12日");
    add(&p, 900, 420, "营业期限");
    add(&p, 1100, 420, term);
    reg_ocr_page_straighten(&p);

    reg_ocr_result_init(result);
    reg_ocr_fields_licence(&p, TODAY, result);
    reg_ocr_page_free(&p);
}


static void
a_licences_name_that_begins_late_is_not_vouched_for(void **state)
{
    reg_ocr_result_t     result;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    licence_of(a, 360, "2019年03月12日至2039年03月11日", &result);
    assert_field(&result, "name", "样本文化有限公司", 1);
    assert_field(&result, "legal_person", "样本", 1);
    assert_field(&result, "valid_until", "2039-03-11", 1);

    licence_of(a, 360 + EM, "2019年03月12日至204年03月11日", &result);
    assert_field(&result, "name", "样本文化有限公司", 0);
    assert_field(&result, "legal_person", "样本", 0);
    assert_null(reg_ocr_result_field(&result, "valid_until"));

    free(a);
}


/* Its trades are, unless few other labels tell that nothing follows them. */

static void
what_stands_below_a_licences_trades_is_needless(void **state)
{
    reg_ocr_page_t       p;
    reg_ocr_needless_t   needless;
    reg_ocr_alphabet_t  *a = alphabet();

    (void) state;

    p = page(a);
    add(&p, 100, 500, "经营范围");
    reg_ocr_fields_needless(REG_OCR_LICENCE, &p, &needless);
    assert_true(needless.top < 500 && needless.top > 450);
    assert_true(needless.few);

    add(&p, 100, 330, "类型");
    add(&p, 900, 420, "营业期限");
    reg_ocr_fields_needless(REG_OCR_LICENCE, &p, &needless);
    assert_true(needless.right < 900);
    assert_false(needless.few);

    reg_ocr_page_free(&p);
    free(a);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_card_of_page_is_read),
        cmocka_unit_test(a_long_name_without_its_dot_is_not_vouched_for),
        cmocka_unit_test(an_address_that_was_cut_is_not_vouched_for),
        cmocka_unit_test(an_address_may_end_with_a_row_of_one_character),
        cmocka_unit_test(an_address_ends_with_what_it_counts),
        cmocka_unit_test(an_address_begins_with_a_chinese_character),
        cmocka_unit_test(an_address_may_have_four_rows),
        cmocka_unit_test(a_wrong_number_is_told_and_not_vouched_for),
        cmocka_unit_test(a_hole_in_a_name_is_not_vouched_for),
        cmocka_unit_test(a_name_that_begins_late_is_not_vouched_for),
        cmocka_unit_test(values_are_found_where_labels_are_illegible),
        cmocka_unit_test(the_better_of_two_readings_is_kept),
        cmocka_unit_test(doubts_go_with_their_value),
        cmocka_unit_test(a_card_beyond_the_picture_is_told),
        cmocka_unit_test(a_card_askew_on_a_paper_is_found),
        cmocka_unit_test(a_name_stands_in_its_row_of_the_card),
        cmocka_unit_test(the_term_of_a_card_is_one_the_law_knows),
        cmocka_unit_test(a_licence_of_two_columns_is_read),
        cmocka_unit_test(a_licences_name_is_found_without_its_label),
        cmocka_unit_test(
            an_address_of_a_licence_that_was_cut_is_not_vouched_for),
        cmocka_unit_test(a_value_begins_behind_the_longest_label_of_its_column),
        cmocka_unit_test(a_licences_name_that_begins_late_is_not_vouched_for),
        cmocka_unit_test(what_stands_below_a_licences_trades_is_needless)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
