
/*
 * The outbox: every change of an application's state has left a row, from
 * which the applicant is written to.  The first worker of each machine looks:
 *
 * tick → (PostgreSQL: rows on lease) → leased → (SMTP) → mailed → sent →
 * (PostgreSQL: those are sent) → recorded
 *
 * One that could not be sent: mailed → tell → (PostgreSQL: it is to be tried
 * later, or given up) → told
 *
 * A worker that dies leaves its leases to run out.  So a mail is never lost,
 * and comes twice only when a worker died between sending and telling.
 */


#include <ngx_http_registration_outbox.h>


#define NGX_HTTP_REGISTRATION_OUTBOX_TICK      5000

/* After a change, or a mail: those of that time go to PostgreSQL together. */

#define NGX_HTTP_REGISTRATION_OUTBOX_SOON      200

/* Mails at a time: most of the queue for mail is left to codes. */

#define NGX_HTTP_REGISTRATION_OUTBOX_MAX       32

/* Their ids in one parameter. */

#define NGX_HTTP_REGISTRATION_OUTBOX_IDS                                      \
    (NGX_HTTP_REGISTRATION_OUTBOX_MAX * (NGX_INT64_LEN + 1) + 1)

/* How long the mail server is tried before the row waits again. */

#define NGX_HTTP_REGISTRATION_OUTBOX_LIFETIME  60000

/* What sealing, telling and clocks may take beside that, in seconds. */

#define NGX_HTTP_REGISTRATION_OUTBOX_SLACK     30

/* From a minute up to an hour; 78 tries take more than three days. */

#define NGX_HTTP_REGISTRATION_OUTBOX_BACKOFF   60
#define NGX_HTTP_REGISTRATION_OUTBOX_LONGEST   3600
#define NGX_HTTP_REGISTRATION_OUTBOX_TRIES     78


typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    ngx_event_t                         timer;
    ngx_event_t                         sent;
    ngx_registration_call_t             call;
    ngx_registration_call_t             record;
    ngx_queue_t                         mails;
    ngx_uint_t                          n;
    unsigned                            leasing:1;
    unsigned                            recording:1;
    unsigned                            again:1;    /* lease when all is told */
    unsigned                            closed:1;
} ngx_http_registration_outbox_t;


typedef struct {
    ngx_http_registration_outbox_t     *outbox;
    ngx_queue_t                         queue;
    ngx_registration_call_t             call;
    u_char                              id[NGX_INT64_LEN];
    size_t                              len;
    ngx_int_t                           tries;
    ngx_int_t                           status;     /* NGX_AGAIN: on its way */
    ngx_uint_t                          reply;      /* that refused it */
    unsigned                            telling:1;
} ngx_http_registration_outbox_mail_t;


/* A row of the lease, opened. */

typedef struct {
    ngx_pool_t                         *pool;
    reg_language_t                      language;
    ngx_str_t                           kind;
    ngx_str_t                           number;
    ngx_str_t                           due_date;
    json_t                             *values;
    json_t                             *content;
} ngx_http_registration_outbox_row_t;


static void ngx_http_registration_outbox_tick(ngx_event_t *ev);
static void ngx_http_registration_outbox_lease(
    ngx_http_registration_outbox_t *outbox);
static ngx_uint_t ngx_http_registration_outbox_untold(
    ngx_http_registration_outbox_t *outbox);
static void ngx_http_registration_outbox_leased(ngx_registration_call_t *call);
static void ngx_http_registration_outbox_take(
    ngx_http_registration_outbox_t *outbox, PGresult *result, int row);
static ngx_uint_t ngx_http_registration_outbox_has(
    ngx_http_registration_outbox_t *outbox, u_char *id, size_t len);
static ngx_int_t ngx_http_registration_outbox_send(
    ngx_http_registration_outbox_mail_t *mail, PGresult *result, int row);
