// close() inside the body of a batches() loop starts the end and resolves without waiting for that body; from beside the loop it waits for it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, within, writeRaw } from '../support/consuming.js';

async function setUp(drainTimeoutMs: number) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1, 2].map((i) => ({ value: envelope(i) })),
  );
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', batchSize: 1, drainTimeoutMs }));
  return { broker, consumer, committed: committedOf(consumer) };
}

test.concurrent.for([1, 2])('awaited in body %i: the body goes on, may commit, and the loop ends', async (last) => {
  const { broker, consumer, committed } = await setUp(60_000);
  let seen = 0;
  const iterate = async (): Promise<void> => {
    for await (const batch of consumer.batches()) {
      if (++seen < last) continue;
      await consumer.close();
      await consumer.close();
      await batch.commit();
    }
  };
  await within(10_000, iterate());
  expect({ seen, committed: committed.get('t:0') }).toEqual({ seen: last, committed: last });
  await within(1_000, consumer.close());
  await broker.close();
});

test.concurrent('by code beside the loop: it waits for the body', async () => {
  const { broker, consumer, committed } = await setUp(60_000);
  const [second, finish] = [gate(), gate()];
  let seen = 0;
  const iterate = async (): Promise<void> => {
    for await (const batch of consumer.batches()) {
      if (++seen < 2) continue;
      second.open();
      await finish.opened;
      await batch.commit();
    }
  };
  let isClosed = false;
  const close = async (): Promise<void> => {
    await second.opened;
    await consumer.close();
    isClosed = true;
  };
  const both = Promise.all([close(), iterate()]);
  await second.opened;
  await nextTurn();
  expect(isClosed).toBe(false);
  finish.open();
  await within(10_000, both);
  expect(committed.get('t:0')).toBe(2);
  await broker.close();
});

test.concurrent('a body that never ends holds it up for drainTimeoutMs, and is named', async () => {
  const { broker, consumer } = await setUp(200);
  const entered = gate();
  const iterate = async (): Promise<void> => {
    for await (const _ of consumer.batches()) {
      entered.open();
      await new Promise(() => undefined);
    }
  };
  const close = async (): Promise<void> => {
    await entered.opened;
    await consumer.close();
  };
  // Begun before the loop: what has begun it is taken for its first body.
  const closed = close();
  void iterate();
  await expect(within(5_000, closed)).rejects.toMatchObject({
    code: 'TIMEOUT_DRAIN',
    message: expect.stringMatching(/the body of a batches\(\) loop, which has 1 message from t:0:0 on/),
  });
  await broker.close();
});
