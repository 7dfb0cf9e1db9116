/** Producing, step 2 of 3: one native producer with its connection, its fatal error and its close; takes packed batches, hands back raw answers. */

import { openProducer } from '../engine/clients.js';
import { kindOf } from '../engine/codes.js';
import { callEngine, toKafkaException } from '../engine/faults.js';
import type { Mailbox, NewsEvent } from '../engine/mailbox.js';
import type { MetadataJson, NativeEvent, NativeProducer } from '../engine/native.js';
import type { OutgoingSlab } from '../engine/outgoing-slab.js';
import { type KafkaException, TimeoutError, UsageError } from '../errors.js';
import type { Emitter, ProducerEvents } from '../events.js';
import type { Logger } from '../settings/logger.js';

export type DeliveredAnswer = Extract<NativeEvent, { readonly kind: 'delivered' }>;

export interface SenderOptions {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  /** the brokers as the user wrote them, for messages */
  readonly bootstrapServers: string;
  readonly config: readonly (readonly [key: string, value: string])[];
  readonly closeTimeoutMs: number;
  readonly emitter: Emitter<ProducerEvents>;
  readonly logger: Logger;
}

export class Sender {
  readonly #options: SenderOptions;
  #mailbox: Mailbox<NativeProducer> | undefined;
  #closing: Promise<void> | undefined;
  /** After it every pending and later call rejects with it. */
  #fatal: KafkaException | undefined;
  /** The latest trouble with the cluster: it explains what would otherwise only be "timed out". */
  #lastError: KafkaException | undefined;
  #failConnect: ((error: KafkaException) => void) | undefined;
  #recordsInFlight = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  get lastError(): KafkaException | undefined {
    return this.#lastError;
  }

  /** @throws UsageError after `close()`; the fatal error after one */
  assertUsable(): void {
    if (this.#closing !== undefined) {
      throw new UsageError('USAGE_CLOSED', `The ${this.#options.name} is closed; make a new one to produce more`);
    }
    if (this.#fatal !== undefined) throw this.#fatal;
  }

  /** Enqueues the packed batch before it returns, so the order of calls is the order of batches; resolves when every record has its answer. */
  async send(slab: OutgoingSlab, topics: readonly string[]): Promise<DeliveredAnswer> {
    const { name } = this.#options;
    const mailbox = this.#open();
    const { count } = slab;
    // With nothing else in flight the caller can only be waiting for this batch, and linger.ms would cost more than all the work.
    const waiting = this.#recordsInFlight === 0;
    this.#recordsInFlight += count;
    try {
      return await mailbox.request('delivered', (request) =>
        callEngine(`Producing with the ${name}`, () => mailbox.handle.produce(request, slab.slab, slab.used, slab.rows, topics, waiting)),
      );
    } finally {
      this.#recordsInFlight -= count;
    }
  }

  /** Resolves once a broker has answered. @throws TimeoutError TIMEOUT_CONNECT; KafkaException as soon as credentials or certificates are refused */
  async connect(timeoutMs: number): Promise<void> {
    this.assertUsable();
    const mailbox = this.#open();
    const startedMs = performance.now();
    const refused = new Promise<never>((_, reject) => {
      this.#failConnect = reject;
    });
    const asked = mailbox.request('result', (request) => mailbox.handle.metadata(request, null, timeoutMs));
    try {
      const answer = await Promise.race([asked, refused]);
      if (answer.error !== null) throw this.#connectError(toKafkaException(answer.error, { what: this.#connecting() }), timeoutMs);
      const metadata = JSON.parse(answer.json) as MetadataJson;
      this.#options.emitter.emit('producer.connected', { brokers: metadata.brokers.length, durationMs: performance.now() - startedMs });
    } finally {
      this.#failConnect = undefined;
    }
  }

  /** Waits for what is in flight, at most closeTimeoutMs, then frees everything; every call gets the same promise.
   *  @throws TimeoutError TIMEOUT_CLOSE when records had to be given up; their own promises reject as well */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs, emitter, name } = this.#options;
    const records = this.#recordsInFlight;
    // Closing a producer that never connected must not load an addon just to say goodbye.
    const { timedOut } = this.#mailbox === undefined ? { timedOut: false } : await this.#mailbox.close(closeTimeoutMs);
    emitter.emit('producer.closed', { timedOut });
    if (!timedOut) return;
    const text = `Closing the ${name}: of ${records} records in flight some were still without an answer after ${closeTimeoutMs} ms and were given up`;
    throw new TimeoutError('TIMEOUT_CLOSE', `${text}${this.#because()}`, { timeoutMs: closeTimeoutMs, cause: this.#lastError });
  }

  #open(): Mailbox<NativeProducer> {
    this.#mailbox ??= openProducer({
      name: this.#options.name,
      config: this.#options.config,
      onNews: (event) => this.#onNews(event),
      onFault: (error) => this.#options.logger.error({ err: error }, `The ${this.#options.name} failed to handle an event of the engine`),
    });
    return this.#mailbox;
  }

  #onNews(event: NewsEvent): void {
    const { emitter, logger, name } = this.#options;
    switch (event.kind) {
      case 'error':
        this.#onError(toKafkaException(event.error, { what: `The ${name}` }));
        break;
      case 'log':
        logByLevel(logger, event.level, { facility: event.facility, client: name }, event.message);
        emitter.emit('producer.log', { level: event.level, facility: event.facility, message: event.message });
        break;
      case 'stats':
        if (emitter.has('producer.stats')) emitter.emit('producer.stats', { stats: JSON.parse(event.json) });
        break;
      default:
        // The other kinds are a consumer's.
        break;
    }
  }

  #onError(error: KafkaException): void {
    const { emitter, logger } = this.#options;
    this.#lastError = error;
    const fields = { kafkaCode: error.kafkaCode, kafkaName: error.kafkaName };
    if (error.fatal) {
      this.#fatal ??= error;
      this.#mailbox?.fail(this.#fatal);
      logger.error(fields, error.message);
    } else {
      logger.warn(fields, error.message);
    }
    // A refused password stays refused: waiting out the deadline would only hide the reason.
    if (kindOf(error.kafkaCode) === 'security') this.#failConnect?.(error);
    emitter.emit('producer.error', { error });
  }

  #connecting(): string {
    return `Connecting the ${this.#options.name} to ${this.#options.bootstrapServers}`;
  }

  #connectError(error: KafkaException, timeoutMs: number): Error {
    const kind = kindOf(error.kafkaCode);
    if (kind !== 'transient' && kind !== 'unreachable') return error;
    const text = `${this.#connecting()}: waited ${timeoutMs} ms for a broker to answer a metadata request`;
    return new TimeoutError('TIMEOUT_CONNECT', `${text}${this.#because() || `; got: ${error.message}`}`, {
      timeoutMs,
      cause: this.#lastError ?? error,
    });
  }

  #because(): string {
    return this.#lastError === undefined ? '' : `; the last error was: ${this.#lastError.message}`;
  }
}

/** Levels as in syslog: up to 3 error, 4 warning, 5 and 6 information, 7 debug. */
function logByLevel(logger: Logger, level: number, fields: Record<string, unknown>, message: string): void {
  if (level <= 3) logger.error(fields, message);
  else if (level === 4) logger.warn(fields, message);
  else if (level <= 6) logger.info(fields, message);
  else logger.debug(fields, message);
}