static ngx_int_t ngx_http_registration_outbox_open(
    ngx_http_registration_outbox_t *outbox,
    ngx_http_registration_outbox_row_t *opened, PGresult *result, int row);
static ngx_int_t ngx_http_registration_outbox_compose(
    ngx_http_registration_outbox_mail_t *mail,
    ngx_http_registration_outbox_row_t *row);
static void ngx_http_registration_outbox_items(
    ngx_http_registration_outbox_t *outbox,
    ngx_http_registration_outbox_row_t *row, reg_str_t *text);
static void ngx_http_registration_outbox_mailed(void *data, ngx_int_t status,
    ngx_uint_t reply);
static void ngx_http_registration_outbox_soon(ngx_event_t *ev);
static void ngx_http_registration_outbox_sent(ngx_event_t *ev);
static void ngx_http_registration_outbox_record(
    ngx_http_registration_outbox_t *outbox);
static size_t ngx_http_registration_outbox_sent_ids(
    ngx_http_registration_outbox_t *outbox, u_char *ids);
static void ngx_http_registration_outbox_recorded(
    ngx_registration_call_t *call);
static void ngx_http_registration_outbox_tell(
    ngx_http_registration_outbox_mail_t *mail);
static void ngx_http_registration_outbox_failure(
    ngx_http_registration_outbox_mail_t *mail,
    ngx_registration_param_t *param, u_char *figure);
static void ngx_http_registration_outbox_told(ngx_registration_call_t *call);
static void ngx_http_registration_outbox_lease_again(
    ngx_http_registration_outbox_t *outbox);
static ngx_int_t ngx_http_registration_outbox_delay(
    ngx_http_registration_outbox_mail_t *mail);
static void ngx_http_registration_outbox_free(
    ngx_http_registration_outbox_mail_t *mail);


static ngx_registration_statement_t  ngx_http_registration_lease_sql = {
    "registration_outbox_lease",
    "SELECT id::text, kind, language, application_id, number, due_date,"
    " tries::text, data_key, sealed, content"
    " FROM registration.outbox_lease($1, $2)",
    2
};

static ngx_registration_statement_t  ngx_http_registration_sent_sql = {
    "registration_outbox_mails_sent",
    "SELECT registration.outbox_mails_sent($1)",
    1
};

static ngx_registration_statement_t  ngx_http_registration_failed_sql = {
    "registration_outbox_failed",
    "SELECT registration.outbox_failed($1, $2)",
    2
};

static ngx_registration_statement_t  ngx_http_registration_refused_sql = {
    "registration_outbox_given_up",
    "SELECT registration.outbox_given_up($1, $2)",
    2
};


static ngx_http_registration_outbox_t  *ngx_http_registration_outbox;


/* The first worker sends for all; machines share the rows. */

ngx_int_t
ngx_http_registration_outbox_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_http_registration_outbox_t  *outbox;

    if (ngx_worker != 0) {
        return NGX_OK;
    }

    outbox = ngx_pcalloc(cycle->pool, sizeof(ngx_http_registration_outbox_t));
    if (outbox == NULL) {
        return NGX_ERROR;
    }

    outbox->conf = rmcf;
    outbox->call.data = outbox;
    outbox->call.done = ngx_http_registration_outbox_leased;
    outbox->record.data = outbox;
    outbox->record.done = ngx_http_registration_outbox_recorded;

    ngx_queue_init(&outbox->mails);

    ngx_http_registration_timer(&outbox->timer,
                                ngx_http_registration_outbox_tick);
    outbox->timer.cancelable = 1;

    /* this one holds a worker that is to exit */

    ngx_http_registration_timer(&outbox->sent,
                                ngx_http_registration_outbox_sent);

    ngx_http_registration_outbox = outbox;

    ngx_http_registration_outbox_wake();

    return NGX_OK;
}


void
ngx_http_registration_outbox_wake(void)
{
    ngx_http_registration_outbox_t  *outbox;

    outbox = ngx_http_registration_outbox;

    if (outbox == NULL || outbox->closed || ngx_exiting) {
        return;
    }

    ngx_http_registration_outbox_soon(&outbox->timer);
}


