// concurrency by key: messages of one key one after the other and in order, keys beside each other, the committed position behind the oldest that runs.
import { expect, test } from 'vitest';
import { type ConsumedMessage, Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, within, writeRaw } from '../support/consuming.js';
import { SOON, storyOf } from './support/failing.js';

async function setUp(count: number, keys: number, options: object = {}) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1, 't.dlq': 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: count }, (_, i) => ({ partition: 0, key: `k${i % keys}`, value: envelope(i) })),
  );
  const settings = member(broker, { inputTopics: 't', batchSize: 20, concurrency: { max: 5, order: 'key' }, ...options });
  const consumer = new Consumer<number>(settings);
  return { broker, settings, consumer, committed: committedOf(consumer) };
}

test.concurrent('each call has one key; a key is never in two calls; its order holds; no more than max run at once', async () => {
  const { broker, consumer, committed } = await setUp(300, 7);
  const running = new Set<string | null>();
  const seen = new Map<string | null, number[]>();
  let most = 0;
  consumer.on('consumer.committed', () => committed.get('t:0') === 300 && void consumer.close());
  const processed = consumer.process(async (messages) => {
    const ids = new Set(messages.map(({ id }) => id));
    expect(ids.size).toBe(1);
    const [id = null] = ids;
    expect(running.has(id)).toBe(false);
    running.add(id);
    most = Math.max(most, running.size);
    await new Promise(setImmediate);
    seen.set(id, [...(seen.get(id) ?? []), ...messages.map(({ payload }) => payload)]);
    running.delete(id);
  });
  await within(15_000, processed);
  expect(most).toBe(5);
  expect(seen.size).toBe(7);
  for (const [id, payloads] of seen) expect(payloads).toEqual(Array.from({ length: 300 }, (_, i) => i).filter((i) => `k${i % 7}` === id));
  await broker.close();
});

test.concurrent('a key that does not end holds only itself, up to the look-ahead, and the position stays before it', async () => {
  const { broker, consumer, committed } = await setUp(400, 10, { concurrency: { max: 5, order: 'key', lookAhead: 100 } });
  const [slow, far] = [gate(), gate()];
  const seen: number[] = [];
  consumer.on('consumer.committed', () => committed.get('t:0') === 400 && void consumer.close());
  const processed = consumer.process(async (messages) => {
    if (messages.some(({ payload }) => payload === 13)) await slow.opened;
    seen.push(...messages.map(({ payload }) => payload));
    if (seen.filter((n) => n % 10 !== 3).length >= 72) far.open();
  });
  // Everything of the other keys within the look-ahead is handled; key 3 stands still.
  await within(10_000, far.opened);
  // Time enough for all 400, if nothing held them.
  for (let turn = 0; turn < 20; turn++) await consumer.watermarks([{ topic: 't', partition: 0 }]);
  expect(Math.max(...seen)).toBeLessThan(113);
  expect(seen.filter((n) => n % 10 === 3).every((n) => n < 13)).toBe(true);
  expect(committed.get('t:0') ?? 0).toBeLessThanOrEqual(13);
  slow.open();
  await within(10_000, processed);
  expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(400).keys()]);
  await broker.close();
});

test.concurrent('two poisoned keys: their messages are parked, all others are handled, nobody waits for them', async () => {
  const { broker, consumer, committed } = await setUp(120, 12, { retry: SOON, deadLetter: true });
  const story = storyOf(consumer);
  const seen: number[] = [];
  consumer.on('consumer.committed', () => committed.get('t:0') === 120 && void consumer.close());
  const processed = consumer.process((messages) => {
    if (messages.some(({ id }) => id === 'k2' || id === 'k5')) throw new Error('poisoned key');
    seen.push(...messages.map(({ payload }) => payload));
  });
  await within(15_000, processed);
  const isPoisoned = (n: number): boolean => n % 12 === 2 || n % 12 === 5;
  expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(120).keys()].filter((n) => !isPoisoned(n)));
  const parked = story.filter((line) => line.startsWith('parked')).map((line) => Number(/0:(\d+)/.exec(line)?.[1]));
  expect(parked.toSorted((a, b) => a - b)).toEqual([...Array(120).keys()].filter(isPoisoned));
  // In order within each key.
  expect(parked.filter((n) => n % 12 === 2)).toEqual(parked.filter((n) => n % 12 === 2).toSorted((a, b) => a - b));
  expect(story.at(-1)).toBe('freed 0');
  await broker.close();
});

test.concurrent('messages without a key are each by themselves; keys that are not UTF-8 are told apart by their bytes', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const keys = [null, Buffer.from([0xff]), Buffer.from([0xfe]), null, Buffer.from([0xff]), Buffer.from('')];
  await writeRaw(
    broker,
    't',
    keys.map((key, i) => ({ partition: 0, key, value: envelope(i) })),
  );
  const consumer = new Consumer<number>(
    member(broker, { inputTopics: 't', concurrency: { max: 6, order: 'key' }, consumerTimeoutMs: 500 }),
  );
  const committed = committedOf(consumer);
  const calls: string[] = [];
  const all = gate();
  consumer.on('consumer.committed', () => committed.get('t:0') === 6 && void consumer.close());
  const processed = consumer.process(async (messages: readonly ConsumedMessage<number>[]) => {
    calls.push(messages.map(({ payload }) => payload).join('+'));
    if (calls.length === 5) all.open();
    await all.opened;
  });
  await within(10_000, processed);
  expect(calls.toSorted()).toEqual(['0', '1+4', '2', '3', '5']);
});
