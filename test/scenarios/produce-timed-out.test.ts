// A record that no broker takes in time fails with the timeout, and the trouble behind it is its cause.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('delivery.timeout.ms bounds the wait', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const kafkaProducerConfig = { 'delivery.timeout.ms': 1_000 };
  await using producer = new Producer({
    svc: 'a',
    outputTopics: 't',
    bootstrapServers: broker.bootstrapServers,
    kafkaProducerConfig,
    logger: false,
  });
  await producer.connect();
  broker.brokerDown();
  await expect(producer.produce({ id: 'a', payload: 1 })).rejects.toMatchObject({
    code: 'DELIVERY_FAILED',
    retriable: true,
    failed: [{ index: 0, error: { kafkaName: '_MSG_TIMED_OUT', cause: { code: 'KAFKA', retriable: true } } }],
  });
});
