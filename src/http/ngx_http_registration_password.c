
/*
 * The job that judges and hashes a password.
 */


#include <ngx_http_registration_password.h>


static void ngx_http_registration_password_run(void *context, ngx_log_t *log);
static reg_code_t ngx_http_registration_password_judge(json_t *values,
    reg_str_t password);
static void ngx_http_registration_password_free(void *context,
    ngx_uint_t abandoned);


static ngx_registration_job_type_t  ngx_http_registration_password_job = {
    ngx_http_registration_password_run,
    ngx_http_registration_password_free,
    0,
    30000
};


static const char  *ngx_http_registration_own_members[] = {
    "username", "email", "mobile", "landline", "id_number", "name",
    "contact_name", "address", "account"
};

#define NGX_HTTP_REGISTRATION_OWN_MEMBERS                                     \
    (sizeof(ngx_http_registration_own_members) / sizeof(char *))


ngx_http_registration_password_t *
ngx_http_registration_password_create(ngx_http_registration_ctx_t *ctx,
    json_t *values)
{
    ngx_http_registration_password_t  *password;

    password = ngx_registration_job_create(&ngx_http_registration_password_job,
                                     sizeof(ngx_http_registration_password_t));
    if (password == NULL) {
        return NULL;
    }

    password->values = json_deep_copy(values);

    if (password->values == NULL) {
        ngx_registration_job_discard(password);
        return NULL;
    }

    return password;
}


ngx_int_t
ngx_http_registration_password_start(ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_password_t *password)
{
    return ngx_registration_job_start(ctx->conf->password_threads, &ctx->call,
                                      password, ngx_cycle->log);
}


static void
ngx_http_registration_password_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_password_t *password = context;

    ngx_str_t  value;
    reg_str_t  text;

    ngx_http_registration_value(password->values, "password", &value);
    text = ngx_http_registration_str(&value);

    /* a wrong length was found before any thread was asked */

    if (reg_password_length(text) != REG_OK) {
        return;
    }

    password->code = ngx_http_registration_password_judge(password->values,
                                                          text);

    if (password->code != REG_OK || !password->hash) {
        return;
    }

    ngx_http_registration_flush(&password->flush);

    if (password->flush.code != REG_OK) {
        return;
    }

    password->code = reg_password_hash(text, password->phc);
}


static reg_code_t
ngx_http_registration_password_judge(json_t *values, reg_str_t password)
{
    ngx_str_t   value;
    reg_str_t   own[NGX_HTTP_REGISTRATION_OWN_MEMBERS];
    ngx_uint_t  i;

    for (i = 0; i < NGX_HTTP_REGISTRATION_OWN_MEMBERS; i++) {
        ngx_http_registration_value(values,
                                    ngx_http_registration_own_members[i],
                                    &value);
        own[i] = ngx_http_registration_str(&value);
    }

    return reg_password_judge(password, own,
                              NGX_HTTP_REGISTRATION_OWN_MEMBERS);
}


static void
ngx_http_registration_password_free(void *context, ngx_uint_t abandoned)
{
    ngx_http_registration_password_t *password = context;

    json_decref(password->values);
}


ngx_uint_t
ngx_http_registration_password_failed(ngx_http_request_t *r,
    ngx_http_registration_password_t *password)
{
    if (password->code == REG_INTERNAL) {
        ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                      "a password could not be judged or hashed "
                      "(is cracklib-runtime installed?)");
        return 1;
    }

    return 0;
}
