/*
 * Passwords.
 */

#define _GNU_SOURCE                 /* RTLD_NEXT */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <pthread.h>

#include "reg_password.h"
#include "reg_seal.h"


/* Stands before cracklib's, so that a test can take its dictionary away. */

static int  no_dictionary;

const char *FascistCheck(const char *password, const char *dictionary);

const char *
FascistCheck(const char *password, const char *dictionary)
{
    const char  *(*check)(const char *, const char *);

    *(void **) &check = dlsym(RTLD_NEXT, "FascistCheck");

    return check(password, no_dictionary ? "/nonexistent/dictionary"
                                         : dictionary);
}


static reg_str_t
str(const char *text)
{
    reg_str_t  s = { strlen(text), (const unsigned char *) text };

    return s;
}


static const reg_str_t  own[] = {
    reg_str("zhangsan"), reg_str("wei.li@example.com"), reg_str("13912345670"),
    reg_str("11010519491231002X"), reg_str("张三"),
    reg_str("欧阳修"), reg_str("Wu"),
    reg_str(""),
};


static reg_code_t
judge(const char *password)
{
    return reg_password_judge(str(password), own,
                              sizeof(own) / sizeof(own[0]));
}


static int
setup(void **state)
{
    (void) state;

    return reg_seal_init() == REG_OK ? 0 : -1;
}


static void
length_is_counted_in_code_points(void **state)
{
    int   i;
    char  text[129 * 3 + 1];

    (void) state;

    assert_int_equal(reg_password_length(str("1234567")), REG_TOO_SHORT);
    assert_int_equal(reg_password_length(str("12345678")), REG_OK);

    for (i = 0; i < 129; i++) {
        memcpy(text + 3 * i, "春", 4);
    }

    assert_int_equal(reg_password_length(str(text)), REG_TOO_LONG);
    assert_int_equal(reg_password_length(str(text + 3)), REG_OK);
    assert_int_equal(reg_password_length(str(text + 3 * 121)), REG_OK);
    assert_int_equal(reg_password_length(str(text + 3 * 122)), REG_TOO_SHORT);

    assert_int_equal(reg_password_length(str("abcdefgh\xff")), REG_FORMAT);
    assert_int_equal(reg_password_length(str("abcdefgh\n")), REG_FORMAT);
}


static void
common_passwords_are_refused(void **state)
{
    size_t  i;

    static const char *const  weak[] = {
        "password", "password1", "Password1", "Passw0rd!", "P@ssw0rd1",
        "12345678", "123456789", "87654321", "1234567890", "11111111",
        "00000000", "88888888", "qwertyuiop", "qwerty123456", "asdfghjkl",
        "1qaz2wsx", "abcd1234", "a1b2c3d4", "abcdefgh", "iloveyou1",
        "woaini1314", "woaini520", "5201314520", "admin123", "baseball",
        "sunshine1", "superman", "zxcvbnm123", "aaaaaaaabbb", "abcddcba",
        "drowssap1", "abc1abc1", "passwordpassword", "qwertyuiopqwertyuiop",
        "aaaabbbbccccddddeeeeffff", "123456789012345678",
        "恭喜发财恭喜发财", "哈哈哈哈哈哈哈哈哈哈", "ab ab ab ab ab ab ab ab",
    };

    (void) state;

    for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        if (judge(weak[i]) != REG_WEAK_PASSWORD) {
            fail_msg("%s: %s", weak[i], reg_code_name(judge(weak[i])));
        }
    }
}


static void
good_passwords_pass(void **state)
{
    size_t  i;
    char    longest[128 * 4 + 1];

    static const char *const  good[] = {
        "correct horse battery staple",
        "my password is a long 123456 sentence",
        "Tr0ub4dor&3", "xK9#mVq2!pLz", "kq7vbn2rtz",
        "badminton in autumn", "tomorrow wundert",
        "we hijack students from monopolist strumming fighting nuns",
        "我爱北京天安门前的那棵老树", "样本甲的猫喜欢鱼",
        "春江潮水连海平海上明月共潮生",
        "春江潮水连海平海",
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        if (judge(good[i]) != REG_OK) {
            fail_msg("%s: %s", good[i], reg_code_name(judge(good[i])));
        }
    }

    for (i = 0; i < 128; i++) {
        longest[4 * i] = '\xf0';
        longest[4 * i + 1] = '\xa0';
        longest[4 * i + 2] = '\x80' + (i * 37) % 64;
        longest[4 * i + 3] = '\x80' + (i * 11) % 64;
    }

    longest[512] = '\0';
    assert_int_equal(judge(longest), REG_OK);
}


