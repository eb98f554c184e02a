/*
 * Pictures: what is kept, what is dropped, what is refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <jpeglib.h>

#include "reg_jpeg.h"


#define OFFSET   24             /* a nonce */
#define SPARE    16             /* a tag */
#define CANARY   "canary-of-a-private-place"

#define WIDTH    640
#define HEIGHT   608


typedef struct {
    unsigned  width;
    unsigned  height;
    int       components;
    int       progressive;
    int       restart;          /* rows between RSTn */
    int       orientation;      /* drawn so that this one makes it upright */
    int       factor;           /* 2 for 4:2:0, 1 for 4:4:4 */
} picture_t;


static const picture_t  plain = { WIDTH, HEIGHT, 3, 0, 0, 1, 2 };

static const reg_jpeg_limits_t  small = { 16, 700, 500000, 100000, 20 };


/* Where a stored pixel is seen (EXIF 2.32, 4.6.4.A). */

static void
seen_at(const picture_t *p, unsigned x, unsigned y, unsigned *sx, unsigned *sy)
{
    unsigned  rx, ry;

    rx = p->width - 1 - x;
    ry = p->height - 1 - y;

    switch (p->orientation) {
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


/* Four quarters of different grey, with a little texture. */

static unsigned char
colour_of(unsigned x, unsigned y, unsigned w, unsigned h)
{
    return (y < h / 2 ? 0 : 120) + (x < w / 2 ? 20 : 80)
           + (x * 7 + y * 13) % 11;
}


static unsigned char *
draw(const picture_t *p, size_t *len)
{
    int                          i;
    unsigned                     x, y, sx, sy, turned;
    JSAMPLE                     *row;
    unsigned long                size;
    unsigned char               *out, *copy;
    struct jpeg_error_mgr        err;
    struct jpeg_compress_struct  cinfo;

    out = NULL;
    size = 0;
    turned = p->orientation >= 5;

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_compress(&cinfo);
    jpeg_mem_dest(&cinfo, &out, &size);

    cinfo.image_width = p->width;
    cinfo.image_height = p->height;
    cinfo.input_components = p->components;
    cinfo.in_color_space = p->components == 1 ? JCS_GRAYSCALE
                           : p->components == 3 ? JCS_RGB : JCS_CMYK;

    jpeg_set_defaults(&cinfo);
    jpeg_set_quality(&cinfo, 90, TRUE);

    cinfo.X_density = 300;
    cinfo.Y_density = 300;
    cinfo.density_unit = 1;
    cinfo.restart_in_rows = p->restart;
    cinfo.comp_info[0].h_samp_factor = p->factor;
    cinfo.comp_info[0].v_samp_factor = p->factor;

    if (p->progressive) {
        jpeg_simple_progression(&cinfo);
    }

    jpeg_start_compress(&cinfo, TRUE);

    row = malloc(p->width * p->components);
    assert_non_null(row);

    for (y = 0; y < p->height; y++) {
        for (x = 0; x < p->width; x++) {
            seen_at(p, x, y, &sx, &sy);

            for (i = 0; i < p->components; i++) {
                row[x * p->components + i] = colour_of(sx, sy,
                                          turned ? p->height : p->width,
                                          turned ? p->width : p->height);
            }
        }

        jpeg_write_scanlines(&cinfo, &row, 1);
    }

    jpeg_finish_compress(&cinfo);
    jpeg_destroy_compress(&cinfo);
    free(row);

    copy = malloc(size);
    assert_non_null(copy);
    memcpy(copy, out, size);
    free(out);

    *len = size;

    return copy;
}


static reg_picture_t
load(const unsigned char *data, size_t len)
{
    reg_picture_t  picture;

    memset(&picture, 0, sizeof(picture));

    picture.offset = OFFSET;
    picture.size = OFFSET + len + SPARE;
    picture.len = len;
    picture.data = malloc(picture.size);
    assert_non_null(picture.data);
    memcpy(picture.data + OFFSET, data, len);

    return picture;
}


static reg_code_t
clean_of(const unsigned char *data, size_t len,
    const reg_jpeg_limits_t *limits)
{
    reg_code_t     code;
    reg_picture_t  picture;

    picture = load(data, len);
    code = reg_jpeg_clean(&picture, limits);
    free(picture.data);

    return code;
}


/* The bytes of data with others put in at a place. */

static unsigned char *
insert(const unsigned char *data, size_t *len, size_t at, const void *bytes,
    size_t n)
{
    unsigned char  *out;

    out = malloc(*len + n);
    assert_non_null(out);

    memcpy(out, data, at);
    memcpy(out + at, bytes, n);
    memcpy(out + at + n, data + at, *len - at);
    *len += n;

    return out;
}


static size_t
marker_at(const unsigned char *data, size_t len, unsigned char marker)
{
    size_t  i;

    for (i = 0; i + 1 < len; i++) {
        if (data[i] == 0xff && data[i + 1] == marker) {
            return i;
        }
    }

    fail_msg("no marker %02x", marker);

    return 0;
}


static int
holds(const reg_picture_t *picture, const char *text)
{
    size_t  i, n;

    n = strlen(text);

    for (i = 0; i + n <= picture->len; i++) {
        if (memcmp(picture->data + picture->offset + i, text, n) == 0) {
            return 1;
        }
    }

    return 0;
}


static size_t
exif(unsigned char *out, int orientation, int little)
{
    size_t  n;

    static const unsigned char  ii[] =
        "\xff\xe1\0\0" "Exif\0\0" "II\x2a\0\x08\0\0\0" "\2\0"
        "\x0f\1\2\0\4\0\0\0Abc\0" "\x12\1\3\0\1\0\0\0\0\0\0\0" "\0\0\0\0"
        CANARY;
    static const unsigned char  mm[] =
        "\xff\xe1\0\0" "Exif\0\0" "MM\0\x2a\0\0\0\x08" "\0\2"
        "\1\x0f\0\2\0\0\0\4Abc\0" "\1\x12\0\3\0\0\0\1\0\0\0\0" "\0\0\0\0"
        CANARY;

    n = sizeof(ii) - 1;
    memcpy(out, little ? ii : mm, n);
    out[3] = n - 2;
    out[little ? 40 : 41] = orientation;

    return n;
}


/* The grey in the middle of a quarter of a cleaned picture. */

static int
quarter(const reg_picture_t *picture, int right, int low)
{
    int                            value;
    unsigned                       x;
    JSAMPLE                       *row;
    struct jpeg_error_mgr          err;
    struct jpeg_decompress_struct  cinfo;

    cinfo.err = jpeg_std_error(&err);
    jpeg_create_decompress(&cinfo);
    jpeg_mem_src(&cinfo, picture->data + picture->offset, picture->len);
    jpeg_read_header(&cinfo, TRUE);
    cinfo.out_color_space = JCS_GRAYSCALE;
    jpeg_start_decompress(&cinfo);

    row = malloc(cinfo.output_width);
    assert_non_null(row);

    do {
        jpeg_read_scanlines(&cinfo, &row, 1);
    } while (cinfo.output_scanline < cinfo.output_height * (1 + 2 * low) / 4);

    x = cinfo.output_width * (1 + 2 * right) / 4;
    value = row[x];

    free(row);
    jpeg_abort_decompress(&cinfo);
    jpeg_destroy_decompress(&cinfo);

    return value;
}


static void
check_upright(const reg_picture_t *picture)
{
    assert_in_range(quarter(picture, 0, 0), 15, 36);
    assert_in_range(quarter(picture, 1, 0), 75, 96);
    assert_in_range(quarter(picture, 0, 1), 135, 156);
    assert_in_range(quarter(picture, 1, 1), 195, 216);
}


static void
sound_pictures_pass_and_stay(void **state)
{
    size_t          i, len;
    unsigned char  *data;
    reg_picture_t   first, second;

    static const picture_t  kinds[] = {
        { WIDTH, HEIGHT, 3, 0, 0, 1, 2 },
        { WIDTH, HEIGHT, 3, 0, 0, 1, 1 },
        { WIDTH, HEIGHT, 3, 0, 2, 1, 2 },
        { 633, 601, 3, 0, 0, 1, 2 },
        { 633, 601, 3, 1, 0, 1, 2 },
        { WIDTH, HEIGHT, 1, 0, 0, 1, 1 },
        { WIDTH, HEIGHT, 1, 1, 3, 1, 1 },
    };

    (void) state;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        data = draw(&kinds[i], &len);

        first = load(data, len);
        assert_int_equal(reg_jpeg_clean(&first, &reg_jpeg_limits), REG_OK);
        assert_int_equal(first.width, kinds[i].width);
        assert_int_equal(first.height, kinds[i].height);
        assert_true(first.size >= first.offset + first.len + SPARE);
        check_upright(&first);

        /* libjpeg writes nothing that has to go */

        assert_int_equal(first.len, len);
        assert_memory_equal(first.data + OFFSET, data, len);

        second = load(first.data + OFFSET, first.len);
        assert_int_equal(reg_jpeg_clean(&second, &reg_jpeg_limits), REG_OK);
        assert_int_equal(second.len, first.len);
        assert_memory_equal(second.fingerprint, first.fingerprint,
                            REG_FINGERPRINT);

        free(first.data);
        free(second.data);
        free(data);
    }
}


static void
what_is_not_needed_goes(void **state)
{
    size_t          i, n, len, plain_len;
    unsigned char  *data, *more, segment[200];
    reg_picture_t   picture;

    static const unsigned char  markers[] = {
        0xe0, 0xe1, 0xe2, 0xe3, 0xec, 0xed, 0xee, 0xef, 0xfe
    };

    (void) state;

    data = draw(&plain, &plain_len);

    for (i = 0; i < sizeof(markers); i++) {
        n = 4 + sizeof(CANARY) - 1;
        memcpy(segment, "\xff\0\0\0" CANARY, n);
        segment[1] = markers[i];
        segment[3] = n - 2;

        /* behind SOI, before SOS, before EOI, and behind EOI */

        len = plain_len;
        more = insert(data, &len, 2, segment, n);
        data = (free(data), more);
        more = insert(data, &len, marker_at(data, len, 0xda), segment, n);
        data = (free(data), more);
        more = insert(data, &len, len - 2, segment, n);
        data = (free(data), more);
        more = insert(data, &len, len, segment, n);
        data = (free(data), more);

        picture = load(data, len);
        assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits), REG_OK);
        assert_int_equal(picture.len, plain_len);
        assert_false(holds(&picture, CANARY));

        free(picture.data);
        free(data);
        data = draw(&plain, &plain_len);
    }

    free(data);
}


