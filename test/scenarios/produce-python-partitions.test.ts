// Equal ids land on the partition that the Python services' partitioner (CRC32 of the key) gives them.
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { Producer } from '../../src/producer/producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';

test('the partition of an id is its CRC32 modulo the number of partitions', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { seven: 7 } });
  await using producer = new Producer({ svc: 'a', outputTopics: 'seven', bootstrapServers: broker.bootstrapServers });
  const ids = ['a', 'us7000abcd', 'Zoë', '日本', 'x'.repeat(300)];
  const deliveries = await producer.produceBatch(ids.map((id) => ({ id, payload: null })));
  expect(deliveries.map(({ partition }) => partition)).toEqual(ids.map((id) => crc32(Buffer.from(id)) % 7));
});
