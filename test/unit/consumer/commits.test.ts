/** Handled positions on their way to the broker: bounded, repeated where that helps, told, given up where it does not. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Commits } from '../../../src/consumer/commits.js';
import { Positions } from '../../../src/consumer/positions.js';
import { BatchView } from '../../../src/engine/batch-view.js';
import type { NativePositionResult } from '../../../src/engine/native.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter } from '../../../src/events.js';
import { fakeBatch, fault } from '../engine/fakes.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A broker under the test's hand: it sees every request as [partition, offset] and answers when told. */
function setUp(maxUncommittedBatches = 4, batchSize = 1) {
  const requests: { readonly rows: number[][]; answer(...codes: readonly number[]): void; fail(error: unknown): void }[] = [];
  const done: number[] = [];
  const failures: unknown[] = [];
  const emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (_, error) => {
    throw error;
  });
  const committed: string[] = [];
  const retried: string[] = [];
  emitter.on('consumer.committed', ({ positions }) => committed.push(...positions.map((p) => `${p.partition}:${p.offset}`)));
  emitter.on('consumer.commitRetried', ({ position, error }) =>
    retried.push(`${position.partition}:${position.offset} ${error.kafkaCode}`),
  );
  const port = {
    done: (id: number) => void done.push(id),
    commit: (positions: Float64Array) =>
      new Promise<readonly NativePositionResult[]>((resolve, reject) => {
        const rows = Array.from({ length: positions.length / 5 }, (_, i) => [...positions.subarray(i * 5, i * 5 + 5)]);
        requests.push({
          rows: rows.map(([, partition = 0, offset = 0]) => [partition, offset]),
          answer: (...codes) =>
            resolve(
              rows.map(([, partition = 0, offset = 0, epoch = 0], i) => {
                const code = codes[i] ?? 0;
                return { topic: 't', partition, offset, epoch, error: code === 0 ? null : fault(code, `CODE_${code}`) };
              }),
            ),
          fail: reject,
        });
      }),
    topicId: () => 0,
  };
  const commits = new Commits({
    name: 'test',
    port,
    maxUncommittedBatches,
    batchSize,
    emitter,
    onFailure: (error) => failures.push(error),
  });
  return { commits, requests, done, failures, committed, retried };
}

/** Positions of a batch: the last offset of each partition; its epoch is 100 + partition. */
function positions(last: Readonly<Record<number, number>>): Positions {
  const rows = Object.entries(last).map(([partition, offset]) => ({
    partition: Number(partition),
    offset,
    epoch: 100 + Number(partition),
  }));
  const view = new BatchView(fakeBatch(rows));
  const made = new Positions();
  rows.forEach((_, row) => {
    made.advance(view, row);
  });
  return made;
}
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

test('a batch counts as uncommitted until the broker has answered, and only then is it done', async () => {
  const { commits, requests, done, committed } = setUp(1);
  commits.markHandled(1, positions({ 0: 9 }));
  expect(commits.hasRoom).toBe(true);
  commits.markHandled(2, positions({ 0: 19 }));
  expect([commits.uncommitted, commits.hasRoom]).toEqual([2, false]);
  expect(done).toEqual([]);
  const changed = vi.fn();
  void commits.change().then(changed);
  requests[0]?.answer();
  await settle();
  expect([commits.uncommitted, commits.hasRoom, done]).toEqual([1, true, [1]]);
  expect(changed).toHaveBeenCalledTimes(1);
  requests[1]?.answer();
  await settle();
  expect(committed).toEqual(['0:10', '0:20']);
  expect(commits.uncommitted).toBe(0);
});

test('batches that are not full count by their records, however many there are, up to a bound', async () => {
  const { commits } = setUp(2, 3);
  for (let batch = 1; batch <= 6; batch++) {
    commits.markHandled(batch, positions({ 0: batch }));
    expect(commits.hasRoom).toBe(true);
  }
  commits.markHandled(7, positions({ 0: 7, 1: 7 }));
  expect([commits.uncommitted, commits.hasRoom]).toEqual([7, false]);
  const { commits: wide } = setUp(4, 100_000);
  for (let batch = 1; wide.hasRoom; batch++) wide.markHandled(batch, positions({ 0: batch }));
  expect(wide.uncommitted).toBe(251);
});

