// What the service read from the pictures.  It fills empty fields; what a
// person has typed stays, and what was read stands beside it to choose from.

import { reactive } from 'vue';

import { get } from '../common/api.js';
import { controlId } from './fields.js';

// the fields that a picture may fill
const fillable = ['name', 'id_number', 'valid_from', 'valid_until',
  'long_term', 'address'];

const rounds = 8;       // of waiting
const waiting = 10;     // seconds each

let composing = false;

addEventListener('compositionstart', () => { composing = true; });
addEventListener('compositionend', () => { composing = false; });

export function useReading({ values, edit, leave, documents }) {
  // by field: { value, vouched, kind, settled }
  const read = reactive({});

  // by kind: { state, warnings }
  const states = reactive({});

  async function start({ id, kind }) {

    states[kind] = { state: 'pending', warnings: [] };

    for (let round = 0; round < rounds; round += 1) {
      let answer;

      try {
        answer = await get(`documents/${id}/recognition?wait=${waiting}`,
          { timeout: 1000 * (waiting + 15) });
      } catch {
        break; // the person types; nothing is lost by it
      }

      if (documents[kind]?.id !== id) {
        return;
      }

      if (answer.state !== 'pending') {
        states[kind] = {
          state: answer.state,
          warnings: answer.warnings.map((one) => one.message).filter(Boolean),
        };
        fill(kind, answer.fields);
        return;
      }
    }

    if (documents[kind]?.id === id) {
      states[kind] = { state: 'unavailable', warnings: [] };
    }
  }

  function fill(kind, fields) {
    for (const field of fillable.filter((one) => fields[one])) {
      const { value, vouched = true } = fields[field];
      const found = field === 'long_term' ? String(value) === 'true' : value;
      const before = read[field];
      const untouched = values[field] === '' || values[field] === false
        || (before !== undefined && same(values[field], before.value));

      read[field] = { value: found, vouched, kind, settled: false };

      if (same(values[field], found)) {
        continue;
      }

      // not under the fingers of whoever composes in it
      const composed = composing
        && document.activeElement?.id === controlId(field);

      if (untouched && !composed && !(field === 'valid_until' && values.long_term)) {
        take(field);
      }
    }
  }

  // The field gets what was read.

  function take(field) {
    values[field] = read[field].value;
    edit(field);
    leave(field);
  }

  // The person's own value is kept.

  function keep(field) {
    read[field].settled = true;
  }

  // none: nothing was read; filled: the field has what was read; differs: the
  // field has something else or nothing, and nobody has chosen yet.

  function relation(field) {
    const found = read[field];

    if (found === undefined) {
      return 'none';
    }

    if (same(values[field], found.value)) {
      return 'filled';
    }

    return found.settled ? 'none' : 'differs';
  }

  function forget(kind) {
    delete states[kind];
    forgetFields(Object.keys(read).filter((one) => read[one].kind === kind));
  }

  function forgetFields(fields) {
    fields.forEach((field) => delete read[field]);
  }

  function clear() {
    forgetFields(Object.keys(read));
    Object.keys(states).forEach((kind) => delete states[kind]);
  }

  return { read, states, start, take, keep, relation, forget, forgetFields, clear };
}

function same(one, other) {
  return plain(one) === plain(other);
}

function plain(value) {
  return typeof value === 'string'
    ? value.normalize('NFKC').replace(/\s/g, '').toUpperCase()
    : value;
}
