/** Consuming, the loop turned inside out: `for await (const batch of consumer.batches())`. */

import type { ConsumedMessage } from '../message/consumed-message.js';
import type { Positions } from './positions.js';
import type { Run, Taken } from './run.js';

/** Some messages, in order within each partition, and the right to commit them. */
export interface Batch<M = ConsumedMessage> {
  readonly messages: readonly M[];
  /** Commits everything up to and including this batch in the partitions it has; resolves on the broker's answer. A batch that is not committed is not
   *  lost: a later one's commit covers it where the partition is the same, and otherwise it comes again.
   *  @throws KafkaException when a position was not stored, also when its partition was taken away meanwhile */
  commit(): Promise<void>;
}

/** Hands over the run's batches one by one; leaving the loop leaves the group, with the current batch uncommitted. */
export async function* iterateBatches<T>(run: Run<T>): AsyncGenerator<Batch<ConsumedMessage<T>>, void, undefined> {
  const open = new OpenPartitions();
  try {
    run.join();
    for (let taken = await run.next(); taken !== undefined; taken = await run.next()) {
      try {
        if (taken.messages.length > 0) yield toBatch(run, taken, open);
        else await run.storeSkipped(open.outsideOf(taken.positions));
      } finally {
        // Also when the loop is left: the farewell would wait for the batch.
        run.giveUp(taken);
      }
      run.tellHandled(taken);
      if (taken.fault !== undefined) throw taken.fault;
    }
  } catch (error) {
    run.fail(error);
  } finally {
    await run.leave();
  }
}

function toBatch<T>(run: Run<T>, taken: Taken<T>, open: OpenPartitions): Batch<ConsumedMessage<T>> {
  open.add(taken);
  const commit = async (): Promise<void> => {
    await run.storeNow(taken.positions);
    open.delete(taken);
    run.giveUp(taken);
  };
  return { messages: taken.messages, commit };
}

/** Partitions of which messages are out that nobody has committed: skipped records behind them must not take the commit past them. */
class OpenPartitions {
  readonly #lastBatch = new Map<string, number>();

  add({ id, positions }: Taken<unknown>): void {
    for (const partition of positions.partitions) this.#lastBatch.set(partition, id);
  }

  delete({ id, positions }: Taken<unknown>): void {
    for (const partition of positions.partitions) if (this.#lastBatch.get(partition) === id) this.#lastBatch.delete(partition);
  }

  outsideOf(positions: Positions): Positions {
    return positions.without((partition) => this.#lastBatch.has(partition));
  }
}
