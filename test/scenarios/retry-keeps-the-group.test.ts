// However long a retry waits, the group is kept and nothing is fetched again; one call that runs too long is stuck, a wait is not.
import { expect, test } from 'vitest';
import { next, within } from '../support/consuming.js';
import { QUICK } from './kit.js';
import { failing } from './support/failing.js';

const LIMIT_MS = 1_300;
const kafkaConsumerConfig = { ...QUICK, 'max.poll.interval.ms': LIMIT_MS };

test.concurrent('waits of more than max.poll.interval.ms together', async () => {
  const retry = { attempts: 5, initialDelayMs: 700, maxDelayMs: 700, jitter: 0 };
  const { broker, consumer, committed } = await failing({ messages: [2], options: { retry, kafkaConsumerConfig } });
  const told: string[] = [];
  for (const name of ['handler.stuck', 'consumer.assigned', 'consumer.revoked'] as const) consumer.on(name, () => told.push(name));
  const attempts: number[] = [];
  const startedMs = performance.now();
  consumer.on('consumer.committed', () => committed.get('t:0') === 2 && void consumer.close());
  const processed = consumer.process((_, { attempt }) => {
    attempts.push(attempt);
    if (attempt < 5) throw new Error('not yet');
  });
  await within(15_000, processed);
  expect(performance.now() - startedMs).toBeGreaterThan(2 * LIMIT_MS);
  expect(attempts).toEqual([1, 2, 3, 4, 5]);
  expect(told).toEqual(['consumer.assigned', 'consumer.revoked']);
  await broker.close();
});

test.concurrent('a second call that hangs: its partitions are given up, and it comes again when it ends', async () => {
  const retry = { attempts: 3, initialDelayMs: 50, jitter: 0 };
  const { broker, consumer, committed } = await failing({ messages: [1], options: { retry, kafkaConsumerConfig, drainTimeoutMs: 5_000 } });
  const stuck = next(consumer, 'handler.stuck');
  const recovered = next(consumer, 'handler.recovered');
  const attempts: number[] = [];
  consumer.on('consumer.committed', () => committed.get('t:0') === 1 && void consumer.close());
  const processed = consumer.process(async (_, { attempt }) => {
    attempts.push(attempt);
    if (attempts.length === 1) throw new Error('once');
    if (attempts.length === 2) await stuck;
  });
  expect((await stuck).heldMs).toBeGreaterThanOrEqual(LIMIT_MS);
  await recovered;
  await within(15_000, processed);
  expect(attempts).toEqual([1, 2, 1]);
  await broker.close();
});
