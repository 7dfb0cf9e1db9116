/** Consuming, step 1: one member of a group in the engine; hands over batches, takes commits, tells what happens to its partitions. */

import { BatchView } from '../engine/batch-view.js';
import { Connection, type RoleEvent } from '../engine/connection.js';
import { callEngine, type FaultContext, toKafkaException } from '../engine/faults.js';
import { engine } from '../engine/load.js';
import type { NativeConsumer, NativeMode, NativePartition, NativePositionResult } from '../engine/native.js';
import { type KafkaException, type Position, TimeoutError } from '../errors.js';
import type { ConsumerEvents, Emitter, TopicPartition } from '../events.js';
import type { Logger } from '../settings/logger.js';

export interface MembershipOptions {
  /** for messages, e.g. `consumer of group "ranker"` */
  readonly name: string;
  readonly bootstrapServers: string;
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly mode: NativeMode;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly logger: Logger;
}

/** Batches that wait in the engine, beside the one that is handled: enough that the handler never waits for the network. */
const PREFETCH_BATCHES = 3;

export class Membership {
  readonly #options: MembershipOptions;
  readonly #connection: Connection<NativeConsumer>;
  #topics: readonly string[] = [];
  /** What ends the run: a fatal error, a partition that cannot be read on. */
  #failure: KafkaException | undefined;
  #wake: (() => void) | undefined;
  #onAssigned: (() => void) | undefined;
  #joined = false;

  /** Opens the client; joins nothing yet. */
  constructor(options: MembershipOptions) {
    this.#options = options;
    const { config, mode, drainTimeoutMs, emitter } = options;
    this.#connection = new Connection<NativeConsumer>({
      name: options.name,
      bootstrapServers: options.bootstrapServers,
      logger: options.logger,
      open: (wake) => new (engine().NativeConsumer)(config, { mode, prefetchBatches: PREFETCH_BATCHES, drainTimeoutMs }, wake),
      onError: (error) => this.#onError(error),
      onLog: (line) => emitter.emit('consumer.log', line),
      onStats: (json) => {
        if (emitter.has('consumer.stats')) emitter.emit('consumer.stats', { stats: JSON.parse(json) });
      },
      onRoleEvent: (event) => this.#onRoleEvent(event),
    });
  }

  get #handle(): NativeConsumer {
    return this.#connection.mailbox.handle;
  }

  /** Why nothing more will come, if that is so. */
  get failure(): KafkaException | undefined {
    return this.#failure;
  }

  async connect(timeoutMs: number): Promise<void> {
    const startedMs = performance.now();
    const brokers = await this.#connection.connect(timeoutMs);
    this.#options.emitter.emit('consumer.connected', { brokers, durationMs: performance.now() - startedMs });
  }

  /** Joins the group, and keeps the process alive until `close`. `onAssigned` is called after every assignment. */
  join(topics: readonly string[], onAssigned: () => void): void {
    this.#onAssigned = onAssigned;
    this.#joined = true;
    this.#connection.mailbox.holdProcess();
    callEngine(`Subscribing the ${this.#options.name} to ${topics.join(', ')}`, () => this.#handle.subscribe(topics));
  }

  /** A batch that is due now, or null: then `wait` for the next. */
  take(max: number, timeoutMs: number): BatchView | null {
    const batch = this.#handle.take(max, timeoutMs);
    return batch === null ? null : new BatchView(batch);
  }

  /** Resolves when a batch may be due, when the run has failed, or after `interrupt`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  interrupt(): void {
    this.#wake?.();
  }

  topicName(id: number): string {
    // The table only grows; a number that is new here is not new there.
    if (id >= this.#topics.length) this.#topics = this.#handle.topics();
    return this.#topics[id] ?? `topic ${id}`;
  }

  /** A revocation of the batch's partitions waits for this. */
  done(batchId: number): void {
    this.#handle.done(batchId);
  }

  /** Resolves with the broker's answer, position by position. Quintuples as `Positions.toArray` makes them. */
  async commit(positions: Float64Array): Promise<readonly NativePositionResult[]> {
    const { mailbox } = this.#connection;
    const answer = await mailbox.request('committed', (request) => mailbox.handle.commit(request, positions));
    return answer.results;
  }

  /** Leaves the group and frees everything. @throws TimeoutError when leaving took too long; all is freed even then */
  async close(): Promise<void> {
    const { closeTimeoutMs, emitter, name } = this.#options;
    this.interrupt();
    const { timedOut } = await this.#closeMailbox(closeTimeoutMs);
    emitter.emit('consumer.closed', { timedOut });
    if (!timedOut) return;
    const text = `Closing the ${name}: leaving the group took longer than ${closeTimeoutMs} ms; the others take over after session.timeout.ms`;
    throw new TimeoutError('TIMEOUT_CLOSE', `${text}${this.#connection.because()}`, {
      timeoutMs: closeTimeoutMs,
      cause: this.#connection.lastError,
    });
  }

  async #closeMailbox(timeoutMs: number): Promise<{ readonly timedOut: boolean }> {
    const { mailbox } = this.#connection;
    try {
      return await mailbox.close(timeoutMs);
    } finally {
      if (this.#joined) mailbox.releaseProcess();
      this.#joined = false;
    }
  }

  #onError(error: KafkaException): void {
    this.#options.emitter.emit('consumer.error', { error });
    if (error.fatal) this.#fail(error);
  }

  #fail(error: KafkaException): void {
    this.#failure ??= error;
    this.interrupt();
  }

  #stoppedAt(position: Position): FaultContext {
    const { name } = this.#options;
    if (position.offset >= 0) return { what: `The ${name} cannot read on`, position };
    return { what: `The ${name} cannot begin to read ${position.topic}:${position.partition}` };
  }

  #onRoleEvent(event: RoleEvent): void {
    const { emitter } = this.#options;
    switch (event.kind) {
      case 'ready':
        this.interrupt();
        break;
      case 'assigned':
        emitter.emit('consumer.assigned', { partitions: event.partitions.map(toPartition), protocol: event.protocol });
        this.#onAssigned?.();
        break;
      case 'revoking':
        emitter.emit('consumer.revoking', { partitions: event.partitions.map(toPartition), lost: event.lost, drainMs: event.drainMs });
        break;
      case 'revoked': {
        const { lost, drained, waitedMs } = event;
        emitter.emit('consumer.revoked', { partitions: event.partitions.map(toPartition), lost, drained, waitedMs });
        break;
      }
      case 'partitionStopped': {
        const { topic, partition, offset } = event;
        const error = toKafkaException(event.error, this.#stoppedAt({ topic, partition, offset }));
        emitter.emit('consumer.partitionStopped', { topic, partition, offset, error });
        this.#fail(error);
      }
    }
  }
}

function toPartition({ topic, partition }: NativePartition): TopicPartition {
  return { topic, partition };
}
