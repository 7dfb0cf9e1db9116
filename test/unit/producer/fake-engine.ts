/** A native producer under the test's hand: it keeps what was produced, and answers when the test says so. */
import { type NativeDeliveryFailure, type NativeFault, OUT_STRIDE } from '../../../src/engine/native.js';
import { FakeHandle } from '../engine/fakes.js';
import { type OutgoingRow, readOutgoingRow } from '../engine/outgoing-row.js';

export interface SentRecord extends Omit<OutgoingRow, 'topic'> {
  readonly topic: string;
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
      const row = readOutgoingRow(copy, rows.subarray(index * OUT_STRIDE));
      return { ...row, topic: topics[row.topic] as string };
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

export function failure(index: number, error: NativeFault, persisted: 'no' | 'possibly' = 'no'): NativeDeliveryFailure {
  return { index, error, persisted };
}
