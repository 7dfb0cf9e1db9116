// A commit that fails in a way that passes is sent again until it holds; no message is lost, and the group ends up behind the last one.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { committedOf, envelope, member, next, take, writeRaw } from '../support/consuming.js';

const N = 30;
const PASSING = [
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'REBALANCE_IN_PROGRESS',
  'REQUEST_TIMED_OUT',
];
/** The member is thrown out of its group by these: what was not committed may come again. */
const REJOIN = ['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'];

test.concurrent.for([...PASSING, ...REJOIN])('%s', async (name) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    Array.from({ length: N }, (_, i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: 10 });
  const consumer = new Consumer<number>(options);
  const committed = committedOf(consumer);
  const retried = name === 'REBALANCE_IN_PROGRESS' ? next(consumer, 'consumer.commitRetried') : undefined;
  broker.failRequests('OffsetCommit', PASSING.includes(name) ? [name, name] : [name]);
  const done = next(consumer, 'consumer.committed', { where: ({ positions }) => positions[0]?.offset === N });
  const seen: number[] = [];
  const processed = consumer.process((messages) => {
    seen.push(...messages.map(({ payload }) => payload));
  });
  await done;
  await consumer.close();
  await processed;
  const all = Array.from({ length: N }, (_, i) => i);
  expect([...new Set(seen)]).toEqual(all);
  if (PASSING.includes(name)) expect(seen).toEqual(all);
  expect(committed.get('t:0')).toBe(N);
  // librdkafka repeats the others by itself.
  if (retried) expect(await retried).toMatchObject({ position: { topic: 't', partition: 0 }, error: { kafkaName: name } });

  await writeRaw(broker, 't', [{ value: envelope('behind') }]);
  expect((await take(options, 1)).map(({ payload }) => payload)).toEqual(['behind']);
});
