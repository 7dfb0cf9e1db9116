// While commits are slow the handler runs ahead of at most maxUncommittedBatches unanswered ones, and the broker gets far fewer requests than there are batches.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const BATCHES = 24;
const SIZE = 5;

interface Stats {
  readonly brokers: Readonly<Record<string, { readonly req: Readonly<Record<string, number>> }>>;
}

test.concurrent.for([1, 4])('the handler runs while at most %i batches wait for their commit', async (maxUncommittedBatches) => {
  // Records come from broker 1; only the group's coordinator, broker 2, is slow.
  await using broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 1 } });
  broker.moveLeader('t', 0, 1);
  broker.moveCoordinator('group', 'g', 2);
  await writeRaw(
    broker,
    't',
    Array.from({ length: BATCHES * SIZE }, (_, i) => ({ value: envelope(i) })),
  );
  const consumer = new Consumer<number>(
    member(broker, {
      inputTopics: 't',
      batchSize: SIZE,
      maxUncommittedBatches,
      kafkaConsumerConfig: { ...QUICK, 'statistics.interval.ms': 50 },
    }),
  );
  const committed = committedOf(consumer);
  let uncommitted = 0;
  let furthest = 0;
  consumer.on('consumer.committed', () => uncommitted--);
  let commitRequests = 0;
  consumer.on('consumer.stats', ({ stats }) => {
    const counts = Object.values((stats as Stats).brokers).map(({ req }) => req.OffsetCommit ?? 0);
    commitRequests = Math.max(...counts);
  });
  const seen: number[] = [];
  const all = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === BATCHES * SIZE });
  const statistics = all.then(() => next(consumer, 'consumer.stats'));
  const processed = consumer.process((messages) => {
    if (seen.length === 0) broker.latency(2, 60);
    seen.push(...messages.map(({ payload }) => payload));
    furthest = Math.max(furthest, ++uncommitted);
  });
  await statistics;
  await consumer.close();
  await processed;
  expect(seen).toEqual(Array.from({ length: BATCHES * SIZE }, (_, i) => i));
  expect(committed.get('t:0')).toBe(BATCHES * SIZE);
  // The batch that is being handled counts as well: together they are what a crash repeats.
  expect(furthest).toBe(maxUncommittedBatches + 1);
  expect(commitRequests).toBeGreaterThan(0);
  // Next to the request under way only one batch waits, so hardly any two go together.
  if (maxUncommittedBatches === 1) expect(commitRequests).toBeGreaterThanOrEqual(BATCHES - 2);
  // One request goes while three batches wait, the next takes those three along: half as many as batches.
  else expect(commitRequests).toBeLessThanOrEqual(BATCHES / 2 + 1);
});
