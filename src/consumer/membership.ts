/** Consuming, step 1: one member of a group in the engine: joins, leaves, and tells what happens to its partitions. */

import { newConsumer } from '../engine/clients.js';
import { CODE } from '../engine/codes.js';
import { Connection, type RoleEvent } from '../engine/connection.js';
import { callEngine, type FaultContext, toKafkaException } from '../engine/faults.js';
import type { NativeConsumer, NativeMode, NativePartition } from '../engine/native.js';
import { type KafkaException, type Position, TimeoutError } from '../errors.js';
import type { ConsumerEvents, Emitter, TopicPartition } from '../events.js';
import { beginWork } from '../open-work.js';
import type { ConfigEntries } from '../settings/kafka-entries.js';
import type { Logger } from '../settings/logger.js';
import type { OauthTokenProvider } from '../settings/oauth-token.js';
import { Assignment } from './assignment.js';
import { BatchPort } from './batch-port.js';
import { OffsetQuestions } from './offset-questions.js';
import { countPartitions, withQueueLimit } from './queue-limits.js';
import { readResetLine, type StartPolicy } from './start.js';
import { StartKeeper } from './start-keeper.js';
import { StartWatch } from './start-watch.js';

export interface MembershipOptions {
  /** for messages, e.g. `consumer of group "ranker"` */
  readonly name: string;
  readonly bootstrapServers: string;
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly oauthToken?: OauthTokenProvider | undefined;
  readonly mode: NativeMode;
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  /** a handler call that runs longer loses its partitions */
  readonly maxPollIntervalMs: number;
  readonly startPolicy: StartPolicy;
  readonly startTimeoutMs: number;
  readonly emitter: Emitter<ConsumerEvents>;
  readonly logger: Logger;
}

/** What a run wants to know of its membership, or do when it changes. */
export interface MembershipHooks {
  /** stores the positions before anything of their partitions is handed out; quintuples as `Positions.toArray` makes them */
  commitStarts(rows: Float64Array): Promise<void>;
  onAssigned(): void;
  /** The partitions are being given away, or are lost: nothing more of them need be begun. */
  onLeaving?(partitions: readonly TopicPartition[]): void;
  /** Partitions are ours no more; `assignment` knows. */
  onGivenAway(): void;
  /** The client is finished: a fatal error, a partition that cannot be read on. */
  onFailure(error: unknown): void;
}

/** Batches that wait in the engine, beside the one that is handled: enough that the handler never waits for the network. */
const PREFETCH_BATCHES = 3;
/** The partitions are counted this long at most, before the group is joined without knowing. */
const COUNT_MS = 1_000;

export class Membership {
  readonly #options: MembershipOptions;
  #connection: Connection<NativeConsumer>;
  #config: ConfigEntries;
  /** What ends the run: a fatal error, a partition that cannot be read on. */
  #failure: unknown;
  #hooks: MembershipHooks | undefined;
  #joined = false;
  #closed = false;
  #startWatch: StartWatch | undefined;
  readonly #starts: StartKeeper;
  readonly assignment: Assignment;
  /** what is handed out of them, and comes back */
  readonly batches: BatchPort;
  /** what the cluster can be asked about positions */
  readonly offsets: OffsetQuestions;

