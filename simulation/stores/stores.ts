import type {
  Breaker,
  CredentialStore,
  CustomerStore,
  DueIndex,
  Ledger,
  MemberStore,
  MissMeter,
  PullStore,
  ReleaseStore,
  StageStore,
} from '../../functions/ports.ts';

/** All store ports over one table: what a contract suite asks for. */
export type Stores = {
  readonly customers: CustomerStore;
  readonly due: DueIndex;
  readonly members: MemberStore;
  readonly credentials: CredentialStore;
  readonly stage: StageStore;
  readonly breaker: Breaker;
  readonly releases: ReleaseStore;
  readonly pulls: PullStore;
  readonly ledger: Ledger;
  readonly misses: MissMeter;
};
