// Where a topic's partitions begin and end is asked of all at once: a slow broker does not cost its time for each of them.
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { writeRaw } from '../support/consuming.js';
import { openReader } from './support/reader.js';

test('forty partitions of a slow broker take a few round trips', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 40 } });
  await writeRaw(
    broker,
    't',
    [3, 3, 39].map((partition) => ({ value: 'x', partition })),
  );
  await using reader = openReader(broker);
  await reader.ranges('t');
  broker.latency(1, 300);
  broker.latency(2, 300);
  const startedMs = performance.now();
  expect(await reader.ranges('t')).toEqual([
    { topic: 't', partition: 3, from: 0, until: 2 },
    { topic: 't', partition: 39, from: 0, until: 1 },
  ]);
  expect(performance.now() - startedMs).toBeLessThan(3_000);
});
