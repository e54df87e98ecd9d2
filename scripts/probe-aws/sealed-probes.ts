import { attempt, attemptText } from './attempt.ts';
import { type Probe, settled } from './probe.ts';
import { scheduleDeletion, sealedOf } from './secret-acts.ts';

const ABSENT_LOOKS = 10;

export const sealedProbes: readonly Probe[] = [
  {
    id: 'secret-sealed-twice',
    belief: 'Sealing a credential a second time answers the first one’s text, read at once.',
    source: 'AWS’s service model (ResourceExistsException); that the read is not stale is inferred',
    dependents:
      'functions/adapters/sealed-secrets.ts: the hash that is stored is of what is sealed',
    secondsMax: 60,
    run: async (world) => {
      const part = 'sealed-twice';
      world.make.secretName(part);
      const { sealSecret } = sealedOf(world);
      const first = await sealSecret(part, 'first');
      const second = await attempt(() => sealSecret(part, 'second'));
      return settled(
        first === 'first' && second.kind === 'done' && second.output === 'first',
        second.kind === 'done' ? `the ${second.output} text` : attemptText(second),
      );
    },
  },
  {
    id: 'secret-destroyed-unread',
    belief: 'A destroyed secret is gone at once: our adapter finds none, and nothing restores it.',
    source: 'AWS: the deletion is asynchronous; what a read says meanwhile is not documented',
    dependents:
      'functions/adapters/sealed-secrets.ts findSecret: a claimed credential stays claimed',
    secondsMax: 120,
    run: async (world) => {
      const part = 'destroyed';
      world.make.secretName(part);
      const { sealSecret, findSecret, destroySecret } = sealedOf(world);
      await sealSecret(part, 'text');
      await destroySecret(part);
      const seen: string[] = [];
      for (let look = 0; look < ABSENT_LOOKS; look += 1) {
        const found = await attempt(() => findSecret(part));
        if (found.kind === 'refused') seen.push(attemptText(found));
        else if (found.output !== undefined) seen.push('the text');
        await world.wait(1);
      }
      return settled(
        seen.length === 0,
        `${seen.length} of ${ABSENT_LOOKS} reads found ${seen[0] ?? 'it'}`,
      );
    },
  },
  {
    id: 'secret-destroyed-twice',
    belief: 'Destroying a secret that is gone is a success.',
    source: 'AWS’s API reference: with ForceDeleteWithoutRecovery no error is returned',
    dependents: 'functions/adapters/sealed-secrets.ts destroySecret: a claim may be repeated',
    secondsMax: 60,
    run: async (world) => {
      const part = 'destroyed-twice';
      world.make.secretName(part);
      const { sealSecret, destroySecret } = sealedOf(world);
      await sealSecret(part, 'text');
      await destroySecret(part);
      const again = await attempt(() => destroySecret(part));
      return settled(again.kind === 'done', attemptText(again));
    },
  },
  {
    id: 'secret-scheduled-restored',
    belief: 'A secret that somebody scheduled for deletion is restored and read by our adapter.',
    source: 'AWS’s API reference (InvalidRequestException, RestoreSecret)',
    dependents:
      'functions/adapters/sealed-secrets.ts: a hand in the console does not cost the customer',
    secondsMax: 60,
    run: async (world) => {
      const part = 'scheduled-restored';
      const name = world.make.secretName(part);
      const { sealSecret, findSecret } = sealedOf(world);
      await sealSecret(part, 'text');
      await scheduleDeletion(world, name);
      const found = await attempt(() => findSecret(part));
      return settled(
        found.kind === 'done' && found.output === 'text',
        found.kind === 'done' ? `found ${found.output ?? 'nothing'}` : attemptText(found),
      );
    },
  },
];
