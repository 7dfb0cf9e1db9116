import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Reader } from '../../../src/consumer/reader.js';
import type { NativeFault, NativePageSpec, NativePartitionSpec } from '../../../src/engine/native.js';
import { SILENT_LOGGER } from '../../../src/settings/logger.js';
import { FakeHandle, fakeBatch, fault } from '../engine/fakes.js';

/** A partition with gaps: what a page finds is what lies in it. */
class FakeReader extends FakeHandle {
  static last: FakeReader;
  readonly pages: NativePageSpec[] = [];
  offsets: readonly number[] = [];
  low = 0;
  /** what the next pages say instead of finding anything; null = nothing, for now */
  answers: (NativeFault | null)[] = [];

  constructor(_config: unknown, wake: () => void) {
    super();
    this.wake = wake;
    FakeReader.last = this;
  }

  read(request: number, page: NativePageSpec): void {
    this.pages.push(page);
    const { from, until, maxRecords, partition } = page;
    if (this.answers.length > 0) {
      const error = this.answers.shift() ?? null;
      queueMicrotask(() => this.say({ kind: 'page', request, batch: null, ended: false, next: from, error }));
      return;
    }
    const found = this.offsets.filter((offset) => offset >= from && offset < until);
    const rows = found.slice(0, maxRecords).map((offset) => ({ partition, offset, key: `k${offset}` }));
    const next = (rows.at(-1)?.offset ?? from - 1) + 1;
    const batch = rows.length === 0 ? null : fakeBatch(rows);
    const ended = found.length <= maxRecords;
    queueMicrotask(() => this.say({ kind: 'page', request, batch, ended, next, error: null }));
  }

  watermarks(request: number, of: readonly NativePartitionSpec[]): void {
    const marks = of.map(({ topic, partition }) => ({
      topic,
      partition,
      low: this.low,
      high: partition === 1 ? this.low : 50,
      error: null,
    }));
    queueMicrotask(() => this.say({ kind: 'result', request, error: null, json: JSON.stringify(marks) }));
  }

  metadata(request: number, topic: string): void {
    const error = topic === 'absent' ? fault(3, 'UNKNOWN_TOPIC_OR_PART') : null;
    const topics = [{ name: topic, error, partitions: error === null ? [{ id: 2 }, { id: 1 }, { id: 0 }] : [] }];
    queueMicrotask(() => this.say({ kind: 'result', request, error: null, json: JSON.stringify({ brokers: [], topics }) }));
  }
}

vi.mock('../../../src/engine/load.js', () => ({ engine: () => ({ NativeReader: FakeReader }) }));

let reader: Reader;
beforeEach(() => {
  reader = new Reader({ name: 'reader', bootstrapServers: 'x:1', config: [], logger: SILENT_LOGGER });
});
afterEach(() => vi.restoreAllMocks());

const RANGE = { topic: 't', partition: 0, from: 0, until: 50 };
async function offsetsOf(pages: AsyncIterable<readonly { readonly offset: number }[]>): Promise<number[][]> {
  const offsets: number[][] = [];
  for await (const page of pages) offsets.push(page.map(({ offset }) => offset));
  return offsets;
}

test('a range is read page by page, over its gaps, and a page begins where the last one ended', async () => {
  FakeReader.last.offsets = [3, 4, 20, 21, 48];
  expect(await offsetsOf(reader.pages([RANGE], undefined, 2))).toEqual([[3, 4], [20, 21], [48]]);
  expect(FakeReader.last.pages.map(({ from, until }) => [from, until])).toEqual([
    [0, 50],
    [5, 50],
    [22, 50],
  ]);
});

test('ranges come one after the other, and one without records ends as well', async () => {
  FakeReader.last.offsets = [3];
  const ranges = [RANGE, { ...RANGE, from: 4, until: 9 }, { ...RANGE, partition: 1 }];
  expect(await offsetsOf(reader.pages(ranges))).toEqual([[3], [3]]);
});

test('what a topic holds are its partitions in order, without the empty ones', async () => {
  FakeReader.last.low = 7;
  expect(await reader.ranges('t')).toEqual([
    { topic: 't', partition: 0, from: 7, until: 50 },
    { topic: 't', partition: 2, from: 7, until: 50 },
  ]);
  await expect(reader.ranges('absent')).rejects.toMatchObject({ kafkaCode: 3, message: expect.stringContaining('Reading topic "absent"') });
});

test('one record, or undefined where none lies', async () => {
  FakeReader.last.offsets = [3];
  expect(await reader.record({ topic: 't', partition: 0, offset: 3 })).toMatchObject({ topic: 't', offset: 3, key: Buffer.from('k3') });
  expect(await reader.record({ topic: 't', partition: 0, offset: 2 })).toBeUndefined();
});

const GONE = fault(-140, '_AUTO_OFFSET_RESET');

test('records that are deleted while it reads are passed over; a position that is gone otherwise is an error', async () => {
  FakeReader.last.offsets = [30, 31];
  FakeReader.last.low = 30;
  FakeReader.last.answers = [GONE];
  expect(await offsetsOf(reader.pages([RANGE]))).toEqual([[30, 31]]);
  FakeReader.last.low = 0;
  FakeReader.last.answers = [GONE];
  await expect(offsetsOf(reader.pages([RANGE]))).rejects.toMatchObject({
    kafkaCode: -140,
    position: { topic: 't', partition: 0, offset: 0 },
  });
  FakeReader.last.answers = [fault(-199, '_BAD_MSG')];
  await expect(offsetsOf(reader.pages([RANGE]))).rejects.toMatchObject({ kafkaCode: -199 });
});

test('a silent cluster is waited for, but not for ever', async () => {
  FakeReader.last.offsets = [3];
  FakeReader.last.answers = [null, null];
  expect(await offsetsOf(reader.pages([RANGE]))).toEqual([[3]]);
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 8_000));
  FakeReader.last.answers = Array.from({ length: 100 }, () => null);
  await expect(offsetsOf(reader.pages([RANGE]))).rejects.toMatchObject({ code: 'TIMEOUT_READ', timeoutMs: 30_000 });
});

test('the time that a caller takes for a page is not silence of the cluster', async () => {
  FakeReader.last.offsets = [3, 4];
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const found: number[] = [];
  for await (const page of reader.pages([RANGE], undefined, 1)) {
    found.push(...page.map(({ offset }) => offset));
    nowMs += 60_000;
    if (found.length === 1) FakeReader.last.answers = [null, null];
  }
  expect(found).toEqual([3, 4]);
});

test('an abort ends it between two pages', async () => {
  FakeReader.last.offsets = [3, 4];
  const stop = new AbortController();
  const read = async (): Promise<void> => {
    for await (const _ of reader.pages([RANGE], stop.signal, 1)) stop.abort(new Error('stopped'));
  };
  await expect(read()).rejects.toThrow('stopped');
  expect(FakeReader.last.pages).toHaveLength(1);
});
