import { lapseFor } from '../core/pull-access.ts';
import type { Stamp } from '../core/release.ts';
import {
  type Ask,
  hiddenKeyOf,
  type Outcome,
  type PullWorld,
  refused,
  textOf,
} from './pull-world.ts';

/**
 * The answer for what is there and not open to this customer. To whom it was open once is told of the
 * end; for all others it is as if it were not there, down to what asking costs. Neither counting
 * refusals nor the time they take, nor an ECR that is away, must tell a hidden reference from an
 * unknown one: so ECR is asked about it too, and what it says is not listened to.
 */
export const hideImage = async (
  { deps, absent }: PullWorld,
  ask: Ask<'manifest'>,
  stamp: Stamp,
  known: 'from_index' | 'from_ecr',
): Promise<Outcome> => {
  const { access, identity, request, now } = ask;
  const { repository, reference } = request;
  const lapse = lapseFor(access, stamp);
  if (lapse !== undefined) return refused({ kind: 'lapsed', repository, lapse });
  const key = hiddenKeyOf(ask);
  if (!absent.has(key, now)) {
    if (known === 'from_index') {
      const admitted = await deps.misses.admitMiss(identity.credentialId, now);
      if (admitted === 'refused') return refused({ kind: 'too_many_misses' });
      await deps.images.readImages(repository, [reference]);
    }
    absent.note(key, now);
  }
  return refused({ kind: 'unknown_manifest', reference: textOf(reference) });
};
