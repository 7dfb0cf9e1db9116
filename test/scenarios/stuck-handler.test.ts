// A handler call longer than max.poll.interval.ms: its partitions are given up, also while JavaScript is blocked; nothing of it commits, it comes again.
import { expect, test } from 'vitest';
import { Consumer, type ConsumerEvents } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, next, take, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const LIMIT_MS = 1_300;
// librdkafka wants max.poll.interval.ms to be at least session.timeout.ms.
const kafkaConsumerConfig = { ...QUICK, 'max.poll.interval.ms': LIMIT_MS };

async function setUp() {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1].map((i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', kafkaConsumerConfig, drainTimeoutMs: 5_000, batchSize: 2 });
  const consumer = new Consumer<number>(options);
  const told: string[] = [];
  for (const name of ['handler.stuck', 'handler.recovered', 'consumer.assigned', 'consumer.revoked'] as const) {
    consumer.on(name, () => told.push(name));
  }
  return { broker, options, consumer, told };
}

const TOLD = ['consumer.assigned', 'handler.stuck', 'consumer.revoked', 'handler.recovered', 'consumer.assigned'];

test.concurrent('an async handler: another member gets its messages meanwhile, and it joins again when it ends', async () => {
  const { broker, options, consumer, told } = await setUp();
  const committed = committedOf(consumer);
  const stuck = next(consumer, 'handler.stuck');
  const late = gate();
  const processed = consumer.process(() => late.opened);
  const { heldMs } = await stuck;
  expect(heldMs).toBeGreaterThanOrEqual(LIMIT_MS);
  expect(heldMs).toBeLessThan(LIMIT_MS + 1_000);
  expect(consumer.assignment).toEqual([]);
  await expect(consumer.commit([{ topic: 't', partition: 0, offset: 2 }])).rejects.toMatchObject({ kafkaName: '_STATE' });
  const others = await take<number>(options, 2);
  expect(others.map(({ payload }) => payload)).toEqual([0, 1]);
  const again = next(consumer, 'consumer.assigned');
  late.open();
  await again;
  expect(told).toEqual(TOLD);
  await consumer.close();
  await within(10_000, processed);
  expect(committed.size).toBe(0);
  await broker.close();
});

test('a handler that blocks JavaScript: given up by the clock of the engine, told when JavaScript runs again, redelivered', async () => {
  const { broker, consumer, told } = await setUp();
  const committed = committedOf(consumer);
  const stuck: ConsumerEvents['handler.stuck'][] = [];
  consumer.on('handler.stuck', (detail) => stuck.push(detail));
  const blockedMs = LIMIT_MS + 700;
  const seen: number[][] = [];
  const processed = consumer.process((messages) => {
    seen.push(messages.map(({ payload }) => payload));
    if (seen.length > 1) void consumer.close();
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, blockedMs);
  });
  await within(15_000, processed);
  expect(seen).toEqual([
    [0, 1],
    [0, 1],
  ]);
  expect(stuck).toHaveLength(1);
  // Found while JavaScript was blocked: a watch in JavaScript would only have looked afterwards.
  expect(stuck[0]?.heldMs).toBeLessThan(blockedMs);
  expect(told.slice(0, 5)).toEqual(TOLD);
  expect(committed.get('t:0')).toBe(2);
  await broker.close();
});

test.concurrent('a loop body of batches() is watched as well', async () => {
  const { broker, consumer } = await setUp();
  const committed = committedOf(consumer);
  const stuck = next(consumer, 'handler.stuck');
  for await (const batch of consumer.batches()) {
    await stuck;
    await expect(batch.commit()).rejects.toMatchObject({ code: 'KAFKA', kafkaName: '_STATE' });
    break;
  }
  expect(committed.size).toBe(0);
  await broker.close();
});
