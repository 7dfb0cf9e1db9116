// A member that may get many partitions joins by a client with smaller queues, and reads all of them.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const PARTITIONS = 24;

test('twenty-four partitions share the memory of six', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: PARTITIONS } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: PARTITIONS }, (_, partition) => ({ value: envelope(partition), partition })),
  );
  const consumer = new Consumer<number>(
    member(broker, { inputTopics: 't', kafkaConsumerConfig: { ...QUICK, debug: 'conf' } as typeof QUICK }),
  );
  const limits: string[] = [];
  consumer.on('consumer.log', ({ message }) => {
    const [, kbytes] = /queued\.max\.messages\.kbytes = (\d+)/.exec(message) ?? [];
    if (kbytes !== undefined) limits.push(kbytes);
  });
  const seen = new Set<number>();
  const assigned = next(consumer, 'consumer.assigned');
  const processed = consumer.process((messages) => {
    for (const { payload } of messages) seen.add(payload);
    if (seen.size === PARTITIONS) void consumer.close();
  });
  await assigned;
  await processed;
  expect([...seen].toSorted((a, b) => a - b)).toEqual(Array.from({ length: PARTITIONS }, (_, n) => n));
  expect(limits).toEqual(['8192', '2048']);
});
