/** Producing, step 2 of 3: one native producer, opened at its first use; takes packed batches in call order and hands back the raw answers. */

import { newProducer } from '../engine/clients.js';
import { Connection } from '../engine/connection.js';
import { callEngine } from '../engine/faults.js';
import type { NativeEvent, NativeProducer } from '../engine/native.js';
import type { OutgoingSlab } from '../engine/outgoing-slab.js';
import { type KafkaException, TimeoutError, UsageError } from '../errors.js';
import type { Emitter, ProducerEvents } from '../events.js';
import { beginWork } from '../open-work.js';
import type { ConfigEntries } from '../settings/kafka-entries.js';
import type { Logger } from '../settings/logger.js';

/** With fewer records than these under way nobody is after throughput. */
const FEW_RECORDS = 100;

export type DeliveredAnswer = Extract<NativeEvent, { readonly kind: 'delivered' }>;

export interface SenderOptions {
  /** for messages, e.g. `producer "ranker"` */
  readonly name: string;
  /** the brokers as the user wrote them, for messages */
  readonly bootstrapServers: string;
  readonly config: ConfigEntries;
  readonly closeTimeoutMs: number;
  readonly emitter: Emitter<ProducerEvents>;
  readonly logger: Logger;
}

export class Sender {
  readonly #options: SenderOptions;
  #connection: Connection<NativeProducer> | undefined;
  #closing: Promise<void> | undefined;
  #recordsInFlight = 0;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** The latest trouble with the cluster: it explains records that only timed out. */
  get lastError(): KafkaException | undefined {
    return this.#connection?.lastError;
  }

  /** @throws UsageError after `close()`; the fatal error after one */
  assertUsable(): void {
    if (this.#closing !== undefined) {
      throw new UsageError('USAGE_CLOSED', `The ${this.#options.name} is closed; make a new one to produce more`);
    }
    const fatal = this.#connection?.fatal;
    if (fatal !== undefined) throw fatal;
  }

  /** Enqueues the packed batch before it returns, so the order of calls is the order of batches; resolves when every record has its answer. */
  async send(slab: OutgoingSlab, topics: readonly string[]): Promise<DeliveredAnswer> {
    const { mailbox } = this.#open();
    const { count } = slab;
    // With little in flight the callers can only be waiting, and linger.ms would cost more than all the work. "Nothing" would be too little: once a
    // slow answer let two calls overlap, every later one would meet the one before it, and linger for good.
    const waiting = this.#recordsInFlight < FEW_RECORDS;
    this.#recordsInFlight += count;
    try {
      return await mailbox.request('delivered', (request) =>
        callEngine(`Producing with the ${this.#options.name}`, () =>
          mailbox.handle.produce(request, slab.slab, slab.used, slab.rows, topics, waiting),
        ),
      );
    } finally {
      this.#recordsInFlight -= count;
    }
  }

  /** Resolves once a broker has answered. @throws TimeoutError TIMEOUT_CONNECT; KafkaException as soon as credentials or certificates are refused */
  async connect(timeoutMs: number): Promise<void> {
    this.assertUsable();
    const startedMs = performance.now();
    const brokers = await this.#open().connect(timeoutMs);
    this.#options.emitter.emit('producer.connected', { brokers, durationMs: performance.now() - startedMs });
  }

  /** Waits for what is in flight, at most closeTimeoutMs, then frees everything; every call gets the same promise.
   *  @throws TimeoutError TIMEOUT_CLOSE when records had to be given up; their own promises reject as well */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { closeTimeoutMs, emitter, name } = this.#options;
    const connection = this.#connection;
    const records = this.#recordsInFlight;
    // Closing a producer that never connected must not load an addon just to say goodbye.
    const { timedOut } = connection === undefined ? { timedOut: false } : await this.#closeMailbox(connection, closeTimeoutMs);
    emitter.emit('producer.closed', { timedOut });
    if (!timedOut) return;
    const text = `Closing the ${name}: of ${records} records in flight some had no answer after ${closeTimeoutMs} ms and were given up`;
    throw new TimeoutError('TIMEOUT_CLOSE', `${text}${connection?.because() ?? ''}`, { timeoutMs: closeTimeoutMs, cause: this.lastError });
  }

  async #closeMailbox({ mailbox }: Connection<NativeProducer>, timeoutMs: number): Promise<{ readonly timedOut: boolean }> {
    const end = beginWork(() => `the close of the ${this.#options.name} waits for ${this.#recordsInFlight} records in flight`);
    try {
      return await mailbox.close(timeoutMs);
    } finally {
      end();
    }
  }

  #open(): Connection<NativeProducer> {
    const { bootstrapServers, config, emitter, logger, name } = this.#options;
    this.#connection ??= new Connection<NativeProducer>({
      name,
      bootstrapServers,
      logger,
      open: (wake) => newProducer(config, wake),
      onError: (error) => emitter.emit('producer.error', { error }),
      onLog: (line) => emitter.emit('producer.log', line),
      onStats: (json) => {
        if (emitter.has('producer.stats')) emitter.emit('producer.stats', { stats: JSON.parse(json) });
      },
      // The other events are a consumer's.
      onRoleEvent: () => undefined,
    });
    return this.#connection;
  }
}
