// With concurrency by key, retry and a dead letter: everything is handled in order or parked byte for byte under its key, and all of it is committed.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { readDeadLetterHeaders } from '../../src/message/dead-letter.js';
import { readTopic } from '../scenarios/support/read-topic.js';
import { broker, brokerKind, fresh, memberOf, quick } from '../support/brokers.js';
import { committedOf, envelope, take, within, writeRaw } from '../support/consuming.js';

const KEYS = 20;
const COUNT = 400;
const isPoisoned = (n: number): boolean => n % KEYS === 7 && n > 200;
const isUnreadable = (n: number): boolean => n % 50 === 49;

test('nothing is lost, nothing overtakes within a key, and the dead letters are what could not be handled', async () => {
  const topic = fresh('policy');
  const dlq = `${topic}.dlq`;
  const records = Array.from({ length: COUNT }, (_, n) => ({
    key: `key-${n % KEYS}`,
    value: isUnreadable(n) ? `{"item": ${n}` : envelope(n),
  }));
  const deliveries = await writeRaw(broker, topic, records);
  // The embedded broker answers no admin requests: there a first record makes the topic, and nothing in it says where it came from.
  const isEmbedded = brokerKind === 'embedded';
  if (isEmbedded) await writeRaw(broker, dlq, [{ value: 'makes the topic' }]);
  const options = memberOf(fresh('g'), {
    inputTopics: topic,
    batchSize: 50,
    concurrency: { max: 8, order: 'key' },
    retry: { attempts: 2, initialDelayMs: 5 },
    deadLetter: { create: !isEmbedded },
  });
  const consumer = new Consumer<number>(options);
  const committed = committedOf(consumer);
  const ends = new Map<string, number>();
  for (const { partition, offset } of deliveries)
    ends.set(`${topic}:${partition}`, Math.max(offset + 1, ends.get(`${topic}:${partition}`) ?? 0));
  consumer.on('consumer.committed', () => [...ends].every(([at, end]) => committed.get(at) === end) && void consumer.close());
  const handled: number[] = [];
  await within(
    50_000,
    consumer.process(async (messages) => {
      await new Promise(setImmediate);
      if (messages.some(({ payload }) => isPoisoned(payload))) throw new Error('poisoned');
      handled.push(...messages.map(({ payload }) => payload));
    }),
  );
  const all = Array.from({ length: COUNT }, (_, n) => n);
  const lost = all.filter((n) => isPoisoned(n) || isUnreadable(n));
  expect([...new Set(handled)].toSorted((a, b) => a - b)).toEqual(all.filter((n) => !lost.includes(n)));
  for (let key = 0; key < KEYS; key++) {
    const own = handled.filter((n) => n % KEYS === key);
    // Of a part that is bisected the healthy ones may come again, never behind their successors for the first time.
    expect([...new Set(own)]).toEqual([...new Set(own)].toSorted((a, b) => a - b));
  }
  const letters = await readTopic(broker.bootstrapServers, dlq, lost.length + (isEmbedded ? 1 : 0), quick);
  const parked = letters.flatMap((letter) => {
    const facts = readDeadLetterHeaders(letter.headers);
    return facts === undefined ? [] : [{ letter, facts }];
  });
  expect(parked).toHaveLength(lost.length);
  for (const { letter, facts } of parked) {
    const n = deliveries.findIndex(({ partition, offset }) => partition === facts.from.partition && offset === facts.from.offset);
    expect(lost).toContain(n);
    expect([letter.key?.toString(), letter.value?.toString(), letter.partition]).toEqual([
      records[n]?.key,
      records[n]?.value,
      facts.from.partition,
    ]);
    expect(facts.error.name).toBe(isUnreadable(n) ? 'PayloadError' : 'Error');
  }
  await writeRaw(broker, topic, [{ key: 'key-0', value: envelope('after') }]);
  expect((await take(options, 1)).map(({ payload }) => payload)).toEqual(['after']);
});
