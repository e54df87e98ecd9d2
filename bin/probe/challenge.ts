/** The parameters of a `WWW-Authenticate: Bearer …` line; `undefined` for any other scheme. */
export const parseChallenge = (line: string): Readonly<Record<string, string>> | undefined => {
  const [scheme = '', ...rest] = line.split(' ');
  if (scheme.toLowerCase() !== 'bearer') return undefined;
  return Object.fromEntries(
    [...rest.join(' ').matchAll(PARAMETER)].map(([, name = '', value = '']) => [name, value]),
  );
};

const PARAMETER = /([a-z_]+)="([^"]*)"/g;
