/*
 * Names of persons: what a doubtful character of one is likely to be.
 */

#include <math.h>
#include "reg_ocr_alike.h"
#include "reg_ocr_names.h"
#include "reg_text.h"


/* What a rule of the print is read as, besides 1, and nobody's surname. */

#define REG_OCR_NAME_RULE    0x4e00     /* 一 */

/*
 * What tells a character that the model does not know counts so many times,
 * and is a guess.
 */

#define REG_OCR_NAME_ALIKE   2.0f
#define REG_OCR_NAME_GUESS   0.5f

/* A Chinese name has two to four characters. */

#define REG_OCR_NAME_LEAST   2
#define REG_OCR_NAME_MOST    4


/* One in so many has each of these characters at that place. */

typedef struct {
    float        one_in;
    const char  *characters;
} reg_ocr_usual_t;

/*
 * What is usual at a place of a name, and how much that counts beside what
 * the model saw: given names may have any character, surnames may not.
 */

typedef struct {
    const reg_ocr_usual_t  *usual;
    size_t                  n;
    float                   other;      /* one in so many has another */
    float                   weight;
    const reg_ocr_alike_t  *alike;
    const reg_ocr_trace_t  *traces;
} reg_ocr_custom_t;

/*
 * The most frequent surnames of the census, and the rest of the Hundred
 * Surnames with others of today.
 */

static const reg_ocr_usual_t  reg_ocr_surnames[] = {
    { 25, "王李张刘陈" },
    { 90, "杨黄赵吴周徐孙马朱胡郭何林高罗" },
    { 200, "郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余" },
    { 350, "于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟"
           "秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵" },
    { 1200, "万覃武钱戴严莫孔向常汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁"
            "岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍"
            "涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳"
            "时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗"
            "瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩"
            "明佘池查麻苑迟邝" },
    { 12000, "官封谈匡鞠惠荆乐冀郁胥南班储原栗燕楚鄢劳谌奚皮粟冼蔺楼盘满闻"
             "位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计"
             "索宣晋相初门云容敬来扈晁芮都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓"
             "修邰赫杭况那宿鲜印逯隆茹战慕危玉银亢嵇公哈湛宾戎勾茅利居揭干"
             "但尉冶斯元束檀衣信展阴昝智幸奉植衡富尧由水酆昌凤萧贝经贲洪诸"
             "钮滑荀於家羿汲邴糜松弓牧隗山宓蓬郗仰秋暴钭韶蓟怀从鄂咸籍赖能"
             "苍双莘贡逄堵宰郦却璩濮寿通郏习宦鱼慎庾终暨步弘广禄东殳沃越夔"
             "厍融訾空毋乜养须巢蒯后红竺益桓仉督缑法汝佴伯谯笪言福" },
};

/* These two are one surname. */

static const char *const  reg_ocr_double_surnames[] = {
    "欧阳", "上官", "司马", "诸葛", "尉迟", "令狐", "皇甫", "慕容", "司徒",
    "夏侯", "东方", "公孙", "长孙", "宇文", "端木", "独孤", "南宫", "拓跋",
    "司空", "申屠", "赫连", "澹台", "钟离", "轩辕", "闻人", "太史", "濮阳",
    "淳于", "单于", "鲜于", "呼延", "东郭", "西门", "百里", "第五", NULL
};

