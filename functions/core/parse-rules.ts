import validRange from 'semver/ranges/valid.js';
import type { AfterEnd, TagRule } from './catalog.ts';
import {
  type Fields,
  isRecord,
  type Note,
  readFields,
  readWholeNumber,
  shown,
} from './catalog-fields.ts';
import { canonicalJson } from './fingerprint.ts';

/** Each is tried against each tag. */
const RULES_MAX = 20;
const RANGE_CHARACTERS_MAX = 128;
const GLOB = /^[A-Za-z0-9_.*-]{1,128}$/;

const KEEP_DAYS_MAX = 36_500;
const AFTER_PAID_DAYS = { fallback: 365, max: KEEP_DAYS_MAX, unit: 'days' };

/** The tags that an offer sells; none means all there is, and is what a missing list means too. */
export const readTags = (path: string, value: unknown, note: Note): readonly TagRule[] => {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > RULES_MAX) {
    note(path, `is ${shown(value)}`, `a list of up to ${RULES_MAX} rules is needed`);
    return [];
  }
  const rules = new Map<string, TagRule>();
  for (const [index, entry] of value.entries()) {
    const where = `${path}[${index}]`;
    const rule = readRule(where, entry, note);
    if (rule === undefined) continue;
    const text = canonicalJson(rule);
    if (rules.has(text)) note(where, `is ${text}`, 'it is in this list already');
    rules.set(text, rule);
  }
  return [...rules.values()];
};

const readRule = (path: string, value: unknown, note: Note): TagRule | undefined => {
  const { semver, glob } = readFields(path, value, ['semver', 'glob'], note);
  if (!isRecord(value)) return undefined;
  if ((semver === undefined) === (glob === undefined)) {
    note(
      path,
      `has ${semver === undefined ? 'neither' : 'both'}`,
      'either semver or glob is needed',
    );
    return undefined;
  }
  return semver === undefined
    ? readGlob(`${path}.glob`, glob, note)
    : readRange(`${path}.semver`, semver, note);
};

const readGlob = (path: string, value: unknown, note: Note): TagRule | undefined => {
  if (typeof value === 'string' && GLOB.test(value)) return { glob: value };
  note(
    path,
    `is ${shown(value)}`,
    '1 to 128 of the characters of a tag (a-z, A-Z, 0-9, _ . -) and * are allowed',
  );
  return undefined;
};

const readRange = (path: string, value: unknown, note: Note): TagRule | undefined => {
  const isRange =
    typeof value === 'string' &&
    value.trim() !== '' &&
    value.length <= RANGE_CHARACTERS_MAX &&
    validRange(value) !== null;
  if (isRange) return { semver: value };
  note(
    path,
    `is ${shown(value)}`,
    `a range of versions as npm reads it is needed, at most ${RANGE_CHARACTERS_MAX} characters, such as ^1.4 or >=2 <4`,
  );
  return undefined;
};

/** What stays when an offer has ended. */
export const readAfterEnd = (path: string, value: unknown, note: Note): AfterEnd => {
  if (value === undefined || value === 'deny') return 'deny';
  if (!isRecord(value)) {
    note(path, `is ${shown(value)}`, '"deny" or an object with the field keep is needed');
    return 'deny';
  }
  const { keep } = readFields(path, value, ['keep'], note);
  return {
    keep: readKeep(`${path}.keep`, readFields(`${path}.keep`, keep, KEEP_FIELDS, note), note),
  };
};

const KEEP_FIELDS = ['days', 'afterPaidDays'];

const readKeep = (
  path: string,
  { days, afterPaidDays }: Fields,
  note: Note,
): Exclude<AfterEnd, 'deny'>['keep'] => ({
  days: readDays(`${path}.days`, days, note),
  afterPaidDays: readWholeNumber(`${path}.afterPaidDays`, afterPaidDays, AFTER_PAID_DAYS, note),
});

const readDays = (path: string, value: unknown, note: Note): number | 'forever' => {
  if (value === 'forever') return value;
  const isDays =
    typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= KEEP_DAYS_MAX;
  if (isDays) return value;
  note(
    path,
    `is ${shown(value)}`,
    `a whole number of days from 1 to ${KEEP_DAYS_MAX}, or "forever", is needed`,
  );
  return 1;
};
