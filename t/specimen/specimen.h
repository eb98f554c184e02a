/*
 * What the parts of the specimen drawer share: a seed becomes a holder
 * (people.c, companies.c, travellers.c), the holder a paper drawn flat in
 * millimetres (card.c, licence.c, passport.c), the paper a photograph
 * (camera.c, table.c, handheld.c, light.c) and that a file (jpeg.c).
 *
 * Nobody's data: everything is made up from the seed.  A program of one
 * thread that ends at the first failure (sp_fail), so nothing returns errors.
 */

#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stddef.h>
#include <stdint.h>

#include <cairo.h>


/* splitmix64: small, and the same on every machine */

typedef struct {
    uint64_t  state;
} sp_random_t;


typedef struct {
    int  year;                          /* 0: no date */
    int  month;
    int  day;
} sp_date_t;


/* GB/T 2260: the smallest division that has a code, and what it lies in */

typedef struct {
    char  code[8];
    char  province[64];
    char  city[64];                     /* empty below a municipality */
    char  county[64];                   /* empty in a city without districts */
} sp_region_t;


typedef struct {
    char         name[96];
    char         address[320];
    char         number[32];            /* GB 11643 */
    char         authority[160];
    const char  *sex;                   /* 男 or 女 */
    const char  *ethnicity;
    sp_date_t    birth;
    sp_date_t    from;
    sp_date_t    until;                 /* no date: 长期 */
} sp_person_t;


typedef struct {
    char         name[160];
    char         type[160];
    char         chief[96];
    char         address[320];
    char         code[32];              /* GB 32100 */
    char         capital[96];
    char         scope[1600];
    char         registrar[160];
    const char  *chief_label;
    const char  *address_label;
    const char  *from_label;
    sp_date_t    established;
    sp_date_t    until;
    sp_date_t    issued;
    int          terms;                 /* 营业期限 is printed */
    int          long_term;
} sp_company_t;


typedef struct {
    char         surname[48];           /* Latin capitals and blanks */
    char         given[48];
    char         native[96];            /* in other writing, or empty */
    char         number[12];
    const char  *country;               /* ICAO 9303, three letters */
    const char  *country_name;
    char         sex;                   /* M or F */
    sp_date_t    birth;
    sp_date_t    from;
    sp_date_t    until;
    char         mrz[2][48];            /* TD3: two lines of 44 */
} sp_traveller_t;


/* How a picture is taken; ranges are for sp_between(). */

typedef struct {
    double  low;
    double  high;
} sp_range_t;


typedef struct {
    const char  *name;
    sp_range_t   fill;                  /* the paper's share of the picture */
    double       em;                    /* least size of print, pixels */
    double       tilt;                  /* degrees at most */
    double       roll;                  /* degrees at most */
    double       turned;                /* chance of a quarter or half turn */
    double       upright;               /* chance of a portrait format */
    double       clutter;               /* chance of other print around */
    double       fingers;               /* chance of fingers on the edge */
    sp_range_t   shade;                 /* light lost at the dark end */
    double       shadow;                /* chance of somebody's shadow */
    double       glare;                 /* chance of a reflection */
    sp_range_t   blur;                  /* deviation, in ems */
    double       motion;                /* length at most, in ems */
    sp_range_t   noise;                 /* deviation, in 255ths */
    sp_range_t   cast;                  /* colour cast, a share */
    sp_range_t   quality;               /* JPEG's */
    double       resaved;               /* chance of having been sent on */
    double       exif;                  /* chance of a stored turn */
} sp_level_t;


typedef enum {
    SP_FAULT_NONE = 0,
    SP_FAULT_WRONG_SIDE,                /* the other side, another document */
    SP_FAULT_BLANK,                     /* a sheet with nothing on it */
    SP_FAULT_NOTHING,                   /* no document at all */
    SP_FAULT_CROPPED,                   /* a part is outside the picture */
    SP_FAULT_BLURRED,
    SP_FAULT_GLARE,                     /* over what matters */
    SP_FAULT_SMALL,                     /* print of a few pixels */
    SP_FAULT_EXPIRED,
    SP_FAULT_CHECK_DIGIT,
    SP_FAULT_SCREEN,                    /* photographed from a screen */
    SP_FAULT_GARBAGE                    /* a JPEG whose data are noise */
} sp_fault_t;


typedef struct sp_specimen_s  sp_specimen_t;


typedef struct {
    double   w;                         /* millimetres */
    double   h;
    double   em;                        /* the smallest print to be read */
    double   corner;                    /* radius of the corners */
    void   (*draw)(sp_specimen_t *s, cairo_t *cr);
} sp_paper_t;


struct sp_specimen_s {
    const char        *kind;            /* what it is said to be */
    const char        *drawn;           /* what it is: differs by a fault */
    const char        *file;
    const char        *name;            /* what the command line says */
    const char        *number;
    const char        *from;
    const char        *until;
    const sp_level_t  *level;
    sp_fault_t         fault;
    unsigned           seed;
    sp_date_t          today;
    int                width;           /* 0: as the level has it */
    int                height;
    int                quality;
    int                orientation;
    int                progressive;
    sp_person_t        person;
    sp_company_t       company;
    sp_traveller_t     traveller;
    sp_random_t        looks;           /* for all that is not data */
};


/* random.c */

void sp_seed(sp_random_t *r, uint64_t seed, const char *purpose);
uint64_t sp_next(sp_random_t *r);
double sp_between(sp_random_t *r, double low, double high);
double sp_range(sp_random_t *r, sp_range_t range);
int sp_integer(sp_random_t *r, int low, int high);
int sp_chance(sp_random_t *r, double share);
const char *sp_pick(sp_random_t *r, const char *const *list);
void sp_character(sp_random_t *r, const char *set, char out[8]);

