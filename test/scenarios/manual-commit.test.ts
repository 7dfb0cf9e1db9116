// commit: 'manual': nothing is committed but what consumer.commit() is given, and that resolves only when the broker has stored exactly it.
import { expect, test } from 'vitest';
import { Consumer, type ConsumerOptions } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, take, within, writeRaw } from '../support/consuming.js';

const envelopes = (count: number) => Array.from({ length: count }, (_, i) => ({ value: envelope(i) }));
const at = (offset: number, partition = 0, topic = 't') => ({ topic, partition, offset });

async function setUp(count: number) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', envelopes(count));
  const options = member(broker, { inputTopics: 't', commit: 'manual', batchSize: count, consumerTimeoutMs: 500 });
  return { broker, options, consumer: new Consumer<number>(options) };
}

/** Calls `inside` in the handler of the first batch, then closes. */
async function once(consumer: Consumer<number>, inside: () => Promise<void>): Promise<void> {
  const processed = consumer.process(async () => {
    await inside();
    void consumer.close();
  });
  await within(10_000, processed);
}

const rest = async (options: ConsumerOptions) => (await take<number>(options, 1)).map(({ payload }) => payload);

test.concurrent('without a commit everything comes again', async () => {
  const { broker, options, consumer } = await setUp(2);
  const committed = committedOf(consumer);
  await once(consumer, async () => undefined);
  expect(committed.size).toBe(0);
  expect(await rest(options)).toEqual([0, 1]);
  await broker.close();
});

test.concurrent('a restart continues at the committed position, in the middle of a batch', async () => {
  const { broker, options, consumer } = await setUp(4);
  const committed = committedOf(consumer);
  await once(consumer, async () => {
    await consumer.commit([at(1)]);
    await consumer.commit([at(3)]);
    expect(committed.get('t:0')).toBe(3);
    expect(await consumer.committed([{ topic: 't', partition: 0 }])).toEqual([at(3)]);
  });
  expect(await rest(options)).toEqual([3]);
  await broker.close();
});

test.concurrent('a passing error is repeated with the position that was asked for', async () => {
  const { broker, options, consumer } = await setUp(4);
  const retried: number[] = [];
  consumer.on('consumer.commitRetried', ({ position }) => retried.push(position.offset));
  await once(consumer, async () => {
    broker.failRequests('OffsetCommit', ['REBALANCE_IN_PROGRESS']);
    await consumer.commit([at(2)]);
    expect(await consumer.committed([{ topic: 't', partition: 0 }])).toEqual([at(2)]);
  });
  expect(retried).toEqual([2]);
  expect(await rest(options)).toEqual([2, 3]);
  await broker.close();
});

test.concurrent('a commit asked for at the end is awaited by the farewell', async () => {
  const { broker, options, consumer } = await setUp(2);
  let stored: Promise<void> | undefined;
  await once(consumer, async () => {
    broker.latency(1, 100);
    stored = consumer.commit([at(1)]);
  });
  await stored;
  broker.latency(1, 0);
  expect(await rest(options)).toEqual([1]);
  await broker.close();
});

test.concurrent('a partition that is not owned is refused, and the others of the call are stored', async () => {
  const { broker, consumer } = await setUp(2);
  await once(consumer, async () => {
    await expect(consumer.commit([at(1), at(1, 7)])).rejects.toMatchObject({ code: 'KAFKA', kafkaName: '_STATE', position: at(1, 7) });
    await expect(consumer.commit([at(0, 0, 'another')])).rejects.toMatchObject({ code: 'KAFKA', position: { topic: 'another' } });
    expect(await consumer.committed([{ topic: 't', partition: 0 }])).toEqual([at(1)]);
  });
  await broker.close();
});

test.concurrent('an empty list is nothing to do; what is no position is a UsageError', async () => {
  const { broker, consumer } = await setUp(1);
  await once(consumer, async () => {
    await consumer.commit([]);
    for (const wrong of [at(-1), at(1.5), at(1, -1), at(Number.NaN)]) {
      await expect(consumer.commit([wrong])).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
      expect(() => consumer.seek([wrong])).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
    }
  });
  await expect(consumer.commit([at(1)])).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await expect(new Consumer(member(broker, { inputTopics: 't' })).commit([at(1)])).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
  await broker.close();
});