static void
ngx_http_registration_outbox_soon(ngx_event_t *ev)
{
    ngx_msec_int_t  left;

    if (ev->timer_set) {
        left = (ngx_msec_int_t) (ev->timer.key - ngx_current_msec);

        if (left <= NGX_HTTP_REGISTRATION_OUTBOX_SOON) {
            return;
        }

        /* ngx_add_timer() would not make it earlier by less than 300 ms */

        ngx_del_timer(ev);
    }

    ngx_add_timer(ev, NGX_HTTP_REGISTRATION_OUTBOX_SOON);
}


void
ngx_http_registration_outbox_close(void)
{
    ngx_queue_t                          *q, *next;
    ngx_http_registration_outbox_t       *outbox;
    ngx_http_registration_outbox_mail_t  *mail;

    outbox = ngx_http_registration_outbox;

    if (outbox == NULL || outbox->closed) {
        return;
    }

    outbox->closed = 1;

    if (outbox->timer.timer_set) {
        ngx_del_timer(&outbox->timer);
    }

    if (outbox->sent.timer_set) {
        ngx_del_timer(&outbox->sent);
    }

    ngx_registration_call_abandon(&outbox->call);
    ngx_registration_call_abandon(&outbox->record);

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = next)
    {
        next = ngx_queue_next(q);
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        ngx_registration_call_abandon(&mail->call);

        /* of those on their way the adapter tells when it closes */

        if (mail->status != NGX_AGAIN) {
            ngx_http_registration_outbox_free(mail);
        }
    }
}


static void
ngx_http_registration_outbox_tick(ngx_event_t *ev)
{
    ngx_queue_t                          *q, *next;
    ngx_http_registration_outbox_t       *outbox;
    ngx_http_registration_outbox_mail_t  *mail;

    outbox = (ngx_http_registration_outbox_t *)
             ((u_char *) ev - offsetof(ngx_http_registration_outbox_t, timer));

    if (ngx_exiting) {
        return;
    }

    /* what PostgreSQL could not be told before */

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = next)
    {
        next = ngx_queue_next(q);
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        if (mail->status == NGX_ERROR && !mail->telling) {
            ngx_http_registration_outbox_tell(mail);
        }
    }

    ngx_http_registration_outbox_record(outbox);
    ngx_http_registration_outbox_lease(outbox);

    ngx_add_timer(&outbox->timer, NGX_HTTP_REGISTRATION_OUTBOX_TICK);
}


static void
ngx_http_registration_outbox_lease(ngx_http_registration_outbox_t *outbox)
{
    u_char                    max[NGX_INT_T_LEN], seconds[NGX_INT_T_LEN];
    ngx_msec_t                lease;
    ngx_registration_param_t  params[2];

    if (outbox->leasing
        || outbox->n >= NGX_HTTP_REGISTRATION_OUTBOX_MAX
        || !ngx_registration_smtp_has_room(outbox->conf->smtp))
    {
        return;
    }

    /* a lease that ran out could be had again while its end is being told */

    if (ngx_http_registration_outbox_untold(outbox)) {
        outbox->again = 1;
        return;
    }

    outbox->again = 0;

    lease = (NGX_HTTP_REGISTRATION_OUTBOX_LIFETIME
             + outbox->conf->smtp_conf.timeout) / 1000
            + NGX_HTTP_REGISTRATION_OUTBOX_SLACK;

    ngx_memzero(params, sizeof(params));

    params[0].value.data = max;
    params[0].value.len = ngx_sprintf(max, "%ui",
                                      NGX_HTTP_REGISTRATION_OUTBOX_MAX
                                      - outbox->n)
                          - max;
    params[1].value.data = seconds;
    params[1].value.len = ngx_sprintf(seconds, "%M", lease) - seconds;

    if (ngx_registration_postgres_query(outbox->conf->postgres, &outbox->call,
                                        &ngx_http_registration_lease_sql,
                                        params, 1)
        == NGX_OK)
    {
        outbox->leasing = 1;
    }
}


