// context.signal aborts when everything a handler has is taken away; what it throws then ends nothing, and another member handles it again.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Consumer, type ConsumerOptions, type Logger } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const quiet = (warn: Logger['warn']): Logger => ({ debug: () => undefined, info: () => undefined, warn, error: () => undefined });

async function setUp(partitions: number, options: Partial<ConsumerOptions> = {}) {
  const broker = await EmbeddedBroker.start({ topics: { t: partitions } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: partitions }, (_, partition) => ({ value: envelope(partition), partition })),
  );
  const warnings: string[] = [];
  const make = () =>
    new Consumer<number>({ ...member(broker, { inputTopics: 't', ...options }), logger: quiet((_, text) => warnings.push(text)) });
  return { broker, make, warnings };
}

test.concurrent('a stuck handler: aborted when its partitions are given up, it throws, joins again and is given the message anew', async () => {
  const { broker, make, warnings } = await setUp(1, { kafkaConsumerConfig: { ...QUICK, 'max.poll.interval.ms': 1_300 } });
  const consumer = make();
  const committed = committedOf(consumer);
  let calls = 0;
  let reason: unknown;
  const processed = consumer.process(async (_, { signal }) => {
    if (++calls > 1) return void consumer.close();
    await once(signal, 'abort');
    reason = signal.reason;
    signal.throwIfAborted();
  });
  await within(20_000, processed);
  expect(reason).toMatchObject({
    code: 'KAFKA',
    kafkaName: '_ASSIGNMENT_LOST',
    message: expect.stringContaining('1 message from t:0:0 on'),
  });
  expect({ calls, committed: committed.get('t:0') }).toEqual({ calls: 2, committed: 1 });
  expect(warnings.filter((text) => text.includes('failed after its partitions were given away'))).toHaveLength(1);
  await broker.close();
});

test.concurrent('a member that the group has thrown out: aborted at once, without a drain', async () => {
  const { broker, make } = await setUp(1, { drainTimeoutMs: 60_000 });
  const consumer = make();
  const committed = committedOf(consumer);
  const revoked = next(consumer, 'consumer.revoked');
  let calls = 0;
  const processed = consumer.process(async (_, { signal }) => {
    if (++calls > 1) return void consumer.close();
    broker.failRequests('Heartbeat', ['UNKNOWN_MEMBER_ID']);
    await once(signal, 'abort');
  });
  expect(await revoked).toMatchObject({ lost: true, drained: false });
  await within(20_000, processed);
  expect({ calls, committed: committed.get('t:0') }).toEqual({ calls: 2, committed: 1 });
  await broker.close();
});

// librdkafka does not call partitions lost that it is already giving away: it waits for the drain.
test.concurrent('a member that the group throws out while it drains: aborted soon, without waiting for the drain time', async () => {
  const kafkaConsumerConfig = { ...QUICK, 'session.timeout.ms': 3_000, 'partition.assignment.strategy': 'cooperative-sticky' };
  const { broker, make } = await setUp(2, { drainTimeoutMs: 60_000, batchSize: 2, consumerTimeoutMs: 300, kafkaConsumerConfig });
  const [consumer, other] = [make(), make()];
  const revoked = next(consumer, 'consumer.revoked');
  let isLost = false;
  const processed = consumer.process(async (_, { signal }) => {
    if (isLost) return;
    await once(signal, 'abort');
    isLost = true;
  });
  await next(consumer, 'consumer.assigned');
  const processedThere = other.process(() => undefined);
  expect(await next(consumer, 'consumer.revoking')).toMatchObject({ lost: false, drainMs: 60_000 });
  broker.failRequests('Heartbeat', ['UNKNOWN_MEMBER_ID']);
  expect(await revoked).toMatchObject({ lost: true, drained: false });
  await within(20_000, Promise.all([consumer.close(), other.close(), processed, processedThere]));
  await broker.close();
});
