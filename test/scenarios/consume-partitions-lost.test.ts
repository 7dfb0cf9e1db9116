// context.signal aborts when everything a handler has is taken away; what it throws then ends nothing, and another member handles it again.
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { Consumer, type Logger } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, next, within, writeRaw } from '../support/consuming.js';
import { QUICK } from './kit.js';

const quiet = (warn: Logger['warn']): Logger => ({ debug: () => undefined, info: () => undefined, warn, error: () => undefined });

async function setUp(partitions: number, options: Partial<ConstructorParameters<typeof Consumer>[0]> = {}) {
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
  expect(warnings.filter((text) => text.includes('threw after its partitions were given away'))).toHaveLength(1);
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

test.concurrent('a rebalance leaves the handler alone for drainTimeoutMs; then its partitions go, it is aborted, and the new owner has them', async () => {
  const { broker, make } = await setUp(1, { drainTimeoutMs: 300 });
  const [first, second] = [make(), make()];
  const [entered, aborted] = [gate(), gate()];
  const atRevoking: boolean[] = [];
  let calls = 0;
  const firstProcessed = first.process(async (_, { signal }) => {
    if (++calls > 1) return;
    first.on('consumer.revoking', () => atRevoking.push(signal.aborted));
    signal.addEventListener('abort', aborted.open);
    entered.open();
    await aborted.opened;
  });
  await entered.opened;
  const revoked = next(first, 'consumer.revoked');
  const handled: number[] = [];
  const committed = committedOf(second);
  const secondProcessed = second.process((messages) => {
    handled.push(...messages.map(({ payload }) => payload));
  });
  expect(await revoked).toMatchObject({ lost: false, drained: false });
  await aborted.opened;
  expect(atRevoking).toEqual([false]);
  // One of the two has the partition now; the first handled nothing that counts.
  await expect.poll(() => calls - 1 + handled.length, { timeout: 15_000 }).toBe(1);
  await within(10_000, Promise.all([first.close(), second.close()]));
  await Promise.all([firstProcessed, secondProcessed]);
  expect([...committed.values()]).toEqual(handled.length === 1 ? [1] : []);
  await broker.close();
});
