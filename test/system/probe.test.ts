import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ProbeReport, type ProbeRequest, runProbe } from '../../bin/probe/run-probe.ts';
import { httpWire } from '../../bin/probe/wire.ts';
import { type RegistryWorld, registryWorld } from '../support/registry-world.ts';

const WORLD_STARTS_WITHIN_MS = 120_000;
const APP = { repository: 'acme/app', tag: '1.1.0' };

let world: RegistryWorld;
beforeAll(async () => {
  world = await registryWorld();
}, WORLD_STARTS_WITHIN_MS);
afterAll(() => world.close());

const probe = (request: Omit<ProbeRequest, 'origin'>): Promise<ProbeReport> =>
  runProbe(httpWire, () => {})({ origin: world.origin, ...request });

const namesOf = ({ checks }: ProbeReport, outcome: string): readonly string[] =>
  checks.filter((check) => check.outcome === outcome).map(({ name, what }) => `${name}: ${what}`);

describe('the probe of the local registry', () => {
  // The stand-in of the Function URL measures the body, and that of a layer's HEAD is empty: docs/gateway.md, Limits.
  it('finds nothing wrong for a customer who pays but the length of a layer from HEAD', async () => {
    const { username, secret } = await world.customer();
    const report = await probe({ login: { username, secret }, target: APP });
    expect(namesOf(report, 'wrong')).toStrictEqual([]);
    expect(namesOf(report, 'odd')).toStrictEqual([
      expect.stringMatching(/^HEAD of a blob: 200, but Content-Length is 0, wanted \d+$/),
    ]);
    expect(namesOf(report, 'fine').length).toBeGreaterThan(20);
    expect(report.latencies.map(({ samples }) => samples)).toStrictEqual([15, 15]);
  });

  it('finds the sentence at its place for each class of a customer who lapsed', async () => {
    const customer = await world.customer();
    await customer.lapse();
    const { username, secret } = customer;
    const report = await probe({ login: { username, secret }, target: APP });
    expect(namesOf(report, 'wrong')).toStrictEqual([]);
    expect(namesOf(report, 'fine').filter((name) => name.startsWith('lapsed'))).toHaveLength(3);
  });

  it('sees how a token is refused that has expired', async () => {
    const { token: oldToken } = await probe({ login: await world.customer(), target: APP });
    if (oldToken === undefined) throw new Error('the probe got no token');
    world.clock.advance(7_200);
    const report = await probe({ oldToken });
    expect(namesOf(report, 'fine')).toContain('expired token: 401 with error="invalid_token"');
  });

  it('sees the notice of access that ends soon', async () => {
    const customer = await world.customer();
    await customer.endSoon();
    const { username, secret } = customer;
    const report = await probe({ login: { username, secret }, target: APP });
    expect(namesOf(report, 'fine')).toContainEqual(
      expect.stringMatching(/^notice before the end: shown: 299 - "access ends on .* https?:/),
    );
  });
});