#define SP_PICK(r, list)                                                     \
    (list)[sp_integer(r, 0, (int) (sizeof(list) / sizeof((list)[0])) - 1)]

/* text.c: strings that grow in a buffer of fixed size, UTF-8 */

void sp_add(char *out, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t sp_length(const char *text);
const char *sp_nth(const char *text, size_t n);
int sp_ends(const char *text, const char *end);

/* regions.c */

void sp_regions_read(const char *path);
void sp_region(sp_random_t *r, sp_region_t *region);
void sp_place(sp_random_t *r, const sp_region_t *region, char *out,
    size_t size);
void sp_street(sp_random_t *r, const sp_region_t *region, char *out,
    size_t size);
void sp_village(sp_random_t *r, char *out, size_t size);
void sp_short_name(const char *name, char *out, size_t size);

/* numbers.c, dates.c */

void sp_resident_number(sp_random_t *r, const char *region, sp_date_t birth,
    int male, char out[32]);
void sp_credit_code(sp_random_t *r, const char *region, char category,
    char out[32]);
char sp_icao_check(const char *text, size_t length);
void sp_spoil_number(char *number);
sp_date_t sp_date(sp_random_t *r, int first_year, int last_year);
sp_date_t sp_date_add(sp_date_t date, int years, int days);
int sp_date_compare(sp_date_t a, sp_date_t b);
sp_date_t sp_date_parse(const char *text);
void sp_date_write(sp_date_t date, const char *separator, char out[32]);

/* people.c, companies.c, travellers.c */

void sp_person(sp_specimen_t *s, sp_random_t *r);
void sp_person_name(sp_random_t *r, int male, char *out, size_t size);
void sp_company(sp_specimen_t *s, sp_random_t *r);
void sp_traveller(sp_specimen_t *s, sp_random_t *r);
void sp_traveller_mrz(sp_traveller_t *t);

/* paper.c: fonts, lines of text, what papers have in common */

#define SP_HEI   "WenQuanYi Zen Hei"
#define SP_SANS  "Noto Sans CJK SC"
#define SP_SONG  "Noto Serif CJK SC"
#define SP_OCRB  "OCR B"

void sp_fonts_check(void);
void sp_font(cairo_t *cr, const char *family, int bold, double size);
double sp_text(cairo_t *cr, double x, double y, double spacing,
    const char *text);
void sp_spread(cairo_t *cr, double x, double y, double width,
    const char *text);
double sp_width(cairo_t *cr, double spacing, const char *text);
void sp_centre(cairo_t *cr, double x, double y, double spacing,
    const char *text);
double sp_wrap(cairo_t *cr, double x, double y, double width, double pitch,
    const char *text);
void sp_ink(cairo_t *cr, unsigned rgb);
void sp_ink_alpha(cairo_t *cr, unsigned rgb, double alpha);
void sp_rounded(cairo_t *cr, double x, double y, double w, double h,
    double radius);
void sp_guilloche(cairo_t *cr, double x, double y, double w, double h,
    double pitch, unsigned rgb, double alpha);
void sp_emblem(cairo_t *cr, double x, double y, double radius);
void sp_portrait(sp_random_t *r, cairo_t *cr, double x, double y, double w,
    double h);
void sp_mark(cairo_t *cr, double x, double y, double size, double angle);

/* card.c, licence.c, passport.c */

sp_paper_t sp_card_portrait(sp_specimen_t *s);
sp_paper_t sp_card_emblem(sp_specimen_t *s);
sp_paper_t sp_licence(sp_specimen_t *s);
sp_paper_t sp_passport(sp_specimen_t *s);

/* Where the paper's corners are in the picture, in pixels */

typedef struct {
    double  x[4];                       /* top left, then clockwise */
    double  y[4];
} sp_quad_t;

/* camera.c, warp.c */

const sp_level_t *sp_level(const char *name);
cairo_surface_t *sp_render(sp_specimen_t *s, const sp_paper_t *paper,
    double scale);
cairo_surface_t *sp_photograph(sp_specimen_t *s, const sp_paper_t *paper);
void sp_warp(cairo_surface_t *onto, cairo_surface_t *texture,
    const sp_quad_t *quad);
void sp_screen(sp_random_t *r, cairo_surface_t *picture,
    const sp_quad_t *quad);

/* table.c, handheld.c */

void sp_table(sp_specimen_t *s, cairo_surface_t *picture);
void sp_table_print(sp_specimen_t *s, cairo_surface_t *picture, double em);
void sp_paper_shadow(sp_random_t *r, cairo_t *cr, const sp_quad_t *quad,
    double size);
void sp_fingers(sp_random_t *r, cairo_t *cr, const sp_quad_t *quad,
    double scale);
void sp_room(sp_specimen_t *s, cairo_surface_t *picture,
    const sp_quad_t *quad);
void sp_hands(cairo_t *cr, const sp_quad_t *quad);

/* light.c */

void sp_light(sp_specimen_t *s, cairo_surface_t *picture,
    const sp_quad_t *quad);
void sp_blur(cairo_surface_t *picture, double deviation);
void sp_motion(cairo_surface_t *picture, double dx, double dy);
void sp_noise(sp_random_t *r, cairo_surface_t *picture, double deviation);

/* jpeg.c */

void sp_jpeg_write(const sp_specimen_t *s, cairo_surface_t *picture);
void sp_jpeg_resave(cairo_surface_t *picture, int quality);

/* truth.c, draw.c */

void sp_truth(const sp_specimen_t *s);
const char *sp_fault_name(sp_fault_t fault);
void sp_fail(const char *format, ...)
    __attribute__((noreturn, format(printf, 1, 2)));


#endif
