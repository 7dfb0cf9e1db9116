/** Up to where a batch is done, in the form in which the engine takes a commit. */
import { expect, test } from 'vitest';
import { Positions } from '../../../src/consumer/positions.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { type FakeRow, fakeBatch } from '../engine/fakes.js';

function advanced(rows: readonly FakeRow[]): Positions {
  const view = new BatchView(fakeBatch(rows));
  const positions = new Positions();
  for (let row = 0; row < view.count; row++) positions.advance(view, row);
  return positions;
}
const rowsOf = (positions: Positions): number[][] => {
  const flat = [...positions.toArray()];
  return Array.from({ length: flat.length / 5 }, (_, i) => flat.slice(i * 5, i * 5 + 5));
};

test('one quintuple a partition: the offset after its last row, with the epochs of ownership and leader', () => {
  const positions = advanced([
    { topicId: 0, partition: 1, offset: 10, epoch: 4, leaderEpoch: 2 },
    { topicId: 0, partition: 1, offset: 11, epoch: 4, leaderEpoch: 3 },
    { topicId: 2, partition: 1, offset: 5, epoch: 6, leaderEpoch: -1 },
    { topicId: 0, partition: 0, offset: 0, epoch: 5, leaderEpoch: 0 },
    // Offsets have gaps where the log was compacted, and a partition may come in several runs.
    { topicId: 0, partition: 1, offset: 19, epoch: 4, leaderEpoch: 3 },
  ]);
  expect(rowsOf(positions)).toEqual([
    [0, 1, 20, 4, 3],
    [2, 1, 6, 6, -1],
    [0, 0, 1, 5, 0],
  ]);
});

test('no rows, no positions', () => {
  expect(advanced([]).toArray()).toHaveLength(0);
});

test('a partition that is stopped stands exactly at the stopping row, even as the first of the batch', () => {
  const view = new BatchView(
    fakeBatch([
      { partition: 0, offset: 7 },
      { partition: 1, offset: 40 },
    ]),
  );
  const positions = new Positions();
  positions.stopAt(view, 0);
  positions.advance(view, 1);
  expect(positions.isStopped(view, 0)).toBe(true);
  expect(positions.isStopped(view, 1)).toBe(false);
  expect(rowsOf(positions).map(([, partition, offset]) => [partition, offset])).toEqual([
    [0, 7],
    [1, 41],
  ]);
});

test('offsets beyond 32 bits are exact', () => {
  expect(rowsOf(advanced([{ offset: 2 ** 53 - 2 }]))[0]?.[2]).toBe(2 ** 53 - 1);
});
