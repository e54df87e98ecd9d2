import {
  checkStatement,
  invalidPolicy,
  isObject,
  listOf,
  refusal,
  type Statement,
} from './ecr-statement.ts';

/** Which principals of this world do not exist (any more). */
type DeadPrincipals = ReadonlySet<string>;

export type PolicyDocument = Readonly<Record<string, unknown>>;

const POLICY_CHARACTERS_MAX = 10_240;

/** What ECR makes of a policy text: the document as it keeps it, or the refusal that it sends. */
export const acceptPolicy = (text: string, dead: DeadPrincipals): PolicyDocument => {
  if (text.length > POLICY_CHARACTERS_MAX) {
    throw refusal(`Member must have length less than or equal to ${POLICY_CHARACTERS_MAX}`);
  }
  const document = parseDocument(text);
  const statements = listOf(document.Statement).map(checkStatement);
  if (statements.length === 0) throw invalidPolicy();
  const named = statements.flatMap((statement) => awsPrincipalsOf(statement));
  if (named.some((principal) => isDead(principal, dead))) throw refusal('Principal not found');
  return { ...document, Statement: statements.map(withRootArns) };
};

/** As ECR answers: indented, keys and lists in another order, lists of one as the one. */
export const renderPolicy = (document: PolicyDocument): string =>
  JSON.stringify(reshaped(document), null, 2);

/** A role or user that is deleted stays in the policy as its unique id. */
export const withUniqueId = (document: PolicyDocument, arn: string, id: string): PolicyDocument =>
  JSON.parse(JSON.stringify(document).replaceAll(JSON.stringify(arn), JSON.stringify(id)));

const DOCUMENT_KEYS = ['Version', 'Id', 'Statement'];
const VERSIONS: readonly unknown[] = [undefined, '2008-10-17', '2012-10-17'];

const parseDocument = (text: string): PolicyDocument => {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw invalidPolicy();
  }
  const valid =
    isObject(document) &&
    Object.keys(document).every((key) => DOCUMENT_KEYS.includes(key)) &&
    VERSIONS.includes(document.Version);
  if (!valid) throw invalidPolicy();
  return document as PolicyDocument;
};

const awsPrincipalsOf = (statement: Statement): readonly string[] =>
  [statement.Principal, statement.NotPrincipal].flatMap((principal) =>
    isObject(principal) ? listOf(principal.AWS).map(String) : [],
  );

/** A role or user dies with its account; a unique id belongs to nobody that can be found. */
const isDead = (principal: string, dead: DeadPrincipals): boolean => {
  if (/^A(RO|ID)A/.test(principal)) return true;
  const account = /\d{12}/.exec(principal)?.[0] ?? '';
  return dead.has(principal) || dead.has(account);
};

const withRootArns = (statement: Statement): Statement =>
  Object.fromEntries(
    Object.entries(statement).map(([key, value]) => {
      const named = (key === 'Principal' || key === 'NotPrincipal') && isObject(value);
      if (!named || value.AWS === undefined) return [key, value];
      return [key, { ...value, AWS: listOf(value.AWS).map((one) => rootArn(String(one))) }];
    }),
  );

const rootArn = (principal: string): string =>
  /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal;

const reshaped = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const [only] = value;
    return value.length === 1 && typeof only === 'string' ? only : value.map(reshaped).reverse();
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reshaped(inner)] as const)
      .reverse(),
  );
};
