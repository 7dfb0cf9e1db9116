// `{ id, tombstone: true }` writes a null value under the id.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

test('the record has a key and no value', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers });
  await producer.produceBatch([
    { id: 'gone', payload: null, tombstone: true },
    { id: 'stays', payload: null },
  ]);
  const records = await readTopic(broker.bootstrapServers, 't', 2);
  expect(records.map(({ key, value }) => [String(key), value === null])).toEqual([
    ['gone', true],
    ['stays', false],
  ]);
});
