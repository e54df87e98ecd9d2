const KNOWN_MAX = 5_000;

/** Most items are the same from one look to the next, and from one run to the next. */
export const memo = <Value>(make: (text: string) => Value): ((text: string) => Value) => {
  const known = new Map<string, { readonly value: Value }>();
  return (text) => {
    const found = known.get(text);
    if (found !== undefined) return found.value;
    if (known.size >= KNOWN_MAX) known.clear();
    const value = make(text);
    known.set(text, { value });
    return value;
  };
};
