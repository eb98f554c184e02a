// The queue as it is filtered now, page by page.  It outlives its view: an
// application leads on to the next one in it.

import { computed, reactive } from 'vue';

import { get, Problem, url } from '../common/api.js';
import { language } from '../common/i18n.js';
import { recall, remember } from '../common/memory.js';
import { ask, reviewer, whenSignedOut } from './session.js';

const size = 50;
const none = { status: 'pending', office: '', type: '', overdue: false, q: '' };

export const queue = reactive({
  ...none,
  rows: [],
  counts: null,
  next: null,        // cursor of the page behind this one
  before: [],        // cursors of those in front of it
  cursor: '',
  at: 0,             // which row is the current one
  loading: false,
  loaded: 0,         // when, in ms
  error: null,
});

// A reviewer of one office wants it every day; nothing else is remembered.

queue.office = recall('console.office') ?? '';

export const filtered = computed(() => Boolean(
  queue.office || queue.type || queue.overdue || queue.q));

whenSignedOut(() => Object.assign(queue, none, {
  rows: [], counts: null, next: null, before: [], cursor: '', at: 0,
}));

function query(more) {
  const { status, office, type, overdue, q } = queue;
  const given = { status, office, type, overdue: overdue ? '1' : '', q, ...more };

  return new URLSearchParams(
    Object.entries(given).filter(([, value]) => value !== '')).toString();
}

let serial = 0;

// Gives whether the rows are those that were asked for.

export async function load(cursor = '', { quiet = false } = {}) {
  const mine = serial += 1;

  queue.loading = !quiet;

  try {
    const path = `registrations?${query({ limit: size, cursor })}`;
    const page = await ask(() => get(path));

    if (mine !== serial) {
      return false;
    }

    const kept = quiet ? queue.rows[queue.at]?.number : undefined;

    queue.rows = page.registrations;
    queue.counts = page.counts;
    queue.next = page.next_cursor;
    queue.cursor = cursor;
    queue.at = Math.max(0, queue.rows.findIndex((row) => row.number === kept));
    queue.loaded = Date.now();
    queue.error = null;
    return true;
  } catch (error) {
    if (mine === serial) {
      queue.error = error;
    }

    return false;
  } finally {
    if (mine === serial) {
      queue.loading = false;
    }
  }
}

export function filter(change) {
  Object.assign(queue, change, { before: [] });

  if ('office' in change) {
    remember('console.office', queue.office);
  }

  return load();
}

export function clearFilter() {
  return filter({ office: '', type: '', overdue: false, q: '' });
}

// An office or type that the form has no more would be refused for ever.

export function dropUnknown(offices) {
  if (queue.office && !offices.includes(queue.office)) {
    filter({ office: '' });
  }
}

export async function nextPage() {
  const { cursor, next } = queue;

  if (next === null || !await load(next)) {
    return false;
  }

  queue.before.push(cursor);
  return true;
}

export async function previousPage() {
  if (queue.before.length === 0
      || !await load(queue.before[queue.before.length - 1])) {
    return false;
  }

  queue.before.pop();
  return true;
}

export function refresh() {
  return load(queue.cursor, { quiet: true });
}

function takeable(row) {
  return !row.claimed_by || row.claimed_by === reviewer.value?.name;
}

// The number of the application behind (step 1) or in front of one, if any;
// those that others hold are passed over.

export async function neighbour(number, step) {
  // an application may have been opened by its address
  if (queue.loaded === 0) {
    await load();
  }

  const from = queue.rows.findIndex((row) => row.number === number);
  let at = from === -1 ? queue.at + Math.min(step, 0) : from + step;

  for (;;) {
    const row = queue.rows[at];

    if (row === undefined) {
      if (!await (step > 0 ? nextPage() : previousPage())) {
        return null;
      }

      at = step > 0 ? 0 : queue.rows.length - 1;
    } else if (takeable(row)) {
      queue.at = at;
      return row.number;
    } else {
      at += step;
    }
  }
}

// One that was decided is no more in a queue of those that wait; what follows
// it takes its place.

export function settle(number, status) {
  const at = queue.rows.findIndex((row) => row.number === number);

  if (at === -1) {
    return;
  }

  const row = queue.rows[at];

  if (queue.counts !== null && row.status !== status) {
    queue.counts[row.status] -= 1;
    queue.counts[status] += 1;
    queue.counts.overdue -= row.overdue ? 1 : 0;
  }

  if (queue.status !== '' && queue.status !== status) {
    queue.rows.splice(at, 1);
    queue.at = at;
  } else {
    Object.assign(row, { status, overdue: false, claimed_by: null });
  }
}

export function claimedIs(number, name) {
  const row = queue.rows.find((one) => one.number === number);

  if (row !== undefined) {
    row.claimed_by = name;
  }
}

// What the filter shows, as a file; gives the cursor of the rest, if any.

export async function exportRows(cursor = '') {
  const answer = await ask(() => fetchFile(
    url(`registrations.csv?${query({ cursor })}`)));
  const link = document.createElement('a');

  link.href = URL.createObjectURL(await answer.blob());
  link.download = `registrations-${new Date().toISOString().slice(0, 10)}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);

  return answer.headers.get('Registration-Next-Cursor') ?? '';
}

async function fetchFile(address) {
  const answer = await fetch(address, {
    headers: { 'Accept-Language': language.value },
    credentials: 'same-origin',
  });

  if (answer.ok) {
    return answer;
  }

  const body = await answer.json().catch(() => ({}));

  throw new Problem(answer.status, body,
    Number(answer.headers.get('Retry-After')) || undefined);
}
