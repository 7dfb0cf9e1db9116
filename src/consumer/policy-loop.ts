/** Consuming with a failure policy or concurrency, the loop of `process()`: takes batches in, has them handled, and sees through what failed while the
 *  other partitions go on. It owns every wait. */

import { HandlerError, type PayloadError, type Position } from '../errors.js';
import type { TopicPartition } from '../events.js';
import { type CallOutcome, isClean } from '../handling/attempted.js';
import { CircuitBreaker } from '../handling/circuit-breaker.js';
import { DeadLetters } from '../handling/dead-letter.js';
import type { Handler } from '../handling/handler.js';
import { backoffMs, createRetryPolicy, NO_RETRY } from '../handling/retry.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { DEFAULT_RETRY } from '../settings/failure-options.js';
import { type Called, Calls } from './calls.js';
import { ensureDeadLetterTopics } from './dead-letter-topics.js';
import type { Entry } from './entry.js';
import type { Intake, Share } from './intake.js';
import { type Lane, Lanes } from './lanes.js';
import type { OwnedPartition } from './owned-partition.js';
import { OwnedPartitions } from './owned-partitions.js';
import { Parking } from './parking.js';
import { type FirstCall, Part, type PartPort, type Pause, type Policies } from './part.js';
import { partitionKey } from './partition-key.js';
import type { Run } from './run.js';

/** Resolves when the run was asked to stop and what ran has ended. @throws what ends the run otherwise */
export async function processWithPolicies<T>(run: Run<T>, handler: Handler<ConsumedMessage<T>>): Promise<void> {
  const loop = new PolicyLoop(run, handler);
  await untilStopped(run.signal, ensureDeadLetterTopics(run.options));
  await run.join((partitions, sought) => loop.leave(partitions, sought));
  try {
    await run.withinDrain(loop.run(), () => loop.describe());
  } finally {
    await loop.close();
  }
}

/** A share on its way through the loop. */
interface Begun<T> {
  readonly share: Share<T>;
  readonly partition: OwnedPartition<T>;
}

class PolicyLoop<T> {
  readonly #run: Run<T>;
  readonly #calls: Calls<T>;
  readonly #partitions: OwnedPartitions<T>;
  readonly #lanes: Lanes<T> | undefined;
  readonly #letters: DeadLetters | undefined;
  readonly #parking: Parking<T> | undefined;
  readonly #policies: Policies;
  /** what is under way; each ends by itself, or when its partition goes */
  readonly #work = new Set<Promise<void>>();

