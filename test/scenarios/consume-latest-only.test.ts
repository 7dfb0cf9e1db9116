// latestOnly hands over the last message of each id in a batch, per topic and partition; null ids are all kept, and the commit covers the rest.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, writeRaw } from '../support/consuming.js';

const record = (partition: number, key: string | null, item: number) => ({ partition, key, value: envelope(item) });

test('superseded messages are counted and committed, and never handled', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 2, u: 1 } });
  await writeRaw(broker, 't', [
    record(0, 'a', 1),
    record(0, null, 2),
    record(0, 'a', 3),
    record(0, 'b', 4),
    record(0, null, 5),
    record(0, 'a', 6),
    // The same id in another partition is another message.
    record(1, 'a', 7),
    { partition: 1, key: 'c', value: null },
  ]);
  await writeRaw(broker, 'u', [record(0, 'a', 8)]);
  const consumer = new Consumer<number>(
    member(broker, { inputTopics: ['t', 'u'], latestOnly: true, batchSize: 9, consumerTimeoutMs: 5_000 }),
  );
  const committed = committedOf(consumer);
  const handled = next(consumer, 'consumer.handled');
  const payloads: number[] = [];
  await consumer.process((messages) => {
    payloads.push(...messages.map(({ payload }) => payload));
    void consumer.close();
  });
  expect(payloads.toSorted()).toEqual([2, 4, 5, 6, 7, 8]);
  expect(await handled).toMatchObject({ messages: 6, tombstones: 1, superseded: 2 });
  expect(Object.fromEntries(committed)).toEqual({ 't:0': 6, 't:1': 2, 'u:0': 1 });
});
