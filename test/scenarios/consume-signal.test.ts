// An aborted signal ends process() in good order: it resolves when the running handler has ended and its commit is stored.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, next, take, within, writeRaw } from '../support/consuming.js';

test.concurrent('aborted before the call: nothing is joined', async () => {
  const consumer = new Consumer(member({ bootstrapServers: '127.0.0.1:1' }, { inputTopics: 't' }));
  await within(
    1_000,
    consumer.process(() => undefined, { signal: AbortSignal.abort() }),
  );
  await consumer.close();
});

test.concurrent('aborted while idle, then processing again, then again', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  for (const round of [1, 2, 3]) {
    const controller = new AbortController();
    const assigned = next(consumer, 'consumer.assigned');
    const seen: unknown[] = [];
    const processed = consumer.process(
      (messages) => {
        seen.push(...messages.map(({ payload }) => payload));
        if (round > 1) controller.abort();
      },
      { signal: controller.signal },
    );
    await assigned;
    if (round === 1) controller.abort();
    else await writeRaw(broker, 't', [{ value: envelope(round) }]);
    await within(10_000, processed);
    expect(seen).toEqual(round === 1 ? [] : [round]);
  }
});

test.concurrent('aborted while handling: the batch ends, its commit is stored, its reason reaches the handler', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1].map((i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: 1 });
  await using consumer = new Consumer(options);
  const committed = committedOf(consumer);
  const controller = new AbortController();
  const aborted = gate();
  let reason: unknown;
  const processed = consumer.process(
    async (_, { signal }) => {
      signal.addEventListener('abort', aborted.open);
      controller.abort('deploy');
      await aborted.opened;
      reason = signal.reason;
    },
    { signal: controller.signal },
  );
  await within(5_000, processed);
  expect(reason).toBe('deploy');
  expect(committed.get('t:0')).toBe(1);
  expect((await take(options, 1)).map(({ payload }) => payload)).toEqual([1]);
});

test.concurrent('a handler that throws while it is being stopped is told, and its batch comes again', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope('again') }]);
  const options = member(broker, { inputTopics: 't' });
  await using consumer = new Consumer(options);
  const controller = new AbortController();
  const processed = consumer.process(
    (_, { signal }) => {
      controller.abort(new Error('deploy'));
      signal.throwIfAborted();
    },
    { signal: controller.signal },
  );
  await expect(within(5_000, processed)).rejects.toMatchObject({ code: 'HANDLER_THREW', cause: { message: 'deploy' } });
  expect((await take(options, 1)).map(({ payload }) => payload)).toEqual(['again']);
});
