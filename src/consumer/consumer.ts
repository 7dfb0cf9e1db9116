/** Consuming, the front: options in, `process` with a handler, `close` from every state. */

import { isPhqKafkaError, type Position, UsageError } from '../errors.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter, type TopicPartition } from '../events.js';
import type { Handler } from '../handling/handler.js';
import type { Health } from '../health.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import {
  type ConsumerOptions,
  type ResolvedConsumerOptions,
  resolveConsumerOptions,
  type Tombstones,
} from '../settings/consumer-options.js';
import type { TopicNames, Topics } from '../settings/topics.js';
import { type Batch, iterateBatches } from './batch.js';
import { ConsumerHealth } from './health.js';
import type { MessagesOf } from './inputs.js';
import { followCallers, isInside } from './inside.js';
import { Membership } from './membership.js';
import { processBatches } from './process-loop.js';
import { Run } from './run.js';

/** Reads topics in batches as a member of a consumer group, hands them to a handler, commits what is handled: at least once, in order within each
 *  partition.
 *  Types: with topic names payloads are T, which nobody checks; with a map from topic to schema they are what the schemas give, and T is not named.
 *  @example
 *  const consumer = new Consumer({ bootstrapServers: 'kafka:9092', groupId: 'ranker', inputTopics: { quakes: QuakeSchema } });
 *  await consumer.process(async (messages) => { for (const { payload } of messages) await rank(payload); }); */
export class Consumer<T = unknown, I extends Topics = TopicNames, B extends Tombstones = Tombstones> {
  readonly #options: ResolvedConsumerOptions;
  readonly #emitter: Emitter<ConsumerEvents>;
  readonly #health: ConsumerHealth;
  /** Opened by `connect`, used by the next `process`. */
  #membership: Membership | undefined;
  #run: { readonly run: Run<unknown>; readonly ended: Promise<void> } | undefined;
  #closing: Promise<void> | undefined;

  /** Checks the options and does no I/O. @throws SettingsError with every fault at once */
  constructor(options: ConsumerOptions<I, B>) {
    this.#options = resolveConsumerOptions(options);
    const { logger } = this.#options;
    for (const warning of this.#options.warnings) logger.warn({}, warning);
    this.#emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (event, error) =>
      logger.error({ err: error, event }, `A listener of ${event} of the ${this.#name} threw`),
    );
    followCallers();
    this.#health = new ConsumerHealth(this.#emitter, this.#options.maxPollIntervalMs);
  }

