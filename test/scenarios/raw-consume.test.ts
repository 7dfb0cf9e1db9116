// The low-level consumer hands out bytes as they lie in the topic, waits no longer than told, and goes on from what was committed.
import { expect, test } from 'vitest';
import { getKafkaConsumer } from '../../src/consumer/raw-consumer.js';
import { getKafkaProducer, produce, produceBatch } from '../../src/producer/raw-producer.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { QUICK } from './kit.js';

test('bytes in are bytes out: not UTF-8, null, empty, headers', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = getKafkaProducer(broker.bootstrapServers);
  const headers = [['h', null]] as const;
  const records = [
    { key: Buffer.from([0xff, 0]), value: Buffer.from([0x80, 0, 1]), headers },
    { key: null, value: null },
    { key: '', value: 'Zoë', partition: 0, timestampMs: 1_600_000_000_000 },
  ];
  await produceBatch(producer, 't', records);
  await using consumer = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
  consumer.subscribe('t');
  const got = [];
  while (got.length < 3) got.push(...(await consumer.consume(10, 500)));
  expect(got).toMatchObject([
    { topic: 't', partition: 0, offset: 0, key: records[0]?.key, value: records[0]?.value, headers },
    { offset: 1, key: null, value: null, headers: [] },
    { offset: 2, key: Buffer.alloc(0), value: Buffer.from('Zoë'), timestampMs: 1_600_000_000_000 },
  ]);
});

test('consume gives at most max records, and an empty list when nothing came in time', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = getKafkaProducer(broker.bootstrapServers);
  await produceBatch(
    producer,
    't',
    Array.from({ length: 10 }, (_, index) => ({ value: String(index) })),
  );
  await using consumer = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
  consumer.subscribe(['t']);
  const sizes = [];
  let total = 0;
  while (total < 10) {
    const { length } = await consumer.consume(4, 500);
    total += length;
    sizes.push(length);
  }
  expect(Math.max(...sizes)).toBeLessThanOrEqual(4);
  const startedMs = performance.now();
  expect(await consumer.consume(4, 100)).toEqual([]);
  expect(performance.now() - startedMs).toBeGreaterThan(95);
});

test('a second member goes on behind what was committed, whether named or everything consumed', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = getKafkaProducer(broker.bootstrapServers);
  const consumeOne = async (commit: (consumer: ReturnType<typeof getKafkaConsumer>) => Promise<void>): Promise<string> => {
    await using consumer = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
    consumer.subscribe('t');
    for (;;) {
      const [record] = await consumer.consume(1, 500);
      if (record === undefined) continue;
      await commit(consumer);
      return String(record.value);
    }
  };
  for (const value of ['a', 'b', 'c', 'd', 'e']) await produce(producer, 't', { value });
  expect(await consumeOne((consumer) => consumer.commit())).toBe('a');
  expect(await consumeOne((consumer) => consumer.commit([{ topic: 't', partition: 0, offset: 3 }]))).toBe('b');
  expect(await consumeOne(async () => undefined)).toBe('d');
  expect(await consumeOne((consumer) => consumer.commit())).toBe('d');
  expect(await consumeOne((consumer) => consumer.commit())).toBe('e');
});

test('close ends a consume that is waiting; later calls are UsageErrors', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = getKafkaConsumer(broker.bootstrapServers, 'g');
  consumer.subscribe('t');
  const waiting = expect(consumer.consume(1, 20_000)).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await Promise.all([consumer.close(), consumer.close(), waiting]);
  await expect(consumer.commit()).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  expect(() => consumer.subscribe('t')).toThrow(expect.objectContaining({ code: 'USAGE_CLOSED' }));
});

test('a commit that the broker refuses rejects with its code and position', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using producer = getKafkaProducer(broker.bootstrapServers);
  await produce(producer, 't', { value: 'a' });
  await using consumer = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
  consumer.subscribe('t');
  while ((await consumer.consume(1, 500)).length === 0);
  broker.failRequests('OffsetCommit', ['GROUP_AUTHORIZATION_FAILED']);
  await expect(consumer.commit()).rejects.toMatchObject({
    kafkaName: 'GROUP_AUTHORIZATION_FAILED',
    position: { topic: 't', partition: 0, offset: 1 },
  });
  await consumer.commit();
});
