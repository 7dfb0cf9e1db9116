// pause holds a partition: what was prefetched stays, in order, other partitions go on, and a rebalance does not end the pause.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const COUNT = 60;
const P0 = [{ topic: 't', partition: 0 }];
const numbers = [...Array(COUNT).keys()];

async function setUp(kafkaConsumerConfig = {}) {
  const broker = await EmbeddedBroker.start({ topics: { t: 2 } });
  for (const partition of [0, 1]) {
    const records = numbers.map((i) => ({ value: envelope(i), partition }));
    await writeRaw(broker, 't', records);
  }
  const options = member(broker, { inputTopics: 't', batchSize: 10, kafkaConsumerConfig: { ...QUICK, ...kafkaConsumerConfig } });
  return { broker, options, consumer: new Consumer<number>(options) };
}

test.concurrent('the other partition is read to its end meanwhile; resumed, nothing is lost, doubled or out of order', async () => {
  const { broker, consumer } = await setUp();
  const seen: number[][] = [[], []];
  let pausedAt = -1;
  const processed = consumer.process((messages) => {
    for (const { partition, payload } of messages) seen[partition]?.push(payload);
    if (pausedAt < 0 && seen[0]?.length) {
      consumer.pause(P0);
      pausedAt = seen[0].length;
    }
    if (seen[1]?.length === COUNT && pausedAt >= 0 && pausedAt < COUNT) {
      expect(seen[0]).toHaveLength(pausedAt);
      pausedAt = COUNT;
      consumer.resume(P0);
    }
    if (seen.every((list) => list.length === COUNT)) void consumer.close();
  });
  await within(10_000, processed);
  expect(seen).toEqual([numbers, numbers]);
  await broker.close();
});

test.concurrent('paused before the assignment, it starts only when resumed', async () => {
  const { broker, consumer } = await setUp();
  const seen: number[][] = [[], []];
  const processed = consumer.process((messages) => {
    for (const { partition, payload } of messages) seen[partition]?.push(payload);
    if (seen[1]?.length === COUNT && seen[0]?.length === 0) consumer.resume(P0);
    if (seen.every((list) => list.length === COUNT)) void consumer.close();
  });
  consumer.pause(P0);
  await within(10_000, processed);
  expect(seen).toEqual([numbers, numbers]);
  await broker.close();
});

test.concurrent.for(['range', 'cooperative-sticky'] as const)(
  'with %s the pause survives that another member comes and goes',
  async (strategy) => {
    const { broker, options, consumer } = await setUp({ 'partition.assignment.strategy': strategy });
    const seen: number[] = [];
    const first = next(consumer, 'consumer.assigned');
    const processed = consumer.process((messages) => {
      seen.push(...messages.filter(({ partition }) => partition === 0).map(({ payload }) => payload));
      if (seen.length === COUNT) void consumer.close();
    });
    consumer.pause([...P0, { topic: 't', partition: 1 }]);
    await first;

    const both = async () => {
      while (consumer.assignment.length < 2) await next(consumer, 'consumer.assigned');
    };
    const other = new Consumer(options);
    const shared = next(other, 'consumer.assigned', { where: ({ partitions }) => partitions.length > 0 });
    const othersProcess = other.process(() => undefined);
    other.pause([...P0, { topic: 't', partition: 1 }]);
    await shared;
    const again = both();
    await other.close();
    await othersProcess;
    await within(10_000, again);
    // A question to the broker is answered after what was fetched meanwhile could have come.
    await consumer.watermarks(P0);
    expect(seen).toEqual([]);
    consumer.resume(P0);
    await within(10_000, processed);
    expect(seen).toEqual(numbers);
    await broker.close();
  },
);
