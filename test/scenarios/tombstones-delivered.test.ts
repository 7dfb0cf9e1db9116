// tombstones: 'deliver': a record without a value is a message that says so, may be forwarded by a spread, and counts for latestOnly.
import { expect, test } from 'vitest';
import { Consumer, Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, take, within, writeRaw } from '../support/consuming.js';

const RECORDS = [
  { key: 'a', value: envelope(1) },
  { key: 'a', value: null },
  { key: 'b', value: envelope(null) },
];

test.concurrent('they are messages with tombstone: true and a null payload, and committed like others', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', RECORDS);
  const consumer = new Consumer(member(broker, { inputTopics: 't', tombstones: 'deliver' }));
  const committed = committedOf(consumer);
  const seen: unknown[] = [];
  await within(
    10_000,
    consumer.process((messages) => {
      seen.push(...messages.map((m) => [m.id, m.payload, m.tombstone, 'tombstone' in m, m.raw.value === null]));
      if (seen.length === 3) void consumer.close();
    }),
  );
  expect(seen).toEqual([
    ['a', 1, undefined, false, false],
    ['a', null, true, true, true],
    ['b', null, undefined, false, false],
  ]);
  expect(committed.get('t:0')).toBe(3);
});

test.concurrent('{ ...message } forwards a tombstone as one, and a null payload as a value', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1, u: 1 } });
  await writeRaw(broker, 't', RECORDS);
  const inputs = await take(member(broker, { inputTopics: 't', tombstones: 'deliver' }), 3);
  await using producer = new Producer({ svc: 'f', outputTopics: 'u', bootstrapServers: broker.bootstrapServers });
  await producer.produceBatch(inputs.map((m) => ({ ...m })));
  const outputs = await take(member(broker, { groupId: 'u', inputTopics: 'u', tombstones: 'deliver' }), 3);
  expect(outputs.map(({ id, payload, tombstone }) => [id, payload, tombstone])).toEqual([
    ['a', 1, undefined],
    ['a', null, true],
    ['b', null, undefined],
  ]);
});

test.concurrent('a tombstone supersedes the earlier message of its id', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', RECORDS);
  const options = member(broker, { inputTopics: 't', tombstones: 'deliver', latestOnly: true, batchSize: 3, consumerTimeoutMs: 1_000 });
  const seen = await take(options, 2);
  expect(seen.map(({ id, tombstone }) => [id, tombstone])).toEqual([
    ['a', true],
    ['b', undefined],
  ]);
});
