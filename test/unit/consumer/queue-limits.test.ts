/** Memory set for all partitions is shared among those that one member may get. */
import { expect, test } from 'vitest';
import { countPartitions, queueKbytes, withQueueLimit } from '../../../src/consumer/queue-limits.js';
import type { MetadataJson } from '../../../src/engine/native.js';
import { KafkaException } from '../../../src/errors.js';

test.for<[total: number, partitions: number, share: number]>([
  [49_152, 0, 8_192],
  [49_152, 1, 8_192],
  [49_152, 6, 8_192],
  [49_152, 12, 4_096],
  [49_152, 96, 512],
  [49_152, 1_000, 512],
  [2_000, 3, 666],
  [1_000, 4, 512],
  [100, 4, 100],
])('%i kB for %i partitions: %i each', ([total, partitions, share]) => {
  expect(queueKbytes(total, partitions)).toBe(share);
});

test('only the one key changes', () => {
  const config = [
    ['group.id', 'g'],
    ['queued.max.messages.kbytes', '49152'],
  ] as const;
  expect(withQueueLimit(config, 12)).toEqual([
    ['group.id', 'g'],
    ['queued.max.messages.kbytes', '4096'],
  ]);
});

const topic = (name: string, partitions: number): MetadataJson['topics'][number] => ({
  name,
  error: null,
  partitions: Array.from({ length: partitions }, (_, id) => ({ id, leader: 1, replicas: [1], isr: [1], error: null })),
});
const CLUSTER = [topic('quakes', 12), topic('quakes.eu', 3), topic('storms', 4)];
const metadata = async (name: string | null): Promise<MetadataJson> => ({
  brokers: [],
  topics: CLUSTER.filter((known) => name === null || known.name === name),
});

test('topics by name and by pattern count once', async () => {
  expect(await countPartitions(['quakes', 'storms'], { metadata }, 1)).toBe(16);
  expect(await countPartitions(['quakes', '^quakes'], { metadata }, 1)).toBe(15);
  expect(await countPartitions(['nowhere'], { metadata }, 1)).toBe(0);
});

test('a cluster that does not answer leaves the number open', async () => {
  const silent = (): Promise<MetadataJson> =>
    Promise.reject(new KafkaException('KAFKA', 'timed out', { kafkaCode: -185, kafkaName: '_TIMED_OUT' }));
  expect(await countPartitions(['quakes'], { metadata: silent }, 1)).toBe(0);
});
