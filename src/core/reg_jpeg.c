/*
 * Proves that a picture decodes without a single warning, and turns it
 * upright.
 */

#include <setjmp.h>
#include <stdio.h>              /* jpeglib.h wants it */

#include <jpeglib.h>
#include <jerror.h>
#include <sodium.h>
#include <turbojpeg.h>

#include "reg_jpeg_strip.h"


/*
 * How often stray bytes may be cut off a picture's end until none is left:
 * the decoder reports fewer than there are when it has read ahead.
 */

#define REG_JPEG_CUTS  4


/*
 * Turning holds all coefficients twice.  So much lets 33 Mpx through as
 * telephones sample colours, and 16 Mpx of the most that a file can ask for.
 */

#define REG_JPEG_TURN_MEMORY  (200 * 1000 * 1000)


const reg_jpeg_limits_t  reg_jpeg_limits = {
    600,                    /* below that no text of a document is legible */
    12000,
    40 * 1000 * 1000,
    16 * 1000 * 1000,       /* up to 6 bytes of coefficients a pixel */
    100                     /* each costs a pass over all coefficients */
};


typedef struct {
    struct jpeg_error_mgr         errors;       /* has to be first */
    struct jpeg_decompress_struct cinfo;
    jmp_buf                       failed;
    reg_code_t                    code;
    size_t                        stray;        /* bytes before EOI */
    crypto_generichash_state      hash;
    JSAMPLE                      *row;
} reg_jpeg_decoder_t;


static reg_code_t reg_jpeg_judge(const reg_jpeg_facts_t *facts,
    const reg_jpeg_limits_t *limits);
static reg_code_t reg_jpeg_prove(reg_picture_t *picture);
static reg_code_t reg_jpeg_decode(reg_jpeg_decoder_t *decoder,
    reg_picture_t *picture);
static void reg_jpeg_read(reg_jpeg_decoder_t *decoder,
    reg_picture_t *picture);
static void reg_jpeg_hash_begin(reg_jpeg_decoder_t *decoder,
    const reg_picture_t *picture);
static void reg_jpeg_fail(reg_jpeg_decoder_t *decoder, reg_code_t code)
    __attribute__ ((noreturn));
static void reg_jpeg_error(j_common_ptr cinfo);
static void reg_jpeg_message(j_common_ptr cinfo, int level);
static void reg_jpeg_silent(j_common_ptr cinfo);
static reg_code_t reg_jpeg_turn(reg_picture_t *picture, int orientation);
static reg_code_t reg_jpeg_replace(reg_picture_t *picture,
    const unsigned char *data, size_t len);


reg_code_t
reg_jpeg_clean(reg_picture_t *picture, const reg_jpeg_limits_t *limits)
{
    reg_code_t        code;
    unsigned char    *data;
    reg_jpeg_facts_t  facts, turned;

    data = picture->data + picture->offset;

    code = reg_jpeg_strip(data, &picture->len, limits->max_scans, &facts);
    if (code != REG_OK) {
        return code;
    }

    code = reg_jpeg_judge(&facts, limits);
    if (code != REG_OK) {
        return code;
    }

    code = reg_jpeg_prove(picture);
    if (code != REG_OK || facts.orientation == 1) {
        return code;
    }

    code = reg_jpeg_turn(picture, facts.orientation);
    if (code != REG_OK) {
        return code;
    }

    data = picture->data + picture->offset;

    code = reg_jpeg_strip(data, &picture->len, limits->max_scans, &turned);
    if (code != REG_OK) {
        return code;
    }

    return reg_jpeg_prove(picture);
}


reg_code_t
reg_jpeg_fingerprint(reg_picture_t *picture)
{
    return reg_jpeg_prove(picture);
}


/* All that can be refused before any memory is spent on the picture. */

