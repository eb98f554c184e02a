/*
 * Names of companies: words for what one does, which characters in doubt are
 * likely to be part of, and characters by which one is usually called.
 */

#include "reg_ocr_alike.h"
#include "reg_ocr_place.h"
#include "reg_ocr_trades.h"
#include "reg_ocr_words.h"


/*
 * What blurred words are read as, of which the model is sure, and where that
 * is right: 圣教有限公司.  The words are as long as what is read for them.
 */

static const reg_ocr_misread_t  reg_ocr_trades_misread[] = {
    { "教有", "教有限", "教育" },
    { "教字", "教字号", "数字" },
    { "数宇", "数宇宙", "数字" },
    { "技木", "技木材", "技术" },
    { NULL, NULL, NULL }
};

/* A company is called by two to four characters, of which these are usual. */

#define REG_OCR_CALLED_MOST  4
#define REG_OCR_CALLED_P     0.07f  /* beside what was read instead */

static const char  reg_ocr_called[] =
    "安奥百佰邦宝贝本博昌畅超辰晨成诚驰川创春聪翠达大丹道德登鼎东顿多恩发帆凡方"
    "飞丰风枫峰锋凤福富刚港高格根工冠光广贵桂国海瀚航豪昊浩和禾合荷恒衡弘宏泓洪"
    "鸿华桦欢环皇辉晖慧惠汇火基吉佳嘉家坚建健江匠杰捷金锦晋津京晶景敬九久巨聚军"
    "君俊骏卡开凯康科可坤蓝朗乐雷力立丽利联良亮林霖灵岭领龙隆禄鹿路绿伦罗洛迈麦"
    "满茂梅美盟民名明鸣铭墨木牧沐南能宁诺欧派磐鹏品平普祺奇启起千乾谦强桥勤青清"
    "晴庆秋泉群然仁日荣融锐瑞润若三森山善尚晟胜盛诗石实时世舒爽顺硕思松颂苏泰涛"
    "腾天田通同图拓万旺威维伟文闻沃无五西希熙曦喜禧贤翔祥骁晓欣新鑫信兴星杏秀旭"
    "轩雪雅亚延阳扬洋耀业怡益谊翼艺易奕毅银盈颖永优友悠宇羽雨禹玉裕誉渊元圆远源"
    "苑越云韵泽展长兆哲振正之志智致中众舟洲珠竹卓紫宗祖";

/*
 * Those of them that others are read as in blur (晋 as 普, 颂 as 领).  They
 * themselves leave none of these in doubt.
 */

static const char  reg_ocr_called_easily[] =
    "业中信兴南发品国图大展峰建德思明晓普本松格民航洋洲派登益福绿辉西路通银雷领"
    "风鸿";


/* Words of GB/T 4754, which names of companies are to say what they do by. */

static const char *const  reg_ocr_trades[] = {
    "农业", "林业", "畜牧", "渔业", "种植", "养殖", "家禽", "水产", "蔬菜",
    "水果", "食用菌", "粮油", "粮食", "茶叶", "药材", "花卉", "苗木", "园林", "农机", "农资", "饲料",
    "煤炭", "石油", "矿业", "食品", "饮料", "酒业", "烟草", "纺织", "服装", "服饰", "鞋业",
    "皮革", "木业", "家具", "家居", "造纸", "纸业", "印刷", "包装", "文具", "玩具", "体育",
    "化工", "塑料", "塑胶", "橡胶", "玻璃", "陶瓷", "水泥", "建材", "钢铁", "金属", "五金",
    "机械", "设备", "仪器", "仪表", "电器", "电气", "电子", "电机", "通信", "通讯", "计算机",
    "汽车", "摩托", "电力", "能源", "燃气", "热力", "水务", "环保", "环境", "建筑", "建设",
    "工程", "安装", "装饰", "装修", "设计", "批发", "零售", "贸易", "商贸", "商业", "百货",
    "超市", "便利", "医药", "药业", "医疗", "器械", "图书", "珠宝", "首饰", "眼镜", "维修",
    "运输", "物流", "仓储", "快递", "航空", "铁路", "酒店", "宾馆", "餐饮", "饭店", "餐厅",
    "电信", "互联网", "网络", "软件", "数字", "信息", "技术", "科技", "数据", "智能", "集成", "金融",
    "保险", "证券", "投资", "担保", "典当", "租赁", "房地产", "地产", "置业", "物业", "中介",
    "咨询", "法律", "会计", "审计", "广告", "会展", "会议", "展览", "人力", "资源", "劳务",
    "旅游", "旅行社", "安保", "清洁", "家政", "服务", "摄影", "美容", "美发", "健身", "婚庆",
    "教育", "培训", "学校", "幼儿园", "医院", "诊所", "卫生", "养老", "新闻", "出版", "发行",
    "传媒", "影视", "电影", "动漫", "游戏", "音乐", "录音", "文化", "传播", "艺术",
    "娱乐", "发展", "开发", "管理", "企业", "实业", "工贸", "制造", "加工", "生物",
    "生态", "数字音乐", "数字内容", "数字出版", "知识产权", "经营部", "工作室", "专业合作社",
    "事务所", "书画", "装裱", "花店", "书店", "琴行", "商行", "合伙企业", "有限合伙",
    "有限责任公司", "股份有限公司", "有限公司", "分公司", NULL
};


