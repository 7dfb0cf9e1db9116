// Records produced while the broker is down are delivered once it is back; meanwhile producer.error says so.
import { EventEmitter, once } from 'node:events';
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('the batch waits for the broker and loses nothing', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  const kafkaConfig = { 'reconnect.backoff.ms': 50, 'reconnect.backoff.max.ms': 100 };
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, kafkaConfig, logger: false });
  await producer.connect();
  const trouble = new EventEmitter();
  producer.on('producer.error', ({ error }) => trouble.emit('seen', error));
  broker.brokerDown();
  const produced = producer.produceBatch([1, 2, 3].map((payload) => ({ id: null, payload })));
  const [error] = await once(trouble, 'seen');
  expect(error).toMatchObject({ fatal: false, retriable: true });
  broker.brokerUp();
  expect((await produced).map(({ offset }) => offset)).toEqual([0, 1, 2]);
});
