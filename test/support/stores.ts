import type {
  Breaker,
  CredentialStore,
  CustomerStore,
  DueIndex,
  MemberStore,
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
};
