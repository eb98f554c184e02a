// What was read from a picture beside what was typed.

// Fields that stand on the document; an address on it is where somebody is
// registered, not where mail goes.

const comparable = ['name', 'id_number', 'valid_from', 'valid_until'];

// { field: [{ kind, value, confidence, vouched, same }] } of the pictures that
// stand now; same is undefined where there is nothing to compare with.

export function readings(documents, values) {
  const found = {};

  for (const { kind, replaced_at: replaced, recognition } of documents) {
    if (replaced || recognition.state !== 'done') {
      continue;
    }

    for (const [name, reading] of Object.entries(recognition.fields)) {
      const field = name === 'long_term' ? 'valid_until' : name;
      const value = shown(name, reading.value);

      if (value !== null) {
        (found[field] ??= []).push({
          ...reading,
          kind,
          value,
          same: comparable.includes(field)
            ? equal(field, value, typed(field, values))
            : undefined,
        });
      }
    }
  }

  return found;
}

const endless = '长期';

function shown(name, value) {
  if (name === 'long_term') {
    return value === true || value === 'true' || value === endless
      ? endless
      : null;
  }

  return value === null || value === '' ? null : String(value);
}

function typed(field, values) {
  return field === 'valid_until' && values?.long_term
    ? endless
    : values?.[field] ?? '';
}

function equal(field, a, b) {
  return plain(field, a) === plain(field, b);
}

// As a person would call it the same: width, case, blanks, kinds of dots.

function plain(field, text) {
  const one = text.normalize('NFKC').toUpperCase().replace(/\s/g, '');

  return field === 'name'
    ? one.replace(/[•‧・.]/g, '·')
    : one.replace(/(\d)[-./年月](?=\d)/g, '$1-').replace(/日$/, '');
}

// Parts of a and b, each { text, differs }: the longest common subsequence of
// their characters is what does not differ.

export function differences(a, b) {
  const [x, y] = [[...a], [...b]];
  const length = x.map(() => []);

  for (let i = x.length - 1; i >= 0; i -= 1) {
    for (let j = y.length - 1; j >= 0; j -= 1) {
      length[i][j] = x[i] === y[j]
        ? 1 + (length[i + 1]?.[j + 1] ?? 0)
        : Math.max(length[i + 1]?.[j] ?? 0, length[i]?.[j + 1] ?? 0);
    }
  }

  const [left, right] = [[], []];
  let [i, j] = [0, 0];

  while (i < x.length || j < y.length) {
    if (i < x.length && j < y.length && x[i] === y[j]) {
      add(left, x[i], false);
      add(right, y[j], false);
      i += 1;
      j += 1;
    } else if (j === y.length
               || (i < x.length
                   && (length[i + 1]?.[j] ?? 0) >= (length[i]?.[j + 1] ?? 0))) {
      add(left, x[i], true);
      i += 1;
    } else {
      add(right, y[j], true);
      j += 1;
    }
  }

  return [left, right];
}

function add(parts, character, differs) {
  const last = parts[parts.length - 1];

  if (last?.differs === differs) {
    last.text += character;
  } else {
    parts.push({ text: character, differs });
  }
}
