
/*
 * registration_require: other locations open to those who are signed in, and
 * what lies behind them is told who that is, by variables.
 *
 * The session is looked up once for a request, its subrequests and internal
 * redirects.  The latter clear contexts: what was found is kept by the pool.
 */


#include <ngx_http_registration_session.h>


/* More than this of an address is not brought back to after the sign-in. */

#define NGX_HTTP_REGISTRATION_NEXT  2048


/* What the cookie came to. */

typedef struct {
    ngx_http_registration_session_t  *session;      /* NULL: not signed in */
    ngx_int_t                         failure;      /* 503, 500: not known */
    unsigned                          secure:1;     /* which of the cookies */
    unsigned                          known:1;
} ngx_http_registration_identity_t;


static ngx_int_t ngx_http_registration_require_subrequest(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_require_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_require_start(ngx_http_request_t *r);
static void ngx_http_registration_require_done(ngx_registration_call_t *call);
static ngx_int_t ngx_http_registration_require_check(ngx_http_request_t *r,
    ngx_http_registration_identity_t *identity);
static ngx_int_t ngx_http_registration_require_refuse(ngx_http_request_t *r,
    ngx_int_t status);
static ngx_http_registration_identity_t *ngx_http_registration_identity(
    ngx_http_request_t *r);
static void ngx_http_registration_identity_cleanup(void *data);
static ngx_uint_t ngx_http_registration_navigation(ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_set_login(ngx_http_request_t *r,
    ngx_str_t *page);
static ngx_int_t ngx_http_registration_require_header_filter(
    ngx_http_request_t *r);
static ngx_int_t ngx_http_registration_require_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);
static ngx_int_t ngx_http_registration_cookies_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data);


static ngx_http_output_header_filter_pt  ngx_http_next_header_filter;


static ngx_str_t  ngx_http_registration_require_names[] = {
    ngx_string("off"),
    ngx_string("approved"),
    ngx_string("returned"),
    ngx_string("any"),
    ngx_null_string
};


#define ngx_http_registration_session_variable(name, member)                  \
    { ngx_string(name), NULL, ngx_http_registration_require_variable,         \
      offsetof(ngx_http_registration_session_t, member),                      \
      NGX_HTTP_VAR_NOCACHEABLE, 0 }


static ngx_http_variable_t  ngx_http_registration_variables[] = {
    ngx_http_registration_session_variable("registration_account", account),
    ngx_http_registration_session_variable("registration_number", number),
    ngx_http_registration_session_variable("registration_status", status),

    { ngx_string("registration_other_cookies"), NULL,
      ngx_http_registration_cookies_variable, 0, 0, 0 },

      ngx_http_null_variable
};


