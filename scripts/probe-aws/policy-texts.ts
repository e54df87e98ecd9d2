import { SetRepositoryPolicyCommand } from '@aws-sdk/client-ecr';
import { ecrPolicies } from '../../functions/adapters/ecr-policies.ts';
import { samePolicy } from '../../functions/core/policy-compare.ts';
import { type PolicyStatement, parsePolicy } from '../../functions/core/policy-document.ts';
import { trialStatementOf } from '../../functions/core/policy-statements.ts';
import { attempt } from './attempt.ts';
import type { World } from './world.ts';

/** Our own Sids carry it; this stage deploys nothing. */
const PROBE_STAGE = 'probe';

export const policyText = (...statements: readonly PolicyStatement[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

/** As apply-policy writes it on its probe repository: open to these accounts until midnight. */
export const ourStatement = (
  { account, now }: World,
  accounts: readonly string[] = [account.id],
): PolicyStatement =>
  trialStatementOf(
    { stage: PROBE_STAGE, partition: account.partition, access: 'pull' },
    accounts,
    now(),
  );

/** Without a Sid of ours, so that it reads back as a vendor's. */
export const withPrincipal = (
  world: World,
  principal: readonly string[] | string,
): PolicyStatement => {
  const { Sid: _, ...statement } = ourStatement(world);
  return { ...statement, Principal: principal === '*' ? '*' : { AWS: principal } };
};

export const set = ({ clients }: World, repository: string, text: string) =>
  attempt(() =>
    clients.ecr.send(
      new SetRepositoryPolicyCommand({ repositoryName: repository, policyText: text }),
    ),
  );

/** What our adapter reads; empty when there is none. */
export const readPolicy = async ({ clients }: World, repository: string): Promise<string> => {
  const answer = await ecrPolicies(clients.ecr).findPolicy(repository);
  return answer.kind === 'found' ? answer.text : '';
};

/** By the comparison that apply-policy trusts. */
export const meansTheSame = (a: string, b: string): boolean => {
  const [one, other] = [parsePolicy(a, PROBE_STAGE), parsePolicy(b, PROBE_STAGE)];
  return one !== undefined && other !== undefined && samePolicy(one, other);
};

/** The principals of the first statement, as they are spelled. */
export const principalsIn = (text: string): readonly string[] => {
  const statement: unknown = parsePolicy(text, PROBE_STAGE)?.foreign[0];
  const { Principal: principal } = Object(statement) as { readonly Principal?: unknown };
  const { AWS: named } = Object(principal) as { readonly AWS?: unknown };
  return (Array.isArray(named) ? named : [named]).map(String);
};

/** A policy of exactly this many characters, padded where no rule but the size can mind. */
export const policyOfLength = (world: World, characters: number, filler = 'x'): string => {
  const withPadding = (padding: readonly string[]): string => {
    const condition = { StringNotEquals: { 'aws:PrincipalTag/wharfage-probe': padding } };
    const statement = ourStatement(world);
    return policyText({
      ...statement,
      Condition: { ...Object(statement.Condition), ...condition },
    });
  };
  const room = characters - withPadding([]).length;
  const text = withPadding(paddingOf(room, filler));
  if (text.length === characters) return text;
  throw new Error(`wanted a policy of ${characters} characters, made one of ${text.length}`);
};

const PAD_CHARACTERS = 200;

/** Distinct values that fill `room` characters of JSON with their quotes and commas. */
const paddingOf = (room: number, filler: string): readonly string[] => {
  const count = Math.ceil((room + 1) / (PAD_CHARACTERS + 3));
  const letters = room + 1 - 3 * count;
  const even = Math.floor(letters / count);
  return Array.from({ length: count }, (_, index) =>
    String(index).padStart(index === 0 ? letters - even * (count - 1) : even, filler),
  );
};
