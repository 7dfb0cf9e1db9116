// A forwarded message keeps its refs but goes to no position, time or headers of its own: only what an output asks for in `record` counts.
import { expect, test } from 'vitest';
import { Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, take, writeRaw } from '../support/consuming.js';

test('spread or whole, it is written anew', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { from: 3, to: 1 } });
  const { bootstrapServers } = broker;
  const headers = [['trace', Buffer.from('x')]] as const;
  await writeRaw(broker, 'from', [{ key: 'k', value: envelope({ a: 1 }), partition: 2, timestampMs: 1_000, headers }]);
  const [message] = await take<object>(member(broker, { inputTopics: 'from' }), 1);
  if (message === undefined) throw new Error('no message');
  const before = JSON.stringify(message);

  // `topic`, `partition`, `offset`, `timestampMs` and `headers` of the message are not asked for: partition 2 does not even exist in "to".
  await using producer = new Producer({ svc: 'fwd', outputTopics: 'to', bootstrapServers });
  const startedMs = Date.now();
  expect(await producer.produceBatch([message, { ...message, payload: 2 }])).toMatchObject([
    { topic: 'to', partition: 0, offset: 0 },
    { topic: 'to', partition: 0, offset: 1 },
  ]);
  expect(JSON.stringify(message)).toBe(before);

  const written = await take(member(broker, { groupId: 'g2', inputTopics: 'to' }), 2);
  expect(written.map(({ payload }) => payload)).toEqual([{ a: 1 }, 2]);
  for (const { headers: none, timestampMs, refs } of written) {
    expect(none).toEqual([]);
    expect(timestampMs).toBeGreaterThanOrEqual(startedMs);
    expect(refs[0].hist?.refs).toMatchObject([{ topic: 'from', partition: 2, offset: 0, key: 'k', hist: null }]);
  }
});
