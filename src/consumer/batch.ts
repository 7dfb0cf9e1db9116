/** Consuming, the loop turned inside out: `for await (const batch of consumer.batches())`. */

import type { TopicPartition } from '../events.js';
import { describeBatch } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { LoopBodies } from './inside.js';
import { type Ownership, ownershipKey, type Positions } from './positions.js';
import type { Run, Taken } from './run.js';

/** Some messages, in order within each partition, and the right to commit them. */
export interface Batch<M = ConsumedMessage> {
  readonly messages: readonly M[];
  /** Commits everything up to and including this batch in the partitions that it has messages of; resolves on the broker's answer. A batch that is not committed is not
   *  lost: a later one's commit covers it where the partition is the same, and otherwise it comes again.
   *  @throws KafkaException when a position was not stored, also when its partition was taken away meanwhile */
  commit(): Promise<void>;
}

/** Hands over the run's batches one by one; leaving the loop leaves the group, with the current batch uncommitted. `track` is told when the loop has
 *  ended, at the latest when the drain time is over, and settles with it. */
export async function* iterateBatches<T>(
  run: Run<T>,
  track: (ended: Promise<void>) => Promise<void>,
): AsyncGenerator<Batch<ConsumedMessage<T>>, void, undefined> {
  const loop = new Loop(run);
  const tracked = track(loop.bounded);
  tracked.catch(() => undefined);
  try {
    yield* walk(run, loop);
  } finally {
    await tracked;
  }
}

async function* walk<T>(run: Run<T>, loop: Loop<T>): AsyncGenerator<Batch<ConsumedMessage<T>>, void, undefined> {
  const open = new OpenPartitions();
  try {
    await run.join();
    for (let taken = await run.next(); taken !== undefined; taken = await run.next()) {
      try {
        if (taken.messages.length === 0) {
          const skipped = open.committable(taken, () => false);
          await run.storeSkipped(skipped);
          open.delete(taken.id, skipped);
        } else {
          const endBody = loop.beginBody(taken);
          try {
            yield toBatch(run, taken, open);
          } finally {
            endBody();
          }
        }
      } finally {
        // Also when the loop is left: the farewell would wait for the batch.
        run.giveUp(taken);
      }
      run.tellHandled(taken);
      const fault = run.faultOf(taken);
      if (fault !== undefined) throw fault;
    }
  } catch (error) {
    run.fail(error);
  } finally {
    // The farewell is none of the body's time.
    loop.end();
    await run.leave();
  }
}

/** A `for await` loop as its run sees it: it may last, but not longer than the drain time. */
class Loop<T> {
  /** Settles as its run does, when the loop has ended or has been given up. */
  readonly bounded: Promise<void>;
  readonly #bodies: LoopBodies;
  #current: Taken<T> | undefined;
  #end: () => void = () => undefined;

  constructor(run: Run<T>) {
    this.#bodies = new LoopBodies(run);
    this.#bodies.asked();
    const ended = new Promise<void>((resolve) => {
      this.#end = resolve;
    });
    this.bounded = run
      .withinDrain(ended, () => `the body of a batches() loop${this.#what()}`)
      .catch((error: unknown) => {
        run.fail(error);
        // Its body may still run: the farewell would wait for the batch that it has.
        if (this.#current !== undefined) run.abandon(this.#current);
      })
      .then(() => run.leave());
  }

  end(): void {
    this.#end();
  }

  /** The body is about to get its batch. What is returned must run before anything is awaited after it: the body asks for the next. */
  beginBody(taken: Taken<T>): () => void {
    const end = this.#bodies.begin();
    this.#current = taken;
    return () => {
      this.#current = undefined;
      end();
      this.#bodies.asked();
    };
  }

  #what(): string {
    return this.#current === undefined ? '' : `, which has ${describeBatch(this.#current.messages)}`;
  }
}

function toBatch<T>(run: Run<T>, taken: Taken<T>, open: OpenPartitions): Batch<ConsumedMessage<T>> {
  const isShown = shownIn(run, taken.messages);
  open.add(taken, isShown);
  const commit = async (): Promise<void> => {
    const positions = open.committable(taken, isShown);
    await run.storeNow(positions);
    open.delete(taken.id, positions);
    run.giveUp(taken);
  };
  return { messages: taken.messages, commit };
}

type IsShown = (partition: Ownership) => boolean;

/** Of which partitions are these messages? Of others the batch has nothing but skipped records. */
function shownIn<T>({ membership }: Run<T>, messages: readonly ConsumedMessage<T>[]): IsShown {
  const shown = new Set<string>();
  let last: TopicPartition | undefined;
  for (const message of messages) {
    // Messages of a partition come in runs.
    if (last?.partition === message.partition && last.topic === message.topic) continue;
    last = message;
    shown.add(`${membership.batches.topicId(message.topic)}:${message.partition}`);
  }
  return ({ topicId, partition }) => shown.has(`${topicId}:${partition}`);
}

/** Partitions of which messages are out that nobody has committed: skipped records behind them must not take the commit past them. And how far each was
 *  committed: a batch that is committed after a later one has been must not take the group back. */
class OpenPartitions {
  readonly #lastBatch = new Map<string, number>();
  readonly #committed = new Map<string, number>();

  add({ id, positions }: Taken<unknown>, isShown: IsShown): void {
    for (const partition of positions.partitions.filter(isShown)) this.#lastBatch.set(ownershipKey(partition), id);
  }

  /** The batch is committed up to there. */
  delete(id: number, positions: Positions): void {
    for (const key of positions.partitions.map(ownershipKey)) {
      if (this.#lastBatch.get(key) === id) this.#lastBatch.delete(key);
      this.#committed.set(key, Math.max(id, this.#committed.get(key) ?? 0));
    }
  }

  committable({ id, positions }: Taken<unknown>, isShown: IsShown): Positions {
    return positions.without((partition) => {
      const key = ownershipKey(partition);
      return (this.#committed.get(key) ?? 0) > id || (!isShown(partition) && this.#lastBatch.has(key));
    });
  }
}
