/*
 * Words of which some characters were read, and the others are in doubt.
 */

#include "reg_ocr_chain.h"
#include "reg_ocr_words.h"
#include "reg_text.h"


/* So much less likely, as a natural logarithm, may what makes a word be. */

#define REG_OCR_WORDS_MOST  3.5f


static size_t reg_ocr_words_find(const reg_ocr_field_t *field, size_t from,
    const char *word, size_t *at);
static size_t reg_ocr_words_read(const reg_ocr_field_t *field, size_t at,
    const char *word);


int
reg_ocr_words_weigh(reg_ocr_field_t *field, size_t from, const char *word)
{
    size_t  n, at;

    n = reg_ocr_words_find(field, from, word, &at);

    if (n == 0) {
        return 0;
    }

    reg_ocr_words_put(field, at, n, word);

    return 1;
}


/* How many characters a word takes that is not there yet, and where; or 0. */

static size_t
reg_ocr_words_find(const reg_ocr_field_t *field, size_t from,
    const char *word, size_t *at)
{
    float      cost;
    size_t     i, n, next;
    reg_str_t  s;

    s.data = (const unsigned char *) field->value;
    s.len = strlen(field->value);
    n = reg_text_length(s);

    for (i = from; i < n; i++) {
        cost = reg_ocr_chain_fits(field, i, word, &next);

        if (cost > 0 && cost < REG_OCR_WORDS_MOST
            && 2 * reg_ocr_words_read(field, i, word) >= next - i)
        {
            *at = i;
            return next - i;
        }
    }

    return 0;
}


/* How many of its characters were read. */

static size_t
reg_ocr_words_read(const reg_ocr_field_t *field, size_t at, const char *word)
{
    size_t     n;
    int32_t    code;
    reg_str_t  s, value;

    value.data = reg_ocr_words_skip(field, at);
    value.len = strlen((const char *) value.data);
    s.data = (const unsigned char *) word;
    s.len = strlen(word);
    n = 0;

    while ((code = reg_text_next(&s)) != -1) {
        n += (reg_text_next(&value) == code);
    }

    return n;
}


const unsigned char *
reg_ocr_words_skip(const reg_ocr_field_t *field, size_t n)
{
    reg_str_t  s;

    s.data = (const unsigned char *) field->value;
    s.len = strlen(field->value);

    while (n-- > 0) {
        (void) reg_text_next(&s);
    }

    return s.data;
}


void
reg_ocr_words_put(reg_ocr_field_t *field, size_t at, size_t n,
    const char *word)
{
    char         value[2 * REG_OCR_VALUE_MAX];
    const char  *from, *rest;

    from = (const char *) reg_ocr_words_skip(field, at);
    rest = (const char *) reg_ocr_words_skip(field, at + n);

    if (snprintf(value, sizeof(value), "%.*s%s%s",
                 (int) (from - field->value), field->value, word, rest)
        < REG_OCR_VALUE_MAX)
    {
        snprintf(field->value, sizeof(field->value), "%.*s",
                 REG_OCR_VALUE_MAX - 1, value);
    }
}


int
reg_ocr_words_misread(reg_ocr_field_t *field, size_t from,
    const reg_ocr_misread_t *table)
{
    int    changed;
    char  *at;

    for (changed = 0; table->read != NULL; table++) {
        at = strstr((char *) reg_ocr_words_skip(field, from), table->read);

        if (at != NULL
            && strncmp(at, table->unless, strlen(table->unless)) != 0)
        {
            memcpy(at, table->meant, strlen(table->meant));
            changed = 1;
        }
    }

    return changed;
}
