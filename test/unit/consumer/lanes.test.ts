/** Lanes: what must follow what. One call a lane at a time, lanes beside each other, nothing forgotten between two calls. */
import { expect, test } from 'vitest';
import { Entry } from '../../../src/consumer/entry.js';
import { type Lane, Lanes } from '../../../src/consumer/lanes.js';
import { OwnedPartition } from '../../../src/consumer/owned-partition.js';
import { Slots, type Turn } from '../../../src/consumer/slots.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { fakeBatch } from '../engine/fakes.js';

const partition = (number: number) =>
  new OwnedPartition<number>({ topic: 't', partition: number }, { topicId: 0, partition: number, epoch: 1 });

/** Entries with these keys, by offset. */
function entries(keys: readonly (string | Buffer | null)[], from = 0): Entry<number>[] {
  const view = new BatchView(fakeBatch(keys.map((key, i) => ({ key, keyInvalid: Buffer.isBuffer(key), offset: from + i, item: '1' }))));
  return keys.map((_, row) => new Entry<number>(view, row, undefined));
}

function setUp(order: 'partition' | 'key', most = 10) {
  const calls: string[] = [];
  const open: (() => void)[] = [];
  const work = (lane: Lane<number>): void => {
    calls.push(`${lane.partition.of.partition}:${lane.take(most).map(({ offset }) => offset)}`);
    open.push(() => lane.end());
  };
  const lanes = new Lanes<number>(order, { callSize: 10, whenFree: (turn) => turn.go(), work, readAhead: () => undefined });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { lanes, calls, end: (call: number) => open[call]?.(), settle };
}

test('by partition: what comes together is called together, what comes later waits for it', async () => {
  const { lanes, calls, end, settle } = setUp('partition');
  const [one, two] = [partition(1), partition(2)];
  lanes.add(one, entries(['a', 'b']));
  lanes.add(two, entries(['a']));
  lanes.add(one, entries(['c'], 2));
  await settle();
  expect(calls).toEqual(['1:0,1', '2:0']);
  lanes.add(one, entries(['d'], 3));
  await settle();
  expect(calls).toHaveLength(2);
  end(0);
  await settle();
  expect(calls[2]).toBe('1:2,3');
});

test('by key: a lane each; bytes that are no UTF-8 are told apart; without a key each is by itself', async () => {
  const { lanes, calls, settle } = setUp('key');
  const keys = ['a', null, 'b', 'a', null, Buffer.from([0xff]), Buffer.from([0xfe]), Buffer.from([0xff])];
  lanes.add(partition(0), entries(keys));
  await settle();
  expect(calls.toSorted()).toEqual(['0:0,3', '0:1', '0:2', '0:4', '0:5,7', '0:6']);
});

test('what is queued in the very turn in which a lane ends is not forgotten', async () => {
  const calls: number[] = [];
  const own = partition(0);
  const work = (lane: Lane<number>): void => {
    calls.push(...lane.take(10).map(({ offset }) => offset));
    if (calls.length < 50) queueMicrotask(() => lanes.add(own, entries(['k'], calls.length)));
    queueMicrotask(() => lane.end());
  };
  const lanes = new Lanes<number>('partition', { callSize: 10, whenFree: (turn) => turn.go(), work, readAhead: () => undefined });
  lanes.add(own, entries(['k']));
  await lanes.idle();
  await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toEqual(Array.from({ length: 50 }, (_, n) => n));
});

test('a partition that is gone: its lanes end with the calls that run', async () => {
  const { lanes, calls, end, settle } = setUp('partition', 1);
  const own = partition(0);
  lanes.add(own, entries(['a', 'b']));
  await settle();
  own.leave();
  end(0);
  await lanes.idle();
  expect(calls).toEqual(['0:0']);
});

test('slots: so many at once, then whoever has waited longest', () => {
  const slots = new Slots(2);
  const order: number[] = [];
  for (const n of [1, 2, 3, 4]) slots.take({ go: () => order.push(n) });
  expect(order).toEqual([1, 2]);
  slots.give();
  expect(order).toEqual([1, 2, 3]);
  slots.give();
  slots.give();
  slots.take({ go: () => order.push(5) });
  expect(order).toEqual([1, 2, 3, 4, 5]);
});

test('slots: many thousands that have nothing to do go one after the other, not one inside the other', () => {
  const slots = new Slots(1);
  let gone = 0;
  slots.take({ go: () => undefined });
  for (let n = 0; n < 100_000; n++) {
    slots.take({
      go: () => {
        gone++;
        slots.give();
      },
    });
  }
  slots.give();
  expect(gone).toBe(100_000);
});

test.each([
  { callSize: 10, ahead: [0, 1, 2, 3] },
  { callSize: 2, ahead: [0, 1] },
])('the first few messages of a lane are read ahead, no more than a call of $callSize takes, none of a partition that is gone', (given) => {
  const read: number[] = [];
  const turns: Turn[] = [];
  const lanes = new Lanes<number>('partition', {
    callSize: given.callSize,
    whenFree: (turn) => void turns.push(turn),
    work: () => undefined,
    readAhead: ({ offset }) => void read.push(offset),
  });
  const own = partition(0);
  lanes.add(own, entries(['a', 'b', 'c', 'd', 'e', 'f']));
  expect([turns[0]?.prepare?.(), read]).toEqual([given.ahead.length, given.ahead]);
  own.leave();
  expect([turns[0]?.prepare?.(), read.length]).toEqual([0, given.ahead.length]);
});
