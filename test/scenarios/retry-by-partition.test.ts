// After a throw the batch is split by partition: each part is called again by itself and held until it is done, the other partitions go on.
import { expect, test } from 'vitest';
import { envelope, gate, within, writeRaw } from '../support/consuming.js';
import { failing, SOON, stored } from './support/failing.js';

test.concurrent('the partition that throws is called again alone, with its attempt, and nothing of it passes it', async () => {
  const { broker, consumer, committed, told } = await failing({ messages: [2, 2], options: { retry: SOON } });
  const calls: string[] = [];
  const processed = consumer.process(async (messages, { attempt }) => {
    calls.push(`${attempt}: ${messages.map(({ partition, offset }) => `${partition}:${offset}`).join(' ')}`);
    if (messages.some(({ partition, offset }) => partition === 1 && offset === 0) && attempt < 3) throw new Error('not yet');
  });
  consumer.on('consumer.committed', () => {
    if (committed.get('t:1') === 2 && committed.get('t:0') === 2) void consumer.close();
  });
  await within(10_000, processed);
  expect(calls[0]).toMatch(/^1: .*1:0 1:1/);
  expect(calls.slice(1).toSorted()).toEqual(['2: 0:0 0:1', '2: 1:0 1:1', '3: 1:0 1:1']);
  expect(told.filter((line) => line.includes(' 1:') || line.endsWith(' 1'))).toEqual([
    'retrying 1:0 as 2',
    'held 1:0 retry',
    'retrying 1:0 as 3',
    'held 1:0 retry',
    'freed 1',
  ]);
  await broker.close();
});

test.concurrent('while one partition waits the others are handled and committed, and what came of it meanwhile comes after it, in order', async () => {
  const retry = { attempts: 2, initialDelayMs: 2_000, jitter: 0 };
  const { broker, consumer, committed } = await failing({ messages: [1, 1], options: { retry, batchSize: 10, consumerTimeoutMs: 100 } });
  const seen: string[] = [];
  const held = gate();
  consumer.on('consumer.held', ({ partition }) => partition === 1 && held.open());
  const processed = consumer.process((messages, { attempt, fail }) => {
    for (const message of messages) {
      seen.push(`${message.partition}:${message.offset}`);
      if (message.partition === 1 && message.offset === 0 && attempt === 1) fail(message, new Error('not yet'));
    }
  });
  await held.opened;
  await writeRaw(
    broker,
    't',
    [0, 1, 0, 1].map((partition) => ({ partition, value: envelope(9) })),
  );
  await stored(consumer, committed, { 't:0': 3, 't:1': 3 });
  await consumer.close();
  await within(10_000, processed);
  const of = (partition: number): readonly string[] => seen.filter((at) => at.startsWith(`${partition}:`)).slice(-3);
  expect(of(1)).toEqual(['1:0', '1:1', '1:2']);
  // Partition 0 was done with everything before partition 1 was called again.
  expect(seen.lastIndexOf('0:2')).toBeLessThan(seen.lastIndexOf('1:0'));
  await broker.close();
});

test.concurrent('the last attempt fails and there is no dead letter: process rejects, what is before and in other partitions is committed', async () => {
  const { broker, consumer, committed } = await failing({
    messages: [2, 2],
    options: { retry: SOON, batchSize: 2, consumerTimeoutMs: 20 },
  });
  const cause = new Error('never');
  let calls = 0;
  const processed = consumer.process((messages) => {
    if (messages.every(({ partition }) => partition === 0)) return;
    calls++;
    throw cause;
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ name: 'HandlerError', code: 'HANDLER_THREW', cause });
  expect(calls).toBeGreaterThanOrEqual(3);
  expect(committed.get('t:1')).toBeUndefined();
  await broker.close();
});
