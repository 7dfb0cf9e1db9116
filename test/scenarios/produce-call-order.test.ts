// Batches that overlap are written in the order in which produceBatch was called, also when nobody awaited the first.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { readTopic } from './support/read-topic.js';

const BATCHES = 20;
const SIZE = 50;

test('one partition holds twenty overlapping batches in call order', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { one: 1 } });
  const { bootstrapServers } = broker;
  await using producer = new Producer({ svc: 'a', outputTopics: ['one'], bootstrapServers });
  const batches = Array.from({ length: BATCHES }, (_, batch) => {
    return producer.produceBatch(Array.from({ length: SIZE }, (_, index) => ({ id: String(batch * SIZE + index), payload: index })));
  });
  const offsets = (await Promise.all(batches)).flat().map(({ offset }) => offset);
  const keys = (await readTopic(bootstrapServers, 'one', BATCHES * SIZE)).map(({ key }) => Number(key));
  expect(offsets).toEqual([...offsets.keys()]);
  expect(keys).toEqual(offsets);
});
