// A handler that changes its payloads never sees its own changes: each attempt has payloads parsed afresh, in halves of a batch as well.
import { setTimeout as pass } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, within, writeRaw } from '../support/consuming.js';
import { SOON } from './support/failing.js';

test.each([
  { concurrency: undefined },
  // the third message, the poisoned one, waits, and is read before its turn
  { concurrency: { max: 2, order: 'key' } as const },
])('over retries and bisecting, concurrency $concurrency', async ({ concurrency }) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1, 't.dlq': 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1, 2].map((n) => ({ key: `${n}`, value: envelope({ n, list: [n] }) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: 3, consumerTimeoutMs: 500, retry: SOON, deadLetter: true, concurrency });
  const consumer = new Consumer<{ n: number; list: number[] }>(options);
  const seen: unknown[] = [];
  consumer.on('consumer.committed', ({ positions }) => positions.some(({ offset }) => offset === 3) && void consumer.close());
  const processed = consumer.process(async (messages) => {
    await pass(5);
    seen.push(...messages.map(({ payload }) => structuredClone(payload)));
    const isPoisoned = messages.some(({ payload }) => payload.n === 2);
    for (const { payload } of messages) {
      payload.n = -1;
      payload.list.push(-1);
    }
    if (isPoisoned) throw new Error('poisoned');
  });
  await within(10_000, processed);
  expect(seen.length).toBeGreaterThan(concurrency === undefined ? 9 : 4);
  for (const payload of seen) expect([0, 1, 2].map((n) => ({ n, list: [n] }))).toContainEqual(payload);
});
