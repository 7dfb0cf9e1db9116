// close() during a handler waits for it and commits its batch; called inside the handler it resolves at once, since its end waits for the handler.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, take, within, writeRaw } from '../support/consuming.js';

const three = [0, 1, 2].map((i) => ({ value: envelope(i) }));

test.concurrent('from outside: the handler ends, its batch is committed, nothing more is handed out', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', three);
  const options = member(broker, { inputTopics: 't', batchSize: 1 });
  const consumer = new Consumer(options);
  const committed = committedOf(consumer);
  const [entered, finish] = [gate(), gate()];
  const handled: unknown[] = [];
  const processed = consumer.process(async (messages, { signal }) => {
    entered.open();
    await finish.opened;
    expect(signal.aborted).toBe(true);
    handled.push(...messages.map(({ payload }) => payload));
  });
  await entered.opened;
  let isClosed = false;
  const closed = consumer.close().then(() => {
    isClosed = true;
  });
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  finish.open();
  await within(5_000, Promise.all([closed, processed]));
  expect(handled).toEqual([0]);
  expect(committed.get('t:0')).toBe(1);
  expect((await take(options, 2)).map(({ payload }) => payload)).toEqual([1, 2]);
});

test.concurrent('from inside: awaiting it in the handler does not wait for the handler', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', three);
  const consumer = new Consumer(member(broker, { inputTopics: 't', batchSize: 3 }));
  const committed = committedOf(consumer);
  const processed = consumer.process(async () => {
    await consumer.close();
    await consumer.close();
  });
  await within(5_000, processed);
  expect(committed.get('t:0')).toBe(3);
  await within(1_000, consumer.close());
});

test.concurrent('from a timer that a handler left behind: it waits for the end as anyone else', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', three);
  const consumer = new Consumer(member(broker, { inputTopics: 't', batchSize: 1 }));
  let closedByTimer: Promise<boolean> | undefined;
  let isProcessing = true;
  let calls = 0;
  const second = gate();
  const processed = consumer.process(async () => {
    if (++calls === 1) closedByTimer = second.opened.then(() => consumer.close()).then(() => isProcessing);
    else {
      second.open();
      await new Promise(setImmediate);
    }
  });
  await within(
    5_000,
    processed.then(() => {
      isProcessing = false;
    }),
  );
  expect(await closedByTimer).toBe(false);
});
