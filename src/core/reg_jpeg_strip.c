/*
 * Drops every segment of a JPEG file that is not needed to decode it, and
 * reads the one EXIF tag that matters before it goes.
 *
 * What is written never gets ahead of what is read, so that one buffer is
 * enough.  Whether tables and scans are sound is the decoder's to say.
 */

#include "reg_jpeg_strip.h"


/* Markers, T.81, table B.1 */

#define REG_JPEG_SOF0   0xc0    /* baseline */
#define REG_JPEG_SOF1   0xc1    /* extended sequential, Huffman */
#define REG_JPEG_SOF2   0xc2    /* progressive, Huffman */
#define REG_JPEG_DHT    0xc4
#define REG_JPEG_RST0   0xd0
#define REG_JPEG_RST7   0xd7
#define REG_JPEG_EOI    0xd9
#define REG_JPEG_SOI    0xd8
#define REG_JPEG_SOS    0xda
#define REG_JPEG_DQT    0xdb
#define REG_JPEG_DRI    0xdd
#define REG_JPEG_APP0   0xe0
#define REG_JPEG_APP1   0xe1
#define REG_JPEG_APP14  0xee
#define REG_JPEG_APP15  0xef
#define REG_JPEG_COM    0xfe

#define REG_JFIF_LEN    14      /* of a segment without a thumbnail */
#define REG_ADOBE_LEN   12


typedef struct {
    unsigned char        *from;
    unsigned char        *end;
    unsigned char        *to;
    unsigned              components;
    int                   jfif;
    int                   adobe;
    unsigned              max_scans;
    reg_jpeg_facts_t     *facts;
} reg_jpeg_stripper_t;


static reg_code_t reg_jpeg_marker(reg_jpeg_stripper_t *s,
    unsigned char *marker);
static reg_code_t reg_jpeg_segment(reg_jpeg_stripper_t *s,
    unsigned char marker);
static void reg_jpeg_segment_keep(reg_jpeg_stripper_t *s,
    unsigned char marker, const unsigned char *body, size_t len);
static unsigned reg_jpeg_coarseness(const unsigned char *body, size_t len,
    unsigned before);
static void reg_jpeg_jfif(reg_jpeg_stripper_t *s, const unsigned char *body,
    size_t len);
static reg_code_t reg_jpeg_frame(reg_jpeg_stripper_t *s, unsigned char marker,
    const unsigned char *body, size_t len);
static uint64_t reg_jpeg_memory(const reg_jpeg_facts_t *facts,
    const unsigned char *components, unsigned n);
static reg_code_t reg_jpeg_scan(reg_jpeg_stripper_t *s,
    const unsigned char *body, size_t len);
static reg_code_t reg_jpeg_scan_data(reg_jpeg_stripper_t *s);
static void reg_jpeg_copy(reg_jpeg_stripper_t *s, const unsigned char *from,
    size_t len);
static int reg_exif_orientation(const unsigned char *body, size_t len);
static unsigned reg_exif_16(const unsigned char *p, int little);
static uint32_t reg_exif_32(const unsigned char *p, int little);


reg_code_t
reg_jpeg_strip(unsigned char *data, size_t *len, unsigned max_scans,
    reg_jpeg_facts_t *facts)
{
    reg_code_t            code;
    unsigned char         marker;
    reg_jpeg_stripper_t   s;

    if (*len < 3 || data[0] != 0xff || data[1] != REG_JPEG_SOI
        || data[2] != 0xff)
    {
        return REG_NOT_JPEG;
    }

    memset(facts, 0, sizeof(reg_jpeg_facts_t));
    facts->orientation = 1;

    memset(&s, 0, sizeof(reg_jpeg_stripper_t));
    s.from = data + 2;
    s.to = data + 2;
    s.end = data + *len;
    s.max_scans = max_scans;
    s.facts = facts;

    for ( ;; ) {
        code = reg_jpeg_marker(&s, &marker);
        if (code != REG_OK) {
            return code;
        }

        if (marker == REG_JPEG_EOI) {
            break;
        }

        code = reg_jpeg_segment(&s, marker);
        if (code != REG_OK) {
            return code;
        }
    }

    if (facts->scans == 0) {
        return REG_TRUNCATED;
    }

    *s.to++ = 0xff;
    *s.to++ = REG_JPEG_EOI;

    *len = s.to - data;

    return REG_OK;
}


/* Finds the next marker; stray and fill bytes before it are left out. */

static reg_code_t
reg_jpeg_marker(reg_jpeg_stripper_t *s, unsigned char *marker)
{
    for ( ;; ) {
        s->from = memchr(s->from, 0xff, s->end - s->from);
        if (s->from == NULL) {
            return REG_TRUNCATED;
        }

        while (s->from < s->end && *s->from == 0xff) {
            s->from++;
        }

        if (s->from == s->end) {
            return REG_TRUNCATED;
        }

        *marker = *s->from++;

        if (*marker != 0) {
            return REG_OK;
        }
    }
}


