// Tombstones never reach the handler, are counted and committed; a batch that holds nothing else commits too.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, take, writeRaw } from '../support/consuming.js';

test.concurrent('tombstones between messages are skipped', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [
    { key: 'a', value: envelope(1) },
    { key: 'a', value: null },
    { key: 'b', value: envelope(2) },
  ]);
  const seen = await take<number>(member(broker, { inputTopics: 't' }), 2);
  expect(seen.map(({ id, payload, offset }) => [id, payload, offset])).toEqual([
    ['a', 1, 0],
    ['b', 2, 2],
  ]);
});

test.concurrent('a batch of tombstones alone is committed without a call of the handler', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    ['a', 'b', 'c'].map((key) => ({ key, value: null })),
  );
  await using consumer = new Consumer(member(broker, { inputTopics: 't', batchSize: 3 }));
  const committed = committedOf(consumer);
  const handled = next(consumer, 'consumer.handled');
  const done = next(consumer, 'consumer.committed');
  let calls = 0;
  const processed = consumer.process(() => {
    calls++;
  });
  expect(await handled).toMatchObject({ messages: 0, tombstones: 3, superseded: 0 });
  await done;
  expect(committed.get('t:0')).toBe(3);
  await consumer.close();
  await processed;
  expect(calls).toBe(0);
});
