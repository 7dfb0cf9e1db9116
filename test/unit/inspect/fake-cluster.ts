/** A cluster in memory, as far as the inspecting functions know one: records by topic, and what is asked of it and sent to it is remembered. */
import type { RawRecord } from '../../../src/consumer/raw-record.js';
import type { PartitionRange } from '../../../src/consumer/reader.js';
import type { NativeFault } from '../../../src/engine/native.js';
import { KafkaException, type Position } from '../../../src/errors.js';
import type { Cluster } from '../../../src/inspect/cluster.js';
import type { TopicRecord } from '../../../src/producer/transactional-producer.js';
import { fault } from '../engine/fakes.js';

export interface FakeCluster extends Cluster {
  /** topics whose partitions were asked for, one by one */
  readonly asked: string[];
  readonly sent: (readonly TopicRecord[])[];
  readonly cut: Position[];
  /** instead of taking them */
  onSend: (records: readonly TopicRecord[]) => void;
  /** before a page is handed out */
  onPage: (topic: string) => void;
  readonly topicErrors: Map<string, NativeFault>;
  readonly cutErrors: Map<number, KafkaException>;
}

const PAGE = 500;

/** Every topic has one partition; one that is not named does not exist. */
export function fakeCluster(topics: Readonly<Record<string, readonly RawRecord[]>>): FakeCluster {
  const missing = fault(3, 'UNKNOWN_TOPIC_OR_PART');
  const of = (topic: string): readonly RawRecord[] => topics[topic] ?? [];
  const fake = {
    asked: [] as string[],
    sent: [] as (readonly TopicRecord[])[],
    cut: [] as Position[],
    topicErrors: new Map<string, NativeFault>(),
    cutErrors: new Map<number, KafkaException>(),
    onSend: (_records: readonly TopicRecord[]): void => undefined,
    onPage: (_topic: string): void => undefined,
    reader: {
      ranges: async (topic: string): Promise<PartitionRange[]> => {
        if (topics[topic] === undefined) throw new KafkaException('KAFKA', 'missing', { kafkaCode: 3, kafkaName: missing.name });
        const last = of(topic).at(-1);
        return last === undefined ? [] : [{ topic, partition: 0, from: 0, until: last.offset + 1 }];
      },
      async *pages(ranges: readonly PartitionRange[], signal?: AbortSignal) {
        for (const { topic, from, until } of ranges) {
          const records = of(topic).filter(({ offset }) => offset >= from && offset < until);
          for (let at = 0; at < records.length; at += PAGE) {
            signal?.throwIfAborted();
            fake.onPage(topic);
            yield records.slice(at, at + PAGE);
          }
        }
      },
      record: async ({ topic, offset }: Position, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        return of(topic).find((record) => record.offset === offset);
      },
      questions: {
        metadata: async (topic: string) => {
          fake.asked.push(topic);
          const error = fake.topicErrors.get(topic) ?? (topics[topic] === undefined ? missing : null);
          return { brokers: [], topics: [{ name: topic, error, partitions: error === null ? [{ id: 0 }] : [] }] };
        },
        partitionsOf: async (topic: string) => (topics[topic] === undefined ? [] : [0]),
        offsetsForTimes: async (of: readonly Position[]) => of.map((one) => ({ ...one, offset: 0, error: null })),
      },
    },
    admin: {
      topicIds: async ([name]: readonly string[]) => [{ name, id: 'abc', error: null }],
      createTopics: async ([topic]: readonly { readonly name: string }[]) => [{ name: topic?.name, error: null }],
      deleteRecords: async (before: readonly Position[]) => {
        fake.cut.push(...before);
        return before.map((position) => ({ ...position, error: fake.cutErrors.get(position.partition) ?? null }));
      },
    },
    transactional: () => ({
      isFinished: false,
      open: async () => undefined,
      send: async (records: readonly TopicRecord[]) => {
        fake.onSend(records);
        fake.sent.push(records);
        return [];
      },
      [Symbol.asyncDispose]: async () => undefined,
    }),
  };
  return fake as unknown as FakeCluster;
}
