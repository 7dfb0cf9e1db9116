// A produced message lies in the topic as an envelope under its id, and unpacks to the same item and history.
import { expect, test } from 'vitest';
import { unpackKafkaPayload } from '../../src/message/unpack.js';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

test('id, item and refs arrive; the delivery says where', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { quakes: 3 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'rank', outputTopics: 'quakes', bootstrapServers });
  const ref = { topic: 'raw', partition: 1, offset: 7, key: 'r', hist: { svc: 'ingest', dt: '2026-01-02T03:04:05.678Z', refs: [] } };

  const delivery = await producer.produce({ id: 'Zoë 日本', payload: { mag: 4.5, place: 'Wānaka 😀' }, refs: [ref] });

  const [record] = await readTopic(bootstrapServers, 'quakes', 1);
  expect(record).toMatchObject({ ...delivery, key: Buffer.from('Zoë 日本'), headers: [] });
  expect(record && unpackKafkaPayload(record)).toMatchObject({
    item: { mag: 4.5, place: 'Wānaka 😀' },
    ref: { ...delivery, key: 'Zoë 日本', hist: { svc: 'rank', refs: [ref] } },
  });
});