  get #name(): string {
    return `consumer of group "${this.#options.groupId}"`;
  }

  /** Resolves once a broker has answered; `process` does this by itself. timeoutMs: milliseconds, default `startTimeoutMs`.
   *  @throws TimeoutError TIMEOUT_CONNECT with the last error heard; KafkaException when credentials or certificates are refused */
  async connect(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#assertOpen();
    await this.#currentMembership().connect(options.timeoutMs ?? this.#options.startTimeoutMs);
  }

  /** Joins the group and calls the handler with batch after batch until `signal` aborts or `close()` is called; then it lets the running handler end
   *  (for `drainTimeoutMs`), commits, leaves the group and resolves. After it has rejected it may be called again: it joins anew and continues at the
   *  committed positions.
   *  @throws HandlerError (cause = what the handler, or a schema, threw; nothing of that batch is committed); PayloadError at a record that cannot be
   *  read or that its topic's schema refuses (the committed position is exactly its own); KafkaException when the cluster refuses for good, or keeps the group from starting for
   *  `startTimeoutMs`; TimeoutError TIMEOUT_DRAIN saying what blocked;
   *  UsageError while another call runs or after `close()` */
  async process(handler: Handler<MessagesOf<I, T, B>>, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertOpen();
    if (typeof handler !== 'function') throw new UsageError('USAGE_ARGUMENT', `process takes a handler function; got ${typeof handler}`);
    if (options.signal?.aborted) return;
    const run = this.#begin();
    // What the types promise of a payload, the schemas have checked, or the user has vouched for.
    await this.#track(run, processBatches(run, handler as Handler<ConsumedMessage>), options.signal);
  }

  /** The same as an iteration: batches come one by one, `batch.commit()` commits, nothing is committed by itself. Leaving the loop leaves the group.
   *  `retry`, `deadLetter` and `concurrency` are for handlers, which can be called again: with any of them this is a UsageError.
   *  @throws as `process`; PayloadError after the batch that ends before the record that cannot be read
   *  @example for await (const batch of consumer.batches()) { await store(batch.messages); await batch.commit(); } */
  async *batches(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<Batch<MessagesOf<I, T, B>>, void, undefined> {
    this.#assertOpen();
    this.#assertPlain();
    if (options.signal?.aborted) return;
    const run = this.#begin();
    const track = (ended: Promise<void>): Promise<void> => this.#track(run, ended, options.signal);
    yield* iterateBatches(run, track) as AsyncGenerator<Batch<MessagesOf<I, T, B>>, void, undefined>;
  }

  /** Commits positions of partitions that this member owns (offset = the next to read), for `commit: 'manual'`; resolves on the broker's answer.
   *  @throws KafkaException when a position was not stored; UsageError when nothing is being processed */
  async commit(positions: readonly Position[]): Promise<void> {
    await this.#running('commit').commit(positions);
  }

  /** Hands out nothing more of these partitions until `resume`; what was prefetched stays. */
  pause(partitions: readonly TopicPartition[]): void {
    this.#running('pause').membership.assignment.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#running('resume').membership.assignment.resume(partitions);
  }

  /** Goes on at these positions. What was prefetched of the partitions is dropped; a batch that is being handled ends, but commits nothing of them; with
   *  `concurrency` calls from the new position run beside it.
   *  What lies before the position and is not done (with `concurrency` by key there may be much of it) is left out, as with any client. A partition that
   *  is not assigned yet seeks when it is. */
  seek(positions: readonly Position[]): void {
    this.#running('seek').seek(positions);
  }

  /** The partitions this member owns. */
  get assignment(): readonly TopicPartition[] {
    return this.#run?.run.membership.assignment.partitions ?? [];
  }

  /** By partition the next position that will be handed out; only of those that were. */
  get positions(): readonly Position[] {
    return this.#run?.run.positions ?? [];
  }

  /** The group's committed positions; offset -1 = none. @throws KafkaException */
  async committed(partitions: readonly TopicPartition[]): Promise<readonly Position[]> {
    return (await this.#running('committed').membership.offsets.committed(partitions)).map(toPosition);
  }

  /** `low` = the first offset that is there, `high` = the next that can be read. @throws KafkaException */
  async watermarks(
    partitions: readonly TopicPartition[],
  ): Promise<readonly (TopicPartition & { readonly low: number; readonly high: number })[]> {
    const marks = await this.#running('watermarks').membership.offsets.watermarks(partitions);
    return marks.map(({ topic, partition, low, high }) => ({ topic, partition, low, high }));
  }

  /** The first position at or after a time, the end where there is none. timestampMs: milliseconds since 1970. @throws KafkaException */
  async offsetsForTimes(times: readonly (TopicPartition & { readonly timestampMs: number })[]): Promise<readonly Position[]> {
    const specs = times.map(({ topic, partition, timestampMs }) => ({ topic, partition, offset: timestampMs }));
    return (await this.#running('offsetsForTimes').membership.offsets.offsetsForTimes(specs)).map(toPosition);
  }

  /** Is it alive and at work, and if not, why? Cheap: it adds up what is known and asks nobody.
   *  @example http.createServer((_, res) => res.writeHead(consumer.health().live ? 200 : 503).end()) */
  health(): Health {
    const run = this.#run?.run;
    const state = run && {
      isStopping: run.isStopping,
      partitions: run.membership.assignment.partitions.length,
      polledAgoMs: run.membership.polledAgoMs,
      isMember: this.#options.protocol === 'consumer' && run.membership.isMember,
    };
    return this.#health.report({ run: state, isClosed: this.#closing !== undefined, nowMs: performance.now() });
  }

  /** Stops processing in good order and frees everything; every call gets the same promise. From inside a handler, or the body of a `batches()` loop,
   *  it starts that and resolves at once, since the end waits for them.
   *  @throws what the stop rejected with: TimeoutError TIMEOUT_DRAIN or TIMEOUT_CLOSE; all is freed even then */
  close(): Promise<void> {
    const inside = this.#run !== undefined && isInside(this.#run.run);
    this.#closing ??= this.#close();
    if (!inside) return this.#closing;
    // `process` rejects with the same error: it is told there.
    this.#closing.catch(() => undefined);
    return Promise.resolve();
  }

  /** Listens to an event; returns the unsubscribe. A listener that throws is logged and disturbs nothing. */
  on<N extends keyof ConsumerEvents>(event: N, listener: (detail: ConsumerEvents[N]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    const running = this.#run;
    if (running === undefined) {
      await this.#membership?.close();
      return;
    }
    running.run.requestStop();
    await running.ended.catch((error: unknown) => {
      // Anything else is what `process` was called for, and told there.
      if (isPhqKafkaError(error) && error.code.startsWith('TIMEOUT_')) throw error;
    });
  }

  #begin(): Run<unknown> {
    if (this.#run !== undefined) throw new UsageError('USAGE_ARGUMENT', `The ${this.#name} is processing already; await that call first`);
    const membership = this.#membership ?? this.#openMembership();
    this.#membership = undefined;
    return new Run<unknown>({ ...this.#options, name: this.#name, emitter: this.#emitter, membership });
  }

  /** The run is the current one until it has ended; `signal` stops it. */
  async #track(run: Run<unknown>, ended: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
    const onAbort = (): void => run.requestStop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#run = { run, ended };
    this.#health.began(performance.now());
    try {
      await ended;
    } catch (error) {
      this.#health.failed(error);
      throw error;
    } finally {
      this.#run = undefined;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  #running(method: string): Run<unknown> {
    this.#assertOpen();
    if (this.#run === undefined)
      throw new UsageError('USAGE_ARGUMENT', `${method} needs a member of the group: call it while process() or batches() runs`);
    return this.#run.run;
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new UsageError('USAGE_CLOSED', `The ${this.#name} is closed; make a new one`);
  }

  /** The body of a loop cannot be called again, nor twice at once. */
  #assertPlain(): void {
    const { retry, deadLetter, concurrency } = this.#options;
    const set = Object.entries({ retry, deadLetter, concurrency }).flatMap(([name, value]) => (value === undefined ? [] : [name]));
    if (set.length === 0) return;
    const text = `batches() of the ${this.#name} cannot do what ${set.join(' and ')} say: use process(handler), or leave them out`;
    throw new UsageError('USAGE_ARGUMENT', text);
  }

  /** While processing, the client that does it: a second one would belong to nobody. */
  #currentMembership(): Membership {
    if (this.#run !== undefined) return this.#run.run.membership;
    this.#membership ??= this.#openMembership();
    return this.#membership;
  }

  #openMembership(): Membership {
    const { bootstrapServers, config, inputFormat, drainTimeoutMs, closeTimeoutMs, maxPollIntervalMs, logger } = this.#options;
    const { startPolicy, startTimeoutMs, oauthToken } = this.#options;
    return new Membership({
      name: this.#name,
      bootstrapServers,
      config,
      oauthToken,
      mode: inputFormat,
      drainTimeoutMs,
      closeTimeoutMs,
      maxPollIntervalMs,
      startPolicy,
      startTimeoutMs,
      emitter: this.#emitter,
      logger,
    });
  }
}

function toPosition({ topic, partition, offset }: Position): Position {
  return { topic, partition, offset };
}
