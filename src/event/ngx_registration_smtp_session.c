
/*
 * A connection to the mail server, and one message after the other on it
 * (RFC 5321).
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>

#include "ngx_registration_smtp_session.h"


/* How long a session waits for another message. */

#define NGX_REGISTRATION_SMTP_IDLE        15000

/* The longest answer that is read, all its lines together. */

#define NGX_REGISTRATION_SMTP_REPLY_SIZE  65536

/*
 * Not GSSAPI, NTLM and the like, which libcurl would prefer: Kerberos asks
 * its servers in a blocking way.
 */

#define NGX_REGISTRATION_SMTP_AUTH  "AUTH=CRAM-MD5;AUTH=PLAIN;AUTH=LOGIN"


#define ngx_registration_smtp_set(easy, option, value)                        \
                                                                              \
    if (curl_easy_setopt(easy, option, value) != CURLE_OK) {                  \
        return NGX_ERROR;                                                     \
    }


typedef enum {
    NGX_REGISTRATION_SMTP_CONNECT = 0,
    NGX_REGISTRATION_SMTP_MAIL,         /* each: its answer is awaited */
    NGX_REGISTRATION_SMTP_RCPT,
    NGX_REGISTRATION_SMTP_DATA,
    NGX_REGISTRATION_SMTP_TEXT,         /* text and end are being sent */
    NGX_REGISTRATION_SMTP_END,
    NGX_REGISTRATION_SMTP_RSET,
    NGX_REGISTRATION_SMTP_IDLE_STATE
} ngx_registration_smtp_state_e;


