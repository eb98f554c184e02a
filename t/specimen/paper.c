/* What the papers have in common: print, lines, emblem, portrait, the mark. */

#include <math.h>
#include <string.h>

#include "specimen.h"


static unsigned long
glyph(cairo_t *cr, const char *character)
{
    int             n;
    unsigned long   index;
    cairo_glyph_t  *glyphs;

    glyphs = NULL;
    n = 0;

    cairo_scaled_font_text_to_glyphs(cairo_get_scaled_font(cr), 0, 0,
                                     character, -1, &glyphs, &n, NULL, NULL,
                                     NULL);
    index = n == 1 ? glyphs[0].index : 0;
    cairo_glyph_free(glyphs);

    return index;
}


/* A font without the characters would draw boxes and say nothing. */

void
sp_fonts_check(void)
{
    size_t            i;
    cairo_t          *cr;
    cairo_surface_t  *surface;

    static const char *const  fonts[][3] = {
        { SP_HEI, "样", "fonts-wqy-zenhei" },
        { SP_SANS, "样", "fonts-noto-cjk" },
        { SP_SONG, "样", "fonts-noto-cjk" },
    };

    surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 8, 8);
    cr = cairo_create(surface);

    for (i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++) {
        sp_font(cr, fonts[i][0], 0, 8);

        if (glyph(cr, fonts[i][1]) == 0) {
            sp_fail("the font %s has no Chinese characters: install %s",
                    fonts[i][0], fonts[i][2]);
        }
    }

    /* any font has digits: what is not OCR-B has another width for them */

    sp_font(cr, SP_OCRB, 0, 100);

    if (fabs(sp_width(cr, 0, "1<<<") - sp_width(cr, 0, "MWWW")) > 1) {
        sp_fail("the font %s is missing: install fonts-ocr-b", SP_OCRB);
    }

    cairo_destroy(cr);
    cairo_surface_destroy(surface);
}


void
sp_font(cairo_t *cr, const char *family, int bold, double size)
{
    cairo_select_font_face(cr, family, CAIRO_FONT_SLANT_NORMAL,
                           bold ? CAIRO_FONT_WEIGHT_BOLD
                                : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, size);
}


/*
 * Runs over the characters of a line, drawing them or not; what the font
 * lacks is taken from Noto Sans, which has all that the lists use.
 */

static double
run(cairo_t *cr, double x, double y, double spacing, const char *text,
    int draw)
{
    size_t                length;
    const char           *next;
    cairo_matrix_t        size;
    cairo_font_face_t    *face;
    cairo_text_extents_t  extents;
    char                  c[8];

    face = cairo_font_face_reference(cairo_get_font_face(cr));
    cairo_get_font_matrix(cr, &size);

    for ( /* void */ ; *text; text = next) {
        next = sp_nth(text, 1);
        length = next - text;
        memcpy(c, text, length);
        c[length] = '\0';

        if (glyph(cr, c) == 0 && *c != ' ') {
            cairo_select_font_face(cr, SP_SANS, CAIRO_FONT_SLANT_NORMAL,
                                   CAIRO_FONT_WEIGHT_NORMAL);
        }

        cairo_text_extents(cr, c, &extents);

        if (draw) {
            cairo_move_to(cr, x, y);
            cairo_show_text(cr, c);
        }

        x += extents.x_advance + spacing;
        cairo_set_font_face(cr, face);
        cairo_set_font_matrix(cr, &size);
    }

    cairo_font_face_destroy(face);

    return x;
}


/* Returns where the line ends. */

double
sp_text(cairo_t *cr, double x, double y, double spacing, const char *text)
{
    return run(cr, x, y, spacing, text, 1);
}


double
sp_width(cairo_t *cr, double spacing, const char *text)
{
    return run(cr, 0, 0, spacing, text, 0) - spacing;
}


void
sp_centre(cairo_t *cr, double x, double y, double spacing, const char *text)
{
    (void) sp_text(cr, x - sp_width(cr, spacing, text) / 2, y, spacing, text);
}


/* Labels of two to five characters that take the same width */

void
sp_spread(cairo_t *cr, double x, double y, double width, const char *text)
{
    size_t  n;
    double  spare;

    n = sp_length(text);
    spare = width - sp_width(cr, 0, text);

    (void) sp_text(cr, x, y, n > 1 && spare > 0 ? spare / (n - 1) : 0, text);
}


/* Breaks anywhere, as Chinese does; returns the last line's y. */

double
sp_wrap(cairo_t *cr, double x, double y, double width, double pitch,
    const char *text)
{
    size_t  length;
    double  at;
    char    c[8];

    for (at = 0; *text; text += length) {
        length = sp_nth(text, 1) - text;
        memcpy(c, text, length);
        c[length] = '\0';

        if (at + sp_width(cr, 0, c) > width * 1.001) {
            at = 0;
            y += pitch;
        }

        at = sp_text(cr, x + at, y, 0, c) - x;
    }

    return y;
}


