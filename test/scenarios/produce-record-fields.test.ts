// Partition, timestamp and headers of `record` arrive as given: repeated names, null and empty values, a null key.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

test('what record says is what the topic holds', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 4 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers });
  const headers = [
    ['trace', Buffer.from([0xff, 0, 1])],
    ['trace', null],
    ['naïve', Buffer.alloc(0)],
  ] as const;
  await producer.produce({ id: null, payload: 1, record: { partition: 3, timestampMs: 1_600_000_000_123, headers } });
  expect(await readTopic(bootstrapServers, 't', 1)).toMatchObject([
    { partition: 3, offset: 0, timestampMs: 1_600_000_000_123, key: null, headers },
  ]);
});
