// close() waits for what is in flight, may be called twice, and ends the producer.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('records in flight are delivered before close resolves, and later calls are UsageErrors', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers });
  const closed: unknown[] = [];
  producer.on('producer.closed', (detail) => closed.push(detail));
  const order: string[] = [];
  const produced = producer.produceBatch([1, 2].map((payload) => ({ id: null, payload }))).then(() => order.push('delivered'));
  const closing = producer.close().then(() => order.push('closed'));
  await Promise.all([produced, closing, producer.close()]);
  expect(order).toEqual(['delivered', 'closed']);
  expect(closed).toEqual([{ timedOut: false }]);
  await expect(producer.produce({ id: null, payload: 1 })).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await expect(producer.connect()).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
});
