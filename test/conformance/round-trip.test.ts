// What one service produces, another consumes: payload, key, headers, timestamp and history, in order within each partition.
import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { type ConsumedMessage, Consumer, Producer } from '../../src/index.js';
import '../setup/provided.js';

const COUNT = 500;

interface Payload {
  readonly i: number;
  readonly place: string;
}

test('every produced message comes back once, as it was sent and where its delivery says', async () => {
  const bootstrapServers = inject('bootstrapServers');
  const topic = `round-trip-${randomUUID()}`;
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, bootstrapServers });
  const headers = [
    ['trace', Buffer.from('abc')],
    ['trace', null],
  ] as const;
  const messages = Array.from({ length: COUNT }, (_, i) => ({
    id: i % 10 === 0 ? null : `quake-${i % 20}`,
    payload: { i, place: i % 2 === 0 ? 'Wānaka \u2014 Île' : 'plain' },
    record: { timestampMs: 1_700_000_000_000 + i, headers },
  }));
  const deliveries = await producer.produceBatch(messages);

  const seen: ConsumedMessage<Payload>[] = [];
  const consumer = new Consumer<Payload>({
    bootstrapServers,
    groupId: `g-${topic}`,
    inputTopics: topic,
    batchSize: 64,
    consumerTimeoutMs: 20,
    kafkaConsumerConfig: { 'auto.offset.reset': 'earliest' },
  });
  await consumer.process((batch) => {
    seen.push(...batch);
    if (seen.length >= COUNT) void consumer.close();
  });

  expect(seen).toHaveLength(COUNT);
  const byIndex = [...seen].sort((a, b) => a.payload.i - b.payload.i);
  expect(byIndex.map(({ id, payload }) => ({ id, payload }))).toEqual(messages.map(({ id, payload }) => ({ id, payload })));
  expect(byIndex.map(({ topic: name, partition, offset }) => ({ topic: name, partition, offset }))).toEqual(deliveries);
  expect(byIndex.map((message) => message.timestampMs)).toEqual(messages.map(({ record }) => record.timestampMs));
  expect(byIndex.every((message) => message.refs[0].hist?.svc === 'ingest')).toBe(true);
  expect(byIndex[7]?.headers).toEqual(headers);
  for (const partition of new Set(seen.map((message) => message.partition))) {
    const offsets = seen.filter((message) => message.partition === partition).map((message) => message.offset);
    expect(offsets).toEqual(offsets.map((_, i) => i));
  }
});
