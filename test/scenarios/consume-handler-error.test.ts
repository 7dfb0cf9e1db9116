// A handler that throws ends process() with its error as the cause; the next call continues at exactly the failed batch: nothing lost, nothing extra.
import { expect, test } from 'vitest';
import { Consumer, HandlerError } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, writeRaw } from '../support/consuming.js';

const N = 100;
const BATCH = 10;

test.concurrent('earlier batches stay committed, the failed one comes again first', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: N }, (_, i) => ({ value: envelope(i) })),
  );
  const thrown = new RangeError('the database says no');
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', batchSize: BATCH }));
  const first: number[] = [];
  const failure = await consumer
    .process((messages) => {
      if (first.length >= 3 * BATCH) throw thrown;
      first.push(...messages.map(({ payload }) => payload));
    })
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(HandlerError);
  expect(failure).toMatchObject({ code: 'HANDLER_THREW', position: { topic: 't', partition: 0, offset: first.length } });
  expect((failure as HandlerError).cause).toBe(thrown);

  const second: number[] = [];
  await consumer.process((messages) => {
    second.push(...messages.map(({ payload }) => payload));
    if (second.length >= N - first.length) void consumer.close();
  });
  expect(first).toEqual(Array.from({ length: 3 * BATCH }, (_, i) => i));
  expect([...first, ...second]).toEqual(Array.from({ length: N }, (_, i) => i));
});

test.concurrent('what is thrown need not be an Error', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const failed = consumer.process(() => Promise.reject(undefined));
  await expect(failed).rejects.toMatchObject({ code: 'HANDLER_THREW', cause: undefined, message: expect.stringContaining('t:0:0') });
});

test.concurrent('a handler that returns outputs is a fault of the program, and nothing is committed', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope('again') }]);
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const returning = (() => [{ id: null, payload: 1 }]) as unknown as () => undefined;
  await expect(consumer.process(returning)).rejects.toMatchObject({
    code: 'USAGE_ARGUMENT',
    message: expect.stringContaining('1 outputs'),
  });
  const again: unknown[] = [];
  await consumer.process((messages) => {
    again.push(...messages.map(({ payload }) => payload));
    void consumer.close();
  });
  expect(again).toEqual(['again']);
});
