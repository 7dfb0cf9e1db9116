// batches(): a commit resolves on the broker's answer and covers the batches before it; leaving the loop leaves the current batch uncommitted.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, gate, member, next, take, within, writeRaw } from '../support/consuming.js';

const envelopes = (count: number, partition = 0) => Array.from({ length: count }, (_, i) => ({ value: envelope(i), partition }));

async function setUp(records: Parameters<typeof writeRaw>[2], batchSize = 2) {
  const broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', records);
  const options = member(broker, { inputTopics: 't', batchSize, consumerTimeoutMs: 500 });
  return { broker, options, consumer: new Consumer<number>(options) };
}

const rest = async (options: Parameters<typeof take>[0]) => (await take<number>(options, 1)).map(({ payload }) => payload);

test.concurrent('the later commit covers the earlier batch; what came after it comes again', async () => {
  const { broker, options, consumer } = await setUp(envelopes(6));
  const committed = committedOf(consumer);
  const seen: number[] = [];
  for await (const batch of consumer.batches()) {
    seen.push(...batch.messages.map(({ payload }) => payload));
    if (seen.length === 4) {
      await batch.commit();
      expect(committed.get('t:0')).toBe(4);
    }
    if (seen.length === 6) break;
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  expect(await rest(options)).toEqual([4, 5]);
  await consumer.close();
  await broker.close();
});

test.concurrent('the commit waits for the answer and repeats passing errors', async () => {
  const { broker, options, consumer } = await setUp(envelopes(3), 1);
  const retried: string[] = [];
  consumer.on('consumer.commitRetried', ({ error }) => retried.push(error.kafkaName));
  let count = 0;
  for await (const batch of consumer.batches()) {
    if (++count === 2) {
      // The partition's start has been committed before: that is not what is to be repeated.
      broker.failRequests('OffsetCommit', ['REBALANCE_IN_PROGRESS', 'REBALANCE_IN_PROGRESS']);
      await batch.commit();
      break;
    }
  }
  expect(retried[0]).toBe('REBALANCE_IN_PROGRESS');
  expect(await rest(options)).toEqual([2]);
  await broker.close();
});

test.concurrent('a commit that is refused for good rejects, and the loop may go on', async () => {
  const { broker, options, consumer } = await setUp(envelopes(2), 1);
  let count = 0;
  for await (const batch of consumer.batches()) {
    if (++count === 1) {
      broker.failRequests('OffsetCommit', ['GROUP_AUTHORIZATION_FAILED']);
      await expect(batch.commit()).rejects.toMatchObject({ code: 'KAFKA', kafkaName: 'GROUP_AUTHORIZATION_FAILED' });
    } else {
      await batch.commit();
      break;
    }
  }
  await writeRaw(broker, 't', [{ value: envelope(2) }]);
  expect(await rest(options)).toEqual([2]);
  await broker.close();
});

test.concurrent('a throw in the loop leaves the group at once, with its batch uncommitted', async () => {
  const { broker, options, consumer } = await setUp(envelopes(4));
  const closed = next(consumer, 'consumer.closed');
  const iterate = async () => {
    for await (const batch of consumer.batches()) {
      if (batch.messages[0]?.payload === 2) throw new Error('mine');
      await batch.commit();
    }
  };
  await expect(within(10_000, iterate())).rejects.toThrow('mine');
  expect(await closed).toEqual({ timedOut: false });
  expect(await rest(options)).toEqual([2, 3]);
  await broker.close();
});

test.concurrent('it may be iterated again: the uncommitted batch comes again', async () => {
  const { broker, consumer } = await setUp(envelopes(2));
  for (let round = 0; round < 2; round++) {
    for await (const { messages } of consumer.batches()) {
      expect(messages.map(({ payload }) => payload)).toEqual([0, 1]);
      break;
    }
  }
  await consumer.close();
  await broker.close();
});

test.concurrent('records without a message never take the commit past messages that nobody committed', async () => {
  const { broker, options, consumer } = await setUp([{ value: envelope(0) }, { value: null }, { value: null }, { value: envelope(3) }], 1);
  for await (const { messages } of consumer.batches()) if (messages[0]?.payload === 3) break;
  expect(await rest(options)).toEqual([0]);
  await broker.close();
});

test.concurrent('records without a message are committed where nothing before them waits', async () => {
  const { broker, options, consumer } = await setUp([{ value: null }, { value: null }, { value: envelope(2) }], 1);
  const committed = committedOf(consumer);
  for await (const { messages } of consumer.batches()) if (messages[0]?.payload === 2) break;
  expect(committed.size).toBe(0);
  expect((await take<number>({ ...options, tombstones: 'deliver' }, 1)).map(({ offset }) => offset)).toEqual([2]);
  await broker.close();
});

test.concurrent('each batch is told as handled when its body has ended', async () => {
  const { broker, consumer } = await setUp(envelopes(2), 1);
  const handled: number[] = [];
  consumer.on('consumer.handled', ({ messages }) => handled.push(messages));
  let count = 0;
  for await (const _ of consumer.batches()) {
    expect(handled).toHaveLength(count);
    if (++count === 2) break;
  }
  await broker.close();
});

test.concurrent('the signal ends the loop after its body, with what that body commits', async () => {
  const { broker, options, consumer } = await setUp(envelopes(4));
  const controller = new AbortController();
  const seen: number[] = [];
  for await (const batch of consumer.batches({ signal: controller.signal })) {
    seen.push(...batch.messages.map(({ payload }) => payload));
    controller.abort();
    await batch.commit();
  }
  expect(seen).toEqual([0, 1]);
  for await (const _ of consumer.batches({ signal: controller.signal })) throw new Error('an aborted signal yields nothing');
  expect(await rest(options)).toEqual([2, 3]);
  await broker.close();
});

test.concurrent('close() while the loop waits for a batch ends it', async () => {
  const { broker, consumer } = await setUp([]);
  const assigned = next(consumer, 'consumer.assigned');
  const iterate = async () => {
    for await (const _ of consumer.batches()) throw new Error('there is nothing to read');
  };
  const iterated = iterate();
  await assigned;
  await within(10_000, consumer.close());
  await iterated;
  await broker.close();
});

test.concurrent('a second iteration beside the first is a UsageError, and the first goes on', async () => {
  const { broker, consumer } = await setUp(envelopes(2));
  for await (const _ of consumer.batches()) {
    await expect(consumer.batches().next()).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
    await expect(consumer.process(() => undefined)).rejects.toMatchObject({ code: 'USAGE_ARGUMENT' });
    break;
  }
  await consumer.close();
  await expect(consumer.batches().next()).rejects.toMatchObject({ code: 'USAGE_CLOSED' });
  await broker.close();
});

test.concurrent('a record that cannot be read ends the loop after the batch before it', async () => {
  const { broker, options, consumer } = await setUp([{ value: envelope(0) }, { value: 'no json' }, { value: envelope(2) }], 10);
  const seen: number[] = [];
  const read = gate();
  const iterate = async () => {
    for await (const batch of consumer.batches()) {
      seen.push(...batch.messages.map(({ payload }) => payload));
      await batch.commit();
      read.open();
    }
  };
  await expect(within(10_000, iterate())).rejects.toMatchObject({ code: 'PAYLOAD_NOT_JSON', position: { offset: 1 } });
  await read.opened;
  expect(seen).toEqual([0]);
  await expect(new Consumer(options).batches().next()).rejects.toMatchObject({ position: { offset: 1 } });
  await broker.close();
});
