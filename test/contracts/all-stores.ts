import { describe } from 'vitest';
import type { Stores } from '../../simulation/stores/stores.ts';
import { breakerContract } from './breaker.ts';
import { credentialStoreContract } from './credential-store.ts';
import { customerStoreContract } from './customer-store.ts';
import { dueIndexContract } from './due-index.ts';
import { ledgerContract } from './ledger.ts';
import { memberStoreContract } from './member-store.ts';
import { missMeterContract } from './miss-meter.ts';
import { pullStoreContract } from './pull-store.ts';
import { releaseListingContract } from './release-listing.ts';
import { releaseStoreContract } from './release-store.ts';
import { stageStoreContract } from './stage-store.ts';

/** `open` answers with stores over an empty table, another one each time. */
export const storeContracts = (what: string, open: () => Promise<Stores>): void => {
  describe(`${what}: customers`, () => customerStoreContract(open));
  describe(`${what}: the index of the due`, () => dueIndexContract(open));
  describe(`${what}: members`, () => memberStoreContract(open));
  describe(`${what}: credentials`, () => credentialStoreContract(open));
  describe(`${what}: stage`, () => stageStoreContract(open));
  describe(`${what}: breaker`, () => breakerContract(open));
  describe(`${what}: releases`, () => releaseStoreContract(open));
  describe(`${what}: listings of releases`, () => releaseListingContract(open));
  describe(`${what}: pulls`, () => pullStoreContract(open));
  describe(`${what}: ledger`, () => ledgerContract(open));
  describe(`${what}: misses`, () => missMeterContract(open));
};
