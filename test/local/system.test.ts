import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isEventType } from '../../functions/core/event-types.ts';
import { localStores } from '../../local/stores.ts';
import { type LocalPage, startLocalPage } from '../support/local-page.ts';

const DAY = 86_400;

let page: LocalPage;
beforeAll(async () => {
  page = await startLocalPage();
});
afterAll(() => page.close());

const subscribe = async (accounts: string): Promise<string> => {
  const customer = await page.act({ act: 'create_customer', name: accounts, accounts });
  const subscription = { act: 'subscribe', customer, product: 'prod_pro', interval: 'month' };
  await page.act({ ...subscription, payment: 'ok' });
  return customer;
};

describe('the local system', () => {
  it('delivers the events that the endpoint subscribes to, and no others', async () => {
    await subscribe('111122223333');
    const { log } = page.system.farEnds.stripe?.delivery ?? { log: () => [] };
    expect(log().length).toBeGreaterThan(2);
    expect(log().filter(({ type }) => !isEventType(type))).toEqual([]);
  });

  it('what was just done belongs to the time before a move', async () => {
    const world = page.system.farEnds.stripe?.world;
    const customer = world?.createCustomer({ name: 'Ada' }) ?? '';
    const { now } = await page.state();
    world?.subscribe({ customer, products: ['prod_starter'] });
    await page.move({ seconds: DAY });
    const [opened] = (await page.customer(customer)).wharfage.audit;
    expect((opened?.at ?? 0) - now).toBeLessThan(60);
  });

  it('has settled although a change of a policy waits for its turn, and others behind it', async () => {
    await subscribe('222233334444');
    await subscribe('333344445555');
    await subscribe('555566667777');
    await page.system.settle();
    const { queues, repositories } = await page.state();
    const policies = queues.find(({ name }) => name.endsWith('policies.fifo'));
    expect(policies?.inFlight).toBeGreaterThan(0);
    expect(repositories.every(({ waitsUntil }) => waitsUntil !== null)).toBe(true);
  });

  it('collects what has expired, as DynamoDB does', async () => {
    const customer = await subscribe('444455556666');
    const stores = localStores(page.system.farEnds.table);
    const written = async (): Promise<number> => {
      const { members } = await stores.members.readRepository('acme/agent');
      return members.filter(({ account }) => account === '444455556666').length;
    };
    await page.act({ act: 'set_accounts', customer, accounts: '' });
    expect(await written()).toBe(1);
    await page.move({ seconds: 9 * DAY });
    expect(await written()).toBe(0);
    stores.close();
  });
});
