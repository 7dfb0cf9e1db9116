/** Consuming with concurrency: which messages must follow which. A lane is a partition, or a key within one; its messages are handled in order, lanes beside
 *  each other. */

import type { Entry } from './entry.js';
import type { OwnedPartition } from './owned-partition.js';

export interface Lane<T> {
  readonly partition: OwnedPartition<T>;
  /** not called yet, in order */
  readonly queue: Entry<T>[];
}

/** What the lanes of one partition are known by. */
type LaneKey = string;

const WHOLE: LaneKey = '';

/** Before the bytes of a key that is no text. No id begins like this: half of a surrogate pair is not UTF-8. */
const BYTES = '\ud800';

export class Lanes<T> {
  readonly #order: 'partition' | 'key';
  /** weak: a partition that is gone is forgotten with what was read of it */
  readonly #lanes = new WeakMap<OwnedPartition<T>, Map<LaneKey, Lane<T>>>();
  #running = 0;
  #whenIdle: () => void = () => undefined;
  /** Takes the first of the lane's messages and sees them through. Never rejects. */
  readonly #work: (lane: Lane<T>) => Promise<void>;

  constructor(order: 'partition' | 'key', work: (lane: Lane<T>) => Promise<void>) {
    this.#order = order;
    this.#work = work;
  }

  /** Queues the entries; then lanes that were empty begin, so that what comes with a lane's first message is called with it. */
  add(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): void {
    if (entries.length === 0) return;
    const lanes = this.#lanesOf(partition);
    const begun: (readonly [Lane<T>, LaneKey | undefined])[] = [];
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      const known = key === undefined ? undefined : lanes.get(key);
      if (known !== undefined) {
        known.queue.push(entry);
        continue;
      }
      const lane = { partition, queue: [entry] };
      if (key !== undefined) lanes.set(key, lane);
      begun.push([lane, key]);
    }
    for (const [lane, key] of begun) void this.#run(lane, () => key !== undefined && lanes.delete(key));
  }

  /** Resolves when every lane has come to its end. */
  async idle(): Promise<void> {
    while (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    }
  }

  // A lane may have a single message: each promise on this way is one per message, and with async hooks on (the handler's call is remembered) a dear one.
  async #run(lane: Lane<T>, forget: () => void): Promise<void> {
    this.#running++;
    while (lane.queue.length > 0 && !lane.partition.isGone) await this.#work(lane);
    // In the same turn as the look at the queue: what came in between would wait for ever.
    forget();
    if (--this.#running === 0) this.#whenIdle();
  }

  /** undefined = a lane of its own: a message without a key follows no other. */
  #keyOf({ id, view, row }: Entry<T>): LaneKey | undefined {
    if (this.#order === 'partition') return WHOLE;
    if (id !== null) return id;
    const key = view.rawKey(row);
    return key === null ? undefined : BYTES + key.toString('latin1');
  }

  #lanesOf(partition: OwnedPartition<T>): Map<LaneKey, Lane<T>> {
    const known = this.#lanes.get(partition);
    if (known !== undefined) return known;
    const lanes = new Map<LaneKey, Lane<T>>();
    this.#lanes.set(partition, lanes);
    return lanes;
  }
}
