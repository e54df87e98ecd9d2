/**
 * What may stand between the quotes of a header: visible ASCII and spaces without `"` and `\`
 * (RFC 6749, 5.2). Anything else has made servers fail and clients misread the header.
 */
export const headerText = (text: string, charactersMax: number): string =>
  text
    .slice(0, charactersMax)
    .replaceAll(/\s+/g, ' ')
    .replaceAll('"', "'")
    .replaceAll(/[^\x20-\x7e]|\\/g, '?');
