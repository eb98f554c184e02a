/* The lists: frequent and rare characters, peoples, roads, trades. */

#include <string.h>

#include "lists.h"


const sp_ethnicity_t  sp_ethnicities[56] = {
    { "汉", 50000 },    { "壮", 1957 },     { "维吾尔", 1177 },
    { "回", 1138 },     { "苗", 1107 },     { "满", 1042 },
    { "彝", 983 },      { "土家", 959 },    { "藏", 706 },
    { "蒙古", 629 },    { "布依", 358 },    { "侗", 350 },
    { "瑶", 331 },      { "白", 209 },      { "哈尼", 173 },
    { "朝鲜", 170 },    { "黎", 160 },      { "哈萨克", 156 },
    { "傣", 133 },      { "东乡", 77 },     { "傈僳", 76 },
    { "畲", 75 },       { "仡佬", 68 },     { "拉祜", 50 },
    { "水", 50 },       { "佤", 43 },       { "纳西", 32 },
    { "羌", 31 },       { "土", 28 },       { "仫佬", 28 },
    { "柯尔克孜", 20 }, { "锡伯", 19 },     { "撒拉", 17 },
    { "景颇", 16 },     { "达斡尔", 13 },   { "布朗", 13 },
    { "毛南", 12 },     { "塔吉克", 5 },    { "普米", 5 },
    { "阿昌", 4 },      { "怒", 4 },        { "鄂温克", 4 },
    { "京", 3 },        { "基诺", 3 },      { "保安", 2 },
    { "德昂", 2 },      { "俄罗斯", 2 },    { "裕固", 2 },
    { "乌孜别克", 1 },  { "门巴", 1 },      { "鄂伦春", 1 },
    { "独龙", 1 },      { "赫哲", 1 },      { "高山", 1 },
    { "珞巴", 1 },      { "塔塔尔", 1 }
};


const char  sp_surnames[] =
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田"
    "董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹"
    "熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤";

const char  sp_rare_surnames[] =
    "禤郄仝亓逄佘阚邰麴昝乜逯璩訾冼岑晏柴瞿阎芮羿储靳汲邴糜隗";

const char *const  sp_double_surnames[] = {
    "欧阳", "上官", "司马", "诸葛", "皇甫", "尉迟", "令狐", "慕容", "司徒",
    "东方", NULL
};

const char  sp_men[] =
    "伟强磊军勇杰涛超明刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳建国志文"
    "海峰东博泽轩子豪嘉晨睿昊天翔成立永胜利德福贵庆春生金玉铭卫新民根富";

const char  sp_women[] =
    "芳娜敏静丽艳娟霞燕玲婷雪慧颖倩欣怡佳琳莹洁梅红英秀兰桂珍玉萍丹蕾薇梦"
    "瑶诗涵雨桐思琪子萱晓云凤莲香美娥淑华春花荣爱琴文清雅宁可心若";

const char  sp_rare_given[] =
    "翀赟頔湉昉龑喆淼垚鑫彧祎翊媗姝婳昱晟曦熠璟瑄玥珏琰瑀稷珺旻昀珣珮玘"
    "燚垿犇彣翯骉旸昫玚赜濛懿甯钰";


static const char *const  uyghur[] = {
    "阿依古丽", "买买提", "艾力", "古丽娜尔", "吐尔逊", "阿卜杜拉",
    "帕提古丽", "玉素甫", "热依汗", "麦麦提", "努尔麦麦提", "祖丽胡马尔",
    "艾合买提", "阿迪力", "木合塔尔", NULL
};

static const char *const  kazakh[] = {
    "叶尔兰", "巴合提", "阿依努尔", "努尔兰", "赛力克", "古丽米拉",
    "木拉提", "哈那提", "阿依波力", "别尔克", NULL
};

static const char *const  tibetan[] = {
    "扎西多吉", "次仁卓玛", "旦增平措", "格桑梅朵", "洛桑", "索朗央金",
    "丹增", "拉姆", "尼玛次仁", "白玛", "达瓦卓嘎", "强巴", NULL
};

static const char *const  mongolian[] = {
    "巴特尔", "乌兰图雅", "其其格", "苏日娜", "那日苏", "宝音德力格尔",
    "阿古拉", "乌云毕力格", "哈斯额尔敦", "娜仁花", "格日勒图", NULL
};

static const char *const  zhuang[] = {
    "韦", "覃", "黄", "农", "蒙", "莫", "陆", "梁", NULL
};

static const char *const  hui[] = {
    "马", "丁", "白", "哈", "沙", "穆", "海", "金", NULL
};