static void
jfif_keeps_its_density_but_no_thumbnail(void **state)
{
    size_t          len, plain_len;
    unsigned char  *data, *more;
    reg_picture_t   picture;

    (void) state;

    data = draw(&plain, &plain_len);
    len = plain_len;
    assert_memory_equal(data + 6, "JFIF", 5);

    more = insert(data, &len, 20, "Thumbnail", 9);
    more[5] += 9;
    more[18] = 3;
    more[19] = 1;

    picture = load(more, len);
    assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits), REG_OK);
    assert_int_equal(picture.len, plain_len);
    assert_memory_equal(picture.data + OFFSET, data, plain_len);

    free(picture.data);
    free(more);
    free(data);
}


static void
turned_pictures_become_upright(void **state)
{
    int             o, little;
    size_t          n, len;
    picture_t       p;
    unsigned char  *data, *more, segment[200];
    reg_picture_t   picture;

    (void) state;

    for (o = 1; o <= 8; o++) {
        for (little = 0; little <= 1; little++) {
            p = plain;
            p.orientation = o;
            p.progressive = little;

            data = draw(&p, &len);
            n = exif(segment, o, little);
            more = insert(data, &len, 2, segment, n);

            picture = load(more, len);
            assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits),
                             REG_OK);
            assert_int_equal(picture.offset, OFFSET);
            assert_true(picture.size >= OFFSET + picture.len + SPARE);
            assert_int_equal(picture.width, o < 5 ? WIDTH : HEIGHT);
            assert_int_equal(picture.height, o < 5 ? HEIGHT : WIDTH);
            assert_false(holds(&picture, CANARY));
            check_upright(&picture);

            free(picture.data);
            free(more);
            free(data);
        }
    }
}


