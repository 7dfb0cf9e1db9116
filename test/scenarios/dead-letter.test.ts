// What no attempt can handle is parked byte for byte with the reason, published and acknowledged before its position is committed; only the guilty are.
import { expect, test } from 'vitest';
import { Consumer, type Headers } from '../../src/index.js';
import { readDeadLetterHeaders, withoutDeadLetterHeaders } from '../../src/message/dead-letter.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { failing, SOON, stored, storyOf } from './support/failing.js';
import { readTopic } from './support/read-topic.js';

test.concurrent('poison in the middle of a batch: only it is parked, the position passes it', async () => {
  const { broker, consumer, committed, told } = await failing({ messages: [7], options: { retry: SOON, deadLetter: true } });
  const handled = new Set<number>();
  consumer.on('consumer.committed', () => committed.get('t:0') === 7 && void consumer.close());
  const processed = consumer.process((messages) => {
    if (messages.some(({ payload }) => payload === 4)) throw new RangeError('four');
    for (const { payload } of messages) handled.add(payload);
  });
  await within(10_000, processed);
  expect([...handled].toSorted()).toEqual([0, 1, 2, 3, 5, 6]);
  expect(told.at(-2)).toBe('parked 0:4 in t.dlq after 6');
  expect(told.at(-1)).toBe('freed 0');
  const [letter, ...others] = await readTopic(broker.bootstrapServers, 't.dlq', 1);
  expect(others).toEqual([]);
  expect([letter?.key?.toString(), letter?.value?.toString()]).toEqual(['k4', envelope(4)]);
  expect(readDeadLetterHeaders(letter?.headers ?? [])).toMatchObject({
    from: { topic: 't', partition: 0, offset: 4 },
    groupId: 'g',
    svc: 'g',
    attempts: 6,
    error: { name: 'RangeError', message: 'four', stack: expect.stringContaining('dead-letter.test.ts') },
  });
  const { firstFailure = '', lastFailure = '' } = readDeadLetterHeaders(letter?.headers ?? []) ?? {};
  expect(Date.parse(firstFailure)).toBeLessThanOrEqual(Date.parse(lastFailure));
  await broker.close();
});

test.concurrent('unreadable records, tombstones and bytes of any kind arrive exactly, with duplicate and null headers, under their keys', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 4, 't.dlq': 4 } });
  const headers: Headers = [
    ['a', Buffer.from([0xff, 0x00])],
    ['a', null],
    ['dlq.topic', Buffer.from('parked before')],
    ['', Buffer.alloc(0)],
  ];
  const records = [
    { key: Buffer.from([0xc3, 0x28]), value: Buffer.from([0x00, 0xff, 0xfe]), headers },
    { key: null, value: '{"item":1,}' },
    { key: '', value: '' },
    { key: 'tömb', value: null },
    { key: 'latin1', value: Buffer.from('{"item":"é"} x') },
    { key: 'sound', value: envelope('é €'), headers },
  ];
  const deliveries = await writeRaw(broker, 't', records);
  const consumer = new Consumer(member(broker, { inputTopics: 't', deadLetter: { maxShare: 1 }, tombstones: 'deliver' }));
  const committed = committedOf(consumer);
  const story = storyOf(consumer);
  const expected = new Map<string, number>();
  for (const { partition } of deliveries) expected.set(`t:${partition}`, (expected.get(`t:${partition}`) ?? 0) + 1);
  consumer.on('consumer.committed', () => [...expected].every(([at, offset]) => committed.get(at) === offset) && void consumer.close());
  await within(
    10_000,
    consumer.process(() => Promise.reject(new Error('no'))),
  );
  const letters = await readTopic(broker.bootstrapServers, 't.dlq', records.length);
  expect(letters.length).toBe(records.length);
  for (const [index, { key, value, ...record }] of records.entries()) {
    const { partition, offset } = deliveries[index] ?? { partition: -1, offset: -1 };
    const letter = letters.find(({ headers: own }) => {
      const from = readDeadLetterHeaders(own)?.from;
      return from?.partition === partition && from.offset === offset;
    });
    expect(letter?.key).toEqual(key === null ? null : Buffer.from(key));
    expect(letter?.value).toEqual(value === null ? null : Buffer.from(value));
    expect(letter?.headers.slice(0, record.headers?.length ?? 0)).toEqual(record.headers ?? []);
    expect(readDeadLetterHeaders(letter?.headers ?? [])?.attempts).toEqual(index === 3 || index === 5 ? expect.any(Number) : 0);
    // The same partitioner, the same key: the same partition.
    if (key !== null && key !== '') expect(letter?.partition).toBe(partition);
  }
  expect(withoutDeadLetterHeaders(letters[0]?.headers ?? []).every(([name]) => !name.startsWith('dlq.'))).toBe(true);
  expect(story.filter((line) => line.startsWith('parked'))).toHaveLength(records.length);
});

test.concurrent('a topic that does not exist is told at start, before the group is joined', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const consumer = new Consumer(member(broker, { inputTopics: 't', deadLetter: { topic: 'nowhere' } }));
  let assigned = 0;
  consumer.on('consumer.assigned', () => assigned++);
  const error = await within(
    10_000,
    consumer.process(() => undefined),
  ).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'DeadLetterError', code: 'DEAD_LETTER_MISSING', message: expect.stringContaining('"nowhere"') });
  expect(assigned).toBe(0);
});

test.concurrent('the position is not committed before the dead letter is acknowledged', async () => {
  const { broker, consumer, committed } = await failing({ messages: [1], options: { deadLetter: true } });
  const parked = next(consumer, 'consumer.deadLettered');
  let before: number | undefined;
  consumer.on('consumer.deadLettered', () => {
    before = committed.get('t:0');
  });
  const processed = consumer.process(() => Promise.reject(new Error('no')));
  expect((await parked).to.topic).toBe('t.dlq');
  expect(before).toBeUndefined();
  await stored(consumer, committed, { 't:0': 1 });
  await consumer.close();
  await within(10_000, processed);
  await broker.close();
});
