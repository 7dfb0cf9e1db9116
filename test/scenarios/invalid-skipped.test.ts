// onInvalid: 'skip': a record that cannot be read is told, counted, passed over and committed; the others around it are handled.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, within, writeRaw } from '../support/consuming.js';

const BAD = ['{"item": NaN}', 'no json', Buffer.from([0xff]), '{"other": 1}', '[1]'];

test.concurrent('each has an event with its position and code', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const records = BAD.flatMap((value, i) => [{ value: envelope(i) }, { value }]);
  await writeRaw(broker, 't', records);
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', onInvalid: 'skip' }));
  const committed = committedOf(consumer);
  const invalid: unknown[] = [];
  consumer.on('consumer.invalid', ({ error }) => invalid.push([error.position?.offset, error.code]));
  let counted = 0;
  consumer.on('consumer.handled', (detail) => {
    counted += detail.invalid;
    if (counted === BAD.length) void consumer.close();
  });
  const seen: number[] = [];
  await within(
    10_000,
    consumer.process((messages) => void seen.push(...messages.map(({ payload }) => payload))),
  );
  expect(seen).toEqual([0, 1, 2, 3, 4]);
  expect(invalid).toEqual([
    [1, 'PAYLOAD_NOT_JSON'],
    [3, 'PAYLOAD_NOT_JSON'],
    [5, 'PAYLOAD_NOT_UTF8'],
    [7, 'PAYLOAD_NO_ITEM'],
    [9, 'PAYLOAD_NOT_AN_ENVELOPE'],
  ]);
  expect(committed.get('t:0')).toBe(10);
});

test.concurrent('a batch of such records alone is committed without a call of the handler', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    BAD.map((value) => ({ value })),
  );
  const consumer = new Consumer(member(broker, { inputTopics: 't', onInvalid: 'skip' }));
  const committed = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === BAD.length });
  let calls = 0;
  const processed = consumer.process(() => {
    calls++;
  });
  await committed;
  await consumer.close();
  await within(10_000, processed);
  expect(calls).toBe(0);
});