char *
ngx_http_registration_set_require(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_registration_loc_conf_t *rlcf = conf;

    ngx_str_t                          *value, *name;
    ngx_http_registration_main_conf_t  *rmcf;

    if (rlcf->require != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;
    name = ngx_http_registration_require_names;

    while (name->len && ngx_strcmp(name->data, value[1].data) != 0) {
        name++;
    }

    if (name->len == 0) {
        return "must be \"approved\", \"returned\", \"any\" or \"off\"";
    }

    rlcf->require = name - ngx_http_registration_require_names;

    if (rlcf->require == NGX_HTTP_REGISTRATION_REQUIRE_OFF) {
        return NGX_CONF_OK;
    }

    rmcf = ngx_http_conf_get_module_main_conf(cf,
                                              ngx_http_registration_module);
    rmcf->guarded = 1;

    ngx_http_registration_used(cf, rmcf);

    return NGX_CONF_OK;
}


char *
ngx_http_registration_set_page(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char     *p, *last;
    ngx_str_t  *page, *value;

    page = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (page->data) {
        return "is duplicate";
    }

    value = cf->args->elts;
    p = value[1].data;
    last = p + value[1].len;

    if (ngx_strncmp(p, "https://", 8) != 0 && ngx_strncmp(p, "http://", 7) != 0
        && (p[0] != '/' || p[1] == '/'))
    {
        return "must be a path that begins with one \"/\", or an address "
               "that begins with \"https://\"";
    }

    /* browsers take a backslash for a slash */

    for ( /* void */ ; p < last; p++) {
        if (*p <= ' ' || *p >= 0x7f || *p == '"' || *p == '\\') {
            return "must have blanks, quotes, backslashes and all but ASCII "
                   "written as \"%XX\"";
        }
    }

    *page = value[1];

    return NGX_CONF_OK;
}


/* The calls themselves stay open, unless they are guarded on purpose. */

void
ngx_http_registration_merge_require(ngx_http_registration_loc_conf_t *prev,
    ngx_http_registration_loc_conf_t *conf)
{
    ngx_uint_t  inherited;

    inherited = prev->require;

    if (conf->mounted > 0 && prev->mounted <= 0) {
        inherited = NGX_HTTP_REGISTRATION_REQUIRE_OFF;
    }

    ngx_conf_merge_uint_value(conf->require, inherited,
                              NGX_HTTP_REGISTRATION_REQUIRE_OFF);
    ngx_conf_merge_str_value(conf->login_page, prev->login_page, "/");
    ngx_conf_merge_str_value(conf->landing_page, prev->landing_page, "/");
}


ngx_int_t
ngx_http_registration_add_variables(ngx_conf_t *cf)
{
    ngx_http_variable_t  *v, *var;

    for (v = ngx_http_registration_variables; v->name.len; v++) {
        var = ngx_http_add_variable(cf, &v->name, v->flags);
        if (var == NULL) {
            return NGX_ERROR;
        }

        var->get_handler = v->get_handler;
        var->data = v->data;
    }

    return NGX_OK;
}


/* nginx asks nobody's leave for subrequests in its access phase. */

ngx_int_t
ngx_http_registration_require_init(ngx_conf_t *cf)
{
    ngx_http_handler_pt        *h;
    ngx_http_core_main_conf_t  *cmcf;

    cmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_PREACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_registration_require_subrequest;

    h = ngx_array_push(&cmcf->phases[NGX_HTTP_ACCESS_PHASE].handlers);
    if (h == NULL) {
        return NGX_ERROR;
    }

    *h = ngx_http_registration_require_handler;

    ngx_http_next_header_filter = ngx_http_top_header_filter;
    ngx_http_top_header_filter = ngx_http_registration_require_header_filter;

    return NGX_OK;
}


static ngx_int_t
ngx_http_registration_require_subrequest(ngx_http_request_t *r)
{
    ngx_int_t  rc;

    if (r == r->main) {
        return NGX_DECLINED;
    }

    rc = ngx_http_registration_require_handler(r);

    return rc == NGX_OK ? NGX_DECLINED : rc;
}


static ngx_int_t
ngx_http_registration_require_handler(ngx_http_request_t *r)
{
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_identity_t  *identity;
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    if (rlcf->require == NGX_HTTP_REGISTRATION_REQUIRE_OFF) {
        return NGX_DECLINED;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (ctx && ctx->pending) {

        /* the client's own events run the phases, too */

        return NGX_AGAIN;
    }

    identity = ngx_http_registration_identity(r);

    if (identity && identity->secure == rlcf->secure_cookies) {
        return ngx_http_registration_require_check(r, identity);
    }

    return ngx_http_registration_require_start(r);
}


static ngx_int_t
ngx_http_registration_require_start(ngx_http_request_t *r)
{
    ngx_int_t                          rc;
    ngx_pool_cleanup_t                *cln;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_identity_t  *identity;

    cln = ngx_pool_cleanup_add(r->pool,
                               sizeof(ngx_http_registration_identity_t));
    ctx = ngx_http_registration_create_ctx(r);

    if (cln == NULL || ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    identity = cln->data;
    ngx_memzero(identity, sizeof(ngx_http_registration_identity_t));

    identity->secure = ctx->loc->secure_cookies;
    cln->handler = ngx_http_registration_identity_cleanup;

    ctx->identity = identity;
    ctx->call.done = ngx_http_registration_require_done;

    rc = ngx_http_registration_session_look_up(r, ctx);

    if (rc == NGX_OK) {
        ctx->pending = 1;
        return NGX_AGAIN;
    }

    identity->known = 1;

    if (rc == NGX_ERROR) {
        identity->failure = NGX_HTTP_INTERNAL_SERVER_ERROR;

    } else if (rc != NGX_DONE) {
        identity->failure = NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    return ngx_http_registration_require_check(r, identity);
}


static void
ngx_http_registration_require_done(ngx_registration_call_t *call)
{
    ngx_connection_t                  *c;
    ngx_http_request_t                *r;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_identity_t  *identity;

    ctx = call->data;
    r = ctx->request;
    c = r->connection;
    identity = ctx->identity;

    ctx->pending = 0;
    identity->known = 1;

    if (call->status == NGX_OK) {
        identity->session = ngx_http_registration_session_read(r, ctx,
                                                               call->result);

    } else {
        identity->failure = call->status == NGX_ERROR
                            ? NGX_HTTP_INTERNAL_SERVER_ERROR
                            : NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    /* on with the phases */

    if (ngx_http_post_request(r, NULL) != NGX_OK) {
        ngx_http_finalize_request(r, NGX_HTTP_INTERNAL_SERVER_ERROR);
    }

    ngx_http_run_posted_requests(c);
}


static ngx_int_t
ngx_http_registration_require_check(ngx_http_request_t *r,
    ngx_http_registration_identity_t *identity)
{
    ngx_http_registration_loc_conf_t  *rlcf;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);

    if (identity->failure) {
        ngx_http_registration_count_require(
                                     NGX_HTTP_REGISTRATION_REQUIRE_UNKNOWN);
        return ngx_http_registration_require_refuse(r, identity->failure);
    }

    if (identity->session
        && (rlcf->require == NGX_HTTP_REGISTRATION_REQUIRE_ANY
            || ngx_http_registration_equal(&identity->session->status,
                 (char *) ngx_http_registration_require_names[rlcf->require]
                                                                      .data)))
    {
        ngx_http_registration_count_require(
                                      NGX_HTTP_REGISTRATION_REQUIRE_PASSED);
        return NGX_OK;
    }

    ngx_http_registration_count_require(NGX_HTTP_REGISTRATION_REQUIRE_REFUSED);

    return ngx_http_registration_require_refuse(r, identity->session
                                                   ? NGX_HTTP_FORBIDDEN
                                                   : NGX_HTTP_UNAUTHORIZED);
}


/*
 * The status goes to nginx, so that "satisfy any" and error_page do what they
 * say; nginx's own page becomes a problem, or the way to the login, in the
 * filters.
 */

static ngx_int_t
ngx_http_registration_require_refuse(ngx_http_request_t *r, ngx_int_t status)
{
    ngx_http_core_loc_conf_t          *clcf;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_loc_conf_t  *rlcf;

    if (r != r->main) {
        return status;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (ctx == NULL) {
        ctx = ngx_http_registration_create_ctx(r);
        if (ctx == NULL) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
    }

    ctx->refused = status;

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);
    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    if (clcf->satisfy != NGX_HTTP_SATISFY_ALL
        || !ngx_http_registration_navigation(r))
    {
        return status;
    }

    if (ngx_http_registration_set_login(r, &rlcf->login_page) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return NGX_HTTP_MOVED_TEMPORARILY;
}


/* What is known of the client of a request; NULL before it is. */

static ngx_http_registration_identity_t *
ngx_http_registration_identity(ngx_http_request_t *r)
{
    ngx_pool_cleanup_t                *cln;
    ngx_http_registration_identity_t  *identity;

    for (cln = r->pool->cleanup; cln; cln = cln->next) {

        if (cln->handler != ngx_http_registration_identity_cleanup) {
            continue;
        }

        identity = cln->data;

        if (identity->known) {
            return identity;
        }
    }

    return NULL;
}


/* Its address marks what the pool keeps. */

static void
ngx_http_registration_identity_cleanup(void *data)
{
}


/*
 * Whether a person's browser opens a page that a login would lead back to.
 * The login page itself, guarded by mistake, must not lead to itself.
 */

static ngx_uint_t
ngx_http_registration_navigation(ngx_http_request_t *r)
{
    u_char                            *end;
    size_t                             len;
    ngx_str_t                         *page;
    ngx_table_elt_t                   *h;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_loc_conf_t  *rlcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);
    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);
    page = &rlcf->login_page;

    if (!(r->method & (NGX_HTTP_GET|NGX_HTTP_HEAD))
        || (ctx->refused != NGX_HTTP_UNAUTHORIZED
            && ctx->refused != NGX_HTTP_FORBIDDEN))
    {
        return 0;
    }

    for (end = page->data; end < page->data + page->len; end++) {
        if (*end == '?' || *end == '#') {
            break;
        }
    }

    len = end - page->data;

    if (r->uri.len == len && ngx_memcmp(r->uri.data, page->data, len) == 0) {
        return 0;
    }

    h = ngx_http_registration_header(r, "accept", sizeof("accept") - 1);

    return h && ngx_strlcasestrn(h->value.data, h->value.data + h->value.len,
                                 (u_char *) "text/html",
                                 sizeof("text/html") - 2);
}


/* "next" begins with one "/": no address of another site. */

static ngx_int_t
ngx_http_registration_set_login(ngx_http_request_t *r, ngx_str_t *page)
{
    u_char           *p, *location;
    size_t            len;
    ngx_str_t         next;
    ngx_table_elt_t  *h;

    next = r->unparsed_uri;

    if (next.len == 0 || next.len > NGX_HTTP_REGISTRATION_NEXT
        || next.data[0] != '/'
        || (next.len > 1 && (next.data[1] == '/' || next.data[1] == '\\')))
    {
        ngx_str_set(&next, "/");
    }

    len = page->len + sizeof("?next=") - 1 + next.len
          + 2 * ngx_escape_uri(NULL, next.data, next.len,
                               NGX_ESCAPE_URI_COMPONENT);

    location = ngx_pnalloc(r->pool, len);
    if (location == NULL) {
        return NGX_ERROR;
    }

    p = ngx_sprintf(location, "%V%snext=", page,
                    ngx_strlchr(page->data, page->data + page->len, '?')
                    ? "&" : "?");
    p = (u_char *) ngx_escape_uri(p, next.data, next.len,
                                  NGX_ESCAPE_URI_COMPONENT);

    ngx_http_clear_location(r);

    h = ngx_http_registration_add_header(r, "Location", location,
                                         p - location);
    if (h == NULL) {
        return NGX_ERROR;
    }

    r->headers_out.location = h;

    return ngx_http_registration_no_store(r);
}


/*
 * With "satisfy any" the refusal is nginx's: it comes here once nobody else
 * has let the request in.  One who is asked for a password is not sent away.
 */

static ngx_int_t
ngx_http_registration_require_header_filter(ngx_http_request_t *r)
{
    ngx_buf_t                         *b;
    ngx_http_registration_ctx_t       *ctx;
    ngx_http_registration_loc_conf_t  *rlcf;

    ctx = ngx_http_get_module_ctx(r, ngx_http_registration_module);

    if (r != r->main || ctx == NULL || ctx->answered || ctx->refused == 0
        || r->err_status != (ngx_uint_t) ctx->refused
        || r->headers_out.www_authenticate
        || !ngx_http_registration_navigation(r))
    {
        return ngx_http_next_header_filter(r);
    }

    rlcf = ngx_http_get_module_loc_conf(r, ngx_http_registration_module);
    b = ngx_calloc_buf(r->pool);

    if (b == NULL
        || ngx_http_registration_set_login(r, &rlcf->login_page) != NGX_OK)
    {
        return NGX_ERROR;
    }

    b->last_buf = 1;
    b->last_in_chain = 1;

    ctx->problem = b;
    ctx->answered = 1;

    r->err_status = NGX_HTTP_MOVED_TEMPORARILY;
    r->headers_out.status = NGX_HTTP_MOVED_TEMPORARILY;
    r->headers_out.status_line.len = 0;
    r->headers_out.content_type.len = 0;

    ngx_http_clear_content_length(r);
    r->headers_out.content_length_n = 0;

    return ngx_http_next_header_filter(r);
}


static ngx_int_t
ngx_http_registration_require_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    ngx_str_t                         *value;
    ngx_http_registration_identity_t  *identity;

    identity = ngx_http_registration_identity(r);

    if (identity == NULL || identity->session == NULL) {
        v->not_found = 1;
        return NGX_OK;
    }

    value = (ngx_str_t *) ((u_char *) identity->session + data);

    v->data = value->data;
    v->len = value->len;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}


/* The request's cookies without the module's own, for a service behind. */

static ngx_int_t
ngx_http_registration_cookies_variable(ngx_http_request_t *r,
    ngx_http_variable_value_t *v, uintptr_t data)
{
    u_char                     *p, *end, *last, *out;
    ngx_uint_t                  key;
    ngx_http_variable_value_t  *cookies;

    static ngx_str_t  name = ngx_string("http_cookie");

    key = ngx_hash_key(name.data, name.len);

    cookies = ngx_http_get_variable(r, &name, key);

    if (cookies == NULL || cookies->not_found) {
        v->not_found = 1;
        return NGX_OK;
    }

    /* a ";" without a space gets one */

    v->data = ngx_pnalloc(r->pool, 2 * cookies->len);
    if (v->data == NULL) {
        return NGX_ERROR;
    }

    out = v->data;
    last = cookies->data + cookies->len;

    for (p = cookies->data; p < last; p = end + 1) {

        while (p < last && *p == ' ') {
            p++;
        }

        end = ngx_strlchr(p, last, ';');
        end = end ? end : last;

        if (p == end || ngx_http_registration_own_cookie(p, end)) {
            continue;
        }

        if (out != v->data) {
            out = ngx_cpymem(out, "; ", 2);
        }

        out = ngx_cpymem(out, p, end - p);
    }

    v->len = out - v->data;
    v->valid = 1;
    v->no_cacheable = 0;
    v->not_found = 0;

    return NGX_OK;
}
