
/*
 * What a configuration needs to serve: its files are loaded and checked, its
 * adapters made.  A failure names the file and line of what asked for it.
 */


#include <ngx_http_registration_code.h>


typedef struct {
    const char  *directive;
    size_t       offset;        /* of a pointer that must not be NULL */
} ngx_http_registration_needed_t;


static ngx_int_t ngx_http_registration_check_needed(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);
static ngx_int_t ngx_http_registration_default_threads(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);
static ngx_int_t ngx_http_registration_load_files(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf);
static ngx_int_t ngx_http_registration_load_mail(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, const char *name,
    const char *const *members, reg_mail_template_t **templates);
static ngx_int_t ngx_http_registration_bind_mail(
    ngx_http_registration_main_conf_t *rmcf, reg_mail_template_t *template,
    reg_language_t language);
static ngx_int_t ngx_http_registration_etag(ngx_conf_t *cf, ngx_str_t *etag,
    const char *text, size_t len);
static void ngx_http_registration_unload(void *data);
static ngx_int_t ngx_http_registration_failed(ngx_conf_t *cf,
    ngx_http_registration_file_t *file, reg_error_t *error);


#define ngx_http_registration_needed(directive, member)                       \
    { directive, offsetof(ngx_http_registration_main_conf_t, member) }


static ngx_http_registration_needed_t  ngx_http_registration_needs[] = {
    ngx_http_registration_needed("registration_database",
                                 postgres_conf.conninfo.data),
    ngx_http_registration_needed("registration_redis", redis_conf.addr),
    ngx_http_registration_needed("registration_mail_from", mail_from.data),
    ngx_http_registration_needed("registration_mail_templates",
                                 templates.path.data),
    ngx_http_registration_needed("registration_key_file",
                                 key_file.path.data),
    ngx_http_registration_needed("registration_form", form_file.path.data),
    ngx_http_registration_needed("registration_regions",
                                 regions_file.path.data),
    ngx_http_registration_needed("registration_holidays",
                                 holidays_file.path.data),
    ngx_http_registration_needed("registration_documents", documents),
    { NULL, 0 }
};


/* Templates of mail, by purpose; a language's name comes before ".txt". */

static const char  *ngx_http_registration_mails[] = {
    "registration",
    "password_reset"
};

static const char  *ngx_http_registration_languages[] = { "zh-CN", "en" };

static const char  *ngx_http_registration_mail_names[] = {
    "code", "minutes", "title", NULL
};


/* And those of the outbox. */

static const char  *ngx_http_registration_notices[] = {
    "submitted",
    "approved",
    "returned",
    "rejected"
};

static const char  *ngx_http_registration_notice_names[] = {
    "title", "number", "due_date", "reason", "items", "name", NULL
};


