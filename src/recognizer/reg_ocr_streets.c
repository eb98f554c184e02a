/*
 * Names of streets and estates in an address: words by which they are called,
 * which characters in doubt are likely to be part of.
 */

#include "reg_ocr_chain.h"
#include "reg_ocr_place.h"
#include "reg_ocr_streets.h"
#include "reg_ocr_words.h"
#include "reg_text.h"


/* So much less likely, as a natural logarithm, may what makes a word be. */

#define REG_OCR_STREET_MOST   4.5f
#define REG_OCR_STREET_BOTH   2.0f  /* where it is none of what was read */

#define REG_OCR_STREET_WORD   2     /* characters */

#define REG_OCR_STREET_NUMBER 0x53f7        /* 号 */


/*
 * What streets of most towns are called: rivers, mountains, what lies at
 * them, days and words of good omen.  Cities give theirs, too.
 */

static const char *const  reg_ocr_street_words[] = {
    "人民", "解放", "建设", "中山", "新华", "文化", "和平", "胜利", "光明", "东风",
    "红旗", "青年", "团结", "友谊", "迎宾", "民主", "民生", "民族", "民权", "幸福",
    "朝阳", "向阳", "健康", "学府", "大学", "学院", "教育", "体育", "科技", "科学",
    "工业", "工农", "农业", "商业", "振兴", "富强", "富民", "创业", "创新", "发展",
    "开发", "改革", "前进", "光华", "复兴", "中华", "中原", "新兴", "新建", "新民",
    "长江", "黄河", "淮河", "汉江", "珠江", "湘江", "滨河", "沿河", "滨江",
    "沿江", "滨海", "滨湖", "湖滨", "河滨", "江滨", "海滨", "临江", "东湖", "西湖",
    "南湖", "北湖", "泰山", "华山", "嵩山", "衡山", "恒山", "黄山", "庐山", "昆仑",
    "天山", "长白", "龙山", "凤凰", "金山", "龙泉", "温泉", "龙门", "黄海", "渤海",
    "东海", "南海", "环城", "内环", "外环", "东环", "西环", "南环", "北环", "车站",
    "站前", "机场", "铁路", "公园", "广场", "花园", "市场", "府前", "政府", "行政",
    "文明", "文昌", "文苑", "世纪", "时代", "明珠", "桂花", "梅花", "荷花", "牡丹",
    "芙蓉", "梧桐", "杨柳", "松柏", "翠竹", "丹桂", "五一", "五四", "七一", "八一",
    "延安", "遵义", "韶山", "瑞金", "长征", "长城", "长安", "永安", "永兴", "安康",
    "康乐", "太平", "平安", "吉祥", "兴隆", "兴华", "正阳", "崇文", "北京", "南京",
    "上海", "天津", "重庆", "桐柏", "槐荫", "金水", "龙湖", "工人", NULL
};

/* Behind the number in the street: what estates and houses are called. */

static const char *const  reg_ocr_street_estates[] = {
    "国际", "花园", "家园", "嘉园", "庄园", "名园", "佳苑", "花苑", "雅苑", "名苑",
    "豪苑", "家苑", "华庭", "豪庭", "雅庭", "名都", "名城", "新城", "新村", "小区",
    "公寓", "公馆", "大厦", "广场", "中心", "别墅", "山庄", "半岛", "国际城",
    "软件园", "科技园", "产业园", "工业园", "创业园", "孵化园", "物流园",
    "翰林", "书香", "学府", "锦绣", "丽水", "丽景", "御景", "帝景", "香榭", "香樟", "橡树",
    "绿城", "绿地", "绿洲", "碧桂园", "万科", "万达", "恒大", "保利", "中海", "华润",
    "金地", "世茂", "龙湖", "融创", "百合", "玫瑰", "牡丹", "紫荆", "桂花", "丹桂",
    "银杏", "梧桐", "阳光", "金色", "水岸", "水木", "滨江", "滨湖", "滨河", "江南",
    "东方", "盛世", "世纪", "时代", "明珠", "春天", "桃源", "凤凰", "号楼", "单元",
    NULL
};

static const reg_ocr_misread_t  reg_ocr_street_misread[] = {
    { "输林", "输林场", "翰林" },
    { NULL, NULL, NULL }
};

/* How it ends, and what may stand before that: 嵩山南路, 建设二路. */

static const char  reg_ocr_street_ends[] = "路街道巷里";
static const char  reg_ocr_street_parts[] = "东西南北中大一二三四五";

/* What 一 looks like before a village's 组, and what of it else is counted. */

static const char  reg_ocr_street_dashes[] = "-—－_―ー";
static const char  reg_ocr_street_counted[] = "组队社期";


/* The likeliest of the words so far; cost is 0 if it is what was read. */