  /** Opens the client; joins nothing yet. */
  constructor(options: MembershipOptions) {
    this.#options = options;
    this.#config = withQueueLimit(options.config, 0);
    this.#connection = this.#open(this.#config);
    this.assignment = new Assignment(() => this.#handle);
    this.offsets = new OffsetQuestions(() => this.#connection);
    const { name, startPolicy, emitter, logger } = options;
    this.batches = new BatchPort(name, () => this.#connection);
    this.#starts = new StartKeeper({ name, policy: startPolicy, assignment: this.assignment, offsets: this.offsets, emitter, logger });
  }

  #open(given: ConfigEntries): Connection<NativeConsumer> {
    const { name, bootstrapServers, oauthToken, logger, mode, drainTimeoutMs, maxPollIntervalMs, emitter } = this.#options;
    // librdkafka itself never goes to `latest`: where a partition starts is decided here (start.ts), and an unreadable position goes to the beginning.
    const config = given.map(([key, value]) => [key, key === 'auto.offset.reset' && value !== 'error' ? 'earliest' : value] as const);
    const native = { mode, prefetchBatches: PREFETCH_BATCHES, drainTimeoutMs, stuckAfterMs: maxPollIntervalMs, decidesStarts: true };
    return new Connection<NativeConsumer>({
      ...{ name, bootstrapServers, config, oauthToken, logger },
      open: (wake) => newConsumer(config, native, wake),
      onError: (error) => this.#onError(error),
      onLog: (line) => {
        emitter.emit('consumer.log', line);
        const position = readResetLine(line.facility, line.message);
        if (position !== undefined) void this.#starts.tellOutOfRange(position);
      },
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
  get failure(): unknown {
    return this.#failure;
  }

  /** Milliseconds since the engine last served the group. */
  get polledAgoMs(): number {
    return this.#handle.polledAgoMs();
  }

  /** Does the group count us in, as far as a member without partitions can tell? */
  get isMember(): boolean {
    return this.#handle.isMember();
  }

  async connect(timeoutMs: number): Promise<void> {
    const startedMs = performance.now();
    const brokers = await this.#connection.connect(timeoutMs);
    this.#options.emitter.emit('consumer.connected', { brokers, durationMs: performance.now() - startedMs });
  }

  /** Before joining: where so many partitions may come that their queues would outgrow the memory that is set for them together, the client is opened
   *  anew with smaller ones. */
  async prepare(topics: readonly string[]): Promise<void> {
    this.#connection.mailbox.holdProcess();
    const { config, startTimeoutMs } = this.#options;
    const partitions = await countPartitions(topics, this.offsets, Math.min(COUNT_MS, startTimeoutMs));
    const old = this.#connection;
    const fitting = withQueueLimit(config, partitions);
    if (!this.#closed && String(fitting) !== String(this.#config)) {
      this.#config = fitting;
      this.#connection = this.#open(fitting);
      await old.close(COUNT_MS);
    }
    old.mailbox.releaseProcess();
  }

  /** Joins the group, and keeps the process alive until `close`. */
  join(topics: readonly string[], hooks: MembershipHooks): void {
    this.#hooks = hooks;
    this.#joined = true;
    this.#connection.mailbox.holdProcess();
    callEngine(`Subscribing the ${this.#options.name} to ${topics.join(', ')}`, () => this.#handle.subscribe(topics));
    const { name, startTimeoutMs } = this.#options;
    this.#startWatch = new StartWatch({
      name,
      topics,
      startTimeoutMs,
      lastError: () => this.#connection.lastError,
      metadata: (topic, timeoutMs) => this.offsets.metadata(topic, timeoutMs),
      onFailure: (error) => this.#fail(error),
    });
  }

  /** Leaves the group and frees everything. @throws TimeoutError when leaving took too long; all is freed even then */
  async close(): Promise<void> {
    const { closeTimeoutMs, emitter, name } = this.#options;
    this.#closed = true;
    this.#startWatch?.end();
    this.#starts.end(false);
    this.batches.interrupt();
    if (this.#joined) this.#tellStaticLeave();
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
    const end = beginWork(() => `the close of the ${this.#options.name} waits for the group's coordinator`);
    try {
      return await this.#connection.close(timeoutMs);
    } finally {
      end();
      if (this.#joined) mailbox.releaseProcess();
      this.#joined = false;
    }
  }

  /** KIP-345: a static member does not leave, so that it finds its partitions when it is back; nobody reads them meanwhile. */
  #tellStaticLeave(): void {
    const { config, logger, name } = this.#options;
    const instanceId = new Map(config).get('group.instance.id');
    if (instanceId === undefined) return;
    const text = `The ${name} stops as static member "${instanceId}": it keeps its partitions until it returns or its session timeout has passed`;
    logger.info({ groupInstanceId: instanceId }, text);
  }

  /** Work that an event started: what it throws ends the run. */
  #background(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#closed) this.#fail(error);
    });
  }

  async #beginAt(partitions: readonly NativePartition[], answered: boolean): Promise<void> {
    const rows = this.assignment.add(partitions, answered);
    if (rows.length > 0) await this.#hooks?.commitStarts(rows);
    this.assignment.release(partitions);
    this.#hooks?.onAssigned();
  }

  #onError(error: KafkaException): void {
    this.#options.emitter.emit('consumer.error', { error });
    // A partition whose reading is denied stands still until somebody acts: as one that cannot be read on.
    const isDenied = error.kafkaCode === CODE.topicDenied && this.assignment.partitions.length > 0;
    if (error.fatal || isDenied) this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#startWatch?.end();
    this.#failure ??= error;
    // Not only at the next batch: the handler that runs may never end.
    this.#hooks?.onFailure(error);
    this.batches.interrupt();
  }

  #stoppedAt(position: Position): FaultContext {
    const { name } = this.#options;
    if (position.offset >= 0) return { what: `The ${name} cannot read on`, position };
    return { what: `The ${name} cannot begin to read ${position.topic}:${position.partition}` };
  }

  #tellRevoked(
    revoked: readonly TopicPartition[],
    { lost, drained, waitedMs }: Omit<ConsumerEvents['consumer.revoked'], 'partitions'>,
  ): void {
    const partitions = revoked.map(toPartition);
    this.#hooks?.onLeaving?.(partitions);
    this.assignment.remove(partitions);
    this.#hooks?.onGivenAway();
    // The engine also takes leave of a group that it has given up before.
    if (partitions.length > 0) this.#options.emitter.emit('consumer.revoked', { partitions, lost, drained, waitedMs });
  }

  #onRoleEvent(event: RoleEvent): void {
    const { emitter } = this.#options;
    switch (event.kind) {
      case 'ready':
        this.batches.interrupt();
        break;
      case 'assigning':
        this.#background(this.#starts.answer(event.question, event.partitions, event.generation));
        break;
      case 'assigned':
        this.#startWatch?.end();
        this.#connection.noteContact();
        this.#starts.end(event.answered);
        emitter.emit('consumer.assigned', { partitions: event.partitions.map(toPartition), protocol: event.protocol });
        this.#background(this.#beginAt(event.partitions, event.answered));
        break;
      case 'stuck':
        this.#options.logger.error(
          { heldMs: event.heldMs },
          `The ${this.#options.name} gave up its partitions: a handler call exceeds max.poll.interval.ms`,
        );
        emitter.emit('handler.stuck', { heldMs: event.heldMs });
        this.#tellRevoked(this.assignment.partitions, { lost: true, drained: false, waitedMs: 0 });
        break;
      case 'rejoined':
        emitter.emit('handler.recovered', {});
        break;
      case 'revoking':
        if (event.partitions.length === 0) break;
        this.#hooks?.onLeaving?.(event.partitions.map(toPartition));
        emitter.emit('consumer.revoking', { partitions: event.partitions.map(toPartition), lost: event.lost, drainMs: event.drainMs });
        break;
      case 'revoked':
        this.#tellRevoked(event.partitions, event);
        break;
      case 'partitionStopped': {
        const { topic, partition, offset } = event;
        const error = toKafkaException(event.error, this.#stoppedAt({ topic, partition, offset }));
        emitter.emit('consumer.partitionStopped', { topic, partition, offset, error });
        this.#fail(error);
      }
    }
  }
}

function toPartition({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition };
}
