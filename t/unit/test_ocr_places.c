/*
 * Values put right by what is known without the picture: divisions, names of
 * villages, trades of companies, and people's names.
 */

#include "reg_test_ocr.h"
#include "reg_ocr_address.h"
#include "reg_ocr_digits.h"
#include "reg_ocr_names.h"
#include "reg_ocr_places.h"


/* Credit codes of 登封市 and of 北川羌族自治县. */

#define DENGFENG  "91410185MA42287033"
#define HONGHE    "91532529MA42287033"
#define BEICHUAN  "91510726MA42287033"


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
                     " [\"410182\", \"荥阳市\"], [\"410185\", \"登封市\"],"
                     " [\"411200\", \"三门峡市\"],"
                     " [\"411202\", \"湖滨区\"], [\"411203\", \"陕州区\"],"
                     " [\"411221\", \"渑池县\"], [\"411282\", \"灵宝市\"],"
                     " [\"411422\", \"睢县\"],"
                     " [\"411700\", \"驻马店市\"], [\"411723\", \"平舆县\"],"
                     " [\"420000\", \"湖北省\"], [\"420100\", \"武汉市\"],"
                     " [\"430000\", \"湖南省\"], [\"430300\", \"湘潭市\"],"
                     " [\"430381\", \"湘乡市\"], [\"430700\", \"常德市\"],"
                     " [\"430781\", \"津市市\"],"
                     " [\"450000\", \"广西壮族自治区\"],"
                     " [\"451300\", \"来宾市\"], [\"451322\", \"象州县\"],"
                     " [\"510000\", \"四川省\"], [\"510700\", \"绵阳市\"],"
                     " [\"510726\", \"北川羌族自治县\"],"
                     " [\"530000\", \"云南省\"],"
                     " [\"532500\", \"红河哈尼族彝族自治州\"],"
                     " [\"532529\", \"红河县\"],"
                     " [\"540000\", \"西藏自治区\"],"
                     " [\"542500\", \"阿里地区\"],"
                     " [\"610000\", \"陕西省\"], [\"610400\", \"咸阳市\"],"
                     " [\"650000\", \"新疆维吾尔自治区\"],"
                     " [\"652900\", \"阿克苏地区\"],"
                     " [\"653100\", \"喀什地区\"]]}");
    regions = reg_regions_load(path, &error);
    assert_non_null(regions);
    unlink(path);

    return regions;
}


/* A text with what characters may be instead; '_' is one that is sure. */

static float  instead = 0.1f;

static void
text_of(const char *value, const char *others, reg_ocr_text_t *text)
{
    size_t     i;
    int32_t    code;
    reg_str_t  s, o;

    memset(text, 0, sizeof(reg_ocr_text_t));
    s = str(value);
    o = str(others);

    while ((code = reg_text_next(&s)) != -1) {
        i = text->n++;
        text->c[i].code = code;
        text->c[i].p = 0.99f;
        code = reg_text_next(&o);

        if (code != -1 && code != '_') {
            text->c[i].p = 0.6f;
            text->c[i].others[0].code = code;
            text->c[i].others[0].p = instead;
        }
    }
}


/*
 * What a rule makes of a field; number, which is sure, may be NULL.  Without
 * others it is not known what is in doubt.
 */

static const reg_ocr_field_t *
settled_by(void (*rule)(const reg_regions_t *, reg_ocr_result_t *),
    const char *number, const char *name, const char *value,
    const char *others)
{
    reg_regions_t            *regions = places();
    reg_ocr_text_t            text;
    static reg_ocr_result_t   result;

    reg_ocr_result_init(&result);

    if (number != NULL) {
        reg_ocr_result_add(&result, "id_number", number, 0.99f, 1);
    }

    if (others != NULL) {
        text_of(value, others, &text);
        reg_ocr_result_text(&result, name, &text);

    } else {
        reg_ocr_result_add(&result, name, value, 0.6f, 0);
    }

    rule(regions, &result);
    reg_regions_free(regions);

    return reg_ocr_result_field(&result, name);
}


static const reg_ocr_field_t *
settled(const char *number, const char *name, const char *value,
    const char *others)
{
    return settled_by(reg_ocr_places, number, name, value, others);
}


/* What was read surely. */

static const char *
mended(const char *number, const char *name, const char *value)
{
    return settled(number, name, value, "")->value;
}


/* A company's name. */

