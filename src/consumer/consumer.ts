/** Consuming, the front: options in, `process` with a handler, `close` from every state. */

import { isPhqKafkaError, UsageError } from '../errors.js';
import { CONSUMER_EVENTS, type ConsumerEvents, Emitter } from '../events.js';
import type { Handler } from '../handling/handler.js';
import type { ConsumedMessage } from '../message/consumed-message.js';
import { type ConsumerOptions, type ResolvedConsumerOptions, resolveConsumerOptions } from '../settings/consumer-options.js';
import { Membership } from './membership.js';
import { Run } from './run.js';

/** Reads topics in batches as a member of a consumer group, hands them to a handler, commits what is handled: at least once, in order within each
 *  partition.
 *  @example
 *  const consumer = new Consumer<Quake>({ bootstrapServers: 'kafka:9092', groupId: 'ranker', inputTopics: 'quakes' });
 *  await consumer.process(async (messages) => { for (const { payload } of messages) await rank(payload); }); */
export class Consumer<T = unknown> {
  readonly #options: ResolvedConsumerOptions;
  readonly #emitter: Emitter<ConsumerEvents>;
  /** Opened by `connect`, used by the next `process`. */
  #membership: Membership | undefined;
  #run: { readonly run: Run<T>; readonly ended: Promise<void>; readonly membership: Membership } | undefined;
  #closing: Promise<void> | undefined;

  /** Checks the options and does no I/O. @throws SettingsError with every fault at once */
  constructor(options: ConsumerOptions) {
    this.#options = resolveConsumerOptions(options);
    const { logger } = this.#options;
    for (const warning of this.#options.warnings) logger.warn({}, warning);
    this.#emitter = new Emitter<ConsumerEvents>(CONSUMER_EVENTS, (event, error) =>
      logger.error({ err: error, event }, `A listener of ${event} of the ${this.#name} threw`),
    );
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
   *  @throws HandlerError (cause = what the handler threw; nothing of that batch is committed); PayloadError at a record that cannot be read (the
   *  committed position is exactly its own); KafkaException when the cluster refuses for good; TimeoutError TIMEOUT_DRAIN saying what blocked;
   *  UsageError while another call runs or after `close()` */
  async process(handler: Handler<ConsumedMessage<T>>, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    this.#assertOpen();
    if (typeof handler !== 'function') throw new UsageError('USAGE_ARGUMENT', `process takes a handler function; got ${typeof handler}`);
    if (this.#run !== undefined) throw new UsageError('USAGE_ARGUMENT', `The ${this.#name} is processing already; await that call first`);
    const { signal } = options;
    if (signal?.aborted) return;
    const membership = this.#membership ?? this.#openMembership();
    this.#membership = undefined;
    const run = new Run<T>({ ...this.#options, name: this.#name, emitter: this.#emitter, membership, handler });
    const onAbort = (): void => run.requestStop(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const ended = run.go();
    this.#run = { run, ended, membership };
    try {
      await ended;
    } finally {
      this.#run = undefined;
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Stops processing in good order and frees everything; every call gets the same promise. From inside a handler it starts that and resolves at
   *  once, since the end waits for the handler.
   *  @throws what the stop rejected with: TimeoutError TIMEOUT_DRAIN or TIMEOUT_CLOSE; all is freed even then */
  close(): Promise<void> {
    const inside = this.#run?.run.isInsideHandler === true;
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

  #assertOpen(): void {
    if (this.#closing !== undefined) throw new UsageError('USAGE_CLOSED', `The ${this.#name} is closed; make a new one`);
  }

  /** While processing, the client that does it: a second one would belong to nobody. */
  #currentMembership(): Membership {
    if (this.#run !== undefined) return this.#run.membership;
    this.#membership ??= this.#openMembership();
    return this.#membership;
  }

  #openMembership(): Membership {
    const { bootstrapServers, config, inputFormat, drainTimeoutMs, closeTimeoutMs, logger } = this.#options;
    return new Membership({
      name: this.#name,
      bootstrapServers,
      config,
      mode: inputFormat,
      drainTimeoutMs,
      closeTimeoutMs,
      emitter: this.#emitter,
      logger,
    });
  }
}