static ngx_int_t ngx_registration_smtp_session_init(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_url(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_address(
    ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_session_ehlo(
    ngx_registration_smtp_conf_t *conf, ngx_str_t *name);
static ngx_int_t ngx_registration_smtp_session_login(
    ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_session_connected(
    ngx_registration_transfer_t *transfer, CURLcode code);
static void ngx_registration_smtp_session_handler(ngx_event_t *ev);
static void ngx_registration_smtp_session_timeout(ngx_event_t *ev);
static void ngx_registration_smtp_session_run(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_flush(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_receive(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_parse(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_reply(
    ngx_registration_smtp_session_t *s);
static ngx_int_t ngx_registration_smtp_session_fail(
    ngx_registration_smtp_session_t *s);
static void ngx_registration_smtp_session_command(
    ngx_registration_smtp_session_t *s, ngx_uint_t state, char *format,
    ngx_str_t *value);
static void ngx_registration_smtp_session_lost(
    ngx_registration_smtp_session_t *s, CURLcode code);
static void ngx_registration_smtp_session_finish(
    ngx_registration_smtp_session_t *s,
    ngx_registration_smtp_outcome_e outcome, ngx_uint_t alive);


static u_char  ngx_registration_smtp_end[] = ".\r\n";


ngx_registration_smtp_session_t *
ngx_registration_smtp_session_create(ngx_registration_smtp_conf_t *conf)
{
    ngx_registration_smtp_session_t  *s;

    s = ngx_calloc(sizeof(ngx_registration_smtp_session_t), ngx_cycle->log);
    if (s == NULL) {
        return NULL;
    }

    s->conf = conf;
    s->ident = -1;

    s->timer.handler = ngx_registration_smtp_session_timeout;
    s->timer.data = s;
    s->timer.log = ngx_cycle->log;

    return s;
}


ngx_int_t
ngx_registration_smtp_session_connect(ngx_registration_smtp_session_t *s,
    ngx_registration_curl_t *curl, ngx_registration_smtp_mail_t *mail)
{
    s->mail = *mail;

    s->transfer.easy = curl_easy_init();
    if (s->transfer.easy == NULL) {
        return NGX_ERROR;
    }

    s->transfer.done = ngx_registration_smtp_session_connected;
    s->transfer.data = s;

    if (ngx_registration_smtp_session_init(s) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_registration_curl_start(curl, &s->transfer) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_add_timer(&s->timer, s->conf->timeout);

    return NGX_OK;
}


static ngx_int_t
ngx_registration_smtp_session_init(ngx_registration_smtp_session_t *s)
{
    CURL                          *easy;
    ngx_registration_smtp_conf_t  *conf;

    easy = s->transfer.easy;
    conf = s->conf;

    ngx_registration_smtp_set(easy, CURLOPT_ERRORBUFFER, s->error);
    ngx_registration_smtp_set(easy, CURLOPT_CONNECT_ONLY, 1L);
    ngx_registration_smtp_set(easy, CURLOPT_NOSIGNAL, 1L);
    ngx_registration_smtp_set(easy, CURLOPT_PROXY, "");
    ngx_registration_smtp_set(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");

    if (conf->tls == NGX_REGISTRATION_SMTP_STARTTLS) {
        ngx_registration_smtp_set(easy, CURLOPT_USE_SSL, (long) CURLUSESSL_ALL);
    }

    if (conf->tls != NGX_REGISTRATION_SMTP_PLAIN) {
        ngx_registration_smtp_set(easy, CURLOPT_SSLVERSION,
                                  (long) CURL_SSLVERSION_TLSv1_2);
        ngx_registration_smtp_set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
        ngx_registration_smtp_set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    }

    if (conf->ca_file.len) {
        /* instead of the system's authorities, not besides them */
        ngx_registration_smtp_set(easy, CURLOPT_CAINFO, conf->ca_file.data);
        ngx_registration_smtp_set(easy, CURLOPT_CAPATH, NULL);
    }

    if (ngx_registration_smtp_session_login(s) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_registration_smtp_session_url(s) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_registration_smtp_session_address(s);
}


static ngx_int_t
ngx_registration_smtp_session_login(ngx_registration_smtp_session_t *s)
{
    if (s->conf->username.len == 0) {
        return NGX_OK;
    }

    ngx_registration_smtp_set(s->transfer.easy, CURLOPT_LOGIN_OPTIONS,
                              NGX_REGISTRATION_SMTP_AUTH);
    ngx_registration_smtp_set(s->transfer.easy, CURLOPT_USERNAME,
                              s->conf->username.data);
    ngx_registration_smtp_set(s->transfer.easy, CURLOPT_PASSWORD,
                              s->conf->password.data);

    return NGX_OK;
}


/* The path of an smtp URL is the name to say in EHLO. */

static ngx_int_t
ngx_registration_smtp_session_url(ngx_registration_smtp_session_t *s)
{
    u_char                         url[1024];
    ngx_str_t                      name;
    ngx_registration_smtp_conf_t  *conf;

    conf = s->conf;

    ngx_registration_smtp_session_ehlo(conf, &name);

    if (ngx_snprintf(url, sizeof(url), "smtp%s://%V:%ui/%V%Z",
                     conf->tls == NGX_REGISTRATION_SMTP_TLS ? "s" : "",
                     &conf->host, (ngx_uint_t) conf->port, &name)
        == url + sizeof(url))
    {
        return NGX_ERROR;
    }

    ngx_registration_smtp_set(s->transfer.easy, CURLOPT_URL, (char *) url);

    return NGX_OK;
}


/*
 * EHLO wants a name with a domain (RFC 5321, 4.1.1.1): the machine's, or the
 * sender's domain where the machine's is a bare one.
 */

static void
ngx_registration_smtp_session_ehlo(ngx_registration_smtp_conf_t *conf,
    ngx_str_t *name)
{
    u_char      *p;
    ngx_uint_t   i;

    *name = ngx_cycle->hostname;

    for (i = 0; i < name->len; i++) {
        if (!isalnum(name->data[i])
            && name->data[i] != '-'
            && name->data[i] != '.')
        {
            break;
        }
    }

    if (i == name->len && ngx_strlchr(name->data, name->data + i, '.')) {
        return;
    }

    p = ngx_strlchr(conf->from.data, conf->from.data + conf->from.len, '@');

    name->data = p ? p + 1 : conf->from.data;
    name->len = conf->from.data + conf->from.len - name->data;
}


/* The configuration has resolved the name: a worker never asks DNS. */

static ngx_int_t
ngx_registration_smtp_session_address(ngx_registration_smtp_session_t *s)
{
    u_char              text[NGX_SOCKADDR_STRLEN + 3];
    ngx_str_t           addr;
    CURLcode            rc;
    u_char              buf[NGX_SOCKADDR_STRLEN];
    struct curl_slist  *list;

    /* "[::1]:25" or "127.0.0.1:25" */

    addr.data = buf;
    addr.len = ngx_sock_ntop(s->conf->addr->sockaddr, s->conf->addr->socklen,
                             buf, sizeof(buf), 1);

    /* for any host, any port */

    ngx_snprintf(text, sizeof(text), "::%V%Z", &addr);

    list = curl_slist_append(NULL, (char *) text);
    if (list == NULL) {
        return NGX_ERROR;
    }

    s->connect_to = list;

    rc = curl_easy_setopt(s->transfer.easy, CURLOPT_CONNECT_TO, list);

    return rc == CURLE_OK ? NGX_OK : NGX_ERROR;
}


static void
ngx_registration_smtp_session_connected(ngx_registration_transfer_t *transfer,
    CURLcode code)
{
    long                              reply;
    curl_socket_t                     fd;
    ngx_registration_smtp_session_t  *s;

    s = transfer->data;
    fd = CURL_SOCKET_BAD;

    if (code == CURLE_OK
        && curl_easy_getinfo(transfer->easy, CURLINFO_ACTIVESOCKET, &fd)
           == CURLE_OK
        && fd != CURL_SOCKET_BAD)
    {
        s->connection = ngx_registration_curl_watch(fd, s,
                                       ngx_registration_smtp_session_handler);
    }

    if (s->connection == NULL
        || ngx_registration_curl_want(s->connection, 1, 0) != NGX_OK)
    {
        reply = 0;
        (void) curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE,
                                 &reply);

        s->code = code ? code : CURLE_FAILED_INIT;
        s->reply = reply;

        ngx_registration_smtp_session_finish(s,
                                        NGX_REGISTRATION_SMTP_UNREACHABLE, 0);
        return;
    }

    ngx_registration_smtp_session_command(s, NGX_REGISTRATION_SMTP_MAIL,
                                          "MAIL FROM:<%V>\r\n",
                                          &s->conf->from);
    ngx_registration_smtp_session_run(s);
}


void
ngx_registration_smtp_session_send(ngx_registration_smtp_session_t *s,
    ngx_registration_smtp_mail_t *mail)
{
    s->mail = *mail;
    s->alive = 0;
    s->code = CURLE_OK;
    s->reply = 0;
    s->connection->idle = 0;

    ngx_del_timer(&s->timer);
    s->timer.cancelable = 0;
    ngx_add_timer(&s->timer, s->conf->timeout);

    ngx_registration_smtp_session_command(s, NGX_REGISTRATION_SMTP_MAIL,
                                          "MAIL FROM:<%V>\r\n",
                                          &s->conf->from);
    ngx_registration_smtp_session_run(s);
}


static void
ngx_registration_smtp_session_handler(ngx_event_t *ev)
{
    ngx_connection_t                 *c;
    ngx_registration_smtp_session_t  *s;

    c = ev->data;
    s = c->data;

    if (c->close) {
        ngx_registration_smtp_session_lost(s, CURLE_OK);
        return;
    }

    ngx_registration_smtp_session_run(s);
}


static void
ngx_registration_smtp_session_timeout(ngx_event_t *ev)
{
    ngx_registration_smtp_session_t  *s;

    s = ev->data;

    if (s->state == NGX_REGISTRATION_SMTP_CONNECT) {
        s->code = CURLE_OPERATION_TIMEDOUT;
        s->error[0] = '\0';
        ngx_registration_smtp_session_finish(s,
                                        NGX_REGISTRATION_SMTP_UNREACHABLE, 0);
        return;
    }

    /* a server that hangs, not one that has hung up */

    s->used = 0;
    ngx_registration_smtp_session_lost(s, CURLE_OPERATION_TIMEDOUT);
}


static void
ngx_registration_smtp_session_run(ngx_registration_smtp_session_t *s)
{
    ngx_int_t  rc;

    do {
        rc = ngx_registration_smtp_session_flush(s);

        if (rc == NGX_OK) {
            rc = ngx_registration_smtp_session_receive(s);
        }

        if (rc == NGX_ERROR) {
            ngx_registration_smtp_session_lost(s, s->code);
            return;
        }

        if (rc == NGX_OK) {
            rc = ngx_registration_smtp_session_reply(s);
        }

    } while (rc == NGX_OK);

    /* NGX_AGAIN, or NGX_DONE: the session may be gone then */
}


static ngx_int_t
ngx_registration_smtp_session_flush(ngx_registration_smtp_session_t *s)
{
    size_t    n;
    CURLcode  rc;

    for ( ;; ) {

        if (s->pos == s->last) {
            if (s->state != NGX_REGISTRATION_SMTP_TEXT) {
                break;
            }

            s->state = NGX_REGISTRATION_SMTP_END;
            s->pos = ngx_registration_smtp_end;
            s->last = s->pos + sizeof(ngx_registration_smtp_end) - 1;
        }

        rc = curl_easy_send(s->transfer.easy, s->pos, s->last - s->pos, &n);

        if (rc == CURLE_AGAIN) {
            break;
        }

        if (rc != CURLE_OK) {
            s->code = rc;
            return NGX_ERROR;
        }

        s->pos += n;
    }

    return ngx_registration_curl_want(s->connection, 1, s->pos != s->last);
}


static ngx_int_t
ngx_registration_smtp_session_receive(ngx_registration_smtp_session_t *s)
{
    size_t     n;
    CURLcode   rc;
    ngx_int_t  parsed;

    for ( ;; ) {
        parsed = ngx_registration_smtp_session_parse(s);

        if (parsed != NGX_AGAIN) {
            return parsed;
        }

        rc = curl_easy_recv(s->transfer.easy, s->in, sizeof(s->in), &n);

        if (rc == CURLE_AGAIN) {
            return NGX_AGAIN;
        }

        if (rc != CURLE_OK || n == 0) {
            s->code = rc ? rc : CURLE_RECV_ERROR;
            return NGX_ERROR;
        }

        s->in_pos = 0;
        s->in_last = n;
    }
}


/* A reply is one or more lines, "250-text" up to "250 text". */

static ngx_int_t
ngx_registration_smtp_session_parse(ngx_registration_smtp_session_t *s)
{
    u_char     ch;
    ngx_int_t  reply;

    while (s->in_pos < s->in_last) {
        ch = s->in[s->in_pos++];

        if (++s->reply_size > NGX_REGISTRATION_SMTP_REPLY_SIZE) {
            s->code = CURLE_WEIRD_SERVER_REPLY;
            return NGX_ERROR;
        }

        if (ch != LF) {
            if (s->column < sizeof(s->line)) {
                s->line[s->column++] = ch;
            }

            continue;
        }

        reply = s->column >= 3 ? ngx_atoi(s->line, 3) : NGX_ERROR;

        if (reply < 200 || reply > 599) {
            s->code = CURLE_WEIRD_SERVER_REPLY;
            return NGX_ERROR;
        }

        if (s->column == 4 && s->line[3] == '-') {
            s->column = 0;
            continue;
        }

        s->reply = reply;
        s->reply_size = 0;
        s->column = 0;

        return NGX_OK;
    }

    return NGX_AGAIN;
}


/* The dialogue: NGX_OK when there is something to send, else NGX_DONE. */

static ngx_int_t
ngx_registration_smtp_session_reply(ngx_registration_smtp_session_t *s)
{
    ngx_uint_t  wanted;

    wanted = s->state == NGX_REGISTRATION_SMTP_DATA ? 3 : 2;

    if (s->reply / 100 != wanted || s->pos != s->last) {
        return ngx_registration_smtp_session_fail(s);
    }

    switch (s->state) {

    case NGX_REGISTRATION_SMTP_MAIL:
        ngx_registration_smtp_session_command(s, NGX_REGISTRATION_SMTP_RCPT,
                                              "RCPT TO:<%V>\r\n",
                                              &s->mail.to);
        return NGX_OK;

    case NGX_REGISTRATION_SMTP_RCPT:
        ngx_registration_smtp_session_command(s, NGX_REGISTRATION_SMTP_DATA,
                                              "DATA\r\n", NULL);
        return NGX_OK;

    case NGX_REGISTRATION_SMTP_DATA:
        s->state = NGX_REGISTRATION_SMTP_TEXT;
        s->reply = 0;
        s->pos = s->mail.text.data;
        s->last = s->pos + s->mail.text.len;
        return NGX_OK;

    case NGX_REGISTRATION_SMTP_END:
        ngx_registration_smtp_session_finish(s, NGX_REGISTRATION_SMTP_SENT, 1);
        return NGX_DONE;

    case NGX_REGISTRATION_SMTP_RSET:
        s->reply = s->failed_reply;
        ngx_registration_smtp_session_finish(s, s->outcome, 1);
        return NGX_DONE;

    default: /* NGX_REGISTRATION_SMTP_IDLE_STATE: nothing was asked */
        ngx_registration_smtp_session_lost(s, CURLE_OK);
        return NGX_DONE;
    }
}


static ngx_int_t
ngx_registration_smtp_session_fail(ngx_registration_smtp_session_t *s)
{
    /* 421 closes the connection, whatever was asked */

    if (s->reply == 421
        || s->reply / 100 < 4
        || s->pos != s->last
        || s->state == NGX_REGISTRATION_SMTP_RSET
        || s->state == NGX_REGISTRATION_SMTP_IDLE_STATE)
    {
        ngx_registration_smtp_session_lost(s, CURLE_OK);
        return NGX_DONE;
    }

    /*
     * A sender that is refused, or that has to sign in first, is nothing that
     * this mail could help: it is kept until somebody has mended that.
     */

    s->outcome = (s->reply / 100 == 5 && s->state != NGX_REGISTRATION_SMTP_MAIL)
                 ? NGX_REGISTRATION_SMTP_REFUSED
                 : NGX_REGISTRATION_SMTP_DEFERRED;

    if (s->state == NGX_REGISTRATION_SMTP_END) {
        ngx_registration_smtp_session_finish(s, s->outcome, 1);
        return NGX_DONE;
    }

    s->failed_reply = s->reply;
    ngx_registration_smtp_session_command(s, NGX_REGISTRATION_SMTP_RSET,
                                          "RSET\r\n", NULL);
    return NGX_OK;
}


static void
ngx_registration_smtp_session_command(ngx_registration_smtp_session_t *s,
    ngx_uint_t state, char *format, ngx_str_t *value)
{
    s->state = state;
    s->reply = 0;
    s->pos = s->command;
    s->last = ngx_snprintf(s->command, sizeof(s->command), format, value);
}


static void
ngx_registration_smtp_session_lost(ngx_registration_smtp_session_t *s,
    CURLcode code)
{
    ngx_registration_smtp_outcome_e  outcome;

    s->code = code;

    switch (s->state) {

    case NGX_REGISTRATION_SMTP_MAIL:
        outcome = s->used ? NGX_REGISTRATION_SMTP_STALE
                          : NGX_REGISTRATION_SMTP_DEFERRED;
        break;

    case NGX_REGISTRATION_SMTP_RSET:
        outcome = s->outcome;
        s->reply = s->failed_reply;
        break;

    case NGX_REGISTRATION_SMTP_IDLE_STATE:
        outcome = NGX_REGISTRATION_SMTP_CLOSED;
        break;

    default:
        outcome = NGX_REGISTRATION_SMTP_DEFERRED;
    }

    ngx_registration_smtp_session_finish(s, outcome, 0);
}


static void
ngx_registration_smtp_session_finish(ngx_registration_smtp_session_t *s,
    ngx_registration_smtp_outcome_e outcome, ngx_uint_t alive)
{
    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }

    s->outcome = outcome;
    s->alive = (alive && s->in_pos == s->in_last);

    if (s->alive) {
        s->state = NGX_REGISTRATION_SMTP_IDLE_STATE;
        s->used = 1;
        s->connection->idle = !ngx_exiting;

        s->timer.cancelable = 1;
        ngx_add_timer(&s->timer, NGX_REGISTRATION_SMTP_IDLE);
    }

    s->done(s);
}


const char *
ngx_registration_smtp_session_error(ngx_registration_smtp_session_t *s)
{
    char  *p;

    if (s->error[0] == '\0') {
        return curl_easy_strerror(s->code);
    }

    /* anybody may have made the certificate: no line break for the log */

    for (p = s->error; *p; p++) {
        if (*p < ' ' || *p > '~') {
            *p = '?';
        }
    }

    return s->error;
}


void
ngx_registration_smtp_session_close(ngx_registration_smtp_session_t *s)
{
    size_t  n;

    if (s->timer.timer_set) {
        ngx_del_timer(&s->timer);
    }

    if (s->connection) {
        ngx_registration_curl_unwatch(s->connection);
    }

    if (s->alive) {
        /* a courtesy: its answer is not waited for */
        (void) curl_easy_send(s->transfer.easy, "QUIT\r\n", 6, &n);
    }

    if (s->transfer.curl) {
        ngx_registration_curl_stop(&s->transfer);
    }

    if (s->transfer.easy) {
        curl_easy_cleanup(s->transfer.easy);
    }

    curl_slist_free_all(s->connect_to);

    /* the last command holds an address */

    ngx_explicit_memzero(s, sizeof(ngx_registration_smtp_session_t));
    ngx_free(s);
}
