import { describe, expect, it } from 'vitest';
import { NOTHING_APPLIED } from '../../../functions/core/policy-record.ts';
import type { Member } from '../../../functions/ports.ts';
import { repositoryViewOf } from '../../../local/view/repositories.ts';

const NOW = 1_795_262_400;

const member = (account: string, until = NOW + 60): Member => ({
  repository: 'acme/app',
  account,
  customerId: 'cus_1',
  until,
  version: 1,
});
const view = (part: Partial<Parameters<typeof repositoryViewOf>[0]>) =>
  repositoryViewOf(
    {
      repository: 'acme/app',
      tags: [],
      offers: ['pro'],
      text: '',
      members: [],
      record: undefined,
      queue: undefined,
      ...part,
    },
    (customerId) => `name of ${customerId}`,
    NOW,
  );

describe('a repository on the page', () => {
  it('shows the policy indented, and nothing when there is none', () => {
    expect(view({ text: '{"Statement":[]}' }).policy).toBe('{\n  "Statement": []\n}');
    expect(view({}).policy).toBe('');
  });

  it('tells where each account stands', () => {
    const record = {
      ...NOTHING_APPLIED,
      applied: ['111111111111', '555555555555'],
      quarantined: { '222222222222': { since: NOW, triedAt: NOW } },
      overflow: ['333333333333'],
    };
    const members = ['111111111111', '222222222222', '333333333333', '444444444444'].map(
      (account) => member(account),
    );
    expect(
      view({ record, members }).accounts.map(({ account, standing }) => [account, standing]),
    ).toEqual([
      ['111111111111', 'in the policy'],
      ['222222222222', 'quarantined'],
      ['333333333333', 'waiting: the policy is full'],
      ['444444444444', 'not in the policy yet'],
      ['555555555555', 'to be removed'],
    ]);
  });

  it('counts whoever has ended for nobody', () => {
    expect(
      view({ members: [member('111111111111', NOW), member('222222222222', 0)] }).accounts,
    ).toEqual([]);
  });

  it('says until when a change waits for its turn', () => {
    const message = (groupId: string, visibleAt: number) => ({
      messageId: 'id',
      groupId,
      deduplicationId: 'id',
      body: '{}',
      sentAt: NOW,
      receives: 1,
      visibleAt,
    });
    const messages = [
      message('acme/agent', NOW + 5),
      message('acme/app', NOW + 30),
      message('acme/app', NOW + 20),
      message('acme/app', NOW),
    ];
    expect(view({ queue: { messages } }).waitsUntil).toBe(NOW + 20);
    expect(view({ queue: { messages: [] } }).waitsUntil).toBeNull();
  });
});
