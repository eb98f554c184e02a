// What has just been done, told for a moment on whatever view follows.

import { ref } from 'vue';

import { announce } from '../common/announce.js';

const moment = 8000;

export const toast = ref('');

let timer;

export function tell(text) {
  toast.value = text;
  announce(text);
  clearTimeout(timer);
  timer = setTimeout(() => {
    toast.value = '';
  }, moment);
}