/* Every byte of EXIF in every wrong way; at worst it says nothing. */

static void
broken_exif_is_no_orientation(void **state)
{
    size_t          i, n, len;
    unsigned char  *data, *more, segment[200];

    (void) state;

    data = draw(&plain, &len);
    n = exif(segment, 1, 0);

    for (i = 10; i < n - (sizeof(CANARY) - 1); i++) {
        if (i == 41) {
            continue;               /* the orientation itself */
        }

        segment[i] ^= 0xff;
        more = insert(data, &len, 2, segment, n);
        assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_OK);
        free(more);
        len -= n;
        segment[i] ^= 0xff;
    }

    /* a segment that ends anywhere inside */

    for (i = 4; i < n; i++) {
        segment[3] = i - 2;
        more = insert(data, &len, 2, segment, i);
        assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_OK);
        free(more);
        len -= i;
    }

    free(data);
}


static void
cut_off_pictures_are_truncated(void **state)
{
    int             progressive;
    size_t          i, len;
    picture_t       p;
    reg_code_t      code;
    unsigned char  *data;

    (void) state;

    for (progressive = 0; progressive <= 1; progressive++) {
        p = plain;
        p.progressive = progressive;
        data = draw(&p, &len);

        for (i = 3; i < len; i += 1 + len / 500) {
            code = clean_of(data, i, &reg_jpeg_limits);
            assert_int_equal(code, REG_TRUNCATED);
        }

        assert_int_equal(clean_of(data, len - 1, &reg_jpeg_limits),
                         REG_TRUNCATED);

        /* an end marker set too early is no better */

        i = len - len / 8;
        data[i] = 0xff;
        data[i + 1] = 0xd9;
        assert_int_equal(clean_of(data, len, &reg_jpeg_limits),
                         REG_TRUNCATED);
        free(data);
    }
}


