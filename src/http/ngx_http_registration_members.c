
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
    void         *next;
    json_t       *member;
    ngx_uint_t    i;
    const char   *name;

    for (i = 0; names[i]; i++) {
        member = json_object_get(ctx->body, names[i]);

        ngx_http_registration_value(ctx->body, names[i], &value[i]);

        if (member && !json_is_string(member)) {
            reg_faults_add(faults, names[i], REG_FORMAT);

        } else if (value[i].len == 0) {
            reg_faults_add(faults, names[i], REG_REQUIRED);
        }
    }

    json_object_foreach_safe(ctx->body, next, name, member) {

        for (i = 0; names[i]; i++) {
            if (ngx_strcmp(names[i], name) == 0) {
                break;
            }
        }

        if (names[i] == NULL) {
            reg_faults_add(faults, name, REG_UNKNOWN_MEMBER);
        }
    }
}


/*
 * A member's value as an application's field of that name would have it: cut,
 * narrowed, in lower case.  It takes the member's place in the body.
 */

ngx_int_t
ngx_http_registration_normalize(ngx_http_registration_ctx_t *ctx,
    const char *member, const char *field, ngx_str_t *value)
{
    json_t  *text;

    text = json_object_get(ctx->body, member);

    if ((u_char *) json_string_value(text) != value->data) {
        text = json_stringn((char *) value->data, value->len);

        if (json_object_set_new(ctx->body, member, text) != 0) {
            return NGX_ERROR;
        }
    }

    if (reg_fields_normalize_member(ctx->body, member,
                                    reg_field_find(field))
        != REG_OK)
    {
        return NGX_ERROR;
    }

    ngx_http_registration_value(ctx->body, member, value);

    return NGX_OK;
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
