// Whether somebody is signed in here.  The cookie cannot be seen by a page, and
// asking the service each time would be a refusal in most visitors' consoles:
// so the browser remembers that there was a sign-in.

import { del, get } from './api.js';
import { forget, recall, remember } from './memory.js';

export function rememberSession() {
  remember('session', 'yes');
}

export function forgetSession() {
  forget('session');
}

// The session, or null.

export async function currentSession() {
  if (recall('session') !== 'yes') {
    return null;
  }

  try {
    return await get('session');
  } catch (error) {
    if (error.status === 401) {
      forgetSession();
      return null;
    }

    throw error;
  }
}

export async function signOut() {
  await del('session');
  forgetSession();
}
