/** What the test says to a process of functions. */
export type ToWorker =
  | { readonly kind: 'clock'; readonly offsetSeconds: number }
  /** How many invocations are under way? */
  | { readonly kind: 'ask'; readonly id: number }
  /** One tick; answered when it is over. */
  | { readonly kind: 'sweep'; readonly id: number };

export type FromWorker =
  | { readonly kind: 'ready'; readonly webhookUrl: string }
  | { readonly kind: 'answer'; readonly id: number; readonly running: number };
