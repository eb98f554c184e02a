/*
 * A QR code on the terminal, two rows of it in a line of half blocks.
 */

#include <errno.h>
#include <unistd.h>
#include <qrencode.h>
#include "ctl.h"


#define CTL_QR_QUIET  4         /* ISO/IEC 18004, 5.3.8: modules around it */

/* Bold white on black, since dark modules are what is not drawn. */

#define CTL_QR_COLORS  "\033[40;37;1m"
#define CTL_QR_PLAIN   "\033[0m"


static int ctl_qr_light(const QRcode *code, int x, int y);


int
ctl_qr_print(const char *text)
{
    int      x, y, terminal;
    QRcode  *code;

    static const char *const  blocks[] = { " ", "▄", "▀", "█" };

    code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
    if (code == NULL) {
        ctl_error("the QR code cannot be made: %s", strerror(errno));
        return -1;
    }

    terminal = isatty(STDOUT_FILENO);

    for (y = -CTL_QR_QUIET; y < code->width + CTL_QR_QUIET; y += 2) {

        printf("%s", terminal ? CTL_QR_COLORS : "");

        for (x = -CTL_QR_QUIET; x < code->width + CTL_QR_QUIET; x++) {
            printf("%s", blocks[2 * ctl_qr_light(code, x, y)
                                + ctl_qr_light(code, x, y + 1)]);
        }

        printf("%s\n", terminal ? CTL_QR_PLAIN : "");
    }

    QRcode_free(code);

    return 0;
}


static int
ctl_qr_light(const QRcode *code, int x, int y)
{
    if (x < 0 || y < 0 || x >= code->width || y >= code->width) {
        return 1;
    }

    return !(code->data[y * code->width + x] & 1);
}
