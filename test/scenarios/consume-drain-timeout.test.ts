// A handler that never ends holds a stop up for drainTimeoutMs only: process() and close() then reject and name its batch, which comes again.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, gate, member, next, take, within, writeRaw } from '../support/consuming.js';

const late = {
  name: 'TimeoutError',
  code: 'TIMEOUT_DRAIN',
  timeoutMs: 150,
  message: expect.stringMatching(/drainTimeoutMs.*2 messages from t:0:3 on/),
};

test.concurrent.for(['close', 'signal'] as const)('asked by %s', async (by) => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(
    broker,
    't',
    [0, 1, 2, 3, 4].map((i) => ({ value: envelope(i) })),
  );
  const options = member(broker, { inputTopics: 't', batchSize: 3, drainTimeoutMs: 150 });
  const consumer = new Consumer(options);
  const controller = new AbortController();
  const stuck = gate();
  const processed = consumer.process(
    async ({ length }) => {
      if (length === 3) return;
      stuck.open();
      await new Promise(() => undefined);
    },
    { signal: controller.signal },
  );
  const told = expect(within(5_000, processed)).rejects.toMatchObject(late);
  await stuck.opened;
  const revoked = next(consumer, 'consumer.revoked');
  if (by === 'close') await expect(within(5_000, consumer.close())).rejects.toMatchObject(late);
  else controller.abort();
  await told;
  expect(await revoked).toMatchObject({ partitions: [{ topic: 't', partition: 0 }], lost: false, drained: false });
  if (by === 'signal') await consumer.close();
  expect((await take(options, 2)).map(({ payload }) => payload)).toEqual([3, 4]);
});
