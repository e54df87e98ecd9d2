/** One statement as parsed JSON. The vendor's are written back exactly as they were read. */
export type PolicyStatement = Readonly<Record<string, unknown>>;

/** A repository policy, with our own statements told apart from the vendor's. */
export type PolicyDocument = {
  /** `Version`, `Id` and whatever else stands beside the statements. */
  readonly header: PolicyStatement;
  readonly ours: readonly PolicyStatement[];
  readonly foreign: readonly PolicyStatement[];
};

/** ECR's limit for the text of a repository policy. */
export const POLICY_SIZE_MAX = 10_240;

/** A repository without a policy. */
export const NO_POLICY: PolicyDocument = { header: {}, ours: [], foreign: [] };

const OWN_HEADER: PolicyStatement = { Version: '2012-10-17' };

/** Reads the text of a live policy; `undefined` for anything that is not a list of statements. */
export const parsePolicy = (text: string, stage: string): PolicyDocument | undefined => {
  const parsed = parseJson(text);
  if (!isRecord(parsed)) return undefined;
  const { Statement: list, ...header } = parsed;
  const statements: readonly unknown[] = Array.isArray(list) ? list : [list];
  if (!statements.every(isRecord)) return undefined;
  const sid = ourSid(stage);
  const isOurs = ({ Sid }: PolicyStatement): boolean => typeof Sid === 'string' && sid.test(Sid);
  return {
    header,
    ours: statements.filter(isOurs),
    foreign: statements.filter((statement) => !isOurs(statement)),
  };
};

/** A document of these statements. Only the vendor's statements need the header they were written under. */
export const composePolicy = (
  header: PolicyStatement,
  foreign: readonly PolicyStatement[],
  ours: readonly PolicyStatement[],
): PolicyDocument => ({ header: foreign.length > 0 ? header : OWN_HEADER, ours, foreign });

export const textOf = ({ header, ours, foreign }: PolicyDocument): string =>
  JSON.stringify({ ...header, Statement: [...foreign, ...ours] });

/** Without a statement there is no document to write: the policy is deleted. */
export const isEmptyPolicy = ({ ours, foreign }: PolicyDocument): boolean =>
  ours.length + foreign.length === 0;

/** What counts against the limit: bytes, since ECR does not say that it counts characters, and bytes are never fewer. */
export const sizeOf = (document: PolicyDocument): number =>
  isEmptyPolicy(document) ? 0 : new TextEncoder().encode(textOf(document)).length;

/** `Sid` allows letters and digits only. */
export const sidStem = (stage: string): string =>
  `Wharfage${stage.replaceAll(/[^A-Za-z0-9]/g, '')}`;

export const isRecord = (value: unknown): value is PolicyStatement =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Exact, so that two stages can share a repository and the vendor may use our name in a Sid. */
const ourSid = (stage: string): RegExp => new RegExp(`^${sidStem(stage)}(?:Lease|Day)\\d{8}$`);

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // The caller knows whose policy it is and says so; the text itself is none of the log's business.
    return undefined;
  }
};
