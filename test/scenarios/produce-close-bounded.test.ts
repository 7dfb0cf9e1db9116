// close() with a broker that is down ends at closeTimeoutMs: what is in flight fails by name, and close says so.
import { expect, test } from 'vitest';
import type { DeliveryError } from '../../src/errors.js';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('the records are given up, their batch and close both reject', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, closeTimeoutMs: 300, logger: false });
  await producer.connect();
  broker.brokerDown();
  const produced = producer.produceBatch([1, 2].map((payload) => ({ id: null, payload })));
  const failed = expect(produced).rejects.toMatchObject({ code: 'DELIVERY_FAILED', failed: [{ index: 0 }, { index: 1 }] });
  const startedMs = performance.now();
  await expect(producer.close()).rejects.toMatchObject({ code: 'TIMEOUT_CLOSE', message: expect.stringContaining('2 records') });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  await failed;
});

test('what still waits for room in the queue is given up with the rest, and nothing of it is written later', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const { bootstrapServers } = broker;
  const kafkaProducerConfig = { 'queue.buffering.max.messages': 100 };
  const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, closeTimeoutMs: 300, kafkaProducerConfig, logger: false });
  await producer.connect();
  broker.brokerDown();
  const batches = Array.from({ length: 5 }, () =>
    producer.produceBatch(Array.from({ length: 1_000 }, (_, payload) => ({ id: null, payload }))),
  );
  const failed = Promise.all(
    batches.map((batch) =>
      batch.then(
        () => expect.fail('delivered'),
        (error: DeliveryError) => error,
      ),
    ),
  );
  await expect(producer.close()).rejects.toMatchObject({ code: 'TIMEOUT_CLOSE', message: expect.stringContaining('5000 records') });
  for (const error of await failed) {
    expect(error.failed).toHaveLength(1_000);
    expect(error.failed.slice(100).every(({ persisted }) => persisted === 'no')).toBe(true);
  }
  broker.brokerUp();
  await using reader = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers, logger: false });
  expect(await reader.produce({ id: null, payload: 0 })).toMatchObject({ offset: 0 });
});
