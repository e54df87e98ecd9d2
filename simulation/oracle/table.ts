import type { Catalog } from '../../functions/core/catalog.ts';
import { canonicalJson } from '../../functions/core/fingerprint.ts';
import type { Catalogs } from '../../functions/core/members-of.ts';
import type { PolicyRecord } from '../../functions/core/policy.ts';
import type { CatalogState, Member } from '../../functions/ports.ts';
import { secondsOf } from '../kernel/calendar.ts';
import type { World } from '../world/world.ts';

/** What is stored, read past every port. */

type Tables = Pick<World['far'], 'stores'>;

const itemOf = <Item>({ stores }: Tables, key: string): Item | undefined =>
  stores.itemAt(key) as Item | undefined;

export const CATALOG_KEY = 'STAGE CATALOG';

/** What is deployed and what the vendor has accepted: one object when they agree. */
export const catalogsIn = ({ far, system }: World): Catalogs => {
  const { catalog: deployed, catalogHash } = system.bundle();
  const state = itemOf<CatalogState>(far, CATALOG_KEY);
  const isAgreed = state === undefined || state.acceptedHash === catalogHash;
  return { deployed, accepted: isAgreed ? deployed : state.accepted };
};

/** Each catalog once. */
export const distinctOf = ({ deployed, accepted }: Catalogs): readonly Catalog[] =>
  deployed === accepted ? [deployed] : [deployed, accepted];

export const membersIn = ({ stores }: Tables, repository: string): readonly Member[] =>
  [...stores.table.keys()]
    .filter((key) => key.startsWith(`MEMBERS#${repository} MEMBER#`))
    .map((key) => stores.itemAt(key) as Member);

export const policyRecordIn = (far: Tables, repository: string): PolicyRecord | undefined =>
  itemOf<PolicyRecord>(far, `MEMBERS#${repository} POLICY`);

type Statement = {
  readonly Sid?: string;
  readonly Principal?: { readonly AWS?: string | readonly string[] };
  readonly Condition?: { readonly DateLessThan?: { readonly 'aws:CurrentTime'?: string } };
};

export type Policy = {
  /** Accounts that a statement of ours lets in, until its date. */
  readonly untils: ReadonlyMap<string, number>;
  /** The vendor's statements as text, however ECR shows them. */
  readonly foreign: readonly string[];
};

const OURS = /^Wharfagesim(?:Lease|Day)\d{8}$/;

/** A policy as it is stored at ECR, whoever wrote it. */
export const policyOf = (text: string | undefined): Policy => {
  const untils = new Map<string, number>();
  const { Statement: statements = [] } = JSON.parse(text ?? '{}') as {
    readonly Statement?: readonly Statement[];
  };
  for (const statement of statements.filter(isOurs)) {
    const until = dateOf(statement);
    for (const account of accountsIn(statement)) {
      untils.set(account, Math.max(until, untils.get(account) ?? 0));
    }
  }
  const foreign = statements.filter((statement) => !isOurs(statement));
  return { untils, foreign: foreign.map(sameTextOf) };
};

const isOurs = ({ Sid }: Statement): boolean => OURS.test(Sid ?? '');

const dateOf = ({ Condition }: Statement): number => {
  const date = Condition?.DateLessThan?.['aws:CurrentTime'];
  return date === undefined ? Number.POSITIVE_INFINITY : secondsOf(date);
};

const accountsIn = ({ Principal }: Statement): readonly string[] =>
  [Principal?.AWS ?? []].flat().map((name) => /\d{12}/.exec(name)?.[0] ?? name);

/** ECR shows principals in another form and order than they were written. */
const sameTextOf = (statement: Statement): string =>
  canonicalJson({ ...statement, Principal: accountsIn(statement).toSorted() });

/** A vendor's statement as our own record keeps it. */
export const foreignTextOf = (text: string): string => sameTextOf(JSON.parse(text) as Statement);
