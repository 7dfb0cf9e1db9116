/** Consuming, the loop turned inside out: `for await (const batch of consumer.batches())`. */

import type { ConsumedMessage } from '../message/consumed-message.js';
import type { Run, Taken } from './run.js';

/** Some messages, in order within each partition, and the right to commit them. */
export interface Batch<T> {
  readonly messages: readonly ConsumedMessage<T>[];
  /** Commits everything up to and including this batch in the partitions it has; resolves on the broker's answer. A batch that is not committed is not
   *  lost: a later one's commit covers it where the partition is the same, and otherwise it comes again.
   *  @throws KafkaException when a position was not stored, also when its partition was taken away meanwhile */
  commit(): Promise<void>;
}

/** Hands over the run's batches one by one; leaving the loop leaves the group, with the current batch uncommitted. */
export async function* iterateBatches<T>(run: Run<T>): AsyncGenerator<Batch<T>, void, undefined> {
  try {
    run.join();
    for (let taken = await run.next(); taken !== undefined; taken = await run.next()) {
      if (taken.messages.length > 0) yield toBatch(run, taken);
      else await run.commitBatch(taken);
      run.giveUp(taken);
      if (taken.fault !== undefined) throw taken.fault;
    }
  } catch (error) {
    run.fail(error);
  } finally {
    await run.leave();
  }
}

function toBatch<T>(run: Run<T>, taken: Taken<T>): Batch<T> {
  return { messages: taken.messages, commit: () => run.commitBatch(taken) };
}
