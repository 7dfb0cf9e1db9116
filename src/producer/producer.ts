/** The way out: a service's messages, with their history, into its output topics. */

import type { Delivery } from '../errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../events.js';
import type { Health } from '../health.js';
import type { OutgoingMessage } from '../message/message.js';
import { type ProducerOptions, type ResolvedProducerOptions, resolveProducerOptions } from '../settings/producer-options.js';
import { BatchSender } from './batch-sender.js';
import { ProducerHealth } from './health.js';
import type { OutputsOf, OutputTopics, ProduceOptions, TopicName } from './outputs.js';
import { packMessages } from './pack.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/** Writes messages, each with the history of the messages it was made of. Making one does no I/O: it connects at the first produce, or at `connect()`.
 *  One Producer serves a whole process; calls may overlap and are sent in the order in which they were made.
 *  @example
 *  await using producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers: 'localhost:9092' });
 *  await producer.produce({ id: 'us7000abcd', payload: { magnitude: 4.5 } }); */
export class Producer<const O extends OutputTopics = string> {
  readonly #options: ResolvedProducerOptions;
  readonly #emitter: Emitter<ProducerEvents>;
  readonly #health: ProducerHealth;
  readonly #batches: BatchSender;
  #isClosed = false;

  /** @throws SettingsError that lists everything wrong with the options */
  constructor(options: ProducerOptions<O>) {
    this.#options = resolveProducerOptions(options);
    const { svc, bootstrapServers, config, closeTimeoutMs, logger, warnings } = this.#options;
    this.#emitter = new Emitter(PRODUCER_EVENTS, (event, error) => logger.error({ event, err: error }, 'A listener of the producer threw'));
    this.#health = new ProducerHealth(this.#emitter);
    this.#batches = new BatchSender({
      name: `producer "${svc}"`,
      bootstrapServers,
      config,
      closeTimeoutMs,
      logger,
      emitter: this.#emitter,
    });
    for (const warning of warnings) logger.warn({ svc }, warning);
  }

  /** Connects now instead of at the first produce, so that a wrong address or password shows at the start.
   *  Units: timeoutMs milliseconds, default 30000.
   *  @throws TimeoutError when no broker answers in time, with the last error as its cause; KafkaException at once when credentials or certificates
   *  are refused */
  connect(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#batches.connect(options.timeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
  }

  /** Sends one message and resolves once the broker has acknowledged it: a batch of one, see `produceBatch`. */
  produce(message: OutputsOf<O>, options?: ProduceOptions<TopicName<O>>): Promise<Delivery>;
  produce(
    message: OutgoingMessage<unknown, TopicName<O>>,
    options: ProduceOptions<TopicName<O>> & { readonly to: TopicName<O> },
  ): Promise<Delivery>;
  async produce(message: OutgoingMessage, options?: ProduceOptions): Promise<Delivery> {
    const [delivery] = await this.#produce([message], options);
    return delivery as Delivery;
  }

  /** Sends a batch and resolves once the broker has acknowledged every record.
   *  Shape: messages in any number (none resolves at once), plain objects, `Message`s or consumed messages; of each only id, payload, refs, tombstone,
   *  to and record are read -> Delivery[], same length and order. Messages with equal ids keep their order.
   *  Waiting: a full queue is waited for; a record waits at most `delivery.timeout.ms` for its acknowledgement.
   *  @throws DeliveryError naming every record that was not acknowledged; UsageError, before anything is sent, when a message cannot be
   *  written, and after `close()`; KafkaException after a fatal error
   *  @see librdkafka CONFIGURATION.md `delivery.timeout.ms`, `message.max.bytes`
   *  @example const deliveries = await producer.produceBatch(quakes.map((q) => new Message(q.id, q)), { to: 'quakes' }); */
  produceBatch(messages: readonly OutputsOf<O>[], options?: ProduceOptions<TopicName<O>>): Promise<Delivery[]>;
  produceBatch(
    messages: readonly OutgoingMessage<unknown, TopicName<O>>[],
    options: ProduceOptions<TopicName<O>> & { readonly to: TopicName<O> },
  ): Promise<Delivery[]>;
  produceBatch(messages: readonly OutgoingMessage[], options?: ProduceOptions): Promise<Delivery[]> {
    return this.#produce(messages, options);
  }

  /** Listens to an event; returns the unsubscribe. A listener that throws is logged and disturbs nothing. @see ProducerEvents */
  on<N extends keyof ProducerEvents>(event: N, listener: (detail: ProducerEvents[N]) => void): () => void {
    return this.#emitter.on(event, listener);
  }

  /** Is it alive and able to send, and if not, why? Cheap: it adds up what is known and asks nobody. */
  health(): Health {
    return this.#health.report({ isClosed: this.#isClosed, nowMs: performance.now() });
  }

  /** Waits for what is in flight, at most `closeTimeoutMs`, and disconnects. Every call gets the same promise.
   *  @throws TimeoutError when records had to be given up; the promises of their batches reject as well */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#batches.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #produce(messages: readonly OutgoingMessage[], options: ProduceOptions | undefined): Promise<Delivery[]> {
    const { outputTopics, ignoreLargeMessageErrors } = this.#options;
    const to = options?.to;
    return this.#batches.produce({
      messages,
      topics: outputTopics,
      pack: (slab, batch) => packMessages(slab, batch, to, this.#options),
      skipTooLarge: ignoreLargeMessageErrors,
    });
  }
}
