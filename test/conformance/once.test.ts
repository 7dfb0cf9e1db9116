// What is produced is handled once and in order; the commits hold, so that a second member of the group sees only what came later.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { broker, fresh, memberOf } from '../support/brokers.js';
import { committedOf, take } from '../support/consuming.js';

const N = 1_000;
const PARTITIONS = 4;

test('one group, one member after the other', async () => {
  const [topic, group] = [fresh('once'), fresh('g')];
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  const deliveries = await producer.produceBatch(
    Array.from({ length: N }, (_, i) => ({ id: `q${i}`, payload: { i }, record: { partition: i % PARTITIONS } })),
  );
  const options = memberOf(group, { inputTopics: topic, batchSize: 64 });
  const consumer = new Consumer<{ i: number }>(options);
  const committed = committedOf(consumer);
  const offsets = new Map<number, number[]>();
  let count = 0;
  await consumer.process((messages) => {
    for (const { id, payload, partition, offset, refs } of messages) {
      expect(id).toBe(`q${payload.i}`);
      expect(deliveries[payload.i]).toMatchObject({ partition, offset });
      expect(refs[0].hist).toMatchObject({ svc: 'ingest', refs: [] });
      offsets.set(partition, [...(offsets.get(partition) ?? []), offset]);
    }
    count += messages.length;
    if (count >= N) void consumer.close();
  });
  const inOrder = Array.from({ length: N / PARTITIONS }, (_, i) => i);
  expect([...offsets.keys()].toSorted()).toEqual([0, 1, 2, 3]);
  for (const seen of offsets.values()) expect(seen).toEqual(inOrder);
  expect([...committed.values()]).toEqual(Array(PARTITIONS).fill(N / PARTITIONS));

  await producer.produce({ id: 'later', payload: null });
  expect((await take(options, 1)).map(({ id }) => id)).toEqual(['later']);
});

test('another group gets everything again', async () => {
  const topic = fresh('groups');
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  await producer.produceBatch(Array.from({ length: 10 }, (_, i) => ({ id: 'same', payload: i })));
  for (const group of [fresh('g'), fresh('g')]) {
    const seen = await take(memberOf(group, { inputTopics: topic }), 10);
    expect(seen.map(({ payload }) => payload)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
});

test('two members share the partitions', async () => {
  const [topic, group] = [fresh('shared'), fresh('g')];
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  const toAll = () => producer.produceBatch([0, 1, 2, 3].map((partition) => ({ id: null, payload: partition, record: { partition } })));
  await toAll();
  const members = [1, 2].map(() => new Consumer<number>(memberOf(group, { inputTopics: topic })));
  const owned = members.map(() => new Set<number>());
  const seen: number[] = [];
  const shared = new Promise<void>((resolve) => {
    members.forEach((consumer, i) => {
      consumer.on('consumer.assigned', ({ partitions }) => {
        for (const { partition } of partitions) owned[i]?.add(partition);
        if (owned.every(({ size }) => size === 2)) resolve();
      });
      consumer.on('consumer.revoked', ({ partitions }) => {
        for (const { partition } of partitions) owned[i]?.delete(partition);
      });
    });
  });
  const processed = members.map((consumer) =>
    consumer.process((messages) => {
      seen.push(...messages.map(({ payload }) => payload));
    }),
  );
  await shared;
  await toAll();
  await expect.poll(() => seen.length, { timeout: 15_000 }).toBe(8);
  await Promise.all(members.map((consumer) => consumer.close()));
  await Promise.all(processed);
  expect(seen.toSorted()).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
});
