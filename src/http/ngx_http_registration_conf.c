
/*
 * The directives: what their parameters mean, and what is wrong with them.
 */


#include <ngx_http_registration_code.h>


/* Pictures of a worker that wait to be read. */

#define NGX_HTTP_REGISTRATION_QUEUE_MAX  1024

/* Bytes; the longest is a script. */

#define NGX_HTTP_REGISTRATION_PRINT_MAX  4096


typedef enum {
    NGX_HTTP_REGISTRATION_NUMBER = 0,
    NGX_HTTP_REGISTRATION_MSEC,
    NGX_HTTP_REGISTRATION_DAY,      /* as MSEC, a day at most */
    NGX_HTTP_REGISTRATION_SIZE
} ngx_http_registration_unit_e;


/* A "name=value" parameter, and where its value goes. */

typedef struct {
    ngx_str_t    directive;
    ngx_str_t    name;
    ngx_uint_t   unit;
    size_t       offset;        /* in the main configuration */
    ngx_int_t    min;
} ngx_http_registration_param_t;

typedef char *(*ngx_http_registration_param_pt)(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg);


static char *ngx_http_registration_mount_as(ngx_conf_t *cf,
    ngx_http_registration_loc_conf_t *rlcf, ngx_int_t whose);
static char *ngx_http_registration_set_params(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_uint_t first,
    ngx_http_registration_param_pt set);
static char *ngx_http_registration_set_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg);
static char *ngx_http_registration_set_number(ngx_conf_t *cf,
    ngx_http_registration_param_t *param, u_char *base, ngx_str_t *value);
static ngx_addr_t *ngx_http_registration_resolve(ngx_conf_t *cf,
    ngx_str_t *address, in_port_t port, ngx_url_t *u);
static char *ngx_http_registration_read_secret(ngx_conf_t *cf,
    ngx_str_t *path, ngx_str_t *secret);
static char *ngx_http_registration_redis_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg);
static char *ngx_http_registration_smtp_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg);
static char *ngx_http_registration_smtp_tls(ngx_conf_t *cf,
    ngx_registration_smtp_conf_t *smtp, ngx_str_t *value);
static ngx_uint_t ngx_http_registration_is(ngx_str_t *arg, const char *name,
    ngx_str_t *value);


#define ngx_http_registration_param(directive, name, unit, member, min)       \
    { ngx_string(directive), ngx_string(name),                                \
      NGX_HTTP_REGISTRATION_##unit,                                           \
      offsetof(ngx_http_registration_main_conf_t, member), min }


static ngx_http_registration_param_t  ngx_http_registration_params[] = {

    ngx_http_registration_param("registration_database", "connections",
                                NUMBER, postgres_conf.connections, 1),
    ngx_http_registration_param("registration_database", "queue",
                                NUMBER, postgres_conf.queue, 1),
    ngx_http_registration_param("registration_database", "timeout",
                                MSEC, postgres_conf.timeout, 1),
    ngx_http_registration_param("registration_database", "idle",
                                MSEC, postgres_conf.idle, 1),

    ngx_http_registration_param("registration_redis", "db",
                                NUMBER, redis_conf.db, 0),
    ngx_http_registration_param("registration_redis", "queue",
                                NUMBER, redis_conf.queue, 1),
    ngx_http_registration_param("registration_redis", "timeout",
                                MSEC, redis_conf.timeout, 1),

    ngx_http_registration_param("registration_smtp", "connections",
                                NUMBER, smtp_conf.connections, 1),
    ngx_http_registration_param("registration_smtp", "queue",
                                NUMBER, smtp_conf.queue, 1),
    ngx_http_registration_param("registration_smtp", "timeout",
                                MSEC, smtp_conf.timeout, 1),

    ngx_http_registration_param("registration_recognizer", "connections",
                                NUMBER, recognizer_conf.connections, 1),
    ngx_http_registration_param("registration_recognizer", "queue",
                                NUMBER, recognizer_conf.queue, 1),
    ngx_http_registration_param("registration_recognizer", "timeout",
                                MSEC, recognizer_conf.timeout, 1),

    ngx_http_registration_param("registration_code", "lifetime",
                                DAY, policy.code_lifetime, 1),
    ngx_http_registration_param("registration_code", "interval",
                                DAY, policy.code_interval, 0),
    ngx_http_registration_param("registration_code", "hourly",
                                NUMBER, policy.code_hourly, 1),
    ngx_http_registration_param("registration_code", "daily",
                                NUMBER, policy.code_daily, 1),
    ngx_http_registration_param("registration_code", "per_address",
                                NUMBER, policy.code_per_address, 1),

    ngx_http_registration_param("registration_draft", "lifetime",
                                MSEC, policy.draft_lifetime, 1),
    ngx_http_registration_param("registration_draft", "sweep",
                                MSEC, policy.draft_sweep, 1),
    ngx_http_registration_param("registration_draft", "uploads",
                                NUMBER, policy.draft_uploads, 1),
    ngx_http_registration_param("registration_draft", "size",
                                SIZE, policy.draft_size, 1),

    ngx_http_registration_param("registration_session", "idle",
                                MSEC, policy.session_idle, 1),
    ngx_http_registration_param("registration_session", "lifetime",
                                MSEC, policy.session_lifetime, 1),

    ngx_http_registration_param("registration_review_session", "idle",
                                MSEC, policy.review_idle, 1),
    ngx_http_registration_param("registration_review_session", "lifetime",
                                MSEC, policy.review_lifetime, 1),

    ngx_http_registration_param("registration_sign_in", "free",
                                NUMBER, policy.sign_in_free, 1),
    ngx_http_registration_param("registration_sign_in", "per_address",
                                NUMBER, policy.sign_in_per_address, 1),
    ngx_http_registration_param("registration_sign_in", "per_account",
                                NUMBER, policy.sign_in_per_account, 1),

    { ngx_null_string, ngx_null_string, 0, 0, 0 }
};


