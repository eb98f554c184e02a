/* Subjects of business licences: companies, partnerships, traders, farmers. */

#include <stdio.h>
#include <string.h>

#include "specimen.h"
#include "lists.h"


typedef enum {
    COMPANY = 0,
    STOCK,
    PARTNERSHIP,
    SOLE,
    BRANCH,
    TRADER,
    COOPERATIVE
} form_t;


static const struct {
    const char  *type;
    form_t       form;
} types[] = {
    { "有限责任公司(自然人投资或控股)", COMPANY },
    { "有限责任公司(自然人投资或控股)", COMPANY },
    { "有限责任公司(自然人独资)", COMPANY },
    { "有限责任公司(自然人独资)", COMPANY },
    { "有限责任公司(自然人投资或控股的法人独资)", COMPANY },
    { "有限责任公司(非自然人投资或控股的法人独资)", COMPANY },
    { "有限责任公司(国有独资)", COMPANY },
    { "有限责任公司(港澳台法人独资)", COMPANY },
    { "其他有限责任公司", COMPANY },
    { "有限责任公司", COMPANY },
    { "股份有限公司(非上市、自然人投资或控股)", STOCK },
    { "股份有限公司(上市、自然人投资或控股)", STOCK },
    { "其他股份有限公司(非上市)", STOCK },
    { "有限合伙企业", PARTNERSHIP },
    { "普通合伙企业", PARTNERSHIP },
    { "个人独资企业", SOLE },
    { "有限责任公司分公司(自然人投资或控股)", BRANCH },
    { "个体工商户", TRADER },
    { "个体工商户", TRADER },
    { "个体工商户", TRADER },
    { "农民专业合作社", COOPERATIVE },
};


/* The labels that GB licences give the person and the place of each form */

static const struct {
    const char  *chief;
    const char  *address;
    const char  *from;
    char         category;
} forms[] = {
    [COMPANY] = { "法定代表人", "住所", "成立日期", '1' },
    [STOCK] = { "法定代表人", "住所", "成立日期", '1' },
    [PARTNERSHIP] = { "执行事务合伙人", "主要经营场所", "成立日期", '1' },
    [SOLE] = { "投资人", "住所", "成立日期", '1' },
    [BRANCH] = { "负责人", "经营场所", "成立日期", '1' },
    [TRADER] = { "经营者", "经营场所", "注册日期", '2' },
    [COOPERATIVE] = { "法定代表人", "住所", "成立日期", '3' },
};


static void
seat(sp_random_t *r, const sp_region_t *region, char *out, size_t size)
{
    const char  *place;

    place = sp_chance(r, 0.15) ? region->province
            : sp_chance(r, 0.6) && region->city[0] ? region->city
            : region->county[0] ? region->county : region->city;

    if (sp_chance(r, 0.7)) {
        sp_short_name(place, out, size);

    } else {
        sp_add(out, size, "%s", place);
    }
}


static void
brand(sp_random_t *r, char *out, size_t size)
{
    int   i, n;
    char  c[8];

    n = sp_chance(r, 0.75) ? 2 : sp_chance(r, 0.8) ? 3 : 4;

    for (i = 0; i < n; i++) {
        sp_character(r, sp_brands, c);
        sp_add(out, size, "%s", c);
    }
}


static void
name(sp_random_t *r, const sp_region_t *region, form_t form, char *out,
    size_t size)
{
    const char  *trade;

    seat(r, region, out, size);
    brand(r, out, size);
    trade = sp_pick(r, sp_trades);

    switch (form) {

    case COMPANY:
        sp_add(out, size, "%s%s", trade,
               sp_chance(r, 0.2) ? "有限责任公司" : "有限公司");
        break;

    case STOCK:
        sp_add(out, size, "%s股份有限公司", trade);
        break;

    case PARTNERSHIP:
        sp_add(out, size, "%s合伙企业(有限合伙)", trade);
        break;

    case SOLE:
        sp_add(out, size, "%s中心", trade);
        break;

    case BRANCH:
        sp_add(out, size, "%s有限公司", trade);
        seat(r, region, out, size);
        sp_add(out, size, "分公司");
        break;

    case TRADER:
        sp_add(out, size, "%s", sp_pick(r, sp_shops));
        break;

    case COOPERATIVE:
        sp_add(out, size, "%s专业合作社", sp_pick(r, sp_crops));
        break;
    }
}


/* Punctuation of the register's own standard phrases */

