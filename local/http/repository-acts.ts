import type { EcrAct } from './acts.ts';
import { BadInput, shown } from './bad-input.ts';

const TEXT = { min: 0, max: 20_000 };
const ACCOUNT = /^\d{12}$/;

/** What others do at ECR and at AWS: neither asks Wharfage first. */
export const REPOSITORY_ACTS: Readonly<Record<string, EcrAct>> = {
  edit_policy: (input, ecr) => {
    const repository = input.id('repository', Object.keys(ecr.policies()), 'a repository');
    const text = input.text('text', TEXT);
    input.end();
    ecr.editByHand(repository, ...(text.trim() === '' ? [] : [text]));
    return {};
  },
  mark_account: (input, ecr) => {
    const account = input.text('account', { min: 12, max: 12 });
    const state = input.choice('state', ['dead', 'alive']);
    input.end();
    if (!ACCOUNT.test(account)) {
      throw new BadInput(`account is ${shown(account)}: an AWS account id has 12 digits`);
    }
    if (state === 'dead') ecr.markDead(account);
    else ecr.markAlive(account);
    return {};
  },
};
