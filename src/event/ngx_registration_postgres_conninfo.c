
/*
 * PostgreSQL's connection string: checked and its hosts resolved at
 * configuration time, so that libpq never asks DNS in a worker; then made
 * into parameters.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <netdb.h>

#include "ngx_registration_postgres_connection.h"


/* Parameters besides those of the connection string, and their end. */
#define NGX_REGISTRATION_POSTGRES_PARAMS  5


/* host, hostaddr and port as they are written: lists of the same length */

typedef struct {
    ngx_array_t    host;        /* u_char */
    ngx_array_t    hostaddr;
    ngx_array_t    port;
    ngx_uint_t     n;
} ngx_registration_hosts_t;


static char *ngx_registration_postgres_resolve(ngx_pool_t *pool,
    PQconninfoOption *options, ngx_str_t *conninfo);
static ngx_int_t ngx_registration_postgres_rewrite(PQconninfoOption *options,
    ngx_registration_hosts_t *hosts, ngx_array_t *text);
static char *ngx_registration_postgres_resolve_list(ngx_pool_t *pool,
    ngx_registration_hosts_t *hosts, const char *host, const char *port);
static char *ngx_registration_postgres_resolve_host(ngx_pool_t *pool,
    ngx_registration_hosts_t *hosts, ngx_str_t *host, ngx_str_t *port);
static ngx_int_t ngx_registration_postgres_add_host(
    ngx_registration_hosts_t *hosts, ngx_str_t *host, const char *hostaddr,
    ngx_str_t *port);
static ngx_int_t ngx_registration_postgres_append(ngx_array_t *list,
    const void *data, size_t len);
static ngx_int_t ngx_registration_postgres_append_option(ngx_array_t *list,
    const char *keyword, const char *value);
static void ngx_registration_postgres_item(const char **list,
    ngx_str_t *item);
static const char *ngx_registration_postgres_value(PQconninfoOption *options,
    const char *keyword);
static ngx_int_t ngx_registration_postgres_fill_params(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg, PQconninfoOption *options);
static ngx_int_t ngx_registration_postgres_param(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg, ngx_uint_t *n, const char *keyword,
    const char *value);
static void ngx_registration_postgres_rotate_list(char *list);


char *
ngx_registration_postgres_check(ngx_conf_t *cf, ngx_str_t *conninfo)
{
    char              *message, *rv;
    ngx_str_t          text;
    PQconninfoOption  *options;

    message = NULL;

    options = PQconninfoParse((char *) conninfo->data, &message);

    if (options == NULL) {
        text.data = (u_char *) (message ? message : "out of memory");
        text.len = strcspn((char *) text.data, "\r\n") + 1;

        rv = (char *) ngx_pstrdup(cf->pool, &text);
        PQfreemem(message);

        if (rv == NULL) {
            return "out of memory";
        }

        rv[text.len - 1] = '\0';
        return rv;
    }

    rv = ngx_registration_postgres_resolve(cf->pool, options, conninfo);

    PQconninfoFree(options);

    return rv;
}


static char *
ngx_registration_postgres_resolve(ngx_pool_t *pool, PQconninfoOption *options,
    ngx_str_t *conninfo)
{
    char                      *rv;
    const char                *host;
    ngx_array_t                text;
    ngx_registration_hosts_t   hosts;

    if (ngx_registration_postgres_value(options, "service")) {
        return "\"service\" is not supported: its file may name hosts that "
               "have not been resolved";
    }

    host = ngx_registration_postgres_value(options, "host");

    if (host == NULL || ngx_registration_postgres_value(options, "hostaddr")) {
        return NULL;
    }

    ngx_memzero(&hosts, sizeof(ngx_registration_hosts_t));

    if (ngx_array_init(&hosts.host, pool, 64, 1) != NGX_OK
        || ngx_array_init(&hosts.hostaddr, pool, 64, 1) != NGX_OK
        || ngx_array_init(&hosts.port, pool, 64, 1) != NGX_OK
        || ngx_array_init(&text, pool, 256, 1) != NGX_OK)
    {
        return "out of memory";
    }

    rv = ngx_registration_postgres_resolve_list(pool, &hosts, host,
                           ngx_registration_postgres_value(options, "port"));
    if (rv) {
        return rv;
    }

    if (ngx_registration_postgres_rewrite(options, &hosts, &text) != NGX_OK) {
        return "out of memory";
    }

    conninfo->data = text.elts;
    conninfo->len = text.nelts - 1;

    return NULL;
}


/* All as it was, with the hosts as addresses and the ports in one list. */

