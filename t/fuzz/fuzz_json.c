/*
 * Fuzzes a request body's way: parsing, normalising, judging.  Normalising
 * twice changes nothing more, a draft has no fault that the whole
 * application has not, and the same values always give the same faults.
 *
 * Runs in the root of the repository, where conf/form.json is.
 */

#include <unistd.h>

#include "reg_fields.h"
#include "../unit/reg_test_regions.h"


static reg_rules_t *rules_once(void);
static void judge(json_t *values, int complete, reg_faults_t *faults);
static void expect(int holds);


int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    size_t         i;
    json_t        *values, *copy;
    reg_faults_t   first, again, draft;

    values = reg_json_parse((const char *) data, size);
    if (values == NULL) {
        return 0;
    }

    memset(&first, 0, sizeof(first));
    expect(reg_fields_normalize(values, &first) == REG_OK);

    copy = json_deep_copy(values);
    memset(&again, 0, sizeof(again));
    expect(reg_fields_normalize(copy, &again) == REG_OK);
    expect(json_equal(values, copy));

    memset(&draft, 0, sizeof(draft));
    memset(&again, 0, sizeof(again));
    memset(&first, 0, sizeof(first));

    judge(values, 1, &first);
    judge(copy, 1, &again);
    judge(values, 0, &draft);

    expect(first.n == again.n && first.n <= REG_FAULTS_MAX);

    for (i = 0; i < first.n; i++) {
        expect(first.fault[i].code == again.fault[i].code);
        expect(first.fault[i].code != REG_OK
               && first.fault[i].code <= REG_CODE_LAST_FIELD);
    }

    for (i = 0; i < draft.n; i++) {
        expect(reg_faults_of(&first, draft.fault[i].field)
               == draft.fault[i].code);
    }

    json_decref(copy);
    json_decref(values);

    return 0;
}


static reg_rules_t *
rules_once(void)
{
    int                  fd;
    char                 path[] = "/tmp/reg-fuzz-XXXXXX";
    reg_error_t          error;
    reg_regions_t       *regions;
    static reg_rules_t   rules;

    if (rules.form != NULL) {
        return &rules;
    }

    fd = mkstemp(path);
    expect(fd != -1);
    expect(write(fd, REG_TEST_REGIONS, sizeof(REG_TEST_REGIONS) - 1)
           == sizeof(REG_TEST_REGIONS) - 1);
    close(fd);

    regions = reg_regions_load(path, &error);
    unlink(path);

    if (regions != NULL) {
        rules.regions = regions;
        rules.form = reg_form_load("conf/form.json", regions, 0, &error);
    }

    if (rules.form == NULL) {
        fprintf(stderr, "%s\n", error.text);
        exit(2);
    }

    rules.today = reg_date_make(2026, 6, 1);

    return &rules;
}


static void
judge(json_t *values, int complete, reg_faults_t *faults)
{
    reg_fields_judge(rules_once(), values, complete, faults);
}


static void
expect(int holds)
{
    if (!holds) {
        abort();
    }
}
