/*
 * multipart/form-data (RFC 7578 over RFC 2046), as a parser that is fed.
 *
 * It keeps at most one delimiter and one part's header (4 KiB), whatever the
 * chunking of its input, and is strict: lines end in CRLF, a header obeys RFC
 * 5322, the name is required, the closing delimiter must arrive.  Preamble and
 * epilogue are skipped; nested multipart, transfer encodings and names given
 * twice are refused; file names lose folders and control characters and are
 * cut at 255 bytes.
 */

#ifndef REG_MULTIPART_H_INCLUDED
#define REG_MULTIPART_H_INCLUDED


#include "reg_core.h"


#define REG_MULTIPART_PARTS         20
#define REG_MULTIPART_HEADERS       16      /* in one part */
#define REG_MULTIPART_HEADER_BYTES  4096    /* of one part, all together */
#define REG_MULTIPART_BOUNDARY      70      /* RFC 2046, 5.1.1 */

/* The strings live until the part callback returns. */

typedef struct {
    reg_str_t   name;
    reg_str_t   filename;       /* data NULL when there is none; filename*
                                   (RFC 8187) decoded; no path before it */
    reg_str_t   content_type;
} reg_part_t;

/* Each returns REG_OK, or the code with which feeding shall stop. */

typedef struct {
    reg_code_t  (*part)(void *data, const reg_part_t *part);
    reg_code_t  (*body)(void *data, const unsigned char *bytes, size_t len);
    reg_code_t  (*end)(void *data);         /* of a part */
} reg_multipart_handler_t;

typedef struct reg_multipart_s  reg_multipart_t;


/*
 * Takes the boundary out of a Content-Type value; the result points into it,
 * or into buffer when it was quoted.  REG_BAD_MULTIPART when the type is not
 * multipart/form-data or the boundary is missing, empty, too long or wrong.
 */

reg_code_t reg_multipart_boundary(reg_str_t content_type,
    char buffer[REG_MULTIPART_BOUNDARY + 1], reg_str_t *boundary);

/* NULL when memory is out.  The handler must outlive the parser. */

reg_multipart_t *reg_multipart_create(reg_str_t boundary,
    const reg_multipart_handler_t *handler, void *data);
void reg_multipart_free(reg_multipart_t *multipart);

/* REG_OK, REG_BAD_MULTIPART, REG_LIMIT, or what a callback returned. */

reg_code_t reg_multipart_feed(reg_multipart_t *multipart,
    const unsigned char *bytes, size_t len);

/* REG_OK when the closing delimiter was seen. */

reg_code_t reg_multipart_finish(reg_multipart_t *multipart);


#endif /* REG_MULTIPART_H_INCLUDED */
