// seek: reading goes on exactly at the given position; what was prefetched is dropped, and a batch that is being handled commits nothing of it.
import { setTimeout as pass } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Consumer, type ConsumerOptions } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, next, take, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const COUNT = 40;

async function setUp(options: Partial<ConsumerOptions> = {}, partitions = 1) {
  const broker = await EmbeddedBroker.start({ topics: { t: partitions } });
  for (let partition = 0; partition < partitions; partition++) {
    const records = Array.from({ length: COUNT }, (_, i) => ({ value: envelope(i), partition }));
    await writeRaw(broker, 't', records);
  }
  const all = member(broker, { inputTopics: 't', batchSize: 5, consumerTimeoutMs: 300, ...options });
  return { broker, options: all, consumer: new Consumer<number>(all) };
}

/** What the handler saw, batch by batch, until it has seen message `last`; `then` is called with the number of batches so far. */
async function handle(consumer: Consumer<number>, last: number, then: (batch: number) => void): Promise<number[][]> {
  const seen: number[][] = [];
  const processed = consumer.process((messages) => {
    seen.push(messages.map(({ payload }) => payload));
    then(seen.length);
    if (seen.at(-1)?.includes(last)) void consumer.close();
  });
  await within(10_000, processed);
  return seen;
}

test.concurrent('forward: nothing between is handed out, not even what was prefetched', async () => {
  const { broker, consumer } = await setUp();
  const seen = await handle(consumer, COUNT - 1, (batch) => {
    if (batch === 1) consumer.seek([{ topic: 't', partition: 0, offset: 32 }]);
  });
  expect(seen.flat()).toEqual([0, 1, 2, 3, 4, 32, 33, 34, 35, 36, 37, 38, 39]);
  await broker.close();
});

test.concurrent('back: the messages come again, then go on without a gap', async () => {
  const { broker, consumer } = await setUp();
  const seen = await handle(consumer, COUNT - 1, (batch) => {
    if (batch === 3) consumer.seek([{ topic: 't', partition: 0, offset: 7 }]);
  });
  expect(seen.flat()).toEqual([...Array(15).keys(), ...Array.from({ length: COUNT - 7 }, (_, i) => i + 7)]);
  await broker.close();
});

test.concurrent('the last of several seeks wins', async () => {
  const { broker, consumer } = await setUp();
  const seen = await handle(consumer, COUNT - 1, (batch) => {
    if (batch !== 1) return;
    for (const offset of [20, 10, 38]) consumer.seek([{ topic: 't', partition: 0, offset }]);
    expect(consumer.positions).toEqual([{ topic: 't', partition: 0, offset: 38 }]);
  });
  expect(seen.flat()).toEqual([0, 1, 2, 3, 4, 38, 39]);
  await broker.close();
});

test.concurrent('the batch that is being handled commits nothing of that partition', async () => {
  const { broker, options, consumer } = await setUp({ batchSize: 5 });
  const committed = committedOf(consumer);
  const ten = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === 10 });
  const processed = consumer.process(async (messages) => {
    if (messages[0]?.payload !== 10) return;
    await ten;
    consumer.seek([{ topic: 't', partition: 0, offset: 0 }]);
    // The handler ends, and the consumer closes, before anything of the new place is read.
    void consumer.close();
  });
  await within(10_000, processed);
  expect(committed.get('t:0')).toBe(10);
  expect((await take<number>(options, 1))[0]?.payload).toBe(10);
  await broker.close();
});

test.concurrent('after a seek back the group is committed where it then reads', async () => {
  const { broker, options, consumer } = await setUp();
  let isBack = false;
  const processed = consumer.process((messages) => {
    if (isBack && messages[0]?.payload === 2) void consumer.close();
    if (messages[0]?.payload !== 15 || isBack) return;
    isBack = true;
    consumer.seek([{ topic: 't', partition: 0, offset: 2 }]);
  });
  await within(10_000, processed);
  expect((await take<number>(options, 1))[0]?.payload).toBe(7);
  await broker.close();
});

test.concurrent('before the assignment it is where the partition starts, and what is remembered', async () => {
  const { broker, options, consumer } = await setUp();
  const reset = next(consumer, 'consumer.reset');
  const processed = consumer.process(() => undefined);
  consumer.seek([{ topic: 't', partition: 0, offset: 25 }]);
  await reset;
  const { messages } = await next(consumer, 'consumer.handled');
  expect(messages).toBe(5);
  await consumer.close();
  await processed;
  expect((await take<number>(options, 1))[0]?.payload).toBeGreaterThanOrEqual(30);
  await broker.close();
});