char *
ngx_http_registration_mount(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_http_registration_mount_as(cf, conf,
                                          NGX_HTTP_REGISTRATION_APPLICANTS);
}


/* With a parameter, what it comes to at a request is the reviewer's name. */

char *
ngx_http_registration_mount_review(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_loc_conf_t *rlcf = conf;

    char                               *rv;
    ngx_str_t                          *value;
    ngx_http_compile_complex_value_t    ccv;
    ngx_http_registration_main_conf_t  *rmcf;

    rv = ngx_http_registration_mount_as(cf, rlcf,
                                        NGX_HTTP_REGISTRATION_REVIEWERS);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_registration_module);

    rmcf->review.conf = cf->conf_file->file.name.data;
    rmcf->review.line = cf->conf_file->line;

    if (cf->args->nelts == 1) {
        return NGX_CONF_OK;
    }

    value = cf->args->elts;

    if (ngx_http_script_variables_count(&value[1]) == 0) {
        return "needs a variable that names the reviewer, for example "
               "\"$ssl_client_s_dn\", or no parameter";
    }

    rlcf->reviewer = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (rlcf->reviewer == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = rlcf->reviewer;

    return ngx_http_compile_complex_value(&ccv) == NGX_OK ? NGX_CONF_OK
                                                          : NGX_CONF_ERROR;
}


static char *
ngx_http_registration_mount_as(ngx_conf_t *cf,
    ngx_http_registration_loc_conf_t *rlcf, ngx_int_t whose)
{
    ngx_http_core_loc_conf_t           *clcf;
    ngx_http_registration_main_conf_t  *rmcf;

    if (rlcf->mounted != NGX_CONF_UNSET) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->name.len == 0 || clcf->name.data[0] != '/' || clcf->noname
        || clcf->exact_match
#if (NGX_PCRE)
        || clcf->regex
#endif
       )
    {
        return "needs a location given by a prefix, for example "
               "\"location /api/\"";
    }

    if (clcf->name.data[clcf->name.len - 1] != '/') {
        return "needs a location that ends with \"/\", for example "
               "\"location /api/\"";
    }

    rlcf->mounted = whose;
    rlcf->mount = clcf->name;
    clcf->handler = ngx_http_registration_handler;

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_registration_module);

    ngx_http_registration_used(cf, rmcf);

    return NGX_CONF_OK;
}


/* The directive that is being read needs all that a mount does. */

void
ngx_http_registration_used(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_str_t  *directive;

    if (rmcf->mount.conf) {
        return;
    }

    directive = cf->args->elts;

    rmcf->mounted_by = *directive;
    rmcf->mount.conf = cf->conf_file->file.name.data;
    rmcf->mount.line = cf->conf_file->line;
}


