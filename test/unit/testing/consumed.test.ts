/** Messages made by hand look like those from a topic. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type ConsumedMessage, derive, type OutgoingMessage } from '../../../src/index.js';
import { consumed } from '../../../src/testing/index.js';
import { packEnvelope } from '../message/histories.js';

test('it has the fields of a consumed message, one ref among them: itself', () => {
  const message: ConsumedMessage<{ mag: number }> = consumed(
    'é1',
    { mag: 4.5 },
    { topic: 'quakes', partition: 2, offset: 7, timestampMs: 5 },
  );
  expect({ ...message }).toMatchObject({
    id: 'é1',
    payload: { mag: 4.5 },
    topic: 'quakes',
    partition: 2,
    offset: 7,
    timestampMs: 5,
    headers: [],
  });
  expect(message.refs).toMatchObject([{ topic: 'quakes', partition: 2, offset: 7, key: 'é1', hist: { svc: 'test', refs: [] } }]);
  expect(message.raw.key).toEqual(Buffer.from('é1'));
  expect(JSON.parse(String(message.raw.value))).toMatchObject({ item: { mag: 4.5 }, hist: { svc: 'test' } });
});

test('no two share a position, so that derive() keeps both as parents', () => {
  const [a, b] = [consumed('a', 1), consumed('b', 2)];
  expect(derive([a, b, a], 'c', 3).refs.map(({ key }) => key)).toEqual(['a', 'b']);
});

test('the payload goes through JSON, as it would in a topic', () => {
  const given = { at: new Date(0), gone: undefined, list: [1] };
  const { payload } = consumed('a', given);
  expect(payload).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] });
  given.list.push(2);
  expect(payload.list).toEqual([1]);
  expect(() => consumed('a', 1n)).toThrow(expect.objectContaining({ code: 'USAGE_PAYLOAD' }));
});

test('history: by parents, as a whole, or none', () => {
  const parent = consumed('p', 1, { topic: 'first' });
  expect(consumed('a', 1, { refs: parent.refs }).refs[0].hist).toMatchObject({ svc: 'test', refs: [{ topic: 'first', key: 'p' }] });
  const hist = { svc: 'other', dt: '2020-01-01T00:00:00Z', refs: [] };
  expect(consumed('a', 1, { hist }).refs[0].hist).toEqual(hist);
  expect(consumed(null, 1, { hist: null }).refs[0].hist).toBeNull();
});

test('what is made of it carries its history when it is packed', () => {
  const output: OutgoingMessage = consumed('a', 1, { topic: 'in', refs: consumed('p', 0, { topic: 'first' }).refs }).derive('b', 2);
  const text = packEnvelope({ itemJson: '2', svc: 'me', dt: '2020-01-01T00:00:00Z', refs: output.refs });
  expect(JSON.parse(text)).toMatchObject({
    hist: { svc: 'me', refs: [{ topic: 'in', hist: { svc: 'test', refs: [{ topic: 'first' }] } }] },
  });
});

test('headers may be texts, bytes and null', () => {
  const message = consumed('a', 1, {
    headers: [
      ['k', 'é'],
      ['k', Buffer.from('z')],
      ['n', null],
    ],
  });
  expect([message.header('k'), message.header('n'), message.header('x')]).toEqual(['z', undefined, undefined]);
  expect(message.headers[0]).toEqual(['k', Buffer.from('é')]);
});

test('a tombstone has neither value nor payload', () => {
  const message = consumed('a', null, { tombstone: true });
  expect([message.tombstone, message.payload, message.raw.value]).toEqual([true, null, null]);
  expect('tombstone' in consumed('a', null)).toBe(false);
  expect(() => consumed('a', 1, { tombstone: true })).toThrow(expect.objectContaining({ code: 'USAGE_ARGUMENT' }));
});

describe('schema', () => {
  const Quake = z.object({ at: z.string().transform((text) => new Date(text)) });

  test('the payload is what the schema makes of it', () => {
    const message = consumed('a', { at: '2026-01-02T00:00:00Z' }, { topic: 'quakes', schema: Quake });
    expect([message.topic, message.payload]).toEqual(['quakes', { at: new Date('2026-01-02T00:00:00Z') }]);
    expect(consumed('a', null as never, { schema: Quake, tombstone: true }).payload).toBeNull();
  });

  test('a refused payload and an asynchronous schema are UsageErrors', () => {
    const usage = (code: string, text: string) => expect.objectContaining({ code, message: expect.stringContaining(text) });
    expect(() => consumed('a', {} as never, { topic: 'quakes', schema: Quake })).toThrow(usage('USAGE_SCHEMA', 'topic "quakes"'));
    const later = Quake.refine(async () => true);
    expect(() => consumed('a', { at: '' }, { schema: later })).toThrow(usage('USAGE_ARGUMENT', 'asynchronous'));
  });
});
