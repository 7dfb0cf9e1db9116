/** The suite's broker: topics to be had on it, and our own clients' ways to it. */
import { inject } from 'vitest';
import { Admin, throwOnFailure } from '../../../src/engine/admin.js';
import { type ConsumedMessage, type ConsumerConfig, type ConsumerOptions, getKafkaConsumer, type RawRecord } from '../../../src/index.js';
import '../../setup/interop.js';
import { take } from '../../support/consuming.js';

export const bootstrapServers = inject('bootstrapServers');

/** Generous: a machine that builds beside this gives brokers and clients a hundredth of their time. */
export const DEADLINE_MS = 90_000;

/** Creates a topic that nobody else uses and resolves with its name. */
export async function freshTopic(what: string, partitions = 4): Promise<string> {
  const name = `${what}-${process.pid}-${Date.now()}`;
  const admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]] });
  try {
    throwOnFailure(await admin.createTopics([{ name, partitions }]));
  } finally {
    await admin.close();
  }
  return name;
}

/** Options of a Consumer that reads the topic from its beginning, alone in its group. */
export function readerOf(topic: string): ConsumerOptions {
  return {
    bootstrapServers,
    groupId: `read-${topic}`,
    inputTopics: topic,
    consumerTimeoutMs: 20,
    logger: false,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  };
}

/** The first `count` records of the topic as bytes. */
export async function readRaw(topic: string, count: number, config: ConsumerConfig = {}): Promise<readonly RawRecord[]> {
  await using consumer = getKafkaConsumer(bootstrapServers, `raw-${topic}`, { 'auto.offset.reset': 'earliest', ...config });
  consumer.subscribe(topic);
  const records: RawRecord[] = [];
  const deadlineMs = performance.now() + DEADLINE_MS;
  while (records.length < count) {
    if (performance.now() > deadlineMs) throw new Error(`Only ${records.length} of ${count} records of ${topic} came`);
    records.push(...(await consumer.consume(1_000, 200)));
  }
  return records;
}

/** Processes until `count` messages have come, and closes. */
export const takeAll = <T = unknown>(options: ConsumerOptions, count: number): Promise<readonly ConsumedMessage<T>[]> =>
  take<T>(options, count, DEADLINE_MS);

/** One line for each position, to sort and compare by. */
export const at = ({ partition, offset }: { readonly partition: number; readonly offset: number }): string => `${partition}:${offset}`;