static ngx_uint_t
ngx_http_registration_outbox_untold(ngx_http_registration_outbox_t *outbox)
{
    ngx_queue_t                          *q;
    ngx_http_registration_outbox_mail_t  *mail;

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = ngx_queue_next(q))
    {
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        if (mail->status != NGX_AGAIN) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_http_registration_outbox_leased(ngx_registration_call_t *call)
{
    int                              row, rows;
    PGresult                        *result;
    ngx_http_registration_outbox_t  *outbox;

    outbox = call->data;
    outbox->leasing = 0;

    if (call->status != NGX_OK) {
        return;
    }

    result = call->result;
    rows = PQntuples(result);

    for (row = 0; row < rows; row++) {
        ngx_http_registration_outbox_take(outbox, result, row);
    }
}


static void
ngx_http_registration_outbox_take(ngx_http_registration_outbox_t *outbox,
    PGresult *result, int row)
{
    u_char                               *id;
    size_t                                len;
    ngx_int_t                             rc;
    ngx_http_registration_outbox_mail_t  *mail;

    id = (u_char *) PQgetvalue(result, row, 0);
    len = PQgetlength(result, row, 0);

    if (ngx_http_registration_outbox_has(outbox, id, len)) {

        /* sent, but PostgreSQL was away for longer than the lease */

        return;
    }

    mail = ngx_calloc(sizeof(ngx_http_registration_outbox_mail_t),
                      ngx_cycle->log);
    if (mail == NULL) {
        return;
    }

    mail->outbox = outbox;
    mail->len = ngx_min(len, sizeof(mail->id));
    ngx_memcpy(mail->id, id, mail->len);

    mail->tries = ngx_atoi((u_char *) PQgetvalue(result, row, 6),
                           PQgetlength(result, row, 6));
    mail->call.data = mail;
    mail->call.done = ngx_http_registration_outbox_told;
    mail->status = NGX_AGAIN;

    ngx_queue_insert_tail(&outbox->mails, &mail->queue);
    outbox->n++;

    rc = ngx_http_registration_outbox_send(mail, result, row);

    if (rc != NGX_OK) {
        ngx_http_registration_outbox_mailed(mail,
                                            rc == NGX_DONE ? NGX_OK : rc, 0);
    }
}


static ngx_uint_t
ngx_http_registration_outbox_has(ngx_http_registration_outbox_t *outbox,
    u_char *id, size_t len)
{
    ngx_queue_t                          *q;
    ngx_http_registration_outbox_mail_t  *mail;

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = ngx_queue_next(q))
    {
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        if (mail->len == len && ngx_memcmp(mail->id, id, len) == 0) {
            return 1;
        }
    }

    return 0;
}


/* NGX_DONE when there is nobody left to write to. */

static ngx_int_t
ngx_http_registration_outbox_send(ngx_http_registration_outbox_mail_t *mail,
    PGresult *result, int row)
{
    ngx_int_t                           rc;
    ngx_http_registration_outbox_row_t  opened;

    if (PQgetisnull(result, row, 7)) {
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "no mail: the application's key was destroyed");
        return NGX_DONE;
    }

    ngx_memzero(&opened, sizeof(opened));

    opened.pool = ngx_create_pool(4096, ngx_cycle->log);
    if (opened.pool == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_http_registration_outbox_open(mail->outbox, &opened, result, row);

    if (rc == NGX_OK) {
        rc = ngx_http_registration_outbox_compose(mail, &opened);

    } else {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "no mail: the application could not be opened (is a "
                      "key missing from the key file?)");
    }

    json_decref(opened.values);
    json_decref(opened.content);
    ngx_destroy_pool(opened.pool);

    return rc;
}


