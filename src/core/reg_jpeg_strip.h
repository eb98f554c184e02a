/*
 * The segments of a JPEG file (ITU-T T.81, Annex B), rewritten to those that
 * are needed to decode it.
 */

#ifndef REG_JPEG_STRIP_H_INCLUDED
#define REG_JPEG_STRIP_H_INCLUDED


#include "reg_jpeg.h"


typedef struct {
    unsigned  width;            /* as stored, not upright */
    unsigned  height;
    unsigned  scans;
    int       coefficients;     /* decoding needs all of them in memory */
    uint64_t  memory;           /* bytes that all coefficients take */
    int       orientation;      /* of EXIF: 1 to 8 */
    unsigned  coarseness;       /* sum of table 0's steps; Annex K's: 3688 */
} reg_jpeg_facts_t;


/*
 * Rewrites len bytes in place and gives the new length.  The segments kept
 * are SOI, APP0 of JFIF without its thumbnail, APP14 of Adobe, DQT, DHT, SOF,
 * DRI, SOS with the scan's data, EOI.
 *
 * REG_OK, REG_NOT_JPEG, REG_TRUNCATED, REG_LIMIT (scans).
 */

reg_code_t reg_jpeg_strip(unsigned char *data, size_t *len,
    unsigned max_scans, reg_jpeg_facts_t *facts);


#endif /* REG_JPEG_STRIP_H_INCLUDED */
