/** Consuming: which batches were taken before their partition left, or was sought. While they are read, which may last, that may happen; nothing of them
 *  is begun then. */

import type { TopicPartition } from '../events.js';
import { partitionKey } from './partition-key.js';

export class Departures {
  /** by partition: the newest batch that was taken before */
  readonly #after = new Map<string, number>();

  /** The partitions leave, or go on elsewhere. `lastTaken`: the newest batch; numbers rise. */
  note(partitions: readonly TopicPartition[], lastTaken: number): void {
    for (const partition of partitions) this.#after.set(partitionKey(partition), lastTaken);
  }

  /** Has the partition left since that batch was taken? */
  isSince(batchId: number, partition: TopicPartition): boolean {
    return this.#after.size > 0 && batchId <= (this.#after.get(partitionKey(partition)) ?? 0);
  }
}