typedef struct {
    float  cost;
    char   word[16];
} reg_ocr_street_t;


static size_t reg_ocr_street_number(const int32_t *codes, size_t n);
static int reg_ocr_street_before(const int32_t *codes, size_t n, size_t at);
static int reg_ocr_street_likely(const reg_regions_t *regions,
    const reg_ocr_field_t *address, const int32_t *codes, size_t at,
    int32_t *word);
static void reg_ocr_street_try(const reg_ocr_field_t *address, size_t at,
    const char *word, reg_ocr_street_t *likely);


int
reg_ocr_streets_weigh(const reg_regions_t *regions, size_t from,
    reg_ocr_field_t *address)
{
    int              changed;
    size_t           i;
    reg_ocr_place_t  read;

    reg_ocr_place_parse(address->value, &read);
    changed = 0;

    for (i = from; i + 1 < read.n; i++) {

        if (i > 0 && reg_text_is_han(read.c[i - 1])
            && reg_ocr_codes_has(reg_ocr_street_dashes, read.c[i])
            && reg_ocr_codes_has(reg_ocr_street_counted, read.c[i + 1]))
        {
            read.c[i] = 0x4e00;         /* 一 */
            changed = 1;

        } else if (reg_ocr_street_before(read.c, read.n, i)) {
            changed |= reg_ocr_street_likely(regions, address, read.c, i,
                                             &read.c[i]);
        }
    }

    reg_ocr_codes_print(read.c, read.n, address->value,
                        sizeof(address->value));
    from = reg_ocr_street_number(read.c, read.n);
    changed |= reg_ocr_words_misread(address, from, reg_ocr_street_misread);

    for (i = 0; reg_ocr_street_estates[i] != NULL; i++) {
        changed |= reg_ocr_words_weigh(address, from,
                                       reg_ocr_street_estates[i]);
    }

    return changed;
}


/* The place behind the number in the street, or the end. */

static size_t
reg_ocr_street_number(const int32_t *codes, size_t n)
{
    size_t  i;

    for (i = 0; i < n && codes[i] != REG_OCR_STREET_NUMBER; i++) {
        /* void */
    }

    return (i < n) ? i + 1 : n;
}


/* Whether behind a word that begins there a street's name ends. */

static int
reg_ocr_street_before(const int32_t *codes, size_t n, size_t at)
{
    at += REG_OCR_STREET_WORD;

    if (at < n && reg_ocr_codes_has(reg_ocr_street_parts, codes[at])) {
        at++;
    }

    return at < n && reg_ocr_codes_has(reg_ocr_street_ends, codes[at]);
}


/* Puts the likeliest word, unless one of them was read. */

static int
reg_ocr_street_likely(const reg_regions_t *regions,
    const reg_ocr_field_t *address, const int32_t *codes, size_t at,
    int32_t *word)
{
    char              stem[16];
    size_t            i, k;
    int32_t           likely[REG_OCR_STREET_WORD];
    reg_str_t         s;
    const char       *name, *code;
    reg_ocr_street_t  best;

    best.cost = REG_OCR_STREET_MOST;
    best.word[0] = '\0';

    for (i = 0; reg_ocr_street_words[i] != NULL; i++) {
        reg_ocr_street_try(address, at, reg_ocr_street_words[i], &best);
    }

    for (i = 0; (name = reg_regions_at(regions, i, &code)) != NULL; i++) {

        if (strcmp(&code[4], "00") == 0 && strcmp(&code[2], "0000") != 0
            && strlen(name) == (REG_OCR_STREET_WORD + 1) * (sizeof("市") - 1))
        {
            snprintf(stem, sizeof(stem), "%.*s",
                     (int) (strlen(name) - sizeof("市") + 1), name);
            reg_ocr_street_try(address, at, stem, &best);
        }
    }

    if (best.word[0] == '\0' || best.cost == 0) {
        return 0;
    }

    s.data = (const unsigned char *) best.word;
    s.len = strlen(best.word);
    (void) reg_ocr_codes_parse(s, likely, REG_OCR_STREET_WORD);

    for (i = 0, k = 0; i < REG_OCR_STREET_WORD; i++) {
        k += (likely[i] == codes[at + i]);
    }

    if (k == 0 && best.cost > REG_OCR_STREET_BOTH) {
        return 0;
    }

    memcpy(word, likely, sizeof(likely));

    return 1;
}


static void
reg_ocr_street_try(const reg_ocr_field_t *address, size_t at,
    const char *word, reg_ocr_street_t *likely)
{
    float   cost;
    size_t  next;

    cost = reg_ocr_chain_fits(address, at, word, &next);

    if (cost != REG_OCR_CHAIN_NONE && cost < likely->cost) {
        likely->cost = cost;
        snprintf(likely->word, sizeof(likely->word), "%s", word);
    }
}
