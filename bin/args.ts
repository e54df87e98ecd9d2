import { parseTime } from '../functions/core/time.ts';
import { type Args, UsageError } from './command.ts';

const CUSTOMER_ID = /^cus_[A-Za-z0-9_]{1,64}$/;
const CREDENTIAL_ID = /^[A-Za-z0-9]{12}$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/;

/** Exactly these positional arguments. */
export const positionals = (
  { positionals: given }: Args,
  ...names: readonly string[]
): readonly string[] => {
  if (given.length !== names.length) {
    const wanted = names.length === 0 ? 'no argument is allowed' : `wanted ${names.join(' ')}`;
    throw new UsageError(
      `${wanted}, got ${given.length === 0 ? 'nothing' : JSON.stringify(given.join(' '))}`,
    );
  }
  return given;
};

export const customerIdOf = (text: string | undefined): string => {
  if (text !== undefined && CUSTOMER_ID.test(text)) return text;
  throw new UsageError(
    `a Stripe customer id such as cus_NffrFeUfNV2Hib is needed, got ${shown(text)}`,
  );
};

export const credentialIdOf = (text: string | undefined): string | undefined => {
  if (text === undefined || CREDENTIAL_ID.test(text)) return text;
  throw new UsageError(`--credential takes 12 letters and digits, got ${shown(text)}`);
};

export const optionOf = ({ values }: Args, name: string): string | undefined => {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
};

export const requiredOption = (args: Args, name: string): string => {
  const text = optionOf(args, name);
  if (text === undefined || text.trim() === '') throw new UsageError(`--${name} is needed`);
  return text.trim();
};

export const isGiven = ({ values }: Args, name: string): boolean => values[name] === true;

export const wholeNumberOf = (
  args: Args,
  name: string,
  { fallback, max }: { readonly fallback: number; readonly max: number },
): number => {
  const text = optionOf(args, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= max) return value;
  throw new UsageError(`--${name} takes a whole number from 0 to ${max}, got ${shown(text)}`);
};

const ACTOR = /^[^\p{Cc}]{1,100}$/u;

/** Who does it, as `--by` says; the audit trail keeps it. */
export const actorOf = (args: Args): string | undefined => {
  const by = optionOf(args, 'by')?.trim();
  if (by === undefined || ACTOR.test(by)) return by;
  throw new UsageError(`--by takes a name of 1 to 100 characters, got ${shown(by)}`);
};

/** Options that another act of the same command has: what is ignored would pass for done. */
export const onlyOptions = (
  { values }: Args,
  command: string,
  { own, all }: { readonly own: readonly string[]; readonly all: readonly string[] },
): void => {
  const foreign = all.filter((name) => values[name] !== undefined && !own.includes(name));
  if (foreign.length === 0) return;
  const allowed = own.map((name) => `--${name}`).join(', ');
  throw new UsageError(
    `${command} does not take ${foreign.map((name) => `--${name}`).join(', ')}; it takes ${allowed}`,
  );
};

/** A UTC day, which means its first second, or an instant. */
export const instantOf = (args: Args, name: string): number => {
  const text = requiredOption(args, name);
  const at = DATE.test(text) ? parseTime(Date.parse(text) / 1_000) : undefined;
  // A day that is not in the calendar is refused, and not taken for one of the next month.
  if (at !== undefined && new Date(at * 1_000).toISOString().startsWith(text.slice(0, 10))) {
    return at;
  }
  throw new UsageError(
    `--${name} takes a UTC day such as 2027-01-31, or an instant such as 2027-01-31T12:00Z, got ${shown(text)}`,
  );
};

const shown = (text: string | undefined): string =>
  text === undefined ? 'nothing' : JSON.stringify(text.slice(0, 100));
