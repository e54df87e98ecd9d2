/** What stands in a file or in Stripe is text, and never markup. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);

type Attributes = Readonly<Record<string, string | number>>;

const attributesText = (attributes: Attributes): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');

/** An element; what is inside is markup already. */
export const element = (
  name: string,
  attributes: Attributes,
  ...inside: readonly string[]
): string => `<${name}${attributesText(attributes)}>${inside.join('')}</${name}>`;

/** A shape that says what it is when it is pointed at. */
export const shape = (name: string, attributes: Attributes, says: string): string =>
  element(name, attributes, element('title', {}, escaped(says)));
