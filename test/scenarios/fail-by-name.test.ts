// context.fail names the messages that are not done: only they are handled again, the others are done, and the committed position waits before the first.
import { expect, test } from 'vitest';
import { type ConsumedMessage, eachMessage } from '../../src/index.js';
import { take, within } from '../support/consuming.js';
import { failing, SOON } from './support/failing.js';

test.concurrent('only those are called again, the position passes them when they are done', async () => {
  const { broker, consumer, committed } = await failing({ messages: [5], options: { retry: SOON } });
  const calls: string[] = [];
  const stored: number[] = [];
  consumer.on('consumer.committed', ({ positions }) => {
    stored.push(...positions.map(({ offset }) => offset));
    if (committed.get('t:0') === 5) void consumer.close();
  });
  const processed = consumer.process((messages, { attempt, fail }) => {
    calls.push(`${attempt}: ${messages.map(({ payload }) => payload).join('')}`);
    for (const message of messages) if (message.payload % 2 === 1 && attempt <= message.payload) fail(message, new Error('odd'));
  });
  const error = await within(10_000, processed).catch((thrown: unknown) => thrown);
  // 1 passes with its second call; 3 is still failed with its third and last.
  expect(calls).toEqual(['1: 01234', '2: 13', '3: 3']);
  expect(error).toMatchObject({ code: 'HANDLER_FAILED', position: { topic: 't', partition: 0, offset: 3 } });
  expect(stored.at(-1)).toBe(3);
  expect(stored.every((offset) => offset === 1 || offset === 3)).toBe(true);
  await broker.close();
});

test.concurrent('eachMessage does so for each throw', async () => {
  const { broker, consumer, committed } = await failing({ messages: [4], options: { retry: SOON } });
  const seen: string[] = [];
  consumer.on('consumer.committed', () => committed.get('t:0') === 4 && void consumer.close());
  const handler = eachMessage<ConsumedMessage<number>>(({ payload }, { attempt }) => {
    seen.push(`${attempt}:${payload}`);
    if (payload === 1 && attempt < 3) throw new Error('one');
  });
  await within(10_000, consumer.process(handler));
  expect(seen).toEqual(['1:0', '1:1', '1:2', '1:3', '2:1', '3:1']);
  await broker.close();
});

test.concurrent('without a policy process rejects with the first of them, and goes on exactly there', async () => {
  const { broker, settings, consumer, committed } = await failing({ messages: [4, 2] });
  const cause = new Error('two');
  const processed = consumer.process((messages, { fail }) => {
    for (const message of messages) if (message.partition === 0 && message.payload === 2) fail(message, cause);
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'HANDLER_FAILED', cause, position: { partition: 0, offset: 2 } });
  expect([committed.get('t:0'), committed.get('t:1')]).toEqual([2, 2]);
  expect((await take<number>(settings, 2)).map(({ payload }) => payload)).toEqual([2, 3]);
  await broker.close();
});
