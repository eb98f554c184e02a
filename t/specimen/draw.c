/*
 * Draws specimens of identity documents as a telephone would photograph
 * them, for tests and benchmarks.  Nobody's data: names are 样本甲, 样本乙, …,
 * numbers are made up (with a right check character), and SPECIMEN 样本 is
 * written across each picture.
 *
 * usage: draw --kind KIND [--seed N] [--size WIDTHxHEIGHT] [--quality N]
 *             [--name TEXT] [--number TEXT] [--from DATE] [--until DATE]
 *             [--orientation 1-8] [--progressive] FILE.jpg
 *
 * The same arguments draw the same picture; what is written on it goes to
 * standard output as JSON.  Needs Debian's fonts-wqy-zenhei (or
 * fonts-noto-cjk).
 */

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cairo.h>
#include <jpeglib.h>


/* Everything is laid out on this canvas and scaled. */

#define CANVAS_W  1600.0
#define CANVAS_H  1200.0


typedef struct {
    const char  *kind;
    const char  *name;
    const char  *number;
    const char  *from;
    const char  *until;
    const char  *file;
    unsigned     seed;
    int          width;
    int          height;
    int          quality;
    int          orientation;
    int          progressive;
    uint64_t     random;
    const char  *font;
    char         made[3][64];
} specimen_t;


typedef struct {
    const char  *kind;
    void       (*draw)(specimen_t *s, cairo_t *cr);
} kind_t;


static void id_card_portrait(specimen_t *s, cairo_t *cr);
static void id_card_emblem(specimen_t *s, cairo_t *cr);
static void id_card_handheld(specimen_t *s, cairo_t *cr);
static void licence(specimen_t *s, cairo_t *cr);
static void passport_page(specimen_t *s, cairo_t *cr);


static const kind_t  kinds[] = {
    { "id_card_portrait", id_card_portrait },
    { "id_card_emblem", id_card_emblem },
    { "id_card_handheld", id_card_handheld },
    { "licence", licence },
    { "passport_page", passport_page },
    { NULL, NULL }
};


