// A history that nobody looked at travels on as the text it came in; one that was read, or was written by Python, says the same.
import { expect, test } from 'vitest';
import { Producer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take, writeRaw } from '../support/consuming.js';

/** As Python's json.dumps writes it, with a field that only a later version knows. */
const PYTHON_HIST =
  '{"svc": "caf\\u00e9", "dt": "2024-05-06T07:08:09.123456+00:00", "refs": [{"topic": "raw", "partition": 0, "offset": 41, "key": "r", "hist": null, "later": [1.50, {"x": null}]}]}';

test.concurrent.for(['left alone', 'read before'])('%s', async (how) => {
  await using broker = await EmbeddedBroker.start({ topics: { from: 1, to: 1 } });
  await writeRaw(broker, 'from', [{ key: 'k', value: `{"item": {"a": 1}, "hist": ${PYTHON_HIST}}` }]);
  const [message] = await take<object>(member(broker, { inputTopics: 'from' }), 1);
  if (message === undefined) throw new Error('no message');
  if (how === 'read before') expect(message.refs[0].hist?.svc).toBe('café');

  await using producer = new Producer({ svc: 'next', outputTopics: 'to', bootstrapServers: broker.bootstrapServers });
  await producer.produce(message.derive('k2', 'derived'));
  await producer.produce({ ...message });
  await producer.produce(message);
  const written = await take(member(broker, { groupId: 'g2', inputTopics: 'to' }), 3);

  for (const { raw } of written) {
    const text = raw.value?.toString() ?? '';
    if (how === 'left alone') expect(text).toContain(`"key":"k","hist":${PYTHON_HIST}`);
    expect(JSON.parse(text).hist).toEqual({
      svc: 'next',
      dt: expect.any(String),
      refs: [{ topic: 'from', partition: 0, offset: 0, key: 'k', hist: JSON.parse(PYTHON_HIST) }],
    });
  }
  expect(written.map(({ id, payload }) => [id, payload])).toEqual([
    ['k2', 'derived'],
    ['k', { a: 1 }],
    ['k', { a: 1 }],
  ]);
});
