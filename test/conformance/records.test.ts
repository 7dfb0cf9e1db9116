// Keys, values, headers and times go through the broker and come back as they were: null and odd keys, tombstones, every kind of text.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { broker, fresh, memberOf } from '../support/brokers.js';
import { committedOf, envelope, next, take, writeRaw } from '../support/consuming.js';

test('keys', async () => {
  const topic = fresh('keys');
  const keys = [null, '', 'q', 'Zoë 日本 😀', Buffer.from([0xff, 0])];
  await writeRaw(
    broker,
    topic,
    keys.map((key) => ({ key, value: envelope(1), partition: 0 })),
  );
  const seen = await take(memberOf(fresh('g'), { inputTopics: topic }), keys.length);
  expect(seen.map(({ id }) => id)).toEqual([null, '', 'q', 'Zoë 日本 😀', null]);
  expect(seen.map(({ raw }) => raw.key)).toEqual(keys.map((key) => (typeof key === 'string' ? Buffer.from(key) : key)));
});

test('headers and timestamps', async () => {
  const topic = fresh('headers');
  const timestampMs = Date.now() - 3_600_000;
  const headers = [
    ['a', Buffer.from('1')],
    ['a', null],
    ['é', Buffer.alloc(0)],
  ] as const;
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  await producer.produce({ id: 'k', payload: 1, record: { headers, timestampMs } });
  const [message] = await take(memberOf(fresh('g'), { inputTopics: topic }), 1);
  expect(message).toMatchObject({ headers, timestampMs });
});

test('tombstones are passed over and committed', async () => {
  const topic = fresh('tombstones');
  await using producer = new Producer({ svc: 'ingest', outputTopics: topic, ...broker });
  const partition = { record: { partition: 0 } };
  await producer.produceBatch([
    { id: 'a', payload: 1, ...partition },
    { id: 'a', payload: null, tombstone: true, ...partition },
    { id: 'b', payload: null, tombstone: true, ...partition },
  ]);
  const consumer = new Consumer(memberOf(fresh('g'), { inputTopics: topic }));
  const committed = committedOf(consumer);
  const done = next(consumer, 'consumer.committed', { where: () => committed.get(`${topic}:0`) === 3 });
  const seen: unknown[] = [];
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
  });
  await done;
  await consumer.close();
  await processed;
  expect(seen).toEqual([1]);
});

const KINDS = ['plain ascii', 'Île ÿ', '地震', '😀 𝒳', 'é地😀', 'quote " \\ \n \u0000 \u2028'];

test('5,000 messages of every kind of text in one batch, byte for byte', async () => {
  const topic = fresh('large');
  const batch = Array.from({ length: 5_000 }, (_, i) => {
    const text = KINDS[i % KINDS.length] as string;
    return { id: `${text} ${i}`, payload: { i, text: text.repeat(1 + (i % 40)), n: i / 7 } };
  });
  await using producer = new Producer({ svc: 'ingést', outputTopics: topic, ...broker });
  await producer.produceBatch(batch);
  const seen = await take<{ i: number }>(memberOf(fresh('g'), { inputTopics: topic, batchSize: 5_000 }), batch.length);
  const byNumber = seen.toSorted((a, b) => a.payload.i - b.payload.i);
  expect(byNumber.map(({ id, payload }) => ({ id, payload }))).toEqual(batch);
  const wrong = byNumber.filter(({ raw, refs }, i) => {
    const envelope = JSON.stringify({ item: batch[i]?.payload, hist: refs[0].hist });
    return raw.value?.toString() !== envelope || raw.key?.toString() !== batch[i]?.id;
  });
  expect(wrong).toEqual([]);
});
