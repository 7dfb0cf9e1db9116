// The embedded broker creates topics as told, others at first use, and refuses every call after close.
import { expect, test } from 'vitest';
import { Admin } from '../../src/engine/admin.js';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('partitions are as asked for', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 3, topics: { two: 2 } });
  const { bootstrapServers } = broker;
  broker.createTopic('five', { partitions: 5, replicationFactor: 3 });
  await using producer = new Producer({ svc: 'a', outputTopics: 'made-by-use', bootstrapServers });
  await producer.produce({ id: null, payload: 1 });
  await using admin = new Admin({ config: [['bootstrap.servers', bootstrapServers]] });
  const { brokers, topics } = await admin.metadata();
  expect(brokers).toHaveLength(3);
  expect(new Map(topics.map(({ name, partitions }) => [name, partitions.length]))).toEqual(
    new Map([
      ['two', 2],
      ['five', 5],
      ['made-by-use', 4],
    ]),
  );
  expect(topics.find(({ name }) => name === 'five')?.partitions[0]?.replicas).toHaveLength(3);
});

test('after close every call is a UsageError, and closing again is harmless', async () => {
  const broker = await EmbeddedBroker.start();
  await broker.close();
  await broker.close();
  expect(() => broker.createTopic('late')).toThrow(expect.objectContaining({ code: 'USAGE_CLOSED' }));
});

test('an unknown request or error name is refused and the known ones are listed', async () => {
  await using broker = await EmbeddedBroker.start();
  const usage = (text: RegExp) => expect.objectContaining({ code: 'USAGE_ARGUMENT', message: expect.stringMatching(text) });
  expect(() => broker.failRequests('Produced' as 'Produce', [3])).toThrow(usage(/"Produced".*Produce, Fetch/));
  expect(() => broker.failRequests('Produce', ['NO_SUCH_ERROR'])).toThrow(usage(/"NO_SUCH_ERROR".*NOT_COORDINATOR/));
});
