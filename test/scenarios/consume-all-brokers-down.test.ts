// When all brokers go down an ALL_BROKERS_DOWN event says so; when they are back processing goes on by itself, without loss or repeats.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

test('the event comes once, then the messages go on', async () => {
  await using broker = await EmbeddedBroker.start({ brokers: 2, topics: { t: 2 } });
  const kafkaConsumerConfig = {
    ...QUICK,
    // Long enough for the group to outlive the pause: what is measured here is the connection, not the membership.
    'session.timeout.ms': 10_000,
    'reconnect.backoff.ms': 50,
    'reconnect.backoff.max.ms': 100,
  };
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', kafkaConsumerConfig }));
  const allDown: string[] = [];
  consumer.on('consumer.error', ({ error }) => {
    if (error.kafkaName === '_ALL_BROKERS_DOWN') allDown.push(error.message);
  });
  const seen: number[] = [];
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
  });
  const write = async (from: number): Promise<void> => {
    const handled = next(consumer, 'consumer.handled', { where: () => seen.length === from + 10 });
    await writeRaw(
      broker,
      't',
      Array.from({ length: 10 }, (_, i) => ({ partition: i % 2, value: envelope(from + i) })),
    );
    await handled;
  };
  await write(0);

  const told = next(consumer, 'consumer.error', { where: ({ error }) => error.kafkaName === '_ALL_BROKERS_DOWN' });
  broker.brokerDown(1);
  broker.brokerDown(2);
  expect((await told).error).toMatchObject({ kafkaCode: -187, fatal: false, retriable: true, message: expect.stringContaining('brokers') });
  broker.brokerUp(1);
  broker.brokerUp(2);
  await write(10);
  await within(5_000, consumer.close());
  await processed;
  expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
  expect(allDown).toHaveLength(1);
});
