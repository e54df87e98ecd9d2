import { canonicalJson, fingerprintOf } from './fingerprint.ts';
import {
  isEmptyPolicy,
  isRecord,
  type PolicyDocument,
  type PolicyStatement,
} from './policy-document.ts';

/**
 * Whether two documents mean the same. AWS rewrites what it stores: an account id becomes its root
 * ARN or the other way round, a list of one becomes a string, and the order is not kept.
 */
export const samePolicy = (a: PolicyDocument, b: PolicyDocument): boolean =>
  canonicalPolicy(a) === canonicalPolicy(b);

export const sameStatement = (a: PolicyStatement, b: PolicyStatement): boolean =>
  canonicalStatement(a) === canonicalStatement(b);

/** Tells our statements as we wrote them from our statements as somebody edited them. */
export const fingerprintOfStatements = (statements: readonly PolicyStatement[]): string =>
  fingerprintOf(canonicalJson(statements.map(canonicalStatement).sort()));

/** The accounts that these statements name, in order. */
export const accountsIn = (statements: readonly PolicyStatement[]): readonly string[] => [
  ...new Set(
    statements
      .flatMap(({ Principal }) => Object.values(principalsOf(Principal)).flat())
      .filter((principal) => ACCOUNT.test(principal))
      .sort(),
  ),
];

const ACCOUNT = /^\d{12}$/;
const ROOT_ARN = /^arn:aws[a-z-]*:iam::(\d{12}):root$/;
const PRINCIPAL_KEYS = new Set(['Principal', 'NotPrincipal']);

/** IAM's own default; some stored policies do without. */
const DEFAULT_VERSION = '2008-10-17';

/** `Id` is left out: it permits nothing, and ECR is free to drop it. */
const canonicalPolicy = (document: PolicyDocument): string =>
  isEmptyPolicy(document)
    ? ''
    : canonicalJson([
        document.header.Version ?? DEFAULT_VERSION,
        ...[...document.ours, ...document.foreign].map(canonicalStatement).sort(),
      ]);

const canonicalStatement = (statement: PolicyStatement): string =>
  canonicalJson(
    Object.fromEntries(
      Object.entries(statement).map(([key, value]) => [
        key,
        PRINCIPAL_KEYS.has(key) ? principalsOf(value) : canonicalValue(value),
      ]),
    ),
  );

/** `"*"` alone is short for every AWS principal. */
const principalsOf = (value: unknown): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : { AWS: value }).map(([kind, names]) => [
      kind,
      listOf(names, (name) => ROOT_ARN.exec(name)?.[1] ?? name),
    ]),
  );

const canonicalValue = (value: unknown): unknown =>
  isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, canonicalValue(inner)]))
    : listOf(value, (text) => text);

const listOf = (value: unknown, rename: (text: string) => string): readonly string[] => {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const texts = values.map((one) => rename(typeof one === 'string' ? one : canonicalJson(one)));
  return [...new Set(texts)].sort();
};
