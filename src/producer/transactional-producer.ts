/** A producer whose batches are transactions: all records of one are seen by readers of committed records, or none, whatever crashes. */

import { type Delivery, type KafkaException, UsageError } from '../errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../events.js';
import type { ConfigEntries } from '../settings/kafka-entries.js';
import type { Logger } from '../settings/logger.js';
import { BatchSender } from './batch-sender.js';
import type { RawOutgoingRecord } from './raw-producer.js';
import { isKafka, type TransactionStep, takeStep, transactionFate } from './transactions.js';

export interface TransactionalOptions {
  /** for messages, e.g. `producer of the redrive` */
  readonly name: string;
  readonly bootstrapServers: string;
  /** with `transactional.id` */
  readonly config: ConfigEntries;
  readonly logger: Logger;
}

/** A record as it is, and where it goes. */
export interface TopicRecord extends RawOutgoingRecord {
  readonly topic: string;
}

const CLOSE_TIMEOUT_MS = 10_000;
const STEP = { tryMs: 5_000, withinMs: 60_000 } as const;

export class TransactionalProducer {
  readonly #options: TransactionalOptions;
  readonly #batches: BatchSender;
  /** Why this producer can do nothing more: what it did last has no known end. */
  #finished: unknown;

  constructor(options: TransactionalOptions) {
    const { name, bootstrapServers, config, logger } = options;
    this.#options = options;
    const emitter = new Emitter<ProducerEvents>(PRODUCER_EVENTS, (event, error) => logger.error({ event, err: error }, 'A listener threw'));
    this.#batches = new BatchSender({ name, bootstrapServers, config, closeTimeoutMs: CLOSE_TIMEOUT_MS, emitter, logger });
  }

  /** Fences any earlier producer of the same transactional.id and waits until what it left open is ended. Before the first `send`. */
  async open(): Promise<void> {
    await this.#step('init');
  }

  /** Sends the records as one transaction; resolves when it is committed. One at a time.
   *  @throws DeliveryError or KafkaException: aborted, none of the records is to be seen, and `send` may be called again, while `isFinished` is
   *  false. When it is true, make a new producer with the same transactional.id and look: the transaction may have been committed */
  async send(records: readonly TopicRecord[]): Promise<readonly Delivery[]> {
    if (this.#finished !== undefined) throw this.#finished;
    if (records.length === 0) throw new UsageError('USAGE_ARGUMENT', 'A transaction needs at least one record');
    await this.#step('begin');
    let deliveries: readonly Delivery[];
    try {
      deliveries = await this.#produce(records);
    } catch (error) {
      // Not every record is in: nothing can have committed it.
      await this.#abort();
      throw error;
    }
    try {
      await this.#step('commit');
    } catch (error) {
      if (this.#finished === undefined) await this.#abort();
      throw error;
    }
    return deliveries;
  }

  /** Nothing more can be sent. */
  get isFinished(): boolean {
    return this.#finished !== undefined;
  }

  async close(): Promise<void> {
    await this.#batches.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #produce(records: readonly TopicRecord[]): Promise<Delivery[]> {
    const topics = [...new Set(records.map(({ topic }) => topic))];
    return this.#batches.produce({
      messages: records,
      topics,
      skipTooLarge: false,
      pack: (slab, batch) => {
        for (const record of batch) slab.add(topics.indexOf(record.topic), record.key ?? null, record.value, record);
      },
    });
  }

  /** Never throws: what made the abort necessary is the error to throw; a failed abort is logged and finishes this producer. */
  async #abort(): Promise<void> {
    try {
      await this.#step('abort');
    } catch (error) {
      this.#finished ??= error;
    }
  }

  async #step(step: TransactionStep): Promise<void> {
    try {
      await takeStep(step, (name, timeoutMs) => this.#batches.transaction(name, timeoutMs), STEP);
    } catch (error) {
      if (!isKafka(error) || transactionFate(error) !== 'abort') this.#finished = error;
      this.#tell(step, error as KafkaException);
      throw error;
    }
  }

  #tell(step: TransactionStep, error: KafkaException): void {
    const { logger, name } = this.#options;
    const fields = { step, kafkaCode: error.kafkaCode, kafkaName: error.kafkaName };
    logger.warn(fields, `The ${name} failed to ${step} a transaction: ${error.message}`);
  }
}
