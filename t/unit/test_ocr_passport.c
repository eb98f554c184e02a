/*
 * The two rows of a passport that machines read.
 */

#include "reg_test_ocr.h"
#include "reg_ocr_fields.h"
#include "reg_ocr_mrz.h"


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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_zone_of_the_standards_specimen),
        cmocka_unit_test(what_is_missing_in_a_zone_keeps_its_place),
        cmocka_unit_test(a_zone_that_is_wrong_is_not_vouched_for),
        cmocka_unit_test(a_name_whose_end_is_doubtful_is_not_vouched_for),
        cmocka_unit_test(a_name_ends_where_its_line_was_cut),
        cmocka_unit_test(a_surname_is_divided_from_given_names),
        cmocka_unit_test(as_many_characters_as_were_seen)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
