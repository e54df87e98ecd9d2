import { describe } from 'vitest';
import type { Stores } from '../support/stores.ts';
import { breakerContract } from './breaker.ts';
import { credentialStoreContract } from './credential-store.ts';
import { customerStoreContract } from './customer-store.ts';
import { dueIndexContract } from './due-index.ts';
import { memberStoreContract } from './member-store.ts';
import { stageStoreContract } from './stage-store.ts';

/** `open` answers with stores over an empty table, another one each time. */
export const storeContracts = (what: string, open: () => Promise<Stores>): void => {
  describe(`${what}: customers`, () => customerStoreContract(open));
  describe(`${what}: the index of the due`, () => dueIndexContract(open));
  describe(`${what}: members`, () => memberStoreContract(open));
  describe(`${what}: credentials`, () => credentialStoreContract(open));
  describe(`${what}: stage`, () => stageStoreContract(open));
  describe(`${what}: breaker`, () => breakerContract(open));
};
