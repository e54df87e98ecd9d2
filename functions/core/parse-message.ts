import type { Trigger } from './customer.ts';
import { fieldOf, textField } from './field.ts';
import type { Subject } from './subject.ts';

const KINDS: readonly Subject['kind'][] = ['customer', 'charge', 'subscription'];
const TRIGGERS: readonly Trigger[] = [
  'event',
  'due',
  'payment',
  'missed_event',
  'listing',
  'catalog',
  'drift',
  'operator',
  'restore',
];

/** A message of the customers queue, or `undefined` when it is not one of ours. */
export const parseSubject = (text: string): Subject | undefined => {
  const value = parseJson(text);
  const kind = KINDS.find((each) => each === textField(value, 'kind'));
  const because = TRIGGERS.find((each) => each === textField(value, 'because'));
  const id = textField(value, 'id');
  const occasion = textField(value, 'occasion');
  if (kind === undefined || because === undefined || id === undefined || occasion === undefined) {
    return undefined;
  }
  const strays = parseStrays(fieldOf(value, 'strays'));
  return { kind, id, because, occasion, ...(strays.length === 0 ? {} : { strays }) };
};

/** A message of the policies queue. */
export const parsePolicyMessage = (
  text: string,
): { readonly repository: string; readonly occasion: string } | undefined => {
  const value = parseJson(text);
  const repository = textField(value, 'repository');
  const occasion = textField(value, 'occasion');
  return repository === undefined || occasion === undefined ? undefined : { repository, occasion };
};

const parseStrays = (value: unknown): NonNullable<Subject['strays']> =>
  (Array.isArray(value) ? value : []).flatMap((pair: unknown) => {
    const repository = textField(pair, 'repository');
    const account = textField(pair, 'account');
    return repository === undefined || account === undefined ? [] : [{ repository, account }];
  });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is one of the ways not to be a message; the caller reports it.
    return undefined;
  }
};
