// A batch holds up to batchSize messages, or what came by consumerTimeoutMs after its first one; a trickle does not push the deadline out.
import { setInterval as every } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Consumer, type ConsumerOptions, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, writeRaw } from '../support/consuming.js';

const records = (count: number) => Array.from({ length: count }, (_, i) => ({ value: envelope(i) }));

/** Sizes of the batches until `count` messages have come, and the milliseconds that each batch spent waiting since the call before. */
async function sizesOf(options: ConsumerOptions, count: number): Promise<number[]> {
  const consumer = new Consumer(options);
  const sizes: number[] = [];
  await consumer.process((messages) => {
    sizes.push(messages.length);
    if (sizes.reduce((a, b) => a + b) >= count) void consumer.close();
  });
  return sizes;
}

test.concurrent('a waiting backlog comes in full batches', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', records(100));
  expect(await sizesOf(member(broker, { inputTopics: 't', batchSize: 30, consumerTimeoutMs: 500 }), 100)).toEqual([30, 30, 30, 10]);
});

test.concurrent('with batchSize 1 every message is a batch', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', records(20));
  expect(await sizesOf(member(broker, { inputTopics: 't', batchSize: 1 }), 20)).toEqual(Array(20).fill(1));
});

test.concurrent('with consumerTimeoutMs 0 a message does not wait for company', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', batchSize: 1_000, consumerTimeoutMs: 0 }));
  await using producer = new Producer({ svc: 'a', outputTopics: 't', bootstrapServers: broker.bootstrapServers });
  const assigned = next(consumer, 'consumer.assigned');
  let handled = 0;
  const processed = consumer.process((messages) => {
    handled += messages.length;
  });
  await assigned;
  for (let i = 0; i < 5; i++) {
    const seen = next(consumer, 'consumer.handled', { withinMs: 5_000 });
    await producer.produce({ id: null, payload: i });
    expect(await seen).toMatchObject({ messages: 1 });
  }
  await consumer.close();
  await processed;
  expect(handled).toBe(5);
});

test.concurrent('one deadline, counted from the first message, ends a batch that a trickle never fills', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1, warm: 1 } });
  const consumerTimeoutMs = 400;
  const consumer = new Consumer(member(broker, { inputTopics: 't', batchSize: 1_000, consumerTimeoutMs }));
  await using producer = new Producer({ svc: 'a', outputTopics: ['t', 'warm'], bootstrapServers: broker.bootstrapServers });
  // A message's time is when produce() was called, and the first one waits for the producer's id.
  await producer.produce({ id: null, payload: null, to: 'warm' });
  const assigned = next(consumer, 'consumer.assigned');
  const waits: number[] = [];
  let size = 0;
  const processed = consumer.process((messages) => {
    size = messages.length;
    waits.push(Date.now() - (messages[0]?.timestampMs ?? 0));
    void consumer.close();
  });
  await assigned;
  // Each message comes well before the deadline of a timeout that would start anew with every message.
  for await (const _ of every(50)) {
    if (waits.length > 0) break;
    await producer.produce({ id: null, payload: null, to: 't' });
  }
  await processed;
  expect(size).toBeGreaterThan(1);
  expect(waits[0]).toBeGreaterThanOrEqual(consumerTimeoutMs - 5);
  expect(waits[0]).toBeLessThan(consumerTimeoutMs + 1_000);
});