ngx_int_t
ngx_http_registration_load(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_uint_t           i;
    ngx_pool_cleanup_t  *cln;

    if (ngx_http_registration_check_needed(cf, rmcf) != NGX_OK
        || ngx_http_registration_default_threads(cf, rmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    cln->handler = ngx_http_registration_unload;
    cln->data = rmcf;

    if (ngx_http_registration_load_files(cf, rmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_HTTP_REGISTRATION_PURPOSES; i++) {
        if (ngx_http_registration_load_mail(cf, rmcf,
                                            ngx_http_registration_mails[i],
                                            ngx_http_registration_mail_names,
                                            rmcf->mail[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < NGX_HTTP_REGISTRATION_NOTICES; i++) {
        if (ngx_http_registration_load_mail(cf, rmcf,
                                            ngx_http_registration_notices[i],
                                            ngx_http_registration_notice_names,
                                            rmcf->notices[i])
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    rmcf->redis = ngx_registration_redis_create(cf->pool, &rmcf->redis_conf);
    rmcf->postgres = ngx_registration_postgres_create(cf->pool,
                                                      &rmcf->postgres_conf);
    rmcf->smtp = ngx_registration_smtp_create(cf->pool, &rmcf->smtp_conf);

    rmcf->recognizer = ngx_registration_recognizer_create(cf->pool,
                                                      &rmcf->recognizer_conf);

    if (rmcf->redis == NULL || rmcf->postgres == NULL || rmcf->smtp == NULL
        || rmcf->recognizer == NULL)
    {
        return NGX_ERROR;
    }

    if (ngx_http_registration_print(cf, &rmcf->draft_age, "; Max-Age=%M%Z",
                                    rmcf->policy.draft_lifetime / 1000)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_registration_code_init(cf, rmcf);
}


static ngx_int_t
ngx_http_registration_check_needed(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    const char                      *missing;
    ngx_http_registration_needed_t  *need;

    missing = rmcf->smtp_conf.connections ? NULL : "registration_smtp";

    for (need = ngx_http_registration_needs; need->directive; need++) {
        if (*(void **) ((u_char *) rmcf + need->offset) == NULL) {
            missing = need->directive;
            break;
        }
    }

    if (missing == NULL) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"%V\" needs the directive \"%s\" in \"http\"; "
                  "it is used in %s:%ui", &rmcf->mounted_by,
                  missing, rmcf->mount.conf, rmcf->mount.line);

    return NGX_ERROR;
}


static ngx_int_t
ngx_http_registration_default_threads(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_uint_t           i;
    ngx_thread_pool_t  **pools[3];

    pools[0] = &rmcf->password_threads;
    pools[1] = &rmcf->picture_threads;
    pools[2] = &rmcf->file_threads;

    for (i = 0; i < 3; i++) {
        if (*pools[i] == NULL) {
            *pools[i] = ngx_thread_pool_add(cf, NULL);
        }

        if (*pools[i] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_load_files(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    size_t        len;
    reg_error_t   error;
    const char   *text;

    rmcf->keys = reg_keys_load((char *) rmcf->key_file.path.data, &error);
    if (rmcf->keys == NULL) {
        return ngx_http_registration_failed(cf, &rmcf->key_file, &error);
    }

    rmcf->regions = reg_regions_load((char *) rmcf->regions_file.path.data,
                                     &error);
    if (rmcf->regions == NULL) {
        return ngx_http_registration_failed(cf, &rmcf->regions_file, &error);
    }

    rmcf->form = reg_form_load((char *) rmcf->form_file.path.data,
                               rmcf->regions,
                               rmcf->policy.document_max_size, &error);
    if (rmcf->form == NULL) {
        return ngx_http_registration_failed(cf, &rmcf->form_file, &error);
    }

    rmcf->calendar = reg_calendar_load((char *) rmcf->holidays_file.path.data,
                                       &error);
    if (rmcf->calendar == NULL) {
        return ngx_http_registration_failed(cf, &rmcf->holidays_file, &error);
    }

    if (rmcf->review.conf) {
        rmcf->watermark = reg_watermark_load(&error);
        if (rmcf->watermark == NULL) {
            return ngx_http_registration_failed(cf, &rmcf->review, &error);
        }
    }

    text = reg_form_json(rmcf->form, &len);

    if (ngx_http_registration_etag(cf, &rmcf->form_etag, text, len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    text = reg_form_review_json(rmcf->form, &len);

    if (ngx_http_registration_etag(cf, &rmcf->review_form_etag, text, len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    text = reg_regions_json(rmcf->regions, &len);

    return ngx_http_registration_etag(cf, &rmcf->regions_etag, text, len);
}


static ngx_int_t
ngx_http_registration_load_mail(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, const char *name,
    const char *const *members, reg_mail_template_t **templates)
{
    char         path[NGX_MAX_PATH];
    ngx_uint_t   n;
    reg_error_t  error;

    for (n = 0; n < REG_LANGUAGES; n++) {

        (void) ngx_snprintf((u_char *) path, sizeof(path), "%V/%s.%s.txt%Z",
                            &rmcf->templates.path, name,
                            ngx_http_registration_languages[n]);

        templates[n] = reg_mail_template_load(path, members, &error);

        if (templates[n] == NULL) {
            return ngx_http_registration_failed(cf, &rmcf->templates, &error);
        }

        if (ngx_http_registration_bind_mail(rmcf, templates[n], n) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/* What is the same in every mail; the policy and the form are known. */

static ngx_int_t
ngx_http_registration_bind_mail(ngx_http_registration_main_conf_t *rmcf,
    reg_mail_template_t *template, reg_language_t language)
{
    u_char            minutes[NGX_TIME_T_LEN];
    reg_mail_value_t  values[2];

    values[0].name = "minutes";
    values[0].value.data = minutes;
    values[0].value.len = ngx_sprintf(minutes, "%M",
                                      rmcf->policy.code_lifetime / 60000)
                          - minutes;

    values[1].name = "title";
    values[1].value.data = (u_char *) reg_form_title(rmcf->form, language);
    values[1].value.len = ngx_strlen(values[1].value.data);

    return reg_mail_template_bind(template,
                                  ngx_http_registration_str(&rmcf->mail_from),
                                  values, 2)
           == REG_OK ? NGX_OK : NGX_ERROR;
}


/* Which of the outbox's mails a kind stands for; NGX_.._NOTICES for none. */

ngx_uint_t
ngx_http_registration_notice(ngx_str_t *kind)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_REGISTRATION_NOTICES; i++) {
        if (ngx_http_registration_equal(kind,
                                        ngx_http_registration_notices[i]))
        {
            break;
        }
    }

    return i;
}


const char *
ngx_http_registration_language_name(reg_language_t language)
{
    return ngx_http_registration_languages[language];
}


/* A strong validator (RFC 9110, 8.8.3) of the text alone. */

static ngx_int_t
ngx_http_registration_etag(ngx_conf_t *cf, ngx_str_t *etag, const char *text,
    size_t len)
{
    uint32_t  crc;

    etag->data = ngx_pnalloc(cf->pool, sizeof("\"00000000-00000000\""));
    if (etag->data == NULL) {
        return NGX_ERROR;
    }

    crc = ngx_crc32_long((u_char *) text, len);
    etag->len = ngx_sprintf(etag->data, "\"%08xD-%xz\"", crc, len)
                - etag->data;

    return NGX_OK;
}


static void
ngx_http_registration_unload(void *data)
{
    ngx_http_registration_main_conf_t *rmcf = data;

    ngx_uint_t  i, n;

    reg_keys_free(rmcf->keys);
    reg_form_free(rmcf->form);
    reg_regions_free(rmcf->regions);
    reg_calendar_free(rmcf->calendar);

    if (rmcf->watermark) {
        reg_watermark_free(rmcf->watermark);
    }

    for (n = 0; n < REG_LANGUAGES; n++) {
        for (i = 0; i < NGX_HTTP_REGISTRATION_PURPOSES; i++) {
            reg_mail_template_free(rmcf->mail[i][n]);
        }

        for (i = 0; i < NGX_HTTP_REGISTRATION_NOTICES; i++) {
            reg_mail_template_free(rmcf->notices[i][n]);
        }
    }
}


static ngx_int_t
ngx_http_registration_failed(ngx_conf_t *cf,
    ngx_http_registration_file_t *file, reg_error_t *error)
{
    ngx_log_error(NGX_LOG_EMERG, cf->log, 0, "%s; it is used in %s:%ui",
                  error->text, file->conf, file->line);

    return NGX_ERROR;
}
