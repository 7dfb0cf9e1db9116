// When a broker refuses a whole request for its size, ignoreLargeMessageErrors loses none of the healthy records in it.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

test('every record of a refused request is sent again alone, and only what is refused then is skipped', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, ignoreLargeMessageErrors: true });
  await producer.connect();
  // The request with all five, then the first of them alone.
  broker.failRequests('Produce', ['MSG_SIZE_TOO_LARGE', 'MSG_SIZE_TOO_LARGE']);
  const deliveries = await producer.produceBatch([0, 1, 2, 3, 4].map((payload) => ({ id: String(payload), payload })));
  expect(deliveries.map(({ skipped }) => skipped !== undefined)).toEqual([true, false, false, false, false]);
  const keys = (await readTopic(bootstrapServers, 't', 4)).map(({ key }) => String(key));
  expect(keys).toEqual(['1', '2', '3', '4']);
});
