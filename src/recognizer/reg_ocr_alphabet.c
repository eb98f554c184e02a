/*
 * What the reading model can say: its classes as code points, and those of
 * them whose probabilities are kept for a second reading.
 */

#include "reg_ocr_alphabet.h"
#include "reg_text.h"


#define REG_OCR_DICTIONARY_MAX  (256 * 1024)


static int reg_ocr_alphabet_parse(reg_ocr_alphabet_t *alphabet,
    reg_str_t text);
static void reg_ocr_alphabet_keep(reg_ocr_alphabet_t *alphabet,
    const char *text);


const char *const  reg_ocr_ethnic_groups[] = {
    "汉", "蒙古", "回", "藏", "维吾尔", "苗", "彝", "壮", "布依", "朝鲜",
    "满", "侗", "瑶", "白", "土家", "哈尼", "哈萨克", "傣", "黎", "傈僳",
    "佤", "畲", "高山", "拉祜", "水", "东乡", "纳西", "景颇", "柯尔克孜",
    "土", "达斡尔", "仫佬", "羌", "布朗", "撒拉", "毛南", "仡佬", "锡伯",
    "阿昌", "普米", "塔吉克", "怒", "乌孜别克", "俄罗斯", "鄂温克", "德昂",
    "保安", "裕固", "京", "塔塔尔", "独龙", "鄂伦春", "赫哲", "门巴",
    "珞巴", "基诺", NULL
};


reg_ocr_alphabet_t *
reg_ocr_alphabet_load(const char *path, reg_error_t *error)
{
    char                *text;
    size_t               i, len;
    reg_str_t            s;
    reg_ocr_alphabet_t  *alphabet;

    text = reg_file_read(path, REG_OCR_DICTIONARY_MAX, &len, error);
    if (text == NULL) {
        return NULL;
    }

    alphabet = calloc(1, sizeof(reg_ocr_alphabet_t));

    if (alphabet == NULL) {
        reg_error_set(error, "out of memory");
        free(text);
        return NULL;
    }

    s.data = (unsigned char *) text;
    s.len = len;

    if (!reg_ocr_alphabet_parse(alphabet, s)) {
        reg_error_set(error, "%s: not one character a line", path);
        free(alphabet);
        free(text);
        return NULL;
    }

    free(text);

    alphabet->nkept = 1;
    reg_ocr_alphabet_keep(alphabet, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    reg_ocr_alphabet_keep(alphabet, "<.-/:");
    reg_ocr_alphabet_keep(alphabet, "abcdefghijklmnopqrstuvwxyz〈《＜");

    for (i = 0; reg_ocr_ethnic_groups[i] != NULL; i++) {
        reg_ocr_alphabet_keep(alphabet, reg_ocr_ethnic_groups[i]);
    }

    return alphabet;
}


static int
reg_ocr_alphabet_parse(reg_ocr_alphabet_t *alphabet, reg_str_t text)
{
    int32_t  code;

    alphabet->classes = 1;

    while (text.len != 0) {
        code = reg_text_next(&text);

        if (code == -1 || code == '\n'
            || alphabet->classes + 2 > REG_OCR_CLASSES_MAX)
        {
            return 0;
        }

        alphabet->code[alphabet->classes++] = code;

        /* some lines hold a character with a combining mark behind it */

        while (text.len != 0 && code != '\n') {
            code = reg_text_next(&text);
        }
    }

    alphabet->code[alphabet->classes++] = ' ';

    return alphabet->classes > 2;
}


static void
reg_ocr_alphabet_keep(reg_ocr_alphabet_t *alphabet, const char *text)
{
    size_t     class;
    int32_t    code;
    reg_str_t  s;

    s.data = (const unsigned char *) text;
    s.len = strlen(text);

    while ((code = reg_text_next(&s)) != -1) {

        if (reg_ocr_alphabet_kept(alphabet, code) != 0
            || alphabet->nkept == REG_OCR_KEPT_MAX)
        {
            continue;
        }

        for (class = 1; class < alphabet->classes; class++) {
            if (alphabet->code[class] == code) {
                alphabet->kept[alphabet->nkept] = class;
                alphabet->kept_code[alphabet->nkept++] = code;
                break;
            }
        }
    }
}


size_t
reg_ocr_alphabet_kept(const reg_ocr_alphabet_t *alphabet, int32_t code)
{
    size_t  i;

    for (i = 1; i < alphabet->nkept; i++) {
        if (alphabet->kept_code[i] == code) {
            return i;
        }
    }

    return 0;
}


int
reg_ocr_alphabet_has(const reg_ocr_alphabet_t *alphabet, int32_t code)
{
    size_t  class;

    for (class = 1; class < alphabet->classes; class++) {
        if (alphabet->code[class] == code) {
            return 1;
        }
    }

    return 0;
}
