/*
 * Divisions at the beginning of an address, province, city and county, by
 * what the characters that are in doubt may be instead.
 */

#include <math.h>
#include "reg_ocr_chain.h"
#include "reg_text.h"


/* Most people live where their number was given, or in one of 3000 others. */

#define REG_OCR_CHAIN_OWN  3.4f     /* 30 times likelier */


/* One way through the table, of which the best is kept. */

typedef struct {
    const reg_regions_t    *regions;
    const reg_ocr_field_t  *field;
    const char             *own;
    reg_ocr_chain_t        *best;
} reg_ocr_chain_search_t;


static void reg_ocr_chain_down(const reg_ocr_chain_search_t *search,
    const reg_ocr_chain_t *above);
static size_t reg_ocr_chain_digits(const char *code);
static void reg_ocr_chain_better(const reg_ocr_chain_search_t *search,
    const reg_ocr_chain_t *chain);


float
reg_ocr_chain_fits(const reg_ocr_field_t *field, size_t at, const char *name,
    size_t *next)
{
    float      cost, doubt;
    size_t     i;
    int32_t    is, read;
    reg_str_t  value, s;

    value.data = (const unsigned char *) field->value;
    value.len = strlen(field->value);
    s.data = (const unsigned char *) name;
    s.len = strlen(name);
    cost = 0;

    for (i = 0; i < at; i++) {
        (void) reg_text_next(&value);
    }

    for (i = at; (is = reg_text_next(&s)) != -1; i++) {
        read = reg_text_next(&value);

        if (read == is) {
            continue;
        }

        doubt = reg_ocr_chain_doubt(field, i, is);

        if (read == -1 || doubt == 0) {
            return REG_OCR_CHAIN_NONE;
        }

        cost += fmaxf(-logf(doubt), 0);
    }

    *next = i;

    return cost;
}


float
reg_ocr_chain_doubt(const reg_ocr_field_t *field, size_t at, int32_t code)
{
    size_t  i;

    for (i = 0; i < field->ndoubts; i++) {
        if (field->doubts[i].at == at && field->doubts[i].code == code) {
            return field->doubts[i].p;
        }
    }

    return 0;
}


void
reg_ocr_chain_find(const reg_regions_t *regions,
    const reg_ocr_field_t *field, const char *own, reg_ocr_chain_t *chain)
{
    reg_ocr_chain_t         none;
    reg_ocr_chain_search_t  search;

    memset(&none, 0, sizeof(reg_ocr_chain_t));
    memset(chain, 0, sizeof(reg_ocr_chain_t));
    snprintf(none.code, sizeof(none.code), "000000");

    search.regions = regions;
    search.field = field;
    search.own = own;
    search.best = chain;

    reg_ocr_chain_down(&search, &none);
}


/* Levels may be left out: a county stands directly behind its province. */

static void
reg_ocr_chain_down(const reg_ocr_chain_search_t *search,
    const reg_ocr_chain_t *above)
{
    float            cost;
    size_t           i, next, digits;
    const char      *name, *code;
    reg_ocr_chain_t  chain;

    digits = reg_ocr_chain_digits(above->code);

    for (i = 0; (name = reg_regions_at(search->regions, i, &code)) != NULL;
         i++)
    {
        if (strncmp(code, above->code, digits) != 0
            || reg_ocr_chain_digits(code) <= digits)
        {
            continue;
        }

        cost = reg_ocr_chain_fits(search->field, above->n, name, &next);

        if (cost == REG_OCR_CHAIN_NONE) {
            continue;
        }

        snprintf(chain.names, sizeof(chain.names), "%s%s", above->names, name);
        snprintf(chain.code, sizeof(chain.code), "%s", code);
        chain.n = next;
        chain.cost = above->cost + cost;

        reg_ocr_chain_better(search, &chain);

        if (reg_ocr_chain_digits(code) < 6) {
            reg_ocr_chain_down(search, &chain);
        }
    }
}


/* 2 of a province, 4 of a city, 6 of a county. */

static size_t
reg_ocr_chain_digits(const char *code)
{
    size_t  n;

    for (n = 6; n > 0 && strncmp(&code[n - 2], "00", 2) == 0; n -= 2) {
        /* void */
    }

    return n;
}


static void
reg_ocr_chain_better(const reg_ocr_chain_search_t *search,
    const reg_ocr_chain_t *chain)
{
    float             cost, best;
    reg_ocr_chain_t  *kept;

    kept = search->best;
    cost = chain->cost;
    best = kept->cost;

    if (search->own != NULL) {
        cost -= (strncmp(chain->code, search->own, 6) == 0)
                ? REG_OCR_CHAIN_OWN : 0;
        best -= (strncmp(kept->code, search->own, 6) == 0)
                ? REG_OCR_CHAIN_OWN : 0;
    }

    if (kept->n == 0 || chain->n > kept->n
        || (chain->n == kept->n && kept->cost > 0
            && (chain->cost == 0 || cost < best)))
    {
        *kept = *chain;
    }
}
