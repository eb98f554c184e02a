
/*
 * ngx_http_registration_module: its directives and its place in nginx's life.
 */


#include <ngx_http_registration.h>
#include <ngx_http_registration_outbox.h>
#include <ngx_http_registration_recognition.h>
#include <reg_totp.h>


static ngx_int_t ngx_http_registration_preconfiguration(ngx_conf_t *cf);
static ngx_int_t ngx_http_registration_postconfiguration(ngx_conf_t *cf);
static char *ngx_http_registration_check_claim(ngx_conf_t *cf, void *post,
    void *data);
static char *ngx_http_registration_check_size(ngx_conf_t *cf, void *post,
    void *data);
static void *ngx_http_registration_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_registration_init_main_conf(ngx_conf_t *cf, void *conf);
static void *ngx_http_registration_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_registration_merge_loc_conf(ngx_conf_t *cf,
    void *parent, void *child);
static void ngx_http_registration_merge_mount(ngx_http_core_loc_conf_t *clcf,
    ngx_http_registration_loc_conf_t *prev,
    ngx_http_registration_loc_conf_t *conf);
static ngx_int_t ngx_http_registration_init_process(ngx_cycle_t *cycle);
static void ngx_http_registration_exit_process(ngx_cycle_t *cycle);


#define ngx_http_registration_offset(member)                                  \
    offsetof(ngx_http_registration_main_conf_t, member)


static ngx_conf_post_t  ngx_http_registration_claim_post = {
    ngx_http_registration_check_claim
};

static ngx_conf_post_t  ngx_http_registration_size_post = {
    ngx_http_registration_check_size
};

static ngx_conf_num_bounds_t  ngx_http_registration_term_bounds = {
    ngx_conf_check_num_bounds, 1, 365
};