char *
ngx_http_registration_set_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t                     *value;
    ngx_http_registration_file_t  *file;

    file = (ngx_http_registration_file_t *) ((u_char *) conf + cmd->offset);

    if (file->path.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    file->path = value[1];
    file->conf = cf->conf_file->file.name.data;
    file->line = cf->conf_file->line;

    if (ngx_conf_full_name(cf->cycle, &file->path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_http_registration_set_database(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    char                              *rv;
    ngx_str_t                         *value;
    ngx_registration_postgres_conf_t  *pgcf;

    pgcf = &rmcf->postgres_conf;

    if (pgcf->conninfo.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    pgcf->connections = 8;
    pgcf->queue = 256;
    pgcf->timeout = 4000;
    pgcf->idle = 60000;
    pgcf->conninfo = value[1];

    rv = ngx_registration_postgres_check(cf, &pgcf->conninfo);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    return ngx_http_registration_set_params(cf, rmcf, 2,
                                            ngx_http_registration_set_param);
}


char *
ngx_http_registration_set_redis(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    ngx_str_t                      *value;
    ngx_url_t                       u;
    ngx_registration_redis_conf_t  *rdcf;

    rdcf = &rmcf->redis_conf;

    if (rdcf->addr) {
        return "is duplicate";
    }

    value = cf->args->elts;

    rdcf->timeout = 800;
    rdcf->queue = 4096;
    rdcf->addr = ngx_http_registration_resolve(cf, &value[1], 6379, &u);

    if (rdcf->addr == NULL) {
        return NGX_CONF_ERROR;
    }

    return ngx_http_registration_set_params(cf, rmcf, 2,
                                           ngx_http_registration_redis_param);
}


static char *
ngx_http_registration_redis_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg)
{
    ngx_str_t  value;

    if (ngx_http_registration_is(arg, "user=", &value)) {
        rmcf->redis_conf.username = value;
        return NGX_CONF_OK;
    }

    if (ngx_http_registration_is(arg, "password_file=", &value)) {
        return ngx_http_registration_read_secret(cf, &value,
                                                 &rmcf->redis_conf.password);
    }

    return ngx_http_registration_set_param(cf, rmcf, arg);
}


char *
ngx_http_registration_set_smtp(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    char                          *rv;
    ngx_str_t                     *value;
    ngx_url_t                      u;
    ngx_registration_smtp_conf_t  *smtp;

    smtp = &rmcf->smtp_conf;

    if (smtp->connections) {
        return "is duplicate";
    }

    value = cf->args->elts;

    smtp->connections = 4;
    smtp->queue = 1000;
    smtp->timeout = 30000;

    if (cf->args->nelts == 2 && ngx_strcmp(value[1].data, "discard") == 0) {
        smtp->discard = 1;
        return NGX_CONF_OK;
    }

    smtp->addr = ngx_http_registration_resolve(cf, &value[1], 25, &u);

    if (smtp->addr == NULL) {
        return NGX_CONF_ERROR;
    }

    smtp->port = u.port;
    smtp->host.len = u.host.len;
    smtp->host.data = ngx_pnalloc(cf->pool, u.host.len + 1);
    if (smtp->host.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_cpystrn(smtp->host.data, u.host.data, u.host.len + 1);

    rv = ngx_http_registration_set_params(cf, rmcf, 2,
                                          ngx_http_registration_smtp_param);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (smtp->username.len && smtp->password.len == 0) {
        return "has \"user\" but no \"password_file\"";
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_registration_smtp_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg)
{
    ngx_str_t                      value;
    ngx_registration_smtp_conf_t  *smtp;

    smtp = &rmcf->smtp_conf;

    if (ngx_http_registration_is(arg, "tls=", &value)) {
        return ngx_http_registration_smtp_tls(cf, smtp, &value);
    }

    if (ngx_http_registration_is(arg, "ca_file=", &smtp->ca_file)) {
        return ngx_conf_full_name(cf->cycle, &smtp->ca_file, 1) == NGX_OK
               ? NGX_CONF_OK : NGX_CONF_ERROR;
    }

    if (ngx_http_registration_is(arg, "user=", &smtp->username)) {
        return NGX_CONF_OK;
    }

    if (ngx_http_registration_is(arg, "password_file=", &value)) {
        return ngx_http_registration_read_secret(cf, &value,
                                                 &smtp->password);
    }

    return ngx_http_registration_set_param(cf, rmcf, arg);
}


static char *
ngx_http_registration_smtp_tls(ngx_conf_t *cf,
    ngx_registration_smtp_conf_t *smtp, ngx_str_t *value)
{
    ngx_uint_t  i;

    static const char  *names[] = { "off", "starttls", "on", NULL };

    for (i = 0; names[i]; i++) {
        if (ngx_strcmp(value->data, names[i]) == 0) {
            smtp->tls = i;
            return NGX_CONF_OK;
        }
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid \"tls\" value \"%V\", it must be \"off\", "
                       "\"starttls\" or \"on\"", value);

    return NGX_CONF_ERROR;
}


/* Identity pictures are not sent over a network: unix sockets only. */

char *
ngx_http_registration_set_recognizer(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    char                                *rv;
    ngx_str_t                           *value;
    ngx_url_t                            u;
    ngx_registration_recognizer_conf_t  *rccf;

    rccf = &rmcf->recognizer_conf;

    if (rccf->addr) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "unix:", 5) != 0) {
        return "needs a unix socket, for example "
               "\"unix:/run/registration-recognizer/socket\"";
    }

    rccf->timeout = 3000;
    rccf->connections = 4;
    rccf->queue = 32;
    rccf->addr = ngx_http_registration_resolve(cf, &value[1], 0, &u);

    if (rccf->addr == NULL) {
        return NGX_CONF_ERROR;
    }

    rv = ngx_http_registration_set_params(cf, rmcf, 2,
                                          ngx_http_registration_set_param);

    if (rv != NGX_CONF_OK) {
        return rv;
    }

    if (rccf->timeout < 100 || rccf->timeout > REG_RECOGNITION_MSEC_MAX) {
        return "needs a \"timeout\" between 100ms and 60s";
    }

    if (rccf->queue > NGX_HTTP_REGISTRATION_QUEUE_MAX) {
        return "needs a \"queue\" of at most 1024";
    }

    return NGX_CONF_OK;
}


char *
ngx_http_registration_set_mail_from(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_main_conf_t *rmcf = conf;

    char        address[256];
    u_char     *from;
    size_t      len;
    ngx_str_t  *value;
    reg_str_t   mailbox;

    if (rmcf->mail_from.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    mailbox.len = value[1].len;
    mailbox.data = value[1].data;

    if (!reg_mail_from_valid(mailbox, address)) {
        return "must be an address or \"Name <address>\"";
    }

    len = ngx_strlen(address);

    from = ngx_pnalloc(cf->pool, len + 1);
    if (from == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(from, address, len + 1);

    rmcf->mail_from = value[1];
    rmcf->smtp_conf.from.len = len;
    rmcf->smtp_conf.from.data = from;

    return NGX_CONF_OK;
}


char *
ngx_http_registration_set_threads(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_str_t           *value;
    ngx_thread_pool_t  **pool;

    pool = (ngx_thread_pool_t **) ((u_char *) conf + cmd->offset);

    if (*pool) {
        return "is duplicate";
    }

    value = cf->args->elts;

    *pool = ngx_thread_pool_add(cf, &value[1]);

    return *pool ? NGX_CONF_OK : NGX_CONF_ERROR;
}


/*
 * A directive that has nothing but figures as parameters.  None of them has a
 * value before it is read, and one has thereafter.
 */

char *
ngx_http_registration_set_policy(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_param_t  *param;

    for (param = ngx_http_registration_params; param->name.len; param++) {

        if (ngx_strcmp(cmd->name.data, param->directive.data) == 0
            && *(ngx_int_t *) ((u_char *) conf + param->offset)
               != NGX_CONF_UNSET)
        {
            return "is duplicate";
        }
    }

    return ngx_http_registration_set_params(cf, conf, 1,
                                            ngx_http_registration_set_param);
}


/* What stands behind a directive's own arguments. */

static char *
ngx_http_registration_set_params(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_uint_t first,
    ngx_http_registration_param_pt set)
{
    char        *rv;
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = first; i < cf->args->nelts; i++) {
        rv = set(cf, rmcf, &value[i]);

        if (rv != NGX_CONF_OK) {
            return rv;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_http_registration_set_param(ngx_conf_t *cf,
    ngx_http_registration_main_conf_t *rmcf, ngx_str_t *arg)
{
    ngx_str_t                      *directive, value;
    ngx_http_registration_param_t  *param;

    directive = cf->args->elts;

    for (param = ngx_http_registration_params; param->name.len; param++) {

        if (ngx_strcmp(directive->data, param->directive.data) != 0
            || arg->len <= param->name.len
            || arg->data[param->name.len] != '='
            || ngx_strncmp(arg->data, param->name.data, param->name.len) != 0)
        {
            continue;
        }

        value.data = arg->data + param->name.len + 1;
        value.len = arg->len - param->name.len - 1;

        return ngx_http_registration_set_number(cf, param, (u_char *) rmcf,
                                                &value);
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"", arg);

    return NGX_CONF_ERROR;
}


static char *
ngx_http_registration_set_number(ngx_conf_t *cf,
    ngx_http_registration_param_t *param, u_char *base, ngx_str_t *value)
{
    ngx_int_t  n;

    switch (param->unit) {

    case NGX_HTTP_REGISTRATION_MSEC:
        n = ngx_parse_time(value, 0);
        break;

    case NGX_HTTP_REGISTRATION_DAY:
        n = ngx_parse_time(value, 0);

        if (n > NGX_HTTP_REGISTRATION_CODE_DAY) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" of \"%V\" is more than a day",
                               value, &param->name);
            return NGX_CONF_ERROR;
        }

        break;

    case NGX_HTTP_REGISTRATION_SIZE:
        n = ngx_parse_size(value);
        break;

    default:
        n = ngx_atoi(value->data, value->len);
        break;
    }

    if (n == NGX_ERROR || n < param->min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid value \"%V\" of \"%V\"",
                           value, &param->name);
        return NGX_CONF_ERROR;
    }

    /* every member of the table is as wide as ngx_int_t */

    *(ngx_int_t *) (base + param->offset) = n;

    return NGX_CONF_OK;
}


/*
 * Addresses are resolved here, so that no worker ever asks DNS; a name with
 * several addresses stands for its first.
 */

static ngx_addr_t *
ngx_http_registration_resolve(ngx_conf_t *cf, ngx_str_t *address,
    in_port_t port, ngx_url_t *u)
{
    ngx_memzero(u, sizeof(ngx_url_t));

    u->url = *address;
    u->default_port = port;

    if (ngx_parse_url(cf->pool, u) != NGX_OK) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                           u->err ? u->err : "error", address);
        return NULL;
    }

    return &u->addrs[0];
}


/* A password of another service: the first line of a file. */

static char *
ngx_http_registration_read_secret(ngx_conf_t *cf, ngx_str_t *path,
    ngx_str_t *secret)
{
    char         *text;
    size_t        len;
    reg_error_t   error;

    if (ngx_conf_full_name(cf->cycle, path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    text = reg_file_read((char *) path->data, 4096, &len, &error);
    if (text == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s", error.text);
        return NGX_CONF_ERROR;
    }

    secret->len = strcspn(text, "\r\n");
    secret->data = ngx_pnalloc(cf->pool, secret->len + 1);

    if (secret->data) {
        ngx_cpystrn(secret->data, (u_char *) text, secret->len + 1);
    }

    reg_wipe(text, len);
    free(text);

    if (secret->data == NULL) {
        return NGX_CONF_ERROR;
    }

    if (secret->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" holds no password in its first line",
                           path);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* Whether an argument begins with a name; its value is what follows. */

static ngx_uint_t
ngx_http_registration_is(ngx_str_t *arg, const char *name, ngx_str_t *value)
{
    size_t  len;

    len = ngx_strlen(name);

    if (arg->len <= len || ngx_strncmp(arg->data, name, len) != 0) {
        return 0;
    }

    value->len = arg->len - len;
    value->data = arg->data + len;

    return 1;
}


/* A text that requests need as the policy makes it. */

ngx_int_t
ngx_http_registration_print(ngx_conf_t *cf, ngx_str_t *text,
    const char *format, ...)
{
    u_char  *last, buffer[NGX_HTTP_REGISTRATION_PRINT_MAX];
    va_list  args;

    va_start(args, format);
    last = ngx_vslprintf(buffer, buffer + sizeof(buffer), format, args);
    va_end(args);

    if (last == buffer + sizeof(buffer)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "too long: \"%s\"", format);
        return NGX_ERROR;
    }

    text->len = last - buffer;
    text->data = ngx_pnalloc(cf->pool, text->len);
    if (text->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(text->data, buffer, text->len);

    return NGX_OK;
}
