/** What of a partition may be committed: the position stays before the first entry that is not done, whatever the order in which they end. */
import { expect, test } from 'vitest';
import { Progress } from '../../../src/consumer/progress.js';
import { countAlive } from '../../support/garbage.js';

interface Fake {
  readonly offset: number;
  readonly leaderEpoch: number;
  done: boolean;
}
const entry = (offset: number): Fake => ({ offset, leaderEpoch: 1, done: false });
const of = { topicId: 3, partition: 1, epoch: 7 };

test('nothing done: nothing to commit, not even where it began', () => {
  const progress = new Progress<Fake>(of);
  progress.add(1, { entries: [entry(5)], first: 5, next: 6, leaderEpoch: 2 });
  expect(progress.cut()).toBeUndefined();
  expect(progress.takeSettled()).toEqual([]);
  expect(progress.ahead).toBe(1);
});

test('entries end in any order; the position follows the first gap and passes skipped rows', () => {
  const progress = new Progress<Fake>(of);
  const [a, b, c] = [entry(10), entry(12), entry(13)] as const;
  // 11 and 14 are tombstones.
  progress.add(1, { entries: [a, b, c], first: 10, next: 15, leaderEpoch: 2 });
  b.done = true;
  expect([progress.position, progress.uncommitted]).toEqual([10, 0]);
  a.done = true;
  expect([progress.position, progress.uncommitted]).toEqual([13, 2]);
  const cut = progress.cut();
  expect(cut?.row).toEqual([3, 1, 13, 7, 1]);
  expect(progress.cut()).toBeUndefined();
  expect(progress.uncommitted).toBe(2);
  if (cut !== undefined) progress.settle(cut);
  expect([progress.uncommitted, progress.ahead]).toEqual([0, 1]);
  expect(progress.takeSettled()).toEqual([]);
  c.done = true;
  const last = progress.cut();
  expect(last?.row).toEqual([3, 1, 15, 7, 2]);
  if (last !== undefined) progress.settle(last);
  expect(progress.takeSettled()).toEqual([1]);
  expect(progress.takeSettled()).toEqual([]);
});

test('a batch is done with when its last row is stored, and with it those before', () => {
  const progress = new Progress<Fake>(of);
  const entries = [0, 1, 2, 3].map(entry);
  progress.add(1, { entries: entries.slice(0, 2), first: 0, next: 2, leaderEpoch: 4 });
  progress.add(2, { entries: entries.slice(2), first: 2, next: 4, leaderEpoch: 5 });
  for (const one of entries.slice(0, 3)) one.done = true;
  const cut = progress.cut();
  expect(cut?.row).toEqual([3, 1, 3, 7, 1]);
  if (cut !== undefined) progress.settle(cut);
  expect(progress.takeSettled()).toEqual([1]);
  expect(progress.giveUp()).toEqual([2]);
  expect(progress.giveUp()).toEqual([]);
});

test('a batch of skipped rows alone is committed', () => {
  const progress = new Progress<Fake>(of);
  progress.add(1, { entries: [], first: 0, next: 9, leaderEpoch: 1 });
  expect(progress.cut()?.row).toEqual([3, 1, 9, 7, 1]);
});

test('a share that ends at its first row, a faulty one, is done with at once', () => {
  const progress = new Progress<Fake>(of);
  progress.add(1, { entries: [], first: 4, next: 4, leaderEpoch: 1 });
  expect(progress.cut()).toBeUndefined();
  expect(progress.takeSettled()).toEqual([1]);
});

test('what has been passed is forgotten, and the count stays right over many thousands', () => {
  const progress = new Progress<Fake>(of);
  let next = 0;
  for (let batch = 1; batch <= 40; batch++) {
    const entries = Array.from({ length: 100 }, () => entry(next++));
    progress.add(batch, { entries, first: next - 100, next, leaderEpoch: 0 });
    for (const one of entries.toReversed()) one.done = true;
    const cut = progress.cut();
    expect(cut?.row[2]).toBe(next);
    if (cut !== undefined) progress.settle(cut);
    expect([progress.ahead, progress.uncommitted]).toEqual([0, 0]);
    expect(progress.takeSettled()).toEqual([batch]);
  }
});

test('what is passed is let go: each entry holds its batch', async () => {
  const progress = new Progress<Fake>(of);
  const refs = Array.from({ length: 10 }, (_, offset) => {
    const own = entry(offset);
    progress.add(offset, { entries: [own], first: offset, next: offset + 1, leaderEpoch: 1 });
    own.done = true;
    return new WeakRef(own);
  });
  expect(progress.position).toBe(10);
  expect(await countAlive(refs)).toBe(0);
  expect(progress.cut()?.row).toEqual([3, 1, 10, 7, 1]);
});

test('a log that was made anew goes back: what is taken of it is not done with before it is stored, and what was taken before still is', () => {
  const progress = new Progress<Fake>(of);
  const [old, fresh] = [entry(5_000), entry(0)];
  progress.add(1, { entries: [old], first: 5_000, next: 5_001, leaderEpoch: 1 });
  progress.add(2, { entries: [fresh], first: 0, next: 1, leaderEpoch: 1 });
  old.done = true;
  const first = progress.cut();
  expect(first?.row).toEqual([3, 1, 0, 7, 1]);
  progress.settle(first as NonNullable<typeof first>);
  expect(progress.takeSettled()).toEqual([1]);
  fresh.done = true;
  const second = progress.cut();
  expect(second?.row).toEqual([3, 1, 1, 7, 1]);
  progress.settle(second as NonNullable<typeof second>);
  expect(progress.takeSettled()).toEqual([2]);
});
