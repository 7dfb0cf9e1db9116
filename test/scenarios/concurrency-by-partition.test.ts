// concurrency by partition: each call has messages of one partition, partitions beside each other; a throw without a policy lets the others end first.
import { expect, test } from 'vitest';
import { HandlerError } from '../../src/index.js';
import { gate, take, within } from '../support/consuming.js';
import { failing, SOON, stored } from './support/failing.js';

test.concurrent('calls of one partition each, in order, beside each other; everything is committed', async () => {
  const { broker, consumer, committed } = await failing({
    messages: [50, 50, 50],
    options: { concurrency: 3, batchSize: 10, consumerTimeoutMs: 20 },
  });
  const together = gate();
  const running = new Set<number>();
  const seen = new Map<number, number[]>();
  const isAll = (): boolean => [0, 1, 2].every((p) => committed.get(`t:${p}`) === 50);
  consumer.on('consumer.committed', () => isAll() && void consumer.close());
  const processed = consumer.process(async (messages) => {
    const partitions = new Set(messages.map(({ partition }) => partition));
    expect(partitions.size).toBe(1);
    const [partition = -1] = partitions;
    expect(running.has(partition)).toBe(false);
    running.add(partition);
    if (running.size === 3) together.open();
    await together.opened;
    seen.set(partition, [...(seen.get(partition) ?? []), ...messages.map(({ payload }) => payload)]);
    running.delete(partition);
  });
  await within(15_000, processed);
  for (const partition of [0, 1, 2]) expect(seen.get(partition)).toEqual([...Array(50).keys()]);
  await broker.close();
});

test.concurrent('a throw without a policy: the others end, the contiguous positions are committed, then process rejects', async () => {
  const { broker, settings, consumer, committed } = await failing({
    messages: [4, 4],
    options: { concurrency: 2, batchSize: 8, consumerTimeoutMs: 500 },
  });
  const cause = new Error('one');
  const thrown = gate();
  const processed = consumer.process(async (messages, { signal }) => {
    if (messages[0]?.partition === 1) {
      thrown.open();
      throw cause;
    }
    await thrown.opened;
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'HANDLER_THREW', cause });
  expect(committed.get('t:0')).toBe(4);
  expect(committed.get('t:1')).toBeUndefined();
  const rest = await take<number>({ ...settings, concurrency: undefined }, 4);
  expect(rest.map(({ partition, offset }) => `${partition}:${offset}`)).toEqual(['1:0', '1:1', '1:2', '1:3']);
  await broker.close();
});

test.concurrent.each<[what: string, thrown: unknown]>([
  ['whose name is a symbol', Object.assign(new Error('x'), { name: Symbol('y') })],
  [
    'whose name throws',
    Object.defineProperty(new Error('x'), 'name', {
      get: () => {
        throw new TypeError('no name');
      },
    }),
  ],
])('an error %s ends process as any other: its call ends, and the error is its cause', async (_, thrown) => {
  const { broker, consumer, committed } = await failing({
    messages: [4],
    options: { concurrency: 2, batchSize: 4, consumerTimeoutMs: 50, drainTimeoutMs: 60_000 },
  });
  const processed = consumer.process(async () => {
    await Promise.resolve();
    throw thrown;
  });
  const error: unknown = await within(15_000, processed).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(HandlerError);
  expect((error as HandlerError).code).toBe('HANDLER_THREW');
  expect((error as HandlerError).cause === thrown).toBe(true);
  expect(committed.get('t:0')).toBeUndefined();
  await broker.close();
});

test.concurrent('it is handled again and parked as well, though it cannot be told in words', async () => {
  const { broker, consumer, committed, told } = await failing({
    messages: [2],
    options: { concurrency: 2, retry: { ...SOON, attempts: 2 }, deadLetter: { topic: 't.dlq', maxShare: 1 } },
  });
  const processed = consumer.process(([message], { fail }) => {
    if (message?.offset === 0) fail(message, Object.assign(new Error('x'), { name: Object.create(null) }));
  });
  await stored(consumer, committed, { 't:0': 2 });
  expect(told.filter((line) => !line.startsWith('held'))).toEqual(['retrying 0:0 as 2', 'parked 0:0 in t.dlq after 2', 'freed 0']);
  await consumer.close();
  await within(15_000, processed);
  await broker.close();
});

test.concurrent('one of the others that does not end holds the stop up for drainTimeoutMs only', async () => {
  const { broker, consumer } = await failing({
    messages: [1, 1],
    options: { concurrency: 2, consumerTimeoutMs: 500, drainTimeoutMs: 150 },
  });
  const running = gate();
  const processed = consumer.process(async (messages) => {
    if (messages[0]?.partition === 1) {
      await running.opened;
      throw new Error('one');
    }
    running.open();
    await new Promise(() => undefined);
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'HANDLER_THREW' });
  await consumer.close();
  await broker.close();
});

test.concurrent('with retry a partition that fails waits by itself', async () => {
  const { broker, consumer, committed } = await failing({
    messages: [6, 6],
    options: { concurrency: 2, retry: SOON, batchSize: 4, consumerTimeoutMs: 20 },
  });
  const seen: string[] = [];
  const isAll = (): boolean => [0, 1].every((p) => committed.get(`t:${p}`) === 6);
  consumer.on('consumer.committed', () => isAll() && void consumer.close());
  const processed = consumer.process((messages, { attempt }) => {
    if (messages[0]?.partition === 1 && attempt < 3) throw new Error('not yet');
    seen.push(...messages.map(({ partition, offset }) => `${partition}:${offset}`));
  });
  await within(15_000, processed);
  expect(seen.filter((at) => at.startsWith('1:'))).toEqual([0, 1, 2, 3, 4, 5].map((n) => `1:${n}`));
  await broker.close();
});
