// 'latest' holds for a group's first start only; what was written while nobody owned a partition is never passed over, and every reset is told.
import { expect, test } from 'vitest';
import { Consumer, type ConsumerEvents, getKafkaConsumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const LATEST = { ...QUICK, 'auto.offset.reset': 'latest' } as const;
const envelopes = (count: number, partition = 0, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ value: envelope(from + i), partition }));

/** What a group has read so far, by another client: one record of each partition that has some, then these commits. */
async function commitAs(broker: EmbeddedBroker, positions: readonly { partition: number; offset: number }[]): Promise<void> {
  await using other = getKafkaConsumer(broker.bootstrapServers, 'g', QUICK);
  other.subscribe('t');
  const seen = new Set<number>();
  while (!positions.every(({ partition }) => seen.has(partition))) {
    for (const { partition } of await other.consume(100, 500)) seen.add(partition);
  }
  await other.commit(positions.map((p) => ({ topic: 't', ...p })));
}

async function handleUntil(consumer: Consumer<number>, last: number): Promise<number[]> {
  const handled: number[] = [];
  await within(
    10_000,
    consumer.process((messages) => {
      handled.push(...messages.map(({ payload }) => payload));
      if (handled.includes(last)) void consumer.close();
    }),
  );
  return handled;
}

test.concurrent('a new group starts at the end, and remembers that before it has handled anything', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', envelopes(3));
  const options = member(broker, { inputTopics: 't', kafkaConsumerConfig: LATEST });
  const first = new Consumer<number>(options);
  const [reset, assigned] = [next(first, 'consumer.reset'), next(first, 'consumer.assigned')];
  const idle = first.process(() => undefined);
  expect(await reset).toMatchObject({ topic: 't', partition: 0, from: null, to: 3, count: 3, reason: 'first-start' });
  await assigned;
  await first.close();
  await idle;

  // Nobody owns the partition while this is written; a client that goes to the end at every start would lose it.
  await writeRaw(broker, 't', envelopes(2, 0, 3));
  expect(await handleUntil(new Consumer<number>(options), 4)).toEqual([3, 4]);
});

test.concurrent('a partition without a commit starts at its beginning when the group has read the topic before', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 2 } });
  await writeRaw(broker, 't', [...envelopes(2, 0), ...envelopes(2, 1, 10)]);
  await commitAs(broker, [{ partition: 0, offset: 1 }]);
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', kafkaConsumerConfig: LATEST }));
  const reset = next(consumer, 'consumer.reset');
  const handled = await handleUntil(consumer, 11);
  expect(await reset).toMatchObject({ partition: 1, from: null, to: 0, count: 0, reason: 'new-partition' });
  expect(handled.sort((a, b) => a - b)).toEqual([1, 10, 11]);
});

test.concurrent('a committed position that the log does not have goes to the beginning', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', envelopes(3));
  await commitAs(broker, [{ partition: 0, offset: 999 }]);
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', kafkaConsumerConfig: LATEST }));
  const resets: ConsumerEvents['consumer.reset'][] = [];
  const reset = next(consumer, 'consumer.reset');
  consumer.on('consumer.reset', (detail) => resets.push(detail));
  expect(await handleUntil(consumer, 2)).toEqual([0, 1, 2]);
  expect(await reset).toMatchObject({ topic: 't', partition: 0, from: 999, to: 0, reason: 'out-of-range' });
  expect(resets).toHaveLength(1);
});
