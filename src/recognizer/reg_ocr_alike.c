/*
 * Characters that the model does not know, or not in blur, told by those that
 * it reads instead.
 */

#include "reg_ocr_alike.h"
#include "reg_ocr_find.h"
#include "reg_text.h"


const reg_ocr_alike_t  reg_ocr_alike_villages[] = {
    { "垸", "烷皖浣" },
    { "垱", "档挡" },
    { "坳", "幼拗" },
    { "圪", "垃" },
    { "峁", "邺菀卵劵" },
    { "洼", "注" },
    { "凤", "风" },
    { NULL, NULL }
};

const reg_ocr_alike_t  reg_ocr_alike_divisions[] = {
    { "亳", "毫" },
    { "兖", "衮" },
    { "岐", "歧" },
    { "弋", "戈" },
    { "朐", "胸" },
    { "栾", "栗" },
    { "桓", "相恒" },
    { "浚", "凌峻" },
    { "淅", "浙" },
    { "溧", "漂" },
    { "睢", "唯雎" },
    { "磴", "硬" },
    { "茌", "茬荏" },
    { "莒", "营" },
    { "谯", "连樵" },
    { "郏", "郊" },
    { "郯", "剡" },
    { "鄄", "甄" },
    { "颍", "颖" },
    { NULL, NULL }
};

const reg_ocr_alike_t  reg_ocr_alike_surnames[] = {
    { "冼", "洗况" },
    { "卞", "下" },
    { "乜", "也七" },
    { "昝", "替" },
    { "晁", "晃昆显" },
    { "璩", "琥玻球" },
    { "禤", "褶褥" },
    { "缑", "缤猴缘喉" },
    { "訾", "皆警偕背" },
    { "谌", "淇" },
    { "郜", "部" },
    { "鄢", "耶椰鄱" },
    { "糜", "座摩魔" },
    { "邴", "哪邮" },
    { "阎", "间闯问" },
    { "阚", "网闲阐" },
    { "隗", "院陕" },
    { "逯", "还迷退" },
    { "逄", "逢" },
    { "宓", "家密客窈" },
    { "辜", "率" },
    { NULL, NULL }
};

const reg_ocr_alike_t  reg_ocr_alike_given[] = {
    { "叡", "额叔椒" },
    { "垚", "弄走查" },
    { "堃", "垫垒" },
    { "媗", "始娘姐婶" },
    { "嫄", "媒嫩" },
    { "彣", "姓" },
    { "彧", "或" },
    { "忞", "态怒" },
    { "愔", "情倍焙憎" },
    { "懿", "篮笼篱筒" },
    { "旸", "肠" },
    { "昀", "的" },
    { "昉", "肪助" },
    { "晨", "裂" },
    { "晞", "喘脯" },
    { "曦", "哦" },
    { "淏", "漠溴" },
    { "湉", "活" },
    { "湜", "淀提缇是" },
    { "澍", "油" },
    { "烜", "炬烂短" },
    { "焜", "馄烧爆" },
    { "熠", "烟烤" },
    { "燚", "發效装" },
    { "犇", "卖牛" },
    { "玘", "记写" },
    { "玚", "场" },
    { "珏", "班斑" },
    { "珣", "询狗殉孢" },
    { "珮", "壤琥罐" },
    { "琰", "毯琐" },
    { "璠", "播蕃" },
    { "甯", "宵帘窗痛窜" },
    { "禛", "裤" },
    { "稷", "楼稻秽" },
    { "翀", "种肿饼胖" },
    { "翔", "用" },
    { "翾", "霸期" },
    { "赜", "喷腻腩" },
    { "赟", "资" },
    { "頔", "顿帧" },
    { "骁", "號臊" },
    { "娥", "峨" },
    { "磊", "品" },
    { "骉", "锅扇鼠髯录" },
    { NULL, NULL }
};

const reg_ocr_alike_t  reg_ocr_alike_companies[] = {
    { "晨", "最艮" },
    { "曦", "哦暖晞" },
    { "毅", "設殿毁毂殺" },
    { "磐", "繁馨" },
    { "耀", "媒螺" },
    { "顿", "锁预频" },
    { "颂", "须須颁颈绩" },
    { "骁", "绕骆" },
    { "鼎", "糖悲肆翡" },
    { NULL, NULL }
};

const reg_ocr_trace_t  reg_ocr_traces_surnames[] = {
    { "仝", "全", "仝空壬左", 0.002f },
    { "佘", "余", "佘", 0.004f },
    { "邴", "那", "哪帮邓邮郁郎郦鄭", 0.05f },
    { NULL, NULL, NULL, 0 }
};

const reg_ocr_trace_t  reg_ocr_traces_given[] = {
    { "凤", "风", "凤", 0.1f },
    { "瑀", "璃", "瑪玛珺隅", 0.002f },
    { NULL, NULL, NULL, 0 }
};


static int32_t reg_ocr_alike_code(const char *character);


int32_t
reg_ocr_alike(const reg_ocr_alike_t *table, const reg_ocr_other_t *read,
    size_t n, float *p)
{
    float      sum;
    size_t     i;
    int32_t    best;

    best = 0;
    *p = 0;

    for ( /* void */ ; table->character != NULL; table++) {

        for (i = 0, sum = 0; i < n; i++) {
            sum += reg_ocr_codes_has(table->alike, read[i].code) ? read[i].p
                                                                 : 0;
        }

        if (sum > *p) {
            *p = sum;
            best = reg_ocr_alike_code(table->character);
        }
    }

    return best;
}


int32_t
reg_ocr_trace(const reg_ocr_trace_t *table, const reg_ocr_char_t *c)
{
    float   sum;
    size_t  i;

    for ( /* void */ ; table->character != NULL; table++) {

        if (c->code != reg_ocr_alike_code(table->read)) {
            continue;
        }

        for (i = 0, sum = 0; i < REG_OCR_OTHERS; i++) {
            sum += reg_ocr_codes_has(table->traces, c->others[i].code)
                   ? c->others[i].p : 0;
        }

        if (sum >= table->least) {
            return reg_ocr_alike_code(table->character);
        }
    }

    return 0;
}


static int32_t
reg_ocr_alike_code(const char *character)
{
    reg_str_t  s;

    s.data = (const unsigned char *) character;
    s.len = strlen(character);

    return reg_text_next(&s);
}


size_t
reg_ocr_alike_doubts(const reg_ocr_field_t *field, size_t at, int32_t code,
    reg_ocr_other_t *read)
{
    size_t  i, n;

    read[0].code = code;
    read[0].p = 1;
    n = 1;

    for (i = 0; i < field->ndoubts && n <= REG_OCR_OTHERS; i++) {
        if (field->doubts[i].at == at) {
            read[n].code = field->doubts[i].code;
            read[n++].p = field->doubts[i].p;
        }
    }

    return n;
}
