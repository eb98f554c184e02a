/*
 * Names of companies: words for what one does, which characters in doubt are
 * likely to be part of.
 */

#include "reg_ocr_alphabet.h"
#include "reg_ocr_chain.h"
#include "reg_ocr_trades.h"
#include "reg_text.h"


/* So much less likely, as a natural logarithm, may what makes a word be. */

#define REG_OCR_TRADE_MOST  3.5f


/* Words of GB/T 4754, which names of companies are to say what they do by. */

static const char *const  reg_ocr_trades[] = {
    "农业", "林业", "畜牧", "渔业", "种植", "养殖", "家禽", "水产", "蔬菜",
    "水果", "粮油", "粮食", "茶叶", "药材", "花卉", "苗木", "园林", "农机", "农资", "饲料",
    "煤炭", "石油", "矿业", "食品", "饮料", "酒业", "烟草", "纺织", "服装", "服饰", "鞋业",
    "皮革", "木业", "家具", "家居", "造纸", "纸业", "印刷", "包装", "文具", "玩具", "体育",
    "化工", "塑料", "塑胶", "橡胶", "玻璃", "陶瓷", "水泥", "建材", "钢铁", "金属", "五金",
    "机械", "设备", "仪器", "仪表", "电器", "电气", "电子", "电机", "通信", "通讯", "计算机",
    "汽车", "摩托", "电力", "能源", "燃气", "热力", "水务", "环保", "环境", "建筑", "建设",
    "工程", "安装", "装饰", "装修", "设计", "批发", "零售", "贸易", "商贸", "商业", "百货",
    "超市", "便利", "医药", "药业", "医疗", "器械", "图书", "珠宝", "首饰", "眼镜", "维修",
    "运输", "物流", "仓储", "快递", "航空", "铁路", "酒店", "宾馆", "餐饮", "饭店", "餐厅",
    "电信", "互联网", "网络", "软件", "信息", "技术", "科技", "数据", "智能", "集成", "金融",
    "保险", "证券", "投资", "担保", "典当", "租赁", "房地产", "地产", "置业", "物业", "中介",
    "咨询", "法律", "会计", "审计", "广告", "会展", "会议", "展览", "人力", "资源", "劳务",
    "旅游", "旅行社", "安保", "清洁", "家政", "服务", "摄影", "美容", "美发", "健身", "婚庆",
    "教育", "培训", "学校", "幼儿园", "医院", "诊所", "卫生", "养老", "新闻", "出版", "发行",
    "传媒", "影视", "电影", "动漫", "游戏", "音乐", "录音", "文化", "传播", "艺术",
    "娱乐", "发展", "开发", "管理", "企业", "实业", "工贸", "制造", "加工", "生物",
    "生态", "知识产权", "经营部", "工作室", "专业合作社", "事务所", "有限责任公司", "股份有限公司",
    "分公司", NULL
};


static size_t reg_ocr_trade_find(const reg_ocr_field_t *name,
    const char *word, size_t *at);
static size_t reg_ocr_trade_read(const reg_ocr_field_t *name, size_t at,
    const char *word);
static const unsigned char *reg_ocr_trade_skip(const char *text, size_t n);
static void reg_ocr_trade_put(reg_ocr_field_t *name, size_t at, size_t n,
    const char *word);


int
reg_ocr_trades_weigh(reg_ocr_field_t *name)
{
    int     changed;
    char    group[32];
    size_t  i, at, n;

    changed = 0;

    for (i = 0; reg_ocr_trades[i] != NULL; i++) {
        n = reg_ocr_trade_find(name, reg_ocr_trades[i], &at);

        if (n != 0) {
            reg_ocr_trade_put(name, at, n, reg_ocr_trades[i]);
            changed = 1;
        }
    }

    for (i = 0; reg_ocr_ethnic_groups[i] != NULL; i++) {
        snprintf(group, sizeof(group), "%s族", reg_ocr_ethnic_groups[i]);
        n = reg_ocr_trade_find(name, group, &at);

        if (n != 0) {
            reg_ocr_trade_put(name, at, n, group);
            changed = 1;
        }
    }

    return changed;
}


/* How many characters a word takes that is not there yet, and where; or 0. */

static size_t
reg_ocr_trade_find(const reg_ocr_field_t *name, const char *word, size_t *at)
{
    float      cost;
    size_t     i, n, next;
    reg_str_t  s;

    s.data = (const unsigned char *) name->value;
    s.len = strlen(name->value);
    n = reg_text_length(s);

    for (i = 0; i < n; i++) {
        cost = reg_ocr_chain_fits(name, i, word, &next);

        if (cost > 0 && cost < REG_OCR_TRADE_MOST
            && 2 * reg_ocr_trade_read(name, i, word) >= next - i)
        {
            *at = i;
            return next - i;
        }
    }

    return 0;
}


/* How many of its characters were read. */

static size_t
reg_ocr_trade_read(const reg_ocr_field_t *name, size_t at, const char *word)
{
    size_t     n;
    int32_t    code;
    reg_str_t  s, value;

    value.data = reg_ocr_trade_skip(name->value, at);
    value.len = strlen((const char *) value.data);
    s.data = (const unsigned char *) word;
    s.len = strlen(word);
    n = 0;

    while ((code = reg_text_next(&s)) != -1) {
        n += (reg_text_next(&value) == code);
    }

    return n;
}


static const unsigned char *
reg_ocr_trade_skip(const char *text, size_t n)
{
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);

    while (n-- > 0) {
        (void) reg_text_next(&s);
    }

    return s.data;
}


static void
reg_ocr_trade_put(reg_ocr_field_t *name, size_t at, size_t n,
    const char *word)
{
    char         value[2 * REG_OCR_VALUE_MAX];
    const char  *from, *rest;

    from = (const char *) reg_ocr_trade_skip(name->value, at);
    rest = (const char *) reg_ocr_trade_skip(name->value, at + n);

    if (snprintf(value, sizeof(value), "%.*s%s%s",
                 (int) (from - name->value), name->value, word, rest)
        < REG_OCR_VALUE_MAX)
    {
        snprintf(name->value, sizeof(name->value), "%.*s",
                 REG_OCR_VALUE_MAX - 1, value);
    }
}
