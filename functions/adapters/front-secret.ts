import { isSameText } from './same-text.ts';
import { parseSecretPair } from './secret-pair.ts';

const FORM = {
  pattern: /^[\x21-\x7e]{32,256}$/,
  name: 'the secret of the front',
  example: '32 characters or more',
};

/** Whether a text is one of the two secrets that the front may send along. Throws only when they cannot be read. */
export const frontSecret =
  ({ readSecret }: { readonly readSecret: () => Promise<string> }) =>
  async (text: string): Promise<boolean> => {
    const { current, previous } = parseSecretPair(await readSecret(), FORM);
    return isSameText(text, current) || (previous !== undefined && isSameText(text, previous));
  };
