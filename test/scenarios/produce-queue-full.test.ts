// A full queue is back-pressure, not an error: a batch twenty times its size is delivered whole and in order.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('2000 messages pass through a queue of 100', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  const kafkaProducerConfig = { 'queue.buffering.max.messages': 100 };
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, kafkaProducerConfig });
  const deliveries = await producer.produceBatch(Array.from({ length: 2_000 }, (_, payload) => ({ id: null, payload })));
  expect(deliveries.map(({ offset }) => offset)).toEqual([...deliveries.keys()]);
});
