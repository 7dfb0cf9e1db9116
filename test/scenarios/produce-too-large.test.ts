// A record over message.max.bytes fails alone, named by its index; its neighbours are delivered. With the option it is skipped.
import { expect, test } from 'vitest';
import { DeliveryError } from '../../src/errors.js';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

const messages = ['small', 'x'.repeat(20_000), 'small too'].map((payload, index) => ({ id: String(index), payload }));
const kafkaProducerConfig = { 'message.max.bytes': 10_000 };

test('without the option: one DeliveryError with one failure', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers, kafkaProducerConfig });
  const error = await producer.produceBatch(messages).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(DeliveryError);
  expect(error).toMatchObject({
    delivered: [{ offset: 0 }, { offset: 1 }],
    failed: [{ index: 1, message: messages[1], persisted: 'no', error: { kafkaCode: 10, kafkaName: 'MSG_SIZE_TOO_LARGE' } }],
  });
});

test('with the option: three deliveries, one of which says skipped', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const options = {
    svc: 'a',
    outputTopics: 't',
    bootstrapServers: broker.bootstrapServers,
    kafkaProducerConfig,
    ignoreLargeMessageErrors: true,
  };
  await using producer = new Producer(options);
  expect(await producer.produceBatch(messages)).toMatchObject([
    { offset: 0 },
    { partition: -1, offset: -1, skipped: { kafkaCode: 10 } },
    { offset: 1 },
  ]);
});
