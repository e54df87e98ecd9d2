import type { AfterEnd, Catalog, Offer } from './catalog.ts';
import { checkCatalog, warningsOf } from './catalog-checks.ts';
import {
  cut,
  ENTRIES_MAX,
  type Fields,
  isRecord,
  type Note,
  readChoice,
  readFields,
  readList,
  readWholeNumber,
  shown,
} from './catalog-fields.ts';
import { readAfterEnd, readTags } from './parse-rules.ts';

/** What the vendor writes: an offer needs products and repositories, all else has a default. */
export type CatalogInput = Partial<Omit<Catalog, 'offers'>> & {
  readonly offers: Readonly<Record<string, OfferInput>>;
};

type OfferInput = Pick<Offer, 'products' | 'repositories'> &
  Partial<Omit<Offer, 'afterEnd'>> & { readonly afterEnd?: 'deny' | KeepInput };

type Keep = Exclude<AfterEnd, 'deny'>['keep'];
type KeepInput = { readonly keep: Pick<Keep, 'days'> & Partial<Keep> };

export type CatalogParse =
  | { readonly kind: 'catalog'; readonly catalog: Catalog; readonly warnings: readonly string[] }
  /** Every mistake there is: where, what was found, what is allowed. */
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const OFFER_ID = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const PRODUCT = {
  pattern: /^prod_[A-Za-z0-9_]{1,64}$/,
  allowed: 'a Stripe product id is needed, such as prod_NWjs8kKbJWmuuc',
};
const NAME_PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const REPOSITORY = {
  pattern: new RegExp(`^(?=.{2,256}$)${NAME_PART}(?:/${NAME_PART})*$`),
  allowed:
    'the exact name of an ECR repository is needed: 2 to 256 characters, words of a-z and 0-9 joined by . or _ or __ or - or /',
};
const GRACE_DAYS = { fallback: 14, max: 60, unit: 'days' };

/** Reads a catalog from any JSON value, and never throws. */
export const parseCatalog = (value: unknown): CatalogParse => {
  const problems: string[] = [];
  const note: Note = (path, found, allowed) => {
    problems.push(`${path} ${found}: ${allowed}`);
  };
  const catalog = readCatalog(value, note);
  if (catalog !== undefined) checkCatalog(catalog, note);
  return catalog === undefined || problems.length > 0
    ? { kind: 'invalid', problems }
    : { kind: 'catalog', catalog, warnings: warningsOf(catalog) };
};

const readCatalog = (value: unknown, note: Note): Catalog | undefined => {
  if (!isRecord(value)) {
    note('catalog', `is ${shown(value)}`, 'an object with the field offers is needed');
    return undefined;
  }
  const { offers, ...settings } = readFields('catalog', value, CATALOG_FIELDS, note);
  return { offers: readOffers(offers, note), ...readSettings(settings, note) };
};

const CATALOG_FIELDS = [
  'offers',
  'onDispute',
  'onFullRefund',
  'onPauseCollection',
  'trustSendInvoice',
];

const readSettings = (fields: Fields, note: Note): Omit<Catalog, 'offers'> => {
  const { onDispute, onFullRefund, onPauseCollection, trustSendInvoice } = fields;
  return {
    onDispute: readChoice('onDispute', onDispute, ['ignore', 'suspend'], note),
    onFullRefund: readChoice('onFullRefund', onFullRefund, ['ignore', 'revoke'], note),
    onPauseCollection: readChoice(
      'onPauseCollection',
      onPauseCollection,
      ['keep', 'suspend_void', 'suspend'],
      note,
    ),
    trustSendInvoice: readChoice('trustSendInvoice', trustSendInvoice, [false, true], note),
  };
};

const readOffers = (value: unknown, note: Note): Catalog['offers'] => {
  if (!isRecord(value)) {
    note('offers', `is ${shown(value)}`, 'an object with one entry for each offer is needed');
    return {};
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || entries.length > ENTRIES_MAX) {
    note('offers', `has ${entries.length} entries`, `1 to ${ENTRIES_MAX} are allowed`);
  }
  return Object.fromEntries(
    entries.slice(0, ENTRIES_MAX).map(([id, offer]) => [id, readOffer(id, offer, note)]),
  );
};

const OFFER_FIELDS = ['products', 'repositories', 'graceDays', 'awsAccounts', 'tags', 'afterEnd'];

const readOffer = (id: string, value: unknown, note: Note): Offer => {
  const path = `offers.${cut(id)}`;
  if (!OFFER_ID.test(id)) {
    note(
      path,
      'is not an offer id',
      '1 to 40 of a-z, 0-9, _ and - are allowed, a letter or digit first',
    );
  }
  const fields = readFields(path, value, OFFER_FIELDS, note);
  const { products, repositories, graceDays, awsAccounts, tags, afterEnd } = fields;
  return {
    products: readList(`${path}.products`, products, PRODUCT, note),
    repositories: readList(`${path}.repositories`, repositories, REPOSITORY, note),
    graceDays: readWholeNumber(`${path}.graceDays`, graceDays, GRACE_DAYS, note),
    awsAccounts: readChoice(
      `${path}.awsAccounts`,
      awsAccounts,
      ['none', 'pull', 'pull_and_cache'],
      note,
    ),
    tags: readTags(`${path}.tags`, tags, note),
    afterEnd: readAfterEnd(`${path}.afterEnd`, afterEnd, note),
  };
};