static reg_code_t
reg_jpeg_segment(reg_jpeg_stripper_t *s, unsigned char marker)
{
    size_t                len;
    const unsigned char  *body;

    if (marker < REG_JPEG_SOF0 || marker == REG_JPEG_SOI
        || (marker >= REG_JPEG_RST0 && marker <= REG_JPEG_RST7))
    {
        return REG_NOT_JPEG;
    }

    if (s->end - s->from < 2) {
        return REG_TRUNCATED;
    }

    len = (size_t) s->from[0] << 8 | s->from[1];

    if (len < 2) {
        return REG_NOT_JPEG;
    }

    if ((size_t) (s->end - s->from) < len) {
        return REG_TRUNCATED;
    }

    body = s->from + 2;
    s->from += len;
    len -= 2;

    switch (marker) {

    case REG_JPEG_SOF0:
    case REG_JPEG_SOF1:
    case REG_JPEG_SOF2:
        return reg_jpeg_frame(s, marker, body, len);

    case REG_JPEG_SOS:
        return reg_jpeg_scan(s, body, len);

    case REG_JPEG_DQT:
        s->facts->coarseness = reg_jpeg_coarseness(body, len,
                                                   s->facts->coarseness);
        /* fall through */

    case REG_JPEG_DHT:
    case REG_JPEG_DRI:
        reg_jpeg_segment_keep(s, marker, body, len);
        return REG_OK;

    case REG_JPEG_APP0:
        reg_jpeg_jfif(s, body, len);
        return REG_OK;

    case REG_JPEG_APP1:
        if (s->facts->orientation == 1) {
            s->facts->orientation = reg_exif_orientation(body, len);
        }

        return REG_OK;

    case REG_JPEG_APP14:

        /* tells how colours are coded; anything else an APP14 holds goes */

        if (!s->adobe && len >= REG_ADOBE_LEN
            && memcmp(body, "Adobe", 5) == 0)
        {
            s->adobe = 1;
            reg_jpeg_segment_keep(s, marker, body, REG_ADOBE_LEN);
        }

        return REG_OK;

    default:
        break;
    }

    if (marker == REG_JPEG_COM
        || (marker > REG_JPEG_APP0 && marker <= REG_JPEG_APP15))
    {
        return REG_OK;
    }

    /* lossless, hierarchical, arithmetic coding, DNL and what is reserved */

    return REG_NOT_JPEG;
}


static void
reg_jpeg_segment_keep(reg_jpeg_stripper_t *s, unsigned char marker,
    const unsigned char *body, size_t len)
{
    *s->to++ = 0xff;
    *s->to++ = marker;
    *s->to++ = (len + 2) >> 8;
    *s->to++ = len + 2;

    reg_jpeg_copy(s, body, len);
}


/* T.81, B.2.4.1: tables of 64 steps of 8 or 16 bits; table 0 is luminance's. */

static unsigned
reg_jpeg_coarseness(const unsigned char *body, size_t len, unsigned before)
{
    size_t    i, bytes;
    unsigned  sum;

    for ( /* void */ ; len > 0; body += 1 + bytes, len -= 1 + bytes) {
        bytes = (body[0] >> 4) ? 128 : 64;

        if (len < 1 + bytes) {
            break;
        }

        for (i = 0, sum = 0; i < bytes; i++) {
            sum += (bytes == 128 && i % 2 == 0) ? 256u * body[1 + i]
                                                : body[1 + i];
        }

        if ((body[0] & 0x0f) == 0) {
            before = sum;
        }
    }

    return before;
}


/* JFIF 1.02: version, units, densities; a thumbnail of no size. */

static void
reg_jpeg_jfif(reg_jpeg_stripper_t *s, const unsigned char *body, size_t len)
{
    unsigned char  jfif[REG_JFIF_LEN];

    if (s->jfif || len < REG_JFIF_LEN || memcmp(body, "JFIF", 5) != 0) {
        return;
    }

    s->jfif = 1;

    memcpy(jfif, "JFIF\0\1\1", 7);
    memcpy(jfif + 7, body + 7, 5);
    jfif[12] = 0;
    jfif[13] = 0;

    reg_jpeg_segment_keep(s, REG_JPEG_APP0, jfif, REG_JFIF_LEN);
}


/*
 * T.81, B.2.2.  Only what browsers show: 8 bits, grey or three colours.
 * Four (CMYK, of print shops) is no document's picture.
 */

static reg_code_t
reg_jpeg_frame(reg_jpeg_stripper_t *s, unsigned char marker,
    const unsigned char *body, size_t len)
{
    if (s->components || len < 6) {
        return REG_NOT_JPEG;
    }

    s->components = body[5];

    if (body[0] != 8 || (s->components != 1 && s->components != 3)
        || len != 6 + 3 * s->components)
    {
        return REG_NOT_JPEG;
    }

    s->facts->height = (unsigned) body[1] << 8 | body[2];
    s->facts->width = (unsigned) body[3] << 8 | body[4];
    s->facts->coefficients = (marker == REG_JPEG_SOF2);

    /* no height: it would come in a DNL, which hardly anything reads */

    if (s->facts->height == 0 || s->facts->width == 0) {
        return REG_NOT_JPEG;
    }

    s->facts->memory = reg_jpeg_memory(s->facts, body + 6, s->components);

    if (s->facts->memory == 0) {
        return REG_NOT_JPEG;
    }

    reg_jpeg_segment_keep(s, marker, body, len);

    return REG_OK;
}