static ngx_int_t
ngx_registration_postgres_rewrite(PQconninfoOption *options,
    ngx_registration_hosts_t *hosts, ngx_array_t *text)
{
    PQconninfoOption  *option;

    for (option = options; option->keyword; option++) {
        if (option->val == NULL
            || ngx_strcmp(option->keyword, "host") == 0
            || ngx_strcmp(option->keyword, "port") == 0)
        {
            continue;
        }

        if (ngx_registration_postgres_append_option(text, option->keyword,
                                                    option->val)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_registration_postgres_append_option(text, "host",
                                                hosts->host.elts) != NGX_OK
        || ngx_registration_postgres_append_option(text, "hostaddr",
                                                   hosts->hostaddr.elts)
           != NGX_OK
        || ngx_registration_postgres_append_option(text, "port",
                                                   hosts->port.elts) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_registration_postgres_append(text, "", 1);
}


static char *
ngx_registration_postgres_resolve_list(ngx_pool_t *pool,
    ngx_registration_hosts_t *hosts, const char *host, const char *port)
{
    char       *rv;
    ngx_str_t   h, p;

    /* one port is for all hosts */

    ngx_str_null(&p);

    if (port && ngx_strchr(port, ',') == NULL) {
        ngx_registration_postgres_item(&port, &p);
    }

    do {
        ngx_registration_postgres_item(&host, &h);

        if (port) {
            ngx_registration_postgres_item(&port, &p);
        }

        if (h.len == 0 || h.data[0] == '/' || h.data[0] == '@') {
            if (ngx_registration_postgres_add_host(hosts, &h, "", &p)
                != NGX_OK)
            {
                return "out of memory";
            }

            continue;
        }

        rv = ngx_registration_postgres_resolve_host(pool, hosts, &h, &p);
        if (rv) {
            return rv;
        }

    } while (host);

    if (ngx_registration_postgres_append(&hosts->host, "", 1) != NGX_OK
        || ngx_registration_postgres_append(&hosts->hostaddr, "", 1) != NGX_OK
        || ngx_registration_postgres_append(&hosts->port, "", 1) != NGX_OK)
    {
        return "out of memory";
    }

    return NULL;
}


/* A host with several addresses becomes as many hosts. */

static char *
ngx_registration_postgres_resolve_host(ngx_pool_t *pool,
    ngx_registration_hosts_t *hosts, ngx_str_t *host, ngx_str_t *port)
{
    int               rc;
    char              name[NI_MAXHOST], *message;
    u_char           *p;
    struct addrinfo   hints, *res, *ai;

    if (host->len >= sizeof(name)) {
        return "a host name is too long";
    }

    p = ngx_cpymem(name, host->data, host->len);
    *p = '\0';

    ngx_memzero(&hints, sizeof(struct addrinfo));
    hints.ai_socktype = SOCK_STREAM;

    rc = getaddrinfo(name, NULL, &hints, &res);

    if (rc != 0) {
        message = ngx_pnalloc(pool, host->len + 128);
        if (message == NULL) {
            return "out of memory";
        }

        (void) ngx_snprintf((u_char *) message, host->len + 128,
                            "host \"%V\" cannot be resolved: %s%Z", host,
                            gai_strerror(rc));
        return message;
    }

    for (ai = res; ai; ai = ai->ai_next) {
        rc = getnameinfo(ai->ai_addr, ai->ai_addrlen, name, sizeof(name),
                         NULL, 0, NI_NUMERICHOST);

        if (rc != 0
            || ngx_registration_postgres_add_host(hosts, host, name, port)
               != NGX_OK)
        {
            freeaddrinfo(res);
            return "an address cannot be written as a number";
        }
    }

    freeaddrinfo(res);

    return NULL;
}


static ngx_int_t
ngx_registration_postgres_add_host(ngx_registration_hosts_t *hosts,
    ngx_str_t *host, const char *hostaddr, ngx_str_t *port)
{
    size_t  comma;

    comma = hosts->n ? 1 : 0;
    hosts->n++;

    if (ngx_registration_postgres_append(&hosts->host, ",", comma) != NGX_OK
        || ngx_registration_postgres_append(&hosts->hostaddr, ",", comma)
           != NGX_OK
        || ngx_registration_postgres_append(&hosts->port, ",", comma)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_registration_postgres_append(&hosts->host, host->data, host->len)
        != NGX_OK
        || ngx_registration_postgres_append(&hosts->hostaddr, hostaddr,
                                            ngx_strlen(hostaddr))
           != NGX_OK
        || ngx_registration_postgres_append(&hosts->port, port->data,
                                            port->len)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_registration_postgres_append(ngx_array_t *list, const void *data,
    size_t len)
{
    u_char  *p;

    if (len == 0) {
        return NGX_OK;
    }

    p = ngx_array_push_n(list, len);
    if (p == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, data, len);

    return NGX_OK;
}


/* keyword='value', in which libpq wants quotes and backslashes escaped */

static ngx_int_t
ngx_registration_postgres_append_option(ngx_array_t *list,
    const char *keyword, const char *value)
{
    if (ngx_registration_postgres_append(list, keyword, ngx_strlen(keyword))
        != NGX_OK
        || ngx_registration_postgres_append(list, "='", 2) != NGX_OK)
    {
        return NGX_ERROR;
    }

    for ( /* void */ ; *value; value++) {

        if ((*value == '\'' || *value == '\\')
            && ngx_registration_postgres_append(list, "\\", 1) != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (ngx_registration_postgres_append(list, value, 1) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return ngx_registration_postgres_append(list, "' ", 2);
}


/* The next item of a list with commas; the list becomes NULL at its end. */

static void
ngx_registration_postgres_item(const char **list, ngx_str_t *item)
{
    item->data = (u_char *) *list;
    item->len = strcspn(*list, ",");

    *list += item->len;
    *list = (**list == ',') ? *list + 1 : NULL;
}


static const char *
ngx_registration_postgres_value(PQconninfoOption *options,
    const char *keyword)
{
    for ( /* void */ ; options->keyword; options++) {
        if (ngx_strcmp(options->keyword, keyword) == 0
            && options->val && options->val[0])
        {
            return options->val;
        }
    }

    return NULL;
}


ngx_int_t
ngx_registration_postgres_set_params(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg)
{
    ngx_int_t           rc;
    ngx_uint_t          n;
    const char         *host;
    PQconninfoOption   *options, *option;

    options = PQconninfoParse((char *) pg->conf->conninfo.data, NULL);
    if (options == NULL) {
        return NGX_ERROR;
    }

    n = NGX_REGISTRATION_POSTGRES_PARAMS;

    for (option = options; option->keyword; option++) {
        n++;
    }

    rc = NGX_ERROR;

    pg->keywords = ngx_pcalloc(pool, n * sizeof(char *));
    pg->values = ngx_pcalloc(pool, n * sizeof(char *));

    if (pg->keywords && pg->values) {
        rc = ngx_registration_postgres_fill_params(pool, pg, options);
    }

    pg->nhosts = 1;

    host = ngx_registration_postgres_value(options, "host");

    for ( /* void */ ; host && *host; host++) {
        pg->nhosts += (*host == ',');
    }

    PQconninfoFree(options);

    return rc;
}


/*
 * What an administrator has set counts; the statement timeout is ours: it
 * keeps the server from going on when nobody waits any more.
 */

static ngx_int_t
ngx_registration_postgres_fill_params(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg, PQconninfoOption *options)
{
    u_char            *p;
    ngx_uint_t         n;
    const char        *own;
    PQconninfoOption  *option;

    own = ngx_registration_postgres_value(options, "options");

    p = ngx_pnalloc(pool, (own ? ngx_strlen(own) : 0)
                          + sizeof(" -c statement_timeout=") + NGX_INT_T_LEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_sprintf(p, "%s -c statement_timeout=%M%Z", own ? own : "",
                       pg->conf->timeout);

    n = 0;

    /* Kerberos, which gssencmode asks, may ask the network */

    if (ngx_registration_postgres_param(pool, pg, &n,
                                        "fallback_application_name",
                                        "nginx registration")
        != NGX_OK
        || ngx_registration_postgres_param(pool, pg, &n, "gssencmode",
                                           "disable")
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    for (option = options; option->keyword; option++) {
        if (option->val
            && ngx_registration_postgres_param(pool, pg, &n, option->keyword,
                                               option->val)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (ngx_registration_postgres_param(pool, pg, &n, "client_encoding",
                                        "UTF8")
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_registration_postgres_param(pool, pg, &n, "options",
                                           (char *) p);
}


/* The last of two parameters with the same keyword counts. */

static ngx_int_t
ngx_registration_postgres_param(ngx_pool_t *pool,
    ngx_registration_postgres_t *pg, ngx_uint_t *n, const char *keyword,
    const char *value)
{
    ngx_str_t  k, v;

    k.data = (u_char *) keyword;
    k.len = ngx_strlen(keyword) + 1;

    v.data = (u_char *) value;
    v.len = ngx_strlen(value) + 1;

    pg->keywords[*n] = (char *) ngx_pstrdup(pool, &k);
    pg->values[*n] = (char *) ngx_pstrdup(pool, &v);

    if (pg->keywords[*n] == NULL || pg->values[*n] == NULL) {
        return NGX_ERROR;
    }

    (*n)++;

    return NGX_OK;
}


/*
 * libpq tries the hosts in their order, and leaves one that is silent only
 * when the system gives up.
 */

void
ngx_registration_postgres_rotate(ngx_registration_postgres_t *pg)
{
    ngx_uint_t  i;

    for (i = 0; pg->keywords[i]; i++) {
        if (ngx_strcmp(pg->keywords[i], "host") == 0
            || ngx_strcmp(pg->keywords[i], "hostaddr") == 0
            || ngx_strcmp(pg->keywords[i], "port") == 0)
        {
            ngx_registration_postgres_rotate_list((char *) pg->values[i]);
        }
    }
}


static void
ngx_registration_postgres_rotate_list(char *list)
{
    char    c, *comma;
    size_t  n;

    comma = ngx_strchr(list, ',');
    if (comma == NULL) {
        return;
    }

    /* one character at a time, the first item and its comma to the end */

    n = ngx_strlen(list);
    list[n] = ',';

    for (comma++; comma > list; comma--) {
        c = list[0];
        ngx_memmove(list, list + 1, n);
        list[n] = c;
    }

    list[n] = '\0';
}
