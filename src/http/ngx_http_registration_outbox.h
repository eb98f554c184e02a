
/*
 * The outbox: mail that follows a change of state.
 */


#ifndef _NGX_HTTP_REGISTRATION_OUTBOX_H_INCLUDED_
#define _NGX_HTTP_REGISTRATION_OUTBOX_H_INCLUDED_


#include <ngx_http_registration.h>


ngx_int_t ngx_http_registration_outbox_init(ngx_cycle_t *cycle,
    ngx_http_registration_main_conf_t *rmcf);

/* There is mail: it is looked for at once, where this worker sends it. */

void ngx_http_registration_outbox_wake(void);

/* For exit_process, before the adapters are closed. */

void ngx_http_registration_outbox_close(void);


#endif /* _NGX_HTTP_REGISTRATION_OUTBOX_H_INCLUDED_ */
