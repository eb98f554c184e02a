/*
 * Draws specimens of identity documents as a scanner or a telephone would
 * take them, for tests, benchmarks and the pages' examples.  Nobody's data:
 * all of it is made up, with right check characters, and SPECIMEN 样本 is
 * written on each picture.
 *
 * usage: draw --kind KIND [--level LEVEL] [--fault FAULT] [--seed N]
 *             [--size WIDTHxHEIGHT] [--quality N] [--name TEXT]
 *             [--number TEXT] [--from DATE] [--until DATE] [--today DATE]
 *             [--orientation 1-8] [--progressive] [--regions FILE] FILE.jpg
 *
 * The same arguments draw the same picture; a seed is one person, whatever is
 * drawn.  What is written on it goes to standard output as JSON.  Without a
 * level it is an easy photograph of 1600x1200 at quality 80.
 */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "specimen.h"


static const struct {
    const char  *name;
    sp_paper_t (*paper)(sp_specimen_t *s);
    const char  *wrong;                 /* what is taken for it */
} kinds[] = {
    { "id_card_portrait", sp_card_portrait, "id_card_emblem" },
    { "id_card_emblem", sp_card_emblem, "id_card_portrait" },
    { "id_card_handheld", sp_card_portrait, "id_card_handheld" },
    { "licence", sp_licence, "id_card_portrait" },
    { "passport_page", sp_passport, "id_card_portrait" },
};

#define KINDS_N  (sizeof(kinds) / sizeof(kinds[0]))


static const char *const  faults[] = {
    [SP_FAULT_NONE] = "none",
    [SP_FAULT_WRONG_SIDE] = "wrong_side",
    [SP_FAULT_BLANK] = "blank",
    [SP_FAULT_NOTHING] = "nothing",
    [SP_FAULT_CROPPED] = "cropped",
    [SP_FAULT_BLURRED] = "blurred",
    [SP_FAULT_GLARE] = "glare",
    [SP_FAULT_SMALL] = "small",
    [SP_FAULT_EXPIRED] = "expired",
    [SP_FAULT_CHECK_DIGIT] = "check_digit",
    [SP_FAULT_SCREEN] = "screen",
    [SP_FAULT_GARBAGE] = "garbage"
};

#define FAULTS_N  (sizeof(faults) / sizeof(faults[0]))


void
sp_fail(const char *format, ...)
{
    va_list  args;

    va_start(args, format);
    fputs("draw: ", stderr);
    vfprintf(stderr, format, args);
    fputs("\n", stderr);
    va_end(args);

    exit(1);
}


const char *
sp_fault_name(sp_fault_t fault)
{
    return faults[fault];
}


static sp_fault_t
fault_of(const char *name)
{
    size_t  i;

    for (i = 0; i < FAULTS_N; i++) {
        if (strcmp(faults[i], name) == 0) {
            return i;
        }
    }

    sp_fail("unknown fault %s: it is one of wrong_side, blank, nothing, "
            "cropped, blurred, glare, small, expired, check_digit, screen, "
            "garbage", name);
}


static size_t
kind_of(const char *name)
{
    size_t  i;

    for (i = 0; i < KINDS_N; i++) {
        if (strcmp(kinds[i].name, name) == 0) {
            return i;
        }
    }

    sp_fail("unknown kind %s: it is one of id_card_portrait, id_card_emblem, "
            "id_card_handheld, licence, passport_page", name);
}


typedef struct {
    const char  *option;
    const char **value;
} option_t;


static void
read_number(sp_specimen_t *s, const char *option, const char *value)
{
    if (strcmp(option, "--seed") == 0) {
        s->seed = strtoul(value, NULL, 10);

    } else if (strcmp(option, "--quality") == 0) {
        s->quality = atoi(value);

    } else if (strcmp(option, "--orientation") == 0) {
        s->orientation = atoi(value);

    } else if (strcmp(option, "--level") == 0) {
        s->level = sp_level(value);

    } else if (strcmp(option, "--fault") == 0) {
        s->fault = fault_of(value);

    } else if (strcmp(option, "--today") == 0) {
        s->today = sp_date_parse(value);

    } else if (strcmp(option, "--size") == 0) {
        if (sscanf(value, "%dx%d", &s->width, &s->height) != 2) {
            sp_fail("--size %s: expected WIDTHxHEIGHT", value);
        }

    } else {
        sp_fail("unknown option %s", option);
    }
}


