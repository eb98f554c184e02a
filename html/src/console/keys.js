// Single keys.  WCAG 2.1.4: they can be turned off, and are nobody's while
// something is being typed or a dialog is open.

import { onBeforeUnmount, onMounted, ref } from 'vue';

import { recall, remember } from '../common/memory.js';

export const keysOn = ref(recall('console.keys') !== 'off');

export function toggleKeys() {
  keysOn.value = !keysOn.value;
  remember('console.keys', keysOn.value ? 'on' : 'off');
}

// What may be held down; nothing that decides.

const steps = ['j', 'k', '+', '=', '-',
  'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight'];

// Keys as KeyboardEvent.key has them, letters in lower case, "R" with shift.

export function useKeys(handlers) {
  const listener = (event) => {
    const handler = handlers[event.key] ?? handlers[event.key.toLowerCase()];

    if (handler === undefined || !heard(event)
        || (event.repeat && !steps.includes(event.key))) {
      return;
    }

    if (handler(event) !== false) {
      event.preventDefault();
    }
  };

  onMounted(() => addEventListener('keydown', listener));
  onBeforeUnmount(() => removeEventListener('keydown', listener));
}

function heard(event) {
  return keysOn.value && !event.defaultPrevented
    && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing
    && document.querySelector('dialog[open]') === null
    && !event.target.closest?.('input, select, textarea');
}