static ngx_int_t
ngx_http_registration_outbox_open(ngx_http_registration_outbox_t *outbox,
    ngx_http_registration_outbox_row_t *opened, PGresult *result, int row)
{
    u_char      key[REG_DATA_KEY];
    ngx_str_t   id;
    ngx_uint_t  i;
    ngx_str_t  *text[3];

    static const int  column[] = { 1, 4, 5 };

    text[0] = &opened->kind;
    text[1] = &opened->number;
    text[2] = &opened->due_date;

    for (i = 0; i < 3; i++) {
        text[i]->data = (u_char *) PQgetvalue(result, row, column[i]);
        text[i]->len = PQgetlength(result, row, column[i]);
    }

    opened->language = ngx_strcmp(PQgetvalue(result, row, 2), "en") == 0
                       ? REG_EN : REG_ZH_CN;

    id.data = (u_char *) PQgetvalue(result, row, 3);
    id.len = PQgetlength(result, row, 3);

    if (ngx_http_registration_application_key(outbox->conf, &id,
                                          (u_char *) PQgetvalue(result, row, 7),
                                          PQgetlength(result, row, 7), key)
        != REG_OK)
    {
        return NGX_DECLINED;
    }

    opened->values = ngx_http_registration_application_open(ngx_cycle->log,
                                          &id, key,
                                          (u_char *) PQgetvalue(result, row, 8),
                                          PQgetlength(result, row, 8));
    if (!PQgetisnull(result, row, 9)) {
        opened->content = ngx_http_registration_application_open(
                                          ngx_cycle->log, &id, key,
                                          (u_char *) PQgetvalue(result, row, 9),
                                          PQgetlength(result, row, 9));
    }

    reg_wipe(key, sizeof(key));

    if (opened->values == NULL
        || (opened->content == NULL && !PQgetisnull(result, row, 9)))
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_outbox_compose(ngx_http_registration_outbox_mail_t *mail,
    ngx_http_registration_outbox_row_t *row)
{
    char                               *text;
    size_t                              len;
    ngx_str_t                           to, name, reason;
    ngx_uint_t                          notice;
    reg_mail_value_t                    values[5];
    ngx_http_registration_main_conf_t  *rmcf;

    rmcf = mail->outbox->conf;
    notice = ngx_http_registration_notice(&row->kind);

    if (notice == NGX_HTTP_REGISTRATION_NOTICES) {
        return NGX_DECLINED;
    }

    ngx_http_registration_value(row->values, "email", &to);
    ngx_http_registration_value(row->values, "name", &name);
    ngx_http_registration_value(row->content, "reason", &reason);

    values[0].name = "number";
    values[0].value = ngx_http_registration_str(&row->number);
    values[1].name = "due_date";
    values[1].value = ngx_http_registration_str(&row->due_date);
    values[2].name = "name";
    values[2].value = ngx_http_registration_str(&name);
    values[3].name = "reason";
    values[3].value = ngx_http_registration_str(&reason);
    values[4].name = "items";
    ngx_http_registration_outbox_items(mail->outbox, row, &values[4].value);

    if (values[4].value.data == NULL) {
        return NGX_DECLINED;
    }

    text = reg_mail_compose(rmcf->notices[notice][row->language], values, 5,
                            ngx_http_registration_str(&to), ngx_time(), &len);
    if (text == NULL) {
        return NGX_DECLINED;
    }

    return ngx_registration_smtp_send(rmcf->smtp, &to, text, len,
                                      NGX_HTTP_REGISTRATION_OUTBOX_LIFETIME,
                                      ngx_http_registration_outbox_mailed,
                                      mail)
           == NGX_OK ? NGX_OK : NGX_DECLINED;
}


/* A line for each field: what it is called, and what is wrong with it. */

static void
ngx_http_registration_outbox_items(ngx_http_registration_outbox_t *outbox,
    ngx_http_registration_outbox_row_t *row, reg_str_t *text)
{
    u_char      *p, *lines;
    size_t       i, len;
    json_t      *items, *item;
    ngx_str_t    field, reason;
    const char  *label;

    items = json_object_get(row->content, "items");
    len = 1;

    json_array_foreach(items, i, item) {
        ngx_http_registration_value(item, "field", &field);
        ngx_http_registration_value(item, "reason", &reason);
        label = reg_form_label(outbox->conf->form, (char *) field.data,
                               row->language);
        len += sizeof("- ：\n") + ngx_strlen(label) + reason.len;
    }

    text->len = 0;
    text->data = lines = ngx_pnalloc(row->pool, len);

    if (lines == NULL) {
        return;
    }

    p = lines;

    json_array_foreach(items, i, item) {
        ngx_http_registration_value(item, "field", &field);
        ngx_http_registration_value(item, "reason", &reason);
        label = reg_form_label(outbox->conf->form, (char *) field.data,
                               row->language);
        p = ngx_sprintf(p, "%s- %s%s%V", p == lines ? "" : "\n", label,
                        row->language == REG_EN ? ": " : "：", &reason);
    }

    text->len = p - lines;
}


static void
ngx_http_registration_outbox_mailed(void *data, ngx_int_t status,
    ngx_uint_t reply)
{
    ngx_http_registration_outbox_mail_t *mail = data;

    mail->status = status;
    mail->reply = reply;

    if (status == NGX_ERROR) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "mail %*s of the outbox is given up: the mail server "
                      "refused it (%ui)", mail->len, mail->id, reply);
    }

    if (mail->outbox->closed) {
        ngx_http_registration_outbox_free(mail);

    } else if (status == NGX_OK) {
        ngx_http_registration_outbox_soon(&mail->outbox->sent);

    } else {
        ngx_http_registration_outbox_tell(mail);
    }
}


