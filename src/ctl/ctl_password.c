/*
 * New passwords for reviewers: typed, piped or random.
 */

#include <termios.h>
#include <unistd.h>
#include "reg_seal.h"
#include "ctl.h"


/* The longest that is allowed, in UTF-8, with a line end. */

#define CTL_PASSWORD_LINE  (4 * REG_PASSWORD_MAX + 3)

#define CTL_INTERRUPT      '\003'


static int ctl_password_ask(char line[CTL_PASSWORD_LINE]);
static int ctl_password_type(const char *prompt,
    char line[CTL_PASSWORD_LINE]);
static int ctl_password_line(char line[CTL_PASSWORD_LINE]);
static int ctl_password_judge(const char *name, const char *password);


int
ctl_password_read(const char *name, char hash[REG_PASSWORD_HASH])
{
    int        status;
    char       line[CTL_PASSWORD_LINE];
    reg_str_t  password;

    status = ctl_password_ask(line);

    if (status == CTL_OK) {
        status = ctl_password_judge(name, line);
    }

    if (status == CTL_OK) {
        password.data = (unsigned char *) line;
        password.len = strlen(line);

        if (reg_password_hash(password, hash) != REG_OK) {
            ctl_error("out of memory");
            status = CTL_FAILED;
        }
    }

    reg_wipe(line, sizeof(line));

    return status;
}


int
ctl_password_generate(char out[CTL_PASSWORD], char hash[REG_PASSWORD_HASH])
{
    reg_str_t  password;

    reg_token((unsigned char *) out, CTL_PASSWORD_BYTES);

    password.data = (unsigned char *) out;
    password.len = CTL_PASSWORD - 1;

    if (reg_password_hash(password, hash) != REG_OK) {
        ctl_error("out of memory");
        return CTL_FAILED;
    }

    return CTL_OK;
}


static int
ctl_password_ask(char line[CTL_PASSWORD_LINE])
{
    int   differ, status;
    char  again[CTL_PASSWORD_LINE];

    if (!isatty(STDIN_FILENO)) {
        return ctl_password_line(line);
    }

    status = ctl_password_type("New password: ", line);
    if (status != CTL_OK) {
        return status;
    }

    status = ctl_password_type("Once more: ", again);
    differ = strcmp(line, again) != 0;
    reg_wipe(again, sizeof(again));

    if (status == CTL_OK && differ) {
        ctl_error("the two are not the same");
        return CTL_FAILED;
    }

    return status;
}


/*
 * Without echo.  Signals by keys are off as well, so that nothing leaves
 * the terminal so; the interrupt key ends the line instead.
 */

static int
ctl_password_type(const char *prompt, char line[CTL_PASSWORD_LINE])
{
    int             status;
    struct termios  before, quiet;

    if (tcgetattr(STDIN_FILENO, &before) != 0) {
        ctl_error("the terminal cannot be asked for its settings");
        return CTL_FAILED;
    }

    quiet = before;
    quiet.c_lflag &= ~(tcflag_t) (ECHO|ECHONL|ISIG);
    quiet.c_cc[VEOL] = CTL_INTERRUPT;

    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) != 0) {
        ctl_error("the terminal's echo cannot be turned off");
        return CTL_FAILED;
    }

    fprintf(stderr, "%s", prompt);
    status = ctl_password_line(line);
    fprintf(stderr, "\n");

    (void) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);

    return status;
}


/* read(), since stdio would keep a copy in its buffer. */

static int
ctl_password_line(char line[CTL_PASSWORD_LINE])
{
    size_t   len;
    ssize_t  n;

    for (len = 0; len < CTL_PASSWORD_LINE - 1; len++) {

        n = read(STDIN_FILENO, line + len, 1);

        if (n < 0) {
            ctl_error("the password cannot be read");
            return CTL_FAILED;
        }

        if (n == 0 || line[len] == '\n') {
            break;
        }

        if (line[len] == CTL_INTERRUPT) {
            ctl_error("interrupted; nothing was changed");
            return CTL_FAILED;
        }

        if (line[len] == '\0') {
            ctl_error("a password holds no NUL");
            return CTL_FAILED;
        }
    }

    if (len != 0 && line[len - 1] == '\r') {
        len--;
    }

    line[len] = '\0';

    return CTL_OK;
}


static int
ctl_password_judge(const char *name, const char *password)
{
    reg_str_t   own, text;
    reg_code_t  code;

    text.data = (const unsigned char *) password;
    text.len = strlen(password);

    own.data = (const unsigned char *) name;
    own.len = strlen(name);

    code = reg_password_length(text);

    if (code == REG_OK) {
        code = reg_password_judge(text, &own, 1);
    }

    switch (code) {

    case REG_OK:
        return CTL_OK;

    case REG_TOO_SHORT:
        ctl_error("the password has fewer than %d characters",
                  REG_PASSWORD_MIN);
        break;

    case REG_TOO_LONG:
        ctl_error("the password has more than %d characters",
                  REG_PASSWORD_MAX);
        break;

    case REG_FORMAT:
        ctl_error("the password is no UTF-8, or has a control character");
        break;

    case REG_WEAK_PASSWORD:
        ctl_error("the password is common, too regular, or made of the name; "
                  "--generate makes a good one");
        break;

    default:
        ctl_error("the password cannot be judged: is cracklib-runtime "
                  "installed?");
        break;
    }

    return CTL_FAILED;
}