static void
fail(const char *format, ...)
{
    va_list  args;

    va_start(args, format);
    fputs("draw: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);

    exit(1);
}


/* splitmix64: small, and the same on every machine */

static uint64_t
random_next(specimen_t *s)
{
    uint64_t  z;

    z = (s->random += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;

    return z ^ (z >> 31);
}


static double
random_between(specimen_t *s, double low, double high)
{
    return low + (high - low) * (random_next(s) >> 11) / 9007199254740992.0;
}


static void
text(specimen_t *s, cairo_t *cr, double x, double y, double size,
    const char *line)
{
    cairo_select_font_face(cr, s->font, CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
    cairo_move_to(cr, x, y);
    cairo_show_text(cr, line);
}


static void
ink(cairo_t *cr, double r, double g, double b)
{
    cairo_set_source_rgb(cr, r, g, b);
}


/* A font without the characters would draw boxes and say nothing. */

static const char *
find_font(cairo_t *cr)
{
    int             n;
    size_t          i;
    unsigned long   index;
    cairo_glyph_t  *glyphs;

    static const char *const  fonts[] = {
        "WenQuanYi Zen Hei", "Noto Sans CJK SC", "WenQuanYi Micro Hei"
    };

    for (i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++) {
        cairo_select_font_face(cr, fonts[i], CAIRO_FONT_SLANT_NORMAL,
                               CAIRO_FONT_WEIGHT_NORMAL);

        glyphs = NULL;
        cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cr), 0, 0,
                                         "样", -1, &glyphs, &n, NULL, NULL,
                                         NULL);
        index = n == 1 ? glyphs[0].index : 0;
        cairo_glyph_free(glyphs);

        if (index) {
            return fonts[i];
        }
    }

    fail("no font has Chinese characters: install fonts-wqy-zenhei");

    return NULL;
}


/* GB 11643-1999: ISO 7064 MOD 11-2 */

static void
make_resident_number(specimen_t *s, char out[64])
{
    int       i, sum, year, month, day, order;

    static const int  weights[] = {
        7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2
    };

    year = random_between(s, 1960, 2000);
    month = random_between(s, 1, 13);
    day = random_between(s, 1, 29);
    order = random_between(s, 1, 1000);

    snprintf(out, 64, "410105%04d%02d%02d%03d", year, month, day, order);

    for (i = 0, sum = 0; i < 17; i++) {
        sum += weights[i] * (out[i] - '0');
    }

    out[17] = "10X98765432"[sum % 11];
    out[18] = '\0';
}


/* GB 32100-2015; its places 9 to 17 are an organisation code, GB 11714 */

static void
make_credit_code(specimen_t *s, char out[64])
{
    int  i, sum;

    static const char  letters[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char  digits[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int   inner[] = { 3, 7, 9, 10, 5, 8, 4, 2 };
    static const int   outer[] = {
        1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28
    };

    snprintf(out, 64, "91410105MA%06d",
             (int) random_between(s, 100000, 999999));

    for (i = 0, sum = 0; i < 8; i++) {
        sum += inner[i] * (int) (strchr(letters, out[8 + i]) - letters);
    }

    out[16] = "0X987654321"[sum % 11];

    for (i = 0, sum = 0; i < 17; i++) {
        sum += outer[i] * (int) (strchr(digits, out[i]) - digits);
    }

    out[17] = digits[(31 - sum % 31) % 31];
    out[18] = '\0';
}


/*
 * A resident identity card is valid for 10 years from the age of 16, 20 from
 * 26, without end from 46 (its law, article 5); the others here for 20.
 */

static void
make_term(specimen_t *s, int year)
{
    int  birth, age;

    birth = 0;

    if (strlen(s->number) == 18 && strcmp(s->kind, "licence") != 0) {
        (void) sscanf(s->number + 6, "%4d", &birth);
    }

    /* in full years on 15 March, from month and day of the number */

    age = year - birth - (birth && strncmp(s->number + 10, "0315", 4) > 0);

    if (birth && age >= 46) {
        snprintf(s->made[2], 64, "长期");
        return;
    }

    snprintf(s->made[2], 64, "%d.03.15", year + (birth && age < 26 ? 10 : 20));
}


/* What the command line does not say is made up from the seed. */

static void
make_values(specimen_t *s)
{
    int  year;

    static const char *const  names[] = {
        "样本甲", "样本乙", "样本丙", "样本丁", "样本戊", "样本己"
    };

    if (s->number == NULL) {
        s->number = s->made[0];

        if (strcmp(s->kind, "licence") == 0) {
            make_credit_code(s, s->made[0]);

        } else if (strcmp(s->kind, "passport_page") == 0) {
            snprintf(s->made[0], 64, "E%08d",
                     (int) random_between(s, 10000000, 99999999));

        } else {
            make_resident_number(s, s->made[0]);
        }
    }

    year = random_between(s, 2017, 2025);
    snprintf(s->made[1], 64, "%d.03.15", year);
    make_term(s, year);

    if (s->from == NULL) {
        s->from = s->made[1];
    }

    if (s->until == NULL) {
        s->until = s->made[2];
    }

    if (s->name == NULL) {
        s->name = strcmp(s->kind, "licence") == 0 ? "样本文化有限公司"
                  : names[random_next(s) % (sizeof(names) / sizeof(names[0]))];
    }
}


static void
print_json(const specimen_t *s)
{
    size_t       i;
    const char  *p;

    const char *const  members[][2] = {
        { "kind", s->kind }, { "name", s->name }, { "number", s->number },
        { "from", s->from }, { "until", s->until }, { "file", s->file },
    };

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        printf("%s\"%s\":\"", i ? "," : "{", members[i][0]);

        for (p = members[i][1]; *p; p++) {
            if (*p == '"' || *p == '\\') {
                putchar('\\');
            }

            putchar(*p);
        }

        putchar('"');
    }

    puts("}");
}


static void
table_top(specimen_t *s, cairo_t *cr)
{
    double            hue;
    cairo_pattern_t  *light;

    hue = random_between(s, 0, 0.25);

    light = cairo_pattern_create_linear(0, 0, CANVAS_W, CANVAS_H);
    cairo_pattern_add_color_stop_rgb(light, 0, 0.45 + hue, 0.42, 0.38);
    cairo_pattern_add_color_stop_rgb(light, 1, 0.25 + hue, 0.24, 0.22);
    cairo_set_source(cr, light);
    cairo_paint(cr);
    cairo_pattern_destroy(light);
}


/* A sheet at a slight angle; drawing goes on in its own coordinates. */

static void
sheet(specimen_t *s, cairo_t *cr, double w, double h, double r, double g,
    double b)
{
    cairo_translate(cr, CANVAS_W / 2 + random_between(s, -40, 40),
                    CANVAS_H / 2 + random_between(s, -30, 30));
    cairo_rotate(cr, random_between(s, -0.03, 0.03));
    cairo_translate(cr, -w / 2, -h / 2);

    cairo_set_source_rgba(cr, 0, 0, 0, 0.3);
    cairo_rectangle(cr, 10, 12, w, h);
    cairo_fill(cr);

    ink(cr, r, g, b);
    cairo_rectangle(cr, 0, 0, w, h);
    cairo_fill(cr);
}


static void
watermark(specimen_t *s, cairo_t *cr, double w, double h)
{
    cairo_save(cr);
    cairo_set_source_rgba(cr, 0.85, 0.1, 0.1, 0.28);
    cairo_translate(cr, w * 0.1, h * 0.92);
    cairo_rotate(cr, -atan2(h, w) * 0.8);
    text(s, cr, 0, 0, w / 8, "SPECIMEN 样本");
    cairo_restore(cr);
}


/* A head and shoulders that are nobody's */

static void
silhouette(cairo_t *cr, double x, double y, double size)
{
    ink(cr, 0.55, 0.57, 0.6);
    cairo_new_path(cr);
    cairo_arc(cr, x, y, size * 0.28, 0, 2 * M_PI);
    cairo_fill(cr);
    cairo_new_path(cr);
    cairo_arc(cr, x, y + size * 0.75, size * 0.45, M_PI, 2 * M_PI);
    cairo_fill(cr);
}


static void
labelled(specimen_t *s, cairo_t *cr, double x, double y, const char *label,
    const char *value)
{
    ink(cr, 0.2, 0.35, 0.6);
    text(s, cr, x, y, 34, label);
    ink(cr, 0.08, 0.08, 0.1);
    text(s, cr, x + 150, y, 44, value);
}


static void
portrait_card(specimen_t *s, cairo_t *cr)
{
    char  born[64];

    labelled(s, cr, 90, 130, "姓名", s->name);
    labelled(s, cr, 90, 220, "性别", strlen(s->number) == 18
                                     && (s->number[16] - '0') % 2 == 0
                                     ? "女   民族 汉" : "男   民族 汉");

    if (strlen(s->number) == 18) {
        snprintf(born, sizeof(born), "%.4s 年 %d 月 %d 日", s->number + 6,
                 atoi((char[]) { s->number[10], s->number[11], 0 }),
                 atoi((char[]) { s->number[12], s->number[13], 0 }));
        labelled(s, cr, 90, 310, "出生", born);
    }

    labelled(s, cr, 90, 400, "住址", "河南省郑州市金水区");
    text(s, cr, 240, 460, 44, "样本路100号");

    ink(cr, 0.2, 0.35, 0.6);
    text(s, cr, 90, 640, 34, "公民身份号码");
    ink(cr, 0.08, 0.08, 0.1);
    text(s, cr, 400, 642, 54, s->number);

    silhouette(cr, 960, 260, 330);
}


static void
id_card_portrait(specimen_t *s, cairo_t *cr)
{
    sheet(s, cr, 1180, 740, 0.90, 0.94, 0.96);
    portrait_card(s, cr);
    watermark(s, cr, 1180, 740);
}


static void
id_card_emblem(specimen_t *s, cairo_t *cr)
{
    char  term[160];

    sheet(s, cr, 1180, 740, 0.93, 0.93, 0.95);

    /* a plain disc: the real emblem is protected by law */

    ink(cr, 0.8, 0.2, 0.15);
    cairo_new_path(cr);
    cairo_arc(cr, 180, 180, 90, 0, 2 * M_PI);
    cairo_fill(cr);

    ink(cr, 0.1, 0.1, 0.1);
    text(s, cr, 360, 160, 70, "中华人民共和国");
    text(s, cr, 380, 280, 88, "居民身份证");

    labelled(s, cr, 240, 560, "签发机关", "  样本市公安局样本分局");

    snprintf(term, sizeof(term), "  %s-%s", s->from, s->until);
    labelled(s, cr, 240, 640, "有效期限", term);
    watermark(s, cr, 1180, 740);
}


static void
id_card_handheld(specimen_t *s, cairo_t *cr)
{
    silhouette(cr, CANVAS_W / 2, 380, 900);

    cairo_translate(cr, 560, 760);
    cairo_rotate(cr, random_between(s, -0.06, 0.06));
    cairo_scale(cr, 0.42, 0.42);

    ink(cr, 0.90, 0.94, 0.96);
    cairo_rectangle(cr, 0, 0, 1180, 740);
    cairo_fill(cr);
    portrait_card(s, cr);
    watermark(s, cr, 1180, 740);
}


static void
licence(specimen_t *s, cairo_t *cr)
{
    sheet(s, cr, 1440, 1020, 0.98, 0.97, 0.92);

    ink(cr, 0.7, 0.55, 0.2);
    cairo_set_line_width(cr, 12);
    cairo_rectangle(cr, 30, 30, 1380, 960);
    cairo_stroke(cr);

    ink(cr, 0.1, 0.1, 0.1);
    text(s, cr, 520, 190, 96, "营业执照");
    text(s, cr, 660, 250, 40, "(副 本)");
    text(s, cr, 90, 310, 34, "统一社会信用代码");
    text(s, cr, 90, 365, 48, s->number);

    labelled(s, cr, 90, 480, "名称", s->name);
    labelled(s, cr, 90, 560, "类型", "有限责任公司");
    labelled(s, cr, 90, 640, "法定代表人", "  样本甲");
    labelled(s, cr, 90, 720, "住所", "河南省郑州市金水区样本路100号");
    labelled(s, cr, 760, 480, "注册资本", " 壹佰万元整");
    labelled(s, cr, 760, 560, "成立日期", s->from);
    labelled(s, cr, 760, 640, "营业期限", s->until);

    /* the red seal that the form asks for */

    cairo_set_source_rgba(cr, 0.85, 0.1, 0.1, 0.75);
    cairo_set_line_width(cr, 10);
    cairo_new_path(cr);
    cairo_arc(cr, 1180, 830, 110, 0, 2 * M_PI);
    cairo_stroke(cr);
    text(s, cr, 1110, 845, 44, "样本章");

    watermark(s, cr, 1440, 1020);
}


static void
passport_page(specimen_t *s, cairo_t *cr)
{
    char  line[160];

    sheet(s, cr, 1300, 900, 0.93, 0.95, 0.91);

    ink(cr, 0.1, 0.1, 0.1);
    text(s, cr, 420, 110, 56, "护照 PASSPORT");
    silhouette(cr, 240, 330, 380);

    labelled(s, cr, 520, 220, "护照号", s->number);
    labelled(s, cr, 520, 310, "姓名", s->name);
    labelled(s, cr, 520, 400, "国籍", "样本国 / UTOPIA");
    labelled(s, cr, 520, 490, "签发日期", s->from);
    labelled(s, cr, 520, 580, "有效期至", s->until);

    /* the machine-readable zone of ICAO 9303; UTO is its own example state */

    snprintf(line, sizeof(line), "P<UTOSPECIMEN<<YANGBEN<<<<<<<<<<<<<<<<<<<<<");
    text(s, cr, 60, 780, 42, line);
    snprintf(line, sizeof(line), "%.9s<0UTO8001014M3001019<<<<<<<<<<<<<<02",
             s->number);
    text(s, cr, 60, 850, 42, line);

    watermark(s, cr, 1300, 900);
}


/* Where a stored pixel is seen (EXIF 2.32, 4.6.4.A). */

static void
seen_at(const specimen_t *s, int x, int y, int w, int h, int *sx, int *sy)
{
    int  rx, ry;

    rx = w - 1 - x;
    ry = h - 1 - y;

    switch (s->orientation) {
    case 2:  *sx = rx; *sy = y;  break;
    case 3:  *sx = rx; *sy = ry; break;
    case 4:  *sx = x;  *sy = ry; break;
    case 5:  *sx = y;  *sy = x;  break;
    case 6:  *sx = ry; *sy = x;  break;
    case 7:  *sx = ry; *sy = rx; break;
    case 8:  *sx = y;  *sy = rx; break;
    default: *sx = x;  *sy = y;  break;
    }
}


/* A pixel with the noise of a telephone's sensor on it */

static void
expose(specimen_t *s, uint32_t pixel, JSAMPLE *out)
{
    int       i, value, noise;
    uint64_t  r;

    r = random_next(s);

    /* the sum of three even spreads, nearly normal; deviation about 7 */

    noise = (int) (r & 15) + (int) (r >> 4 & 15) + (int) (r >> 8 & 15) - 22;

    for (i = 0; i < 3; i++) {
        value = (int) (pixel >> (16 - 8 * i) & 0xff) + noise * 8 / 10;
        out[i] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
}


/*
 * What a telephone writes: EXIF with camera, orientation and a place that
 * is none (0° N, 0° E).
 */

static void
write_exif(const specimen_t *s, struct jpeg_compress_struct *cinfo)
{
    unsigned char  exif[] =
        "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\3"
        "\1\x0f\0\2\0\0\0\x09\0\0\0\x32"
        "\1\x12\0\3\0\0\0\1\0\1\0\0"
        "\x88\x25\0\4\0\0\0\1\0\0\0\x3c" "\0\0\0\0"
        "SPECIMEN\0\0"
        "\0\1" "\0\1\0\2\0\0\0\2N\0\0\0" "\0\0\0\0";

    exif[6 + 8 + 2 + 12 + 9] = s->orientation;

    jpeg_write_marker(cinfo, JPEG_APP0 + 1, exif, sizeof(exif) - 1);
}


static void
write_jpeg(specimen_t *s, cairo_surface_t *surface, FILE *file)
{
    int                          x, y, w, h, sx, sy, stride;
    JSAMPLE                     *row;
    const uint32_t              *pixels;
    struct jpeg_error_mgr        err;
    struct jpeg_compress_struct  cinfo;

    w = s->orientation < 5 ? s->width : s->height;
    h = s->orientation < 5 ? s->height : s->width;

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_compress(&cinfo);
    jpeg_stdio_dest(&cinfo, file);

    cinfo.image_width = w;
    cinfo.image_height = h;
    cinfo.input_components = 3;
    cinfo.in_color_space = JCS_RGB;

    jpeg_set_defaults(&cinfo);
    jpeg_set_quality(&cinfo, s->quality, TRUE);

    if (s->progressive) {
        jpeg_simple_progression(&cinfo);
    }

    jpeg_start_compress(&cinfo, TRUE);
    write_exif(s, &cinfo);

    row = malloc(3 * (size_t) w);
    if (row == NULL) {
        fail("out of memory");
    }

    pixels = (const uint32_t *) cairo_image_surface_get_data(surface);
    stride = cairo_image_surface_get_stride(surface) / 4;

    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            seen_at(s, x, y, w, h, &sx, &sy);
            expose(s, pixels[(size_t) sy * stride + sx], row + 3 * x);
        }

        jpeg_write_scanlines(&cinfo, &row, 1);
    }

    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    free(row);
}


static void
draw(specimen_t *s, const kind_t *kind)
{
    FILE             *file;
    cairo_t          *cr;
    cairo_surface_t  *surface;

    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, s->width,
                                         s->height);
    cr = cairo_create(surface);

    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS) {
        fail("%dx%d: %s", s->width, s->height,
             cairo_status_to_string(cairo_status(cr)));
    }

    s->font = find_font(cr);
    cairo_scale(cr, s->width / CANVAS_W, s->height / CANVAS_H);

    table_top(s, cr);
    kind->draw(s, cr);

    cairo_destroy(cr);
    cairo_surface_flush(surface);

    file = fopen(s->file, "wb");
    if (file == NULL) {
        perror(s->file);
        exit(1);
    }

    write_jpeg(s, surface, file);
    cairo_surface_destroy(surface);

    if (fclose(file) != 0) {
        perror(s->file);
        exit(1);
    }
}


