// Records as nobody should write them, byte for byte onto a topic: each arrives as a message or as an error with its position and byte, in order.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, type Outcome } from '../../scripts/fuzz/compare.mjs';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, within, writeRaw } from '../support/consuming.js';
import { headers, keys, values } from '../support/properties.js';

const COUNT = 2_000;
const SEED = 20_261_127;

test.concurrent.each(['envelope', 'json'] as const)(
  '%s: what came is what JSON.parse and the rules say of each value, key and header',
  async (format) => {
    await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
    const records = fc.sample(fc.record({ value: fc.option(values), key: keys, headers }), { numRuns: COUNT, seed: SEED });
    await writeRaw(broker, 't', records);
    const outcomes = new Map<number, Outcome>();
    const consumer = new Consumer(member(broker, { inputTopics: 't', inputFormat: format, onInvalid: 'skip', tombstones: 'deliver' }));
    const committed = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === COUNT });
    consumer.on('consumer.invalid', ({ error }) => outcomes.set(error.position?.offset ?? -1, error));
    const processed = consumer.process((messages) => {
      for (const message of messages) outcomes.set(message.offset, message);
    });
    await committed;
    await consumer.close();
    await processed;
    expect(outcomes.size).toBe(COUNT);
    const kinds = new Set(records.map((record, offset) => compare(record, outcomes.get(offset), { format, name: `record ${offset}` })));
    expect([...kinds]).toEqual(expect.arrayContaining(['message', 'tombstone', 'PAYLOAD_NOT_JSON', 'PAYLOAD_NOT_UTF8']));
  },
);

test.concurrent('values made to break a parser are errors, and what stands beside them is handled', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const deep = (levels: number): string => `{"item":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  const hostile = [
    deep(1_000),
    deep(100_000),
    '['.repeat(500_000),
    `{"item":"${'\\u0000'.repeat(50_000)}`,
    `{"item":${'9'.repeat(300_000)}x}`,
    '{"item":1,'.repeat(20_000),
  ];
  await writeRaw(
    broker,
    't',
    hostile.flatMap((value, index) => [{ value }, { value: envelope(index) }]),
  );
  const consumer = new Consumer<number>(member(broker, { inputTopics: 't', onInvalid: 'skip' }));
  const committed = committedOf(consumer);
  const invalid: unknown[] = [];
  const seen: number[] = [];
  consumer.on('consumer.invalid', ({ error }) => invalid.push([error.code, error.position?.offset, error.byte]));
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
    if (seen.length === hostile.length) void consumer.close();
  });
  await within(15_000, processed);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5]);
  expect(invalid).toEqual([
    ['PAYLOAD_TOO_DEEP', 0, 8 + 999],
    ['PAYLOAD_TOO_DEEP', 2, 8 + 999],
    ['PAYLOAD_NOT_JSON', 4, 500_000],
    ['PAYLOAD_NOT_JSON', 6, 9 + 300_000],
    ['PAYLOAD_NOT_JSON', 8, 8 + 300_000],
    ['PAYLOAD_NOT_JSON', 10, 10],
  ]);
  expect(committed.get('t:0')).toBe(2 * hostile.length);
});

test.concurrent('names of a payload, a history, a key and a header that mean something to JavaScript reach no prototype', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const name = '__proto__';
  const value = `{"item":{"${name}":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"hist":{"${name}":{"polluted":1},"refs":[{"${name}":{"hist":null}}]}}`;
  await writeRaw(broker, 't', [{ key: name, value, headers: [[name, Buffer.from('polluted')]] }]);
  const consumer = new Consumer<object>(member(broker, { inputTopics: 't', latestOnly: true }));
  let own: unknown;
  await within(
    10_000,
    consumer.process(([message]) => {
      own = [
        message?.id,
        Object.keys(message?.payload ?? {}),
        Object.keys(message?.refs[0].hist ?? {}),
        message?.header(name),
        { ...message }.id,
      ];
      void consumer.close();
    }),
  );
  expect(own).toEqual([name, [name, 'constructor'], [name, 'refs'], 'polluted', name]);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
