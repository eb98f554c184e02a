// What the last return asked for, and what of it the correction left as it was.

// Gives { field: { reason, ignored } }; a picture is "documents.KIND".

export function askedOf({ status, decisions, changes }) {
  const back = decisions.filter((one) => one.to === 'returned').pop();
  const last = changes[changes.length - 1];
  const changed = new Set([
    ...(last?.fields ?? []).map((one) => one.field),
    ...(last?.documents ?? []).map((one) => `documents.${one.kind}`),
  ]);

  // a validity without an end is shown as its end
  if (changed.has('long_term')) {
    changed.add('valid_until');
  } else if (changed.has('valid_until')) {
    changed.add('long_term');
  }

  return Object.fromEntries((back?.items ?? []).map(({ field, reason }) => (
    [field, { reason, ignored: status !== 'returned' && !changed.has(field) }])));
}
