/** The low-level producer: bytes under a key into a topic, no envelopes. The way to write topics that others read. */

import { type Delivery, UsageError } from '../errors.js';
import { Emitter, PRODUCER_EVENTS, type ProducerEvents } from '../events.js';
import type { Headers } from '../message/message.js';
import type { ProducerConfig } from '../settings/librdkafka-config.js';
import { STDERR_LOGGER } from '../settings/logger.js';
import { type RawConfig, resolveRawProducerConfig } from '../settings/raw-config.js';
import { findTopicFault } from '../settings/topics.js';
import { BatchSender } from './batch-sender.js';
import { checkRecord, wrong } from './pack.js';

const DEFAULT_CONNECT_TIMEOUT_MS = 30_000;
const CLOSE_TIMEOUT_MS = 30_000;

/** A record to be written as it is. Text is encoded as UTF-8. */
export interface RawOutgoingRecord {
  /** null or absent = no key */
  readonly key?: string | Uint8Array | null | undefined;
  /** null = tombstone */
  readonly value: string | Uint8Array | null;
  /** Default: chosen by the partitioner from the key. */
  readonly partition?: number | undefined;
  /** Milliseconds since 1970. Default: now. */
  readonly timestampMs?: number | undefined;
  readonly headers?: Headers | undefined;
}

export interface RawProduceOptions {
  /** Skip records that are larger than the client or the broker allows; their deliveries say `skipped`. Default false. */
  readonly ignoreLargeMessageErrors?: boolean | undefined;
}

/** Made by `getKafkaProducer`; connects at the first produce. */
export class RawProducer {
  readonly #batches: BatchSender;

  constructor({ bootstrapServers, config, warnings }: RawConfig) {
    const logger = STDERR_LOGGER;
    const emitter = new Emitter<ProducerEvents>(PRODUCER_EVENTS, (event, error) => logger.error({ event, err: error }, 'A listener threw'));
    this.#batches = new BatchSender({
      name: 'low-level producer',
      bootstrapServers,
      config,
      closeTimeoutMs: CLOSE_TIMEOUT_MS,
      emitter,
      logger,
    });
    for (const warning of warnings) logger.warn({}, warning);
  }

  /** Milliseconds; default 30000. @throws TimeoutError; KafkaException at once when credentials or certificates are refused */
  connect(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    return this.#batches.connect(options.timeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS);
  }

  /** @see produceBatch, the function */
  async produceBatch(topic: string, records: readonly RawOutgoingRecord[], options: RawProduceOptions = {}): Promise<Delivery[]> {
    const fault = typeof topic === 'string' ? findTopicFault(topic, false) : `the topic is a ${typeof topic}, not a name`;
    if (fault !== undefined) throw new UsageError('USAGE_ARGUMENT', `Producing: ${fault}`);
    return await this.#batches.produce({
      messages: records,
      topics: [topic],
      skipTooLarge: options.ignoreLargeMessageErrors ?? false,
      pack: (slab, batch) => {
        batch.forEach((record, index) => {
          checkRecord(record, 'records', index, '');
          slab.add(0, toData(index, 'key', record.key ?? null), toData(index, 'value', record.value), record);
        });
      },
    });
  }

  /** Waits for what is in flight, at most 30 s. @throws TimeoutError when records had to be given up */
  close(): Promise<void> {
    return this.#batches.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** A producer of bytes. `config` takes librdkafka keys; they override the library's defaults. Does no I/O.
 *  @throws SettingsError that lists every fault */
export function getKafkaProducer(bootstrapServers: string | readonly string[], config?: ProducerConfig): RawProducer {
  return new RawProducer(resolveRawProducerConfig(bootstrapServers, config));
}

/** Sends one record and resolves once the broker has acknowledged it. @throws as `produceBatch` */
export async function produce(producer: RawProducer, topic: string, record: RawOutgoingRecord): Promise<Delivery> {
  const [delivery] = await producer.produceBatch(topic, [record]);
  return delivery as Delivery;
}

/** Sends records and resolves once the broker has acknowledged every one.
 *  Shape: any number of records -> Delivery[], same length and order.
 *  @throws DeliveryError naming every record that was not acknowledged; UsageError before anything is sent
 *  @example await produceBatch(raw, 'alerts', [{ key: 'id-1', value: packKafkaPayload('rank', item) }]) */
export function produceBatch(
  producer: RawProducer,
  topic: string,
  records: readonly RawOutgoingRecord[],
  options?: RawProduceOptions,
): Promise<Delivery[]> {
  return producer.produceBatch(topic, records, options);
}

function toData(index: number, field: 'key' | 'value', data: unknown): string | Uint8Array | null {
  if (data === null || typeof data === 'string' || data instanceof Uint8Array) return data;
  throw wrong(`records[${index}].${field}`, 'a string, a Buffer or null', data);
}
