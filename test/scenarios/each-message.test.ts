// eachMessage makes a handler of a function for single messages: in order or some at once, and a throw leaves the whole batch uncommitted.
import { expect, test } from 'vitest';
import { type ConsumedMessage, Consumer, eachMessage } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, gate, member, take, within, writeRaw } from '../support/consuming.js';

async function setUp(count: number) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: count }, (_, i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: count, consumerTimeoutMs: 1_000 });
  return { broker, options, consumer: new Consumer<number>(options) };
}

test.concurrent('one after the other, in order', async () => {
  const { broker, consumer } = await setUp(20);
  const log: string[] = [];
  const handler = eachMessage<ConsumedMessage<number>>(async ({ payload }) => {
    log.push(`+${payload}`);
    await Promise.resolve();
    log.push(`-${payload}`);
    if (payload === 19) void consumer.close();
  });
  await within(10_000, consumer.process(handler));
  expect(log).toEqual(Array.from({ length: 20 }, (_, i) => [`+${i}`, `-${i}`]).flat());
  await broker.close();
});

test.concurrent('up to `concurrency` at once, each message once, and the batch ends with the last of them', async () => {
  const { broker, options, consumer } = await setUp(12);
  const all = gate();
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  const fn = async ({ payload }: ConsumedMessage<number>): Promise<void> => {
    most = Math.max(most, ++running);
    if (running === 4) all.open();
    await all.opened;
    running--;
    seen.push(payload);
  };
  consumer.on('consumer.handled', () => {
    expect(running).toBe(0);
    void consumer.close();
  });
  await within(10_000, consumer.process(eachMessage(fn, { concurrency: 4 })));
  expect([most, seen.sort((a, b) => a - b)]).toEqual([4, [...Array(12).keys()]]);
  await writeRaw(broker, 't', [{ value: envelope(12) }]);
  expect((await take<number>(options, 1))[0]?.payload).toBe(12);
  await broker.close();
});

test.concurrent('a throw ends process with that error, and the whole batch comes again', async () => {
  const { broker, options, consumer } = await setUp(6);
  const cause = new Error('three');
  const seen: number[] = [];
  const handler = eachMessage<ConsumedMessage<number>>(({ payload }) => {
    seen.push(payload);
    if (payload === 3) throw cause;
  });
  await expect(within(10_000, consumer.process(handler))).rejects.toMatchObject({ code: 'HANDLER_THREW', cause });
  expect(seen).toEqual([0, 1, 2, 3]);
  expect((await take<number>(options, 6)).map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5]);
  await broker.close();
});