static void
read_option(specimen_t *s, const char *option, const char *value)
{
    if (value == NULL) {
        fail("%s needs a value", option);
    }

    if (strcmp(option, "--kind") == 0) {
        s->kind = value;

    } else if (strcmp(option, "--name") == 0) {
        s->name = value;

    } else if (strcmp(option, "--number") == 0) {
        s->number = value;

    } else if (strcmp(option, "--from") == 0) {
        s->from = value;

    } else if (strcmp(option, "--until") == 0) {
        s->until = value;

    } else if (strcmp(option, "--seed") == 0) {
        s->seed = strtoul(value, NULL, 10);

    } else if (strcmp(option, "--quality") == 0) {
        s->quality = atoi(value);

    } else if (strcmp(option, "--orientation") == 0) {
        s->orientation = atoi(value);

    } else if (strcmp(option, "--size") == 0) {
        if (sscanf(value, "%dx%d", &s->width, &s->height) != 2) {
            fail("--size %s: expected WIDTHxHEIGHT", value);
        }

    } else {
        fail("unknown option %s", option);
    }
}


static void
read_options(specimen_t *s, int argc, char *const *argv)
{
    int  i;

    for (i = 1; i < argc; i++) {

        if (strcmp(argv[i], "--progressive") == 0) {
            s->progressive = 1;

        } else if (strncmp(argv[i], "--", 2) == 0) {
            read_option(s, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;

        } else if (s->file != NULL) {
            fail("two files: %s and %s", s->file, argv[i]);

        } else {
            s->file = argv[i];
        }
    }

    if (s->file == NULL || s->kind == NULL) {
        fail("usage: draw --kind KIND [--seed N] [--size WIDTHxHEIGHT] "
             "[--quality N] [--name TEXT] [--number TEXT] [--from DATE] "
             "[--until DATE] [--orientation 1-8] [--progressive] FILE.jpg");
    }

    if (s->width < 16 || s->width > 20000 || s->height < 16
        || s->height > 20000 || s->orientation < 1 || s->orientation > 8
        || s->quality < 1 || s->quality > 100)
    {
        fail("size is 16 to 20000, orientation 1 to 8, quality 1 to 100");
    }
}


int
main(int argc, char **argv)
{
    specimen_t     s;
    const kind_t  *kind;

    memset(&s, 0, sizeof(s));
    s.seed = 1;
    s.width = 1600;
    s.height = 1200;
    s.quality = 80;
    s.orientation = 1;

    read_options(&s, argc, argv);

    for (kind = kinds; kind->kind != NULL; kind++) {
        if (strcmp(kind->kind, s.kind) == 0) {
            break;
        }
    }

    if (kind->kind == NULL) {
        fail("unknown kind %s: it is one of id_card_portrait, id_card_emblem, "
             "id_card_handheld, licence, passport_page", s.kind);
    }

    /* a seed is one person, whatever is drawn; the background is its own */

    s.random = s.seed * 1000003;
    make_values(&s);

    s.random += kind - kinds;
    draw(&s, kind);
    print_json(&s);

    return 0;
}
