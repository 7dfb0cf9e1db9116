/** Consuming with a failure policy or concurrency, step 4: what is done without a gap goes to the broker, one request under way, the newest positions
 *  with the next one; what is stored is done with in the engine. */

import type { OwnedPartition } from './owned-partition.js';

export interface ProgressCommitsPort<T> {
  /** Quintuples, as `Positions.toArray` makes them; resolves when they are stored, or are not ours any more. Never rejects. */
  store(rows: Float64Array): Promise<void>;
  /** Triples [batchId, topicId, partition]. */
  doneParts(parts: Float64Array): void;
  /** More of the partition is stored than before, or it was touched. */
  onChange(partition: OwnedPartition<T>): void;
}

export class ProgressCommits<T> {
  readonly #port: ProgressCommitsPort<T>;
  readonly #touched = new Set<OwnedPartition<T>>();
  #flushing: Promise<void> | undefined;

  constructor(port: ProgressCommitsPort<T>) {
    this.#port = port;
  }

  /** Something of the partition is done, or it is gone. */
  touch(partition: OwnedPartition<T>): void {
    this.#touched.add(partition);
    this.#flushing ??= this.#flush();
  }

  /** Resolves when everything that is done is stored. */
  async settled(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #flush(): Promise<void> {
    // What ends in the same turn goes out together.
    await Promise.resolve();
    while (this.#touched.size > 0) {
      const partitions = [...this.#touched];
      this.#touched.clear();
      await this.#store(partitions);
      this.#release(partitions);
      for (const partition of partitions) this.#port.onChange(partition);
    }
    this.#flushing = undefined;
  }

  async #store(partitions: readonly OwnedPartition<T>[]): Promise<void> {
    const cuts = partitions.flatMap(({ progress }) => {
      const cut = progress.cut();
      return cut === undefined ? [] : [{ progress, cut }];
    });
    if (cuts.length === 0) return;
    await this.#port.store(Float64Array.from(cuts.flatMap(({ cut }) => cut.row)));
    for (const { progress, cut } of cuts) progress.settle(cut);
  }

  /** A revocation waits for the batches that hold rows of its partitions. Of one that is gone nothing more will be done; but what a call has done while
   *  the last request was under way is still to be stored, in the next turn of the loop. */
  #release(partitions: readonly OwnedPartition<T>[]): void {
    const parts = partitions.flatMap(({ progress, isGone, running }) => {
      const isOver = isGone && running === 0 && progress.isAsked;
      const batches = isOver ? progress.giveUp() : progress.takeSettled();
      return batches.flatMap((id) => [id, progress.of.topicId, progress.of.partition]);
    });
    if (parts.length > 0) this.#port.doneParts(Float64Array.from(parts));
  }
}