static const reg_ocr_usual_t  reg_ocr_given[] = {
    { 120, "英华秀明丽国文平玉红春金建志海军永林云小芳兰桂梅生德伟荣清新俊"
           "强东光辉福忠霞杰敏静燕香凤成庆勇世祥宏学波峰龙良莲珍美斌兴涛飞"
           "亮慧雪艳娟超刚鹏正安爱玲萍江山洪晓雅宇浩欣怡佳子家嘉天思梦雨晨"
           "阳旭昊轩博涵宁婷" },
    { 400, "倩莉丹洁琴磊颖媛瑞凯帆帅力启吉和善喜坤培士少展康彬征恒恩悦振捷政"
           "敬昌晶智月有朋本权树根武民泉泽洲源润琪琳瑜瑶田发百盛真祖禹秋科立"
           "素绍维群翔翠耀胜育航花若苗茂莹萌蓉蕾薇诗诚豪贵贤跃远进迪钢钧铁铭"
           "锋锐锦长青雄露顺鸿黎齐义先娥艺芬菊晗璐萱睿轶昭" },
    { 1000, "娜琦璇蕊菲芸茜荷茹洋淑深渊滨潇澜瀚炎炜烨煜熙熠焕然煊照燃凡加勤"
            "勋劲励卫厚友君哲圆城垚壮大太妍妮姗姣娇婉婕婧嫣孝孟季宝定宗宜宣"
            "容富寒寿尚尧岚岩岳峻崇巍川巧帝常广延廷弘彤彦彩彪影循心必忆念怀"
            "悠惠意愉慈懿战才斐方旋旺昂易星映昕晋晖晟晴曦曼曙朗望朝木来松柏"
            "柔栋格桐桦梁梓棋森楠楚榕槐樱欢毅水沁沐沛泓泰流涓淇淋淳添渝湘滢"
            "滔漫潮灵灿炳烁焱煌熹牧珂珊珏珠珺琛琨琬琰瑛瑾璟璞甜申畅白盈硕礼"
            "祎禄程竹笑筠筱紫纯经绪绮罡翰翼聪舒艾芝芮芯芷苏苑茗荃莎菁菱萃葵"
            "蓓蔓薪虎虹蝶行衡裕言诺谦贝贞越路辰运选通逸道遥邦郁重钊铃银镇阔"
            "陆隆雁雯雷震霄霖靖韬韵颂颜飒馨骏骞高魁鸣鹤麒麟兵芹碧仁坚霜凌鑫"
            "琼婵娴妙娅茵菡蔚蓝衍谨谊宽锡仙" },

    /* hardly in a name, but alike to one that is in many: 凤 */

    { 5000, "风" },

    /* in every text, and in nobody's name */

    { 2e6f, "置营用管哦的了不在有个们这那他她它你我什怎呢吗吧啊与或及以从到把被给对期限费"
            "馆店厂局所院街路号楼室层栋区县市省镇乡村组队司务食货贷购卖买售网款项表单吴"
            "销将兄疗器鸭凳邮料制糊峨鼠抓驾" },
};

static const reg_ocr_custom_t  reg_ocr_surname = {
    reg_ocr_surnames,
    sizeof(reg_ocr_surnames) / sizeof(reg_ocr_surnames[0]),
    2e6f, 1, reg_ocr_alike_surnames, reg_ocr_traces_surnames
};

static const reg_ocr_custom_t  reg_ocr_given_name = {
    reg_ocr_given,
    sizeof(reg_ocr_given) / sizeof(reg_ocr_given[0]),
    1e5f, 0.6f, reg_ocr_alike_given, reg_ocr_traces_given
};


static int reg_ocr_names_double(reg_ocr_text_t *text);
static int reg_ocr_names_take(reg_ocr_char_t *c, int32_t code);
static void reg_ocr_names_choose(reg_ocr_char_t *c,
    const reg_ocr_custom_t *custom);
static int32_t reg_ocr_names_unknown(const reg_ocr_char_t *c,
    const reg_ocr_custom_t *custom, float most);
static float reg_ocr_names_score(int32_t code, float p,
    const reg_ocr_custom_t *custom);
static float reg_ocr_names_usual(int32_t code,
    const reg_ocr_custom_t *custom);


float
reg_ocr_names_one_in(int32_t code)
{
    return reg_ocr_names_usual(code, &reg_ocr_surname);
}


void
reg_ocr_names_weigh(reg_ocr_text_t *text)
{
    size_t  i;

    reg_ocr_text_begin(text);

    if (text->n > REG_OCR_NAME_LEAST && text->c[0].code == REG_OCR_NAME_RULE) {
        reg_ocr_text_cut(text, 0, 1);
        text->hole = 1;
    }

    if (text->n < REG_OCR_NAME_LEAST || text->n > REG_OCR_NAME_MOST) {
        return;
    }

    for (i = 0; i < text->n; i++) {
        if (!reg_text_is_han(text->c[i].code)) {
            return;
        }
    }

    i = 0;

    if (text->n > REG_OCR_NAME_LEAST && reg_ocr_names_double(text)) {
        i = 2;

    } else if (text->n < REG_OCR_NAME_MOST) {
        reg_ocr_names_choose(&text->c[i++], &reg_ocr_surname);
    }

    for ( /* void */ ; i < text->n; i++) {
        reg_ocr_names_choose(&text->c[i], &reg_ocr_given_name);
    }
}


