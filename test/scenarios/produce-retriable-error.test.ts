// Errors that pass by themselves are retried inside the engine: the caller sees only the delivery, once and in order.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

test('a batch survives a moving leader and too few replicas', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers });
  await producer.connect();
  broker.failRequests('Produce', ['NOT_LEADER_FOR_PARTITION', 'NOT_ENOUGH_REPLICAS']);
  const ids = Array.from({ length: 100 }, (_, index) => String(index));
  const deliveries = await producer.produceBatch(ids.map((id) => ({ id, payload: id })));
  expect(deliveries.map(({ offset }) => offset)).toEqual(ids.map(Number));
  expect((await readTopic(bootstrapServers, 't', ids.length)).map(({ key }) => String(key))).toEqual(ids);
});
