// With inputFormat 'json' the whole value is the payload, whatever JSON it is, and there is no history.
import { expect, test } from 'vitest';
import { Consumer } from '../../src/index.js';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { member, take, writeRaw } from '../support/consuming.js';

test.concurrent('every JSON value is a payload, also one that looks like an envelope', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const payloads = [{ a: 'é' }, [1, '地'], 'text', 4.5, null, true, { item: 1, hist: { svc: 'x' } }];
  await writeRaw(
    broker,
    't',
    payloads.map((payload) => ({ key: 'k', value: JSON.stringify(payload) })),
  );
  const seen = await take(member(broker, { inputTopics: 't', inputFormat: 'json' }), payloads.length);
  expect(seen.map(({ payload }) => payload)).toEqual(payloads);
  expect(seen.map(({ refs: [ref] }) => ref.hist)).toEqual(payloads.map(() => null));
  expect(seen[0]?.refs[0]).toMatchObject({ topic: 't', partition: 0, offset: 0, key: 'k' });
});

test.concurrent('a value that is not JSON stops at its position', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  await writeRaw(broker, 't', [{ value: '1' }, { value: 'plain text' }]);
  await using consumer = new Consumer(member(broker, { inputTopics: 't', inputFormat: 'json' }));
  await expect(consumer.process(() => undefined)).rejects.toMatchObject({
    code: 'PAYLOAD_NOT_JSON',
    byte: 0,
    position: { topic: 't', partition: 0, offset: 1 },
  });
});
