// A stop or a rebalance cuts a retry's wait short and commits nothing undone: the message comes again, to whoever reads the partition next.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { committedOf, next, take, within } from '../support/consuming.js';
import { QUICK } from './kit.js';
import { failing } from './support/failing.js';

const LONG = { attempts: 5, initialDelayMs: 600_000, maxDelayMs: 600_000 };

test.concurrent.for(['signal', 'close'] as const)('a stop by %s', async (by) => {
  const { broker, settings, consumer, committed } = await failing({ messages: [3, 2], options: { retry: LONG } });
  const controller = new AbortController();
  const waiting = next(consumer, 'consumer.retrying');
  const freed = next(consumer, 'consumer.freed');
  const processed = consumer.process(
    (messages, { fail }) => {
      for (const message of messages) if (message.partition === 0 && message.offset === 1) fail(message, new Error('not now'));
    },
    { signal: controller.signal },
  );
  await waiting;
  if (by === 'signal') controller.abort();
  else await within(5_000, consumer.close());
  await within(5_000, processed);
  expect(await freed).toEqual({ topic: 't', partition: 0 });
  expect([committed.get('t:0'), committed.get('t:1')]).toEqual([1, 2]);
  await consumer.close();
  expect((await take<number>(settings, 2)).map(({ offset }) => offset)).toEqual([1, 2]);
  await broker.close();
});

// A busy machine loses the short session now and then, and the embedded broker then takes the partitions without a drain: that run shows nothing.
test.concurrent('a rebalance: the partition goes to the other member at once, uncommitted', { retry: 2 }, async () => {
  // A longer session than the kit's: on a busy machine a short one is lost, and then nothing is drained.
  const kafkaConsumerConfig = { ...QUICK, 'session.timeout.ms': 3_000 };
  const options = { retry: LONG, drainTimeoutMs: 20_000, kafkaConsumerConfig };
  const { broker, settings, consumer, committed } = await failing({ messages: [2, 2], options });
  const waiting = Promise.all([0, 1].map((p) => next(consumer, 'consumer.retrying', { where: ({ partition }) => partition === p })));
  let isMine = true;
  const revoked = next(consumer, 'consumer.revoked');
  const processed = consumer.process(() => {
    if (isMine) throw new Error('not now');
  });
  await waiting;
  isMine = false;
  const other = new Consumer<number>(settings);
  const theirs = committedOf(other);
  const processedThere = other.process(() => undefined);
  // Long before the drain time: nothing runs, so nothing is waited for.
  expect(await revoked).toMatchObject({ lost: false, drained: true });
  const isAll = (): boolean => [committed, theirs].flatMap((map) => [...map.values()]).join() === '2,2';
  if (!isAll()) await Promise.race([consumer, other].map((member) => next(member, 'consumer.committed', { where: isAll })));
  expect([committed.size, theirs.size]).toEqual([1, 1]);
  await Promise.all([consumer.close(), other.close()]);
  await within(10_000, Promise.all([processed, processedThere]));
  await broker.close();
});

test.concurrent('a seek: what waited is dropped, and the partition goes on where it was sent', async () => {
  const { broker, consumer } = await failing({ messages: [4], options: { retry: LONG, batchSize: 2 } });
  const waiting = next(consumer, 'consumer.retrying');
  const seen: number[][] = [];
  let fails = true;
  const processed = consumer.process((messages) => {
    seen.push(messages.map(({ offset }) => offset));
    if (fails) throw new Error('not now');
    if (messages.at(-1)?.offset === 3) void consumer.close();
  });
  await waiting;
  fails = false;
  consumer.seek([{ topic: 't', partition: 0, offset: 2 }]);
  await within(10_000, processed);
  expect(seen).toEqual([
    [0, 1],
    [2, 3],
  ]);
  await broker.close();
});
