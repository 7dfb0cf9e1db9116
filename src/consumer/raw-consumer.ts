/** The low-level consumer: records as bytes, no envelopes, no handler, no policy. The way to read topics that others write. */

import { BatchView } from '../engine/batch-view.js';
import { newConsumer } from '../engine/clients.js';
import { Connection, type RoleEvent } from '../engine/connection.js';
import { callEngine, toKafkaException } from '../engine/faults.js';
import type { Mailbox } from '../engine/mailbox.js';
import type { NativeBatch, NativeConsumer, NativePositionResult } from '../engine/native.js';
import { type KafkaException, type Position, TimeoutError, UsageError } from '../errors.js';
import type { ConsumerConfig } from '../settings/librdkafka-config.js';
import { type Logger, STDERR_LOGGER } from '../settings/logger.js';
import { resolveRawConsumerConfig } from '../settings/raw-config.js';
import { partitionKey } from './partition-key.js';
import { withQueueLimit } from './queue-limits.js';
import { type RawRecord, readRecord } from './raw-record.js';

export interface RawConsumerOptions {
  readonly groupId: string;
  readonly bootstrapServers: string;
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly drainTimeoutMs: number;
  readonly closeTimeoutMs: number;
  readonly logger: Logger;
}

const PREFETCH_BATCHES = 4;
const CURRENT_EPOCH = 0;
const NO_LEADER_EPOCH = -1;

/** One member of a consumer group. Made by `getKafkaConsumer`; opens at `subscribe`. */
export class RawConsumer {
  readonly #options: RawConsumerOptions;
  #connection: Connection<NativeConsumer> | undefined;
  /** By partition what a commit of everything consumed so far would say: topicId, partition, offset, epoch, leaderEpoch. */
  readonly #consumed = new Map<string, readonly number[]>();
  /** Batches whose records the caller still works on: a rebalance waits for them. */
  readonly #unfinished: number[] = [];
  #wakeConsume: (() => void) | undefined;
  #fatal: KafkaException | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RawConsumerOptions) {
    this.#options = options;
  }

  /** Joins the group for these topics; `^…` is a pattern. */
  subscribe(topics: string | readonly string[]): void {
    const list = typeof topics === 'string' ? [topics] : topics;
    const { handle } = this.#open();
    callEngine(`Subscribing to ${list.join(', ')}`, () => handle.subscribe(list));
  }

  /** Up to `max` records, or what has come after `timeoutMs` milliseconds (0 = what is there); an empty list when nothing has.
   *  The next call says that the records of the last one are done with. One call at a time.
   *  @throws KafkaException when the client is finished; UsageError after `close()` */
  async consume(max: number, timeoutMs: number): Promise<RawRecord[]> {
    if (!Number.isInteger(max) || max < 1)
      throw new UsageError('USAGE_ARGUMENT', `consume takes a whole number of records from 1; got ${max}`);
    if (this.#wakeConsume !== undefined) throw new UsageError('USAGE_ARGUMENT', 'consume is already running: await it first');
    const mailbox = this.#open();
    this.#finishBatches(mailbox.handle);
    const deadlineMs = performance.now() + timeoutMs;
    mailbox.holdProcess();
    try {
      for (;;) {
        this.#assertUsable();
        const leftMs = Math.max(0, Math.ceil(deadlineMs - performance.now()));
        const batch = mailbox.handle.take(max, leftMs);
        if (batch !== null && batch.count > 0) return this.#toRecords(batch, mailbox.handle.topics());
        if (leftMs === 0) return [];
        await this.#untilReady(leftMs);
      }
    } finally {
      mailbox.releaseProcess();
    }
  }

  /** Commits these positions (offset = the next to read), or everything consumed so far; resolves on the broker's answer.
   *  @throws KafkaException of the first position that was not stored */
  async commit(positions?: readonly Position[]): Promise<void> {
    this.#assertUsable();
    const mailbox = this.#open();
    const { handle } = mailbox;
    const consumed = [...this.#consumed];
    const rows = positions?.map((position) => toRow(position, handle.topics())) ?? consumed.map(([, row]) => row);
    if (rows.length === 0) return;
    const { results } = await mailbox.request('committed', (request) => handle.commit(request, Float64Array.from(rows.flat())));
    const refused = results.find(({ error }) => error !== null);
    if (refused !== undefined) throw commitError(refused);
    if (positions !== undefined) return;
    this.#finishBatches(handle);
    // What was consumed meanwhile has made a newer row, which stays.
    for (const [partition, row] of consumed) if (this.#consumed.get(partition) === row) this.#consumed.delete(partition);
  }

  /** Leaves the group; nothing is committed by it. Every call gets the same promise. @throws TimeoutError when leaving took too long */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs, groupId } = this.#options;
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#wakeConsume?.();
    this.#finishBatches(connection.mailbox.handle);
    const { timedOut } = await connection.close(closeTimeoutMs);
    if (!timedOut) return;
    const text = `Closing the consumer of group "${groupId}": leaving the group took longer than ${closeTimeoutMs} ms; the others take over after session.timeout.ms`;
    throw new TimeoutError('TIMEOUT_CLOSE', text, { timeoutMs: closeTimeoutMs });
  }

  #open(): Mailbox<NativeConsumer> {
    this.#assertUsable();
    const { bootstrapServers, drainTimeoutMs, groupId, logger } = this.#options;
    const config = withQueueLimit(this.#options.config, 0);
    this.#connection ??= new Connection<NativeConsumer>({
      name: `consumer of group "${groupId}"`,
      bootstrapServers,
      config,
      logger,
      open: (wake) =>
        newConsumer(
          config,
          { mode: 'raw', prefetchBatches: PREFETCH_BATCHES, drainTimeoutMs, stuckAfterMs: 0, decidesStarts: false },
          wake,
        ),
      onError: (error) => {
        if (error.fatal) this.#stop(error);
      },
      onLog: () => undefined,
      onStats: () => undefined,
      onRoleEvent: (event) => this.#onRoleEvent(event),
    });
    return this.#connection.mailbox;
  }

  #onRoleEvent(event: RoleEvent): void {
    if (event.kind === 'ready') this.#wakeConsume?.();
    else if (event.kind === 'revoked') for (const partition of event.partitions) this.#consumed.delete(partitionKey(partition));
    else if (event.kind === 'partitionStopped') this.#stop(toKafkaException(event.error, { what: 'Reading', position: event }));
  }

  /** The client is finished: every pending and later call rejects with this. */
  #stop(error: KafkaException): void {
    this.#fatal ??= error;
    this.#connection?.mailbox.fail(this.#fatal);
    this.#wakeConsume?.();
  }

  #untilReady(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#wakeConsume = undefined;
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#wakeConsume = wake;
    });
  }

  #toRecords(batch: NativeBatch, topics: readonly string[]): RawRecord[] {
    const view = new BatchView(batch);
    this.#unfinished.push(view.id);
    const records: RawRecord[] = [];
    for (let row = 0; row < view.count; row++) {
      const topicId = view.topicId(row);
      const record = readRecord(view, row, topics[topicId] as string);
      const { topic, partition, offset } = record;
      records.push(record);
      this.#consumed.set(partitionKey({ topic, partition }), [topicId, partition, offset + 1, view.epoch(row), view.leaderEpoch(row)]);
    }
    return records;
  }

  #finishBatches(handle: NativeConsumer): void {
    for (const id of this.#unfinished.splice(0)) handle.done(id);
  }

  #assertUsable(): void {
    const { groupId } = this.#options;
    if (this.#closing !== undefined) throw new UsageError('USAGE_CLOSED', `The consumer of group "${groupId}" is closed; make a new one`);
    if (this.#fatal !== undefined) throw this.#fatal;
  }
}

