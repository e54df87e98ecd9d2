import type { AfterEnd, Catalog, Offer, TagRule } from './catalog.ts';
import { keepsAll } from './catalog-change.ts';
import type { Customer } from './customer.ts';
import { decide, type State } from './decide.ts';
import { canonicalJson } from './fingerprint.ts';
import { keptOf } from './kept-time.ts';
import { offerOf, offersIn } from './offers.ts';
import { type Right, rightsOf } from './rights.ts';
import type { EpochSeconds } from './time.ts';

/** What a right becomes under another catalog. 0 stands for one that is not there. */
export type RightChange = Omit<Right, 'door'> & {
  /** `kept`: what stays for somebody whose offer has ended. */
  readonly door: Right['door'] | 'kept';
  /** The tags that it is a right to; absent: everything in the repository. */
  readonly tag?: TagRule;
  readonly before: EpochSeconds;
  /** The tags that are left of a right to everything. */
  readonly left?: readonly TagRule[];
};

/** What would stay once an offer ends that is open now. */
export type AfterEndChange = {
  readonly offerId: string;
  readonly afterEnd: AfterEnd;
  readonly before: AfterEnd;
};

export type CatalogImpact = {
  readonly gains: readonly RightChange[];
  readonly losses: readonly RightChange[];
  readonly laterGains: readonly AfterEndChange[];
  readonly laterLosses: readonly AfterEndChange[];
};

/** The end of what is kept for ever. */
export const FOREVER: EpochSeconds = Number.MAX_SAFE_INTEGER;

/**
 * What a catalog would change for one customer if everything in it were accepted, worked out from the
 * subscriptions as last read.
 */
export const impactOf = (
  customer: Customer,
  { from, to }: { readonly from: Catalog; readonly to: Catalog },
  now: EpochSeconds,
): CatalogImpact => {
  const before = standingUnder(from, customer, now);
  const after = standingUnder(to, customer, now);
  const changes = [...new Map([...before.pieces, ...after.pieces]).values()].map((piece) => ({
    ...piece,
    until: untilOf(after, piece),
    before: untilOf(before, piece),
    ...leftOf(after, piece),
  }));
  const later = offersIn([...before.state.windows, ...after.state.windows]).map((offerId) => ({
    offerId,
    afterEnd: offerOf(to, offerId)?.afterEnd ?? 'deny',
    before: offerOf(from, offerId)?.afterEnd ?? 'deny',
  }));
  return {
    gains: changes.filter((change) => change.until > change.before),
    losses: changes.filter((change) => change.until < change.before),
    laterGains: later.filter((change) => !keepsAll(change.before, change.afterEnd)),
    laterLosses: later.filter((change) => !keepsAll(change.afterEnd, change.before)),
  };
};

/** One rule of one door to one repository. */
type Piece = Pick<RightChange, 'door' | 'repository' | 'until' | 'tag'>;

type Standing = { readonly state: State; readonly pieces: ReadonlyMap<string, Piece> };

const standingUnder = (catalog: Catalog, prior: Customer, now: EpochSeconds): Standing => {
  const catalogs = { deployed: catalog, accepted: catalog };
  const facts = { kind: 'nothing' } as const;
  const { state } = decide({ prior, facts, grants: prior.grants, catalogs, now });
  const pieces = new Map<string, Piece>();
  for (const piece of [...openPieces(catalog, state), ...keptPieces(catalog, state, now)]) {
    const known = pieces.get(keyOf(piece))?.until ?? 0;
    pieces.set(keyOf(piece), { ...piece, until: Math.max(piece.until, known) });
  }
  return { state, pieces };
};

const openPieces = (catalog: Catalog, { windows, accounts }: State): readonly Piece[] =>
  Object.entries(catalog.offers).flatMap(([id, offer]) =>
    windows
      .filter(({ offerId }) => offerId === id)
      .flatMap((window) => rightsOf(catalog, { windows: [window], accounts }))
      .flatMap((right) => byRule(offer, right)),
  );

const keptPieces = (catalog: Catalog, state: State, now: EpochSeconds): readonly Piece[] => {
  const kept = keptOf(state, { deployed: catalog, accepted: catalog }, now);
  return Object.entries(catalog.offers).flatMap(([id, offer]) =>
    kept
      .filter(({ offerId }) => offerId === id)
      .flatMap(({ endsAt }) =>
        offer.repositories.flatMap((repository) =>
          byRule(offer, {
            door: 'kept',
            repository,
            until: endsAt === 'never' ? FOREVER : endsAt,
          }),
        ),
      ),
  );
};

const byRule = ({ tags }: Offer, piece: Piece): readonly Piece[] =>
  tags.length === 0 ? [piece] : tags.map((tag) => ({ ...piece, tag }));

const keyOf = ({ door, repository, tag }: Piece): string =>
  `${door} ${repository} ${tag === undefined ? '' : canonicalJson(tag)}`;

const wholeOf = ({ tag: _tag, ...piece }: Piece): Piece => piece;

/** A right to everything is a right to each tag. */
const untilOf = ({ pieces }: Standing, piece: Piece): EpochSeconds =>
  Math.max(pieces.get(keyOf(piece))?.until ?? 0, pieces.get(keyOf(wholeOf(piece)))?.until ?? 0);

const leftOf = (
  { pieces }: Standing,
  { door, repository, tag }: Piece,
): Pick<RightChange, 'left'> => {
  if (tag !== undefined) return {};
  const left = [...pieces.values()].flatMap((other) =>
    other.door === door && other.repository === repository ? (other.tag ?? []) : [],
  );
  return left.length === 0 ? {} : { left };
};
