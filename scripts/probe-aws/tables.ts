import { readBatch } from '../../functions/adapters/dynamo-batch.ts';
import { dynamoDue } from '../../functions/adapters/dynamo-due.ts';
import {
  dynamoTable,
  findItem,
  putItem,
  saveItem,
  type Table,
  updateItem,
} from '../../functions/adapters/dynamo-table.ts';
import type { Key } from '../../functions/adapters/table-keys.ts';
import { attempt, attemptText, isRefused } from './attempt.ts';
import { type Probe, settled } from './probe.ts';
import { lookFor, type World } from './world.ts';

const ITEM_BYTES_MAX = 400 * 1_024;
const WRITERS = 20;
const FREE = 5;
const ROUNDS = 20;
const INDEX_ROUNDS = 8;

const tableOf = async (world: World): Promise<Table> =>
  dynamoTable(world.clients.dynamo, await world.make.table());

const keyOf = (probe: string, part = ''): Key => ({ pk: `PROBE#${probe}`, sk: `ITEM#${part}` });

const repeated = (times: number): readonly number[] =>
  Array.from({ length: times }, (_, index) => index);

export const tableWrites: readonly Probe[] = [
  {
    id: 'table-one-version',
    belief: 'Of 20 writes at once that are conditional on the same version, exactly one succeeds.',
    source: 'DynamoDB’s guide',
    dependents: 'functions/adapters/dynamo-table.ts: one item, one version, no transactions',
    secondsMax: 180,
    run: async (world) => {
      const table = await tableOf(world);
      const key = keyOf('one-version');
      await putItem(table, key, { version: 1 }, { expression: 'attribute_not_exists(#pk)' });
      const condition = { expression: '#version = :one', values: { ':one': 1 } };
      const outcomes = await Promise.all(
        repeated(WRITERS).map((writer) => saveItem(table, key, { version: 2, writer }, condition)),
      );
      const saved = outcomes.flatMap((outcome, writer) => (outcome === 'saved' ? [writer] : []));
      const kept = (await findItem(table, key))?.writer;
      return settled(
        saved.length === 1 && saved[0] === kept,
        `${saved.length} of ${WRITERS} saved (${saved.join(', ')}), ${String(kept)} is kept`,
      );
    },
  },
  {
    id: 'table-counter',
    belief: 'Of 20 additions at once that are conditional on being below 5, exactly 5 succeed.',
    source: 'DynamoDB’s guide',
    dependents:
      'functions/adapters/dynamo-breaker.ts: revocations are counted before they are made',
    secondsMax: 180,
    run: async (world) => {
      const table = await tableOf(world);
      const update = { expression: 'ADD #count :one', values: { ':one': 1, ':free': FREE } };
      const outcomes = await Promise.all(
        repeated(WRITERS).map(() =>
          updateItem(
            table,
            keyOf('counter'),
            update,
            'attribute_not_exists(#count) OR #count < :free',
          ),
        ),
      );
      const saved = outcomes.filter((outcome) => outcome === 'saved').length;
      const count = (await findItem(table, keyOf('counter')))?.count;
      return settled(
        saved === FREE && count === FREE,
        `${saved} succeeded, the count is ${String(count)}`,
      );
    },
  },
  {
    id: 'table-item-size',
    belief:
      'An item of 409,600 bytes, names included, is taken; one byte more is ValidationException.',
    source: 'DynamoDB’s guide: 400 KB, in units of 1,024',
    dependents: 'how large customers, manifests and audit items may become',
    secondsMax: 180,
    run: async (world) => {
      const table = await tableOf(world);
      const put = (bytes: number) => {
        const key = keyOf('item-size', String(bytes));
        const names = `pk${key.pk}sk${key.sk}text`.length;
        const item = { text: 'x'.repeat(bytes - names) };
        return attempt(() =>
          putItem(table, key, item, { expression: 'attribute_not_exists(#pk)' }),
        );
      };
      const full = await put(ITEM_BYTES_MAX);
      const over = await put(ITEM_BYTES_MAX + 1);
      return settled(
        full.kind === 'done' && isRefused(over, 'ValidationException'),
        `409,600 bytes: ${attemptText(full)}; 409,601: ${attemptText(over)}`,
      );
    },
  },
];

/** Until `isThere` holds of the index; `undefined` when it does not within the looks. */
const lagOf = async (
  world: World,
  isThere: () => Promise<boolean>,
): Promise<number | undefined> => {
  const writtenAt = world.elapsedMilliseconds();
  const seen = await lookFor(world, { looks: 41, pauseSeconds: 0.25 }, async () =>
    (await isThere()) ? world.elapsedMilliseconds() : undefined,
  );
  return seen === undefined ? undefined : Math.round(seen - writtenAt);
};

export const tableReads: readonly Probe[] = [
  {
    id: 'table-batch-consistent',
    belief: 'BatchGetItem with ConsistentRead shows a write as soon as it was answered.',
    source: 'DynamoDB’s guide',
    dependents:
      'functions/adapters/dynamo-batch.ts: what the gateway decides on, after a revocation',
    secondsMax: 180,
    run: async (world) => {
      const table = await tableOf(world);
      const keys = ['a', 'b', 'c'].map((part) => keyOf('batch', part));
      let stale = 0;
      for (const round of repeated(ROUNDS)) {
        const condition = { expression: 'attribute_not_exists(#pk) OR #round < :round' };
        for (const key of keys) {
          await putItem(table, key, { round }, { ...condition, values: { ':round': round } });
        }
        const find = await readBatch(table, keys, 'the probe');
        if (keys.some((key) => find(key)?.round !== round)) stale += 1;
      }
      return settled(stale === 0, `${stale} of ${ROUNDS} reads were stale`);
    },
  },
  {
    id: 'table-index-lag',
    belief:
      'The sparse index shows a new customer within 10 seconds, and forgets one without dueAt.',
    source: 'DynamoDB’s guide: indexes lag, usually a fraction of a second; no bound is given',
    dependents: 'functions/adapters/dynamo-due.ts: the sweep finds who is due, late by the lag',
    secondsMax: 400,
    run: async (world) => {
      const table = await tableOf(world);
      const due = dynamoDue(table);
      const lags: number[] = [];
      for (const round of repeated(INDEX_ROUNDS)) {
        const customerId = `cus_${round}`;
        const key = keyOf('index', customerId);
        const shown = async () =>
          (await due.listDue(1_000, 100)).some((entry) => entry.customerId === customerId);
        const item = { customerId, dueShard: round % 16, dueAt: 500 + round };
        await putItem(table, key, item, { expression: 'attribute_not_exists(#pk)' });
        const shownAfter = await lagOf(world, shown);
        await updateItem(table, key, { expression: 'REMOVE #dueShard, #dueAt' });
        const goneAfter = await lagOf(world, async () => !(await shown()));
        if (shownAfter === undefined || goneAfter === undefined) {
          const change = shownAfter === undefined ? 'a new customer' : 'one without dueAt';
          return settled(
            false,
            `${change} did not show within 10 s, after ${lags.length} that did`,
          );
        }
        lags.push(shownAfter, goneAfter);
      }
      return settled(
        true,
        `${lags.length} changes, the slowest shown after ${Math.max(...lags)} ms`,
      );
    },
  },
];
