// After a fatal error every pending and every later call rejects with it, and close still works.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('a producer that is not allowed to be idempotent is finished, and says why', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  broker.failRequests('InitProducerId', ['CLUSTER_AUTHORIZATION_FAILED', 'CLUSTER_AUTHORIZATION_FAILED']);
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers, logger: false });
  const error = await producer.produce({ id: null, payload: 1 }).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: 'KAFKA', fatal: true, kafkaName: 'CLUSTER_AUTHORIZATION_FAILED' });
  await expect(producer.produce({ id: null, payload: 2 })).rejects.toBe(error);
  await expect(producer.connect()).rejects.toBe(error);
});
