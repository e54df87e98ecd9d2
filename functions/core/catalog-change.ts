import type { AfterEnd, Catalog, Offer } from './catalog.ts';
import type { Catalogs } from './members-of.ts';
import { offerOf } from './offers.ts';
import { coversTags } from './tag-cover.ts';

const DOOR_RANK = { none: 0, pull: 1, pull_and_cache: 2 } as const;
const DISPUTE_RANK = { suspend: 0, ignore: 1 } as const;
const REFUND_RANK = { revoke: 0, ignore: 1 } as const;
const PAUSE_RANK = { suspend: 0, suspend_void: 1, keep: 2 } as const;

/** While it lasts, the offer gives every repository, tag and door that the other one gives. */
export const givesAll = (offer: Offer | undefined, wanted: Offer | undefined): boolean =>
  offer !== undefined &&
  wanted !== undefined &&
  DOOR_RANK[offer.awsAccounts] >= DOOR_RANK[wanted.awsAccounts] &&
  coversTags(offer.tags, wanted.tags) &&
  wanted.repositories.every((repository) => offer.repositories.includes(repository));

/** After its end the one keeps all that the other keeps, for as long and for as little. */
export const keepsAll = (afterEnd: AfterEnd, wanted: AfterEnd): boolean => {
  if (wanted === 'deny') return true;
  return (
    afterEnd !== 'deny' &&
    daysOf(afterEnd.keep) >= daysOf(wanted.keep) &&
    afterEnd.keep.afterPaidDays <= wanted.keep.afterPaidDays
  );
};

const daysOf = ({ days }: Exclude<AfterEnd, 'deny'>['keep']): number =>
  days === 'forever' ? Number.POSITIVE_INFINITY : days;

/** Nobody can lose anything by going from one catalog to the other, whoever they are. */
export const canOnlyGain = (from: Catalog, to: Catalog): boolean =>
  Object.entries(from.offers).every(([offerId, before]) =>
    isCovered(before, offerOf(to, offerId)),
  ) &&
  DISPUTE_RANK[to.onDispute] >= DISPUTE_RANK[from.onDispute] &&
  REFUND_RANK[to.onFullRefund] >= REFUND_RANK[from.onFullRefund] &&
  PAUSE_RANK[to.onPauseCollection] >= PAUSE_RANK[from.onPauseCollection] &&
  (to.trustSendInvoice || !from.trustSendInvoice);

const isCovered = (before: Offer, after: Offer | undefined): boolean =>
  after !== undefined &&
  givesAll(after, before) &&
  keepsAll(after.afterEnd, before.afterEnd) &&
  after.graceDays >= before.graceDays &&
  before.products.every((product) => after.products.includes(product));

/** What changes anything under the deployed or the accepted catalog: about the rest nobody asks Stripe. */
export type Reactions = { readonly toDisputes: boolean; readonly toRefunds: boolean };

export const reactionsOf = ({ deployed, accepted }: Catalogs): Reactions => ({
  toDisputes: [deployed, accepted].some(({ onDispute }) => onDispute !== 'ignore'),
  toRefunds: [deployed, accepted].some(({ onFullRefund }) => onFullRefund !== 'ignore'),
});

export const looksAtPayments = (catalogs: Catalogs): boolean => {
  const { toDisputes, toRefunds } = reactionsOf(catalogs);
  return toDisputes || toRefunds;
};
