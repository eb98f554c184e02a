/*
 * Fuzzes a part's headers and the request's Content-Type: what is accepted
 * is well-formed and lies within the input.
 */

#include "reg_multipart_header.h"
#include "reg_text.h"


static void
check(reg_str_t text, const unsigned char *copy, size_t len)
{
    if (text.data == NULL) {
        return;
    }

    if (text.data < copy || text.data + text.len > copy + len) {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    char            buffer[REG_MULTIPART_BOUNDARY + 1];
    reg_str_t       type, boundary;
    reg_part_t      part;
    unsigned char  *copy;

    copy = malloc(len + 1);
    if (copy == NULL) {
        return 0;
    }

    memcpy(copy, bytes, len);
    type.data = copy;
    type.len = len;

    if (reg_multipart_boundary(type, buffer, &boundary) == REG_OK
        && (boundary.len == 0 || boundary.len > REG_MULTIPART_BOUNDARY
            || boundary.data[boundary.len - 1] == ' '
            || strlen(buffer) != boundary.len))
    {
        abort();
    }

    if (len <= REG_MULTIPART_HEADER_BYTES
        && reg_multipart_header(copy, len, &part) == REG_OK)
    {
        check(part.name, copy, len);
        check(part.filename, copy, len);
        check(part.content_type, copy, len);

        if (part.name.len == 0 || !reg_text_valid(part.name)
            || reg_text_has_control(part.name)
            || part.filename.len > REG_FILENAME_MAX)
        {
            abort();
        }

        if (part.filename.data != NULL
            && (!reg_text_valid(part.filename)
                || reg_text_has_control(part.filename)
                || memchr(part.filename.data, '/', part.filename.len)
                || memchr(part.filename.data, '\\', part.filename.len)))
        {
            abort();
        }
    }

    free(copy);

    return 0;
}
