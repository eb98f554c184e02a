// What screen readers are told of changes that have no focus.

import { ref } from 'vue';

export const announced = ref('');

let turn = false;

export function announce(text) {
  // the same text twice is heard twice
  turn = !turn;
  announced.value = turn ? text : `${text}\u00a0`;
}
