import { expect, test } from 'vitest';
import { OutgoingSlab } from '../../../src/engine/outgoing-slab.js';
import { Message, type OutgoingMessage } from '../../../src/message/message.js';
import { packMessages } from '../../../src/producer/pack.js';
import { FakeNativeProducer } from './fake-engine.js';

function pack(messages: readonly OutgoingMessage[], own: { to?: string; outputTopics?: readonly string[] } = {}) {
  const slab = new OutgoingSlab();
  const outputTopics = own.outputTopics ?? ['quakes'];
  packMessages(slab, messages, own.to, { svc: 'ingest', outputTopics, history: { maxBytes: 1_000 } });
  const reader = new FakeNativeProducer([], () => undefined);
  reader.produce(1, slab.slab, slab.used, slab.rows, outputTopics, false);
  return reader.batches[0]?.records ?? [];
}
const bad =
  (message: unknown): (() => unknown) =>
  () =>
    pack([{ id: 'ok', payload: 1 }, message as OutgoingMessage]);
const usage = (text: RegExp) => expect.objectContaining({ code: expect.stringMatching(/^USAGE_/), message: expect.stringMatching(text) });

test('a message becomes an envelope with service, time and refs under its id as key', () => {
  const ref = { topic: 'raw', partition: 1, offset: 2, key: 'k', hist: null };
  const [record] = pack([new Message('id-1', { name: 'Zoë' }, [ref])]);
  const { item, hist } = JSON.parse(record?.value ?? '');
  expect(record).toMatchObject({ topic: 'quakes', key: 'id-1', partition: -1, timestampMs: -1, headers: [] });
  expect(item).toEqual({ name: 'Zoë' });
  expect(hist).toEqual({ svc: 'ingest', dt: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/), refs: [ref] });
});

test('only the fields of an output are read: a forwarded message does not return to its own position', () => {
  const consumed = { id: 'a', payload: 1, topic: 'raw', partition: 3, offset: 9, timestampMs: 5, headers: [['h', null]], refs: [] };
  expect(pack([consumed as OutgoingMessage])).toMatchObject([{ topic: 'quakes', partition: -1, timestampMs: -1, headers: [] }]);
});

test('partition, timestamp and headers of record are used', () => {
  const headers = [
    ['h', Buffer.from('v')],
    ['h', null],
  ] as const;
  expect(pack([{ id: null, payload: 1, record: { partition: 2, timestampMs: 0, headers } }])).toMatchObject([
    { key: null, partition: 2, timestampMs: 0, headers },
  ]);
});

test('a tombstone is a null value under its key', () => {
  expect(pack([{ id: 'gone', payload: undefined, tombstone: true }])).toMatchObject([{ key: 'gone', value: null }]);
});

test('with several topics the message decides, then the call; a topic outside the list is refused', () => {
  const outputTopics = ['a', 'b'];
  const topics = pack(
    [
      { id: null, payload: 1, to: 'b' },
      { id: null, payload: 2 },
    ],
    { outputTopics, to: 'a' },
  ).map(({ topic }) => topic);
  expect(topics).toEqual(['b', 'a']);
  expect(() => pack([{ id: null, payload: 1 }], { outputTopics })).toThrow(usage(/messages\[0\] does not say where it goes.*a, b/));
  expect(() => pack([{ id: null, payload: 1, to: 'c' }], { outputTopics })).toThrow(usage(/messages\[0\] goes to "c".*a, b/));
});

test('what is not a message is a UsageError that names its index and field', () => {
  expect(bad(null)).toThrow(usage(/messages\[1\] must be \{ id, payload \}; got null/));
  expect(bad('text')).toThrow(usage(/messages\[1\] must be .*type string/));
  expect(bad({ payload: 1 })).toThrow(usage(/messages\[1\]\.id must be a string or null; got undefined/));
  expect(bad({ id: 7, payload: 1 })).toThrow(usage(/messages\[1\]\.id/));
  expect(bad({ id: 'a', payload: 1, refs: {} })).toThrow(usage(/messages\[1\]\.refs must be a list/));
  expect(bad({ id: 'a', payload: undefined })).toThrow(usage(/messages\[1\]\.payload/));
  expect(bad({ id: 'a', payload: { deep: [1n] } })).toThrow(usage(/messages\[1\]\.payload\.deep\[0\]/));
});

test('a wrong partition, timestamp or header is a UsageError that names it', () => {
  const withRecord = (record: object): (() => unknown) => bad({ id: 'a', payload: 1, record });
  expect(withRecord({ partition: -1 })).toThrow(usage(/messages\[1\]\.record\.partition/));
  expect(withRecord({ partition: 1.5 })).toThrow(usage(/record\.partition/));
  expect(withRecord({ timestampMs: Number.NaN })).toThrow(usage(/record\.timestampMs/));
  expect(withRecord({ headers: { a: 1 } })).toThrow(usage(/record\.headers must be a list/));
  expect(withRecord({ headers: [['a', 'text']] })).toThrow(usage(/record\.headers\[0\]/));
});
