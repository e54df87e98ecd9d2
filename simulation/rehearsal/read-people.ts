import type { Act } from '../plan/plan.ts';
import { account, catalogName, customer, image, offer, repository, tag } from './names.ts';
import {
  choice,
  given,
  list,
  map,
  needed,
  nothing,
  object,
  optional,
  type Reader,
} from './readers.ts';
import { note } from './reading.ts';
import type { Step } from './rehearsal.ts';
import { duration } from './times.ts';
import { REFUSALS } from './vocabulary.ts';

/* What the vendor, the customers, and people at AWS do: one reader for each key of the timeline. */

const step = (act: Act): Step => ({ kind: 'act', act });

const COMMAND = {
  sync: map(customer, (name) => step({ who: 'operator', does: 'sync', customer: name })),
  rotate_credential: map(customer, (name) =>
    step({ who: 'operator', does: 'rotate', customer: name }),
  ),
  retire_credentials: map(customer, (name) =>
    step({ who: 'operator', does: 'retire_all', customer: name }),
  ),
  grant: map(
    object({ customer: needed(customer), offer: needed(offer), for: needed(duration) }),
    (read) =>
      step({
        who: 'operator',
        does: 'grant',
        customer: read.customer,
        offer: read.offer,
        seconds: read.for,
      }),
  ),
  ungrant: map(object({ customer: needed(customer), offer: needed(offer) }), (read) =>
    step({ who: 'operator', does: 'ungrant', ...read }),
  ),
  sync_all: map(nothing, () => step({ who: 'operator', does: 'sync_everyone' })),
  lift_breaker: map(nothing, () => step({ who: 'operator', does: 'lift_breaker' })),
  accept_catalog: map(nothing, () => step({ who: 'operator', does: 'accept_catalog' })),
  redrive: map(nothing, () => step({ who: 'operator', does: 'redrive' })),
} as const;

const VENDOR = {
  push: map(
    object({
      repository: needed(repository),
      image: needed(image),
      tags: needed(list(tag, 0, 100)),
    }),
    (read) => step({ who: 'vendor', does: 'push', ...read }),
  ),
  delete_image: map(object({ repository: needed(repository), image: needed(image) }), (read) =>
    step({ who: 'vendor', does: 'delete_image', ...read }),
  ),
  untag: map(object({ repository: needed(repository), tag: needed(tag) }), (read) =>
    step({ who: 'vendor', does: 'untag', ...read }),
  ),
  deploy: map(catalogName, (catalog) => step({ who: 'vendor', does: 'deploy', catalog })),
  backup: map(nothing, () => step({ who: 'vendor', does: 'backup' })),
  restore: map(nothing, () => step({ who: 'vendor', does: 'restore' })),
} as const;

const pullExpected = choice([...new Set(['served', 'refused', 'no_answer', ...REFUSALS] as const)]);

const pull: Reader<Step> = map(
  object({
    customer: optional(customer),
    account: optional(account),
    repository: needed(repository),
    tag: optional(tag),
    expect: optional(pullExpected),
  }),
  (read, place): Step | undefined => {
    const { customer: name, account: id, repository: from, tag: reference, expect } = read;
    if (name !== undefined && reference !== undefined && id === undefined) {
      return {
        kind: 'act',
        act: { who: 'customer', does: 'pull', customer: name, repository: from, tag: reference },
        check: {
          kind: 'pull',
          customer: name,
          repository: from,
          tag: reference,
          ...given({ expected: expect }),
        },
      };
    }
    if (id !== undefined && name === undefined && reference === undefined) {
      if (expect === undefined || expect === 'served' || expect === 'refused') {
        const check = { kind: 'aws_pull', account: id, repository: from } as const;
        return { kind: 'check', check: { ...check, ...given({ expected: expect }) } };
      }
      return note(place, 'pull.expect: at the AWS door, served or refused are allowed');
    }
    return note(
      place,
      'pull takes customer and tag (at the gateway), or account (from ECR directly), and not both',
    );
  },
);

const CUSTOMER = {
  claim: map(customer, (name) => step({ who: 'customer', does: 'claim', customer: name })),
  pull,
} as const;

const AWS = {
  close_account: map(account, (id) => step({ who: 'aws', does: 'close_account', account: id })),
  open_account: map(account, (id) => step({ who: 'aws', does: 'open_account', account: id })),
  edit_policy: map(repository, (name) =>
    step({ who: 'aws', does: 'edit_policy', repository: name }),
  ),
  delete_policy: map(repository, (name) =>
    step({ who: 'aws', does: 'delete_policy', repository: name }),
  ),
  schedule_secret_deletion: map(customer, (name) =>
    step({ who: 'aws', does: 'schedule_secret_deletion', customer: name }),
  ),
  tamper_member: map(
    object({
      repository: needed(repository),
      account: needed(account),
      customer: needed(customer),
    }),
    (read) => step({ who: 'aws', does: 'tamper_member', ...read }),
  ),
} as const;

export const PEOPLE = { ...COMMAND, ...VENDOR, ...CUSTOMER, ...AWS } as const satisfies Readonly<
  Record<string, Reader<Step>>
>;
