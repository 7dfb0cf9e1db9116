// When a partition's leader moves to another broker, the producer follows and the partition stays whole.
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('offsets go on across the move', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 2 });
  broker.createTopic('t', { partitions: 1, replicationFactor: 2 });
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers, logger: false });
  const offsets: number[] = [];
  for (const leader of [1, 2, 1]) {
    broker.moveLeader('t', 0, leader);
    offsets.push((await producer.produce({ id: null, payload: leader })).offset);
  }
  expect(offsets).toEqual([0, 1, 2]);
});
