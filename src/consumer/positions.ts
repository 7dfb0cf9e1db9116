/** Consuming: up to where a batch is done, partition by partition, in the form in which the engine takes a commit. */

import type { BatchView } from '../engine/batch-view.js';
import { type Position, UsageError } from '../errors.js';

/** A partition of a topic in one epoch. */
export interface Ownership {
  readonly topicId: number;
  readonly partition: number;
  readonly epoch: number;
}

/** What a map knows it by. */
export function ownershipKey({ topicId, partition, epoch }: Ownership): string {
  return `${topicId}:${partition}:${epoch}`;
}

interface Entry extends Ownership {
  /** the next offset to read */
  offset: number;
  leaderEpoch: number;
  /** a faulty row was met: nothing later in this partition counts */
  stopped: boolean;
}

export class Positions {
  readonly #entries: Entry[] = [];
  #records = 0;
  // Rows of a partition come in runs: nearly always the next row belongs where the last one did.
  #current: Entry | undefined;

  /** how many rows are done, skipped ones among them */
  get records(): number {
    return this.#records;
  }

  /** Is this row behind a faulty one of its partition? */
  isStopped(view: BatchView, row: number): boolean {
    return this.#entryOf(view, row).stopped;
  }

  /** The row is done with the rest of the batch. */
  advance(view: BatchView, row: number): void {
    const entry = this.#entryOf(view, row);
    entry.offset = view.offset(row) + 1;
    entry.leaderEpoch = view.leaderEpoch(row);
    this.#records++;
  }

  /** The committed position of the row's partition will be exactly the row. */
  stopAt(view: BatchView, row: number): void {
    const entry = this.#entryOf(view, row);
    entry.offset = view.offset(row);
    entry.stopped = true;
  }

  /** The handler gave this message up: the committed position of its partition will be no later than it. */
  stopBefore(topicId: number, partition: number, offset: number): void {
    const entry = this.#entries.find((e) => e.partition === partition && e.topicId === topicId);
    if (entry !== undefined) entry.offset = Math.min(entry.offset, offset);
  }

  /** Quintuples [topicId, partition, offset, epoch, leaderEpoch]. */
  toArray(): Float64Array {
    const array = new Float64Array(this.#entries.length * 5);
    this.#entries.forEach((e, i) => {
      array.set([e.topicId, e.partition, e.offset, e.epoch, e.leaderEpoch], i * 5);
    });
    return array;
  }

  toPositions(topicName: (id: number) => string): Position[] {
    return this.#entries.map(({ topicId, partition, offset }) => ({ topic: topicName(topicId), partition, offset }));
  }

  get partitions(): readonly Ownership[] {
    return this.#entries;
  }

  /** The same without some partitions. */
  without(isLeftOut: (partition: Ownership) => boolean): Positions {
    const rest = new Positions();
    rest.#entries.push(...this.#entries.filter((entry) => !isLeftOut(entry)));
    // How many of them are in which partition is not known: at most.
    rest.#records = this.#records;
    return rest;
  }

  #entryOf(view: BatchView, row: number): Entry {
    const topicId = view.topicId(row);
    const partition = view.partition(row);
    const current = this.#current;
    if (current !== undefined && current.partition === partition && current.topicId === topicId) return current;
    const known = this.#entries.find((e) => e.partition === partition && e.topicId === topicId);
    this.#current = known ?? this.#add(view, row);
    return this.#current;
  }

  #add(view: BatchView, row: number): Entry {
    const entry = {
      topicId: view.topicId(row),
      partition: view.partition(row),
      epoch: view.epoch(row),
      offset: view.offset(row),
      leaderEpoch: view.leaderEpoch(row),
      stopped: false,
    };
    this.#entries.push(entry);
    return entry;
  }
}

/** @throws UsageError when it cannot be a position */
export function checkPosition({ topic, partition, offset }: Position): void {
  const isSound =
    typeof topic === 'string' && Number.isSafeInteger(partition) && partition >= 0 && Number.isSafeInteger(offset) && offset >= 0;
  if (!isSound) {
    const got = `${topic}:${partition}:${offset}`;
    throw new UsageError('USAGE_ARGUMENT', `${got} is not a position: it needs a topic, and whole numbers from 0 as partition and offset`);
  }
}
