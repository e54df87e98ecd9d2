import { type Browser, chromium, type Page } from 'playwright-core';
import { catalog } from '../../bin/catalog.ts';
import { type Running, run } from '../../local/run.ts';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export type BrowserPage = {
  readonly page: Page;
  readonly running: Running;
  /** What the browser complained about: errors and warnings, and exceptions of the page. */
  readonly complaints: string[];
  /** Waits until the region shows the text. */
  sees(region: string, text: string | RegExp): Promise<void>;
  createCustomer(name: string, accounts?: string): Promise<void>;
  subscribe(product: string, more?: Readonly<Record<string, string>>): Promise<void>;
  /** Waits until the clock has arrived. */
  move(label: string): Promise<void>;
  close(): Promise<void>;
};

/** The local system with this vendor's catalog, and its page in a real browser. */
export const openBrowserPage = async (
  folder: string,
  viewport: { readonly width: number; readonly height: number },
): Promise<BrowserPage> => {
  const running = await start(folder);
  const browser: Browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
  const page = await browser.newPage({ viewport, reducedMotion: 'no-preference' });
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(running.pageUrl);
  const sees: BrowserPage['sees'] = (region, text) =>
    page.locator(region).filter({ hasText: text }).waitFor();
  return {
    page,
    running,
    complaints,
    sees,
    createCustomer: async (name, accounts = '') => {
      await page.locator('#create [name=name]').fill(name);
      await page.locator('#create [name=accounts]').fill(accounts);
      await page.getByRole('button', { name: 'Create customer' }).click();
      await sees('#stripe .who', name);
    },
    subscribe: async (product, more = {}) => {
      await page.locator('#subscribe [name=product]').selectOption({ label: product });
      for (const [name, label] of Object.entries(more)) {
        await page.locator(`#subscribe [name=${name}]`).selectOption({ label });
      }
      await page.getByRole('button', { name: 'Subscribe' }).click();
      await sees('#stripe .sub', product);
    },
    move: async (label) => {
      const before = (await page.locator('#now').textContent()) ?? '';
      await page.getByRole('button', { name: label, exact: true }).click();
      await page.locator('#now').filter({ hasNotText: before }).waitFor();
      await page.locator('#moves button:enabled').first().waitFor();
    },
    close: async () => {
      await browser.close();
      await running.close();
    },
  };
};

const start = async (folder: string): Promise<Running> => {
  const outcome = await run({
    port: 0,
    webhookPort: 0,
    registryPort: 0,
    reset: false,
    realStripe: undefined,
    folder,
    catalog,
    report: (message, error) => {
      throw new Error(message, { cause: error });
    },
  });
  if (outcome.kind === 'running') return outcome.running;
  throw new Error(outcome.sentences.join('\n'));
};

const browserPath = (): string => {
  const path = process.env.WHARFAGE_BROWSER;
  if (path !== undefined) return path;
  throw new Error('WHARFAGE_BROWSER is not set: start this with npm run test:interop');
};
