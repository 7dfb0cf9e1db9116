/** Dead letters as a failure policy writes them, and what tests of the `dlq` commands ask of a cluster. */
import type { RawRecord } from '../../../src/consumer/raw-record.js';
import { Reader } from '../../../src/consumer/reader.js';
import { Admin, throwOnFailure } from '../../../src/engine/admin.js';
import { Cluster } from '../../../src/inspect/cluster.js';
import { type DeadLetterFacts, toDeadLetterHeaders } from '../../../src/message/dead-letter.js';
import type { Headers } from '../../../src/message/message.js';
import { getKafkaProducer, type RawOutgoingRecord } from '../../../src/producer/raw-producer.js';
import { resolveToolConfig } from '../../../src/settings/tool-config.js';

export interface LetterOptions {
  readonly from?: Partial<DeadLetterFacts['from']>;
  readonly error?: DeadLetterFacts['error'];
  readonly key?: string | null;
  readonly value?: string | Buffer | null;
  readonly headers?: Headers;
  /** of the dead-letter topic */
  readonly partition?: number;
  readonly failedAt?: string;
}

export const FAILED_AT = '2026-11-27T14:00:00.000Z';

/** One dead letter; `index` makes its key, its value and where it came from. */
export function letter(index: number, options: LetterOptions = {}): RawOutgoingRecord {
  const { from = {}, error = { name: 'TypeError', message: `Cannot read "a${index}" of ${index}` }, failedAt = FAILED_AT } = options;
  const facts: DeadLetterFacts = {
    from: { topic: 'quakes', partition: index % 4, offset: index, ...from },
    timestampMs: 1_700_000_000_000 + index,
    groupId: 'ranker',
    svc: 'ranker',
    attempts: 3,
    error,
    firstFailure: failedAt,
    lastFailure: failedAt,
  };
  const { key = `id-${index}`, value = JSON.stringify({ item: { index }, hist: null }), headers = [], partition } = options;
  return { key, value, partition, headers: [...headers, ...toDeadLetterHeaders(facts)] };
}

/** Writes `count` dead letters, a few thousand at a time, each made by its index. */
export async function writeLetters(
  bootstrapServers: string,
  topic: string,
  count: number,
  make: (index: number) => RawOutgoingRecord = letter,
): Promise<void> {
  await using producer = getKafkaProducer(bootstrapServers);
  for (let from = 0; from < count; from += 5_000) {
    await producer.produceBatch(
      topic,
      Array.from({ length: Math.min(5_000, count - from) }, (_, i) => make(from + i)),
    );
  }
}

export async function createTopics(
  bootstrapServers: string,
  topics: Readonly<Record<string, { readonly partitions?: number; readonly config?: Record<string, string> }>>,
): Promise<void> {
  await using admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]] });
  throwOnFailure(await admin.createTopics(Object.entries(topics).map(([name, own]) => ({ name, partitions: 4, ...own }))));
}

export async function topicsOf(bootstrapServers: string): Promise<readonly string[]> {
  await using admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]] });
  return (await admin.metadata()).topics.map(({ name }) => name).sort();
}

export function openReader(bootstrapServers: string): Reader {
  const { reader, logger } = resolveToolConfig({ bootstrapServers });
  return new Reader({ name: 'reader of the test', bootstrapServers, config: reader, logger });
}

export function openCluster(bootstrapServers: string): Cluster {
  return new Cluster({ bootstrapServers });
}

/** The topic's records, as a reader of committed records sees them. */
export async function readAll(bootstrapServers: string, topic: string): Promise<readonly RawRecord[]> {
  await using reader = openReader(bootstrapServers);
  const records: RawRecord[] = [];
  for await (const page of reader.pages(await reader.ranges(topic))) records.push(...page);
  return records;
}

/** How often each key is among them. */
export async function countKeys(bootstrapServers: string, topic: string): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { key } of await readAll(bootstrapServers, topic)) counts.set(String(key), (counts.get(String(key)) ?? 0) + 1);
  return counts;
}
