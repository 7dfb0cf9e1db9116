/** Consuming, the frame of one `process()` or `batches()` call: joins, hands over decoded batches, commits them, leaves the group in good order. */

import type { BatchView } from '../engine/batch-view.js';
import { type Position, TimeoutError, UsageError } from '../errors.js';
import type { ConsumerEvents, Emitter } from '../events.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { beginWork } from '../open-work.js';
import type { Logger } from '../settings/logger.js';
import { Commits } from './commits.js';
import { type DecodedBatch, decodeBatch } from './decode.js';
import { type HandlerCall, HandlerCalls } from './handler-calls.js';
import type { Membership } from './membership.js';
import type { Positions } from './positions.js';
import { StopRequest } from './stop-request.js';

export interface RunOptions {
  readonly name: string;
  readonly inputTopics: readonly string[];
  readonly batchSize: number;
  readonly consumerTimeoutMs: number;
  readonly latestOnly: boolean;
  readonly tombstones: 'skip' | 'deliver';
  readonly onInvalid: 'stop' | 'skip';
  readonly commit: 'afterBatch' | 'manual' | 'stored';
  readonly maxUncommittedBatches: number;
  readonly drainTimeoutMs: number;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly membership: Membership;
  readonly logger: Logger;
}

/** A batch on its way through the run. */
export interface Taken<T> extends DecodedBatch<T> {
  readonly id: number;
  readonly takenAtMs: number;
}

const CURRENT_EPOCH = 0;
const NO_LEADER_EPOCH = -1;

export class Run<T> {
  readonly #options: RunOptions;
  readonly #stop: StopRequest;
  readonly #commits: Commits;
  readonly #calls: HandlerCalls;
  readonly #positions = new Map<string, Position>();
  /** What the run ends with; the first one wins. */
  #failure: unknown;
  #failed = false;

