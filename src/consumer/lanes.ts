/** Consuming with concurrency: which messages must follow which. A lane is a partition, or a key within one; its messages are handled in order, lanes beside
 *  each other. */

import type { Entry } from './entry.js';
import type { OwnedPartition } from './owned-partition.js';

export interface Lane<T> {
  readonly partition: OwnedPartition<T>;
  /** not called yet, in order */
  readonly queue: Entry<T>[];
}

export interface LanesPort<T> {
  /** Calls `go` when one more call may run. */
  whenFree(go: () => void): void;
  /** Calls with the first of the lane's messages, whose turn it is, and sees them through. Never rejects. */
  work(lane: Lane<T>): Promise<void>;
}

interface QueuedLane<T> extends Lane<T> {
  /** undefined = a lane of its own */
  readonly key: LaneKey | undefined;
  readonly go: () => void;
}

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
        known.queue.push(entry);
        continue;
      }
      const lane: QueuedLane<T> = { partition, queue: [entry], key, go: () => void this.#turn(lane) };
      if (key !== undefined) lanes.set(key, lane);
      begun.push(lane);
    }
    this.#open += begun.length;
    for (const lane of begun) this.#port.whenFree(lane.go);
  }

  /** Resolves when every lane has come to its end. */
  async idle(): Promise<void> {
    while (this.#open > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  /** One call, then the lane waits for its next turn, behind the others. A lane that waits is nothing but a place in a queue: of a thousand keys, most do. */
  async #turn(lane: QueuedLane<T>): Promise<void> {
    await this.#port.work(lane);
    const { partition, queue, key, go } = lane;
    if (queue.length > 0 && !partition.isGone) return this.#port.whenFree(go);
    // In the same turn as the look at the queue: what came in between would wait for ever.
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