static reg_code_t
reg_jpeg_judge(const reg_jpeg_facts_t *facts, const reg_jpeg_limits_t *limits)
{
    uint64_t  pixels;

    if (facts->width < limits->min_side || facts->height < limits->min_side) {
        return REG_TOO_SMALL;
    }

    if (facts->width > limits->max_side || facts->height > limits->max_side) {
        return REG_TOO_LARGE;
    }

    pixels = (uint64_t) facts->width * facts->height;

    if (pixels > limits->max_pixels
        || (facts->coefficients && pixels > limits->max_pixels_progressive))
    {
        return REG_TOO_MANY_PIXELS;
    }

    if (facts->orientation != 1 && 2 * facts->memory > REG_JPEG_TURN_MEMORY) {
        return REG_TOO_MANY_PIXELS;
    }

    return REG_OK;
}


/*
 * Decodes a stripped picture for its dimensions and fingerprint.  Stray
 * bytes behind the last scan (cameras pad there) are the one warning that is
 * not damage: they are cut off, at most as many as the decoder did not need.
 */

static reg_code_t
reg_jpeg_prove(reg_picture_t *picture)
{
    unsigned              i;
    reg_code_t            code;
    unsigned char        *end;
    reg_jpeg_decoder_t   *decoder;

    decoder = malloc(sizeof(reg_jpeg_decoder_t));
    if (decoder == NULL) {
        return REG_INTERNAL;
    }

    for (i = 0; i < REG_JPEG_CUTS; i++) {

        code = reg_jpeg_decode(decoder, picture);

        if (code != REG_OK || decoder->stray == 0) {
            break;
        }

        code = REG_TRUNCATED;

        if (decoder->stray + 4 > picture->len) {
            break;
        }

        picture->len -= decoder->stray;
        end = picture->data + picture->offset + picture->len;

        /* half of a stuffed FF 00 would now be taken for a fill byte */

        while (end[-3] == 0xff) {
            picture->len--;
            end--;
        }

        end[-2] = 0xff;
        end[-1] = JPEG_EOI;
    }

    free(decoder);

    return code;
}


static reg_code_t
reg_jpeg_decode(reg_jpeg_decoder_t *decoder, reg_picture_t *picture)
{
    decoder->code = REG_OK;
    decoder->stray = 0;
    decoder->row = NULL;
    decoder->cinfo.err = jpeg_std_error(&decoder->errors);
    decoder->errors.error_exit = reg_jpeg_error;
    decoder->errors.emit_message = reg_jpeg_message;
    decoder->errors.output_message = reg_jpeg_silent;

    if (setjmp(decoder->failed) == 0) {
        jpeg_create_decompress(&decoder->cinfo);
        reg_jpeg_read(decoder, picture);
    }

    jpeg_destroy_decompress(&decoder->cinfo);
    free(decoder->row);

    return decoder->code;
}


/*
 * At scale 1/8 each block gives one sample and every bit of entropy-coded
 * data is still read; grey output leaves out the colours' samples.  Leaves
 * through the decoder's jmp_buf when anything is wrong.
 */

static void
reg_jpeg_read(reg_jpeg_decoder_t *decoder, reg_picture_t *picture)
{
    struct jpeg_decompress_struct  *cinfo;

    cinfo = &decoder->cinfo;

    jpeg_mem_src(cinfo, picture->data + picture->offset, picture->len);
    (void) jpeg_read_header(cinfo, TRUE);

    picture->width = cinfo->image_width;
    picture->height = cinfo->image_height;

    cinfo->scale_num = 1;
    cinfo->scale_denom = 8;
    cinfo->out_color_space = JCS_GRAYSCALE;
    cinfo->dct_method = JDCT_IFAST;
    cinfo->do_fancy_upsampling = FALSE;
    cinfo->do_block_smoothing = FALSE;

    (void) jpeg_start_decompress(cinfo);

    decoder->row = malloc(cinfo->output_width);
    if (decoder->row == NULL) {
        reg_jpeg_fail(decoder, REG_INTERNAL);
    }

    reg_jpeg_hash_begin(decoder, picture);

    while (cinfo->output_scanline < cinfo->output_height) {
        (void) jpeg_read_scanlines(cinfo, &decoder->row, 1);
        (void) crypto_generichash_update(&decoder->hash, decoder->row,
                                         cinfo->output_width);
    }

    (void) crypto_generichash_final(&decoder->hash, picture->fingerprint,
                                    REG_FINGERPRINT);

    /* reads on to the end marker */

    (void) jpeg_finish_decompress(cinfo);
}


