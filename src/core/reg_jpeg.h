/*
 * JPEG: proving that a picture is whole, and making it safe to keep.
 */

#ifndef REG_JPEG_H_INCLUDED
#define REG_JPEG_H_INCLUDED


#include "reg_core.h"


typedef struct {
    unsigned  min_side;             /* pixels */
    unsigned  max_side;
    uint64_t  max_pixels;
    uint64_t  max_pixels_progressive;   /* these need the coefficients */
    unsigned  max_scans;
} reg_jpeg_limits_t;

extern const reg_jpeg_limits_t  reg_jpeg_limits;    /* policy.md */

#define REG_FINGERPRINT  32

/*
 * A picture in memory.  data is malloc'ed, with size bytes of room of which
 * the picture begins at offset and has len bytes.  offset is where the
 * record's nonce goes later (reg_record_seal), so that nothing is copied.
 */

typedef struct {
    unsigned char  *data;
    size_t          size;
    size_t          offset;
    size_t          len;
    unsigned        width;          /* upright */
    unsigned        height;
    unsigned char   fingerprint[REG_FINGERPRINT];   /* of what is seen */
} reg_picture_t;

/*
 * Proves the picture by decoding every entropy-coded bit (at scale 1/8) and
 * rewrites it in place: only what is needed to decode it stays; EXIF,
 * GPS, comments, profiles, thumbnails, stray bytes and all after the end
 * marker go; a picture that EXIF says is turned is turned losslessly
 * (then data is another malloc'ed buffer with the same offset).
 *
 * Accepted are 8-bit baseline, extended sequential and progressive Huffman
 * pictures, grey or of three colours.  Turning needs the coefficients twice:
 * above 33 Mpx (4:2:0) a picture has to come upright.
 *
 * REG_OK, REG_NOT_JPEG, REG_TRUNCATED (also for damaged data: any warning
 * of the decoder), REG_TOO_SMALL, REG_TOO_LARGE (a side), REG_TOO_MANY_PIXELS,
 * REG_LIMIT (scans), REG_INTERNAL.  Unless REG_OK, the data are spoiled.
 */

reg_code_t reg_jpeg_clean(reg_picture_t *picture,
    const reg_jpeg_limits_t *limits);

/* Sides and fingerprint of one that reg_jpeg_clean has made, once more. */

reg_code_t reg_jpeg_fingerprint(reg_picture_t *picture);


#endif /* REG_JPEG_H_INCLUDED */
