import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Stripe from 'stripe';
import { onTestFinished } from 'vitest';
import { type StripeServerProps, stripeServer } from '../../../local/stripe/server.ts';

export const KEY = 'rk_test_0000000000000000';
export const API_VERSION = '2026-10-28.endive';
export const MINUTE = 60;
export const HOUR = 3_600;
export const DAY = 86_400;
/** 1 November 2026, noon. */
export const START = 1_793_534_400;

/** A Stripe of its own for one test, the SDK pointed at it, and the clock in the test's hand. */
export const standIn = async (
  props: Partial<Omit<StripeServerProps, 'now'>> = {},
  { key = KEY, timeout = 5_000 } = {},
) => {
  const clock = { now: START };
  const server = await stripeServer({ key: KEY, ...props, now: () => clock.now });
  onTestFinished(server.close);
  const sdk = new Stripe(key, {
    apiVersion: API_VERSION,
    host: '127.0.0.1',
    port: server.port,
    protocol: 'http',
    maxNetworkRetries: 0,
    timeout,
    telemetry: false,
  });
  const { world } = server;
  const moveTo = (at: number): void => {
    clock.now = at;
    world.tick();
  };
  return { ...server, clock, sdk, moveTo, move: (seconds: number) => moveTo(clock.now + seconds) };
};

export type StandIn = Awaited<ReturnType<typeof standIn>>;

/** One product, and one customer who subscribes to it. */
export const subscriber = (
  { world }: StandIn,
  request: Partial<Parameters<StandIn['world']['subscribe']>[0]> = {},
) => {
  const product = world.createProduct({ name: 'App' });
  const customer = world.createCustomer({ email: 'ada@example.com' });
  const subscription = world.subscribe({ customer, products: [product], ...request });
  return { product, customer, subscription };
};

/** A webhook endpoint that keeps what it gets and answers what the test says. */
export const endpoint = async () => {
  const received: { readonly body: string; readonly signature: string }[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const signature = String(request.headers['stripe-signature']);
      received.push({ body: Buffer.concat(chunks).toString('utf8'), signature });
      response.writeHead(answer.status, { location: '/elsewhere' }).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const ids = () => received.map(({ body }) => (JSON.parse(body) as { id: string }).id);
  return { url: `http://127.0.0.1:${port}/stripe`, received, answer, ids };
};
