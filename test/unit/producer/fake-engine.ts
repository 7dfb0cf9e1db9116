/** A native producer under the test's hand: it keeps what was produced, and answers when the test says so. */
import { readHeaders } from '../../../src/engine/header-section.js';
import { type NativeDeliveryFailure, type NativeFault, OUT_STRIDE } from '../../../src/engine/native.js';
import type { Headers } from '../../../src/message/message.js';
import { FakeHandle } from '../engine/fakes.js';

export interface SentRecord {
  readonly topic: string;
  readonly key: string | null;
  readonly value: string | null;
  readonly partition: number;
  readonly timestampMs: number;
  readonly headers: Headers;
}

export interface SentBatch {
  readonly request: number;
  readonly waiting: boolean;
  readonly records: readonly SentRecord[];
}

export class FakeNativeProducer extends FakeHandle {
  static readonly opened: FakeNativeProducer[] = [];
  readonly config: ReadonlyMap<string, string>;
  readonly batches: SentBatch[] = [];
  readonly metadataRequests: number[] = [];
  purges = 0;

  constructor(config: readonly (readonly [string, string])[], wake: () => void) {
    super();
    this.config = new Map(config);
    this.wake = wake;
    FakeNativeProducer.opened.push(this);
  }

  static get last(): FakeNativeProducer {
    return FakeNativeProducer.opened.at(-1) as FakeNativeProducer;
  }

  produce(request: number, slab: Buffer, used: number, rows: Float64Array, topics: readonly string[], waiting: boolean): void {
    const copy = Buffer.from(slab.subarray(0, used));
    const records = Array.from({ length: rows.length / OUT_STRIDE }, (_, index) => {
      return readRow(copy, rows.subarray(index * OUT_STRIDE, (index + 1) * OUT_STRIDE), topics);
    });
    this.batches.push({ request, waiting, records });
  }

  purgeUnsent(): void {
    this.purges++;
  }

  metadata(request: number): void {
    this.metadataRequests.push(request);
  }

  /** Answers the n-th batch: all delivered but the failures. */
  deliver(batch: number, failures: readonly NativeDeliveryFailure[] = []): void {
    const { request, records } = this.batches[batch] as SentBatch;
    const partitions = Int32Array.from(records, ({ partition }) => Math.max(0, partition));
    const offsets = Float64Array.from(records, (_, index) => 100 * (batch + 1) + index);
    this.say({ kind: 'delivered', request, failures, partitions, offsets });
  }

  closed(timedOut = false): void {
    this.say({ kind: 'closed', timedOut, error: null });
  }
}

function readRow(slab: Buffer, row: Float64Array, topics: readonly string[]): SentRecord {
  const [
    topic = 0,
    valueStart = 0,
    valueLength = 0,
    keyStart = 0,
    keyLength = 0,
    partition = 0,
    timestampMs = 0,
    headersStart = 0,
    headersLength = 0,
  ] = row;
  const text = (start: number, length: number): string | null => (length < 0 ? null : slab.toString('utf8', start, start + length));
  return {
    topic: topics[topic] as string,
    key: text(keyStart, keyLength),
    value: text(valueStart, valueLength),
    partition,
    timestampMs,
    headers: readHeaders(slab, headersStart, headersLength),
  };
}

export function failure(index: number, error: NativeFault, persisted: 'no' | 'possibly' = 'no'): NativeDeliveryFailure {
  return { index, error, persisted };
}