static const char *
named(const char *number, const char *value, const char *others)
{
    return settled_by(reg_ocr_places_seat, number, "name", value, others)
           ->value;
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

    /* that others are one character off does not matter, nor what follows */

    assert_string_equal(mended("411221198909125988", "authority",
                               "唯县公安局"), "睢县公安局");
    assert_string_equal(mended("411221198909125988", "authority",
                               "渑池县公安局2019.1"),
                        "渑池县公安局");

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


/* 津市市 without one of its characters ends as a city's name still. */

static void
a_name_that_ends_twice_the_same_stays(void **state)
{
    (void) state;

    assert_string_equal(mended("430781198909125988", "address",
                               "湖南省常德市津市市迎宾大道1号"),
                        "湖南省常德市津市市迎宾大道1号");
    assert_string_equal(settled("610401198909125988", "address",
                                "湖南省常德市津市市迎宾大道1号",
                                "____________宝")->value,
                        "湖南省常德市津市市迎宾大道1号");
    assert_string_equal(settled_by(reg_ocr_places_seat, "91430781MA42287034",
                                   "address", "湖南省常德市津市市迎宾大道1号",
                                   "")->value,
                        "湖南省常德市津市市迎宾大道1号");
    assert_string_equal(named("91430781MA42287034", "津市市迎宾有限公司", ""),
                        "津市市迎宾有限公司");
    assert_string_equal(mended("430781198909125988", "address",
                               "湖南省常德市津市迎宾大道1号"),
                        "湖南省常德市津市市迎宾大道1号");

    /* 湘潭市, which it belongs to, differs by one as well */

    assert_string_equal(named("91430381MA42287034", "湘乡市迎宾有限公司", "_"),
                        "湘乡市迎宾有限公司");
}


/* Edges of labels, and of other papers, look like characters. */

static void
an_address_begins_with_its_province(void **state)
{
    const reg_ocr_field_t  *field;

    (void) state;

    field = settled(NULL, "address", "二河南省郑州市金水区京城路1号", "");
    assert_string_equal(field->value, "河南省郑州市金水区京城路1号");
    assert_false(field->vouched);
    assert_string_equal(settled("411221198909125988", "address",
                                "北旅河南省三门峡市浥池县1号", "")->value,
                        "河南省三门峡市渑池县1号");
    assert_string_equal(settled(NULL, "address", "二河省京城路1号", "")
                        ->value,
                        "二河省京城路1号");

    assert_string_equal(settled(NULL, "address",
                                "住京所河南省荥阳市京城路1号", "")->value,
                        "河南省荥阳市京城路1号");

    /* of a long name a character may be off; the name's own first stays */

    assert_string_equal(settled("451322198909125988", "address",
                                "上广西壮族白治区象州县新华路46号", "")
                        ->value,
                        "广西壮族自治区象州县新华路46号");
    assert_string_equal(settled("451322198909125988", "address",
                                "广西壮旅自治区象州县新华路46号", "")
                        ->value,
                        "广西壮族自治区象州县新华路46号");
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
streets_are_called_as_streets_are(void **state)
{
    (void) state;

    assert_string_equal(village("鸿河路294号", "滨"),
                        "河南省荥阳市滨河路294号");
    assert_string_equal(village("路山南路387号", "嵩"),
                        "河南省荥阳市嵩山南路387号");
    assert_string_equal(village("武权街331号", "_汉"),
                        "河南省荥阳市武汉街331号");
    assert_string_equal(village("太林镇朱岗村-组59号", "_______一"),
                        "河南省荥阳市太林镇朱岗村一组59号");

    assert_string_equal(village("槐防巷3号输林国际城4栋", "_荫___翰"),
                        "河南省荥阳市槐荫巷3号翰林国际城4栋");

    /* a usual name was read, none of its characters was, or it is no street */

    assert_string_equal(village("和平路5号", "太"),
                        "河南省荥阳市和平路5号");
    assert_string_equal(village("鸿冲路5号", "滨河"),
                        "河南省荥阳市鸿冲路5号");
    assert_string_equal(village("鸿河5号", "滨"),
                        "河南省荥阳市鸿河5号");
    assert_string_equal(village("太林-5号", "__一"),
                        "河南省荥阳市太林-5号");
    assert_string_equal(village("输林村5号", "翰"), "河南省荥阳市输林村5号");

    assert_string_equal(village("黄河路3号输林国际城4栋", "_防"),
                        "河南省荥阳市黄河路3号翰林国际城4栋");

    /* both characters, where they are about as likely */

    assert_string_equal(village("栈防巷83号", "槐荫"),
                        "河南省荥阳市栈防巷83号");
    instead = 0.4f;
    assert_string_equal(village("栈防巷83号", "槐荫"),
                        "河南省荥阳市槐荫巷83号");
    instead = 0.1f;
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

    assert_string_equal(village("太林镇陈地村5号", "____塘"),
                        "河南省荥阳市太林镇陈塘村5号");

    /* a usual name, one among names that are all as usual, and a street */

    assert_string_equal(village("太林镇孙湾村5号", "____弯"),
                        "河南省荥阳市太林镇孙湾村5号");
    assert_string_equal(village("太林镇幸福村5号", "___辛_"),
                        "河南省荥阳市太林镇幸福村5号");
    assert_string_equal(village("注山路5号", "洼"),
                        "河南省荥阳市注山路5号");

    /* the model does not know it, but what it reads for it tells */

    assert_string_equal(village("太林镇陈坑村5号", "____烷"),
                        "河南省荥阳市太林镇陈垸村5号");
    assert_string_equal(village("太林镇陈皖村5号", ""),
                        "河南省荥阳市太林镇陈垸村5号");
    assert_string_equal(village("太林镇周邺村5号", "____宛"),
                        "河南省荥阳市太林镇周峁村5号");
    assert_string_equal(village("太林镇陈坑村5号", "____抗"),
                        "河南省荥阳市太林镇陈坑村5号");

    /* and what no town or village is called */

    assert_string_equal(village("风林镇陈注村5号", ""),
                        "河南省荥阳市凤林镇陈洼村5号");
    assert_string_equal(village("东风路5号", ""), "河南省荥阳市东风路5号");
}


static void
a_company_is_named_after_its_place(void **state)
{
    (void) state;

    assert_string_equal(named(DENGFENG, "登村市样本有限公司", ""),
                        "登封市样本有限公司");
    assert_string_equal(named(DENGFENG, "封市样本有限公司", NULL),
                        "登封市样本有限公司");
    assert_string_equal(named(DENGFENG, "登村样本有限公司", NULL),
                        "登封样本有限公司");

    assert_string_equal(named(DENGFENG, "封样本有限公司", NULL),
                        "登封样本有限公司");

    /* another place's, of which each character may be the right one */

    assert_string_equal(named(DENGFENG, "荥阳样本有限公司", "登封"),
                        "登封样本有限公司");
    assert_string_equal(named(DENGFENG, "荥阳样本有限公司", "登"),
                        "荥阳样本有限公司");

    /* again at its end */

    assert_string_equal(named(DENGFENG, "登封样本有限公司登村分公司",
                              "_________封"),
                        "登封样本有限公司登封分公司");

    /* of what all companies are, one character that is surely another */

    assert_string_equal(named(DENGFENG, "登封样本展份有限公司", ""),
                        "登封样本股份有限公司");
    assert_string_equal(named(DENGFENG, "登封样本有服责任公司", ""),
                        "登封样本有限责任公司");
    assert_string_equal(named(DENGFENG, "登封样本控股有限公司", ""),
                        "登封样本控股有限公司");
    assert_string_equal(named(DENGFENG, "登封样本知职产权服务社", ""),
                        "登封样本知识产权服务社");

    assert_string_equal(named(DENGFENG, "登封样本知识产业服务社", ""),
                        "登封样本知识产业服务社");

    /* and what stands before 有限公司, where nothing says what it does */

    assert_string_equal(named(DENGFENG, "登封哦云有限公司", ""),
                        "登封曦云有限公司");

    /* at a branch's */

    assert_string_equal(named(DENGFENG, "登封样本有限公司登村市分公司", ""),
                        "登封样本有限公司登封市分公司");
    assert_string_equal(named(DENGFENG, "登封样本有限公司河商分公司", ""),
                        "登封样本有限公司河南分公司");
    assert_string_equal(named(DENGFENG, "登封样本有限公司荥阳市分公司", ""),
                        "登封样本有限公司荥阳市分公司");
    assert_string_equal(named(DENGFENG, "登封样本有限公司登高分公司", ""),
                        "登封样本有限公司登高分公司");
    assert_string_equal(named(HONGHE, "红河样本有限公司"
                              "红河哈尼族彝族自治一州分公司", ""),
                        "红河样本有限公司红河哈尼族彝族自治州分公司");

    /* with its last character in doubt, and without what makes it autonomous */

    assert_string_equal(named(DENGFENG, "登封巾样本有限公司", "__市"),
                        "登封市样本有限公司");
    assert_string_equal(named(BEICHUAN, "北川羌族海监农业有限公司",
                              "_____蓝"),
                        "北川羌族海蓝农业有限公司");

    /* which begins as one of its counties is called */

    assert_string_equal(named(HONGHE, "红河哈尼族体族自治州样本有限公司", ""),
                        "红河哈尼族彝族自治州样本有限公司");
    assert_string_equal(named(HONGHE, "红河哈尼族体族样本有限公司", ""),
                        "红河哈尼族彝族样本有限公司");
    assert_string_equal(named(HONGHE, "红河样本有限公司", ""),
                        "红河样本有限公司");

    /* that may be a name of its own, or another place's */

    assert_string_equal(named(DENGFENG, "登村样本有限公司", ""),
                        "登村样本有限公司");
    assert_string_equal(named(DENGFENG, "武汉样本有限公司", NULL),
                        "武汉样本有限公司");
    assert_string_equal(named(DENGFENG, "样本有限公司", NULL),
                        "样本有限公司");
    assert_string_equal(named(DENGFENG, "南样本有限公司", NULL),
                        "南样本有限公司");
}


static void
a_company_is_called_by_usual_characters(void **state)
{
    (void) state;

    assert_string_equal(named(DENGFENG, "登封海监农业有限公司", "___蓝"),
                        "登封海蓝农业有限公司");
    assert_string_equal(named(DENGFENG, "河南最毂科技有限公司", "__晨毅"),
                        "河南晨毅科技有限公司");

    /* one that others are read as */

    assert_string_equal(named(DENGFENG, "登封海展农业有限公司", "___晨"),
                        "登封海晨农业有限公司");

    /* one of which traces are left: 须 and 颁 of 颂 */

    assert_string_equal(named(DENGFENG, "登封海源农业有限公司", "___颁"),
                        "登封海源农业有限公司");
    assert_string_equal(named(DENGFENG, "登封海领农业有限公司", "___颁"),
                        "登封海颂农业有限公司");
    assert_string_equal(named(DENGFENG, "登封海须农业有限公司", "___源"),
                        "登封海颂农业有限公司");

    /* a usual one was read, none that may be is, or it is elsewhere */

    assert_string_equal(named(DENGFENG, "登封海辰农业有限公司", "___晨"),
                        "登封海辰农业有限公司");
    assert_string_equal(named(DENGFENG, "登封海监农业有限公司", "___览"),
                        "登封海监农业有限公司");
    assert_string_equal(named(DENGFENG, "登封海天种植专业合作社",
                              "____中_____祖"),
                        "登封海天种植专业合作社");
    assert_string_equal(named(DENGFENG, "武汉海监农业有限公司", "___蓝"),
                        "武汉海监农业有限公司");
}


static void
a_company_is_named_after_what_it_does(void **state)
{
    (void) state;

    assert_string_equal(named(NULL, "样本教有科技有限公司", "___育"),
                        "样本教育科技有限公司");
    assert_string_equal(named(NULL, "样本铜族商贸有限公司", "__侗__"),
                        "样本侗族商贸有限公司");

    /* what the model is sure of, and is wrong */

    assert_string_equal(named(NULL, "样本教有科技有限公司", ""),
                        "样本教育科技有限公司");
    assert_string_equal(named(NULL, "样本圣教有限公司", ""),
                        "样本圣教有限公司");

    /* a word that is there, and one of which nothing was read */

    assert_string_equal(named(NULL, "样本教育科技有限公司", "___有"),
                        "样本教育科技有限公司");
    assert_string_equal(named(NULL, "样本数有科技有限公司", "__教育"),
                        "样本数有科技有限公司");
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
        { "赵风玲", { 0.99f, 0.4f, 0.99f }, "起凤龄", "赵凤玲" },
        { "产玉旭", { 0.95f, 0.95f, 0.97f }, "严压地", "严玉旭" },
        { "蒋福机", { 0.4f, 0.99f, 0.6f }, "特幅帆", "蒋福帆" },
        { "冷孤秀英", { 0.6f, 0.5f, 0.9f, 0.9f }, "令狐透莫", "令狐秀英" },
        { "一李明", { 0.9f, 0.4f, 0.9f }, "王季朋", "李明" },
        { "1任桂莲", { 0.9f, 0.9f, 0.9f, 0.9f }, "____", "任桂莲" },
        { "佘犇", { 0.99f, 0.9f }, "余奔", "佘犇" },
        { "洗玉玲", { 0.99f, 0.99f, 0.99f }, "先压龄", "冼玉玲" },
        { "院玉肿", { 0.6f, 0.99f, 0.5f }, "陕压种", "隗玉翀" },
        { "赵玉晨", { 0.9f, 0.9f, 0.7f }, "起压是", "赵玉晨" },
        { "赵风玲", { 0.99f, 0.9f, 0.99f }, "起凤龄", "赵风玲" },
        { "全玉璃", { 0.99f, 0.99f, 0.9f }, "空压瑪", "仝玉瑀" },
        { "全玉璃", { 0.99f, 0.99f, 0.9f }, "金压琉", "全玉璃" },
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
        assert_int_equal(reg_ocr_text_confidence(&text) < 0.1f, i < 4);
    }
}


/* An address in which one character may be another, so likely. */

static void
assert_address(const char *read, const char *others, float p,
    const char *address)
{
    char            value[64];
    size_t          i;
    reg_ocr_text_t  text;

    text_of(read, others, &text);

    for (i = 0; i < text.n; i++) {
        text.c[i].others[0].p = (text.c[i].others[0].p > 0) ? p : 0;
    }

    reg_ocr_address_mend(&text);
    reg_ocr_text_print(&text, value, sizeof(value));
    assert_string_equal(value, address);
}


static void
ones_side_by_side_are_eleven(void **state)
{
    (void) state;

    assert_address("幸福里1号院", "___日__", 0.24f, "幸福里11号院");
    assert_address("幸福里日号院", "___1__", 0.06f, "幸福里11号院");
    assert_address("幸福里21号院", "____且__", 0.24f, "幸福里211号院");
    assert_address("幸福里1号院", "___日__", 0.1f, "幸福里1号院");
    assert_address("向日村3号", "_1___", 0.1f, "向日村3号");
    assert_address("1号院", "日__", 0.24f, "1号院");
}


static void
a_letter_among_the_figures_of_a_number_is_one(void **state)
{
    (void) state;

    assert_address("胜利街2S6号附37号", "", 0, "胜利街256号附37号");
    assert_address("胜利街1O8号", "", 0, "胜利街108号");
    assert_address("胜利街3号2S6室", "", 0, "胜利街3号2S6室");
    assert_address("胜利街12A号", "", 0, "胜利街12A号");
    assert_address("胜利街S6号", "", 0, "胜利街S6号");
}


static void
an_annex_has_a_number(void **state)
{
    (void) state;

    assert_address("长江路373号附7", "", 0, "长江路373号附7号");
    assert_address("滨河路76号阳16号", "", 0, "滨河路76号附16号");
    assert_address("滨河路76号院16号", "", 0, "滨河路76号院16号");
    assert_address("向阳16号", "", 0, "向阳16号");
    assert_address("长江路373号附", "", 0, "长江路373号附");
    assert_address("长江路373号7", "", 0, "长江路373号7");
}


/* The date of a row, in which some are other characters, so likely. */

static int
dated(const char *read, const char *others, float p, const char *date)
{
    char            value[REG_DATE_LEN + 1];
    float           confidence;
    size_t          i, at;
    reg_ocr_text_t  text;

    text_of(read, others, &text);

    for (i = 0; i < text.n; i++) {
        text.c[i].p = 0.99f;
        text.c[i].others[0].p = (text.c[i].others[0].p > 0) ? p : 0;
    }

    at = 0;
    reg_date_print(reg_ocr_date_find(&text, &at, &confidence), value);
    assert_string_equal(value, date);

    return confidence > 0.85f;
}


static void
dates_have_elevens_too(void **state)
{
    (void) state;

    assert_false(dated("2020年日月07日", "_____1", 0.08f, "2020-11-07"));
    assert_false(dated("2020年01月1日", "________日", 0.3f, "2020-01-11"));

    /* that may be, and that cannot be one */

    assert_false(dated("2020年01月1日", "________日", 0.03f, "2020-01-01"));
    assert_true(dated("2020年01月01日", "_________日", 0.03f, "2020-01-01"));
    assert_true(dated("2020年1月1日", "", 0, "2020-01-01"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(places_are_those_of_the_table),
        cmocka_unit_test(a_division_that_was_read_stays_vouched_for),
        cmocka_unit_test(a_name_that_ends_twice_the_same_stays),
        cmocka_unit_test(an_address_begins_with_its_province),
        cmocka_unit_test(places_are_what_characters_in_doubt_may_be),
        cmocka_unit_test(villages_are_called_as_villages_are),
        cmocka_unit_test(streets_are_called_as_streets_are),
        cmocka_unit_test(a_company_is_named_after_its_place),
        cmocka_unit_test(a_company_is_called_by_usual_characters),
        cmocka_unit_test(a_company_is_named_after_what_it_does),
        cmocka_unit_test(a_doubtful_name_is_a_usual_one),
        cmocka_unit_test(ones_side_by_side_are_eleven),
        cmocka_unit_test(a_letter_among_the_figures_of_a_number_is_one),
        cmocka_unit_test(an_annex_has_a_number),
        cmocka_unit_test(dates_have_elevens_too)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
