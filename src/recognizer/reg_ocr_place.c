/*
 * Names of places, character by character: what the parts of reg_ocr_places
 * share.
 */

#include "reg_ocr_place.h"
#include "reg_ocr_words.h"


void
reg_ocr_place_parse(const char *text, reg_ocr_place_t *place)
{
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);

    place->n = reg_ocr_codes_parse(s, place->c, REG_OCR_TEXT_MAX);
}


const char *
reg_ocr_place_of(const reg_regions_t *regions, const char *number, int digits)
{
    char  code[7];

    snprintf(code, sizeof(code), "%.*s%.*s", digits, number, 6 - digits,
             "0000");

    return reg_regions_name(regions, code);
}


void
reg_ocr_place_stem(const char *place, char *stem, size_t size)
{
    char  *end;

    snprintf(stem, size, "%s", place);
    end = strstr(stem, "自治");
    end = (end == NULL) ? strstr(stem, "地区") : end;

    if (end == NULL) {
        end = stem + strlen(stem) - (sizeof("市") - 1);
    }

    *end = '\0';
}


int
reg_ocr_place_stands(const reg_ocr_place_t *read, const reg_ocr_place_t *place)
{
    return read->n >= place->n
           && memcmp(read->c, place->c, place->n * sizeof(int32_t)) == 0;
}


size_t
reg_ocr_place_begins(const reg_ocr_place_t *read, const char *place,
    int whole)
{
    size_t           len;
    reg_ocr_place_t  right;

    reg_ocr_place_parse(place, &right);

    if (reg_ocr_place_stands(read, &right)) {
        return 0;
    }

    for (len = right.n; len > 1 && len + whole >= right.n; len--) {

        if (len <= read->n
            && (!whole || read->c[len - 1] == right.c[right.n - 1])
            && reg_ocr_place_distance(read, len, &right) == 1)
        {
            return len;
        }
    }

    return 0;
}


int
reg_ocr_place_distance(const reg_ocr_place_t *a, size_t n,
    const reg_ocr_place_t *b)
{
    size_t  first, last;

    if (n + 1 < b->n || n > b->n + 1) {
        return 2;
    }

    for (first = 0; first < n && first < b->n; first++) {
        if (a->c[first] != b->c[first]) {
            break;
        }
    }

    if (first == n && first == b->n) {
        return 0;
    }

    for (last = 0; last + first < n && last + first < b->n; last++) {
        if (a->c[n - 1 - last] != b->c[b->n - 1 - last]) {
            break;
        }
    }

    return (n - first - last <= 1 && b->n - first - last <= 1) ? 1 : 2;
}


void
reg_ocr_place_put(reg_ocr_result_t *result, const reg_ocr_field_t *field,
    const char *place, size_t len, int vouched)
{
    char  value[REG_OCR_VALUE_MAX + 256];

    if (snprintf(value, sizeof(value), "%s%s", place,
                 (const char *) reg_ocr_words_skip(field, len))
        < REG_OCR_VALUE_MAX)
    {
        reg_ocr_result_add(result, field->name, value, field->confidence,
                           vouched);
    }
}


void
reg_ocr_place_near(reg_ocr_place_few_t *few, const char *name,
    const char *code)
{
    if (few->near == NULL || strcmp(few->near, name) != 0) {
        few->near = name;
        few->near_code = code;
        few->several++;
    }
}


int
reg_ocr_place_of_a_city(const reg_ocr_place_t *read, size_t n)
{
    size_t           i, at;
    reg_ocr_place_t  name;

    static const char *const  names[] = {
        "高新", "经开", "开发", "新区", "保税", "机场", "铁路", "公交", "水上",
        "风景", "旅游", "工业", "园区", "港区", "示范", NULL
    };

    for (i = 0; names[i] != NULL; i++) {
        reg_ocr_place_parse(names[i], &name);

        for (at = 0; at + name.n <= n; at++) {
            if (memcmp(&read->c[at], name.c, name.n * sizeof(int32_t)) == 0) {
                return 1;
            }
        }
    }

    return 0;
}
