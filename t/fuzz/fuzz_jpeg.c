/*
 * Fuzzes the cleaning of pictures: a cleaned one cleans to itself, it ends
 * in the end marker, and what stood behind that makes no difference.
 *
 * Sound pictures to begin with are made here, by libjpeg: that keeps binary
 * files out of the repository.
 */

#include <stdio.h>

#include <jpeglib.h>

#include "reg_jpeg.h"


size_t LLVMFuzzerMutate(uint8_t *data, size_t len, size_t max);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max,
    unsigned seed);


static const reg_jpeg_limits_t  limits = { 1, 300, 20000, 20000, 20 };


static size_t
draw(uint8_t *data, size_t max, unsigned seed)
{
    unsigned                     i;
    JSAMPLE                      line[3 * 64];
    JSAMPROW                     row = line;
    unsigned long                size = 0;
    unsigned char               *out = NULL;
    struct jpeg_error_mgr        err;
    struct jpeg_compress_struct  cinfo;
    unsigned char                exif[] =
        "Exif\0\0MM\0\x2a\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\1\0\0\0\0\0\0";

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &out, &size);

    cinfo.image_width = 1 + seed % 63;
    cinfo.image_height = 1 + seed / 63 % 63;
    cinfo.input_components = seed & 1 ? 3 : 1;
    cinfo.in_color_space = seed & 1 ? JCS_RGB : JCS_GRAYSCALE;
    jpeg_set_defaults(&cinfo);
    cinfo.restart_interval = seed & 2 ? 1 + (seed >> 20) % 5 : 0;
    cinfo.comp_info[0].h_samp_factor = seed & 4 ? 2 : 1;
    cinfo.comp_info[0].v_samp_factor = seed & 8 ? 2 : 1;

    if (seed & 16) {
        jpeg_simple_progression(&cinfo);
    }

    jpeg_start_compress(&cinfo, TRUE);

    if (seed & 32) {
        exif[25] = (seed >> 10) % 10;
        jpeg_write_marker(&cinfo, JPEG_APP0 + 1, exif, sizeof(exif) - 1);
    }

    while (cinfo.next_scanline < cinfo.image_height) {
        for (i = 0; i < sizeof(line); i++) {
            line[i] = (seed = seed * 1103515245 + 12345) >> 16;
        }

        jpeg_write_scanlines(&cinfo, &row, 1);
    }

    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);

    size = size < max ? size : max;
    memcpy(data, out, size);
    free(out);

    return size;
}


size_t
LLVMFuzzerCustomMutator(uint8_t *data, size_t len, size_t max, unsigned seed)
{
    if (len < 100 || seed % 64 == 0) {
        return draw(data, max, seed);
    }

    return LLVMFuzzerMutate(data, len, max);
}


static reg_code_t
clean(reg_picture_t *picture, const uint8_t *bytes, size_t len,
    const char *behind)
{
    memset(picture, 0, sizeof(reg_picture_t));

    picture->offset = 24;
    picture->len = len + strlen(behind);
    picture->size = picture->offset + picture->len + 16;

    picture->data = malloc(picture->size);
    if (picture->data == NULL) {
        abort();
    }

    memcpy(picture->data + 24, bytes, len);
    memcpy(picture->data + 24 + len, behind, strlen(behind));

    return reg_jpeg_clean(picture, &limits);
}


static void
check_same(const reg_picture_t *a, const uint8_t *bytes, size_t len,
    const char *behind)
{
    reg_picture_t  b;

    if (clean(&b, bytes, len, behind) != REG_OK || b.len != a->len
        || memcmp(a->data + 24, b.data + 24, a->len) != 0
        || a->width != b.width || a->height != b.height
        || memcmp(a->fingerprint, b.fingerprint, REG_FINGERPRINT) != 0)
    {
        abort();
    }

    free(b.data);
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const uint8_t  *out;
    reg_picture_t   picture;

    if (clean(&picture, bytes, len, "") == REG_OK) {

        out = picture.data + picture.offset;

        if (picture.size < picture.offset + picture.len + 16
            || memcmp(out, "\xff\xd8", 2) != 0
            || memcmp(out + picture.len - 2, "\xff\xd9", 2) != 0)
        {
            abort();
        }

        check_same(&picture, out, picture.len, "");
        check_same(&picture, bytes, len, "\xff\xd9 behind the end \xff\xd8");
    }

    free(picture.data);

    return 0;
}
