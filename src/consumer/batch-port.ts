/** Consuming, step 1: the batches of one member in the engine: taken, handled, committed, done. A batch is known by its number, a topic by its own. */

import { BatchView } from '../engine/batch-view.js';
import type { Connection } from '../engine/connection.js';
import { callEngine } from '../engine/faults.js';
import type { NativeConsumer, NativePositionResult } from '../engine/native.js';

export class BatchPort {
  readonly #name: string;
  readonly #connection: () => Connection<NativeConsumer>;
  #topics: readonly string[] = [];
  #lastTaken = 0;
  #wake: (() => void) | undefined;

  /** `connection`: the client, which may be opened anew before the group is joined. */
  constructor(name: string, connection: () => Connection<NativeConsumer>) {
    this.#name = name;
    this.#connection = connection;
  }

  get #handle(): NativeConsumer {
    return this.#connection().mailbox.handle;
  }

  /** A batch that is due now, or null: then `wait` for the next. */
  take(max: number, timeoutMs: number): BatchView | null {
    const batch = this.#handle.take(max, timeoutMs);
    if (batch === null) return null;
    this.#lastTaken = batch.id;
    return new BatchView(batch);
  }

  /** The number of the newest batch: numbers rise. 0: none was taken yet. */
  get lastTaken(): number {
    return this.#lastTaken;
  }

  /** Resolves after `interrupt`: when a batch may be due, or there is something else to look at. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  interrupt(): void {
    this.#wake?.();
  }

  topicName(id: number): string {
    // The table only grows; a number that is new here is not new there.
    if (id >= this.#topics.length) this.#topics = this.#handle.topics();
    return this.#topics[id] ?? `topic ${id}`;
  }

  topicId(name: string): number {
    return this.#handle.topicId(name);
  }

  /** The batch's handler has ended. */
  handled(batchId: number): void {
    this.#handle.handled(batchId);
  }

  /** The batch's handler has not ended, but nobody waits for it any more. */
  abandon(batchId: number): void {
    this.#handle.abandon(batchId);
  }

  /** A revocation of the batch's partitions waits for this. */
  done(batchId: number): void {
    this.#handle.done(batchId);
  }

  /** Triples [batchId, topicId, partition]: what `done` says, partition by partition. */
  doneParts(parts: Float64Array): void {
    this.#handle.doneParts(parts);
  }

  /** The oldest handler call that runs began this long ago; undefined = none runs. Instead of `handled`, where a batch is handled in several calls. */
  calling(agoMs: number | undefined): void {
    this.#handle.calling(agoMs ?? -1);
  }

  /** Resolves with the broker's answer, position by position. Quintuples as `Positions.toArray` makes them. */
  async commit(positions: Float64Array): Promise<readonly NativePositionResult[]> {
    const { mailbox } = this.#connection();
    const answer = await mailbox.request('committed', (request) => mailbox.handle.commit(request, positions));
    return answer.results;
  }

  /** Leaves handled positions to librdkafka's own commit timer. */
  store(positions: Float64Array): void {
    callEngine(`Storing positions of the ${this.#name}`, () => this.#handle.store(positions));
  }
}
