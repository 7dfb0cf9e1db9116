/** What is done on its way to the broker: one request at a time, the newest positions with the next, and the engine hears partition by partition. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Entry } from '../../../src/consumer/entry.js';
import { OwnedPartition } from '../../../src/consumer/owned-partition.js';
import { ProgressCommits } from '../../../src/consumer/progress-commits.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import { fakeBatch } from '../engine/fakes.js';

function setUp(enough = 3) {
  const requests: { readonly rows: readonly number[]; answer(): void }[] = [];
  const done: number[][] = [];
  const changed: number[] = [];
  const commits = new ProgressCommits<number>({
    enough,
    store: (rows) => new Promise((resolve) => requests.push({ rows: [...rows], answer: resolve })),
    doneParts: (parts) => done.push([...parts]),
    onChange: ({ of }) => changed.push(of.partition),
  });
  return { commits, requests, done, changed };
}

function taken(partition: number, count: number) {
  const own = new OwnedPartition<number>({ topic: 't', partition }, { topicId: 4, partition, epoch: 9 });
  const view = new BatchView(
    fakeBatch(
      Array.from({ length: count }, (_, offset) => ({ offset, leaderEpoch: 2 })),
      7,
    ),
  );
  const entries = Array.from({ length: count }, (_, row) => new Entry<number>(view, row, undefined));
  own.progress.add(7, { entries, first: 0, next: count, leaderEpoch: 2 });
  return { own, entries };
}
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A partition of three entries that is gone while a call runs: the first entry is done, and its position under way. */
async function leaving() {
  const { commits, requests, done } = setUp();
  const { own, entries } = taken(0, 3);
  entries[0]?.markDone();
  own.running = 1;
  own.leave();
  commits.touch(own);
  await settle();
  return { commits, requests, done, own, entries };
}

test('what ends in one turn goes out together; what ends meanwhile goes out with the next request, only the newest', async () => {
  const { commits, requests, done, changed } = setUp();
  const [a, b] = [taken(0, 4), taken(1, 1)];
  a.entries[0]?.markDone();
  b.entries[0]?.markDone();
  commits.touch(a.own);
  commits.touch(b.own);
  await settle();
  expect(requests.map(({ rows }) => rows)).toEqual([[4, 0, 1, 9, 2, 4, 1, 1, 9, 2]]);
  for (const entry of a.entries.slice(1)) {
    entry.markDone();
    commits.touch(a.own);
  }
  await settle();
  expect(requests).toHaveLength(1);
  expect(done).toEqual([]);
  requests[0]?.answer();
  await settle();
  expect(done).toEqual([[7, 4, 1]]);
  expect(requests[1]?.rows).toEqual([4, 0, 4, 9, 2]);
  requests[1]?.answer();
  await commits.settled();
  expect(done).toEqual([
    [7, 4, 1],
    [7, 4, 0],
  ]);
  expect(changed).toEqual([0, 1, 0]);
});

test('of a partition that is gone the contiguous part is stored, then the engine need not wait for it; not before what runs has ended', async () => {
  const { commits, requests, done, own } = await leaving();
  requests[0]?.answer();
  await commits.settled();
  expect(done).toEqual([]);
  own.running = 0;
  commits.touch(own);
  await commits.settled();
  expect(requests.map(({ rows }) => rows)).toEqual([[4, 0, 1, 9, 2]]);
  expect(done).toEqual([[7, 4, 0]]);
});

test('what the last call of a partition that is gone has done while a request was under way is stored before it is given away', async () => {
  const { commits, requests, done, own, entries } = await leaving();
  entries[1]?.markDone();
  own.running = 0;
  commits.touch(own);
  requests[0]?.answer();
  await settle();
  expect(done).toEqual([]);
  expect(requests[1]?.rows).toEqual([4, 0, 2, 9, 2]);
  requests[1]?.answer();
  await commits.settled();
  expect(done).toEqual([[7, 4, 0]]);
});

/** A request for the first entry has been answered, and the second is done; calls run. */
async function gathering({ enough = 3 } = {}) {
  const { commits, requests } = setUp(enough);
  const { own, entries } = taken(0, 6);
  own.running = 2;
  const finish = (...indexes: number[]): void => {
    for (const index of indexes) entries[index]?.markDone();
    commits.touch(own);
  };
  finish(0);
  await settle();
  finish(1);
  requests[0]?.answer();
  await settle();
  await settle();
  return { commits, requests, own, finish };
}

describe('while calls run', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  test('the next request waits a little for more to be done, and no longer', async () => {
    const { requests, finish, commits } = await gathering();
    expect(requests).toHaveLength(1);
    finish(2);
    await vi.advanceTimersByTimeAsync(19);
    await settle();
    expect(requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(requests.map(({ rows }) => rows[2])).toEqual([1, 3]);
    requests[1]?.answer();
    await commits.settled();
  });

  test.each<[why: string, (all: Awaited<ReturnType<typeof gathering>>) => void]>([
    ['enough is done', ({ finish }) => finish(2, 3)],
    ['its partition goes', ({ own, commits }) => [own.leave(), commits.touch(own)]],
    ['somebody waits for room', ({ commits }) => commits.hurry()],
  ])('it goes out at once when %s', async (_, happen) => {
    const all = await gathering();
    expect(all.requests).toHaveLength(1);
    happen(all);
    await settle();
    expect(all.requests).toHaveLength(2);
  });

  test('nothing is gathered where any message is enough', async () => {
    const { requests } = await gathering({ enough: 0 });
    expect(requests).toHaveLength(2);
  });
});
