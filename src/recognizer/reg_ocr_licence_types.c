/*
 * The types of businesses as the registers write them.
 */

#include "reg_ocr_licence_types.h"
#include "reg_text.h"


#define REG_OCR_TYPE_MAX    32      /* characters */

/* One character may be wrong, and one more for each so many. */

#define REG_OCR_TYPE_RIGHT  10


static size_t reg_ocr_type_parse(const char *type, int32_t *codes);
static size_t reg_ocr_type_distance(const int32_t *a, size_t n,
    const int32_t *b, size_t m);


static const char *const  reg_ocr_types[] = {
    "有限责任公司", "其他有限责任公司", "有限责任公司（国有独资）",
    "有限责任公司（国有控股）", "有限责任公司（自然人独资）",
    "有限责任公司（自然人投资或控股）", "有限责任公司（法人独资）",
    "有限责任公司（自然人投资或控股的法人独资）",
    "有限责任公司（非自然人投资或控股的法人独资）",
    "有限责任公司（外商投资企业法人独资）",
    "有限责任公司（外商投资、非独资）", "有限责任公司（外国法人独资）",
    "有限责任公司（外国自然人独资）", "有限责任公司（中外合资）",
    "有限责任公司（港澳台法人独资）", "有限责任公司（台港澳法人独资）",
    "有限责任公司（港澳台自然人独资）",
    "有限责任公司（港澳台投资、非独资）",
    "有限责任公司（外商投资、独资）", "股份有限公司",
    "其他股份有限公司（上市）", "其他股份有限公司（非上市）",
    "股份有限公司（上市、国有控股）", "股份有限公司（非上市、国有控股）",
    "股份有限公司（上市、自然人投资或控股）",
    "股份有限公司（非上市、自然人投资或控股）",
    "股份有限公司（上市、外商投资企业投资）",
    "股份有限公司（非上市、外商投资企业投资）",
    "有限责任公司分公司", "有限责任公司分公司（国有独资）",
    "有限责任公司分公司（国有控股）",
    "有限责任公司分公司（自然人独资）",
    "有限责任公司分公司（自然人投资或控股）",
    "有限责任公司分公司（自然人投资或控股的法人独资）",
    "有限责任公司分公司（非自然人投资或控股的法人独资）",
    "其他有限责任公司分公司", "股份有限公司分公司",
    "股份有限公司分公司（上市、国有控股）",
    "股份有限公司分公司（非上市、国有控股）",
    "股份有限公司分公司（上市、自然人投资或控股）",
    "股份有限公司分公司（非上市、自然人投资或控股）",
    "其他股份有限公司分公司（上市）", "其他股份有限公司分公司（非上市）",
    "普通合伙企业", "有限合伙企业", "特殊普通合伙企业",
    "普通合伙企业分支机构", "有限合伙企业分支机构", "个人独资企业",
    "个人独资企业分支机构", "个体工商户", "农民专业合作社",
    "农民专业合作社分支机构", "农民专业合作社联合社", "全民所有制",
    "集体所有制", "集体所有制（股份合作）", "股份合作制"
};


const char *
reg_ocr_licence_type(const reg_ocr_text_t *text)
{
    size_t       i, n, least, second, distance;
    int32_t      read[REG_OCR_TYPE_MAX], codes[REG_OCR_TYPE_MAX];
    const char  *best;

    if (text->n > REG_OCR_TYPE_MAX) {
        return NULL;
    }

    for (i = 0; i < text->n; i++) {
        read[i] = (text->c[i].code == '(') ? 0xff08
                  : (text->c[i].code == ')') ? 0xff09 : text->c[i].code;
    }

    least = second = REG_OCR_TYPE_MAX;
    best = NULL;

    for (i = 0; i < sizeof(reg_ocr_types) / sizeof(reg_ocr_types[0]); i++) {
        n = reg_ocr_type_parse(reg_ocr_types[i], codes);
        distance = reg_ocr_type_distance(read, text->n, codes, n);

        if (distance < least) {
            second = least;
            least = distance;
            best = reg_ocr_types[i];

        } else if (distance < second) {
            second = distance;
        }
    }

    return (least > 0 && least < second
            && least <= 1 + text->n / REG_OCR_TYPE_RIGHT)
           ? best : NULL;
}


static size_t
reg_ocr_type_parse(const char *type, int32_t *codes)
{
    size_t     n;
    int32_t    code;
    reg_str_t  s;

    s.data = (const unsigned char *) type;
    s.len = strlen(type);

    for (n = 0; n < REG_OCR_TYPE_MAX; n++) {
        code = reg_text_next(&s);
        if (code == -1) {
            break;
        }

        codes[n] = code;
    }

    return n;
}


/* Levenshtein's: characters exchanged, missing or too many. */

static size_t
reg_ocr_type_distance(const int32_t *a, size_t n, const int32_t *b, size_t m)
{
    size_t  i, k, corner, above, row[REG_OCR_TYPE_MAX + 1];

    for (k = 0; k <= m; k++) {
        row[k] = k;
    }

    for (i = 1; i <= n; i++) {
        corner = row[0];
        row[0] = i;

        for (k = 1; k <= m; k++) {
            above = row[k];
            row[k] = (above < row[k - 1] ? above : row[k - 1]) + 1;
            corner += (a[i - 1] != b[k - 1]);
            row[k] = (corner < row[k]) ? corner : row[k];
            corner = above;
        }
    }

    return row[m];
}
