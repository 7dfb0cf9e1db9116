// With the brokers gone close() still ends: leaving the group is tried until closeTimeoutMs at most, and everything is freed.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, gate, member, next, within, writeRaw } from '../support/consuming.js';

test('idle: by closeTimeoutMs', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't', closeTimeoutMs: 500 }));
  const assigned = next(consumer, 'consumer.assigned');
  const processed = consumer.process(() => undefined);
  await assigned;
  const trouble = next(consumer, 'consumer.error');
  broker.brokerDown();
  await trouble;
  const startedMs = performance.now();
  const ends = await within(5_000, Promise.allSettled([consumer.close(), processed]));
  expect(performance.now() - startedMs).toBeLessThan(1_500);
  // The group may be left in time, or not: an end by the deadline says so.
  for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'TIMEOUT_CLOSE' });
});

test('with a batch whose commit cannot be sent: by drainTimeoutMs and closeTimeoutMs, and it is told', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const consumer = new Consumer(member(broker, { inputTopics: 't', drainTimeoutMs: 300, closeTimeoutMs: 500 }));
  const handling = gate();
  const trouble = next(consumer, 'consumer.error');
  const processed = consumer.process(async () => {
    broker.brokerDown();
    handling.open();
    await trouble;
  });
  await handling.opened;
  await trouble;
  const startedMs = performance.now();
  const told = expect(processed).rejects.toMatchObject({
    code: 'TIMEOUT_DRAIN',
    message: expect.stringContaining('the commit of 1 handled batch'),
  });
  await expect(within(5_000, consumer.close())).rejects.toMatchObject({ code: 'TIMEOUT_DRAIN' });
  await told;
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});

test('with only the coordinator gone, from inside a handler: as bounded', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 1 } });
  broker.moveLeader('t', 0, 1);
  broker.moveCoordinator('group', 'g', 2);
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const consumer = new Consumer(member(broker, { inputTopics: 't', drainTimeoutMs: 300, closeTimeoutMs: 500 }));
  const startedMs: number[] = [];
  const processed = consumer.process(async () => {
    broker.brokerDown(2);
    startedMs.push(performance.now());
    await consumer.close();
  });
  await expect(within(10_000, processed)).rejects.toMatchObject({ code: 'TIMEOUT_DRAIN' });
  expect(performance.now() - (startedMs[0] ?? 0)).toBeLessThan(2_500);
});