function toRow({ topic, partition, offset }: Position, topics: readonly string[]): readonly number[] {
  const topicId = topics.indexOf(topic);
  if (topicId < 0) throw new UsageError('USAGE_ARGUMENT', `Nothing of topic "${topic}" was consumed, so there is nothing of it to commit`);
  return [topicId, partition, offset, CURRENT_EPOCH, NO_LEADER_EPOCH];
}

function commitError({ topic, partition, offset, error }: NativePositionResult): KafkaException {
  return toKafkaException(error as NonNullable<typeof error>, { what: 'Committing', position: { topic, partition, offset } });
}

const CLOSE_TIMEOUT_MS = 30_000;
/** librdkafka's default of max.poll.interval.ms, and the share of it that a rebalance may wait for the records that are being worked on. */
const MAX_POLL_INTERVAL_MS = 300_000;
const DRAIN_SHARE = 0.2;

/** A consumer of bytes. `config` takes librdkafka keys; they override the library's defaults. Does no I/O.
 *  @throws SettingsError that lists every fault */
export function getKafkaConsumer(bootstrapServers: string | readonly string[], groupId: string, config?: ConsumerConfig): RawConsumer {
  const resolved = resolveRawConsumerConfig(bootstrapServers, groupId, config);
  for (const warning of resolved.warnings) STDERR_LOGGER.warn({ groupId }, warning);
  const maxPollMs = Number(new Map(resolved.config).get('max.poll.interval.ms') ?? MAX_POLL_INTERVAL_MS);
  return new RawConsumer({
    groupId,
    bootstrapServers: resolved.bootstrapServers,
    config: resolved.config,
    drainTimeoutMs: Math.round(maxPollMs * DRAIN_SHARE),
    closeTimeoutMs: CLOSE_TIMEOUT_MS,
    logger: STDERR_LOGGER,
  });
}
