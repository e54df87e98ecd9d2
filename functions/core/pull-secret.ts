const PREFIX = 'wharfage_pull';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const CRC_DIGITS = 6;
const SHAPE = /^(wharfage_pull_([0-9A-Za-z]{12})_[0-9A-Za-z]{43})_([0-9A-Za-z]{6})$/;

/** `wharfage_pull_<credentialId>_<random>_<checksum>`: scanners recognise the start and can verify the end offline. */
export const pullSecretOf = (credentialId: string, random: string): string => {
  const text = `${PREFIX}_${credentialId}_${random}`;
  return `${text}_${checksumOf(text)}`;
};

/** Whose secret a text claims to be. The checksum spares us a read for typing errors; it proves nothing. */
export const parsePullSecret = (text: string): { readonly credentialId: string } | undefined => {
  const [, checked, credentialId, checksum] = SHAPE.exec(text) ?? [];
  if (checked === undefined || credentialId === undefined) return undefined;
  return checksum === checksumOf(checked) ? { credentialId } : undefined;
};

/** The number in base 62, with zeros in front up to `digits`. */
export const base62Of = (value: bigint, digits: number): string => {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n)
    text = `${BASE62.charAt(Number(rest % 62n))}${text}`;
  return text.padStart(digits, '0');
};

const checksumOf = (text: string): string => base62Of(BigInt(crc32(text)), CRC_DIGITS);

/** The CRC-32 of zip and PNG, over the text's characters; ours are all ASCII. */
const crc32 = (text: string): number => {
  let crc = 0xffffffff;
  for (let index = 0; index < text.length; index += 1) {
    crc ^= text.charCodeAt(index);
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
};
