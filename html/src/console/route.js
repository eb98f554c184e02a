// What is shown: "#/" the queue, "#/NUMBER" an application, "#/audit" and
// "#/audit/NUMBER" the audit.  A number is nobody's secret; what somebody
// searches for is, and never gets into an address.

import { reactive } from 'vue';

export const route = reactive({ view: 'queue', number: '' });

export function follow() {
  const [, audit, number] = /^#\/(audit)?\/?(\d{15})?$/.exec(location.hash) ?? [];

  route.number = number ?? '';
  route.view = audit ?? (number ? 'application' : 'queue');
}

export function go(path) {
  location.hash = `#/${path}`;
}

addEventListener('hashchange', follow);
follow();
