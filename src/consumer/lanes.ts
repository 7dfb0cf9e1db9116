/** Consuming with concurrency: which messages must follow which. A lane is a partition, or a key within one; its messages are handled in order, lanes beside
 *  each other. */

import type { Entry } from './entry.js';
import type { OwnedPartition } from './owned-partition.js';

export interface Lane<T> {
  readonly partition: OwnedPartition<T>;
  /** not called yet, in order */
  readonly queue: Entry<T>[];
}

export class Lanes<T> {
  readonly #order: 'partition' | 'key';
  readonly #lanes = new Map<string, Lane<T>>();
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
    const begun: (readonly [Lane<T>, string | undefined])[] = [];
    for (const entry of entries) {
      const key = this.#keyOf(partition, entry);
      const known = key === undefined ? undefined : this.#lanes.get(key);
      if (known !== undefined) {
        known.queue.push(entry);
        continue;
      }
      const lane = { partition, queue: [entry] };
      if (key !== undefined) this.#lanes.set(key, lane);
      begun.push([lane, key]);
    }
    for (const [lane, key] of begun) void this.#run(lane, key);
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
  async #run(lane: Lane<T>, key: string | undefined): Promise<void> {
    this.#running++;
    while (lane.queue.length > 0 && !lane.partition.isGone) await this.#work(lane);
    // In the same turn as the look at the queue: what came in between would wait for ever.
    if (key !== undefined) this.#lanes.delete(key);
    if (--this.#running === 0) this.#whenIdle();
  }

  /** undefined = a lane of its own: a message without a key follows no other. */
  #keyOf({ progress }: OwnedPartition<T>, { message, view, row }: Entry<T>): string | undefined {
    const { topicId, partition, epoch } = progress.of;
    const lane = `${topicId}:${partition}:${epoch}`;
    if (this.#order === 'partition') return lane;
    const id = message?.id ?? null;
    if (id !== null) return `${lane}:${id}`;
    // Not UTF-8, so its bytes are no id.
    const key = view.rawKey(row);
    return key === null ? undefined : `${lane}\u0000${key.toString('latin1')}`;
  }
}