  constructor(options: RunOptions) {
    this.#options = options;
    const { membership, name, maxUncommittedBatches, emitter, drainTimeoutMs } = options;
    this.#calls = new HandlerCalls(name);
    this.#stop = new StopRequest(drainTimeoutMs, () => {
      this.#calls.stop(this.#stop.signal.reason);
      membership.interrupt();
    });
    this.#commits = new Commits({ name, port: membership, maxUncommittedBatches, emitter, onFailure: (error) => this.fail(error) });
  }

  get membership(): Membership {
    return this.#options.membership;
  }

  get isStopping(): boolean {
    return this.#stop.requested;
  }

  /** By owned partition the next position that will be handed out. */
  get positions(): readonly Position[] {
    const { assignment } = this.membership;
    return [...this.#positions.values()].filter((position) => assignment.owns(position));
  }

  /** Goes on at these positions. */
  seek(positions: readonly Position[]): void {
    positions.forEach(checkPosition);
    this.membership.assignment.seek(positions);
    for (const { topic, partition, offset } of positions) this.#positions.set(`${topic}:${partition}`, { topic, partition, offset });
  }

  /** Nothing new is taken; what is handled may end and commit, for `drainTimeoutMs`. */
  requestStop(reason?: unknown): void {
    this.#stop.request(reason);
  }

  /** The run ends with this, unless something else came first. What is still handled may end and commit. */
  fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#failure = error;
    this.#stop.request(error);
  }

  /** Joins the group. */
  join(): void {
    const { membership, inputTopics } = this.#options;
    membership.join(inputTopics, {
      commitStarts: (rows) => this.#commits.storeUnhandled(rows),
      onAssigned: () => this.#commits.retry(),
      onGivenAway: () => this.#calls.loseAllBut((partition) => membership.assignment.owns(partition)),
      onFailure: (error) => this.fail(error),
    });
  }

  /** The next batch, or undefined when the run is to end. */
  async next(): Promise<Taken<T> | undefined> {
    const { membership, batchSize, consumerTimeoutMs } = this.#options;
    for (;;) {
      if (membership.failure !== undefined) this.fail(membership.failure);
      if (this.#failed || this.#stop.requested) return undefined;
      if (!this.#commits.hasRoom) {
        await Promise.race([this.#commits.change(), membership.wait()]);
        continue;
      }
      const batch = membership.take(batchSize, consumerTimeoutMs);
      if (batch !== null) return this.#decode(batch);
      await membership.wait();
    }
  }

  /** A handler is about to be called with these messages of the batch; `endCall` follows. */
  beginCall({ id }: Taken<T>, messages: readonly ConsumedMessage<T>[]): HandlerCall {
    return this.#calls.begin(id, messages);
  }

  endCall(call: HandlerCall): void {
    this.#calls.end(call);
  }

  /** The handler threw after everything it had was taken away: that ends nothing, since nothing of it counts. */
  tellLostCall(error: unknown): void {
    const { logger, name } = this.#options;
    logger.warn(
      { err: error },
      `A handler of the ${name} threw after its partitions were given away; their new owner handles the messages again`,
    );
  }

  /** The batch was handed out: how it went is told, its commit is for whoever has it. */
  tellHandled({ messages, tombstones, superseded, invalid, takenAtMs }: Taken<T>): void {
    const durationMs = performance.now() - takenAtMs;
    this.#options.emitter.emit('consumer.handled', { messages: messages.length, tombstones, superseded, invalid, durationMs });
  }

  /** The batch is handled: its positions are committed, or, with manual commits, left to the user. */
  markHandled(taken: Taken<T>): void {
    const { membership, commit } = this.#options;
    membership.handled(taken.id);
    if (commit === 'afterBatch') this.#commits.markHandled(taken.id, taken.positions);
    else {
      if (commit === 'stored') membership.store(taken.positions.toArray());
      membership.done(taken.id);
    }
    this.tellHandled(taken);
  }

  /** Stores positions now; resolves on the broker's answer. @throws KafkaException when one was not stored */
  storeNow(positions: Positions): Promise<void> {
    return this.#commits.storeNow(positions.toArray());
  }

  /** Stores positions of skipped records, unless their partition is not owned any more. @throws KafkaException when repeating is useless */
  storeSkipped(positions: Positions): Promise<void> {
    return this.#commits.storeUnhandled(positions.toArray());
  }

  /** Nothing of the batch is committed here; a revocation need not wait for it. */
  giveUp({ id }: Taken<T>): void {
    // Done would say that it was drained.
    if (this.#calls.isRunning(id)) this.membership.abandon(id);
    else this.membership.done(id);
  }

  /** Commits positions of owned partitions (offset = the next to read). @throws KafkaException when one was not stored */
  async commit(positions: readonly Position[]): Promise<void> {
    positions.forEach(checkPosition);
    const { membership } = this.#options;
    const rows = positions.flatMap((p) => [membership.topicId(p.topic), p.partition, p.offset, CURRENT_EPOCH, NO_LEADER_EPOCH]);
    await this.#commits.storeNow(Float64Array.from(rows));
  }

  /** Settles as `work` does, but rejects when the drain time after a stop has passed first. */
  async withinDrain<R>(work: Promise<R>, what: () => string): Promise<R> {
    const end = beginWork(() => `the ${this.#options.name} waits for ${what()}`);
    try {
      return await this.#stop.within(work, () => this.#drainTimeout(what()));
    } finally {
      end();
    }
  }

  /** Waits for the commits that are under way, then leaves. @throws what ended the run, unless it was only asked to stop */
  async leave(): Promise<void> {
    const { membership } = this.#options;
    try {
      this.requestStop(this.#failure);
      await this.withinDrain(this.#settled(), () => `the commit of ${countOf(this.#commits.unanswered)}`);
    } catch (error) {
      this.fail(error);
    }
    this.#commits.abandon();
    try {
      await membership.close();
    } catch (error) {
      this.fail(error);
    }
    if (this.#failed) throw this.#failure;
  }

  #decode(view: BatchView): Taken<T> {
    const { emitter, membership } = this.#options;
    const takenAtMs = performance.now();
    const topicName = (id: number): string => membership.topicName(id);
    const onInvalid: ConsumerEvents['consumer.invalid'][] = [];
    const decoded = decodeBatch<T>(view, { ...this.#options, topicName, onFault: (error) => onInvalid.push({ error }) });
    for (const detail of onInvalid) emitter.emit('consumer.invalid', detail);
    for (const position of decoded.positions.toPositions(topicName))
      this.#positions.set(`${position.topic}:${position.partition}`, position);
    return { ...decoded, id: view.id, takenAtMs };
  }

  async #settled(): Promise<void> {
    while (this.#commits.unanswered > 0) await this.#commits.change();
  }

  #drainTimeout(what: string): TimeoutError {
    const { name, drainTimeoutMs } = this.#options;
    const text = `Stopping the ${name}: ${drainTimeoutMs} ms (drainTimeoutMs) after it was asked to stop it still waits for ${what}`;
    return new TimeoutError('TIMEOUT_DRAIN', text, { timeoutMs: drainTimeoutMs });
  }
}

/** @throws UsageError when it cannot be a position */
function checkPosition({ topic, partition, offset }: Position): void {
  const isSound =
    typeof topic === 'string' && Number.isSafeInteger(partition) && partition >= 0 && Number.isSafeInteger(offset) && offset >= 0;
  if (!isSound) {
    const got = `${topic}:${partition}:${offset}`;
    throw new UsageError('USAGE_ARGUMENT', `${got} is not a position: it needs a topic, and whole numbers from 0 as partition and offset`);
  }
}

const countOf = (batches: number): string => (batches === 1 ? '1 handled batch' : `${batches} handled batches`);
