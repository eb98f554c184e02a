/*
 * Fuzzes the number rules: no input may be read past its end, and whatever
 * passes with a check character must fail when one digit becomes another.
 */

#include "reg_numbers.h"


typedef reg_code_t (*rule_pt)(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);


static reg_code_t credit_code(reg_str_t number, reg_date_t today,
    reg_number_facts_t *facts);
static void resist(rule_pt rule, const unsigned char *data, size_t size);
static void expect(int holds);


#define TODAY  reg_date_make(2026, 1, 1)


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    reg_str_t      number;
    unsigned char  checked[18];

    number.data = data;
    number.len = size;

    (void) reg_number_hm_permit(number);
    (void) reg_number_tw_permit(number);
    (void) reg_number_passport(number);

    resist(reg_number_resident, data, size);
    resist(reg_number_hmt_permit, data, size);
    resist(credit_code, data, size);

    /* The older permanent residence card has no check character. */

    if (size == 18) {
        resist(reg_number_permanent_residence, data, size);
    } else {
        (void) reg_number_permanent_residence(number, TODAY, NULL);
    }

    /* With the right check character, much more input comes through. */

    if (size >= 17) {
        memcpy(checked, data, 17);

        for (checked[17] = '0'; checked[17] <= 'Z'; checked[17]++) {
            resist(reg_number_resident, checked, 18);
            resist(reg_number_permanent_residence, checked, 18);
            resist(credit_code, checked, 18);
        }
    }

    return 0;
}


static reg_code_t
credit_code(reg_str_t number, reg_date_t today, reg_number_facts_t *facts)
{
    (void) today;
    (void) facts;

    return reg_number_credit_code(number, NULL);
}


static void
resist(rule_pt rule, const unsigned char *data, size_t size)
{
    size_t              i;
    reg_str_t           number;
    unsigned char       other[18];
    reg_number_facts_t  facts;

    memset(&facts, 0, sizeof(facts));

    number.data = data;
    number.len = size;

    if (rule(number, TODAY, &facts) != REG_OK) {
        return;
    }

    expect(size == 18);
    expect(rule == credit_code || facts.birth <= TODAY);

    memcpy(other, data, size);
    number.data = other;

    for (i = 0; i < size; i++) {
        if (other[i] >= '0' && other[i] <= '9') {
            other[i] = (unsigned char) ('0' + (other[i] - '0' + 1) % 10);
            expect(rule(number, TODAY, NULL) != REG_OK);
            other[i] = data[i];
        }
    }
}


static void
expect(int holds)
{
    if (!holds) {
        abort();
    }
}
