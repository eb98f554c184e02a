/*
 * What kind of document a page is by the words on it, and its fields.
 */

#include <math.h>
#include "reg_ocr_fields.h"


/* Words that stand on documents of one kind, and hardly elsewhere together. */

static const char *const  reg_ocr_words[REG_OCR_KINDS] = {
    "姓名 性别 民族 出生 住址 公民身份号码",
    "中华人民共和国 居民身份证 居民居住证 签发机关 有效期限",
    "姓名 性别 民族 出生 住址 公民身份号码",
    "营业执照 统一社会信用代码 名称 类型 法定代表人 经营者 负责人 投资人 "
        "执行事务合伙人 成立日期 注册日期 营业期限 注册资本 经营范围 住所 "
        "经营场所 登记机关 法人证书 登记证书",
    "护照 PASSPORT 国家码 护照号 签发地点 签发机关 有效期至 通行证 "
        "Nationality Surname"
};


/* A row of the machine-readable zone is worth so many words. */

#define REG_OCR_ZONE_WORDS  3


size_t
reg_ocr_fields_words(const reg_ocr_page_t *page, reg_ocr_kind_t kind)
{
    size_t  n;

    n = reg_ocr_find_count(page, reg_ocr_words[kind]);

    if (kind == REG_OCR_PASSPORT) {
        n += REG_OCR_ZONE_WORDS * reg_ocr_fields_zone(page);
    }

    return n;
}


reg_ocr_kind_t
reg_ocr_fields_seen(const reg_ocr_page_t *page, size_t *words)
{
    size_t          n;
    reg_ocr_kind_t  kind, seen;

    static const reg_ocr_kind_t  kinds[] = {
        REG_OCR_PORTRAIT, REG_OCR_EMBLEM, REG_OCR_LICENCE, REG_OCR_PASSPORT
    };

    size_t  i;

    seen = REG_OCR_KINDS;
    *words = 0;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        kind = kinds[i];
        n = reg_ocr_fields_words(page, kind);

        if (n > *words) {
            *words = n;
            seen = kind;
        }
    }

    return seen;
}


void
reg_ocr_fields(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_date_t today, reg_ocr_result_t *result)
{
    switch (kind) {

    case REG_OCR_PORTRAIT:
        reg_ocr_fields_portrait(page, today, result);
        break;

    case REG_OCR_EMBLEM:
        reg_ocr_fields_emblem(page, today, result);
        break;

    case REG_OCR_HANDHELD:
        reg_ocr_fields_handheld(page, today, result);
        break;

    case REG_OCR_LICENCE:
        reg_ocr_fields_licence(page, today, result);
        break;

    case REG_OCR_PASSPORT:
        reg_ocr_fields_passport(page, today, result);
        break;

    case REG_OCR_KINDS:
        break;
    }
}


void
reg_ocr_fields_needless(reg_ocr_kind_t kind, const reg_ocr_page_t *page,
    reg_ocr_needless_t *needless)
{
    needless->sheet.left = needless->sheet.top = -INFINITY;
    needless->sheet.right = needless->sheet.bottom = INFINITY;
    needless->height = 0;
    needless->top = INFINITY;
    needless->left = -INFINITY;
    needless->right = INFINITY;
    needless->few = 0;

    if (kind == REG_OCR_LICENCE) {
        reg_ocr_fields_licence_needless(page, needless);
    }
}
