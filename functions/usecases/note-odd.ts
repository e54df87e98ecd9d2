import type { Report } from '../ports.ts';

export type Odd = {
  readonly because: 'oversized' | 'ambiguous' | 'mismatch' | 'foreign_layers' | 'too_much_below';
  readonly digest: string;
  readonly detail?: string;
  /** Those that name other places to be fetched from. */
  readonly layers?: readonly string[];
};

const LAYERS_NAMED_MAX = 10;

/** Something in ECR that customers cannot pull as the vendor may expect. */
export const noteOdd = (
  { report }: { readonly report: Report },
  repository: string,
  { layers, ...odd }: Odd,
): void => {
  const named = layers === undefined ? {} : { layers: layers.slice(0, LAYERS_NAMED_MAX) };
  report.count('ReleaseOdd', { repository, ...odd, ...named });
};
