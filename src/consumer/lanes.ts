/** Consuming with concurrency: which messages must follow which. A lane is a partition, or a key within one; its messages are handled in order, lanes beside
 *  each other. */

import type { Entry } from './entry.js';
import type { OwnedPartition } from './owned-partition.js';
import type { Turn } from './slots.js';

export interface Lane<T> {
  readonly partition: OwnedPartition<T>;
  /** Takes the first of those that were not called yet, in order. */
  take(most: number): Entry<T>[];
  /** What was taken is seen through. */
  end(): void;
}

export interface LanesPort<T> {
  /** messages that one call takes, at most */
  readonly callSize: number;
  /** Has it go when one more call may run. */
  whenFree(turn: Turn): void;
  /** Calls with the first of the lane's messages, whose turn it is, sees them through, and then tells the lane. */
  work(lane: Lane<T>): void;
  /** Reads a message whose turn comes soon. */
  readAhead(entry: Entry<T>): void;
}

/** So many messages of a lane are read before its turn, and no more than that takes: what is read lives until then. */
const READ_AHEAD = 4;

/** What the lanes of one partition are known by. */
type LaneKey = string;

const WHOLE: LaneKey = '';

/** Before the bytes of a key that is no text. No id begins like this: half of a surrogate pair is not UTF-8. */
const BYTES = '\ud800';

export class Lanes<T> {
  readonly #order: 'partition' | 'key';
  /** weak: a partition that is gone is forgotten with what was read of it */
  readonly #lanes = new WeakMap<OwnedPartition<T>, Map<LaneKey, QueuedLane<T>>>();
  /** lanes that have messages, called or not */
  #open = 0;
  #whenIdle: () => void = () => undefined;
  readonly #port: LanesPort<T>;

  constructor(order: 'partition' | 'key', port: LanesPort<T>) {
    this.#order = order;
    this.#port = port;
  }

  /** Queues the entries; then lanes that were empty begin, so that what comes with a lane's first message is called with it. */
  add(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): void {
    if (entries.length === 0) return;
    const lanes = this.#lanesOf(partition);
    const begun: QueuedLane<T>[] = [];
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      const known = key === undefined ? undefined : lanes.get(key);
      if (known !== undefined) {
        known.push(entry);
        continue;
      }
      const lane = new QueuedLane<T>(this, partition, key);
      lane.push(entry);
      if (key !== undefined) lanes.set(key, lane);
      begun.push(lane);
    }
    this.#open += begun.length;
    for (const lane of begun) this.#port.whenFree(lane);
  }

  /** Resolves when every lane has come to its end. */
  async idle(): Promise<void> {
    while (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  /** It is the lane's turn. */
  work(lane: QueuedLane<T>): void {
    this.#port.work(lane);
  }

  /** Returns how many were read. */
  readAhead(first: Entry<T> | undefined): number {
    const most = Math.min(READ_AHEAD, this.#port.callSize);
    let count = 0;
    for (let entry = first; entry !== undefined && count < most; entry = entry.follower) {
      this.#port.readAhead(entry);
      count++;
    }
    return count;
  }

  /** After each call a lane waits for its next turn, behind the others. */
  endWork(lane: QueuedLane<T>): void {
    const { partition, key } = lane;
    if (lane.hasMore && !partition.isGone) {
      this.#port.whenFree(lane);
      return;
    }
    // In the same turn as the look at what waits: what came in between would wait for ever.
    if (key !== undefined) this.#lanes.get(partition)?.delete(key);
    if (--this.#open === 0) this.#whenIdle();
  }

  /** undefined = a lane of its own: a message without a key follows no other. */
  #keyOf({ id, view, row }: Entry<T>): LaneKey | undefined {
    if (this.#order === 'partition') return WHOLE;
    if (id !== null) return id;
    const key = view.rawKey(row);
    return key === null ? undefined : BYTES + key.toString('latin1');
  }

  #lanesOf(partition: OwnedPartition<T>): Map<LaneKey, QueuedLane<T>> {
    const known = this.#lanes.get(partition);
    if (known !== undefined) return known;
    const lanes = new Map<LaneKey, QueuedLane<T>>();
    this.#lanes.set(partition, lanes);
    return lanes;
  }
}

/** A lane that waits is nothing but a place in a queue: of a thousand keys, most do, and every garbage collection copies what they hold. Hence no list and no
 *  function of its own: its entries hold each other. */
class QueuedLane<T> implements Lane<T>, Turn {
  readonly partition: OwnedPartition<T>;
  /** undefined = a lane of its own */
  readonly key: LaneKey | undefined;
  readonly #lanes: Lanes<T>;
  #first: Entry<T> | undefined;
  #last: Entry<T> | undefined;

  constructor(lanes: Lanes<T>, partition: OwnedPartition<T>, key: LaneKey | undefined) {
    this.partition = partition;
    this.key = key;
    this.#lanes = lanes;
  }

  get hasMore(): boolean {
    return this.#first !== undefined;
  }

  push(entry: Entry<T>): void {
    if (this.#last === undefined) this.#first = entry;
    else this.#last.follower = entry;
    this.#last = entry;
  }

  take(most: number): Entry<T>[] {
    const taken: Entry<T>[] = [];
    let entry = this.#first;
    while (entry !== undefined && taken.length < most) {
      taken.push(entry);
      const { follower } = entry;
      entry.follower = undefined;
      entry = follower;
    }
    this.#first = entry;
    if (entry === undefined) this.#last = undefined;
    return taken;
  }

  go(): void {
    this.#lanes.work(this);
  }

  prepare(): number {
    return this.partition.isGone ? 0 : this.#lanes.readAhead(this.#first);
  }

  end(): void {
    this.#lanes.endWork(this);
  }
}
