/* The file: baseline or progressive JPEG with the EXIF of a telephone. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "specimen.h"


/* Where a stored pixel is seen (EXIF 2.32, 4.6.4.A). */

static void
seen_at(int orientation, int x, int y, int w, int h, int *sx, int *sy)
{
    int  rx, ry;

    rx = w - 1 - x;
    ry = h - 1 - y;

    switch (orientation) {
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


/*
 * What a telephone writes: EXIF with camera, orientation and a place that
 * is none (0° N, 0° E).
 */

static void
write_exif(int orientation, struct jpeg_compress_struct *cinfo)
{
    unsigned char  exif[] =
        "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\3"
        "\1\x0f\0\2\0\0\0\x09\0\0\0\x32"
        "\1\x12\0\3\0\0\0\1\0\1\0\0"
        "\x88\x25\0\4\0\0\0\1\0\0\0\x3c" "\0\0\0\0"
        "SPECIMEN\0\0"
        "\0\1" "\0\1\0\2\0\0\0\2N\0\0\0" "\0\0\0\0";

    exif[6 + 8 + 2 + 12 + 9] = orientation;

    jpeg_write_marker(cinfo, JPEG_APP0 + 1, exif, sizeof(exif) - 1);
}


static void
compress(struct jpeg_compress_struct *cinfo, cairo_surface_t *picture,
    int orientation, int quality, int progressive)
{
    int              x, y, w, h, sx, sy, stride;
    JSAMPLE         *row;
    uint32_t         pixel;
    const uint32_t  *pixels;

    w = cairo_image_surface_get_width(picture);
    h = cairo_image_surface_get_height(picture);
    pixels = (const uint32_t *) cairo_image_surface_get_data(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;

    cinfo->image_width = orientation < 5 ? w : h;
    cinfo->image_height = orientation < 5 ? h : w;
    cinfo->input_components = 3;
    cinfo->in_color_space = JCS_RGB;

    w = cinfo->image_width;
    h = cinfo->image_height;

    jpeg_set_defaults(cinfo);
    jpeg_set_quality(cinfo, quality, TRUE);

    if (progressive) {
        jpeg_simple_progression(cinfo);
    }

    jpeg_start_compress(cinfo, TRUE);
    write_exif(orientation, cinfo);

    row = malloc(3 * (size_t) w);
    if (row == NULL) {
        sp_fail("out of memory");
    }

    for (y = 0; y < h; y++) {
        for (x = 0; x < w; x++) {
            seen_at(orientation, x, y, w, h, &sx, &sy);
            pixel = pixels[(size_t) sy * stride + sx];
            row[3 * x] = pixel >> 16;
            row[3 * x + 1] = pixel >> 8;
            row[3 * x + 2] = pixel;
        }

        jpeg_write_scanlines(cinfo, &row, 1);
    }

    jpeg_finish_compress(cinfo);
    free(row);
}


static void
decompress(unsigned char *data, unsigned long size, cairo_surface_t *picture)
{
    int                            x, y, stride;
    JSAMPLE                       *row;
    uint32_t                      *pixels;
    struct jpeg_error_mgr          err;
    struct jpeg_decompress_struct  cinfo;

    pixels = (uint32_t *) cairo_image_surface_get_data(picture);
    stride = cairo_image_surface_get_stride(picture) / 4;

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, data, size);
    jpeg_read_header(&cinfo, TRUE);
    jpeg_start_decompress(&cinfo);

    row = malloc(3 * (size_t) cinfo.output_width);
    if (row == NULL) {
        sp_fail("out of memory");
    }

    for (y = 0; y < (int) cinfo.output_height; y++) {
        jpeg_read_scanlines(&cinfo, &row, 1);

        for (x = 0; x < (int) cinfo.output_width; x++) {
            pixels[(size_t) y * stride + x] = (uint32_t) row[3 * x] << 16
                                              | row[3 * x + 1] << 8
                                              | row[3 * x + 2];
        }
    }

    free(row);
    jpeg_finish_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);
}


/* Sent from one telephone to another, which compresses once more */

void
sp_jpeg_resave(cairo_surface_t *picture, int quality)
{
    unsigned char                *data;
    unsigned long                 size;
    struct jpeg_error_mgr         err;
    struct jpeg_compress_struct   cinfo;

    data = NULL;
    size = 0;

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &data, &size);
    compress(&cinfo, picture, 1, quality, 0);
    jpeg_destroy_compress(&cinfo);

    decompress(data, size, picture);
    free(data);
}


/* The head of a picture, and noise where its data should be */

static void
spoil(sp_random_t r, FILE *file)
{
    long  at, end;

    fseek(file, 0, SEEK_END);
    end = ftell(file);

    for (at = end / 50 + 1000; at < end - 2; at++) {
        fseek(file, at, SEEK_SET);
        fputc((int) (sp_next(&r) % 255), file);
    }
}


void
sp_jpeg_write(const sp_specimen_t *s, cairo_surface_t *picture)
{
    FILE                         *file;
    struct jpeg_error_mgr         err;
    struct jpeg_compress_struct   cinfo;

    file = fopen(s->file, "wb");
    if (file == NULL) {
        perror(s->file);
        exit(1);
    }

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_compress(&cinfo);
    jpeg_stdio_dest(&cinfo, file);
    compress(&cinfo, picture, s->orientation, s->quality, s->progressive);
    jpeg_destroy_compress(&cinfo);

    if (s->fault == SP_FAULT_GARBAGE) {
        spoil(s->looks, file);
    }

    if (fclose(file) != 0) {
        perror(s->file);
        exit(1);
    }
}
