// What was read from the pictures beside what was typed.

// { field: [{ kind, value, vouched, result }] } of the pictures that stand
// now; result is "same", "different", "not_read", or undefined for what nobody
// typed.  A term without end is a reading of "valid_until".

export function readings(documents) {
  const found = {};

  for (const { kind, replaced_at: replaced, recognition } of documents) {
    if (replaced || recognition.state !== 'done') {
      continue;
    }

    const results = Object.fromEntries((recognition.compared ?? [])
      .map((one) => [one.field, one.result]));
    const names = new Set([...Object.keys(recognition.fields),
      ...Object.keys(results)]);

    for (const name of names) {
      const field = name === 'long_term' ? 'valid_until' : name;
      const reading = recognition.fields[name];

      // one of the two ends of a term is always not read
      if (reading !== undefined
          || (field !== 'valid_until' && results[name] === 'not_read')) {
        (found[field] ??= []).push({
          ...reading, name, kind, result: results[name],
        });
      }
    }
  }

  return found;
}

export function differs(list) {
  return list.some((one) => one.result === 'different');
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
