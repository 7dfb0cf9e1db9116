// Equal keys land on equal partitions, whoever writes: with Python's librdkafka by default, with Java's clients by `partitioner: murmur2_random`.
import { expect, test } from 'vitest';
import { Producer } from '../../src/index.js';
import { javaTool } from './support/java.js';
import { bootstrapServers, freshTopic, readRaw } from './support/kafka.js';
import { pythonWrites } from './support/python.js';

const PARTITIONS = 12;
const SHAPES = [
  (i: number) => `us${i.toString(36)}`,
  (i: number) => `Événement-${i}`,
  (i: number) => `${String.fromCodePoint(0x1f300 + (i % 500))}${i}`,
  (i: number) => `日本 ${i} \u0001`,
  (i: number) => String(i),
  (i: number) => `${i}-${'long '.repeat(i % 60)}`,
] as const;
const KEYS = Array.from({ length: 1_000 }, (_, i) => (SHAPES[i % SHAPES.length] as (typeof SHAPES)[number])(i));

async function ourPartitions(partitioner?: 'murmur2_random'): Promise<readonly number[]> {
  const topic = await freshTopic('partitions-ours', PARTITIONS);
  const kafkaProducerConfig = partitioner === undefined ? {} : { partitioner };
  await using producer = new Producer({ svc: 'a', outputTopics: topic, bootstrapServers, kafkaProducerConfig });
  return (await producer.produceBatch(KEYS.map((id) => ({ id, payload: null })))).map(({ partition }) => partition);
}

test('1000 keys land where the Python client puts them', async () => {
  const topic = await freshTopic('partitions-python', PARTITIONS);
  const landed = await pythonWrites(
    topic,
    KEYS.map((key) => ({ key, item: null })),
  );
  const ours = await ourPartitions();
  expect(ours).toEqual(landed.map(({ partition }) => partition));
  expect(new Set(ours).size).toBe(PARTITIONS);
});

test('with murmur2_random 1000 keys land where Java puts them', async () => {
  const topic = await freshTopic('partitions-java', PARTITIONS);
  const lines = KEYS.map((key, i) => `${key}\t${i}\n`).join('');
  const options = ['--property', 'parse.key=true', '--property', 'key.separator=\t'];
  await javaTool('org.apache.kafka.tools.ConsoleProducer', ['--bootstrap-server', bootstrapServers, '--topic', topic, ...options], lines);
  const records = await readRaw(topic, KEYS.length);
  const java = new Map(records.map(({ key, partition }) => [key?.toString(), partition]));
  const ours = await ourPartitions('murmur2_random');
  expect(ours).toEqual(KEYS.map((key) => java.get(key)));
  // Which CRC32 would not do.
  expect(ours).not.toEqual(await ourPartitions());
});
