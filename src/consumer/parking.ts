/** Consuming, the way of a message into the dead letter: published and acknowledged first, done second. What cannot be published waits, however long. */

import { DeadLetterError, type Position } from '../errors.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import type { Failure } from '../handling/attempted.js';
import type { DeadLetters } from '../handling/dead-letter.js';
import type { Entry } from './entry.js';
import type { OwnedPartition } from './owned-partition.js';

export interface ParkingOptions<T> {
  readonly letters: Pick<DeadLetters, 'publish'>;
  readonly emitter: Emitter<ConsumerEvents>;
  /** the wait after so many failures, from 1; milliseconds */
  backoffMs(failures: number): number;
  onParked(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): void;
}

/** A letter under way when its partition goes is waited for this long: most arrive, and need not be parked again by the next owner. */
const GRACE_MS = 1_000;

export class Parking<T> {
  readonly #options: ParkingOptions<T>;

  constructor(options: ParkingOptions<T>) {
    this.#options = options;
  }

  /** Resolves once all are acknowledged; false: the partition is gone before. */
  async park(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): Promise<boolean> {
    let open = entries;
    for (let failures = 1; !partition.isGone; failures++) {
      const letters = open.map((entry) => entry.toLetter(positionOf(partition, entry), entry.failure as Failure));
      const results = await partition.within(this.#options.letters.publish(letters), GRACE_MS);
      if (results === undefined) return false;
      const parked = open.filter((_, index) => !(results[index] instanceof DeadLetterError));
      this.#tellParked(partition, open, results);
      this.#options.onParked(partition, parked);
      if (parked.length === open.length) return true;
      const delayMs = this.#options.backoffMs(failures);
      this.#tellFailed(partition, results, delayMs);
      open = open.filter((_, index) => results[index] instanceof DeadLetterError);
      await partition.wait(delayMs);
    }
    return false;
  }

  #tellParked(partition: OwnedPartition<T>, entries: readonly Entry<T>[], results: readonly (Position | DeadLetterError)[]): void {
    for (const [index, to] of results.entries()) {
      if (to instanceof DeadLetterError) continue;
      const { offset, attempts, failure } = entries[index] as Entry<T>;
      const { error } = failure as Failure;
      this.#options.emitter.emit('consumer.deadLettered', { ...partition.of, offset, to, attempts, error });
    }
  }

  #tellFailed(partition: OwnedPartition<T>, results: readonly (Position | DeadLetterError)[], delayMs: number): void {
    const { emitter } = this.#options;
    const errors = results.filter((result) => result instanceof DeadLetterError);
    for (const error of errors) {
      const { offset } = error.position as Position;
      emitter.emit('consumer.deadLetterFailed', { ...partition.of, offset, delayMs, error });
    }
    const [first] = errors;
    if (first === undefined) return;
    partition.isTold = true;
    emitter.emit('consumer.held', { ...partition.of, offset: (first.position as Position).offset, reason: 'dead-letter', error: first });
  }
}

function positionOf({ of }: OwnedPartition<unknown>, { offset }: Entry<unknown>): Position {
  return { topic: of.topic, partition: of.partition, offset };
}