static void
stray_bytes_before_markers_go(void **state)
{
    size_t          i, len, plain_len;
    unsigned char  *data, *more, zeros[5000];
    reg_picture_t   picture;

    static const size_t  counts[] = { 1, 7, 8, 9, 100, 5000 };

    (void) state;

    data = draw(&plain, &plain_len);
    memset(zeros, 0, sizeof(zeros));

    for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {

        len = plain_len;
        more = insert(data, &len, marker_at(data, len, 0xdb), zeros,
                      counts[i]);
        picture = load(more, len);
        assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits), REG_OK);
        assert_int_equal(picture.len, plain_len);
        free(picture.data);
        free(more);

        /*
         * Behind the scan only the decoder can tell them; it takes up to
         * one register of them for its own.
         */

        len = plain_len;
        more = insert(data, &len, len - 2, zeros, counts[i]);
        picture = load(more, len);
        assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits), REG_OK);
        assert_in_range(picture.len, plain_len, plain_len + 16);
        assert_memory_equal(picture.data + OFFSET, data, plain_len - 2);
        free(picture.data);
        free(more);
    }

    free(data);
}


/* T.81, B.1.1.2: any marker may have fill bytes before it. */

static void
fill_bytes_before_markers_go(void **state)
{
    size_t          i, len, plain_len;
    picture_t       p;
    unsigned char  *data, *more;
    reg_picture_t   picture;

    static const unsigned char  markers[] = { 0xdb, 0xda, 0xd0, 0xd3, 0xd9 };

    (void) state;

    p = plain;
    p.restart = 1;
    data = draw(&p, &plain_len);

    for (i = 0; i < sizeof(markers); i++) {
        len = plain_len;
        more = insert(data, &len, marker_at(data, len, markers[i]),
                      "\xff\xff\xff", 3);
        picture = load(more, len);
        assert_int_equal(reg_jpeg_clean(&picture, &reg_jpeg_limits), REG_OK);
        assert_int_equal(picture.len, plain_len);
        assert_memory_equal(picture.data + OFFSET, data, plain_len);
        free(picture.data);
        free(more);
    }

    free(data);
}


