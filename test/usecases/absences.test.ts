import { expect, it } from 'vitest';
import { absences } from '../../functions/usecases/absences.ts';

it('remembers for a minute what was not there', () => {
  const absent = absences();
  absent.note('acme/app 1.0', 1_000);
  expect(absent.has('acme/app 1.0', 1_059)).toBe(true);
  expect(absent.has('acme/app 1.0', 1_060)).toBe(false);
  expect(absent.has('acme/tools 1.0', 1_000)).toBe(false);
});

it('forgets the oldest of more than 10,000', () => {
  const absent = absences();
  for (let index = 0; index < 10_000; index += 1) absent.note(`acme/app ${index}`, 1_000);
  absent.note('acme/app 0', 1_001);
  absent.note('acme/app one more', 1_001);
  expect(absent.has('acme/app 1', 1_001)).toBe(false);
  expect(absent.has('acme/app 0', 1_001)).toBe(true);
  expect(absent.has('acme/app 2', 1_001)).toBe(true);
  expect(absent.has('acme/app one more', 1_001)).toBe(true);
});
