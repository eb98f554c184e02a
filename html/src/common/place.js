// Addresses that others gave: only a path of this site is followed.

// The path with its query and fragment, or null.  What a browser makes of a
// text counts, not the text: "/\host" and "/<tab>/host" are other sites.

export function sameSite(text, origin = location.origin) {
  if (typeof text !== 'string' || !text.startsWith('/')) {
    return null;
  }

  let to;

  try {
    to = new URL(text, origin);
  } catch {
    return null;
  }

  // a path may begin with two slashes only after it was parsed: "/.//host"
  return to.origin === origin && !to.pathname.startsWith('//')
    ? to.pathname + to.search + to.hash
    : null;
}
