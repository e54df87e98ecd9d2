import { isValid } from '../core/credential-state.ts';
import type { Customer } from '../core/customer.ts';
import { errorFields } from '../core/error-fields.ts';
import type { Identity } from '../core/identity.ts';
import type { Catalogs } from '../core/members-of.ts';
import { accessTo, accountAccessOf, lapseFor } from '../core/pull-access.ts';
import type { PullAnswer } from '../core/pull-answer.ts';
import type { PullRequest } from '../core/pull-request.ts';
import type { ReleaseItem, ReleaseKey } from '../core/release.ts';
import type { EpochSeconds } from '../core/time.ts';
import { unreachable } from '../core/unreachable.ts';
import { absences } from './absences.ts';
import { answerBlob } from './answer-blob.ts';
import { answerManifest } from './answer-manifest.ts';
import { answerReferrers } from './answer-referrers.ts';
import { answerTags } from './answer-tags.ts';
import { notePull } from './note-pull.ts';
import {
  type Ask,
  type Outcome,
  type PullDeps,
  type PullSettings,
  type PullWorld,
  type RepositoryRequest,
  refused,
} from './pull-world.ts';
import { singleFlight } from './single-flight.ts';

/** Who asks for what, at which of our hosts, and when. */
type Call = {
  readonly identity: Identity;
  readonly request: PullRequest;
  readonly registryHost: string;
  readonly now: EpochSeconds;
};

/**
 * Decides about one request and answers it: customer, credential and release in one read, nothing
 * remembered from the request before. It never throws: what cannot be decided is `unavailable`.
 */
export const answerPull = (
  deps: PullDeps,
  settings: PullSettings,
): ((identity: Identity, request: PullRequest, registryHost: string) => Promise<PullAnswer>) => {
  const world: PullWorld = { deps, settings, absent: absences(), indexing: singleFlight() };
  return async (identity, request, registryHost) => {
    const call: Call = { identity, request, registryHost, now: deps.clock() };
    const outcome = await decided(world, call);
    await notePull(deps, call, outcome);
    return outcome.answer;
  };
};

const decided = async (world: PullWorld, call: Call): Promise<Outcome> => {
  try {
    return await decide(world, call);
  } catch (error) {
    const { customerId } = call.identity;
    const about = { customerId, request: call.request.kind };
    world.deps.report.count('GatewayUnavailable', { ...about, ...errorFields(error) });
    return refused({ kind: 'unavailable' });
  }
};

const decide = async (world: PullWorld, call: Call): Promise<Outcome> => {
  const { identity, request, now } = call;
  const { customerId, credentialId } = identity;
  const key = keyOf(request);
  const read = await world.deps.pulls.readPull({
    customerId,
    credentialId,
    ...(key === undefined ? {} : { key }),
  });
  if (read.customer === undefined || read.credential === undefined) {
    return refused({ kind: 'invalid_token' });
  }
  const { version } = read.customer;
  if (!isValid(read.credential, now)) {
    return { ...refused({ kind: 'retired_credential' }), version };
  }
  const catalogs = await world.deps.catalogs();
  const reading = { customer: read.customer, catalogs, item: read.item };
  const outcome =
    request.kind === 'ping'
      ? answerPing(reading, call)
      : await answerRepository(world, { ...call, request }, reading);
  return { ...outcome, version };
};

type Reading = {
  readonly customer: Customer;
  readonly catalogs: Catalogs;
  readonly item: ReleaseItem | undefined;
};

/** Tags and referrers are lists: their right is decided for each entry. */
const keyOf = (request: PullRequest): ReleaseKey | undefined => {
  if (request.kind === 'manifest') {
    const { repository, reference } = request;
    return reference.kind === 'tag'
      ? { repository, kind: 'tag', tag: reference.tag }
      : { repository, kind: 'manifest', digest: reference.digest };
  }
  if (request.kind !== 'blob') return undefined;
  return { repository: request.repository, kind: 'blob', digest: request.digest };
};

/** Whoever has lapsed altogether learns it at `login` in the clients that show it there. */
const answerPing = ({ customer, catalogs }: Reading, { identity, now }: Call): Outcome => {
  const { isOpen, lapse } = accountAccessOf(customer, catalogs, now);
  return isOpen || lapse === undefined || identity.clientClass !== 'c'
    ? { answer: { kind: 'pong' } }
    : refused({ kind: 'lapsed', lapse });
};

const answerRepository = async (
  world: PullWorld,
  call: Call & { readonly request: RepositoryRequest },
  { customer, catalogs, item }: Reading,
): Promise<Outcome> => {
  const { request, now } = call;
  const { repository } = request;
  const access = accessTo(customer, catalogs, repository, now);
  if (access.openings.length === 0) {
    const lapse = lapseFor(access);
    return refused(
      lapse === undefined
        ? { kind: 'unknown_repository', repository }
        : { kind: 'lapsed', repository, lapse },
    );
  }
  return answerAsk(world, request, { ...call, access, catalogs, item });
};

const answerAsk = (
  world: PullWorld,
  request: RepositoryRequest,
  ask: Omit<Ask<never>, 'request'>,
): Promise<Outcome> => {
  switch (request.kind) {
    case 'manifest':
      return answerManifest(world, { ...ask, request });
    case 'blob':
      return answerBlob(world, { ...ask, request });
    case 'tags':
      return answerTags(world, { ...ask, request });
    case 'referrers':
      return answerReferrers(world, { ...ask, request });
    default:
      return unreachable(request);
  }
};
