
/*
 * The sessions of accounts that an administrator has disabled, or whose new
 * password did not come to end them, or whose application is not any more what
 * they say: PostgreSQL knows the accounts, Redis the sessions.  The first
 * worker of each machine asks, and ends them:
 *
 * tick → (PostgreSQL: the next account) → found → (Redis) → ended →
 * (PostgreSQL: that is done; the next one) → found → … → tick
 */


#include <ngx_http_registration_session.h>


/* How often it asks, and again when something was not to be had. */

#define NGX_HTTP_REGISTRATION_ENDING_TICK   1000
#define NGX_HTTP_REGISTRATION_ENDING_LATER  5000


typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    ngx_event_t                         timer;
    ngx_registration_call_t             call;
    u_char                              id[NGX_INT64_LEN];
    size_t                              len;        /* 0: none is done */
    u_char                              key[sizeof(
                                          NGX_HTTP_REGISTRATION_SESSIONS_KEY)
                                            + NGX_INT64_LEN];
} ngx_http_registration_ending_t;


static void ngx_http_registration_ending_tick(ngx_event_t *ev);
static void ngx_http_registration_ending_ask(
    ngx_http_registration_ending_t *ending);
static void ngx_http_registration_ending_found(ngx_registration_call_t *call);
static void ngx_http_registration_ending_end(
    ngx_http_registration_ending_t *ending, ngx_str_t *account,
    ngx_str_t *begun_before);
static void ngx_http_registration_ending_ended(ngx_registration_call_t *call);
static void ngx_http_registration_ending_wait(
    ngx_http_registration_ending_t *ending, ngx_msec_t delay);


/*
 * KEYS: sessions of the account.  ARGV: prefix of session keys, and where not
 * all end, before which time those began that do.
 */

static ngx_registration_script_t  ngx_http_registration_ending_script = {
    ngx_string(NGX_HTTP_REGISTRATION_END_SESSIONS_LUA
    "if ARGV[2] == '' then return end_sessions(KEYS[1], ARGV[1]) end\n"
    "return drop_sessions(KEYS[1], ARGV[1], '(' .. ARGV[2])"), { 0 }
};


static ngx_registration_statement_t  ngx_http_registration_ending_sql = {
    "registration_session_end_due",
    "SELECT id::text, account_id::text, begun_before::text"
    " FROM registration.session_end_due($1)",
    1
};


ngx_int_t
ngx_http_registration_ending_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf)
{
    ngx_http_registration_ending_t  *ending;

    if (ngx_worker != 0) {
        return NGX_OK;
    }

    ending = ngx_pcalloc(cycle->pool, sizeof(ngx_http_registration_ending_t));
    if (ending == NULL) {
        return NGX_ERROR;
    }

    ending->conf = rmcf;
    ending->call.data = ending;

    ngx_http_registration_timer(&ending->timer,
                                ngx_http_registration_ending_tick);
    ending->timer.cancelable = 1;

    ngx_http_registration_ending_wait(ending,
                                      NGX_HTTP_REGISTRATION_ENDING_TICK);

    return NGX_OK;
}


static void
ngx_http_registration_ending_tick(ngx_event_t *ev)
{
    ngx_http_registration_ending_ask(
                   (ngx_http_registration_ending_t *) ((u_char *) ev
                    - offsetof(ngx_http_registration_ending_t, timer)));
}


static void
ngx_http_registration_ending_ask(ngx_http_registration_ending_t *ending)
{
    ngx_registration_param_t  param;

    if (ngx_exiting) {
        return;
    }

    ngx_memzero(&param, sizeof(ngx_registration_param_t));

    if (ending->len) {
        param.value.data = ending->id;
        param.value.len = ending->len;
    }

    ending->call.done = ngx_http_registration_ending_found;

    if (ngx_registration_postgres_query(ending->conf->postgres, &ending->call,
                                        &ngx_http_registration_ending_sql,
                                        &param, 1)
        != NGX_OK)
    {
        ngx_http_registration_ending_wait(ending,
                                          NGX_HTTP_REGISTRATION_ENDING_LATER);
    }
}


static void
ngx_http_registration_ending_found(ngx_registration_call_t *call)
{
    PGresult                        *result;
    ngx_str_t                        account, begun_before;
    ngx_http_registration_ending_t  *ending;

    ending = call->data;
    result = call->result;

    if (call->status != NGX_OK) {
        ngx_http_registration_ending_wait(ending,
                                          NGX_HTTP_REGISTRATION_ENDING_LATER);
        return;
    }

    ending->len = 0;

    if (PQntuples(result) == 0) {
        ngx_http_registration_ending_wait(ending,
                                          NGX_HTTP_REGISTRATION_ENDING_TICK);
        return;
    }

    ending->len = ngx_min((size_t) PQgetlength(result, 0, 0),
                          sizeof(ending->id));
    ngx_memcpy(ending->id, PQgetvalue(result, 0, 0), ending->len);

    account.len = PQgetlength(result, 0, 1);
    account.data = (u_char *) PQgetvalue(result, 0, 1);

    /* of NULL it is empty */

    begun_before.len = PQgetlength(result, 0, 2);
    begun_before.data = (u_char *) PQgetvalue(result, 0, 2);

    ngx_http_registration_ending_end(ending, &account, &begun_before);
}


static void
ngx_http_registration_ending_end(ngx_http_registration_ending_t *ending,
    ngx_str_t *account, ngx_str_t *begun_before)
{
    ngx_str_t  argv[3];

    argv[0].data = ending->key;
    argv[0].len = ngx_snprintf(ending->key, sizeof(ending->key),
                               NGX_HTTP_REGISTRATION_SESSIONS_KEY "%V",
                               account)
                  - ending->key;
    ngx_str_set(&argv[1], NGX_HTTP_REGISTRATION_SESSION_KEY);
    argv[2] = *begun_before;

    ending->call.done = ngx_http_registration_ending_ended;

    if (ngx_registration_redis_script(ending->conf->redis, &ending->call,
                                      &ngx_http_registration_ending_script, 1,
                                      argv, 3)
        != NGX_OK)
    {
        ending->len = 0;
        ngx_http_registration_ending_wait(ending,
                                          NGX_HTTP_REGISTRATION_ENDING_LATER);
    }
}


static void
ngx_http_registration_ending_ended(ngx_registration_call_t *call)
{
    ngx_http_registration_ending_t  *ending;

    ending = call->data;

    if (call->status != NGX_OK) {
        ending->len = 0;
        ngx_http_registration_ending_wait(ending,
                                          NGX_HTTP_REGISTRATION_ENDING_LATER);
        return;
    }

    ngx_http_registration_ending_ask(ending);
}


static void
ngx_http_registration_ending_wait(ngx_http_registration_ending_t *ending,
    ngx_msec_t delay)
{
    if (!ngx_exiting) {
        ngx_add_timer(&ending->timer, delay);
    }
}
