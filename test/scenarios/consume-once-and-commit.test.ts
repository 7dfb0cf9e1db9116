// What is produced is handled once, in order within each partition, and a second member of the group finds nothing left.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { QUICK } from './kit.js';

const N = 1_000;

test('every message is handled once and in order, and the commits hold', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 4 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'ingest', outputTopics: 'quakes', bootstrapServers });
  await producer.produceBatch(Array.from({ length: N }, (_, i) => ({ id: `q${i}`, payload: { i, place: 'Wānaka, Île' } })));

  const seen = new Map<number, number[]>();
  const options = {
    bootstrapServers,
    groupId: 'g',
    inputTopics: 'quakes',
    batchSize: 300,
    consumerTimeoutMs: 20,
    kafkaConsumerConfig: QUICK,
  };
  const consumer = new Consumer<{ i: number; place: string }>(options);
  let count = 0;
  await consumer.process((messages) => {
    for (const m of messages) {
      expect(m.id).toBe(`q${m.payload.i}`);
      expect(m.payload.place).toBe('Wānaka, Île');
      expect(m.refs[0].hist?.svc).toBe('ingest');
      const offsets = seen.get(m.partition) ?? [];
      seen.set(m.partition, [...offsets, m.offset]);
    }
    count += messages.length;
    if (count >= N) void consumer.close();
  });
  expect(count).toBe(N);
  for (const offsets of seen.values()) expect(offsets).toEqual(offsets.map((_, i) => i));

  await producer.produce({ id: 'last', payload: null });
  const again: (string | null)[] = [];
  const second = new Consumer(options);
  await second.process((messages) => {
    again.push(...messages.map((m) => m.id));
    void second.close();
  });
  expect(again).toEqual(['last']);
});
