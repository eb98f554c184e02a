/*
 * The headers of multipart: a part's own (RFC 7578, 4), and the parameters
 * they share with the request's Content-Type (RFC 2045, 5.1).
 */

#ifndef REG_MULTIPART_HEADER_H_INCLUDED
#define REG_MULTIPART_HEADER_H_INCLUDED


#include "reg_multipart.h"


#define REG_FILENAME_MAX  255       /* bytes; NAME_MAX of Linux */


/*
 * Parses a part's headers, len bytes that end in the CRLF of the last one;
 * text is decoded in place and the part's strings point into it.
 *
 * REG_OK, REG_BAD_MULTIPART, or REG_LIMIT for too many headers.
 */

reg_code_t reg_multipart_header(unsigned char *text, size_t len,
    reg_part_t *part);


#endif /* REG_MULTIPART_HEADER_H_INCLUDED */