static const char *const  korean[] = {
    "金", "朴", "崔", "李", "郑", "全", "许", "南宫", NULL
};

static const char *const  yi[] = {
    "吉克", "阿尔", "沙马", "马海", "杨", "李", "罗", "吉木", NULL
};

static const char *const  she[] = { "蓝", "雷", "钟", "盘", NULL };


const sp_naming_t *
sp_naming(const char *ethnicity)
{
    size_t  i;

    static const sp_naming_t  namings[] = {
        { "维吾尔", NULL, uyghur, "·" },
        { "哈萨克", NULL, kazakh, "·" },
        { "柯尔克孜", NULL, kazakh, "·" },
        { "塔吉克", NULL, uyghur, "·" },
        { "乌孜别克", NULL, uyghur, "·" },
        { "塔塔尔", NULL, kazakh, "·" },
        { "藏", NULL, tibetan, NULL },
        { "门巴", NULL, tibetan, NULL },
        { "珞巴", NULL, tibetan, NULL },
        { "蒙古", NULL, mongolian, NULL },
        { "壮", zhuang, NULL, NULL },
        { "回", hui, NULL, NULL },
        { "东乡", hui, NULL, NULL },
        { "撒拉", hui, NULL, NULL },
        { "保安", hui, NULL, NULL },
        { "朝鲜", korean, NULL, NULL },
        { "彝", yi, NULL, NULL },
        { "畲", she, NULL, NULL },
    };

    for (i = 0; i < sizeof(namings) / sizeof(namings[0]); i++) {
        if (strcmp(namings[i].ethnicity, ethnicity) == 0) {
            return &namings[i];
        }
    }

    return NULL;
}


const char *const  sp_roads[] = {
    "人民路", "中山路", "建设路", "解放路", "和平路", "文化路", "花园路",
    "长江路", "黄河路", "滨河路", "学院路", "新华路", "健康路", "迎宾大道",
    "科技大道", "东风路", "朝阳路", "南京路", "金水路", "农业东路", "商务外环路",
    "航海中路", "北京西路", "光明街", "胜利街", "府前街", "幸福里", "槐荫巷",
    "石牌坊街", "嵩山南路", "工人新村", "翠竹街", "桐柏路", "经三路",
    "创业二路", "龙湖大道", "珠江大道中段", "梧桐街", NULL
};

const char *const  sp_estates[] = {
    "阳光花园", "锦绣家园", "绿城百合", "翰林国际城", "世纪新城", "金色港湾",
    "御景湾", "丽水佳苑", "中央公馆", "银河小区", "橡树玫瑰城", "广发大厦",
    "创新产业园", "软件园", "文化创意园", NULL
};

const char  sp_brands[] =
    "云舟博远华瑞嘉禾鼎盛恒信天元中原正大和泰明德智汇创景墨星海蓝图金桥"
    "宏达新锐奥凯晨曦同济百川众诚启航尚品卓越优良弘毅雅颂锦程";

const char *const  sp_trades[] = {
    "文化传播", "文化艺术", "影视传媒", "网络科技", "信息技术", "软件开发",
    "电子商务", "广告", "动漫设计", "教育科技", "图书发行", "商贸", "建筑工程",
    "医疗器械", "生物科技", "餐饮管理", "物流", "知识产权服务", "装饰设计",
    "数字音乐", "旅游开发", "农业发展", "企业管理咨询", NULL
};

const char *const  sp_shops[] = {
    "烧烤店", "便利店", "文具店", "图文设计工作室", "摄影工作室", "书画装裱店",
    "服装店", "五金建材经营部", "小吃店", "美发店", "花店", "琴行", "超市",
    "农资经营部", "汽车维修部", NULL
};

const char *const  sp_crops[] = {
    "果蔬种植", "中药材种植", "生猪养殖", "农机服务", "茶叶种植", "食用菌种植",
    "小麦种植", "水产养殖", NULL
};

const char *const  sp_scopes[] = {
    "组织文化艺术交流活动", "会议及展览服务", "广告设计、代理", "广告制作",
    "专业设计服务", "数字内容制作服务", "软件开发", "动漫游戏开发",
    "技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广",
    "工艺美术品及收藏品零售（象牙及其制品除外）", "图文设计制作", "摄影扩印服务",
    "知识产权服务（专利代理服务除外）", "版权代理", "互联网销售",
    "信息咨询服务（不含许可类信息咨询服务）", "办公用品销售", "日用百货销售",
    "计算机软硬件及辅助设备零售", "企业形象策划", "市场营销策划",
    "食用农产品零售", "建筑装饰材料销售", "货物进出口", "乐器零售",
    "项目策划与公关服务", "礼仪服务", "文艺创作", "其他文化艺术经纪代理",
    "非物质文化遗产保护", "服装服饰零售", "电子产品销售", NULL
};

