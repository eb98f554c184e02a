/*
 * Reads lines "KIND NUMBER" and prints what the core says of each number,
 * one word a line.
 */

#include "reg_numbers.h"


static reg_code_t judge(const char *kind, reg_str_t number);


/* The generators make no birth date after it. */

#define TODAY  reg_date_make(2026, 1, 1)


int
main(void)
{
    char       line[256], *number;
    reg_str_t  text;

    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';

        number = strchr(line, ' ');
        if (number == NULL) {
            return 2;
        }

        *number++ = '\0';

        text.data = (const unsigned char *) number;
        text.len = strlen(number);

        puts(reg_code_name(judge(line, text)));
    }

    return 0;
}


static reg_code_t
judge(const char *kind, reg_str_t number)
{
    if (strcmp(kind, "resident") == 0) {
        return reg_number_resident(number, TODAY, NULL);
    }

    if (strcmp(kind, "hmt_permit") == 0) {
        return reg_number_hmt_permit(number, TODAY, NULL);
    }

    if (strcmp(kind, "credit_code") == 0) {
        return reg_number_credit_code(number, NULL);
    }

    if (strcmp(kind, "hm_permit") == 0) {
        return reg_number_hm_permit(number);
    }

    if (strcmp(kind, "tw_permit") == 0) {
        return reg_number_tw_permit(number);
    }

    if (strcmp(kind, "passport") == 0) {
        return reg_number_passport(number);
    }

    return REG_INTERNAL;
}
