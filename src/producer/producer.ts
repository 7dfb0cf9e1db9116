/** The way out: a service's messages, with their history, into its output topics. */

import { type Delivery, TimeoutError, UsageError } from '../errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../events.js';
import type { Health } from '../health.js';
import type { OutgoingMessage } from '../message/message.js';
import { type ProducerOptions, type ResolvedProducerOptions, resolveProducerOptions } from '../settings/producer-options.js';
import type { TopicSchemas } from '../settings/schemas.js';
import type { Topics } from '../settings/topics.js';
import { BatchSender } from './batch-sender.js';
import { CallOrder } from './call-order.js';
import { ProducerHealth } from './health.js';
import type { OutputsOf, OutputsTo, ProduceOptions, TopicName } from './outputs.js';
import { packMessages } from './pack.js';
import { type CheckedMessages, checkMessages } from './payloads.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;

/** Writes messages, each with the history of the messages it was made of. Making one does no I/O: it connects at the first produce, or at `connect()`.
 *  One Producer serves a whole process; calls may overlap and are sent in the order in which they were made.
 *  @example
 *  await using producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers: 'localhost:9092' });
 *  await producer.produce({ id: 'us7000abcd', payload: { magnitude: 4.5 } }); */
export class Producer<const O extends Topics = string> {
  readonly #options: ResolvedProducerOptions;
  readonly #emitter: Emitter<ProducerEvents>;
  readonly #health: ProducerHealth;
  readonly #batches: BatchSender;
  readonly #order = new CallOrder();
  #closing: Promise<void> | undefined;

  /** @throws SettingsError that lists everything wrong with the options */
  constructor(options: ProducerOptions<O>) {
    this.#options = resolveProducerOptions(options);
    const { svc, bootstrapServers, config, oauthToken, closeTimeoutMs, logger, warnings } = this.#options;
    this.#emitter = new Emitter(PRODUCER_EVENTS, (event, error) => logger.error({ event, err: error }, 'A listener of the producer threw'));
    this.#health = new ProducerHealth(this.#emitter);
    this.#batches = new BatchSender({
      name: this.#name,
      bootstrapServers,
      config,
      oauthToken,
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
  produce<const K extends TopicName<O>>(message: OutputsTo<O, K>, options: ProduceOptions<K> & { readonly to: K }): Promise<Delivery>;
  async produce(message: OutgoingMessage, options?: ProduceOptions): Promise<Delivery> {
    const [delivery] = await this.#produce([message], options);
    return delivery as Delivery;
  }

  /** Sends a batch and resolves once the broker has acknowledged every record.
   *  Shape: messages in any number (none resolves at once), plain objects, `Message`s or consumed messages; of each only id, payload, refs, tombstone,
   *  to and record are read -> Delivery[], same length and order. Messages with equal ids keep their order.
   *  Schemas: every payload is checked before anything of the batch is sent, and the schema's output is what is written.
   *  Waiting: a full queue is waited for; a record waits at most `delivery.timeout.ms` for its acknowledgement.
   *  @throws DeliveryError naming every record that was not acknowledged; UsageError, before anything is sent, when a message cannot be
   *  written or its topic's schema refuses it (USAGE_SCHEMA), and after `close()`; HandlerError SCHEMA_THREW; KafkaException after a fatal error
   *  @see librdkafka CONFIGURATION.md `delivery.timeout.ms`, `message.max.bytes`
   *  @example const deliveries = await producer.produceBatch(quakes.map((q) => new Message(q.id, q)), { to: 'quakes' }); */
  produceBatch(messages: readonly OutputsOf<O>[], options?: ProduceOptions<TopicName<O>>): Promise<Delivery[]>;
  produceBatch<const K extends TopicName<O>>(
    messages: readonly OutputsTo<O, K>[],
    options: ProduceOptions<K> & { readonly to: K },
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
    return this.#health.report({ isClosed: this.#closing !== undefined, nowMs: performance.now() });
  }

  /** Waits for what is in flight, at most `closeTimeoutMs`, and before that as long for schemas that are still checking. Then disconnects. Every call
   *  gets the same promise.
   *  @throws TimeoutError when records had to be given up; the promises of their batches reject as well */
  close(): Promise<void> {
    this.#closing ??= this.#order.waiting === 0 ? this.#batches.close() : this.#closeLater();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  get #name(): string {
    return `producer "${this.#options.svc}"`;
  }

  #produce(messages: readonly OutgoingMessage[], options: ProduceOptions | undefined): Promise<Delivery[]> {
    const { outputSchemas } = this.#options;
    // What is no list has nothing to check; sending it is refused.
    if (outputSchemas === undefined || !Array.isArray(messages)) return this.#send(messages, options?.to);
    return this.#check(messages, options?.to, outputSchemas);
  }

  async #check(messages: readonly OutgoingMessage[], to: string | undefined, outputSchemas: TopicSchemas): Promise<Delivery[]> {
    if (this.#closing !== undefined) throw new UsageError('USAGE_CLOSED', `The ${this.#name} is closed; make a new one to produce more`);
    // A copy: the caller may use its list for the next batch, as it may where nothing is awaited.
    const own = [...messages];
    const ready = checkMessages(own, { outputTopics: this.#options.outputTopics, outputSchemas, to });
    return await this.#order.send(ready, (checked) => this.#send(own, to, checked));
  }

  #send(messages: readonly OutgoingMessage[], to: string | undefined, checked?: CheckedMessages): Promise<Delivery[]> {
    const { outputTopics, ignoreLargeMessageErrors } = this.#options;
    return this.#batches.produce({
      messages,
      topics: outputTopics,
      pack: (slab, batch) => {
        const written = checked === undefined ? batch : batch.map((message) => checked.get(message) ?? message);
        packMessages(slab, written, to, this.#options);
      },
      skipTooLarge: ignoreLargeMessageErrors,
    });
  }

  async #closeLater(): Promise<void> {
    const { closeTimeoutMs } = this.#options;
    await this.#order.settled(closeTimeoutMs);
    const { waiting } = this.#order;
    const closed = this.#batches.close();
    if (waiting === 0) return await closed;
    const text = `Closing the ${this.#name}: the schemas of ${waiting} calls did not end within ${closeTimeoutMs} ms; nothing of those was sent`;
    const late = new TimeoutError('TIMEOUT_CLOSE', text, { timeoutMs: closeTimeoutMs });
    this.#order.abandon(late);
    await closed;
    throw late;
  }
}
