import type { Catalog, Offer } from './catalog.ts';
import type { Note } from './catalog-fields.ts';
import { canonicalJson } from './fingerprint.ts';

/** The catalog travels on the bundler's command line and is kept twice in one table item. */
const JSON_CHARACTERS_MAX = 64_000;

/** Stripe repeats a webhook for three days: with less grace an outage closes access that was paid for. */
const GRACE_DAYS_ADVISED_MIN = 3;

/** Mistakes that no field shows alone. */
export const checkCatalog = (catalog: Catalog, note: Note): void => {
  for (const [productId, [first, ...others]] of offersBy(catalog, ({ products }) => products)) {
    for (const other of others) {
      note(
        `offers.${other.id}.products`,
        `has ${productId}, which offers.${first.id}.products has too`,
        'a product opens one offer',
      );
    }
  }
  for (const [repository, sharing] of offersBy(catalog, atAwsDoor)) {
    checkActions(repository, sharing, note);
  }
  for (const [id, offer] of Object.entries(catalog.offers)) {
    checkTags({ ...offer, id }, note);
    checkKeep(catalog, { ...offer, id }, note);
  }
  const characters = canonicalJson(catalog).length;
  if (characters > JSON_CHARACTERS_MAX) {
    note('catalog', `has ${characters} characters as JSON`, `${JSON_CHARACTERS_MAX} are allowed`);
  }
};

/** What is allowed and yet most likely not meant. */
export const warningsOf = (catalog: Catalog): readonly string[] =>
  Object.entries(catalog.offers)
    .filter(([, { graceDays }]) => graceDays < GRACE_DAYS_ADVISED_MIN)
    .map(
      ([id, { graceDays }]) =>
        `offers.${id}.graceDays is ${graceDays}: below ${GRACE_DAYS_ADVISED_MIN} days an outage or a late payment closes access of customers who go on paying`,
    );

type NamedOffer = Offer & { readonly id: string };

const atAwsDoor = ({ repositories, awsAccounts }: Offer): readonly string[] =>
  awsAccounts === 'none' ? [] : repositories;

/** Whoever may pull from ECR may pull every tag. */
const checkTags = ({ id, tags, awsAccounts }: NamedOffer, note: Note): void => {
  if (tags.length === 0 || awsAccounts === 'none') return;
  note(
    `offers.${id}.tags`,
    `has rules where offers.${id}.awsAccounts is "${awsAccounts}"`,
    'the AWS door cannot tell tags apart, so an offer with tags needs awsAccounts "none"',
  );
};

/** Unless the catalog reacts to them, nobody looks for disputes and refunds, and that time would count as paid. */
const checkKeep = (
  { onDispute, onFullRefund }: Catalog,
  { id, afterEnd }: NamedOffer,
  note: Note,
): void => {
  if (afterEnd === 'deny') return;
  const path = `offers.${id}.afterEnd`;
  if (onDispute !== 'suspend') {
    note(
      path,
      `has keep where onDispute is "${onDispute}"`,
      'time whose payment is disputed must not count as paid, so keep needs onDispute "suspend"',
    );
  }
  if (onFullRefund !== 'revoke') {
    note(
      path,
      `has keep where onFullRefund is "${onFullRefund}"`,
      'time that was refunded must not count as paid, so keep needs onFullRefund "revoke"',
    );
  }
};

/** A repository policy has one list of actions, so nobody can be given less than his neighbour. */
const checkActions = (
  repository: string,
  [first, ...others]: readonly [NamedOffer, ...NamedOffer[]],
  note: Note,
): void => {
  const other = others.find(({ awsAccounts }) => awsAccounts !== first.awsAccounts);
  if (other === undefined) return;
  note(
    `offers.${other.id}.awsAccounts`,
    `is "${other.awsAccounts}" where offers.${first.id}.awsAccounts is "${first.awsAccounts}", and both have ${repository}`,
    'a repository has one policy, so offers that share it must agree, or be "none"',
  );
};

const offersBy = (
  { offers }: Catalog,
  keysOf: (offer: Offer) => readonly string[],
): ReadonlyMap<string, readonly [NamedOffer, ...NamedOffer[]]> => {
  const byKey = new Map<string, readonly [NamedOffer, ...NamedOffer[]]>();
  for (const [id, offer] of Object.entries(offers)) {
    for (const key of keysOf(offer)) {
      const named = { ...offer, id };
      const before = byKey.get(key);
      byKey.set(key, before === undefined ? [named] : [...before, named]);
    }
  }
  return byKey;
};
