// What a reviewer has marked and written, by application: kept while the tab
// is open, a reload included.  Reasons only, nothing of the applicant.

import { reactive, watch } from 'vue';

import { whenSignedOut } from './session.js';

const place = 'registration.console.drafts';
const drafts = reactive(load());

watch(drafts, save, { deep: true });
whenSignedOut(() => Object.keys(drafts).forEach((number) => {
  delete drafts[number];
}));

export function draftOf(number) {
  drafts[number] ??= { reason: '', items: [] };
  return drafts[number];
}

// Emptied, not replaced: a view that shows it goes on with it.

export function dropDraft(number) {
  if (number in drafts) {
    drafts[number].items.splice(0);
    drafts[number].reason = '';
  }
}

export function hasDraft(number) {
  const draft = drafts[number];

  return draft !== undefined && (draft.items.length > 0 || draft.reason !== '');
}

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(place)) ?? {};
  } catch {
    return {};
  }
}

function save() {
  const kept = Object.fromEntries(Object.entries(drafts)
    .filter(([number]) => hasDraft(number)));

  try {
    sessionStorage.setItem(place, JSON.stringify(kept));
  } catch {
    // storage is denied: the page's own memory has it
  }
}
