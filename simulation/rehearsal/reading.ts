import { type Document, isNode, type LineCounter, type Node } from 'yaml';

/** Where something stands in a file, counted from 1. */
export type Spot = { readonly line: number; readonly column: number };

/** One mistake: where, what was found, what is allowed. */
export type Problem = Spot & { readonly text: string };

/** What entries further up have brought into the world: names that entries further down may use. */
export type Scope = {
  readonly customers: Set<string>;
  readonly subscriptions: Set<string>;
  /** What somebody may subscribe to: those of the catalogs, and what was created. */
  readonly products: Set<string>;
  readonly offers: ReadonlySet<string>;
  readonly repositories: ReadonlySet<string>;
  /** By their place in the plan. */
  readonly catalogs: readonly string[];
};

/** One file on its way from text to a rehearsal. */
export type Reading = {
  readonly source: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly problems: Problem[];
  /** Epoch seconds. */
  startsAt: number;
  /** Of the entry that is being read, in seconds since the beginning. */
  at: number;
  /** Which copy of an entry is being read: every `{n}` in it stands for this number. */
  copy: number | undefined;
  scope: Scope;
};

/** A value somewhere in the file. */
export type Place = {
  readonly reading: Reading;
  readonly node: unknown;
  /** `fault.status` */
  readonly path: string;
  /** For what has no place of its own: a field that is missing. */
  readonly spot: Spot;
};

const spotOf = ({ lines }: Pick<Reading, 'lines'>, node: Node, otherwise: Spot): Spot => {
  const [offset] = node.range ?? [];
  if (offset === undefined) return otherwise;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
};

export const placeOf = (above: Place, node: unknown, path: string): Place => ({
  reading: above.reading,
  node,
  path,
  spot: isNode(node) ? spotOf(above.reading, node, above.spot) : above.spot,
});

/** Notes a mistake, so that reading goes on and all of them are seen at once. */
export const note = ({ reading, spot }: Place, text: string): undefined => {
  reading.problems.push({ ...spot, text });
  return undefined;
};