  constructor(run: Run<T>, handler: Handler<ConsumedMessage<T>>) {
    const { options } = run;
    const { retry, deadLetter, concurrency, emitter } = options;
    this.#run = run;
    this.#calls = new Calls(run, handler);
    this.#partitions = new OwnedPartitions(run);
    this.#lanes =
      concurrency === undefined
        ? undefined
        : new Lanes<T>(concurrency.order, {
            callSize: options.batchSize,
            whenFree: (turn) => this.#calls.whenFree(turn),
            work: (lane) => this.#workOn(lane),
            readAhead: (entry) => this.#calls.readAhead(entry),
          });
    const backoff = retry ?? DEFAULT_RETRY;
    this.#policies = {
      retry: retry === undefined ? NO_RETRY : createRetryPolicy(retry),
      backoffMs: (failures) => backoffMs(backoff, failures),
      breaker: deadLetter === undefined ? undefined : new CircuitBreaker(deadLetter.maxShare),
      isMixed: concurrency?.order !== 'key',
    };
    if (deadLetter === undefined) return;
    this.#letters = new DeadLetters({ ...options, deadLetter });
    this.#parking = new Parking<T>({
      letters: this.#letters,
      emitter,
      backoffMs: this.#policies.backoffMs,
      onParked: (partition, entries) => this.#partitions.markDone(partition, entries),
    });
  }

  async run(): Promise<void> {
    const { signal } = this.#run;
    const onStop = (): void => this.#partitions.leaveAll();
    signal.addEventListener('abort', onStop, { once: true });
    await this.#takeAll().catch((error: unknown) => this.#run.fail(error));
    await this.#lanes?.idle();
    while (this.#work.size > 0) await Promise.all(this.#work);
    signal.removeEventListener('abort', onStop);
    this.#partitions.leaveAll();
    await this.#partitions.settled();
  }

  leave(partitions: readonly TopicPartition[], sought: boolean): void {
    this.#partitions.leave(partitions, sought);
  }

  async close(): Promise<void> {
    await this.#letters?.close();
  }

  /** What a stop waits for. */
  describe(): string {
    const { messages } = this.#calls;
    return messages > 0 ? `the handler, which has ${messages} message${messages === 1 ? '' : 's'}` : 'the commit of what is done';
  }

  async #takeAll(): Promise<void> {
    const hasRoom = (): boolean => this.#partitions.askRoom();
    for (let intake = await this.#run.nextIntake(hasRoom); intake !== undefined; intake = await this.#run.nextIntake(hasRoom))
      await this.#handle(intake);
  }

  async #handle(intake: Intake<T>): Promise<void> {
    const shares = intake.shares.flatMap((share) => this.#begun(intake.batchId, share) ?? []);
    for (const { share, partition } of shares) if (share.park.length > 0) void this.#track(this.#parkUnreadable(partition, share.park));
    if (this.#lanes === undefined) await this.#handleWhole(shares.filter(({ share }) => share.handle.length > 0));
    else for (const { share, partition } of shares) this.#lanes.add(partition, share.handle);
    for (const fault of intake.faults) {
      const begun = shares.find(({ partition: { of } }) => partitionKey(of) === partitionKey(fault.position as Position));
      if (begun !== undefined) void this.#track(this.#endAt(begun.partition, fault));
    }
  }

  /** What cannot be read ends the run once everything before it in its partition is done; the others go on until then. */
  async #endAt(partition: OwnedPartition<T>, fault: PayloadError): Promise<void> {
    this.#partitions.stop(partition);
    await partition.settled();
    if (!partition.isGone) throw fault;
  }

  #begun(batchId: number, share: Share<T>): Begun<T> | undefined {
    const partition = this.#partitions.add(batchId, share);
    if (partition === undefined) return undefined;
    this.#run.notePosition({ ...partition.of, offset: share.next });
    return { share, partition };
  }

  /** One call with all of the batch; what fails of it goes on by partition, on its own. */
  async #handleWhole(shares: readonly Begun<T>[]): Promise<void> {
    await new Promise<void>((resolve) => this.#calls.whenFree({ go: resolve }));
    // Only now they run: what left while the batch waited for its turn has waited for nothing.
    const ours = shares.filter(({ partition }) => !partition.isGone);
    for (const { partition } of ours) partition.running++;
    try {
      const called = await this.#callTogether(ours);
      if (called === undefined) return;
      const alone = ours.length === 1;
      for (const { share, partition } of ours) {
        const outcome = restrict(called.outcome, share.handle);
        // Held before the next batch is taken, so that nothing of the partition passes what failed.
        if (isClean(outcome)) this.#finish(partition, share.handle);
        else void this.#track(this.#counted(partition, () => this.#seeThrough(partition, share.handle, { outcome, alone })));
      }
    } finally {
      for (const { partition } of ours) this.#partitions.endPart(partition);
    }
  }

  #callTogether(shares: readonly Begun<T>[]): Promise<Called<T> | undefined> {
    const of = {
      get isGone() {
        return shares.every(({ partition }) => partition.isGone);
      },
    };
    return new Promise((resolve) =>
      this.#calls.callNow(
        of,
        shares.flatMap(({ share }) => share.handle),
        resolve,
      ),
    );
  }

  /** One more call of what failed. It waits for its turn only as long as the partition is ours. */
  #callAgain(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): Promise<Called<T> | undefined> {
    return new Promise((resolve) => {
      const forget = partition.onLeave(() => resolve(undefined));
      this.#calls.whenFree({
        go: () => {
          forget();
          this.#calls.callNow(partition, partition.isGone ? [] : entries, resolve);
        },
      });
    });
  }

  /** The next call of a lane, whose turn it is, and what becomes of it: meanwhile the lane waits. What it throws ends the run. */
  #workOn(lane: Lane<T>): void {
    const { partition } = lane;
    const end = (): void => {
      this.#partitions.endPart(partition);
      lane.end();
    };
    partition.running++;
    this.#calls.callNow(partition, partition.isGone ? [] : lane.take(this.#run.options.batchSize), (called) => {
      if (called !== undefined && !isClean(called.outcome)) {
        const seen = this.#seeThrough(partition, called.entries, { outcome: called.outcome, alone: true });
        void seen.catch((error: unknown) => this.#run.fail(error)).finally(end);
        return;
      }
      try {
        if (called !== undefined) this.#finish(partition, called.entries);
      } finally {
        end();
      }
    });
  }

  async #seeThrough(partition: OwnedPartition<T>, entries: readonly Entry<T>[], first: FirstCall<Entry<T>>): Promise<void> {
    this.#partitions.beginFailing(partition);
    try {
      const end = await new Part(entries, this.#policies, this.#portOf(partition)).run(first);
      if (end instanceof HandlerError) throw end;
    } finally {
      this.#partitions.endFailing(partition);
    }
  }

  async #parkUnreadable(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): Promise<void> {
    await this.#counted(partition, async () => {
      this.#partitions.beginFailing(partition);
      try {
        await this.#parking?.park(partition, entries);
      } finally {
        this.#partitions.endFailing(partition);
      }
    });
  }

  #portOf(partition: OwnedPartition<T>): PartPort<Entry<T>> {
    return {
      call: async (entries) => (await this.#callAgain(partition, entries))?.outcome,
      wait: (pause) => this.#wait(partition, pause),
      done: (entries) => this.#finish(partition, entries),
      park: async (entries) => (await this.#parking?.park(partition, entries)) ?? false,
    };
  }

  async #wait(partition: OwnedPartition<T>, { reason, items, delayMs, failure }: Pause<Entry<T>>): Promise<boolean> {
    const { emitter } = this.#run.options;
    const [first] = items as [Entry<T>];
    const position = { ...partition.of, offset: first.offset };
    const error = failure.error as HandlerError;
    if (reason === 'retry') emitter.emit('consumer.retrying', { ...position, attempt: first.attempts + 1, delayMs, error });
    partition.isTold = true;
    emitter.emit('consumer.held', { ...position, reason, error });
    return await partition.wait(delayMs);
  }

  #finish(partition: OwnedPartition<T>, entries: readonly Entry<T>[]): void {
    this.#policies.breaker?.noteDone(entries.length);
    this.#partitions.markDone(partition, entries);
  }

  async #counted(partition: OwnedPartition<T>, work: () => Promise<void>): Promise<void> {
    partition.running++;
    try {
      await work();
    } finally {
      this.#partitions.endPart(partition);
    }
  }

  /** Keeps the run waiting for the work; what it throws ends the run. */
  #track(work: Promise<void>): Promise<void> {
    const tracked = work
      .catch((error: unknown) => this.#run.fail(error))
      .finally(() => {
        this.#work.delete(tracked);
      });
    this.#work.add(tracked);
    return tracked;
  }
}

/** A stop does not wait for the work: nothing has begun yet. */
async function untilStopped(signal: AbortSignal, work: Promise<void>): Promise<void> {
  let stop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    work.catch(() => undefined);
  }
}

/** The outcome for some of a call's entries. */
function restrict<E>({ threw, failed }: CallOutcome<E>, entries: readonly E[]): CallOutcome<E> {
  if (threw !== undefined || failed.size === 0) return { threw, failed };
  const own = new Set(entries);
  return { threw, failed: new Map([...failed].filter(([entry]) => own.has(entry))) };
}
