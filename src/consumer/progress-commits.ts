/** Consuming with a failure policy or concurrency, step 4: what is done without a gap goes to the broker, one request under way, the newest positions
 *  with the next one, which waits a little while there is more to come; what is stored is done with in the engine. */

import type { OwnedPartition } from './owned-partition.js';

export interface ProgressCommitsPort<T> {
  /** messages of a partition that are worth a request at once; 0: any */
  readonly enough: number;
  /** Quintuples, as `Positions.toArray` makes them; resolves when they are stored, or are not ours any more. Never rejects. */
  store(rows: Float64Array): Promise<void>;
  /** Triples [batchId, topicId, partition]. */
  doneParts(parts: Float64Array): void;
  /** More of the partition is stored than before, or it was touched. */
  onChange(partition: OwnedPartition<T>): void;
}

/** A request costs the broker a millisecond of its time, and each thread on the way a wake-up: while calls run, or one has just ended, one request
 *  follows the other this late, unless enough is done. */
const GATHER_MS = 20;

export class ProgressCommits<T> {
  readonly #port: ProgressCommitsPort<T>;
  #endWait: (() => void) | undefined;
  readonly #touched = new Set<OwnedPartition<T>>();
  #flushing: Promise<void> | undefined;

  constructor(port: ProgressCommitsPort<T>) {
    this.#port = port;
  }

  /** Something of the partition is done, or it is gone. */
  touch(partition: OwnedPartition<T>): void {
    this.#touched.add(partition);
    if (this.#endWait !== undefined && !this.#mayGather(partition)) this.hurry();
    this.#flushing ??= this.#flush();
  }

  /** The next request waits no longer for more to be done. */
  hurry(): void {
    this.#endWait?.();
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
      if (this.#touched.size > 0 && [...this.#touched].every((partition) => this.#mayGather(partition))) await this.#gather();
    }
    this.#flushing = undefined;
  }

  /** More of it will be done soon, and nobody waits for what is. */
  #mayGather({ isGone, running, progress }: OwnedPartition<T>): boolean {
    return !isGone && running > 0 && progress.uncommitted < this.#port.enough;
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.hurry(), GATHER_MS);
      this.#endWait = () => {
        this.#endWait = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
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
