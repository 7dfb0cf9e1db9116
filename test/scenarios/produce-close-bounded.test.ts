// close() with a broker that is down ends at closeTimeoutMs: what is in flight fails by name, and close says so.
import { expect, test } from 'vitest';
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
