// A handler sees keys, headers and timestamps as they were written: null keys, keys that are no text, repeated, empty and null headers.
import { expect, test } from 'vitest';
import { EmbeddedBroker } from '../../src/testing/index.js';
import { envelope, member, take, writeRaw } from '../support/consuming.js';

const value = envelope(null);

test.concurrent('keys: text becomes the id, null stays null, other bytes stay reachable', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const notText = Buffer.from([0xff, 0x00, 0xfe]);
  await writeRaw(
    broker,
    't',
    [null, '', 'q-1', 'Zoë', '日本 😀', notText].map((key) => ({ key, value })),
  );
  const seen = await take(member(broker, { inputTopics: 't' }), 6);
  expect(seen.map(({ id }) => id)).toEqual([null, '', 'q-1', 'Zoë', '日本 😀', null]);
  expect(seen.map(({ refs: [{ key }] }) => key)).toEqual(seen.map(({ id }) => id));
  const bytes = [null, '', 'q-1', 'Zoë', '日本 😀'].map((key) => (key === null ? null : Buffer.from(key)));
  expect(seen.map(({ raw }) => raw.key)).toEqual([...bytes, notText]);
});

test.concurrent('headers: any number, repeated, empty, null and binary ones, in order', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const headers = [
    ['trace', Buffer.from('one')],
    ['trace', Buffer.from('zwei ü')],
    ['nothing', null],
    ['empty', Buffer.alloc(0)],
    ['naïve 名', Buffer.from([0, 255])],
  ] as const;
  await writeRaw(broker, 't', [{ value, headers }, { value }, { value, headers: [] }]);
  const [first, second, third] = await take(member(broker, { inputTopics: 't' }), 3);
  expect(first?.headers).toEqual(headers);
  expect(first?.header('trace')).toBe('zwei ü');
  expect(first?.header('nothing')).toBeUndefined();
  expect(first?.header('empty')).toBe('');
  expect(first?.header('missing')).toBeUndefined();
  expect([second?.headers, third?.headers]).toEqual([[], []]);
});

test.concurrent('timestamps are the ones written, milliseconds since 1970', async () => {
  await using broker = await EmbeddedBroker.start({ topics: { t: 1 } });
  const startedMs = Date.now();
  await writeRaw(broker, 't', [{ value, timestampMs: 1_514_764_800_123 }, { value }]);
  const [told, now] = await take(member(broker, { inputTopics: 't' }), 2);
  expect(told?.timestampMs).toBe(1_514_764_800_123);
  expect(now?.timestampMs).toBeGreaterThanOrEqual(startedMs);
  expect(now?.timestampMs).toBeLessThanOrEqual(Date.now());
});
