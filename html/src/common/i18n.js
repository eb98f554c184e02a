// The texts of a page in the chosen language; each language is a file of its
// own, fetched when it is needed.

import { ref, shallowRef } from 'vue';

import { recall, remember } from './memory.js';

export const languages = ['zh-CN', 'en'];
export const language = ref('zh-CN');

const texts = shallowRef({});
let loaders = [];

// What a page starts with: sources are { 'zh-CN': () => import(…), en: … }.

export async function startTexts(...sources) {
  loaders = [...sources];
  await setLanguage(firstLanguage());
}

// More texts, for a part of a page that is not always there.

export async function addTexts(source) {
  if (!loaders.includes(source)) {
    loaders.push(source);
    await setLanguage(language.value);
  }
}

export async function setLanguage(code) {
  const files = await Promise.all(loaders.map((source) => source[code]()));

  texts.value = Object.assign({}, ...files.map((file) => file.default));
  language.value = code;
  document.documentElement.lang = code;
}

export async function chooseLanguage(code) {
  await setLanguage(code);
  remember('language', code);
}

// The text for a key, with {name} replaced by values.name.

export function t(key, values) {
  const found = texts.value[key] ?? key;

  return values === undefined
    ? found
    : found.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}

export function hasText(key) {
  return key in texts.value;
}

// One of the texts that the service gives in every language.

export function pick(named) {
  return named?.[language.value] ?? named?.['zh-CN'] ?? '';
}

export function formatDate(date) {
  return format(`${date}T00:00:00`, { dateStyle: 'long' });
}

export function formatInstant(instant) {
  return format(instant, { dateStyle: 'long', timeStyle: 'short' });
}

function format(instant, options) {
  return new Intl.DateTimeFormat(language.value, options)
    .format(new Date(instant));
}

function firstLanguage() {
  const wanted = recall('language');

  if (languages.includes(wanted)) {
    return wanted;
  }

  const known = (navigator.languages ?? []).find((one) => /^(zh|en)\b/i.test(one));

  return /^en/i.test(known ?? '') ? 'en' : 'zh-CN';
}
