// What GET /form and GET /regions say, fetched once a page.

import { computed, shallowRef } from 'vue';

import { get } from './api.js';
import { pick, t } from './i18n.js';
import { recall, remember } from './memory.js';

export const form = shallowRef(null);
export const regions = shallowRef(null);

let formRequest;
let regionsRequest;

// The platform's name; until it is known the one of the last visit.

export const title = computed(() => (form.value === null
  ? pick(lastTitle()) || t('common.platform')
  : pick(form.value.title)));

export function loadForm() {
  formRequest ??= get('form').then(
    (loaded) => {
      form.value = loaded;
      remember('title', JSON.stringify(loaded.title));
      return loaded;
    },
    (error) => {
      formRequest = undefined;
      throw error;
    },
  );

  return formRequest;
}

export function loadRegions() {
  regionsRequest ??= get('regions').then(
    (loaded) => {
      regions.value = loaded.regions;
      return loaded.regions;
    },
    (error) => {
      regionsRequest = undefined;
      throw error;
    },
  );

  return regionsRequest;
}

function lastTitle() {
  try {
    return JSON.parse(recall('title'));
  } catch {
    return null;
  }
}
