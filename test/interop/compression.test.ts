// Records that others have compressed, with each codec of Kafka and in their own framing, are read byte by byte; and so are ours by them.
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { getKafkaProducer } from '../../src/index.js';
import { javaTool } from './support/java.js';
import { at, bootstrapServers, freshTopic, readRaw } from './support/kafka.js';
import { pythonReads, pythonWrites } from './support/python.js';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Values that shrink, that cannot shrink, that are empty, and that are larger than a codec's block. */
const VALUES: readonly Buffer[] = [
  Buffer.alloc(0),
  Buffer.from('é'),
  Buffer.alloc(300_000, 'abc'),
  noise(200_000),
  ...Array.from({ length: 200 }, (_, i) => Buffer.concat([Buffer.alloc(i * 7, i), noise(i)])),
];

test.for(CODECS)('%s from Python', async (codec) => {
  const topic = await freshTopic(`python-${codec}`);
  const records = VALUES.map((value, i) => ({ key: `clé-${i}`, bytes: value.toString('base64') }));
  const landed = await pythonWrites(topic, records, { 'compression.type': codec, 'linger.ms': '50' });
  const read = new Map((await readRaw(topic, VALUES.length)).map((record) => [at(record), record]));
  for (const [i, where] of landed.entries()) {
    const record = read.get(at(where));
    expect(record?.key?.toString()).toBe(`clé-${i}`);
    expect(record?.value?.equals(VALUES[i] as Buffer)).toBe(true);
  }
  expect(await codecsIn(topic)).toContain(codec);
});

test.for(CODECS)('%s from Java', async (codec) => {
  const topic = await freshTopic(`java-${codec}`);
  const lines = Array.from({ length: 2_000 }, (_, i) => `clé-${i}\t${'Wānaka 🎟 '.repeat(i % 40)}${noise(i % 50).toString('hex')}`);
  const options = ['--property', 'parse.key=true', '--compression-codec', codec];
  await javaTool(
    'org.apache.kafka.tools.ConsoleProducer',
    ['--bootstrap-server', bootstrapServers, '--topic', topic, ...options],
    lines.map((line) => `${line}\n`).join(''),
  );
  const read = (await readRaw(topic, lines.length)).map(({ key, value }) => `${key}\t${value}`);
  expect(read.toSorted()).toEqual(lines.toSorted());
  expect(await codecsIn(topic)).toContain(codec);
});

test.for(CODECS)('%s of ours is read by Python', async (codec) => {
  const topic = await freshTopic(`ours-${codec}`);
  await using producer = getKafkaProducer(bootstrapServers, { 'compression.type': codec });
  const items = VALUES.map((value) => value.toString('hex'));
  const records = items.map((item, i) => ({ key: `clé-${i}`, value: JSON.stringify({ item }) }));
  const deliveries = await producer.produceBatch(topic, records);
  const read = new Map((await pythonReads(topic, items.length)).map((message) => [at(message), message]));
  for (const [i, where] of deliveries.entries()) expect(read.get(at(where))).toMatchObject({ key: `clé-${i}`, item: items[i] });
  expect(await codecsIn(topic)).toContain(codec);
});

test('fetches too small for a batch still bring it whole', async () => {
  const topic = await freshTopic('small-fetches', 1);
  const records = VALUES.map((value) => ({ bytes: value.toString('base64') }));
  await pythonWrites(topic, records, { 'compression.type': 'zstd', 'linger.ms': '50' });
  const read = await readRaw(topic, VALUES.length, { 'fetch.message.max.bytes': 1_000, 'fetch.max.bytes': 1_000_000 });
  for (const { offset, value } of read) expect(value?.equals(VALUES[offset] as Buffer)).toBe(true);
});

/** The codecs that lie in the topic's log, as Kafka's own dump of it says. */
async function codecsIn(topic: string): Promise<ReadonlySet<string>> {
  const data = join(inject('kafkaFolder'), 'data-1');
  const logs = readdirSync(data)
    .filter((name) => name.startsWith(`${topic}-`))
    .flatMap((name) => readdirSync(join(data, name)).map((file) => join(data, name, file)))
    .filter((file) => file.endsWith('.log'));
  const lines = await javaTool('kafka.tools.DumpLogSegments', ['--files', logs.join(',')]);
  return new Set(lines.flatMap((line) => /compresscodec: (\w+)/.exec(line)?.[1]?.toLowerCase() ?? []));
}

/** Bytes that no codec can shrink, the same each time. */
function noise(length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let i = 0; i * 32 < length; i++) blocks.push(createHash('sha256').update(String(i)).digest());
  return Buffer.concat(blocks).subarray(0, length);
}
