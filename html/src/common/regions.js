// Finding one's way in the tree of GB/T 2260.

// The places from the province down to the code's; empty for an unknown one.

export function pathOf(tree, code) {
  for (const one of tree ?? []) {
    if (one.code === code) {
      return [one];
    }

    // the first two digits are the province's
    if (one.children && one.code.slice(0, 2) === code.slice(0, 2)) {
      const rest = pathOf(one.children, code);

      if (rest.length > 0) {
        return [one, ...rest];
      }
    }
  }

  return [];
}

export function placeName(tree, code) {
  return pathOf(tree, code).map((one) => one.name).join(' ');
}
