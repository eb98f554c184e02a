// How the page looks: large print and the colour scheme, both remembered.

import { ref, watchEffect } from 'vue';

import { recall, remember } from './memory.js';

const themes = ['auto', 'light', 'dark'];

export const large = ref(recall('large') === 'yes');
export const theme = ref(themes.includes(recall('theme'))
  ? recall('theme')
  : 'auto');

const system = matchMedia('(prefers-color-scheme: dark)');

export const dark = ref(false);

watchEffect(() => {
  document.documentElement.toggleAttribute('data-large', large.value);
});

watchEffect(applyTheme);
system.addEventListener?.('change', applyTheme);

function applyTheme() {
  dark.value = theme.value === 'auto' ? system.matches : theme.value === 'dark';
  document.documentElement.dataset.theme = dark.value ? 'dark' : 'light';
}

export function toggleLarge() {
  large.value = !large.value;
  remember('large', large.value ? 'yes' : 'no');
}

// The other scheme than what is seen now; the system's own one again when
// both agree.

export function toggleTheme() {
  const wanted = dark.value ? 'light' : 'dark';

  theme.value = (wanted === 'dark') === system.matches ? 'auto' : wanted;
  remember('theme', theme.value);
}