static void
scope(sp_random_t *r, char *out, size_t size)
{
    int  i, n;

    n = sp_integer(r, 3, 11);
    sp_add(out, size, "一般项目：");

    for (i = 0; i < n; i++) {
        sp_add(out, size, "%s%s", i ? "；" : "", sp_pick(r, sp_scopes));
    }

    sp_add(out, size, "（除依法须经批准的项目外，凭营业执照依法自主开展"
                      "经营活动）");

    if (sp_chance(r, 0.4)) {
        sp_add(out, size, "许可项目：演出经纪；出版物零售（依法须经批准的"
                          "项目，经相关部门批准后方可开展经营活动，具体经营"
                          "项目以相关部门批准文件或许可证件为准）");
    }
}


static void
capital(sp_random_t *r, char *out, size_t size)
{
    static const char *const  amounts[] = {
        "壹拾万圆整", "伍拾万圆整", "壹佰万圆整", "贰佰万圆整", "叁佰万圆整",
        "伍佰万圆整", "壹仟万圆整", "伍仟万圆整", "壹亿圆整", NULL
    };

    static const int  figures[] = { 10, 50, 100, 200, 500, 1000, 3000 };

    if (sp_chance(r, 0.6)) {
        sp_add(out, size, "%s", sp_pick(r, amounts));

    } else {
        sp_add(out, size, "%d万元%s", SP_PICK(r, figures),
               sp_chance(r, 0.5) ? "人民币" : "");
    }
}


/*
 * The term is printed until 2022 or so and no longer since; the licence is
 * as old as the last change that it shows.
 */

static void
terms(sp_random_t *r, sp_company_t *c, form_t form, sp_specimen_t *s)
{
    static const int  years[] = { 10, 20, 30, 50 };

    c->established = sp_date(r, 1996, s->today.year - 1);
    c->terms = form != TRADER && sp_chance(r, 0.75);
    c->long_term = c->terms && sp_chance(r, 0.4);

    if (c->terms && !c->long_term) {
        do {
            c->until = sp_date_add(c->established, SP_PICK(r, years), -1);
        } while (sp_date_compare(c->until, s->today) <= 0);
    }

    if (s->fault == SP_FAULT_EXPIRED) {
        c->terms = 1;
        c->long_term = 0;
        c->established = sp_date(r, s->today.year - 18, s->today.year - 12);
        c->until = sp_date_add(c->established, 10, -1);
    }

    c->issued = sp_date(r, c->established.year > 2015
                           ? c->established.year : 2015, s->today.year);

    if (sp_date_compare(c->issued, s->today) > 0) {
        c->issued = s->today;
    }

    if (sp_date_compare(c->issued, c->established) < 0) {
        c->issued = c->established;
    }
}


static void
override(sp_specimen_t *s, sp_company_t *c)
{
    if (s->name != NULL) {
        c->name[0] = '\0';
        sp_add(c->name, sizeof(c->name), "%s", s->name);
    }

    if (s->number != NULL) {
        c->code[0] = '\0';
        sp_add(c->code, sizeof(c->code), "%s", s->number);
    }

    if (s->from != NULL) {
        c->established = sp_date_parse(s->from);
    }

    if (s->until != NULL) {
        c->until = sp_date_parse(s->until);
        c->terms = 1;
        c->long_term = c->until.year == 0;
    }
}


void
sp_company(sp_specimen_t *s, sp_random_t *r)
{
    size_t         i;
    form_t         form;
    sp_region_t    region;
    sp_company_t  *c;

    c = &s->company;

    i = sp_integer(r, 0, sizeof(types) / sizeof(types[0]) - 1);
    form = types[i].form;

    sp_region(r, &region);
    sp_add(c->type, sizeof(c->type), "%s", types[i].type);
    name(r, &region, form, c->name, sizeof(c->name));
    sp_person_name(r, sp_chance(r, 0.6), c->chief, sizeof(c->chief));
    sp_street(r, &region, c->address, sizeof(c->address));
    sp_credit_code(r, region.code, forms[form].category, c->code);
    scope(r, c->scope, sizeof(c->scope));

    if (form == COMPANY || form == STOCK || form == COOPERATIVE) {
        capital(r, c->capital, sizeof(c->capital));
    }

    terms(r, c, form, s);

    c->chief_label = forms[form].chief;
    c->address_label = forms[form].address;
    c->from_label = forms[form].from;

    sp_add(c->registrar, sizeof(c->registrar), "%s市场监督管理局",
           region.county[0] ? region.county : region.city);

    if (s->fault == SP_FAULT_CHECK_DIGIT) {
        sp_spoil_number(c->code);
    }

    override(s, c);
}