const char *const  sp_foreign_print[] = {
    "根据本合同约定，甲方应当于每月五日前向乙方支付相应款项。",
    "会议时间：星期三下午两点三十分，地点：二楼第三会议室。",
    "The quick brown fox jumps over the lazy dog, page 17 of 204.",
    "请妥善保管您的个人物品，贵重物品随身携带。",
    "注意事项：一、填写时字迹应当清楚、工整；二、不得涂改。",
    "商品名称　数量　单价　金额　合计人民币（大写）",
    "快递单号 SF1029384756123 收件人 电话 地址 备注",
    "第一章 总则　第一条 为了规范管理，制定本办法。",
    "序号  姓名  部门  出勤  迟到  早退  请假  备注",
    "Invoice No. 20391   Total amount due: 1,284.50   Thank you",
    "本报讯 记者从昨日召开的发布会上获悉，相关工作进展顺利。",
    "保质期：十二个月　贮存条件：阴凉干燥处　净含量：500克",
    "申请表编号：        申请日期：    年    月    日",
    "他站在窗前，看着远处的山，雨已经下了整整一个下午。", NULL
};


static const char *const  english[] = {
    "SMITH", "JOHNSON", "BROWN", "TAYLOR", "WALKER", "O CONNOR", "HARRISON",
    "MACDONALD", "EVANS", "WRIGHT", "SPECIMEN", NULL
};

static const char *const  english_men[] = {
    "JAMES", "ROBERT", "MICHAEL DAVID", "WILLIAM", "OLIVER", "GEORGE ALAN",
    "HENRY", "THOMAS", NULL
};

static const char *const  english_women[] = {
    "MARY", "EMILY", "ANNA MARIA", "SARAH JANE", "CHARLOTTE", "GRACE",
    "HANNAH", "ELIZABETH", NULL
};

static const char *const  koreans[] = {
    "KIM", "LEE", "PARK", "CHOI", "JUNG", "KANG", "YOON", NULL
};

static const char *const  korean_men[] = {
    "MINJUN", "SEOJUN", "JIHOON", "HYUNWOO", "DONGHYUN", NULL
};

static const char *const  korean_women[] = {
    "SEOYEON", "JIWOO", "MINSEO", "YUJIN", "HAEUN", NULL
};

static const char *const  japanese[] = {
    "SATO", "SUZUKI", "TAKAHASHI", "TANAKA", "WATANABE", "YAMAMOTO", NULL
};

static const char *const  japanese_men[] = {
    "HIROSHI", "KENJI", "TAKUMI", "SHOTA", NULL
};

static const char *const  japanese_women[] = {
    "YUKO", "SAKURA", "AKIKO", "MISAKI", NULL
};

static const char *const  chinese[] = {
    "WANG", "LI", "ZHANG", "LIU", "CHEN", "YANG", "OUYANG", "LYU", NULL
};

static const char *const  chinese_men[] = {
    "WEI", "HAO", "ZIXUAN", "JIANGUO", "XIANGDONG", "YICHEN", NULL
};

static const char *const  chinese_women[] = {
    "FANG", "XIULAN", "YUTONG", "JING", "MEILING", "SIQI", NULL
};

static const char *const  french[] = {
    "MARTIN", "BERNARD", "DUBOIS", "LEFEVRE", "DE LA TOUR", NULL
};

static const char *const  french_men[] = {
    "JEAN PIERRE", "LOUIS", "HUGO", "ANTOINE", NULL
};

static const char *const  french_women[] = {
    "CAMILLE", "CHLOE", "MARIE CLAIRE", "JULIETTE", NULL
};


const sp_country_t  sp_countries[] = {
    { "CHN", "中国/CHINESE", chinese, chinese_men, chinese_women },
    { "CHN", "中国/CHINESE", chinese, chinese_men, chinese_women },
    { "UTO", "UTOPIAN", english, english_men, english_women },
    { "USA", "UNITED STATES OF AMERICA", english, english_men,
      english_women },
    { "GBR", "BRITISH CITIZEN", english, english_men, english_women },
    { "AUS", "AUSTRALIAN", english, english_men, english_women },
    { "KOR", "REPUBLIC OF KOREA", koreans, korean_men, korean_women },
    { "JPN", "JAPAN", japanese, japanese_men, japanese_women },
    { "FRA", "Française", french, french_men, french_women },
};

const size_t  sp_countries_n = sizeof(sp_countries) / sizeof(sp_countries[0]);
