export type Answer = {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
};

const REMAPPED = ['www-authenticate', 'date', 'server', 'user-agent', 'content-md5'];

/** What the caller gets for a handler's result. */
export const answerOf = (result: unknown): Answer => {
  if (!isObject(result) || result.statusCode === undefined) {
    return {
      status: 200,
      headers: [['content-type', 'application/json']],
      body: Buffer.from(typeof result === 'string' ? result : (JSON.stringify(result) ?? '')),
    };
  }
  const headers = Object.entries(isObject(result.headers) ? result.headers : {}).map(
    ([name, value]) => [remapped(name), String(value)] as const,
  );
  const cookies = Array.isArray(result.cookies) ? result.cookies : [];
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return {
    status: statusOf(result.statusCode),
    headers: [
      ...(hasType ? [] : [['content-type', 'application/json'] as const]),
      ...headers.filter(([name]) => name.toLowerCase() !== 'content-length'),
      ...cookies.map((cookie) => ['set-cookie', String(cookie)] as const),
    ],
    body: Buffer.from(
      String(result.body ?? ''),
      result.isBase64Encoded === true ? 'base64' : 'utf8',
    ),
  };
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const remapped = (name: string): string =>
  REMAPPED.includes(name.toLowerCase()) ? `x-amzn-Remapped-${name}` : name;

const statusOf = (value: unknown): number => {
  const status = Number(value);
  if (Number.isInteger(status) && status >= 100 && status <= 599) return status;
  throw new Error(`statusCode must be from 100 to 599, got ${JSON.stringify(value)}`);
};