static void
ngx_http_registration_outbox_sent(ngx_event_t *ev)
{
    ngx_http_registration_outbox_record(
                   (ngx_http_registration_outbox_t *) ((u_char *) ev
                    - offsetof(ngx_http_registration_outbox_t, sent)));
}


/* All that were sent, in one statement, with one commit instead of many. */

static void
ngx_http_registration_outbox_record(ngx_http_registration_outbox_t *outbox)
{
    size_t                    len;
    u_char                    ids[NGX_HTTP_REGISTRATION_OUTBOX_IDS];
    ngx_registration_param_t  param;

    if (outbox->recording) {
        return;
    }

    len = ngx_http_registration_outbox_sent_ids(outbox, ids);

    if (len == 0) {
        return;
    }

    ngx_memzero(&param, sizeof(ngx_registration_param_t));

    param.value.data = ids;
    param.value.len = len;

    if (ngx_registration_postgres_query(outbox->conf->postgres,
                                        &outbox->record,
                                        &ngx_http_registration_sent_sql,
                                        &param, 0)
        == NGX_OK)
    {
        outbox->recording = 1;
    }
}


/* Those of all mails that were sent, as an array of PostgreSQL's. */

static size_t
ngx_http_registration_outbox_sent_ids(ngx_http_registration_outbox_t *outbox,
    u_char *ids)
{
    u_char                               *p;
    ngx_queue_t                          *q;
    ngx_http_registration_outbox_mail_t  *mail;

    p = ids;

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = ngx_queue_next(q))
    {
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        if (mail->status == NGX_OK) {
            *p = (p == ids) ? '{' : ',';
            p = ngx_cpymem(p + 1, mail->id, mail->len);
            mail->telling = 1;
        }
    }

    if (p != ids) {
        *p++ = '}';
    }

    return p - ids;
}


