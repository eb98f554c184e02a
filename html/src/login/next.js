// Where to go after signing in.

import { sameSite } from '../common/place.js';

// The page that led here (registration_require puts it into ?next=), if it is
// one of this site; else null.

export function wantedPage() {
  return sameSite(new URLSearchParams(location.search).get('next'));
}

// Whether an address is this very page: then there is nowhere to go.

export function isHere(address) {
  const to = new URL(address, location.href);

  return to.origin === location.origin
    && to.pathname.replace(/index\.html$/, '')
      === location.pathname.replace(/index\.html$/, '');
}