test('what was stored while an error waited for its repetition is not taken back', async () => {
  const { commits, requests, done } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  requests[0]?.answer(16);
  await settle();
  commits.markHandled(2, positions({ 0: 19 }));
  requests[1]?.answer();
  await vi.advanceTimersByTimeAsync(100);
  expect(requests[2]?.rows).toEqual([[0, 20]]);
  requests[2]?.answer();
  await settle();
  expect(done).toEqual([2, 1]);
});

test('a passing error is repeated after a wait that doubles', async () => {
  const { commits, requests, retried, done } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  for (const waitMs of [100, 200, 400]) {
    const before = requests.length;
    requests.at(-1)?.answer(16);
    await vi.advanceTimersByTimeAsync(waitMs - 1);
    expect(requests).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(requests).toHaveLength(before + 1);
  }
  requests.at(-1)?.answer();
  await settle();
  expect(retried).toEqual(['0:10 16', '0:10 16', '0:10 16']);
  expect(done).toEqual([1]);
});

test('an assignment ends the wait', async () => {
  const { commits, requests } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  requests[0]?.answer(27);
  await settle();
  expect(requests).toHaveLength(1);
  commits.retry();
  await settle();
  expect(requests[1]?.rows).toEqual([[0, 10]]);
});

test('what is repeated is the newest position of the partition, never one behind it', async () => {
  const { commits, requests, committed } = setUp();
  commits.markHandled(1, positions({ 0: 9, 1: 4 }));
  commits.markHandled(2, positions({ 0: 19 }));
  requests[0]?.answer(22, 0);
  requests[1]?.answer();
  await settle();
  commits.retry();
  await settle();
  expect(requests[2]?.rows).toEqual([[0, 20]]);
  requests[2]?.answer();
  await settle();
  expect(committed).toEqual(['1:5', '0:20', '0:20']);
});

test('a row of an epoch that is over does not take the place of one that waits to be repeated', async () => {
  const { commits, requests } = setUp();
  const row = (offset: number, epoch: number): Float64Array => Float64Array.of(0, 0, offset, epoch, -1);
  const waiting = commits.storeNow(row(8, 2));
  requests[0]?.answer(14);
  await settle();
  const late = commits.storeNow(row(20, 1));
  requests[1]?.answer(-172);
  await expect(late).rejects.toMatchObject({ kafkaCode: -172 });
  commits.retry();
  await settle();
  expect(requests[2]?.rows).toEqual([[0, 8]]);
  requests[2]?.answer();
  await waiting;
});

test('positions that are no longer owned are dropped without a word: their new owner reads them again', async () => {
  const { commits, requests, done, failures, retried, committed } = setUp();
  commits.markHandled(1, positions({ 0: 9, 1: 4 }));
  requests[0]?.answer(-172, 0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(1);
  expect({ done, failures, retried, committed }).toEqual({ done: [1], failures: [], retried: [], committed: ['1:5'] });
});

test.for([30, 29, 12, 82])('error %i is not repeated and ends the run', async (code) => {
  const { commits, requests, done, failures } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  requests[0]?.answer(code);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(1);
  expect(failures).toMatchObject([{ code: 'KAFKA', kafkaCode: code, position: { topic: 't', partition: 0, offset: 10 } }]);
  // A revocation must not wait for a batch whose fate is known.
  expect(done).toEqual([1]);
});

test('a client that fails under a commit ends the run with that error', async () => {
  const { commits, requests, failures } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  const fatal = new Error('fatal');
  requests[0]?.fail(fatal);
  await settle();
  expect(failures).toEqual([fatal]);
  expect(commits.uncommitted).toBe(0);
});

test('once abandoned it is tried one last time, on the way out, and never again', async () => {
  const { commits, requests, done } = setUp();
  commits.markHandled(1, positions({ 0: 9 }));
  requests[0]?.answer(16);
  await settle();
  commits.abandon();
  await settle();
  expect(requests).toHaveLength(2);
  requests[1]?.answer(16);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(requests).toHaveLength(2);
  expect(done).toEqual([1]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a batch without positions is settled at once', async () => {
  const { commits, requests, done } = setUp();
  commits.markHandled(7, new Positions());
  await settle();
  expect([requests.length, done]).toEqual([0, [7]]);
});
