import { describe, expect, it } from 'vitest';
import {
  composePolicy,
  isEmptyPolicy,
  NO_POLICY,
  parsePolicy,
  sizeOf,
  textOf,
} from '../../functions/core/policy-document.ts';

const statement = (fields: object) => ({
  Effect: 'Allow',
  Principal: '*',
  Action: 'ecr:BatchGetImage',
  ...fields,
});

const sidsOf = (statements: readonly { readonly Sid?: unknown }[] | undefined) =>
  statements?.map(({ Sid }) => Sid);

describe('reading a live policy', () => {
  it.each([
    ['WharfageprodLease20261130', 'ours'],
    ['WharfageprodDay20261121', 'ours'],
    ['WharfageprodDay2026112', 'foreign'],
    ['WharfageprodDay202611211', 'foreign'],
    ['WharfageprodWeek20261121', 'foreign'],
    ['WharfagestagingDay20261121', 'foreign'],
    ['WharfageproductionDay20261121', 'foreign'],
    ['XWharfageprodDay20261121', 'foreign'],
    ['wharfageprodday20261121', 'foreign'],
    ['AllowCodeBuild', 'foreign'],
    ['', 'foreign'],
  ] as const)('in stage prod, a statement with Sid "%s" is %s', (sid, whose) => {
    const text = JSON.stringify({ Statement: [statement({ Sid: sid })] });

    expect(sidsOf(parsePolicy(text, 'prod')?.[whose])).toEqual([sid]);
  });

  it('takes a statement without Sid, or with one that is no text, for the vendor’s', () => {
    const foreign = [statement({}), statement({ Sid: 7 })];

    expect(parsePolicy(JSON.stringify({ Statement: foreign }), 'prod')).toEqual({
      header: {},
      ours: [],
      foreign,
    });
  });

  it('reads a stage’s Sid without the characters that a Sid cannot have', () => {
    const text = JSON.stringify({ Statement: [statement({ Sid: 'Wharfageeuwest1Day20261121' })] });

    expect(parsePolicy(text, 'eu.west-1')?.ours).toHaveLength(1);
  });

  it('takes a single statement for a list of one', () => {
    const text = JSON.stringify({ Version: '2012-10-17', Statement: statement({ Sid: 'Mine' }) });

    expect(sidsOf(parsePolicy(text, 'prod')?.foreign)).toEqual(['Mine']);
  });

  it.each(['', '{', 'null', '[]', '"text"', '{}', '{"Statement":["x"]}', '{"Statement":[[]]}'])(
    'does not guess at %s',
    (text) => {
      expect(parsePolicy(text, 'prod')).toBeUndefined();
    },
  );

  it('keeps Version, Id and the vendor’s statements, with and without Sid, to the letter', () => {
    const vendors = {
      Version: '2008-10-17',
      Id: 'vendor',
      Statement: [
        statement({ Sid: 'Build', Principal: { AWS: 'arn:aws:iam::123456789012:root' } }),
        { ...statement({ Condition: { Bool: { 'aws:SecureTransport': true } } }), ü: ['b', 'a'] },
      ],
    };
    const live = parsePolicy(JSON.stringify(vendors), 'prod');

    expect(live && JSON.parse(textOf(composePolicy(live.header, live.foreign, [])))).toEqual(
      vendors,
    );
  });
});

describe('composing a document', () => {
  it('takes the vendor’s header only together with a statement of the vendor', () => {
    const header = { Version: '2008-10-17', Id: 'vendor' };
    const ours = [statement({ Sid: 'WharfageprodDay20261121' })];

    expect(composePolicy(header, [], ours).header).toEqual({ Version: '2012-10-17' });
    expect(composePolicy(header, [statement({})], ours).header).toBe(header);
  });

  it('writes compact JSON, the vendor’s statements first', () => {
    const document = composePolicy(
      { Version: '2012-10-17' },
      [{ Sid: 'Theirs' }],
      [{ Sid: 'Ours' }],
    );

    expect(textOf(document)).toBe(
      '{"Version":"2012-10-17","Statement":[{"Sid":"Theirs"},{"Sid":"Ours"}]}',
    );
  });

  it.each([
    ['a', 51],
    ['é', 52],
    ['中', 53],
    ['🚢', 54],
  ])('counts "%s" in bytes of UTF-8', (text, size) => {
    expect(sizeOf(composePolicy({}, [], [{ Note: text }]))).toBe(size);
  });

  it('is empty, and of no size, without statements', () => {
    expect(isEmptyPolicy(composePolicy({}, [], []))).toBe(true);
    expect(isEmptyPolicy(composePolicy({}, [{}], []))).toBe(false);
    expect(isEmptyPolicy(composePolicy({}, [], [{}]))).toBe(false);
    expect(sizeOf(NO_POLICY)).toBe(0);
  });
});
