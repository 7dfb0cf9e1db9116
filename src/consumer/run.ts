/** Consuming, the frame of one `process()` or `batches()` call: joins, hands over decoded batches, commits them, leaves the group in good order. */

import type { BatchView } from '../engine/batch-view.js';
import { type PayloadError, type Position, TimeoutError } from '../errors.js';
import type { ConsumerEvents, Emitter, TopicPartition } from '../events.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { beginWork } from '../open-work.js';
import type { ResolvedConsumerOptions } from '../settings/consumer-options.js';
import { BatchReading } from './batch-reading.js';
import { Commits } from './commits.js';
import { type DecodedBatch, decodeBatch } from './decode.js';
import { Departures } from './departures.js';
import { type HandlerCall, HandlerCalls } from './handler-calls.js';
import { type Intake, takeIn } from './intake.js';
import type { Membership } from './membership.js';
import { partitionKey } from './partition-key.js';
import { checkPosition, type Ownership, type Positions } from './positions.js';
import { StopRequest } from './stop-request.js';

export interface RunOptions extends ResolvedConsumerOptions {
  readonly name: string;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly membership: Membership;
}

/** What a run with policies hears of its partitions: nothing more of them need be begun. `sought`: they stay, but go on elsewhere. */
export type OnLeaving = (partitions: readonly TopicPartition[], sought: boolean) => void;

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
  readonly #reading: BatchReading;
  readonly #positions = new Map<string, Position>();
  readonly #departures = new Departures();
  #onLeaving: OnLeaving | undefined;
  #left: Promise<void> | undefined;
  /** What the run ends with; the first one wins. */
  #failure: unknown;
  #failed = false;

  constructor(options: RunOptions) {
    this.#options = options;
    const { membership, name, maxUncommittedBatches, batchSize, emitter, drainTimeoutMs } = options;
    this.#calls = new HandlerCalls(name, this);
    this.#reading = new BatchReading(options, this);
    this.#stop = new StopRequest(drainTimeoutMs, () => {
      this.#calls.stop(this.#stop.signal.reason);
      membership.batches.interrupt();
    });
    const onFailure = (error: unknown): void => this.fail(error);
    this.#commits = new Commits({ name, port: membership.batches, maxUncommittedBatches, batchSize, emitter, onFailure });
  }

  get options(): RunOptions {
    return this.#options;
  }

  get membership(): Membership {
    return this.#options.membership;
  }

  /** aborts when the run is to stop */
  get signal(): AbortSignal {
    return this.#stop.signal;
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
    this.#leaving(positions, true);
    this.membership.assignment.seek(positions);
    for (const { topic, partition, offset } of positions) this.notePosition({ topic, partition, offset });
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
  async join(onLeaving?: OnLeaving): Promise<void> {
    const { membership, inputTopics } = this.#options;
    await membership.prepare(inputTopics);
    this.#onLeaving = onLeaving;
    membership.join(inputTopics, {
      commitStarts: (rows) => this.#commits.storeUnhandled(rows),
      onAssigned: () => this.#commits.retry(),
      onLeaving: (partitions) => this.#leaving(partitions, false),
      onGivenAway: () => this.#givenAway(),
      onFailure: (error) => this.fail(error),
    });
  }

  /** The next batch, or undefined when the run is to end. */
  async next(): Promise<Taken<T> | undefined> {
    const view = await this.#nextView(() => this.#commits.hasRoom);
    return view === undefined ? undefined : this.#decode(view);
  }

  /** The same as entries, for whoever handles a batch in several calls and says by himself whether there is room; `BatchPort.interrupt` has him asked
   *  again. Once it is read its calls are watched instead of the batch. */
  async nextIntake(hasRoom: () => boolean): Promise<Intake<T> | undefined> {
    const view = await this.#nextView(hasRoom);
    if (view === undefined) return undefined;
    const intake = await this.#reading.read(view, (options) => takeIn<T>(view, { ...options, onInvalid: this.#options.onInvalid }));
    if (intake === undefined) return undefined;
    this.membership.batches.handled(view.id);
    const { tombstones, superseded, invalid } = intake;
    if (tombstones + superseded + invalid > 0) this.#emitHandled({ messages: 0, tombstones, superseded, invalid, durationMs: 0 });
    return intake;
  }

  async #nextView(hasRoom: () => boolean): Promise<BatchView | undefined> {
    const { membership, batchSize, consumerTimeoutMs } = this.#options;
    for (;;) {
      if (membership.failure !== undefined) this.fail(membership.failure);
      if (this.#failed || this.#stop.requested) return undefined;
      if (!hasRoom()) {
        await Promise.race([this.#commits.change(), membership.batches.wait()]);
        continue;
      }
      const batch = membership.batches.take(batchSize, consumerTimeoutMs);
      if (batch !== null) return batch;
      await membership.batches.wait();
    }
  }

  /** Has the partition left, or been sought, since that batch was taken? */
  hasLeft(batchId: number, partition: TopicPartition): boolean {
    return this.#departures.isSince(batchId, partition);
  }

  /** The first fault of the batch that ends the run: of a partition that has neither left nor been sought since it was taken. */
  faultOf({ id, faults }: Taken<T>): PayloadError | undefined {
    return faults.find(({ position }) => position === undefined || !this.hasLeft(id, position));
  }

  /** What comes before this position is on its way to the handler. */
  notePosition(position: Position): void {
    this.#positions.set(partitionKey(position), position);
  }

  /** A handler is about to be called with these messages, of one batch or, as NO_BATCH, of several; `endCall` follows. */
  beginCall(batchId: number, messages: readonly ConsumedMessage<T>[]): HandlerCall {
    return this.#calls.begin(batchId, messages);
  }

  endCall(call: HandlerCall): void {
    this.#calls.end(call);
  }

  /** The handler threw, or failed messages, after everything it had was taken away: that ends nothing, since nothing of it counts. */
  tellLostCall(error: unknown): void {
    const { logger, name } = this.#options;
    logger.warn(
      { err: error },
      `A handler of the ${name} failed after its partitions were given away; their new owner handles the messages again`,
    );
  }

  /** The batch was handed out: how it went is told, its commit is for whoever has it. */
  tellHandled({ messages, tombstones, superseded, invalid, takenAtMs }: Taken<T>): void {
    const durationMs = performance.now() - takenAtMs;
    this.#emitHandled({ messages: messages.length, tombstones, superseded, invalid, durationMs });
  }

  /** The same of one call among several. */
  tellCalled(messages: number, durationMs: number): void {
    if (messages === 0) return;
    this.#emitHandled({ messages, tombstones: 0, superseded: 0, invalid: 0, durationMs });
  }

  /** The batch is handled: its positions are committed, or, with manual commits, left to the user. */
  markHandled(taken: Taken<T>): void {
    this.#store(taken);
    this.tellHandled(taken);
  }

  /** Nothing of the batch's messages counts, since their partitions are gone, and their epochs with them. Other partitions of the batch have nothing but
   *  skipped records and faults: their positions do. */
  markLost(taken: Taken<T>): void {
    this.#store(taken);
  }

  #store({ id, positions }: Taken<T>): void {
    const { membership, commit } = this.#options;
    membership.batches.handled(id);
    if (commit === 'afterBatch') this.#commits.markHandled(id, positions);
    else {
      if (commit === 'stored') membership.batches.store(positions.toArray());
      membership.batches.done(id);
    }
  }

  /** Commits what is done without a gap (quintuples as `Positions.toArray` makes them), or leaves it to whoever commits; resolves when that is over.
   *  A failure ends the run. */
  async storeDone(rows: Float64Array): Promise<void> {
    const { commit, membership } = this.#options;
    try {
      if (commit === 'afterBatch') await this.#commits.storeDone(rows);
      else if (commit === 'stored') membership.batches.store(rows);
    } catch (error) {
      this.fail(error);
    }
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
  giveUp({ id }: { readonly id: number }): void {
    // Done would say that it was drained.
    if (this.#calls.isRunning(id)) this.membership.batches.abandon(id);
    else this.membership.batches.done(id);
  }

  /** The same while whoever has it still runs, and is not waited for. */
  abandon({ id }: { readonly id: number }): void {
    this.membership.batches.abandon(id);
  }

  /** Commits positions of owned partitions (offset = the next to read). @throws KafkaException when one was not stored */
  async commit(positions: readonly Position[]): Promise<void> {
    positions.forEach(checkPosition);
    const { membership } = this.#options;
    const rows = positions.flatMap((p) => [membership.batches.topicId(p.topic), p.partition, p.offset, CURRENT_EPOCH, NO_LEADER_EPOCH]);
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

  /** Waits for the commits that are under way, then leaves, once. @throws what ended the run, unless it was only asked to stop */
  leave(): Promise<void> {
    this.#left ??= this.#leave();
    return this.#left;
  }

  async #leave(): Promise<void> {
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

  async #decode(view: BatchView): Promise<Taken<T> | undefined> {
    const { membership, onInvalid } = this.#options;
    const takenAtMs = performance.now();
    const decoded = await this.#reading.read(view, (options) =>
      decodeBatch<T>(view, { ...options, onInvalid: onInvalid === 'skip' ? 'skip' : 'stop' }),
    );
    if (decoded === undefined) return undefined;
    const batch = this.#stillOurs(view.id, decoded);
    for (const position of batch.positions.toPositions((id) => membership.batches.topicName(id))) this.notePosition(position);
    return { ...batch, id: view.id, takenAtMs };
  }

  /** Without what left while schemas took their time. */
  #stillOurs(batchId: number, batch: DecodedBatch<T>): DecodedBatch<T> {
    const { batches } = this.membership;
    const { messages, positions } = batch;
    const hasLeft = (at: TopicPartition): boolean => this.hasLeft(batchId, at);
    const isLeft = ({ topicId, partition }: Ownership): boolean => hasLeft({ topic: batches.topicName(topicId), partition });
    const left = positions.partitions.filter(isLeft);
    if (left.length === 0) return batch;
    batches.doneParts(Float64Array.from(left.flatMap(({ topicId, partition }) => [batchId, topicId, partition])));
    return {
      ...batch,
      messages: messages.filter((message) => !hasLeft(message)),
      positions: positions.without(isLeft),
    };
  }

  #leaving(partitions: readonly TopicPartition[], sought: boolean): void {
    this.#departures.note(partitions, this.membership.batches.lastTaken);
    this.#onLeaving?.(partitions, sought);
  }

  #givenAway(): void {
    const { assignment } = this.membership;
    this.#calls.loseAllBut((partition) => assignment.owns(partition));
    // Others read on from there: what it is when the partition comes back is not known yet.
    for (const [key, position] of this.#positions) if (!assignment.owns(position)) this.#positions.delete(key);
  }

  #emitHandled(detail: ConsumerEvents['consumer.handled']): void {
    this.#options.emitter.emit('consumer.handled', detail);
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

const countOf = (batches: number): string => (batches === 1 ? '1 handled batch' : `${batches} handled batches`);