static void
reg_jpeg_hash_begin(reg_jpeg_decoder_t *decoder, const reg_picture_t *picture)
{
    unsigned char  size[4];

    /* a side has 16 bits in JPEG */

    size[0] = picture->width >> 8;
    size[1] = picture->width;
    size[2] = picture->height >> 8;
    size[3] = picture->height;

    (void) crypto_generichash_init(&decoder->hash, NULL, 0, REG_FINGERPRINT);
    (void) crypto_generichash_update(&decoder->hash, size, sizeof(size));
}


static void
reg_jpeg_fail(reg_jpeg_decoder_t *decoder, reg_code_t code)
{
    decoder->code = code;

    longjmp(decoder->failed, 1);
}


static void
reg_jpeg_error(j_common_ptr cinfo)
{
    reg_jpeg_decoder_t  *decoder = (reg_jpeg_decoder_t *) cinfo->err;

    reg_jpeg_fail(decoder, cinfo->err->msg_code == JERR_OUT_OF_MEMORY
                           ? REG_INTERNAL : REG_TRUNCATED);
}


static void
reg_jpeg_message(j_common_ptr cinfo, int level)
{
    reg_jpeg_decoder_t  *decoder = (reg_jpeg_decoder_t *) cinfo->err;

    if (level >= 0) {
        return;
    }

    /* JWRN_EXTRANEOUS_DATA: so many bytes before that marker */

    if (cinfo->err->msg_code == JWRN_EXTRANEOUS_DATA
        && cinfo->err->msg_parm.i[1] == JPEG_EOI)
    {
        decoder->stray = cinfo->err->msg_parm.i[0];
        return;
    }

    reg_jpeg_fail(decoder, REG_TRUNCATED);
}


static void
reg_jpeg_silent(j_common_ptr cinfo)
{
    (void) cinfo;
}


/*
 * Turns coefficients, not pixels: nothing is lost but up to 15 pixels of
 * an edge that ends in the middle of a block (TJXOPT_TRIM).
 */

static reg_code_t
reg_jpeg_turn(reg_picture_t *picture, int orientation)
{
    int              rc;
    tjhandle         handle;
    reg_code_t       code;
    tjtransform      transform;
    unsigned long    len;
    unsigned char   *out;

    /* EXIF 2.32, 4.6.4.A: where row 0 and column 0 are */

    static const int  op[] = {
        TJXOP_NONE, TJXOP_NONE, TJXOP_HFLIP, TJXOP_ROT180, TJXOP_VFLIP,
        TJXOP_TRANSPOSE, TJXOP_ROT90, TJXOP_TRANSVERSE, TJXOP_ROT270
    };

    handle = tjInitTransform();
    if (handle == NULL) {
        return REG_INTERNAL;
    }

    memset(&transform, 0, sizeof(tjtransform));
    transform.op = op[orientation];
    transform.options = TJXOPT_TRIM|TJXOPT_COPYNONE;

    out = NULL;
    len = 0;

    rc = tjTransform(handle, picture->data + picture->offset, picture->len, 1,
                     &out, &len, &transform, 0);

    /* the picture is sound, but its sampling is one that nobody uses */

    code = (rc == 0) ? reg_jpeg_replace(picture, out, len) : REG_NOT_JPEG;

    tjFree(out);
    (void) tjDestroy(handle);

    return code;
}


/* The room behind the picture stays as large as it was. */

static reg_code_t
reg_jpeg_replace(reg_picture_t *picture, const unsigned char *data,
    size_t len)
{
    size_t          size;
    unsigned char  *copy;

    size = picture->size - picture->len + len;

    copy = malloc(size);
    if (copy == NULL) {
        return REG_INTERNAL;
    }

    memcpy(copy + picture->offset, data, len);
    free(picture->data);

    picture->data = copy;
    picture->size = size;
    picture->len = len;

    return REG_OK;
}