/* Two bytes a coefficient; 0 when a sampling factor is not 1 to 4. */

static uint64_t
reg_jpeg_memory(const reg_jpeg_facts_t *facts,
    const unsigned char *components, unsigned n)
{
    unsigned  i, h, v, h_max, v_max, samples;

    h_max = 0;
    v_max = 0;
    samples = 0;

    for (i = 0; i < n; i++) {
        h = components[3 * i + 1] >> 4;
        v = components[3 * i + 1] & 0x0f;

        if (h < 1 || h > 4 || v < 1 || v > 4) {
            return 0;
        }

        h_max = h > h_max ? h : h_max;
        v_max = v > v_max ? v : v_max;
        samples += h * v;
    }

    return (uint64_t) facts->width * facts->height * samples * 2
           / (h_max * v_max);
}


static reg_code_t
reg_jpeg_scan(reg_jpeg_stripper_t *s, const unsigned char *body, size_t len)
{
    if (s->components == 0 || len < 1) {
        return REG_NOT_JPEG;
    }

    if (s->facts->scans == s->max_scans) {
        return REG_LIMIT;
    }

    s->facts->scans++;

    if (body[0] < s->components) {
        s->facts->coefficients = 1;
    }

    reg_jpeg_segment_keep(s, REG_JPEG_SOS, body, len);

    return reg_jpeg_scan_data(s);
}


/*
 * Copies entropy-coded data and RSTn up to the next other marker, in as few
 * pieces as there are fill bytes between (T.81, B.1.1.2; none, as a rule).
 */

static reg_code_t
reg_jpeg_scan_data(reg_jpeg_stripper_t *s)
{
    unsigned char  *p, *q, *start;

    start = s->from;

    for (p = start; ; p = q + 1) {

        p = memchr(p, 0xff, s->end - p);
        if (p == NULL) {
            return REG_TRUNCATED;
        }

        for (q = p + 1; q < s->end && *q == 0xff; q++) { /* void */ }

        if (q == s->end) {
            return REG_TRUNCATED;
        }

        if (*q != 0 && (*q < REG_JPEG_RST0 || *q > REG_JPEG_RST7)) {
            break;
        }

        if (q - p > 1) {
            reg_jpeg_copy(s, start, p - start);
            start = q - 1;
        }
    }

    reg_jpeg_copy(s, start, p - start);
    s->from = p;

    return REG_OK;
}


static void
reg_jpeg_copy(reg_jpeg_stripper_t *s, const unsigned char *from, size_t len)
{
    if (s->to != from) {
        memmove(s->to, from, len);
    }

    s->to += len;
}


/*
 * Reads the tag Orientation (0x0112) of EXIF's first directory and nothing
 * else: 1 when it is missing or odd.  A whole EXIF library would follow
 * every offset of a stranger's file, in a process that holds keys.
 */

static int
reg_exif_orientation(const unsigned char *body, size_t len)
{
    int                   little;
    size_t                n;
    uint32_t              offset;
    unsigned              value;
    const unsigned char  *p;

    if (len < 6 + 8 || memcmp(body, "Exif\0", 6) != 0) {
        return 1;
    }

    body += 6;
    len -= 6;

    little = (body[0] == 'I');

    if (memcmp(body, little ? "II\x2a\0" : "MM\0\x2a", 4) != 0) {
        return 1;
    }

    offset = reg_exif_32(body + 4, little);

    if (offset < 8 || offset > len - 2) {
        return 1;
    }

    n = reg_exif_16(body + offset, little);
    p = body + offset + 2;
    len -= offset + 2;

    /* entries of 12 bytes: tag, type (3: SHORT), count, value */

    for ( ; n && len >= 12; n--, p += 12, len -= 12) {

        if (reg_exif_16(p, little) != 0x0112) {
            continue;
        }

        value = reg_exif_16(p + 8, little);

        if (reg_exif_16(p + 2, little) != 3 || reg_exif_32(p + 4, little) != 1
            || value < 1 || value > 8)
        {
            return 1;
        }

        return value;
    }

    return 1;
}


static unsigned
reg_exif_16(const unsigned char *p, int little)
{
    return little ? p[0] | p[1] << 8 : p[0] << 8 | p[1];
}


static uint32_t
reg_exif_32(const unsigned char *p, int little)
{
    return little ? reg_exif_16(p, 1) | (uint32_t) reg_exif_16(p + 2, 1) << 16
                  : (uint32_t) reg_exif_16(p, 0) << 16 | reg_exif_16(p + 2, 0);
}
