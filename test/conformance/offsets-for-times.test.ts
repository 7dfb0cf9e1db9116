// The position that belongs to a time: the first record at or after it, and the end of the log where there is none.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { broker, brokerKind, fresh, memberOf } from '../support/brokers.js';
import { envelope, next, writeRaw } from '../support/consuming.js';

// The embedded broker keeps no times (docs/embedded-gaps.md).
test.skipIf(brokerKind === 'embedded')('offsetsForTimes', async () => {
  const topic = fresh('times');
  // Old records would be deleted by the broker's retention.
  const startMs = Date.now() - 60_000;
  for (const i of [0, 1, 2]) await writeRaw(broker, topic, [{ value: envelope(i), partition: 0, timestampMs: startMs + i * 1_000 }]);
  const consumer = new Consumer(memberOf(fresh('g'), { inputTopics: topic }));
  const committed = next(consumer, 'consumer.committed');
  const processed = consumer.process(() => undefined);
  await committed;
  const p = { topic, partition: 0 };
  const ask = async (timestampMs: number) => (await consumer.offsetsForTimes([{ ...p, timestampMs }]))[0];
  expect(await ask(0)).toEqual({ ...p, offset: 0 });
  expect(await ask(startMs + 1_000)).toEqual({ ...p, offset: 1 });
  expect(await ask(startMs + 1_001)).toEqual({ ...p, offset: 2 });
  expect(await ask(startMs + 9_000)).toEqual({ ...p, offset: 3 });
  await consumer.close();
  await processed;
});
