import { expect, it } from 'vitest';
import { singleFlight } from '../../functions/usecases/single-flight.ts';

it('answers everybody who asks meanwhile from one question', async () => {
  const flights = singleFlight<number>();
  let questions = 0;
  const ask = async (): Promise<number> => {
    questions += 1;
    return questions;
  };
  const answers = await Promise.all([flights.fly('a', ask), flights.fly('a', ask)]);
  expect(answers).toEqual([1, 1]);
  expect(await flights.fly('a', ask)).toBe(2);
});

it('keeps questions about different things apart', async () => {
  const flights = singleFlight<string>();
  const answers = [flights.fly('a', async () => 'of a'), flights.fly('b', async () => 'of b')];
  expect(await Promise.all(answers)).toEqual(['of a', 'of b']);
});

it('fails all who wait, and asks again the next time', async () => {
  const flights = singleFlight<string>();
  const fail = (): Promise<string> => Promise.reject(new Error('throttled'));
  const waiting = [flights.fly('a', fail), flights.fly('a', fail)];
  expect((await Promise.allSettled(waiting)).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ]);
  expect(flights.find('a')).toBeUndefined();
  expect(await flights.fly('a', async () => 'there')).toBe('there');
});
