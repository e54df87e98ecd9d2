import { badParameter, type StripeFailure } from './errors.ts';

/** The parameters of one request, each checked the way Stripe checks it. */
export type Query = URLSearchParams;

const PAGE_MAX = 100;
const PAGE_DEFAULT = 10;
const EXPAND_DEPTH_MAX = 4;
const RANGES = ['gt', 'gte', 'lt', 'lte'] as const;

/** `types[0]` and `types[]` are one parameter. */
const plain = (name: string): string => name.replace(/\[\d*\]$/, '');

/** Values of a list parameter. */
export const valuesOf = (query: Query, name: string): readonly string[] =>
  [...query].filter(([key]) => key !== name && plain(key) === name).map(([, value]) => value);

/** A parameter that Stripe does not know is refused, so that a misspelt filter never widens a list. */
export const refuseUnknown = (
  query: Query,
  known: readonly string[],
): StripeFailure | undefined => {
  const unknown = [...query.keys()].find(
    (name) => !known.includes(plain(name)) && !known.includes(plain(name).replace(/\[\w+\]$/, '')),
  );
  return unknown === undefined
    ? undefined
    : badParameter(unknown, `Received unknown parameter: ${unknown}`, 'parameter_unknown');
};

export const refuseLimit = (query: Query): StripeFailure | undefined => {
  const text = query.get('limit');
  if (text === null) return undefined;
  if (!/^-?\d+$/.test(text)) {
    return badParameter('limit', `Invalid integer: ${text}`, 'parameter_invalid_integer');
  }
  const limit = Number(text);
  return limit >= 1 && limit <= PAGE_MAX
    ? undefined
    : badParameter('limit', `Invalid limit ${limit}: it must be between 1 and ${PAGE_MAX}.`);
};

export const limitOf = (query: Query): number => Number(query.get('limit') ?? PAGE_DEFAULT);

/** Times are whole seconds: milliseconds or a date as text are refused. */
export const refuseRange = (query: Query, name: string): StripeFailure | undefined => {
  const given = [...query].filter(([key]) => key === name || key.startsWith(`${name}[`));
  for (const [key, value] of given) {
    const isKnown = key === name || RANGES.some((bound) => key === `${name}[${bound}]`);
    if (!isKnown) return badParameter(key, `Received unknown parameter: ${key}`);
    if (!/^\d{1,10}$/.test(value)) {
      return badParameter(key, `Invalid timestamp: ${value} is not a number of seconds.`);
    }
  }
  return undefined;
};

export const isInRange = (query: Query, name: string, at: number): boolean => {
  const bound = (key: string, otherwise: number): number =>
    query.has(key) ? Number(query.get(key)) : otherwise;
  return (
    at >= bound(`${name}[gte]`, Number.NEGATIVE_INFINITY) &&
    at > bound(`${name}[gt]`, Number.NEGATIVE_INFINITY) &&
    at <= bound(`${name}[lte]`, Number.POSITIVE_INFINITY) &&
    at < bound(`${name}[lt]`, Number.POSITIVE_INFINITY) &&
    at === bound(name, at)
  );
};

export const refuseExpand = (query: Query): StripeFailure | undefined => {
  const deep = valuesOf(query, 'expand').find((path) => path.split('.').length > EXPAND_DEPTH_MAX);
  return deep === undefined
    ? undefined
    : badParameter(
        'expand',
        `You cannot expand more than ${EXPAND_DEPTH_MAX} levels of a property. Property: ${deep}`,
      );
};
