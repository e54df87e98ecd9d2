/** One difference between what is and what should be. */
export type Finding = {
  readonly area: 'stripe' | 'webhook' | 'sweep' | 'catalog' | 'customers' | 'credentials' | 'ecr';
  readonly what: string;
  readonly cause: string;
  /** A command, or what a person has to do. */
  readonly mend: string;
};
