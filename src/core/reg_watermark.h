/*
 * The watermark over pictures that reviewers see: what for, who, when.
 */

#ifndef REG_WATERMARK_H_INCLUDED
#define REG_WATERMARK_H_INCLUDED


#include "reg_core.h"


/*
 * A larger side is scaled down to this, or less: libjpeg scales by eighths.
 * One call takes 4 bytes a pixel of that, and the coefficients if the
 * picture is progressive (6 bytes a pixel of the original at the most).
 */

#define REG_WATERMARK_SIDE     2400
#define REG_WATERMARK_QUALITY  85

/*
 * The font.  Loading reads files: for configuration time.  NULL with the reason
 * in error when no installed font has all characters that are needed.
 * Any number of threads may draw with one font at a time, in the process
 * that loaded it or in those forked from it.
 */

typedef struct reg_watermark_s  reg_watermark_t;

reg_watermark_t *reg_watermark_load(reg_error_t *error);
void reg_watermark_free(reg_watermark_t *watermark);

/*
 * Draws the mark all over a copy of a picture that reg_jpeg_clean() let
 * pass, with the reviewer's name and now in China's time, and makes a JPEG of
 * it that the caller frees.  Takes some 0.1 s of CPU: for threads.
 *
 * REG_OK, REG_NOT_JPEG, REG_TRUNCATED (does not decode without a warning),
 * REG_TOO_MANY_PIXELS, REG_INTERNAL.
 */

reg_code_t reg_watermark_draw(const reg_watermark_t *watermark,
    reg_str_t jpeg, reg_str_t reviewer, time_t now, unsigned char **out,
    size_t *len);


#endif /* REG_WATERMARK_H_INCLUDED */
