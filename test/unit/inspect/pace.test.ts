import { expect, test } from 'vitest';
import { Pace } from '../../../src/inspect/pace.js';

test('without a rate nothing waits and chunks are whole', async () => {
  const pace = new Pace(undefined);
  expect(pace.chunkOf(500)).toBe(500);
  expect([pace.reserve(500, 0), pace.reserve(500, 0)]).toEqual([0, 0]);
});

test('a rate is kept over the whole run, in chunks of a quarter of a second', () => {
  expect([new Pace(100).chunkOf(500), new Pace(1).chunkOf(500), new Pace(1e9).chunkOf(500)]).toEqual([25, 1, 500]);
  const pace = new Pace(100);
  // 25 messages take 250 ms: the next may go that much later, whenever it asks within that time.
  expect([pace.reserve(25, 1_000), pace.reserve(25, 1_000), pace.reserve(25, 1_100)]).toEqual([0, 250, 400]);
});

test('idle time is not made up for', () => {
  const pace = new Pace(100);
  pace.reserve(25, 0);
  expect([pace.reserve(25, 60_000), pace.reserve(25, 60_000)]).toEqual([0, 250]);
});

test('waiting ends with the signal', async () => {
  const pace = new Pace(0.001);
  const stop = new AbortController();
  await pace.turn(1, stop.signal);
  const waiting = pace.turn(1, stop.signal);
  stop.abort(new Error('stopped'));
  await expect(waiting).rejects.toThrow('stopped');
});
