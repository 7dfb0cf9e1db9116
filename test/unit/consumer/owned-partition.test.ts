/** Waits of a partition: whole, or cut short when it goes; what was under way is waited for a little. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { OwnedPartition } from '../../../src/consumer/owned-partition.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const partition = () => new OwnedPartition<number>({ topic: 't', partition: 0 }, { topicId: 0, partition: 0, epoch: 1 });

test('a wait ends by itself, or with its partition; afterwards there is none', async () => {
  const own = partition();
  const whole = own.wait(100);
  vi.advanceTimersByTime(100);
  expect(await whole).toBe(true);
  const cut = own.wait(600_000);
  own.leave();
  expect(await cut).toBe(false);
  expect(await own.wait(600_000)).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('work is waited for while the partition is ours, and a while longer', async () => {
  const own = partition();
  expect(await own.within(Promise.resolve(1), 50)).toBe(1);
  const never = new Promise<number>(() => undefined);
  const late = own.within(never, 50);
  own.leave();
  await vi.advanceTimersByTimeAsync(50);
  expect(await late).toBeUndefined();
  const soon = own.within(new Promise<number>((resolve) => setTimeout(resolve, 20, 2)), 50);
  await vi.advanceTimersByTimeAsync(20);
  expect(await soon).toBe(2);
  expect(vi.getTimerCount()).toBe(0);
});
