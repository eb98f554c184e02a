// What a browser remembers of a person's choices.  Where storage is denied
// (a private window), choices last as long as the page.

const prefix = 'registration.';
const fallback = new Map();

export function recall(name) {
  try {
    return localStorage.getItem(prefix + name) ?? fallback.get(name) ?? null;
  } catch {
    return fallback.get(name) ?? null;
  }
}

export function remember(name, value) {
  fallback.set(name, value);

  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // the page's own memory has it
  }
}

export function forget(name) {
  fallback.delete(name);

  try {
    localStorage.removeItem(prefix + name);
  } catch {
    // nothing was stored
  }
}
