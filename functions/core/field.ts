/** A property of something that somebody else sent; `undefined` unless it is the object's own. */
export const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;

/** A property that is a text with something in it. */
export const textField = (value: unknown, name: string): string | undefined => {
  const text = fieldOf(value, name);
  return typeof text === 'string' && text !== '' ? text : undefined;
};

/** Stripe sends a reference as the id alone or, expanded, as the object that has it. */
export const referenceOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : textField(value, 'id');
