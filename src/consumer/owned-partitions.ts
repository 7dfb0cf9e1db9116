/** Consuming with a failure policy or concurrency: the partitions of which something was taken, which of them are held, and how far each may be read on. */

import type { TopicPartition } from '../events.js';
import type { Entry } from './entry.js';
import type { Share } from './intake.js';
import { OwnedPartition } from './owned-partition.js';
import { partitionKey } from './partition-key.js';
import { ProgressCommits } from './progress-commits.js';
import type { Run } from './run.js';

export class OwnedPartitions<T> {
  readonly #run: Run<T>;
  readonly #commits: ProgressCommits<T>;
  readonly #partitions = new Map<string, OwnedPartition<T>>();
  /** a failing key holds only itself */
  readonly #holdsFailing: boolean;
  /** the most of a partition that may be taken and not done without a gap; undefined = not bounded by partition */
  readonly #lookAhead: number | undefined;
  #isOver = false;
  /** the run was told that there is no room, and waits */
  #lacksRoom = false;

  constructor(run: Run<T>) {
    this.#run = run;
    const { concurrency, membership, commit, batchSize } = run.options;
    this.#holdsFailing = concurrency?.order !== 'key';
    this.#lookAhead = concurrency?.lookAhead;
    this.#commits = new ProgressCommits<T>({
      // Without concurrency a batch is a request, and without our commits there is none to save.
      enough: concurrency !== undefined && commit === 'afterBatch' ? batchSize : 0,
      store: (rows) => run.storeDone(rows),
      doneParts: (parts) => membership.batches.doneParts(parts),
      onChange: (partition) => this.#onChange(partition),
    });
  }

  /** For the run, which waits until it is asked again when there is none: may another batch be taken? As many messages as maxUncommittedBatches batches
   *  have may be done and not committed. */
  askRoom(): boolean {
    const { maxUncommittedBatches, batchSize } = this.#run.options;
    let uncommitted = 0;
    for (const { progress } of this.#partitions.values()) uncommitted += progress.uncommitted;
    this.#lacksRoom = uncommitted > maxUncommittedBatches * batchSize;
    if (this.#lacksRoom) this.#commits.hurry();
    return !this.#lacksRoom;
  }

  /** What a batch has of a partition was taken. Undefined: while it was read its partition left, or the run was asked to stop. Nothing of it is begun
   *  then: what came before it was dropped undone, and a commit of what follows would pass over that. */
  add(batchId: number, share: Share<T>): OwnedPartition<T> | undefined {
    const { batches } = this.#run.membership;
    const of = { topic: batches.topicName(share.topicId), partition: share.partition };
    if (this.#isOver || this.#run.hasLeft(batchId, of)) {
      batches.doneParts(Float64Array.of(batchId, share.topicId, share.partition));
      return undefined;
    }
    const partition = this.#partitionOf(of, share);
    partition.progress.add(batchId, share);
    this.#fill(partition);
    if (share.entries.length === 0) this.#commits.touch(partition);
    return partition;
  }

  markDone(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): void {
    for (const entry of entries) entry.markDone();
    if (entries.length === 0) return;
    this.#commits.touch(partition);
    // Not only once it is committed: the look-ahead would have to cover the way to the broker and back.
    if (partition.isFull) this.#fill(partition);
    partition.noteDone();
  }

  /** Nothing more of the partition is taken. */
  stop(partition: OwnedPartition<T>): void {
    partition.isStopped = true;
    this.#hold(partition);
  }

  /** A part of the partition has ended: done, or cut short. */
  endPart(partition: OwnedPartition<T>): void {
    partition.running--;
    if (partition.isGone) this.#commits.touch(partition);
  }

  beginFailing(partition: OwnedPartition<T>): void {
    partition.failing++;
    if (this.#holdsFailing) this.#hold(partition);
  }

  endFailing(partition: OwnedPartition<T>): void {
    partition.failing--;
    if (partition.failing > 0) return;
    if (partition.isTold) this.#run.options.emitter.emit('consumer.freed', partition.of);
    partition.isTold = false;
    this.#free(partition);
  }

  /** Waits of these partitions end, nothing more of them begins. `sought`: they stay ours, with what comes from elsewhere. */
  leave(partitions: readonly TopicPartition[], sought: boolean): void {
    for (const left of partitions) {
      const owned = this.#partitions.get(partitionKey(left));
      if (owned === undefined) continue;
      this.#leave(owned);
      if (sought) this.#run.membership.assignment.free(owned.of);
    }
  }

  /** The run ends. */
  leaveAll(): void {
    this.#isOver = true;
    for (const partition of this.#partitions.values()) this.#leave(partition);
  }

  /** Resolves when everything that is done is stored. */
  settled(): Promise<void> {
    return this.#commits.settled();
  }

  #leave(partition: OwnedPartition<T>): void {
    this.#partitions.delete(partitionKey(partition.of));
    partition.leave();
    this.#commits.touch(partition);
  }

  #partitionOf(of: TopicPartition, { topicId, partition, epoch }: Share<T>): OwnedPartition<T> {
    const known = this.#partitions.get(partitionKey(of));
    if (known?.progress.of.epoch === epoch) return known;
    // Another epoch: what is left of the one before is somebody else's now.
    if (known !== undefined) this.#leave(known);
    const fresh = new OwnedPartition<T>(of, { topicId, partition, epoch });
    this.#partitions.set(partitionKey(of), fresh);
    return fresh;
  }

  #onChange(partition: OwnedPartition<T>): void {
    if (partition.isFull) this.#fill(partition);
    // A batch of what is free again is told by the engine; to ask it in vain would wake its thread.
    if (this.#lacksRoom) this.#run.membership.batches.interrupt();
  }

  /** Another whole batch of the partition must fit into its look-ahead. */
  #fill(partition: OwnedPartition<T>): void {
    if (this.#lookAhead === undefined) return;
    partition.isFull = partition.progress.ahead + this.#run.options.batchSize > this.#lookAhead;
    if (partition.isFull) this.#hold(partition);
    else this.#free(partition);
  }

  #hold(partition: OwnedPartition<T>): void {
    if (partition.isGone || partition.isHeld) return;
    partition.isHeld = true;
    this.#run.membership.assignment.hold(partition.of);
  }

  #free(partition: OwnedPartition<T>): void {
    if (partition.isGone || !partition.isHeld || partition.isFull || partition.isStopped) return;
    if (this.#holdsFailing && partition.failing > 0) return;
    partition.isHeld = false;
    this.#run.membership.assignment.free(partition.of);
  }
}