static void
own_data_is_refused(void **state)
{
    size_t  i;

    static const char *const  weak[] = {
        "zhangsan2023", "ZhangSan!77xk", "xk77nasgnahz", "2023-zhangsan-xk",
        "wei.li@example.com", "Wei.Li20237x", "13912345670", "1391234567",
        "a13912345670", "19491231", "11010519491231002x", "491231002X",
        "欧阳修7k2026qz",
    };

    (void) state;

    for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++) {
        if (judge(weak[i]) != REG_WEAK_PASSWORD) {
            fail_msg("%s: %s", weak[i], reg_code_name(judge(weak[i])));
        }
    }

    /* names of two places stand in too much else */

    assert_int_equal(judge("the wukong and 张三 story"),
                     REG_OK);

    /* own data of any length and content does no harm */

    {
        char       big[9000];
        reg_str_t  odd[3] = { { sizeof(big), (unsigned char *) big },
                              { sizeof(big), (unsigned char *) big },
                              reg_str("\xff\xfe\xfd\xfc") };

        memset(big, 'k', sizeof(big));
        assert_int_equal(reg_password_judge(str("correct horse battery"),
                                            odd, 3), REG_OK);
    }
}


static void
a_missing_dictionary_is_never_fine(void **state)
{
    (void) state;

    no_dictionary = 1;
    assert_int_equal(judge("xK9#mVq2!pLz"), REG_INTERNAL);
    assert_int_equal(judge("sunshine1"), REG_INTERNAL);
    no_dictionary = 0;
    assert_int_equal(judge("xK9#mVq2!pLz"), REG_OK);
}


static void
hashes_verify(void **state)
{
    char       a[REG_PASSWORD_HASH], b[REG_PASSWORD_HASH];
    reg_str_t  password = reg_str("correct horse\0battery");

    (void) state;

    assert_int_equal(reg_password_hash(password, a), REG_OK);
    assert_int_equal(reg_password_hash(password, b), REG_OK);
    assert_string_not_equal(a, b);
    assert_memory_equal(a, "$argon2id$v=19$m=19456,t=2,p=1$", 31);

    assert_int_equal(reg_password_verify(password, a), REG_OK);
    assert_int_equal(reg_password_verify(str("correct horse"), a),
                     REG_MISMATCH);
    assert_int_equal(reg_password_verify(str(""), a), REG_MISMATCH);
    assert_int_equal(reg_password_verify(password, "$argon2id$nonsense"),
                     REG_INTERNAL);
}


static double
seconds(void)
{
    struct timespec  now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);

    return now.tv_sec + now.tv_nsec / 1e9;
}


static void
an_unknown_account_takes_as_long(void **state)
{
    int     i;
    char    hash[REG_PASSWORD_HASH];
    double  t, known, unknown;

    (void) state;

    assert_int_equal(reg_password_hash(str("correct horse"), hash), REG_OK);

    known = unknown = 1000;

    for (i = 0; i < 10; i++) {
        t = seconds();
        assert_int_equal(reg_password_verify(str("wrong horse"), hash),
                         REG_MISMATCH);
        t = seconds() - t;
        known = t < known ? t : known;

        t = seconds();
        assert_int_equal(reg_password_verify(str("wrong horse"), NULL),
                         REG_MISMATCH);
        t = seconds() - t;
        unknown = t < unknown ? t : unknown;
    }

    assert_true(unknown > known * 0.8 && unknown < known * 1.25);
}


static void *
judge_often(void *data)
{
    int  i;

    for (i = 0; i < 50; i++) {
        if (judge("correct horse battery staple") != REG_OK
            || judge("sunshine1") != REG_WEAK_PASSWORD)
        {
            return data;
        }
    }

    return NULL;
}


static void
threads_do_not_disturb_one_another(void **state)
{
    int        i;
    void      *failed;
    pthread_t  threads[4];

    (void) state;

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, judge_often,
                                        threads), 0);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], &failed), 0);
        assert_null(failed);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(length_is_counted_in_code_points),
        cmocka_unit_test(common_passwords_are_refused),
        cmocka_unit_test(good_passwords_pass),
        cmocka_unit_test(own_data_is_refused),
        cmocka_unit_test(a_missing_dictionary_is_never_fine),
        cmocka_unit_test(hashes_verify),
        cmocka_unit_test(an_unknown_account_takes_as_long),
        cmocka_unit_test(threads_do_not_disturb_one_another),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