static int
reg_ocr_names_double(reg_ocr_text_t *text)
{
    size_t          i;
    int32_t         first, second;
    reg_str_t       s;
    reg_ocr_char_t  a, b;

    for (i = 0; reg_ocr_double_surnames[i] != NULL; i++) {
        s.data = (const unsigned char *) reg_ocr_double_surnames[i];
        s.len = strlen(reg_ocr_double_surnames[i]);

        first = reg_text_next(&s);
        second = reg_text_next(&s);

        a = text->c[0];
        b = text->c[1];

        if (reg_ocr_names_take(&a, first) && reg_ocr_names_take(&b, second)) {
            text->c[0] = a;
            text->c[1] = b;
            return 1;
        }
    }

    return 0;
}


static int
reg_ocr_names_take(reg_ocr_char_t *c, int32_t code)
{
    size_t  i;

    if (c->code == code) {
        return 1;
    }

    for (i = 0; i < REG_OCR_OTHERS; i++) {
        if (c->others[i].p > 0 && c->others[i].code == code) {
            c->code = code;
            c->p = c->others[i].p;
            return 1;
        }
    }

    return 0;
}


static void
reg_ocr_names_choose(reg_ocr_char_t *c, const reg_ocr_custom_t *custom)
{
    float                   score, most;
    size_t                  i;
    int32_t                 best, unknown;
    const reg_ocr_other_t  *other;

    best = c->code;
    most = reg_ocr_names_score(c->code, c->p, custom);

    for (i = 0; i < REG_OCR_OTHERS && c->others[i].p > 0; i++) {
        other = &c->others[i];

        if (!reg_text_is_han(other->code)) {
            continue;
        }

        score = reg_ocr_names_score(other->code, other->p, custom);

        if (score > most) {
            most = score;
            best = other->code;
        }
    }

    unknown = reg_ocr_names_unknown(c, custom, most);

    if (unknown != 0) {
        c->code = unknown;
        c->p = fminf(c->p, REG_OCR_NAME_GUESS);
        return;
    }

    (void) reg_ocr_names_take(c, best);
}


/*
 * One that the model does not know, by what was read: its traces tell, or it
 * is likelier than most; or 0.
 */

static int32_t
reg_ocr_names_unknown(const reg_ocr_char_t *c, const reg_ocr_custom_t *custom,
    float most)
{
    float            p;
    size_t           n;
    int32_t          unknown;
    reg_ocr_other_t  read[REG_OCR_OTHERS + 1];

    unknown = reg_ocr_trace(custom->traces, c);

    if (unknown != 0) {
        return unknown;
    }

    read[0].code = c->code;
    read[0].p = c->p;
    memcpy(&read[1], c->others, sizeof(c->others));

    for (n = 1; n <= REG_OCR_OTHERS && read[n].p > 0; n++) {
        /* void */
    }

    unknown = reg_ocr_alike(custom->alike, read, n, &p);
    p = fminf(p * REG_OCR_NAME_ALIKE, 1);

    return (unknown != 0 && reg_ocr_names_score(unknown, p, custom) > most)
           ? unknown : 0;
}


static float
reg_ocr_names_score(int32_t code, float p, const reg_ocr_custom_t *custom)
{
    return logf(p) - custom->weight * logf(reg_ocr_names_usual(code, custom));
}


static float
reg_ocr_names_usual(int32_t code, const reg_ocr_custom_t *custom)
{
    size_t  i;

    for (i = 0; i < custom->n; i++) {
        if (reg_ocr_codes_has(custom->usual[i].characters, code)) {
            return custom->usual[i].one_in;
        }
    }

    return custom->other;
}
