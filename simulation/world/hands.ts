import type { Refusal } from '../../functions/core/refusal.ts';

/** A pull credential as a customer holds it. */
export type Held = { readonly credentialId: string; readonly secretText: string };

/** What became of one request of one customer at the gateway. */
export type PullNote = {
  readonly customerId: string;
  readonly credentialId: string;
  readonly repository: string;
  readonly request: 'login' | 'manifest' | 'blob';
  readonly tag: string;
  readonly sentAt: number;
  readonly at: number;
  readonly outcome:
    | { readonly kind: 'served'; readonly digest?: string }
    | { readonly kind: 'refused'; readonly because: Refusal['kind'] }
    /** Died, timed out, or no credential to come with. */
    | { readonly kind: 'nothing'; readonly because: string };
};

/** What customers have in their hands, and what they met. */
export type Hands = {
  readonly held: Map<string, Held[]>;
  readonly tokens: Map<string, { readonly token: string; readonly until: number }>;
  /** Every secret that was shown, and how often. */
  readonly shown: Map<string, number>;
  readonly pulls: PullNote[];
};

export const emptyHands = (): Hands => ({
  held: new Map(),
  tokens: new Map(),
  shown: new Map(),
  pulls: [],
});