void
sp_ink(cairo_t *cr, unsigned rgb)
{
    sp_ink_alpha(cr, rgb, 1);
}


void
sp_ink_alpha(cairo_t *cr, unsigned rgb, double alpha)
{
    cairo_set_source_rgba(cr, (rgb >> 16 & 0xff) / 255.0,
                          (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0,
                          alpha);
}


void
sp_rounded(cairo_t *cr, double x, double y, double w, double h,
    double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + w - radius, y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cr, x + w - radius, y + h - radius, radius, 0, M_PI / 2);
    cairo_arc(cr, x + radius, y + h - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cr, x + radius, y + radius, radius, M_PI, M_PI * 1.5);
    cairo_close_path(cr);
}


/* Fine waves across the paper, as security print has them */

void
sp_guilloche(cairo_t *cr, double x, double y, double w, double h,
    double pitch, unsigned rgb, double alpha)
{
    int     i;
    double  at, line;

    cairo_save(cr);
    cairo_rectangle(cr, x, y, w, h);
    cairo_clip(cr);

    sp_ink_alpha(cr, rgb, alpha);
    cairo_set_line_width(cr, pitch * 0.22);

    for (i = -6; i * pitch < h + 6 * pitch; i++) {
        line = y + i * pitch;
        cairo_move_to(cr, x, line);

        for (at = 0; at < w * 1.02; at += w / 90) {
            cairo_line_to(cr, x + at,
                          line + pitch * 1.9 * sin(at / w * 14 + i * 0.3)
                          + pitch * 0.9 * sin(at / w * 37 - i * 0.2));
        }

        cairo_stroke(cr);
    }

    cairo_restore(cr);
}


/* Discs and rays: the real emblem is protected by law. */

void
sp_emblem(cairo_t *cr, double x, double y, double radius)
{
    int  i;

    sp_ink(cr, 0xc8302a);
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
    cairo_fill(cr);

    sp_ink(cr, 0xe0b040);
    cairo_set_line_width(cr, radius * 0.08);
    cairo_arc(cr, x, y, radius * 0.93, 0, 2 * M_PI);
    cairo_stroke(cr);

    for (i = 0; i < 12; i++) {
        cairo_new_path(cr);
        cairo_arc(cr, x + radius * 0.62 * cos(i * M_PI / 6),
                  y + radius * 0.62 * sin(i * M_PI / 6), radius * 0.09, 0,
                  2 * M_PI);
        cairo_fill(cr);
    }

    cairo_arc(cr, x, y, radius * 0.34, 0, 2 * M_PI);
    cairo_fill(cr);
}


/* A head and shoulders that are nobody's */

void
sp_portrait(sp_random_t *r, cairo_t *cr, double x, double y, double w,
    double h)
{
    double    hair;
    unsigned  coat;

    static const unsigned  coats[] = {
        0x2b3245, 0x4a4a4e, 0x6a2f3a, 0x2f5a4a, 0x8a8f9a, 0x35506e
    };

    hair = sp_between(r, 0.12, 0.42);
    coat = SP_PICK(r, coats);

    cairo_save(cr);
    cairo_rectangle(cr, x, y, w, h);
    cairo_clip(cr);
    cairo_translate(cr, x + w / 2, y + h * 0.42);
    cairo_scale(cr, w, w);

    /* long hair behind, neck, coat, face, hair on top */

    sp_ink(cr, 0x2a2524);
    cairo_arc(cr, 0, 0, 0.27, M_PI, 0);
    cairo_line_to(cr, 0.27, hair);
    cairo_line_to(cr, -0.27, hair);
    cairo_fill(cr);

    sp_ink(cr, 0xd2a88c);
    cairo_rectangle(cr, -0.09, 0.12, 0.18, 0.25);
    cairo_fill(cr);

    sp_ink(cr, coat);
    cairo_arc(cr, 0, 0.78, 0.46, M_PI, 0);
    cairo_fill(cr);

    cairo_save(cr);
    cairo_scale(cr, 1, 1.28);
    sp_ink(cr, 0xe2bd9f);
    cairo_arc(cr, 0, 0.02, 0.215, 0, 2 * M_PI);
    cairo_fill(cr);
    cairo_restore(cr);

    sp_ink(cr, 0x2a2524);
    cairo_arc(cr, 0, -0.08, 0.235, M_PI * 1.02, M_PI * 1.98);
    cairo_curve_to(cr, 0.1, -0.2, -0.1, -0.2, -0.235, -0.08);
    cairo_fill(cr);

    cairo_restore(cr);
}


/* SPECIMEN 样本, outlined in red, where it hides nothing */

void
sp_mark(cairo_t *cr, double x, double y, double size, double angle)
{
    cairo_save(cr);
    cairo_translate(cr, x, y);
    cairo_rotate(cr, angle);
    sp_font(cr, SP_SANS, 1, size);
    sp_ink_alpha(cr, 0xd02020, 0.62);
    sp_centre(cr, 0, 0, 0, "SPECIMEN 样本");
    cairo_restore(cr);
}
