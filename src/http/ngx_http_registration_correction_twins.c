
/*
 * Whether a correction's new picture is the same as one that stays: a thread
 * opens them and compares what is seen.  Pictures that were uploaded together
 * have been compared by the upload.
 */


#include <ngx_http_registration_correction.h>
#include <reg_jpeg.h>


typedef struct {
    u_char                              id[REG_DOCUMENT_ID_LEN];
    u_char                              key[REG_WRAPPED_DATA_KEY];
    u_char                              fingerprint[REG_FINGERPRINT];
    reg_code_t                          code;
} ngx_http_registration_twin_t;


/* The job: the new pictures, as in the draft, then those that stay. */

typedef struct {
    ngx_http_registration_main_conf_t  *conf;
    ngx_uint_t                          fresh;
    ngx_uint_t                          n;
    ngx_http_registration_twin_t        picture[
                                          2 * NGX_HTTP_REGISTRATION_DOCUMENTS];
} ngx_http_registration_twins_t;


static ngx_int_t ngx_http_registration_twins_collect(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction,
    ngx_http_registration_twins_t *twins);
static void ngx_http_registration_twins_run(void *context, ngx_log_t *log);
static reg_code_t ngx_http_registration_twin_look(
    ngx_http_registration_main_conf_t *conf,
    ngx_http_registration_twin_t *twin);


/* Up to seven pictures; one that is as large as may be takes a second. */

static ngx_registration_job_type_t  ngx_http_registration_twins_job = {
    ngx_http_registration_twins_run,
    NULL,
    0,
    60000
};


ngx_int_t
ngx_http_registration_twins_start(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction)
{
    ngx_int_t                       rc;
    ngx_http_registration_twins_t  *twins;

    twins = ngx_registration_job_create(&ngx_http_registration_twins_job,
                                        sizeof(ngx_http_registration_twins_t));
    if (twins == NULL) {
        return NGX_ERROR;
    }

    twins->conf = ctx->conf;
    rc = ngx_http_registration_twins_collect(r, correction, twins);

    if (rc != NGX_OK || twins->n == twins->fresh) {
        ngx_registration_job_discard(twins);
        return rc == NGX_OK ? NGX_DECLINED : NGX_ERROR;
    }

    return ngx_registration_job_start(ctx->conf->picture_threads, &ctx->call,
                                      twins, ngx_cycle->log);
}


static ngx_int_t
ngx_http_registration_twins_collect(ngx_http_request_t *r,
    ngx_http_registration_correction_t *correction,
    ngx_http_registration_twins_t *twins)
{
    size_t                         i;
    json_t                        *row, *documents;
    ngx_str_t                      id, key, kind;
    ngx_http_registration_twin_t  *twin;

    twin = twins->picture;

    for (i = 0; i < correction->draft->ndocuments; i++, twin++) {
        ngx_memcpy(twin->id, correction->draft->document[i].id,
                   REG_DOCUMENT_ID_LEN);
        ngx_memcpy(twin->key, correction->draft->document[i].facts.key,
                   REG_WRAPPED_DATA_KEY);
    }

    twins->fresh = i;
    documents = json_object_get(correction->merged, "documents");

    json_array_foreach(correction->documents, i, row) {

        ngx_http_registration_value(row, "id", &id);
        ngx_http_registration_value(row, "kind", &kind);

        if (!json_equal(json_object_get(row, "id"),
                        json_object_get(documents, (char *) kind.data)))
        {
            continue;
        }

        if (ngx_http_registration_correction_decode(r, row, "data_key", &key)
            != NGX_OK
            || key.len != REG_WRAPPED_DATA_KEY
            || id.len != REG_DOCUMENT_ID_LEN
            || twin == twins->picture + 2 * NGX_HTTP_REGISTRATION_DOCUMENTS)
        {
            return NGX_ERROR;
        }

        ngx_memcpy(twin->id, id.data, REG_DOCUMENT_ID_LEN);
        ngx_memcpy(twin->key, key.data, REG_WRAPPED_DATA_KEY);
        twin++;
    }

    twins->n = twin - twins->picture;

    return NGX_OK;
}


/* One picture after the other, so that one at a time is in memory. */

static void
ngx_http_registration_twins_run(void *context, ngx_log_t *log)
{
    ngx_http_registration_twins_t *twins = context;

    ngx_uint_t  i;

    for (i = 0; i < twins->n; i++) {
        twins->picture[i].code = ngx_http_registration_twin_look(twins->conf,
                                                          &twins->picture[i]);
    }
}


static reg_code_t
ngx_http_registration_twin_look(ngx_http_registration_main_conf_t *conf,
    ngx_http_registration_twin_t *twin)
{
    u_char         *data;
    size_t          len;
    reg_str_t       id;
    reg_code_t      code;
    reg_picture_t   picture;

    data = NULL;
    id.len = REG_DOCUMENT_ID_LEN;
    id.data = twin->id;

    code = ngx_http_registration_document_read(conf, id, twin->key, &data,
                                               &len);
    if (code == REG_OK) {
        ngx_memzero(&picture, sizeof(reg_picture_t));
        picture.data = data;
        picture.size = len;
        picture.offset = 24;
        picture.len = len - REG_RECORD_OVERHEAD;

        code = reg_jpeg_fingerprint(&picture);
        ngx_memcpy(twin->fingerprint, picture.fingerprint, REG_FINGERPRINT);
    }

    free(data);

    return code;
}


/* One that stays and cannot be opened is no twin: the applicant cannot help. */

void
ngx_http_registration_twins_result(ngx_http_request_t *r,
    ngx_http_registration_ctx_t *ctx,
    ngx_http_registration_correction_t *correction)
{
    ngx_uint_t                      i, k;
    ngx_http_registration_twin_t   *picture;
    ngx_http_registration_twins_t  *twins;

    twins = ctx->call.result;
    picture = twins->picture;

    for (i = 0; i < twins->n; i++) {
        if (picture[i].code != REG_OK) {
            ngx_log_error(NGX_LOG_ERR, r->connection->log, 0,
                          "document %*s could not be compared (%s)",
                          (size_t) REG_DOCUMENT_ID_LEN, picture[i].id,
                          reg_code_name(picture[i].code));
        }
    }

    for (i = 0; i < twins->fresh; i++) {
        for (k = twins->fresh; k < twins->n; k++) {

            if (picture[i].code != REG_OK || picture[k].code != REG_OK
                || ngx_memcmp(picture[i].fingerprint, picture[k].fingerprint,
                              REG_FINGERPRINT)
                   != 0)
            {
                continue;
            }

            reg_faults_add(&correction->faults,
                           ngx_http_registration_document_field((char *)
                                    correction->draft->document[i].kind.data),
                           REG_DUPLICATE_DOCUMENT);
            break;
        }
    }
}
