import type { Deps } from '../../bin/command.ts';
import type { Target } from '../../bin/open-deployment.ts';
import type { Wire } from '../../bin/probe/wire.ts';
import { main } from '../../bin/wharfage.ts';
import type { Catalog } from '../../functions/core/catalog.ts';
import { catalogHash } from '../../functions/core/catalog-hash.ts';
import type { CatalogParse } from '../../functions/core/parse-catalog.ts';
import { isEnded } from '../../functions/core/subscription.ts';
import type {
  BillingReading,
  CatalogState,
  EventPage,
  SubscriptionPage,
  Unavailable,
} from '../../functions/ports.ts';
import { applyPolicy } from '../../functions/usecases/apply-policy.ts';
import { type SyncRequest, syncCustomer } from '../../functions/usecases/sync-customer.ts';
import { fakeEcr } from '../../simulation/world/fake-ecr.ts';
import { catalog, found, NOW, subscription } from './builders.ts';
import { ONE, syncWorld, unavailable } from './sync-world.ts';

const NOVA = found([subscription()], { email: 'ops@nova.example', accountsText: ONE });

/**
 * A stage as the operator's command sees it: Stripe with its customers, the table, ECR and the sealed
 * secrets, all in memory. `run` is the command line.
 */
export const commandWorld = (agreed: Catalog = catalog()) => {
  const world = syncWorld(agreed);
  const ecr = fakeEcr(['acme/app', 'acme/tools', 'acme/more', 'wharfage/probe']);
  const stripe = {
    customers: new Map<string, BillingReading>([['cus_Nova', NOVA]]),
    listing: undefined as Unavailable | undefined,
    events: undefined as Unavailable | undefined,
    pageSize: 100,
  };
  const state = {
    webhookSecret: '{"current":"whsec_canary"}',
    checkout: { kind: 'catalog', catalog: agreed, warnings: [] } as CatalogParse,
    opened: [] as Target[],
    unreachable: undefined as Error | undefined,
    isTty: false,
    /** What `probe` asks, and the files it reads and writes. */
    wire: (async () => {
      throw new Error('no gateway in this test');
    }) as Wire,
    files: new Map<string, string>(),
  };
  const listSubscriptions = async (next?: string): Promise<SubscriptionPage | Unavailable> => {
    if (stripe.listing !== undefined) return stripe.listing;
    const live = [...stripe.customers].flatMap(([customerId, reading]) =>
      reading.kind === 'found'
        ? reading.subscriptions
            .filter((each) => !isEnded(each))
            .map((each) => ({
              customerId,
              accountsText: reading.accountsText,
              subscription: each,
            }))
        : [],
    );
    const from = Number(next ?? 0);
    const to = from + stripe.pageSize;
    return {
      kind: 'page',
      subscriptions: live.slice(from, to),
      ...(to < live.length ? { next: String(to) } : {}),
    };
  };
  const listEvents = async (): Promise<EventPage | Unavailable> =>
    stripe.events ?? { kind: 'page', events: [] };
  const minted = { count: 0 };
  const { releases, ledger } = world.stores;
  const deps: Deps = {
    ...world.deps,
    due: world.stores.due,
    stage: world.stores.stage,
    billing: {
      ...world.deps.billing,
      readCustomer: async (customerId) =>
        stripe.customers.get(customerId) ?? unavailable('missing'),
      listSubscriptions,
      listEvents,
    },
    mint: {
      credentialId: () => {
        minted.count += 1;
        return `Cred${String(minted.count).padStart(8, '0')}`;
      },
      secretText: (credentialId) => `canary_${credentialId}`,
      hashOf: (text) => `sha256:${text.length}`,
    },
    repositories: ecr.policies,
    ledger,
    releases,
    readWebhookSecret: async () => state.webhookSecret,
    listSealed: async () => [...world.sealed.keys()],
    place: {
      stage: 'test',
      livemode: false,
      partition: 'aws',
      tableName: 'wharfage-test',
      ecrHost: '999988887777.dkr.ecr.eu-west-1.amazonaws.com',
    },
  };
  const lines = { out: '', errors: '' };
  const run = async (...argv: readonly string[]) => {
    lines.out = '';
    lines.errors = '';
    const code = await main(argv, {
      open: async (target) => {
        state.opened.push(target);
        if (state.unreachable !== undefined) throw state.unreachable;
        return deps;
      },
      outside: {
        wire: (request) => state.wire(request),
        readText: async (path) => {
          const text = state.files.get(path);
          if (text === undefined) throw new Error(`${path} cannot be read`);
          return text;
        },
        writeText: async (path, text) => {
          state.files.set(path, text);
        },
        writePage: async (path, text) => {
          state.files.set(path, text);
        },
      },
      checkout: state.checkout,
      out: async (text) => {
        lines.out += text;
      },
      errors: {
        isTTY: state.isTty,
        write: (text) => {
          lines.errors += text;
        },
      },
      user: 'ada',
      defaultStage: 'live',
    });
    return { code, ...lines };
  };
  return Object.assign(world, {
    deps,
    ledger,
    releases,
    ecr,
    stripe,
    settings: state,
    run,
    sync: (given: Partial<SyncRequest> = {}) =>
      syncCustomer(deps)({ customerId: 'cus_Nova', because: 'event', ...given }),
    json: async (...argv: readonly string[]) => {
      const { code, out } = await run(...argv, '--json');
      return { code, data: JSON.parse(out) as unknown };
    },
    /** As the sweep leaves it after a deployment. */
    deploy: async (given: Partial<CatalogState> = {}) => {
      const hash = catalogHash(agreed);
      const next: CatalogState = {
        accepted: agreed,
        acceptedHash: hash,
        deployed: agreed,
        deployedHash: hash,
        redecided: `${hash}:${hash}`,
        revision: 1,
        ...given,
      };
      await world.stores.stage.saveCatalogState(next);
      await world.stores.stage.saveCursor({
        name: 'events',
        doneAt: NOW - 600,
        startedAt: 0,
        position: NOW,
        seen: [],
        customersWithAccess: 0,
        reads: 0,
        month: '2026-11',
        revision: 1,
      });
    },
    /** Brings the policies of these repositories up to date, as the apply-policy function does. */
    apply: async (...repositories: readonly string[]) => {
      const settings = {
        stage: 'test',
        partition: 'aws',
        probeRepository: 'wharfage/probe',
        catalogs: async () => world.catalogs,
      };
      const door = { ...deps, policies: ecr.policies };
      for (const repository of repositories) {
        let outcome = await applyPolicy(door, settings)(repository);
        while (outcome.kind === 'deferred') {
          world.now = outcome.untilAt;
          outcome = await applyPolicy(door, settings)(repository);
        }
      }
    },
  });
};

export type CommandWorld = ReturnType<typeof commandWorld>;
