/*
 * Names of towns and villages in an address: what a doubtful character of one
 * is likely to be.
 */

#include <math.h>
#include "reg_ocr_alike.h"
#include "reg_ocr_names.h"
#include "reg_ocr_place.h"
#include "reg_ocr_villages.h"
#include "reg_text.h"


/*
 * How much more often than in other print, of which the model has learned
 * how frequent they are, characters stand in names of places: those that hardly
 * stand anywhere else, usual words for what a village lies at, and surnames.
 */

#define REG_OCR_VILLAGE_ONLY     40.0f
#define REG_OCR_VILLAGE_USUAL    8.0f
#define REG_OCR_VILLAGE_SURNAME  4.0f

static const char  reg_ocr_villages_only[] =
    "坳垇塬峁垸圩埠垭峪垴畈坞坨埔堰墩垅垄堽埂塆坂崮崴沱洼浜泾滘涌漖圳埭墟屯寨堡"
    "砦疃岗崀嶂岽塅埕垟岙坜坵埝墚峒磜磡咀垯坝坪塝堉汊淀浦溪涧岬屿镇乡";

static const char  reg_ocr_villages_usual[] =
    "村庄湾塘沟坡坎冲岭崖岩峰山河江湖潭池泉井渠堤洲滩港渡桥闸头口嘴尾"
    "坑洞窑营店铺集楼阁庙寺庵宫观塔祠堂坊关城寨屋家园田林柳杨槐桃梨枣竹"
    "松柏梁龙凤石沙";

/* One in fewer bears a surname of which villages are called. */

#define REG_OCR_VILLAGE_SURNAMES  400.0f

/*
 * Each division whose name has the character speaks for it, up to so many; not
 * by what it is called as others of its kind are (县, 地区, 自治州).
 */

#define REG_OCR_VILLAGE_DIVISION  0.5f
#define REG_OCR_VILLAGE_MOST      4.0f

/* What tells a character that the model does not know stands nowhere else. */

#define REG_OCR_VILLAGE_ALIKE     400.0f

/* Other characters, and what is no character of a name. */

#define REG_OCR_VILLAGE_OTHER     0.2f
#define REG_OCR_VILLAGE_NONE      0.002f


static int reg_ocr_villages_span(const int32_t *codes, size_t n, size_t *from,
    size_t *to);
static int32_t reg_ocr_villages_choose(const reg_regions_t *regions,
    const reg_ocr_field_t *address, size_t at, int32_t code);
static float reg_ocr_villages_likely(const reg_regions_t *regions,
    int32_t code);
static float reg_ocr_villages_divisions(const reg_regions_t *regions,
    int32_t code);


int
reg_ocr_villages_weigh(const reg_regions_t *regions, size_t from,
    reg_ocr_field_t *address)
{
    int              changed;
    size_t           i, to;
    int32_t          code;
    reg_ocr_place_t  read;

    reg_ocr_place_parse(address->value, &read);
    changed = 0;

    if (!reg_ocr_villages_span(read.c, read.n, &from, &to)) {
        return 0;
    }

    for (i = from; i < to; i++) {
        code = reg_ocr_villages_choose(regions, address, i, read.c[i]);

        if (code != read.c[i]) {
            read.c[i] = code;
            changed = 1;
        }
    }

    reg_ocr_codes_print(read.c, read.n, address->value,
                        sizeof(address->value));

    return changed;
}


/* Behind the last 县, 市, 区 or 旗 that stands before the last 村, 乡 or 镇. */

static int
reg_ocr_villages_span(const int32_t *codes, size_t n, size_t *from, size_t *to)
{
    size_t  i;

    for (i = n; i > *from; i--) {
        if (reg_ocr_codes_has("村乡镇屯", codes[i - 1])) {
            break;
        }
    }

    if (i <= *from) {
        return 0;
    }

    *to = i - 1;

    for ( /* void */ ; i > *from; i--) {
        if (reg_ocr_codes_has("县市区旗", codes[i - 1])) {
            *from = i;
            break;
        }
    }

    return *from > 0 && *from < *to;
}


static int32_t
reg_ocr_villages_choose(const reg_regions_t *regions,
    const reg_ocr_field_t *address, size_t at, int32_t code)
{
    float             p, likely, most;
    size_t            i, n;
    int32_t           best, unknown;
    reg_ocr_other_t   read[REG_OCR_OTHERS + 1];

    n = reg_ocr_alike_doubts(address, at, code, read);
    unknown = reg_ocr_alike(reg_ocr_alike_villages, read, n, &p);

    if (n == 1 && unknown == 0) {
        return code;
    }

    best = code;
    most = reg_ocr_villages_likely(regions, code);

    for (i = 1; i < n && !address->vouched; i++) {
        likely = reg_text_is_han(read[i].code)
                 ? read[i].p * reg_ocr_villages_likely(regions, read[i].code)
                 : 0;

        if (likely > most) {
            most = likely;
            best = read[i].code;
        }
    }

    return (p * REG_OCR_VILLAGE_ALIKE > most) ? unknown : best;
}


static float
reg_ocr_villages_likely(const reg_regions_t *regions, int32_t code)
{
    float  likely;

    if (reg_ocr_codes_has(reg_ocr_villages_only, code)) {
        return REG_OCR_VILLAGE_ONLY;
    }

    if (reg_ocr_codes_has(reg_ocr_villages_usual, code)) {
        return REG_OCR_VILLAGE_USUAL;
    }

    if (!reg_text_is_han(code)) {
        return (code >= '0' && code <= '9') ? REG_OCR_VILLAGE_OTHER
                                            : REG_OCR_VILLAGE_NONE;
    }

    likely = reg_ocr_villages_divisions(regions, code);

    if (reg_ocr_names_one_in(code) < REG_OCR_VILLAGE_SURNAMES) {
        likely = fmaxf(likely, REG_OCR_VILLAGE_SURNAME);
    }

    return fmaxf(likely, REG_OCR_VILLAGE_OTHER);
}


static float
reg_ocr_villages_divisions(const reg_regions_t *regions, int32_t code)
{
    char         stem[64];
    float        n;
    size_t       i;
    const char  *name, *number;

    n = 0;

    for (i = 0; (name = reg_regions_at(regions, i, &number)) != NULL; i++) {
        reg_ocr_place_stem(name, stem, sizeof(stem));
        n += reg_ocr_codes_has(stem, code);
    }

    return fminf(n * REG_OCR_VILLAGE_DIVISION, REG_OCR_VILLAGE_MOST);
}
