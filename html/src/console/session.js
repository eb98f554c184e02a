// Who is signed in, and calls that wait when the session has ended: what was
// under way goes on after signing in again, with all that was typed.

import { ref, shallowRef } from 'vue';

import { del, get, post } from '../common/api.js';

// starting, out (sign in), refused (nginx names nobody we know), failed, in
export const stage = ref('starting');
export const reviewer = shallowRef(null);
export const failure = shallowRef(null);

// the session ended while somebody was at work
export const lapsed = ref(false);

let waiting = [];

export async function start() {
  stage.value = 'starting';

  try {
    reviewer.value = await get('session');
    stage.value = 'in';
  } catch (error) {
    failure.value = error;
    stage.value = { 401: 'out', 403: 'refused' }[error.status] ?? 'failed';
  }
}

export async function signIn(name, password, totp) {
  const body = { name, password };

  if (totp) {
    body.totp = totp;
  }

  const before = reviewer.value;

  reviewer.value = await post('sessions', body);

  if (before !== null && before.name !== reviewer.value.name) {
    // another person at the same desk sees nothing of what was open
    forgetAll();
    location.reload();
    return;
  }

  goOn();
}

// For names that nginx knows: there is nothing to type here.

export async function lookAgain() {
  reviewer.value = await get('session');
  goOn();
}

function goOn() {
  const resumed = waiting;

  waiting = [];
  lapsed.value = false;
  stage.value = 'in';
  resumed.forEach((resume) => resume());
}

export async function signOut() {
  await del('session');
  forgetAll();
  reviewer.value = null;
  location.hash = '';
  stage.value = 'out';
}

// What belongs to a session beside it: each adds how it is forgotten.

const owned = [];

export function whenSignedOut(forget) {
  owned.push(forget);
}

function forgetAll() {
  owned.forEach((forget) => forget());
}

// Makes a call, again after a session that ended.

export async function ask(call) {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (error.status !== 401 || stage.value !== 'in') {
        throw error;
      }

      await signedInAgain();
    }
  }
}

export function signedInAgain() {
  lapsed.value = true;

  return new Promise((resume) => waiting.push(resume));
}

// When a person last did anything here: only that keeps a claim alive.

export const activity = { at: Date.now() };

for (const kind of ['keydown', 'pointerdown', 'pointermove', 'wheel']) {
  addEventListener(kind, () => {
    activity.at = Date.now();
  }, { passive: true });
}
