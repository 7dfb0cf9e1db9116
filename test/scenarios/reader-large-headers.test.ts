// A page's limit of bytes counts headers: records may hold little else.
import { expect, test } from 'vitest';
import { getKafkaProducer } from '../../src/producer/raw-producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { openReader } from './support/reader.js';

test('records of large headers come in pages of a few', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const large = Buffer.alloc(400_000, 'x');
  // Compressed they fit into what the embedded broker keeps.
  await using producer = getKafkaProducer(broker.bootstrapServers, { 'compression.type': 'zstd' });
  await producer.produceBatch(
    't',
    Array.from({ length: 40 }, (_, n) => ({ value: String(n), partition: 0, headers: [['h', large]] as const })),
  );
  await using reader = openReader(broker);
  const counts: number[] = [];
  for await (const page of reader.pages(await reader.ranges('t'))) counts.push(page.length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(40);
  // 4 MB, and the record that went over it.
  expect(Math.max(...counts)).toBeLessThanOrEqual(11);
});
