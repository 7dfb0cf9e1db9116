// close() works from every state, gives every caller the same promise, and afterwards process() and connect() are faults of the program.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, next, within, writeRaw } from '../support/consuming.js';

const NEVER = async (): Promise<void> => undefined;

async function isClosed(consumer: Consumer): Promise<void> {
  await expect(consumer.process(NEVER)).rejects.toMatchObject({ name: 'UsageError', code: 'USAGE_CLOSED' });
  await expect(consumer.connect()).rejects.toMatchObject({ name: 'UsageError', code: 'USAGE_CLOSED' });
  await within(1_000, consumer.close());
}

test.concurrent('never connected, and twice', async () => {
  const consumer = new Consumer(member({ bootstrapServers: '127.0.0.1:1' }, { inputTopics: 't' }));
  const closed = consumer.close();
  expect(consumer.close()).toBe(closed);
  await within(1_000, closed);
  await isClosed(consumer);
});

test.concurrent('connected, and by await using', async () => {
  await using broker = await EmbeddedBroker.start();
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  let timedOut: boolean | undefined;
  consumer.on('consumer.closed', (detail) => {
    timedOut = detail.timedOut;
  });
  {
    await using used = consumer;
    await used.connect();
  }
  expect(timedOut).toBe(false);
  await isClosed(consumer);
});

test.concurrent('while the group has not assigned anything yet', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 }, groupJoinDelayMs: 60_000 });
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  await consumer.connect();
  const processed = consumer.process(NEVER);
  await within(5_000, consumer.close());
  await within(1_000, processed);
  await isClosed(consumer);
});

test.concurrent('in the same turn as process()', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const processed = consumer.process(NEVER);
  await within(5_000, consumer.close());
  await within(1_000, processed);
  await isClosed(consumer);
});

test.concurrent('idle, twice at once', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const assigned = next(consumer, 'consumer.assigned');
  const processed = consumer.process(NEVER);
  await assigned;
  const revoked = next(consumer, 'consumer.revoked');
  await within(5_000, Promise.all([consumer.close(), consumer.close()]));
  await within(1_000, processed);
  expect(await revoked).toMatchObject({ partitions: [{ topic: 't', partition: 0 }], lost: false, drained: true });
  await isClosed(consumer);
});

test.concurrent('after a HandlerError', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: envelope(1) }]);
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const failing = (): void => {
    throw new Error('no');
  };
  await expect(consumer.process(failing)).rejects.toMatchObject({ code: 'HANDLER_THREW' });
  await within(1_000, consumer.close());
  await isClosed(consumer);
});

test.concurrent('during connect: the call under way is told', async () => {
  const consumer = new Consumer(member({ bootstrapServers: '127.0.0.1:1' }, { inputTopics: 't' }));
  const connecting = consumer.connect({ timeoutMs: 20_000 });
  const told = expect(within(5_000, connecting)).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await within(5_000, consumer.close());
  await told;
  await isClosed(consumer);
});

test.concurrent('a second process() while one runs is a fault of the program and disturbs nothing', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't' }));
  const processed = consumer.process(NEVER);
  await expect(consumer.process(NEVER)).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
  await within(5_000, consumer.close());
  await within(1_000, processed);
});