/*
 * So long that with a character before the last exchanged they are nothing
 * else.
 */

static const char *const  reg_ocr_trades_forms[] = {
    "有限责任公司", "股份有限公司", "知识产权", NULL
};


static int reg_ocr_trades_form(reg_ocr_field_t *name, const char *form);
static size_t reg_ocr_trade_called(const reg_ocr_field_t *name, size_t from);
static int32_t reg_ocr_trade_usual(const reg_ocr_field_t *name, size_t at,
    int32_t code);
static unsigned reg_ocr_trade_rank(int32_t code);


int
reg_ocr_trades_weigh(reg_ocr_field_t *name)
{
    int     changed;
    char    group[32];
    size_t  i;

    changed = reg_ocr_words_misread(name, 0, reg_ocr_trades_misread);

    for (i = 0; reg_ocr_trades_forms[i] != NULL; i++) {
        changed |= reg_ocr_trades_form(name, reg_ocr_trades_forms[i]);
    }

    if (name->vouched) {
        return changed;
    }

    for (i = 0; reg_ocr_trades[i] != NULL; i++) {
        changed |= reg_ocr_words_weigh(name, 0, reg_ocr_trades[i]);
    }

    for (i = 0; reg_ocr_ethnic_groups[i] != NULL; i++) {
        snprintf(group, sizeof(group), "%s族", reg_ocr_ethnic_groups[i]);
        changed |= reg_ocr_words_weigh(name, 0, group);
    }

    return changed;
}


static int
reg_ocr_trades_form(reg_ocr_field_t *name, const char *form)
{
    size_t           i, k, differ;
    reg_ocr_place_t  read, right;

    reg_ocr_place_parse(name->value, &read);
    reg_ocr_place_parse(form, &right);

    for (i = 0; i + right.n <= read.n; i++) {
        for (k = 0, differ = 0; k < right.n; k++) {
            differ += (read.c[i + k] != right.c[k]);
        }

        if (differ == 1
            && read.c[i + right.n - 1] == right.c[right.n - 1])
        {
            reg_ocr_words_put(name, i, right.n, form);
            return 1;
        }
    }

    return 0;
}


int
reg_ocr_trades_call(reg_ocr_field_t *name, size_t from)
{
    int              changed;
    size_t           i, to;
    int32_t          usual;
    reg_ocr_place_t  read;

    reg_ocr_place_parse(name->value, &read);
    to = reg_ocr_trade_called(name, from);
    changed = 0;

    for (i = from; i < to && i < read.n; i++) {
        usual = reg_ocr_trade_usual(name, i, read.c[i]);
        changed |= (usual != read.c[i]);
        read.c[i] = usual;
    }

    if (changed) {
        reg_ocr_codes_print(read.c, read.n, name->value, sizeof(name->value));
    }

    return changed;
}


/* Where the first of the words begins behind a place, at most some away. */

static size_t
reg_ocr_trade_called(const reg_ocr_field_t *name, size_t from)
{
    size_t                i, k, to;
    const char           *word;
    const unsigned char  *rest;

    to = from + REG_OCR_CALLED_MOST;

    for (i = from; i < to; i++) {
        rest = reg_ocr_words_skip(name, i);

        for (k = 0; reg_ocr_trades[k] != NULL; k++) {
            word = reg_ocr_trades[k];

            if (strncmp((const char *) rest, word, strlen(word)) == 0) {
                return i;
            }
        }
    }

    return to;
}


/* The likeliest of what a character may be, and of those of most rank. */

static int32_t
reg_ocr_trade_usual(const reg_ocr_field_t *name, size_t at, int32_t code)
{
    float            most;
    size_t           i, n;
    int32_t          usual;
    unsigned         rank, highest;
    reg_ocr_other_t  read[REG_OCR_OTHERS + 2];

    n = reg_ocr_alike_doubts(name, at, code, read);
    read[n].code = reg_ocr_alike(reg_ocr_alike_companies, read, n, &read[n].p);
    n++;

    most = 0;
    usual = code;
    highest = 0;

    for (i = 0; i < n; i++) {
        rank = reg_ocr_trade_rank(read[i].code);

        if (read[i].p >= REG_OCR_CALLED_P
            && (rank > highest || (rank == highest && read[i].p > most)))
        {
            highest = rank;
            most = read[i].p;
            usual = read[i].code;
        }
    }

    return usual;
}


/* Whether a character is usual, and then, whether others are read as it. */

static unsigned
reg_ocr_trade_rank(int32_t code)
{
    if (!reg_ocr_codes_has(reg_ocr_called, code)) {
        return 0;
    }

    return reg_ocr_codes_has(reg_ocr_called_easily, code) ? 1 : 2;
}