static void
limits_hold_before_decoding(void **state)
{
    size_t          n, at, len;
    picture_t       p;
    unsigned char  *data, *more, segment[200];

    (void) state;

    p = plain;
    p.width = 599;
    data = draw(&p, &len);
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_TOO_SMALL);
    assert_int_equal(clean_of(data, len, &small), REG_OK);

    /* a bomb: the frame says more than the data have */

    at = marker_at(data, len, 0xc0);
    memcpy(data + at + 5, "\x17\x70\x1a\x0b", 4);          /* 6667 x 6000 */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits),
                     REG_TOO_MANY_PIXELS);
    memcpy(data + at + 5, "\xff\xff\xff\xff", 4);
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_TOO_LARGE);
    memcpy(data + at + 5, "\x17\x70\x17\x70", 4);          /* 6000 x 6000 */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_TRUNCATED);

    /* turning takes more memory than decoding: 36 Mpx are too many */

    n = exif(segment, 6, 1);
    more = insert(data, &len, 2, segment, n);
    assert_int_equal(clean_of(more, len, &reg_jpeg_limits),
                     REG_TOO_MANY_PIXELS);
    memcpy(more + n + at + 5, "\x13\x88\x13\x88", 4);      /* 5000 x 5000 */
    assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_TRUNCATED);
    more[n + at + 11] = 0x05;                           /* sampling */
    assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_NOT_JPEG);
    free(more);
    free(data);

    p = plain;
    p.progressive = 1;
    data = draw(&p, &len);
    assert_int_equal(clean_of(data, len, &small), REG_TOO_MANY_PIXELS);
    free(data);
}


static void
too_many_scans_are_refused(void **state)
{
    int             i;
    size_t          at, len;
    picture_t       p;
    unsigned char  *data, *more;

    static const unsigned char  scan[] = "\xff\xda\0\x08\1\1\0\0\x3f\0\0";

    (void) state;

    p = plain;
    p.progressive = 1;
    data = draw(&p, &len);

    for (i = 0; i < 101; i++) {
        at = marker_at(data, len, 0xda);
        more = insert(data, &len, at, scan, sizeof(scan) - 1);
        data = (free(data), more);
    }

    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_LIMIT);
    free(data);
}


static void
other_formats_are_no_jpeg(void **state)
{
    size_t          at, len;
    picture_t       p;
    unsigned char  *data, *more;

    (void) state;

    assert_int_equal(clean_of((unsigned char *) "", 0, &reg_jpeg_limits),
                     REG_NOT_JPEG);
    assert_int_equal(clean_of((unsigned char *) "\x89PNG\r\n\x1a\n", 8,
                              &reg_jpeg_limits), REG_NOT_JPEG);
    assert_int_equal(clean_of((unsigned char *) "GIF89a", 6,
                              &reg_jpeg_limits), REG_NOT_JPEG);
    assert_int_equal(clean_of((unsigned char *) "\xff\xd8", 2,
                              &reg_jpeg_limits), REG_NOT_JPEG);
    assert_int_equal(clean_of((unsigned char *) "\xff\xd8\xff\xd9", 4,
                              &reg_jpeg_limits), REG_TRUNCATED);

    /* four components */

    p = plain;
    p.components = 4;
    data = draw(&p, &len);
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_NOT_JPEG);
    free(data);

    data = draw(&plain, &len);
    at = marker_at(data, len, 0xc0);

    data[at + 1] = 0xc9;                                /* arithmetic */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_NOT_JPEG);
    data[at + 1] = 0xc3;                                /* lossless */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_NOT_JPEG);
    data[at + 1] = 0xc0;

    data[at + 4] = 12;                                  /* bits */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_NOT_JPEG);
    data[at + 4] = 8;

    memset(data + at + 5, 0, 2);                        /* height by DNL */
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_NOT_JPEG);
    free(data);

    /* a second picture, a second frame */

    data = draw(&plain, &len);
    more = insert(data, &len, at, "\xff\xd8", 2);
    assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_NOT_JPEG);
    free(more);
    free(data);

    data = draw(&plain, &len);
    more = insert(data, &len, at, data + at, 19);
    assert_int_equal(clean_of(more, len, &reg_jpeg_limits), REG_NOT_JPEG);
    free(more);
    free(data);
}