static ngx_command_t  ngx_http_registration_commands[] = {

    { ngx_string("registration"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_registration_mount,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_review"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_registration_mount_review,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_require"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_require,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_login_page"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_page,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_registration_loc_conf_t, login_page),
      NULL },

    { ngx_string("registration_landing_page"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_page,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_registration_loc_conf_t, landing_page),
      NULL },

    { ngx_string("registration_status"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_registration_set_status,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_secure_cookies"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_registration_loc_conf_t, secure_cookies),
      NULL },

    { ngx_string("registration_database"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_database,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_redis"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_redis,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_smtp"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_smtp,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_recognizer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_recognizer,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_mail_from"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_mail_from,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_mail_templates"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(templates),
      NULL },

    { ngx_string("registration_key_file"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(key_file),
      NULL },

    { ngx_string("registration_form"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(form_file),
      NULL },

    { ngx_string("registration_regions"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(regions_file),
      NULL },

    { ngx_string("registration_holidays"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_file,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(holidays_file),
      NULL },

    { ngx_string("registration_documents"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_path_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(documents),
      NULL },

    { ngx_string("registration_password_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_threads,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(password_threads),
      NULL },

    { ngx_string("registration_picture_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_threads,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(picture_threads),
      NULL },

    { ngx_string("registration_file_threads"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_http_registration_set_threads,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(file_threads),
      NULL },

    { ngx_string("registration_code"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_draft"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_session"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_sign_in"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_review_session"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_http_registration_set_policy,
      NGX_HTTP_MAIN_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("registration_review_claim"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(policy.review_claim),
      &ngx_http_registration_claim_post },

    { ngx_string("registration_document_max_size"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(policy.document_max_size),
      &ngx_http_registration_size_post },

    { ngx_string("registration_review_term"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      ngx_http_registration_offset(policy.review_term),
      &ngx_http_registration_term_bounds },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_registration_module_ctx = {
    ngx_http_registration_preconfiguration, /* preconfiguration */
    ngx_http_registration_postconfiguration, /* postconfiguration */

    ngx_http_registration_create_main_conf, /* create main configuration */
    ngx_http_registration_init_main_conf,  /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_registration_create_loc_conf, /* create location configuration */
    ngx_http_registration_merge_loc_conf   /* merge location configuration */
};


ngx_module_t  ngx_http_registration_module = {
    NGX_MODULE_V1,
    &ngx_http_registration_module_ctx,     /* module context */
    ngx_http_registration_commands,        /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_registration_init_process,    /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_registration_exit_process,    /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static ngx_uint_t  ngx_http_registration_started;      /* in this process */


static ngx_int_t
ngx_http_registration_preconfiguration(ngx_conf_t *cf)
{
    if (reg_seal_init() != REG_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "libsodium could not be initialized");
        return NGX_ERROR;
    }

    if (reg_totp_init() != REG_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "liboath could not be initialized");
        return NGX_ERROR;
    }

    return ngx_http_registration_add_variables(cf);
}


static ngx_int_t
ngx_http_registration_postconfiguration(ngx_conf_t *cf)
{
    ngx_http_registration_main_conf_t  *rmcf;

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_registration_module);

    /*
     * then nginx starts no threads for the new configuration, and takes away
     * the memory that timers of the old one still use
     */

    if (ngx_process == NGX_PROCESS_SINGLE
        && !ngx_is_init_cycle(cf->cycle->old_cycle)
        && (rmcf->mount.conf || ngx_http_registration_started))
    {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"registration\" cannot be reloaded while "
                      "\"master_process\" is off: restart nginx");
        return NGX_ERROR;
    }

    if (rmcf->mount.conf == NULL) {
        return NGX_OK;
    }

    if (ngx_http_registration_load(cf, rmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_registration_request_init(cf) != NGX_OK
        || ngx_http_registration_problem_filter_init(cf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (rmcf->guarded && ngx_http_registration_require_init(cf) != NGX_OK) {
        return NGX_ERROR;
    }

    return rmcf->status ? ngx_http_registration_status_init(cf) : NGX_OK;
}


static char *
ngx_http_registration_check_claim(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *claim = data;

    return *claim < 1000 || *claim > 24 * 60 * 60 * 1000
           ? "must be between 1s and 1d" : NGX_CONF_OK;
}


static char *
ngx_http_registration_check_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t *size = data;

    return *size > NGX_HTTP_REGISTRATION_DOCUMENT_MAX
           ? "must be at most 128m" : NGX_CONF_OK;
}


static void *
ngx_http_registration_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_registration_policy_t     *policy;
    ngx_http_registration_main_conf_t  *rmcf;

    rmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_registration_main_conf_t));
    if (rmcf == NULL) {
        return NULL;
    }

    policy = &rmcf->policy;

    policy->code_lifetime = NGX_CONF_UNSET_MSEC;
    policy->code_interval = NGX_CONF_UNSET_MSEC;
    policy->code_hourly = NGX_CONF_UNSET;
    policy->code_daily = NGX_CONF_UNSET;
    policy->code_per_address = NGX_CONF_UNSET;

    policy->draft_lifetime = NGX_CONF_UNSET_MSEC;
    policy->draft_sweep = NGX_CONF_UNSET_MSEC;
    policy->draft_uploads = NGX_CONF_UNSET;
    policy->draft_size = NGX_CONF_UNSET;
    policy->document_max_size = NGX_CONF_UNSET_SIZE;

    policy->session_idle = NGX_CONF_UNSET_MSEC;
    policy->session_lifetime = NGX_CONF_UNSET_MSEC;
    policy->sign_in_free = NGX_CONF_UNSET;
    policy->sign_in_per_address = NGX_CONF_UNSET;
    policy->sign_in_per_account = NGX_CONF_UNSET;
    policy->review_term = NGX_CONF_UNSET;
    policy->review_idle = NGX_CONF_UNSET_MSEC;
    policy->review_lifetime = NGX_CONF_UNSET_MSEC;
    policy->review_claim = NGX_CONF_UNSET_MSEC;

    return rmcf;
}


static char *
ngx_http_registration_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    ngx_http_registration_policy_t  *policy;

    policy = &rmcf->policy;

    ngx_conf_init_msec_value(policy->code_lifetime, 10 * 60 * 1000);
    ngx_conf_init_msec_value(policy->code_interval, 60 * 1000);
    ngx_conf_init_value(policy->code_hourly, 5);
    ngx_conf_init_value(policy->code_daily, 10);
    ngx_conf_init_value(policy->code_per_address, 20);

    ngx_conf_init_msec_value(policy->draft_lifetime, 24 * 60 * 60 * 1000);
    ngx_conf_init_msec_value(policy->draft_sweep, 10 * 60 * 1000);
    ngx_conf_init_value(policy->draft_uploads, 30);
    ngx_conf_init_value(policy->draft_size, 100 * 1024 * 1024);
    ngx_conf_init_size_value(policy->document_max_size, 5 * 1024 * 1024);

    ngx_conf_init_msec_value(policy->session_idle, 30 * 60 * 1000);
    ngx_conf_init_msec_value(policy->session_lifetime, 12 * 60 * 60 * 1000);
    ngx_conf_init_value(policy->sign_in_free, 5);
    ngx_conf_init_value(policy->sign_in_per_address, 30);
    ngx_conf_init_value(policy->sign_in_per_account, 50);
    ngx_conf_init_value(policy->review_term, 7);
    ngx_conf_init_msec_value(policy->review_idle, 15 * 60 * 1000);
    ngx_conf_init_msec_value(policy->review_lifetime, 8 * 60 * 60 * 1000);
    ngx_conf_init_msec_value(policy->review_claim, 10 * 60 * 1000);

    return NGX_CONF_OK;
}


static void *
ngx_http_registration_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_registration_loc_conf_t));
    if (rlcf == NULL) {
        return NULL;
    }

    rlcf->mounted = NGX_CONF_UNSET;
    rlcf->secure_cookies = NGX_CONF_UNSET;
    rlcf->require = NGX_CONF_UNSET_UINT;

    return rlcf;
}


static char *
ngx_http_registration_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child)
{
    ngx_http_registration_loc_conf_t *prev = parent;
    ngx_http_registration_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    ngx_conf_merge_value(conf->secure_cookies, prev->secure_cookies, 1);

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    conf->error_pages = clcf->error_pages;
    conf->outer_pages = prev->error_pages;

    if (conf->mounted == NGX_CONF_UNSET) {
        ngx_http_registration_merge_mount(clcf, prev, conf);
    }

    /* a site's pages are HTML: here only those count that are meant for it */

    if (conf->mounted != NGX_HTTP_REGISTRATION_UNMOUNTED
        && clcf->error_pages == conf->outer_pages)
    {
        clcf->error_pages = NULL;
    }

    ngx_http_registration_merge_require(prev, conf);

    return NGX_CONF_OK;
}


static void
ngx_http_registration_merge_mount(ngx_http_core_loc_conf_t *clcf,
    ngx_http_registration_loc_conf_t *prev,
    ngx_http_registration_loc_conf_t *conf)
{
    /* a nested location serves the same mount, unless it has its own use */

    conf->mounted = NGX_HTTP_REGISTRATION_UNMOUNTED;

    if (prev->mounted > NGX_HTTP_REGISTRATION_UNMOUNTED
        && (clcf->handler == NULL
            || clcf->handler == ngx_http_registration_handler))
    {
        conf->mounted = prev->mounted;
        conf->mount = prev->mount;
        conf->reviewer = prev->reviewer;
        conf->outer_pages = prev->outer_pages;
        clcf->handler = ngx_http_registration_handler;
    }
}


static ngx_int_t
ngx_http_registration_init_process(ngx_cycle_t *cycle)
{
    reg_error_t                         error;
    ngx_http_registration_main_conf_t  *rmcf;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    rmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_registration_module);

    if (rmcf == NULL || rmcf->mount.conf == NULL) {
        return NGX_OK;
    }

    ngx_http_registration_started = 1;

    /* an error is said, not fatal: nginx would not start the worker again */

    if (reg_store_prepare((char *) rmcf->documents->name.data, &error)
        != REG_OK)
    {
        ngx_log_error(NGX_LOG_ERR, cycle->log, 0,
                      "registration documents: %s; uploads will fail",
                      error.text);
    }

    ngx_http_registration_upload_init(rmcf);
    ngx_http_registration_reading_init();

    if (rmcf->status
        && ngx_http_registration_status_start(cycle, rmcf) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_http_registration_outbox_init(cycle, rmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_http_registration_ending_init(cycle, rmcf) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_http_registration_sweep_init(cycle, rmcf);
}


void
ngx_http_registration_timer(ngx_event_t *timer, ngx_event_handler_pt handler)
{
    /* nginx takes a timer's data for a connection when it logs */

    static ngx_connection_t  dumb = { .fd = (ngx_socket_t) -1 };

    timer->handler = handler;
    timer->data = &dumb;
    timer->log = ngx_cycle->log;
}


static void
ngx_http_registration_exit_process(ngx_cycle_t *cycle)
{
    ngx_http_registration_main_conf_t  *rmcf;

    rmcf = ngx_http_cycle_get_module_main_conf(cycle,
                                               ngx_http_registration_module);

    if (rmcf == NULL || rmcf->redis == NULL) {
        return;
    }

    ngx_http_registration_outbox_close();

    ngx_registration_redis_close(rmcf->redis);
    ngx_registration_postgres_close(rmcf->postgres);
    ngx_registration_smtp_close(rmcf->smtp);

    ngx_http_registration_status_stop();
}
