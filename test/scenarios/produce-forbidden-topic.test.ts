// A topic that may not be written fails every record with the broker's code, and the other topic of the batch is delivered.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('the failures name index, topic and code', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { open: 1, private: 1 } });
  broker.topicError('private', 'TOPIC_AUTHORIZATION_FAILED');
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: ['open', 'private'], bootstrapServers, logger: false });
  const produced = producer.produceBatch([
    { id: '0', payload: 0, to: 'private' },
    { id: '1', payload: 1, to: 'open' },
    { id: '2', payload: 2, to: 'private' },
  ]);
  await expect(produced).rejects.toMatchObject({
    code: 'DELIVERY_FAILED',
    delivered: [{ topic: 'open' }],
    failed: [
      { index: 0, error: { kafkaName: 'TOPIC_AUTHORIZATION_FAILED', retriable: false, message: expect.stringContaining('"private"') } },
      { index: 2, error: { kafkaName: 'TOPIC_AUTHORIZATION_FAILED' } },
    ],
  });
});