static void
ngx_http_registration_outbox_recorded(ngx_registration_call_t *call)
{
    ngx_queue_t                          *q, *next;
    ngx_http_registration_outbox_t       *outbox;
    ngx_http_registration_outbox_mail_t  *mail;

    outbox = call->data;
    outbox->recording = 0;

    if (call->status != NGX_OK) {
        return;
    }

    for (q = ngx_queue_head(&outbox->mails);
         q != ngx_queue_sentinel(&outbox->mails);
         q = next)
    {
        next = ngx_queue_next(q);
        mail = ngx_queue_data(q, ngx_http_registration_outbox_mail_t, queue);

        if (mail->status == NGX_OK && mail->telling) {
            ngx_http_registration_outbox_free(mail);
        }
    }

    /* those that were sent meanwhile */

    ngx_http_registration_outbox_record(outbox);
    ngx_http_registration_outbox_lease_again(outbox);
}


/* What is given up has to be told; of the rest the lease runs out. */

static void
ngx_http_registration_outbox_tell(ngx_http_registration_outbox_mail_t *mail)
{
    u_char                         figure[NGX_INT_T_LEN];
    ngx_int_t                      rc;
    ngx_registration_param_t       params[2];
    ngx_registration_statement_t  *statement;

    ngx_memzero(params, sizeof(params));

    params[0].value.data = mail->id;
    params[0].value.len = mail->len;

    if (mail->status == NGX_ERROR) {
        statement = &ngx_http_registration_refused_sql;
        params[1].value.data = figure;
        params[1].value.len = ngx_sprintf(figure, "%ui", mail->reply) - figure;

    } else {
        statement = &ngx_http_registration_failed_sql;
        ngx_http_registration_outbox_failure(mail, &params[1], figure);
    }

    rc = ngx_registration_postgres_query(mail->outbox->conf->postgres,
                                         &mail->call, statement, params, 0);

    if (rc == NGX_OK) {
        mail->telling = 1;

    } else if (mail->status == NGX_DECLINED) {
        ngx_http_registration_outbox_free(mail);
    }
}


/* When it is tried again; null for never. */

static void
ngx_http_registration_outbox_failure(ngx_http_registration_outbox_mail_t *mail,
    ngx_registration_param_t *param, u_char *figure)
{
    ngx_int_t  delay;

    delay = ngx_http_registration_outbox_delay(mail);

    if (delay) {
        param->value.data = figure;
        param->value.len = ngx_sprintf(figure, "%i", delay) - figure;
    }
}


static void
ngx_http_registration_outbox_told(ngx_registration_call_t *call)
{
    ngx_http_registration_outbox_t       *outbox;
    ngx_http_registration_outbox_mail_t  *mail;

    mail = call->data;
    outbox = mail->outbox;
    mail->telling = 0;

    if (call->status == NGX_OK || mail->status == NGX_DECLINED) {
        ngx_http_registration_outbox_free(mail);
    }

    ngx_http_registration_outbox_lease_again(outbox);
}


static void
ngx_http_registration_outbox_lease_again(
    ngx_http_registration_outbox_t *outbox)
{
    if (outbox->again && !ngx_exiting) {
        ngx_http_registration_outbox_lease(outbox);
    }
}


/* Seconds until the next try; 0 when there shall be none. */

static ngx_int_t
ngx_http_registration_outbox_delay(ngx_http_registration_outbox_mail_t *mail)
{
    ngx_int_t  delay;

    if (ngx_exiting) {
        return 1;
    }

    if (mail->tries >= NGX_HTTP_REGISTRATION_OUTBOX_TRIES) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "mail %*s of the outbox is given up after %i tries",
                      mail->len, mail->id, mail->tries);
        return 0;
    }

    delay = NGX_HTTP_REGISTRATION_OUTBOX_BACKOFF
            << ngx_min(ngx_max(mail->tries - 1, 0), 6);
    delay = ngx_min(delay, NGX_HTTP_REGISTRATION_OUTBOX_LONGEST);

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "mail %*s of the outbox is tried again in %i seconds",
                  mail->len, mail->id, delay);

    return delay;
}


static void
ngx_http_registration_outbox_free(ngx_http_registration_outbox_mail_t *mail)
{
    ngx_queue_remove(&mail->queue);
    mail->outbox->n--;

    ngx_free(mail);
}
