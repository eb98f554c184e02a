
/*
 * The members of a small JSON body: all strings, all required, no others.
 */


#include <ngx_http_registration.h>


/*
 * Fills value[i] with the member names[i] (NULL-terminated); what is wrong is
 * added to faults.
 */

void
ngx_http_registration_members(ngx_http_registration_ctx_t *ctx,
    const char *const *names, ngx_str_t *value, reg_faults_t *faults)
{
    json_t       *member;
    ngx_uint_t    i;
    const char   *name;

    for (i = 0; names[i]; i++) {
        ngx_str_set(&value[i], "");
    }

    json_object_foreach(ctx->body, name, member) {

        for (i = 0; names[i]; i++) {
            if (ngx_strcmp(names[i], name) == 0) {
                break;
            }
        }

        if (names[i] == NULL) {
            reg_faults_add(faults, name, REG_UNKNOWN_MEMBER);

        } else if (!json_is_string(member)) {
            reg_faults_add(faults, name, REG_FORMAT);

        } else {
            value[i].len = json_string_length(member);
            value[i].data = (u_char *) json_string_value(member);
        }
    }

    for (i = 0; names[i]; i++) {
        if (value[i].len == 0) {
            reg_faults_add(faults, names[i], REG_REQUIRED);
        }
    }
}


/*
 * A value as an application's field of that name would have it: cut, narrowed,
 * in lower case.  It lives as long as the request from now on.
 */

ngx_int_t
ngx_http_registration_normalize(ngx_http_request_t *r, const char *field,
    ngx_str_t *value)
{
    char  *text;

    text = reg_fields_normalize_text(reg_field_find(field),
                                     ngx_http_registration_str(value),
                                     &value->len);
    if (text == NULL) {
        return NGX_ERROR;
    }

    value->data = ngx_pnalloc(r->pool, value->len + 1);

    if (value->data) {
        ngx_memcpy(value->data, text, value->len + 1);
    }

    free(text);

    return value->data ? NGX_OK : NGX_ERROR;
}


/* A member that is a string; empty when it is none. */

void
ngx_http_registration_value(const json_t *object, const char *member,
    ngx_str_t *value)
{
    json_t  *text;

    text = json_object_get(object, member);

    value->len = json_string_length(text);
    value->data = (u_char *) json_string_value(text);

    if (value->data == NULL) {
        value->data = (u_char *) "";
    }
}