test.concurrent('other partitions of the batch are committed, and lose nothing', async () => {
  const { broker, consumer } = await setUp({ batchSize: 10 }, 2);
  const seen: number[][] = [[], []];
  const processed = consumer.process((messages) => {
    if (seen.every((list) => list.length === 0)) consumer.seek([{ topic: 't', partition: 0, offset: 35 }]);
    for (const { partition, payload } of messages) seen[partition]?.push(payload);
    if (seen.every((list) => list.includes(COUNT - 1))) void consumer.close();
  });
  await within(10_000, processed);
  expect(seen[1]).toEqual([...Array(COUNT).keys()]);
  expect(seen[0]?.slice(-5)).toEqual([35, 36, 37, 38, 39]);
  expect(seen[0]?.length).toBeLessThanOrEqual(15);
  await broker.close();
});

test.concurrent('to a position that the log does not have: told, and from the beginning', async () => {
  const { broker, consumer } = await setUp();
  const reset = next(consumer, 'consumer.reset', { where: ({ reason }) => reason === 'out-of-range' });
  const seen = await handle(consumer, COUNT - 1, (batch) => {
    if (batch === 1) consumer.seek([{ topic: 't', partition: 0, offset: 9_999 }]);
  });
  expect(await reset).toMatchObject({ from: 9_999, to: 0 });
  expect(seen.flat().slice(5)).toEqual([...Array(COUNT).keys()]);
  await broker.close();
});

test.concurrent('while paused it seeks, and hands out nothing before resume', async () => {
  const { broker, consumer } = await setUp();
  const partition = { topic: 't', partition: 0 };
  const seen: number[] = [];
  const processed = consumer.process((messages) => {
    if (seen.length === 0) {
      consumer.pause([partition]);
      consumer.seek([{ ...partition, offset: 30 }]);
      // Asked for a moment later, so that what is held has come by then.
      void consumer.watermarks([partition]).then(() => consumer.resume([partition]));
    }
    seen.push(...messages.map(({ payload }) => payload));
    if (seen.includes(COUNT - 1)) void consumer.close();
  });
  await within(10_000, processed);
  expect(seen.slice(5)).toEqual([30, 31, 32, 33, 34, 35, 36, 37, 38, 39]);
  await broker.close();
});

// librdkafka begins no partition while a commit is under way, and refuses to seek one that it has not begun.
test.concurrent('a seek of what has just been assigned holds, although commits of other partitions are under way', {
  timeout: 60_000,
}, async () => {
  const kafkaConsumerConfig = { ...QUICK, 'session.timeout.ms': 3_000, 'partition.assignment.strategy': 'cooperative-sticky' };
  const { broker, consumer, options } = await setUp({ batchSize: 1, consumerTimeoutMs: 0, kafkaConsumerConfig }, 2);
  const other = new Consumer<number>(options);
  const [taken, enough] = [gate(), gate()];
  const committed = committedOf(consumer);
  let sought: number | undefined;
  let isTaken = false;
  const seen: number[] = [];
  consumer.on('consumer.revoked', ({ partitions: [gone] }) => {
    isTaken = true;
    // The one that stays goes round and round from here on, so that something is always to be committed.
    consumer.seek([{ topic: 't', partition: gone?.partition === 0 ? 1 : 0, offset: 0 }]);
    taken.open();
  });
  consumer.on('consumer.assigned', ({ partitions: [back] }) => {
    if (isTaken && back !== undefined) {
      sought ??= back.partition;
      consumer.seek([{ topic: 't', partition: sought, offset: COUNT - 2 }]);
    }
  });
  const processed = consumer.process(async (messages) => {
    for (const { partition, offset } of messages) {
      if (partition === sought) seen.push(offset);
      else if (isTaken && offset === COUNT - 1) consumer.seek([{ topic: 't', partition, offset: 0 }]);
    }
    if (seen.length >= 2) enough.open();
    await pass(5);
  });
  // The other one joins when nothing is under way: the embedded broker takes no commits of a group that rebalances, and a leave waits for them.
  await next(consumer, 'consumer.committed', { where: () => committed.get('t:0') === COUNT && committed.get('t:1') === COUNT });
  const processedThere = other.process(() => undefined);
  await within(20_000, taken.opened);
  broker.latency(1, 200);
  await next(other, 'consumer.assigned');
  await other.close();
  await within(20_000, enough.opened);
  expect(seen).toEqual([COUNT - 2, COUNT - 1]);
  broker.latency(1, 0);
  await consumer.close();
  await within(15_000, Promise.all([processed, processedThere]));
  await broker.close();
});
