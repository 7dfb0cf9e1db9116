// A world that is down does not drain the topic into the dead letter: the partition waits, tries one message at a time, and goes on when one is handled.
import { expect, test } from 'vitest';
import { next, within } from '../support/consuming.js';
import { failing, stored } from './support/failing.js';
import { readTopic } from './support/read-topic.js';

const QUICKLY = { attempts: 1, initialDelayMs: 5, maxDelayMs: 10 };

test.concurrent('a whole batch fails: nothing is parked, and all is handled when the world is back', async () => {
  const { broker, consumer, committed, told } = await failing({ messages: [6], options: { deadLetter: true, retry: QUICKLY } });
  let isDown = true;
  let probes = 0;
  const handled: number[] = [];
  const held = next(consumer, 'consumer.held', { where: ({ reason }) => reason === 'circuit' });
  const processed = consumer.process((messages) => {
    if (isDown && messages.length === 1 && ++probes === 20) isDown = false;
    if (isDown) throw new Error('the database is down');
    handled.push(...messages.map(({ payload }) => payload));
  });
  expect(await held).toMatchObject({ partition: 0, offset: 0, error: { code: 'HANDLER_THREW' } });
  await stored(consumer, committed, { 't:0': 6 });
  await consumer.close();
  await within(10_000, processed);
  expect(handled.toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(told.filter((line) => line.startsWith('parked'))).toEqual([]);
  expect(told.at(-1)).toBe('freed 0');
  await broker.close();
});

test.concurrent('message by message: when more than maxShare of the last hundred have failed nothing more is parked', async () => {
  const { broker, consumer, committed, told } = await failing({
    messages: [40],
    options: { deadLetter: { maxShare: 0.05 }, retry: QUICKLY, batchSize: 1, consumerTimeoutMs: 0 },
  });
  let isDown = true;
  const held = next(consumer, 'consumer.held', { where: ({ reason }) => reason === 'circuit' });
  const processed = consumer.process((messages) => {
    if (isDown) throw new Error(`the database is down for ${messages.length}`);
  });
  expect(await held).toMatchObject({ partition: 0, offset: 5 });
  isDown = false;
  await stored(consumer, committed, { 't:0': 40 });
  await consumer.close();
  await within(10_000, processed);
  expect(told.filter((line) => line.startsWith('parked'))).toHaveLength(5);
  expect(await readTopic(broker.bootstrapServers, 't.dlq', 5)).toHaveLength(5);
  await broker.close();
});
