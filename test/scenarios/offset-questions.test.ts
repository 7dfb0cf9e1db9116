// A member can ask where it stands, what the group has committed, what the log holds, and which position belongs to a time.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';

const NOW = Date.now();
const P0 = { topic: 't', partition: 0 };
const P1 = { topic: 't', partition: 1 };

test('assignment, positions, committed, watermarks and offsetsForTimes', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 2 } });
  await writeRaw(
    broker,
    't',
    [0, 1, 2].map((i) => ({ value: envelope(i), partition: 0 })),
  );
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  expect([consumer.assignment, consumer.positions]).toEqual([[], []]);
  const committed = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === 3 });
  const processed = consumer.process(() => undefined);
  await committed;

  expect([...consumer.assignment].sort((a, b) => a.partition - b.partition)).toEqual([P0, P1]);
  expect(consumer.positions).toEqual([{ ...P0, offset: 3 }]);
  // The start of the empty partition is remembered as well.
  expect(await consumer.committed([P0, P1])).toEqual([
    { ...P0, offset: 3 },
    { ...P1, offset: 0 },
  ]);
  expect(await consumer.watermarks([P0, P1])).toEqual([
    { ...P0, low: 0, high: 3 },
    { ...P1, low: 0, high: 0 },
  ]);
  expect(await consumer.committed([])).toEqual([]);
  const missing = consumer.committed([{ topic: 'another', partition: 0 }]);
  await expect(missing).rejects.toMatchObject({ code: 'KAFKA', kafkaName: 'UNKNOWN_TOPIC_OR_PART' });
  // The embedded broker knows no times (docs/embedded-gaps.md): the end it is. The conformance suite asks a real one.
  expect(await consumer.offsetsForTimes([{ ...P0, timestampMs: NOW }])).toEqual([{ ...P0, offset: 3 }]);

  await consumer.close();
  await processed;
  expect([consumer.assignment, consumer.positions]).toEqual([[], []]);
  await expect(consumer.committed([P0])).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
});

test.concurrent('they need a member: outside of process() and batches() they are UsageErrors', async () => {
  await using broker = await EmbeddedBroker.start();
  await using consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const usage = { code: 'USAGE_ARGUMENT', message: expect.stringContaining('process()') };
  await expect(consumer.watermarks([P0])).rejects.toMatchObject(usage);
  await expect(consumer.offsetsForTimes([{ ...P0, timestampMs: 0 }])).rejects.toMatchObject(usage);
  for (const call of [() => consumer.pause([P0]), () => consumer.resume([P0]), () => consumer.seek([{ ...P0, offset: 0 }])]) {
    expect(call).toThrow(expect.objectContaining(usage));
  }
});

test.concurrent('a partition that is revoked has no position any more', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(0) }]);
  const options = member(broker, { inputTopics: 't' });
  await using consumer = new Consumer(options);
  const committed = next(consumer, 'consumer.committed');
  const processed = consumer.process(() => undefined);
  await committed;
  expect(consumer.positions).toEqual([{ ...P0, offset: 1 }]);
  const revoked = next(consumer, 'consumer.revoked');
  await using other = new Consumer(options);
  const joined = other.process(() => undefined);
  await revoked;
  expect(consumer.positions).toEqual([]);
  await Promise.all([consumer.close(), other.close()]);
  await within(10_000, Promise.all([processed, joined]));
});