static void
damage_is_noticed(void **state)
{
    size_t          at, len;
    picture_t       p;
    unsigned char  *data;

    (void) state;

    /* a lost restart interval */

    p = plain;
    p.restart = 1;
    data = draw(&p, &len);
    at = marker_at(data, len, 0xd3);
    memmove(data + at, data + at + 40, len - at - 40);
    assert_int_equal(clean_of(data, len - 40, &reg_jpeg_limits),
                     REG_TRUNCATED);
    free(data);

    /* a table that the scan needs */

    data = draw(&plain, &len);
    at = marker_at(data, len, 0xdb);
    data[at + 1] = 0xfe;
    assert_int_equal(clean_of(data, len, &reg_jpeg_limits), REG_TRUNCATED);
    free(data);
}


static void
different_pictures_have_different_fingerprints(void **state)
{
    size_t          len;
    picture_t       p;
    unsigned char  *data;
    reg_picture_t   a, b, c;

    (void) state;

    data = draw(&plain, &len);
    a = load(data, len);
    free(data);

    p = plain;
    p.orientation = 2;
    data = draw(&p, &len);
    b = load(data, len);
    free(data);

    p = plain;
    p.progressive = 1;                  /* looks the same */
    data = draw(&p, &len);
    c = load(data, len);
    free(data);

    assert_int_equal(reg_jpeg_clean(&a, &reg_jpeg_limits), REG_OK);
    assert_int_equal(reg_jpeg_clean(&b, &reg_jpeg_limits), REG_OK);
    assert_int_equal(reg_jpeg_clean(&c, &reg_jpeg_limits), REG_OK);
    assert_memory_not_equal(a.fingerprint, b.fingerprint, REG_FINGERPRINT);
    assert_memory_equal(a.fingerprint, c.fingerprint, REG_FINGERPRINT);

    /* and keep them, turned or not */

    memset(c.fingerprint, 0, REG_FINGERPRINT);
    assert_int_equal(reg_jpeg_fingerprint(&c), REG_OK);
    assert_memory_equal(a.fingerprint, c.fingerprint, REG_FINGERPRINT);

    memcpy(c.fingerprint, b.fingerprint, REG_FINGERPRINT);
    memset(b.fingerprint, 0, REG_FINGERPRINT);
    assert_int_equal(reg_jpeg_fingerprint(&b), REG_OK);
    assert_memory_equal(b.fingerprint, c.fingerprint, REG_FINGERPRINT);

    free(a.data);
    free(b.data);
    free(c.data);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(sound_pictures_pass_and_stay),
        cmocka_unit_test(what_is_not_needed_goes),
        cmocka_unit_test(jfif_keeps_its_density_but_no_thumbnail),
        cmocka_unit_test(turned_pictures_become_upright),
        cmocka_unit_test(broken_exif_is_no_orientation),
        cmocka_unit_test(cut_off_pictures_are_truncated),
        cmocka_unit_test(stray_bytes_before_markers_go),
        cmocka_unit_test(fill_bytes_before_markers_go),
        cmocka_unit_test(limits_hold_before_decoding),
        cmocka_unit_test(too_many_scans_are_refused),
        cmocka_unit_test(other_formats_are_no_jpeg),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(different_pictures_have_different_fingerprints),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