static void
read_option(sp_specimen_t *s, const char **regions, const char *option,
    const char *value)
{
    size_t  i;

    const option_t  texts[] = {
        { "--kind", &s->kind }, { "--name", &s->name },
        { "--number", &s->number }, { "--from", &s->from },
        { "--until", &s->until }, { "--regions", regions },
    };

    if (value == NULL) {
        sp_fail("%s needs a value", option);
    }

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        if (strcmp(texts[i].option, option) == 0) {
            *texts[i].value = value;
            return;
        }
    }

    read_number(s, option, value);
}


static void
read_options(sp_specimen_t *s, const char **regions, int argc,
    char *const *argv)
{
    int  i;

    for (i = 1; i < argc; i++) {

        if (strcmp(argv[i], "--progressive") == 0) {
            s->progressive = 1;

        } else if (strncmp(argv[i], "--", 2) == 0) {
            read_option(s, regions, argv[i], i + 1 < argc ? argv[i + 1]
                                                          : NULL);
            i++;

        } else if (s->file != NULL) {
            sp_fail("two files: %s and %s", s->file, argv[i]);

        } else {
            s->file = argv[i];
        }
    }

    if (s->file == NULL || s->kind == NULL) {
        sp_fail("usage: draw --kind KIND [--level LEVEL] [--fault FAULT] "
                "[--seed N] [--size WIDTHxHEIGHT] [--quality N] [--name TEXT] "
                "[--number TEXT] [--from DATE] [--until DATE] [--today DATE] "
                "[--orientation 1-8] [--progressive] [--regions FILE] "
                "FILE.jpg");
    }
}


/* Without a level: the picture that tests and the README speak of */

static void
complete(sp_specimen_t *s)
{
    if (s->level == NULL) {
        s->level = sp_level("default");
        s->width = s->width ? s->width : 1600;
        s->height = s->height ? s->height : 1200;
        s->quality = s->quality ? s->quality : 80;
        s->orientation = s->orientation ? s->orientation : 1;
    }

    if ((s->width && (s->width < 16 || s->width > 20000 || s->height < 16
                      || s->height > 20000))
        || s->orientation < 0 || s->orientation > 8
        || s->quality < 0 || s->quality > 100)
    {
        sp_fail("size is 16 to 20000, orientation 1 to 8, quality 1 to 100");
    }
}


static void
make_holder(sp_specimen_t *s)
{
    sp_random_t  chance;

    sp_seed(&chance, s->seed, "holder");

    if (strcmp(s->drawn, "licence") == 0) {
        sp_company(s, &chance);

    } else if (strcmp(s->drawn, "passport_page") == 0) {
        sp_traveller(s, &chance);

    } else {
        sp_person(s, &chance);
    }
}


int
main(int argc, char **argv)
{
    size_t            kind;
    char              purpose[80];
    sp_paper_t        paper;
    const char       *regions;
    sp_specimen_t     s;
    cairo_surface_t  *picture;

    memset(&s, 0, sizeof(s));
    s.seed = 1;
    s.today = (sp_date_t) { 2026, 11, 27 };
    regions = SPECIMEN_REGIONS;

    read_options(&s, &regions, argc, argv);
    complete(&s);

    kind = kind_of(s.kind);

    if (s.fault == SP_FAULT_WRONG_SIDE) {
        kind = kind_of(kinds[kind].wrong);
    }

    s.drawn = kinds[kind].name;

    sp_regions_read(regions);
    sp_fonts_check();
    make_holder(&s);

    snprintf(purpose, sizeof(purpose), "%s %s", s.kind, s.level->name);
    sp_seed(&s.looks, s.seed, purpose);

    paper = kinds[kind].paper(&s);
    picture = sp_photograph(&s, &paper);
    sp_jpeg_write(&s, picture);
    cairo_surface_destroy(picture);

    sp_truth(&s);

    return 0;
}
