import { randomUUID } from 'node:crypto';
import { GetSecretValueCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { attempt, attemptText, isRefused } from './attempt.ts';
import { type Probe, settled } from './probe.ts';
import { create, scheduleDeletion, sealedOf } from './secret-acts.ts';
import { lookFor } from './world.ts';

const NAME_LOOKS = { looks: 60, pauseSeconds: 2 };

export const secretProbes: readonly Probe[] = [
  {
    id: 'secret-name-again',
    belief:
      'The name of a destroyed secret can be used again within a minute; until then it is refused with InvalidRequestException.',
    source: 'AWS’s API reference: “may fail until the deletion is complete”; no time is given',
    dependents: 'minting a credential again under the same id',
    secondsMax: 240,
    run: async (world) => {
      const part = 'name-again';
      const name = world.make.secretName(part);
      await create(world, name, 'first');
      await sealedOf(world).destroySecret(part);
      const destroyedAt = world.elapsedMilliseconds();
      const codes = new Set<string>();
      const again = await lookFor(world, NAME_LOOKS, async () => {
        const answer = await create(world, name, 'second');
        if (answer.kind === 'refused') codes.add(answer.code);
        return answer.kind === 'done' ? answer : undefined;
      });
      const seconds = (world.elapsedMilliseconds() - destroyedAt) / 1_000;
      const isBusyOnly = [...codes].every((code) => code === 'InvalidRequestException');
      return settled(
        again !== undefined && seconds <= 60 && isBusyOnly,
        `${again === undefined ? 'not usable' : 'usable'} after ${seconds.toFixed(1)} s${codes.size === 0 ? '' : `, before that ${[...codes].join(', ')}`}`,
      );
    },
  },
  {
    id: 'secret-scheduled-refuses',
    belief:
      'A name that is scheduled for deletion is refused to CreateSecret and to reads with InvalidRequestException.',
    source: 'AWS’s API reference',
    dependents: 'functions/adapters/sealed-secrets.ts; why deletion is forced',
    secondsMax: 60,
    run: async (world) => {
      const name = world.make.secretName('scheduled');
      await create(world, name, 'first');
      await scheduleDeletion(world, name);
      const again = await create(world, name, 'second');
      const reading = await attempt(() =>
        world.clients.secrets.send(new GetSecretValueCommand({ SecretId: name })),
      );
      return settled(
        [again, reading].every((answer) => isRefused(answer, 'InvalidRequestException')),
        `CreateSecret: ${attemptText(again)}; GetSecretValue: ${attemptText(reading)}`,
      );
    },
  },
  {
    id: 'secret-create-token',
    belief:
      'CreateSecret again with the same ClientRequestToken and text is a success; with another text ResourceExistsException.',
    source: 'AWS’s API reference',
    dependents: 'the SDK repeats a CreateSecret whose answer was lost with the same token',
    secondsMax: 60,
    run: async (world) => {
      const name = world.make.secretName('create-token');
      const token = randomUUID();
      await create(world, name, 'text', token);
      const same = await create(world, name, 'text', token);
      const other = await create(world, name, 'another text', token);
      return settled(
        same.kind === 'done' && isRefused(other, 'ResourceExistsException'),
        `the same text: ${attemptText(same)}; another: ${attemptText(other)}`,
      );
    },
  },
  {
    id: 'secret-put-token',
    belief:
      'PutSecretValue again with the same token and text changes nothing; with another text ResourceExistsException.',
    source: 'AWS’s API reference',
    dependents: 'exchanging the Stripe key and the front’s secret; local/aws/secrets-store.ts',
    secondsMax: 60,
    run: async (world) => {
      const name = world.make.secretName('put-token');
      await create(world, name, 'first');
      const token = randomUUID();
      const put = (text: string) =>
        attempt(() =>
          world.clients.secrets.send(
            new PutSecretValueCommand({
              SecretId: name,
              SecretString: text,
              ClientRequestToken: token,
            }),
          ),
        );
      const answers = [await put('second'), await put('second'), await put('third')] as const;
      const [first, same, other] = answers;
      return settled(
        first.kind === 'done' &&
          same.kind === 'done' &&
          isRefused(other, 'ResourceExistsException'),
        `the same text: ${attemptText(same)}; another: ${attemptText(other)}`,
      );
    },
  },
];
