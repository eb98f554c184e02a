/*
 * Fuzzes the multipart parser: however the bytes arrive, they mean the same.
 * The first byte says how large the pieces are.
 */

#include "reg_multipart.h"


/* A running digest of all that was called. */

static void
note(void *data, const void *bytes, size_t len)
{
    size_t                i;
    uint64_t             *digest = data;
    const unsigned char  *p = bytes;

    for (i = 0; i < len; i++) {
        *digest = (*digest ^ p[i]) * 0x100000001b3;
    }
}


static reg_code_t
on_part(void *data, const reg_part_t *part)
{
    if (part->name.len == 0 || part->filename.len > 255
        || (part->filename.len
            && memchr(part->filename.data, '/', part->filename.len)))
    {
        abort();
    }

    note(data, "[", 1);
    note(data, part->name.data, part->name.len);
    note(data, "|", part->filename.data != NULL);
    note(data, part->filename.data, part->filename.len);
    note(data, "|", 1);
    note(data, part->content_type.data, part->content_type.len);

    return REG_OK;
}


static reg_code_t
on_body(void *data, const unsigned char *bytes, size_t len)
{
    note(data, bytes, len);

    return REG_OK;
}


static reg_code_t
on_end(void *data)
{
    note(data, "]", 1);

    return REG_OK;
}


static reg_code_t
parse(const uint8_t *bytes, size_t len, size_t piece, uint64_t *digest)
{
    size_t            n;
    reg_str_t         boundary = reg_str("b:1");
    reg_code_t        code;
    reg_multipart_t  *multipart;

    static const reg_multipart_handler_t  handler = {
        on_part, on_body, on_end
    };

    *digest = 0;
    code = REG_OK;

    multipart = reg_multipart_create(boundary, &handler, digest);
    if (multipart == NULL) {
        abort();
    }

    for ( ; len && code == REG_OK; bytes += n, len -= n) {
        n = len < piece ? len : piece;
        code = reg_multipart_feed(multipart, bytes, n);
    }

    if (code == REG_OK) {
        code = reg_multipart_finish(multipart);
    }

    reg_multipart_free(multipart);

    return code;
}


int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    uint64_t    whole, pieces;
    reg_code_t  code;

    if (len < 2) {
        return 0;
    }

    code = parse(bytes + 1, len - 1, len, &whole);

    if (parse(bytes + 1, len - 1, 1, &pieces) != code || pieces != whole) {
        abort();
    }

    if (parse(bytes + 1, len - 1, 1 + bytes[0], &pieces) != code
        || pieces != whole)
    {
        abort();
    }

    return 0;
}
