// Several topics at once, latestOnly, and the partition that a key chooses.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { broker, fresh, memberOf } from '../support/brokers.js';
import { committedOf, next, take } from '../support/consuming.js';

test('one producer writes to two topics, one consumer reads both', async () => {
  const [quakes, storms] = [fresh('quakes'), fresh('storms')];
  await using producer = new Producer({ svc: 'ingest', outputTopics: [quakes, storms], ...broker });
  await producer.produceBatch([0, 1, 2, 3].map((i) => ({ id: 'k', payload: i, to: i % 2 === 0 ? quakes : storms })));
  const seen = await take<number>(memberOf(fresh('g'), { inputTopics: [quakes, storms] }), 4);
  const from = (name: string) => seen.filter(({ topic }) => topic === name).map(({ payload }) => payload);
  expect([from(quakes), from(storms)]).toEqual([
    [0, 2],
    [1, 3],
  ]);
});

test('latestOnly keeps the last of each id in a batch and commits past the others', async () => {
  const topic = fresh('latest');
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  const ids = ['a', null, 'b', 'a', null, 'a'];
  await producer.produceBatch(ids.map((id, payload) => ({ id, payload, record: { partition: 0 } })));
  const consumer = new Consumer<number>(
    memberOf(fresh('g'), { inputTopics: topic, latestOnly: true, batchSize: 6, consumerTimeoutMs: 5_000 }),
  );
  const committed = committedOf(consumer);
  const handled = next(consumer, 'consumer.handled');
  const seen: number[] = [];
  await consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
    void consumer.close();
  });
  expect(seen).toEqual([1, 2, 4, 5]);
  expect(await handled).toMatchObject({ messages: 4, superseded: 2 });
  expect(committed.get(`${topic}:0`)).toBe(6);
});

test('a key always chooses the same partition, the one its CRC32 names', async () => {
  const topic = fresh('partitions');
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  // zlib.crc32 of the key, modulo 4: what the Python services' librdkafka (consistent_random) does.
  const expected = { a: 3, b: 1, 'event-1': 0, Zoë: 2 };
  const ids = Object.keys(expected);
  const deliveries = [
    ...(await producer.produceBatch(ids.map((id) => ({ id, payload: 1 })))),
    ...(await producer.produceBatch(ids.map((id) => ({ id, payload: 2 })))),
  ];
  expect(deliveries.map(({ partition }) => partition)).toEqual([...Object.values(expected), ...Object.values(expected)]);
});
