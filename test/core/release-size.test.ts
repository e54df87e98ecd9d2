import { expect, it } from 'vitest';
import { bytesOf, fittingRelease } from '../../functions/core/release-size.ts';
import { blob, digest, manifest, tag } from '../contracts/release-examples.ts';

it.each([tag(), manifest(), blob()])('takes an ordinary %o as it is', (release) => {
  expect(fittingRelease(release)).toBe(release);
});

it('takes a manifest whose bytes just fit, and without them when they are one too many', () => {
  const rest = bytesOf(manifest());
  const fitting = manifest({ body: new Uint8Array(380_000 - rest) });
  const large = manifest({ body: new Uint8Array(380_001 - rest) });
  const { body: _body, ...without } = large;
  expect(fittingRelease(fitting)).toBe(fitting);
  expect(fittingRelease(large)).toStrictEqual(without);
});

it('takes nothing of what is too large without its bytes', () => {
  const blobs = Array.from({ length: 5_200 }, () => digest('e'));
  const { body: _body, ...bodiless } = manifest({ blobs });
  expect(fittingRelease(bodiless)).toBeUndefined();
  expect(fittingRelease(manifest({ blobs }))).toBeUndefined();
});

it('counts bytes, not characters', () => {
  const [narrow, wide] = ['u', 'ü'].map((text) => bytesOf(tag({ mediaType: text.repeat(100) })));
  expect(wide).toBe((narrow ?? 0) + 100);
});
