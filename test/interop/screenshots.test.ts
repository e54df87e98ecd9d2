import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BrowserPage, openBrowserPage } from '../support/browser-page.ts';

const FILE_BYTES_MAX = 400_000;

let folder: string;
let open: BrowserPage;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wharfage-pictures-'));
  open = await openBrowserPage(folder, { width: 1_440, height: 1_000 });
});
afterAll(async () => {
  await open.close();
  await rm(folder, { recursive: true, force: true });
});

/** Three customers, of whom one is in the days of grace with a credential that still waits. */
const liveThroughIt = async (): Promise<void> => {
  await open.createCustomer('Blue Heron Bank');
  await open.subscribe('Starter');
  await open.createCustomer('Copper Street', '444455556666, 555566667777');
  await open.subscribe('Enterprise', { interval: 'yearly' });
  await open.createCustomer('Northwind Labs', '111122223333');
  await open.subscribe('Pro');
  await open.createCustomer('Juniper Health', '222233334444');
  await open.subscribe('Pro', { trialDays: '14 days' });
  await open.page.locator('#stripe select').first().selectOption({ label: 'card fails' });
  await open.move('1 week');
  await open.move('1 week');
  await open.move('1 day');
  await open.move('1 day');
  await open.sees('#rights', /open, in grace/);
  await open.page.mouse.move(0, 0);
  // What lit up has gone out again.
  await open.page.waitForTimeout(2_500);
};

it('the picture of the README', async () => {
  await liveThroughIt();
  const path = fileURLToPath(new URL('../../docs/images/local.png', import.meta.url));
  await open.page.screenshot({ path });
  expect((await stat(path)).size).toBeLessThan(FILE_BYTES_MAX);
  expect(open.complaints).toEqual([]);
});
